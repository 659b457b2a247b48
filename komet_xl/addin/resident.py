"""
The server: a Python that runs beside Excel and answers its formulas and buttons. xlwings' COM server, tamed.

Usually each Excel starts its own at its first formula: `python -I -m komet_xl.addin.resident {CLASS ID}`, under an id
that is made up for it. Where Windows forbids Excel to start programs (a rule of Microsoft Defender), it can talk to one
that the user has started, the resident one: `komet-xl serve`. That has a class id of our own, so that nobody else's
server is taken for it. COM ends a server when its last client leaves, so the resident one is started anew each time
Excel is closed.
"""

from __future__ import annotations

import atexit
import subprocess
import sys
import time
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from komet_xl.addin import labels
from komet_xl.addin.interpreter import this_interpreter
from komet_xl.addin.places import SERVING, WINDOWS
from komet_xl.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

SERVER: Final = "{d239f2f1-15e8-43b4-baf7-41d9cca1c6b4}"
"""Class id of our server; the label `komet.server` says it to the add-in."""
LABEL: Final = "komet.server"
LOOK_EVERY: Final = 0.5
"""Seconds between two looks at the server and at Ctrl-C, which Windows does not tell a process that waits."""
QUICK: Final = 5.0
"""Seconds. A server that fails sooner never answered anybody."""
MOST_FAILURES: Final = 5
NEEDED_SOON: Final = ("komet_xl.journal.store", "komet_xl.komet.client", "komet_xl.komet.transport", "keyring")
"""What the first formula loads; loaded before Excel is answered, it costs nothing of the time that a cell may take."""
ATTEMPTS: Final = 1_000
"""How often xlwings asks an Excel again that takes no calls just now; without a limit both would wait for ever."""


def ensure_windows(system: str) -> None:
    """Raise UsageError where nothing is to be served."""
    if system != WINDOWS:
        raise UsageError("there is no Excel for Windows here that komet-xl serve could answer; nothing was started.")


@contextmanager
def announced() -> Iterator[None]:
    """
    Be the one resident server of this user, and let the add-in know while the block runs.

    Raises:
        UsageError: there is one already.
        SettingsError: the folder for our notes cannot be written.
    """
    path = _lock_file()
    lock = FileLock(path, timeout=0)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise UsageError("komet-xl serve is running already in another window; one is enough.") from None
    except OSError as exc:
        raise SettingsError(f"{path} cannot be written ({exc.strerror}); make the folder writable.") from None
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
    if not path.is_file():
        return False
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:  # a server could not have taken it either
        return False
    lock.release()
    return False


def answer(server: str = SERVER) -> None:
    """
    Answer Excel until it has closed. Windows only: elsewhere xlwings has no such server.

    Args:
        server: The class id to answer under.

    Raises:
        UsageError: the part of xlwings that speaks with Excel cannot be loaded.
    """
    try:
        from xlwings.com_server import serve  # noqa: PLC0415  needs Windows, and costs import time
    except ImportError as exc:
        raise UsageError(f"xlwings cannot speak with Excel here ({exc}); install komet-xl again.") from None

    from komet_xl.addin import formulas  # noqa: PLC0415  loaded now, so that the first cell need not wait

    for name in NEEDED_SOON:
        import_module(name)
    _leave_excel_alone()
    try:
        serve(server)  # type: ignore[no-untyped-call]  # xlwings' own
    finally:
        formulas.put_away()


def main(words: Sequence[str]) -> int:
    """What the add-in and `komet-xl serve` start: answer until Excel has closed, under the class id given."""
    try:
        ensure_windows(sys.platform)
        answer(*words[:1])
    except UsageError as exc:
        sys.stderr.write(f"{exc}\n")
        return exc.exit_code
    return 0


def _leave_excel_alone() -> None:
    """At its end a process with xlwings in it kills every Excel that shows no workbook. Not in our name."""
    windows: Any = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        atexit.unregister(windows.cleanup)
        windows.N_COM_ATTEMPTS = ATTEMPTS


def _lock_file() -> Path:
    return labels.place().with_name(SERVING)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
