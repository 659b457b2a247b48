"""XML with byte positions, so that a part can be changed in one place and stay as it is everywhere else.

All work is done on UTF-8 bytes; a part in another encoding is translated on the way in and back on the way out.
A DOCTYPE is refused, so no entity can grow or reach out.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat

from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.text import quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from xml.parsers.expat import XMLParserType

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
SPREADSHEET = frozenset({MAIN, STRICT})
XML_SPACE = "http://www.w3.org/XML/1998/namespace space"
START_TAG = re.compile(rb"<(?:[^\"'>]++|\"[^\"]*+\"|'[^']*+')*+>")
ATTRIBUTE = re.compile(rb"""((?<!\s)\s++)([^\s=]++)\s*+=\s*+(?:"[^"]*+"|'[^']*+')""")
TAG_NAME = re.compile(rb"<([^\s/>]+)")
PREFIX = re.compile(rb"<([^\s/>:]+:)?")
DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
LARGEST_TREE = 16 << 20
"""Bytes of a part that is kept as nodes."""
MOST_NODES = 180_000
"""Elements of such a part: about 100 MB, and a second. Excel's limit of 65,490 cell formats lies well within it."""
LONGEST_TOKEN = 4 << 20
"""Bytes without the beginning of a tag: a cell holds at most 32,767 characters."""
LONGEST_DECLARATION = 1024
"""The XML declaration stands within the first bytes."""
KNOWN_ENCODINGS = {
    "utf-8": "utf-8",
    "utf-16": "utf-16",
    "ascii": "ascii",
    "iso8859-1": "iso8859-1",
    "cp1252": "cp1252",
}


@dataclass(frozen=True, slots=True)
class Edit:
    """Bytes to put in place of `data[start:end]`."""

    start: int
    end: int
    new: bytes


@dataclass(slots=True)
class Node:
    """One element of a small part, with its place in the bytes."""

    name: str
    """Local name, without namespace and prefix."""
    namespace: str
    attributes: dict[str, str]
    """Keys are local names, those of a namespace are "namespace name"."""
    start: int
    """Where its first tag begins."""
    inner: int
    """Where its content begins."""
    inner_end: int = 0
    end: int = 0
    """Where its last tag ends; equal to `inner` for an empty-element tag."""
    text: str = ""
    """Its own text, without that of its children."""
    children: Sequence[Node] = ()

    def find(self, name: str) -> Node | None:
        """The first child of that local name."""
        return next((child for child in self.children if child.name == name), None)

    def all(self, name: str) -> Iterator[Node]:
        """The children of that local name."""
        return (child for child in self.children if child.name == name)


def encoding_of(raw: bytes, part: str) -> str:
    """The encoding of a part by its first bytes. Raises PartError for one that Excel does not read."""
    if raw.startswith((codecs.BOM_UTF16_LE, b"<\0")):
        return "utf-16-le"
    if raw.startswith((codecs.BOM_UTF16_BE, b"\0<")):
        return "utf-16-be"
    declared = DECLARED.match(raw[:LONGEST_DECLARATION].removeprefix(codecs.BOM_UTF8))
    return _known(declared[1].decode("ascii") if declared else "utf-8", part)


def to_utf8(raw: bytes, part: str) -> tuple[bytes, str]:
    """The part in UTF-8 and the encoding it came in. Raises PartError for encodings that Excel does not read."""
    encoding = encoding_of(raw, part)
    if encoding == "utf-8":
        return raw, encoding
    try:
        return raw.decode(encoding).encode(), encoding
    except UnicodeError:
        raise PartError(f"its part {part} is not well-formed XML") from None


def encoded(data: bytes, encoding: str) -> bytes:
    """UTF-8 back into the encoding that a part came in."""
    return data if encoding == "utf-8" else data.decode().encode(encoding, "xmlcharrefreplace")


def _known(declared: str, part: str) -> str:
    try:
        return KNOWN_ENCODINGS[codecs.lookup(declared).name]
    except (LookupError, KeyError):
        raise PartError(f"its part {part} is in the encoding {declared}") from None


def parser(part: str) -> XMLParserType:
    """An expat parser for UTF-8 bytes that refuses a DOCTYPE. Element names come as "namespace name"."""
    made = expat.ParserCreate("utf-8", " ")
    made.buffer_text = True

    def refuse(*_: object) -> None:
        raise PartError(f"its part {part} holds a DOCTYPE, which no spreadsheet program writes", "do not open it")

    made.StartDoctypeDeclHandler = refuse
    return made


def parse(made: XMLParserType, data: bytes, part: str) -> None:
    """Run the parser over the whole part. Raises PartError when it is not well-formed."""
    try:
        made.Parse(data, True)  # noqa: FBT003  expat takes no keywords
    except expat.ExpatError as exc:
        raise PartError(f"its part {part} is not well-formed XML (line {exc.lineno})") from None
    except UnicodeError:
        raise PartError(f"its part {part} is not well-formed XML") from None


def parse_pieces(made: XMLParserType, pieces: Iterable[bytes], part: str) -> None:
    """Run the parser over a part that comes in pieces. Raises PartError when it is not well-formed."""
    run = 0
    try:
        for piece in pieces:
            begin = piece.rfind(b"<")
            run = run + len(piece) if begin < 0 else len(piece) - begin
            if run > LONGEST_TOKEN:
                raise PartError(f"its part {part} holds a text or tag of more than {LONGEST_TOKEN >> 20} MiB")
            made.Parse(piece, False)  # noqa: FBT003  expat takes no keywords
        made.Parse(b"", True)  # noqa: FBT003  same
    except expat.ExpatError as exc:
        raise PartError(f"its part {part} is not well-formed XML (line {exc.lineno})") from None
    except UnicodeError:
        raise PartError(f"its part {part} is not well-formed XML") from None


