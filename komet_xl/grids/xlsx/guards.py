"""Cells that cannot be written, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.overlay import caught, unseen
from komet_xl.grids.xlsx.scan import MOST_COLUMNS, MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Collection

    from komet_xl.grids.grid import Position
    from komet_xl.grids.xlsx.scan import Scan


def all_free(found: Scan, cells: Collection[Position]) -> bool:
    """Whether nothing can stand against any of the cells, looked at together."""
    if found.doubles or found.arrays or found.shared or found.merged or not cells:
        return False
    rows, columns = [row for row, _ in cells], [column for _, column in cells]
    return min(rows) >= 1 and max(rows) <= MOST_ROWS and min(columns) >= 1 and max(columns) <= MOST_COLUMNS


def first_fixed(found: Scan, cells: Collection[Position]) -> tuple[Position, str] | None:
    """The first of the cells that cannot be written, and why. Raises ValueError for what is no cell."""
    if all_free(found, cells):
        return None
    held = caught(cells, [*found.arrays, *unseen(found.merged)])
    for row, column in cells:
        fault = _beyond(row, column) or _fixed(found, row, column, held)
        if fault:
            return (row, column), fault
    return None


def _beyond(row: int, column: int) -> str:
    if row < 1 or column < 1:
        raise ValueError("rows and columns are counted from 1")
    if row > MOST_ROWS or column > MOST_COLUMNS:
        return f"lies beyond our limit of {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns"
    return ""


def _fixed(found: Scan, row: int, column: int, held: Collection[Position]) -> str:
    """Why a cell cannot be written, or nothing. `held` are those in an array formula or below merged cells."""
    if row in found.doubles:
        return "stands in a row that the file holds twice or out of order; open it in Excel and save it again"
    if (row, column) in held:
        if any(area.holds(row, column) for area in found.arrays):
            return "belongs to an array formula or data table; clear that first"
        area = next(a for a in found.merged if a.holds(row, column) and (row, column) != (a.top, a.left))
        return f"is hidden below the merged cells {area}; unmerge them first"
    shared = found.shared.get((row, column))
    if shared is not None and shared != refs.address(row, column):
        return f"holds the formula that {shared} share; clear that range first"
    return ""
