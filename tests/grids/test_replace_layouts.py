"""Rows replaced in sheet parts as any program may lay them out: the same rows come of it, or a refusal."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import openpyxl
import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book

from .replacing import children, ensure_refused, ensure_valid, replaced, shown
from .workbooks import MAIN, PACKAGE_RELS, RELS, STRICT, XML, make, member, members, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"
BODY = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>boxes</t></is></c>'
    '<c r="C1" t="inlineStr"><is><t>note</t></is></c><c r="D1" t="inlineStr"><is><t>twice</t></is></c></row>'
    '<row r="2" spans="1:4" ht="30" customHeight="1"><c r="A2"><v>1</v></c><c r="B2" s="6"><v>10</v></c>'
    '<c r="C2" t="inlineStr"><is><t>one &lt;b&gt;</t></is></c><c r="D2" s="6"><f>B2*2</f><v>20</v></c></row>'
    '<row r="3" spans="1:4" hidden="1"><c r="A3"><v>2</v></c><c r="B3" s="6"><v>20</v></c>'
    '<c r="C3" t="inlineStr"><is><t xml:space="preserve"> two </t></is></c>'
    '<c r="D3" s="6"><f>B3*2</f><v>40</v></c></row>'
    '<row r="5" spans="1:4" s="2" customFormat="1"><c r="A5"><v>3</v></c><c r="B5" s="6"><v>30</v></c>'
    '<c r="D5" s="6"><f>B5*2</f><v>60</v></c></row>'
)
ROWS = [[3, 33], [9, 90], [1, 11], [2, 22], [8, 80]]
ORIGINS = [5, None, 2, 3, None]
HEADINGS = ["id", "boxes", "note", "twice"]
BECOMES = [
    HEADINGS,
    [3, 33, None, "=B2*2"],
    [9, 90, None, "=B3*2"],
    [1, 11, "one <b>", "=B4*2"],
    [2, 22, " two ", "=B5*2"],
    [8, 80, None, "=B6*2"],
]


def prefixed(xml: str) -> str:
    xml = re.sub(r"<(/?)(?![?/])", r"<\1x:", xml)
    return xml.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')


def without_addresses(xml: str) -> str:
    """No r anywhere: a blank row 4 has to stand there."""
    xml = xml.replace('<row r="5"', '<row r="4"/><row r="5"')
    xml = xml.replace('</c><c r="D5"', '</c><c r="C5"/><c r="D5"')
    return re.sub(r' r="[A-Z]*[0-9]+"', "", xml)


LAYOUTS: dict[str, Callable[[str], str | bytes]] = {
    "as Excel": lambda xml: xml,
    "single quotes": lambda xml: re.sub(r'(?<= )([a-zA-Z]+)="([^"]*)"', r"\1='\2'", xml.partition("?>")[2]),
    "wide tags": lambda xml: re.sub(
        r"<(row|c) ([^>/]*)(/?)>", lambda m: f"<{m[1]}\n\t{m[2].replace('=', ' = ')} {m[3]}>", xml
    ),
    "indented": lambda xml: re.sub(r"(?=<row|</row|<c )", "\n  ", xml),
    "prefixed": prefixed,
    "no addresses": without_addresses,
    "UTF-16": lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16"),
    "Latin-1": lambda xml: xml.replace("UTF-8", "ISO-8859-1").encode("latin-1"),
    "byte order mark": lambda xml: xml.encode("utf-8-sig"),
    "no declaration": lambda xml: xml.partition("?>")[2],
    "strict": lambda xml: xml.replace(MAIN, STRICT),
    "empty rows in between": lambda xml: xml.replace('<row r="5"', '<row r="4"/><row r="5"'),
    "comment above": lambda xml: xml.replace("<sheetData>", "<sheetData><!-- rows -->"),
    "comment below": lambda xml: xml.replace("</sheetData>", "<!-- done --></sheetData>"),
    "text as CDATA": lambda xml: xml.replace("one &lt;b&gt;", "<![CDATA[one <b>]]>"),
    "dimension": lambda xml: xml.replace("<sheetData>", '<dimension ref="A1:D5"/><sheetData>'),
    "other attributes": lambda xml: xml.replace(" spans=", ' xml:lang="en" spans='),
}
BEFORE = '<cols><col min="2" max="2" width="12" style="6" customWidth="1"/></cols>'


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_rows_come_of_every_layout(tmp_path: Path, layout: str) -> None:
    path = make(tmp_path / "b.xlsx", {"prebooks": LAYOUTS[layout](sheet(BODY, before=BEFORE))})

    assert replaced(path, ROWS, ORIGINS) == BECOMES

    rows = children(path, SHEET, "row")[1:]
    assert [(each["r"], each.get("ht"), each.get("hidden")) for each in rows] == [
        ("2", None, None),
        ("3", None, None),
        ("4", "30", None),
        ("5", None, "1"),
        ("6", None, None),
    ]
    styles = {each["r"]: each.get("s") for each in children(path, SHEET, "c") if "r" in each}
    assert [styles[f"{column}{row}"] for column in "BD" for row in range(2, 7)] == ["6"] * 10
    if layout != "strict":  # which openpyxl does not read
        page = openpyxl.load_workbook(path)["prebooks"]
        assert [[cell.value for cell in row] for row in page["A2:D6"]] == [
            [*row, *[None] * (4 - len(row))] for row in BECOMES[1:]
        ]
    assert 'fullCalcOnLoad="1"' in member(path, "xl/workbook.xml")
    again = replaced(path, ROWS[:2], [4, 3])
    assert again == [HEADINGS, [3, 33, "one <b>", "=B2*2"], [9, 90, None, "=B3*2"]]
    assert replaced(path, [], []) == [HEADINGS]


def test_what_comes_of_a_plain_part_is_what_comes_of_any_other_one(tmp_path: Path) -> None:
    plain = make(tmp_path / "plain.xlsx", {"prebooks": sheet(BODY, before=BEFORE)})
    other = make(tmp_path / "other.xlsx", {"prebooks": sheet(BODY, before=BEFORE + "<!-- \r -->")})
    odd = make(tmp_path / "odd.xlsx", {"prebooks": sheet(BODY + "\n", before=BEFORE)})
    for path in (plain, other, odd):
        replaced(path, ROWS, ORIGINS)

    rows = [re.search("<sheetData>(.*)</sheetData>", member(path, SHEET), re.DOTALL) for path in (plain, other, odd)]
    assert [each[1].rstrip() for each in rows if each] == [rows[0][1]] * 3 if rows[0] else False


@pytest.mark.parametrize(
    "empty", ["<sheetData/>", "<sheetData />", "<sheetData></sheetData>", f"<x:sheetData xmlns:x='{MAIN}'/>"]
)
def test_a_sheet_without_rows_gets_some(tmp_path: Path, empty: str) -> None:
    xml = sheet("").replace("<sheetData></sheetData>", f'<dimension ref="A1"/>{empty}')
    path = make(tmp_path / "b.xlsx", {"prebooks": xml})

    assert replaced(path, [[1, "a"], [2, "b"]], [None, None], heading=3) == [[], [], [], [1, "a"], [2, "b"]]
    assert children(path, SHEET, "dimension") == [{"ref": "A1:B5"}]


@pytest.mark.parametrize("where", ['</row>\n<!-- here --><row r="3"', '</c><!-- here --></row><row r="3"'])
@pytest.mark.parametrize("what", ["<!-- here -->", "<?here?>", "<extLst/>", "here", '<y:row xmlns:y="urn:y"/>'])
def test_what_is_neither_a_row_nor_a_cell_is_refused_rather_than_lost(tmp_path: Path, where: str, what: str) -> None:
    end, _, start = where.partition("<!-- here -->")
    pattern = re.compile(r'</c></row><row r="3"')
    body = pattern.sub(lambda _: ("</c>" if end.startswith("</row>") else "") + end + what + start, BODY, count=1)
    assert what in body
    path = make(tmp_path / "b.xlsx", {"prebooks": sheet(body)})

    def act() -> None:
        open_book(path).grid("prebooks").replace(1, [1, 2], ROWS, ORIGINS)

    assert (
        "something stands between the rows of its sheet prebooks that no spreadsheet program writes"
        in ensure_refused(path, act, SheetError)
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ('<row r="3"', '<row r="2"', "has the cell A3 in row 2"),
        ('<row r="3"', '<row r="2"/><row r="3"', "holds the row 2 twice or out of order"),
        ('<row r="3"', '<row r="9"/><row r="3"', "holds the row 3 twice or out of order"),
        ('<row r="5" spans="1:4" s="2"', '<row r="1" s="2"', ""),
        ('<c r="C3"', '<c r="B3"', "holds the row 3 twice or out of order"),
        ("</sheetData>", "</sheetData><sheetData/>", "has its rows (sheetData) twice"),
        ("<f>B3*2</f>", "<f><![CDATA[B3*2]]></f>", "the formula of prebooks!D3 cannot be read"),
        ("<f>B3*2</f>", "<f>B3<!-- x -->*2</f>", "the formula of prebooks!D3 cannot be read"),
        ("<f>B3*2</f><v>40</v>", "<v>40</v><f>B3*2</f>", "the formula of prebooks!D3 cannot be read"),
        ("<f>B3*2</f>", '<f t="dataTable" ref="D3" dt2D="0" dtr="0" r1="A1"/>', "a data table stands in the row 3"),
        (
            "<f>B3*2</f>",
            '<f t="shared" si="7"/>',
            "the formula of prebooks!D3 is shared with cells that stay where they are",
        ),
        ('<row r="3"', '<row xmlns:y="urn:y" r="3"', "something stands between the rows of its sheet prebooks"),
    ],
)
def test_a_part_that_cannot_be_followed_is_refused(tmp_path: Path, old: str, new: str, why: str) -> None:
    body = sheet(BODY)
    assert old in body
    path = make(tmp_path / "b.xlsx", {"prebooks": body.replace(old, new)})

    def act() -> None:
        open_book(path).grid("prebooks").replace(1, [1, 2], ROWS, ORIGINS)

    assert why in ensure_refused(path, act, SheetError)


# --- formulas as the file has them --------------------------------------------------------------------------------

SHARED = (
    '<row r="1"><c r="A1"/></row>'
    '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f t="shared" ref="B2:C4" si="0">A2+$A2+A$2</f><v>1</v></c>'
    '<c r="C2"><f t="shared" si="0"/><v>1</v></c></row>'
    '<row r="3"><c r="A3"><v>2</v></c><c r="B3"><f t="shared" si="0"/><v>1</v></c><c r="C3"><f t="shared" si="0"/></c>'
    '<c r="D3"><f t="shared" ref="D3:D4" si="1">SUM(A$2:A3)&amp;"&lt;A1&gt;"</f></c></row>'
    '<row r="4"><c r="A4"><v>3</v></c><c r="B4"><f t="shared" si="0"/></c><c r="C4"><f t="shared" si="0"/></c>'
    '<c r="D4" t="str"><f t="shared" si="1"/><v>x</v></c></row>'
)


@pytest.mark.parametrize("layout", ["as Excel", "single quotes", "prefixed", "UTF-16"])
def test_each_cell_that_shares_a_formula_goes_on_with_its_own(tmp_path: Path, layout: str) -> None:
    path = make(tmp_path / "b.xlsx", {"prebooks": LAYOUTS[layout](sheet(SHARED))})

    now = replaced(path, [[3], [7], [1], [2]], [4, None, 2, 3], columns=(1,))

    assert now[1:] == [
        [3, "=A2+$A2+A$2", "=B2+$A2+B$2", '=SUM(A$2:A2)&"<A1>"'],
        [7, "=A3+$A3+A$2", "=B3+$A3+B$2"],
        [1, "=A4+$A4+A$2", "=B4+$A4+B$2"],
        [2, "=A5+$A5+A$2", "=B5+$A5+B$2", '=SUM(A$2:A5)&"<A1>"'],
    ]
    assert not any("si" in each for each in children(path, SHEET, "f"))


def test_a_formula_that_our_column_shares_with_others_lives_on_in_them(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"prebooks": sheet(SHARED)})

    now = replaced(path, [[1, 5], [2, 6]], [3, 4], columns=(1, 2))

    assert [row[:3] for row in now[1:]] == [[1, 5, "=B2+$A2+B$2"], [2, 6, "=B3+$A3+B$2"]]


TABLE = (
    '<table xmlns="{}" id="1" name="T" displayName="T" ref="B2:C4" totalsRowShown="0"><autoFilter ref="B2:C4"/>'
    '<tableColumns count="2"><tableColumn id="1" name="id"/><tableColumn id="2" name="note"/></tableColumns></table>'
)
AROUND = (
    '<row r="2"><c r="B2" t="inlineStr"><is><t>id</t></is></c><c r="C2" t="inlineStr"><is><t>note</t></is></c></row>'
    '<row r="3"><c r="A3">{left}<v>1</v></c><c r="B3"><v>1</v></c><c r="C3">{first}<v>1</v></c>'
    '<c r="E3">{right}</c></row>'
    '<row r="4"><c r="A4">{left2}<v>2</v></c><c r="B4"><v>2</v></c><c r="C4">{second}<v>2</v></c></row>'
    '<row r="6"><c r="A6">{below}<v>2</v></c></row>'
)
MASTER, MEMBER = '<f t="shared" ref="{}" si="0">B3*2</f>', '<f t="shared" si="0"/>'


def around(path: Path, body: str, change: Callable[[str], str] = str) -> Path:
    return make(
        path,
        {"prebooks": change(sheet(body, after='<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'))},
        parts={
            "xl/tables/table1.xml": XML + TABLE.format(MAIN),
            "xl/worksheets/_rels/sheet1.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}"><Relationship '
            f'Id="rId1" Type="{RELS}/table" Target="../tables/table1.xml"/></Relationships>',
        },
        types='<Override PartName="/xl/tables/table1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.table+xml"/>',
    )


def test_a_formula_shared_across_the_border_of_a_table_lives_on_on_both_sides(tmp_path: Path) -> None:
    body = AROUND.format(
        left=MASTER.format("A3:E4"), first=MEMBER, right="<v>5</v>", left2=MEMBER, second=MEMBER, below=""
    )
    path = around(tmp_path / "b.xlsx", body)

    replaced(path, [[2], [9], [1]], [4, None, 3], heading=2, columns=(2,), name="T")

    assert shown(open_book(path).grid("prebooks").read()) == [
        [],
        [None, "id", "note"],
        ["=B3*2", 2, "=D3*2", None, 5],
        ["=B4*2", 9, "=D4*2"],
        [None, 1, "=D5*2"],
        [2],
    ]


@pytest.mark.parametrize("change", [str, lambda xml: re.sub(r' r="[A-Z]*[0-9]+"', "", xml)], ids=["addresses", "none"])
@pytest.mark.parametrize("count", [0, 1, 3, 5])
def test_rows_below_a_table_stay_where_they_are_even_without_numbers(
    tmp_path: Path, change: Callable[[str], str], count: int
) -> None:
    body = (
        '<row r="1"/><row r="2"><c r="A2"/><c r="B2" t="inlineStr"><is><t>id</t></is></c>'
        '<c r="C2" t="inlineStr"><is><t>note</t></is></c></row>'
        '<row r="3"><c r="A3"><v>1</v></c><c r="B3"><v>1</v></c><c r="C3"><v>11</v></c></row>'
        '<row r="4"><c r="A4"><v>2</v></c><c r="B4"><v>2</v></c><c r="C4"><v>12</v></c></row>'
        '<row r="5"/><row r="6"><c r="A6"><v>6</v></c></row><row r="7"/><row r="8"><c r="A8"><v>8</v></c></row>'
    )
    path = around(tmp_path / "b.xlsx", body, change)

    replaced(path, [[n + 50] for n in range(count)], [4, *[None] * 4][:count], heading=2, columns=(2,), name="T")

    now = open_book(path).grid("prebooks").read()
    assert [row[0] if row else None for row in now] == [None, None, 1, 2, None, 6, None, 8]
    assert [row[1:] for row in now[2 : 2 + count]] == [[50, 12], [51], [52], [53], [54]][:count]


def test_a_formula_shared_with_rows_below_the_table_is_refused(tmp_path: Path) -> None:
    body = AROUND.format(left=MASTER.format("A3:A6"), first="", right="", left2="", second="", below=MEMBER)
    path = around(tmp_path / "b.xlsx", body)

    def act() -> None:
        open_book(path).grid("T").replace(2, [2], [[1]], [None])

    assert "the formula of prebooks!A3 is shared with cells that stay where they are" in ensure_refused(
        path, act, SheetError
    )


ESCAPES = 'IF(A2&lt;&gt;"a &amp; &quot;&quot;b&quot;&quot;","_x0041_"&amp;"_x005F_x0041_","é&#13;&#10;")'


@pytest.mark.parametrize("layout", ["as Excel", "single quotes", "UTF-16", "Latin-1"])
def test_a_formula_is_the_same_to_the_letter_however_often_it_moves(tmp_path: Path, layout: str) -> None:
    body = f'<row r="1"><c r="A1"/></row><row r="2"><c r="A2"/><c r="B2" t="str"><f>{ESCAPES}</f><v>x</v></c></row>'
    path = make(tmp_path / "b.xlsx", {"prebooks": LAYOUTS[layout](sheet(body))})
    before = shown(open_book(path).grid("prebooks").read())[1][1]
    theirs = openpyxl.load_workbook(path)["prebooks"]["B2"].value

    for _ in range(3):
        replaced(path, [[1], [2]], [None, 2], columns=(1,))
        now = replaced(path, [[1]], [3], columns=(1,))

    assert now[1][1] == before
    assert children(path, SHEET, "f") == [{}]
    assert openpyxl.load_workbook(path)["prebooks"]["B2"].value == theirs


# --- the calculation chain and recalculation ----------------------------------------------------------------------

CHAIN = f'{XML}<calcChain xmlns="{MAIN}"><c r="D2" i="11"/><c r="D3"/><c r="D5"/></calcChain>'


def with_chain(path: Path, body: str, chain: str = CHAIN) -> Path:
    return make(
        path,
        {"prebooks": sheet(body)},
        parts={"xl/calcChain.xml": chain},
        links=f'<Relationship Id="rId95" Type="{RELS}/calcChain" Target="calcChain.xml"/>',
        types='<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.calcChain+xml"/>',
    )


def test_the_calculation_chain_goes_when_formulas_move(tmp_path: Path) -> None:
    path = with_chain(tmp_path / "b.xlsx", BODY)

    replaced(path, ROWS, ORIGINS)  # also makes sure that nothing speaks of it any more

    assert "xl/calcChain.xml" not in members(path)
    assert 'fullCalcOnLoad="1"' in member(path, "xl/workbook.xml")


def test_the_calculation_chain_goes_when_a_formula_of_ours_is_replaced(tmp_path: Path) -> None:
    body = '<row r="1"><c r="A1"/></row><row r="2"><c r="D2"><f>1+1</f><v>2</v></c></row>'
    path = with_chain(tmp_path / "b.xlsx", body, f'{XML}<calcChain xmlns="{MAIN}"><c r="D2" i="11"/></calcChain>')

    assert replaced(path, [[5]], [2], columns=(4,))[1] == [None, None, None, 5]

    assert "xl/calcChain.xml" not in members(path)


def test_the_calculation_chain_stays_when_no_formula_moves(tmp_path: Path) -> None:
    body = (
        '<row r="1"><c r="D1"><f>1+1</f></c></row><row r="3"><c r="A3"/></row><row r="4"><c r="A4"><v>1</v></c></row>'
    )
    path = with_chain(tmp_path / "b.xlsx", body, f'{XML}<calcChain xmlns="{MAIN}"><c r="D1" i="11"/></calcChain>')

    replaced(path, [[5]], [4], heading=3, columns=(1,))

    assert "xl/calcChain.xml" in members(path)
    assert "fullCalcOnLoad" not in member(path, "xl/workbook.xml")


@pytest.mark.parametrize(
    ("formula", "asks"),
    [("SUM(A4:A9)", True), ("COUNTA(K:K)", True), ("SUM(C4:C9)", True), ("1+1", False), ("SUM(Z:Z)", False)],
)
def test_a_formula_above_the_headings_that_reads_any_moved_column_is_calculated_anew(
    tmp_path: Path, formula: str, *, asks: bool
) -> None:
    body = (
        f'<row r="1"><c r="D1"><f>{formula}</f><v>0</v></c></row><row r="3"><c r="A3"/></row>'
        '<row r="4"><c r="A4"><v>1</v></c><c r="K4"><v>1</v></c></row>'
    )
    path = make(tmp_path / "b.xlsx", {"prebooks": sheet(body)})

    replaced(path, [[5]], [4], heading=3, columns=(1,))

    assert ("fullCalcOnLoad" in member(path, "xl/workbook.xml")) is asks


# --- the stated size ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "columns", "count", "after"),
    [
        ("A1:D5", (1, 2), 9, "A1:D10"),
        ("A1:D5", (1, 2), 1, "A1:D2"),
        ("A1:D5", (1, 2), 0, "A1:D1"),
        ("A1:D5", (1, 7), 2, "A1:G3"),
        ("B1:D5", (1, 2), 2, "A1:D3"),
        ("A2:D5", (1, 2), 2, "A1:D3"),
        ("A1:D9", (1, 2), 2, "A1:D8"),
        ("$A$1:$D$5", (1, 2), 2, "A1:D3"),
        ("nonsense", (1, 2), 2, "nonsense"),
    ],
)
def test_the_stated_size_is_true(tmp_path: Path, before: str, columns: tuple[int, ...], count: int, after: str) -> None:
    blank = '<row r="8"><c r="B8" s="6"/></row>' if before == "A1:D9" else ""
    xml = sheet(BODY + blank, before=f'<dimension ref="{before}"/>')
    path = make(tmp_path / "b.xlsx", {"prebooks": xml})
    book = open_book(path)

    book.grid("prebooks").replace(1, columns, [[1, 2]] * count, [None] * count)
    book.save()

    assert children(path, SHEET, "dimension") == [{"ref": after}]
    if before != "nonsense":
        ensure_valid(path)
