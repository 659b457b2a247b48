"""Rows taken out of a sheet part: by the grammar of `plainrows` where its reader took that way, else by expat."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.deflate import MOST_WHOLE
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import attribute, parse, parser, prefix_of, tag_end, to_utf8
from komet_xl.grids.xlsx.oldrows import ATTRIBUTE, NUMBERED, Cut, OldCell, OldFormula, OldRow, PlainCutter, readable
from komet_xl.grids.xlsx.plainrows import PlainPart
from komet_xl.grids.xlsx.styles import whole

if TYPE_CHECKING:
    from collections.abc import Container
    from xml.parsers.expat import XMLParserType

    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.workbook import Sheet

ADDRESS: Final = re.compile(' r="[^"]*"')
FORMULA: Final = re.compile(r"\s*<(?P<prefix>(?:[\w.-]+:)?)f((?:\s[^<>]*?)?)(?:/>|>([^<]*)</(?P=prefix)f\s*>)")
"""A cell's formula where its content begins: prefix, attributes, text."""


def cut(package: Package, sheet: Sheet, first: int, last: int, ours: Container[int], *, plain: bool) -> Cut:
    """
    Take out the rows from `first` to `last`. `plain` says which way the reader took.

    Raises:
        PartError: the part is damaged, or holds something between these rows that we do not know.
    """
    part = sheet.part
    if plain:
        return PlainCutter(sheet.name, first, last, ours).taken(PlainPart(package.pieces(part), part))
    data, encoding = to_utf8(package.whole(part, MOST_WHOLE), part)
    made = parser(part)
    cutter = _Cutter(data, sheet.name, first, last, ours, made)
    parse(made, data, part)
    cutter.cut.encoding = encoding
    return cutter.cut


