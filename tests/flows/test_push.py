from __future__ import annotations

import threading
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from komet_xl.errors import (
    HeadingError,
    JournalBusyError,
    JournalError,
    NotSentError,
    QuotaSpentError,
    RefusedError,
    SheetError,
    SheetMissingError,
    UnansweredError,
    UnknownRefError,
)
from komet_xl.komet.secret import Token
from komet_xl.lanes import Halt
from komet_xl.model import Plan, PrebookQuery, Report, Verdict
from komet_xl.push import PushOptions
from komet_xl.sandbox.server import Sandbox
from komet_xl.session import Session
from komet_xl.settings import load_settings
from komet_xl.sheets.cells import day
from komet_xl.words import telling
from tests.support.orders import FIRST, HEADINGS, ROSE, SCARCE, SECOND, make_orders, results, set_cells, statuses

if TYPE_CHECKING:
    from pathlib import Path

    from tests.flows.conftest import Push


def test_an_accepted_line_shows_1_and_komets_own_message(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5, "STORE 1")])

    report = push(file)

    assert results(file) == [(1, "success")]
    assert report.counts["accepted"] == 1
    assert [(each.boxes, each.price, each.mark_code) for each in komet.ledger()] == [(5, Decimal("2.50"), "STORE 1")]


def test_a_rejected_line_shows_0_and_is_sent_again(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, SCARCE, 3, 1)])

    first = push(file)
    set_cells(file, {"C2": 2})
    push(file)

    assert first.counts["rejected"] == 1
    assert statuses(file) == [1]
    assert komet.applied(SCARCE) == 1


def test_a_second_push_sends_nothing(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (SECOND, ROSE, 4, 2.5)])
    push(file)
    before = file.read_bytes()

    again = push(file)

    assert again.counts["skipped"] == 2
    assert len(komet.ledger()) == 2
    assert file.read_bytes() == before


def test_every_row_that_is_not_blank_has_one_outcome(push: Push, tmp_path: Path) -> None:
    rows = [(FIRST, ROSE, 1, 1), (None,), ("x", "y", "z", "w"), (FIRST, ROSE, 0, 1), (FIRST, SCARCE, 9, 1)]
    file = make_orders(tmp_path / "orders.xlsx", rows)

    report = push(file)

    assert [(each.row, each.verdict.value) for each in report.outcomes] == [
        (2, "accepted"),
        (4, "invalid"),
        (5, "invalid"),
        (6, "rejected"),
    ]
    assert sum(report.counts.values()) == len(report.outcomes)
    assert results(file)[2][1].count("is not a whole number") == 3


@pytest.mark.parametrize("fault", ["close-after", "reset-after", "502-after", "html-200-after", "text-status-after"])
def test_a_lost_answer_is_unknown_and_never_sent_again(fault: str, komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    komet.fault(fault, inventory_id=ROSE)

    report = push(file)
    push(file, rows=[range(2, 3)])

    assert [each.verdict for each in report.outcomes] == [Verdict.UNKNOWN, Verdict.NOT_SENT]
    assert isinstance(report.stopped, UnansweredError)
    assert [each.boxes for each in komet.ledger()] == [5]
    assert statuses(file) == ["unknown", "not sent"]


def test_an_unknown_row_stays_unknown_while_the_rest_goes_on(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    komet.fault("close-before", inventory_id=ROSE)
    push(file)

    again = push(file)

    assert [each.verdict for each in again.outcomes] == [Verdict.UNKNOWN, Verdict.ACCEPTED]
    assert [each.boxes for each in komet.ledger()] == [6]


def test_a_line_that_went_from_another_file_is_held_and_says_when_and_where(
    komet: Sandbox, push: Push, tmp_path: Path
) -> None:
    make_orders(tmp_path / "morning.xlsx", [(FIRST, ROSE, 5, 2.5)])
    copy = make_orders(tmp_path / "copy.xlsx", [(FIRST, ROSE, "5.0", "2.50")])
    push(tmp_path / "morning.xlsx")

    report = push(copy)

    assert statuses(copy) == ["held"]
    assert "morning.xlsx" in results(copy)[0][1]
    assert report.outcomes[0].ref in results(copy)[0][1]
    assert len(komet.ledger()) == 1


def test_a_held_line_goes_when_its_ref_is_given(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)])
    push(file)
    set_cells(file, {"F2": None})
    held = push(file)

    report = push(file, send_held=frozenset({held.outcomes[0].ref}))

    assert report.counts["accepted"] == 1
    assert len(komet.ledger()) == 2
    assert push(file).counts["skipped"] == 1


