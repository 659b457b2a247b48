"""The promise of the transport, fault by fault: what left, how often, how it ends, how long and how big it gets."""

from __future__ import annotations

import gzip
import json
import time
import tracemalloc
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import NotSentError, QuotaSpentError, SettingsError, UnansweredError
from komet_xl.komet.transport import MOST_BYTES_OF_A_GET, MOST_BYTES_OF_A_POST, Reply
from komet_xl.komet.wire import TOKEN_PLACEHOLDER
from tests.faults.table import FAULTS, NAME, TIMEOUT, TOKEN, TOO_MUCH, TOO_SLOW, Fault, Place, plain, proxied, secure
from tests.support.faultserver import HOST, MIB, YES, FaultServer, answer, answer_from, tunnel_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.faultserver import Authority, Seen

ADD = "prebook.future.item.add"
LIST = "prebook.details.list"
BODY = json.dumps({"authenticationToken": TOKEN_PLACEHOLDER, "prebookId": 85063, "markCode": "é" * 20}).encode()
ERRORS = {"not sent": NotSentError, "unanswered": UnansweredError}

each_fault = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)


class Hook:
    """Counts how often the first byte was about to leave."""

    def __init__(self) -> None:
        self.fired = 0

    def __call__(self) -> None:
        self.fired += 1


def _ending(act: Callable[[], Reply]) -> Reply | Exception:
    try:
        return act()
    except (NotSentError, UnansweredError) as exc:
        return exc


def _post(place: Place, hook: Hook, *, timeout: float) -> Reply | Exception:
    transport = place.transport(timeout=timeout)
    return _ending(lambda: transport.post(ADD, BODY, before_first_byte=hook))


def _get(place: Place, hook: Callable[[], None], *, tries: int = 3, timeout: float = 20) -> Reply | Exception:
    transport = place.transport(timeout=timeout)
    params = {"authenticationToken": TOKEN_PLACEHOLDER, "date": "2015-02-10"}
    return _ending(lambda: transport.get(LIST, params, before_first_byte=hook, tries=tries))


def _check(ending: Reply | Exception, expected: str) -> None:
    if expected == "reply":
        assert isinstance(ending, Reply)
        return
    assert type(ending) is ERRORS[expected]
    assert ending.__cause__ is None
    assert ending.__context__ is None


@each_fault
def test_a_post_is_told_apart_by_what_left_and_never_sent_twice(fault: Fault, authority: Authority) -> None:
    hook = Hook()
    with fault.place(authority) as place:
        started = time.monotonic()

        ending = _post(place, hook, timeout=fault.timeout)

        took = time.monotonic() - started
        server, elsewhere = place.server, place.elsewhere

    _check(ending, fault.outcome)
    assert hook.fired == (0 if fault.outcome == "not sent" else 1)
    assert took < fault.timeout + 1
    assert place.pauses == []
    if server is not None:
        assert len(server.requests) == fault.whole_requests
        assert server.connections == (0 if place.proxy else 1)
    if elsewhere is not None:
        assert elsewhere.connections == 0


@each_fault
def test_a_get_ends_the_same_way_and_counts_each_try(fault: Fault, authority: Authority) -> None:
    hook = Hook()
    slow = fault.timeout == TIMEOUT
    tries = 1 if slow else 3
    with fault.place(authority) as place:
        started = time.monotonic()

        ending = _get(place, hook, tries=tries, timeout=fault.timeout)

        took = time.monotonic() - started
        server, elsewhere = place.server, place.elsewhere

    expected = fault.get_outcome or fault.outcome
    _check(ending, expected)
    if isinstance(ending, Reply) and ending.status not in {429, 500, 502, 503, 504}:
        tries = 1
    assert took < fault.timeout + 1
    assert hook.fired == (0 if expected == "not sent" else tries)
    assert len(place.pauses) == tries - 1
    if server is not None and not fault.name.startswith("reset"):
        assert len(server.requests) == fault.whole_requests * tries
    if elsewhere is not None:
        assert elsewhere.connections == 0


@pytest.mark.parametrize("fault", TOO_SLOW, ids=lambda fault: fault.name)
def test_what_only_the_deadline_ends_says_so(fault: Fault, authority: Authority) -> None:
    with fault.place(authority) as place:
        ending = _post(place, Hook(), timeout=0.3)

    assert str(ending) == "no answer from Komet: the time of 0.3 seconds was over"


@contextmanager
def _memory() -> Iterator[Callable[[], int]]:
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    try:
        yield lambda: tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("fault", TOO_MUCH, ids=lambda fault: fault.name)
