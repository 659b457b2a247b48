"""prebook.details.list: the sample day, every filter, and what happens when nothing fits."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from komet_xl.sandbox.server import Sandbox

    from .conftest import Client

SAMPLE = json.loads(Path(__file__).with_name("details_2015_02_10.json").read_text(encoding="utf-8"))
DAY = "2015-02-10"


def test_the_sample_day_is_answered_exactly_as_komet_documents_it(komet: Sandbox, client: Client) -> None:
    komet.settings(item_ids=False)

    answer = client.details(date=DAY)

    assert answer == SAMPLE


def test_each_line_has_its_own_item_id(client: Client) -> None:
    answer = client.details(date=DAY)

    ids = [item["prebookItemId"] for prebook in answer["prebooks"] for item in prebook["details"]]
    assert len(set(ids)) == 4
    assert all(isinstance(number, int) for number in ids)


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        ({"prebook": "13010"}, ["13010"]),
        ({"prebook": "1301"}, []),
        ({"customer": "FLOWER"}, ["13010", "13949"]),
        ({"customer": "eric's"}, ["13949"]),
        ({"customer": "3432"}, ["13010"]),
        ({"customerId": "6529"}, ["13949"]),
        ({"customerId": "652"}, []),
        ({"carrierName": "american"}, ["13010"]),
        ({"carrier": "MELLIN"}, ["13949"]),
        ({"carrierId": "1204"}, ["13949"]),
        ({"salesPersonId": "411"}, ["13010"]),
        ({"soNumber": "5127"}, ["13949"]),
        ({"brandId": "2"}, ["13010", "13949"]),
        ({"brandId": "3"}, []),
        ({"locationId": "1"}, []),
        ({"unableToSource": "true"}, ["13010"]),
        ({"unableToSource": "0"}, ["13010", "13949"]),
        ({"updatedAsOf": "2015-02-09 08:15:00"}, ["13949"]),
        ({"updatedAsOf": "2015-02-09 08:15:01"}, []),
        ({"vendorShipDateFrom": "2015-02-06", "vendorShipDateTo": "2015-02-07"}, ["13010"]),
        ({"customer": "flower", "carrierName": "armellini"}, ["13949"]),
        ({"customer": "", "status": "Approved"}, ["13010", "13949"]),
    ],
)
def test_a_filter_leaves_the_prebooks_it_names(client: Client, filters: dict[str, str], numbers: list[str]) -> None:
    assert client.numbers(date=DAY, **filters) == numbers


@pytest.mark.parametrize(
    "filters", [{"customerPONumber": "po-7788"}, {"locationId": "1"}, {"carrierName": "ARMELLINI"}]
)
def test_filters_on_fields_the_sample_lacks_find_the_prebook_of_the_sample_request(
    client: Client, filters: dict[str, str]
) -> None:
    answer = client.details(date="2015-02-09", **filters)

    assert [prebook["id"] for prebook in answer["prebooks"]] == [85063]
    assert answer["prebooks"][0]["customerPONumber"] == "PO-7788"


def test_a_part_of_a_purchase_order_number_finds_nothing(client: Client) -> None:
    assert client.numbers(date="2015-02-09", customerPONumber="7788") == []


def test_an_empty_day_says_so_and_has_no_list(client: Client) -> None:
    assert client.details(date="2015-03-01") == {"message": "Orders not found.OK", "status": 1}


def test_vendor_ship_dates_stand_in_for_the_date(client: Client) -> None:
    numbers = client.numbers(vendorShipDateFrom="2015-02-06", vendorShipDateTo="2015-02-08")

    assert sorted(numbers) == ["13010", "13949", "9406"]


@pytest.mark.parametrize(
    ("params", "word"),
    [
        ({}, "date"),
        ({"date": "10.02.2015"}, "date"),
        ({"date": "2015-02-30"}, "date"),
        ({"date": "20150210"}, "date"),
        ({"date": DAY, "customerId": "12x"}, "customerId"),
        ({"date": DAY, "prebook": "\u0661"}, "prebook"),
        ({"date": DAY, "unableToSource": "maybe"}, "unableToSource"),
        ({"date": DAY, "updatedAsOf": "2015-02-09"}, "updatedAsOf"),
        ({"vendorShipDateFrom": "2015-02-01"}, "vendorShipDateTo"),
        ({"vendorShipDateFrom": "2015-02-01", "vendorShipDateTo": "2015-02-09"}, "7 days"),
        ({"vendorShipDateFrom": "2015-02-09", "vendorShipDateTo": "2015-02-01"}, "before"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(client: Client, params: dict[str, str], word: str) -> None:
    answer = client.details(**params)

    assert answer["status"] == 0
    assert word in answer["message"]


def test_a_sale_moves_the_update_time_to_now(komet: Sandbox, client: Client) -> None:
    before = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}"
    komet.add_foreign_line(1927173, 9999999, 1, "1.00")

    assert client.numbers(date=DAY, updatedAsOf=before) == ["13010"]


def test_prebook_list_gives_headers_over_a_range_of_days(client: Client) -> None:
    answer = client.get("prebook.list", dateFrom="2015-02-01", dateTo="2015-08-01").json()

    assert [prebook["id"] for prebook in answer["prebooks"]] == [85063, 1927173, 1949612]
    assert all("details" not in prebook for prebook in answer["prebooks"])


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({"prebook": "9406"}, [85063]),
        ({"CompanyLocationId": "1"}, [85063]),
        ({"prebookStatus": "PENDING"}, [85063]),
        ({"isEcommerce": "1"}, [85063]),
        ({"checkOutStatus": "0"}, [1927173, 1949612]),
        ({"customer": "eric"}, [1949612]),
        ({"brandId": "2"}, [1927173, 1949612]),
    ],
)
def test_prebook_list_knows_its_own_filters(client: Client, filters: dict[str, str], ids: list[int]) -> None:
    answer = client.get("prebook.list", dateFrom="2015-02-01", dateTo="2015-02-28", **filters).json()

    assert [prebook["id"] for prebook in answer["prebooks"]] == ids


@pytest.mark.parametrize(
    "dates",
    [{}, {"dateFrom": "2015-02-01"}, {"dateFrom": "2015-02-01", "dateTo": "2015-08-02"}],
)
def test_prebook_list_needs_both_dates_at_most_six_months_apart(client: Client, dates: dict[str, str]) -> None:
    assert client.get("prebook.list", **dates).json()["status"] == 0
