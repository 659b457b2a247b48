"""The zip container of a workbook. What nobody changed is copied to the byte: records, order, gaps and comments."""

from __future__ import annotations

from copy import copy
from io import BytesIO
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import deflate
from komet_xl.grids.xlsx.deflate import DEFLATED, Packed
from komet_xl.grids.xlsx.directory import (
    CENTRAL,
    END,
    LOCAL,
    UTF8_NAME,
    find_directory,
    members,
    with_ends,
    zip64_at,
)
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import LARGEST_TREE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from komet_xl.grids.xlsx.directory import Member

AN_ELEMENT = 256
MOST_COST = 192 << 20
"""Bytes of all small members that are read, each beginning and end of an element counting for so many: four seconds."""
NEW_YEAR_1980 = 0x21
"""The first day that a zip can hold: members that we make carry no clock."""


class Package:
    """The members of one workbook: read, put, remove, and the bytes of the result."""

    def __init__(self, data: bytes) -> None:
        """Read the directory of the zip. Raises PartError when it is none or a damaged one."""
        self._data = data
        self._directory_end, self._directory = find_directory(data)
        self._members = with_ends(list(members(data, self._directory)), self._directory.start)
        self._by_name: dict[str, Member] = {}
        self._twice: set[str] = set()
        for member in self._members:
            key = member.name.lower()
            if key in self._by_name:
                self._twice.add(key)
            self._by_name[key] = member
        self._put: dict[str, tuple[str, Packed]] = {}
        self._removed: set[str] = set()
        self._costs: dict[str, int] = {}
        """Of the small members that were read. A file may have thousands of them, and each may keep a reader busy."""

    @property
    def changed(self) -> bool:
        """Whether anything was put or removed."""
        return bool(self._put or self._removed)

    def names(self) -> list[str]:
        """All members, those put last."""
        kept = [m.name for m in self._members if m.name.lower() not in self._removed]
        known = {name.lower() for name in kept}
        return kept + [name for key, (name, _) in self._put.items() if key not in known]

    def has(self, name: str) -> bool:
        """Whether there is such a member; case is ignored, as in all part names."""
        key = name.lower()
        return key in self._put or (key in self._by_name and key not in self._removed)

    def read(self, name: str) -> bytes:
        """
        The inflated bytes of a small member, one that will be kept as nodes.

        Raises:
            PartError: missing, damaged, encrypted, too large, or too much with all that were read before.
        """
        data = self.whole(name, LARGEST_TREE)
        self._costs[name.lower()] = len(data) + data.count(b"<") * AN_ELEMENT
        if sum(self._costs.values()) > MOST_COST:
            raise PartError(f"its part {name} holds more than we read of all its small parts", "split the workbook")
        return data

    def whole(self, name: str, limit: int) -> bytes:
        """The inflated bytes of a member. Raises PartError: missing, damaged, encrypted or larger than `limit`."""
        whole = BytesIO()  # which never holds the pieces and the whole at once
        for piece in self._pieces(name, limit):
            whole.write(piece)
        return whole.getvalue()

    def pieces(self, name: str) -> Iterator[bytes]:
        """The same piece by piece, for parts that may be large; trusted only when the last one has come."""
        return self._pieces(name, deflate.MOST_STREAMED)

    def _pieces(self, name: str, limit: int) -> Iterator[bytes]:
        key = name.lower()
        if key in self._put:
            return deflate.unpacked(self._put[key][1])
        if not self.has(name):
            raise PartError(f"its part {name} is missing")
        if key in self._twice:
            raise PartError(f"its part {name} stands in it twice")
        return deflate.pieces(self._data, self._by_name[key], limit)

    def put(self, name: str, data: bytes | Packed) -> None:
        """Replace a member, or add one at the end."""
        self._put[name.lower()] = (name, data if isinstance(data, Packed) else deflate.packed(data))
        self._removed.discard(name.lower())

    def remove(self, name: str) -> None:
        """Leave a member out of the result."""
        self._put.pop(name.lower(), None)
        if name.lower() in self._by_name:
            self._removed.add(name.lower())

    def copy(self) -> Package:
        """The same with the same changes; changing one leaves the other alone."""
        twin = copy(self)
        twin._put, twin._removed = dict(self._put), set(self._removed)  # noqa: SLF001  it is one of us
        return twin

    def to_bytes(self) -> bytes:
        """The whole file with all changes. Members that nobody put are copied as they are."""
        in_file_order = sorted(self._members, key=lambda member: member.start)
        out = _Pieces()
        out.add(memoryview(self._data)[: in_file_order[0].start if in_file_order else self._directory.start])
        records: dict[int, bytes] = {}
        for member in in_file_order:
            if member.name.lower() in self._removed:
                continue
            records[member.start] = self._copy(member, out)
        directory = [records[member.start] for member in self._members if member.start in records]
        for key, (name, data) in self._put.items():
            if key not in self._by_name:
                directory.append(_append_new(name, data, out))
        out.add(self._closing(directory, out.size))
        return b"".join(out.pieces)

    def _copy(self, member: Member, out: _Pieces) -> bytes:
        """Append the member's local record to `out`; the result is its record for the directory."""
        offset = out.size
        new = self._put.get(member.name.lower())
        if new is not None:
            return _append_changed(self._data, member, new[1], out)
        out.add(memoryview(self._data)[member.start : member.end])
        width, at = member.offset_size, member.offset_at
        return member.central[:at] + offset.to_bytes(width, "little") + member.central[at + width :]

    def _closing(self, directory: list[bytes], start: int) -> bytes:
        body = b"".join(directory)
        comment_on = self._directory_end + END.size
        comment_size = END.unpack_from(self._data, self._directory_end)[7]
        count = len(directory)
        end = END.pack(b"PK\5\6", 0, 0, count, count, len(body), start, comment_size)
        return body + end + self._data[comment_on:]


