from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import ApiError, UnknownRefError, UsageError
from komet_xl.evidence import Proposal
from komet_xl.journal.identity import State
from komet_xl.model import PrebookQuery
from komet_xl.sheets.cells import day
from tests.support.orders import FIRST, ROSE, SECOND, make_orders, results, set_cells, statuses

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.evidence import Case
    from komet_xl.sandbox.server import Sandbox
    from komet_xl.session import Session
    from tests.flows.conftest import Push

DAY = day("2015-02-10")


@pytest.fixture
def orders(session: Session, tmp_path: Path) -> Path:
    """Two lines of a prebook whose truck date an earlier pull has seen."""
    session.pull(PrebookQuery(truck_date=DAY), tmp_path / "day.xlsx")
    return make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5, "M1"), (FIRST, ROSE, 6, 2.5, "M2")])


def lose(komet: Sandbox, push: Push, orders: Path, fault: str) -> None:
    komet.fault(fault, inventory_id=ROSE)
    push(orders)
    assert statuses(orders)[0] == "unknown"


def test_a_line_that_komet_has_is_proposed_as_added(komet: Sandbox, session: Session, push: Push, orders: Path) -> None:
    lose(komet, push, orders, "close-after")

    report = session.resolve(orders)

    assert [case.evidence.proposal for case in report.cases] == [Proposal.ADDED]
    assert report.undecided == 1
    assert statuses(orders)[0] == "unknown"


