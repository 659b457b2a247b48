"""Future inventory, customers and carriers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

if TYPE_CHECKING:
    from komet_xl.sandbox.server import Sandbox

    from .conftest import Client

MARKET = "future.inventory.openmarket.list"


def test_future_inventory_shows_what_is_available_in_the_range(client: Client) -> None:
    items = client.get(MARKET, dateFrom="2015-02-11", dateTo="2015-02-12").json()["inventoryItems"]

    assert [item["inventoryId"] for item in items] == [9999993, 9999994]
    assert all(item["unitsPerBox"] * item["quantity"] == item["totalUnits"] for item in items)


def test_the_vendor_is_shown_only_for_a_customer(client: Client) -> None:
    dates = {"dateFrom": "2015-02-10", "dateTo": "2015-02-10"}
    without = client.get(MARKET, **dates).json()["inventoryItems"]
    with_customer = client.get(MARKET, customerId="34325", **dates).json()["inventoryItems"]

    assert all("vendor" not in item for item in without)
    assert with_customer[0]["vendor"] == "Flores Capiro"


def test_future_inventory_can_be_asked_for_with_json_too(komet: Sandbox) -> None:
    body = {
        "authenticationToken": komet.token,
        "dateFrom": "2015-02-11",
        "dateTo": "2015-02-12",
        "locationId": 2,
    }
    answer = requests.post(f"{komet.url}/{MARKET}", json=body, timeout=10).json()

    assert [item["inventoryId"] for item in answer["inventoryItems"]] == [9999993]


@pytest.mark.parametrize(
    ("dates", "answer"),
    [
        ({"dateFrom": "2015-02-10"}, 0),
        ({}, 0),
        ({"dateFrom": "2016-01-01", "dateTo": "2016-01-02"}, 1),
    ],
)
def test_future_inventory_without_dates_is_a_no_and_without_items_an_empty_yes(
    client: Client, dates: dict[str, str], answer: int
) -> None:
    found = client.get(MARKET, **dates).json()

    assert found["status"] == answer
    assert "inventoryItems" not in found


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, ["6529", "34325", "40017"]),
        ({"includeInactive": "true"}, ["6529", "34325", "40017", "40018"]),
        ({"id": "6529"}, ["6529"]),
        ({"name": "FLEURS"}, ["40017"]),
        ({"name": "québec"}, ["40017"]),
        ({"code": "0417"}, ["40017"]),
        ({"code": "417"}, []),
        ({"salesPersonId": "411"}, ["34325"]),
        ({"locationId": "2"}, ["40017"]),
        ({"updateAsOf": "2015-01-20"}, ["6529", "40017"]),
    ],
)
def test_customers_are_filtered_and_their_ids_are_text(client: Client, filters: dict[str, str], ids: list[str]) -> None:
    answer = client.get("customer.list", **filters).json()

    assert [one["id"] for one in answer.get("customers", [])] == ids
    assert answer["status"] == 1


def test_a_customer_has_the_documented_fields(client: Client) -> None:
    (customer,) = client.get("customer.list", id="34325").json()["customers"]

    assert customer == {
        "id": "34325",
        "accountingCode": "AB-34325",
        "name": "AB Flower Shop",
        "code": "34325",
        "active": "1",
        "salesPerson": "John Doe",
        "salesPersonId": 411,
        "customerType": "Retail",
        "updatedOn": "2014-11-03T16:45:00",
    }


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, [1204, 1207, 1210]),
        ({"active": "1"}, [1204, 1207]),
        ({"active": "0"}, [1210]),
        ({"name": "québec"}, [1210]),
        ({"code": "aa"}, [1207]),
        ({"id": "1204"}, [1204]),
        ({"id": "1"}, []),
    ],
)
def test_carriers_are_filtered_and_come_before_the_status(
    client: Client, filters: dict[str, str], ids: list[int]
) -> None:
    answer = client.get("carrier.list", **filters).json()

    assert [one["id"] for one in answer.get("carriers", [])] == ids
    assert list(answer) == (["carriers", "status", "message"] if ids else ["status", "message"])
