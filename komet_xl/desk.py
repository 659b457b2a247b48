"""Snapshots at hand: in memory for every formula, brought up to date in the background, never waited for long.

A formula is answered at once from what is here. What is no longer fresh is asked for anew by a thread, and shown by
the next recalculation. Only where there is nothing to show, or nothing but what a press of Refresh or the hours have
made worthless, a formula waits, and all formulas together wait a few seconds at most.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from komet_xl.errors import ApiError, KometError
from komet_xl.snapshots import FAILED_FOR, Failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date, datetime

    from komet_xl.snapshots import Question, Shelf, Snapshot

log = logging.getLogger(__name__)

LOADING: Final = "loading"
"""What a cell shows while the first answer is on its way."""
AT_ONCE: Final = 4
"""Questions that may be on their way to Komet at the same time."""
OLD: Final = 6
"""An answer that is older than this many times its freshness is worth waiting for a new one: an hour for today's."""
SHORTEST_WAIT: Final = 0.3
"""Seconds. With less than this left nobody waits: 5,000 formulas would each wait a little."""


class Patience:
    """How long formulas may keep the spreadsheet waiting, all of them together."""

    def __init__(self, seconds: float = 5.0, per: float = 30.0) -> None:
        self._seconds = seconds
        self._rate = seconds / per
        self._left = seconds
        self._as_of = self._waited_until = time.monotonic()
        self._lock = threading.Lock()

    def wait(self, landed: threading.Event) -> None:
        """Wait for something as long as there is patience left. Formulas that wait at the same time count once."""
        started = time.monotonic()
        with self._lock:
            self._left = min(self._seconds, self._left + (started - self._as_of) * self._rate)
            self._as_of = started
            allowed = self._left
        if allowed < SHORTEST_WAIT:
            return
        landed.wait(allowed)
        with self._lock:
            ended = time.monotonic()
            self._left -= max(0.0, ended - max(started, self._waited_until))
            self._waited_until = max(ended, self._waited_until)


