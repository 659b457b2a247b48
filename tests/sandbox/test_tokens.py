"""Who may ask, how often, and how it is counted."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from komet_xl.sandbox.server import Sandbox

if TYPE_CHECKING:
    from .conftest import Client

METHODS = ["prebook.details.list", "prebook.list", "customer.list", "carrier.list"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("token", ["", "wrong", "SANDBOX-TOKEN", "ü"])
def test_a_wrong_token_is_http_401(client: Client, method: str, token: str) -> None:
    response = client.get(method, authenticationToken=token, date="2015-02-10")

    assert response.status_code == 401
    assert response.json() == {"status": 0, "message": "Invalid authentication token."}


@pytest.mark.parametrize("token", [..., "", "wrong", None, 5, ["sandbox-token"]])
def test_an_order_with_a_wrong_token_is_http_401_and_not_applied(komet: Sandbox, client: Client, token: object) -> None:
    response = client.add(authenticationToken=token)

    assert response.status_code == 401
    assert komet.ledger() == []


def test_a_token_limited_to_methods_gets_http_403_for_the_others(komet: Sandbox, client: Client) -> None:
    komet.settings(token_methods={"push-only": ["prebook.future.item.add"], "all": None})

    refused = client.get("customer.list", authenticationToken="push-only")
    assert refused.status_code == 403
    assert refused.json() == {"status": 0, "message": "This token may not use customer.list."}
    assert client.add(authenticationToken="push-only").json()["status"] == "1"
    assert client.get("customer.list", authenticationToken="all").status_code == 200
    assert client.get("customer.list").status_code == 200


def test_a_method_that_does_not_exist_is_http_404(client: Client) -> None:
    response = client.get("prebook.nothing")

    assert (response.status_code, response.json()["status"]) == (404, 0)


def test_a_wrong_verb_is_http_405(komet: Sandbox, client: Client) -> None:
    got = client.get("prebook.future.item.add", prebookId=85063)
    body = {"authenticationToken": komet.token}
    posted = requests.post(f"{komet.url}/customer.list", json=body, timeout=10)

    assert (got.status_code, got.headers["allow"], got.json()["status"]) == (405, "POST", 0)
    assert (posted.status_code, posted.headers["allow"], posted.json()["status"]) == (405, "GET", 0)


def test_every_request_is_counted_the_refused_ones_too(komet: Sandbox, client: Client) -> None:
    client.get("customer.list")
    client.get("customer.list", authenticationToken="wrong")
    client.add(boxes=0)
    client.get("prebook.nothing")

    assert komet.requests() == {
        "customer.list": 2,
        "prebook.future.item.add": 1,
        "other": 1,
        "total": 4,
        "today": 4,
        "most_posts_at_once": 1,
    }


def test_above_the_daily_limit_nothing_is_answered_or_applied(komet: Sandbox, client: Client) -> None:
    komet.settings(daily_limit=1)

    assert client.add().status_code == 200
    over = client.add()
    assert over.status_code == 429
    assert over.json() == {"status": 0, "message": "Daily request limit reached."}
    assert len(komet.ledger()) == 1


def test_the_highest_number_of_posts_at_once_is_known() -> None:
    with Sandbox(latency_ms=100) as komet, ThreadPoolExecutor(3) as pool:
        body = {"authenticationToken": komet.token}
        url = f"{komet.url}/prebook.future.item.add"
        list(pool.map(lambda _: requests.post(url, json=body, timeout=10), range(3)))

        assert komet.requests()["most_posts_at_once"] == 3


def test_posts_one_after_the_other_are_never_two_at_once(komet: Sandbox, client: Client) -> None:
    for _ in range(20):
        client.add(boxes=1)

    assert komet.requests()["most_posts_at_once"] == 1
