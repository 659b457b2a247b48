"""Sheets, tables and names of an open workbook, new sheets, copies."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl.worksheet.table import Table

from komet_xl.grids.excel import ExcelBook
from komet_xl.grids.grid import Column, Kind
from tests.grids.test_excel import opened, pulled, world

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from tests.support.xlengine import World

__all__ = ["world"]


def test_a_sheet_is_found_before_a_table_and_a_table_before_a_name(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        page.add_table(Table(displayName="one", ref="A1:C5"))

    book = opened(world, tmp_path / "made.xlsx", make)
    cells = book.impl.cells
    cells.put_name("two", "=prebooks!$A$1:$B$3")
    cells.put_name("one", "=prebooks!$A$1:$A$2")
    excel = ExcelBook(book)

    assert [len(row) for row in excel.grid("ONE").read()] == [3] * 5
    assert excel.grid("Two").read() == [["prebookId", "boxes", "note"], [1, 10, "one"], [2, 20, "two"]]
    cells.add_sheet("one", 1)
    assert excel.grid("one").read() == []


@pytest.mark.parametrize("refers_to", ["=5", "=#REF!", "=SUM(prebooks!$A$1:$A$2)", "=prebooks!$A$1,prebooks!$B$2"])
def test_a_name_of_something_else_than_a_rectangle_is_no_grid(world: World, tmp_path: Path, refers_to: str) -> None:
    book = opened(world, tmp_path / "made.xlsx", pulled)
    book.impl.cells.put_name("orders", refers_to)

    assert not ExcelBook(book).has("orders")


def test_a_new_sheet_leaves_the_one_in_front_in_front(world: World) -> None:
    book = world.new()

    ExcelBook(book).add("orders", [Column("prebookId", Kind.ID), Column("markCode", Kind.TEXT)])

    assert book.sheets.active.name == "Sheet"
    assert book.sheets["orders"].tables[0].name == "orders_table"
    assert book.sheets["orders"].range("B9").number_format == "@"


def test_a_copy_of_a_workbook_in_the_cloud_goes_into_the_documents(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DOCUMENTS_DIR", str(tmp_path))
    book = world.new()
    book.api.FullName = "https://example.sharepoint.com/sites/sales/orders.xlsx"

    assert ExcelBook(book).save_copy("results") == str(tmp_path / "orders.results.xlsx")
    assert (tmp_path / "orders.results.xlsx").exists()
