"""One request to Komet: sent or not sent, never twice by accident, never with the token in sight.

Whether a request left is decided in one place: the connection's own `send()` calls a hook before the first byte of
the request (a proxy's CONNECT and the TLS handshake are not the request). The hook that did not run means: provably
not sent. Exception classes decide nothing: the same class is raised before and after Komet applied an order.

The token is a placeholder in every URL, body and header that Python code, logs and exceptions can see. The
connection puts the real one in while it writes. Nothing here is retried by a library, no redirect is followed, no
environment variable is read.
"""

from __future__ import annotations

import logging
import random
import ssl
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import certifi
import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from komet_xl.errors import NotSentError, SettingsError, UnansweredError
from komet_xl.komet.connection import Attempt, connect_for
from komet_xl.komet.reasons import UnusableError, reason_of
from komet_xl.komet.watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from urllib3 import PoolManager

    from komet_xl.komet.endpoint import Endpoint
    from komet_xl.komet.secret import Token

log = logging.getLogger(__name__)

KIB: Final = 1024
MOST_BYTES_OF_A_POST: Final = 1024 * KIB
MOST_BYTES_OF_A_GET: Final = 64 * 1024 * KIB
LONGEST_RETRY_AFTER: Final = 30.0
"""Seconds. A server may ask for hours; a person waits in front of the sheet."""
GET_TRIES: Final = 3
CONNECT_SECONDS: Final = 15.0
PASSING: Final = frozenset({429, 500, 502, 503, 504})
"""HTTP codes after which a GET is asked again."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A complete HTTP answer. The body is masked: should it quote the token, it holds *** there."""

    status: int
    body: bytes
    retry_after: float | None = None
    """Seconds, when the server named them."""


class Transport:
    """Sends requests to one endpoint. Safe to use from several threads."""

    def __init__(
        self, endpoint: Endpoint, token: Token, *, agent: str, pause: Callable[[float], None] = time.sleep
    ) -> None:
        self.endpoint = endpoint
        self._token = token
        self._agent = agent
        self._pause = pause
        self._watchdog = Watchdog(endpoint.timeout)
        self._tls = _tls_context(endpoint.ca_bundle) if endpoint.url.startswith("https") or endpoint.proxy else None

    def get(
        self,
        method: str,
        params: Mapping[str, str],
        *,
        before_first_byte: Callable[[], None],
        tries: int = GET_TRIES,
    ) -> Reply:
        """Ask Komet for something; asked again (up to `tries`) where that can help, each try counted by the hook.

        Raises:
            NotSentError: Komet could not be reached.
            UnansweredError: the last try got no complete answer. Nothing is changed at Komet by a GET.
            Whatever the hook raises: at once; that try was not sent.
        """
        request = requests.Request("GET", f"{self.endpoint.url}/{method}", params=dict(params))
        request.headers.update({"Accept-Encoding": "gzip", "User-Agent": self._agent, "Accept": "application/json"})
        prepared = request.prepare()
        ending = self._exchange(prepared, before_first_byte, MOST_BYTES_OF_A_GET)
        for turn in range(1, tries):
            if isinstance(ending, Reply) and ending.status not in PASSING:
                break
            self._pause(_wait_before(turn, ending))
            ending = self._exchange(prepared, before_first_byte, MOST_BYTES_OF_A_GET)
        return _reply_of(ending)

    def post(self, method: str, body: bytes, *, before_first_byte: Callable[[], None]) -> Reply:
        """Send one POST, on a connection of its own, once.

        Args:
            method: Komet's method name.
            body: JSON that starts with the token's placeholder.
            before_first_byte: Called once, when the connection stands and nothing of the request has left. If it
                raises, nothing leaves and its exception is passed on.

        Raises:
            NotSentError: provably not sent.
            UnansweredError: it left, and no complete HTTP answer came within the time and size allowed.
        """
        request = requests.Request("POST", f"{self.endpoint.url}/{method}", data=body)
        request.headers.update({"Accept-Encoding": "identity", "User-Agent": self._agent, "Connection": "close"})
        request.headers.update({"Content-Type": "application/json", "Accept": "application/json"})
        return _reply_of(self._exchange(request.prepare(), before_first_byte, MOST_BYTES_OF_A_POST))

    def mask(self, text: str) -> str:
        """A text of Komet's with the token blotted out, should it quote it."""
        return self._token.mask(text)

    def _exchange(
        self, prepared: requests.PreparedRequest, hook: Callable[[], None], most: int
    ) -> Reply | NotSentError | UnansweredError:
        """One try. Its failure is a value, so that what the hook raises, of whatever class, is never taken for one."""
        attempt = Attempt(token=self._token, hook=hook, seconds=self.endpoint.timeout)
        started = time.monotonic()
        reply: Reply | None = None
        why = ""
        self._watchdog.watch(attempt)
        adapter = _Adapter(attempt, self._tls)
        try:
            reply = self._read(adapter, prepared, most)
        except Exception as exc:  # noqa: BLE001  the airlock: whatever a library raised, only "did a byte leave" counts
            why = reason_of(exc)
        finally:
            attempt.close()
            adapter.close()
        if attempt.expired:  # even with a reply: our own shutdown looks like the end of an answer without a length
            reply, why = None, f"the time of {attempt.seconds:g} seconds was over"
        took = time.monotonic() - started
        path = urlsplit(prepared.url or "").path
        log.info("%s %s: %s after %.0f ms", prepared.method, path, reply.status if reply else why, took * 1000)
        # Made here, after the except block, so that no cause or context holds the library's own exception.
        if attempt.veto is not None:
            raise attempt.veto
        if reply is not None:
            return reply
        if attempt.left:
            return UnansweredError(f"no answer from Komet: {why}")
        return NotSentError(f"Komet could not be reached at {self.endpoint.host}: {why}")

    def _read(self, adapter: _Adapter, prepared: requests.PreparedRequest, most: int) -> Reply:
        seconds = self.endpoint.timeout
        proxies = {}
        if self.endpoint.proxy and not self.endpoint.is_loopback:
            proxies = {"http": self.endpoint.proxy, "https": self.endpoint.proxy}
        response = adapter.send(
            prepared,
            stream=True,
            timeout=(min(CONNECT_SECONDS, seconds), seconds),
            verify=True,
            proxies=proxies,
        )
        encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
        if encoding not in {"identity", ""} and encoding != prepared.headers["Accept-Encoding"]:
            raise UnusableError("the answer is encoded in a way that was not asked for")
        body = bytearray()
        for chunk in response.raw.stream(64 * KIB, decode_content=True):
            body += chunk
            if len(body) > most:
                raise UnusableError(f"the answer is larger than {most // KIB // KIB} MiB")
        return Reply(response.status_code, self._token.mask_bytes(bytes(body)), _seconds(response.headers))


