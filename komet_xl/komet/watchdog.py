"""Ends requests whose time is up, however slowly their answer drips in. One thread for all requests of a program."""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Expiring(Protocol):
    """Something with a time limit."""

    ended: bool
    """Whether it is over, so that its time does not matter any more."""

    def expire(self) -> None:
        """The time is up."""
        ...


class Watchdog:
    """
    Calls `expire` on whatever has not ended after a fixed number of seconds. Safe to use from several threads.

    All limits are equally long, so they run out in the order they began: a queue is enough, and its thread sleeps
    until the first of them, undisturbed by those that come and go. A thread for each request, as `threading.Timer`
    starts it, would cost every order line two switches between threads.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._queue: deque[tuple[float, Expiring]] = deque()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def watch(self, what: Expiring) -> None:
        """Start its time now."""
        with self._lock:
            self._queue.append((self._clock() + self._seconds, what))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while True:
            with self._lock:
                while self._queue and self._queue[0][1].ended:
                    self._queue.popleft()
                if not self._queue:
                    self._thread = None
                    return
                until, what = self._queue[0]
            left = until - self._clock()
            if left > 0:
                time.sleep(min(left, self._seconds))
                continue
            with self._lock:
                self._queue.popleft()
            if not what.ended:
                what.expire()
