"""
The resident server: a Python that runs beside Excel and answers its formulas and buttons.

Where Windows forbids Excel to start programs (a rule of Microsoft Defender), the add-in cannot start its own. It can
talk to one that the user has started: `komet-xl serve`. It is xlwings' COM server under a class id of our own, so
that nobody else's server is taken for it. COM ends such a server when its last client leaves, so one is started anew
each time Excel is closed.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from komet_xl.addin import labels
from komet_xl.addin.interpreter import this_interpreter
from komet_xl.addin.places import SERVING, WINDOWS
from komet_xl.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

SERVER: Final = "{d239f2f1-15e8-43b4-baf7-41d9cca1c6b4}"
"""Class id of our server; the label `komet.server` says it to the add-in."""
LABEL: Final = "komet.server"
LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the server and at Ctrl-C, which Windows does not tell a process that waits."""
QUICK: Final = 5.0
"""Seconds. A server that fails sooner never answered anybody."""
MOST_FAILURES: Final = 5


def ensure_windows(system: str) -> None:
    """Raise UsageError where nothing is to be served."""
    if system != WINDOWS:
        raise UsageError("there is no Excel for Windows here that komet-xl serve could answer; nothing was started.")


@contextmanager
def announced() -> Iterator[None]:
    """Be the one resident server of this user, and let the add-in know while the block runs. Raises UsageError."""
    path = _lock_file()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise UsageError("komet-xl serve is running already in another window; one is enough.") from None
    try:
        labels.write_label(LABEL, SERVER)
        try:
            yield
        finally:
            labels.write_label(LABEL, None)
    finally:
        lock.release()


def ensure_stopped() -> None:
    """Raise UsageError while this user's server runs: it would be left without its files."""
    if is_running():
        raise UsageError("komet-xl serve is running in another window; end it there with Ctrl-C and try again.")


def server_command() -> list[str]:
    """How one server is started: the same Python as Excel's, with nothing of the environment before our modules."""
    interpreter = this_interpreter()
    return [str(interpreter.program), *interpreter.switches, "-m", "komet_xl.addin.resident"]


def keep_running(command: Sequence[str], *, stopped: Callable[[], bool] = lambda: False) -> None:
    """
    Start a program, and again each time it ends, until Ctrl-C or until `stopped`. It ends with us.

    Raises:
        UsageError: it failed at once, time after time.
    """
    failures = 0
    while not stopped():
        started = time.monotonic()
        code = _run(command, stopped)
        failures = failures + 1 if code and time.monotonic() - started < QUICK else 0
        if failures >= MOST_FAILURES:
            raise UsageError(
                f"the server ended {failures} times at once (code {code}); run komet-xl doctor, it says what is wrong."
            )


def _run(command: Sequence[str], stopped: Callable[[], bool]) -> int:
    """Run it to its end; 0 when we ended it ourselves."""
    silent = subprocess.DEVNULL
    process = subprocess.Popen(command, stdin=silent, stdout=silent, stderr=silent)  # noqa: S603  our own module
    try:
        while not stopped():
            try:
                return process.wait(LOOK_EVERY)
            except subprocess.TimeoutExpired:
                continue
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    return 0


def is_running() -> bool:
    """Whether this user has a resident server."""
    path = _lock_file()
    if not path.parent.is_dir():
        return False
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    lock.release()
    return False


def answer() -> None:
    """Answer Excel until it has closed. Windows only: elsewhere xlwings has no such server."""
    from xlwings.com_server import serve  # noqa: PLC0415  needs Windows, and costs import time

    from komet_xl.addin import formulas  # noqa: PLC0415  loaded now, so that the first cell need not wait

    _leave_excel_alone()
    try:
        serve(SERVER)  # type: ignore[no-untyped-call]  # xlwings' own
    finally:
        formulas.put_away()


def _leave_excel_alone() -> None:
    """At its end a process with xlwings in it kills every Excel that shows no workbook. Not in our name."""
    windows = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        atexit.unregister(windows.cleanup)


def _lock_file() -> Path:
    return labels.place().with_name(SERVING)


if __name__ == "__main__":
    answer()
