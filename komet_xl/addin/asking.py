"""What a button says to the person in front of Excel, and what it asks them. One sentence, and the next step."""

from __future__ import annotations

import logging
import subprocess
import sys
from typing import TYPE_CHECKING, Any, Final

from komet_xl.grids.excel.faults import patiently
from komet_xl.words import sentence, visible

if TYPE_CHECKING:
    import xlwings

log = logging.getLogger(__name__)

TITLE: Final = "Komet"
LONGEST: Final = 3_000
"""Characters of a message box: a box must not grow beyond the screen."""
LAST: Final = 500
"""Characters of its end that are kept."""
LONGEST_PROMPT: Final = 255
"""Characters that Excel's own box takes above its field."""
TEXT: Final = 2
"""Excel's number for a field that takes text."""
YES_NO, QUESTION_MARK, SECOND_FIRST, IN_FRONT, YES = 0x4, 0x20, 0x100, 0x10000, 6
"""Windows' numbers for a box and its answer."""
SHOWN: Final = (
    "This computer has no field that hides what is typed: what you type next can be seen on the screen. Go on?"
)


class Asking:
    """Boxes in front of Excel."""

    def __init__(self, app: xlwings.App) -> None:
        self._app = app

    def say(self, text: str) -> None:
        """Show something that went as it should."""
        self._box(text, "ok", "info")

    def complain(self, text: str) -> None:
        """Show why something did not go."""
        self._box(sentence(text), "ok", "critical")

    def confirm(self, text: str) -> bool:
        """Ask for a yes."""
        if sys.platform == "win32":
            return _no_first(patiently(getattr, self._app, "hwnd"), _fitting(text))
        return self._box(text, "yes_no", None) == "yes"

    def decide(self, text: str) -> bool | None:
        """Ask for a yes, a no, or neither."""
        return {"yes": True, "no": False}.get(str(self._box(text, "yes_no_cancel", None)))

    def line(self, prompt: str, default: str = "") -> str | None:
        """Ask for a line of text. None when the person cancels."""
        if sys.platform == "darwin":
            return _script(prompt, default, hidden=False)
        asked = {"Prompt": prompt[:LONGEST_PROMPT], "Title": TITLE, "Default": default[:LONGEST_PROMPT], "Type": TEXT}
        found = patiently(lambda: self._app.api.InputBox(**asked))
        return None if found is False else str(found).strip()

    def secret(self, prompt: str) -> str | None:
        """Ask for something that nobody else may see: the field shows stars. None when the person cancels."""
        if sys.platform == "darwin":
            return _script(prompt, "", hidden=True)
        try:
            return _masked(prompt)
        except _NoWindowError:
            return self.line(prompt) if self.confirm(SHOWN) else None

    def _box(self, text: str, buttons: str, mode: str | None) -> str | None:
        return patiently(lambda: self._app.alert(_fitting(text), TITLE, buttons, mode))


def _fitting(text: str) -> str:
    """What is too long loses its middle: the beginning says what it is about, the end what is asked."""
    shown = visible(text)
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - LAST]} …\n… {shown[-LAST:]}"


def _no_first(window: int, text: str) -> bool:
    """The same box as xlwings', but Enter means No: a key that is hit once too often must not send orders."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415  Windows only

        box = ctypes.windll.user32.MessageBoxW
        box.argtypes = [ctypes.c_void_p, ctypes.c_wchar_p, ctypes.c_wchar_p, ctypes.c_uint]
        return bool(box(window, text, TITLE, YES_NO | QUESTION_MARK | SECOND_FIRST | IN_FRONT) == YES)
    return False


class _NoWindowError(Exception):
    """No field of our own can be shown here."""


def _masked(prompt: str) -> str | None:
    """A field of our own in front of everything. Raises _NoWindowError."""
    try:
        import tkinter as tk  # noqa: PLC0415  slow, and missing in some Pythons
        from tkinter import simpledialog  # noqa: PLC0415  same

        window = tk.Tk()
    except Exception as exc:  # noqa: BLE001  missing, broken, or no screen
        log.info("no window of our own: %s", type(exc).__name__)
        raise _NoWindowError from None
    try:
        window.withdraw()
        window.attributes("-topmost", True)  # noqa: FBT003  Tk's own way
        found: str | None = simpledialog.askstring(TITLE, prompt, show="*", parent=window)
    finally:
        window.destroy()
    return None if found is None else found.strip()


def _script(prompt: str, default: str, *, hidden: bool) -> str | None:
    """A box of macOS. What is asked goes in as arguments, never as a part of the program."""
    program = (
        "on run {prompt, initial}\n"
        f'return text returned of (display dialog prompt default answer initial with title "{TITLE}"'
        f"{' with hidden answer' if hidden else ''})\n"
        "end run"
    )
    ended: Any = subprocess.run(  # noqa: S603  a program of the system, and arguments that it does not run
        ["/usr/bin/osascript", "-e", program, prompt, default], capture_output=True, text=True, check=False
    )
    return str(ended.stdout).strip() if ended.returncode == 0 else None
