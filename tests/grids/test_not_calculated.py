"""Results of formulas that a workbook itself calls out of date are no results."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from xlsxwriter import Workbook

from komet_xl.grids.xlsx import open_book
from komet_xl.sheets.cells import ErrorValue, Formula, day

from .workbooks import make, member, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.sheets.cells import Cell

ASKS = '<calcPr calcId="191029" fullCalcOnLoad="1"/>'
FORMULAS = (
    '<row r="1"><c r="A1"><f>A2</f><v>7</v></c><c r="B1"><v>5</v></c><c r="C1" t="str"><f>B2</f><v>x</v></c>'
    '<c r="D1" t="inlineStr"><is><t>rose</t></is></c><c r="E1" t="str"><f>C2</f><v></v></c></row>'
)
FOR_THE_CAREFUL_READER = "<!-- no spreadsheet program writes this -->"


def text(ref: str, shown: str, formula: str = "") -> str:
    """A cell that shows a text."""
    if formula:
        return f'<c r="{ref}" t="str"><f>{formula}</f><v>{shown}</v></c>'
    return f'<c r="{ref}" t="inlineStr"><is><t>{shown}</t></is></c>'


@pytest.mark.parametrize("around", ["", FOR_THE_CAREFUL_READER], ids=["quickly", "carefully"])
@pytest.mark.parametrize(
    ("says", "stale"),
    [
        (ASKS, True),
        ('<calcPr fullCalcOnLoad="true"/>', True),
        ('<calcPr fullCalcOnLoad=" 1 "/>', True),
        ('<calcPr fullCalcOnLoad="yes"/>', True),
        ('<calcPr fullCalcOnLoad="0"/>', False),
        ('<calcPr fullCalcOnLoad="false"/>', False),
        ('<calcPr calcId="191029" calcMode="auto"/>', False),
        ("", False),
    ],
)
def test_a_result_counts_unless_the_workbook_calls_it_out_of_date(
    tmp_path: Path, says: str, around: str, *, stale: bool
) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet(FORMULAS + around)}, inside=says)

    (row,) = open_book(path).grid("s").read()

    kept: list[Cell] = [Formula("=A2", 7), 5, Formula("=B2", "x"), "rose", Formula("=C2", "")]
    gone: list[Cell] = [Formula("=A2", None), 5, Formula("=B2", None), "rose", Formula("=C2", None)]
    assert row == (gone if stale else kept)


def test_an_error_and_a_date_are_results_like_any_other(tmp_path: Path) -> None:
    cells = '<c r="A1" t="e"><f>NA()</f><v>#N/A</v></c><c r="B1" s="1"><f>TODAY()</f><v>46063</v></c>'
    content = {"s": sheet(f'<row r="1">{cells}</row>')}
    assert open_book(make(tmp_path / "a.xlsx", content)).grid("s").read() == [
        [Formula("=NA()", ErrorValue("#N/A")), Formula("=TODAY()", day("2026-02-10"))]
    ]
    assert open_book(make(tmp_path / "b.xlsx", content, inside=ASKS)).grid("s").read() == [
        [Formula("=NA()", None), Formula("=TODAY()", None)]
    ]


def test_the_zeros_that_xlsxwriter_stores_are_no_results(tmp_path: Path) -> None:
    with Workbook(tmp_path / "b.xlsx") as book:
        book.add_worksheet("s").write_formula("A1", "=1.5+1")

    assert open_book(tmp_path / "b.xlsx").grid("s").read() == [[Formula("=1.5+1", None)]]


def test_headings_made_by_formulas_stay_headings(tmp_path: Path) -> None:
    """Without them rows that were sent would look open, and mark codes would be left out."""
    heading = [
        text("A1", "prebookId"),
        text("B1", "inventoryId", "x!A1"),
        text("C1", "boxes"),
        text("D1", "Mark Code", "x!B1"),
        text("E1", "status", "x!C1"),
        text("F1", "mine", "x!D1"),
    ]
    line = [text("A2", "status", "x!A9"), text("B2", "boxes", "x!B9"), "<c><v>5</v></c>"]
    rows = f'<row r="1">{"".join(heading)}</row><row r="2">{"".join(line)}</row>'
    path = make(tmp_path / "b.xlsx", {"orders": sheet(rows)}, inside=ASKS)

    headings, row = open_book(path).grid("orders").read()

    assert [cell.value if isinstance(cell, Formula) else cell for cell in headings] == [
        *("prebookId", "inventoryId", "boxes", "Mark Code", "status", "mine")
    ]
    assert row == [Formula("=x!A9", None), Formula("=x!B9", None), 5]


def test_a_write_that_makes_results_old_hides_them_and_they_stay_in_the_file(tmp_path: Path) -> None:
    cells = '<c r="A1"><v>1</v></c><c r="B1"><f>A1*2</f><v>2</v></c>'
    path = make(tmp_path / "b.xlsx", {"s": sheet(f'<row r="1">{cells}</row>')})
    book = open_book(path)
    grid = book.grid("s")
    grid.write({(1, 1): 5})
    assert grid.read() == [[5, Formula("=A1*2", 2)]]

    book.save()

    assert grid.read() == open_book(path).grid("s").read() == [[5, Formula("=A1*2", None)]]
    assert "<f>A1*2</f><v>2</v>" in member(path, "xl/worksheets/sheet1.xml")
    grid.write({(2, 1): "rose"})
    book.save()
    assert open_book(path).grid("s").read() == [[5, Formula("=A1*2", None)], ["rose"]]


LINES = [
    [85063, 1, 5, 1.1, "rose", "x", "x"],
    [85063, 2, 5, 1.2, "lily", "x", "x"],
    [85063, 3, 5, 1.3, None, "x", "x"],
]
ORDER_HEADINGS = ["prebookId", "inventoryId", "boxes", "price", "markCode", "status", "message"]
NEVER = Formula("=", None)


def with_array(formula: str, at: str = "D2") -> str:
    """An orders sheet in which a formula fills several cells; the others of its range hold mere values."""
    rows = []
    for number, line in enumerate([ORDER_HEADINGS, *LINES], start=1):
        cells = ""
        for letter, value in zip("ABCDEFG", line, strict=True):
            ref = f"{letter}{number}"
            inner = formula if ref == at else ""
            if isinstance(value, str):
                cells += f'<c r="{ref}" t="str">{inner}<v>{value}</v></c>' if inner else text(ref, value)
            elif value is not None:
                cells += f'<c r="{ref}">{inner}<v>{value}</v></c>'
        rows.append(f'<row r="{number}">{cells}</row>')
    return "".join(rows)


def column(path: Path, number: int) -> list[Cell]:
    return [row[number - 1] if number <= len(row) else None for row in open_book(path).grid("orders").read()]


@pytest.mark.parametrize("around", ["", FOR_THE_CAREFUL_READER], ids=["quickly", "carefully"])
@pytest.mark.parametrize(
    "formula", ['<f t="array" ref="D2:D4">H2:H4</f>', '<f t="dataTable" ref="D2:D4" dt2D="0" dtr="0" r1="H1"/>']
)
def test_all_cells_of_an_array_formula_go_out_of_date_with_it(tmp_path: Path, formula: str, around: str) -> None:
    """Only its first cell says that it is a formula: at the old prices of the others lines would be sent."""
    rows = {"orders": sheet(with_array(formula) + around)}
    path, first = make(tmp_path / "b.xlsx", rows), "=H2:H4" if "array" in formula else "="
    assert column(path, 4) == ["price", Formula(first, 1.1), 1.2, 1.3]

    path = make(tmp_path / "b.xlsx", rows, inside=ASKS)

    assert column(path, 4) == ["price", Formula(first, None), NEVER, NEVER]
    assert column(path, 3) == ["boxes", 5, 5, 5]


def test_an_array_formula_that_was_never_calculated_has_no_result_in_any_cell(tmp_path: Path) -> None:
    rows = with_array('<f t="array" ref="D2:D4">H2:H4</f>').replace("</f><v>1.1</v>", "</f>")
    path = make(tmp_path / "b.xlsx", {"orders": sheet(rows)})
    assert column(path, 4) == ["price", Formula("=H2:H4", None), NEVER, NEVER]


def test_a_blank_cell_of_an_old_array_formula_is_not_blank_for_sure(tmp_path: Path) -> None:
    """A line would be sent without the mark code that the formula is to give it."""
    rows = with_array('<f t="array" ref="E2:E1048576">H2:H4</f>', "E2")
    path = make(tmp_path / "b.xlsx", {"orders": sheet(rows)}, inside=ASKS)
    assert column(path, 5) == ["markCode", Formula("=H2:H4", None), NEVER, NEVER]


def test_headings_made_by_one_array_formula_stay_headings(tmp_path: Path) -> None:
    rows = with_array('<f t="array" ref="A1:G1">H1:N1</f>', "A1")
    (headings, *_) = open_book(make(tmp_path / "b.xlsx", {"orders": sheet(rows)}, inside=ASKS)).grid("orders").read()
    assert headings == [Formula("=H1:N1", "prebookId"), *ORDER_HEADINGS[1:]]
