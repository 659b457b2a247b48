"""A workbook as Excel keeps it, over openpyxl: the cells behind the test engine. It mimics what Excel makes of values.

What is given to a cell counts as typed: "00123" becomes a number, "=1+1" a formula, "TRUE" a boolean, unless the cell
has the format Text or the text begins with an apostrophe. Numbers come back as float, errors as negative int, days as
moments, money as Decimal cut to four decimals. Nothing is calculated: `results` holds what formulas show.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from openpyxl import Workbook, load_workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

from komet_xl.grids.xlsx.formulas import copied
from komet_xl.grids.xlsx.refs import LAST_COLUMN, LAST_ROW, Area, area, column_letters
from tests.support.xltyping import Raw, as_com, double, formula, refusal, typed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from openpyxl.cell.cell import Cell
    from openpyxl.worksheet.worksheet import Worksheet


class Pages:
    """The sheets of one workbook."""

    def __init__(self, path: Path | None = None) -> None:
        self.book = Workbook() if path is None else load_workbook(path)
        self.results: dict[tuple[str, int, int], Raw] = {}
        """What formulas show, by sheet, row and column."""
        self._columns: dict[tuple[str, int], str] = {}
        if path is not None:
            for page in load_workbook(path, data_only=True).worksheets:
                for row in page.iter_rows():
                    self.results |= {(page.title, c.row, c.column): c.value for c in row if c.value is not None}
        for page in self.book.worksheets:
            for letters, dimension in page.column_dimensions.items():
                if dimension.number_format != "General":
                    self._columns[page.title, area(f"{letters}1").left] = dimension.number_format

    # ------------------------------------------------------------------------------------------------------ sheets

    def sheets(self) -> list[str]:
        """Their names in order."""
        return [each.title for each in self.book.worksheets]

    def add_sheet(self, name: str | None, position: int) -> str:
        """A blank sheet before the one at that position."""
        return self.book.create_sheet(name or f"Sheet{len(self.sheets()) + 1}", position).title

    def rename_sheet(self, old: str, new: str) -> None:
        self._page(old).title = new

    def remove_sheet(self, name: str) -> None:
        self.book.remove(self._page(name))

    def used(self, sheet: str) -> tuple[int, int]:
        """Last row and column with a value or a format; A1 at least."""
        cells = [c for c in _cells(self._page(sheet)) if c.value is not None or c.has_style]
        return max((c.row for c in cells), default=1), max((c.column for c in cells), default=1)

    # ------------------------------------------------------------------------------------------------------- cells

    def values(self, sheet: str, where: Area) -> list[list[Raw]]:
        page = self._page(sheet)
        return [[self._raw(sheet, _peek(page, r, c)) for c in _columns(where)] for r in _rows(where)]

    def exact(self, sheet: str, where: Area) -> list[list[Raw]]:
        """As `values`, with plain doubles for money and days."""
        page = self._page(sheet)
        return [
            [double(self._raw(sheet, _peek(page, r, c), money=False)) for c in _columns(where)] for r in _rows(where)
        ]

    def plain(self, sheet: str) -> list[tuple[Raw, ...]]:
        """What the cells hold, from A1 on."""
        return list(self._page(sheet).iter_rows(values_only=True))

    def type_in(self, sheet: str, cell: str, value: Raw) -> None:
        """Change a cell, as a person does; a text stays a text."""
        self._page(sheet)[cell] = value

    def put(self, sheet: str, where: Area, rows: Sequence[Sequence[Raw]]) -> None:
        page = self._page(sheet)
        for r, row in zip(_rows(where), rows, strict=True):
            for c, value in zip(_columns(where), row, strict=True):
                if value in ("", None) and _peek(page, r, c) is None:
                    continue
                self._type(self._cell(page, r, c), value)

    def formulas(self, sheet: str, where: Area) -> list[list[str]]:
        page = self._page(sheet)
        return [[formula(_peek(page, r, c)) for c in _columns(where)] for r in _rows(where)]

    def number_format(self, sheet: str, where: Area) -> str | None:
        """What the cells have in common."""
        page = self._page(sheet)
        last = min(where.bottom, max(page.max_row, where.top))
        found = {
            cell.number_format if (cell := _peek(page, r, c)) else self._columns.get((sheet, c), "General")
            for r in range(where.top, last + 1)
            for c in _columns(where)
        }
        return found.pop() if len(found) == 1 else None

    def set_number_format(self, sheet: str, where: Area, code: str) -> None:
        page = self._page(sheet)
        if where.bottom == LAST_ROW:
            self._columns |= {(sheet, c): code for c in _columns(where)}
            for c in _columns(where):
                page.column_dimensions[column_letters(c)].number_format = code
        for r in range(where.top, min(where.bottom, page.max_row if where.bottom == LAST_ROW else where.bottom) + 1):
            for c in _columns(where):
                if where.bottom != LAST_ROW or _peek(page, r, c) is not None:
                    self._cell(page, r, c).number_format = code

    def copy(self, sheet: str, source: Area, to: Area) -> None:
        """Cells with everything they have; one row may fill many."""
        page = self._page(sheet)
        right = min(source.right, page.max_column)
        height = source.bottom - source.top + 1
        taken = {
            (r, c): _Kept(cell, self.results.get((sheet, r, c))) if (cell := _peek(page, r, c)) else None
            for r in _rows(source)
            for c in range(source.left, right + 1)
        }
        for r in _rows(to):
            old = source.top + (r - to.top) % height
            for c in range(source.left, right + 1):
                _drop(page, r, c)
                self.results.pop((sheet, r, c), None)
                kept = taken[old, c]
                if kept is not None:
                    kept.put(page.cell(r, c), r - old)
                    self.results[sheet, r, c] = kept.result
            if source.right == LAST_COLUMN:
                page.row_dimensions[r].height = page.row_dimensions[old].height

    def clear(self, sheet: str, where: Area) -> None:
        page = self._page(sheet)
        for r in _rows(where):
            for c in _columns(where):
                _drop(page, r, c)

    def delete_rows(self, sheet: str, where: Area) -> None:
        self._page(sheet).delete_rows(where.top, where.bottom - where.top + 1)

    def hidden(self, sheet: str) -> set[int]:
        return {row for row, each in self._page(sheet).row_dimensions.items() if each.hidden}

    def set_hidden(self, sheet: str, rows: range, *, hidden: bool) -> None:
        for row in rows:
            self._page(sheet).row_dimensions[row].hidden = hidden

    def is_merged(self, sheet: str, where: Area) -> bool | None:
        found = [area(each.coord) for each in self._page(sheet).merged_cells.ranges]
        meets = [each for each in found if each.top <= where.bottom and where.top <= each.bottom]
        return None if any(each.left <= where.right and where.left <= each.right for each in meets) else False

    def merge_area(self, sheet: str, where: Area) -> Area:
        """The merged cells that a cell is part of, or the cell."""
        found = [area(each.coord) for each in self._page(sheet).merged_cells.ranges]
        return next((each for each in found if each.holds(where.top, where.left)), where)

    def has_array(self, sheet: str, where: Area) -> bool | None:
        cells = _cells(self._page(sheet))
        return None if any(isinstance(c.value, ArrayFormula) and where.holds(c.row, c.column) for c in cells) else False

    # --------------------------------------------------------------------------------------------- names, tables

    def names(self) -> dict[str, str]:
        """What each name of the workbook refers to."""
        return {name: f"={each.attr_text}" for name, each in self.book.defined_names.items()}

    def put_name(self, name: str, refers_to: str) -> None:
        self.book.defined_names[name] = DefinedName(name, attr_text=refers_to.removeprefix("="))

    def remove_name(self, name: str) -> None:
        del self.book.defined_names[name]

    def tables(self, sheet: str) -> dict[str, Area]:
        return {name: area(ref) for name, ref in self._page(sheet).tables.items()}

    def put_table(self, sheet: str, name: str, where: Area) -> None:
        tables = self._page(sheet).tables
        if name in tables:
            del tables[name]
        tables.add(Table(displayName=name, ref=str(where)))

    def save(self, path: Path) -> None:
        """Write the file, with column names of tables as the sheet has them."""
        for page in self.book.worksheets:
            for table in page.tables.values():
                table.tableColumns = []
                table._initialise_columns()  # noqa: SLF001  openpyxl does it only for tables it has just made
                for column, cell in zip(table.tableColumns, page[table.ref][0], strict=True):
                    column.name = str(cell.value)
        self.book.save(path)

    # -------------------------------------------------------------------------------------------------------- inside

    def _page(self, name: str) -> Worksheet:
        page: Worksheet = self.book[name]
        return page

    def _cell(self, page: Worksheet, row: int, column: int) -> Cell:
        is_new = _peek(page, row, column) is None
        cell: Cell = page.cell(row, column)
        if is_new and (page.title, column) in self._columns:
            cell.number_format = self._columns[page.title, column]
        return cell

    def _raw(self, sheet: str, cell: Cell | None, *, money: bool = True) -> Raw:
        if cell is None:
            return None
        value = cell.value
        if cell.data_type == "f" or isinstance(value, ArrayFormula):
            value = self.results.get((sheet, cell.row, cell.column), 0.0)
        return as_com(value, cell.number_format if money else "General", is_error=cell.data_type == "e")

    def _type(self, cell: Cell, value: Raw) -> None:
        """Give a cell a value as if a person had typed it."""
        if isinstance(cell.value, ArrayFormula) and cell.value.ref != cell.coordinate:
            raise refusal("You can't change part of an array.")
        self.results.pop((cell.parent.title, cell.row, cell.column), None)
        cell.value, kind, code = typed(value, cell.number_format)
        if kind:
            cell.data_type = kind
        if code:
            cell.number_format = code


class _Kept:
    """A cell on its way to another place."""

    def __init__(self, cell: Cell, result: Raw) -> None:
        self.value, self.kind, self.comment, self.result = cell.value, cell.data_type, cell.comment, result
        self.style = copy(cell._style)  # noqa: SLF001  openpyxl's own way to copy a style

    def put(self, cell: Cell, rows: int) -> None:
        cell.value = "=" + copied(self.value[1:], rows, 0) if self.kind == "f" else self.value
        cell.data_type, cell.comment = self.kind, copy(self.comment)
        cell._style = copy(self.style)  # noqa: SLF001  same


def _cells(page: Worksheet) -> list[Cell]:
    return list(page._cells.values())  # noqa: SLF001  openpyxl's public ways make cells


def _peek(page: Worksheet, row: int, column: int) -> Cell | None:
    """A cell, if there is one: looking must not make it."""
    found: Cell | None = page._cells.get((row, column))  # noqa: SLF001  same
    return found


def _drop(page: Worksheet, row: int, column: int) -> None:
    """An untouched cell is none."""
    page._cells.pop((row, column), None)  # noqa: SLF001  same


def _rows(where: Area) -> Iterator[int]:
    yield from range(where.top, where.bottom + 1)


def _columns(where: Area) -> Iterator[int]:
    yield from range(where.left, where.right + 1)
