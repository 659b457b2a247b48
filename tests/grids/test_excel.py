"""What only an open workbook has: how Excel takes and gives values, what it refuses, how many calls it takes."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from komet_xl.errors import SheetError
from komet_xl.grids.excel import ExcelBook, blocks, faults
from komet_xl.grids.excel.values import to_plain
from komet_xl.sheets.cells import ErrorValue, Formula
from tests.support.xlengine import World, install
from tests.support.xltyping import ComError, refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import xlwings
    from openpyxl.worksheet.worksheet import Worksheet


@pytest.fixture
def world() -> World:
    made = World()
    install(made)
    return made


def opened(world: World, path: Path, make: Callable[[Worksheet], None], sheet: str = "prebooks") -> xlwings.Book:
    """A workbook made with openpyxl and opened."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    make(page)
    book.save(path)
    return world.open(path)


def pulled(page: Worksheet) -> None:
    for row in (["prebookId", "boxes", "note"], [1, 10, "one"], [2, 20, "two"], [3, 30, "three"], [4, 40, "four"]):
        page.append(row)


# ------------------------------------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        (None, None),
        ("#N/A", "#N/A"),
        (-2146826246, ErrorValue("#N/A")),
        (-2146826243, ErrorValue("#SPILL!")),
        (-2146826299, ErrorValue("#ERROR!")),
        (5.0, 5),
        (999_999_999_999_999.0, 999_999_999_999_999),
        (1e15, 1e15),
        (0.1, 0.1),
        (True, True),
        (Decimal("1.25"), 1.25),
        (datetime(2015, 2, 10, tzinfo=UTC), date(2015, 2, 10)),
        (datetime(2015, 2, 10, 8, 30, tzinfo=UTC), datetime(2015, 2, 10, 8, 30)),  # noqa: DTZ001  a cell knows no time zone
        (datetime(1899, 12, 30, 12, tzinfo=UTC), time(12)),
        (datetime(1899, 12, 31, 12, tzinfo=UTC), timedelta(days=1, hours=12)),
    ],
    ids=str,
)
def test_a_value_of_excels_is_the_value_that_a_file_would_give(raw: object, plain: object) -> None:
    found = to_plain(raw)

    assert found == plain
    assert type(found) is type(plain)


