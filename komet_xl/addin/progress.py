"""While a push runs: count and time left in the status bar, and an ear for Esc and for a press that asks to stop."""

from __future__ import annotations

import logging
import sys
import time
from typing import TYPE_CHECKING, Final

from komet_xl.errors import SheetError
from komet_xl.grids.excel.faults import GoneError, patiently

if TYPE_CHECKING:
    import xlwings

    from komet_xl.addin.running import Running
    from komet_xl.lanes import Halt

log = logging.getLogger(__name__)

EVERY: Final = 1.0
"""Seconds between two changes of the status bar."""
HOW_TO_STOP: Final = "press Push again to stop" if sys.platform == "darwin" else "Esc stops"
"""macOS tells nobody of a key that is pressed elsewhere; but there Excel does not wait, and takes a second press."""
ESCAPE, BREAK = 0x1B, 0x03
"""Windows' numbers of the keys."""


class Progress:
    """How far a push is, shown and asked about from the thread that may talk to Excel."""

    def __init__(self, app: xlwings.App, book: xlwings.Book, running: Running, halt: Halt) -> None:
        self._app = app
        self._book = book
        self._running = running
        self._halt = halt
        self._pid = patiently(getattr, app, "pid")
        self._done = self._all = 0
        self._began = time.monotonic()
        self._next = 0.0

    def begin(self) -> None:
        """From now on lines are on their way. An Esc from before does not count, a request to stop does."""
        self._began = time.monotonic()
        is_escape_pressed(self._pid)
        if self._running.is_asked_to_stop:
            self._halt.throw("you stopped it")

    def note(self, done: int, of_all: int) -> None:
        """So many lines are through. From any thread."""
        self._done, self._all = done, of_all

    def beat(self) -> None:
        """
        Look at keys and requests, and show how far it is. Never raises: the push is worth more.

        Where Excel or the workbook is no more, nobody sees what is sent and no key can stop it: then it stops.
        """
        if not self._halt.thrown and (self._running.is_asked_to_stop or is_escape_pressed(self._pid)):
            self._halt.throw("you stopped it")
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + EVERY
        self._running.tell(f"{self._done} of {self._all} lines")
        if self._is_gone():
            self._halt.throw("Excel or the workbook was closed")
        show(self._app, self._text())

    def _is_gone(self) -> bool:
        try:
            patiently(lambda: self._book.name, patience=0)
        except GoneError:
            return True
        except SheetError:  # Excel is busy
            return False
        return False

    def _text(self) -> str:
        if self._halt.thrown:
            return "Komet: stopping, waiting for the answers under way ..."
        if not self._done:
            return f"Komet: sending {self._all or ''} order lines ... ({HOW_TO_STOP})".replace("  ", " ")
        left = (time.monotonic() - self._began) / self._done * (self._all - self._done)
        return f"Komet: {self._done} of {self._all} order lines sent, about {_duration(left)} left ({HOW_TO_STOP})"


def show(app: xlwings.App, text: str | None) -> None:
    """Put a text into the status bar; None gives it back to Excel. What cannot be shown now is left out."""
    try:
        patiently(setattr, app, "status_bar", False if text is None else text, patience=0)
    except SheetError as exc:
        log.info("status bar: %s", exc)


def is_escape_pressed(process: int) -> bool:
    """Whether Esc or Break was pressed in that Excel since the last look. Windows only; a second press stops too."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  Windows only

        user32 = ctypes.windll.user32
        pressed = any(user32.GetAsyncKeyState(key) & 0x8001 for key in (ESCAPE, BREAK))
        owner = ctypes.c_ulong()
        user32.GetWindowThreadProcessId(user32.GetForegroundWindow(), ctypes.byref(owner))
        return pressed and owner.value == process
    return False


def _duration(seconds: float) -> str:
    """A time as people say it: 40 s, 3 min."""
    return f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} min"
