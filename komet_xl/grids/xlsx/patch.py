"""Written cells into a sheet part: only the cells that must change do, the rest stays to the byte."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.markup import Edit, applied, attribute, opened, parse, parser, prefix_of, tag_end
from komet_xl.grids.xlsx.styles import whole
from komet_xl.grids.xlsx.values import YES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from xml.parsers.expat import XMLParserType

    from komet_xl.grids.grid import Position, Value
    from komet_xl.grids.xlsx.writing import Writing


@dataclass(slots=True)
class _Row:
    """The row that the pass stands in."""

    number: int
    start: int
    style: int | None
    """Style of its blank cells, when the row has one of its own."""
    pending: list[int]
    """Columns still to be written, descending: the next one is last."""
    inserted: bool = False


@dataclass(slots=True)
class _Cell:
    """The cell that the pass stands in."""

    start: int
    ref: str | None
    style: int
    value: Value


@dataclass(slots=True)
class Columns:
    """Styles that the sheet gives to whole columns."""

    spans: list[tuple[int, int, int]] = field(default_factory=list)

    def style(self, column: int) -> int:
        """The style of a column's blank cells."""
        return next((style for first, last, style in self.spans if first <= column <= last), 0)


def widened(ref: str, cells: Mapping[Position, Value]) -> str | None:
    """The range of used cells with the written ones in it; None when it is as before, or was none."""
    try:
        was = refs.area(ref)
    except ValueError:
        return None
    used = [place for place, value in cells.items() if value is not None and value != ""]
    if not used:
        return None
    rows, columns = [row for row, _ in used], [column for _, column in used]
    now = was.widened(min(rows), min(columns)).widened(max(rows), max(columns))
    return None if now == was else str(now)


def patched(data: bytes, part: str, writing: Writing) -> bytes:
    """The sheet part (UTF-8) with the cells written. Raises PartError when it is not well-formed."""
    made = parser(part)
    patcher = _Patcher(data, writing, made)
    made.StartElementHandler, made.EndElementHandler = patcher.start, patcher.end
    parse(made, data, part)
    return applied(data, patcher.edits)


