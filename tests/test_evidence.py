"""What a prebook held before and holds now: a proposal that never claims more than the boxes say."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from komet_xl.evidence import Proposal, compare, dates_of, line_group, requests_for, take_baseline, to_items
from komet_xl.journal.identity import fingerprint
from komet_xl.journal.records import Intent
from komet_xl.journal.store import Journal
from komet_xl.komet import wire
from komet_xl.komet.client import Client
from komet_xl.komet.endpoint import Endpoint
from komet_xl.komet.quota import Quota
from komet_xl.komet.secret import Token
from komet_xl.komet.transport import Transport
from komet_xl.model import OrderLine, PrebookRef
from komet_xl.prebook_ids import find_prebook_ids, same_number
from komet_xl.sheets.orders import read_orders
from tests.journal.lines import HOST, begin, intend, line, only

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from komet_xl.sandbox.server import Sandbox
    from komet_xl.sheets.cells import Cell

ADDED, NOT_ADDED, UNCLEAR = Proposal.ADDED, Proposal.NOT_ADDED, Proposal.UNCLEAR
LINE = line(boxes=5, price="2.50", mark="Café")
DAY = date(2015, 2, 10)
TODAY = date(2015, 2, 9)


def numbered(
    item: int | None, boxes: int | None = 5, price: str | None = "2.5", mark: str = "Café"
) -> dict[str, object]:
    """A prebook's line as the journal keeps it."""
    return {"item": item, "product": 9, "description": "Rose", "boxes": boxes, "price": price, "mark": mark}


def plain(boxes: int = 5, price: str | None = "2.5", mark: str = "Café", product: int = 9) -> dict[str, object]:
    """The same of a Komet that numbers nothing."""
    return {**numbered(None, boxes, price, mark), "product": product}


OLD = numbered(1, 3, "1.00", "")
PLAIN_OLD = plain(3, "1.00", "")


@pytest.mark.parametrize(
    ("before", "now", "proposal"),
    [
        ([OLD], [OLD, numbered(2)], ADDED),
        ([OLD], [OLD, numbered(2, price="2.500")], ADDED),
        ([OLD], [OLD, numbered(2, mark=" Cafe\u0301")], ADDED),
        ([OLD], [OLD], NOT_ADDED),
        ([], [], NOT_ADDED),
        ([], [numbered(2)], ADDED),
        ([OLD, numbered(2)], [OLD, numbered(2)], NOT_ADDED),
        ([OLD, numbered(2)], [OLD, numbered(2), numbered(3)], ADDED),
        ([numbered(1, 3)], [numbered(1, 8)], ADDED),
        ([OLD, numbered(2)], [numbered(3)], ADDED),
        ([OLD], [], NOT_ADDED),
        ([OLD], [numbered(1, 3)], NOT_ADDED),
        ([OLD], [OLD, numbered(2, 4)], UNCLEAR),
        ([OLD], [OLD, numbered(2), numbered(3)], UNCLEAR),
        ([OLD], [OLD, numbered(2, price="2.51")], UNCLEAR),
        ([OLD], [OLD, numbered(2, mark="café")], UNCLEAR),
        ([OLD], [OLD, numbered(2, price=None)], UNCLEAR),
        ([OLD], [OLD, numbered(2, None)], UNCLEAR),
        ([numbered(1, None)], [numbered(1)], UNCLEAR),
    ],
    ids=[
        "a new line",
        "price with more zeros",
        "mark in another spelling",
        "nothing new",
        "an empty prebook",
        "the first line",
        "an equal line was there before",
        "an equal line was there and one is new",
        "merged into an old line",
        "old lines deleted",
        "all deleted",
        "an old line re-priced into ours",
        "fewer boxes",
        "someone else added an equal line as well",
        "another price",
        "another mark",
        "no prices",
        "no boxes",
        "no boxes before",
    ],
)
def test_numbered_lines_tell_what_is_new(
    before: list[dict[str, object]], now: list[dict[str, object]], proposal: Proposal
) -> None:
    found = compare(before, now, LINE, ours=Counter(), doubtful=5)

    assert found.proposal is proposal


