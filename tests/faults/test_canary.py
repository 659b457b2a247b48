"""The token is nowhere to be found: not in an error, a log, an answer or on the screen, whatever went wrong."""

from __future__ import annotations

import base64
import html
import http.client
import io
import json
import logging
import pickle
import traceback
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from komet_xl.errors import ApiError
from komet_xl.komet.client import Client
from komet_xl.komet.quota import Quota
from komet_xl.model import OrderLine, PrebookQuery
from tests.faults.table import AMPLE, FAULTS, TOKEN, Fault, Place, secure
from tests.support.canary import FORMS, leaks
from tests.support.faultserver import YES, FaultServer, answer_from, head

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.faultserver import Authority, Seen

LINE = OrderLine(row=2, prebook_id=85063, inventory_id=9999999, boxes=5, price=Decimal("2.50"), mark_code="MARK")
STEM = "CANARY"
"""The part of the token that no form changes, except those that change everything."""


class NoLimit:
    """A counter that counts nothing."""

    def requests_today(self, host: str) -> int:
        del host
        return 0

    def count_request(self, host: str, *, limit: int) -> bool:
        del host, limit
        return True


def _post(client: Client) -> object:
    return client.add_future_item(LINE, before_first_byte=lambda: None)


def _get(client: Client) -> object:
    return client.fetch_prebooks(PrebookQuery(truck_date=date(2015, 2, 10)))


each_verb = pytest.mark.parametrize("act", [_post, _get], ids=["POST", "GET"])


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything any library logs, with http.client's own printing turned on as well."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    yield text
    root.removeHandler(handler)
    root.setLevel(level)


def _client(place: Place, timeout: float) -> Client:
    transport = place.transport(timeout=timeout)
    return Client(transport, Quota(NoLimit(), transport.endpoint.host, 1_000))


def _remains(act: Callable[[Client], object], client: Client) -> list[bytes | str]:
    """Whatever a request leaves in the hands of the program that made it."""
    try:
        result = act(client)
    except ApiError as exc:
        return _remains_of(exc)
    return [repr(result), str(result), pickle.dumps(result)]


def _remains_of(exc: ApiError) -> list[bytes | str]:
    found: list[bytes | str] = [str(exc), repr(exc), repr(exc.args), repr(vars(exc)), pickle.dumps(exc)]
    assert exc.__cause__ is None
    assert exc.__context__ is None
    found += traceback.format_exception(exc)
    found += traceback.TracebackException.from_exception(exc, capture_locals=True).format()
    return found


def _found_in(blobs: list[bytes | str]) -> list[str]:
    stems = [STEM for blob in blobs if (STEM.encode() if isinstance(blob, bytes) else STEM) in blob]  # type: ignore[operator]  # both bytes or both text
    return leaks(TOKEN, *blobs) + stems


