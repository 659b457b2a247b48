"""What formulas need of this computer itself, done by threads: another program may hold the journal or the keyring.

The spreadsheet waits for it a moment and goes on without it. Errors of our own are written into the log here as well.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from komet_xl.errors import KometError
from komet_xl.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.desk import Crew, Patience
    from komet_xl.settings import Settings

log = logging.getLogger(__name__)

TOLD_EVERY: Final = 60.0
"""Seconds between two entries in the log about the same error: it may be in each of 5,000 cells."""


class Errand:
    """A job that may take long, done by one of a crew; never twice at a time."""

    def __init__(self, job: Callable[[], None], *, crew: Crew, patience: Patience) -> None:
        self._job = job
        self._crew = crew
        self._patience = patience
        self._lock = threading.Lock()
        self._under_way: threading.Event | None = None

    def run(self) -> None:
        """Have it done, unless it is being done, and wait for its end as long as there is patience left."""
        with self._lock:
            ended = self._under_way
            if ended is None:
                ended = self._under_way = threading.Event()
                self._crew.do(lambda: self._do(ended))
        self._patience.wait(ended)

    def forget(self) -> None:
        """Let a job that was called off not stand in the way of the next one."""
        with self._lock:
            self._under_way = None

    def _do(self, ended: threading.Event) -> None:
        try:
            self._job()
        finally:
            with self._lock:
                if self._under_way is ended:
                    self._under_way = None
            ended.set()


class Reports:
    """Errors of our own, on their way into the log; it is open only while a session is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, float] = {}

    def is_new(self, exc: Exception) -> bool:
        """Whether this error has not been written down for a while."""
        name, now = f"{type(exc).__name__}: {exc}"[:200], time.monotonic()
        with self._lock:
            self._told = {each: at for each, at in self._told.items() if now - at < TOLD_EVERY}
            return self._told.setdefault(name, now) == now

    @staticmethod
    def write(what: str, exc: Exception, settings: Settings | None) -> None:
        """Write an error with its traceback into the log, without the token. Waits for the journal; never raises."""
        told = "".join(traceback.format_exception(exc)).rstrip()
        if settings is None:
            log.error("%s\n%s", what, told)
            return
        with Session(settings) as session:
            with suppress(KometError):
                told = session.token.mask(told)
            with suppress(KometError):
                _ = session.journal  # opens the log
            log.error("%s\n%s", what, told)
