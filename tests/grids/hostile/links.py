"""What points from one part to another: relationships, tables, names, content types; and names that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.grids.hostile.case import PLAIN, PLAIN_ROWS, ROSE, Case, body, either, late, parts, plain, read, refused
from tests.grids.hostile.documents import HEADED, LINK, SHEET_RELS, TABLE, tabled
from tests.grids.workbooks import PACKAGE_RELS, RELS, XML, make, members, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.grids.hostile.case import Maker

BOOK_RELS, TOP = "xl/_rels/workbook.xml.rels", "_rels/.rels"
MISSING = "missing|no Excel workbook"
NO_RANGE = "no proper range"
TABLE_ROWS = [["a", "b"], [1]]


def in_rels(part: str, old: str, new: str) -> Maker:
    """The plain workbook with something else in its relationships."""

    def made(path: Path) -> None:
        content = members(plain(path))[part].decode()
        assert old in content
        parts({part: content.replace(old, new)})(path)

    return made


TO_SHEET, TO_BOOK, TO_STRINGS = (
    *('Target="worksheets/sheet1.xml"', 'Target="xl/workbook.xml"', 'Target="sharedStrings.xml"'),
)
NOWHERE = (
    *("../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "http://127.0.0.1/x", "C:\\x.xml", "\\\\host\\x", ""),
    *(
        ".",
        "..",
        "nothing.xml",
        "worksheets/sheet1.xml#x",
        "worksheets/sheet1.xml?x",
        "worksheets",
        "../" * 20_000 + "x",
    ),
    "%77orksheets/sheet1.xml",
)
SOMEHOW = (
    *("/xl/worksheets/sheet1.xml", "../xl/worksheets/sheet1.xml", "./worksheets/../worksheets//sheet1.xml"),
    "WORKSHEETS/Sheet1.xml",
)
NO_TEXT = "which the workbook does not have"
EXTERNAL = ' TargetMode="External"'


def targets() -> Iterator[Case]:
    for target in NOWHERE:
        name, link = f"{target[:30]!a}", f'Target="{target}"'
        words = f"{MISSING}|not well-formed|is no worksheet"
        yield refused(f"a sheet at {name}", words, in_rels(BOOK_RELS, TO_SHEET, link))
        yield refused(f"a workbook part at {name}", words, in_rels(TOP, TO_BOOK, link))
    for target in SOMEHOW:
        maker = in_rels(BOOK_RELS, TO_SHEET, f'Target="{target}"')
        yield read(f"a sheet at {target}", PLAIN, maker, saves=None, seen_alike=False)
    for name, words, rels, old, new in (
        ("a sheet that is the workbook part", "is no worksheet", BOOK_RELS, TO_SHEET, 'Target="workbook.xml"'),
        ("a sheet that is a list of links", "is no worksheet", BOOK_RELS, TO_SHEET, 'Target="_rels/workbook.xml.rels"'),
        ("texts that are the sheet", "no shared strings", BOOK_RELS, TO_STRINGS, TO_SHEET),
        ("texts that are the workbook part", "no shared strings", BOOK_RELS, TO_STRINGS, 'Target="workbook.xml"'),
        ("texts outside of the file", NO_TEXT, BOOK_RELS, TO_STRINGS, f'Target="http://127.0.0.1/"{EXTERNAL}'),
        ("a workbook part that is its own list of links", MISSING, TOP, TO_BOOK, 'Target="_rels/.rels"'),
        ("a workbook part outside of the file", MISSING, TOP, TO_BOOK, TO_BOOK + EXTERNAL),
    ):
        yield refused(name, words, in_rels(rels, old, new))
    outside = in_rels(BOOK_RELS, TO_SHEET, TO_SHEET + EXTERNAL)
    yield either("a sheet outside of the file", None, MISSING + "|no sheet", outside)
    yield either("styles that are the sheet", PLAIN, ".", in_rels(BOOK_RELS, 'Target="styles.xml"', TO_SHEET))


def lists() -> Iterator[Case]:
    yield either("no content types", PLAIN, MISSING, parts({"[Content_Types].xml": None}))
    yield either("content types of nonsense", PLAIN, "not well-formed", parts({"[Content_Types].xml": b"\0\1\2"}))
    twice = f'{TO_SHEET}/><Relationship Id="rId1" Type="{RELS}/worksheet" Target="styles.xml"'
    yield refused("an id twice", "is no worksheet|twice", in_rels(BOOK_RELS, TO_SHEET, twice))
    yield either("100,000 relationships", PLAIN, ".", late(_many_relationships), seen_alike=False)
    link = f'<Relationship Id="rId1" Type="{RELS}/worksheet" Target="sheet1.xml"/>'
    linked = f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{link}</Relationships>'
    yield read("a sheet that is a sheet of itself", PLAIN, parts({SHEET_RELS: linked}))
    yield read("relationships of relationships", PLAIN, parts({"xl/_rels/_rels/workbook.xml.rels.rels": linked}))


def _many_relationships() -> Maker:
    more = f'<Relationship Id="x" Type="{RELS}/x" Target="y"/>' * 100_000
    return in_rels(BOOK_RELS, "</Relationships>", f"{more}</Relationships>")


def table(**attributes: str) -> Maker:
    """A workbook with a table whose attributes are others."""
    xml = TABLE
    for name, value in attributes.items():
        before, _, after = xml.partition(f' {name}="')
        xml = (
            f'{before} {name}="{value}"{after.partition(chr(34))[2]}'
            if after
            else xml.replace(" id=", f' {name}="{value}" id=', 1)
        )
    return lambda path: tabled(path, table=xml)


def tables() -> Iterator[Case]:
    for ref in ("A1:XFD1048576", "XFD1048576", "B2:A1", "Z99:Z100", "A1"):
        yield read(f"a table over {ref}", TABLE_ROWS, table(ref=ref), saves=None)
    for ref in ("", "A0", "x", "A1:XFE1048577", "A1:B2:C3", "#REF!", "A1 C1", "A" * 60_000):
        yield either(f"a table over {ref[:20]!r}", TABLE_ROWS, NO_RANGE, table(ref=ref))
    for rows in ("-1", "x", "99999999999", "2"):
        yield either(f"a table with {rows} heading rows", TABLE_ROWS, ".", table(headerRowCount=rows))
        yield either(f"a table with {rows} totals rows", TABLE_ROWS, ".", table(totalsRowCount=rows))
    for name in ("s", "", "no such sheet"):
        yield either(f"a table named {name[:20]!a}", TABLE_ROWS, ".", table(displayName=name, name=name))
    yield either(
        "a table that is no table", TABLE_ROWS, f"{NO_RANGE}|not well-formed", lambda path: tabled(path, table="<x/>")
    )
    for target in ("nothing.xml", "../worksheets/sheet1.xml", "../../../etc/passwd", ""):
        yield either(
            f"a table at {target!r}",
            TABLE_ROWS,
            f"{MISSING}|{NO_RANGE}|not well-formed",
            lambda path, target=target: tabled(path, link=LINK.replace("../tables/table1.xml", target)),
        )
    yield either("a table 10,000 times", TABLE_ROWS, ".", lambda path: tabled(path, link=LINK * 10_000))


def names() -> Iterator[Case]:
    texts = (
        "",
        "#REF!",
        "s!A0",
        "s!$XFE$1",
        "nothing!A1",
        "[1]s!A1",
        "s!A1:B2,s!C3",
        "OFFSET(s!A1,0,0)",
        "'s",
        "'" * 20_001,
        "s!" + "A" * 20_000,
        "&#10;",
    )
    for text in texts:
        name = f'<definedNames><definedName name="no such sheet">{text}</definedName></definedNames>'
        yield read(
            f"a name for {text[:20]!r}",
            PLAIN,
            body(PLAIN_ROWS, strings=ROSE, inside=name),
            saves=None,
            seen_alike=False,
        )
    for sheet_name in ("a&#27;[31m", "", "..\\..\\x", "'", "[1]"):
        yield either(f"a sheet named {sheet_name[:12]!a}", None, ".", named(sheet_name))
    for calendar in ("2", "-1", "yes", ""):
        yield read(
            f"a calendar {calendar!r}",
            PLAIN,
            body(PLAIN_ROWS, strings=ROSE, properties=f' date1904="{calendar}"'),
            seen_alike=False,
        )
    yield refused("a workbook part of another house", "no Excel workbook", body(PLAIN_ROWS, strings=ROSE, main="urn:x"))


def named(name: str) -> Maker:
    """A workbook whose only sheet has that name, as XML has it."""
    return lambda path: make(path, {name: sheet(HEADED)})


CASES: list[Case] = [*targets(), *lists(), *tables(), *names()]