def test_a_ref_that_fits_nothing_stops_the_push(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)])

    with pytest.raises(UnknownRefError, match="AAAAAA"):
        push(file, send_held=frozenset({"AAAAAA"}))

    assert komet.ledger() == []
    assert statuses(file) == [None]


def test_the_users_own_word_holds_a_row_and_stays(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5, None, "ask Ana", "she knows")])

    report = push(file)

    assert report.counts["held"] == 1
    assert results(file) == [("ask Ana", "she knows")]
    assert komet.ledger() == []


def test_equal_rows_are_as_many_lines_as_there_are_rows(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)] * 3)
    push(file)
    set_cells(file, {"F2": None, "F3": None})

    push(file)

    assert statuses(file) == ["held", "held", 1]
    assert len(komet.ledger()) == 3


def test_sorting_the_sheet_between_two_pushes_sends_nothing(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    rows = [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)]
    file = make_orders(tmp_path / "orders.xlsx", rows)
    push(file)
    make_orders(file, [(*row, None, None, None) for row in reversed(rows)])

    report = push(file)

    assert report.counts["held"] == 3
    assert len(komet.ledger()) == 3


def test_an_answer_of_no_sends_nothing_and_leaves_the_file(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, "x", 5, 2.5)])
    before = file.read_bytes()

    report = push(file, say=False)

    assert [each.verdict for each in report.outcomes] == [Verdict.NOT_SENT, Verdict.INVALID]
    assert file.read_bytes() == before
    assert komet.requests()["total"] == 0


def test_the_plan_tells_boxes_value_and_fee_and_what_is_not_known(push: Push, tmp_path: Path) -> None:
    headings = (*HEADINGS, "unitsPerBox")
    rows = [(FIRST, ROSE, 5, 2.5, None, None, None, 240), (SECOND, ROSE, 2, 1, None, None, None, None)]
    file = make_orders(tmp_path / "orders.xlsx", rows, headings=headings)
    plans: list[Plan] = []

    push(file, say=False, plans=plans)

    sums = plans[0].sums
    assert (sums.lines, sums.boxes, sums.without_units) == (2, 7, 1)
    assert sums.value == Decimal("3000.00")
    assert sums.fee == Decimal("45.00")
    assert plans[0].requests_left == 1_000


def test_the_plan_warns_of_another_amount_of_the_same_item(push: Push, tmp_path: Path) -> None:
    push(make_orders(tmp_path / "one.xlsx", [(FIRST, ROSE, 5, 2.5)]))
    plans: list[Plan] = []

    push(make_orders(tmp_path / "two.xlsx", [(FIRST, ROSE, 6, 2.5)]), plans=plans)

    assert any("5 boxes of this item were added" in note for note in plans[0].notes)


def test_the_plan_names_rows_marked_as_sent_that_the_journal_does_not_know(push: Push, tmp_path: Path) -> None:
    plans: list[Plan] = []
    rows = [(FIRST, ROSE, 5, 2.5, None, 1, "success"), (FIRST, ROSE, 6, 2.5)]

    push(make_orders(tmp_path / "orders.xlsx", rows), plans=plans)

    assert any("row 2" in note for note in plans[0].notes)


def test_the_plan_names_a_changed_token(komet: Sandbox, push: Push, own_folders: Path, tmp_path: Path) -> None:
    push(make_orders(tmp_path / "one.xlsx", [(FIRST, ROSE, 5, 2.5)]))
    environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet")}
    plans: list[Plan] = []
    with Session(load_settings(environ), token=Token("another-token")) as other:
        file = make_orders(tmp_path / "two.xlsx", [(FIRST, ROSE, 7, 2.5)])
        other.push(file, PushOptions(), confirm=lambda plan: bool(plans.append(plan)))

    assert any("token is not the one" in note for note in plans[0].notes)


def test_hidden_rows_stay_unless_asked_for(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    book = load_workbook(file)
    book["orders"].row_dimensions[3].hidden = True
    book.save(file)
    plans: list[Plan] = []

    first = push(file, plans=plans)
    second = push(file, include_hidden=True)

    assert plans[0].hidden == 1
    assert first.outcomes[1].verdict is Verdict.SKIPPED
    assert second.outcomes[1].verdict is Verdict.ACCEPTED
    assert [each.boxes for each in komet.ledger()] == [5, 6]


def test_rows_of_a_hidden_sheet_stay_unless_asked_for(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    book = load_workbook(file)
    book.create_sheet("Orders 2026")
    book["orders"].sheet_state = "veryHidden"
    book.save(file)
    plans: list[Plan] = []

    first = push(file, plans=plans)

    assert plans == []
    assert [each.verdict for each in first.outcomes] == [Verdict.SKIPPED] * 2
    assert komet.ledger() == []

    push(file, include_hidden=True)
    assert [each.boxes for each in komet.ledger()] == [5, 6]


def test_rows_that_were_not_asked_for_are_left_alone(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)])

    report = push(file, rows=[range(3, 4)])

    assert report.counts["skipped"] == 2
    assert statuses(file) == [None, 1, None]
    assert [each.boxes for each in komet.ledger()] == [2]


