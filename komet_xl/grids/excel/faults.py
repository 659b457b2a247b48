"""What Excel answers when it does not do what it is told, as a sentence; and waiting while it is busy."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, TypeVar, TypeVarTuple

from komet_xl.errors import KometError, SheetError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

log = logging.getLogger(__name__)
_T = TypeVar("_T")
_Args = TypeVarTuple("_Args")

BUSY: Final = frozenset({-2147418111, -2147417846, -2146777998})
"""Excel takes no calls: a cell is being edited, or one of its windows waits for an answer."""
GONE: Final = frozenset({-2147023174, -2147023170, -2147023179, -2147417848, -2147220995, -2147221080})
GONE_ON_MAC: Final = frozenset({-609, -600, -1728})
"""There is no Excel any more, or not this workbook."""
MISSING: Final = frozenset({-2147352570, -2147352573})
"""This Excel has no property or command of that name."""
PATIENCE: Final = 10.0
"""Seconds in which a person may finish typing into a cell."""
PAUSE: Final = 0.1
LONGEST: Final = 200
"""Characters of Excel's own words that a sentence quotes."""


class GoneError(SheetError):
    """There is no Excel any more, or not this workbook: what comes next cannot work either."""


def patiently(call: Callable[[*_Args], _T], *args: *_Args, patience: float | None = None) -> _T:
    """
    Ask Excel for something, again and again while it is busy. What is asked must do no harm when it is done twice.

    Raises:
        SheetError: Excel stayed busy or refused; one sentence says which.
        GoneError: Excel or the workbook was closed.
    """
    until = time.monotonic() + (PATIENCE if patience is None else patience)
    while True:
        try:
            return call(*args)
        except KometError:
            raise
        except Exception as exc:  # noqa: BLE001  each engine has exceptions of its own
            if not is_busy(exc) or time.monotonic() >= until:
                log.info("Excel refused a call: %s", type(exc).__name__)
                raise (GoneError if is_gone(exc) else SheetError)(sentence(exc)) from None
        time.sleep(PAUSE)


def is_busy(exc: Exception) -> bool:
    """Whether Excel takes no calls just now."""
    return type(exc).__name__ == "ExcelBusyError" or not BUSY.isdisjoint(_numbers(exc))


def is_gone(exc: Exception) -> bool:
    """Whether Excel or the workbook was closed."""
    return not (GONE | GONE_ON_MAC).isdisjoint(_numbers(exc))


def is_missing(exc: Exception) -> bool:
    """
    Whether this Excel is too old for a property or command.

    Python says AttributeError. xlwings asks COM once more before it passes that on, and passes on what COM answers.
    """
    return isinstance(exc, AttributeError) or not MISSING.isdisjoint(_numbers(exc))


def sentence(exc: Exception) -> str:
    """What went wrong and what to do next."""
    if is_busy(exc):
        return (
            "Excel is busy: a cell is being edited or one of its windows waits for an answer; "
            "finish that with Enter or Esc and try again."
        )
    if is_gone(exc):
        return "Excel or the workbook was closed in the meantime; open the workbook again and retry."
    return f"Excel refused ({_words(exc)}); check that the sheet can be changed by hand and try again."


def _numbers(exc: BaseException) -> set[int]:
    """Every error number that an exception carries, also inside of what COM tells."""
    told = [getattr(exc, "errornumber", None), *_flat(exc.args)]
    return {each for each in told if isinstance(each, int)}


def _words(exc: Exception) -> str:
    """The longest text in it: COM hands over Excel's own words among numbers and names."""
    texts = [each.strip() for each in _flat(exc.args) if isinstance(each, str) and each.strip()]
    found = " ".join(max(texts, key=len, default=type(exc).__name__).split())
    return found.rstrip(".")[:LONGEST]


def _flat(values: Iterable[object]) -> Iterator[object]:
    for each in values:
        if isinstance(each, Iterable) and not isinstance(each, str | bytes):
            yield from _flat(each)
        else:
            yield each
