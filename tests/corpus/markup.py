"""
XML as bytes, for the checker alone: tags found by one regular expression, not by the parser of the code under test.

Whatever this gets wrong, it gets wrong in another way than komet_xl does. That is its point.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = re.compile(
    rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>"
    rb"|<(?P<close>/)?(?P<name>[^\s/>!?]+)(?P<rest>(?:[^\"'>/]|\"[^\"]*\"|'[^']*'|/(?!>))*)(?P<empty>/)?>",
    re.DOTALL,
)
ATTRIBUTE = re.compile(rb"""([^\s=]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""")


@dataclass(slots=True)
class Tag:
    """One tag: `start` to `end` are its bytes."""

    name: str
    """Local name."""
    depth: int
    """1 for the root; an end tag has the depth of its start tag."""
    kind: str
    """open, close or empty."""
    start: int
    end: int
    rest: bytes
    """What stands behind the name."""

    @property
    def attributes(self) -> dict[str, str]:
        """By local name."""
        return attributes(self.rest)


def tags(data: bytes) -> Iterator[Tag]:
    """All tags of a part in UTF-8, in order."""
    depth = 0
    names: dict[bytes, str] = {}
    for match in TOKEN.finditer(data):
        close, raw, rest, empty = match.groups()
        if raw is None:
            continue
        name = names.get(raw) or names.setdefault(raw, local(raw))
        start, end = match.span()
        if close:
            yield Tag(name, depth, "close", start, end, b"")
            depth -= 1
        elif empty:
            yield Tag(name, depth + 1, "empty", start, end, rest)
        else:
            depth += 1
            yield Tag(name, depth, "open", start, end, rest)


def attributes(tag: bytes) -> dict[str, str]:
    """The attributes in a start tag, by local name, their values without references."""
    return {
        local(name): unescape((double or single).decode("utf-8", "replace"))
        for name, double, single in ATTRIBUTE.findall(tag)
    }


def local(name: bytes) -> str:
    """A name without its prefix."""
    return name.rpartition(b":")[2].decode("utf-8", "replace")


def utf8(data: bytes) -> bytes:
    """A part in UTF-8 without its byte order mark, whatever it was in."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16").encode()
    for start, encoding in ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be")):
        if data.startswith(start):
            return data.decode(encoding).encode()
    return data.removeprefix(codecs.BOM_UTF8)


def encoding(data: bytes) -> str:
    """In which of the encodings a part is, as far as its first bytes tell."""
    if data.startswith((codecs.BOM_UTF16_LE, b"<\0")):
        return "utf-16-le"
    if data.startswith((codecs.BOM_UTF16_BE, b"\0<")):
        return "utf-16-be"
    return "utf-8 with a mark" if data.startswith(codecs.BOM_UTF8) else "utf-8"
