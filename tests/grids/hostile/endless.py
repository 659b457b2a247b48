"""Hostile files that limits must hold back: work without end, and sentences that hostile names must not spoil."""

from __future__ import annotations

import os
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.grids.hostile.bombs import (
    BOOK,
    MIB,
    NOISE,
    SHEET,
    STYLE_PART,
    TEXT_PLACES,
    celled,
    grown,
    mixed,
    repeated,
    with_entries,
)
from tests.grids.hostile.case import (
    PLAIN,
    PLAIN_ROWS,
    ROSE,
    Case,
    alone,
    body,
    either,
    late,
    plain,
    read,
    refused,
)
from tests.grids.hostile.documents import LINK, SHEET_RELS, TABLE, tabled
from tests.grids.hostile.links import BOOK_RELS, MISSING, in_rels, named, table
from tests.grids.hostile.rawzip import Entry, archive
from tests.grids.workbooks import PACKAGE_RELS, RELS, STYLES, XML, make, members, sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.grids.hostile.case import Maker

ONE = '<row r="1"><c r="A1"><v>5</v></c></row>'
DAYS = '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0"/>'
TABLE_ROWS = [["a", "b"], [1]]


def heavy(name: str, rows: object, maker: Maker) -> Case:
    """Read rightly or refused, in a process of its own."""
    return alone(either(name, rows, ".", maker))


def texts() -> Iterator[Case]:
    for what in ("text in the styles", "text in the workbook part"):
        part, xml = TEXT_PLACES[what]
        yield heavy(f"a {what} of 190 MiB", None, with_entries(partial(grown, part, xml, 190, noise=NOISE)))
    for megabytes in (95, 60):
        yield heavy(f"a picture of {megabytes} MiB", PLAIN, with_entries(partial(_picture, megabytes)))
    yield heavy("rows of 90 MiB in no usual layout", [[5]], late(_long_rows))


def _picture(megabytes: int) -> Entry:
    return Entry.of("xl/media/image1.png", mixed(megabytes * MIB, 0), stored=True)


def _long_rows() -> Maker:
    letters = mixed(MIB, NOISE).decode()
    rows = "".join(f'<row y="{letters[at : at + 1024]}"/>' for at in range(0, MIB, 1024))
    return with_entries(partial(repeated, SHEET, sheet(f"{ONE}@"), rows.encode(), 88))


def cells() -> Iterator[Case]:
    for what, cell, times, width in (
        ("6 million blank cells", "<c/>", 6_000_000, 1000),
        ("6 million cells with a format", '<c s="1"/>', 6_000_000, 1000),
        ("40 million blank cells", "<c/>", 40_000_000, 1000),
        ("2 million numbers", "<c><v>5</v></c>", 2_000_000, 20),
        ("6 million numbers", "<c><v>5</v></c>", 6_000_000, 60),
    ):
        yield heavy(what, None, celled(cell, times, width, loose=True))
    yield heavy("a million formulas as programs write them", None, with_entries(_formulas))


def _formulas() -> Entry:
    columns = "ABCDEFGHIJ"
    row = "".join(f'<c r="{column}@"><f>1+{column}@</f><v>5</v></c>' for column in columns)
    rows = (f'<row r="{n}">{row}</row>'.replace("@", str(n)) for n in range(1, 100_001))
    return Entry.of(SHEET, sheet("".join(rows)), level=1)


def lists() -> Iterator[Case]:
    for what, part, piece in (
        ("2 million cell formats", STYLE_PART, b"<xf/>"),
        ("2 million elements in the workbook part", BOOK, b"<x/>"),
        ("2 million relationships", BOOK_RELS, b"<x/>"),
    ):
        yield heavy(what, PLAIN, _grown_part(part, piece * 1000, 2_000))

    attributes = " ".join(f'{letter}="{letter}{letter}"' for letter in "abcdefg")
    wide = _grown_part(BOOK, f"<x {attributes}/>".encode() * 1000, 175)
    yield heavy("175,000 elements with attributes in the workbook part", PLAIN, wide)


def _grown_part(part: str, piece: bytes, times: int) -> Maker:
    def made(path: Path) -> None:
        xml = members(plain(path))[part].decode().replace("</cellXfs>", "@</cellXfs>")
        with_entries(partial(repeated, part, xml, piece, times))(path)

    return made


def repeated_work() -> Iterator[Case]:
    yield heavy("a table of 100,000 elements, linked 1,000 times", TABLE_ROWS, _linked_often)
    yield heavy("20,000 entries for one sheet", None, _one_sheet_often)
    yield heavy("80 sheets with 150,000 relationships each", None, _many_sheets)
    yield heavy("2,000 tables and a formula of a million words", None, _many_tables)
    old = '<numFmt numFmtId="164"'
    long = STYLES.replace(old, f'<numFmt numFmtId="200" formatCode="{"0" * 30_000}"/>{old}')
    long = long.replace("</cellXfs>", '<xf numFmtId="200"/>' * 60_000 + "</cellXfs>")
    yield heavy("60,000 cell formats of one format of 30,000 letters", [[5]], body(ONE, styles=long))
    brackets = STYLES.replace('formatCode="[h]:mm"', f'formatCode="{"[" * 300_000}"')
    yield heavy("a format of 300,000 brackets", [[5]], body(ONE.replace('"A1"', '"A1" s="3"'), styles=brackets))


