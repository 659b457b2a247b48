"""Sheets that a person does not see: their rows count as hidden. And tables: which of their rows are lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from komet_xl.errors import SheetError
from komet_xl.grids.excel import ExcelBook
from komet_xl.grids.xlsx import open_book
from komet_xl.sheets.orders import read_orders
from tests.support.orders import FIRST, ROSE, make_orders
from tests.support.xlengine import World, install

from .workbooks import MAIN, PACKAGE_RELS, RELS, make, sheet

if TYPE_CHECKING:
    from pathlib import Path

LINES = [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)]
ROWS = "".join(f'<row r="{row}"><c r="A{row}"><v>{row}</v></c></row>' for row in range(1, 7))


def of_state(path: Path, state: str) -> Path:
    """An orders sheet of that state beside one that is seen."""
    make_orders(path, LINES)
    book = load_workbook(path)
    book.create_sheet("seen")
    book["orders"].sheet_state = state
    book.save(path)
    return path


def table(attributes: str) -> dict[str, str]:
    """A table over A2:A5 of the first sheet, and the link to it."""
    return {
        "xl/tables/table1.xml": f'<table xmlns="{MAIN}" id="1" name="T" displayName="T" ref="A2:A5" {attributes}>'
        '<tableColumns count="1"><tableColumn id="1" name="2"/></tableColumns></table>',
        "xl/worksheets/_rels/sheet1.xml.rels": f'<Relationships xmlns="{PACKAGE_RELS}"><Relationship Id="rId1" '
        f'Type="{RELS}/table" Target="../tables/table1.xml"/></Relationships>',
    }


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_every_row_of_a_hidden_sheet_is_hidden(tmp_path: Path, state: str) -> None:
    grid = open_book(of_state(tmp_path / "b.xlsx", state)).grid("orders")

    assert grid.hidden_rows() == {1, 2, 3}
    assert [row.hidden for row in read_orders(grid.read(), hidden=grid.hidden_rows()).rows] == [True, True]


def test_rows_of_a_sheet_that_is_seen_are_not(tmp_path: Path) -> None:
    book = open_book(of_state(tmp_path / "b.xlsx", "visible"))
    assert book.grid("orders").hidden_rows() == frozenset()


def test_of_a_table_on_a_hidden_sheet_its_own_rows_are_hidden(tmp_path: Path) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {'s" state="hidden': sheet(ROWS)}, parts=table("")))

    assert book.grid("T").hidden_rows() == {2, 3, 4, 5}
    assert book.grid("s").hidden_rows() == {1, 2, 3, 4, 5, 6}


def test_a_state_that_no_program_knows_counts_as_hidden(tmp_path: Path) -> None:
    for state, hidden in ((" visible ", 0), ("", 0), ("concealed", 6)):
        path = make(tmp_path / "b.xlsx", {f's" state="{state}': sheet(ROWS)})
        assert len(open_book(path).grid("s").hidden_rows()) == hidden


@pytest.mark.parametrize(
    ("attributes", "rows"),
    [('totalsRowCount=" 0 "', 5), ('totalsRowCount="00"', 5), ('totalsRowCount=" 1 "', 4), ('headerRowCount="00"', 5)],
)
def test_a_table_has_as_many_lines_as_its_counts_say_however_they_are_spelled(
    tmp_path: Path, attributes: str, rows: int
) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet(ROWS)}, parts=table(attributes)))
    assert len(book.grid("T").read()) == rows


@pytest.mark.parametrize("attributes", ['totalsRowCount="2"', 'totalsRowCount="x"', 'headerRowCount="-1"'])
def test_a_table_of_which_nobody_knows_the_lines_is_refused(tmp_path: Path, attributes: str) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet(ROWS)}, parts=table(attributes)))
    with pytest.raises(SheetError, match=r"RowCount .*and a table can have 0 or 1"):
        book.grid("T")


def test_rows_of_a_sheet_hidden_in_excel_are_hidden() -> None:
    world = World()
    install(world)
    grid = ExcelBook(world.new()).add("orders", [])
    grid.write({(row, 1): row for row in range(1, 4)})
    assert grid.hidden_rows() == frozenset()

    for hidden in (0, 2, False):
        grid.sheet.impl.visible = hidden
        assert grid.hidden_rows() == {1, 2, 3}
    for seen in (-1, True):
        grid.sheet.impl.visible = seen
        assert grid.hidden_rows() == frozenset()
