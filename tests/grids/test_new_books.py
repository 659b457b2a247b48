"""Workbooks and sheets that we make: what another program sees in them."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.xlsx import new_book, open_book

from .workbooks import STRICT, make, member, members, records, sheet

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    Column("code", Kind.TEXT, width=20),
    Column("id", Kind.ID),
    Column("boxes", Kind.COUNT),
    Column("price", Kind.MONEY),
    Column("day", Kind.DATE),
]
FORMATS = ["@", "0", "#,##0", "#,##0.00##", "yyyy-mm-dd"]


def test_a_sheet_that_we_make_has_formats_widths_and_a_frozen_bold_heading_row(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("Orders", COLUMNS).write(
        {(2, 1): "007", (2, 2): 1, (2, 3): 2, (2, 4): Decimal("1.5"), (2, 5): date(2026, 2, 10)}
    )
    book.add("second", [])
    book.save()

    workbook = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert workbook.sheetnames == ["Orders", "second"]
    orders = workbook["Orders"]
    assert [cell.value for cell in orders[1]] == ["code", "id", "boxes", "price", "day"]
    assert [cell.value for cell in orders[2]] == ["007", 1, 2, 1.5, datetime(2026, 2, 10)]  # noqa: DTZ001  cells have no zone
    assert [cell.number_format for cell in orders[2]] == FORMATS
    assert [orders.column_dimensions[letter].width for letter in "AB"] == [20, 12]
    assert orders.freeze_panes == "A2"
    assert all(cell.font.bold and cell.fill.fgColor.rgb == "FFD9E1F2" for cell in orders[1])
    assert not orders["A2"].font.bold
    assert '<numFmts count="2">' in member(tmp_path / "b.xlsx", "xl/styles.xml")
    assert len(workbook._cell_styles) <= 8  # noqa: SLF001  openpyxl's list of cell formats, no other way in


@pytest.mark.parametrize("name", ["b.xlsx", "b.xlsm", "b.xltx"])
def test_a_sheet_is_added_to_a_workbook_without_touching_the_others(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name, {"s": sheet("<row/>"), "t": sheet("")}, parts={"xl/vbaProject.bin": b"\0\1"})
    before = records(path)
    book = open_book(path)
    book.add("a & \"b\" <c> 'd' e", COLUMNS)
    book.grid("A & \"B\" <C> 'D' E").write({(2, 1): "x"})
    book.save()

    after = records(path)
    changed = {part for part in before if before[part] != after[part]}
    assert changed == {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}
    assert set(after) - set(before) == {"xl/worksheets/sheet3.xml"}
    again = open_book(path)
    assert again.sheet_names() == ["s", "t", "a & \"b\" <c> 'd' e"]
    assert again.grid("a & \"b\" <c> 'd' e").read()[1] == ["x"]
    assert openpyxl.load_workbook(path).sheetnames == again.sheet_names()


def test_formats_are_used_again_when_sheets_are_added(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    book = open_book(path)
    book.add("a", COLUMNS)
    book.save()
    styles = member(path, "xl/styles.xml")
    book.add("b", COLUMNS)
    book.save()
    assert member(path, "xl/styles.xml") == styles
    assert '<fonts count="2">' in styles
    assert "<font><b/><sz" in styles


def test_a_sheet_is_added_to_a_workbook_without_styles_or_in_strict_form(tmp_path: Path) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=None))
    book.add("a", COLUMNS)
    book.save()
    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["a"]["A1"].font.bold

    path = make(
        tmp_path / "c.xlsx", {"s": sheet("").replace("schemas.openxmlformats.org/spreadsheetml/2006", "x")}, main=STRICT
    )
    strict = open_book(path)
    strict.add("a", COLUMNS)
    strict.save()
    assert f'<worksheet xmlns="{STRICT}">' in member(path, "xl/worksheets/sheet2.xml")
    assert open_book(path).grid("a").read() == [["code", "id", "boxes", "price", "day"]]


@pytest.mark.parametrize("name", ["'a", "a'", "History", " ", "a\x00b", "💐" * 16, "\ud800"])
def test_a_name_that_excel_would_repair_is_refused(tmp_path: Path, name: str) -> None:
    book = new_book(tmp_path / "b.xlsx")
    with pytest.raises(SheetError, match="cannot have a sheet named"):
        book.add(name, COLUMNS)
    assert book.sheet_names() == []


def test_headings_are_text_whatever_they_begin_with(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", [Column("=1+1", Kind.TEXT, width=0), Column("x" * 40_000, Kind.COUNT, width=9999)])
    book.save()
    with warnings.catch_warnings():
        sheet_ = openpyxl.load_workbook(tmp_path / "b.xlsx")["s"]
    assert (sheet_["A1"].value, sheet_["A1"].data_type) == ("=1+1", "s")
    assert sheet_.column_dimensions["B"].width == 255


def test_a_sheet_may_have_more_columns_than_the_workbook_had_formats(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", [Column(f"c{n}", kind) for n, kind in enumerate([*Kind] * 40)])
    with pytest.raises(SheetError, match="1025 columns: our limit is 1,024"):
        book.add("t", [Column("x", Kind.TEXT)] * 1_025)
    book.save()
    assert len(members(tmp_path / "b.xlsx")["xl/styles.xml"]) < 4000
    assert len(open_book(tmp_path / "b.xlsx").grid("s").read()[0]) == 200
