"""What the client makes of each answer, over real connections: a yes, Komet's own no, or nobody knows."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import ApiError, NotSentError, QuotaSpentError, RefusedError, UnansweredError
from komet_xl.komet.client import Client
from komet_xl.komet.endpoint import Endpoint
from komet_xl.komet.quota import Quota
from komet_xl.komet.secret import Token
from komet_xl.komet.transport import Transport
from komet_xl.model import OrderLine, PrebookQuery
from tests.support.faultserver import FaultServer, answer, closed_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.sandbox.server import Sandbox

DAY = date(2015, 2, 10)
QUERY = PrebookQuery(truck_date=DAY)
LINE = OrderLine(row=2, prebook_id=85063, inventory_id=9999999, boxes=5, price=Decimal("2.50"), mark_code="MARK")
TOKEN = "sandbox-token"
YES_OF_HTTP = {200}
NO_OF_HTTP = {200, 400, 401, 403, 404, 422}
EVERY_HTTP = [200, 201, 202, 204, 206, 400, 401, 402, 403, 404, 405, 409, 410, 413, 415, 422, 429]
EVERY_HTTP += [500, 501, 502, 503, 504, 511, 599, 300, 301, 302, 303, 304, 307, 308]


class Counter:
    """Counts requests in memory, up to the limit."""

    def __init__(self) -> None:
        self.counted: list[str] = []

    def requests_today(self, host: str) -> int:
        return self.counted.count(host)

    def count_request(self, host: str, *, limit: int) -> bool:
        if self.requests_today(host) >= limit:
            return False
        self.counted.append(host)
        return True


def _client(url: str, *, token: str = TOKEN, limit: int = 1_000, counter: Counter | None = None) -> Client:
    endpoint = Endpoint(url=url, timeout=20)
    transport = Transport(endpoint, Token(token), agent="komet-xl-tests", pause=lambda _: None)
    return Client(transport, Quota(counter or Counter(), endpoint.host, limit))


def _add(client: Client, line: OrderLine = LINE) -> str | ApiError:
    try:
        return client.add_future_item(line, before_first_byte=lambda: None)
    except ApiError as exc:
        return exc


def _list(client: Client) -> object:
    try:
        return client.list_prebooks(QUERY)
    except ApiError as exc:
        return exc


def _answered(body: bytes, status: int = 200, act: Callable[[Client], object] = _add, token: str = TOKEN) -> object:
    with FaultServer(answer(body, status)) as server:
        return act(_client(server.url, token=token))


def _body(status: object, message: object = "so be it", **more: object) -> bytes:
    return json.dumps({"message": message, "status": status, **more}).encode()


# --------------------------------------------------------------------------------------- the rule of yes and no


@pytest.mark.parametrize("http", EVERY_HTTP)
@pytest.mark.parametrize("status", [1, "1"])
def test_a_yes_needs_http_200(http: int, status: object) -> None:
    ending = _answered(_body(status), http)

    if http in YES_OF_HTTP:
        assert ending == "so be it"
    else:
        assert type(ending) is UnansweredError
        assert f"HTTP {http}" in str(ending)


@pytest.mark.parametrize("http", EVERY_HTTP)
@pytest.mark.parametrize("status", [0, "0"])
def test_a_no_needs_one_of_six_http_codes(http: int, status: object) -> None:
    ending = _answered(_body(status), http)

    if http in NO_OF_HTTP:
        assert type(ending) is RefusedError
        assert (str(ending), ending.http_status) == ("so be it", http)
    else:
        assert type(ending) is UnansweredError
        assert f"HTTP {http}" in str(ending)


NEITHER = {
    "true": b'{"status": true}',
    "1.0": b'{"status": 1.0}',
    "2": b'{"status": 2}',
    "a blank status": b'{"status": ""}',
    "null": b'{"status": null}',
    "no status": b'{"message": "OK"}',
    "two statuses": b'{"status": 0, "status": 1}',
    "two statuses by case": b'{"status": 1, "Status": 1}',
    "NaN": b'{"status": 1, "fee": NaN}',
    "a list": b'[{"status": 1}]',
    "JSON null": b"null",
    "a login page": b"<html>Please log in</html>",
    "nothing": b"",
    "an answer cut short": b'{"status": 1, "message": "succ',
    "something after it": b'{"status": 1}}',
    "a byte order mark": b'\xef\xbb\xbf{"status": 1}',
    "an endless exponent": b'{"status": 1, "fee": 1e99999999999999999999}',
}


@pytest.mark.parametrize("http", [200, 400, 401, 404, 502])
@pytest.mark.parametrize("body", NEITHER.values(), ids=NEITHER)
def test_any_other_body_is_unanswered_with_any_http_code(body: bytes, http: int) -> None:
    ending = _answered(body, http)

    assert type(ending) is UnansweredError
    assert str(ending).startswith(f"Komet's answer (HTTP {http}) cannot be read: the answer")
    assert ending.__cause__ is None
    assert ending.__context__ is None


@pytest.mark.parametrize("act", [_add, _list], ids=["POST", "GET"])
@pytest.mark.parametrize("http", [301, 302, 303, 307, 308])
def test_a_redirect_names_the_setting_to_check(http: int, act: Callable[[Client], object]) -> None:
    ending = _answered(_body(1), http, act)

    assert type(ending) is UnansweredError
    assert "check KOMET_URL" in str(ending)


@pytest.mark.parametrize("body", NEITHER.values(), ids=NEITHER)
def test_a_list_that_cannot_be_read_is_unanswered(body: bytes) -> None:
    assert type(_answered(body, act=_list)) is UnansweredError


def test_a_list_with_a_field_that_cannot_be_read_names_it() -> None:
    ending = _answered(_body(1, prebooks=[{"id": 1, "number": "7", "totalPrice": "much"}]), act=_list)

    assert type(ending) is UnansweredError
    assert str(ending) == "Komet's answer cannot be read: totalPrice of prebook: 'much' is not an amount"
    assert ending.__context__ is None


def test_a_list_with_another_http_code_than_200_is_unanswered() -> None:
    ending = _answered(_body(1, prebooks=[]), 201, _list)

    assert type(ending) is UnansweredError
    assert str(ending) == "Komet answered prebook.details.list with HTTP 201"


@pytest.mark.parametrize("http", [200, 401, 429, 503])
def test_a_list_that_komet_refuses_says_why(http: int) -> None:
    ending = _answered(_body(0), http, _list)

    assert type(ending) is RefusedError
    assert (str(ending), ending.http_status) == ("so be it", http)


@pytest.mark.parametrize("act", [_add, _list], ids=["POST", "GET"])
@pytest.mark.parametrize(
    ("http", "message", "speaks"),
    [
        (401, "No.", True),
        (403, "No.", True),
        (200, "Invalid authentication token.", True),
        (400, "Your quota is used up.", True),
        (200, "No such box.", False),
        (404, "No.", False),
        (422, "No.", False),
    ],
)
def test_a_refusal_says_whether_it_is_about_the_token(
    act: Callable[[Client], object], http: int, message: str, *, speaks: bool
) -> None:
    ending = _answered(_body(0, message), http, act)

    assert type(ending) is RefusedError
    assert ending.speaks_of_token is speaks


@pytest.mark.parametrize("message", [None, ""])
def test_a_refusal_without_a_message_says_that_it_has_none(message: object) -> None:
    ending = _answered(_body(0, message), 400)

    assert str(ending) == "Komet refused (HTTP 400) without a message"


@pytest.mark.parametrize("status", [0, 1])
def test_a_message_that_quotes_the_token_is_masked(status: int) -> None:
    ending = _answered(_body(status, "CANARY+/=&é is no good"), token="CANARY+/=&é")

    assert str(ending) == "*** is no good"


# ------------------------------------------------------------------------------------------------ empty lists


@pytest.mark.parametrize("status", [0, 1, "0", "1"])
@pytest.mark.parametrize("more", [{}, {"prebooks": None}, {"prebooks": []}])
def test_not_found_is_an_empty_list(status: object, more: dict[str, object]) -> None:
    assert _answered(_body(status, "Orders not found.OK", **more), act=_list) == []


@pytest.mark.parametrize("http", [400, 401, 403, 404, 422, 503])
def test_not_found_with_another_http_code_is_a_refusal(http: int) -> None:
    assert type(_answered(_body(0, "Method not found."), http, _list)) is RefusedError


def test_a_token_that_is_not_found_is_a_refusal_and_no_empty_list() -> None:
    ending = _answered(_body(0, "Token not found."), act=_list)

    assert type(ending) is RefusedError
    assert ending.speaks_of_token


def test_not_found_beside_a_list_hides_nothing() -> None:
    body = _body(1, "Box type not found.OK", prebooks=[{"id": 7}])

    with FaultServer(answer(body)) as server:
        assert [each.prebook_id for each in _client(server.url).list_prebooks(QUERY)] == [7]


def test_a_refusal_that_carries_a_list_is_a_refusal() -> None:
    assert type(_answered(_body(0, "Brand not found.", prebooks=[{"id": 7}]), act=_list)) is RefusedError


def test_an_order_that_is_not_found_is_refused() -> None:
    assert type(_answered(_body(0, "Prebook not found."))) is RefusedError


# ------------------------------------------------------------------------------------- against a whole Komet


def test_an_order_is_added_once_and_seen_in_the_list(komet: Sandbox) -> None:
    client = _client(komet.url)

    message = client.add_future_item(LINE, before_first_byte=lambda: None)

    assert message == "success"
    assert komet.applied(LINE.inventory_id) == 1
    assert komet.requests()["prebook.future.item.add"] == 1


def test_the_day_is_listed_with_and_without_items(komet: Sandbox) -> None:
    client = _client(komet.url)

    detailed = client.list_prebooks(QUERY)
    headers = client.list_prebook_headers(DAY, DAY)

    assert {"13010", "13949"} <= {each.number for each in detailed}
    assert [each.prebook_id for each in headers] == [each.prebook_id for each in detailed]
    assert all(each.items == () for each in headers)
    assert any(each.items for each in detailed)


def test_a_day_without_prebooks_is_an_empty_list(komet: Sandbox) -> None:
    client = _client(komet.url)

    assert client.list_prebooks(PrebookQuery(truck_date=date(1999, 1, 1))) == []
    assert client.list_prebook_headers(date(1999, 1, 1), date(1999, 1, 2)) == []


def test_the_answer_itself_comes_with_the_prebooks_for_a_snapshot(komet: Sandbox) -> None:
    body, prebooks = _client(komet.url).fetch_prebooks(QUERY)

    assert len(json.loads(body)["prebooks"]) == len(prebooks) > 0


def test_a_wrong_token_is_refused_for_both(komet: Sandbox) -> None:
    client = _client(komet.url, token="a wrong token")

    for ending in (_add(client), _list(client)):
        assert type(ending) is RefusedError
        assert (ending.http_status, ending.speaks_of_token) == (401, True)
    assert komet.ledger() == []


def test_a_prebook_that_does_not_exist_is_refused_and_nothing_is_added(komet: Sandbox) -> None:
    line = OrderLine(row=2, prebook_id=1, inventory_id=9999999, boxes=1, price=Decimal(1))

    ending = _add(_client(komet.url), line)

    assert type(ending) is RefusedError
    assert not ending.speaks_of_token
    assert komet.ledger() == []


@pytest.mark.parametrize(
    ("fault", "added"),
    [
        ("close-before", 0),
        ("close-after", 1),
        ("reset-after", 1),
        ("502-before", 0),
        ("502-after", 1),
        ("html-200-after", 1),
        ("text-status-after", 1),
        ("truncated-after", 1),
        ("429", 0),
        ("503", 0),
        ("redirect-302", 0),
        ("redirect-307", 0),
        ("duplicate-status", 0),
        ("nan-status", 0),
        ("bad-json", 0),
    ],
)
def test_an_order_that_meets_a_fault_is_unanswered_and_added_at_most_once(
    komet: Sandbox, fault: str, added: int
) -> None:
    komet.fault(fault)

    ending = _add(_client(komet.url))

    assert type(ending) is UnansweredError
    assert komet.applied(LINE.inventory_id) == added
    assert komet.requests()["prebook.future.item.add"] == 1


def test_a_refusal_that_quotes_the_token_is_masked(komet: Sandbox) -> None:
    komet.fault("echo-token")

    assert str(_add(_client(komet.url))) == "The token *** is not valid here."


# ------------------------------------------------------------------------------------------------- the quota


def test_each_try_of_a_list_counts(komet: Sandbox) -> None:
    counter = Counter()
    komet.fault("503", times=2)

    prebooks = _client(komet.url, counter=counter).list_prebooks(QUERY)

    assert prebooks
    assert counter.counted == [f"127.0.0.1:{komet.port}"] * 3
    assert komet.requests()["total"] == 3


def test_a_spent_quota_stops_a_list_before_a_byte_leaves() -> None:
    with FaultServer() as server:
        client = _client(server.url, limit=0)
        ending = _list(client)

    assert type(ending) is QuotaSpentError
    assert str(ending) == (
        f"today's 0 requests to {client.host} are used up; go on tomorrow, "
        "or set KOMET_DAILY_LIMIT if your company has more."
    )
    assert server.received == 0


def test_a_quota_that_is_spent_on_the_way_stops_the_tries() -> None:
    with FaultServer(answer(b"busy", 503)) as server:
        client = _client(server.url, limit=2)
        ending = _list(client)

    assert type(ending) is QuotaSpentError
    assert len(server.requests) == 2
    assert (client.quota.taken, client.quota.used(), client.quota.left()) == (2, 2, 0)


def test_a_list_that_was_not_sent_costs_nothing() -> None:
    counter = Counter()

    ending = _list(_client(f"http://127.0.0.1:{closed_port()}/api", counter=counter))

    assert type(ending) is NotSentError
    assert counter.counted == []


def test_an_order_leaves_counting_to_its_hook() -> None:
    with FaultServer() as server:
        client = _client(server.url, limit=1)

        def hook() -> None:
            client.quota.take()

        first = client.add_future_item(LINE, before_first_byte=hook)
        with pytest.raises(QuotaSpentError):
            client.add_future_item(LINE, before_first_byte=hook)

    assert first == "success"
    assert len(server.requests) == 1


def test_the_quota_knows_what_is_left_and_what_this_program_took() -> None:
    counter = Counter()
    quota = Quota(counter, "komet:443", 3)
    counter.counted += ["komet:443", "other:443"]

    quota.take()
    quota.took_one()

    assert (quota.used(), quota.left(), quota.taken) == (2, 1, 2)


def test_a_lowered_limit_leaves_nothing_rather_than_less() -> None:
    counter = Counter()
    counter.counted += ["komet:443"] * 5

    assert Quota(counter, "komet:443", 3).left() == 0
