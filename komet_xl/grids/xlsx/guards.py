"""Cells that cannot be written, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import refs
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


def fixed(found: Scan, row: int, column: int) -> str:
    """Why a cell cannot be written, or nothing. Raises ValueError for what is no cell."""
    if row < 1 or column < 1:
        raise ValueError("rows and columns are counted from 1")
    if row > MOST_ROWS or column > MOST_COLUMNS:
        return f"lies beyond our limit of {MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns"
    if row in found.doubles:
        return "stands in a row that the file holds twice or out of order; open it in Excel and save it again"
    if found.arrays and any(area.holds(row, column) for area in found.arrays):
        return "belongs to an array formula or data table; clear that first"
    for area in found.merged:
        if area.holds(row, column) and (row, column) != (area.top, area.left):
            return f"is hidden below the merged cells {area}; unmerge them first"
    shared = found.shared.get((row, column))
    if shared is not None and shared != refs.address(row, column):
        return f"holds the formula that {shared} share; clear that range first"
    return ""
