"""A server that goes wrong on purpose, below HTTP: resets, drips, lies about lengths, breaks TLS. Loopback only.

A behaviour is called with each connection that comes in. What arrived is kept: `server.requests` holds the
requests that came in whole, `server.received` counts the bytes of all, `server.connections` the connections.
"""

from __future__ import annotations

import gzip
import json
import os
import socket
import ssl
import struct
import threading
import time
import zlib
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Self, TypeAlias
from urllib.parse import parse_qs, urlsplit

import trustme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime
    from pathlib import Path
    from types import TracebackType

HOST = "127.0.0.1"
PATIENCE = 10.0
"""Seconds a behaviour waits for bytes of the client, and a server for its threads."""
TICK = 0.02
RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
KIB = 1024
MIB = 1024 * KIB
YES = b'{"status": "1", "message": "success"}'
END = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that came in whole."""

    method: str
    target: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def path(self) -> str:
        """The target without its query."""
        return urlsplit(self.target).path

    @property
    def fields(self) -> dict[str, Any]:
        """The members of a POST's JSON object, or a GET's parameters."""
        if self.method == "POST":
            members: dict[str, Any] = json.loads(self.body)
            return members
        return {name: values[0] for name, values in parse_qs(urlsplit(self.target).query).items()}


class Visit:
    """One connection to a fault server."""

    def __init__(self, server: FaultServer, sock: socket.socket) -> None:
        self._server = server
        self._raw = sock
        self.sock = sock
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.settimeout(PATIENCE)
        self._pending = b""

    def secure(self, context: ssl.SSLContext) -> None:
        """Shake hands. The socket beneath is kept, to break TLS on it later."""
        self._raw = self.sock.dup()
        self.sock = context.wrap_socket(self.sock, server_side=True)

    def read_head(self) -> bytes:
        """Everything up to the blank line after the headers."""
        while END not in self._pending:
            self._read_more()
        head, _, self._pending = self._pending.partition(END)
        return head

    def read_bytes(self, count: int) -> bytes:
        """So many bytes of what comes."""
        while len(self._pending) < count:
            self._read_more()
        taken, self._pending = self._pending[:count], self._pending[count:]
        return taken

    def read_request(self) -> Seen:
        """One whole request, noted in `server.requests`."""
        first, *lines = self.read_head().decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        seen = Seen(method, target, headers, self.read_bytes(int(headers.get("content-length", "0"))))
        self._server.requests.append(seen)
        return seen

    def send(self, data: bytes) -> None:
        """Send all of it."""
        self.sock.sendall(data)

    def send_below_tls(self, data: bytes) -> None:
        """Send bytes on the socket beneath TLS."""
        self._raw.sendall(data)

    def drip(self, data: bytes, *, gap: float = 0.05) -> None:
        """Send byte by byte, with a gap before each, until the server stops."""
        for value in data:
            if self._server.stopping.wait(gap):
                return
            self.send(bytes([value]))

    def stay_silent(self) -> None:
        """Say nothing until the client goes away or the server stops."""
        self.sock.settimeout(TICK)
        while not self._server.stopping.is_set():
            try:
                if not self.sock.recv(4 * KIB):
                    return
            except TimeoutError:
                continue

    def reset(self) -> None:
        """Break the connection off: the client sees a reset."""
        for each in {self.sock, self._raw}:
            each.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        self.close()

    def close(self) -> None:
        """Close the connection."""
        self.sock.close()
        self._raw.close()

    def break_off(self) -> None:
        """Wake up whoever reads from or writes to this connection."""
        for each in {self.sock, self._raw}:
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue

    def pass_on_to(self, port: int) -> None:
        """Carry bytes both ways between the client and another server, as a proxy's tunnel does."""
        with socket.create_connection((HOST, port), timeout=PATIENCE) as upstream:
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_carry, args=(upstream, self.sock), daemon=True)
            back.start()
            upstream.sendall(self._pending)
            _carry(self.sock, upstream)
            back.join(PATIENCE)

    def _read_more(self) -> None:
        data = self.sock.recv(64 * KIB)
        if not data:
            raise EOFError
        self._server.received += len(data)
        self._pending += data


