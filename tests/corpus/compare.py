"""
Two packages, member by member: what was there before an edit and what is there after it.

Nothing of komet_xl takes part: the zip is read by zipfile and by the offsets in it, the XML by tests.corpus.markup.
`differences` says nothing exactly when every member that had no reason to change is the same to the packed byte, and
every other one shows nothing but what the written cells call for.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.corpus import parts
from tests.corpus.markup import encoding, utf8
from tests.corpus.sheet import differences as sheet_differences
from tests.corpus.sheet import take_apart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from komet_xl.grids.grid import Value
    from tests.corpus.parts import Names
    from tests.corpus.sheet import Place, SheetXml

    Written = Mapping[str, Mapping[Place, Value]]
    """By sheet name."""
TYPES = "[Content_Types].xml"
UTF8_NAME = 0x0800


@dataclass
class Opened:
    """A package in memory."""

    data: bytes
    infos: dict[str, zipfile.ZipInfo] = field(default_factory=dict)
    """Members in the directory's order."""
    order: list[str] = field(default_factory=list)
    """Members in the order in which they lie in the file."""
    front: bytes = b""
    """Bytes before the first member."""
    comment: bytes = b""
    names: Names | None = None

    def __post_init__(self) -> None:
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            self.infos = {info.orig_filename: info for info in archive.infolist()}
            self.comment = archive.comment
            self._directory = archive.start_dir
        self.order = sorted(self.infos, key=lambda name: self.infos[name].header_offset)
        self.front = self.data[: self.infos[self.order[0]].header_offset] if self.order else b""
        self._by_case = {name.replace("\\", "/").lstrip("/").lower(): name for name in self.infos}
        self._sheets: dict[str, SheetXml] = {}
        self.names = parts.find_parts(self.read)

    def read(self, part: str) -> bytes | None:
        """The inflated bytes of a part; None when there is none, or none that can be read."""
        name = self._by_case.get(part.lower())
        if name is None:
            return None
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            try:
                return archive.read(self.infos[name])
            except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError):
                return None

    def sheet(self, part: str) -> SheetXml:
        """A sheet part taken apart, once."""
        if part.lower() not in self._sheets:
            data = self.read(part)
            assert data is not None
            self._sheets[part.lower()] = take_apart(utf8(data))
        return self._sheets[part.lower()]

    def record(self, name: str) -> bytes:
        """A member as it lies in the file: header, packed bytes, and whatever follows up to the next one."""
        at = self.order.index(name)
        start = self.infos[name].header_offset
        end = self.infos[self.order[at + 1]].header_offset if at + 1 < len(self.order) else self._directory
        return self.data[start:end]


def differences(was: Opened, now: Opened, written: Written) -> list[str]:
    """Everything that changed and had no reason to, in words. Both packages must be workbooks."""
    assert was.names is not None
    assert now.names is not None
    wanted = _Wanted(was, now, written)
    found = _layout_differences(was, now, wanted)
    for name in was.order:
        if name not in now.infos:
            continue
        may_change = name.replace("\\", "/").lstrip("/").lower() in wanted.may_change
        found += _directory_differences(was.infos[name], now.infos[name], same=not may_change)
        if was.record(name) == now.record(name):
            continue
        if not may_change:
            found.append(f"the part {name} changed, to which nothing was written")
        else:
            found += [f"{name}: {line}" for line in wanted.part_differences(name.replace("\\", "/").lstrip("/"))]
    return found + wanted.untouched()


