"""What the add-in starts when a button is pressed: `python -I -m komet_xl.addin.press CONTROL_ID --hwnd=...`.

Nothing escapes from here: whatever happens is one sentence in a box. The exit code is 0 unless even that could not be
shown; then the add-in says so itself.
"""

from __future__ import annotations

import atexit
import logging
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

import xlwings

from komet_xl.addin import running
from komet_xl.addin.asbefore import as_before
from komet_xl.addin.asking import Asking
from komet_xl.addin.buttons import find_button
from komet_xl.addin.click import Click
from komet_xl.addin.progress import show
from komet_xl.errors import KometError, SheetError, TokenMissingError, UsageError
from komet_xl.grids.excel import faults, native
from komet_xl.grids.excel.faults import patiently

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.addin.said import Said

log = logging.getLogger(__name__)

ATTEMPTS: Final = 25
"""How often xlwings itself asks a busy Excel again, without a pause; we wait on top of that."""
UNSEEN: Final = 1
"""Exit code: what happened could not be shown."""
NO_BOOK: Final = "no workbook is open in this window; open one and press the button again."
PROTECTED: Final = "the workbook is open in Protected View; press Enable Editing, then the button again."
REFRESH_RIBBON: Final = "'komet.xlam'!KometRibbon.KometRefreshRibbon"


def main(arguments: Sequence[str] | None = None) -> int:
    """Find the workbook that the button belongs to, and carry out what the button is for."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    tame_xlwings()
    app = None
    try:
        app = _app(words)
        book = _book(app, words)
    except Exception as exc:  # noqa: BLE001  the last place that can tell a person
        return _complain(app, exc)
    return press(words[0] if words else "", book, alone="--alone" in words or sys.platform == "darwin")


def press(control: str, book: xlwings.Book, *, alone: bool = False) -> int:
    """
    Carry out one button.

    Args:
        control: The button's id in the ribbon.
        book: The workbook it was pressed in.
        alone: Whether Excel went on without waiting: then nobody else brings the ribbon's labels up to date.
    """
    app = None
    try:
        app = patiently(lambda: book.app)
        said = _carry_out(control, book, app)
        show(app, said.bar or None)
        if said.labels and alone:
            _refresh_ribbon(app)
        if said.box:
            Asking(app).say(said.box)
    except Exception as exc:  # noqa: BLE001  no traceback reaches a person
        if app is not None and isinstance(exc, running.BusyError):
            return _busy(Asking(app), exc)
        if app is not None:
            show(app, None)
        return _complain(app, exc)
    return 0


def _carry_out(control: str, book: xlwings.Book, app: xlwings.App) -> Said:
    """What a button is for, as the only one at work. Excel is as it was afterwards."""
    button = find_button(control)
    show(app, None)
    with running.alone(button.label, patiently(lambda: book.name), stops=button.stops) as run, as_before(app, run):
        click = Click(book, app, Asking(app), run)
        try:
            return button.do(click)
        except KometError:
            raise
        except Exception:
            log.exception("internal error")  # here, while the session keeps the log open
            raise
        finally:
            click.close()


def press_resident(control: str, window: int) -> None:
    """
    The same, asked for by an Excel that may not start programs: the server that answers its formulas starts it.

    It does not wait: a push may take minutes, and formulas need the server meanwhile.
    """
    isolated = ["-I"] if sys.flags.isolated else ["-E", "-P"]
    command = [
        sys.executable,
        *isolated,
        "-m",
        __name__,
        control,
        "--wb=",
        "--from_xl=1",
        f"--hwnd={window}",
        "--alone",
    ]
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW
    subprocess.Popen(command, creationflags=flags)  # noqa: S603  our own program


def tame_xlwings() -> None:
    """Keep xlwings from asking a busy Excel for ever, and from killing Excels without a workbook when we end."""
    windows: Any = sys.modules.get("xlwings._xlwindows")
    if windows is not None:
        atexit.unregister(windows.cleanup)
        windows.N_COM_ATTEMPTS = ATTEMPTS


def _app(words: Sequence[str]) -> xlwings.App:
    """The Excel whose window the button was pressed in. Raises UsageError."""
    window = _given(words, "--hwnd")
    if sys.platform == "win32" and window.isdigit() and int(window):
        from xlwings import _xlwindows  # noqa: PLC0415  Windows only

        return xlwings.App(impl=_xlwindows.App(xl=int(window)))
    app = xlwings.apps.active
    if app is None:
        raise UsageError(NO_BOOK)
    return app


def _book(app: xlwings.App, words: Sequence[str]) -> xlwings.Book:
    """The workbook of that name, else the active one. Raises UsageError."""
    name = _given(words, "--wb")
    try:
        book = patiently(lambda: app.books[name] if name else app.books.active)
        patiently(lambda: book.name)
    except SheetError:
        raise UsageError(PROTECTED if native.shows_protected_view(app) else NO_BOOK) from None
    return book


def _given(words: Sequence[str], option: str) -> str:
    return next((each.partition("=")[2].strip() for each in words if each.startswith(f"{option}=")), "")


def _busy(ask: Asking, exc: running.BusyError) -> int:
    """Another button is at work: say so, and let a push be stopped."""
    try:
        if not exc.owner.stops:
            ask.say(str(exc))
        elif ask.confirm(f"{exc.owner.told}.\n\nStop it after the requests that are under way?"):
            running.ask_to_stop(exc.owner)
    except KometError:
        log.warning("could not say that another button is at work")
        return UNSEEN
    return 0


def _complain(app: xlwings.App | None, exc: Exception) -> int:
    """One sentence about what went wrong."""
    if isinstance(exc, TokenMissingError):
        told = "there is no Komet token for this profile; press Sign in… on the Komet tab."
    elif isinstance(exc, KometError):
        told = str(exc)
    elif faults.is_busy(exc) or faults.is_gone(exc):
        told = faults.sentence(exc)
    else:
        told = f"komet-xl stumbled over an error of its own ({type(exc).__name__}); press Doctor, or look into its log."
    try:
        if app is None:
            return UNSEEN
        Asking(app).complain(told)
    except Exception:  # noqa: BLE001  nobody is left to tell
        log.warning("could not be shown: %s", told)
        return UNSEEN
    return 0


def _refresh_ribbon(app: xlwings.App) -> None:
    """Let the add-in read its labels anew; without the add-in there are none."""
    try:
        patiently(app.macro(REFRESH_RIBBON), patience=0)
    except SheetError as exc:
        log.info("the ribbon was not refreshed: %s", exc)


if __name__ == "__main__":
    sys.exit(main())
