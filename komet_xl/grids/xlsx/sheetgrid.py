"""The .xlsx adapter's grids: one worksheet, or the table or range of a name in one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.overlay import caught, heading_end, trimmed
from komet_xl.grids.xlsx.replace import Wanted

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from komet_xl.grids.grid import Position, Value
    from komet_xl.grids.xlsx.book import XlsxBook
    from komet_xl.grids.xlsx.refs import Area
    from komet_xl.grids.xlsx.workbook import Sheet, Table
    from komet_xl.sheets.cells import Cell

WHOLE_SHEET = refs.Area(1, 1, refs.LAST_ROW, refs.LAST_COLUMN)


class XlsxGrid:
    """One worksheet, or the table or named range of that name in one."""

    def __init__(self, book: XlsxBook, name: str, sheet: Sheet, area: Area | None) -> None:
        self._book = book
        self._name = name
        self._sheet = sheet
        self._area = area

    @property
    def name(self) -> str:
        """Name as it stands in the workbook."""
        return self._name

    def read(self) -> list[list[Cell]]:
        """All rows from row 1 to the last used one, each from column 1 to its last used column.

        In a table or range, cells outside are None; its columns go on to the right as long as its first row does and no
        other table begins.

        Raises:
            SheetError: the sheet is damaged, hostile or beyond our limits.
        """
        rows = self._book.rows(self._sheet.part)
        if self._area is None:
            return rows
        area = self._area
        right = self._right(rows, area)
        inside = [
            trimmed([None] * (area.left - 1) + row[area.left - 1 : right]) if area.top <= number else []
            for number, row in enumerate(rows[: area.bottom], start=1)
        ]
        while inside and not inside[-1]:
            inside.pop()
        return inside

    def hidden_rows(self) -> frozenset[int]:
        """Rows hidden by hand, by a group, by a filter, or made zero high; all rows of a hidden sheet."""
        area = self._area or WHOLE_SHEET
        if self._sheet.is_hidden:
            return frozenset(range(area.top, min(area.bottom, len(self._book.rows(self._sheet.part))) + 1))
        return frozenset(row for row in self._book.hidden(self._sheet.part) if area.top <= row <= area.bottom)

    def comments_astray(self, heading: int, origins: Sequence[int | None]) -> int:
        """How many rows have comments and will not stand where they stood: here a comment stays at its cell."""
        area = self._area or WHOLE_SHEET
        goes_to = {origin: row for row, origin in enumerate(origins, start=heading + 1)}
        rows = self._book.commented(self._sheet.part)
        return sum(1 for row in rows if max(area.top, heading + 1) <= row <= area.bottom and goes_to.get(row) != row)

    def write(self, cells: Mapping[Position, Value]) -> None:
        """Set cells, keeping each cell's format; several calls add up, the later one wins.

        An empty text empties the cell. Either all of `cells` is taken or none of it.

        Raises:
            SheetError: outside the table's or range's rows, inside an array formula, the first cell of a shared
                formula, a table's heading, or the sheet or workbook cannot be changed safely.
            ValueError: not a value of the port (boolean, time of day, more than 15 digits).
        """
        self._ensure_inside(cells)
        self._book.write(self._sheet, cells)

    def ensure_writable(self, cells: Collection[Position]) -> None:
        """Raise SheetError when `write` would refuse one of these cells. Changes nothing."""
        self._ensure_inside(cells)
        self._book.ensure_cells(self._sheet, cells)

    def _right(self, rows: list[list[Cell]], area: Area) -> int:
        """The last column, with those that go on beside the table or range."""
        end = heading_end(rows, area)
        if end > area.right:
            end = heading_end(rows, area, _last_free(area, self._book.tables_beside(self._sheet, area)))
        return end

    def _ensure_inside(self, cells: Collection[Position]) -> None:
        area = self._area
        for row, column in cells:
            if area is not None and not (area.top <= row <= area.bottom and column >= area.left):
                raise SheetError(
                    f"{self._book.where}: the cell {refs.address(row, column)} lies outside {self._name} ({area}); "
                    "make the range larger."
                )
        beside = [cell for cell in cells if area is not None and cell[1] > area.right]
        if area is not None and beside:
            self._ensure_nobody_elses(area, beside)

    def _ensure_nobody_elses(self, area: Area, cells: Collection[Position]) -> None:
        """Raise SheetError when one of these cells right of the table or range is in another table, or beyond one."""
        tables = self._book.tables_beside(self._sheet, area)
        last = _last_free(area, tables)
        held = caught(cells, [_whole(table) for table in tables])
        for row, column in cells:
            if column > last or (row, column) in held:
                near = [t for t in tables if _whole(t).holds(row, column) or t.area.left == last + 1]
                names = next((table.names for table in near if table.names), ())
                raise SheetError(
                    f"{self._book.where}: {self._name} ({area}) has no room at its right for the cell "
                    f"{refs.address(row, column)}: {f'the table {names[0]}' if names else 'another table'} "
                    "stands there; move that table away."
                )

    def replace(
        self, heading: int, columns: Sequence[int], rows: Sequence[Sequence[Value]], origins: Sequence[int | None]
    ) -> None:
        """
        Make `rows` the rows below the heading row; see the port.

        Raises:
            SheetError: what stands there cannot be moved safely, or the workbook is damaged.
            ValueError: not a value of the port, or a call that makes no sense.
        """
        area = self._area
        if area is not None:
            area = refs.Area(area.top, area.left, area.bottom, self._right(self._book.rows(self._sheet.part), area))
        change = self._book.replace(self._sheet, area, Wanted(heading, tuple(columns), rows, origins))
        if self._area is not None:
            bottom = max(change.rows.new_bottom, heading + 1)
            self._area = refs.Area(self._area.top, self._area.left, bottom, self._area.right)


def _whole(table: Table) -> Area:
    area = table.area
    return refs.Area(area.top, area.left, area.bottom + table.totals, area.right)


def _last_free(area: Area, tables: list[Table]) -> int:
    """The last column before one of the tables that has a part of the area's heading row."""
    there = [table.area.left for table in tables if table.area.top <= area.top <= _whole(table).bottom]
    return min(there, default=refs.LAST_COLUMN + 1) - 1