def test_errors_are_told_from_texts_of_their_name(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        page["A1"], page["B1"] = "#N/A", "#N/A"
        page["B1"].data_type = "s"

    book = opened(world, tmp_path / "made.xlsx", make)

    assert ExcelBook(book).grid("prebooks").read() == [[ErrorValue("#N/A"), "#N/A"]]


def test_money_is_exact_also_where_excel_would_cut_it_to_four_decimals(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        for row, value in enumerate((1.00001, 2.5), start=1):
            page.cell(row, 1, value).number_format = "$#,##0.00"
        page["B1"] = "=A1*2"
        page["B1"].number_format = "$#,##0.00"

    book = opened(world, tmp_path / "made.xlsx", make)
    book.impl.cells.results["prebooks", 1, 2] = 2.00002

    assert ExcelBook(book).grid("prebooks").read() == [[1.00001, Formula("=A1*2", 2.00002)], [2.5]]


def test_a_text_that_looks_like_a_formula_is_none(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        page["A1"], page["A2"] = "=1+1", "=1+1"
        page["A2"].data_type = "s"

    book = opened(world, tmp_path / "made.xlsx", make)

    assert ExcelBook(book).grid("prebooks").read() == [[Formula("=1+1", 0)], ["=1+1"]]


def test_a_sheet_is_read_with_two_calls_however_large_it_is(world: World) -> None:
    grid = ExcelBook(world.new()).add("orders", [])
    grid.write({(row, column): row * column for row in range(1, 301) for column in range(1, 9)})
    world.calls.clear()

    grid.read()

    assert (world.calls["read"], world.calls["formulas"]) == (1, 1)


def test_a_sheet_formatted_to_its_end_is_not_read_for_minutes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blocks, "MOST_PLACES", 100)
    grid = ExcelBook(world.new()).add("orders", [])
    grid.write({(60, 2): 1})

    with pytest.raises(SheetError, match=r"uses 60 rows and 2 columns.*delete the rows and columns behind"):
        grid.read()


# ------------------------------------------------------------------------------------------------------- hidden rows


def test_hidden_rows_take_a_few_calls_however_many_rows_there_are(world: World) -> None:
    book = world.new()
    grid = ExcelBook(book).add("orders", [])
    grid.write({(row, 1): row for row in range(1, 1_001)})
    book.impl.cells.set_hidden("orders", range(20, 900), hidden=True)
    world.calls.clear()

    assert grid.hidden_rows() == frozenset(range(20, 900))
    assert sum(world.calls.values()) <= 2


def test_hidden_rows_of_a_protected_sheet_are_found_by_their_height(world: World) -> None:
    book = world.new()
    grid = ExcelBook(book).add("orders", [])
    grid.write({(row, 1): row for row in range(1, 1_001)})
    book.impl.cells.set_hidden("orders", range(20, 900), hidden=True)
    book.impl.cells.set_hidden("orders", range(950, 951), hidden=True)
    book.sheets["orders"].api.ProtectContents = True
    world.calls.clear()

    assert grid.hidden_rows() == frozenset([*range(20, 900), 950])
    assert sum(world.calls.values()) < 100


# ----------------------------------------------------------------------------------------------------------- writing


@pytest.mark.parametrize("code", ["General", "@", "0", "yyyy-mm-dd"])
@pytest.mark.parametrize(
    "text",
    ["00123", "1e3", "TRUE", "=1+1", "+1", "-1", "@SUM(A1)", "'", "''x", "#N/A", "2026-01-01", "\tx", "1,5", "x"],
)
def test_a_text_stays_that_text_whatever_format_its_cell_has(world: World, text: str, code: str) -> None:
    book = world.new()
    grid = ExcelBook(book).add("orders", [])
    book.sheets["orders"].range("A1").number_format = code

    grid.write({(1, 1): text})

    assert grid.read() == [[text]]
    assert book.sheets["orders"].range("A1").number_format == code


def test_a_text_too_long_for_a_block_is_written_by_itself(world: World) -> None:
    grid = ExcelBook(world.new()).add("orders", [])
    long = "=" + "x" * 20_000

    grid.write({(1, 1): "short", (2, 1): long, (3, 1): "short"})

    assert grid.read() == [["short"], [long], ["short"]]
    assert world.calls["write"] == 2


def test_prices_do_not_become_money_of_excels(world: World) -> None:
    book = world.new()
    grid = ExcelBook(book).add("orders", [])

    grid.write({(1, 1): Decimal("1.23456")})

    assert grid.read() == [[1.23456]]
    assert book.sheets["orders"].range("A1").number_format == "General"


def test_few_rectangles_are_written_for_many_cells(world: World) -> None:
    grid = ExcelBook(world.new()).add("orders", [])

    grid.write({(row, column): 1 for row in range(2, 402) for column in (6, 7)})

    assert world.calls["write"] == 1


@given(st.dictionaries(st.tuples(st.integers(1, 12), st.integers(1, 8)), st.integers(0, 9), max_size=40))
def test_rectangles_hold_all_cells_and_no_others(cells: dict[tuple[int, int], int]) -> None:
    found = {
        (top + y, left + x): value
        for top, left, rows in blocks.rectangles(cells)  # type: ignore[arg-type]  # numbers are values
        for y, row in enumerate(rows)
        for x, value in enumerate(row)
    }

    assert found == cells


def test_a_row_that_was_changed_since_it_was_read_gets_nothing(world: World, tmp_path: Path) -> None:
    book = opened(world, tmp_path / "made.xlsx", pulled)
    grid = ExcelBook(book).grid("prebooks")
    grid.read()
    book.impl.cells.book["prebooks"]["A3"] = 9

    with pytest.raises(SheetError, match=r"row 3 of the sheet prebooks was changed or moved.*A3"):
        grid.write({(2, 4): 1, (3, 4): 1})
    assert world.calls["write"] == 0


def test_a_formula_that_shows_a_new_value_is_no_change(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        page["D2"] = "=NOW()"

    book = opened(world, tmp_path / "made.xlsx", make)
    grid = ExcelBook(book).grid("prebooks")
    grid.read()
    book.impl.cells.results["prebooks", 2, 4] = 42_000.5

    grid.write({(2, 5): 1})

    assert grid.read()[1][4] == 1


def test_what_excel_makes_of_a_value_is_noticed(world: World) -> None:
    book = world.new()
    grid = ExcelBook(book).add("orders", [])
    world.on_write = lambda: book.impl.cells.book["orders"].cell(1, 1, "a macro was here")

    with pytest.raises(SheetError, match="Excel did not keep what was written into A1"):
        grid.write({(1, 1): "held"})


def test_excel_is_as_it_was_also_when_it_refuses(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        page["A1"] = ArrayFormula("A1:A3", "=ROW(1:3)")
        page["A2"] = ArrayFormula("A1:A3", "=ROW(1:3)")

    book = opened(world, tmp_path / "made.xlsx", make)
    world.app.calculation = "semiautomatic"

    with pytest.raises(SheetError, match="part of an array"):
        ExcelBook(book).grid("prebooks").write({(2, 1): 5})
    assert (world.app.screen_updating, world.app.enable_events, world.app.calculation) == (True, True, "semiautomatic")


def test_while_cells_are_written_excel_neither_draws_nor_calculates_nor_runs_macros(world: World) -> None:
    grid = ExcelBook(world.new()).add("orders", [])
    seen = []
    world.on_write = lambda: seen.append((world.app.screen_updating, world.app.enable_events, world.app.calculation))

    grid.write({(1, 1): 1})

    assert seen == [(False, False, "manual")]


def test_an_excel_that_is_busy_for_a_moment_is_asked_again(world: World) -> None:
    grid = ExcelBook(world.new()).add("orders", [])
    world.busy = 2

    grid.write({(1, 1): 1})

    assert grid.read() == [[1]]


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (ComError(-2147418111, "Call was rejected by callee."), "Excel is busy"),
        (ComError(-2147352567, "Exception occurred.", "x", -2146777998), "Excel is busy"),
        (ComError(-2147023174, "The RPC server is unavailable."), "was closed in the meantime"),
        (refusal("You can't change part of an array."), r"Excel refused \(You can't change part of an array\)"),
    ],
)
def test_what_excel_refuses_is_one_sentence_with_a_next_step(
    monkeypatch: pytest.MonkeyPatch, error: Exception, told: str
) -> None:
    monkeypatch.setattr(faults, "PATIENCE", 0.0)

    def ask() -> None:
        raise error

    with pytest.raises(SheetError, match=told) as caught:
        faults.patiently(ask)
    assert str(caught.value).endswith(".")
    assert caught.value.__cause__ is None
