"""What Excel hands over, read as what it means and never guessed."""

from __future__ import annotations

from dataclasses import fields
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet_xl.addin import arguments
from komet_xl.addin.arguments import EARLIEST, FILTERS, LATEST, NO_FILTER, ZERO_DAY
from komet_xl.errors import UsageError
from komet_xl.model import PrebookQuery
from tests.support.udf import com_date

DAY = date(2015, 2, 10)
NOW = datetime(2015, 2, 9, 8).astimezone()


@pytest.mark.parametrize(
    "given_day",
    [
        42045.0,
        42045,
        42045.99,
        Decimal(42045),
        DAY,
        datetime(2015, 2, 10, 23, 59),  # noqa: DTZ001  what xlwings makes of a date cell
        datetime(2015, 2, 10, 23, 59, tzinfo=UTC),
        com_date(2015, 2, 10),
        "2015-02-10",
        " 2015-02-10 ",
        "2015-02-10 08:00",
        "2015-02-10T08:00:00",
        [[42045.0]],
        [42045.0],
    ],
)
def test_a_day_is_read_however_excel_hands_it_over(given_day: object) -> None:
    assert arguments.day(given_day, "day") == DAY
    assert type(arguments.day(given_day, "day")) is date


@given(st.dates(EARLIEST, LATEST))
def test_serial_numbers_are_those_of_the_1900_system(day: date) -> None:
    assert arguments.day(float((day - ZERO_DAY).days), "day") == day


@pytest.mark.parametrize(
    ("given_day", "sentence"),
    [
        (None, "day is missing"),
        ("", "day is missing"),
        ("  ", "day is missing"),
        (True, "day is True, which is not a date"),
        (13010.0, "day is 13010, which is not a date of these years"),
        (1927173.0, "day is 1927173, which is not a date of these years"),
        (0.0, "day is 0, which is not a date of these years"),
        (-42045.5, "day is -42045.5, which is not a date of these years"),
        (1e300, "which is not a date of these years"),
        ("2/10/2015", "day is '2/10/2015'; write a date like 2015-02-10, or TODAY()"),
        ("today", "day is 'today'; write a date like 2015-02-10, or TODAY()"),
        ("2015-02-30", "day is '2015-02-30'; write a date like 2015-02-10, or TODAY()"),
        ("2015-02-101", "write a date like"),
        ("2015-02-10 to 2015-02-12", "day is '2015-02-10 to 2015-02-12'; write a date like"),
        ("2015-02-10 25:00", "write a date like"),
        ("20150210", "write a date like"),
        ("0001-01-01", "day is 0001-01-01, which is not a date of these years"),
        (datetime(1899, 12, 30), "day is 1899-12-30, which is not a date of these years"),  # noqa: DTZ001  a cell's 0
        (com_date(2101, 1, 1), "day is 2101-01-01, which is not a date of these years"),
        (date(1999, 12, 31), "day is 1999-12-31, which is not a date of these years"),
        ("42045", "day is '42045'; write a date like"),
        ("#N/A", "day is #N/A"),
        (-2146826246, "day is an error"),
        (-2146826245, "day is an error"),
        ([[1.0, 2.0]], "day must be one cell"),
        ([[1.0], [2.0]], "day must be one cell"),
        ([], "day must be one cell"),
    ],
)
def test_what_is_no_day_is_said_with_the_arguments_name(given_day: object, sentence: str) -> None:
    with pytest.raises(UsageError) as told:
        arguments.day(given_day, "day")

    assert sentence in str(told.value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(13010.0, "13010"), (13010, "13010"), (" 013010 ", "013010"), ("customer name", "customer name"), (0.0, "0")],
)
def test_a_text_may_be_a_number_cell(value: object, text: str) -> None:
    assert arguments.text(value, "number") == text


@pytest.mark.parametrize(
    "value",
    [True, 1.5, DAY, float("inf"), float("nan"), Decimal("sNaN"), Decimal("Infinity"), 10**400, None, "", "#REF!"],
)
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match=r"^number (is|must)"):
        arguments.text(value, "number")


@pytest.mark.parametrize(
    ("value", "amount"),
    [(5.0, "5"), (1.1000000000000001, "1.1"), ("2.50", "2.50"), (0, "0"), (Decimal("1.25"), "1.25")],
)
def test_an_amount_is_what_excel_shows(value: object, amount: str) -> None:
    assert arguments.amount(value, "price") == Decimal(amount)


@pytest.mark.parametrize("value", [-1.0, "1,5", "1e3", True, DAY, float("nan"), float("inf"), "", None, "#VALUE!"])
def test_what_is_no_amount_is_refused(value: object) -> None:
    with pytest.raises(UsageError, match=r"^price is "):
        arguments.amount(value, "price")


# ------------------------------------------------------------------------------------------------------ filters


