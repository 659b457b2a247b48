"""prebook.future.item.add: what a yes changes, and everything that is a no."""

from __future__ import annotations

import json
import socket
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import requests

from .conftest import ORDER, Client

if TYPE_CHECKING:
    from komet_xl.sandbox.server import Sandbox


def test_the_sample_request_gets_the_sample_answer(client: Client) -> None:
    response = client.add()

    assert response.status_code == 200
    assert response.json() == {"status": "1", "message": "success"}


def test_a_pushed_item_is_in_the_ledger_with_its_item_id(komet: Sandbox, client: Client) -> None:
    client.add(boxes="7", price="2.5", markCode="Québec")

    (line,) = komet.ledger()
    details = client.details(date="2015-02-09")["prebooks"][0]["details"]
    assert (line.n, line.prebook_id, line.inventory_id, line.boxes) == (1, 85063, 9999999, 7)
    assert (str(line.price), line.mark_code) == ("2.50", "Québec")
    assert line.prebook_item_id == details[-1]["prebookItemId"]
    assert komet.applied(9999999) == 1


def test_a_pushed_item_becomes_a_line_of_the_prebook_and_the_totals_still_hold(client: Client) -> None:
    before = client.details(date="2015-02-09")["prebooks"][0]
    client.add()

    after = client.details(date="2015-02-09")["prebooks"][0]
    line = after["details"][-1]
    assert len(after["details"]) == len(before["details"]) + 1
    assert line["vendorName"] == "Flores Capiro"
    assert line["totalBoxes"] == 5
    assert line["unitPrice"] == "2.500"
    assert line["markCode"] == "text for mark code"
    assert line["totalPrice"] == "3,000.00"  # 20 bunches of 12 stems, 5 boxes, 2.50 a stem
    assert _money(after["totalPrice"]) == _money(before["totalPrice"]) + Decimal("3000.00")


def test_a_pushed_item_lowers_the_boxes_that_are_left(client: Client) -> None:
    client.add(inventoryId=9999992, boxes=15)

    items = client.get("future.inventory.openmarket.list", dateFrom="2015-02-10", dateTo="2015-02-10").json()
    left = {item["inventoryId"]: item["quantity"] for item in items["inventoryItems"]}
    assert left[9999992] == 25


def test_equal_lines_are_never_merged(komet: Sandbox, client: Client) -> None:
    client.add()
    client.add()

    assert len({line.prebook_item_id for line in komet.ledger()}) == 2


def test_a_line_without_mark_code_has_none(komet: Sandbox, client: Client) -> None:
    client.add(markCode=...)
    client.add(markCode="")

    assert [line.mark_code for line in komet.ledger()] == [None, None]
    assert "markCode" not in client.details(date="2015-02-09")["prebooks"][0]["details"][-1]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"prebookId": ...}, "prebookId"),
        ({"prebookId": 5.5}, "prebookId"),
        ({"prebookId": "85063x"}, "prebookId"),
        ({"prebookId": -1}, "prebookId"),
        ({"prebookId": 7}, "does not exist"),
        ({"prebookId": 10**19}, "does not exist"),
        ({"prebookId": 10**20}, "20 digits"),
        ({"inventoryId": ...}, "inventoryId"),
        ({"inventoryId": None}, "inventoryId"),
        ({"inventoryId": [9999999]}, "inventoryId"),
        ({"inventoryId": 8}, "does not exist"),
        ({"inventoryId": 10**19}, "does not exist"),
        ({"inventoryId": 9999990, "boxes": 1}, "0 boxes left"),
        ({"inventoryId": 9999991, "boxes": 3}, "2 boxes left"),
        ({"boxes": ...}, "boxes"),
        ({"boxes": 0}, "boxes"),
        ({"boxes": 5.0}, "boxes"),
        ({"boxes": True}, "boxes"),
        ({"boxes": " 5"}, "boxes"),
        ({"boxes": "\u0665"}, "boxes"),
        ({"boxes": 10**10}, "10 digits"),
        ({"price": ...}, "price"),
        ({"price": "2,50"}, "price"),
        ({"price": "1e3"}, "price"),
        ({"price": True}, "price"),
        ({"price": -0.01}, "negative"),
        ({"price": 2.555}, "2 decimals"),
        ({"price": "2.555"}, "2 decimals"),
        ({"price": 2.4000000000000004}, "2 decimals"),
        ({"price": 10**8}, "10 digits"),
        ({"price": 1e300}, "10 digits"),
        ({"markCode": 12}, "markCode"),
        ({"markCode": None}, "markCode"),
        ({"markCode": "x" * 21}, "20 characters"),
        ({"markCode": "\ud800"}, "markCode"),
    ],
)
def test_a_field_that_does_not_fit_is_named_and_nothing_is_applied(
    komet: Sandbox, client: Client, changes: dict[str, Any], word: str
) -> None:
    response = client.add(**changes)

    assert response.status_code == 200
    assert response.json()["status"] == 0
    assert word in response.json()["message"]
    assert komet.ledger() == []


def test_the_last_boxes_can_be_sold_but_once(komet: Sandbox, client: Client) -> None:
    statuses = [client.add(inventoryId=9999991, boxes=2).json()["status"] for _ in range(2)]

    assert statuses == ["1", 0]
    assert komet.applied(9999991) == 1


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b'{"status": 1} x', b"\xff", b'{"price": NaN}', b"[" * 50_000, b'{"price": 1e99999999999999999999}'],
    ids=["empty", "open", "rest", "bytes", "nan", "deep", "huge"],
)
def test_a_body_that_is_not_json_is_http_400(komet: Sandbox, body: bytes) -> None:
    response = requests.post(f"{komet.url}/prebook.future.item.add", data=body, timeout=10)

    assert response.status_code == 400
    assert response.json()["status"] == 0
    assert komet.ledger() == []


def test_json_that_is_not_an_object_is_http_400(komet: Sandbox) -> None:
    response = requests.post(f"{komet.url}/prebook.future.item.add", json=[1], timeout=10)

    assert (response.status_code, response.json()["status"]) == (400, 0)


@pytest.mark.parametrize(("padding", "code"), [(65_000, 200), (66_000, 413), (3_000_000, 413)])
def test_a_request_above_64_kb_is_http_413(client: Client, padding: int, code: int) -> None:
    response = client.add(padding="x" * padding)

    assert response.status_code == code
    assert response.json()["status"] == ("1" if code == 200 else 0)


def test_an_order_whose_client_left_before_its_end_is_not_applied(komet: Sandbox) -> None:
    body = json.dumps({"authenticationToken": komet.token, **ORDER}).encode()
    head = f"POST /api/prebook.future.item.add HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body) + 1}\r\n\r\n"

    with socket.create_connection(("127.0.0.1", komet.port), timeout=10) as line:
        line.sendall(head.encode() + body)
        line.shutdown(socket.SHUT_WR)
        assert line.recv(65_536) == b""

    assert komet.requests()["prebook.future.item.add"] == 1
    assert komet.ledger() == []


def _money(text: str) -> Decimal:
    return Decimal(text.replace(",", ""))