class _Cutter:
    """Handlers of the pass over any other part: depth 2 is the sheet data, 3 a row, 4 a cell, 5 what stands in it."""

    def __init__(
        self, data: bytes, sheet: str, first: int, last: int, ours: Container[int], made: XMLParserType
    ) -> None:
        self.cut = Cut(b"")
        self._data = data
        self._sheet = sheet
        self._first, self._last = first, last
        self._ours = ours
        self._parser = made
        self._depth = 0
        self._namespace = ""
        self._inside = False
        self._begin = self._end = -1
        """Where the taken rows begin and end; -1 before the first one."""
        self._open = self._row_start = self._cell_start = -1
        self._row = self._column = 0
        self._formula = False
        self._strange: list[int] = []
        """Where something stands between rows or cells that is neither."""
        self._loose: tuple[int, int] | None = None
        """Place and number of the first row below, if it has no number of its own."""
        self._styles: dict[int, int] = {}
        self._cells: list[OldCell] = []
        made.StartElementHandler, made.EndElementHandler = self.start, self.end
        made.CharacterDataHandler = self.text
        made.CommentHandler = made.ProcessingInstructionHandler = self.other

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > 5:
            return
        at = self._parser.CurrentByteIndex
        if self._depth == 1:
            self._namespace = name.rpartition(" ")[0]
        local = name.removeprefix(f"{self._namespace} ")
        if self._depth == 2 and local == "sheetData":
            self._open_data(at)
        elif self._depth == 3 and self._inside:
            if local == "row" and prefix_of(self._data, at) == self.cut.prefix:
                self._open_row(at, attributes)
            else:
                self._strange.append(at)
        elif self._depth == 4 and self._row_start >= 0:
            if local == "c" and prefix_of(self._data, at) == self.cut.prefix:
                ref = attributes.get("r")
                self._column = self._column + 1 if ref is None else refs.column_of(ref)
                self._cell_start, self._formula = at, False
                self._styles[self._column] = whole(attributes.get("s"))
            else:
                self._strange.append(at)
        elif self._depth == 5 and local == "f":
            self._formula = True

    def end(self, _: str) -> None:
        depth = self._depth
        self._depth -= 1
        if depth == 4 and self._cell_start >= 0:
            if self._first <= self._row <= self._last and (self._formula or self._column not in self._ours):
                self._cells.append(self._cell())
            self._cell_start = -1
        elif depth == 3 and self._row_start >= 0:
            self._close_row()
        elif depth == 2 and self._inside:
            self._close_data()

    def text(self, characters: str) -> None:
        if self._inside and self._depth in {2, 3} and not characters.isspace():
            self._strange.append(self._parser.CurrentByteIndex)

    def other(self, *_: str) -> None:
        """A comment, or an instruction to another program."""
        if self._inside and self._depth in {2, 3}:
            self._strange.append(self._parser.CurrentByteIndex)

    def _open_data(self, at: int) -> None:
        if self._open >= 0:
            raise PartError(f"its sheet {self._sheet} holds two lists of rows")
        self._inside, self._open = True, at
        self.cut.prefix = prefix_of(self._data, at)

    def _open_row(self, at: int, attributes: dict[str, str]) -> None:
        number = attributes.get("r")
        before, self._row = self._row, self._row + 1 if number is None else whole(number)
        if self._row <= before:
            raise PartError(f"its sheet {self._sheet} holds the row {self._row} twice or out of order")
        self._column, self._row_start, self._styles, self._cells = 0, at, {}, []
        if self._begin < 0 and self._row >= self._first:
            self._begin = self._end = at
        if self._row > self._last and self._loose is None:
            self._loose = at, self._row

    def _close_row(self) -> None:
        tag_stop = tag_end(self._data, self._row_start)
        if self._first <= self._row <= self._last:
            attributes = _attributes(self._data[self._row_start : tag_stop].decode())
            if " xmlns" in attributes:
                self._strange.append(self._row_start)
            self.cut.rows.append(OldRow(self._row, NUMBERED.sub("", attributes), self._styles, tuple(self._cells)))
            self._end = self._element_end(tag_stop)
        self._row_start = -1

    def _cell(self) -> OldCell:
        """The cell that ends here."""
        stop = tag_end(self._data, self._cell_start)
        attributes = ADDRESS.sub("", _attributes(self._data[self._cell_start : stop].decode()))
        end = self._parser.CurrentByteIndex
        content = "" if self._data[stop - 2 : stop] == b"/>" else self._data[stop:end].decode()
        formula = None
        if self._formula:
            match = FORMULA.match(content)
            ref = f"{self._sheet}!{refs.address(self._row, self._column)}"
            if match is None:
                raise PartError(f"the formula of {ref} cannot be read")
            formula = OldFormula(_attributes(match[2] or ""), readable(match[3] or "", ref))
            content = content[match.end() :]
        return OldCell(self._column, self._styles[self._column], attributes, formula, content)

    def _element_end(self, tag_stop: int) -> int:
        """Where the element that ends here ends."""
        if self._data[tag_stop - 2 : tag_stop] == b"/>":
            return tag_stop
        return tag_end(self._data, self._parser.CurrentByteIndex)

    def _close_data(self) -> None:
        self._inside = False
        data, stop = self._data, tag_end(self._data, self._open)
        end = self._parser.CurrentByteIndex
        if data[stop - 2 : stop] == b"/>":
            self.cut.head = data[: stop - 2].rstrip() + b">"
            self.cut.tail = f"</{self.cut.prefix}sheetData>".encode() + data[stop:]
            return
        begin = end if self._begin < 0 else self._begin
        rest = max(begin, self._end)
        if any(begin <= at < rest for at in self._strange):
            raise PartError(
                f"something stands between the rows of its sheet {self._sheet} that no spreadsheet program writes"
            )
        self.cut.head = data[:stop]
        self.cut.before = [data[stop:begin].decode()]
        self.cut.after = [self._numbered(data, rest, end).decode()]
        self.cut.tail = data[end:]

    def _numbered(self, data: bytes, start: int, end: int) -> bytes:
        """The rows below; the first of them says its number, as it may not follow from the row before any more."""
        if self._loose is None:
            return data[start:end]
        at, number = self._loose
        stop = tag_end(data, at)
        return data[start:at] + attribute(data[at:stop], "r", str(number)) + data[stop:end]


def _attributes(tag: str) -> str:
    """The attributes of a tag as programs write them: one blank before each, and double quotes."""
    found = ATTRIBUTE.finditer(tag)
    return "".join(
        f' {match[1]}="{match[2] if match[3] is None else match[3].replace(chr(34), "&quot;")}"' for match in found
    )