@pytest.mark.parametrize(
    "given_filters",
    [
        "customer=AB; carrier-id=7",
        " Customer = AB ;CARRIER ID=7;",
        "customer=AB\ncarrier_id=7",
        [["customer", "AB"], ["carrier-id", 7.0]],
        (("Customer:", "AB"), ("carrierId", "7")),
        [["customer", "AB"], [None, None], ["", "  "], ["carrier id", 7]],
        [["customer=AB"], ["carrier-id=7"]],
        [["customer=AB; carrier-id=7"]],
        [["customer", "AB"], ["carrier-id", 7.0], ["location-id", None], ["po-number", ""]],
    ],
)
def test_filters_are_text_or_two_columns(given_filters: object) -> None:
    assert arguments.filters(given_filters) == PrebookQuery(customer="AB", carrier_id=7)


@pytest.mark.parametrize("nothing", [None, "", "  ", ";", [[None, None]], [["", ""], [None, None]], [[None]], []])
def test_blank_filters_are_none(nothing: object) -> None:
    assert arguments.filters(nothing) == NO_FILTER


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("prebook=013010", PrebookQuery(prebook=13010)),
        ("customer=Smith, Jones = Sons", PrebookQuery(customer="Smith, Jones = Sons")),
        ("customer-id=34325", PrebookQuery(customer_id=34325)),
        ("carrier=armellini", PrebookQuery(carrier="armellini")),
        ("salesperson-id=9", PrebookQuery(salesperson_id=9)),
        ("so-number=5", PrebookQuery(so_number=5)),
        ("po-number=0012", PrebookQuery(po_number="0012")),
        ("location-id=2", PrebookQuery(location_id=2)),
        ("brand-id=3", PrebookQuery(brand_id=3)),
        ("updated-since=2015-02-09 08:00", PrebookQuery(updated_since=NOW)),
        ("ship-from=2015-02-10; ship-to=2015-02-10", PrebookQuery(ship_from=DAY, ship_to=DAY)),
        ("unable-to-source=yes", PrebookQuery(unable_to_source=True)),
        ("unable-to-source=No", PrebookQuery(unable_to_source=False)),
    ],
)
def test_every_filter_of_the_command_line_is_there(text: str, query: PrebookQuery) -> None:
    assert arguments.filters(text) == query


@pytest.mark.parametrize("moment", [42044 + 8 / 24, datetime(2015, 2, 9, 8), "2015-02-09 08:00"])  # noqa: DTZ001  a cell
def test_a_moment_is_on_this_computers_clock(moment: object) -> None:
    assert arguments.filters([["updated-since", moment]]) == PrebookQuery(updated_since=NOW)


@pytest.mark.parametrize("value", [True, 1.0, "TRUE", "yes"])
def test_a_tick_may_be_a_boolean_cell(value: object) -> None:
    assert arguments.filters([["unable to source", value]]) == PrebookQuery(unable_to_source=True)


def test_the_filters_are_those_of_the_query() -> None:
    names = {each.name for each in fields(PrebookQuery)} - {"truck_date"}

    assert {name.replace("-", "_") for name in FILTERS} == names


@pytest.mark.parametrize(
    ("given_filters", "sentence"),
    [
        ("colour=red", "there is no filter 'colour'; there are: prebook, customer, customer-id, carrier, carrier-id, "),
        ([["truckDate", DAY]], "there is no filter 'truckDate'"),
        ([[None, "AB"]], "the name of a filter is missing"),
        ("customer", "filters is 'customer'; write it like customer=ABC; carrier=ARMELLINI"),
        ("customer=a; Customer=b", "the filter customer is there twice"),
        ("carrier-id=seven", "carrier-id is 'seven', which is not a whole number"),
        ("prebook=-7", "prebook is '-7', which is not a whole number"),
        ("prebook=0", "prebook is '0', which is not a whole number"),
        ("ship-from=2015-02-10", "the filters ship-from and ship-to go together"),
        ("ship-from=soon; ship-to=late", "ship-from is 'soon'; write a date"),
        ([["updated-since", datetime(1, 1, 1)]], "updated-since is 0001-01-01, which is not a date"),  # noqa: DTZ001
        ([["updated-since", datetime(1899, 12, 30)]], "updated-since is 1899-12-30, which is not a date"),  # noqa: DTZ001
        ("updated-since=9999-12-31 23:59", "updated-since is 9999-12-31, which is not a date of these years"),
        ("updated-since=yesterday", "updated-since is 'yesterday'; write it like 2015-02-09 08:00"),
        ("unable-to-source=perhaps", "unable-to-source is 'perhaps'; write yes or no"),
        ([["customer", "#N/A"]], "customer is #N/A"),
        ([["a", "b", "c"]], "filters must be two columns"),
        (7.5, "filters is 7.5"),
        (True, "filters is True"),
    ],
)
def test_a_filter_that_cannot_be_read_is_said(given_filters: object, sentence: str) -> None:
    with pytest.raises(UsageError) as told:
        arguments.filters(given_filters)

    assert str(told.value).startswith(sentence)
