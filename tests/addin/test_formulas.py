"""What each formula shows, against a whole Komet: values, tables, and a sentence where there is neither."""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from komet_xl.addin.registry import FORMULAS
from komet_xl.day import FIELDS
from tests.support.cli import run
from tests.support.faultserver import FaultServer, answer, closed_port
from tests.support.formulas import Sheet, environ_of, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from komet_xl.addin.registry import Formula
    from komet_xl.sandbox.server import Sandbox

DAY = 42045.0
"""2015-02-10, as Excel counts days."""
ARRAYS = [
    ("KOMET_PREBOOKS", (DAY,)),
    ("KOMET_PREBOOKS", (DAY, "customer=nobody")),
    ("KOMET_ITEMS", (DAY,)),
    ("KOMET_ITEMS", (DAY, "so-number=7")),
    ("KOMET_TOTAL", (DAY, "totalPrice", "vendor")),
    ("KOMET_TOTAL", (DAY, "items", "product", "prebook=999")),
    ("KOMET_INVENTORY", (DAY, DAY + 3)),
    ("KOMET_INVENTORY", (DAY + 900, DAY + 901)),
    ("KOMET_CUSTOMERS", ()),
    ("KOMET_CARRIERS", ()),
]


@pytest.fixture
def cell(komet: Sandbox, tmp_path: Path) -> Iterator[Sheet]:
    with sheet(environ_of(komet, tmp_path / "komet")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("field", "shown"),
    [
        ("customerName", "AB Flower Shop"),
        ("CUSTOMER name", "AB Flower Shop"),
        ("prebookId", 1927173.0),
        ("truckDate", datetime(2015, 2, 10)),  # noqa: DTZ001  as Excel takes a day
        ("totalPrice", 3501.5),
        ("comments", ""),
        ("items", 3.0),
        ("totalBoxes", 30.0),
    ],
)
def test_a_field_of_a_prebook(cell: Sheet, field: str, shown: object) -> None:
    assert cell("KOMET_PREBOOK", DAY, 13010.0, field) == shown


@pytest.mark.parametrize("number", [13010.0, 13010, "13010", " 013010 "])
@pytest.mark.parametrize("day", [DAY, date(2015, 2, 10), "2015-02-10"])
def test_days_and_numbers_may_be_written_in_any_way(cell: Sheet, day: object, number: object) -> None:
    assert cell("KOMET_PREBOOK", day, number, "customerName") == "AB Flower Shop"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        (("totalBoxes",), 44.0),
        (("total price",), 4055.9),
        (("prebooks",), 2.0),
        (("totalBoxes", None), 44.0),
        (("totalBoxes", "", ""), 44.0),
        (("totalBoxes", None, "customer=ab flower"), 30.0),
        (("totalBoxes", None, [["carrier", "armellini"]]), 14.0),
        (("prebooks", None, [["customer-id", 1.0]]), 0.0),
        (
            ("totalBoxes", "carrier"),
            [["carrierName", "totalBoxes"], ["American Airlines", 30.0], ["Armellini", 14.0]],
        ),
        (("items", "vendor", "prebook=13949"), [["vendorName", "items"], ["Flores Capiro", 1.0]]),
        (("items", "vendor", "prebook=1"), [["vendorName", "items"], ["no rows", ""]]),
    ],
)
def test_a_day_added_up(cell: Sheet, given: tuple[object, ...], shown: object) -> None:
    assert cell("KOMET_TOTAL", DAY, *given) == shown


def test_prebooks_and_items_are_tables_with_headings(cell: Sheet) -> None:
    prebooks, items = cell("KOMET_PREBOOKS", DAY), cell("KOMET_ITEMS", DAY)

    assert [row[:2] for row in prebooks] == [["prebookId", "number"], [1927173.0, "13010"], [1949612.0, "13949"]]
    assert prebooks[0][-3:] == ["items", "totalBoxes", "totalUnits"]
    assert prebooks[1][-3:] == [3.0, 30.0, 2830.0]
    assert len(items) == 5
    assert len(items[0]) == 39
    assert items[1][3] == datetime(2015, 2, 10)  # noqa: DTZ001  as Excel takes a day


def test_reference_data_are_tables_with_headings(cell: Sheet) -> None:
    customers, carriers = cell("KOMET_CUSTOMERS"), cell("KOMET_CARRIERS")
    inventory = cell("KOMET_INVENTORY", DAY, "2015-02-12")

    assert customers[0][:3] == ["id", "code", "name"]
    assert [34325.0, "34325", "AB Flower Shop"] in [row[:3] for row in customers]
    assert carriers[1][:3] == [1204.0, "ARM", "Armellini"]
    assert inventory[0][:3] == ["inventoryId", "companyProductId", "productDescription"]
    assert 9999999.0 in [row[0] for row in inventory]
    assert cell("KOMET_INVENTORY", DAY + 900, DAY + 900)[1][:2] == ["no rows", ""]


