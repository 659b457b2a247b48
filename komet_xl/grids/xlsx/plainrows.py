"""Sheet parts as spreadsheet programs write them, read without an XML parser: five times as fast.

The heading and the end of a part go through expat as ever. Its rows are matched, byte after byte, against a grammar
that is narrower than XML: no prefix, no comment, no blank between elements, attributes in the usual order, rows and
cells in theirs. What matches has one meaning only. Whatever does not match is `Unusual`, and expat reads the part.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import SPREADSHEET, parse, parser, to_utf8

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

OPEN: Final = b"<sheetData>"
CLOSE: Final = b"</sheetData>"
END_OF_ROW: Final = b"</row>"
BLOCK: Final = 1 << 19
"""Bytes of rows that are looked at together, about."""
LONGEST_ROW: Final = 8 << 20
OF_ROWS: Final = frozenset({"row", "c", "v", "f", "is"})
"""Elements that stand in the rows only."""
NEVER_PLAIN: Final = bytes({*range(0x20)} - {0x09, 0x0A})
"""Characters that XML forbids or changes on the way in (a carriage return)."""
NONCHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"]]>")
ROW: Final = re.compile(r'<row r="([1-9][0-9]{0,6})"((?: [A-Za-z:0-9]+="[^"<>&\t\n]*")*)(/?)>')
CELL: Final = re.compile(
    r'<c r="([A-Z]{1,3})([0-9]{1,7})"(?: s="([0-9]{1,9})")?(?: t="([a-zA-Z]{1,9})")?(?: [cv]m="[0-9]{1,9}")?'
    r'(?: ?/>|>(?:<f((?: [A-Za-z0-9]+="[^"<>&\t\n]*")*)(?: ?/>|>([^<]*)</f>))?'
    r'(?:<v>([^<]*)</v>|(<v ?/>)|<is><t((?: xml:space="preserve")?)>([^<]*)</t></is>)?</c>)'
)
"""Groups: column, row, style, kind, the formula's attributes (None without one) and text, value, empty value, space,
text."""
ATTRIBUTE: Final = re.compile(r' ([A-Za-z:0-9]+)="([^"]*)"')
ENTITY: Final = re.compile(r"&(?:(amp|lt|gt|quot|apos)|#([0-9]{1,7})|#x([0-9a-fA-F]{1,6}));|&")
NAMED: Final = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}


class Unusual(Exception):  # noqa: N818  no fault: another reader takes the part
    """Not laid out as spreadsheet programs do it."""


class PlainPart:
    """One pass over a sheet part: first its head, then its rows, many whole ones at a time, then its tail."""

    def __init__(self, pieces: Iterable[bytes], part: str) -> None:
        """
        Read the part up to its first row.

        Raises:
            Unusual, PartError: as `blocks` does.
        """
        self._part = part
        self._source = iter(pieces)
        self.head, self._rest = _head(self._source)
        """From the beginning to the end of the tag that opens the rows."""
        self.prefixes = _prefixes(self.head, part)
        """The namespace prefixes that rows may use."""
        self.tail = b""
        """From the tag that closes the rows to the end; there when all blocks have come, as is `merged`."""
        self.merged: list[str] = []
        """The ranges that the tail says are merged."""

    def blocks(self) -> Iterator[str]:
        """
        The rows.

        Raises:
            Unusual: Also after rows were given: then they do not count.
            PartError: the zip is damaged.
        """
        rest = self._rest
        while True:
            end = rest.find(CLOSE)
            cut = end if end >= 0 else rest.rfind(END_OF_ROW) + len(END_OF_ROW)
            if end >= 0 or cut >= len(END_OF_ROW):
                if cut:
                    yield plain_text(rest[:cut])
                rest = rest[cut:]
            if end >= 0:
                break
            piece = _gathered(self._source)
            if not piece or len(rest) > LONGEST_ROW:
                raise Unusual
            rest += piece
        self.tail = _short(rest, self._source)
        self.merged = ensure_frame(self.head, self.tail, self._part)


def _head(source: Iterator[bytes]) -> tuple[bytes, bytes]:
    held = b""
    for piece in source:
        held += piece
        at = held.find(OPEN)
        if at >= 0:
            return held[: at + len(OPEN)], held[at + len(OPEN) :]
        if len(held) > LONGEST_ROW:
            break
    raise Unusual


def _short(rest: bytes, source: Iterator[bytes]) -> bytes:
    """All that is left. Raises Unusual when it is much."""
    held, size = [rest], len(rest)
    for piece in source:
        held.append(piece)
        size += len(piece)
        if size > LONGEST_ROW:
            raise Unusual
    return b"".join(held)


def _gathered(source: Iterator[bytes]) -> bytes:
    """The next pieces, so many that joining them to the rest of a row costs little."""
    held: list[bytes] = []
    size = 0
    for piece in source:
        held.append(piece)
        size += len(piece)
        if size >= BLOCK:
            break
    return b"".join(held)


def plain_text(block: bytes) -> str:
    """Rows as text. Raises Unusual for bytes that XML does not take as they are."""
    if len(block.translate(None, NEVER_PLAIN)) != len(block) or any(each in block for each in NONCHARACTERS):
        raise Unusual
    try:
        return block.decode()
    except UnicodeError:
        raise Unusual from None


def _prefixes(head: bytes, part: str) -> set[str]:
    """The prefixes that the part's first tag declares. Raises Unusual for a part in another encoding."""
    try:
        if to_utf8(head, part)[1] != "utf-8":
            raise Unusual
    except PartError:
        raise Unusual from None
    at = head.find(b"<worksheet")
    tag = head[at : head.find(b">", at)]
    return {each.decode() for each in re.findall(rb"\sxmlns:([A-Za-z0-9]+)=", tag)} | {"xml"}


