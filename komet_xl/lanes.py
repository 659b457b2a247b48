"""Lines on their way: those of one prebook one after another, several prebooks side by side, all stop together.

Knows no sheet and no journal: what sending one line means is given to it.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from komet_xl.journal.records import Intent
    from komet_xl.model import Outcome

MOST_LANES: Final = 8
APART: Final = 0.02
"""Seconds between the first launches of two lanes: side by side, but not all at the disk in the same moment."""
TICK: Final = 0.2
"""Seconds between two looks at Ctrl-C while lines are on their way."""


class Halt:
    """One switch for all lanes: once thrown, nothing new leaves. The first reason stays."""

    def __init__(self) -> None:
        self._thrown = threading.Event()
        self._lock = threading.Lock()
        self.reason = ""
        self.cause: Exception | None = None

    def throw(self, reason: str, cause: Exception | None = None) -> None:
        """Stop new launches, and say why in a few words."""
        with self._lock:
            if not self._thrown.is_set():
                self.reason, self.cause = reason, cause
                self._thrown.set()

    @property
    def thrown(self) -> bool:
        """Whether nothing new may leave."""
        return self._thrown.is_set()

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until the switch is thrown."""
        self._thrown.wait(seconds)


def send_in_lanes(
    intents: Sequence[Intent],
    send: Callable[[Intent], Outcome],
    *,
    lanes: int,
    halt: Halt,
    done: Callable[[Outcome], None],
    pulse: Callable[[], None],
) -> dict[int, Outcome]:
    """
    Send lines, at most `lanes` prebooks at a time, until all are through or the switch is thrown.

    Args:
        intents: Lines in sheet order.
        send: Sends one line and gives its outcome; never raises for a line.
        lanes: 1 to 8.
        halt: Checked before every line.
        done: Told of each outcome, from the lanes' own threads.
        pulse: Called a few times a second, from the caller's own thread; a fault in it throws the switch.

    Returns:
        Outcome by row, of the lines that were tried. The others have not left.
    """
    groups: dict[int, list[Intent]] = defaultdict(list)
    for intent in intents:
        groups[intent.line.prebook_id].append(intent)
    outcomes: dict[int, Outcome] = {}

    def send_group(number: int, group: list[Intent]) -> None:
        if number < lanes:
            halt.pause(number * APART)
        for intent in group:
            if halt.thrown:
                return
            outcome = send(intent)
            outcomes[intent.line.row] = outcome
            done(outcome)

    with ThreadPoolExecutor(max_workers=lanes, thread_name_prefix="lane") as pool:
        pending: set[Future[None]] = {pool.submit(send_group, *each) for each in enumerate(groups.values())}
        while pending:
            finished, pending = wait(pending, timeout=TICK)
            try:
                pulse()
            except Exception as exc:  # noqa: BLE001  the lines under way are worth more than who watches them
                _stop(halt, exc)
                pulse = _nothing
            for fault in filter(None, (each.exception() for each in finished)):
                _stop(halt, fault)
    return outcomes


def _nothing() -> None:
    """What is called in place of a pulse that failed."""


def _stop(halt: Halt, fault: BaseException) -> None:
    halt.throw("an internal error stopped the push", fault if isinstance(fault, Exception) else None)
