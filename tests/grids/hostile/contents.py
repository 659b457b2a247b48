"""What stands in cells: numbers that are none, styles and strings that do not exist, odd elements around values."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from komet_xl.sheets.cells import ErrorValue, Formula
from tests.grids.hostile.case import PLAIN, PLAIN_ROWS, ROSE, Case, body, either, late, parts, read, refused
from tests.grids.workbooks import MAIN, STYLES, XML

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.grids.hostile.case import Maker

NUMBER = "where a number should be"
TEXT = "which the workbook does not have"
KIND = "which cannot be read as its kind"
UNSOUND = "not well-formed"


def one(inside: str, attributes: str = "") -> str:
    """A row with one cell."""
    return f'<row r="1"><c r="A1"{attributes}>{inside}</c></row>'


def valued(value: str, attributes: str = "", **more: str | None) -> Maker:
    """A workbook with one cell of that value."""
    return body(one(f"<v>{value}</v>", attributes), **more)


def numbers() -> Iterator[Case]:
    for value in (
        "NaN",
        "nan",
        "INF",
        "-inf",
        "Infinity",
        "1e999",
        "-1e999",
        "1e99999",
        "0x10",
        "1,5",
        "1 000",
        "1_000",
        "--1",
    ):
        yield refused(f"a number {value}", NUMBER, valued(value))
    for value in ("1e", "e5", ".", "-", "+", "1.2.3", "TRUE", "\uff15", "\u0665", "5&#10;6", "5%", "$5", "(5)", "1/2"):
        yield refused(f"a number {value!a}", NUMBER, valued(value))
    yield refused("a number of 400 digits", NUMBER, valued("9" * 400))
    yield refused("a number of a million digits", NUMBER, valued("9" * 1_000_000))
    yield read("a number with 400 digits after the point", [[1 / 9]], valued("0." + "1" * 400))
    yield read("a number with 400 zeros in front", [[5.0]], valued("0" * 400 + "5"))
    yield read("a number with blanks around it", [[5]], valued(" \n5\t"))
    yield read("a number so small that it is none", [[0.0]], valued("1e-999"))
    yield read("the largest number", [[1.7976931348623157e308]], valued("1.7976931348623157E+308"))
    yield read("a number with a sign", [[5.0]], valued("+5"))
    yield read("a number without a value", [], body(one("<v/>")))
    yield read("a cell without anything", [], body(one("")))


def kinds() -> Iterator[Case]:
    for value in ("2", "-1", "", "yes", "TRUE", "1.0"):
        yield refused(f"a boolean {value!r}", KIND, valued(value, ' t="b"'))
    for kind in ("x", "N", "", " n", "S", "inlinestr"):
        yield refused(f"a kind {kind!r}", f"{KIND}|{NUMBER}", valued("5", f' t="{kind}"'))
    yield refused("a kind of a million letters", KIND, valued("5", f' t="{"x" * 1_000_000}"'))
    for value in (
        "soon",
        "2015-13-01",
        "2015-02-30",
        "10000-01-01",
        "2015-02-10T25:00",
        "",
        "2015-W07-2T",
        "-2015-02-10",
    ):
        yield refused(f"a day {value!r}", "where a date should be", valued(value, ' t="d"'))
    yield read("a day", [[date(2015, 2, 10)]], valued("2015-02-10", ' t="d" s="1"'), seen_alike=False)
    yield read("an error of nonsense", [[ErrorValue("#EVIL!")]], valued("#EVIL!", ' t="e"'))
    yield read("a text that looks like an error", [["#N/A"]], valued("#N/A", ' t="str"'))


def texts() -> Iterator[Case]:
    for value in ("1", "-1", "99999999999999999999", "1e0", "0.0", "", "x", "\u0660"):
        yield refused(f"a text number {value!a}", TEXT, valued(value, ' t="s"', strings=ROSE))
    yield refused("a text number without texts", TEXT, valued("0", ' t="s"'))
    yield refused("a text number with 5,000 zeros", TEXT, valued("0" * 5000, ' t="s"', strings=ROSE))
    for count in ('count="-1"', 'count="4294967295" uniqueCount="4294967295"', 'count="x"', 'uniqueCount="0"'):
        yield read(f"a list of texts that says {count}", PLAIN, listed(count, ROSE))
    yield either("a text of 5 million characters", [["x" * 5_000_000]], "more than", late(_long_text), seen_alike=False)
    yield read("an empty inline text", [[""]], body(one("<is/>", ' t="inlineStr"')), saves=None, seen_alike=False)


def _long_text() -> Maker:
    return body(one(f"<is><t>{'x' * 5_000_000}</t></is>", ' t="inlineStr"'))


def listed(attributes: str, strings: str) -> Maker:
    """A workbook whose list of texts has attributes."""
    base = body(PLAIN_ROWS, strings="")
    return parts({"xl/sharedStrings.xml": f'{XML}<sst xmlns="{MAIN}" {attributes}>{strings}</sst>'}, base)


def styles() -> Iterator[Case]:
    yield read("a style that does not exist", [[5]], valued("5", ' s="999"'))
    for style in ("-1", "99999999999", "x", "", "1.5", "0x1"):
        yield refused(f"a style {style!r}", "number of its format", valued("5", f' s="{style}"'))
    yield read(
        "a row style that does not exist",
        [[5]],
        body('<row r="1" s="999" customFormat="1"><c r="A1"><v>5</v></c></row>'),
    )
    for code in ("[" * 200, '"' * 201, "\\", "[x", "_", "*", ";;;;;;", "@@@@", "&quot;", "", "d" * 255):
        yield read(f"a format {code[:10]!r}", [[5]] if "d" not in code else [[date(1900, 1, 5)]], formatted(code))


def formatted(code: str) -> Maker:
    """A workbook with one cell of that number format."""
    quoted = escape(code, {'"': "&quot;"})
    return valued("5", ' s="3"', styles=STYLES.replace("[h]:mm", quoted))


def formulas() -> Iterator[Case]:
    yield read("a formula without a result", [[Formula("=1+1", None)]], body(one("<f>1+1</f>")))
    yield read("a formula without text", [[Formula("=", 5)]], body(one("<f/><v>5</v>")), saves=None, seen_alike=False)
    yield read(
        "a formula that shares with a range of nonsense",
        [[Formula("=1", 5)]],
        body(one('<f t="shared" ref="x" si="-1">1</f><v>5</v>')),
        saves=None,
        seen_alike=False,
    )
    yield read(
        "a formula that shares with nobody",
        [[Formula("=", 5)]],
        body(one('<f t="shared" si="99"/><v>5</v>')),
        saves=None,
        seen_alike=False,
    )
    yield read(
        "a formula of every language", [[Formula("=cmd|'/c calc'!A0", 5)]], body(one("<f>cmd|'/c calc'!A0</f><v>5</v>"))
    )


def between() -> Iterator[Case]:
    cell = '<c r="A1"><v>5</v></c>'
    yield read("comments between rows", [[5]], body(f'<!-- a --><row r="1"><!-- b -->{cell}<!--c--></row><!---->'))
    yield read("comments inside a value", [[56]], body(one("<v>5<!-- x -->6</v>")), seen_alike=False)
    yield read("a comment that holds a cell", [[5]], body(f'<row r="1"><!-- <c r="B1"><v>9</v></c> -->{cell}</row>'))
    yield read("CDATA as a value", [[5]], body(one("<v><![CDATA[5]]></v>")))
    yield read("CDATA that holds a cell", [["<c/>"]], body(one("<is><t><![CDATA[<c/>]]></t></is>", ' t="inlineStr"')))
    yield read("processing instructions around values", [[5]], body(f'<?x <row>?><row r="1">{cell}<?y ?></row>'))
    yield read("an instruction inside a value", [[56]], body(one("<v>5<?x?>6</v>")), seen_alike=False)
    yield read("text between cells", [[5]], body(f'x<row r="1">y{cell}z</row>'))
    yield read(
        "elements of a foreign house",
        [[5]],
        body(
            '<x:row xmlns:x="urn:x" r="9"><x:c r="A9"/></x:row>'
            f'<row r="1"><x:c xmlns:x="urn:x" r="B1"><x:v>9</x:v></x:c>{cell}</row>'
        ),
        seen_alike=False,
    )
    yield refused("a prefix without a house", UNSOUND, body(f'<row r="1"><x:c/>{cell}</row>'))
    yield refused("an attribute twice", UNSOUND, body('<row r="1" r="2"/>'))
    yield refused(
        "an attribute twice by two prefixes", UNSOUND, body('<row xmlns:a="urn:x" xmlns:b="urn:x" a:r="1" b:r="2"/>')
    )
    choice = '<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006">'
    rows = '<row r="1"><c r="A1"><v>5</v></c></row>'
    hidden = (
        f'{choice}<mc:Choice Requires="x14">{rows}</mc:Choice><mc:Fallback>{rows}</mc:Fallback></mc:AlternateContent>'
    )
    yield either("rows that two programs may take differently", [[5]], ".", body(hidden))


NO_CHARACTERS = (
    *("&#0;", "&#x0;", "&#8;", "&#xD800;", "&#xDFFF;", "&#xFFFE;", "&#xFFFF;", "&#x110000;", "&#99999999999;"),
    *("&#-1;", "&#;", "&#x;", "&nbsp;", "&evil;", "&", "&lt", "&amp;lt;&"),
)
ESCAPES = {
    "_xD800_": "\ufffd",
    "_x0000_": "\0",
    "_xFFFF_": "\uffff",
    "_x005F_x0041_": "_x0041_",
    "_xZZZZ_": "_xZZZZ_",
}


def characters() -> Iterator[Case]:
    for code in NO_CHARACTERS:
        yield refused(f"a character {code}", UNSOUND, body(one(f"<is><t>{code}</t></is>", ' t="inlineStr"')))
    for escaped, shown in ESCAPES.items():
        maker = body(one(f"<is><t>{escaped}</t></is>", ' t="inlineStr"'))
        yield read(f"a text {escaped}", [[shown]], maker, seen_alike=False)


CASES: list[Case] = [*numbers(), *kinds(), *texts(), *styles(), *formulas(), *between(), *characters()]