class _Wanted:
    """What the written cells call for."""

    def __init__(self, was: Opened, now: Opened, written: Written) -> None:
        assert was.names is not None
        self._was, self._now = was, now
        self._names = was.names
        by_name = {sheet.name: sheet for sheet in was.names.sheets}
        self._written = {by_name[name].part.lower(): cells for name, cells in written.items() if cells}
        self._gone = {by_name[name].id: self._formulas(by_name[name].part, cells) for name, cells in written.items()}
        folder, _, name = was.names.workbook.rpartition("/")
        self._rels = f"{folder}/_rels/{name}.rels".lstrip("/").lower()
        self.lost = self._lost_chain()
        self.new = self._new_styles(folder)
        others = [self._names.others.get(kind, "") for kind in ("calcChain", "styles")]
        listings = [TYPES, self._rels] if self.lost or self.new else []
        self.may_change = {n.lower() for n in [*self._written, was.names.workbook, *others, *listings] if n}

    def _formulas(self, part: str, cells: Mapping[Place, Value]) -> set[Place]:
        found = self._was.sheet(part).cells()
        return {cell.place for cell in found if cell.formula is not None and cell.place in cells}

    def _lost_chain(self) -> str | None:
        part = self._names.others.get("calcChain")
        if part is None or self._was.read(part) is None:
            return None
        return part if self._now.read(part) is None else None

    def _new_styles(self, folder: str) -> str | None:
        return None if "styles" in self._names.others else f"{folder}/styles.xml".lstrip("/")

    def part_differences(self, name: str) -> list[str]:
        """What is wrong with a part that changed and may have changed."""
        was, now = self._was.read(name), self._now.read(name)
        if was is None or now is None:
            return ["it cannot be read"]
        if was == now:
            return ["it was packed anew, and nothing in it changed"]
        found = [] if encoding(was) == encoding(now) else ["it changed its encoding"]
        was, now = utf8(was), utf8(now)
        part = name.lower()
        if part in self._written:
            found += sheet_differences(self._was.sheet(name), self._now.sheet(name), self._written[part])
        elif part == self._names.workbook.lower():
            found += parts.workbook_differences(was, now)
        elif part == self._names.others.get("styles", "").lower():
            found += parts.styles_differences(was, now)
        elif part == self._names.others.get("calcChain", "").lower():
            found += parts.chain_differences(was, now, self._gone)
        else:
            found += parts.listing_differences(was, now, lost=self.lost, new=self.new)
        return found

    def untouched(self) -> list[str]:
        """What should have changed and did not."""
        found = []
        for part, cells in self._written.items():
            data = self._now.read(part)
            if any(value not in {None, ""} for value in cells.values()) and data == self._was.read(part):
                found.append(f"{part}: nothing was written into it")
        chain = self._names.others.get("calcChain", "")
        was, now = self._was.read(chain), self._now.read(chain)
        if was is not None:
            found += parts.chain_differences(utf8(was), None if now is None else utf8(now), self._gone)
        return found


def _layout_differences(was: Opened, now: Opened, wanted: _Wanted) -> list[str]:
    lost = {name for name in was.infos if wanted.lost and name.lower().lstrip("/") == wanted.lost.lower()}
    new = {wanted.new} & set(now.infos)
    found = []
    for what, before, after in (
        ("members", list(was.infos), list(now.infos)),
        ("members in file order", was.order, now.order),
    ):
        if [name for name in before if name not in lost] != [name for name in after if name not in new]:
            found.append(f"the {what} are not those that there were")
    if was.front != now.front:
        found.append("what stands in front of the archive changed")
    if was.comment != now.comment:
        found.append("the archive's comment changed")
    return found


def _directory_differences(was: zipfile.ZipInfo, now: zipfile.ZipInfo, *, same: bool) -> list[str]:
    """What the directory says about one member; about a changed one, all but sizes and how it is packed."""
    fields = ["date_time", "comment", "create_system", "create_version", "internal_attr", "external_attr", "volume"]
    if same:
        fields += ["flag_bits", "compress_type", "CRC", "compress_size", "file_size", "extra", "extract_version"]
    found = [
        f"the directory says another {each} of {was.orig_filename}"
        for each in fields
        if getattr(was, each) != getattr(now, each)
    ]
    if not same and now.flag_bits != was.flag_bits and now.flag_bits != was.flag_bits & UTF8_NAME:
        found.append(f"{was.orig_filename} has the flags {now.flag_bits:#06x}, it had {was.flag_bits:#06x}")
    return found