def _carry(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(64 * KIB):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        return


Behaviour: TypeAlias = "Callable[[Visit], None]"


class FaultServer:
    """
    Listens on a free port of 127.0.0.1 while the block lasts.

    Args:
        behaviours: What the first, second, ... connection meets; the last one goes for all that follow.
            A name stands for the behaviour of that name in BEHAVIOURS.
        tls: Shake hands with this before the behaviour begins.
        scheme: For the URL; https without `tls` leaves the handshake to the behaviour.
    """

    def __init__(
        self, *behaviours: Behaviour | str, tls: ssl.SSLContext | None = None, scheme: str | None = None
    ) -> None:
        named = behaviours or ("yes",)
        self._behaviours: Sequence[Behaviour] = [BEHAVIOURS[each] if isinstance(each, str) else each for each in named]
        self._tls = tls
        self._scheme = scheme or ("https" if tls else "http")
        self._visits: list[Visit] = []
        self._threads: list[threading.Thread] = []
        self._failures: list[Exception] = []
        self.requests: list[Seen] = []
        self.received = 0
        self.connections = 0
        self.stopping = threading.Event()

    def __enter__(self) -> Self:
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        self._start(self._accept)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stopping.set()
        socket.create_connection((HOST, self.port), timeout=PATIENCE).close()  # wakes accept() on every platform
        self._threads[0].join(PATIENCE)
        self._listener.close()
        for visit in self._visits:
            visit.break_off()
        for thread in self._threads:
            thread.join(PATIENCE)
        for visit in self._visits:
            visit.close()
        if self._failures and error is None:
            raise self._failures[0]

    @property
    def url(self) -> str:
        """Base address for an endpoint."""
        return f"{self._scheme}://{HOST}:{self.port}/api"

    def _start(self, target: Callable[..., None], *args: object) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            sock, _ = self._listener.accept()
            if self.stopping.is_set():
                sock.close()
                return
            visit = Visit(self, sock)
            self._visits.append(visit)
            behaviour = self._behaviours[min(self.connections, len(self._behaviours) - 1)]
            self.connections += 1
            self._start(self._serve, visit, behaviour)

    def _serve(self, visit: Visit, behaviour: Behaviour) -> None:
        try:
            if self._tls is not None:
                visit.secure(self._tls)
            behaviour(visit)
        except (OSError, EOFError):  # the client went away, which is what most of these tests are about
            pass
        except Exception as exc:  # noqa: BLE001  a broken behaviour must not look like a fault; __exit__ raises it
            self._failures.append(exc)
        finally:
            visit.close()


class Authority:
    """A certificate authority of the tests' own."""

    def __init__(self, folder: Path) -> None:
        self._ca = trustme.CA()
        self.bundle = folder / "authority.pem"
        self._ca.cert_pem.write_to_path(str(self.bundle))

    def context(self, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
        """TLS for a server of these names, of 127.0.0.1 if there are none."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._ca.issue_cert(*(names or (HOST,)), not_after=not_after).configure_cert(context)
        return context


def closed_port() -> int:
    """A port on which nobody listens."""
    with socket.create_server((HOST, 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def full_backlog() -> Iterator[int]:
    """A port that takes no more connections: its queue is full and nobody accepts."""
    with socket.create_server((HOST, 0), backlog=0) as listener:
        address = listener.getsockname()
        waiting = []
        for _ in range(8):
            sock = socket.socket()
            sock.settimeout(0)
            sock.connect_ex(address)
            waiting.append(sock)
        time.sleep(TICK)  # the kernel needs a moment to fill its queue
        yield address[1]
        for sock in waiting:
            sock.close()


# ------------------------------------------------------------------------------------------------- behaviours


def head(
    status: int = 200, headers: Sequence[tuple[str, str]] = (), *, length: int | None = None, reason: str = "Told so"
) -> bytes:
    """The head of an answer; without a length the body ends where the connection ends."""
    lines = [f"HTTP/1.1 {status} {reason}", *(f"{name}: {value}" for name, value in headers)]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return "\r\n".join(lines).encode("utf-8") + END


def answer(
    body: bytes = YES,
    status: int = 200,
    headers: Sequence[tuple[str, str]] = (),
    *,
    length: int | None = None,
    reason: str = "Told so",
) -> Behaviour:
    """Read the request and give this answer, under a false length if one is given."""

    def behave(visit: Visit) -> None:
        visit.read_request()
        visit.send(head(status, headers, length=len(body) if length is None else length, reason=reason) + body)

    return behave


def answer_raw(data: bytes) -> Behaviour:
    """Read the request and send these bytes, then close."""

    def behave(visit: Visit) -> None:
        visit.read_request()
        visit.send(data)

    return behave


def answer_from(write: Callable[[Seen], bytes]) -> Behaviour:
    """Read the request and send the bytes made of it, then close."""

    def behave(visit: Visit) -> None:
        visit.send(write(visit.read_request()))

    return behave


def redirect(status: int, location: str = "") -> Behaviour:
    """Send the client elsewhere, or to the very same address, with a yes in the body."""

    def behave(visit: Visit) -> None:
        seen = visit.read_request()
        target = location or f"http://{seen.headers['host']}{seen.target}"
        visit.send(head(status, [("Location", target)], length=len(YES)) + YES)

    return behave


def _reset_unread(visit: Visit) -> None:
    # The first bytes are there and stay unread. An earlier reset can hit the client before its handshake begins,
    # where Python 3.11 forgets to close its socket (ssl.SSLSocket._create) and warns.
    visit.sock.recv(1, socket.MSG_PEEK)
    visit.reset()


def _reset_after_headers(visit: Visit) -> None:
    visit.read_head()
    visit.reset()


def _reset_in_body(visit: Visit) -> None:
    if b"Content-Length" in visit.read_head():
        visit.read_bytes(20)
    visit.reset()


def _close_after(visit: Visit) -> None:
    visit.read_request()


def _reset_after(visit: Visit) -> None:
    visit.read_request()
    visit.reset()


def _silence_after(visit: Visit) -> None:
    visit.read_request()
    visit.stay_silent()


def _drip_headers(visit: Visit) -> None:
    visit.read_request()
    visit.drip(head(length=len(YES)) * 10)


def _drip_body(visit: Visit) -> None:
    visit.read_request()
    visit.send(head(length=1_000))
    visit.drip(b" " * 1_000)


def _yes_then_silence(visit: Visit) -> None:
    visit.read_request()
    visit.send(head() + YES)
    visit.stay_silent()


def _endless_continue(visit: Visit) -> None:
    visit.read_request()
    while not visit_is_over(visit):
        visit.send(b"HTTP/1.1 100 Continue" + END)


def visit_is_over(visit: Visit, gap: float = 0.005) -> bool:
    """Wait a little; whether the server stops."""
    return visit._server.stopping.wait(gap)  # noqa: SLF001  one module, two classes of one thing


def _broken_tls_record(visit: Visit) -> None:
    visit.read_request()
    visit.send_below_tls(b"\x17\x03\x03\x00\x40" + b"\xa5" * 64)
    visit.stay_silent()


def _endless_body(visit: Visit) -> None:
    visit.read_request()
    visit.send(head())
    while not visit_is_over(visit, 0):
        visit.send(b" " * 64 * KIB)


def _endless_chunks(visit: Visit) -> None:
    visit.read_request()
    visit.send(head(headers=[("Transfer-Encoding", "chunked")]))
    while not visit_is_over(visit, 0):
        visit.send(b"10000\r\n" + b" " * 64 * KIB + b"\r\n")


def _endless_headers(visit: Visit) -> None:
    visit.read_request()
    visit.send(b"HTTP/1.1 200 OK\r\n")
    while not visit_is_over(visit, 0):
        visit.send(b"X-More: more\r\n" * 1_000)


@cache
def gzip_bomb(mebibytes: int) -> bytes:
    """So many MiB of blanks, packed about a thousandfold."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([packer.compress(b" " * MIB) for _ in range(mebibytes)]) + packer.flush()


def _gzip_bomb(visit: Visit) -> None:
    visit.read_request()
    bomb = gzip_bomb(300)
    visit.send(head(headers=[("Content-Encoding", "gzip")], length=len(bomb)) + bomb)


def _gzip_endless(visit: Visit) -> None:
    visit.read_request()
    visit.send(head(headers=[("Content-Encoding", "gzip")]))
    packer = zlib.compressobj(9, wbits=31)
    while not visit_is_over(visit, 0):
        visit.send(packer.compress(b" " * MIB) + packer.flush(zlib.Z_SYNC_FLUSH))


def _handshake_drip(visit: Visit) -> None:
    visit.drip(b"\x16\x03\x03\x40\x00" + b"\x02" * 16 * KIB)


def _handshake_garbage(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 400 Bad Request" + END)


def _packed(body: bytes, encoding: str = "gzip") -> Behaviour:
    return answer(body, headers=[("Content-Encoding", encoding)])


CHUNKED = head(headers=[("Transfer-Encoding", "chunked")])
YES_CHUNK = b"%x\r\n%s\r\n" % (len(YES), YES)

BEHAVIOURS: dict[str, Behaviour] = {
    "yes": answer(),
    "yes in chunks": answer_raw(CHUNKED + YES_CHUNK + b"0\r\n\r\n"),
    "yes that ends with the connection": answer_raw(head() + YES),
    "yes in gzip": _packed(gzip.compress(YES)),
    # before TLS stands
    "handshake reset": _reset_unread,
    "handshake closed": Visit.close,
    "handshake garbage": _handshake_garbage,
    "handshake silence": Visit.stay_silent,
    "handshake drip": _handshake_drip,
    # while the request is on its way
    "reset at once": Visit.reset,
    "reset before reading": _reset_unread,
    "reset after the headers": _reset_after_headers,
    "reset in the body": _reset_in_body,
    # instead of an answer
    "close": _close_after,
    "reset": _reset_after,
    "silence": _silence_after,
    "broken TLS record": _broken_tls_record,
    "garbage": answer_raw(b"\x00\xff not HTTP at all" + END),
    # too slow
    "drip in the headers": _drip_headers,
    "drip in the body": _drip_body,
    "endless 100 Continue": _endless_continue,
    "yes without a length, then silence": _yes_then_silence,
    # too much
    "gzip bomb": _gzip_bomb,
    "endless gzip": _gzip_endless,
    "endless body": _endless_body,
    "endless chunks": _endless_chunks,
    "endless headers": _endless_headers,
    "6 MB in one header": answer_raw(head(headers=[("X-Long", "x" * 6 * MIB)], length=len(YES)) + YES),
    "6 MB of headers": answer_raw(head(headers=[("X-Long", "x" * 60_000)] * 104, length=len(YES)) + YES),
    # cut or lied about
    "length too long": answer(length=len(YES) + 10),
    "length too short": answer(length=len(YES) - 5),
    "two lengths": answer_raw(head(headers=[("Content-Length", "5")], length=len(YES)) + YES),
    "cut without a length": answer_raw(head() + YES[:-4]),
    "chunks cut short": answer_raw(CHUNKED + YES_CHUNK),
    "chunk cut short": answer_raw(CHUNKED + YES_CHUNK[:-6]),
    "chunk without a size": answer_raw(CHUNKED + b"size\r\n" + YES),
    "gzip cut short": _packed(gzip.compress(YES)[:-12]),
    "gzip that is none": _packed(YES),
    "gzip with a bad sum": _packed(gzip.compress(YES)[:-8] + bytes(8)),
    "deflate": _packed(zlib.compress(YES), "deflate"),
    "unknown encoding": _packed(YES, "rot13"),
    "gzip twice": _packed(gzip.compress(gzip.compress(YES)), "gzip, gzip"),
}
"""Every behaviour that needs no argument, by name."""


# ------------------------------------------------------------------------------------------------- the proxy


def tunnel_to(port: int) -> Behaviour:
    """A proxy that lets every CONNECT through, always to this port."""

    def behave(visit: Visit) -> None:
        visit.read_request()
        visit.send(b"HTTP/1.1 200 Connection established" + END)
        visit.pass_on_to(port)

    return behave
