"""Customers, carriers and future inventory into sheets of their own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from tests.support.desktop import desktop, name, put, rows_of

if TYPE_CHECKING:
    from tests.support.desktop import Desktop

__all__ = ["desktop"]


@pytest.mark.parametrize(("button", "sheet"), [("customers", "customers"), ("carriers", "carriers")])
def test_a_list_is_put_into_a_sheet_of_its_own(desktop: Desktop, button: str, sheet: str) -> None:
    book = desktop.world.new()

    desktop.press(button)
    desktop.press(button)

    rows = rows_of(book, sheet)
    assert rows[0][:3] == ("id", "code", "name")
    assert len({row[0] for row in rows[1:]}) == len(rows) - 1 > 0
    assert book.sheets.active.name == sheet


def test_notes_beside_a_customer_stay_beside_it(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("customers")
    page = book.impl.cells.book["customers"]
    column = page.max_column + 1
    page.cell(1, column, "note")
    page.cell(3, column, f"about {page.cell(3, 1).value:.0f}")
    page.delete_rows(2)

    desktop.press("customers")

    noted = [row for row in rows_of(book, "customers")[1:] if row[column - 1]]
    assert [f"about {row[0]:.0f}" for row in noted] == [row[column - 1] for row in noted]
    assert len(noted) == 1


def test_future_inventory_asks_for_days_and_can_be_ordered_from(desktop: Desktop) -> None:
    book = desktop.world.new()

    desktop.press("inventory", typed=["2015-02-09 to 2015-02-11"])

    rows = rows_of(book, "future inventory")
    assert rows[0][0] == "inventoryId"
    assert len(rows) > 1


def test_future_inventory_takes_its_days_from_named_cells(desktop: Desktop) -> None:
    book = desktop.world.new()
    name(book, "komet_from", "Sheet", "A1", datetime(2015, 2, 9))  # noqa: DTZ001  a cell knows no time zone
    name(book, "komet_to", "Sheet", "A2", "2015-02-11")

    desktop.press("inventory")

    assert desktop.world.prompts == []
    assert "future inventory" in book.sheet_names


def test_days_in_the_wrong_order_are_said(desktop: Desktop) -> None:
    desktop.world.new()

    assert "is before the first day" in desktop.press("inventory", typed=["2015-02-11 to 2015-02-09"])


def test_a_sheet_that_has_the_name_of_a_list_and_holds_something_else_is_left_alone(desktop: Desktop) -> None:
    book = desktop.world.new()
    book.impl.cells.rename_sheet("Sheet", "customers")
    put(book, "customers", "A1", "our best")

    assert "holds something else; rename it" in desktop.press("customers")
    assert rows_of(book, "customers") == [("our best",)]
