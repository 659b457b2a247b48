"""Stored results that a workbook itself calls out of date.

A pull, a push or another program has changed what formulas look at, and has asked for all of them to be calculated when
the workbook is opened the next time (`fullCalcOnLoad`). Until then what stands in the file as their results are old
values, or the zeros of a program that cannot calculate; an order line with such a price would cost money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.sheets import orders, prebooks
from komet_xl.sheets.cells import Formula
from komet_xl.sheets.headings import squeeze

if TYPE_CHECKING:
    from komet_xl.sheets.cells import Cell

HEADINGS: Final = frozenset(
    map(squeeze, [*orders.HEADINGS, *(each.heading for each in (*prebooks.COLUMNS, *prebooks.BREAKDOWN_COLUMNS))])
)
FEWEST: Final = 3
"""Headings of ours that make a row a heading row: an orders sheet has at least these."""


def without_results(rows: list[list[Cell]]) -> list[list[Cell]]:
    """
    The rows with formulas as if they had never been calculated.

    Heading rows are left as they are. A heading that went would take its column along: rows that show they were sent
    would look open, mark codes would be left out.
    """
    return [_row(row) if any(isinstance(cell, Formula) for cell in row) else row for row in rows]


def _row(row: list[Cell]) -> list[Cell]:
    if len({text for cell in row if (text := _heading(cell)) in HEADINGS}) >= FEWEST:
        return row
    return [Formula(cell.text, None) if isinstance(cell, Formula) else cell for cell in row]


def _heading(cell: Cell) -> str:
    value = cell.value if isinstance(cell, Formula) else cell
    return squeeze(value) if isinstance(value, str) else ""
