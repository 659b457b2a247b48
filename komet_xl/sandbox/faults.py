"""What can be made to go wrong, and the queue of what shall. No network: an `Ending` says how it looks on the wire.

A rule names a fault and, if wanted, the method, prebook and inventory item it is for. The first rule that fits
a request is used and its count lowered; a rule that is used up is gone.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from komet_xl.sandbox.answers import BAD_GATEWAY_PAGE, LOGIN_PAGE, Answer, no, page, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


REFUSAL = "The sandbox was told to refuse this."
LOGIN = "/login"
TEXT_STATUS = '{"status": "ok", "message": "success"}'
TWO_STATUSES = '{"status": 0, "status": 1, "message": "success"}'
NAN_STATUS = '{"status": NaN, "message": "success"}'
BAD_JSON = '{"status": 1, "message": success'


class Ending(Enum):
    """How a request ends on the wire."""

    ANSWER = "a complete answer"
    SILENCE = "nothing, until the client goes away or the time is over"
    CLOSE = "the connection is closed without an answer"
    RESET = "the connection is reset without an answer"
    CUT = "half an answer, then the connection is closed"


@dataclass(frozen=True, slots=True)
class Rule:
    """One fault, waiting for the requests it is for."""

    fault: str
    """A name from FAULTS."""
    times: int | None = 1
    """How many requests it will meet; None: all that come."""
    method: str | None = None
    prebook_id: int | None = None
    inventory_id: int | None = None
    seconds: float | None = None
    """How long silence or slowness lasts, or the Retry-After; None: the fault's own default."""
    message: str = REFUSAL
    location: str = LOGIN
    """Where a redirect points to."""

    def fits(self, method: str, fields: Mapping[str, object]) -> bool:
        """Whether a request is one this rule is for."""
        return (
            self.method in (None, method)
            and _same(self.prebook_id, fields.get("prebookId"))
            and _same(self.inventory_id, fields.get("inventoryId"))
        )

    def duration(self, default: float) -> float:
        """`seconds`, or the default."""
        return default if self.seconds is None else self.seconds


def _same(wanted: int | None, given: object) -> bool:
    return wanted is None or str(given).strip() == str(wanted)


@dataclass(frozen=True, slots=True)
class Fault:
    """What a fault does."""

    ending: Ending
    answer: Callable[[Rule, str], Answer] | None = None
    """The false answer, from the rule and the token that was sent; None: the true one, if any is given."""
    applied: bool = False
    """Whether the request is carried out before the fault shows."""


def _retry_after(rule: Rule) -> tuple[tuple[str, str], ...]:
    return (("retry-after", f"{rule.duration(1):.0f}"),)


def _location(rule: Rule) -> tuple[tuple[str, str], ...]:
    return (("location", rule.location),)


FAULTS: Mapping[str, Fault] = {
    "refuse": Fault(Ending.ANSWER, lambda rule, _: no(rule.message)),
    "time-out-before": Fault(Ending.SILENCE),
    "time-out-after": Fault(Ending.SILENCE, applied=True),
    "close-before": Fault(Ending.CLOSE),
    "close-after": Fault(Ending.CLOSE, applied=True),
    "reset-after": Fault(Ending.RESET, applied=True),
    "502-before": Fault(Ending.ANSWER, lambda _rule, _token: page(BAD_GATEWAY_PAGE, 502)),
    "502-after": Fault(Ending.ANSWER, lambda _rule, _token: page(BAD_GATEWAY_PAGE, 502), applied=True),
    "html-200-after": Fault(Ending.ANSWER, lambda _rule, _token: page(LOGIN_PAGE, 200), applied=True),
    "text-status-after": Fault(Ending.ANSWER, lambda _rule, _token: text(TEXT_STATUS), applied=True),
    "truncated-after": Fault(Ending.CUT, applied=True),
    "slow": Fault(Ending.ANSWER, applied=True),
    "401": Fault(Ending.ANSWER, lambda _rule, _token: no("Invalid authentication token.", 401)),
    "403": Fault(Ending.ANSWER, lambda _rule, _token: no("This token may not use this method.", 403)),
    "429": Fault(Ending.ANSWER, lambda rule, _: no("Too many requests.", 429, _retry_after(rule))),
    "503": Fault(Ending.ANSWER, lambda rule, _: no("Service unavailable.", 503, _retry_after(rule))),
    "redirect-302": Fault(Ending.ANSWER, lambda rule, _: no("Moved.", 302, _location(rule))),
    "redirect-307": Fault(Ending.ANSWER, lambda rule, _: no("Moved.", 307, _location(rule))),
    "duplicate-status": Fault(Ending.ANSWER, lambda _rule, _token: text(TWO_STATUSES)),
    "nan-status": Fault(Ending.ANSWER, lambda _rule, _token: text(NAN_STATUS)),
    "echo-token": Fault(Ending.ANSWER, lambda _, token: no(f"The token {token} is not valid here.")),
    "bad-json": Fault(Ending.ANSWER, lambda _rule, _token: text(BAD_JSON)),
}
"""Every fault by name."""


class FaultQueue:
    """The rules that wait, oldest first. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rules: list[tuple[Rule, int | None]] = []

    def put(self, rule: Rule) -> None:
        """One more rule. Raises ValueError if there is no such fault or the count is not at least 1."""
        if rule.fault not in FAULTS:
            raise ValueError(f"There is no fault named {rule.fault}; there are {', '.join(FAULTS)}.")
        if rule.times is not None and rule.times < 1:
            raise ValueError("A fault must happen at least once.")
        with self._lock:
            self._rules.append((rule, rule.times))

    def take(self, method: str, fields: Mapping[str, object]) -> Rule | None:
        """The first rule for this request, if there is one; its count is lowered."""
        with self._lock:
            for position, (rule, left) in enumerate(self._rules):
                if rule.fits(method, fields):
                    if left == 1:
                        del self._rules[position]
                    elif left is not None:
                        self._rules[position] = (rule, left - 1)
                    return rule
        return None

    def waiting(self) -> list[tuple[Rule, int | None]]:
        """The rules that wait, each with the times that are left."""
        with self._lock:
            return list(self._rules)

    def clear(self) -> None:
        """Forget all rules."""
        with self._lock:
            self._rules.clear()


JSON_NAMES: Mapping[str, tuple[str, tuple[type, ...]]] = {
    "fault": ("fault", (str,)),
    "times": ("times", (int, type(None))),
    "method": ("method", (str, type(None))),
    "prebookId": ("prebook_id", (int, type(None))),
    "inventoryId": ("inventory_id", (int, type(None))),
    "seconds": ("seconds", (int, float, type(None))),
    "message": ("message", (str,)),
    "location": ("location", (str,)),
}
"""The fields of a rule as the control plane spells them, and the types they may have."""


def rule_from(fields: Mapping[str, object]) -> Rule:
    """A rule from the control plane's JSON. Raises ValueError with a sentence."""
    found: dict[str, object] = {}
    for name, value in fields.items():
        if name not in JSON_NAMES:
            raise ValueError(f"A fault has no field {name}; it has {', '.join(JSON_NAMES)}.")
        attribute, types = JSON_NAMES[name]
        if isinstance(value, bool) or not isinstance(value, types):
            raise ValueError(f"The field {name} of a fault cannot be {json.dumps(value, default=str)}.")  # noqa: TRY004  a sentence for the caller, like the others
        found[attribute] = value
    if "fault" not in found:
        raise ValueError("A fault needs its name in the field fault.")
    return Rule(**found)  # type: ignore[arg-type]  # every type was checked above