@pytest.mark.parametrize(
    ("before", "now", "proposal"),
    [
        ([PLAIN_OLD], [PLAIN_OLD, plain()], ADDED),
        ([PLAIN_OLD, plain()], [PLAIN_OLD, plain(10)], ADDED),
        ([PLAIN_OLD, plain()], [plain(), PLAIN_OLD, plain()], ADDED),
        ([PLAIN_OLD], [PLAIN_OLD], NOT_ADDED),
        ([PLAIN_OLD], [], UNCLEAR),
        ([PLAIN_OLD, plain()], [PLAIN_OLD], UNCLEAR),
        ([plain(5, "1.00")], [plain(5, "2.50")], UNCLEAR),
        ([PLAIN_OLD], [PLAIN_OLD, plain(price="2.51")], UNCLEAR),
        ([PLAIN_OLD], [PLAIN_OLD, plain(product=8)], ADDED),
        ([PLAIN_OLD], [PLAIN_OLD, numbered(7)], ADDED),
        ([plain(5, None)], [plain(5)], UNCLEAR),
    ],
    ids=[
        "a new line",
        "merged",
        "one more of the same",
        "nothing new",
        "all deleted",
        "an equal line deleted",
        "an old line re-priced into ours",
        "another price",
        "another product",
        "only some are numbered",
        "no prices before",
    ],
)
def test_without_numbers_only_sums_are_known(
    before: list[dict[str, object]], now: list[dict[str, object]], proposal: Proposal
) -> None:
    found = compare(before, now, LINE, ours=Counter(), doubtful=5)

    assert found.proposal is proposal


def test_boxes_known_as_accepted_are_left_out() -> None:
    ours = Counter({line_group(LINE): 7})

    assert compare([], [numbered(1, 7)], LINE, ours=ours, doubtful=5).proposal is NOT_ADDED
    assert compare([], [numbered(1, 7), numbered(2)], LINE, ours=ours, doubtful=5).proposal is ADDED
    assert compare([], [numbered(1, 3)], LINE, ours=ours, doubtful=5).proposal is UNCLEAR


def test_accepted_lines_with_another_price_are_no_mystery() -> None:
    other = replace(LINE, price=Decimal("9.00"))
    ours = Counter({line_group(other): 4})

    assert compare([], [numbered(1, 4, "9.00")], LINE, ours=ours, doubtful=5).proposal is NOT_ADDED
    assert compare([], [numbered(1, 5, "9.00")], LINE, ours=ours, doubtful=5).proposal is UNCLEAR


def test_several_unknown_lines_are_only_told_together() -> None:
    assert compare([], [numbered(1), numbered(2)], LINE, ours=Counter(), doubtful=10).proposal is ADDED
    assert compare([], [numbered(1)], LINE, ours=Counter(), doubtful=10).proposal is UNCLEAR
    assert compare([], [], LINE, ours=Counter(), doubtful=10).proposal is NOT_ADDED


def test_the_observations_stand_in_the_sentence() -> None:
    found = compare([OLD], [OLD, numbered(2)], LINE, ours=Counter(), doubtful=5)

    assert found.text == (
        "boxes in the prebook: 3 before, 8 now; new at 2.50 with mark Café, those known as accepted left out: "
        "5 boxes, in doubt: 5"
    )
    assert "sees no prices" in compare([], [numbered(1, price=None)], LINE, ours=Counter(), doubtful=5).text
    assert "2 boxes appeared with another" in compare([], [numbered(1, 2, "1")], LINE, ours=Counter(), doubtful=5).text
    assert "do not add up" in compare([], [numbered(1, 2)], LINE, ours=Counter(), doubtful=5).text


def test_an_item_of_komet_and_an_order_line_meet_in_one_group() -> None:
    prebook = wire.parse_prebook(
        {
            "id": 1,
            "number": "1",
            "details": [{"prebookItemId": 4, "totalBoxes": 5, "unitPrice": "2.500", "markCode": "A"}],
        }
    )
    (item,) = to_items(prebook.items)

    assert item == {"item": 4, "product": None, "description": "", "boxes": 5, "price": "2.500", "mark": "A"}
    assert compare([], [item], line(mark="A"), ours=Counter(), doubtful=5).proposal is ADDED
    assert to_items([replace(prebook.items[0], unit_price=None)])[0]["price"] is None


# ---------------------------------------------------------------------------------------------------- the baseline


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal.sqlite3")
    yield opened
    opened.close()


@pytest.fixture
def client(komet: Sandbox, journal: Journal) -> Client:
    transport = Transport(Endpoint(url=komet.url), Token(komet.token), agent="tests")
    return Client(transport, Quota(journal.counter, transport.endpoint.host, 1_000))


FIRST = 1_927_173
"""A prebook of the sandbox's first day."""


def order(prebook_id: int, day: date | None = None) -> OrderLine:
    return replace(LINE, prebook_id=prebook_id, truck_date=day)


def test_truck_dates_come_from_the_sheet_then_from_earlier_pulls(journal: Journal) -> None:
    seen = [wire.parse_prebook({"id": key, "number": "1", "truckDate": "2015-02-11"}) for key in (1, 2)]
    journal.seen.remember(HOST, seen)

    dates, undated = dates_of(journal, HOST, [order(1), order(2, DAY), order(3)])

    assert dates == {1: date(2015, 2, 11), 2: DAY}
    assert undated == {3}


