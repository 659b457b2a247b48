"""Customers, carriers and future inventory: read as documented, nothing lost, over real connections."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from komet_xl.errors import ApiError, RefusedError, UnansweredError
from komet_xl.komet.client import Client
from komet_xl.komet.endpoint import Endpoint
from komet_xl.komet.lists import CARRIERS, CUSTOMERS, INVENTORY, LISTINGS, Listing, Record, parse_list
from komet_xl.komet.quota import Quota
from komet_xl.komet.secret import Token
from komet_xl.komet.transport import Transport
from komet_xl.komet.values import UnreadableError
from komet_xl.komet.wire import parse_answer, to_range_params
from tests.komet.test_client import Counter

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.sandbox.server import Sandbox

CALLS: dict[str, Callable[[Client], list[Record]]] = {
    CUSTOMERS.method: lambda client: client.list_customers(),
    CARRIERS.method: lambda client: client.list_carriers(),
    INVENTORY.method: lambda client: client.list_future_inventory(date(2015, 2, 10), date(2015, 2, 12)),
}


def client_of(komet: Sandbox, token: str | None = None) -> Client:
    endpoint = Endpoint(url=komet.url, timeout=20)
    transport = Transport(endpoint, Token(token or komet.token), agent="tests", pause=lambda _: None)
    return Client(transport, Quota(Counter(), endpoint.host, 1_000))


def read(listing: Listing, *entries: object, **more: object) -> list[Record]:
    body = {"status": 1, "message": "OK", listing.key: list(entries), **more}
    return parse_list(listing, parse_answer(json.dumps(body).encode()))


# ------------------------------------------------------------------------------------------ against a whole Komet


@pytest.mark.parametrize("method", LISTINGS)
def test_a_list_has_every_documented_field_in_its_order(komet: Sandbox, method: str) -> None:
    records = CALLS[method](client_of(komet))

    documented = list(LISTINGS[method].documented)
    assert records
    assert all(list(each)[: len(documented)] == documented for each in records)
    assert komet.requests()[method] == 1


def test_customers_come_with_ids_as_numbers_and_codes_as_text(komet: Sandbox) -> None:
    found = {each["id"]: each for each in client_of(komet).list_customers()}

    assert found[34325]["name"] == "AB Flower Shop"
    assert found[34325]["code"] == "34325"
    assert found[34325]["active"] == 1
    assert found[40017]["code"] == "0417"


def test_carriers_come_with_those_that_are_no_longer_active(komet: Sandbox) -> None:
    found = {each["id"]: each["active"] for each in client_of(komet).list_carriers()}

    assert found == {1204: 1, 1207: 1, 1210: 0}


def test_future_inventory_comes_with_what_only_siblings_document(komet: Sandbox) -> None:
    first = client_of(komet).list_future_inventory(date(2015, 2, 11), date(2015, 2, 12))[0]

    assert first["inventoryId"] == 9_999_993
    assert first["vendor"] == ""
    assert isinstance(first["fobPrice"], Decimal)
    assert first["availableDate"] in (date(2015, 2, 11), date(2015, 2, 12))


@pytest.mark.parametrize("method", [INVENTORY.method])
def test_a_range_without_anything_is_an_empty_list(komet: Sandbox, method: str) -> None:
    assert client_of(komet).list_future_inventory(date(1999, 1, 1), date(1999, 1, 2)) == []
    assert komet.requests()[method] == 1


@pytest.mark.parametrize("method", LISTINGS)
def test_the_answer_itself_can_be_kept_and_read_again(komet: Sandbox, method: str) -> None:
    params = to_range_params(date(2015, 2, 10), date(2015, 2, 12))

    body, answer = client_of(komet).fetch(method, params)

    assert parse_list(LISTINGS[method], parse_answer(body)) == parse_list(LISTINGS[method], answer) != []


@pytest.mark.parametrize("method", LISTINGS)
def test_a_wrong_token_is_refused(komet: Sandbox, method: str) -> None:
    with pytest.raises(RefusedError) as refused:
        CALLS[method](client_of(komet, "a wrong token"))

    assert refused.value.speaks_of_token


@pytest.mark.parametrize("method", LISTINGS)
@pytest.mark.parametrize("fault", ["bad-json", "redirect-302", "html-200-after", "truncated-after", "nan-status"])
def test_an_answer_that_is_none_is_said_to_be_none(komet: Sandbox, method: str, fault: str) -> None:
    komet.fault(fault, None)

    with pytest.raises(UnansweredError):
        CALLS[method](client_of(komet))


def test_a_refusal_that_quotes_the_token_is_masked(komet: Sandbox) -> None:
    komet.fault("echo-token", None)

    with pytest.raises(ApiError) as told:
        client_of(komet).list_carriers()

    assert str(told.value) == "The token *** is not valid here."


# ------------------------------------------------------------------------------------------------ JSON to records


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
def test_what_is_left_out_is_blank(listing: Listing) -> None:
    [record] = read(listing, {})

    assert list(record) == list(listing.documented)
    assert set(record.values()) == {None, ""}


@pytest.mark.parametrize("listing", LISTINGS.values(), ids=LISTINGS)
@pytest.mark.parametrize("body", [{}, {"list": None}, {"list": []}])
def test_a_list_that_is_missing_null_or_empty_is_empty(listing: Listing, body: dict[str, Any]) -> None:
    members = {listing.key: body["list"]} if body else {}
    answer = parse_answer(json.dumps({"status": 0, "message": "Customers not found.", **members}).encode())

    assert parse_list(listing, answer) == []


def test_keys_that_nobody_documents_follow_as_they_came() -> None:
    [record] = read(CARRIERS, {"id": 1, "kometNetworkId": "12", "pickup": ["Mon"], "É\ud800": "x\ud800", "Name": "ARM"})

    assert record["name"] == "ARM"
    assert record["kometNetworkId"] == 12
    assert record["pickup"] == ["Mon"]
    assert record["É\ufffd"] == "x\ufffd"
    assert list(record)[-3:] == ["kometNetworkId", "pickup", "É\ufffd"]


def test_an_undocumented_field_that_does_not_fit_is_kept_as_it_came() -> None:
    [record] = read(INVENTORY, {"inventoryId": 1, "price": "on request", "availableDate": "soon"})

    assert record["price"] == "on request"
    assert record["availableDate"] == "soon"


@pytest.mark.parametrize(
    ("value", "flag"),
    [(1, 1), ("1", 1), (True, 1), ("true", 1), (0, 0), ("0", 0), (False, 0), ("False", 0), (None, None)],
)
def test_active_is_1_or_0_however_it_is_spelled(value: object, flag: int | None) -> None:
    assert read(CUSTOMERS, {"active": value})[0]["active"] == flag


def test_of_two_spellings_of_a_key_the_first_that_is_not_blank_wins() -> None:
    assert read(CUSTOMERS, {"CODE": "", "code": "A", "Code": "B"})[0]["code"] == "A"


@pytest.mark.parametrize(
    ("listing", "entries", "why"),
    [
        (CUSTOMERS, [{"id": "seven"}], "id in customers: 'seven' is not a whole number"),
        (CARRIERS, [7], "carriers holds something that is not an object"),
        (INVENTORY, [{"quantity": 1.5}], r"quantity in inventoryItems: Decimal\('1.5'\) is not a whole number"),
    ],
)
def test_a_documented_field_that_cannot_be_read_is_named(listing: Listing, entries: list[object], why: str) -> None:
    with pytest.raises(UnreadableError, match=f"^{why}$"):
        read(listing, *entries)


def test_a_list_that_is_none_is_refused() -> None:
    answer = parse_answer(b'{"status": 1, "carriers": {"id": 1}}')

    with pytest.raises(UnreadableError, match=r"^carriers is not a list$"):
        parse_list(CARRIERS, answer)
