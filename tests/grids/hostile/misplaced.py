"""Elements where none may stand. What such a cell holds depends on who reads it, so that only a refusal is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.grids.hostile.case import PLAIN_ROWS, ROSE, Case, body, parts, plain, refused
from tests.grids.workbooks import MAIN, RELS, STRICT, STYLES, XML, make, members, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.grids.hostile.case import Maker

BOOK = "xl/workbook.xml"
ENTRY = '<sheet name="s" sheetId="11" r:id="rId1"/>'
"""The sheet of the plain workbook."""
TWICE = 'xmlns:y="http://purl.oclc.org/ooxml/officeDocument/relationships" y:id="rId9"'
ODD = "laid out|no spreadsheet program|stands|twice|where|not well-formed|not read"
CHOICE = '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'


def row(inside: str, number: int = 1) -> str:
    return f'<row r="{number}">{inside}</row>'


def cell(value: object, ref: str = "A1", attributes: str = "") -> str:
    return f'<c r="{ref}"{attributes}><v>{value}</v></c>'


def choice(first: str, second: str) -> str:
    """What one program takes and what another does."""
    either_way = f'<mc:Choice Requires="x14">{first}</mc:Choice><mc:Fallback>{second}</mc:Fallback>'
    return f"{CHOICE}{either_way}</mc:AlternateContent>"


def in_cells() -> Iterator[Case]:
    for name, inside in (
        ("a cell in a cell, in front of its value", f'<c r="A1">{cell(9, "B1")}<v>85003</v></c>'),
        ("a cell in a cell, behind its value", f'<c r="A1"><v>85003</v>{cell(9, "B1")}</c>'),
        ("a cell without an address in a cell", "<c r='A1'><v>85003</v><c><v>9</v></c></c>"),
        ("a cell in a value", f'<c r="A1"><v>5{cell(9, "B1")}</v></c>'),
        ("a value twice", '<c r="A1"><v>5</v><v>6</v></c>'),
        ("a value in a value", '<c r="A1"><v>5<v>6</v></v></c>'),
        ("an element in a value", '<c r="A1"><v>5<x/>6</v></c>'),
        ("an element around a value", '<c r="A1"><x><v>5</v></x></c>'),
        ("a value in a row", f"{cell(5)}<v>6</v>"),
        ("an inline text twice", '<c r="A1" t="inlineStr"><is><t>a</t></is><is><t>b</t></is></c>'),
        ("an inline text in an inline text", '<c r="A1" t="inlineStr"><is><t>a</t><is><t>b</t></is></is></c>'),
        ("a text in a text", '<c r="A1" t="inlineStr"><is><t>a<t>b</t>c</t></is></c>'),
        ("a cell in an inline text", f'<c r="A1" t="inlineStr"><is><t>a</t>{cell(9, "B1")}</is></c>'),
        ("a value in an inline text", '<c r="A1" t="inlineStr"><is><t>a</t><v>9</v></is></c>'),
        ("two texts in an inline text", '<c r="A1" t="inlineStr"><is><t>a</t><t>b</t></is></c>'),
        ("a text and runs in an inline text", '<c r="A1" t="inlineStr"><is><t>a</t><r><t>b</t></r></is></c>'),
        ("a formula twice", '<c r="A1"><f>1</f><f>2</f><v>5</v></c>'),
        ("a formula in a value", '<c r="A1"><v>5<f>1</f></v></c>'),
        ("two values of a choice", f'<c r="A1">{choice("<v>5</v>", "<v>6</v>")}</c>'),
        ("two cells of a choice", choice(cell(5), cell(6))),
        ("a value of the other edition", f'<c r="A1"><v>5</v><v xmlns="{STRICT}">6</v></c>'),
        ("a text of a foreign house", '<c r="A1" t="inlineStr"><is><t>a</t><x:t xmlns:x="urn:x">b</x:t></is></c>'),
        ("two texts in a run", '<c r="A1" t="inlineStr"><is><r><t>a</t><t>b</t></r></is></c>'),
        ("a run in a run", '<c r="A1" t="inlineStr"><is><r><r><t>a</t></r></r></is></c>'),
        ("a text in an unknown element", '<c r="A1" t="inlineStr"><is><x><t>a</t></x></is></c>'),
        ("a phonetic text in a run", '<c r="A1" t="inlineStr"><is><r><rPh><t>a</t></rPh><t>b</t></r></is></c>'),
        ("two texts of a choice", f'<c r="A1" t="inlineStr"><is>{choice("<t>a</t>", "<t>b</t>")}</is></c>'),
    ):
        yield refused(name, ODD, body(row(inside)))


def in_rows() -> Iterator[Case]:
    for name, rows in (
        ("a row in a row", row(cell(5) + row(cell(6, "A2"), 2))),
        ("a row in a row, of the same number", row(cell(5) + row(cell(6)))),
        ("a row without a number in a row", row(f"{cell(5)}<row>{cell(6)}</row>")),
        ("a row in a cell", row(f'<c r="A1"><row r="2">{cell(6, "A2")}</row><v>5</v></c>')),
        ("a cell in no row", cell(5)),
        ("two rows of a choice", choice(row(cell(5)), row(cell(6)))),
        ("a row in an unknown element", f"<x>{row(cell(5))}</x>"),
        ("a row in a foreign element", f'<x xmlns="urn:x"><row xmlns="{MAIN}" r="1">{cell(5)}</row></x>'),
        ("a cell in an unknown element", row(f"<x>{cell(5)}</x>")),
        ("a value in a foreign cell", row(f'<x:c xmlns:x="urn:x" r="A1"><v>9</v></x:c>{cell(5)}')),
    ):
        yield refused(name, ODD, body(rows))
    yield refused("rows in no sheetData", ODD, body("", after=row(cell(5))))
    yield refused("rows behind the rows", ODD, body(row(cell(5)), after=row(cell(6))))
    yield refused("rows in front of the rows", ODD, body(row(cell(5)), before=row(cell(6))))
    yield refused("a cell behind the rows", ODD, body(row(cell(5)), after=f"<x>{cell(6)}</x>"))
    yield refused("rows in an extension", ODD, body(row(cell(5)), after=f"<extLst><ext>{row(cell(6))}</ext></extLst>"))
    yield refused(
        "a sheetData in a sheetData", ODD, body(row(cell(5)) + "<sheetData>" + row(cell(6, "A2"), 2) + "</sheetData>")
    )
    yield refused("a sheetData in a row", ODD, body(row(cell(5) + f"<sheetData>{row(cell(6, 'A2'), 2)}</sheetData>")))
    yield refused("a sheetData in a cell", ODD, body(row('<c r="A1"><sheetData/><v>5</v></c>') + row(cell(6, "A2"), 2)))
    yield refused("two sheetData", ODD, body(row(cell(5)) + f"</sheetData><sheetData>{row(cell(6, 'A2'), 2)}"))
    yield refused(
        "two sheetData of a choice",
        ODD,
        lambda path: make(
            path,
            {
                "s": sheet("").replace(
                    "<sheetData></sheetData>",
                    choice(f"<sheetData>{row(cell(5))}</sheetData>", f"<sheetData>{row(cell(6))}</sheetData>"),
                )
            },
        ),
    )


def in_lists() -> Iterator[Case]:
    """The number of a text must not depend on who counts."""
    tulip = "<si><t>tulip</t></si>"
    for name, strings in (
        ("an unknown element among the texts", f"<x/>{ROSE}{tulip}"),
        ("a text of a foreign house among the texts", f'<si xmlns="urn:x"><t>x</t></si>{ROSE}{tulip}'),
        ("a text in a text of the list", f"<si><t>rose</t>{tulip}</si>{tulip}"),
        ("a run outside of texts", f"<r><t>x</t></r>{ROSE}{tulip}"),
        ("two texts of a choice in the list", choice(ROSE, tulip)),
        ("two texts in one", "<si><t>rose</t><t>tulip</t></si>"),
        ("a text and runs in one", "<si><t>rose</t><r><t>tulip</t></r></si>"),
        ("runs and a text in one", "<si><r><t>rose</t></r><t>tulip</t></si>"),
        ("an element in a text of the list", f"<si><t>ro<x/>se</t></si>{tulip}"),
    ):
        yield refused(name, ODD, body(row(cell(0, attributes=' t="s"')), strings=strings))


def in_styles() -> Iterator[Case]:
    """Two lists where one is meant: the first for one reader, the last for another."""
    more = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="0"/></cellXfs>'
    fourteen = '<numFmt numFmtId="14" formatCode="0"/>'
    for name, style, old, new in (
        ("two lists of cell formats", 1, "</cellXfs>", f"</cellXfs>{more}"),
        ("a list of cell formats in a choice", 1, "</cellXfs>", f"</cellXfs>{choice(more, '')}"),
        ("two lists of number formats", 1, "</numFmts>", f"</numFmts><numFmts>{fourteen}</numFmts>"),
        (
            "a list of number formats in a choice",
            1,
            "</numFmts>",
            f"</numFmts>{choice(f'<numFmts>{fourteen}</numFmts>', '')}",
        ),
        ("a number format in a choice", 1, "</numFmts>", f"{choice(fourteen, '')}</numFmts>"),
        ("two number formats of one number", 3, "</numFmts>", '<numFmt numFmtId="164" formatCode="0"/></numFmts>'),
        ("cell formats of a foreign house", 1, "<cellXfs", '<cellXfs xmlns="urn:x"'),
        ("an unknown element among the cell formats", 1, '<xf numFmtId="14"', '<x/><xf numFmtId="14"'),
        ("a cell format of a foreign house", 1, '<xf numFmtId="14"', '<xf xmlns="urn:x"/><xf numFmtId="14"'),
    ):
        styles = STYLES.replace(old, new)
        assert styles != STYLES
        yield refused(name, ODD, body(row(cell(46063, attributes=f' s="{style}"')), styles=styles))


def in_workbooks() -> Iterator[Case]:
    """Two sheets, calendars or links where one is meant."""
    first = row(cell(46063, attributes=' s="1"'))
    other = '<sheets><sheet name="other" sheetId="1" r:id="rId1"/></sheets>'
    yield refused("two lists of sheets", ODD, body(first, inside=other))
    yield refused("a list of sheets in a choice", ODD, body(first, inside=choice(other, "")))
    yield refused("two sheets of one part", "twice|both|same", _two_of_one_part)
    yield refused("two calendars", ODD, body(first, inside='<workbookPr date1904="1"/>'))
    yield refused("a calendar in a choice", ODD, body(first, inside=choice('<workbookPr date1904="1"/>', "")))
    yield refused("a calendar of a foreign house", ODD, body(first, inside='<workbookPr xmlns="urn:x" date1904="1"/>'))
    yield refused("two wishes about results", ODD, body(first, inside='<calcPr/><calcPr fullCalcOnLoad="1"/>'))
    yield refused("two sheets of one name", "twice|both|name", _two_of_one_name)
    yield refused("two sheets that differ only in case", "twice|both|name", lambda path: _two_of_one_name(path, "S"))
    yield refused("a sheet in a foreign house", ODD + "|no sheet", _foreign_sheet)
    yield refused("a sheet in a choice", ODD, _changed(BOOK, "<sheets>", f"<sheets>{choice(ENTRY, '')}"))
    yield refused("a sheet that names two parts", ODD, _changed(BOOK, 'r:id="rId1"', f'r:id="rId1" {TWICE}'))
    yield refused("20,000 sheets of one part", "more than 4,096 sheets", _changed(BOOK, ENTRY, "".join(_many(20_000))))
    yield refused("4,000 sheets of one part", "same part", _changed(BOOK, ENTRY, "".join(_many(4_000))))
    for what, old, new in (
        ("two links of one id", "</Relationships>", f"{link('rId1', 'x', 'a.xml')}</Relationships>"),
        ("two lists of texts", "</Relationships>", f"{link('rId9', f'{RELS}/sharedStrings', 'a.xml')}</Relationships>"),
        ("two parts of styles", "</Relationships>", f"{link('rId9', f'{RELS}/styles', 'a.xml')}</Relationships>"),
        ("a link in a choice", "</Relationships>", f"{choice(link('rId9', 'x', 'a.xml'), '')}</Relationships>"),
        ("a link of a foreign house", "</Relationships>", '<Relationship xmlns="urn:x" Id="rId9"/></Relationships>'),
    ):
        yield refused(what, ODD, _changed("xl/_rels/workbook.xml.rels", old, new))
    yield refused(
        "two workbooks",
        ODD,
        _changed("_rels/.rels", "</Relationships>", f"{link('rId9', f'{RELS}/officeDocument', 'a')}</Relationships>"),
    )
    yield refused(
        "a link to the sheet of a type that nobody knows",
        "no sheet|are: none",
        _changed("xl/_rels/workbook.xml.rels", f"{RELS}/worksheet", "urn:x/worksheet"),
    )


def link(name: str, kind: str, target: str) -> str:
    """One relationship."""
    return f'<Relationship Id="{name}" Type="{kind}" Target="{target}"/>'


def _many(count: int) -> Iterator[str]:
    for number in range(count):
        yield ENTRY.replace('"s"', f'"s{number}"')


def _changed(part: str, old: str, new: str) -> Maker:
    """The plain workbook with something else in one of its parts."""

    def made(path: Path) -> None:
        before = members(plain(path))[part].decode()
        assert old in before
        parts({part: before.replace(old, new)})(path)

    return made


def _two_of_one_name(path: Path, second: str = "s") -> None:
    make(path, {"s": sheet(row(cell(1))), "t": sheet(row(cell(2)))})
    parts(
        {"xl/workbook.xml": members(path)["xl/workbook.xml"].replace(b'"t"', f'"{second}"'.encode())}, lambda _: None
    )(path)


def _two_of_one_part(path: Path) -> None:
    make(path, {"s": sheet(row(cell(1))), "t": sheet(row(cell(2)))})
    rels = members(path)["xl/_rels/workbook.xml.rels"].replace(b"sheet2.xml", b"sheet1.xml")
    parts({"xl/_rels/workbook.xml.rels": rels}, lambda _: None)(path)


def _foreign_sheet(path: Path) -> None:
    entry = '<y:sheet xmlns:y="urn:y" name="s" sheetId="1" r:id="rId1"/>'
    book = f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets>{entry}</sheets></workbook>'
    make(path, {"s": sheet(PLAIN_ROWS)}, strings=ROSE, parts={"xl/workbook.xml": book})


CASES: list[Case] = [*in_cells(), *in_rows(), *in_lists(), *in_styles(), *in_workbooks()]
