"""What is wrong with a workbook, before the file's name and the advice make a sentence of it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from komet_xl.errors import SheetError

if TYPE_CHECKING:
    from collections.abc import Iterator

SAVE_AGAIN = "open it in Excel, save it again and retry"


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
        raise SheetError(f"{where} cannot be used: {exc.reason}; {exc.advice}.") from None
