"""Which column is which. Pure. Headings are Komet's field names; case, blanks, dashes, _ and unseen do not count."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.errors import HeadingError
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from komet_xl.sheets.cells import Cell

DEEPEST_HEADING_ROW = 20
_UNSEEN = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp", "Pd"})
"""Categories of control and format characters, blanks and dashes."""
_ALSO_UNSEEN = frozenset("_\u2212\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d") | {
    chr(code) for code in range(0xFE00, 0xFE10)
}
"""Underscore and minus; and what is shown as nothing although it counts as a letter or an accent."""


class _Counting(dict[int, int | None]):
    """What `str.translate` makes of each character, found out when it first comes: most headings are plain."""

    def __missing__(self, code: int) -> int | None:
        each = chr(code)
        self[code] = kept = None if each in _ALSO_UNSEEN or unicodedata.category(each) in _UNSEEN else code
        return kept


_COUNTING: Final = _Counting()


def squeeze(heading: str) -> str:
    """
    The form in which headings are compared: "Mark Code", "mark_code" and "markCode" are one.

    Two headings that look alike to a person are one. A mark code or a status that is not seen as such costs money: the
    line goes out without its mark, or a second time.
    """
    if not heading.isascii():
        heading = unicodedata.normalize("NFKC", heading)
    return heading.translate(_COUNTING).casefold()


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
