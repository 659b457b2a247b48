"""The user's own formulas beside replaced rows: how each must read in its new row. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from komet_xl.grids.xlsx.formulas import Rows, moved, pattern
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from komet_xl.sheets.cells import Cell

Line: TypeAlias = "dict[int, str]"
"""Formulas of one row by column."""
Carried: TypeAlias = "dict[int, tuple[Formula, int]]"
"""Formulas by column, each with the row it stands in."""


def line_of(cells: Carried, row: int, span: Rows) -> Line:
    """Formulas of old rows as they must read in a new one."""
    return {column: "=" + moved(cell.text.removeprefix("="), old, row, span) for column, (cell, old) in cells.items()}


def filling(rows: Sequence[Sequence[Cell]], span: Rows, ours: frozenset[int]) -> Carried:
    """Formulas that every row below the headings has: new rows get them as well."""
    body = [(number, row) for number, row in enumerate(rows, start=1) if number > span.heading and row]
    found: Carried = {}
    for column in range(1, min((len(row) for _, row in body), default=0) + 1):
        if column not in ours:
            found |= _filled_down(column, {number: row[column - 1] for number, row in body}, span.sheet)
    return found


def _filled_down(column: int, cells: Mapping[int, Cell], sheet: str) -> Carried:
    formulas = {number: cell for number, cell in cells.items() if isinstance(cell, Formula)}
    kinds = {pattern(cell.text.removeprefix("="), number, sheet) for number, cell in formulas.items()}
    if len(kinds) != 1 or len(formulas) != len(cells):
        return {}
    number, cell = next(iter(formulas.items()))
    return {column: (cell, number)}
