"""Values for formulas, the command line and Python, out of snapshots: the same words and figures for all of them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from komet_xl.day import Day, MissingError, chosen
from komet_xl.snapshots import Shelf, prebooks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date, timedelta
    from pathlib import Path

    from komet_xl.komet.client import Client
    from komet_xl.model import Prebook, PrebookQuery
    from komet_xl.sheets.prebooks import Value
    from komet_xl.snapshots import Snapshot

FAILURE: Final = "#KOMET: "
"""What every failure that a cell shows begins with."""


class Snapshots:
    """Answers of Komet on disk, for whoever can wait for a new one: the command line and Python."""

    def __init__(self, folder: Path, *, account: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._account = account
        self._now = now

    def prebooks(self, client: Client, query: PrebookQuery, *, fresh: timedelta | None = None) -> Snapshot:
        """
        The prebooks of a query, from disk while they are fresh, else from Komet.

        Args:
            client: Komet.
            query: What to ask for.
            fresh: How old an answer may be; None: as old as formulas take it without asking anew.

        Requests: none or one; programs that ask for the same at the same time share it.
        Raises: ApiError when Komet must be asked and cannot.
        """
        shelf = Shelf(self._folder, host=client.host, account=self._account, now=self._now)
        question = prebooks_of(query)

        def good(kept: Snapshot) -> bool:
            return kept.is_fresh(self._now()) and (fresh is None or self._now() - kept.taken < fresh)

        return shelf.answer(question, lambda: client.fetch(question.method, dict(question.params))[0], good=good)


def day_of(snapshot: Snapshot, day: date, here: PrebookQuery) -> Day:
    """The prebooks of a snapshot that a filter chooses; made once for each filter."""
    found: Day | None = snapshot.made.get(here)
    if found is None:
        found = snapshot.made[here] = Day(day, chosen(snapshot.prebooks, here))
    return found


def prebook_value(prebooks: Sequence[Prebook], day: date, number: str, field: str) -> Value:
    """
    One field of the prebook with this number, or a text that starts with #KOMET: and says why not.

    Args and errors: as `Day.value`; only a field that does not exist is raised.
    """
    try:
        return Day(day, prebooks).value(number, field)
    except MissingError as exc:
        return f"{FAILURE}{exc}"


def value_text(value: Value) -> str:
    """A value as a cell shows it: a dot as decimal mark, no thousands mark, "" for nothing."""
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
