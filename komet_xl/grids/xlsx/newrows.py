"""New rows as XML, many at a time: one template for all rows that look alike, one piece of XML for equal values."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.text import landed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from komet_xl.grids.grid import Value
    from komet_xl.grids.xlsx.writing import Writing

MOST_REMEMBERED: Final = 20_000
SIMPLE: Final = frozenset({str, int, Decimal, date, type(None)})


class _AfterAddress(dict["Value", str]):
    """What stands after the address of a cell with that value; made when it is first asked for."""

    def __init__(self, writing: Writing, prefix: str, style: int) -> None:
        super().__init__()
        self._writing = writing
        self._prefix = prefix
        self._style = style

    def __missing__(self, value: Value) -> str:
        text = self._writing.after_address(self._prefix, self._style, value)
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[value] = text
        return text


class RowWriter:
    """Writes rows with values in the same columns."""

    def __init__(self, writing: Writing, columns: Sequence[int], prefix: str = "") -> None:
        self._writing = writing
        self._prefix = prefix
        self._order = sorted(range(len(columns)), key=lambda index: columns[index])
        self._sorted = self._order == list(range(len(columns)))
        self.columns = tuple(columns[index] for index in self._order)
        """Where the values go, ascending."""
        self._pieces: dict[int, _AfterAddress] = {}
        self._templates: dict[tuple[tuple[int, ...], tuple[int, ...]], tuple[str, list[_AfterAddress], list[int]]] = {}

    def row(
        self, number: int, tag: str, values: Sequence[Value], styles: tuple[int, ...], others: Mapping[int, str]
    ) -> str:
        """
        One row element.

        Args:
            number: Its row number.
            tag: Its first tag.
            values: One for each column, in the order the columns were given.
            styles: The format of each of `columns`, ascending.
            others: Whole cell elements of other columns, by column.

        Raises:
            ValueError: not a value of the port.
        """
        if not SIMPLE.issuperset(map(type, values)):
            _ensure_values(values)
        ordered = values if self._sorted else [values[index] for index in self._order]
        template, pieces, order = self._template(styles, tuple(sorted(others)))
        try:
            parts = [piece[value] for piece, value in zip(pieces, ordered, strict=True)]
        except TypeError:
            raise ValueError("a cell is written as a text, a number or a day") from None
        if others:
            parts += [others[column] for column in sorted(others)]
            parts = [parts[index] for index in order]
        return f"{tag}{template.replace('#', str(number)) % tuple(parts)}</{self._prefix}row>"

    def _template(self, styles: tuple[int, ...], others: tuple[int, ...]) -> tuple[str, list[_AfterAddress], list[int]]:
        """The cells of a row with # for its number and %s for what changes, and which part goes to each %s."""
        known = self._templates.get((styles, others))
        if known is not None:
            return known
        places = sorted([*enumerate(self.columns), *enumerate(others, start=len(self.columns))], key=lambda at: at[1])
        text = "".join(
            f'<{self._prefix}c r="{refs.column_letters(column)}#"%s' if index < len(self.columns) else "%s"
            for index, column in places
        )
        made = text, [self._pieces_of(style) for style in styles], [index for index, _ in places]
        if len(self._templates) < MOST_REMEMBERED:
            self._templates[styles, others] = made
        return made

    def _pieces_of(self, style: int) -> _AfterAddress:
        if style not in self._pieces:
            self._pieces[style] = _AfterAddress(self._writing, self._prefix, style)
        return self._pieces[style]


def _ensure_values(values: Sequence[Value]) -> None:
    """Raise ValueError for what is no value of the port, also where it equals one (True and 1 are one key)."""
    for value in values:
        landed(value)
        if isinstance(value, float) or (isinstance(value, date) and isinstance(value, datetime)):
            raise ValueError(f"{value!r} is not written: give a Decimal, an int or a day")  # noqa: TRY004  documented