@pytest.mark.parametrize(("name", "given"), ARRAYS)
def test_arrays_are_never_empty_or_jagged_and_of_types_that_excel_takes(
    cell: Sheet, name: str, given: tuple[object, ...]
) -> None:
    rows = cell(name, *given)

    assert len(rows) >= 2
    assert {len(row) for row in rows} == {len(rows[0])}
    assert {type(each) for row in rows for each in row} <= {str, float, datetime}
    assert all(isinstance(each, str) for each in rows[0])


def test_a_fee_is_the_rate_of_the_settings(cell: Sheet, komet: Sandbox, tmp_path: Path) -> None:
    assert cell("KOMET_FEE", 5.0, 240.0, 1.25) == 22.5
    assert cell("KOMET_FEE", "5", 240, "1.25") == 22.5
    assert cell("KOMET_FEE", 3.0, 0.1, 1.1) == 0.00495
    assert cell("KOMET_FEE", None, "", None) == ""
    assert cell("KOMET_FEE", 5.0, None, 1.25) == "#KOMET: units is missing"
    assert cell("KOMET_FEE", 5.0, -1.0, 1.25) == "#KOMET: units is -1.0, which is not a number of at least 0"
    with sheet(environ_of(komet, tmp_path / "komet", KOMET_FEE_RATE="0.02")) as other:
        assert other("KOMET_FEE", 5.0, 240.0, 1.25) == 30.0
    assert komet.requests()["total"] == 0


def test_age_is_in_minutes_and_asks_nothing(komet: Sandbox, tmp_path: Path) -> None:
    clock = [datetime.now().astimezone()]
    with sheet(environ_of(komet, tmp_path / "komet"), now=lambda: clock[0]) as cell:
        assert cell("KOMET_AGE", DAY) == "#KOMET: nothing of 2015-02-10 is here yet"
        assert komet.requests()["total"] == 0
        cell("KOMET_TOTAL", DAY, "items")
        clock[0] += timedelta(minutes=7, seconds=59)

        assert cell("KOMET_AGE", DAY) == 7.0
    assert komet.requests()["total"] == 1


def test_the_quota_goes_down_with_each_request(komet: Sandbox, tmp_path: Path) -> None:
    environ = environ_of(komet, tmp_path / "komet")
    with sheet(environ) as cell:
        assert cell("KOMET_QUOTA") == 1000.0
        cell("KOMET_TOTAL", DAY, "items")
    with sheet(environ) as cell:
        assert cell("KOMET_QUOTA") == 999.0


@pytest.mark.parametrize(
    ("name", "given", "sentence"),
    [
        ("KOMET_PREBOOK", (DAY, 99.0, "items"), "no prebook 99 on 2015-02-10"),
        ("KOMET_PREBOOK", (DAY, None, "items"), "number is missing"),
        ("KOMET_PREBOOK", (DAY, 13010.0, ""), "field is missing"),
        ("KOMET_PREBOOK", (13010.0, DAY, "items"), "day is 13010, which is not a date of these years"),
        ("KOMET_PREBOOK", (DAY, 13010.0, "unitPrice"), "there is no field 'unitPrice'; there are: prebookId, "),
        ("KOMET_PREBOOKS", (None,), "day is missing"),
        ("KOMET_PREBOOKS", ("#N/A",), "day is #N/A"),
        ("KOMET_ITEMS", (DAY, "colour=red"), "there is no filter 'colour'; there are: prebook, customer, "),
        ("KOMET_ITEMS", (DAY, "customer"), "filters is 'customer'; write it like customer=ABC; carrier=ARMELLINI"),
        ("KOMET_TOTAL", (DAY, "stems"), "there is no total 'stems'; there are: totalBoxes, totalUnits, totalPrice, "),
        ("KOMET_TOTAL", (DAY, "items", "colour"), "there is no heading 'colour'; there are: customer, vendor, "),
        ("KOMET_INVENTORY", (DAY, DAY - 1), "last_day 2015-02-09 is before first_day 2015-02-10"),
        ("KOMET_INVENTORY", (DAY, None), "last_day is missing"),
    ],
)
def test_what_cannot_be_shown_is_a_sentence(cell: Sheet, name: str, given: tuple[object, ...], sentence: str) -> None:
    shown = cell(name, *given)

    assert shown.startswith(f"#KOMET: {sentence}")
    assert len(shown) <= 255


def test_a_formula_that_is_written_wrong_costs_no_request(cell: Sheet, komet: Sandbox) -> None:
    cell("KOMET_PREBOOK", DAY, 13010.0, "unitPrice")
    cell("KOMET_TOTAL", DAY, "stems")
    cell("KOMET_TOTAL", DAY, "items", "colour")
    cell("KOMET_ITEMS", DAY, "colour=red")

    assert komet.requests()["total"] == 0


def test_an_error_of_our_own_is_a_sentence_too(cell: Sheet) -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise ZeroDivisionError

        def __hash__(self) -> int:
            return 0

    shown = cell("KOMET_PREBOOKS", Odd())

    assert shown == "#KOMET: an error of komet-xl's own (ZeroDivisionError); the log has the details"


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=300),
    st.datetimes(),
    st.decimals(),
    st.sampled_from(["customer=a", "totalBoxes", "vendor", "2015-02-10", DAY, "#N/A", -2146826246]),
)