def test_too_much_answer_does_not_fill_the_memory_of_a_post(fault: Fault, authority: Authority) -> None:
    with fault.place(authority) as place, _memory() as grown:
        ending = _post(place, Hook(), timeout=20)
        peak = grown()

    assert isinstance(ending, UnansweredError)
    assert peak < 64 * MIB


@pytest.mark.parametrize("name", ["gzip bomb", "endless gzip", "endless body", "endless chunks"])
def test_too_much_answer_to_a_get_ends_at_its_limit(name: str) -> None:
    with FaultServer(name) as server, _memory() as grown:
        ending = _get(Place(server.url), Hook(), tries=1)
        peak = grown()

    assert str(ending) == "no answer from Komet: the answer is larger than 64 MiB"
    assert peak < MOST_BYTES_OF_A_GET * 1.5


@pytest.mark.parametrize(("excess", "expected"), [(0, "reply"), (1, "unanswered")])
def test_an_answer_to_a_post_may_be_a_mebibyte_long_and_no_longer(excess: int, expected: str) -> None:
    body = YES.ljust(MOST_BYTES_OF_A_POST + excess)
    with FaultServer(answer(body)) as server:
        ending = _post(Place(server.url), Hook(), timeout=20)

    _check(ending, expected)


# ---------------------------------------------------------------------------------------------- what goes well


@pytest.mark.parametrize("name", ["yes", "yes in chunks", "yes that ends with the connection"])
def test_a_complete_answer_comes_back_whole(name: str) -> None:
    hook = Hook()
    with FaultServer(name) as server:
        ending = _post(Place(server.url), hook, timeout=20)

    assert ending == Reply(200, YES)
    assert hook.fired == 1


def test_the_server_gets_the_request_with_the_token_in_its_place() -> None:
    with FaultServer() as server:
        _post(Place(server.url), Hook(), timeout=20)
        _get(Place(server.url), Hook())
        posted, asked = server.requests

    assert (posted.method, posted.target) == ("POST", f"/api/{ADD}")
    assert posted.fields == {"authenticationToken": TOKEN, "prebookId": 85063, "markCode": "é" * 20}
    assert posted.headers == {
        "host": server.url.split("/")[2],
        "user-agent": "komet-xl-tests",
        "accept": "application/json",
        "accept-encoding": "identity",
        "connection": "close",
        "content-type": "application/json",
        "content-length": str(len(posted.body)),
    }
    assert (asked.method, asked.path) == ("GET", f"/api/{LIST}")
    assert asked.fields == {"authenticationToken": TOKEN, "date": "2015-02-10"}
    assert asked.headers["accept-encoding"] == "gzip"


def test_only_the_first_placeholder_becomes_the_token() -> None:
    body = json.dumps({"authenticationToken": TOKEN_PLACEHOLDER, "markCode": TOKEN_PLACEHOLDER}).encode()
    with FaultServer() as server:
        Place(server.url).transport().post(ADD, body, before_first_byte=Hook())

    assert server.requests[0].fields == {"authenticationToken": TOKEN, "markCode": TOKEN_PLACEHOLDER}


@pytest.mark.parametrize("token", ['q"\\/', "line\nfeed", "Ünïcödé 😀", "a b+c%20d", "x" * 50])
def test_a_token_of_any_characters_arrives_as_it_is(token: str) -> None:
    with FaultServer() as server:
        transport = Place(server.url).transport(token)
        transport.post(ADD, BODY, before_first_byte=Hook())
        transport.get(LIST, {"authenticationToken": TOKEN_PLACEHOLDER}, before_first_byte=Hook())

    assert [seen.fields["authenticationToken"] for seen in server.requests] == [token, token]


def test_each_request_has_a_connection_of_its_own() -> None:
    with FaultServer() as server:
        transport = Place(server.url).transport()
        for _ in range(3):
            transport.post(ADD, BODY, before_first_byte=Hook())

    assert (len(server.requests), server.connections) == (3, 3)


def test_a_get_takes_gzip() -> None:
    with FaultServer(answer(gzip.compress(YES * 3), headers=[("Content-Encoding", "gzip")])) as server:
        ending = _get(Place(server.url), Hook())

    assert ending == Reply(200, YES * 3)


def _echo(seen: Seen) -> bytes:
    told = f"GET {seen.target} {seen.fields['authenticationToken']}".encode()
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(told), told)


def test_a_reply_that_quotes_the_token_is_masked() -> None:
    with FaultServer(answer_from(_echo)) as server:
        ending = _get(Place(server.url), Hook())

    assert ending == Reply(200, f"GET /api/{LIST}?authenticationToken=***&date=2015-02-10 ***".encode())


