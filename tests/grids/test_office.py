"""What LibreOffice reads out of files that we wrote."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.xlsx import new_book, open_book
from tests.support.office import office

from .workbooks import make, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.office import Office

__all__ = ["office"]  # a fixture

pytestmark = pytest.mark.office

TEXTS = [
    "=1+1",
    '=HYPERLINK("http://x")',
    "+1",
    "-1",
    "@SUM(A1)",
    "#N/A",
    "TRUE",
    "1e3",
    "00123",
    "2026-01-01",
    "x\x01\x1f\ufffey",
    "\udc00x",
    "💐 ü \u202e",
    "a\nb",
    "<&>\"'",
    " both sides ",
    "x" * 40_000,
    "💐" * 20_000,
]


def column(office: Office, path: Path) -> list[float | str]:
    """Column A of the sheet s, after every formula there might be was calculated."""
    with office.open(path) as document:
        document.calculate_all()
        assert document.formulas("s") == {}
        assert document.errors() == {}
        return [row[0] for row in document.rows("s")]


def test_hostile_texts_are_the_same_text_in_openpyxl_and_libreoffice(office: Office, tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    grid = book.add("s", [])
    grid.write({(row, 1): text for row, text in enumerate(TEXTS, start=1)})
    book.save()
    wanted = [row[0] for row in grid.read()]

    shown = openpyxl.load_workbook(tmp_path / "b.xlsx")["s"]
    assert [cell.value for cell in shown["A"]] == wanted
    assert {cell.data_type for cell in shown["A"]} == {"s"}
    assert column(office, tmp_path / "b.xlsx") == wanted


def test_text_that_looks_escaped_is_the_same_text_in_libreoffice(office: Office, tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    texts = ["_x0041_", "_x005F_x0041_", "a_x000D_b", "_x_", "_xD83D__xDE00_"]
    book = open_book(path)
    book.grid("s").write({(row, 1): text for row, text in enumerate(texts, start=1)})
    book.save()
    assert column(office, path) == texts


def test_a_sheet_that_we_make_shows_days_and_money_as_people_write_them(office: Office, tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    grid = book.add("s", [Column("day", Kind.DATE), Column("price", Kind.MONEY), Column("boxes", Kind.COUNT)])
    grid.write({(2, 1): date(2026, 2, 10), (2, 2): Decimal("1234.5"), (2, 3): 85063})
    book.save()

    with office.open(tmp_path / "b.xlsx") as document:
        assert document.shown("s") == [["day", "price", "boxes"], ["2026-02-10", "1,234.50", "85,063"]]
        assert document.number_format("s", "A2") == "YYYY-MM-DD"