def test_a_refused_token_stops_the_push(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)])
    komet.fault("401", times=None, method="prebook.future.item.add")

    report = push(file)

    assert isinstance(report.stopped, RefusedError)
    assert statuses(file) == [0, "not sent", "not sent"]
    assert komet.requests()["prebook.future.item.add"] == 1


def test_an_ordinary_rejection_stops_nothing(push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, SCARCE, 3, 2.5), (FIRST, ROSE, 1, 2.5)])

    assert push(file).counts["accepted"] == 1


def test_a_spent_quota_stops_cleanly_and_the_plan_says_so_before(
    komet: Sandbox, own_folders: Path, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)])
    environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet"), "KOMET_DAILY_LIMIT": "2"}
    plans: list[Plan] = []

    with Session(load_settings(environ), token=Token(komet.token)) as session:
        report = session.push(file, PushOptions(), confirm=lambda plan: not plans.append(plan))

    assert any("Only 2 requests are left" in note for note in plans[0].notes)
    assert isinstance(report.stopped, QuotaSpentError)
    assert statuses(file) == [1, 1, "not sent"]
    assert komet.requests()["total"] == 2


def test_a_komet_that_cannot_be_reached_is_not_sent_after_three_tries(own_folders: Path, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2)])
    environ = {"KOMET_URL": "http://127.0.0.1:1/api", "KOMET_HOME": str(own_folders / "komet")}

    with Session(load_settings(environ), token=Token("some-token")) as session:
        report = session.push(file, PushOptions(), confirm=lambda _plan: True)
        sends = session.journal.sends_since(None)

    assert isinstance(report.stopped, NotSentError)
    assert statuses(file) == ["not sent", "not sent"]
    assert sends == []


def test_a_thrown_switch_sends_nothing_more(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2)])
    halt = Halt()
    halt.throw("you stopped it (Ctrl-C)")

    report = push(file, halt=halt)

    assert report.counts["not_sent"] == 2
    assert "you stopped it" in results(file)[0][1]
    assert komet.ledger() == []


def test_a_file_that_is_open_in_excel_is_said_before_anything_is_sent(
    komet: Sandbox, push: Push, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)])
    (tmp_path / "~$orders.xlsx").write_bytes(b"\x03Ana" + b" " * 50)

    with pytest.raises(SheetError, match="open"):
        push(file)

    assert komet.requests()["total"] == 0


def test_a_sheet_that_is_missing_names_those_that_are_there(push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [], sheet="Bestellung")

    with pytest.raises(SheetMissingError, match="Bestellung"):
        push(file)


def test_a_heading_that_is_missing_is_named_with_those_found(push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [], headings=("prebookId", "boxes", "status", "message"))

    with pytest.raises(HeadingError, match=r"inventoryId, price.*found: prebookId, boxes"):
        push(file)


def test_status_and_message_are_added_at_the_right(push: Push, tmp_path: Path) -> None:
    headings = ("Prebook ID", "inventory_id", "BOXES", "price", "note")
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5, "mine")], headings=headings)

    push(file)

    rows = list(load_workbook(file)["orders"].iter_rows(values_only=True))
    assert rows == [(*headings, "status", "message"), (FIRST, ROSE, 5, 2.5, "mine", 1, "success")]


def test_an_empty_sheet_is_no_fault(push: Push, tmp_path: Path) -> None:
    assert push(make_orders(tmp_path / "orders.xlsx", [])).outcomes == ()


def test_a_prebook_may_be_named_by_number_and_date(komet: Sandbox, push: Push, tmp_path: Path) -> None:
    headings = ("prebook", "truckDate", *HEADINGS[1:])
    rows = [("13010", "2015-02-10", ROSE, 5, 2.5), (99, "2015-02-10", ROSE, 5, 2.5)]
    file = make_orders(tmp_path / "orders.xlsx", rows, headings=headings)

    push(file)

    assert [each.prebook_id for each in komet.ledger()] == [FIRST]
    assert results(file)[1] == ("invalid", "prebook: there is no prebook 99 on 2015-02-10")