# ------------------------------------------------------------------------------------------------------- TLS


def test_https_with_an_authority_of_our_own_works_and_the_hook_fires_once(authority: Authority) -> None:
    hook = Hook()
    with Fault("", secure(), "reply").place(authority) as place:
        ending = _post(place, hook, timeout=20)

    assert ending == Reply(200, YES)
    assert hook.fired == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("certificate not trusted", "its certificate is not trusted (see KOMET_CA_BUNDLE)"),
        ("certificate of another host", "its certificate is not trusted (see KOMET_CA_BUNDLE)"),
        ("connection refused", "the connection was refused"),
        ("unknown name", "that name cannot be found"),
        ("no TLS at all", "the secure connection failed"),
        ("proxy says 407", "the proxy did not let us through (see KOMET_PROXY)"),
    ],
)
def test_what_was_not_sent_says_where_and_why(name: str, words: str, authority: Authority) -> None:
    fault = next(each for each in FAULTS if each.name == name)
    with fault.place(authority) as place:
        ending = _post(place, Hook(), timeout=20)
        host = place.transport().endpoint.host

    assert str(ending) == f"Komet could not be reached at {host}: {words}"


def test_a_file_that_holds_no_certificates_is_a_settings_error(tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text("no certificate")

    with pytest.raises(SettingsError, match="KOMET_CA_BUNDLE"):
        Place("https://127.0.0.1:1/api", ca_bundle=bundle).transport()


def test_tls_keys_are_never_written_to_a_file(
    authority: Authority, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(keys))
    with Fault("", secure(), "reply").place(authority) as place:
        ending = _post(place, Hook(), timeout=20)

    assert isinstance(ending, Reply)
    assert not keys.exists()


# ------------------------------------------------------------------------------- the proxy and the environment


@pytest.mark.parametrize("verb", [_post, _get], ids=["POST", "GET"])
def test_a_proxy_carries_the_request_and_sees_no_token(
    verb: Callable[..., Reply | Exception], authority: Authority
) -> None:
    hook = Hook()
    with Fault("", proxied(), "reply").place(authority) as place:
        ending = verb(place, hook, timeout=20)
        server, proxy = place.server, place.proxy

    assert ending == Reply(200, YES)
    assert hook.fired == 1
    assert server is not None
    assert [seen.fields["authenticationToken"] for seen in server.requests] == [TOKEN]
    assert proxy is not None
    assert [(seen.method, seen.target) for seen in proxy.requests] == [("CONNECT", f"{NAME}:443")]


def test_a_post_lost_behind_a_proxy_is_unanswered(authority: Authority) -> None:
    hook = Hook()
    with (
        FaultServer("broken TLS record", tls=authority.context(NAME)) as server,
        FaultServer(tunnel_to(server.port)) as proxy,
    ):
        ending = _post(
            Place(f"https://{NAME}/api", proxy=proxy, ca_bundle=authority.bundle),
            hook,
            timeout=20,
        )

    assert isinstance(ending, UnansweredError)
    assert (hook.fired, len(server.requests)) == (1, 1)


def test_this_machine_is_reached_without_the_proxy() -> None:
    with FaultServer() as server, FaultServer() as proxy:
        ending = _post(Place(server.url, proxy=proxy), Hook(), timeout=20)

    assert ending == Reply(200, YES)
    assert proxy.connections == 0


def test_proxies_and_passwords_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {HOST} login someone password secret\n")
    netrc.chmod(0o600)
    with FaultServer() as server, FaultServer() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://{HOST}:{proxy.port}")
            monkeypatch.setenv(name.lower(), f"http://{HOST}:{proxy.port}")
        monkeypatch.setenv("NO_PROXY", "")
        monkeypatch.setenv("NETRC", str(netrc))
        _post(Place(server.url), Hook(), timeout=20)
        _get(Place(server.url), Hook())

    assert proxy.connections == 0
    assert ["authorization" in seen.headers for seen in server.requests] == [False, False]


def test_certificates_of_the_environment_are_ignored(authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(authority.bundle))
    monkeypatch.setenv("CURL_CA_BUNDLE", str(authority.bundle))
    with FaultServer(tls=authority.context()) as server:
        ending = _post(Place(server.url), Hook(), timeout=20)

    assert isinstance(ending, NotSentError)


# --------------------------------------------------------------------------------------------------- the hook


class VetoedError(Exception):
    """What a test's hook raises."""


@pytest.mark.parametrize("veto", [VetoedError("no"), QuotaSpentError("spent"), NotSentError("no"), KeyboardInterrupt()])
@pytest.mark.parametrize("build", [plain("yes"), secure()], ids=["http", "https"])
def test_what_the_hook_raises_comes_out_unchanged_and_nothing_arrives(
    build: Callable[..., Place], veto: BaseException, authority: Authority
) -> None:
    def hook() -> None:
        raise veto

    with Fault("", build, "not sent").place(authority) as place:
        transport = place.transport()
        with pytest.raises(type(veto)) as posted:
            transport.post(ADD, BODY, before_first_byte=hook)
        with pytest.raises(type(veto)) as asked:
            transport.get(LIST, {}, before_first_byte=hook)
        server = place.server

    assert posted.value is veto
    assert asked.value is veto
    assert veto.__cause__ is None
    assert veto.__context__ is None
    assert place.pauses == []
    assert server is not None
    assert server.received == 0


def test_the_hook_runs_before_anything_arrives() -> None:
    arrived: list[int] = []
    with FaultServer() as server:
        Place(server.url).transport().post(ADD, BODY, before_first_byte=lambda: arrived.append(server.received))

    assert arrived == [0]
    assert server.received > len(BODY)


def test_a_hook_that_outlasts_the_time_ends_unanswered() -> None:
    with FaultServer() as server:
        ending = _ending(
            lambda: Place(server.url).transport(timeout=0.1).post(ADD, BODY, before_first_byte=lambda: time.sleep(0.2))
        )

    assert isinstance(ending, UnansweredError)
    assert server.requests == []


def test_a_reset_at_any_moment_is_unanswered_if_the_hook_ran_and_not_sent_if_it_did_not() -> None:
    with FaultServer("reset at once") as server:
        for _ in range(50):
            hook = Hook()
            ending = _post(Place(server.url), hook, timeout=20)
            _check(ending, "unanswered" if hook.fired else "not sent")

    assert server.requests == []


# ------------------------------------------------------------------------------------------------- GET, again


BUSY = answer(b"busy", 503)


def test_a_get_is_asked_again_until_it_succeeds() -> None:
    hook = Hook()
    with FaultServer(BUSY, "reset", "yes") as server:
        place = Place(server.url)
        ending = _get(place, hook)

    assert ending == Reply(200, YES)
    assert (hook.fired, len(server.requests)) == (3, 3)
    assert 0.5 <= place.pauses[0] <= 0.625
    assert 1.0 <= place.pauses[1] <= 1.25


def test_a_get_that_was_not_sent_is_tried_again() -> None:
    hook = Hook()
    with FaultServer("handshake closed", scheme="https") as server:
        ending = _get(Place(server.url), hook)

    assert isinstance(ending, NotSentError)
    assert (hook.fired, server.connections) == (0, 3)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_the_last_of_three_busy_answers_is_returned(status: int) -> None:
    with FaultServer(answer(b"busy", status)) as server:
        ending = _get(Place(server.url), Hook())

    assert ending == Reply(status, b"busy")
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("told", "waited"),
    [
        *[("7", 7.0), ("31", 30.0), ("999999", 30.0), ("9" * 30, None), ("0", None), ("-5", None), ("1.5", None)],
        *[("Wed, 21 Oct 2026 07:28:00 GMT", None), ("٣", None), ("", None)],
    ],
)
def test_retry_after_is_honoured_up_to_half_a_minute(told: str, waited: float | None) -> None:
    with FaultServer(answer(b"busy", 503, [("Retry-After", told)]), "yes") as server:
        place = Place(server.url)
        ending = _get(place, Hook())

    assert ending == Reply(200, YES)
    if waited is None:
        assert 0.5 <= place.pauses[0] <= 0.625
    else:
        assert place.pauses == [waited]


def test_a_veto_in_the_second_try_ends_a_get_at_once() -> None:
    fired: list[int] = []

    def hook() -> None:
        fired.append(1)
        if len(fired) == 2:
            raise QuotaSpentError("spent")

    with FaultServer(BUSY) as server:
        place = Place(server.url)
        ending = _get(place, hook)

    assert isinstance(ending, QuotaSpentError)
    assert (len(fired), len(server.requests), len(place.pauses)) == (2, 1, 1)


@pytest.mark.parametrize("status", [200, 204, 302, 400, 401, 403, 404, 422, 501])
def test_an_answer_that_asking_again_cannot_change_is_final(status: int) -> None:
    with FaultServer(answer(b"", status)) as server:
        _get(Place(server.url), Hook())

    assert len(server.requests) == 1
