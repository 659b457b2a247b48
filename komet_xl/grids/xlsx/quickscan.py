"""The fast reader: a sheet part to values, when it is laid out as spreadsheet programs do it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.plainrows import CELL, ROW, PlainPart, Unusual, attributes, unescaped
from komet_xl.grids.xlsx.rowshape import RowShape
from komet_xl.grids.xlsx.scan import Scan
from komet_xl.grids.xlsx.styles import whole
from komet_xl.grids.xlsx.text import BLANKS, from_xml
from komet_xl.grids.xlsx.values import NUMBERS, Raw, is_hidden, plain
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

    from komet_xl.grids.xlsx.values import Surroundings
    from komet_xl.sheets.cells import Cell, Plain

END_OF_ROW = "</row>"
MOST_REMEMBERED = 10_000


def quick_scan(pieces: Iterable[bytes], part: str, around: Surroundings) -> Scan:
    """
    Read a sheet part.

    Raises:
        Unusual: It is laid out in another way, or something in it cannot be read: the other reader has the say.
        PartError: the zip is damaged.
    """
    plain_part = PlainPart(pieces, part)
    reader = _QuickReader(part, around, plain_part.prefixes)
    for block in plain_part.blocks():
        reader.take(block)
    for ref in plain_part.merged:
        with suppress(ValueError):
            reader.found.merged.append(refs.area(ref))
    return reader.found


class _QuickReader:
    """Takes blocks of whole rows; state is what came before."""

    def __init__(self, part: str, around: Surroundings, prefixes: set[str]) -> None:
        self.found = Scan(plain=True)
        self._prefixes = prefixes
        self._part = part
        self._around = around
        self._row = 0
        self._columns: dict[str, int] = {}
        self._hidden: dict[str, bool] = {}
        self._shape = RowShape(around.strings(), self._inline)
        plain_unstyled = not around.shown or around.shown[0] in NUMBERS
        self._simple: set[str | None] = {str(n) for n, shown in enumerate(around.shown) if shown in NUMBERS}
        self._simple |= {None} if plain_unstyled else set()
        """Styles that show a number as a number."""

    def take(self, block: str) -> None:
        """The next rows."""
        self.found.stand(block.count("<c "), self._part)
        at, end = 0, len(block)
        shape = self._shape
        while at < end:
            alike = shape.match(block, at)
            if alike is not None:
                number = self._open(alike[1], alike[2])
                try:
                    cells: list[Cell] = [*shape.values(alike)]
                except LookupError:
                    raise Unusual from None
                if cells:
                    self._keep(number, cells)
                at = alike.end()
                continue
            head = ROW.match(block, at)
            if head is None:
                raise Unusual
            number = self._open(head[1], head[2])
            at = head.end()
            if head[3]:
                continue
            at = self._take_cells(block, at, head[1], number)
            if not block.startswith(END_OF_ROW, at):
                raise Unusual
            at += len(END_OF_ROW)

    def _open(self, digits: str, rest: str) -> int:
        """A row begins."""
        number = int(digits)
        if not self._row < number <= refs.LAST_ROW:
            raise Unusual
        self._row = number
        self.found.numbers.append(number)
        if self._is_hidden(rest):
            self.found.hidden.add(number)
        return number

    def _is_hidden(self, text: str) -> bool:
        known = self._hidden.get(text)
        if known is None:
            named = attributes(text, self._prefixes)
            known = is_hidden(named)
            if "r" in named:
                raise Unusual
            if len(self._hidden) < MOST_REMEMBERED:
                self._hidden[text] = known
        return known

    def _take_cells(self, block: str, at: int, row_text: str, row: int) -> int:
        """The cells of a row that looks like none before, one by one. Returns where they end."""
        cells: list[Cell] = []
        last = 0
        cell: re.Match[str] | None = None
        for cell in iter(CELL.scanner(block, at).match, None):  # type: ignore[attr-defined]  # goes on where it ended
            letters, digits, style, kind, attrs, _, value, _, space, text = cell.groups()
            column = self._columns.get(letters) or self._column(letters)
            if digits != row_text or column <= last:
                raise Unusual
            last = column
            stored = self._value(cell) if attrs is None else self._formula(cell, row, column)
            if attrs is None:
                self._teach(column, style, kind, value, None if space else text)
            if stored is not None:
                if column > len(cells) + 1:
                    cells += [None] * (column - len(cells) - 1)
                cells.append(stored)
        if cells:
            self._keep(row, cells)
        return at if cell is None else cell.end()

    def _teach(self, column: int, style: str | None, kind: str | None, value: str | None, text: str | None) -> None:
        """Let the next rows be matched by what this cell looks like, if it is of a common kind."""
        number = kind is None or kind == "n"
        if number and value is None and text is None:
            self._shape.learn(column, style, "")
        elif number and value is not None and style in self._simple:
            self._shape.learn(column, style, "n")
        elif kind == "s" and value is not None:
            self._shape.learn(column, style, "s")
        elif kind == "inlineStr" and text is not None:
            self._shape.learn(column, style, "i")

    def _inline(self, text: str) -> str:
        text = from_xml(unescaped(text).strip(BLANKS))
        self.found.weigh(text, self._part)
        return text

    def _column(self, letters: str) -> int:
        try:
            number = refs.column_number(letters)
        except ValueError:
            raise Unusual from None
        self._columns[letters] = number
        return number

    def _value(self, cell: re.Match[str]) -> Plain:
        _, _, style, kind, _, _, value, empty, space, text = cell.groups()
        value = "" if empty else value if value is None else unescaped(value)
        if text is not None:
            text = from_xml(unescaped(text) if space else unescaped(text).strip(BLANKS))
        try:
            made = plain(Raw(kind or "n", whole(style), value, None, text), self._around)
        except ValueError:
            raise Unusual from None
        if isinstance(made, str) and kind != "s":
            self.found.weigh(made, self._part)
        return made

    def _formula(self, cell: re.Match[str], row: int, column: int) -> Cell:
        text = from_xml(unescaped(cell[6] or ""))
        self.found.weigh_formula(text, self._part)
        named = attributes(cell[5], self._prefixes)
        kind, ref = named.get("t"), named.get("ref")
        if ref is not None and kind == "shared":
            self.found.shared[row, column] = unescaped(ref)
        elif ref is not None and kind not in {None, "normal"}:
            try:
                self.found.arrays.append(refs.area(ref))
            except ValueError:
                raise Unusual from None
        return Formula("=" + text, self._value(cell))

    def _keep(self, row: int, cells: list[Cell]) -> None:
        self.found.ensure_within(row, len(cells), self._part)
        self.found.count(len(cells), self._part)
        rows = self.found.rows
        while len(rows) < row - 1:
            rows.append([])
        rows.append(cells)
