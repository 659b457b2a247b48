"""Stored results that a workbook itself calls out of date.

A pull, a push or another program has changed what formulas look at, and has asked for all of them to be calculated when
the workbook is opened the next time (`fullCalcOnLoad`). Until then what stands in the file as their results are old
values, or the zeros of a program that cannot calculate; an order line with such a price would cost money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.overlay import at, covered
from komet_xl.grids.xlsx.scan import MOST_PLACES
from komet_xl.sheets import orders, prebooks
from komet_xl.sheets.cells import Formula
from komet_xl.sheets.headings import squeeze

if TYPE_CHECKING:
    from komet_xl.grids.xlsx.refs import Area
    from komet_xl.grids.xlsx.scan import Scan
    from komet_xl.sheets.cells import Cell

HEADINGS: Final = frozenset(
    map(squeeze, [*orders.HEADINGS, *(each.heading for each in (*prebooks.COLUMNS, *prebooks.BREAKDOWN_COLUMNS))])
)
FEWEST: Final = 3
"""Headings of ours that make a row a heading row: an orders sheet has at least these."""


def with_true_results(found: Scan, part: str, *, stale: bool) -> list[list[Cell]]:
    """
    The sheet's rows, formulas whose results are old as if they had never been calculated.

    A file has an array formula's text in its first cell and mere values in the others. Those are results like the first
    one, and gone with it: all of them where the workbook says so (`stale`), else where the first cell has no result.

    Raises:
        PartError: array formulas over more cells than we keep.
    """
    rows = without_results(found.rows) if stale else found.rows
    large = [area for area in found.arrays if (area.top, area.left) != (area.bottom, area.right)]
    old = [area for area in large if stale or not _has_result(at(found.rows, area.top, area.left))]
    return _without_arrays(rows, old, part) if old else rows


def without_results(rows: list[list[Cell]]) -> list[list[Cell]]:
    """
    The rows with formulas as if they had never been calculated.

    Heading rows are left as they are. A heading that went would take its column along: rows that show they were sent
    would look open, mark codes would be left out.
    """
    return [_row(row) if any(isinstance(cell, Formula) for cell in row) else row for row in rows]


def _without_arrays(rows: list[list[Cell]], areas: list[Area], part: str) -> list[list[Cell]]:
    """Cells in the areas as formulas without a result, blank ones as well: who knows what they would show."""
    width = max(map(len, rows))
    wide = range(width)
    result = list(rows)
    added = 0
    for number, columns in covered([wide if row else () for row in rows], areas):
        old = rows[number - 1]
        if _is_heading(old):
            continue
        added += max(0, columns[-1] - len(old))
        if added > MOST_PLACES:
            raise PartError(f"its part {part} has array formulas over more cells than we keep", "split the sheet")
        row = [*old, *[None] * (columns[-1] - len(old))]
        for column in columns:
            cell = row[column - 1]
            row[column - 1] = Formula(cell.text if isinstance(cell, Formula) else "=", None)
        result[number - 1] = row
    return result


def _has_result(cell: Cell) -> bool:
    return isinstance(cell, Formula) and cell.value is not None


def _row(row: list[Cell]) -> list[Cell]:
    if _is_heading(row):
        return row
    return [Formula(cell.text, None) if isinstance(cell, Formula) else cell for cell in row]


def _is_heading(row: list[Cell]) -> bool:
    return len({text for cell in row if (text := _heading(cell)) in HEADINGS}) >= FEWEST


def _heading(cell: Cell) -> str:
    value = cell.value if isinstance(cell, Formula) else cell
    return squeeze(value) if isinstance(value, str) else ""