def test_a_baseline_costs_one_request_a_day_and_one_where_days_are_not_known() -> None:
    assert requests_for({}, set()) == 0
    assert requests_for({1: DAY, 2: DAY, 3: TODAY}, set()) == 2
    assert requests_for({1: DAY}, {4, 5}) == 3


def test_the_baseline_holds_what_a_prebook_held_before_the_push(
    komet: Sandbox, client: Client, journal: Journal
) -> None:
    komet.add_foreign_line(FIRST, 9_999_999, 5, "2.50", "Café")
    run = begin(journal, host=client.host)

    assert take_baseline(client, journal, run, [order(FIRST, DAY)], TODAY) == []

    of = order(FIRST)
    intend(journal, run, Intent(of, fingerprint(client.host, of), 1))
    baseline = journal.baseline(only(journal))
    assert baseline is not None
    assert baseline.truck_date == DAY
    assert len(baseline.items) == 4
    assert [each["boxes"] for each in baseline.items if each["mark"] == "Café"] == [5]
    assert komet.requests()["total"] == 1


def test_prebooks_without_a_date_are_looked_for_first(komet: Sandbox, client: Client, journal: Journal) -> None:
    run = begin(journal, host=client.host)

    notes = take_baseline(client, journal, run, [order(FIRST)], TODAY)

    assert notes == []
    assert komet.requests()["total"] == 2
    assert dates_of(journal, client.host, [order(FIRST)]) == ({FIRST: DAY}, set())


def test_a_prebook_that_is_nowhere_is_told(client: Client, journal: Journal) -> None:
    run = begin(journal, host=client.host)

    notes = take_baseline(client, journal, run, [order(4)], TODAY)

    assert notes == ["The truck date of prebook 4 is not known; Resolve would have no evidence for it."]


def test_a_komet_that_cannot_be_read_never_stops_a_push(komet: Sandbox, client: Client, journal: Journal) -> None:
    komet.fault("refuse", None, message="Not today")
    run = begin(journal, host=client.host)

    (note,) = take_baseline(client, journal, run, [order(FIRST, DAY)], TODAY)

    assert note.startswith("What the prebooks hold could not be read first (")
    assert note.endswith("Resolve would have no evidence for this push.")


# ------------------------------------------------------------------------------------- prebooks by their number


BY_NUMBER: list[Cell] = ["prebook", "truckDate", "inventoryId", "boxes", "price", "status"]


def by_number(*names: tuple[int, date, Cell]) -> list[list[Cell]]:
    return [BY_NUMBER, *([number, day, 9_999_999, 5, 2.5, status] for number, day, status in names)]


def test_a_number_that_no_pull_has_seen_costs_one_request_a_day(
    komet: Sandbox, client: Client, journal: Journal
) -> None:
    rows = read_orders(by_number((13010, DAY, None), (13010, DAY, None), (13949, DAY, None), (7, DAY, None))).rows

    found = find_prebook_ids(client, journal, rows)

    assert found == {
        PrebookRef("13010", DAY): FIRST,
        PrebookRef("13949", DAY): 1_949_612,
        PrebookRef("7", DAY): "there is no prebook 7 on 2015-02-10",
    }
    assert komet.requests()["total"] == 1
    assert find_prebook_ids(client, journal, rows[:3]) == {
        ref: each for ref, each in found.items() if each in (FIRST, 1_949_612)
    }
    assert komet.requests()["total"] == 1


def test_rows_that_count_as_sent_ask_nothing(komet: Sandbox, client: Client, journal: Journal) -> None:
    rows = read_orders([*by_number((13010, DAY, 1)), [None, None, None, None, None, "unknown"]]).rows

    assert find_prebook_ids(client, journal, rows) == {}
    assert komet.requests().get("total", 0) == 0


def test_a_number_that_stands_for_two_prebooks_is_refused_naming_them(
    komet: Sandbox, client: Client, journal: Journal
) -> None:
    twins = [wire.parse_prebook({"id": each, "number": "13010", "truckDate": str(DAY)}) for each in (4, 5)]
    journal.seen.remember(client.host, twins)
    rows = read_orders(by_number((13010, DAY, None))).rows

    assert find_prebook_ids(client, journal, rows) == {PrebookRef("13010", DAY): FIRST}
    assert komet.requests()["total"] == 1


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [("13010", "13010", True), ("013010", " 13010 ", True), ("13010", "1301", False), ("A1", "a1", False)],
)
def test_leading_zeros_do_not_make_another_prebook(one: str, other: str, same: bool) -> None:  # noqa: FBT001  a table's column
    assert same_number(one, other) is same