def test_a_number_that_a_pull_has_seen_costs_no_request(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    session.pull(PrebookQuery(prebook=13010, truck_date=day("2015-02-10")), tmp_path / "day.xlsx")
    headings = ("prebook", "truckDate", *HEADINGS[1:])
    file = make_orders(tmp_path / "orders.xlsx", [("13010", "2015-02-10", ROSE, 5, 2.5)], headings=headings)
    before = komet.requests()["total"]

    push(file)

    # One request for the evidence of that date and one for the line.
    assert komet.requests()["total"] - before == 2


def test_at_most_the_asked_number_of_prebooks_is_sent_at_a_time(tmp_path: Path) -> None:
    with Sandbox(prebooks=12, latency_ms=30) as komet:
        prebooks = range(2_000_001, 2_000_013)
        file = make_orders(tmp_path / "orders.xlsx", [(each, ROSE, n, 2.5) for each in prebooks for n in (1, 2)])
        environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(tmp_path / "other")}
        with Session(load_settings(environ), token=Token(komet.token)) as session:
            report = session.push(file, PushOptions(lanes=3), confirm=lambda _plan: True)

        assert report.counts["accepted"] == 24
        assert komet.requests()["most_posts_at_once"] == 3
        order = [(each.prebook_id, each.boxes) for each in komet.ledger()]
        assert all(order.index((each, 1)) < order.index((each, 2)) for each in prebooks)


def test_a_second_pusher_is_refused_and_told_who_pushes(
    komet: Sandbox, session: Session, push: Push, own_folders: Path, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)])
    environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet")}

    with (
        session.journal.hold("morning.xlsx"),
        Session(load_settings(environ), token=Token(komet.token)) as second,
        pytest.raises(JournalBusyError, match=r"morning\.xlsx"),
    ):
        second.push(file, PushOptions(), confirm=lambda _plan: True)

    assert komet.ledger() == []
    assert push(file).counts["accepted"] == 1


def test_two_threads_that_push_one_sheet_send_each_line_once(komet: Sandbox, own_folders: Path, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in range(1, 9)])
    environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet")}
    busy: list[Exception] = []

    def push_once() -> None:
        try:
            with Session(load_settings(environ), token=Token(komet.token)) as session:
                session.push(file, PushOptions(), confirm=lambda _plan: True)
        except (JournalBusyError, SheetError) as exc:
            busy.append(exc)

    threads = [threading.Thread(target=push_once) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert sorted(each.boxes for each in komet.ledger()) == list(range(1, 9))
    assert statuses(file) == [1] * 8


def push_and_lose_the_results(session: Session, file: Path, **options: object) -> Report:
    """Push, while somebody saves the file in Excel after the first line has left: our results find no place."""
    report = session.push(
        file,
        PushOptions(**options),  # type: ignore[arg-type]  # a test's words
        confirm=lambda _plan: True,
        progress=lambda done, _all: set_cells(file, {"H1": "note"}) if done == 1 else None,
    )
    assert isinstance(report.stopped, SheetError)
    return report


def test_results_that_the_sheet_lost_come_back_with_the_next_push(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])

    report = push_and_lose_the_results(session, file)
    again = push(file)

    assert [each.verdict for each in report.outcomes] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert [each.verdict for each in again.outcomes] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert statuses(file) == [1, 1]
    assert len(komet.ledger()) == 2


def test_a_chosen_row_whose_result_was_lost_does_not_go_again(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)] * 2)

    push_and_lose_the_results(session, file, rows=[range(3, 4)])
    push(file, rows=[range(3, 4)])

    assert statuses(file) == [None, 1]
    assert len(komet.ledger()) == 1


def test_a_file_that_was_saved_while_the_plan_was_read_is_not_pushed(
    komet: Sandbox, session: Session, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 1, 1.11)])

    def change_the_boxes_and_say_yes(_plan: Plan) -> bool:
        set_cells(file, {"C2": 2})
        return True

    with pytest.raises(SheetError, match="changed"):
        session.push(file, PushOptions(), confirm=change_the_boxes_and_say_yes)

    assert komet.ledger() == []


def test_a_plan_names_each_row_with_earlier_lines_of_its_item_once(push: Push, tmp_path: Path) -> None:
    rows = [(SECOND, ROSE, 1, 1, f"W{n}") for n in range(21)] + [(SECOND, SCARCE, 1, 8.5, "A")]
    push(make_orders(tmp_path / "one.xlsx", rows))
    plans: list[Plan] = []

    push(make_orders(tmp_path / "two.xlsx", [(SECOND, ROSE, 2, 1, "X"), (SECOND, SCARCE, 2, 8.5, "X")]), plans=plans)

    warned = [note for note in plans[0].notes if "this line comes on top" in note]
    assert [note.split(":")[0] for note in warned] == ["Row 2", "Row 3"]
    assert "20 more such lines" in warned[0]


