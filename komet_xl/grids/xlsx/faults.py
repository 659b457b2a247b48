"""What is wrong with a workbook, before the file's name and the advice make a sentence of it."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING

from komet_xl.errors import SheetError

if TYPE_CHECKING:
    from collections.abc import Iterator

SAVE_AGAIN = "open it in Excel, save it again and retry"
LONGEST_NAME = 80
LONGEST_REASON = 400
LONG_WORD = re.compile(rf"(?<!\S)(\S{{{LONGEST_NAME}}})\S++")


class PartError(Exception):
    """A part of the workbook cannot be used. Never leaves this package: `about` turns it into a SheetError."""

    def __init__(self, reason: str, advice: str = SAVE_AGAIN) -> None:
        super().__init__(reason)
        self.reason = reason
        """What is wrong, as the end of "FILE cannot be used: …"."""
        self.advice = advice
        """What to do next, as the end of that sentence."""


@contextmanager
def about(where: str) -> Iterator[None]:
    """Turn a PartError inside into one sentence about the workbook `where`."""
    try:
        yield
    except PartError as exc:
        raise SheetError(f"{where} cannot be used: {_told(exc.reason)}; {_told(exc.advice)}.") from None


def shown(name: str) -> str:
    """A name out of the file, fit for a sentence: one that ends, with the codes of what cannot be printed."""
    found = "".join(map(_printable, name[: LONGEST_NAME + 1]))
    return found if len(found) <= LONGEST_NAME else f"{found[:LONGEST_NAME]}…"


def _told(text: str) -> str:
    """The same for words of ours with names out of the file among them: their end tells what is wrong, so it stays."""
    found = "".join(map(_printable, LONG_WORD.sub(r"\1…", text)))
    half = LONGEST_REASON // 2
    return found if len(found) <= LONGEST_REASON else f"{found[:half]}…{found[-half:]}"


def _printable(letter: str) -> str:
    return letter if letter.isprintable() else letter.encode("unicode_escape").decode()
