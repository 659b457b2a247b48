"""When stored results may have gone stale, the workbook asks to be calculated on opening; otherwise it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from komet_xl.grids.xlsx import open_book

from .test_names import ORDERS, table
from .workbooks import MAIN, XML, make, member, sheet

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
