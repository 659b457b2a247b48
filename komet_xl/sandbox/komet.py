"""What each method answers, and how each request ends: Komet itself, without the network.

Safe from several threads: the web server asks it, tests ask it directly.
"""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from komet_xl.sandbox import listing, wire
from komet_xl.sandbox.answers import Answer, json_answer, no
from komet_xl.sandbox.faults import FAULTS, Ending, FaultQueue
from komet_xl.sandbox.rules import RefusalError, read_new_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from komet_xl.sandbox.nouns import Item
    from komet_xl.sandbox.settings import Settings
    from komet_xl.sandbox.store import Store

LONGEST_SILENCE = 120.0
"""Seconds a time-out fault holds the line, unless the rule says otherwise."""


@dataclass(frozen=True, slots=True)
class Call:
    """One /api request, read."""

    verb: str
    method: str
    fields: Mapping[str, object]
    """URL parameters of a GET, JSON members of a POST."""
    problem: Answer | None = None
    """The answer to a request whose body could not be read; then there are no fields."""

    @property
    def token(self) -> str:
        """The token that was sent, blank if none was."""
        token = self.fields.get("authenticationToken")
        return token if isinstance(token, str) else ""


@dataclass(frozen=True, slots=True)
class Reply:
    """How a request shall end."""

    ending: Ending
    answer: Answer | None
    """None only where the ending gives none."""
    seconds: float
    """When, counted from the arrival of the request; of a silence, how long it lasts."""


