"""Snapshots at hand: answered at once, brought up to date behind, never waited for long."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from komet_xl.desk import AT_ONCE, LOADING, OLD, Crew, Desk, Patience
from komet_xl.errors import ApiError, NotSentError
from komet_xl.model import PrebookQuery
from komet_xl.snapshots import FAILED_FOR, FRESH, Question, Shelf, prebooks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUESTION = prebooks_of(PrebookQuery(truck_date=DAY))
LONG = 30.0
"""Seconds after which a test gives up; nothing here takes so long."""


class World:
    """A clock that stands still until it is moved, and a Komet that answers when it may."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.folder = folder
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.failure: Exception | None = None
        self.asked: list[Question] = []
        self.desks: list[Desk] = []

    def desk(self, patience: Patience | None = None) -> Desk:
        shelf = Shelf(self.folder, host="komet:443", account="0123abcd", now=lambda: self.now)
        desk = Desk(shelf, self.ask, patience=patience or Patience(LONG))
        self.desks.append(desk)
        return desk

    def ask(self, question: Question) -> bytes:
        self.asked.append(question)
        number = len(self.asked)
        assert self.may_answer.wait(LONG)
        if self.failure is not None:
            raise self.failure
        return b'{"status": 1, "message": "", "prebooks": [{"id": 7, "number": "%d"}]}' % number


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "cache")
    yield made
    made.may_answer.set()
    for each in made.desks:
        each.close(LONG)
    assert [each for each in threading.enumerate() if each.name == "komet-snapshot"] == []


def shown(desk: Desk, question: Question = QUESTION, *, refresh: int = 0, frozen: bool = False) -> str:
    """The number in the answer says which request it came from."""
    try:
        return desk.look(question, refresh=refresh, frozen=frozen).prebooks[0].number
    except ApiError as exc:
        return str(exc)


def until(true: Callable[[], bool]) -> None:
    """Wait for a thread to have done something."""
    given_up = time.monotonic() + LONG
    while not true():
        assert time.monotonic() < given_up
        time.sleep(0.005)


def test_the_first_look_waits_for_the_answer_and_the_others_have_it(world: World) -> None:
    desk = world.desk()

    assert [shown(desk) for _ in range(100)] == ["1"] * 100
    assert len(world.asked) == 1


def test_a_new_program_starts_with_what_is_on_disk(world: World) -> None:
    shown(world.desk())

    assert shown(world.desk()) == "1"
    assert len(world.asked) == 1


