"""Answers of Komet on disk, with their age: one request for everyone who asks the same, in any thread or program.

A snapshot is a convenience. Where the disk is full, closed or damaged, values are answered all the same and only cost
a request more. What Komet refused is kept as well, for a short time: asking again at once would only spend quota.
Nothing here knows the token: answers are masked before they come here, and names are made of hashes.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock

from komet_xl.errors import ApiError, KometError, RefusedError, UnansweredError
from komet_xl.komet import lists, wire
from komet_xl.komet.values import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from komet_xl.komet.lists import Listing
    from komet_xl.model import Prebook, PrebookQuery

FRESH: Final = timedelta(minutes=10)
"""How long an answer about today, a day to come or what can be bought holds good."""
FRESH_WHEN_OVER: Final = timedelta(days=1)
"""The same for a day that was over when Komet was asked, and for lists of customers and carriers."""
REFUSED_FOR: Final = timedelta(minutes=5)
"""How long Komet's own no holds good: a wrong token does not mend itself."""
FAILED_FOR: Final = timedelta(minutes=1)
"""How long any other failure does."""
KEPT_FOR: Final = timedelta(days=30)
UNUSABLE: Final = (OSError, OverflowError, RecursionError, ValueError, KeyError, TypeError, AttributeError)
"""What reading a file can raise that is missing, closed to us or damaged."""
LONGEST_TURN: Final = 90.0
"""Seconds to wait for another program that asks the same; after that we ask ourselves: a request more, no harm."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question to Komet whose answer is kept."""

    method: str
    params: tuple[tuple[str, str], ...]
    """URL parameters, the token's placeholder among them."""
    day: date | None = None
    """The last day it is about; None for lists that have no day."""

    @property
    def name(self) -> str:
        """A file name that every system takes and that tells an administrator what is in the file."""
        exact = hashlib.sha256(json.dumps(self.params).encode()).hexdigest()[:16]
        return "_".join([self.method, *([str(self.day)] if self.day else []), exact])


def prebooks_of(query: PrebookQuery) -> Question:
    """The question for prebooks."""
    return Question(wire.LIST_PREBOOKS, tuple(wire.to_params(query).items()), query.truck_date)


def inventory_of(first: date, last: date) -> Question:
    """The question for future inventory from the first to the last day."""
    return Question(lists.INVENTORY.method, tuple(wire.to_range_params(first, last).items()), last)


def all_of(listing: Listing) -> Question:
    """The question for a whole list without a day."""
    return Question(listing.method, tuple(wire.to_own_params().items()))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Komet's answer to one question, as of one moment."""

    question: Question
    taken: datetime
    refresh: int
    """Which press of Refresh it came after: a later press makes it stale, whatever the clock says."""
    contents: tuple[Any, ...]
    """Prebooks, or records of a list."""
    made: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What was made of the contents, for whoever asks for the same again."""

    @property
    def prebooks(self) -> tuple[Prebook, ...]:
        """The contents of a question for prebooks."""
        return self.contents

    @property
    def fresh_for(self) -> timedelta:
        """How long it holds good from the moment it was taken."""
        day = self.question.day
        over = day < self.taken.astimezone().date() if day else self.question.method != lists.INVENTORY.method
        return FRESH_WHEN_OVER if over else FRESH

    def is_fresh(self, now: datetime) -> bool:
        """Whether it holds good. One that was taken in the future (the clock was set back) does not."""
        return timedelta(0) <= now - self.taken < self.fresh_for


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there was no answer, and until when that is not tried again."""

    why: str
    at: datetime
    refresh: int
    seconds: float

    def holds(self, now: datetime) -> bool:
        """Whether asking again is still pointless."""
        return timedelta(0) <= now - self.at < timedelta(seconds=self.seconds)