def pieces_in_utf8(pieces: Iterable[bytes], part: str) -> Iterator[bytes]:
    """The pieces of a part in UTF-8, whatever it came in. Raises PartError as `to_utf8` does."""
    source = iter(pieces)
    first = b""
    for piece in source:
        first += piece
        if len(first) >= LONGEST_DECLARATION:
            break
    encoding = encoding_of(first, part)
    if encoding == "utf-8":
        yield first
        yield from source
        return
    decode = codecs.getincrementaldecoder(encoding)()
    try:
        yield decode.decode(first).encode()
        for piece in source:
            yield decode.decode(piece).encode()
        yield decode.decode(b"", final=True).encode()
    except UnicodeError:
        raise PartError(f"its part {part} is not well-formed XML") from None


def tree(data: bytes, part: str) -> Node:
    """A small part as nodes with byte positions. Raises PartError when it is not well-formed, or not small."""
    if len(data) > LARGEST_TREE:
        raise PartError(f"its part {part} would take more than {LARGEST_TREE >> 20} MiB")
    made = parser(part)
    builder = _Tree(data, part, made)
    made.StartElementHandler, made.EndElementHandler = builder.start, builder.end
    made.CharacterDataHandler = builder.text
    parse(made, data, part)
    return builder.children[0][0]


class _Tree:
    """Handlers that make nodes."""

    def __init__(self, data: bytes, part: str, made: XMLParserType) -> None:
        self.children: list[list[Node]] = [[]]
        """Of the part and of each open node, the nodes seen so far."""
        self._data = data
        self._part = part
        self._parser = made
        self._left = MOST_NODES
        self._names: dict[str, tuple[str, str]] = {}
        """Local name and namespace, the same texts for all nodes that have them."""
        self._values: dict[str, str] = {}
        """The same for what attributes hold."""
        self._open: list[Node] = []
        self._texts: list[list[str]] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._left -= 1
        if self._left < 0:
            raise PartError(f"its part {self._part} holds more than {MOST_NODES:,} elements", "split the workbook")
        if name not in self._names:
            namespace, _, local = name.rpartition(" ")
            self._names[name] = local, namespace
        for key, value in attributes.items():
            attributes[key] = self._values.setdefault(value, value)
        at = self._parser.CurrentByteIndex
        node = Node(*self._names[name], attributes, at, tag_end(self._data, at))
        self.children[-1].append(node)
        self.children.append([])
        self._open.append(node)
        self._texts.append([])

    def text(self, characters: str) -> None:
        self._texts[-1].append(characters)

    def end(self, _: str) -> None:
        node = self._open.pop()
        node.text = "".join(self._texts.pop())
        node.children = self.children.pop() or ()
        empty = self._data[node.inner - 2 : node.inner] == b"/>"
        node.inner_end = node.inner if empty else self._parser.CurrentByteIndex
        node.end = node.inner if empty else tag_end(self._data, node.inner_end)


def tag_end(data: bytes, at: int) -> int:
    """Where the tag that begins at `at` ends."""
    match = START_TAG.match(data, at)
    if match is None:  # expat has accepted the tag, so only a foreign byte position gets here
        raise PartError("its XML cannot be followed")
    return match.end()


def prefix_of(data: bytes, at: int) -> str:
    """The prefix with its colon ("x:") of the tag that begins at `at`, or nothing."""
    match = PREFIX.match(data, at)
    return (match[1] or b"").decode() if match else ""


def attribute(tag: bytes, name: str, value: str | None) -> bytes:
    """A start tag with one attribute (without prefix) set, or left out for None; the rest stays to the byte."""
    wanted = name.encode()
    found = next((match for match in ATTRIBUTE.finditer(tag) if match[2] == wanted), None)
    new = b"" if value is None else f"{name}={quoted(value)}".encode()
    if found is not None:
        return tag[: found.start()] + (found[1] + new if new else b"") + tag[found.end() :]
    if not new:
        return tag
    stop = len(tag) - (2 if tag.endswith(b"/>") else 1)
    return tag[:stop].rstrip() + b" " + new + tag[stop:]


def inside(data: bytes, node: Node, new: bytes, *, at: int | None = None) -> Edit:
    """Put `new` at the end of the node's content (or at byte `at` of it), opening an empty-element tag."""
    if node.end == node.inner:
        return Edit(node.start, node.end, opened(data[node.start : node.inner], new))
    place = node.inner_end if at is None else at
    return Edit(place, place, new)


def opened(tag: bytes, new: bytes) -> bytes:
    """The element of an empty-element tag with content in it."""
    name = TAG_NAME.match(tag)
    return tag[:-2].rstrip() + b">" + new + b"</" + (name[1] if name else b"") + b">"


def applied(data: bytes, edits: list[Edit]) -> bytes:
    """The bytes with all edits done. Insertions at the same place keep their order, before what is replaced there."""
    view = memoryview(data)
    pieces: list[bytes | memoryview] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        pieces += (view[at : edit.start], edit.new)
        at = edit.end
    pieces.append(view[at:])
    return b"".join(pieces)
