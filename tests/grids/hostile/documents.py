"""XML that is no good: document types, entities, encodings, depth, and elements out of all measure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import links
from tests.grids.hostile.case import PLAIN, PLAIN_ROWS, ROSE, Case, either, parts, read, refused
from tests.grids.workbooks import MAIN, PACKAGE_RELS, RELS, STYLES, XML, make, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


DOCTYPE = "DOCTYPE"
UNSOUND = "not well-formed"
SHEET, STRINGS, SHEET_RELS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/worksheets/_rels/sheet1.xml.rels"
TABLE = (
    f'{XML}<table xmlns="{MAIN}" id="1" name="t" displayName="t" ref="A1:B2"><autoFilter ref="A1:B2"/><tableColumns '
    'count="2"><tableColumn id="1" name="a"/><tableColumn id="2" name="b"/></tableColumns></table>'
)
HEADED = '<row r="1"><c r="A1" t="inlineStr"><is><t>a</t></is></c><c r="B1" t="inlineStr"><is><t>b</t></is></c></row>'
LINK = f'<Relationship Id="rId1" Type="{RELS}/table" Target="../tables/table1.xml"/>'
TABLE_TYPE = (
    '<Override PartName="/xl/tables/table1.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.table+xml"/>'
)


def tabled(path: Path, *, table: str | bytes = TABLE, link: str = LINK) -> Path:
    """A workbook with a table."""
    more = {
        "xl/tables/table1.xml": table,
        SHEET_RELS: f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{link}</Relationships>',
    }
    rows = HEADED + '<row r="2"><c r="A2"><v>1</v></c></row>'
    after = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'
    return make(path, {"s": sheet(rows, after=after)}, strings=ROSE, parts=more, types=TABLE_TYPE)


BOMBS = {
    "a billion laughs": "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)) + '<!ENTITY a0 "ha">',
    "a quadratic blowup": f'<!ENTITY a9 "{"x" * 100_000}">',
    "an empty document type": "",
    "an attribute by default": '<!ATTLIST c t CDATA "str"><!ENTITY a9 "">',
}


def with_doctype(xml: str, inside: str, use: str = "", *, external: str = "") -> str:
    """The part with a document type in front of its root, and an entity used inside of it."""
    head, start, rest = xml.partition("<?xml")[2].partition("?>")
    declaration = f"<?xml{head}{start}"
    root = rest.strip().lstrip("<").split()[0].split(">")[0]
    first_tag = rest.index(">") + 1
    return f"{declaration}<!DOCTYPE {root} {external} [{inside}]>{rest[:first_tag]}{use}{rest[first_tag:]}"


def part_texts() -> dict[str, str]:
    """A sound text of every kind of part that is read."""
    return {
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}"><Relationship Id="rId1" '
        f'Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets><sheet name="s" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}"><Relationship Id="rId1" '
        f'Type="{RELS}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/styles.xml": STYLES,
        STRINGS: f'{XML}<sst xmlns="{MAIN}">{ROSE}</sst>',
        SHEET: sheet(HEADED),
        SHEET_RELS: f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{LINK}</Relationships>',
        "xl/tables/table1.xml": TABLE,
    }


def read_all_parts(path: Path) -> Path:
    """A workbook of which every part in `part_texts` is needed to read sheet "s" and look for a name."""
    rows = HEADED + '<row r="2"><c r="A2" t="s"><v>0</v></c></row>'
    more = {"xl/tables/table1.xml": TABLE, SHEET_RELS: part_texts()[SHEET_RELS]}
    return make(path, {"s": sheet(rows)}, strings=ROSE, parts=more, types=TABLE_TYPE)


def doctypes() -> Iterator[Case]:
    for part, text in part_texts().items():
        for name, inside in BOMBS.items():
            bomb = with_doctype(text, inside, "" if not inside else "&a9;" * 100)
            yield refused(f"{name} in {part}", DOCTYPE, parts({part: bomb}, read_all_parts))
    types = f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
    bomb = with_doctype(types, BOMBS["a billion laughs"], "&a9;")
    yield either(f"a billion laughs in {links.CONTENT_TYPES}", PLAIN, DOCTYPE, parts({links.CONTENT_TYPES: bomb}))
    yield refused(
        "a document type after a byte order mark",
        DOCTYPE,
        parts({SHEET: b"\xef\xbb\xbf" + with_doctype(sheet(""), "").encode()}),
    )
    yield refused(
        "a document type in UTF-16",
        DOCTYPE,
        parts({SHEET: with_doctype(sheet(""), "").replace("UTF-8", "UTF-16").encode("utf-16")}),
    )
    yield refused(
        "a document type after a comment", DOCTYPE, parts({SHEET: f'<!-- x --><!DOCTYPE w><worksheet xmlns="{MAIN}"/>'})
    )


def reaching_out(port: int) -> Iterator[Case]:
    """Parts that want something from elsewhere: a file, or this machine's port."""
    for place in ("file:///etc/passwd", f"http://127.0.0.1:{port}/evil.dtd"):
        for part, text in part_texts().items():
            for kind, inside, external in (
                ("an entity", f'<!ENTITY a9 SYSTEM "{place}">', ""),
                ("a parameter entity", f'<!ENTITY % p SYSTEM "{place}">%p;', ""),
                ("a document type", "", f'SYSTEM "{place}"'),
                ("a public document type", "", f'PUBLIC "-//x//y" "{place}"'),
            ):
                bomb = with_doctype(text, inside, "&a9;" if kind == "an entity" else "", external=external)
                yield refused(f"{kind} of {place[:4]} in {part}", DOCTYPE, parts({part: bomb}, read_all_parts))


