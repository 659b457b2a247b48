"""The connection that knows whether its request left, and that alone knows the token. urllib3 only.

`send()` is where every byte passes: before the first byte of the request it runs the attempt's hook. A proxy's
CONNECT and the TLS handshake happen inside `connect()` and are not the request.
"""

from __future__ import annotations

import json
import logging
import socket
import threading
from functools import partial
from http.client import HTTPResponse
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from urllib3.connection import HTTPConnection, HTTPSConnection

from komet_xl.komet.wire import TOKEN_PLACEHOLDER

if TYPE_CHECKING:
    from collections.abc import Callable

    from urllib3.connectionpool import HTTPConnectionPool

    from komet_xl.komet.secret import Token

log = logging.getLogger(__name__)


class VetoError(Exception):
    """Passes through the libraries in place of what the hook raised."""


class Attempt:
    """What one request has done so far; shared by its connection and its watchdog."""

    def __init__(self, *, token: Token, hook: Callable[[], None], seconds: float) -> None:
        self.token = token
        self.left = False
        """Whether a byte of the request may have left."""
        self.veto: BaseException | None = None
        self.expired = False
        self.ended = False
        self.seconds = seconds
        self._hook = hook
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()

    def before_first_byte(self) -> None:
        """Run the hook once; only when it has returned may a byte leave."""
        if self.left:
            return
        if self.expired:
            raise TimeoutError
        try:
            self._hook()
        except BaseException as exc:  # noqa: BLE001  kept, and raised again by the transport
            self.veto = exc
            raise VetoError from None
        self.left = True

    def watch(self, sock: socket.socket) -> None:
        """Keep a second handle on the socket: TLS takes the first one over."""
        with self._lock:
            self._handle = sock.dup()
            if self.expired:
                self._shut()

    def expire(self) -> None:
        """The time is up: shut the socket under whoever reads from it."""
        with self._lock:
            if not self.ended:
                self.expired = True
                self._shut()

    def close(self) -> None:
        """It is over: stop its time, and give the second handle back."""
        with self._lock:
            self.ended = True
            if self._handle is not None:
                self._handle.close()
                self._handle = None

    def _shut(self) -> None:
        if self._handle is not None:
            try:
                self._handle.shutdown(socket.SHUT_RDWR)
            except OSError:
                log.debug("the connection was gone already")


class QuietResponse(HTTPResponse):
    """An answer whose broken header lines are passed over: urllib3 would log them, token and all."""

    def begin(self) -> None:
        """Read the headers, and forget what was wrong with them."""
        super().begin()
        self.msg.defects.clear()
        self.msg.set_payload("")


class SendOnce:
    """Mixed into urllib3's connections: tells the attempt before the first byte, and puts the token in."""

    debuglevel = 0  # a program that sets http.client's own would print the token
    response_class: Any = QuietResponse
    _connecting = False

    def __init__(self, *args: Any, attempt: Attempt, **more: Any) -> None:  # noqa: ANN401  urllib3's own types
        super().__init__(*args, **more)
        self.attempt = attempt

    def _new_conn(self) -> socket.socket:
        sock: socket.socket = super()._new_conn()  # type: ignore[misc]  # urllib3's connection is the other base
        self.attempt.watch(sock)
        return sock

    def connect(self) -> None:
        """Connect; bytes sent meanwhile are not the request."""
        self._connecting = True
        try:
            super().connect()  # type: ignore[misc]  # urllib3's connection is the other base
        finally:
            self._connecting = False

    def request(self, method: str, url: str, body: Any = None, headers: Any = None, **more: Any) -> None:  # noqa: ANN401  urllib3's own types
        """Put the token into a body and mend its length."""
        if isinstance(body, bytes):
            body = _with_token(body, self.attempt.token)
            headers = {**headers, "Content-Length": str(len(body))}
        super().request(method, url, body=body, headers=headers, **more)  # type: ignore[misc]  # as above

    def putrequest(self, method: str, url: str, *args: Any, **more: Any) -> None:  # noqa: ANN401  http.client's own types
        """Put the token into the URL, as late as can be."""
        # Not in request(): urllib3 keeps that URL in the response.
        real = url.replace(TOKEN_PLACEHOLDER, quote(self.attempt.token.reveal(), safe=""), 1)
        super().putrequest(method, real, *args, **more)  # type: ignore[misc]  # as above

    def send(self, data: Any) -> None:  # noqa: ANN401  http.client's own type
        """Every byte goes through here."""
        if self.sock is None:  # type: ignore[attr-defined]  # http.client's
            self.connect()
        if not self._connecting:  # bytes sent inside connect() are the proxy's CONNECT
            self.attempt.before_first_byte()
        super().send(data)  # type: ignore[misc]  # as above


def _with_token(body: bytes, token: Token) -> bytes:
    return body.replace(TOKEN_PLACEHOLDER.encode(), json.dumps(token.reveal())[1:-1].encode(), 1)


class PlainConnection(SendOnce, HTTPConnection):
    """To a Komet on this machine."""


class SecureConnection(SendOnce, HTTPSConnection):
    """To Komet."""


def connect_for(attempt: Attempt, pool: HTTPConnectionPool) -> None:
    """Make a pool's connections report to this attempt."""
    kind = SecureConnection if pool.scheme == "https" else PlainConnection
    pool.ConnectionCls = partial(kind, attempt=attempt)  # type: ignore[assignment]  # called like a class, never else
