"""Values for formulas: one request for many of them, in many programs, and a text where there is none."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import UsageError
from komet_xl.journal.store import Journal
from komet_xl.komet import wire
from komet_xl.komet.client import Client
from komet_xl.komet.endpoint import Endpoint
from komet_xl.komet.quota import Quota
from komet_xl.komet.secret import Token
from komet_xl.komet.transport import Transport
from komet_xl.lookup import Snapshots, prebook_value, value_text
from komet_xl.model import PrebookQuery
from komet_xl.snapshots import FRESH, FRESH_WHEN_OVER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from komet_xl.model import Prebook
    from komet_xl.sandbox.server import Sandbox
    from komet_xl.sheets.prebooks import Value

DAY = date(2015, 2, 10)
QUERY = PrebookQuery(truck_date=DAY)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def prebook(number: str = "13010", **fields: object) -> Prebook:
    details = [{"totalBoxes": 2, "totalUnits": 500}, {"totalBoxes": 3}]
    raw = {"id": 85063, "number": number, "truckDate": "2015-02-10", "totalPrice": "1,250.50", "details": details}
    return wire.parse_prebook({**raw, **fields})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("prebookId", 85063),
        ("Prebook ID", 85063),
        ("number", "13010"),
        ("truck_date", DAY),
        ("prebookTotalPrice", Decimal("1250.50")),
        ("total price", Decimal("1250.50")),
        ("comments", None),
        ("items", 2),
        ("totalBoxes", 5),
        ("TOTAL-UNITS", 500),
    ],
)
def test_a_field_of_a_prebook_is_found_by_its_heading(field: str, value: Value) -> None:
    assert prebook_value([prebook("7", id=1), prebook()], DAY, "13010", field) == value


@pytest.mark.parametrize("number", ["13010", "013010", " 13010 "])
def test_a_prebook_is_found_by_its_number_with_or_without_zeros(number: str) -> None:
    assert prebook_value([prebook("0013010")], DAY, number, "items") == 2


def test_a_long_id_stays_exact() -> None:
    assert prebook_value([prebook(id="9007199254740993")], DAY, "13010", "prebookId") == "9007199254740993"


def test_what_is_not_there_is_a_text_that_says_so() -> None:
    assert prebook_value([], DAY, "13010", "items") == "#KOMET: no prebook 13010 on 2015-02-10"


def test_two_prebooks_of_one_number_are_a_text_that_names_them() -> None:
    twins = [prebook(), prebook(id=7)]

    assert prebook_value(twins, DAY, "13010", "items") == "#KOMET: 2 prebooks 13010 on 2015-02-10 (ids 85063, 7)"


def test_a_field_that_does_not_exist_is_refused_naming_those_that_do() -> None:
    with pytest.raises(UsageError, match=r"^there is no field 'unitPrice'; there are: prebookId, .*, totalUnits\.$"):
        prebook_value([], DAY, "13010", "unitPrice")


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (Decimal("1250.50"), "1250.50"), (Decimal("1E+3"), "1000"), (5, "5"), (DAY, "2015-02-10"), ("x", "x")],
)
def test_a_value_is_shown_as_a_cell_shows_it(value: Value, text: str) -> None:
    assert value_text(value) == text


# ---------------------------------------------------------------------------------------------------- snapshots


@pytest.fixture
def client(komet: Sandbox, tmp_path: Path) -> Iterator[Client]:
    journal = Journal(tmp_path / "journal.sqlite3")
    transport = Transport(Endpoint(url=komet.url), Token(komet.token), agent="tests")
    yield Client(transport, Quota(journal.counter, transport.endpoint.host, 1_000))
    journal.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def at(folder: Path, moment: datetime = NOON, account: str = "0123abcd") -> Snapshots:
    return Snapshots(folder, account=account, now=lambda: moment)


def asked(komet: Sandbox) -> int:
    return komet.requests().get("total", 0)


def test_many_formulas_cost_one_request(komet: Sandbox, client: Client, folder: Path) -> None:
    first = at(folder).prebooks(client, QUERY)
    again = [at(folder).prebooks(client, QUERY) for _ in range(50)]

    assert all(each == first for each in again)
    assert [each.number for each in first.prebooks] == ["13010", "13949"]
    assert first.taken == NOON
    assert asked(komet) == 1


def test_another_filter_day_account_or_host_is_another_snapshot(komet: Sandbox, client: Client, folder: Path) -> None:
    at(folder).prebooks(client, QUERY)
    at(folder).prebooks(client, PrebookQuery(truck_date=DAY, prebook=13010))
    at(folder).prebooks(client, PrebookQuery(truck_date=DAY + timedelta(days=1)))
    at(folder, account="other").prebooks(client, QUERY)

    assert asked(komet) == 4


@pytest.mark.parametrize(
    ("later", "requests"),
    [
        (timedelta(0), 1),
        (FRESH_WHEN_OVER - timedelta(seconds=1), 1),
        (FRESH_WHEN_OVER, 2),
        (timedelta(days=30), 2),
        (timedelta(seconds=-1), 2),
    ],
    ids=["at once", "almost stale", "stale", "next month", "taken in the future"],
)
def test_a_snapshot_of_a_day_that_is_over_holds_for_a_day(
    komet: Sandbox, client: Client, folder: Path, later: timedelta, requests: int
) -> None:
    at(folder).prebooks(client, QUERY)

    found = at(folder, NOON + later).prebooks(client, QUERY)

    assert asked(komet) == requests
    assert found.taken == (NOON if requests == 1 else NOON + later)


@pytest.mark.parametrize(("later", "requests"), [(FRESH - timedelta(seconds=1), 1), (FRESH, 2)])
@pytest.mark.parametrize("day", [NOON.date(), NOON.date() + timedelta(days=30)], ids=["today", "a day to come"])
def test_a_snapshot_of_today_or_later_holds_for_ten_minutes(
    komet: Sandbox, client: Client, folder: Path, day: date, later: timedelta, requests: int
) -> None:
    query = PrebookQuery(truck_date=day)
    at(folder).prebooks(client, query)
    at(folder, NOON + later).prebooks(client, query)

    assert asked(komet) == requests


def test_how_fresh_is_for_the_asker_to_say(komet: Sandbox, client: Client, folder: Path) -> None:
    at(folder).prebooks(client, QUERY)
    at(folder).prebooks(client, QUERY, fresh=timedelta(0))

    assert asked(komet) == 2


ASKING = """
import sys
from datetime import date
from pathlib import Path
from komet_xl.journal.store import Journal
from komet_xl.komet.client import Client
from komet_xl.komet.endpoint import Endpoint
from komet_xl.komet.quota import Quota
from komet_xl.komet.secret import Token
from komet_xl.komet.transport import Transport
from komet_xl.lookup import Snapshots
from komet_xl.model import PrebookQuery

url, token, folder = sys.argv[1:]
transport = Transport(Endpoint(url=url), Token(token), agent="tests")
journal = Journal(Path(folder) / "journal.sqlite3")
client = Client(transport, Quota(journal.counter, transport.endpoint.host, 1_000))
snapshots = Snapshots(Path(folder), account="0123abcd")
print("ready", flush=True)
sys.stdin.readline()
print([len(snapshots.prebooks(client, PrebookQuery(truck_date=date(2015, 2, 10))).prebooks) for _ in range(5)])
"""


def test_two_programs_share_one_request(komet: Sandbox, folder: Path) -> None:
    komet.settings(latency_ms=200)
    words = [sys.executable, "-c", ASKING, komet.url, komet.token, str(folder)]
    root = Path(__file__).parents[1]
    programs = [
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=root) for _ in range(2)
    ]
    for each in programs:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in programs:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()

    assert [each.communicate(timeout=60)[0] for each in programs] == ["[2, 2, 2, 2, 2]\n"] * 2
    assert asked(komet) == 1