class _Adapter(HTTPAdapter):
    """requests' adapter over connections that know their attempt. One adapter a request: no connection is reused."""

    def __init__(self, attempt: Attempt, tls: ssl.SSLContext | None) -> None:
        self._attempt = attempt
        self._tls = tls
        super().__init__(pool_connections=1, pool_maxsize=1, max_retries=Retry(0, read=False, redirect=False))

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  requests' own signature
        super().init_poolmanager(*args, ssl_context=self._tls, **kwargs)

    def proxy_manager_for(self, proxy: str, **proxy_kwargs: Any) -> PoolManager:  # noqa: ANN401  requests' own signature
        manager: PoolManager = super().proxy_manager_for(
            proxy, ssl_context=self._tls, proxy_ssl_context=self._tls, **proxy_kwargs
        )
        return manager

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401  as above
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        connect_for(self._attempt, pool)
        return pool

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:  # noqa: ANN401  requests' own signature
        """Nothing to do: the one TLS context holds the authorities already (loading them costs 30 ms a time)."""


def _tls_context(ca_bundle: Path | None) -> ssl.SSLContext:
    """Verifying context with our bundle, or with certifi's and the system's own authorities."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # create_default_context() would obey SSLKEYLOGFILE
    try:
        context.load_verify_locations(cafile=str(ca_bundle) if ca_bundle else certifi.where())
    except OSError:
        raise SettingsError(f"KOMET_CA_BUNDLE: {ca_bundle} cannot be read as a file of certificates.") from None
    if ca_bundle is None:
        context.load_default_certs()
    return context


def _reply_of(ending: Reply | NotSentError | UnansweredError) -> Reply:
    if isinstance(ending, Reply):
        return ending
    raise ending


def _wait_before(turn: int, ending: Reply | NotSentError | UnansweredError) -> float:
    backoff: float = 0.5 * 2 ** (turn - 1) * (1 + random.uniform(0, 0.25))  # noqa: S311  jitter, no secret
    if not isinstance(ending, Reply) or ending.retry_after is None:
        return backoff
    asked: float = max(ending.retry_after, backoff)
    return min(asked, LONGEST_RETRY_AFTER)


def _seconds(headers: Mapping[str, str]) -> float | None:
    value = headers.get("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) < 10 else None
