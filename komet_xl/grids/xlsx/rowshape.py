"""Rows that look alike, matched whole: what a column's cells looked like so far becomes one pattern for the next row.

Nothing is guessed: the pattern is narrower than the grammar of `plainrows`, and a row that does not match it whole is
read cell by cell, which teaches the pattern what it lacked.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.sheets.cells import Plain

    Getter = Callable[[str], Plain]

ROW: Final = r'<row r="([1-9][0-9]{0,6})"((?: [A-Za-z:0-9]+="[^"<>&\t\n]*")*)>'
NUMBER: Final = r"<v>(-?[0-9]{1,15}(?:\.[0-9]{1,20})?)</v></c>"
STRING: Final = r"<v>([0-9]{1,8})</v></c>"
INLINE: Final = r"<is><t>([^<]*)</t></is></c>"
MOST_VARIANTS: Final = 400
"""Looks that cells of a sheet have, over all columns; beyond that rows are not alike."""
MOST_REMEMBERED: Final = 20_000
FAIR_TRY: Final = 500


class Numbers(dict[str, int | float]):
    """Numbers by their digits. Those that come again are the same object: a sheet's ids repeat a lot."""

    def __missing__(self, digits: str) -> int | float:
        number = float(digits) if "." in digits else int(digits)
        if len(self) < MOST_REMEMBERED:
            self[digits] = number
        return number


class Texts(dict[str, str]):
    """Texts that cells hold themselves, by their XML; those that come again are the same object."""

    def __init__(self, read: Callable[[str], str]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, xml: str) -> str:
        text = self._read(xml)
        if len(self) < MOST_REMEMBERED:
            self[xml] = text
        return text


class RowShape:
    """The pattern, and what each of its groups means."""

    def __init__(self, strings: list[str], inline: Callable[[str], str]) -> None:
        """`inline` makes the value of a text that a cell holds itself."""
        self._kinds: dict[str, tuple[str, Getter | None]] = {
            "n": (f'(?: t="n")?>{NUMBER}', Numbers().__getitem__),
            "s": (f' t="s">{STRING}', lambda digits: strings[int(digits)]),
            "i": (f' t="inlineStr">{INLINE}', Texts(inline).__getitem__),
            "": ('(?: t="n")? ?/>', None),
        }
        self._variants: dict[int, set[tuple[str | None, str]]] = {}
        self._count = 0
        self._stale = False
        """Whether something was learned since the pattern was made."""
        self._made_of = self._misses = self._misses_before = 0
        """Looks in the pattern; rows so far that were not matched, and how many when the pattern was made."""
        self._pattern: re.Pattern[str] | None = None
        self._columns: list[int] = []
        self._getters: list[Getter] = []
        """Column of each group of the pattern, and what makes a value of its text."""
        self._width = 0
        self._straight = False
        """Whether the groups are the columns from 1 on, each once."""
        self._tried = self._missed = 0

    def learn(self, column: int, style: str | None, kind: str) -> None:
        """A cell of that look stood in that column. Kinds: n number, s shared text, i text, nothing for a blank."""
        known = self._variants.setdefault(column, set())
        if (style, kind) not in known and self._count < MOST_VARIANTS:
            known.add((style, kind))
            self._count += 1
            self._stale = True

    def match(self, block: str, at: int) -> re.Match[str] | None:
        """The row at that place, if all of it looks like rows before."""
        if self._stale and self._is_due():
            self._make()
        if self._pattern is None:
            self._misses += 1
            return None
        self._tried += 1
        found = self._pattern.match(block, at)
        if found is None:
            self._missed += 1
            self._misses += 1
            if self._tried > FAIR_TRY and self._missed * 2 > self._tried:
                self._pattern = None
        return found

    def values(self, found: re.Match[str]) -> list[Plain]:
        """The row's cells from column 1 to its last used one. Raises LookupError for a shared text that is none."""
        texts = found.groups()[2:]
        if self._straight:
            cells = [None if text is None else get(text) for get, text in zip(self._getters, texts, strict=True)]
            while cells and cells[-1] is None:
                cells.pop()
            return cells
        cells = [None] * self._width
        last = 0
        for column, get, text in zip(self._columns, self._getters, texts, strict=True):
            if text is not None:
                cells[column - 1] = get(text)
                last = column
        if last < self._width:
            del cells[last:]
        return cells

    def _is_due(self) -> bool:
        """Whether there is so much that is new that the pattern is worth making again: that takes long."""
        return self._count >= 2 * self._made_of or self._misses >= 2 * self._misses_before

    def _make(self) -> None:
        """The pattern for all that was learned."""
        self._stale = False
        self._made_of, self._misses_before = self._count, self._misses
        pieces = [ROW]
        self._columns, self._getters = [], []
        self._tried = self._missed = 0
        for column in sorted(self._variants):
            looks = []
            for style, kind in sorted(self._variants[column], key=lambda look: (look[0] or "", look[1])):
                rest, get = self._kinds[kind]
                looks.append((f' s="{style}"' if style is not None else "") + rest)
                if get is not None:
                    self._columns.append(column)
                    self._getters.append(get)
            pieces.append(rf'(?:<c r="{refs.column_letters(column)}\1"(?:{"|".join(looks)}))?+')
        self._pattern = re.compile("".join(pieces) + "</row>")
        self._width = max(self._variants, default=0)
        self._straight = self._columns == list(range(1, len(self._columns) + 1))
