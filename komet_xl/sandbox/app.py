"""The sandbox as a web application: `/api/<method>` as Komet has it, `/_sandbox/…` to look behind it.

What Komet documents is kept. What it does not document, the sandbox had to decide; nobody may rely on these:

* every text of a no, and "Customers not found." / "Carriers not found." for an empty list;
* the HTTP codes: 200 for a no of the method itself, 401 wrong token, 403 token not ticked for the method,
  404 unknown method, 405 wrong verb, 429 over the daily limit, 400 unreadable JSON, 413 above 64 kB;
* an empty result has status 1 and no list key;
* equal lines are never merged: each accepted prebook.future.item.add makes a new item, new prebookItemId;
* `prebookItemId` on each item; `unitsPerBox`, `stemsBunch`, `price`, `fobPrice` and `availableDate` of future
  inventory, all money there as text; sold out items are shown with quantity 0; `vendor` only with customerId;
* filters on items (brandId, vendor ship dates, unableToSource) choose the prebooks in which one item fits
  them all; such a prebook is shown whole, so that its totals hold;
* vendor ship dates may be 7 days apart (an older page), not six months (a newer one);
* prebook.list has the same header fields as prebook.details.list;
* days and limits are counted by GMT.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.routing import Route

from komet_xl.sandbox import control
from komet_xl.sandbox.answers import Answer, no
from komet_xl.sandbox.faults import Ending
from komet_xl.sandbox.komet import Call, Komet, Reply
from komet_xl.sandbox.protocol import arrival, cut_short, give, hang_up, reset, wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

LARGEST_BODY = 64 * 1024
"""Komet's limit for a request: 64 kB, here read as 65,536 bytes."""


class Api:
    """Everything under /api/, as one raw ASGI application: faults need the wire itself."""

    def __init__(self, komet: Komet) -> None:
        self._komet = komet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count, read, carry out, wait for the moment, end."""
        method = scope["path_params"]["method"]
        today = self._komet.count(method)
        is_post = scope["method"] == "POST"
        if is_post:
            self._komet.post_began()
        try:
            reply = self._komet.reply(await read_call(scope, receive, method), today)
            stays = await wait_until(arrival(scope) + reply.seconds, receive) if reply.seconds else True
        finally:
            if is_post:
                self._komet.post_ended()
        if stays:
            await end(reply, scope, receive, send)


async def end(reply: Reply, scope: Scope, receive: Receive, send: Send) -> None:
    """Let a request end the way it shall."""
    if reply.ending is Ending.RESET:
        await reset(scope, receive)
    elif reply.answer is None or reply.ending in (Ending.SILENCE, Ending.CLOSE):
        await hang_up(scope, receive)
    elif reply.ending is Ending.CUT:
        await cut_short(scope, receive, reply.answer)
    else:
        await give(send, reply.answer)


async def read_call(scope: Scope, receive: Receive, method: str) -> Call:
    """The request with its fields; a body that cannot be read becomes the call's `problem`."""
    verb: str = scope["method"]
    try:
        body = await read_body(receive)
    except EOFError:
        return Call(verb, method, {}, no("The request was cut short.", 400))
    if body is None:
        return Call(verb, method, {}, no("The request is larger than 64 kB.", 413))
    if verb == "POST":
        fields = json_object(body)
        return Call(verb, method, {}, fields) if isinstance(fields, Answer) else Call(verb, method, fields)
    return Call(verb, method, dict(parse_qsl(scope["query_string"].decode("latin-1"))))


async def read_body(receive: Receive) -> bytes | None:
    """The body, None if it is larger than Komet takes. Raises EOFError if the client leaves before its end.

    A body that is too large is read to its end all the same, or the answer may get lost.
    """
    body, size, more = b"", 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise EOFError
        chunk = message.get("body", b"")
        size += len(chunk)
        body = body + chunk if size <= LARGEST_BODY else b""
        more = message.get("more_body", False)
    return body if size <= LARGEST_BODY else None


def json_object(body: bytes) -> Mapping[str, object] | Answer:
    """The members of a JSON object, numbers exact; the answer 400 for anything else."""
    try:
        fields = json.loads(body, parse_float=Decimal, parse_constant=_no_constant)
    except (ValueError, ArithmeticError, RecursionError):
        return no("The body is not valid JSON.", 400)
    return fields if isinstance(fields, dict) else no("The body must be a JSON object.", 400)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def build_app(komet: Komet) -> Starlette:
    """The whole application over one Komet."""
    return Starlette(routes=[Route("/api/{method}", Api(komet)), *control.routes(komet)])
