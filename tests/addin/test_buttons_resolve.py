"""Resolve unknown: a person decides about lines without an answer; held lines go by REF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.journal.identity import State
from tests.support.desktop import desktop, put, results_of, statuses_of
from tests.support.orders import FIRST, ROSE

if TYPE_CHECKING:
    import xlwings

    from tests.support.desktop import Desktop

__all__ = ["desktop"]


def unknown_line(desktop: Desktop, fault: str) -> xlwings.Book:
    """A workbook with one line that got no answer."""
    desktop.komet.fault(fault, inventory_id=ROSE)
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("push", "yes")
    assert statuses_of(book) == ["unknown"]
    return book


def test_yes_confirms_the_line_and_it_is_never_sent_again(desktop: Desktop) -> None:
    book = unknown_line(desktop, "close-after")

    said = desktop.press("resolve", "yes")

    question = desktop.world.alerts[-2]
    assert "5 boxes of item 9999999 at 2.50 into prebook 1927173" in question
    assert "Was this line added at Komet?" in question
    assert "1 line without an answer, 1 decided, 0 left." in said
    assert statuses_of(book) == ["confirmed"]
    assert [each.state for each in desktop.sends()] == [State.CONFIRMED]
    assert "1 skipped" in desktop.press("push")
    assert len(desktop.komet.ledger()) == 1


def test_no_releases_the_line_and_the_next_push_sends_it(desktop: Desktop) -> None:
    book = unknown_line(desktop, "close-before")

    desktop.press("resolve", "no")
    assert statuses_of(book) == ["released"]
    desktop.press("push", "yes")

    assert statuses_of(book) == [1]
    assert len(desktop.komet.ledger()) == 1


def test_cancel_leaves_the_line_as_it_is(desktop: Desktop) -> None:
    book = unknown_line(desktop, "close-after")

    said = desktop.press("resolve", "cancel")

    assert "1 line without an answer, 0 decided, 1 left." in said
    assert statuses_of(book) == ["unknown"]
    assert [each.state for each in desktop.sends()] == [State.UNKNOWN]


def test_a_held_line_goes_once_its_ref_is_typed(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("push", "yes")
    put(book, "orders", "F2", None)
    desktop.press("push")
    assert statuses_of(book) == [1], "a result that may have been lost is written again"
    for cell, value in {"A3": FIRST, "B3": ROSE, "C3": 5, "D3": 2.5}.items():
        put(book, "orders", cell, value)
    desktop.press("push", "yes")
    assert statuses_of(book) == [1, 1]


def test_a_line_of_another_workbook_is_released_by_its_ref(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("push", "yes")
    (desktop.folder / "two").mkdir()
    desktop.folder = desktop.folder / "two"
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("push")
    assert statuses_of(book) == ["held"]
    ref = results_of(book)[0][1].rpartition("release REF ")[2].rstrip(".")

    said = desktop.press("resolve", typed=[ref.lower()])
    assert f"Released, the next push sends them: {ref}." in said
    assert statuses_of(book) == ["released"]
    desktop.press("push", "yes")

    assert statuses_of(book) == [1]
    assert len(desktop.komet.ledger()) == 2


def test_a_ref_that_fits_nothing_releases_nothing(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("push", "yes")
    (desktop.folder / "two").mkdir()
    desktop.folder = desktop.folder / "two"
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("push")

    assert "No held row was released: the REF AAAAAA fits no row" in desktop.press("resolve", typed=["AAAAAA"])
    assert statuses_of(book) == ["held"]


def test_nothing_to_resolve_is_said(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])

    assert desktop.press("resolve") == "No row is without an answer, and none was released."


def test_an_unknown_line_is_resolved_in_a_workbook_that_was_saved_under_another_name(desktop: Desktop) -> None:
    book = unknown_line(desktop, "close-after")
    other = desktop.folder / "renamed.xlsx"
    book.save(str(other))
    book.close()
    book = desktop.open(other)

    assert "1 line without an answer, 1 decided, 0 left." in desktop.press("resolve", "yes")

    assert statuses_of(book) == ["confirmed"]
    assert "1 skipped" in desktop.press("push")
    old = desktop.open(desktop.folder / "orders.xlsx")
    desktop.press("push")
    assert statuses_of(old) == ["confirmed"]
    assert len(desktop.komet.ledger()) == 1


def test_decisions_are_told_also_when_a_ref_is_typed_wrong(desktop: Desktop) -> None:
    book = unknown_line(desktop, "close-after")
    for cell, value in {"A3": FIRST, "B3": ROSE, "C3": 5, "D3": 2.5, "F3": "Held"}.items():
        put(book, "orders", cell, value)

    said = desktop.press("resolve", "yes", typed=["AAAAAA"])

    assert "1 line without an answer, 1 decided, 0 left." in said
    assert "No held row was released: the REF AAAAAA fits no row" in said
    assert statuses_of(book) == ["confirmed", "Held"]
