"""The rows of a sheet part taken out, so that new ones can take their place: what must be known to write them again.

Of cells in our columns only the format is kept, unless they hold a formula: a hundred thousand rows of them would fill
the memory, and their values are replaced anyway.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.plainrows import CELL, ROW, Unusual, unescaped
from komet_xl.grids.xlsx.styles import whole
from komet_xl.grids.xlsx.text import as_text

if TYPE_CHECKING:
    from collections.abc import Container

    from komet_xl.grids.xlsx.plainrows import PlainPart

END_OF_ROW: Final = "</row>"
LOOK: Final = re.compile(r'<c r="([A-Z]{1,3})[0-9]{1,7}"(?: s="([0-9]{1,9})")?')
ATTRIBUTE: Final = re.compile(r"""\s([^\s=<>"']+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")
LONGEST_FORMULA: Final = 32_767
"""Characters in the file. Excel lets a person type 8,192."""
NUMBERED: Final = re.compile(' (?:r|spans)="[^"]*"')


@dataclass(frozen=True, slots=True)
class OldFormula:
    """A cell's formula as the file has it."""

    attributes: str
    """Each as in ' t="array"'."""
    text: str
    """Without entities; nothing where it only says which one it shares."""

    @property
    def named(self) -> dict[str, str]:
        """The attributes by name."""
        return {match[1]: match[2] for match in ATTRIBUTE.finditer(self.attributes)}

    def xml(self, prefix: str) -> str:
        """The element."""
        text = as_text(self.text)
        return f"<{prefix}f{self.attributes}>{text}</{prefix}f>"


@dataclass(frozen=True, slots=True)
class OldCell:
    """One cell as the file has it."""

    column: int
    style: int
    attributes: str
    """All of its first tag but the address, each as in ' s="1"'."""
    formula: OldFormula | None
    content: str
    """What stands between its tags, the formula left out."""

    def at(self, row: int, prefix: str, formula: OldFormula | None) -> str:
        """The same cell in that row, with that formula."""
        ref = f"{refs.column_letters(self.column)}{row}"
        content = (formula.xml(prefix) if formula else "") + self.content
        tag = f'<{prefix}c r="{ref}"{self.attributes}'
        return f"{tag}>{content}</{prefix}c>" if content else f"{tag}/>"


@dataclass(frozen=True, slots=True)
class OldRow:
    """One row as the file has it."""

    number: int
    attributes: str
    """All of its first tag but the number and the columns it spans, each as in ' ht="20"'."""
    styles: dict[int, int]
    """The format of each of its cells by column; shared by rows that look alike."""
    cells: tuple[OldCell, ...]
    """Those in other columns than ours, and those that hold a formula."""


@dataclass(slots=True)
class Cut:
    """A sheet part (UTF-8) without the rows that are to be replaced."""

    head: bytes
    """From the beginning to where the rows begin, the tag that opens them included."""
    before: list[str] = field(default_factory=list)
    """The rows above, as they stand."""
    rows: list[OldRow] = field(default_factory=list)
    after: list[str] = field(default_factory=list)
    """The rows below, as they stand."""
    tail: bytes = b""
    """From the tag that closes the rows to the end."""
    prefix: str = ""
    """The prefix of the sheet's tags, with its colon."""
    encoding: str = "utf-8"


class PlainCutter:
    """Takes rows out of a part that is laid out as `plainrows` has it."""

    def __init__(self, sheet: str, first: int, last: int, ours: Container[int]) -> None:
        self._sheet = sheet
        self._first, self._last = first, last
        self._ours = ours
        self._looks: dict[tuple[tuple[str, str], ...], tuple[dict[int, int], list[str]]] = {}

    def taken(self, source: PlainPart) -> Cut:
        """The part without the rows. Raises PartError when a formula cannot be read."""
        made = Cut(source.head)
        for block in source.blocks():
            at = 0
            while at < len(block):
                head = ROW.match(block, at)
                if head is None:
                    raise PartError("it reads differently the second time")
                end = head.end() if head[3] else block.find(END_OF_ROW, head.end())
                stop = end if head[3] else end + len(END_OF_ROW)
                number = int(head[1])
                if number > self._last:
                    made.after.append(block[at:])
                    break
                if number < self._first:
                    made.before.append(block[at:stop])
                else:
                    made.rows.append(self._row(number, head[2], block[head.end() : end]))
                at = stop
        made.tail = source.tail
        return made

    def _row(self, number: int, attributes: str, body: str) -> OldRow:
        seen = tuple(LOOK.findall(body))
        look = self._looks.get(seen)
        if look is None:
            styles = {refs.column_number(letters): whole(style) for letters, style in seen}
            other = [letters for letters, _ in seen if refs.column_number(letters) not in self._ours]
            look = self._looks[seen] = styles, other
        styles, other = look
        places = {body.find(f'<c r="{letters}{number}"') for letters in other}
        at = body.find("<f")
        while at >= 0:
            places.add(body.rfind("<c ", 0, at))
            at = body.find("<f", at + 1)
        cells = tuple(_plain_cell(body, place, self._sheet) for place in sorted(places))
        return OldRow(number, NUMBERED.sub("", attributes), styles, cells)


def _plain_cell(body: str, at: int, sheet: str) -> OldCell:
    cell = CELL.match(body, at)
    if cell is None:
        raise PartError("it reads differently the second time")
    column, style = refs.column_number(cell[1]), whole(cell[3])
    stop = body.index(">", at)
    if body[stop - 1] == "/":
        return OldCell(column, style, body[cell.end(2) + 1 : stop - 1], None, "")
    attributes = body[cell.end(2) + 1 : stop]
    if cell[5] is None:
        return OldCell(column, style, attributes, None, body[stop + 1 : cell.end() - len("</c>")])
    stop = cell.end(5) + len("/>") if cell[6] is None else cell.end(6) + len("</f>")
    formula = OldFormula(cell[5], readable(cell[6] or "", f"{sheet}!{cell[1]}{cell[2]}"))
    return OldCell(column, style, attributes, formula, body[stop : cell.end() - len("</c>")])


def readable(text: str, ref: str) -> str:
    """A formula without its entities. Raises PartError, naming the cell `ref`."""
    if len(text) > LONGEST_FORMULA:
        raise PartError(f"the formula of {ref} is too long", "shorten it and retry")
    try:
        return unescaped(text)
    except Unusual:
        raise PartError(f"the formula of {ref} cannot be read") from None
