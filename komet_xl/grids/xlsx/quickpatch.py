"""Written cells into a sheet part that the fast reader has read: the same bytes as `patch` makes, sooner.

Only for a part of which the reader said that it is plain. Then no text can hold a "<", so what looks like the tag of
a row or cell is one, and rows and cells stand in their order.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import Edit, applied, attribute, tree
from komet_xl.grids.xlsx.patch import Columns, widened
from komet_xl.grids.xlsx.plainrows import CELL, PlainPart, attributes
from komet_xl.grids.xlsx.styles import whole
from komet_xl.grids.xlsx.values import YES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from komet_xl.grids.xlsx.markup import Node
    from komet_xl.grids.xlsx.writing import Writing

END_OF_ROW = "</row>"
FIRST_OF_CELL = '<c r="'
LETTERS = re.compile('<c r="([A-Z]{1,3})(?=[0-9])')
SPANS = re.compile(' spans="[^"]*"')


def quick_patched(pieces: Iterable[bytes], part: str, writing: Writing) -> Iterator[bytes]:
    """The sheet part (UTF-8) with the cells written, piece by piece."""
    plain = PlainPart(pieces, part)
    head = frame_of(plain.head, part)
    patcher = _QuickPatcher(writing, columns_of(head), plain.prefixes)
    yield _widened(plain.head, head, writing)
    for block in plain.blocks():
        yield patcher.take(block).encode()
    yield patcher.rest().encode()
    yield plain.tail


def frame_of(head: bytes, part: str, prefix: str = "") -> Node:
    """What stands before the rows, as nodes with places in `head`."""
    return tree(head + f"</{prefix}sheetData></{prefix}worksheet>".encode(), part)


def columns_of(frame: Node) -> Columns:
    """The styles that the sheet gives to whole columns."""
    found = Columns()
    for cols in frame.all("cols"):
        for node in cols.all("col"):
            style = whole(node.attributes.get("style"))
            if style:
                first, last = whole(node.attributes.get("min")), whole(node.attributes.get("max"))
                found.spans.append((first, last, style))
    return found


def _widened(head: bytes, frame: Node, writing: Writing) -> bytes:
    edits = []
    for node in frame.all("dimension"):
        now = widened(node.attributes.get("ref", ""), writing.cells)
        if now is not None:
            edits.append(Edit(node.start, node.inner, attribute(head[node.start : node.inner], "ref", now)))
    return applied(head, edits)


class _QuickPatcher:
    """Takes blocks of whole rows; state is the row to be written next."""

    def __init__(self, writing: Writing, columns: Columns, prefixes: set[str]) -> None:
        self._writing = writing
        self._prefixes = prefixes
        self._standing = writing.standing
        self._known = frozenset(writing.standing)
        targets: dict[int, list[int]] = {}
        for row, column in sorted(writing.cells):
            targets.setdefault(row, []).append(column)
        self._targets = list(targets.items())
        self._next = 0
        wanted = {column for _, column in writing.cells}
        self._openings = {column: f"{FIRST_OF_CELL}{refs.column_letters(column)}" for column in wanted}
        self._column_styles = {column: columns.style(column) for column in wanted}
        self._followers: dict[int, str] = {}
        self._row_styles: dict[str, int | None] = {}
        self._without_spans: dict[str, str] = {}

    def take(self, block: str) -> str:
        """The next rows, written."""
        pieces: list[str] = []
        at = 0
        while self._next < len(self._targets):
            row, columns = self._targets[self._next]
            if row in self._known:
                start = block.find(f'<row r="{row}"', at)
                if start < 0:
                    break
                new, stop = self._row(block, start, row, columns)
            else:
                index = bisect_right(self._standing, row)
                if index == len(self._standing):
                    break
                start = stop = block.find(f'<row r="{self._standing[index]}"', at)
                if start < 0:
                    break
                new = self._new_row(row, columns)
            pieces += (block[at:start], new)
            at = stop
            self._next += 1
        pieces.append(block[at:])
        return "".join(pieces)

    def rest(self) -> str:
        """The rows below all that stand."""
        return "".join(self._new_row(row, columns) for row, columns in self._targets[self._next :])

    def _new_row(self, row: int, columns: list[int]) -> str:
        cells = "".join(self._new_cell(row, column, None) for column in columns)
        return f'<row r="{row}">{cells}{END_OF_ROW}' if cells else ""

    def _new_cell(self, row: int, column: int, style: int | None) -> str:
        """A cell that does not stand there; nothing for a blank."""
        value = self._writing.cells[row, column]
        if value is None or value == "":
            return ""
        style = self._column_styles[column] if style is None else style
        return f'{self._openings[column]}{row}"{self._writing.after_address("", style, value)}'

    def _row(self, block: str, start: int, row: int, columns: list[int]) -> tuple[str, int]:
        """A row with its cells written, and where it ended."""
        begin = f'<row r="{row}"'
        tag_end = block.index(">", start)
        closed = block[tag_end - 1] == "/"
        attrs = block[start + len(begin) : tag_end - closed]
        stop = tag_end if closed else block.index(END_OF_ROW, tag_end)
        body = "" if closed else block[tag_end + 1 : stop]
        pieces: list[str] = []
        at = 0
        inserted = False
        for column in columns:
            opening = f'{self._openings[column]}{row}"'
            place = body.find(opening, at)
            if place >= 0:
                cell = CELL.match(body, place)
                if cell is None:
                    raise PartError("it reads differently the second time")
                value = self._writing.cells[row, column]
                pieces += (body[at:place], opening, self._writing.after_address("", whole(cell[3]), value))
                at = cell.end()
            elif new := self._new_cell(row, column, self._row_style(attrs)):
                place = self._place(body, at, column)
                pieces += (body[at:place], new)
                at = place
                inserted = True
        if closed and not inserted:
            return block[start : tag_end + 1], tag_end + 1
        if inserted:
            attrs = self._spanless(attrs)
        pieces.append(body[at:])
        return f"{begin}{attrs}>{''.join(pieces)}{END_OF_ROW}", stop + (1 if closed else len(END_OF_ROW))

    def _place(self, body: str, at: int, column: int) -> int:
        """Where in a row's cells, from the cell at `at` on, a new one for that column goes."""
        follower = self._followers.get(column)  # in most rows the cell of the same column comes next
        if follower is not None:
            place = body.find(follower, at)
            if place == at:
                return at
            before = LETTERS.match(body, body.rfind(FIRST_OF_CELL, at, place)) if place > at else None
            if before is not None and refs.column_number(before[1]) < column:
                return place
        last = LETTERS.match(body, max(at, body.rfind(FIRST_OF_CELL)))
        if last is None or refs.column_number(last[1]) < column:
            return len(body)
        for cell in LETTERS.finditer(body, at):
            if refs.column_number(cell[1]) > column:
                self._followers[column] = cell[0]
                return cell.start()
        return len(body)

    def _spanless(self, text: str) -> str:
        if text not in self._without_spans:
            self._without_spans[text] = SPANS.sub("", text)
        return self._without_spans[text]

    def _row_style(self, text: str) -> int | None:
        """The style of a row's blank cells, when it has one of its own."""
        if text not in self._row_styles:
            named = attributes(text, self._prefixes)
            self._row_styles[text] = whole(named.get("s")) if named.get("customFormat") in YES else None
        return self._row_styles[text]
