"""Results in the rows of an open sheet while a push runs: at most one block a second, and the journal knows first."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from komet_xl.errors import JournalError, SheetError
from komet_xl.journal.identity import State
from komet_xl.journal.records import Shown
from komet_xl.model import Outcome, Verdict
from komet_xl.sheets.orders import to_result_cells

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.grids.grid import Grid
    from komet_xl.journal.records import Intent, Where
    from komet_xl.journal.store import Journal
    from komet_xl.sheets.orders import OrderSheet

EVERY: Final = 1.0
"""Seconds between two blocks."""


@dataclass(slots=True)
class _Block:
    """Rows to be sent that stand one below the other, with what each is to show."""

    outcomes: dict[int, Outcome]
    fresh: set[int] = field(default_factory=set)
    """Rows whose result the sheet does not show yet."""


class Live:
    """
    What has been sent so far, row by row, for a person to see. It is only a view.

    Rows that are still to come are written as they stand, so that a block is one piece. Where the sheet takes nothing,
    nothing is lost: all results are written once more when the push has ended.
    """

    def __init__(
        self, journal: Journal, grid: Grid, where: Where, orders: OrderSheet, intents: Sequence[Intent]
    ) -> None:
        self._journal = journal
        self._grid = grid
        self._where = where
        self._layout = orders.layout
        self._block_of: dict[int, _Block] = {}
        self._lock = threading.Lock()
        self._next = time.monotonic() + EVERY
        self._off = False
        rows = {row.number: row for row in orders.rows}
        for intent in intents:
            row = rows[intent.line.row]
            block = self._block_of.get(row.number - 1) or _Block({})
            block.outcomes[row.number] = Outcome(row.number, intent.ref, Verdict.READY, row.status, row.message)
            self._block_of[row.number] = block

    def note(self, outcome: Outcome) -> None:
        """A line has come to its end. From any thread."""
        with self._lock:
            block = self._block_of[outcome.row]
            block.outcomes[outcome.row] = outcome
            block.fresh.add(outcome.row)

    def show(self) -> None:
        """Write the block with most news, if the last one is a second ago. From the thread that owns the sheet."""
        if self._off or time.monotonic() < self._next:
            return
        with self._lock:
            block = max(self._block_of.values(), key=lambda each: len(each.fresh))
            news, outcomes = set(block.fresh), list(block.outcomes.values())
            block.fresh.clear()
        if not news:
            return
        try:
            refs = {each.ref for each in outcomes if each.row in news}
            sends = self._journal.sends_of_sheet(self._where, states=frozenset(State))
            self._journal.showing([each.id for each in sends if each.ref in refs and each.shown is Shown.NO])
            self._grid.write(to_result_cells(self._layout, outcomes))
        except (SheetError, JournalError):
            self._off = True
        self._next = time.monotonic() + EVERY
