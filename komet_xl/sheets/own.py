"""What of a sheet is the user's own: what was typed beside our columns, and formulas that fill a column. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from komet_xl.sheets import cells
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from komet_xl.sheets.cells import Cell

Fill: TypeAlias = "tuple[int, str]"
"""A column, and the formula that fills it, written so that it is the same in each row."""

_SHARED: Final = "="
"""How a grid gives a formula that the file keeps only once, in the topmost of its rows."""
_REFERENCE: Final = re.compile(
    r"""
    "[^"]*"  # a text
    | (?: '[^']*' | [\w.\]]+ ) ! (?P<elsewhere> \$?[A-Z]{1,3}\$?[0-9]+ (?: :\$?[A-Z]{1,3}\$?[0-9]+ )? )
    | (?<![\w.$]) (?P<column>\$?[A-Z]{1,3}) (?P<row>[0-9]{1,7}) (?![\w.(])  # a cell, its row relative
    """,
    re.VERBOSE,
)
"""References to other sheets stay as they are when a row moves: a formula with one is one of its own in each row."""
_RELATIVE: Final = re.compile("[A-Z][0-9]")


@dataclass(frozen=True, slots=True)
class Own:
    """What stands in columns that are not ours, by row of the sheet."""

    noted: frozenset[int]
    """Rows with something typed, or with a formula that no other row has."""
    fills: dict[int, frozenset[Fill]]
    """Formulas of a row that other rows have as well: nobody typed them for that row."""
    everywhere: frozenset[Fill]
    """Formulas that every row has."""


def holds(cell: Cell) -> bool:
    """Whether there is anything: a formula counts also while it shows nothing."""
    return isinstance(cell, Formula) or not cells.is_blank(cell)


def find_own(rows: Sequence[Sequence[Cell]], first: int, ours: Collection[int]) -> Own:
    """
    What is the user's own in the rows from `first` on.

    Args:
        rows: All rows of the sheet.
        first: The first row below the headings, counted from 1.
        ours: Our columns, counted from 1.
    """
    columns = [column for column in range(1, max(map(len, rows), default=0) + 1) if column not in ours]
    typed: set[int] = set()
    formulas: dict[int, list[Fill]] = {}
    above: dict[int, tuple[str, int]] = {}
    used = 0
    for number, row in enumerate(rows[first - 1 :], start=first):
        used += any(map(holds, row))
        for column in columns:
            cell = row[column - 1] if column <= len(row) else None
            if isinstance(cell, Formula):
                if cell.text != _SHARED:
                    above[column] = cell.text, number
                formulas.setdefault(number, []).append((column, _form(*above.get(column, (_SHARED, number)), number)))
            elif cell is not None and holds(cell):
                typed.add(number)
    count = Counter(fill for fills in formulas.values() for fill in fills)
    filling = {fill for fill, times in count.items() if times > 1 or used == 1 or fill[1] == _SHARED}
    alone = {number for number, fills in formulas.items() if not filling.issuperset(fills)}
    return Own(
        noted=frozenset(typed | alone),
        fills={number: frozenset(fills) & filling for number, fills in formulas.items()},
        everywhere=frozenset(fill for fill, times in count.items() if times == len(rows) - first + 1),
    )


def _form(formula: str, first: int, row: int) -> str:
    """
    A formula with the distance to its row in place of each relative row: the same when it is filled down.

    Args:
        formula: As it stands in the row `first`.
        first: The topmost row that shares it; often `row` itself.
        row: The row whose formula it is.
    """

    def each(match: re.Match[str]) -> str:
        if match["row"] is not None:
            return f"{match['column']}[{int(match['row']) - first}]"
        drifts = first != row and match["elsewhere"] and _RELATIVE.search(match["elsewhere"])
        return f"{match[0]}[{row}]" if drifts else match[0]

    return _REFERENCE.sub(each, formula)
