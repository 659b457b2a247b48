"""The parts around a sheet that a write may touch, each with the one kind of change that it may show."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.corpus.markup import attributes, tags, utf8
from tests.corpus.sheet import ADDRESS, Place, column_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

CALCULATION = re.compile(rb"<(?:[\w.-]+:)?calcPr(?:\s(?:[^\"'>]|\"[^\"]*\"|'[^']*')*)?/?>")
WISH = re.compile(rb"""\s+fullCalcOnLoad\s*=\s*(?:"[^"]*"|'[^']*')""")
EMPTY = re.compile(rb"<(?:[\w.-]+:)?calcPr\s*/>")
TABLES = {"numFmts": "numFmt", "cellXfs": "xf"}
"""What may grow in the styles: tables and what they hold."""


@dataclass(frozen=True)
class Sheet:
    """A worksheet, as the workbook part names it."""

    name: str
    part: str
    id: str


@dataclass(frozen=True)
class Names:
    """Where the parts are."""

    workbook: str
    sheets: list[Sheet]
    """Worksheets in order, those only whose part is there."""
    pivots: set[str]
    """Names of the sheets on which a pivot table shows its results."""
    others: dict[str, str]
    """Parts that the workbook links to, by kind."""


def find_parts(read: Callable[[str], bytes | None]) -> Names | None:
    """Where the parts of a package are; None for what is no workbook. `read` takes part names without a slash."""
    top = [target for kind, _, target in _links(read("_rels/.rels"), "") if kind == "officeDocument"]
    data = read(top[0]) if top else None
    if data is None:
        return None
    links = _links_of(read, top[0])
    sheets = {link: target for kind, link, target in links if kind == "worksheet"}
    found = []
    for tag in tags(utf8(data)):
        said = tag.attributes if tag.name == "sheet" and tag.depth == 3 else {}
        target = sheets.get(said.get("id", ""))
        if target is not None and read(target) is not None:
            found.append(Sheet(said.get("name", ""), target, said.get("sheetId", "")))
    pivots = {sheet.name for sheet in found if any(link[0] == "pivotTable" for link in _links_of(read, sheet.part))}
    return Names(top[0], found, pivots, {kind: target for kind, _, target in links})


def _links_of(read: Callable[[str], bytes | None], part: str) -> list[tuple[str, str, str]]:
    folder, name = posixpath.split(part)
    return _links(read(posixpath.join(folder, "_rels", f"{name}.rels")), folder)


def _links(rels: bytes | None, folder: str) -> list[tuple[str, str, str]]:
    """Kind, id and target of each relationship inside the package."""
    said = [tag.attributes for tag in tags(utf8(rels or b"")) if tag.name == "Relationship" and tag.kind != "close"]
    return [
        (
            each.get("Type", "").rpartition("/")[2],
            each.get("Id", ""),
            posixpath.normpath(posixpath.join("/", folder, each.get("Target", ""))).lstrip("/"),
        )
        for each in said
        if each.get("TargetMode") != "External"
    ]


def workbook_differences(was: bytes, now: bytes) -> list[str]:
    """A workbook part may only gain the wish that everything is calculated when it is opened."""
    if _without_wish(was) != _without_wish(now):
        return ["the workbook part changed in more than fullCalcOnLoad"]
    return [] if b'fullCalcOnLoad="1"' in now else ["the workbook part changed for nothing"]


def _without_wish(data: bytes) -> bytes:
    data = CALCULATION.sub(lambda match: re.sub(rb"\s*/>$", b"/>", WISH.sub(b"", match[0])), data)
    return EMPTY.sub(b"", data)


def styles_differences(was: bytes, now: bytes) -> list[str]:
    """A styles part may only have cell formats and number formats more, behind those that it had."""
    old, new = _tables(was), _tables(now)
    if old.rest != new.rest:
        return ["the styles part changed in more than its cell formats and number formats"]
    found = []
    for name, before in old.entries.items():
        after = new.entries[name]
        if after[: len(before)] != before:
            found.append(f"the styles part has other {name} than before")
        if len(after) != len(before) and new.counts[name] not in {None, len(after)}:
            found.append(f"the styles part has {len(after)} {name} and counts {new.counts[name]}")
    return found


@dataclass(frozen=True)
class _Tables:
    entries: dict[str, list[bytes]]
    counts: dict[str, int | None]
    rest: bytes
    """The part without those tables' entries, ends and counts."""


def _tables(data: bytes) -> _Tables:
    entries: dict[str, list[bytes]] = {name: [] for name in TABLES}
    counts: dict[str, int | None] = dict.fromkeys(TABLES)
    rest = []
    at = start = 0
    inside = ""
    for tag in tags(data):
        if tag.depth == 2 and tag.name in TABLES:
            said = tag.attributes
            rest.append(data[at : tag.start].strip() if tag.kind == "close" else data[at : tag.start])
            at = tag.end
            inside = tag.name if tag.kind == "open" else ""
            if tag.kind != "close":
                counts[tag.name] = int(said["count"]) if "count" in said else None
                others = {key: value for key, value in said.items() if key != "count"}
                rest.append(repr(sorted(others.items())).encode() if tag.name == "cellXfs" else b"")
        elif inside and tag.depth == 3 and tag.name == TABLES[inside]:
            if tag.kind != "close":
                rest.append(data[at : tag.start].strip())
                start = tag.start
            if tag.kind != "open":
                entries[inside].append(data[start : tag.end])
            at = tag.end
    return _Tables(entries, counts, b"".join(rest) + data[at:])


def chain(data: bytes) -> list[tuple[str, Place, str]]:
    """Sheet id, cell and the other attributes of each entry of a calculation chain."""
    found = []
    owner = ""
    for tag in tags(data):
        if tag.name == "c" and tag.kind != "close":
            said = tag.attributes
            owner = said.get("i", owner)
            address = ADDRESS.fullmatch(said["r"])
            assert address is not None
            others = sorted((key, value) for key, value in said.items() if key not in {"i", "r"})
            found.append((owner, (int(address[2]), column_number(address[1])), repr(others)))
    return found


def chain_differences(was: bytes, now: bytes | None, gone: Mapping[str, Iterable[Place]]) -> list[str]:
    """A calculation chain may only lack the formulas that were written over; with none left it goes. By sheet id."""
    lost = {(sheet, place) for sheet, places in gone.items() for place in places}
    wanted = [entry for entry in chain(was) if entry[:2] not in lost]
    if now is None:
        return ["the calculation chain is gone, though formulas are left"] if wanted else []
    if not wanted:
        return ["the calculation chain has no entry and is still there"]
    return [] if chain(now) == wanted else ["the calculation chain lacks more or less than what was written over"]


def listing_differences(was: bytes, now: bytes, *, lost: str | None, new: str | None) -> list[str]:
    """Content types or relationships: one entry less for a lost part, one more for a new part, the rest as it was."""
    before, after = _entries(was), _entries(now)
    if lost is not None:
        before = [entry for entry in before if not _names(entry, lost)]
    if new is not None:
        after = [entry for entry in after if not _names(entry, new)]
    return [] if before == after else ["the list of parts changed in more than it must"]


def _entries(data: bytes) -> list[bytes]:
    return [data[tag.start : tag.end] for tag in tags(data)]


def _names(entry: bytes, part: str) -> bool:
    found = attributes(entry)
    name = found.get("PartName") or found.get("Target") or ""
    return part.lower().endswith(name.lower().lstrip("./")) if name else False
