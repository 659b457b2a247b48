"""Rows of values with written cells laid over them. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.text import landed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from komet_xl.grids.grid import Position, Value
    from komet_xl.grids.xlsx.refs import Area
    from komet_xl.sheets.cells import Cell


def overlaid(rows: list[list[Cell]], cells: Mapping[Position, Value]) -> list[list[Cell]]:
    """The rows with cells written over them, trimmed to what is used. Rows that nothing changes are not copied."""
    result = list(rows)
    copied: set[int] = set()
    for (row, column), value in cells.items():
        new = value if type(value) is int else landed(value)
        if new is None and (row > len(result) or column > len(result[row - 1])):
            continue
        while len(result) < row:
            result.append([])
        if row not in copied:
            copied.add(row)
            result[row - 1] = list(result[row - 1])
        line = result[row - 1]
        line.extend([None] * (column - len(line)))
        line[column - 1] = new
    for row in copied:
        trimmed(result[row - 1])
    while result and not result[-1]:
        result.pop()
    return result


def trimmed(row: list[Cell]) -> list[Cell]:
    """The same row without what is blank at its end."""
    while row and row[-1] is None:
        row.pop()
    return row


def at(rows: list[list[Cell]], row: int, column: int) -> Cell:
    """One cell; None beyond what is used."""
    return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None


def heading_end(rows: list[list[Cell]], area: Area) -> int:
    """The last column: that of the area, or further while headings go on beside it."""
    headings = rows[area.top - 1] if area.top <= len(rows) else []
    right = area.right
    while right < len(headings) and headings[right] not in {None, ""}:
        right += 1
    return right
