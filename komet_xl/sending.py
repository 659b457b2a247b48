"""One order line from intent to outcome: on disk before the first byte, settled before anything is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.errors import JournalError, NotSentError, QuotaSpentError, RefusedError, UnansweredError
from komet_xl.journal.identity import State
from komet_xl.model import Outcome, Verdict
from komet_xl.plan import unknown_message
from komet_xl.sheets.orders import STATUS_OF

if TYPE_CHECKING:
    from komet_xl.journal.records import Intent, Run
    from komet_xl.journal.store import Journal
    from komet_xl.komet.client import Client
    from komet_xl.lanes import Halt

TRIES: Final = 3
"""How often a line is tried that provably did not leave."""
BACKOFF: Final = 0.5
"""Seconds before the second try; twice as long before the third."""


class _HaltedError(Exception):
    """The switch was thrown while this line's connection was being made: it must not leave."""


@dataclass(slots=True)
class Sender:
    """Sends the lines of one run. Safe to use from several threads."""

    client: Client
    journal: Journal
    run: Run
    halt: Halt

    def send(self, intent: Intent) -> Outcome:
        """
        Send one line, at most once, and write down what became of it.

        What stops the whole push is thrown to the switch: a lost answer, a refused token, a spent quota, a network
        that cannot be reached, a journal that cannot be written.
        """
        for turn in range(1, TRIES + 1):
            try:
                return self._try(intent)
            except QuotaSpentError as exc:
                self.halt.throw("today's requests are used up", exc)
            except JournalError as exc:
                self.halt.throw("the journal could not be written", exc)
            except NotSentError as exc:
                reason = str(exc)
                if turn < TRIES and not self.halt.thrown:
                    self.halt.pause(BACKOFF * turn)
                    continue
                self.halt.throw(reason, exc)
                return not_sent(intent, reason)
            except _HaltedError:
                pass
            return not_sent(intent, f"the push stopped before this line: {self.halt.reason}")
        raise AssertionError("unreachable: the last try returns")

    def _try(self, intent: Intent) -> Outcome:
        """One try. Raises only when no byte left."""
        sends: list[int] = []

        def before_first_byte() -> None:
            if self.halt.thrown:
                raise _HaltedError
            send = self.journal.intend(self.run, intent, limit=self.client.quota.limit)
            if send is None:
                raise self.client.quota.spent()
            sends.append(send)
            self.client.quota.took_one()

        try:
            message = self.client.add_future_item(intent.line, before_first_byte=before_first_byte)
        except RefusedError as exc:
            outcome = self._settle(sends[0], intent, Verdict.REJECTED, str(exc))
            if exc.speaks_of_token:
                self.halt.throw(f"Komet refused the request itself: {exc}", exc)
            return outcome
        except UnansweredError as exc:
            outcome = self._settle(sends[0], intent, Verdict.UNKNOWN, str(exc))
            self.halt.throw(f"row {intent.line.row} got no usable answer", exc)
            return outcome
        return self._settle(sends[0], intent, Verdict.ACCEPTED, message)

    def _settle(self, send: int, intent: Intent, verdict: Verdict, message: str) -> Outcome:
        """Journal first; an answer that cannot be journaled is unknown, whatever it was."""
        try:
            self.journal.settle(send, _STATE_OF[verdict], message)
        except JournalError as exc:
            self.halt.throw("the journal could not be written", exc)
            said = {Verdict.ACCEPTED: "Komet said yes", Verdict.REJECTED: f"Komet said no ({message})"}
            message = f"{said.get(verdict, message)}, the journal could not record it"
            verdict = Verdict.UNKNOWN
        if verdict is Verdict.UNKNOWN:
            message = unknown_message(message, intent.ref)
        return Outcome(intent.line.row, intent.ref, verdict, STATUS_OF[verdict], message)


_STATE_OF: Final = {
    Verdict.ACCEPTED: State.ACCEPTED,
    Verdict.REJECTED: State.REJECTED,
    Verdict.UNKNOWN: State.UNKNOWN,
}


def not_sent(intent: Intent, why: str) -> Outcome:
    """The outcome of a line of which no byte left."""
    return Outcome(intent.line.row, intent.ref, Verdict.NOT_SENT, STATUS_OF[Verdict.NOT_SENT], why)