class Crew:
    """A few threads that carry out jobs in turn and end when there is none left."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._jobs: deque[Callable[[], None]] = deque()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()

    def do(self, job: Callable[[], None]) -> None:
        """Carry out a job, as soon as a thread is free."""
        with self._lock:
            self._jobs.append(job)
            if len(self._threads) < self._most:
                # A daemon: Excel may be closed while Komet is silent, and nothing here needs an orderly end.
                thread = threading.Thread(target=self._work, name="komet-snapshot", daemon=True)
                self._threads.add(thread)
                thread.start()

    def _work(self) -> None:
        while True:
            with self._lock:
                if not self._jobs:
                    self._threads.discard(threading.current_thread())
                    return
                job = self._jobs.popleft()
            try:
                job()
            except Exception:  # a thread that died would stay on the list, and after a few nothing would be done
                log.exception("a job failed")

    def leave(self, seconds: float) -> None:
        """Begin no more jobs, and wait for those under way."""
        with self._lock:
            self._jobs.clear()
            threads = list(self._threads)
        until = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))


class _Place:
    """Where the answer to one question lies."""

    __slots__ = ("failure", "flight", "question", "snapshot", "stamp")

    def __init__(self, question: Question) -> None:
        self.question = question
        self.snapshot: Snapshot | None = None
        self.stamp: tuple[int, int] | None = None
        """Of the file that the snapshot was read from."""
        self.failure: Failure | None = None
        """Why the last attempt brought nothing."""
        self.flight: threading.Event | None = None
        """Set when the question that is on its way has ended."""


class Desk:
    """What the formulas of one account look at. Safe across threads; other programs share the disk."""

    def __init__(self, shelf: Shelf, ask: Callable[[Question], bytes], *, patience: Patience | None = None) -> None:
        self._shelf = shelf
        self._ask = ask
        self._patience = patience or Patience()
        self._crew = Crew(AT_ONCE)
        self._places: dict[Question, _Place] = {}
        self._lock = threading.Lock()

    def look(self, question: Question, *, refresh: int = 0, frozen: bool = False) -> Snapshot:
        """
        The answer to a question, as good as it is at hand.

        Args:
            question: What to ask.
            refresh: The latest press of Refresh: an answer from before it is worth waiting for a new one.
            frozen: Whether nothing may be asked.

        Requests: none or one, later, in the background, shared by all who ask the same.
        Raises: ApiError: there is nothing to show; the sentence says why, or that it is loading.
        """
        place = self._places.get(question) or self._open(question)
        snapshot = place.snapshot
        if snapshot is not None and (frozen or self._is_good(snapshot, refresh)):
            return snapshot
        if frozen:
            return self._whatever_there_is(place)
        flight = self._depart(place, refresh)
        if flight is not None and self._is_worthless(place.snapshot, refresh):
            self._patience.wait(flight)
        if place.snapshot is not None:
            return place.snapshot
        failure = place.failure
        raise ApiError(failure.why if failure is not None and failure.refresh >= refresh else LOADING)

    def age(self, day: date, question: Question) -> timedelta | None:
        """Age of the oldest answer about a day, the one to `question` among them; None when nothing is at hand."""
        if question not in self._places:
            self._open(question)
        with self._lock:
            here = [each.snapshot for each in self._places.values() if each.snapshot is not None]
        asked = question.method, day
        taken = [each.taken for each in here if (each.question.method, each.question.day) == asked]
        return max(timedelta(0), self._shelf.now() - min(taken)) if taken else None

    def close(self, seconds: float = 0.0) -> None:
        """Ask nothing more, and wait so long for what is under way."""
        self._crew.leave(seconds)

    # ------------------------------------------------------------------------------------------------- behind it

    def _open(self, question: Question) -> _Place:
        """A place with what is on disk, of whatever age."""
        with self._lock:
            place = self._places.get(question)
            if place is None:
                place = _Place(question)
                self._read(place)
                self._places[question] = place
            return place

    def _whatever_there_is(self, place: _Place) -> Snapshot:
        with self._lock:
            self._read(place)
        if place.snapshot is None:
            raise ApiError("nothing of this was here when the formulas were frozen; press Freeze again to thaw them")
        return place.snapshot

    def _read(self, place: _Place) -> None:
        stamp = self._shelf.stamp(place.question)
        if stamp is not None and stamp != place.stamp:
            kept = self._shelf.load(place.question)
            if kept is not None:
                place.snapshot = kept
            place.stamp = stamp

    def _is_good(self, snapshot: Snapshot, refresh: int) -> bool:
        return snapshot.refresh >= refresh and snapshot.is_fresh(self._shelf.now())

    def _is_worthless(self, snapshot: Snapshot | None, refresh: int) -> bool:
        if snapshot is None or snapshot.refresh < refresh:
            return True
        return not timedelta(0) <= self._shelf.now() - snapshot.taken < snapshot.fresh_for * OLD

    def _depart(self, place: _Place, refresh: int) -> threading.Event | None:
        """The question on its way; None when it need not or must not be asked now."""
        with self._lock:
            if place.flight is not None:
                return place.flight
            self._read(place)
            if place.snapshot is not None and self._is_good(place.snapshot, refresh):
                return None
            failure = place.failure
            if failure is not None and failure.refresh >= refresh and failure.holds(self._shelf.now()):
                return None
            place.flight = landed = threading.Event()
        self._crew.do(lambda: self._fly(place, refresh, landed))
        return landed

    def _fly(self, place: _Place, refresh: int, landed: threading.Event) -> None:
        """Ask, in a thread. Other programs that ask the same wait for this answer, as we for theirs."""
        snapshot, failure = None, None
        try:
            snapshot = self._shelf.answer(
                place.question,
                lambda: self._ask(place.question),
                good=lambda kept: self._is_good(kept, refresh),
                refresh=refresh,
                again=False,
            )
        except KometError as exc:
            failure = self._shelf.failure(place.question) or _failed(str(exc), self._shelf.now(), refresh)
        except Exception as exc:
            log.exception("an answer could not be read or kept")
            why = f"an error of komet-xl's own ({type(exc).__name__})"
            failure = _failed(why, self._shelf.now(), refresh)
        finally:
            with self._lock:
                place.failure = failure
                if snapshot is not None:
                    place.snapshot = snapshot
                    place.stamp = self._shelf.stamp(place.question)
                place.flight = None
            landed.set()


def _failed(why: str, now: datetime, refresh: int) -> Failure:
    """The failure, where the disk could not keep it."""
    return Failure(why, now, refresh, FAILED_FOR.total_seconds())