def test_whatever_a_cell_is_given_it_shows_something(komet: Sandbox, tmp_path: Path) -> None:
    environ = environ_of(komet, tmp_path / "komet")
    del environ["KOMET_TOKEN"]  # nothing is asked
    with sheet(environ) as cell:

        @settings(deadline=None, max_examples=400)
        @given(st.sampled_from(FORMULAS), st.lists(st.one_of(ANYTHING, st.lists(st.lists(ANYTHING))), min_size=4))
        def check(formula: Formula, anything: list[object]) -> None:
            shown = cell(formula.name, *anything[: len(formula.arguments)])

            assert isinstance(shown, float) or shown == "" or re.match(r"#KOMET: \S.{0,246}$", shown)
            assert "error of komet-xl's own" not in str(shown)

        check()
    assert komet.requests()["total"] == 0


# ----------------------------------------------------------------------------------------- what Komet may answer


def test_the_strangest_answer_fits_into_cells(tmp_path: Path) -> None:
    strange: dict[str, Any] = {
        "id": 12345678901234567890,
        "number": "00007",
        "customerName": "x" * 40_000,
        "comments": "=cmd|' /C calc'!A0\x00\x07_x0041_",
        "shipName": "\ud800é",
        "truckDate": "0001-01-01",
        "totalPrice": "12345678901234567.89",
        "season": {"a": ["long " * 100]},
        "details": [{"totalBoxes": None, "unitPrice": "1.250"}, {}],
    }
    body = json.dumps({"status": 1, "message": "OK", "prebooks": [strange, {"id": 1}]}).encode()
    with FaultServer(answer(body)) as server:
        environ = {"KOMET_URL": server.url, "KOMET_TOKEN": "canary-token", "KOMET_HOME": str(tmp_path)}
        with sheet(environ) as cell:
            for name, *given in (["KOMET_PREBOOKS"], ["KOMET_ITEMS"], ["KOMET_TOTAL", "totalPrice", "customer"]):
                rows = cell(name, DAY, *given)
                assert {len(row) for row in rows} == {len(rows[0])}
                assert {type(each) for row in rows for each in row} <= {str, float, datetime}
                assert max(len(each) for row in rows for each in row if isinstance(each, str)) == 255
            assert cell("KOMET_PREBOOK", DAY, 7.0, "prebookId") == "12345678901234567890"
            assert len(cell("KOMET_PREBOOK", DAY, 7.0, "customerName")) == 32_767
            assert cell("KOMET_PREBOOK", DAY, 7.0, "comments") == strange["comments"]


@pytest.mark.parametrize(("name", "given"), ARRAYS)
def test_no_answer_is_a_sentence_without_the_token(
    komet: Sandbox, tmp_path: Path, name: str, given: tuple[object, ...]
) -> None:
    komet.fault("echo-token", None)
    with sheet(environ_of(komet, tmp_path / "komet")) as cell:
        assert cell(name, *given) == "#KOMET: The token *** is not valid here"


def test_a_komet_that_cannot_be_reached_is_a_sentence(komet: Sandbox, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}/api"
    with sheet(environ_of(komet, tmp_path / "komet", KOMET_URL=url)) as cell:
        assert cell("KOMET_TOTAL", DAY, "items").startswith("#KOMET: Komet could not be reached at 127.0.0.1:")
        assert cell("KOMET_AGE", DAY) == "#KOMET: nothing of 2015-02-10 is here yet"


def test_the_token_is_in_nothing_that_stays(komet: Sandbox, tmp_path: Path) -> None:
    home = tmp_path / "komet"
    with sheet(environ_of(komet, home)) as cell:
        for name, given in ARRAYS:
            cell(name, *given)

    files = [each for each in home.rglob("*") if each.is_file()]
    assert len(files) >= 8
    assert all(komet.token.encode() not in each.read_bytes() for each in files)
    assert all(komet.token not in str(each) for each in files)


def test_the_command_line_shows_what_the_formula_shows(cell: Sheet, komet: Sandbox, tmp_path: Path) -> None:
    home = str(tmp_path / "komet")
    for field in FIELDS[:4] + FIELDS[-4:]:
        shown = cell("KOMET_PREBOOK", DAY, 13010.0, field)
        looked = run("lookup", "2015-02-10", "13010", field, "--json", komet=komet, KOMET_HOME=home).json["value"]
        if isinstance(shown, datetime):
            assert looked == f"{shown:%Y-%m-%d}"
        else:
            assert (float(looked) if isinstance(shown, float) else looked or "") == shown

    assert komet.requests()["total"] == 1


def test_every_formula_is_here(cell: Sheet) -> None:
    given = {"day": DAY, "first_day": DAY, "last_day": DAY, "number": 13010.0, "boxes": 1.0, "units": 1.0, "price": 1.0}
    fields = {"KOMET_TOTAL": "items", "KOMET_PREBOOK": "number"}
    cell("KOMET_ITEMS", DAY)

    for each in FORMULAS:
        words = given | {"field": fields.get(each.name)}
        shown = cell(each.name, *(words[one.name] for one in each.arguments if not one.optional))
        assert not str(shown).startswith("#KOMET"), each.name
