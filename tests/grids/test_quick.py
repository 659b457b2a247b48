"""The fast way over a sheet part and the careful one: they agree on every byte, or the fast one stands aside."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from komet_xl.grids.xlsx import open_book
from komet_xl.grids.xlsx.contents import Contents
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.package import Package
from komet_xl.grids.xlsx.patch import patched
from komet_xl.grids.xlsx.plainrows import Unusual
from komet_xl.grids.xlsx.quickpatch import quick_patched
from komet_xl.grids.xlsx.quickscan import quick_scan
from komet_xl.grids.xlsx.reader import scan
from komet_xl.grids.xlsx.refs import address
from komet_xl.grids.xlsx.writing import Writing

from .workbooks import XML, make, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from komet_xl.grids.grid import Position, Value
    from komet_xl.grids.xlsx.scan import Scan

PART = "xl/worksheets/sheet1.xml"
STRINGS = "<si><t>one</t></si><si><r><t>t</t></r><r><t>wo</t></r></si><si><t xml:space='preserve'> three </t></si>"
ROUNDS = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
ROW_ATTRIBUTES = ["", ' spans="1:9"', ' s="6" customFormat="1"', ' hidden="1"', ' ht="0"', ' ht="20" customHeight="1"']
CELLS = [
    "/>",
    ' s="{s}"/>',
    "><v>{n}</v></c>",
    ' s="{s}"><v>{n}.25</v></c>',
    "><v>-{n}.5E-3</v></c>",
    ' t="s"><v>{i}</v></c>',
    ' s="{s}" t="s"><v>{i}</v></c>',
    ' t="inlineStr"><is><t>i{n}</t></is></c>',
    ' t="inlineStr"><is><t> i &amp; _x0041_ &#233; </t></is></c>',
    ' t="inlineStr"><is><t xml:space="preserve"> kept </t></is></c>',
    ' t="str"><f>A1&amp;"x"</f><v>s{n}</v></c>',
    '><f t="shared" ref="{r}:Z99" si="0">B2</f><v>{n}</v></c>',
    '><f t="shared" si="0"/><v>{n}</v></c>',
    ' t="b"><v>1</v></c>',
    ' t="e"><v>#N/A</v></c>',
    "><f>NOW()</f></c>",
    ' s="{s}" t="n"><v>{n}</v></c>',
    ' s="{s}" t="n" />',
    ' t="str"><f>A1</f><v/></c>',
    '><f ca="1">B1</f><v /></c>',
    '><f aca="false">B1</f><v>{n}</v></c>',
    ' cm="1"><f t="array" ref="{r}">B1:B3</f><v>{n}</v></c>',
]
ODD = [
    "<!-- c -->",
    "\n",
    "<v>",
    "</row>",
    '<row r="3">',
    "&amp;",
    "&lt",
    "]]>",
    "\x01",
    "\r",
    "\ufffe",
    " ",
    '"',
    "'",
    "<",
    ">",
    "/",
    "<x:c/>",
    ' r="A1"',
    ' xmlns="u"',
    " q:a='1'",
    "<![CDATA[x]]>",
    "<?pi?>",
    "9",
    "0",
    "A",
    "</sheetData>",
    "<sheetData>",
]
VALUES = st.sampled_from([None, "", 1, 25, "text", " a ", "=risky", "é & <ü>", "a\nb", "line _x0041_"])


def of(path: Path) -> Contents:
    return Contents(Package(path.read_bytes()))


def by_expat(contents: Contents) -> Scan:
    return scan(contents.package.pieces(PART), PART, contents.surroundings)


def quickly(contents: Contents) -> Scan:
    return quick_scan(contents.package.pieces(PART), PART, contents.surroundings)


def facts(found: Scan) -> tuple[object, ...]:
    return (
        repr(found.rows),
        found.numbers,
        found.hidden,
        found.doubles,
        found.arrays,
        found.shared,
        found.formulas,
    )


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """Rows as spreadsheet programs write them."""
    rows = []
    for row in sorted(draw(st.sets(st.integers(1, 40), max_size=12))):
        cells = [
            f'<c r="{address(row, column)}"'
            + draw(st.sampled_from(CELLS)).format(
                r=address(row, column),
                s=draw(st.integers(0, 6)),
                n=draw(st.integers(0, 999)),
                i=draw(st.integers(0, 2)),
            )
            for column in sorted(draw(st.sets(st.integers(1, 30), max_size=7)))
        ]
        attributes = draw(st.sampled_from(ROW_ATTRIBUTES))
        empty = not cells and draw(st.booleans())
        rows.append(f'<row r="{row}"{attributes}/>' if empty else f'<row r="{row}"{attributes}>{"".join(cells)}</row>')
    return "".join(rows)


@ROUNDS
@given(body=bodies(), cells=st.dictionaries(st.tuples(st.integers(1, 45), st.integers(1, 32)), VALUES, max_size=12))
def test_both_ways_read_the_same_values_and_write_the_same_bytes(
    body: str, cells: dict[Position, Value], tmp_path: Path
) -> None:
    before = '<dimension ref="B2"/><cols><col min="3" max="5" style="2" width="9"/></cols>'
    contents = of(make(tmp_path / "q.xlsx", {"orders": sheet(body, before=before)}, strings=STRINGS))

    fast, careful = quickly(contents), by_expat(contents)

    assert facts(fast) == facts(careful)
    assert fast.plain
    writing = (Writing(cells, careful.numbers, contents.styles(), from_1904=False) for _ in range(2))
    quick = b"".join(quick_patched(contents.package.pieces(PART), PART, next(writing)))
    assert quick == patched(contents.package.read(PART), PART, next(writing))


@ROUNDS
@given(body=bodies(), odd=st.sampled_from(ODD), where=st.integers(0, 10_000), cut=st.integers(0, 4))
def test_what_is_unusual_is_never_read_in_another_way_than_expat_does(
    body: str, odd: str, where: int, cut: int, tmp_path: Path
) -> None:
    whole = sheet(body)
    at = where % len(whole)
    contents = of(make(tmp_path / "q.xlsx", {"orders": whole[:at] + odd + whole[at + cut :]}, strings=STRINGS))

    try:
        fast = quickly(contents)
    except (Unusual, PartError):
        return

    assert facts(fast) == facts(by_expat(contents))


def blocks_of(rows: int) -> Iterator[str]:
    for row in range(1, rows + 1):
        yield f'<row r="{row}"><c r="A{row}"><v>{row}</v></c><c r="C{row}" t="s"><v>{row % 3}</v></c></row>'


def test_rows_that_lie_across_two_pieces_of_the_part_are_read_once_and_whole(tmp_path: Path) -> None:
    contents = of(make(tmp_path / "q.xlsx", {"orders": sheet("".join(blocks_of(30_000)))}, strings=STRINGS))

    fast = quickly(contents)

    assert (len(fast.rows), fast.rows[0], fast.rows[-1]) == (30_000, [1, None, "two"], [30_000, None, "one"])
    assert facts(fast) == facts(by_expat(contents))


@pytest.mark.parametrize(
    "part",
    [
        sheet("").replace("<sheetData></sheetData>", "<sheetData/>"),
        sheet('<row r="1"><c r="A1"><v>1</v></c></row>').replace("<sheetData>", "<!-- <sheetData> --><sheetData>"),
        sheet('<row r="1"><c r="A1"><v>1</v></c></row>').encode("utf-16"),
        sheet('<row r="2"/><row r="1"/>'),
        sheet('<row r="1"><c r="B1"/><c r="A1"/></row>'),
        sheet('<row r="1"><c r="A2"/></row>'),
        sheet("<row><c/></row>"),
        sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'),
        sheet('<row r="1"><c r="A1"><v>1e999</v></c></row>'),
        sheet('<row r="1" hidden="1" hidden="1"/>'),
        sheet('<row r="1" q:a="1"/>'),
        sheet('<row r="1"><c r="XFE1"/></row>'),
        sheet('<row r="1"><c r="A1"><v>&unknown;</v></c></row>'),
        sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>&#1;</t></is></c></row>'),
        re.sub("</worksheet>", "", sheet("")),
        f"{XML}<worksheet><sheetData></sheetData></worksheet>",
    ],
)
def test_the_fast_way_stands_aside(part: str | bytes, tmp_path: Path) -> None:
    contents = of(make(tmp_path / "q.xlsx", {"orders": part}, strings=STRINGS))

    with pytest.raises(Unusual):
        quickly(contents)


@pytest.mark.parametrize("rows", ['<row r="1"><c r="A1"><v>7</v></c></row>', "<row><c><v>7</v></c></row>"])
def test_a_damaged_zip_is_noticed_at_the_end_of_both_ways(rows: str, tmp_path: Path) -> None:
    file = make(tmp_path / "q.xlsx", {"orders": sheet(rows)})
    data = file.read_bytes()
    at = data.index(b"PK\1\2", data.index(PART.encode()) + 100)
    start = data.rindex(b"PK\1\2", 0, data.index(PART.encode(), at))
    file.write_bytes(data[: start + 16] + b"\0\0\0\0" + data[start + 20 :])

    with pytest.raises(Exception, match="damaged"):
        open_book(file).grid("orders").read()
