"""Which rows of an orders sheet go, which stay, and what each of them is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import UnknownRefError, UsageError
from komet_xl.journal.identity import Act, State
from komet_xl.journal.store import Journal
from komet_xl.model import Mark, Outcome, PrebookRef, Verdict
from komet_xl.plan import Decisions, Spot, changed, decide, lost_result, place_rows, similar_sends
from komet_xl.sheets.orders import read_orders
from tests.journal.lines import HERE, HOST, THERE, begin, intend, only

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from komet_xl.journal.identity import Place
    from komet_xl.journal.records import Intent, Where
    from komet_xl.sheets.cells import Cell
    from komet_xl.sheets.orders import OrderRow

HEADINGS: list[Cell] = ["prebookId", "inventoryId", "boxes", "price", "markCode", "status", "message"]
ROSE: list[Cell] = [85063, 9_999_999, 5, 2.5]
TULIP: list[Cell] = [85063, 7, 5, 2.5]


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.sqlite3")
    yield opened
    opened.close()


def order(line: list[Cell] = ROSE, status: Cell = None, message: Cell = None, mark: Cell = None) -> list[Cell]:
    return [*line, mark, status, message]


def read(*rows: list[Cell], hidden: frozenset[int] = frozenset()) -> tuple[OrderRow, ...]:
    return read_orders([HEADINGS, *rows], hidden=hidden).rows


def placed(journal: Journal, rows: tuple[OrderRow, ...], where: Where = HERE) -> list[Spot]:
    plain = place_rows(rows, {}, HOST, where)
    return place_rows(rows, journal.sends_like({spot.fingerprint for spot in plain}), HOST, where)


def sent(
    journal: Journal, line: list[Cell] = ROSE, state: State = State.ACCEPTED, where: Where = HERE, *, shown: bool = True
) -> int:
    """A line that was sent before, from some sheet."""
    (spot,) = placed(journal, read(order(line)), where)
    assert spot.row.line is not None
    (intent,) = decide([spot.row], [spot], send_held={spot.ref} if spot.place.act is Act.HOLD else ()).intents
    send = intend(journal, begin(journal, where), intent)
    if state is not State.OPEN:
        journal.settle(send, state, f"it is {state}")
    if shown:
        journal.shown([send])
    return send


def what(decisions: Decisions) -> dict[int, str]:
    """Verdict by row; "goes" for the rows that are sent."""
    verdicts = {row: outcome.verdict.value for row, outcome in decisions.outcomes.items()}
    return dict(sorted({**verdicts, **{each.line.row: "goes" for each in decisions.intents}}.items()))


def test_rows_in_are_rows_out(journal: Journal) -> None:
    rows = read(order(), order(TULIP, 1), order(["x", 1, 2, 3]), order(status="mine"), order(TULIP, "unknown"))

    decisions = decide(rows, placed(journal, rows))

    assert what(decisions) == {2: "goes", 3: "skipped", 4: "invalid", 5: "held", 6: "unknown"}


def test_a_line_to_send_says_who_it_is(journal: Journal) -> None:
    rows = read(order(), order())
    spots = placed(journal, rows)

    intents = decide(rows, spots).intents

    assert [(each.line.row, each.count, each.previous) for each in intents] == [(2, 1, None), (3, 2, None)]
    assert [each.ref for each in intents] == [spot.ref for spot in spots]


def test_rows_that_were_not_asked_for_are_skipped_as_they_stand(journal: Journal) -> None:
    rows = read(order(), order(TULIP, "not sent", "why"), order(["x", 1, 2, 3]))

    decisions = decide(rows, placed(journal, rows), chosen=lambda row: row == 2)

    assert what(decisions) == {2: "goes", 3: "skipped", 4: "skipped"}
    assert (decisions.outcomes[3].status, decisions.outcomes[3].message) == ("not sent", "why")
    assert changed(rows, decisions.outcomes.values()) == []


def test_hidden_rows_are_counted_and_only_sent_when_told(journal: Journal) -> None:
    rows = read(order(), order(TULIP), order(status=1), hidden=frozenset({3, 4}))
    spots = placed(journal, rows)

    assert what(decide(rows, spots)) == {2: "goes", 3: "skipped", 4: "skipped"}
    assert what(decide(rows, spots, include_hidden=True)) == {2: "goes", 3: "goes", 4: "skipped"}
    assert decide(rows, spots).hidden == decide(rows, spots, include_hidden=True).hidden == 1


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (State.ACCEPTED, "was accepted"),
        (State.CONFIRMED, "was confirmed"),
        (State.UNKNOWN, "went with unknown outcome"),
        (State.OPEN, "went with unknown outcome"),
    ],
)
def test_a_held_row_says_when_and_where_its_equal_went(journal: Journal, state: State, said: str) -> None:
    sent(journal, state=state, where=THERE)
    rows = read(order())
    (spot,) = placed(journal, rows)

    outcome = decide(rows, [spot]).outcomes[2]

    send = only(journal)
    when = f"{send.intended.astimezone():%Y-%m-%d %H:%M:%S}"
    assert outcome == Outcome(
        2,
        spot.ref,
        Verdict.HELD,
        "held",
        f"an equal line {said} on {when} from /home/ana/copy.xlsx, sheet orders (REF {send.ref}); "
        f"to send this one too, release REF {spot.ref}.",
    )


def test_a_held_row_without_a_send_of_its_own_says_what_to_do() -> None:
    (row,) = read(order())
    (spot,) = place_rows([row], {}, HOST, HERE)
    held = replace(spot, place=replace(spot.place, act=Act.HOLD))

    message = decide([row], [held]).outcomes[2].message

    assert message == f"an equal line was sent before; to send this one too, release REF {spot.ref}."


@pytest.mark.parametrize("word", ["ask Maria", 2, True])
def test_a_word_of_the_users_own_and_its_message_stay(journal: Journal, word: Cell) -> None:
    rows = read(order(status=word, message="call me"), order(["x", 1, 2, 3], word, "and me"))

    decisions = decide(rows, placed(journal, rows))

    assert what(decisions) == {2: "held", 3: "held"}
    assert changed(rows, decisions.outcomes.values()) == []


def test_faults_of_a_row_are_all_told_unless_it_counts_as_sent(journal: Journal) -> None:
    rows = read(order(["x", None, 5, 2.5]), order(["x", 1, 2, 3], 1, "OK"), order(["x", 1, 2, 3], "unknown", "?"))

    outcomes = decide(rows, placed(journal, rows)).outcomes

    assert outcomes[2].message == "prebookId: 'x' is not a whole number; inventoryId: is blank"
    assert outcomes[2].status == "invalid"
    assert outcomes[3] == Outcome(3, "", Verdict.SKIPPED, 1, "OK")
    assert outcomes[4] == Outcome(4, "", Verdict.UNKNOWN, "unknown", "?")


def test_a_row_whose_prebook_is_still_to_be_found_is_ready() -> None:
    rows = read_orders([["prebook", "truckDate", "inventoryId", "boxes", "price"], ["1", date(2015, 2, 10), 1, 2, 3]])
    (row,) = rows.rows

    assert row.prebook == PrebookRef("1", date(2015, 2, 10))
    assert decide(rows.rows, []).outcomes == {2: Outcome(2, "", Verdict.READY, None, "")}


def test_a_row_marked_as_sent_that_the_journal_does_not_know_is_named(journal: Journal) -> None:
    sent(journal)
    rows = read(order(status=1), order(TULIP, "confirmed"), order(TULIP, "unknown"))

    decisions = decide(rows, placed(journal, rows))

    assert decisions.strangers == (3,)
    assert decisions.shown == (only(journal).id,)


# ------------------------------------------------------------------------------------------- results that were lost


@pytest.mark.parametrize(
    ("state", "verdict", "status", "message"),
    [
        (State.ACCEPTED, Verdict.ACCEPTED, 1, "it is accepted"),
        (State.CONFIRMED, Verdict.SKIPPED, "confirmed", "it is confirmed"),
        (State.UNKNOWN, Verdict.UNKNOWN, "unknown", "it is unknown; it may have been added. Run Resolve before"),
        (State.OPEN, Verdict.UNKNOWN, "unknown", "no outcome was recorded; it may have been added. Run Resolve before"),
    ],
)
def test_a_lost_result_is_written_and_nothing_sent(
    journal: Journal, state: State, verdict: Verdict, status: str | int, message: str
) -> None:
    send = sent(journal, state=state, shown=False)
    rows = read(order())

    decisions = decide(rows, placed(journal, rows))

    assert decisions.intents == ()
    assert (decisions.repaired, decisions.shown) == ((2,), (send,))
    outcome = decisions.outcomes[2]
    assert (outcome.verdict, outcome.status, outcome.ref) == (verdict, status, only(journal).ref)
    assert outcome.message.startswith(message)


def test_a_lost_release_is_sent_and_shows_as_released_until_then(journal: Journal) -> None:
    send = sent(journal, state=State.UNKNOWN)
    journal.decide(send, State.RELEASED, "Ana: not there")
    rows = read(order(status="unknown"))
    spots = placed(journal, rows)

    (intent,) = decide(rows, spots).intents

    assert intent.previous == send
    assert lost_result(2, only(journal)).status == "released"
    assert what(decide(rows, spots, chosen=lambda _: False)) == {2: "skipped"}


def test_a_result_lost_in_another_sheet_holds_this_one(journal: Journal) -> None:
    sent(journal, where=THERE, shown=False)
    rows = read(order())

    assert what(decide(rows, placed(journal, rows))) == {2: "held"}


# ---------------------------------------------------------------------------------------------------------- REFs


def test_a_held_row_goes_when_its_ref_is_named_and_no_other(journal: Journal) -> None:
    sent(journal)
    sent(journal)
    rows = read(order(), order())
    first, second = placed(journal, rows)

    decisions = decide(rows, [first, second], send_held={second.ref})

    assert what(decisions) == {2: "held", 3: "goes"}
    assert decisions.intents[0].ref == second.ref


def test_a_ref_finds_its_line_after_a_sort(journal: Journal) -> None:
    sent(journal)
    sent(journal, TULIP)
    before = read(order(), order(TULIP))
    rose = placed(journal, before)[0].ref
    rows = read(order(TULIP), order())

    decisions = decide(rows, placed(journal, rows), send_held={rose})

    assert [each.line.inventory_id for each in decisions.intents] == [9_999_999]


def test_a_row_with_the_users_own_word_goes_when_its_ref_is_named(journal: Journal) -> None:
    rows = read(order(status="mine"))
    spots = placed(journal, rows)

    assert what(decide(rows, spots, send_held={spots[0].ref})) == {2: "goes"}


@pytest.mark.parametrize("status", [1, "unknown", "confirmed"])
def test_a_ref_that_fits_no_row_that_could_go_stops_everything(journal: Journal, status: Cell) -> None:
    rows = read(order(status=status), order(TULIP))
    spots = placed(journal, rows)

    for name in ("ABCDEF", spots[0].ref):
        with pytest.raises(UnknownRefError, match=f"^the REF {name} fits no row"):
            decide(rows, spots, send_held={name})


def test_a_ref_that_two_lines_share_stops_everything(journal: Journal) -> None:
    """Two lines with one REF, found by trying some forty thousand."""
    rows = read(order([85063, 36_092, 5, 2.5]), order([85063, 41_136, 5, 2.5]))
    spots = place_rows(rows, {}, "127.0.0.1:443", HERE)
    assert [spot.ref for spot in spots] == ["GY6VDF", "GY6VDF"]

    with pytest.raises(UsageError, match=r"^the REF GY6VDF fits two rows; change the mark code of one of them\.$"):
        decide(rows, spots, send_held={"GY6VDF"})

    assert journal.sends_since(None) == []


# ------------------------------------------------------------------------------------------------------- warnings


def similar(journal: Journal, *rows: list[Cell], host: str = HOST) -> list[tuple[Intent, int]]:
    found = read(*rows)
    spots = placed(journal, found)
    intents = decide(found, spots).intents
    pairs = {(each.line.prebook_id, each.line.inventory_id) for each in intents}
    return [(each, send.id) for each, send in similar_sends(intents, spots, journal.sends_of_items(host, pairs))]


def test_a_line_that_changed_since_it_was_sent_is_warned_about(journal: Journal) -> None:
    send = sent(journal)

    ((intent, earlier),) = similar(journal, order([85063, 9_999_999, 6, 2.5]), order(TULIP))

    assert (intent.line.boxes, earlier) == (6, send)


def test_a_send_that_the_sheet_shows_is_no_warning(journal: Journal) -> None:
    sent(journal)

    assert similar(journal, order(status=1), order([85063, 9_999_999, 6, 2.5])) == []


def test_an_equal_line_is_held_and_no_warning_for_itself(journal: Journal) -> None:
    sent(journal)
    sent(journal, [85063, 9_999_999, 6, 2.5])

    ((intent, _),) = similar(journal, order(), order([85063, 9_999_999, 7, 2.5]))[:1]

    assert intent.line.boxes == 7


def test_only_rows_that_would_show_something_new_are_written() -> None:
    rows = read(order(status="held", message="why"), order(TULIP, "0", "no"))
    same = Outcome(2, "A", Verdict.HELD, "held", "why")
    other = Outcome(3, "B", Verdict.REJECTED, 0, "no")

    assert changed(rows, [same, other]) == [other]


def test_places_come_in_sheet_order(journal: Journal) -> None:
    rows = read(order(TULIP), order(), order(["x", 1, 2, 3]), order(TULIP))

    places: list[tuple[int, Place]] = [(spot.row.number, spot.place) for spot in placed(journal, rows)]

    assert [(row, place.count) for row, place in places] == [(2, 1), (3, 1), (5, 2)]
    assert rows[2].mark is Mark.OPEN
