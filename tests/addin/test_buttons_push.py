"""Check and Push: the sheet, Komet's ledger and the journal say the same, whatever happens."""

from __future__ import annotations

import shutil
import threading
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from komet_xl.addin import running
from komet_xl.journal.identity import State
from komet_xl.journal.records import Shown
from tests.support.desktop import desktop, results_of, rows_of, statuses_of
from tests.support.orders import FIRST, HEADINGS, ROSE, SCARCE, SECOND

if TYPE_CHECKING:
    from tests.support.desktop import Desktop

__all__ = ["desktop"]


def test_check_tells_every_fault_and_writes_nothing(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), ("x", ROSE, 0, "1,5")])
    before = rows_of(book)

    said = desktop.press("check")

    assert "orders.xlsx, sheet orders: 1 ready, 1 invalid." in said
    assert "row 3, invalid: prebookId: 'x' is not a whole number; boxes: 0 is less than 1; price: '1,5'" in said
    assert rows_of(book) == before
    assert desktop.world.calls["write"] == 0
    assert desktop.sends() == []


def test_push_shows_one_question_with_all_that_a_person_must_know(desktop: Desktop) -> None:
    headings = (*HEADINGS, "unitsPerBox")
    book = desktop.orders(
        [(FIRST, ROSE, 5, 2.5, None, None, None, 100), (FIRST, "x", 1, 1), (SECOND, ROSE, 2, 1, None, None, None, 50)],
        headings=headings,
    )
    book.impl.cells.set_hidden("orders", range(4, 5), hidden=True)

    desktop.press("push", "no")

    (question, _) = desktop.world.alerts
    for told in (
        "order lines: 1",
        "boxes: 5",
        "value: 1,250.00 (estimate)",
        "fee: 18.75 (estimate)",
        "left alone: 1 invalid, 0 held",
        "hidden rows: 1 (left out, unhide them to send them)",
        " needed, 1,000 left today",
        f"to: 127.0.0.1:{desktop.komet.port} (profile production)",
        f"Send 1 order line to 127.0.0.1:{desktop.komet.port}?",
    ):
        assert told in question


def test_an_accepted_line_stands_in_sheet_ledger_and_journal(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5, "STORE 1")])

    said = desktop.press("push", "yes")

    assert "1 accepted" in said
    assert results_of(book) == [(1, "success")]
    assert [(each.boxes, each.price, each.mark_code) for each in desktop.komet.ledger()] == [
        (5, Decimal("2.50"), "STORE 1")
    ]
    assert [(each.state, each.shown) for each in desktop.sends()] == [(State.ACCEPTED, Shown.MAYBE)]


def test_an_answer_of_no_sends_nothing_and_leaves_the_sheet(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), (FIRST, "x", 5, 2.5)])

    said = desktop.press("push", "no")

    assert "Nothing was sent: the push was not confirmed." in said
    assert statuses_of(book) == [None, None]
    assert desktop.world.calls["write"] == 0
    assert desktop.komet.requests()["total"] == 0
    assert desktop.sends() == []


def test_every_verdict_stands_beside_its_row(desktop: Desktop) -> None:
    desktop.komet.fault("close-after", inventory_id=ROSE)
    book = desktop.orders(
        [
            (FIRST, SCARCE, 9, 1),
            (FIRST, "x", 1, 1),
            (FIRST, ROSE, 5, 2.5),
            (FIRST, ROSE, 6, 2.5),
            (SECOND, ROSE, 1, 1, None, "ask Ana", "hers"),
        ]
    )

    said = desktop.press("push", "yes")

    assert statuses_of(book) == [0, "invalid", "unknown", "not sent", "ask Ana"]
    assert "row 4, unknown" in said
    assert [each.boxes for each in desktop.komet.ledger()] == [5]
    assert [each.state for each in desktop.sends()] == [State.REJECTED, State.UNKNOWN]


