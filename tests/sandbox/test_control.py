"""The control plane: the same as the Python calls, over HTTP, without a token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from komet_xl.sandbox.server import Sandbox

    from .conftest import Client


def test_the_ledger_lists_what_was_applied_in_order(client: Client) -> None:
    client.add(markCode=...)
    client.add(inventoryId=9999992, boxes=2, price=1)

    first, second = client.control("GET", "ledger").json()
    assert first["prebookItemId"] < second.pop("prebookItemId")
    assert second.pop("at").endswith("Z")
    assert first["markCode"] is None
    assert second == {
        "n": 2,
        "prebookId": 85063,
        "inventoryId": 9999992,
        "boxes": 2,
        "price": "1.00",
        "markCode": "text for mark code",
    }


def test_the_requests_of_the_control_plane_are_not_counted(client: Client) -> None:
    client.control("GET", "ledger")

    assert client.control("GET", "requests").json() == {"total": 0, "today": 0, "most_posts_at_once": 0}


def test_a_fault_can_be_asked_for(komet: Sandbox, client: Client) -> None:
    waiting = client.control("POST", "faults", {"fault": "503", "times": 2, "inventoryId": 9999999, "seconds": 0.5})

    assert waiting.json() == [{"fault": "503", "times": 2}]
    assert client.add().status_code == 503
    assert client.control("GET", "faults").json() == [{"fault": "503", "times": 1}]
    assert client.control("DELETE", "faults").json() == []
    assert komet.ledger() == []


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("faults", {}),
        ("faults", {"fault": "explode"}),
        ("faults", {"fault": "503", "times": 0}),
        ("faults", {"fault": "503", "often": 2}),
        ("faults", {"fault": "503", "times": "two"}),
        ("faults", [1]),
        ("settings", {"latency": 1}),
        ("settings", {"latency_ms": -1}),
        ("settings", {"item_ids": 1}),
        ("settings", {"daily_limit": "none"}),
        ("settings", {"token_methods": ["x"]}),
        ("settings", {"token_methods": {"x": "y"}}),
        ("lines", {"prebookId": 1}),
        ("prebooks/move", {"prebookId": 85063, "truckDate": "soon"}),
        ("prebooks/move", {"prebookId": 1, "truckDate": "2015-02-11"}),
    ],
)
def test_what_cannot_be_done_is_http_400_and_a_sentence(client: Client, path: str, fields: object) -> None:
    response = client.control("POST", path, fields)

    assert response.status_code == 400
    assert response.json()["message"]


def test_settings_can_be_read_and_changed(client: Client) -> None:
    client.control("POST", "settings", {"item_ids": False, "token_methods": {"t": ["customer.list"]}})

    assert client.control("GET", "settings").json() == {
        "latency_ms": 0,
        "item_ids": False,
        "daily_limit": None,
        "token_methods": {"t": ["customer.list"]},
    }
    assert "prebookItemId" not in client.details(date="2015-02-10")["prebooks"][0]["details"][0]


def test_a_foreign_line_is_applied_but_not_in_the_ledger(komet: Sandbox, client: Client) -> None:
    line = {"prebookId": 85063, "inventoryId": 9999991, "boxes": 2, "price": "1.10", "markCode": "THEIRS"}

    number = client.control("POST", "lines", line).json()["prebookItemId"]

    last = client.details(date="2015-02-09")["prebooks"][0]["details"][-1]
    assert (last["prebookItemId"], last["markCode"]) == (number, "THEIRS")
    assert client.add(inventoryId=9999991, boxes=1).json()["status"] == 0
    assert komet.ledger() == []


def test_a_prebook_can_move_to_another_truck_date(client: Client) -> None:
    client.control("POST", "prebooks/move", {"prebookId": 1927173, "truckDate": "2015-02-14"})

    assert client.numbers(date="2015-02-10") == ["13949"]
    assert client.numbers(date="2015-02-14") == ["13010"]


def test_reset_brings_the_first_day_back(komet: Sandbox, client: Client) -> None:
    before = client.details(date="2015-02-09")
    client.add()
    komet.settings(daily_limit=1)
    komet.fault("503")

    client.control("POST", "reset")

    assert komet.ledger() == []
    assert komet.requests()["total"] == 0
    assert client.details(date="2015-02-09") == before
    assert client.control("GET", "settings").json()["daily_limit"] is None
