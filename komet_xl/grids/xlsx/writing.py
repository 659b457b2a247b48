"""What is written into the cells of one sheet, and what a written value becomes in XML."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Literal

from komet_xl.grids.xlsx.dates import to_serial
from komet_xl.grids.xlsx.text import BLANKS, RISKY, clean, digits, escaped

if TYPE_CHECKING:
    from array import array
    from collections.abc import Mapping

    from komet_xl.grids.grid import Position, Value
    from komet_xl.grids.xlsx.styles import Styles

MOST_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be written into one sheet, and what the cells need from the workbook around them."""

    cells: Mapping[Position, Value]
    standing: array[int]
    """Rows that stand in the sheet part, ascending."""
    styles: Styles
    from_1904: bool
    known: dict[tuple[int, str], int] = field(default_factory=dict)
    """Styles that were looked up."""
    numbers: dict[tuple[int, int], str] = field(default_factory=dict)
    """What stands after the address of whole numbers that were written, by style and number."""

    def cell(self, prefix: str, ref: str | None, style: int, value: Value) -> str:
        """One cell element. `ref` is None where the sheet leaves addresses out."""
        head = f"<{prefix}c" if ref is None else f'<{prefix}c r="{ref}"'
        return head + self.after_address(prefix, style, value)

    def after_address(self, prefix: str, style: int, value: Value) -> str:
        """All of a cell element that comes after its address."""
        if type(value) is int and not prefix:  # a status, a count: the same few over and over
            known = self.numbers.get((style, value))
            if known is None:
                known = f"{self._head(self._adapted(style, 'plain'), '')}><v>{digits(value)}</v></c>"
                if len(self.numbers) < MOST_REMEMBERED:
                    self.numbers[style, value] = known
            return known
        style, kind, content = self._content(prefix, style, value)
        head = self._head(style, kind)
        return f"{head}>{content}</{prefix}c>" if content else f"{head}/>"

    @staticmethod
    def _head(style: int, kind: str) -> str:
        head = f' s="{style}"' if style else ""
        return f'{head} t="{kind}"' if kind else head

    def _content(self, p: str, style: int, value: Value) -> tuple[int, str, str]:
        """Style, kind and inner XML of a cell."""
        if value is None or value == "":
            return style, "", ""
        if isinstance(value, str):
            text = clean(value)
            style = self._adapted(style, "quoted") if text.startswith(RISKY) else style
            kept = ' xml:space="preserve"' if text != text.strip(BLANKS) or "\n" in text else ""
            return style, "inlineStr", f"<{p}is><{p}t{kept}>{escaped(text)}</{p}t></{p}is>"
        if isinstance(value, date):
            number = str(to_serial(value, from_1904=self.from_1904))
            return self._adapted(style, "day"), "", f"<{p}v>{number}</{p}v>"
        return self._adapted(style, "plain"), "", f"<{p}v>{digits(value)}</{p}v>"

    def _adapted(self, style: int, kind: Literal["quoted", "day", "plain"]) -> int:
        """The style that a value of that kind needs; looked up once."""
        known = self.known.get((style, kind))
        if known is None:
            known = self.known[style, kind] = getattr(self.styles, kind)(style)
        return known
