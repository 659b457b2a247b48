"""Every fault of the network and of HTTP that a request can meet, and what must become of a POST in it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from komet_xl.komet.endpoint import Endpoint
from komet_xl.komet.secret import Token
from komet_xl.komet.transport import Transport
from tests.support import faultserver
from tests.support.faultserver import END, YES, FaultServer, answer, answer_raw, redirect, tunnel_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.faultserver import Authority, Behaviour

TOKEN = "CANARY+/=&é"
TIMEOUT = 0.4
"""Seconds for the faults that only the deadline ends."""
AMPLE = 20.0
"""Seconds for all others: whatever ends them, it is not the deadline."""
NAME = "komet.test"
"""A host that only a proxy can find."""

Outcome: TypeAlias = Literal["not sent", "unanswered", "reply"]


@dataclass
class Place:
    """Where a request goes in a fault."""

    url: str
    server: FaultServer | None = None
    elsewhere: FaultServer | None = None
    """Must never be contacted."""
    proxy: FaultServer | None = None
    ca_bundle: Path | None = None
    pauses: list[float] = field(default_factory=list)

    def transport(self, token: str = TOKEN, *, timeout: float = AMPLE) -> Transport:
        """A transport to this place that notes its pauses and takes none."""
        proxy = f"http://127.0.0.1:{self.proxy.port}" if self.proxy else None
        endpoint = Endpoint(url=self.url, timeout=timeout, proxy=proxy, ca_bundle=self.ca_bundle)
        return Transport(endpoint, Token(token), agent="komet-xl-tests", pause=self.pauses.append)


Build: TypeAlias = "Callable[[ExitStack, Authority], Place]"


@dataclass(frozen=True)
class Fault:
    """One row of the table."""

    name: str
    build: Build
    outcome: Outcome
    whole_requests: int = 1
    """Requests the server must have read in whole, of one try."""
    timeout: float = AMPLE
    get_outcome: Outcome | None = None
    """For a GET, where that differs."""

    @contextmanager
    def place(self, authority: Authority) -> Iterator[Place]:
        """The fault, set up."""
        with ExitStack() as stack:
            yield self.build(stack, authority)


def plain(behaviour: Behaviour | str) -> Build:
    """Over plain http."""

    def build(stack: ExitStack, _: Authority) -> Place:
        server = stack.enter_context(FaultServer(behaviour))
        return Place(server.url, server)

    return build


def secure(behaviour: Behaviour | str = "yes") -> Build:
    """Over https, with a certificate that is trusted."""

    def build(stack: ExitStack, authority: Authority) -> Place:
        server = stack.enter_context(FaultServer(behaviour, tls=authority.context()))
        return Place(server.url, server, ca_bundle=authority.bundle)

    return build


def handshake(behaviour: str) -> Build:
    """Over https, where the handshake does not come off."""

    def build(stack: ExitStack, authority: Authority) -> Place:
        server = stack.enter_context(FaultServer(behaviour, scheme="https"))
        return Place(server.url, server, ca_bundle=authority.bundle)

    return build


def proxied(behaviour: Behaviour | None = None) -> Build:
    """Over https through a proxy: one that works, or one that behaves like this."""

    def build(stack: ExitStack, authority: Authority) -> Place:
        server = stack.enter_context(FaultServer(tls=authority.context(NAME)))
        proxy = stack.enter_context(FaultServer(behaviour or tunnel_to(server.port)))
        return Place(f"https://{NAME}/api", server, proxy=proxy, ca_bundle=authority.bundle)

    return build


def sent_elsewhere(status: int) -> Build:
    """A redirect to another host that would say yes."""

    def build(stack: ExitStack, _: Authority) -> Place:
        elsewhere = stack.enter_context(FaultServer())
        server = stack.enter_context(FaultServer(redirect(status, f"{elsewhere.url}/taken")))
        return Place(server.url, server, elsewhere)

    return build


def _refused(_stack: ExitStack, _authority: Authority) -> Place:
    return Place(f"http://127.0.0.1:{faultserver.closed_port()}/api")


def _full_backlog(stack: ExitStack, _: Authority) -> Place:
    return Place(f"http://127.0.0.1:{stack.enter_context(faultserver.full_backlog())}/api")


def _unknown_name(_stack: ExitStack, _authority: Authority) -> Place:
    return Place("https://komet.invalid/api")


def _untrusted(stack: ExitStack, authority: Authority) -> Place:
    server = stack.enter_context(FaultServer(tls=authority.context()))
    return Place(server.url, server)


def _wrong_name(stack: ExitStack, authority: Authority) -> Place:
    server = stack.enter_context(FaultServer(tls=authority.context("other.test")))
    return Place(server.url, server, ca_bundle=authority.bundle)


def _expired(stack: ExitStack, authority: Authority) -> Place:
    context = authority.context(not_after=datetime(2020, 1, 1, tzinfo=UTC))
    server = stack.enter_context(FaultServer(tls=context))
    return Place(server.url, server, ca_bundle=authority.bundle)


def _never(name: str, build: Build, *, timeout: float = AMPLE) -> Fault:
    return Fault(name, build, "not sent", 0, timeout)


def _lost(
    name: str, build: Build, *, whole: int = 1, timeout: float = AMPLE, get_outcome: Outcome | None = None
) -> Fault:
    return Fault(name, build, "unanswered", whole, timeout, get_outcome)


def _answered(name: str, build: Build) -> Fault:
    return Fault(name, build, "reply")


NEVER_SENT = [
    _never("connection refused", _refused),
    _never("connect timeout", _full_backlog, timeout=TIMEOUT),
    _never("unknown name", _unknown_name),
    _never("certificate not trusted", _untrusted),
    _never("certificate of another host", _wrong_name),
    _never("certificate expired", _expired),
    _never("reset in the handshake", handshake("handshake reset")),
    _never("close in the handshake", handshake("handshake closed")),
    _never("no TLS at all", handshake("handshake garbage")),
    _never("silence in the handshake", handshake("handshake silence"), timeout=TIMEOUT),
    _never("drip in the handshake", handshake("handshake drip"), timeout=TIMEOUT),
    *(
        _never(f"proxy says {status}", proxied(answer_raw(b"HTTP/1.1 %d No" % status + END)))
        for status in (302, 403, 407, 502)
    ),
    _never("proxy closes", proxied(faultserver.BEHAVIOURS["close"])),
    _never("proxy is silent", proxied(faultserver.BEHAVIOURS["silence"]), timeout=TIMEOUT),
    _never("proxy drips", proxied(faultserver.BEHAVIOURS["drip in the headers"]), timeout=TIMEOUT),
]

CUT_OFF = [
    _lost("reset before reading", plain("reset before reading"), whole=0),
    _lost("reset after the headers", plain("reset after the headers"), whole=0),
    _lost("reset in the body", plain("reset in the body"), whole=0),
    _lost("close without an answer", plain("close")),
    _lost("reset without an answer", plain("reset")),
    _lost("close without an answer, https", secure("close")),
    _lost("reset without an answer, https", secure("reset")),
    _lost("broken TLS record", secure("broken TLS record")),
    _lost("not HTTP", plain("garbage")),
    _lost("length too long", plain("length too long")),
    _lost("two lengths", plain("two lengths")),
    _lost("chunks cut short", plain("chunks cut short")),
    _lost("a chunk cut short", plain("chunk cut short")),
    _lost("a chunk without a size", plain("chunk without a size")),
    _lost("gzip that is none", plain("gzip that is none")),
    _lost("gzip with a bad sum", plain("gzip with a bad sum")),
    _lost("gzip cut short", plain("gzip cut short"), get_outcome="reply"),
    _lost("gzip nobody asked for", plain("yes in gzip"), get_outcome="reply"),
    _lost("deflate", plain("deflate")),
    _lost("unknown encoding", plain("unknown encoding")),
    _lost("gzip twice", plain("gzip twice")),
]

TOO_SLOW = [
    _lost("silence", plain("silence"), timeout=TIMEOUT),
    _lost("silence, https", secure("silence"), timeout=TIMEOUT),
    _lost("drip in the headers", plain("drip in the headers"), timeout=TIMEOUT),
    _lost("drip in the body", plain("drip in the body"), timeout=TIMEOUT),
    _lost("drip in the body, https", secure("drip in the body"), timeout=TIMEOUT),
    _lost("endless 100 Continue", plain("endless 100 Continue"), timeout=TIMEOUT),
    _lost("yes without a length, then silence", plain("yes without a length, then silence"), timeout=TIMEOUT),
    _lost("the same over https", secure("yes without a length, then silence"), timeout=TIMEOUT),
]

TOO_MUCH = [
    _lost("gzip bomb", plain("gzip bomb")),
    _lost("endless gzip", plain("endless gzip")),
    _lost("endless body", plain("endless body")),
    _lost("endless chunks", plain("endless chunks")),
    _lost("endless headers", plain("endless headers")),
    _lost("6 MB in one header", plain("6 MB in one header")),
    _lost("6 MB of headers", plain("6 MB of headers")),
]

ANSWERED = [
    *(
        _answered(f"{status} to {'itself' if same else 'another host'}", build)
        for status in (300, 301, 302, 303, 304, 305, 307, 308)
        for same, build in ((True, plain(redirect(status))), (False, sent_elsewhere(status)))
    ),
    *(
        _answered(f"HTTP {status}", plain(answer(YES, status, [("Retry-After", "999999")])))
        for status in (201, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504, 599)
    ),
    _answered("length too short", plain("length too short")),
    _answered("cut without a length", plain("cut without a length")),
    _answered("login page", plain(answer(b"<html>Please log in</html>", headers=[("Content-Type", "text/html")]))),
    _answered("empty body", plain(answer(b""))),
]

FAULTS = [*NEVER_SENT, *CUT_OFF, *TOO_SLOW, *TOO_MUCH, *ANSWERED]
