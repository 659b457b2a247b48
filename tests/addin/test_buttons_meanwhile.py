"""What a person, a colleague or Windows does to Excel and to the sheet while a push asks, sends and writes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from komet_xl.addin import press
from komet_xl.journal.identity import State
from tests.support.desktop import desktop, put, results_of, rows_of, statuses_of
from tests.support.orders import FIRST, ROSE, SCARCE, SECOND
from tests.support.xlengine import World, install

if TYPE_CHECKING:
    from collections.abc import Callable

    import xlwings

    from tests.support.desktop import Desktop

__all__ = ["desktop"]


def while_it_asks(desktop: Desktop, do: Callable[[], object]) -> None:
    """Something happens once, while the question is on the screen."""

    def happens(prompt: str) -> None:
        if "Send " in prompt:
            desktop.world.on_alert = lambda _prompt: None
            do()

    desktop.world.on_alert = happens


def while_it_sends(desktop: Desktop, do: Callable[[], object]) -> None:
    """Something happens once, while lines are on their way."""

    def happens(text: str) -> None:
        if "sending" in text or " sent" in text:
            desktop.world.on_bar = lambda _text: None
            do()

    while_it_asks(desktop, lambda: setattr(desktop.world, "on_bar", happens))


def shift_right(book: xlwings.Book, column: int) -> None:
    """A person inserts a column."""
    book.impl.cells.book["orders"].insert_cols(column)


def test_rows_that_are_changed_while_the_question_is_open_are_not_sent(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, 2.5), (FIRST, ROSE, 2, 2.5)])
    while_it_asks(desktop, lambda: put(book, "orders", "C3", 200))

    said = desktop.press("push", "yes")

    assert "the sheet orders was changed while the question was open. Nothing was sent; look at the rows" in said
    assert desktop.komet.ledger() == []
    assert desktop.sends() == []
    assert statuses_of(book) == [None, None]


def test_a_filter_that_is_set_while_the_question_is_open_is_heeded(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, 2.5), (FIRST, ROSE, 2, 2.5)])
    while_it_asks(desktop, lambda: book.impl.cells.set_hidden("orders", range(3, 4), hidden=True))

    assert "Nothing was sent" in desktop.press("push", "yes")
    assert desktop.komet.ledger() == []


def test_a_word_typed_into_a_status_cell_meanwhile_is_not_lost_and_nothing_goes_twice(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)])
    while_it_sends(desktop, lambda: put(book, "orders", "F3", "ask Ana"))

    said = desktop.press("push", "yes")

    assert "row 3 of the sheet orders was changed or moved in the meantime (F3)" in said
    assert statuses_of(book) == [None, "ask Ana", None]
    desktop.press("push")
    assert statuses_of(book) == [1, "ask Ana", 1]
    assert len(desktop.komet.ledger()) == 3


def test_a_column_inserted_meanwhile_gets_no_results(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2)])
    while_it_sends(desktop, lambda: shift_right(book, 6))

    said = desktop.press("push", "yes")

    assert "was changed or moved in the meantime (F1)" in said
    assert [row[5] for row in rows_of(book)] == [None, None, None]
    desktop.press("push")
    assert statuses_of(book) == [1, 1]
    assert len(desktop.komet.ledger()) == 2


def test_rows_made_of_formulas_alone_are_known_by_what_these_show(desktop: Desktop) -> None:
    book = desktop.orders([(f"=l!A{n}", f"=l!B{n}", f"=l!C{n}", f"=l!D{n}") for n in (1, 2)])
    results = book.impl.cells.results
    lines = {2: (FIRST, ROSE, 1, 2.5), 3: (FIRST, ROSE, 2, 2.5)}

    def show(first: int, second: int) -> None:
        for row, line in ((2, lines[first]), (3, lines[second])):
            results.update({("orders", row, column): value for column, value in enumerate(line, start=1)})

    show(2, 3)
    while_it_sends(desktop, lambda: show(3, 2))
    said = desktop.press("push", "yes")

    assert "row 2 of the sheet orders was changed or moved in the meantime (C2)" in said
    assert statuses_of(book) == [None, None]
    assert sorted(each.boxes for each in desktop.komet.ledger()) == [1, 2]


def test_a_price_that_follows_a_market_gets_its_result(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, "=market!A1")])
    book.impl.cells.results["orders", 2, 4] = 2.5
    while_it_sends(desktop, lambda: book.impl.cells.results.__setitem__(("orders", 2, 4), 2.75))

    desktop.press("push", "yes")

    assert statuses_of(book) == [1]
    assert [str(each.price) for each in desktop.komet.ledger()] == ["2.50"]


def test_a_price_that_moves_while_the_question_is_open_is_not_what_was_agreed(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, "=market!A1")])
    book.impl.cells.results["orders", 2, 4] = 2.5
    while_it_asks(desktop, lambda: book.impl.cells.results.__setitem__(("orders", 2, 4), 2.75))

    assert "Nothing was sent" in desktop.press("push", "yes")
    assert desktop.komet.ledger() == []


def test_a_row_deleted_meanwhile_leaves_the_others_their_own_results(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, 2.5), (FIRST, SCARCE, 9, 1), (FIRST, ROSE, 3, 2.5)])
    while_it_sends(desktop, lambda: book.impl.cells.book["orders"].delete_rows(2))

    desktop.press("push", "yes")
    assert statuses_of(book) == [None, None]

    desktop.press("push", "yes")
    assert [(row[2], row[5]) for row in rows_of(book)[1:]] == [(9, 0), (3, 1)]
    assert sorted(each.boxes for each in desktop.komet.ledger()) == [1, 3]


# ------------------------------------------------------------------------------------------- Excel or workbook gone


def test_a_workbook_that_is_closed_meanwhile_stops_the_push(desktop: Desktop) -> None:
    desktop.komet.settings(latency_ms=400)
    lines = [(FIRST, ROSE, boxes, 2.5) for boxes in range(1, 13)]
    book = desktop.orders(lines)
    while_it_sends(desktop, book.close)

    said = desktop.press("push", "yes")

    sent = len(desktop.komet.ledger())
    assert 0 < sent < 12
    assert f"{sent} accepted, {12 - sent} not sent" in said
    assert "The push stopped: Excel or the workbook was closed." in said
    assert "they are safe in the journal" in said
    desktop.komet.settings(latency_ms=0)
    again = desktop.open(desktop.folder / "orders.xlsx")
    assert f"order lines: {12 - sent}" in ask(desktop)
    desktop.press("push", "yes")
    assert statuses_of(again) == [1] * 12
    assert Counter(each.boxes for each in desktop.komet.ledger()) == Counter(range(1, 13))


def ask(desktop: Desktop) -> str:
    """What a push would ask."""
    before = len(desktop.world.alerts)
    desktop.press("push", "no")
    return desktop.world.alerts[before]


def test_an_excel_that_dies_meanwhile_stops_the_push_and_nothing_escapes(desktop: Desktop) -> None:
    desktop.komet.settings(latency_ms=400)
    desktop.orders([((FIRST, SECOND)[n % 2], ROSE, n + 1, 2.5) for n in range(24)])
    while_it_sends(desktop, lambda: setattr(desktop.world, "is_dead", True))
    desktop.world.answers.append("yes")

    code = press.main(["komet.push", "--wb=", "--from_xl=1", "--hwnd=0"])

    assert code == press.UNSEEN
    sent = len(desktop.komet.ledger())
    assert 0 < sent < 24
    assert [each.state for each in desktop.sends()] == [State.ACCEPTED] * sent
    desktop.komet.settings(latency_ms=0)
    desktop.world = World()
    install(desktop.world)
    book = desktop.open(desktop.folder / "orders.xlsx")
    desktop.press("push", "yes")
    assert statuses_of(book) == [1] * 24
    assert len(desktop.komet.ledger()) == 24


def test_a_workbook_that_is_closed_before_the_answer_sends_nothing(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, 2.5)])
    while_it_asks(desktop, book.close)

    assert "Excel or the workbook was closed in the meantime" in desktop.press("push", "yes")
    assert desktop.komet.ledger() == []
    assert desktop.sends() == []


def test_a_workbook_saved_under_another_name_meanwhile_shows_its_results_and_sends_nothing_twice(
    desktop: Desktop,
) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, 2.5)])
    other = desktop.folder / "renamed.xlsx"
    while_it_sends(desktop, lambda: setattr(book.api, "FullName", str(other)))
    desktop.press("push", "yes")

    assert statuses_of(book) == [1]
    assert "1 skipped" in desktop.press("push")
    book.save()
    book.close()
    old = desktop.open(desktop.folder / "orders.xlsx")
    desktop.press("push")
    assert results_of(old) == [(1, "success")]
    assert len(desktop.komet.ledger()) == 1
