"""Random changes to sound workbooks, on three levels: the file, a part of it, the elements of a part.

Each is made from a seed and a number alone, so that one that hurts can be made again:
`python -m tests.grids.hostile COUNT SEED [FIRST]`.
"""

from __future__ import annotations

import io
import random
import re
import zipfile
from typing import TYPE_CHECKING

from tests.grids.hostile.bases import bases
from tests.grids.hostile.rawzip import Entry, archive

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = re.compile(r"<[^>]*>|[^<]+")
ATTRIBUTE = re.compile(r"""\s[^\s=<>"']+\s*=\s*("[^"]*"|'[^']*')""")
NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
NUMBERS = (
    *("0", "1", "-1", "2", "7", "00", "1.5", "1e3", "255", "256", "1024", "16384", "16385", "32768", "65536", "200001"),
    *("1048576", "1048577", "2147483647", "2147483648", "4294967295", "99999999999999999999", "", "x", "NaN", "0x10"),
)
SCRAPS = (
    *(b"<c>", b"</c>", b"<c/>", b"<row>", b"</row>", b"<row r='2'/>", b"<v>", b"</v>", b"<is>", b"<f>", b"&", b"&#0;"),
    *(
        b"<![CDATA[",
        b"]]>",
        b"<!--",
        b"-->",
        b"'",
        b'"',
        b">",
        b"<",
        b" r='A1'",
        b" t='s'",
        b" s='999'",
        b"<?x ?>",
        b"\0",
    ),
    *(
        b"\xff",
        b"\xc3",
        b"<!DOCTYPE x>",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        b"&amp;",
        b" xml:space='preserve'",
        b"  ",
        b"\r\n",
    ),
    *(b"<sheetData/>", b"<x:c/>", b" xmlns='urn:x'", b"encoding='utf-16'", b"99999999999", b"-1", b"_x0041_", b"$"),
)
TEXTS = (
    "",
    " ",
    "=1+1",
    "&amp;",
    "_x005F_",
    "\u202e",
    "\U0001f339",
    "#REF!",
    "A1:XFD1048576",
    "s!A1",
    "true",
    "inlineStr",
)
WRAPPINGS = (
    *(("<!--", "-->"), ("<![CDATA[", "]]>"), ("<x>", "</x>"), ('<x xmlns="urn:x">', "</x>")),
    *(("<row>", "</row>"), ("<c>", "</c>")),
)


def mutated(seed: str, number: int) -> bytes:
    """The mutation of that number."""
    draw = random.Random(f"{seed} {number}")  # noqa: S311  chance for a test
    data = draw.choice(bases())
    change: Callable[[random.Random, bytes], bytes] = draw.choice((in_file, in_part, in_elements, in_elements))
    for _ in range(draw.choice((1, 1, 1, 2, 4))):
        data = change(draw, data)
    return data


# --- the file ------------------------------------------------------------------------------------------------------


def in_file(draw: random.Random, data: bytes) -> bytes:
    """Bytes of the zip itself; near its end, where the directory lies, as often as elsewhere."""
    end = len(data)
    at = draw.randrange(end) if draw.random() < 0.5 else draw.randrange(max(0, end - 1500), end)
    size = draw.choice((1, 1, 2, 4, 16, 200))
    rest, other = data[at + size :], draw.randrange(end)
    changes = (
        lambda: bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :],
        lambda: draw.randbytes(size) + rest,
        lambda: draw.choice((b"\0", b"\xff", b"\x7f")) * size + rest,
        lambda: rest,
        lambda: data[at : at + size] * 2 + rest,
        lambda: data[other : other + size] + rest,
        lambda: draw.randbytes(size) + data[at:],
        lambda: b"",
    )
    return data[:at] + draw.choice(changes)()


# --- a part of it --------------------------------------------------------------------------------------------------


def in_part(draw: random.Random, data: bytes) -> bytes:
    """The members of the zip, which stays sound."""
    content = unzipped(data)
    if not content:
        return data
    names = sorted(content)
    name, other = draw.choice(names), draw.choice(names)
    kind = draw.randrange(10)
    if kind == 0:
        del content[name]
    elif kind == 1:
        content[name], content[other] = content[other], content[name]
    elif kind == 2:
        content[draw.choice((name + "x", "../" + name, "xl/" + name))] = content.pop(name)
    else:
        content[name] = scratched(draw, content[name])
    return zipped(content)


def scratched(draw: random.Random, part: bytes) -> bytes:
    """Some bytes of a part replaced, put in or taken out."""
    at = draw.randrange(len(part) + 1)
    kind = draw.randrange(5)
    if kind == 0:
        return part[:at]
    if kind == 1:
        return part[:at] + part[at + draw.choice((1, 1, 3, 10, 50)) :]
    if kind == 2 and at < len(part):
        return part[:at] + bytes([part[at] ^ 1 << draw.randrange(8)]) + part[at + 1 :]
    return part[:at] + draw.choice(SCRAPS) + part[at + draw.choice((0, 0, 1, 5)) :]