UNKNOWN = (
    *(
        "UTF-7",
        "UTF-32",
        "IBM037",
        "cp500",
        "EBCDIC-CP-US",
        "idna",
        "punycode",
        "rot13",
        "hex",
        "zlib",
        "unicode_escape",
    ),
    *("raw_unicode_escape", "mbcs", "undefined", "../../x"),
)


def encodings() -> Iterator[Case]:
    declared = sheet(PLAIN_ROWS).replace('encoding="UTF-8"', 'encoding="{}"')
    bare = sheet(PLAIN_ROWS).replace(XML, "")
    for name, data in (
        ("UTF-8 with its mark", b"\xef\xbb\xbf" + sheet(PLAIN_ROWS).encode()),
        ("UTF-8 without a declaration", bare.encode()),
        ("UTF-16 with its mark", declared.format("UTF-16").encode("utf-16")),
        ("UTF-16 big end first", b"\xfe\xff" + declared.format("UTF-16").encode("utf-16-be")),
        ("Latin-1", declared.format("ISO-8859-1").encode("latin-1")),
    ):
        yield read(name, PLAIN, parts({SHEET: data}))
    for name, data in (
        ("UTF-16 without its mark", declared.format("UTF-16").encode("utf-16-le")),
        ("UTF-16 with nothing said", b"\xff\xfe" + bare.encode("utf-16-le")),
        ("Windows-1252", declared.format("windows-1252").encode("cp1252")),
        ("ASCII", declared.format("US-ASCII").encode()),
        ("UTF-8 that says UTF-16", declared.format("UTF-16").encode()),
        ("UTF-8 with its mark that says Latin-1", b"\xef\xbb\xbf" + declared.format("ISO-8859-1").encode()),
        ("UTF-16 that says UTF-8", declared.format("UTF-8").encode("utf-16")),
        ("an encoding with a name of 200 letters", declared.format("x" * 200).encode()),
        ("XML 1.1", declared.format("UTF-8").replace('version="1.0"', 'version="1.1"').encode()),
        ("bytes of UTF-32, little end first", declared.format("UTF-32").encode("utf-32-le")),
        ("UTF-16 that begins with a blank", ("\n" + bare).encode("utf-16-le")),
        ("UTF-16 that says UTF-32", declared.format("UTF-32").encode("utf-16")),
    ):
        yield either(name, PLAIN, "encoding|" + UNSOUND, parts({SHEET: data}))
    for name in UNKNOWN:
        yield refused(f"the encoding {name}", f"encoding|{UNSOUND}", parts({SHEET: declared.format(name)}))
    for name in ("utf-32", "utf-32-be", "utf-7", "cp037"):
        data = declared.format(name).encode(name)
        yield refused(f"bytes of {name}", f"encoding|{UNSOUND}", parts({SHEET: data}))


def bytes_astray() -> Iterator[Case]:
    for name, data in (
        ("a null byte", sheet(PLAIN_ROWS).encode().replace(b"<v>5", b"<v>5\0")),
        ("a null byte at the end", sheet("").encode() + b"\0"),
        ("nothing but null bytes", bytes(1000)),
        ("nothing", b""),
        ("a mark alone", b"\xef\xbb\xbf"),
        ("UTF-16 with an odd byte", sheet("").replace("UTF-8", "UTF-16").encode("utf-16") + b"\0"),
        ("UTF-16 with half a pair", sheet("\ud800").replace("UTF-8", "UTF-16").encode("utf-16", "surrogatepass")),
        ("invalid UTF-8", sheet("<row>@</row>").encode().replace(b"@", b"\xc3\x28")),
        ("overlong UTF-8", sheet("<row>@</row>").encode().replace(b"@", b"\xc0\xbc")),
        ("a surrogate in UTF-8", sheet("<row>@</row>").encode().replace(b"@", b"\xed\xa0\x80")),
        ("a control character", sheet("<row>\x01</row>").encode()),
        ("U+FFFE", sheet("<row>\ufffe</row>").encode()),
        ("two roots", sheet("").encode() + b"<worksheet/>"),
        ("text after the root", sheet("").encode() + b"x"),
        ("a declaration in the middle", sheet("<row/>").replace("<row/>", XML).encode()),
        ("a declaration without end", b'<?xml version="1.0" encoding="UTF-8"' + b" " * 100_000),
    ):
        yield refused(name, f"{UNSOUND}|encoding", parts({SHEET: data}))


CASES: list[Case] = [*doctypes(), *encodings(), *bytes_astray()]
