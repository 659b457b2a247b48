"""Whether rows still stand where they were read, so that a result never stands beside another order. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.excel.values import is_same
from komet_xl.grids.xlsx.overlay import at
from komet_xl.sheets.cells import Formula
from komet_xl.sheets.headings import DEEPEST_HEADING_ROW

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from komet_xl.grids.grid import Position
    from komet_xl.sheets.cells import Cell, Plain


def first_change(
    seen: list[list[Cell]],
    now: Mapping[int, Sequence[Cell]],
    cells: Mapping[Position, Collection[Plain]],
    left: int,
) -> Position | None:
    """
    The first cell that is not as it was read; None where all are.

    Of a row that is written, every cell counts: the user's own words in a result cell too. Of the rows above, the
    headings of the columns that are written: a column that was put in before them may move nothing else.

    A formula may show a new value, such as a price that follows a market. Where a row has nothing typed by which it
    could be known, that counts as a change.

    Args:
        seen: The rows as they were read, from row 1.
        now: Rows as they are, by number.
        cells: What may stand in cells that are written besides what was read: what we have put there ourselves.
        left: The first column that counts.
    """
    written = {row for row, _ in cells}
    columns = sorted({column for _, column in cells})
    for row, column in _headings(seen, min(written), columns):
        if not _is_same(seen[row - 1][column - 1], _at(now.get(row, ()), column)):
            return row, column
    for row in sorted(written):
        if row <= len(seen):
            line = now[row]
            width = max(len(seen[row - 1]), len(line), *columns)
            changed = _change_in(seen, row, line, cells, range(left, width + 1))
            if changed is not None:
                return row, changed
    return None


def first_difference(seen: list[list[Cell]], now: list[list[Cell]]) -> Position | None:
    """The first cell of a whole sheet that is not as it was read; None where all are. Formulas count as above."""
    if seen == now:
        return None
    for row in range(1, max(len(seen), len(now)) + 1):
        line = now[row - 1] if row <= len(now) else []
        width = max(len(line), len(seen[row - 1]) if row <= len(seen) else 0)
        column = _change_in(seen, row, line, {}, range(1, width + 1))
        if column is not None:
            return row, column
    return None


def _headings(seen: list[list[Cell]], end: int, columns: Sequence[int]) -> Iterator[Position]:
    """Where the columns begin: the topmost cell with something in it, above the rows that are written."""
    for column in columns:
        above = range(1, min(end, DEEPEST_HEADING_ROW + 1))
        row = next((each for each in above if at(seen, each, column) is not None), None)
        if row is not None:
            yield row, column


def _change_in(
    seen: list[list[Cell]],
    row: int,
    line: Sequence[Cell],
    cells: Mapping[Position, Collection[Plain]],
    columns: range,
) -> int | None:
    known = False
    drifted: int | None = None
    for column in columns:
        was, found = at(seen, row, column), _at(line, column)
        ours = cells.get((row, column))
        if isinstance(was, Formula) and isinstance(found, Formula):
            drifted = drifted or (column if was.value != found.value else None)
        elif ours is not None:
            if not (_is_same(was, found) or any(_is_same(each, found) for each in ours)):
                return column
        elif not _is_same(was, found):
            return column
        elif was is not None:
            known = True
    return None if known else drifted


def _is_same(was: Cell, found: Cell) -> bool:
    if isinstance(was, Formula) or isinstance(found, Formula):
        return isinstance(was, Formula) and isinstance(found, Formula)
    return is_same(found, was)


def _at(line: Sequence[Cell], column: int) -> Cell:
    return line[column - 1] if column <= len(line) else None
