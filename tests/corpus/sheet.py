"""A sheet part taken apart into what stands around the cells and the cells, and two of them laid side by side."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tests.corpus.markup import Tag, tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from komet_xl.grids.grid import Value

Place: TypeAlias = tuple[int, int]
"""(row, column), counted from 1."""
SPANS = re.compile(rb"""\s+spans\s*=\s*(?:"[^"]*"|'[^']*')""")
DIMENSION = re.compile(rb"""<(?:[\w.-]+:)?dimension\s[^>]*?ref\s*=\s*["']([^"']*)["']""")
MERGED = re.compile(rb"""<(?:[\w.-]+:)?mergeCell\s[^>]*?ref\s*=\s*["']([A-Z]+)([0-9]+):([A-Z]+)([0-9]+)["']""")
ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")


@dataclass(slots=True)
class CellXml:
    """One c element as it stands."""

    row: int
    column: int
    attributes: dict[str, str]
    raw: bytes = b""
    inner: str = ""
    """Names of the elements in it, one after the other."""
    formula: dict[str, str] | None = None
    """Attributes of its f element."""

    @property
    def place(self) -> Place:
        return self.row, self.column


@dataclass(slots=True)
class RowXml:
    """One row: its tag as an open one, its cells, and the bytes before, between and after them."""

    number: int
    tag: bytes
    cells: list[CellXml] = field(default_factory=list)
    gaps: list[bytes] = field(default_factory=lambda: [b""])


@dataclass(slots=True)
class SheetXml:
    """A sheet part. `head`, gaps, rows and `tail` one after the other are the part, empty tags spelled out."""

    head: bytes = b""
    rows: list[RowXml] = field(default_factory=list)
    gaps: list[bytes] = field(default_factory=lambda: [b""])
    tail: bytes = b""

    def cells(self) -> Iterator[CellXml]:
        """All cells in file order."""
        return (cell for row in self.rows for cell in row.cells)

    def merged(self) -> list[tuple[Place, Place]]:
        """First and last cell of each merged range."""
        return [
            ((int(top), column_number(left.decode())), (int(bottom), column_number(right.decode())))
            for left, top, right, bottom in MERGED.findall(self.tail)
        ]


def take_apart(data: bytes) -> SheetXml:
    """A sheet part in UTF-8."""
    return _Taker(data).sheet


class _Taker:
    """Walks over the tags once; `at` is how far the bytes are given away."""

    def __init__(self, data: bytes) -> None:
        self.sheet = SheetXml()
        self._data = data
        self._at = 0
        self._inside = False
        self._number = self._column = 0
        self._row: RowXml | None = None
        self._cell: CellXml | None = None
        self._walk(data)

    def _walk(self, data: bytes) -> None:
        for tag in tags(data):
            if tag.depth == 2 and tag.name == "sheetData":
                self._frame(tag)
            elif self._inside and tag.depth == 3 and tag.name == "row":
                self._rows(tag)
            elif self._row is not None and tag.depth == 4 and tag.name == "c":
                self._cells(tag, self._row)
            elif self._cell is not None and tag.depth > 4 and tag.kind != "close":
                self._cell.inner += f"<{tag.name}>"
                if tag.name == "f":
                    self._cell.formula = tag.attributes
        self.sheet.tail += data[self._at :]

    def _taken(self, until: int) -> bytes:
        found = self._data[self._at : until]
        self._at = until
        return found

    def _frame(self, tag: Tag) -> None:
        if tag.kind == "close":
            self._inside = False
            self.sheet.gaps[-1] += self._taken(tag.start)
            return
        self._inside = tag.kind == "open"
        self.sheet.head = _opened(self._taken(tag.end))
        if tag.kind == "empty":
            self.sheet.tail = _closing(self._data[tag.start : tag.end])

    def _rows(self, tag: Tag) -> None:
        if tag.kind == "close":
            assert self._row is not None
            self._row.gaps[-1] += self._taken(tag.start)
            self._row = None
            self._taken(tag.end)
            return
        self.sheet.gaps[-1] += self._taken(tag.start)
        self._number = int(tag.attributes.get("r") or self._number + 1)
        self._column = 0
        row = RowXml(self._number, _opened(self._taken(tag.end)))
        self.sheet.rows.append(row)
        self.sheet.gaps.append(b"")
        self._row = row if tag.kind == "open" else None

    def _cells(self, tag: Tag, row: RowXml) -> None:
        if tag.kind != "close":
            row.gaps[-1] += self._taken(tag.start)
            attributes = tag.attributes
            address = ADDRESS.fullmatch(attributes.get("r", ""))
            self._column = column_number(address[1]) if address else self._column + 1
            self._cell = CellXml(row.number, self._column, attributes)
            row.cells.append(self._cell)
            row.gaps.append(b"")
        if tag.kind != "open":
            assert self._cell is not None
            self._cell.raw = self._taken(tag.end)
            self._cell = None


def _opened(raw: bytes) -> bytes:
    """Bytes that end in a start tag, as if that were no empty one."""
    return raw[:-2].rstrip() + b">" if raw.endswith(b"/>") else raw


def _closing(tag: bytes) -> bytes:
    """The end tag that an empty tag does without."""
    name = re.match(rb"<([^\s/>]+)", tag)
    assert name is not None
    return b"</" + name[1] + b">"


