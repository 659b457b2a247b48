"""The prebooks of a day as formulas see them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from komet_xl.day import (
    BLANK,
    FIELDS,
    NO_ROWS,
    TOTALS,
    Day,
    MissingError,
    chosen,
    split,
    to_grouping,
    to_reader,
    to_total,
)
from komet_xl.errors import UsageError
from komet_xl.komet import wire
from komet_xl.model import PrebookQuery
from komet_xl.sheets.prebooks import COLUMNS, PREBOOK_FIELDS

if TYPE_CHECKING:
    from komet_xl.model import Prebook
    from komet_xl.sheets.prebooks import Value

DAY = date(2015, 2, 10)


def item(vendor: str, boxes: int | None, price: str | None, **more: object) -> dict[str, object]:
    return {"vendorName": vendor, "totalBoxes": boxes, "totalUnits": 100, "totalPrice": price, **more}


def prebook(number: int, customer: str = "AB Flower Shop", *items: dict[str, object], **more: object) -> Prebook:
    raw: dict[str, Any] = {
        "id": 1_000 + number,
        "number": f"{number:05}",
        "customerName": customer,
        "details": list(items),
    }
    return wire.parse_prebook({"customerCode": "AB-1", "carrierName": "Armellini", **raw, **more})


ROSES, TULIPS = item("Capiro", 2, "10.10"), item("Flores", 3, "0.20", productDescription="Tulip")
SHOP = prebook(7, "AB Flower Shop", ROSES, TULIPS, customerId=34325, carrierId=1, locationId=2)
OTHER = prebook(8, "Fleurs du Québec", item("Capiro", 5, "1.00"), customerCode="0417", customerPONumber="PO-9")
EMPTY = prebook(9, "")
HERE = Day(DAY, (SHOP, OTHER, EMPTY))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("totalBoxes", 10),
        ("totalUnits", 300),
        ("totalPrice", Decimal("11.30")),
        ("items", 3),
        ("prebooks", 3),
    ],
)
def test_a_field_is_added_up_over_the_day(field: str, value: Value) -> None:
    assert HERE.total(field) == value


@pytest.mark.parametrize(
    ("field", "by", "rows"),
    [
        ("totalBoxes", "vendorName", [("Capiro", 7), ("Flores", 3)]),
        ("totalPrice", "customerName", [("AB Flower Shop", Decimal("10.30")), ("Fleurs du Québec", Decimal("1.00"))]),
        ("prebooks", "customerName", [("AB Flower Shop", 1), ("Fleurs du Québec", 1), (BLANK, 1)]),
        ("prebooks", "vendorName", [("Capiro", 2), ("Flores", 1), (BLANK, 1)]),
        ("items", "number", [("00007", 2), ("00008", 1)]),
        ("items", "productDescription", [("Tulip", 1), (BLANK, 2)]),
    ],
)
def test_a_field_is_added_up_for_each_value_of_a_heading(field: str, by: str, rows: list[tuple[str, Value]]) -> None:
    assert HERE.totals(field, by) == [(by, field), *rows]


@pytest.mark.parametrize("field", TOTALS)
def test_the_sums_of_a_heading_are_the_sum_of_the_day(field: str) -> None:
    rows = HERE.totals(field, "customerName")[1:]

    assert sum(row[1] for row in rows) == HERE.total(field)  # type: ignore[misc]  # numbers, as the test above shows


def test_prices_that_a_token_may_not_see_are_blank_and_not_zero() -> None:
    blind = Day(DAY, [prebook(7, "A", item("Capiro", 2, None)), prebook(8, "B", item("Capiro", 3, "1.00"))])

    assert Day(DAY, blind.prebooks[:1]).total("totalPrice") is None
    assert blind.total("totalPrice") == Decimal("1.00")
    assert blind.totals("totalPrice", "customerName")[1:] == [("A", None), ("B", Decimal("1.00"))]


def test_an_empty_day_has_headings_and_says_that_there_is_nothing() -> None:
    nothing = Day(DAY, ())

    assert [nothing.total(field) for field in TOTALS] == [0] * len(TOTALS)
    for rows in (nothing.prebook_rows, nothing.item_rows, nothing.totals("items", "customerName")):
        assert rows[1:] == [(NO_ROWS, *[None] * (len(rows[0]) - 1))]


def test_prebooks_are_a_table_with_what_their_items_add_up_to() -> None:
    headings, *rows = HERE.prebook_rows

    assert headings == (*PREBOOK_FIELDS, "items", "totalBoxes", "totalUnits")
    assert [row[1] for row in rows] == ["00007", "00008", "00009"]
    assert [row[-3:] for row in rows] == [(2, 5, 200), (1, 5, 100), (0, 0, 0)]


def test_items_are_the_table_of_the_prebooks_sheet() -> None:
    headings, *rows = HERE.item_rows

    assert headings == tuple(each.heading for each in COLUMNS)
    assert [row[1] for row in rows] == ["00007", "00007", "00008", "00009"]
    assert rows[3][22:] == (None,) * 17


def test_keys_that_we_do_not_know_come_last_in_both_tables() -> None:
    day = Day(DAY, [prebook(7, "A", item("Capiro", 1, "1", colour="red"), season="spring"), EMPTY])

    assert day.prebook_rows[0][-4:] == ("items", "totalBoxes", "totalUnits", "prebook.season")
    assert day.item_rows[0][-2:] == ("prebook.season", "item.colour")
    assert [len(row) for row in day.prebook_rows] == [26, 26, 26]
    assert [len(row) for row in day.item_rows] == [41, 41, 41]


def test_zero_is_not_the_number_of_a_prebook_that_has_none() -> None:
    without, zero = (wire.parse_prebook({"id": number, "number": shown}) for number, shown in ((8, ""), (9, "000")))

    assert Day(DAY, (SHOP, without, zero)).value("0", "prebookId") == 9
    with pytest.raises(MissingError, match="no prebook 0 on"):
        Day(DAY, (SHOP, without)).value("0", "prebookId")


@pytest.mark.parametrize("field", FIELDS)
def test_every_field_that_is_named_can_be_shown(field: str) -> None:
    assert to_reader(field) is to_reader(field.upper())
    HERE.value("7", field)


# ------------------------------------------------------------------------------------------------------ filters


@pytest.mark.parametrize(
    ("here", "numbers"),
    [
        (PrebookQuery(), [7, 8, 9]),
        (PrebookQuery(prebook=8), [8]),
        (PrebookQuery(prebook=80), []),
        (PrebookQuery(customer="flower"), [7]),
        (PrebookQuery(customer="041"), [8]),
        (PrebookQuery(customer="QUÉBEC"), [8]),
        (PrebookQuery(customer="ab-1"), [7, 9]),
        (PrebookQuery(customer_id=34325), [7]),
        (PrebookQuery(carrier="MELL"), [7, 8, 9]),
        (PrebookQuery(carrier_id=1), [7]),
        (PrebookQuery(carrier_id=2), []),
        (PrebookQuery(po_number="po-9"), [8]),
        (PrebookQuery(po_number="po"), []),
        (PrebookQuery(location_id=2), [7]),
        (PrebookQuery(customer="ab", carrier_id=1, prebook=7), [7]),
        (PrebookQuery(customer="ab", prebook=8), []),
    ],
)
def test_a_filter_chooses_as_komets_own_does(here: PrebookQuery, numbers: list[int]) -> None:
    assert [int(each.number) for each in chosen(HERE.prebooks, here)] == numbers


def test_only_what_the_answer_does_not_tell_is_asked_of_komet() -> None:
    query = PrebookQuery(truck_date=DAY, customer="ab", prebook=7, so_number=5, brand_id=3)

    asked, here = split(query)

    assert asked == PrebookQuery(truck_date=DAY, so_number=5, brand_id=3)
    assert here == PrebookQuery(customer="ab", prebook=7)


# --------------------------------------------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("word", "heading"),
    [("customer", "customerName"), ("Vendor", "vendorName"), ("BOX type", "boxType"), ("ship_city", "shipCity")],
)
def test_people_group_by_the_words_they_use(word: str, heading: str) -> None:
    assert to_grouping(word) == heading


def test_words_that_there_are_not_are_refused_naming_those_there_are() -> None:
    with pytest.raises(UsageError, match=r"^there is no total 'stems'; there are: totalBoxes, .*, prebooks\.$"):
        to_total("stems")
    with pytest.raises(
        UsageError, match=r"^there is no heading 'colour'; there are: customer, vendor, .*totalPrice\.$"
    ):
        to_grouping("colour")
    assert to_total("total boxes") == "totalBoxes"