class _Patcher:
    """Handlers of the pass; collects edits by byte position."""

    def __init__(self, data: bytes, writing: Writing, made: XMLParserType) -> None:
        self.edits: list[Edit] = []
        self._data = data
        self._writing = writing
        self._parser = made
        self._columns = Columns()
        self._targets: dict[int, list[int]] = {}
        for row, column in sorted(writing.cells, reverse=True):
            self._targets.setdefault(row, []).append(column)
        standing = set(writing.standing)
        self._new_rows = sorted((n for n in self._targets if n not in standing), reverse=True)
        self._depth = 0
        self._names: dict[str, str] = {}
        self._prefix = ""
        self._data_start = -1
        self._at_row = self._at_column = 0
        self._row: _Row | None = None
        self._cell: _Cell | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        depth = self._depth
        if depth > 4:
            return
        if depth == 4:
            if name == self._names["c"] and self._data_start >= 0:
                self._open_cell(attributes)
        elif depth == 3:
            if name == self._names["row"] and self._data_start >= 0:
                self._open_row(attributes)
            elif name == self._names["col"]:
                self._keep_column(attributes)
        elif depth == 2:
            self._open_section(name, attributes)
        else:
            namespace = name.rpartition(" ")[0]
            self._names = {local: f"{namespace} {local}" for local in ("c", "row", "col", "sheetData", "dimension")}

    def end(self, _: str) -> None:
        depth = self._depth
        self._depth -= 1
        if depth == 4 and self._cell is not None:
            self._close_cell(self._cell)
        elif depth == 3 and self._row is not None:
            self._close_row(self._row)
        elif depth == 2 and self._data_start >= 0:
            self._close_data()

    # --- around the cells ---------------------------------------------------------------------------------------

    def _open_section(self, name: str, attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        if name == self._names["sheetData"]:
            self._data_start = at
            self._prefix = prefix_of(self._data, at)
        elif name == self._names["dimension"]:
            self._widen(at, attributes.get("ref", ""))

    def _widen(self, at: int, ref: str) -> None:
        """Keep the stated range of used cells true."""
        now = widened(ref, self._writing.cells)
        if now is not None:
            stop = tag_end(self._data, at)
            self.edits.append(Edit(at, stop, attribute(self._data[at:stop], "ref", now)))

    def _keep_column(self, attributes: dict[str, str]) -> None:
        style = whole(attributes.get("style"))
        if style:
            first, last = whole(attributes.get("min")), whole(attributes.get("max"))
            self._columns.spans.append((first, last, style))

    def _close_data(self) -> None:
        new = self._rows_before(refs.LAST_ROW + 1)
        if new:
            self._insert_into(self._data_start, new)
        self._data_start = -1

    def _insert_into(self, start: int, new: bytes) -> None:
        """Put bytes at the end of the element that ends here, opening an empty-element tag."""
        stop = tag_end(self._data, start)
        if self._data[stop - 2 : stop] != b"/>":
            at = self._parser.CurrentByteIndex
            self.edits.append(Edit(at, at, new))
            return
        tag = self._data[start:stop]
        self.edits.append(Edit(start, stop, opened(tag, new)))

    # --- rows ---------------------------------------------------------------------------------------------------

    def _open_row(self, attributes: dict[str, str]) -> None:
        at = self._parser.CurrentByteIndex
        number = attributes.get("r")
        self._at_row = self._at_row + 1 if number is None else whole(number)
        self._at_column = 0
        new = self._rows_before(self._at_row)
        if new:
            self.edits.append(Edit(at, at, new))
        style = whole(attributes.get("s")) if attributes.get("customFormat") in YES else None
        self._row = _Row(self._at_row, at, style, self._targets.pop(self._at_row, []))

    def _rows_before(self, number: int) -> bytes:
        """The rows that the sheet lacks, up to `number`."""
        pieces: list[bytes] = []
        p = self._prefix
        while self._new_rows and self._new_rows[-1] < number:
            row = self._new_rows.pop()
            cells = self._cells_before(_Row(row, 0, None, self._targets.pop(row)), refs.LAST_COLUMN + 1)
            if cells:
                pieces += (f'<{p}row r="{row}">'.encode(), cells, f"</{p}row>".encode())
        return b"".join(pieces)

    def _close_row(self, row: _Row) -> None:
        self._row = None
        new = self._cells_before(row, refs.LAST_COLUMN + 1)
        if not row.inserted:
            return
        stop = tag_end(self._data, row.start)
        tag = self._data[row.start : stop]
        bare = attribute(tag, "spans", None)
        if tag.endswith(b"/>"):
            self.edits.append(Edit(row.start, stop, opened(bare, new)))
            return
        if bare != tag:
            self.edits.append(Edit(row.start, stop, bare))
        if new:
            at = self._parser.CurrentByteIndex
            self.edits.append(Edit(at, at, new))

    # --- cells --------------------------------------------------------------------------------------------------

    def _open_cell(self, attributes: dict[str, str]) -> None:
        row = self._row
        if row is None:
            return
        ref = attributes.get("r")
        self._at_column = self._at_column + 1 if ref is None else refs.column_of(ref)
        if not row.pending or row.pending[-1] > self._at_column:
            return
        new = self._cells_before(row, self._at_column)
        if new:
            at = self._parser.CurrentByteIndex
            self.edits.append(Edit(at, at, new))
        if row.pending and row.pending[-1] == self._at_column:
            row.pending.pop()
            value = self._writing.cells[row.number, self._at_column]
            self._cell = _Cell(self._parser.CurrentByteIndex, ref, whole(attributes.get("s")), value)

    def _close_cell(self, cell: _Cell) -> None:
        self._cell = None
        stop = tag_end(self._data, cell.start)
        if self._data[stop - 2 : stop] != b"/>":
            stop = tag_end(self._data, self._parser.CurrentByteIndex)
        prefix = prefix_of(self._data, cell.start)
        self.edits.append(Edit(cell.start, stop, self._writing.cell(prefix, cell.ref, cell.style, cell.value).encode()))

    def _cells_before(self, row: _Row, column: int) -> bytes:
        """The cells that the row lacks, up to `column`. Nothing is made for a blank."""
        pieces: list[bytes] = []
        while row.pending and row.pending[-1] < column:
            at = row.pending.pop()
            value = self._writing.cells[row.number, at]
            if value is None or value == "":
                continue
            style = self._columns.style(at) if row.style is None else row.style
            pieces.append(self._writing.cell(self._prefix, refs.address(row.number, at), style, value).encode())
        row.inserted = row.inserted or bool(pieces)
        return b"".join(pieces)
