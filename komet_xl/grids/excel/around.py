"""Tables and names that speak of replaced rows: those that ended with the old rows end with the new ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.errors import SheetError
from komet_xl.grids.excel import blocks
from komet_xl.grids.excel.faults import patiently
from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.formulas import spanning
from komet_xl.grids.xlsx.refs import Area
from komet_xl.grids.xlsx.workbook import ONE_RECTANGLE

if TYPE_CHECKING:
    import xlwings

    from komet_xl.grids.xlsx.formulas import Rows


def area_of(cells: xlwings.Range) -> Area:
    """The rectangle of a range."""
    rows, columns = cells.shape
    return Area(cells.row, cells.column, cells.row + rows - 1, cells.column + columns - 1)


def lines_of(table: xlwings.main.Table) -> Area:
    """A table's headings and lines, without its totals row: totals are no line."""
    area = area_of(table.range)
    totals = 1 if table.show_totals and area.bottom > area.top else 0
    return Area(area.top, area.left, area.bottom - totals, area.right)


def named_area(refers_to: str | None) -> tuple[str, Area] | None:
    """Sheet and rectangle that a name stands for; None for a number, a formula, several rectangles, or nothing more."""
    match = ONE_RECTANGLE.fullmatch((refers_to or "").removeprefix("="))
    try:
        return ((match[1] or match[2]).replace("''", "'"), refs.area(match[3])) if match else None
    except ValueError:
        return None


def ensure_no_totals(sheet: xlwings.Sheet, span: Rows, where: str) -> None:
    """Raise SheetError for a totals row among the replaced rows: Excel would move it by halves."""
    for name, area, has_totals in patiently(_totals, sheet):
        if has_totals and area.bottom >= span.first and span.left <= area.right and area.left <= span.right:
            raise SheetError(
                f"{where}: the table {name} has a totals row; switch it off (Table Design > Total Row) and try again."
            )


def put_tables(sheet: xlwings.Sheet, span: Rows, ours: frozenset[int]) -> None:
    """Tables over the replaced rows get as long as these are, and as wide as headings of ours go on beside them."""
    for table, area in patiently(_tables, sheet):
        if area.top != span.heading or not span.spanned(Area(area.top, area.left, max(area.bottom, 1), area.right)):
            continue
        right = area.right
        while right + 1 in ours:
            right += 1
        new = Area(area.top, area.left, max(span.new_bottom, span.first), right)
        if new != area:
            patiently(table.resize, blocks.rectangle(sheet, new))


def put_names(sheet: xlwings.Sheet, span: Rows) -> None:
    """Names of ranges over the replaced rows name all of the new ones."""
    for name, old in patiently(_names, sheet.book):
        if not old or not old.startswith("="):
            continue
        new = "=" + spanning(old[1:], span)
        if new != old:
            patiently(setattr, name, "refers_to", new)


def _totals(sheet: xlwings.Sheet) -> list[tuple[str, Area, bool]]:
    return [(table.name, area_of(table.range), bool(table.show_totals)) for table in sheet.tables]


def _tables(sheet: xlwings.Sheet) -> list[tuple[xlwings.main.Table, Area]]:
    """Tables that can be made longer by hand; one with a totals row has as many lines as before."""
    return [(table, area_of(table.range)) for table in sheet.tables if not table.show_totals]


def _names(book: xlwings.Book) -> list[tuple[xlwings.main.Name, str | None]]:
    return [(name, name.refers_to) for name in book.names]