@each_verb
@pytest.mark.parametrize("fault", [*FAULTS, Fault("yes over https", secure(), "reply")], ids=lambda fault: fault.name)
def test_the_token_is_nowhere_after_a_fault(
    fault: Fault,
    act: Callable[[Client], object],
    authority: Authority,
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with fault.place(authority) as place:
        client = _client(place, AMPLE if fault.timeout == AMPLE else 0.1)

        remains = _remains(act, client)

        for seen in place.server.requests if place.server else ():
            assert seen.fields["authenticationToken"] == TOKEN

    printed = capfd.readouterr()
    logged = log.getvalue()
    assert "prebook." in logged
    assert _found_in([*remains, logged, printed.out, printed.err, repr(client)]) == []


# ------------------------------------------------------------------------------ a server that quotes the token


def _no(written: str) -> bytes:
    return b'{"status": 0, "message": "The token %s is not valid."}' % written.encode()


def _escaped_for_html(token: str) -> str:
    return "".join(f"\\u{ord(each):04X}" if each in "=&+é" else each for each in token)


ECHOES: dict[str, Callable[[str], str]] = {
    "raw": lambda token: token,
    "JSON": lambda token: json.dumps(token)[1:-1],
    "JSON with its slash escaped": lambda token: json.dumps(token)[1:-1].replace("/", "\\/"),
    "JSON safe for HTML": _escaped_for_html,
    "percent": lambda token: quote(token, safe=""),
    "percent, slash kept": quote,
    "percent, lower case": lambda token: quote_plus(token).replace("%2B", "%2b").replace("%C3%A9", "%c3%a9"),
    "HTML": html.escape,
}


def _whole(body: bytes, *headers: tuple[str, str], status: int = 200, reason: str = "OK") -> bytes:
    return head(status, headers, length=len(body), reason=reason) + body


def _quoted(write: Callable[[str], str]) -> Callable[[Seen], bytes]:
    return lambda seen: _whole(_no(write(seen.fields["authenticationToken"])))


def _in_a_prebook(write: Callable[[str], str]) -> Callable[[Seen], bytes]:
    def made(seen: Seen) -> bytes:
        written = write(seen.fields["authenticationToken"])
        return _whole(f'{{"status": 1, "prebooks": [{{"id": 1, "comments": "{written}", "{written}": 1}}]}}'.encode())

    return made


PLACES: dict[str, Callable[[str], bytes]] = {
    "a yes": lambda token: _whole(f'{{"status": 1, "message": "{token}"}}'.encode()),
    "HTML": lambda token: _whole(f"<html>{token}</html>".encode()),
    "an unreadable status": lambda token: _whole(f'{{"status": "{token}"}}'.encode()),
    "a key twice": lambda token: _whole(f'{{"status": 1, "{token}": 1, "{token}": 2}}'.encode()),
    "a truck date": lambda token: _whole(
        f'{{"status": 1, "prebooks": [{{"id": 1, "truckDate": "{token}"}}]}}'.encode()
    ),
    "an id": lambda token: _whole(f'{{"status": 1, "prebooks": [{{"id": "{token}"}}]}}'.encode()),
    "a redirect": lambda token: _whole(b"", ("Location", f"http://{token}/?t={token}"), status=302),
    "the reason": lambda token: _whole(b"", status=401, reason=token),
    "the status line": lambda token: f"HTTP/1.1 {token}\r\n\r\n".encode(),
    "no HTTP": lambda token: f"{token}\r\n\r\n".encode(),
    "Content-Encoding": lambda token: _whole(YES, ("Content-Encoding", token)),
    "Content-Length": lambda token: head(headers=[("Content-Length", token), ("Content-Length", "1")]) + YES,
    "Transfer-Encoding": lambda token: head(headers=[("Transfer-Encoding", f"{token}, chunked")]) + token.encode(),
    "a chunk's size": lambda token: head(headers=[("Transfer-Encoding", "chunked")]) + f"{token}\r\n".encode(),
    "Retry-After": lambda token: _whole(b"", ("Retry-After", token), status=503),
    "a cookie": lambda token: _whole(YES, ("Set-Cookie", f"token={token}")),
    "a broken header": lambda token: f"HTTP/1.1 200 OK\r\n{token}\r\n\r\n".encode(),
    "the HTTP version": lambda token: f"{token}/9 200 OK\r\n\r\n".encode(),
}


def _nowhere_after(
    made: Callable[[Seen], bytes],
    act: Callable[[Client], object],
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with FaultServer(answer_from(made)) as server:
        client = _client(Place(server.url), AMPLE)
        remains = _remains(act, client)
    printed = capfd.readouterr()

    assert server.requests
    assert _found_in([*remains, log.getvalue(), printed.out, printed.err]) == []


@each_verb
@pytest.mark.parametrize("write", ECHOES.values(), ids=ECHOES)
def test_a_refusal_that_quotes_the_token_is_masked(
    write: Callable[[str], str],
    act: Callable[[Client], object],
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _nowhere_after(_quoted(write), act, log, capfd)


@pytest.mark.parametrize("write", ECHOES.values(), ids=ECHOES)
def test_a_prebook_that_quotes_the_token_is_masked(
    write: Callable[[str], str], log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    _nowhere_after(_in_a_prebook(write), _get, log, capfd)


@each_verb
@pytest.mark.parametrize("write", PLACES.values(), ids=PLACES)
def test_a_token_quoted_anywhere_in_an_answer_goes_no_further(
    write: Callable[[str], bytes],
    act: Callable[[Client], object],
    log: io.StringIO,
    capfd: pytest.CaptureFixture[str],
) -> None:
    _nowhere_after(lambda seen: write(seen.fields["authenticationToken"]), act, log, capfd)


# -------------------------------------------------------------------------------------------------- the scanner


@pytest.mark.parametrize("form", FORMS)
def test_the_scanner_finds_each_form_in_bytes(form: str) -> None:
    planted = b"before " + FORMS[form](TOKEN) + b" after"

    assert form in leaks(TOKEN, b"nothing here", planted)


@pytest.mark.parametrize("form", [form for form in FORMS if form not in {"latin-1", "UTF-16", "UTF-16, big end first"}])
def test_the_scanner_finds_each_form_in_text(form: str) -> None:
    planted = f"before {FORMS[form](TOKEN).decode()} after"

    assert form in leaks(TOKEN, planted, "nothing here")


@pytest.mark.parametrize("shift", range(6))
def test_the_scanner_finds_the_token_in_the_middle_of_base64(shift: int) -> None:
    planted = base64.b64encode(b"x" * shift + TOKEN.encode() + b" and more")

    assert any(name.startswith("base64") for name in leaks(TOKEN, planted))


def test_the_scanner_finds_nothing_where_nothing_is() -> None:
    assert leaks(TOKEN, "CANARY", b"CANARY%2B", "***", "") == []