def test_a_ref_of_a_row_that_was_not_asked_for_stops_the_push(push: Push, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)])
    push(file)
    set_cells(file, {"F2": None})
    ref = push(file).outcomes[0].ref

    with pytest.raises(UnknownRefError):
        push(file, send_held=frozenset({ref}), rows=[range(9, 10)])


def test_the_plan_says_when_there_is_nothing_left_for_evidence(
    komet: Sandbox, own_folders: Path, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)])
    environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet"), "KOMET_DAILY_LIMIT": "3"}
    plans: list[Plan] = []

    with Session(load_settings(environ), token=Token(komet.token)) as session:
        report = session.push(file, PushOptions(), confirm=lambda plan: not plans.append(plan))

    assert any("no evidence" in note for note in plans[0].notes)
    assert report.counts["accepted"] == 3


def test_a_journal_that_fails_in_the_middle_stops_before_anything_more_leaves(
    komet: Sandbox, session: Session, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)])

    def lose_the_journal(done: int, _all: int) -> None:
        if done == 1:
            with session.journal.database.transaction() as connection:
                connection.exec_driver_sql("ALTER TABLE requests RENAME TO gone")

    report = session.push(file, PushOptions(), confirm=lambda _plan: True, progress=lose_the_journal)

    assert isinstance(report.stopped, JournalError)
    assert [each.verdict for each in report.outcomes] == [Verdict.ACCEPTED, Verdict.NOT_SENT, Verdict.NOT_SENT]
    assert len(komet.ledger()) == 1


def test_a_fault_of_our_own_in_a_lane_stops_the_push_and_keeps_what_is_known(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2)])

    def stumble(_done: int, _all: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        session.push(file, PushOptions(), confirm=lambda _plan: True, progress=stumble)

    assert len(komet.ledger()) == 1
    assert statuses(file) == [1, "not sent"]
    push(file)
    assert sorted(each.boxes for each in komet.ledger()) == [1, 2]


def test_a_fault_in_who_watches_a_push_stops_it_and_the_sheet_shows_what_was_sent(tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, boxes, 2.5) for boxes in range(1, 7)])
    beats = iter((None, ZeroDivisionError))

    def stumble() -> None:
        if (fault := next(beats)) is not None:
            raise fault

    with Sandbox(latency_ms=200) as komet:
        settings = load_settings({"KOMET_URL": komet.url, "KOMET_TOKEN": komet.token, "KOMET_HOME": str(tmp_path)})
        with Session(settings) as session, pytest.raises(ZeroDivisionError):
            session.push(file, PushOptions(), confirm=lambda _plan: True, pulse=stumble)

        sent = len(komet.ledger())
    assert 1 <= sent < 6
    assert statuses(file) == [1] * sent + ["not sent"] * (6 - sent)


def test_a_row_whose_status_is_a_formula_without_a_result_is_held_and_says_why(
    komet: Sandbox, session: Session, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "o.xlsx", [(FIRST, ROSE, 1, "1.00"), (FIRST, ROSE, 2, "1.00")])
    book = load_workbook(file)
    book["orders"]["F2"] = ArrayFormula("F2:F3", "=A2:A3")
    book.save(file)

    report = session.push(file, PushOptions(), confirm=lambda _plan: True)

    assert [each.verdict for each in report.outcomes] == [Verdict.HELD, Verdict.HELD]
    assert (
        telling(report.outcomes[1])
        == "its status cell cannot be read: it holds a formula that was not calculated, or an error"
    )
    assert komet.ledger() == []


@pytest.mark.parametrize(("spoil", "said"), [("merge", "merged"), ("array", "array formula")])
def test_a_row_whose_result_nobody_could_see_is_refused_before_anything_is_sent(
    spoil: str, said: str, komet: Sandbox, session: Session, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "o.xlsx", [(FIRST, ROSE, 1, "1.00"), (FIRST, ROSE, 2, "1.00")])
    book = load_workbook(file)
    sheet = book["orders"]
    message = next(cell for cell in sheet[1] if cell.value == "message").column_letter
    if spoil == "merge":
        sheet.merge_cells(f"{message}2:{message}3")
    else:
        sheet[f"{message}2"] = ArrayFormula(f"{message}2:{message}3", "=A2:A3")
    book.save(file)
    before = file.read_bytes()

    with pytest.raises(SheetError, match=said):
        session.push(file, PushOptions(), confirm=lambda _plan: True)

    assert komet.ledger() == []
    assert file.read_bytes() == before
