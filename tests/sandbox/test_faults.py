"""Each fault, seen from both sides: what the client gets, and what was really applied."""

from __future__ import annotations

import json
import socket
import time
from typing import TYPE_CHECKING

import pytest
import requests

from komet_xl.sandbox.faults import FAULTS

if TYPE_CHECKING:
    from komet_xl.sandbox.server import Sandbox

    from .conftest import Client

BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)


def test_refuse_says_the_given_sentence_and_applies_nothing(komet: Sandbox, client: Client) -> None:
    komet.fault("refuse", message="Prebook is locked. Québec")

    response = client.add()

    assert response.json() == {"status": 0, "message": "Prebook is locked. Québec"}
    assert komet.ledger() == []


@pytest.mark.parametrize(("fault", "applied"), [("time-out-before", 0), ("time-out-after", 1)])
def test_a_time_out_is_silence(komet: Sandbox, client: Client, fault: str, applied: int) -> None:
    komet.fault(fault)

    with pytest.raises(requests.ReadTimeout):
        client.add(timeout=0.2)

    assert komet.applied(9999999) == applied


def test_a_time_out_ends_after_its_seconds_with_a_closed_connection(komet: Sandbox, client: Client) -> None:
    komet.fault("time-out-after", seconds=0.1)
    started = time.monotonic()

    with pytest.raises(BROKEN):
        client.add()

    assert 0.1 <= time.monotonic() - started < 5
    assert komet.applied(9999999) == 1


@pytest.mark.parametrize(
    ("fault", "applied"), [("close-before", 0), ("close-after", 1), ("reset-after", 1), ("truncated-after", 1)]
)
def test_a_broken_connection_gives_no_answer(komet: Sandbox, client: Client, fault: str, applied: int) -> None:
    komet.fault(fault)

    with pytest.raises(BROKEN):
        client.add()

    assert komet.applied(9999999) == applied


@pytest.mark.parametrize(
    ("fault", "applied", "code", "start"),
    [
        ("502-before", 0, 502, "<html>"),
        ("502-after", 1, 502, "<html>"),
        ("html-200-after", 1, 200, "<!DOCTYPE html>"),
        ("text-status-after", 1, 200, '{"status": "ok"'),
        ("duplicate-status", 0, 200, '{"status": 0, "status": 1'),
        ("nan-status", 0, 200, '{"status": NaN'),
        ("bad-json", 0, 200, '{"status": 1'),
        ("401", 0, 401, '{"status": 0'),
        ("403", 0, 403, '{"status": 0'),
        ("429", 0, 429, '{"status": 0'),
        ("503", 0, 503, '{"status": 0'),
        ("redirect-302", 0, 302, '{"status": 0'),
        ("redirect-307", 0, 307, '{"status": 0'),
    ],
)
def test_a_false_answer_is_what_it_says(
    komet: Sandbox, client: Client, *, fault: str, applied: int, code: int, start: str
) -> None:
    komet.fault(fault)

    response = client.add()

    assert response.status_code == code
    assert response.text.startswith(start)
    assert komet.applied(9999999) == applied


def test_the_token_is_quoted_by_echo_token(komet: Sandbox, client: Client) -> None:
    komet.fault("echo-token")

    response = client.add(authenticationToken="canary-token")

    assert response.json()["status"] == 0
    assert "canary-token" in response.json()["message"]
    assert komet.ledger() == []


def test_a_redirect_points_where_it_was_told_to(komet: Sandbox, client: Client) -> None:
    komet.fault("redirect-307", location="http://127.0.0.1:9/elsewhere")

    assert client.add().headers["location"] == "http://127.0.0.1:9/elsewhere"


@pytest.mark.parametrize("fault", ["429", "503"])
def test_a_busy_answer_says_when_to_come_back(komet: Sandbox, client: Client, fault: str) -> None:
    komet.fault(fault, seconds=30)

    assert client.get("customer.list").headers["retry-after"] == "30"


def test_a_bad_json_answer_cannot_be_read(komet: Sandbox, client: Client) -> None:
    komet.fault("bad-json")

    with pytest.raises(json.JSONDecodeError):
        json.loads(client.add().text)


def test_slow_answers_rightly_but_late(komet: Sandbox, client: Client) -> None:
    komet.fault("slow", seconds=0.15)
    started = time.monotonic()

    assert client.add().json()["status"] == "1"

    assert time.monotonic() - started >= 0.15


def test_truncated_promises_more_than_it_sends(komet: Sandbox) -> None:
    komet.fault("truncated-after")
    request = f"GET /api/customer.list?authenticationToken={komet.token} HTTP/1.1\r\nHost: x\r\n\r\n"

    with socket.create_connection(("127.0.0.1", komet.port), timeout=10) as line:
        line.sendall(request.encode())
        received = b"".join(iter(lambda: line.recv(65_536), b""))

    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    assert head.startswith(b"HTTP/1.1 200")
    assert 0 < len(body) < length


def test_reset_breaks_the_connection_off(komet: Sandbox) -> None:
    komet.fault("reset-after")
    request = f"GET /api/customer.list?authenticationToken={komet.token} HTTP/1.1\r\nHost: x\r\n\r\n"

    with socket.create_connection(("127.0.0.1", komet.port), timeout=10) as line:
        line.sendall(request.encode())
        with pytest.raises(ConnectionError):
            line.recv(65_536)


@pytest.mark.parametrize("fault", sorted(FAULTS))
def test_after_a_fault_the_next_request_is_answered_rightly(komet: Sandbox, client: Client, fault: str) -> None:
    komet.fault(fault, seconds=0.01)
    try:
        client.get("customer.list")
    except BROKEN:
        assert fault.startswith(("time-out", "close", "reset", "truncated"))

    assert client.get("customer.list").json()["message"] == "OK"


def test_a_fault_happens_as_often_as_it_was_told(komet: Sandbox, client: Client) -> None:
    komet.fault("503", times=2)

    assert [client.add().status_code for _ in range(3)] == [503, 503, 200]


def test_a_fault_without_a_count_lasts_until_it_is_taken_back(komet: Sandbox, client: Client) -> None:
    komet.fault("503", times=None)

    assert [client.add().status_code for _ in range(3)] == [503, 503, 503]
    client.control("DELETE", "faults")
    assert client.add().status_code == 200


def test_a_fault_waits_for_the_request_it_is_for(komet: Sandbox, client: Client) -> None:
    komet.fault("503", method="prebook.future.item.add", inventory_id=9999991)
    komet.fault("429", prebook_id=1927173)

    assert client.get("customer.list").status_code == 200
    assert client.add().status_code == 200
    assert client.add(inventoryId="9999991", boxes=1).status_code == 503
    assert client.add(prebookId=1927173).status_code == 429
    assert len(komet.ledger()) == 1


def test_the_first_fault_that_fits_comes_first(komet: Sandbox, client: Client) -> None:
    komet.fault("429")
    komet.fault("503")

    assert [client.add().status_code for _ in range(3)] == [429, 503, 200]


def test_a_fault_after_applying_does_not_apply_what_is_refused(komet: Sandbox, client: Client) -> None:
    komet.fault("502-after")

    client.add(boxes=0)

    assert komet.ledger() == []


def test_a_fault_nobody_knows_is_refused_with_the_names_there_are(komet: Sandbox) -> None:
    with pytest.raises(ValueError, match="time-out-after"):
        komet.fault("explode")
