"""The rows below the headings of a sheet that exists, told apart: whose is which. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.errors import SheetError
from komet_xl.sheets import cells, headings
from komet_xl.sheets.cells import Formula
from komet_xl.sheets.origins import Side, Unreadable, find_anchor
from komet_xl.sheets.own import find_own, holds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from komet_xl.sheets.cells import Cell
    from komet_xl.sheets.columns import Kind
    from komet_xl.sheets.headings import Layout
    from komet_xl.sheets.origins import Told


class Body:
    """What stands below the headings. Rows are numbered as the sheet shows them."""

    def __init__(self, found: Sequence[Sequence[Cell]], layout: Layout, kinds: Mapping[str, Kind]) -> None:
        self.numbers = range(layout.row + 1, len(found) + 1)
        filled = {
            heading
            for heading, column in layout.columns.items()
            if any(column <= len(row) and holds(row[column - 1]) for row in found[layout.row :])
        }
        self.prepared = not filled
        """Whether our columns are blank in every row: no pull has filled this sheet yet."""
        self.anchor = find_anchor(filled)
        """The headings that say which prebook a row is of; () when none does."""
        self.own = find_own(found, layout.row + 1, layout.columns.values())
        self._found = found
        self._layout = layout
        self._kinds = kinds
        self._ours = sorted(layout.columns.values())

    def is_ours(self, number: int) -> bool:
        """Whether anything stands in our columns of a row."""
        row = self._found[number - 1]
        return any(column <= len(row) and holds(row[column - 1]) for column in self._ours)

    def side(self, numbers: Iterable[int]) -> Side:
        """Some of the rows as what they say."""
        places = {heading: column - 1 for heading, column in self._layout.columns.items()}
        return Side([self._found[number - 1] for number in numbers], places, self._kinds)

    def items(self, answer: Side) -> list[int]:
        """
        The rows that an earlier pull has filled: those that show which prebook they are of.

        Where no column says so, those with values of ours, but not =SUM(A2:A50). In a prepared sheet, as many as the
        answer has.
        """
        if self.prepared:
            return list(self.numbers[: len(answer.rows)])
        if not self.anchor:
            return [number for number in self.numbers if self.is_ours(number) and not self._calculates(number)]
        heading = self.anchor[0]
        place = self._layout.columns[heading] - 1
        told = dict(zip(self.numbers, self.side(self.numbers).told(heading), strict=True))
        named = [number for number, each in told.items() if _names_a_prebook(each)]
        typed = {number for number in named if not isinstance(self._found[number - 1][place], Formula)}
        known = {*answer.told(heading), *(told[number] for number in typed)}
        return [number for number in named if number in typed or told[number] in known]  # not =COUNT(A2:A50)

    def sort_out(self, numbers: Iterable[int], name: str) -> list[int]:
        """
        Of rows that are no items, those that are prepared for more: nothing but formulas that fill their columns.

        Raises:
            SheetError: one of them holds something else. `name` is the sheet's, for the message.
        """
        rest = sorted(numbers)
        alien = [number for number in rest if number in self.own.noted or self.is_ours(number)]
        if alien:
            raise SheetError(self._refusal(name, alien))
        return [number for number in rest if number in self.own.fills]

    def _calculates(self, number: int) -> bool:
        row = self._found[number - 1]
        return any(column <= len(row) and isinstance(row[column - 1], Formula) for column in self._ours)

    def _refusal(self, name: str, alien: list[int]) -> str:
        number = alien[0]
        column, cell = next((c, each) for c, each in enumerate(self._found[number - 1], start=1) if holds(each))
        what = cell.text if isinstance(cell, Formula) else cells.shown(cell)
        missing = self.anchor[0] if self.anchor else "prebook"
        more = f" ({len(alien)} such rows)" if len(alien) > 1 else ""
        return (
            f"the sheet {name} has a row of your own below its headings, which a pull would lose: "
            f"{headings.column_letters(column)}{number} holds {what}, and row {number} shows no {missing}{more}; "
            "move it above the headings or to another sheet, or delete the row (a table's Total Row: switch it off), "
            "and pull again."
        )


def _names_a_prebook(told: Told) -> bool:
    """Whether it can be an id or a prebook number: "Total" is none."""
    return isinstance(told, int) or (
        isinstance(told, str) and not isinstance(told, Unreadable) and any(map(str.isdigit, told))
    )
