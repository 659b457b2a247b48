"""A new sheet for order lines: headings, formats, checks of what is typed, and a colour for each verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.grids.excel.faults import patiently
from komet_xl.sheets.cells import MARK_CODE_LENGTH
from komet_xl.sheets.colours import FILLS
from komet_xl.sheets.columns import Column, Kind

if TYPE_CHECKING:
    import xlwings

    from komet_xl.grids.excel import ExcelBook

COLUMNS: Final = (
    Column("prebookId", Kind.ID, 12),
    Column("inventoryId", Kind.ID, 13),
    Column("boxes", Kind.COUNT, 8),
    Column("price", Kind.MONEY, 10),
    Column("markCode", Kind.TEXT, 16),
    Column("unitsPerBox", Kind.COUNT, 13),
    Column("status", Kind.ID, 11),
    Column("message", Kind.TEXT, 60),
)
LAST: Final = 2_000
"""Rows that are checked and coloured."""


def add_order_sheet(opened: ExcelBook, book: xlwings.Book) -> str:
    """Make the sheet, named orders, or orders 2 where there is one. Returns its name. Raises SheetError."""
    number, name = 1, "orders"
    while opened.has(name):
        number += 1
        name = f"orders {number}"
    opened.add(name, COLUMNS)
    sheet = book.sheets[name]
    patiently(_check, sheet)
    patiently(_colour, sheet)
    patiently(sheet.activate)
    return name


def _check(sheet: xlwings.Sheet) -> None:
    """What cannot be sent cannot be typed either."""
    sheet.range(f"C2:C{LAST}").data_validation.set_whole_number("greater_than_or_equal", 1)
    sheet.range(f"D2:D{LAST}").data_validation.set_decimal("greater_than_or_equal", 0)
    sheet.range(f"E2:E{LAST}").data_validation.set_text_length("less_than_or_equal", MARK_CODE_LENGTH)


def _colour(sheet: xlwings.Sheet) -> None:
    """Both result cells of a row; a number counts by its digits."""
    cells = sheet.range(f"G2:H{LAST}")
    for status, colour in FILLS.items():
        cells.conditional_formats.add_custom(f'=TRIM($G2&"")="{status}"', fill_color=colour)
