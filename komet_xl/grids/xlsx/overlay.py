"""Rows of values with written cells laid over them. Pure."""

from __future__ import annotations

from itertools import accumulate
from operator import attrgetter
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.refs import LAST_COLUMN, Area
from komet_xl.grids.xlsx.scan import MOST_COLUMNS
from komet_xl.grids.xlsx.text import landed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from komet_xl.grids.grid import Position, Value
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


def heading_end(rows: list[list[Cell]], area: Area, last: int = LAST_COLUMN) -> int:
    """The last column: that of the area, or further while headings go on beside it; those after `last` are others'."""
    headings = rows[area.top - 1] if area.top <= len(rows) else []
    right = area.right
    while right < min(last, len(headings)) and headings[right] not in {None, ""}:
        right += 1
    return right


def unseen(merged: Iterable[Area]) -> list[Area]:
    """The cells of merged ranges that nobody sees: all but the first of each."""
    found = []
    for area in merged:
        if area.left < area.right:
            found.append(Area(area.top, area.left + 1, area.top, area.right))
        if area.top < area.bottom:
            found.append(Area(area.top + 1, area.left, area.bottom, area.right))
    return found


def without(rows: list[list[Cell]], areas: Sequence[Area]) -> list[list[Cell]]:
    """The rows with these areas blank. Rows that nothing changes are not copied."""
    result = list(rows)
    for number, columns in covered(rows, areas):
        row = list(result[number - 1])
        for column in columns:
            row[column - 1] = None
        result[number - 1] = trimmed(row)
    while result and not result[-1]:
        result.pop()
    return result


def covered(rows: Sequence[Sequence[Cell]], areas: Sequence[Area]) -> Iterator[tuple[int, list[int]]]:
    """The rows that have used columns in one of the areas, and these columns."""
    if not areas:
        return
    first, last = min(area.top for area in areas), min(max(area.bottom for area in areas), len(rows))
    for number, edges in _swept(areas, range(first, last + 1)):
        depths = accumulate(edges[: len(rows[number - 1]) + 1])
        columns = [column for column, depth in enumerate(depths) if depth]
        if columns:
            yield number, columns


def caught(cells: Iterable[Position], areas: Iterable[Area]) -> set[Position]:
    """The cells that lie in one of the areas. Of many cells and many areas not each is held against each."""
    by_row: dict[int, list[int]] = {}
    for row, column in cells:
        by_row.setdefault(row, []).append(column)
    if not by_row:
        return set()
    top, bottom = min(by_row), max(by_row)
    left, right = min(map(min, by_row.values())), max(map(max, by_row.values()))
    near = [a for a in areas if a.top <= bottom and a.bottom >= top and a.left <= right and a.right >= left]
    return {
        (row, column)
        for row, edges in _swept(near, sorted(by_row) if near else ())
        for column in by_row[row]
        if 0 < column <= MOST_COLUMNS and sum(edges[: column + 1]) > 0
    }


def _swept(areas: Sequence[Area], rows: Iterable[int]) -> Iterator[tuple[int, list[int]]]:
    """
    Those of the rows (ascending) that areas stretch over, and how many more areas are at each column than left of it.

    The list is the same one each time.
    """
    opening, closing = sorted(areas, key=attrgetter("top")), sorted(areas, key=attrgetter("bottom"))
    edges = [0] * (MOST_COLUMNS + 2)
    opened = closed = 0
    for row in rows:
        while opened < len(opening) and opening[opened].top <= row:
            _count(edges, opening[opened], 1)
            opened += 1
        while closed < len(closing) and closing[closed].bottom < row:
            _count(edges, closing[closed], -1)
            closed += 1
        if opened > closed:
            yield row, edges


def _count(edges: list[int], area: Area, more: int) -> None:
    edges[min(area.left, MOST_COLUMNS + 1)] += more
    edges[min(area.right, MOST_COLUMNS) + 1] -= more