class _Pieces:
    """The bytes of a file to be, without a copy of any: it may be large."""

    def __init__(self) -> None:
        self.pieces: list[bytes | memoryview] = []
        self.size = 0

    def add(self, *pieces: bytes | memoryview) -> None:
        """The next bytes."""
        self.pieces += pieces
        self.size += sum(map(len, pieces))


def _append_changed(source: bytes, member: Member, new: Packed, out: _Pieces) -> bytes:
    """A changed member: its name, flags, times, attributes and comment stay, sizes stand in the header."""
    made, need, flags, _, when, day = CENTRAL.unpack_from(member.central)[1:7]
    _, _, _, _, _, _, name_size, extra_size, _, disk, inner, outer, _ = CENTRAL.unpack_from(member.central)[4:]
    name, local_extra, _ = deflate.body(source, member)
    extra_at = CENTRAL.size + name_size
    extra = _without_zip64(member.central[extra_at : extra_at + extra_size])
    comment = member.central[extra_at + extra_size :]
    flags &= UTF8_NAME
    sizes = (new.crc, len(new.data), new.size)
    offset = out.size
    local_extra = _without_zip64(local_extra)
    head = LOCAL.pack(b"PK\3\4", min(need, 20), flags, DEFLATED, when, day, *sizes, len(name), len(local_extra))
    out.add(head, name, local_extra, new.data)
    lengths = (name_size, len(extra), len(comment), disk, inner, outer, offset)
    head = CENTRAL.pack(b"PK\1\2", made, min(need, 20), flags, DEFLATED, when, day, *sizes, *lengths)
    return head + member.central[CENTRAL.size : extra_at] + extra + comment


def _append_new(name: str, new: Packed, out: _Pieces) -> bytes:
    raw = name.encode()
    flags = 0 if name.isascii() else UTF8_NAME
    sizes = (new.crc, len(new.data), new.size)
    offset = out.size
    out.add(LOCAL.pack(b"PK\3\4", 20, flags, DEFLATED, 0, NEW_YEAR_1980, *sizes, len(raw), 0), raw, new.data)
    lengths = (len(raw), 0, 0, 0, 0, 0, offset)
    return CENTRAL.pack(b"PK\1\2", 20, 20, flags, DEFLATED, 0, NEW_YEAR_1980, *sizes, *lengths) + raw


def _without_zip64(extra: bytes) -> bytes:
    at = zip64_at(extra)
    return extra if at is None else extra[: at[0] - 4] + extra[at[1] :]
