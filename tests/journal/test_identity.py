"""Which lines are the same, and which rows are closed, repaired, held and sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from komet_xl.journal.identity import LIVE, Act, Known, Place, State, fingerprint, ref, settle_places
from komet_xl.model import CLOSED, Mark

from .lines import HOST, line

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

    from komet_xl.model import OrderLine

LINE = line(mark="Ana 1")


@pytest.mark.parametrize(
    ("host", "same"),
    [
        ("API.KometSales.com:443", LINE),
        (HOST, replace(LINE, row=99)),
        (HOST, replace(LINE, price=Decimal("2.5"))),
        (HOST, replace(LINE, price=Decimal("2.500"))),
        (HOST, replace(LINE, mark_code=" Ana 1 ")),
        (HOST, replace(LINE, prebook_id=int("00085063"))),
        (HOST, replace(LINE, units_per_box=250)),
    ],
    ids=["host case", "row", "price 2.5", "price 2.500", "mark trimmed", "leading zeros", "units"],
)
def test_what_does_not_change_the_order_does_not_change_the_line(host: str, same: OrderLine) -> None:
    assert fingerprint(host, same) == fingerprint(HOST, LINE)


@pytest.mark.parametrize(
    ("host", "other"),
    [
        ("127.0.0.1:443", LINE),
        ("api.kometsales.com:444", LINE),
        (HOST, replace(LINE, prebook_id=1)),
        (HOST, replace(LINE, inventory_id=1)),
        (HOST, replace(LINE, boxes=6)),
        (HOST, replace(LINE, price=Decimal("2.51"))),
        (HOST, replace(LINE, mark_code="ANA 1")),
        (HOST, replace(LINE, mark_code="")),
        (HOST, replace(LINE, prebook_id=850639, inventory_id=999999)),
    ],
    ids=["host", "port", "prebook", "item", "boxes", "price", "mark case", "no mark", "digits moved"],
)
def test_what_changes_the_order_changes_the_line(host: str, other: OrderLine) -> None:
    assert fingerprint(host, other) != fingerprint(HOST, LINE)


def test_a_mark_code_is_the_same_in_both_spellings_of_an_accent() -> None:
    assert fingerprint(HOST, line(mark="Café")) == fingerprint(HOST, line(mark="Cafe\u0301"))


def test_half_a_character_in_a_mark_code_is_no_accident() -> None:
    assert fingerprint(HOST, line(mark="\ud800")) != fingerprint(HOST, line(mark="\ud801"))


def test_equal_lines_have_a_ref_each() -> None:
    refs = {ref(fingerprint(HOST, LINE), count) for count in range(1, 101)}

    assert len(refs) == 100
    assert all(len(each) == 6 and set(each) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") for each in refs)


def test_a_ref_is_the_same_tomorrow() -> None:
    assert ref(fingerprint(HOST, line()), 1) == "JESTEY"


# ------------------------------------------------------------------------------------------- rows of one line

OPEN, OWN, ONE, CONFIRMED, UNKNOWN, RELEASED = (
    Mark.OPEN,
    Mark.OWN,
    Mark.ACCEPTED,
    Mark.CONFIRMED,
    Mark.UNKNOWN,
    Mark.RELEASED,
)


def sent(number: int, state: State = State.ACCEPTED, *, count: int = 0, here: bool = True, shown: bool = True) -> Known:
    return Known(number, count or number, state, here=here, shown=shown)


ELSEWHERE = sent(1, here=False)
LOST = sent(1, shown=False)


@pytest.mark.parametrize(
    ("marks", "known", "acts"),
    [
        ([], [], ""),
        ([OPEN, OPEN], [], "send send"),
        ([RELEASED], [], "send"),
        ([ONE, OPEN], [sent(1)], "closed send"),
        ([OPEN, ONE], [sent(1)], "send closed"),
        ([CONFIRMED], [sent(1, State.CONFIRMED)], "closed"),
        ([UNKNOWN], [sent(1, State.UNKNOWN)], "closed"),
        ([UNKNOWN], [sent(1, State.OPEN)], "closed"),
        ([OPEN], [ELSEWHERE], "hold"),
        ([OPEN], [sent(1)], "hold"),
        ([OPEN], [sent(1, State.CONFIRMED)], "hold"),
        ([OPEN], [sent(1, State.UNKNOWN)], "hold"),
        ([OPEN], [sent(1, State.OPEN)], "hold"),
        ([OPEN, OPEN, OPEN], [ELSEWHERE, sent(2, here=False)], "hold hold send"),
        ([OPEN, ONE, OPEN], [ELSEWHERE, sent(2)], "hold closed send"),
        ([OPEN], [LOST], "repair"),
        ([OPEN, OPEN], [LOST], "repair send"),
        ([OPEN, OPEN], [LOST, sent(2, here=False)], "repair hold"),
        ([OPEN, OPEN], [ELSEWHERE, sent(2, shown=False)], "repair hold"),
        ([RELEASED], [LOST], "repair"),
        ([RELEASED], [LOST, sent(2, State.RELEASED)], "repair"),
        ([RELEASED, OPEN], [LOST, sent(2, State.RELEASED)], "repair send"),
        ([OWN], [], "hold"),
        ([OWN], [sent(1)], "hold"),
        ([OWN, OPEN], [], "hold send"),
        ([OWN, OPEN], [sent(1)], "hold hold"),
        ([OPEN, OWN, OPEN], [sent(1)], "hold hold send"),
        ([OWN, OPEN], [LOST], "hold repair"),
        ([OWN, OPEN, OPEN], [LOST], "hold repair send"),
        ([OWN], [sent(1, State.RELEASED)], "hold"),
        ([ONE], [], "stranger"),
        ([CONFIRMED], [], "stranger"),
        ([UNKNOWN], [], "stranger"),
        ([ONE, ONE], [sent(1)], "closed stranger"),
        ([ONE, OPEN], [], "stranger send"),
        ([ONE, OPEN], [sent(1, State.UNKNOWN)], "closed send"),
        ([UNKNOWN], [LOST], "repair"),
        ([UNKNOWN, UNKNOWN], [LOST, sent(2, State.UNKNOWN)], "closed repair"),
        ([UNKNOWN], [ELSEWHERE], "closed"),
        ([RELEASED], [sent(1, State.RELEASED)], "send"),
        ([OPEN], [sent(1, State.RELEASED)], "send"),
        ([OPEN], [sent(1, State.RELEASED, here=False)], "send"),
        ([RELEASED], [sent(1, State.RELEASED, here=False)], "send"),
        ([OPEN, OPEN], [ELSEWHERE, sent(2, State.RELEASED)], "send hold"),
        ([OPEN, RELEASED], [ELSEWHERE, sent(2, State.RELEASED, here=False)], "hold send"),
        ([RELEASED, RELEASED], [ELSEWHERE, sent(2, State.RELEASED)], "send hold"),
        ([UNKNOWN], [sent(1, State.RELEASED, shown=False)], "repair"),
        ([UNKNOWN], [sent(1, State.RELEASED)], "stranger"),
        ([UNKNOWN, OPEN], [ELSEWHERE, sent(2, State.RELEASED, shown=False)], "repair hold"),
        ([ONE, OPEN], [LOST, sent(2, here=False)], "closed repair"),
        ([ONE, OPEN], [LOST, sent(2, State.CONFIRMED, here=False)], "closed repair"),
        ([ONE], [LOST], "closed"),
        ([UNKNOWN], [sent(1, State.UNKNOWN, shown=False)], "closed"),
        ([UNKNOWN, OPEN], [sent(1, here=False), sent(2, State.CONFIRMED, shown=False)], "closed repair"),
    ],
)
def test_every_row_gets_its_place(marks: list[Mark], known: list[Known], acts: str) -> None:
    assert " ".join(place.act for place in settle_places(marks, known)) == acts


def test_a_held_row_names_the_send_it_is_held_for_and_has_a_ref_of_its_own() -> None:
    (place,) = settle_places([OPEN], [ELSEWHERE])

    assert place == Place(2, Act.HOLD, ELSEWHERE)


def test_a_release_is_followed_by_the_row_that_uses_it() -> None:
    released = sent(7, State.RELEASED, count=3)

    assert settle_places([OPEN], [released]) == [Place(3, Act.SEND, released)]


def test_a_released_count_that_another_send_has_taken_is_not_used_again() -> None:
    for known in (
        [sent(1, State.RELEASED, count=1, shown=False), sent(2, count=1, here=False)],
        [sent(1, State.RELEASED, count=1), sent(2, count=1, here=False)],
    ):
        places = settle_places([UNKNOWN, OPEN], known)

        assert [each.count for each in places if each.act is not Act.CLOSED] != [1]
        assert len({each.count for each in places}) == 2


# ------------------------------------------------------------------------------------- for every sheet and journal


@dataclass(frozen=True)
class World:
    """Rows of one line, and what a journal may know of it."""

    marks: list[Mark]
    known: list[Known]

    @property
    def live(self) -> int:
        return sum(each.state in LIVE for each in self.known)


@st.composite
def worlds(draw: Callable[[st.SearchStrategy[object]], object]) -> World:
    marks = draw(st.lists(st.sampled_from(Mark), max_size=6))
    states = draw(st.lists(st.tuples(st.sampled_from(sorted({*LIVE, State.RELEASED})), st.booleans(), st.booleans())))
    assert isinstance(marks, list)
    assert isinstance(states, list)
    counts = draw(st.permutations(range(1, len(states) + 4)))
    assert isinstance(counts, list)
    known = [
        Known(number, counts[number] if state in LIVE else 1 + number % 3, state, here=here, shown=shown or not here)
        for number, (state, here, shown) in enumerate(states)
    ]
    return World(marks, known)


def goes(place: Place) -> bool:
    return place.act is Act.SEND or (
        place.act is Act.REPAIR and place.known is not None and place.known.state is State.RELEASED
    )


def pushed(world: World, states: list[State], *, crash: bool) -> World:
    """The world after a push: every sent row got one of the states, in turn; a crash leaves the sheet as it was.

    A crash also ends the push where the states end.
    """
    marks, known = list(world.marks), {each.send: each for each in world.known}
    for row, place in enumerate(settle_places(world.marks, world.known)):
        if goes(place):
            if crash and not states:
                break
            if place.known is not None:
                del known[place.known.send]
            number = 1000 + row + len(world.known) * 10
            state = states.pop(0) if states else State.ACCEPTED
            known[number] = Known(number, place.count, state, here=True, shown=not crash)
            marks[row] = UNKNOWN if state is State.UNKNOWN else ONE
        elif place.act is Act.REPAIR:
            assert place.known is not None
            known[place.known.send] = replace(place.known, shown=not crash)
            marks[row] = {State.ACCEPTED: ONE, State.CONFIRMED: CONFIRMED}.get(place.known.state, UNKNOWN)
        elif place.act is Act.HOLD and marks[row] is not OWN:
            marks[row] = OPEN
    return World(world.marks if crash else marks, list(known.values()))


@given(worlds())
def test_sends_are_never_more_than_rows_and_releases(world: World) -> None:
    places = settle_places(world.marks, world.known)
    used = [each.known.send for each in places if goes(each) and each.known is not None]

    assert len(used) == len(set(used))
    assert world.live + sum(map(goes, places)) <= max(world.live, len(world.marks)) + len(used)


@given(worlds())
def test_every_row_has_one_place_and_every_send_one_row(world: World) -> None:
    places = settle_places(world.marks, world.known)

    assert len(places) == len(world.marks)
    assert len({each.count for each in places}) == len(places)
    named = Counter(each.known.send for each in places if each.known is not None)
    assert set(named.values()) <= {1}


@given(worlds())
def test_no_two_live_sends_ever_share_a_count(world: World) -> None:
    counts = [each.count for each in pushed(world, [], crash=False).known if each.state in LIVE]

    assert len(counts) == len(set(counts))


@given(worlds())
def test_a_row_that_shows_a_send_or_the_users_word_never_goes_by_itself(world: World) -> None:
    for mark, place in zip(world.marks, settle_places(world.marks, world.known), strict=True):
        if mark is OWN:
            assert place.act is Act.HOLD
        elif mark in CLOSED:
            assert place.act in (Act.CLOSED, Act.STRANGER, Act.REPAIR)
            assert not goes(place) or mark is UNKNOWN
        else:
            assert place.act in (Act.SEND, Act.HOLD, Act.REPAIR)


@given(worlds(), st.lists(st.sampled_from([State.ACCEPTED, State.UNKNOWN])))
def test_a_second_push_sends_nothing_more(world: World, states: list[State]) -> None:
    after = pushed(world, states, crash=False)
    unused = sum(each.state is State.RELEASED for each in after.known)

    assert sum(map(goes, settle_places(after.marks, after.known))) <= unused


@given(worlds(), st.lists(st.sampled_from([State.ACCEPTED, State.UNKNOWN, State.OPEN])))
def test_after_a_crash_only_the_rest_goes(world: World, states: list[State]) -> None:
    """Left out: rows marked as sent that the journal does not know, which may pass for the lost send."""
    places = settle_places(world.marks, world.known)
    assume(all(each.act is not Act.STRANGER for each in places))
    planned = [each for each in places if goes(each)]
    done = min(len(planned), len(states))
    used = sum(each.known is not None for each in planned)
    spare = sum(each.state is State.RELEASED for each in world.known) - used

    after = pushed(world, states[:done], crash=True)

    assert sum(map(goes, settle_places(after.marks, after.known))) <= len(planned) - done + spare


@given(worlds())
def test_cleared_statuses_send_nothing_that_the_journal_knows(world: World) -> None:
    after = pushed(world, [], crash=False)
    cleared = [OPEN] * len(after.marks)
    unused = sum(each.state is State.RELEASED for each in after.known)
    live = sum(each.state in LIVE for each in after.known)

    assert sum(map(goes, settle_places(cleared, after.known))) <= max(0, len(cleared) - live) + unused


WORDS = [Mark.OPEN, Mark.OPEN, Mark.ACCEPTED, Mark.UNKNOWN, Mark.CONFIRMED, Mark.OWN]


@given(
    marks=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
    elsewhere=st.integers(0, 3),
    reached=st.integers(0, 6),
    states=st.lists(st.sampled_from([State.ACCEPTED, State.UNKNOWN]), min_size=6, max_size=6),
    order=st.randoms(use_true_random=False),
    resort=st.booleans(),
)
def test_a_crash_before_the_sheet_is_saved_sends_no_row_twice_whatever_else_stands_there(
    marks: list[Mark],
    elsewhere: int,
    reached: int,
    states: list[State],
    order: Random,
    resort: bool,  # noqa: FBT001  a case
) -> None:
    numbers = list(range(2, len(marks) + 2))
    before = [Known(n, n, State.ACCEPTED, here=False, shown=True, row=n + 1) for n in range(1, elsewhere + 1)]
    places = settle_places(marks, before, numbers)
    going = [row for row, place in enumerate(places) if place.act is Act.SEND]
    sent = [
        Known(100 + row, places[row].count, states[row], here=True, shown=False, row=numbers[row])
        for row in going[:reached]
    ]
    if resort:
        order.shuffle(marks)

    again = settle_places(marks, [*before, *sent], numbers)

    going_again = [row for row, place in enumerate(again) if place.act is Act.SEND]
    assert len(sent) + len(going_again) <= len(going)
    if not resort:
        assert {each.row for each in sent}.isdisjoint(numbers[row] for row in going_again)


@given(
    marks=st.lists(st.sampled_from(WORDS), min_size=1, max_size=6),
    elsewhere=st.integers(0, 3),
    states=st.lists(st.sampled_from([State.ACCEPTED, State.UNKNOWN]), min_size=6, max_size=6),
    reached=st.integers(0, 6),
    saved=st.booleans(),
)
def test_after_a_crash_during_the_save_the_rest_goes_and_nothing_goes_twice(
    marks: list[Mark], elsewhere: int, states: list[State], reached: int, *, saved: bool
) -> None:
    numbers = list(range(2, len(marks) + 2))
    before = [Known(n, n, State.ACCEPTED, here=False, shown=True, row=n + 1) for n in range(1, elsewhere + 1)]
    places = settle_places(marks, before, numbers)
    going = [row for row, place in enumerate(places) if place.act is Act.SEND]
    sent = [
        Known(100 + row, places[row].count, states[row], here=True, shown=False, maybe=True, row=numbers[row])
        for row in going[:reached]
    ]
    shown = list(marks)
    for row in going[:reached] if saved else []:
        shown[row] = Mark.ACCEPTED if states[row] is State.ACCEPTED else Mark.UNKNOWN

    again = settle_places(shown, [*before, *sent], numbers)

    going_again = [row for row, place in enumerate(again) if place.act is Act.SEND]
    assert set(going_again) <= set(going[reached:])
    if saved and Mark.ACCEPTED not in marks and Mark.UNKNOWN not in marks and Mark.CONFIRMED not in marks:
        assert going_again == going[reached:]
