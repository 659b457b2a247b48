"""Number formats of replaced columns: texts stay texts, numbers stay numbers, new rows look like the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from komet_xl.grids.excel import blocks
from komet_xl.grids.excel.faults import patiently
from komet_xl.grids.xlsx.refs import Area

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import xlwings

    from komet_xl.grids.excel.values import Taken
    from komet_xl.grids.xlsx.formulas import Rows

TEXT = "@"
GENERAL = "General"


class Formats:
    """The formats that columns have before their rows are replaced."""

    def __init__(self, sheet: xlwings.Sheet, span: Rows, columns: Sequence[int]) -> None:
        """Look at them; one call for each column."""
        self._sheet = sheet
        self._span = span
        self._columns = columns
        last = max(span.old_bottom, span.first)
        self._found = {column: self._format(Area(span.first, column, last, column)) for column in columns}

    def apply(self, rows: Sequence[Sequence[Taken]], new: Sequence[int]) -> None:
        """
        Make the columns fit for their values, before they are written.

        Args:
            rows: The values, one for each column.
            new: Rows that continue no old one: they get the format that all old rows have in common.
        """
        if not rows:
            return
        first, last = self._span.first, self._span.new_bottom
        for index, column in enumerate(self._columns):
            values = [row[index] for row in rows]
            has = self._found[column]
            if self.is_text(values):
                if has != TEXT or new:
                    self._set(Area(first, column, last, column), TEXT)
            elif has == TEXT:
                self._set(Area(first, column, last, column), GENERAL)
            else:
                if has is None:
                    self._free_of_text(Area(first, column, last, column))
                if has not in {None, GENERAL}:
                    for top, bottom in blocks.runs(new):
                        self._set(Area(top, column, bottom, column), str(has))

    @staticmethod
    def is_text(values: Sequence[Taken]) -> bool:
        """Whether a column holds nothing but texts."""
        kinds = {type(each) for each in values if each is not None}
        return kinds == {str}

    def _format(self, area: Area) -> str | None:
        """The format that cells have in common; None where they differ."""
        found: Any = patiently(getattr, blocks.rectangle(self._sheet, area), "number_format")
        return None if found is None else str(found)

    def _set(self, area: Area, code: str) -> None:
        patiently(setattr, blocks.rectangle(self._sheet, area), "number_format", code)

    def _free_of_text(self, area: Area) -> None:
        """Numbers in cells of the format Text become texts: such cells among others get the general format."""
        for part in list(self._texts_in(area)):
            self._set(part, GENERAL)

    def _texts_in(self, area: Area) -> Iterator[Area]:
        found = self._format(area)
        if found == TEXT:
            yield area
        elif found is None and area.top < area.bottom:
            middle = (area.top + area.bottom) // 2
            yield from self._texts_in(Area(area.top, area.left, middle, area.right))
            yield from self._texts_in(Area(middle + 1, area.left, area.bottom, area.right))
