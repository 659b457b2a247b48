"""The control plane under /_sandbox/: look at the truth, make things go wrong, act as another user. No token.

Every answer is JSON; what cannot be done is HTTP 400 with {"message": "<sentence>"}.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.routing import Route

from komet_xl.sandbox.faults import rule_from
from komet_xl.sandbox.rules import read_new_line, whole
from komet_xl.sandbox.wire import ledger_json

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from komet_xl.sandbox.komet import Komet
    from komet_xl.sandbox.settings import Settings
    from komet_xl.sandbox.wire import Json

    Handler = Callable[[Request], Awaitable[JSONResponse]]


async def fields_of(request: Request) -> dict[str, object]:
    """The JSON object in the body, {} for none. Raises ValueError."""
    body = await request.body()
    fields = json.loads(body, parse_float=Decimal) if body else {}
    if not isinstance(fields, dict):
        raise ValueError("The body must be a JSON object.")  # noqa: TRY004  answered like any other unreadable body
    return fields


def with_sentences(handler: Handler) -> Handler:
    """The handler, answering HTTP 400 and a sentence where it raises ValueError."""

    async def answer(request: Request) -> JSONResponse:
        try:
            return await handler(request)
        except ValueError as exc:
            return JSONResponse({"message": str(exc)}, status_code=400)

    return answer


def settings_json(settings: Settings) -> Json:
    """The settings, for the control plane."""
    return {
        "latency_ms": settings.latency_ms,
        "item_ids": settings.item_ids,
        "daily_limit": settings.daily_limit,
        "token_methods": dict(settings.token_methods),
    }


class Control:
    """What the control plane can do, each over one Komet."""

    def __init__(self, komet: Komet) -> None:
        self._komet = komet

    async def ledger(self, _request: Request) -> JSONResponse:
        """GET ledger: the lines that were really added, in order."""
        return JSONResponse([ledger_json(line) for line in self._komet.store.ledger()])

    async def requests(self, _request: Request) -> JSONResponse:
        """GET requests: counts by method, total, today, most_posts_at_once."""
        return JSONResponse(self._komet.requests())

    async def faults(self, request: Request) -> JSONResponse:
        """GET, POST and DELETE faults: the queue. Each answers with what waits."""
        if request.method == "POST":
            fields = await fields_of(request)
            if isinstance(fields.get("seconds"), Decimal):
                fields["seconds"] = float(str(fields["seconds"]))
            self._komet.faults.put(rule_from(fields))
        elif request.method == "DELETE":
            self._komet.faults.clear()
        return JSONResponse([{"fault": rule.fault, "times": left} for rule, left in self._komet.faults.waiting()])

    async def settings(self, request: Request) -> JSONResponse:
        """GET and POST settings; both answer with all of them."""
        if request.method == "POST":
            self._komet.change(await fields_of(request))
        return JSONResponse(settings_json(self._komet.settings))

    async def lines(self, request: Request) -> JSONResponse:
        """POST lines: add a line as another user would; it is not in the ledger."""
        number = self._komet.store.add(read_new_line(await fields_of(request)), in_ledger=False)
        return JSONResponse({"prebookItemId": number})

    async def move(self, request: Request) -> JSONResponse:
        """POST prebooks/move: another truck date."""
        fields = await fields_of(request)
        truck_date = date.fromisoformat(str(fields.get("truckDate"))).isoformat()
        self._komet.store.move(whole(fields, "prebookId", digits=20), truck_date)
        return JSONResponse({"truckDate": truck_date})

    async def reset(self, _request: Request) -> JSONResponse:
        """POST reset: as on the first day. Done beside the event loop, which has others to answer."""
        await run_in_threadpool(self._komet.reset)
        return JSONResponse({"message": "OK"})


def routes(komet: Komet) -> list[Route]:
    """The control plane's addresses."""
    control = Control(komet)
    table: list[tuple[str, Handler, list[str]]] = [
        ("ledger", control.ledger, ["GET"]),
        ("requests", control.requests, ["GET"]),
        ("faults", control.faults, ["GET", "POST", "DELETE"]),
        ("settings", control.settings, ["GET", "POST"]),
        ("lines", control.lines, ["POST"]),
        ("prebooks/move", control.move, ["POST"]),
        ("reset", control.reset, ["POST"]),
    ]
    return [Route(f"/_sandbox/{path}", with_sentences(handler), methods=verbs) for path, handler, verbs in table]