def test_many_threads_and_days_make_one_request_a_day(world: World) -> None:
    desk = world.desk()
    questions = [prebooks_of(PrebookQuery(truck_date=DAY + timedelta(days=days))) for days in range(3)]
    found: list[set[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append({shown(desk, each) for each in questions * 200})) for _ in range(8)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert found == [{"1", "2", "3"}] * 8
    assert len(world.asked) == 3


def test_what_is_stale_is_shown_at_once_and_brought_up_to_date_behind(world: World) -> None:
    desk = world.desk()
    shown(desk)
    world.now += FRESH
    world.may_answer.clear()

    assert [shown(desk) for _ in range(50)] == ["1"] * 50

    world.may_answer.set()
    until(lambda: shown(desk) == "2")
    assert len(world.asked) == 2


def test_what_another_program_has_brought_is_shown_without_a_request(world: World) -> None:
    desk, other = world.desk(), world.desk()
    shown(desk)
    world.now += FRESH
    shown(other)
    until(lambda: shown(other) == "2")

    assert shown(desk) == "2"
    assert len(world.asked) == 2


@pytest.mark.parametrize("why", ["a press of refresh", "hours", "a clock set back"])
def test_what_is_worthless_is_waited_for(world: World, why: str) -> None:
    desk = world.desk()
    shown(desk)
    if why == "hours":
        world.now += FRESH * OLD
    if why == "a clock set back":
        world.now -= timedelta(days=1)

    assert shown(desk, refresh=int(why == "a press of refresh")) == "2"
    assert len(world.asked) == 2


def test_a_slow_komet_shows_that_it_is_loading_and_the_next_look_has_it(world: World) -> None:
    world.may_answer.clear()
    desk = world.desk(Patience(0.4, per=1e9))

    started = time.monotonic()
    first = [shown(desk) for _ in range(1_000)]
    took = time.monotonic() - started

    assert set(first) == {LOADING}
    assert 0.3 < took < 5
    world.may_answer.set()
    until(lambda: shown(desk) == "1")
    assert len(world.asked) == 1


def test_a_slow_komet_shows_the_old_value_after_a_press_of_refresh(world: World) -> None:
    desk = world.desk(Patience(0.4, per=1e9))
    shown(desk)
    world.may_answer.clear()

    assert [shown(desk, refresh=1) for _ in range(100)] == ["1"] * 100

    world.may_answer.set()
    until(lambda: shown(desk, refresh=1) == "2")
    assert len(world.asked) == 2


def test_all_looks_together_wait_no_longer_than_patience_lasts(world: World) -> None:
    world.may_answer.clear()
    desk = world.desk(Patience(0.5, per=1e9))
    questions = [prebooks_of(PrebookQuery(truck_date=DAY + timedelta(days=days))) for days in range(40)]

    started = time.monotonic()
    assert {shown(desk, each) for each in questions} == {LOADING}

    assert time.monotonic() - started < 5
    until(lambda: len(world.asked) == AT_ONCE)
    world.may_answer.set()
    until(lambda: len(world.asked) == 40)


def test_patience_comes_back(world: World) -> None:
    world.may_answer.clear()
    patience = Patience(0.4, per=0.4)
    desk = world.desk(patience)
    assert shown(desk) == LOADING
    time.sleep(0.5)
    threading.Timer(0.1, world.may_answer.set).start()

    assert shown(desk) == "1"


def test_a_failure_is_told_and_not_asked_again_at_once(world: World) -> None:
    world.failure = NotSentError("Komet could not be reached")
    desk = world.desk()

    assert [shown(desk) for _ in range(100)] == ["Komet could not be reached"] * 100
    assert [shown(world.desk()) for _ in range(3)] == ["Komet could not be reached"] * 3
    assert len(world.asked) == 1

    world.failure = None
    world.now += FAILED_FOR
    assert shown(desk) == "2"


def test_a_failure_leaves_the_old_value_and_is_not_asked_again_at_once(world: World) -> None:
    desk = world.desk()
    shown(desk)
    world.now += FRESH * OLD
    world.failure = NotSentError("Komet could not be reached")

    assert [shown(desk) for _ in range(100)] == ["1"] * 100
    assert len(world.asked) == 2


def test_a_press_of_refresh_tries_again_after_a_failure(world: World) -> None:
    desk = world.desk()
    world.failure = NotSentError("Komet could not be reached")
    shown(desk)
    world.failure = None

    assert shown(desk, refresh=1) == "2"


def test_a_failure_is_kept_where_the_disk_cannot_be_written(world: World) -> None:
    world.folder.write_text("a file where the folder should be", encoding="utf-8")
    world.failure = NotSentError("Komet could not be reached")
    desk = world.desk()

    assert {shown(desk) for _ in range(100)} == {"Komet could not be reached"}
    assert len(world.asked) == 1


def test_without_a_disk_the_memory_does(world: World) -> None:
    world.folder.write_text("a file where the folder should be", encoding="utf-8")
    desk = world.desk()

    assert [shown(desk) for _ in range(100)] == ["1"] * 100
    assert len(world.asked) == 1


def test_frozen_means_no_request_and_what_is_there_of_any_age(world: World) -> None:
    desk = world.desk()
    shown(desk)
    world.now += timedelta(days=400)

    assert shown(desk, refresh=5, frozen=True) == "1"
    assert shown(world.desk(), refresh=5, frozen=True) == "1"
    other = prebooks_of(PrebookQuery(truck_date=date(2027, 1, 1)))
    assert shown(desk, other, frozen=True).startswith("nothing of this was here when the formulas were frozen")
    assert len(world.asked) == 1


def test_what_was_frozen_thaws(world: World) -> None:
    desk = world.desk()
    shown(desk, frozen=True)

    assert shown(desk) == "1"


def test_the_age_of_a_day_is_that_of_its_oldest_answer(world: World) -> None:
    desk = world.desk()
    narrow = prebooks_of(PrebookQuery(truck_date=DAY, so_number=7))
    assert desk.age(DAY, QUESTION) is None

    shown(desk, narrow)
    world.now += timedelta(minutes=3)
    shown(desk)
    world.now += timedelta(minutes=2)

    assert desk.age(DAY, QUESTION) == timedelta(minutes=5)
    assert world.desk().age(DAY, QUESTION) == timedelta(minutes=2), "a new program knows the whole day from disk"
    assert desk.age(date(2027, 1, 1), prebooks_of(PrebookQuery(truck_date=date(2027, 1, 1)))) is None
    world.now = NOON - timedelta(days=1)
    assert desk.age(DAY, QUESTION) == timedelta(0)
    assert len(world.asked) == 2


def test_an_error_of_our_own_is_told_like_any_failure_and_the_next_question_is_asked(world: World) -> None:
    desk = world.desk()
    world.failure = MemoryError("no room")
    days = [prebooks_of(PrebookQuery(truck_date=DAY + timedelta(days=days))) for days in range(2 * AT_ONCE)]

    assert {shown(desk, each) for each in days} == {"an error of komet-xl's own (MemoryError)"}
    assert shown(desk, days[0]) == "an error of komet-xl's own (MemoryError)"
    assert len(world.asked) == len(days)
    world.failure = None
    world.now += FAILED_FOR

    assert shown(desk, days[0]) == str(len(days) + 1)


def test_a_crew_survives_a_job_that_fails() -> None:
    crew, done = Crew(1), threading.Event()

    def fail() -> None:
        raise ZeroDivisionError

    crew.do(fail)
    crew.do(done.set)

    assert done.wait(LONG)
    crew.leave(LONG)


def test_a_crew_that_leaves_begins_nothing_more() -> None:
    crew, may_end, begun = Crew(1), threading.Event(), []

    def job(number: int) -> None:
        begun.append(number)
        assert may_end.wait(LONG)

    for number in range(3):
        crew.do(lambda number=number: job(number))  # type: ignore[misc]  # the number of now
    until(lambda: begun == [0])
    crew.leave(0.0)
    may_end.set()
    crew.leave(LONG)

    assert begun == [0]
