"""What must be kept: lists of the user's own, notes, Excel's own settings, which Komet is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.addin import labels, press, remembered, running, switches
from komet_xl.grids.excel import faults
from komet_xl.grids.xlsx.refs import area
from komet_xl.settings import load_settings
from tests.support.desktop import desktop, fill, rows_of, statuses_of
from tests.support.orders import FIRST, ROSE, SECOND
from tests.support.xltyping import refusal

if TYPE_CHECKING:
    import pytest

    from tests.support.desktop import Desktop

__all__ = ["desktop"]
DAY = "2015-02-10"

# --------------------------------------------------------------------------------- lists that are the user's own


def test_a_list_with_a_few_headings_of_a_pull_is_not_pulled_over(desktop: Desktop) -> None:
    book = desktop.world.new()
    own = [["number", "type", "comments"], ["A1", "truck", "mine"], ["A2", "van", "mine too"]]
    fill(book, "Sheet", own)

    desktop.press("pull", typed=[DAY])

    assert [list(row) for row in rows_of(book, "Sheet")] == own
    assert "prebooks" in book.sheet_names


def test_headings_that_were_typed_for_a_pull_are_pulled_under(desktop: Desktop) -> None:
    book = desktop.world.new()
    fill(book, "Sheet", [["number", "customerName", "note"]])

    desktop.press("pull", typed=[DAY])

    assert {row[0] for row in rows_of(book, "Sheet")[1:]} >= {"13010"}
    assert book.sheet_names == ["Sheet"]


def test_a_pulled_sheet_of_which_few_columns_are_left_is_pulled_again(desktop: Desktop) -> None:
    book = desktop.orders([])
    book.impl.cells.rename_sheet("orders", "day")
    page = book.impl.cells.book["day"]
    page.delete_rows(1)
    desktop.press("pull", typed=[DAY])
    for column in range(page.max_column, 0, -1):
        if page.cell(1, column).value not in {"number", "customerName"}:
            page.delete_cols(column)
    page.delete_rows(2, 3)

    desktop.press("pull", typed=[DAY])

    assert book.sheet_names == ["day"]
    assert {row[0] for row in rows_of(book, "day")[1:]} >= {"13010"}


def test_a_list_of_customers_of_their_own_is_left_alone(desktop: Desktop) -> None:
    book = desktop.world.new()
    own = [["id", "name", "phone"], [1, "Ana", "555"], [2, "Bob", "556"]]
    book.impl.cells.rename_sheet("Sheet", "crm")
    fill(book, "crm", own)
    book.impl.cells.put_table("crm", "customers", area("A1:C3"))

    assert "the sheet customers holds something else; rename it" in desktop.press("customers").lower()
    assert [list(row) for row in rows_of(book, "crm")] == own


def test_a_table_of_that_name_in_another_sheet_is_filled_and_shown(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("customers")
    book.impl.cells.rename_sheet("customers", "crm")
    rows = len(rows_of(book, "crm"))
    book.impl.cells.put_table("crm", "customers", area(f"A1:I{rows}"))
    book.sheets["Sheet"].activate()

    assert desktop.press("customers") == ""
    assert book.sheets.active.name == "crm"
    assert len(rows_of(book, "crm")) == rows


def test_notes_beside_entries_that_are_gone_are_kept_in_a_copy(desktop: Desktop) -> None:
    book = desktop.orders([])
    desktop.press("customers")
    page = book.impl.cells.book["customers"]
    last = page.max_row + 1
    page.cell(1, page.max_column + 1, "note")
    page.cell(last, 1, 4_711)
    page.cell(last, page.max_column, "owes us")

    said = desktop.press("customers")

    assert "1 row of the sheet customers with notes of your own are not in Komet's list any more" in said
    assert (desktop.folder / "orders.before list.xlsx").exists()
    assert 4_711 not in {row[0] for row in rows_of(book, "customers")}


# --------------------------------------------------------------------------------------- Excel is as it was before


def test_what_a_killed_button_left_switched_off_is_switched_on_by_the_next_one(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    excel = desktop.world.app
    with running.alone("Push", "orders.xlsx", stops=True) as killed:
        killed.keep(excel.pid, {"screen_updating": True, "enable_events": True, "calculation": "automatic"})
        killed.has_debts = True  # its note stays, as that of a process that was ended
    excel.screen_updating = excel.enable_events = False
    excel.calculation = "manual"

    desktop.press("check")  # looks at all three when it has ended


def test_what_a_person_has_switched_off_stays_off(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.world.app.calculation = "manual"

    desktop.world.answers.append("yes")

    assert press.main(["komet.push", "--wb=", "--hwnd=0"]) == 0

    assert len(desktop.komet.ledger()) == 1
    assert desktop.world.app.calculation == "manual"


def test_what_excel_does_not_take_back_at_once_is_given_back_at_the_end(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "PATIENCE", 0.25)
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), (SECOND, ROSE, 5, 2.5)])
    desktop.world.on_write = lambda: setattr(desktop.world, "busy", 9)

    said = desktop.press("push", "yes")  # looks at all three when it has ended

    assert "2 accepted" in said
    assert statuses_of(book) == [1, 1]


def test_a_refusal_in_the_middle_of_a_pull_says_that_the_sheet_is_half_changed(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("pull", typed=[DAY])

    def refuse() -> None:
        raise refusal("There isn't enough memory to complete this action.")

    desktop.world.on_write = refuse
    said = desktop.press("pull", typed=[f"{DAY}; prebook=13010"])

    assert "There isn't enough memory" in said
    assert "The sheet Sheet is half changed: close the workbook without saving it" in said
    assert book.name


def test_a_tab_that_cannot_be_named_leaves_the_profile_as_it_is(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = load_settings().settings_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'[profiles.demo]\nurl = "{desktop.komet.url}"\n', encoding="utf-8")
    desktop.world.new()
    monkeypatch.setattr(labels, "WAIT", 0.1)
    labels.place().parent.mkdir(parents=True, exist_ok=True)
    labels.place().mkdir()

    assert "cannot be written" in desktop.press("profile", typed=["demo"])
    assert switches.load().profile is None


def test_a_pull_whose_question_cannot_be_remembered_still_says_what_became_of_notes(desktop: Desktop) -> None:
    book = desktop.orders([])
    desktop.press("pull", typed=[DAY])
    page = book.impl.cells.book["prebooks"]
    page.cell(1, page.max_column + 1, "note")
    page.cell(page.max_row, page.max_column, "mine")
    book.sheets["prebooks"].activate()
    remembered.place().unlink()
    remembered.place().mkdir()

    said = desktop.press("pull", typed=[f"{DAY}; prebook=13010"])

    assert "1 row with notes or formulas of your own is not in Komet's answer any more" in said
    assert "Refresh will not know what was asked: " in said


def test_a_new_sheet_in_an_excel_that_is_busy_is_made_once_or_not_at_all(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults, "PATIENCE", 0.0)
    book = desktop.world.new()
    took = desktop.world.took

    def busy(kind: str) -> None:
        if kind == "add sheet":
            desktop.world.busy = 1
        took(kind)

    monkeypatch.setattr(desktop.world, "took", busy)

    assert desktop.press("newOrders").startswith("Excel is busy: a cell is being edited")
    assert book.sheet_names == ["Sheet"]
