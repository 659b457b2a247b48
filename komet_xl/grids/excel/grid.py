"""One sheet of an open workbook, or the table or named range of that name in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.errors import SheetError
from komet_xl.grids.excel import blocks, native
from komet_xl.grids.excel.around import area_of
from komet_xl.grids.excel.faults import patiently
from komet_xl.grids.excel.quiet import quiet
from komet_xl.grids.excel.rows import Replacing
from komet_xl.grids.excel.unmoved import first_change, first_difference
from komet_xl.grids.excel.values import is_same, taken
from komet_xl.grids.xlsx.overlay import heading_end, overlaid, trimmed
from komet_xl.grids.xlsx.refs import LAST_ROW, Area, address
from komet_xl.grids.xlsx.text import landed
from komet_xl.sheets.cells import Formula
from komet_xl.sheets.headings import DEEPEST_HEADING_ROW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import xlwings

    from komet_xl.grids.grid import Position, Value
    from komet_xl.sheets.cells import Cell, Plain

SEEN: Final = (True, -1)
"""What Excel says of a sheet that a person sees; -1 on Windows, where 0 and 2 (only a macro can undo it) are hidden."""


class ExcelGrid:
    """Cells that a person has before them. What is written stands there at once; there is nothing to take back."""

    def __init__(self, where: str, name: str, sheet: xlwings.Sheet, area: Area | None) -> None:
        self._where = where
        self._name = name
        self._sheet = sheet
        self._area = area
        self._seen: list[list[Cell]] | None = None
        """The rows as they were read, and what was written into them since."""
        self._tried: dict[Position, Plain] = {}
        """What we have put into cells, also where we could not make sure that it is there."""

    @property
    def name(self) -> str:
        """Name as it stands in the workbook."""
        return self._name

    @property
    def area(self) -> Area | None:
        """The table or range; None for the whole sheet."""
        return self._area

    @property
    def sheet(self) -> xlwings.Sheet:
        """The sheet it stands in."""
        return self._sheet

    def read(self) -> list[list[Cell]]:
        """All rows from row 1 to the last used one, each from column 1 to its last used column.

        In a table or range, cells outside are None; its columns go on to the right as long as its first row does.

        Raises:
            SheetError: the sheet uses more cells than can be read, or Excel does not answer.
        """
        bottom, right = blocks.used(self._sheet)
        rows = blocks.read(self._sheet, Area(1, 1, bottom, right))
        while rows and not rows[-1]:
            rows.pop()
        self._seen = self._inside(rows)
        return [list(row) for row in self._seen]

    def _inside(self, rows: list[list[Cell]]) -> list[list[Cell]]:
        """The rows without what stands outside of the table or range."""
        area = self._area
        if area is None:
            return rows
        right = heading_end(rows, area)
        found = [
            trimmed([None] * (area.left - 1) + row[area.left - 1 : right]) if area.top <= number else []
            for number, row in enumerate(rows[: area.bottom], start=1)
        ]
        while found and not found[-1]:
            found.pop()
        return found

    def hidden_rows(self) -> frozenset[int]:
        """Rows hidden by hand, by a group, by a filter, or made zero high; all rows of a hidden sheet."""
        bottom, _ = blocks.used(self._sheet)
        area = self._area
        is_seen = patiently(lambda: self._sheet.visible) in SEEN
        found = blocks.hidden(self._sheet, bottom) if is_seen else frozenset(range(1, bottom + 1))
        return found if area is None else frozenset(row for row in found if area.top <= row <= area.bottom)

    def comments_astray(self, heading: int, origins: Sequence[int | None]) -> int:
        """How many rows with comments go: where a row goes on, Excel takes its comments along. On macOS not known."""
        area = self._area
        last = LAST_ROW if area is None else area.bottom
        stay = set(origins)
        return sum(1 for row in patiently(native.commented, self._sheet) if heading < row <= last and row not in stay)

    def ensure_writable(self, cells: Collection[Position]) -> None:
        """Raise SheetError when `write` would refuse one of these cells; ValueError for what is no cell."""
        self._ensure_free(cells)
        for top, left, rows in blocks.rectangles(dict.fromkeys(cells)):
            area = Area(top, left, top + len(rows) - 1, left + len(rows[0]) - 1)
            for cell in blocks.merged(self._sheet, area):
                self._ensure_own(cell, cells)
        if cells and self._seen is not None:
            self._ensure_unmoved(self._look(cells), dict.fromkeys(cells))

    def ensure_unprotected(self) -> None:
        """Raise SheetError for a protected sheet: `replace` would refuse it. Changes nothing."""
        if patiently(native.is_protected, self._sheet):
            raise self._protected()

    def _protected(self) -> SheetError:
        return SheetError(
            f"{self._where}: the sheet {self._sheet.name} is protected; unprotect it (Review > Unprotect Sheet) "
            "and try again."
        )

    def write(self, cells: Mapping[Position, Value]) -> None:
        """
        Set cells, keeping each cell's format; one call of Excel for each rectangle of them.

        Where rows were read before, they are looked at again first and once more afterwards: a person may have sorted
        them in the meantime, or typed into the very cells, and a result must never stand beside another order.

        Raises:
            SheetError: the sheet is protected, a cell lies outside of the table or range or cannot be changed, or
                rows have changed since they were read. A few cells may have been written then.
            ValueError: not a value of the port (boolean, time of day, more than 15 digits), or no cell.
        """
        new = {position: landed(value) for position, value in cells.items()}
        if not new:
            return
        self._ensure_free(new)
        self._ensure_unmoved(self._look(new), new)
        given = {position: taken(value) for position, value in new.items()}
        self._tried |= new
        with quiet(patiently(lambda: self._sheet.book.app)):
            for top, left, values in blocks.rectangles(given):
                blocks.write(self._sheet, top, left, values)
        self._ensure_kept(new, self._look(new))
        if self._seen is not None:
            self._seen = overlaid(self._seen, cells)

    def replace(
        self, heading: int, columns: Sequence[int], rows: Sequence[Sequence[Value]], origins: Sequence[int | None]
    ) -> None:
        """
        Make `rows` the rows below the heading row; see the port.

        Excel itself copies rows to where they go on, so that formats, comments, checks, heights and whatever else a
        row has goes along; a formula then reads as it would have after sorting. New rows have the number formats of
        their columns and no other look. What conditional formats and checks of whole columns cover stays as it was.

        Raises:
            SheetError: what stands there cannot be moved safely: merged cells, an array formula over several rows, a
                filter that hides rows, something below a table that is to grow; or rows have changed since they were
                read. Nothing is changed then. Or Excel refuses in the middle, after which the sheet must be closed
                without saving.
            ValueError: not a value of the port, or a call that makes no sense; nothing is changed.
        """
        self.ensure_unprotected()
        before, old = self._seen, self.read()
        moved = first_difference(before, old) if before is not None else None
        if moved is not None:
            raise self._moved(moved)
        area = self._area
        if area is not None:
            area = Area(area.top, area.left, area.bottom, heading_end(old, area))
        work = Replacing(self._where, self._sheet, area, old, heading, tuple(columns), rows, origins)
        with quiet(patiently(lambda: self._sheet.book.app)):
            work.carry_out()
        self._seen = None
        if self._area is not None:
            bottom = max(heading + len(rows), heading + 1)
            self._area = Area(self._area.top, self._area.left, bottom, self._area.right)

    # ----------------------------------------------------------------------------------------------------- inside

    def _ensure_within(self, cells: Iterable[Position]) -> None:
        area = self._area
        for row, column in cells:
            if area is not None and not (area.top <= row <= area.bottom and column >= area.left):
                raise SheetError(
                    f"{self._where}: the cell {address(row, column)} lies outside {self._name} ({area}); "
                    "make the range larger."
                )

    def _ensure_free(self, cells: Collection[Position]) -> None:
        """Raise SheetError for cells that lie outside, or are protected."""
        if any(row < 1 or column < 1 for row, column in cells):
            raise ValueError("rows and columns are counted from 1")
        self._ensure_within(cells)
        if not cells or not patiently(native.is_protected, self._sheet):
            return
        for top, left, rows in blocks.rectangles(dict.fromkeys(cells)):
            area = Area(top, left, top + len(rows) - 1, left + len(rows[0]) - 1)
            if patiently(native.is_locked, blocks.rectangle(self._sheet, area)):
                raise self._protected()

    def _ensure_own(self, cell: Area, cells: Collection[Position]) -> None:
        """Raise SheetError for a cell that is merged with another one to be written, or hidden by the merging."""
        whole = patiently(lambda: area_of(blocks.rectangle(self._sheet, cell).merge_area))
        inside = [each for each in cells if whole.holds(*each)]
        if inside != [(whole.top, whole.left)]:
            raise SheetError(
                f"{self._where}: the cell {address(cell.top, cell.left)} of the sheet {self._name} is merged with "
                f"others ({whole}), and there is no room for all results; unmerge it and try again."
            )

    def _look(self, cells: Collection[Position]) -> dict[int, list[Cell]]:
        """The rows of these cells as they are now, and those above that may hold their headings."""
        rows, columns = [row for row, _ in cells], [column for _, column in cells]
        seen = self._seen or []
        width = max([*columns, *(len(seen[row - 1]) for row in rows if row <= len(seen))])
        found = dict(enumerate(blocks.read(self._sheet, Area(min(rows), 1, max(rows), width)), start=min(rows)))
        above = min(min(rows) - 1, DEEPEST_HEADING_ROW)
        if self._seen is not None and above:
            found |= enumerate(blocks.read(self._sheet, Area(1, 1, above, max(columns))), start=1)
        return found

    def _ensure_unmoved(self, now: Mapping[int, Sequence[Cell]], cells: Mapping[Position, Plain]) -> None:
        """Raise SheetError for a cell that is not as it was read."""
        changed = self._changed(now, cells)
        if changed is None:
            return
        if self._area is not None and not self._area.holds(*changed):
            raise SheetError(
                f"{self._where}: {address(*changed)} beside {self._name} ({self._area}) holds something, and a result "
                "must go there; move it away and try again."
            )
        raise self._moved(changed)

    def _moved(self, cell: Position) -> SheetError:
        return SheetError(
            f"{self._where}: row {cell[0]} of the sheet {self._name} was changed or moved in the meantime "
            f"({address(*cell)}); leave the sheet as it is while it is worked on."
        )

    def _changed(self, now: Mapping[int, Sequence[Cell]], cells: Mapping[Position, Plain]) -> Position | None:
        """The first cell of these rows that is not as it was read, or as we have left it."""
        if self._seen is None:
            return None
        ours = {each: [self._tried[each]] if each in self._tried else [] for each in cells}
        return first_change(self._seen, now, ours, self._area.left if self._area is not None else 1)

    def _ensure_kept(self, cells: Mapping[Position, Plain], now: Mapping[int, Sequence[Cell]]) -> None:
        """Raise SheetError when Excel made something else of what was written, or rows were moved under our hands."""
        for (row, column), wanted in cells.items():
            line = now[row]
            found = line[column - 1] if column <= len(line) else None
            if isinstance(found, Formula) or not is_same(found, wanted):
                raise SheetError(
                    f"{self._where}: Excel did not keep what was written into {address(row, column)} of the sheet "
                    f"{self._name}; look for a filter, a merged cell or a macro there and try again."
                )
        changed = self._changed(now, cells)
        if changed is not None:
            raise SheetError(
                f"{self._where}: row {changed[0]} of the sheet {self._name} was changed or moved while it was being "
                f"written ({address(*changed)}); what was written may stand beside another row: compare with History."
            )
