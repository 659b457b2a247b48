"""Prebooks to rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from komet_xl.grids.memory import MemoryBook
from komet_xl.sheets import prebooks as table
from tests.sheets.pulls import column, item, prebook, pulled

_PREBOOK = (
    "prebookId number type truckDate customerId customerCode customerName customerPONumber locationId locationCode "
    "locationName carrierId carrierName shipVia shipName shipAddress shipCity shipState shipZipCode shipCountry "
    "comments prebookTotalPrice prebookItemId vendorId vendorName productId productDescription brandId brandName "
    "markCode boxType totalBoxes unitType units bunches stemsBunch totalUnits unitPrice totalPrice"
)
PREBOOK_HEADINGS = _PREBOOK.split()
_BREAKDOWN = "prebookId number line prebookItemId productId productDescription stemsBunch bunches price"
BREAKDOWN_HEADINGS = _BREAKDOWN.split()


def test_a_new_sheet_has_exactly_the_documented_headings() -> None:
    assert [each.heading for each in table.to_table([]).columns] == PREBOOK_HEADINGS
    assert [each.heading for each in table.to_breakdown_table([]).columns] == BREAKDOWN_HEADINGS


def test_an_empty_day_leaves_the_headings_only() -> None:
    assert pulled(MemoryBook()) == [PREBOOK_HEADINGS]


def test_a_row_is_an_item_with_its_prebooks_fields_repeated() -> None:
    rows = pulled(MemoryBook(), prebook(item(prebookItemId=1), item(prebookItemId=2)), prebook(item(), id=7))

    assert column(rows, "prebookId") == [85063, 85063, 7]
    assert column(rows, "number") == ["013010"] * 3
    assert column(rows, "truckDate") == [date(2015, 2, 10)] * 3
    assert column(rows, "prebookItemId") == [1, 2, 1]
    assert column(rows, "unitPrice") == [0.25] * 3


def test_a_prebook_without_items_has_one_row_with_blank_item_fields() -> None:
    rows = pulled(MemoryBook(), prebook(comments="empty"))

    assert column(rows, "prebookId") == [85063]
    assert [each for heading in PREBOOK_HEADINGS[22:] for each in column(rows, heading)] == [None] * 17


def test_unknown_keys_become_columns_at_the_end() -> None:
    rows = pulled(MemoryBook(), prebook(item(mood="blue"), item(zap=[1, {"a": None}]), season="late", live=True))

    assert rows[0][len(PREBOOK_HEADINGS) :] == ["prebook.season", "prebook.live", "item.mood", "item.zap"]
    assert column(rows, "prebook.live") == ["true", "true"]
    assert column(rows, "item.mood") == ["blue", None]
    assert column(rows, "item.zap") == [None, '[1, {"a": null}]']


def test_two_spellings_of_an_unknown_key_share_one_column() -> None:
    book = MemoryBook()
    pulled(book, prebook(item(fooBar=1), item(foo_bar=2), item(FOOBAR=None, fooBar=3)))
    rows = pulled(book, prebook(item(foo_bar=4)))

    assert rows[0][len(PREBOOK_HEADINGS) :] == ["item.fooBar"]
    assert column(rows, "item.fooBar") == [4]
    assert column(pulled(book, prebook(item(foo_bar=5, fooBar=6))), "item.fooBar") == [5]


@pytest.mark.parametrize("key", ["a\x01b", " a ", "a\nb", "k" * 40_000, "", "=1+1"])
def test_an_unknown_key_keeps_its_column_whatever_it_looks_like(key: str) -> None:
    book = MemoryBook()
    pulled(book, prebook(item(**{key: "x"})))
    rows = pulled(book, prebook(item(**{key: "y"})))

    assert len(rows[0]) == len(PREBOOK_HEADINGS) + 1
    assert rows[1][-1] == "y"


def test_breakdowns_say_which_line_of_their_prebook_they_belong_to() -> None:
    part = {"productId": 5, "productDescription": "Tulip", "stemsBunch": 10, "bunches": 2, "price": "0.30", "hue": "r"}
    found = table.to_breakdown_table(
        [prebook(item(), item(prebookItemId=2, breakdowns=[part, part])), prebook(item(breakdowns=[part]), id=7)]
    )

    assert [each.heading for each in found.columns] == [*BREAKDOWN_HEADINGS, "breakdown.hue"]
    assert [row[:4] for row in found.rows] == [
        (85063, "013010", 2, 2),
        (85063, "013010", 2, 2),
        (7, "013010", 1, 1),
    ]
    assert found.values("price") == [Decimal("0.30")] * 3
    assert found.values("breakdown.hue") == ["r"] * 3


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, None),
        ("", None),
        (999_999_999_999_999, 999_999_999_999_999),
        (1_000_000_000_000_000, "1000000000000000"),
        (-1_000_000_000_000_000, "-1000000000000000"),
        (Decimal("3000.00"), Decimal("3000.00")),
        (Decimal("1234567890123.456"), "1234567890123.456"),
        (Decimal("1E+400"), "1E+400"),
        (False, "false"),
        ({"é": Decimal("1.5")}, '{"é": "1.5"}'),
        (date(2015, 2, 10), date(2015, 2, 10)),
    ],
)
def test_a_value_stays_exact(value: object, written: object) -> None:
    assert table.to_value(value) == written
    assert type(table.to_value(value)) is type(written)


def test_ids_beyond_fifteen_digits_and_codes_are_text() -> None:
    rows = pulled(MemoryBook(), prebook(item(), id="9007199254740993", customerCode="00123", shipZipCode="01234"))

    assert column(rows, "prebookId") == ["9007199254740993"]
    assert (column(rows, "customerCode"), column(rows, "shipZipCode")) == (["00123"], ["01234"])


def test_a_missing_price_is_blank_never_zero() -> None:
    rows = pulled(MemoryBook(), prebook(item(unitPrice=None)))

    assert column(rows, "unitPrice") == [None]


@pytest.mark.parametrize("hostile", ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "_x0041_", "a\x00b", "x" * 40_000])
def test_hostile_texts_stay_texts(hostile: str) -> None:
    found = table.to_table([prebook(item(boxType=hostile), customerName=hostile)])

    assert (found.values("customerName"), found.values("boxType")) == ([hostile], [hostile])


def test_every_row_has_a_value_for_every_column() -> None:
    found = table.to_table([prebook(item()), prebook(id=7), prebook(item(mood="blue"), season="late", id=8)])

    assert {len(row) for row in found.rows} == {len(found.columns)} == {len(PREBOOK_HEADINGS) + 2}
    assert found.values("item.mood") == [None, None, "blue"]


def test_the_rows_of_a_prebook_share_its_values() -> None:
    first, second = table.to_table([prebook(item(), item(prebookItemId=2), customerName="Flower Shop")]).rows

    assert first[6] is second[6] == "Flower Shop"
