"""uvicorn's HTTP/1.1 connection, with the transport within reach: how else to hang up or cut an answer short.

Each request finds in its state the `transport` it came over and when it `arrived` (the event loop's clock).
"""

from __future__ import annotations

import asyncio
import os
import socket
import struct
from typing import TYPE_CHECKING

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from komet_xl.sandbox.answers import Answer

LINGER_NOT_AT_ALL = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""SO_LINGER on, zero seconds: closing such a socket sends RST instead of FIN."""


class Connection(H11Protocol):
    """One connection of a client."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Note the transport for all requests of this connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport, "arrived": self.loop.time()}

    def data_received(self, data: bytes) -> None:
        """Note the time for the request that these bytes may begin."""
        self.app_state["arrived"] = self.loop.time()
        super().data_received(data)


def arrival(scope: Scope) -> float:
    """When the request arrived, by the event loop's clock."""
    arrived: float = scope["state"]["arrived"]
    return arrived


def transport_of(scope: Scope) -> asyncio.Transport:
    """The connection a request came over."""
    transport: asyncio.Transport = scope["state"]["transport"]
    return transport


async def client_gone(receive: Receive) -> None:
    """Return when the client has closed its connection, or we have."""
    while (await receive())["type"] != "http.disconnect":
        pass


TIMER_IS_LATE = 0.002
"""Seconds."""


async def wait_until(when: float, receive: Receive) -> bool:
    """Wait until `when` by the event loop's clock. Returns False at once if the client goes away before.

    The loop's timers are late by up to a millisecond or two; the last stretch is waited turn by turn.
    """
    clock = asyncio.get_running_loop().time
    try:
        async with asyncio.timeout_at(when - TIMER_IS_LATE):
            await client_gone(receive)
    except TimeoutError:
        while clock() < when:  # noqa: ASYNC110  not for an event, for a moment nearer than a timer can be set
            await asyncio.sleep(0)
        return True
    return False


async def give(send: Send, answer: Answer) -> None:
    """Send a complete answer."""
    await send({"type": "http.response.start", "status": answer.code, "headers": answer.all_headers()})
    await send({"type": "http.response.body", "body": answer.body})


async def hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection in good order, without an answer."""
    transport_of(scope).close()
    await client_gone(receive)


async def reset(scope: Scope, receive: Receive) -> None:
    """Break the connection off: the client sees a reset."""
    transport = transport_of(scope)
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT_AT_ALL)
    transport.abort()
    await client_gone(receive)


async def cut_short(scope: Scope, receive: Receive, answer: Answer) -> None:
    """Send the first half of an answer under its full Content-Length, then close; h11 would object."""
    lines = [b"HTTP/1.1 %d OK" % answer.code]
    lines += [name + b": " + value for name, value in answer.all_headers()]
    transport_of(scope).write(b"\r\n".join(lines) + b"\r\n\r\n" + answer.body[: len(answer.body) // 2])
    await hang_up(scope, receive)