def ensure_frame(head: bytes, tail: bytes, part: str) -> list[str]:
    """
    Raise Unusual unless the part, its rows left out, is a worksheet whose rows stood where we cut, and nowhere else.

    Returns:
        The ranges of merged cells.
    """
    depth = 0
    found: list[int] = []
    merged: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        namespace, _, local = name.rpartition(" ")
        if depth == 1 and (local != "worksheet" or namespace not in SPREADSHEET):
            raise Unusual
        if local == "sheetData":
            found.append(made.CurrentByteIndex if depth == 2 and namespace in SPREADSHEET else -1)
        elif local in OF_ROWS and namespace in SPREADSHEET:
            raise Unusual
        elif local == "mergeCell":
            merged.append(attributes.get("ref", ""))

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    made = parser(part)
    made.StartElementHandler, made.EndElementHandler = start, end
    try:
        parse(made, head + tail, part)
    except PartError:
        raise Unusual from None
    if found != [len(head) - len(OPEN)]:
        raise Unusual
    return merged


def unescaped(text: str) -> str:
    """Text without its entities. Raises Unusual for one that XML does not know."""
    return text if "&" not in text else ENTITY.sub(_character, text)


def _character(match: re.Match[str]) -> str:
    if match[1]:
        return NAMED[match[1]]
    code = int(match[2]) if match[2] else int(match[3], 16) if match[3] else 0
    if not (code in {9, 10, 13} or 0x20 <= code <= 0xD7FF or 0xE000 <= code <= 0xFFFD or 0x10000 <= code <= 0x10FFFF):
        raise Unusual
    return chr(code)


def attributes(text: str, prefixes: set[str]) -> dict[str, str]:
    """The attributes of a row or formula tag. Raises Unusual for one that stands twice or has an unknown prefix."""
    found = ATTRIBUTE.findall(text)
    named = dict(found)
    if len(named) != len(found):
        raise Unusual
    for name in named:
        prefix, colon, local = name.partition(":")
        if colon and (prefix not in prefixes or not local or ":" in local):
            raise Unusual
        if prefix == "xmlns" or not prefix or prefix[0].isdigit() or (local and local[0].isdigit()):
            raise Unusual
    return named
