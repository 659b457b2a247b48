"""Push, when something is wrong: no token, no Komet, a sheet that takes nothing, a person who works on meanwhile."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from komet_xl.grids.excel import faults
from komet_xl.grids.xlsx.refs import area
from tests.support.desktop import desktop, put, statuses_of
from tests.support.orders import FIRST, ROSE, SECOND

if TYPE_CHECKING:
    import pytest

    from tests.support.desktop import Desktop

__all__ = ["desktop"]


def test_without_a_token_the_next_step_is_sign_in(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KOMET_TOKEN")
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])

    assert desktop.press("push") == "There is no Komet token for this profile; press Sign in… on the Komet tab."
    assert statuses_of(book) == [None]


def test_a_refused_token_stops_the_push_in_one_sentence(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMET_TOKEN", "wrong-token")
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])

    said = desktop.press("push", "yes")

    assert desktop.komet.ledger() == []
    assert 1 not in statuses_of(book)
    assert "token" in said.lower()
    assert "wrong-token" not in said
    assert "Traceback" not in said


def test_without_komet_every_row_says_not_sent(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMET_URL", "http://127.0.0.1:9/api")
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), (SECOND, ROSE, 6, 2.5)])

    said = desktop.press("push", "yes")

    assert statuses_of(book) == ["not sent", "not sent"]
    assert "2 not sent" in said
    assert desktop.sends() == []


def test_a_protected_sheet_is_said_before_anything_is_asked(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    book.sheets["orders"].api.ProtectContents = True

    assert "the sheet orders is protected; unprotect it (Review > Unprotect Sheet)" in desktop.press("push")
    assert desktop.komet.requests()["total"] == 0
    assert desktop.sends() == []


def test_a_sheet_that_only_hands_cannot_change_takes_results(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    book.sheets["orders"].api.ProtectContents = True
    book.sheets["orders"].api.ProtectionMode = True

    desktop.press("push", "yes")

    assert statuses_of(book) == [1]


def test_a_protected_sheet_with_free_result_cells_takes_results(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    book.sheets["orders"].api.ProtectContents = True
    book.sheets["orders"].api.unlocked.append(area("F2:G50"))

    desktop.press("push", "yes")

    assert statuses_of(book) == [1]


def test_a_workbook_that_was_never_saved_is_not_pushed(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    book.api.Path = ""

    assert "was never saved" in desktop.press("push")
    assert desktop.sends() == []


def test_a_workbook_opened_read_only_is_not_pushed(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    book.api.ReadOnly = True

    assert "is open read-only" in desktop.press("push")
    assert desktop.sends() == []


def test_missing_headings_are_named(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE)], headings=("prebookId", "inventoryId"))

    assert "the headings boxes, price are missing" in desktop.press("push").lower()


def test_a_workbook_without_orders_says_what_sheets_it_has(desktop: Desktop) -> None:
    desktop.world.new()

    assert 'no sheet, table or range named "orders"; its sheets are: Sheet' in desktop.press("check")


def test_rows_that_are_sorted_while_lines_are_on_their_way_get_no_foreign_results(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)])

    def sort(_text: str) -> None:
        put(book, "orders", "C2", 3)
        put(book, "orders", "C4", 1)
        desktop.world.on_bar = lambda _text: None

    desktop.world.on_alert = lambda prompt: setattr(desktop.world, "on_bar", sort) if "Send 3" in prompt else None
    said = desktop.press("push", "yes")

    assert "row 2 of the sheet orders was changed or moved" in said
    assert "they are safe in the journal" in said
    assert statuses_of(book) == [None, None, None]
    assert sorted(each.boxes for each in desktop.komet.ledger()) == [1, 2, 3]
    desktop.press("push")
    assert statuses_of(book) == [1, 1, 1]
    assert len(desktop.komet.ledger()) == 3


def test_a_cell_that_is_being_edited_is_waited_for(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])

    def edit(_prompt: str) -> None:
        desktop.world.busy = 3
        desktop.world.on_alert = lambda _prompt: None

    desktop.world.on_alert = edit
    desktop.press("push", "yes")

    assert statuses_of(book) == [1]


def test_an_excel_that_stays_busy_loses_no_result(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults, "PATIENCE", 0.3)
    desktop.komet.settings(latency_ms=600)
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])

    def edit(prompt: str) -> None:
        if "Send 1" in prompt:
            threading.Timer(0.7, lambda: setattr(desktop.world, "busy", 10**9)).start()

    desktop.world.on_alert = edit
    said = desktop.press("push", "yes")
    desktop.world.busy = 0

    assert "Excel is busy: a cell is being edited" in said
    assert "they are safe in the journal" in said
    assert statuses_of(book) == [None]
    desktop.press("push")
    assert statuses_of(book) == [1]
    assert len(desktop.komet.ledger()) == 1
