"""When stored results may have gone stale, the workbook asks to be calculated on opening; otherwise it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from komet_xl.grids.xlsx import open_book
from komet_xl.grids.xlsx.deflate import PIECE

from .test_names import ORDERS, table
from .workbooks import MAIN, PACKAGE_RELS, RELS, XML, make, member, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.grids.grid import Position


def asks(path: Path, at: Position = (5, 5)) -> bool:
    """Write one cell of the first sheet; whether the workbook now asks for a full calculation."""
    before = member(path, "xl/workbook.xml")
    book = open_book(path)
    book.grid(book.sheet_names()[0]).write({at: 1})
    book.save()
    after = member(path, "xl/workbook.xml")
    flag = '<calcPr fullCalcOnLoad="1"/>'
    assert after in {before, before.replace("</workbook>", f"{flag}</workbook>")}
    return flag in after


def formula(text: str) -> str:
    return sheet(f'<row r="1"><c r="A1"><f>{text}</f><v>0</v></c></row>')


@pytest.mark.parametrize(
    ("text", "stale"),
    [
        ("SUM('my orders'!E:E)", True),
        ("sum('MY ORDERS'!$E$5)", True),
        ("SUM(A:Z!E5)", True),
        ("SUM(Table1[boxes])", False),
        ("SUM(Orders[boxes])", True),
        ("SUM(other!E5)", False),
        ("1+1", False),
    ],
)
def test_a_formula_on_another_sheet(tmp_path: Path, text: str, *, stale: bool) -> None:
    sheets = {"my orders": sheet(""), "other": formula(text)}
    assert asks(make(tmp_path / "b.xlsx", sheets, parts=table(ORDERS))) is stale


@pytest.mark.parametrize(
    ("text", "stale"),
    [
        ("SUM(E1:E9)", True),
        ("$E$5*2", True),
        ("SUM(D1:F2)", True),
        ("SUM(A:XFD)", True),
        ("SUM(5:5)", True),
        ("INDIRECT(B1)", True),
        ("OFFSET(A1,1,1)", True),
        ("SUM(T[x])", True),
        ("rate*B1", True),
        ("SUM(other!E1,B2)", False),
        ("C2*D2", False),
        ('IF(B2=TRUE,"E5 rate",C2)', False),
        ("LOG10(B2)", False),
    ],
)
def test_a_formula_on_the_sheet_itself_counts_when_it_may_read_the_written_columns(
    tmp_path: Path, text: str, *, stale: bool
) -> None:
    assert asks(make(tmp_path / "b.xlsx", {"s": formula(text), "other": sheet("")})) is stale


@pytest.mark.parametrize(
    ("texts", "stale"),
    [
        (("B2*1", "B3*2", "E4*1"), True),
        (("s2!B2*1", "s3!B3*2"), False),
        (("s2!B2*1", "s3!B3*2", "s1!A1"), True),
        (("LOG10(B2)", "LOG10(B3)", "LOG10(E12345678)"), True),
        (("A1*1", "A1*" + "1" * 9), False),
        (("A1*1", '"' + "'a''" * 2000 + '"'), False),
        (("A1*1", "'" * 2000), False),
        (("A1*1", "x" * 9000), True),
        (tuple(f"B{n}*{n}+'x {n}'!C{n}" for n in range(50)), False),
    ],
)
def test_formulas_that_differ_only_in_numbers_are_told_apart_where_the_numbers_matter(
    tmp_path: Path, texts: tuple[str, ...], *, stale: bool
) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><f>{text}</f><v>0</v></c></row>' for n, text in enumerate(texts, 6))
    assert asks(make(tmp_path / "b.xlsx", {"s1": sheet(rows), "other": sheet("")}), at=(1, 5)) is stale


@pytest.mark.parametrize("before", range(-40, 10, 7))
def test_a_formula_is_found_wherever_the_pieces_end_in_which_a_part_is_read(tmp_path: Path, before: int) -> None:
    row = '<row r="1"><c r="A1"><f t="x">SUM(other!E5)</f><v>0</v></c></row>'
    filled = PIECE + before - len(sheet("").partition("</sheetData>")[0])
    long = sheet(f"<!--{'x' * (filled - 7)}-->" + row.replace("other", "s"))
    assert asks(make(tmp_path / "b.xlsx", {"s": sheet(""), "t": long}))
    assert not asks(make(tmp_path / "c.xlsx", {"s": sheet(""), "t": long.replace("s!E5", "t!E5")}))


def test_a_sheet_with_more_tables_than_anybody_makes_counts_as_looked_at(tmp_path: Path) -> None:
    sheets = {"s": sheet(""), "other": formula("1+1")}
    parts = tables("s", 101)
    assert asks(make(tmp_path / "b.xlsx", sheets, parts=parts))
    assert not asks(make(tmp_path / "c.xlsx", sheets, parts=tables("s", 98)))


def tables(stem: str, count: int) -> dict[str, str]:
    """Tables on the first sheet."""
    xml = f'{XML}<table xmlns="{MAIN}" id="@" name="{stem}_@" displayName="{stem}_@" ref="X@"><tableColumns/></table>'
    link = f'<Relationship Id="rId@" Type="{RELS}/table" Target="../tables/t@.xml"/>'
    links = "".join(link.replace("@", str(n)) for n in range(1, count + 1))
    rels = f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{links}</Relationships>'
    made = {f"xl/tables/t{n}.xml": xml.replace("@", str(n)) for n in range(1, count + 1)}
    return made | {"xl/worksheets/_rels/sheet1.xml.rels": rels}


def test_a_shared_formula_moves_right_with_the_cells_that_share_it(tmp_path: Path) -> None:
    body = '<row r="1"><c r="A1"><f t="shared" si="0" ref="A1:C1">D9</f></c></row>'
    assert asks(make(tmp_path / "b.xlsx", {"s": sheet(body)}))


@pytest.mark.parametrize(
    ("name", "stale"),
    [
        ('<definedName name="x">orders!$E$5</definedName>', True),
        ('<definedName name="x">SUM(Orders!$E$5)</definedName>', True),
        ('<definedName name="x">other!$E$5</definedName>', False),
        ('<definedName name="_xlnm.Print_Area" localSheetId="0">orders!$A$1:$F$9</definedName>', False),
        ('<definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">orders!$A$1:$F$9</definedName>', False),
    ],
)
def test_a_defined_name(tmp_path: Path, name: str, *, stale: bool) -> None:
    inside = f"<definedNames>{name}</definedNames>"
    assert asks(make(tmp_path / "b.xlsx", {"orders": sheet("")}, inside=inside)) is stale


@pytest.mark.parametrize(("ref", "stale"), [("orders!$E$1:$E$9", True), ("other!$E$1:$E$9", False)])
def test_a_chart(tmp_path: Path, ref: str, *, stale: bool) -> None:
    chart = f'{XML}<c:chart xmlns:c="urn:c"><c:val><c:f>{ref}</c:f></c:val></c:chart>'
    path = make(tmp_path / "b.xlsx", {"orders": sheet("")}, parts={"xl/charts/chart1.xml": chart})
    assert asks(path) is stale


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<calcPr calcId="191029"/>', '<calcPr calcId="191029" fullCalcOnLoad="1"/>'),
        ("<calcPr fullCalcOnLoad='0' calcMode='manual' />", "<calcPr fullCalcOnLoad=\"1\" calcMode='manual' />"),
        ("<calcPr x='fullCalcOnLoad=\"0\"'></calcPr>", '<calcPr x=\'fullCalcOnLoad="0"\' fullCalcOnLoad="1"></calcPr>'),
        ("<oleSize ref='A1'/>", "<calcPr fullCalcOnLoad=\"1\"/><oleSize ref='A1'/>"),
    ],
)
def test_what_stands_there_about_calculation_is_kept(tmp_path: Path, before: str, after: str) -> None:
    path = make(tmp_path / "b.xlsx", {"orders": sheet(""), "t": formula("orders!E5")}, inside=before)
    was = member(path, "xl/workbook.xml")
    book = open_book(path)
    book.grid("orders").write({(5, 5): 1})
    book.save()
    assert member(path, "xl/workbook.xml") == was.replace(before, after)


def test_a_sheet_that_cannot_be_read_may_hold_any_formula(tmp_path: Path) -> None:
    utf7 = f'<?xml version="1.0" encoding="utf-7"?><worksheet xmlns="{MAIN}"/>'
    assert asks(make(tmp_path / "b.xlsx", {"s": sheet(""), "t": utf7}))
    cdata = sheet("<row><c><f><![CDATA[s!E5]]></f></c></row>")
    assert asks(make(tmp_path / "c.xlsx", {"s": sheet(""), "t": cdata}))