def test_a_line_that_komet_has_not_is_proposed_as_not_added(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-before")

    assert [case.evidence.proposal for case in session.resolve(orders).cases] == [Proposal.NOT_ADDED]


def test_a_foreign_line_with_the_same_price_and_mark_makes_it_unclear(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-before")
    komet.add_foreign_line(FIRST, ROSE, 2, "2.50", "M1")

    assert [case.evidence.proposal for case in session.resolve(orders).cases] == [Proposal.UNCLEAR]


def test_a_prebook_that_has_moved_makes_it_unclear(komet: Sandbox, session: Session, push: Push, orders: Path) -> None:
    lose(komet, push, orders, "close-after")
    komet.move(FIRST, "2015-02-12")

    (case,) = session.resolve(orders).cases

    assert case.evidence.proposal is Proposal.UNCLEAR
    assert "no longer on 2015-02-10" in case.evidence.text


def test_without_item_numbers_sums_still_tell(komet: Sandbox, session: Session, push: Push, orders: Path) -> None:
    komet.settings(item_ids=False)
    lose(komet, push, orders, "close-after")

    assert [case.evidence.proposal for case in session.resolve(orders).cases] == [Proposal.ADDED]


def test_a_push_without_a_baseline_leaves_no_evidence_and_is_not_stopped_by_that(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    komet.fault("403", times=None, method="prebook.details.list")
    lose(komet, push, orders, "close-after")
    komet.fault("slow", times=1, seconds=0, method="prebook.details.list")

    (case,) = session.resolve(orders).cases

    assert case.evidence.proposal is Proposal.UNCLEAR
    assert "not known" in case.evidence.text


def test_an_accepted_line_is_confirmed_and_never_sent_again(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-after")
    (case,) = session.resolve(orders).cases

    report = session.resolve(orders, accept=[case.ref])
    push(orders)

    assert report.undecided == 0
    assert statuses(orders) == ["confirmed", 1]
    assert "was added" in results(orders)[0][1]
    assert sorted(each.boxes for each in komet.ledger()) == [5, 6]


def test_a_released_line_goes_with_the_next_push_as_a_linked_attempt(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-before")
    (case,) = session.resolve(orders).cases

    session.resolve(orders, release=[case.ref])
    shown = statuses(orders)[0]
    push(orders)

    assert shown == "released"
    assert statuses(orders) == [1, 1]
    assert sorted(each.boxes for each in komet.ledger()) == [5, 6]
    first = [each for each in session.journal.sends_since(None) if each.line.boxes == 5]
    assert [each.state for each in first] == [State.RELEASED, State.ACCEPTED]
    assert first[0].ref == first[1].ref


def test_a_released_line_that_is_rejected_goes_again_without_another_release(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-before")
    (case,) = session.resolve(orders).cases
    session.resolve(orders, release=[case.ref])
    komet.fault("refuse", inventory_id=ROSE)
    push(orders)

    report = push(orders)

    assert report.counts["accepted"] >= 1
    assert statuses(orders) == [1, 1]


def test_a_held_line_is_released_once_and_goes_once(komet: Sandbox, session: Session, push: Push, orders: Path) -> None:
    push(orders)
    set_cells(orders, {"F2": None})
    held = push(orders)
    ref = held.outcomes[0].ref

    report = session.resolve(orders, release=[ref])
    push(orders)
    set_cells(orders, {"F2": None})
    again = push(orders)

    assert report.released == (ref,)
    assert again.counts["held"] == 1
    assert sorted(each.boxes for each in komet.ledger()) == [5, 5, 6]


def test_a_person_is_asked_about_each_line(komet: Sandbox, session: Session, push: Push, orders: Path) -> None:
    lose(komet, push, orders, "close-after")
    asked: list[Case] = []

    def say_yes(case: Case) -> State:
        asked.append(case)
        return State.CONFIRMED

    session.resolve(orders, ask=say_yes)

    assert [case.row for case in asked] == [2]
    assert statuses(orders)[0] == "confirmed"


def test_a_decision_whose_sheet_was_lost_reaches_it_later(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-after")
    (case,) = session.resolve(orders).cases
    saved = orders.read_bytes()
    session.resolve(orders, accept=[case.ref])
    send = next(each for each in session.journal.sends_since(None) if each.ref == case.ref)
    session.journal.decide(send.id, State.CONFIRMED, "decided, then the power went")
    orders.write_bytes(saved)

    push(orders)

    assert statuses(orders) == ["confirmed", 1]
    assert results(orders)[0][1] == "decided, then the power went"


def test_a_row_that_is_unknown_only_in_the_sheet_can_be_decided(
    session: Session, push: Push, komet: Sandbox, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "o.xlsx", [(SECOND, ROSE, 5, 2.5, None, "unknown", "from the other PC")])
    (case,) = session.resolve(file).cases

    session.resolve(file, release=[case.ref])
    push(file)

    assert case.evidence.proposal is Proposal.UNCLEAR
    assert statuses(file) == [1]
    assert komet.applied(ROSE) == 1


@pytest.mark.parametrize(("decision", "statuses_then", "applied"), [("accept", ["confirmed"], 1), ("release", [1], 2)])
def test_a_copy_that_still_says_unknown_can_be_decided_on_its_own(
    decision: str,
    statuses_then: list[object],
    applied: int,
    komet: Sandbox,
    session: Session,
    push: Push,
    orders: Path,
    tmp_path: Path,
) -> None:
    lose(komet, push, orders, "close-after")
    copy = make_orders(tmp_path / "copy.xlsx", [(FIRST, ROSE, 5, 2.5, "M1", "unknown", "as in the first file")])
    (case,) = session.resolve(orders).cases
    session.resolve(orders, accept=[case.ref])

    (still,) = session.resolve(copy).cases
    session.resolve(copy, **{decision: [still.ref]})
    push(copy)

    assert statuses(copy) == statuses_then
    assert sum(each.boxes == 5 for each in komet.ledger()) == applied


def test_a_row_that_is_gone_from_the_sheet_can_be_decided(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-after")
    make_orders(orders, [(FIRST, ROSE, 6, 2.5, "M2")])
    (case,) = session.resolve(orders).cases

    report = session.resolve(orders, accept=[case.ref])

    assert case.row is None
    assert report.undecided == 0


def test_a_ref_that_fits_nothing_decides_nothing(komet: Sandbox, session: Session, push: Push, orders: Path) -> None:
    lose(komet, push, orders, "close-after")
    (case,) = session.resolve(orders).cases

    with pytest.raises(UnknownRefError):
        session.resolve(orders, accept=[case.ref, "AAAAAA"])
    with pytest.raises(UsageError, match="both"):
        session.resolve(orders, accept=[case.ref], release=[case.ref])

    assert statuses(orders)[0] == "unknown"


def test_a_komet_that_is_away_decides_nothing_by_itself_but_stops_no_decision(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-after")
    (case,) = session.resolve(orders).cases
    komet.fault("403", times=None, method="prebook.details.list")

    with pytest.raises(ApiError):
        session.resolve(orders)
    report = session.resolve(orders, accept=[case.ref])

    assert statuses(orders)[0] == "confirmed"
    assert "could not be asked" in report.notes[0]


def test_resolve_sends_no_order(komet: Sandbox, session: Session, push: Push, orders: Path) -> None:
    lose(komet, push, orders, "close-before")
    before = komet.requests()["prebook.future.item.add"]
    (case,) = session.resolve(orders).cases

    session.resolve(orders, release=[case.ref])

    assert komet.requests()["prebook.future.item.add"] == before


def test_an_unknown_row_that_cannot_be_read_any_more_is_named_with_what_to_do(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    lose(komet, push, orders, "close-after")
    set_cells(orders, {"C2": "five"})

    report = session.resolve(orders)

    assert report.unreadable == (2,)
    assert report.undecided == 2
    assert any("Row 2" in note and "clear its status cell" in note for note in report.notes)