def _linked_often(path: Path) -> None:
    links = "".join(LINK.replace("rId1", f"rId{n}") for n in range(1, 1001))
    tabled(path, table=TABLE.replace("<autoFilter", f"{'<x/>' * 100_000}<autoFilter"), link=links)


def _many_tables(path: Path) -> None:
    """2,000 names to look for in a million words."""
    xml = TABLE.replace('name="t" displayName="t"', 'name="t{0}" displayName="t{0}"')
    new = [partial(Entry.of, f"xl/tables/t{n}.xml", xml.format(n)) for n in range(2000)]
    link = f'<Relationship Id="r@" Type="{RELS}/table" Target="../tables/t@.xml"/>'
    links = "".join(link.replace("@", str(n)) for n in range(2000))
    rels = f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{links}</Relationships>'
    formula = f'<row r="3"><c r="C3"><f>{"t," * 1_000_000}</f><v>5</v></c></row>'
    with_entries(partial(Entry.of, SHEET_RELS, rels), partial(Entry.of, SHEET, sheet(formula)), *new)(path)


def _one_sheet_often(path: Path) -> None:
    plain(path)
    content = members(path)[BOOK].decode()
    entry = content[content.index("<sheet ") : content.index("</sheets>")]
    many = "".join(entry.replace('"s"', f'"s{n}"') for n in range(20_000))
    with_entries(partial(Entry.of, BOOK, content.replace(entry, many)))(path)


def _many_sheets(path: Path) -> None:
    make(path, {f"s{n}": sheet(ONE) for n in range(80)})
    links = "".join(f'<Relationship Id="r{n}"/>' for n in range(150_000))
    rels = f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{links}</Relationships>'
    entry = Entry.of(SHEET_RELS, rels)
    old = [Entry.of(name, data) for name, data in members(path).items()]
    names = [SHEET_RELS.replace("sheet1", f"sheet{n}").encode() for n in range(1, 81)]
    path.write_bytes(archive([*old, *(entry.but(name=name) for name in names)]))


def patterns() -> Iterator[Case]:
    """Texts on which a careless search takes the square of their length."""
    blanks = " " * 300_000
    stated = f'<dimension{blanks}x="y" ref="A1"/>'
    yield heavy("a dimension with 300,000 blanks", [[5]], body(ONE, before=stated))
    values = " ".join(f"a{n}=\" ref='B2' \"" for n in range(50_000))
    hidden = f'<dimension {values} ref="A1"/>'
    yield heavy("a dimension with 50,000 attributes that hold another", [[5]], body(ONE, before=hidden))
    yield heavy("a tag of 8 MiB of blanks in the styles", PLAIN, late(_wide_tag))
    for what, letter in (("letters", "A"), ("digits", "1"), ("colons", ":"), ("names", "a."), ("apostrophes", "'''")):
        formula = f'<row r="1"><c r="A1"><f>{letter * (600_000 // len(letter))}</f><v>5</v></c></row>'
        yield heavy(f"a formula of 600,000 {what}", None, body(formula))
    names = f'<definedNames><definedName name="n">{":" * 600_000}</definedName></definedNames>'
    yield heavy("a name for 600,000 colons", PLAIN, body(PLAIN_ROWS, strings=ROSE, inside=names))
    chart = partial(Entry.of, "xl/charts/chart1.xml", "<f " * 3_000_000)
    yield heavy("a chart of three million tags", PLAIN, with_entries(chart))


def _wide_tag() -> Maker:
    letters = mixed(8 * MIB, 8 * MIB).translate(bytes.maketrans(bytes(range(97, 123)), b" \t\n\r" * 6 + b"  "))
    return body(PLAIN_ROWS, strings=ROSE, styles=STYLES.replace("<fonts", f"<fonts{letters.decode()}"))


def sentences() -> Iterator[Case]:
    """Names out of the file that a sentence shows: printable, and not for ever."""
    target = 'Target="worksheets/sheet1.xml"'
    yield refused("a sheet at 60,000 letters", MISSING, in_rels(BOOK_RELS, target, f'Target="{"x" * 60_000}"'))
    yield refused("a sheet at a line break", MISSING, in_rels(BOOK_RELS, target, 'Target="x&#10;y.xml"'))
    for name in ("a&#10;b", "\u202exslx", "x" * 60_000, "&#9;", "\u2028", "\U000e0041"):
        yield either(f"a sheet named {name[:12]!a}", None, ".", named(name))
        yield either(f"a table named {name[:12]!a}", TABLE_ROWS, ".", table(displayName=name, name=name))


def places() -> Iterator[Case]:
    yield either("a cell at $A$1", [[5]], ".", body('<row r="1"><c r="$A$1"><v>5</v></c></row>'))
    days = STYLES.replace('<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>', DAYS)
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>42045</v></c></row>' for n in range(1, 6))
    yield read("cells of a default format that shows days", [[date(2015, 2, 10)]] * 5, body(rows, styles=days))
    words = "no workbook|cannot be read|no file|larger"
    for name, maker in _devices():
        yield alone(refused(name, words, maker))


def _devices() -> Iterator[tuple[str, Callable[[Path], object]]]:
    """What is no file at all, on systems that have such."""
    if hasattr(os, "mkfifo"):
        yield "a pipe that nobody writes to", os.mkfifo
    if Path("/dev/zero").exists():
        yield "a device without an end", lambda path: path.symlink_to("/dev/zero")


CASES: list[Case] = [*texts(), *cells(), *lists(), *repeated_work(), *patterns(), *sentences(), *places()]