def unzipped(data: bytes) -> dict[str, bytes]:
    """The members, as far as they can be read."""
    with zipfile.ZipFile(io.BytesIO(data)) as every:
        return {name: every.read(name) for name in every.namelist()}


def zipped(content: dict[str, bytes]) -> bytes:
    """A sound zip."""
    return archive([Entry.of(name, part) for name, part in content.items()])


# --- the elements of a part ----------------------------------------------------------------------------------------


def in_elements(draw: random.Random, data: bytes) -> bytes:
    """Elements, attributes and texts of one part; most often what comes out is still well-formed."""
    content = unzipped(data)
    xml = sorted(name for name in content if name.endswith((".xml", ".rels")) and "docProps" not in name)
    if not xml:
        return data
    sheets = [name for name in xml if "/sheet" in name and name.endswith(".xml")]
    name = draw.choice(sheets) if sheets and draw.random() < 0.5 else draw.choice(xml)
    encoding = "utf-16" if content[name].startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
    tokens = TOKEN.findall(content[name].decode(encoding, "replace"))
    if tokens:
        kind = draw.choice((on_element, on_element, on_attribute, on_attribute, on_number, on_number, on_text))
        content[name] = "".join(kind(draw, tokens)).encode(encoding)
    return zipped(content)


def elements(tokens: list[str]) -> list[tuple[int, int]]:
    """First and last token of every element but the root."""
    found, open_at = [], []
    for at, token in enumerate(tokens):
        if not token.startswith("<") or token.startswith(("<?", "<!")):
            continue
        if token.startswith("</"):
            if open_at:
                found.append((open_at.pop(), at))
        elif token.endswith("/>"):
            found.append((at, at))
        else:
            open_at.append(at)
    return [each for each in found if each[0] > min(found)[0]]


def on_element(draw: random.Random, tokens: list[str]) -> list[str]:
    """An element twice, gone, elsewhere, in the place of another, or wrapped."""
    every = elements(tokens)
    if not every:
        return tokens
    first, last = draw.choice(every)
    start, end = draw.choice(every)
    chosen, before, behind = tokens[first : last + 1], tokens[:first], tokens[last + 1 :]
    moved = draw.choice(elements(before + behind) or [(first, first)])[0]
    opening, closing = draw.choice(WRAPPINGS)
    changes = (
        lambda: before + behind,
        lambda: before + chosen * 2 + behind,
        lambda: tokens[:start] + chosen + tokens[end + 1 :],
        lambda: (before + behind)[:moved] + chosen + (before + behind)[moved:],
        lambda: before + tokens[start : end + 1] + tokens[last + 1 : start] + chosen + tokens[end + 1 :],
        lambda: [*before, opening, *chosen, closing, *behind],
    )
    return draw.choice(changes)()


def tags_with_attributes(tokens: list[str]) -> list[int]:
    return [at for at, token in enumerate(tokens) if token.startswith("<") and ATTRIBUTE.search(token)]


def on_attribute(draw: random.Random, tokens: list[str]) -> list[str]:
    """An attribute gone, twice, with the value of another, or with a text."""
    places = tags_with_attributes(tokens)
    if not places:
        return tokens
    at = draw.choice(places)
    tag = tokens[at]
    match = draw.choice(list(ATTRIBUTE.finditer(tag)))
    kind = draw.randrange(5)
    if kind == 0:
        new = ""
    elif kind == 1:
        new = match[0] + draw.choice(("", match[0], match[0].replace("=", "x=", 1)))
    elif kind == 2:
        new = match[0].replace(match[1], draw.choice(list(ATTRIBUTE.finditer(tokens[draw.choice(places)])))[1])
    elif kind == 3:
        new = match[0].replace(match[1], f'"{draw.choice(TEXTS + NUMBERS)}"')
    else:
        new = draw.choice(("\n  ", "\t", "   ")) + match[0].strip().replace("=", draw.choice((" = ", "=\n", "=")), 1)
    tokens[at] = tag[: match.start()] + new + tag[match.end() :]
    return tokens


def on_number(draw: random.Random, tokens: list[str]) -> list[str]:
    """A number, wherever one stands, made another."""
    places = [at for at, token in enumerate(tokens) if NUMBER.search(token) and not token.startswith("<?")]
    if not places:
        return tokens
    at = draw.choice(places)
    match = draw.choice(list(NUMBER.finditer(tokens[at])))
    near = str(int(float(match[0])) + draw.choice((-1, 1, 2, 10))) if len(match[0]) < 10 else "5"
    new = draw.choice((near, near, *draw.sample(NUMBERS, 2)))
    tokens[at] = tokens[at][: match.start()] + new + tokens[at][match.end() :]
    return tokens


def on_text(draw: random.Random, tokens: list[str]) -> list[str]:
    """A text made another, or put where none was."""
    texts = [at for at, token in enumerate(tokens) if not token.startswith("<")]
    if texts and draw.random() < 0.7:
        tokens[draw.choice(texts)] = draw.choice(TEXTS + NUMBERS)
    else:
        tokens.insert(draw.randrange(1, len(tokens) + 1), draw.choice(TEXTS))
    return tokens