class Shelf:
    """The snapshots of one account at one host. Safe across threads and programs."""

    def __init__(
        self, folder: Path, *, host: str, account: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self.folder = folder / hashlib.sha256(json.dumps([host, account]).encode()).hexdigest()[:16]
        self.now = now

    def answer(
        self,
        question: Question,
        ask: Callable[[], bytes],
        *,
        good: Callable[[Snapshot], bool],
        refresh: int = 0,
        again: bool = True,
    ) -> Snapshot:
        """
        The kept answer if it is good, else Komet's.

        Args:
            question: What to ask.
            ask: Asks Komet; returns the body as it came, masked.
            good: Whether a kept answer will do.
            refresh: Which press of Refresh this is for.
            again: Whether to ask although Komet could not be asked a moment ago.

        Requests: none or one; programs that ask for the same at the same time share it.
        Raises: what `ask` raises, or ApiError with the sentence of the failure a moment ago.
        """
        kept = self.load(question)
        if kept is not None and good(kept):
            return kept
        with self._turn(question):
            kept = self.load(question)
            if kept is not None and good(kept):
                return kept
            failure = None if again else self.failure(question)
            if failure is not None and failure.refresh == refresh and failure.holds(self.now()):
                raise ApiError(failure.why)
            taken = self.now()
            try:
                body = ask()
                snapshot = Snapshot(question, taken, refresh, _readable(question, body))
            except KometError as exc:
                self._keep_failure(question, exc, refresh)
                raise
            self._keep(snapshot, body)
        return snapshot

    def stamp(self, question: Question) -> tuple[int, int] | None:
        """Changes whenever the kept answer does."""
        try:
            about = self._path(question).stat()
        except OSError:
            return None
        return about.st_mtime_ns, about.st_size

    def load(self, question: Question) -> Snapshot | None:
        """The kept answer, of any age; None when there is none or it cannot be read, which only costs a request."""
        try:
            first, _, body = self._path(question).read_bytes().partition(b"\n")
            head = json.loads(first)
            taken = datetime.fromisoformat(head["taken"]).astimezone(UTC)
            return Snapshot(question, taken, int(head.get("refresh", 0)), _contents(question, body))
        except UNUSABLE:
            return None

    def failure(self, question: Question) -> Failure | None:
        """Why there was no answer the last time; None when there was one."""
        try:
            head = json.loads(self._path(question, "no").read_bytes())
            at = datetime.fromisoformat(head["at"]).astimezone(UTC)
            return Failure(str(head["why"]), at, int(head["refresh"]), float(head["seconds"]))
        except UNUSABLE:
            return None

    # ------------------------------------------------------------------------------------------------- writing

    def _keep(self, snapshot: Snapshot, body: bytes) -> None:
        head = json.dumps({"taken": snapshot.taken.astimezone(UTC).isoformat(), "refresh": snapshot.refresh})
        self._write(self._path(snapshot.question), head.encode() + b"\n" + body)
        with suppress(OSError):
            self._path(snapshot.question, "no").unlink(missing_ok=True)

    def _keep_failure(self, question: Question, exc: KometError, refresh: int) -> None:
        seconds = (REFUSED_FOR if isinstance(exc, RefusedError) else FAILED_FOR).total_seconds()
        told = {"at": self.now().isoformat(), "why": str(exc), "refresh": refresh, "seconds": seconds}
        self._write(self._path(question, "no"), json.dumps(told).encode())

    def _write(self, path: Path, data: bytes) -> None:
        """The whole file or nothing of it, under readers that may hold the old one open."""
        part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
        try:
            _ = self._tidied
            with part.open("xb") as file:
                file.write(data)
            part.chmod(0o600)
            put_in_place(part, path)
        except OSError:  # a snapshot is a convenience: the values are at hand all the same
            with suppress(OSError):
                part.unlink(missing_ok=True)

    @contextmanager
    def _turn(self, question: Question) -> Iterator[None]:
        """Be the one who asks while the block runs; alone where the disk cannot tell others."""
        shard = hashlib.sha256(question.name.encode()).hexdigest()[:2]  # files that are never removed: few, and small
        lock = FileLock(self.folder / f"{shard}.lock", timeout=LONGEST_TURN, mode=0o600)
        with suppress(OSError, NotImplementedError):  # unwritable, without locks, or another program that hangs
            self._make_folder()
            lock.acquire()
        try:
            yield
        finally:
            with suppress(OSError):
                lock.release()  # nothing where it was not acquired

    def _make_folder(self) -> None:
        """The folder, for this user alone. Raises OSError at once where nothing can be written (a lock would wait)."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = self.folder / f"{os.getpid()}-{threading.get_ident()}.probe"
        probe.touch(mode=0o600)
        probe.unlink()

    @cached_property
    def _tidied(self) -> bool:
        """Removes, once a program, what nobody has asked for in a long time."""
        oldest = time.time() - KEPT_FOR.total_seconds()
        for path in [*self.folder.iterdir(), *self.folder.parent.glob("*.json")]:
            with suppress(OSError):
                if path.suffix in {".json", ".no", ".part", ".probe"} and path.stat().st_mtime < oldest:
                    path.unlink()
        return True

    def _path(self, question: Question, ending: str = "json") -> Path:
        return self.folder / f"{question.name}.{ending}"


def _contents(question: Question, body: bytes) -> tuple[Any, ...]:
    """What an answer holds. Raises UnreadableError."""
    answer = wire.parse_answer(body)
    listing = lists.LISTINGS.get(question.method)
    found: list[Any] = lists.parse_list(listing, answer) if listing else list(wire.parse_prebooks(answer))
    return tuple(found)


def _readable(question: Question, body: bytes) -> tuple[Any, ...]:
    try:
        return _contents(question, body)
    except UnreadableError as exc:
        why = str(exc)
    raise UnansweredError(f"Komet's answer cannot be read: {why}")


def put_in_place(part: Path, path: Path) -> None:
    """Put one file in the place of another; on Windows that fails while somebody reads the other, for a moment."""
    for wait in (0.02, 0.05, 0.1, 0.2):
        try:
            part.replace(path)
        except PermissionError:
            time.sleep(wait)
        else:
            return
    part.replace(path)
