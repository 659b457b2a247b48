"""Workbooks and Excels as people have them: calculated by hand, old, with tables, merged cells and protection."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from komet_xl.grids.xlsx.refs import LAST_ROW, Area, area
from tests.support.desktop import desktop, fill, name, results_of, rows_of, statuses_of
from tests.support.orders import FIRST, HEADINGS, ROSE

if TYPE_CHECKING:
    import xlwings

    from tests.support.desktop import Desktop

__all__ = ["desktop"]
DAY = "2015-02-10"


# ------------------------------------------------------------------------------------------------ what is calculated


def stale_price(desktop: Desktop, *, ends: bool = True) -> xlwings.Book:
    """An orders sheet whose price is a formula, in an Excel that calculates when F9 is pressed."""
    book = desktop.orders([(FIRST, ROSE, 5, "=market!A1")])
    book.impl.cells.results["orders", 2, 4] = 9.99
    excel = desktop.world.app.api
    excel.CalculationState = 2

    def calculate() -> None:
        book.impl.cells.results["orders", 2, 4] = 2.5
        excel.CalculationState = 0 if ends else 2

    desktop.world.on_calculate = calculate
    return book


def test_a_price_that_waits_for_f9_is_calculated_before_it_is_read_and_the_question_says_so(desktop: Desktop) -> None:
    stale_price(desktop)

    desktop.press("push", "yes")

    assert "Formulas had not been calculated since the last change; that was done just now" in desktop.world.alerts[0]
    assert [str(each.price) for each in desktop.komet.ledger()] == ["2.50"]


def test_a_calculation_that_does_not_end_is_said_in_the_question(desktop: Desktop) -> None:
    stale_price(desktop, ends=False)

    desktop.press("push", "no")

    assert (
        "Excel has not finished calculating: prices and boxes that come from formulas may be old."
        in (desktop.world.alerts[0])
    )


def test_check_calculates_and_says_so_too(desktop: Desktop) -> None:
    stale_price(desktop)

    assert "that was done just now" in desktop.press("check")


def test_a_truck_date_that_waits_for_f9_is_calculated_before_it_is_asked_for(desktop: Desktop) -> None:
    book = desktop.world.new()
    name(book, "komet_day", "Sheet", "A1", "=today!A1")
    book.impl.cells.results["Sheet", 1, 1] = "2015-02-09"
    desktop.world.app.api.CalculationState = 2
    desktop.world.on_calculate = lambda: book.impl.cells.results.__setitem__(("Sheet", 1, 1), DAY)

    desktop.press("pull")

    assert {str(row[3])[:10] for row in rows_of(book, "prebooks")[1:]} == {DAY}


def test_a_pull_does_not_make_a_workbook_calculate_that_nothing_waits_for(desktop: Desktop) -> None:
    book = desktop.world.new()
    name(book, "komet_day", "Sheet", "A1", DAY)
    desktop.world.app.api.CalculationState = 2

    desktop.press("pull")

    assert desktop.world.app.recalculated == 0


def test_an_excel_where_all_is_calculated_is_not_made_to_calculate(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])

    desktop.press("push", "yes")

    assert desktop.world.app.recalculated == 0


# -------------------------------------------------------------------------------------------------- older Excels


def test_an_excel_without_formulas_that_spill_pushes_and_pulls(desktop: Desktop) -> None:
    desktop.world.is_old = True
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])

    desktop.press("push", "yes")
    desktop.press("pull", typed=[DAY])
    desktop.press("pull", typed=[f"{DAY}; prebook=13010"])

    assert statuses_of(book) == [1]
    assert {row[1] for row in rows_of(book, "prebooks")[1:]} == {"13010"}


# ------------------------------------------------------------------------------------- tables, merged cells, locks


def table_of_orders(desktop: Desktop) -> xlwings.Book:
    """A table named orders in the middle of another sheet, with a row of totals and notes below."""
    book = desktop.orders([], headings=["lines"])
    book.impl.cells.rename_sheet("orders", "week 7")
    lines = [[FIRST, ROSE, boxes, 2.5, None, None, None] for boxes in (1, 2, 3)]
    fill(book, "week 7", [[f"a list for {FIRST}"], [], [*HEADINGS], *lines, ["Total", None, 6]])
    fill(book, "week 7", [["ask", "Ana", 5]], top=10)
    book.impl.cells.put_table("week 7", "orders", area("A3:G7"))
    book.sheets["week 7"].api.totals.add("orders")
    return book


def test_only_the_lines_of_a_table_are_order_lines_not_its_totals_and_what_stands_around_it(desktop: Desktop) -> None:
    book = table_of_orders(desktop)

    said = desktop.press("push", "yes")

    assert "sheet orders: 3 accepted." in said
    assert [row[5] for row in rows_of(book, "week 7")] == [None, None, "status", 1, 1, 1, None, None, None, None]


def test_selected_rows_of_a_table_go(desktop: Desktop) -> None:
    book = table_of_orders(desktop)
    desktop.world.select("week 7", "A5:A7")

    desktop.press("pushSelected", "yes")

    assert [each.boxes for each in desktop.komet.ledger()] == [2, 3]
    assert [row[5] for row in rows_of(book, "week 7")][3:7] == [None, 1, 1, None]


def test_what_stands_beside_a_table_is_not_written_over_and_said_before_anything_is_sent(desktop: Desktop) -> None:
    book = desktop.orders([], headings=HEADINGS[:4])
    book.impl.cells.rename_sheet("orders", "week 7")
    fill(book, "week 7", [[*HEADINGS[:4]], [FIRST, ROSE, 5, 2.5, "mine"]])
    book.impl.cells.put_table("week 7", "orders", area("A1:D2"))

    said = desktop.press("push")

    assert "E2 beside orders (A1:D2) holds something, and a result must go there; move it away" in said
    assert rows_of(book, "week 7")[1][4] == "mine"
    assert desktop.sends() == []


def test_merged_result_cells_are_said_before_anything_is_sent(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)])
    book.impl.cells.book["orders"].merge_cells("F3:F4")

    said = desktop.press("push")

    assert "the cell F3 of the sheet orders is merged with others (F3:F4)" in said
    assert desktop.komet.requests()["total"] == 0
    assert desktop.sends() == []


def test_a_message_cell_that_was_made_wide_by_merging_takes_its_message(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, 2.5)])
    book.impl.cells.book["orders"].merge_cells("G2:K2")

    desktop.press("push", "yes")

    assert results_of(book) == [(1, "success")]


@pytest.mark.parametrize("free", ["F2:G2", "F2:F9"])
def test_locked_result_cells_are_said_before_anything_is_sent_also_those_of_invalid_rows(
    desktop: Desktop, free: str
) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), (FIRST, "x", 5, 2.5)])
    book.sheets["orders"].api.ProtectContents = True
    book.sheets["orders"].api.unlocked.append(area(free))

    assert "the sheet orders is protected; unprotect it" in desktop.press("push")
    assert desktop.komet.requests()["total"] == 0


def test_locked_headings_that_have_to_be_written_are_said_before_anything_is_sent(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)], headings=HEADINGS[:4])
    book.sheets["orders"].api.ProtectContents = True
    book.sheets["orders"].api.unlocked.append(area("A2:H50"))

    assert "the sheet orders is protected; unprotect it" in desktop.press("push")
    assert desktop.sends() == []


# ------------------------------------------------------------------------------------------------- the question


def test_the_question_is_at_the_end_and_fits_the_screen_however_much_there_is_to_say(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 1, 1 + n / 100) for n in range(60)])
    desktop.press("push", "yes")
    (desktop.folder / "two").mkdir()
    desktop.folder = desktop.folder / "two"
    desktop.orders([(FIRST, ROSE, boxes, 1 + n / 100) for boxes in (1, 2) for n in range(60)])

    before = len(desktop.world.alerts)
    desktop.press("push", "no")

    question = desktop.world.alerts[before]
    assert question.endswith(f"Send 60 order lines to 127.0.0.1:{desktop.komet.port}?")
    assert "... and 54 more rows" in question
    assert "more notes" in question
    assert sum(1 + len(line) // 90 for line in question.splitlines()) <= 50


# ------------------------------------------------------------------------------------------- selections, cells


def test_whole_columns_may_be_selected(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2)])
    desktop.world.selected = "orders", [Area(1, 3, LAST_ROW, 3)]

    desktop.press("pushSelected", "yes")

    assert [each.boxes for each in desktop.komet.ledger()] == [1, 2]


def test_a_selected_chart_is_no_row(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.world.selected = None

    assert "no rows of the sheet orders are selected" in desktop.press("pushSelected").lower()
    assert desktop.sends() == []


@pytest.mark.parametrize(
    ("cell", "value", "told"),
    [
        ("A2", 1_234_567_890_123_456, "prebookId: a number of more than 15 digits"),
        ("B2", True, "inventoryId: TRUE is not a whole number"),
        ("C2", datetime(2026, 1, 5), "boxes: 2026-01-05 is not a whole number"),  # noqa: DTZ001  a cell knows no time zone
        ("C2", 2.5, "boxes: 2.5 is not a whole number"),
        ("D2", "#N/A", "price: the cell shows #N/A"),
        ("D2", "1,5", "price: '1,5' is not a price; type 1.5"),
        ("D2", 1.00005, "price: 1.00005 has more than two decimals"),
    ],
)
def test_what_excel_holds_is_read_to_the_digit_and_never_guessed(
    desktop: Desktop, cell: str, value: object, told: str
) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    book.impl.cells.book["orders"]["D2"].number_format = "$#,##0.00"
    book.impl.cells.book["orders"][cell] = value

    desktop.press("push")

    assert statuses_of(book) == ["invalid"]
    assert told in results_of(book)[0][1]
    assert desktop.sends() == []


def test_numbers_typed_as_text_are_the_same_numbers(desktop: Desktop) -> None:
    desktop.orders([(str(FIRST), f" {ROSE} ", "5", "2.50")])

    desktop.press("push", "yes")

    assert [(each.boxes, str(each.price)) for each in desktop.komet.ledger()] == [(5, "2.50")]