class Komet:
    """The methods over one store, with settings, faults and counters."""

    def __init__(self, store: Store, *, token: str, settings: Settings) -> None:
        self.store = store
        self.token = token
        self.settings = settings
        self.faults = FaultQueue()
        self._first_settings = settings
        self._lock = threading.Lock()
        self._posts = 0
        self._most_posts = 0
        self._methods: dict[str, tuple[tuple[str, ...], Callable[[Call], Answer]]] = {
            "prebook.details.list": (("GET",), self._prebook_details),
            "prebook.list": (("GET",), self._prebooks),
            "prebook.future.item.add": (("POST",), self._add_future_item),
            "future.inventory.openmarket.list": (("GET", "POST"), self._future_inventory),
            "customer.list": (("GET",), self._customers),
            "carrier.list": (("GET",), self._carriers),
        }

    def change(self, changes: Mapping[str, object]) -> Settings:
        """Replace some settings. Raises ValueError with a sentence, then nothing is changed."""
        with self._lock:
            self.settings = self.settings.changed(changes)
            return self.settings

    def reset(self) -> None:
        """First data, first settings, no faults, no ledger, no counts."""
        with self._lock:
            self.settings = self._first_settings
            self._most_posts = self._posts
        self.faults.clear()
        self.store.reset()

    def requests(self) -> dict[str, int]:
        """Requests by method since the last reset, then `total`, `today` and `most_posts_at_once`."""
        methods, today = self.store.requests()
        return {
            **methods,
            "total": sum(methods.values()),
            "today": today,
            "most_posts_at_once": self._most_posts,
        }

    def post_began(self) -> None:
        """One more POST is in flight."""
        with self._lock:
            self._posts += 1
            self._most_posts = max(self._most_posts, self._posts)

    def post_ended(self) -> None:
        """One POST has its ending."""
        with self._lock:
            self._posts -= 1

    def count(self, method: str) -> int:
        """Note that a request came. Returns how many came today; unknown methods count as `other`."""
        return self.store.count(method if method in self._methods else "other")

    def reply(self, call: Call, today: int) -> Reply:
        """Carry a request out, or let a fault have its way with it. `today` is what `count` said of it."""
        latency = self.settings.latency_ms / 1000
        rule = self.faults.take(call.method, call.fields)
        if rule is None:
            return Reply(Ending.ANSWER, self.answer(call, today), latency)
        fault = FAULTS[rule.fault]
        answer = self.answer(call, today) if fault.applied else None
        if fault.answer is not None:
            answer = fault.answer(rule, call.token)
        if fault.ending is Ending.SILENCE:
            return Reply(fault.ending, None, rule.duration(LONGEST_SILENCE))
        return Reply(fault.ending, answer, max(latency, rule.duration(1) if rule.fault == "slow" else 0))

    def answer(self, call: Call, today: int) -> Answer:
        """The true answer to a request; whatever it asks for is done when this returns."""
        refused = self._not_let_in(call, today)
        if refused is not None:
            return refused
        if call.method not in self._methods:
            return no(f"There is no method {call.method}.", 404)
        verbs, method = self._methods[call.method]
        if call.verb not in verbs:
            allowed = ", ".join(verbs)
            return no(f"{call.method} must be called with {allowed}.", 405, (("allow", allowed),))
        try:
            return method(call)
        except RefusalError as exc:
            return no(str(exc))

    def _not_let_in(self, call: Call, today: int) -> Answer | None:
        limit = self.settings.daily_limit
        if limit is not None and today > limit:
            return no("Daily request limit reached.", 429)
        if call.problem is not None:
            return call.problem
        if call.token != self.token and call.token not in self.settings.token_methods:
            return no("Invalid authentication token.", 401)
        if not self.settings.may_use(call.token, call.method):
            return no(f"This token may not use {call.method}.", 403)
        return None

    def _prebook_details(self, call: Call) -> Answer:
        wanted, item_ids = listing.details_filter(params_of(call)), self.settings.item_ids
        prebooks = [
            wire.prebook_json(prebook, total(items), (wire.item_json(item, item_ids=item_ids) for item in items))
            for prebook, items in self.store.prebooks(wanted.truck_dates)
            if wanted.accepts(prebook, items)
        ]
        return found("prebooks", prebooks, nothing="Orders not found.OK")

    def _prebooks(self, call: Call) -> Answer:
        wanted = listing.headers_filter(params_of(call))
        prebooks = [
            wire.prebook_json(prebook, total(items))
            for prebook, items in self.store.prebooks(wanted.truck_dates)
            if wanted.accepts(prebook, items)
        ]
        return found("prebooks", prebooks, nothing="Orders not found.OK")

    def _add_future_item(self, call: Call) -> Answer:
        self.store.add(read_new_line(call.fields), in_ledger=True)
        return json_answer({"status": "1", "message": "success"})

    def _future_inventory(self, call: Call) -> Answer:
        params = params_of(call)
        with_vendor = params.integer("customerId") is not None
        items = listing.inventory_like(params, self.store.inventory())
        rows = [wire.future_item_json(item, with_vendor=with_vendor) for item in items]
        return found("inventoryItems", rows, nothing="Products not found.")

    def _customers(self, call: Call) -> Answer:
        customers = listing.customers_like(params_of(call), self.store.customers())
        return found("customers", [wire.customer_json(one) for one in customers], nothing="Customers not found.")

    def _carriers(self, call: Call) -> Answer:
        carriers = listing.carriers_like(params_of(call), self.store.carriers())
        rows = [wire.carrier_json(one) for one in carriers]
        ending = {"status": 1, "message": "OK" if rows else "Carriers not found."}
        return json_answer({"carriers": rows, **ending} if rows else ending)


def total(items: tuple[Item, ...]) -> Decimal:
    """What all items of a prebook cost."""
    return sum((item.total_price for item in items), Decimal(0))


def found(key: str, rows: list[wire.Json], *, nothing: str) -> Answer:
    """Rows under their key, or the sentence for none, without the key."""
    if not rows:
        return json_answer({"message": nothing, "status": 1})
    return json_answer({"message": "OK", "status": 1, key: rows})


def params_of(call: Call) -> listing.Params:
    """The parameters of a list method as text, from URL or JSON. Raises RefusalError for nested JSON."""
    values: dict[str, str] = {}
    for name, value in call.fields.items():
        if isinstance(value, dict | list):
            raise RefusalError(f"The parameter {name} must be a single value.")
        if value is not None:
            values[name] = value if isinstance(value, str) else json.dumps(value, default=str)
    return listing.Params(values)