def test_hidden_rows_are_left_out(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    book.impl.cells.set_hidden("orders", range(3, 4), hidden=True)

    desktop.press("push", "yes")

    assert [each.boxes for each in desktop.komet.ledger()] == [5]
    assert statuses_of(book) == [1, None]


def test_selected_rows_go_and_no_others(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3, 4)])
    desktop.world.select("orders", "3:3", "B5:C5")

    desktop.press("pushSelected", "yes")

    assert [each.boxes for each in desktop.komet.ledger()] == [2, 4]
    assert statuses_of(book) == [None, 1, None, 1]


def test_a_selection_of_many_parts_is_not_cut_short(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, boxes, 2.5) for boxes in range(1, 121)])
    desktop.world.select("orders", *[f"{row}:{row}" for row in range(3, 122, 2)])

    desktop.press("pushSelected", "no")

    assert "order lines: 60" in desktop.world.alerts[0]


def test_a_selection_on_another_sheet_sends_nothing(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    book.impl.cells.add_sheet("notes", 1)
    desktop.world.select("notes", "2:2")

    assert "no rows of the sheet orders are selected" in desktop.press("pushSelected").lower()
    assert desktop.sends() == []


def test_the_second_press_sends_nothing_more(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5), (SECOND, ROSE, 4, 2.5)])
    desktop.press("push", "yes")

    said = desktop.press("push")

    assert "2 skipped" in said
    assert len(desktop.komet.ledger()) == 2


def test_a_workbook_closed_without_saving_gets_its_results_back_and_sends_nothing(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("push", "yes")
    book.close()

    again = desktop.open(desktop.folder / "orders.xlsx")
    said = desktop.press("push")

    assert "had lost results of an earlier push" in said
    assert results_of(again) == [(1, "success")]
    assert len(desktop.komet.ledger()) == 1


def test_a_saved_workbook_stays_closed_to_a_second_push(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 5, 2.5)])
    desktop.press("push", "yes")
    book.save()
    book.close()

    desktop.open(desktop.folder / "orders.xlsx")

    assert "2 skipped" in desktop.press("push")
    assert len(desktop.komet.ledger()) == 2


def test_a_copy_of_a_pushed_workbook_is_held(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("push", "yes")
    shutil.copy(desktop.folder / "orders.xlsx", desktop.folder / "copy.xlsx")

    book = desktop.open(desktop.folder / "copy.xlsx")
    desktop.press("push")

    assert statuses_of(book) == ["held"]
    assert len(desktop.komet.ledger()) == 1


def test_a_second_press_while_one_runs_says_so_and_can_stop_it(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, boxes, 2.5) for boxes in range(1, 9)])
    desktop.komet.settings(latency_ms=150)
    said: list[str] = []

    def press_again(prompt: str) -> None:
        if "Send 8" in prompt:
            with pytest.raises(running.BusyError) as caught, running.alone("Pull", "orders.xlsx", stops=False):
                raise AssertionError("two at a time")
            said.append(str(caught.value))
            threading.Timer(0.5, lambda: running.ask_to_stop(caught.value.owner)).start()

    desktop.world.on_alert = press_again
    told = desktop.press("push", "yes")

    assert said[0].startswith("Push is still at work for orders.xlsx since ")
    assert "The push stopped: you stopped it." in told
    sent = len(desktop.komet.ledger())
    assert 0 < sent < 8
    assert statuses_of(book) == [1] * sent + ["not sent"] * (8 - sent)


def test_results_appear_while_lines_are_on_their_way_in_one_block_a_second(desktop: Desktop) -> None:
    book = desktop.orders([((FIRST, SECOND)[n % 2], ROSE, 1, f"{n // 2 / 100 + 1:.2f}") for n in range(400)])
    seen: list[int] = []
    desktop.world.on_write = lambda: seen.append(sum(each == 1 for each in statuses_of(book)))

    desktop.press("push", "yes")

    assert statuses_of(book) == [1] * 400
    times = [when for when, _, _ in desktop.world.writes]
    assert len(times) <= (times[-1] - times[0]) + 2
    assert all(later - earlier >= 0.99 for earlier, later in pairwise(times[:-1]))
    assert seen[0] < 400
    assert any(str(bar).startswith("Komet: ") and "of 400" in str(bar) for bar in desktop.world.bars)
    assert desktop.world.app.status_bar is False
