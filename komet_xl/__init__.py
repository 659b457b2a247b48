"""komet-xl: Komet Sales in Excel. Pull prebooks into a sheet, push order lines, each at most once.

    import komet_xl

    with komet_xl.open_session() as komet:
        komet.pull(komet_xl.PrebookQuery(truck_date=date(2015, 2, 10)), "morning.xlsx")

Importing this loads nothing heavy: each name is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from komet_xl.errors import (
        ApiError,
        HeadingError,
        JournalBusyError,
        JournalError,
        KometError,
        NotSentError,
        QuotaSpentError,
        RefusedError,
        SettingsError,
        SheetError,
        SheetMissingError,
        TokenMissingError,
        UnansweredError,
        UnknownRefError,
        UsageError,
    )
    from komet_xl.model import Breakdown, OrderLine, Outcome, Plan, Prebook, PrebookItem, PrebookQuery, Report, Verdict
    from komet_xl.push import PushOptions
    from komet_xl.session import Session, open_session

__version__ = "0.1.0"

__all__ = [
    "ApiError",
    "Breakdown",
    "HeadingError",
    "JournalBusyError",
    "JournalError",
    "KometError",
    "NotSentError",
    "OrderLine",
    "Outcome",
    "Plan",
    "Prebook",
    "PrebookItem",
    "PrebookQuery",
    "PushOptions",
    "QuotaSpentError",
    "RefusedError",
    "Report",
    "Session",
    "SettingsError",
    "SheetError",
    "SheetMissingError",
    "TokenMissingError",
    "UnansweredError",
    "UnknownRefError",
    "UsageError",
    "Verdict",
    "open_session",
]


_ROOMS = ("errors", "model", "push", "session")


def __getattr__(name: str) -> object:
    """Load a name of the front door when it is first used."""
    if name in __all__:
        for room in _ROOMS:
            module = import_module(f"komet_xl.{room}")
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
