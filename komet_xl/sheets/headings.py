"""Which column is which. Pure. Headings are Komet's field names; case, blanks, _ and - do not count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from komet_xl.errors import HeadingError
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from komet_xl.sheets.cells import Cell

DEEPEST_HEADING_ROW = 20
_DROPPED = str.maketrans("", "", " _-\t\r\n\u00a0")


def squeeze(heading: str) -> str:
    """The form in which headings are compared: "Mark Code", "mark_code" and "markCode" are one."""
    return heading.translate(_DROPPED).casefold()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a sheet's columns are."""

    row: int
    """Heading row, counted from 1."""
    columns: dict[str, int]
    """Column by heading (our spelling), counted from 1."""
    width: int
    """Last column that holds a heading of any kind."""

    def cell(self, row: Sequence[Cell], heading: str) -> Cell:
        """The cell of a row under a heading; None where the sheet has no such column."""
        column = self.columns.get(heading)
        return row[column - 1] if column is not None and column <= len(row) else None


def column_letters(column: int) -> str:
    """1 → A, 27 → AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def find_layout(rows: Sequence[Sequence[Cell]], wanted: Iterable[str], *, enough: int = 1) -> Layout | None:
    """
    The row among the first 20 that holds most of the wanted headings, at least `enough`; None when there is none.

    Raises:
        HeadingError: that row holds one of them twice.
    """
    by_form = {squeeze(heading): heading for heading in wanted}
    best: tuple[int, int] | None = None
    for index, row in enumerate(rows[:DEEPEST_HEADING_ROW]):
        score = len({squeeze(text) for text in _texts(row).values()} & by_form.keys())
        if score >= enough and (best is None or score > best[0]):
            best = (score, index)
    if best is None:
        return None
    number = best[1] + 1
    texts = _texts(rows[best[1]])
    columns: dict[str, int] = {}
    for column, text in texts.items():
        heading = by_form.get(squeeze(text))
        if heading is None:
            continue
        if heading in columns:
            here, there = column_letters(columns[heading]), column_letters(column)
            raise HeadingError(f"the heading {heading} stands twice ({here}{number} and {there}{number}); rename one.")
        columns[heading] = column
    return Layout(number, columns, max(texts))


def _texts(row: Sequence[Cell]) -> dict[int, str]:
    found = {}
    for column, cell in enumerate(row, start=1):
        value = cell.value if isinstance(cell, Formula) else cell
        if isinstance(value, str) and value.strip():
            found[column] = value.strip()
    return found