def column_number(letters: str) -> int:
    """A is 1."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def address(place: Place) -> str:
    """(1, 1) is A1."""
    row, column = place
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


def differences(was: SheetXml, now: SheetXml, written: Mapping[Place, Value]) -> list[str]:
    """All that is not as it was, except the written cells and what they make necessary."""
    found = []
    if DIMENSION.sub(b"", was.head) != DIMENSION.sub(b"", now.head):
        found.append("what stands before the rows changed")
    if _area(now.head) != _wanted_area(was.head, written):
        found.append(f"the dimension is {_area(now.head)}, not {_wanted_area(was.head, written)}")
    if was.tail != now.tail:
        found.append("what stands after the rows changed")
    new = {row.number for row in now.rows} - {row.number for row in was.rows}
    kept = [row for row in now.rows if row.number not in new]
    if [row.number for row in was.rows] != [row.number for row in kept]:
        return [*found, "rows were lost, doubled or moved"]
    if was.gaps != _gaps_without(now, new):
        found.append("what stands between the rows changed")
    for row in now.rows:
        if row.number in new:
            found += _faults_of_new_row(row, written)
    if not _ascends([row.number for row in was.rows]) or _ascends([row.number for row in now.rows]):
        for before, after in zip(was.rows, kept, strict=True):
            found += _row_differences(before, after, written)
    else:
        found.append("a new row stands in the wrong place")
    return found + _missing(now, written)


def _gaps_without(now: SheetXml, new: set[int]) -> list[bytes]:
    gaps = [now.gaps[0]]
    for row, gap in zip(now.rows, now.gaps[1:], strict=True):
        if row.number in new:
            gaps[-1] += gap
        else:
            gaps.append(gap)
    return gaps


def _faults_of_new_row(row: RowXml, written: Mapping[Place, Value]) -> list[str]:
    foreign = [cell for cell in row.cells if written.get(cell.place) in {None, ""}]
    if foreign or not row.cells or any(gap.strip() for gap in row.gaps):
        return [f"the new row {row.number} holds more or less than what was written"]
    if not re.fullmatch(rb'<(?:[\w.-]+:)?row r="%d">' % row.number, row.tag):
        return [f"the new row {row.number} begins with {row.tag!r}"]
    return [] if _ascends([cell.column for cell in row.cells]) else [f"cells of row {row.number} are out of order"]


def _row_differences(was: RowXml, now: RowXml, written: Mapping[Place, Value]) -> list[str]:
    stood = {cell.column for cell in was.cells}
    new = {cell.column for cell in now.cells if cell.column not in stood}
    kept = [cell for cell in now.cells if cell.column not in new]
    if [cell.column for cell in was.cells] != [cell.column for cell in kept]:
        return [f"cells of row {was.number} were lost, doubled or moved"]
    found = []
    if now.tag != was.tag and (not new or now.tag != SPANS.sub(b"", was.tag)):
        found.append(f"the tag of row {was.number} changed from {was.tag!r} to {now.tag!r}")
    if b"".join(was.gaps) != b"".join(now.gaps):
        found.append(f"what stands between the cells of row {was.number} changed")
    if any(written.get((was.number, column)) in {None, ""} for column in new):
        found.append(f"row {was.number} has cells that nobody wrote")
    columns = [cell.column for cell in now.cells]
    if _ascends([cell.column for cell in was.cells]) and not _ascends(columns):
        found.append(f"a new cell of row {was.number} stands in the wrong place")
    for before, after in zip(was.cells, kept, strict=True):
        if before.place in written:
            found += _faults_of_written(before, after)
        elif before.raw != after.raw:
            found.append(f"the cell {address(before.place)}, which nobody wrote, changed to {after.raw[:80]!r}")
    return found


def _faults_of_written(was: CellXml, now: CellXml) -> list[str]:
    found = []
    if was.attributes.get("r") != now.attributes.get("r"):
        found.append(f"the cell {address(was.place)} changed its address")
    if now.formula is not None:
        found.append(f"the cell {address(was.place)} still holds a formula")
    return found


def _missing(now: SheetXml, written: Mapping[Place, Value]) -> list[str]:
    there = {cell.place for cell in now.cells()}
    return [
        f"the cell {address(place)} was written and is not there"
        for place, value in written.items()
        if value not in {None, ""} and place not in there
    ]


def _ascends(numbers: list[int]) -> bool:
    return all(first < second for first, second in itertools.pairwise(numbers))


def _area(head: bytes) -> str | None:
    match = DIMENSION.search(head)
    return match[1].decode() if match else None


def _wanted_area(head: bytes, written: Mapping[Place, Value]) -> str | None:
    """The dimension that holds all that it held and every written cell that is not blank."""
    ref = _area(head)
    first, _, last = (ref or "").partition(":")
    one, two = ADDRESS.fullmatch(first), ADDRESS.fullmatch(last or first)
    places = [place for place, value in written.items() if value not in {None, ""}]
    if ref is None or one is None or two is None:
        return ref
    (top, left), (bottom, right) = ((int(each[2]), column_number(each[1])) for each in (one, two))
    if all(top <= row <= bottom and left <= column <= right for row, column in places):
        return ref
    top, bottom = min([top, *(r for r, _ in places)]), max([bottom, *(r for r, _ in places)])
    left, right = min([left, *(c for _, c in places)]), max([right, *(c for _, c in places)])
    return f"{address((top, left))}:{address((bottom, right))}"
