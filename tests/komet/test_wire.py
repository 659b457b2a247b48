"""JSON to nouns and back: exact where Komet is exact, tolerant where it varies, deaf to everything else."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from komet_xl.komet import wire
from komet_xl.komet.wire import UnreadableError, parse_answer, parse_prebooks
from komet_xl.model import Breakdown, OrderLine, Prebook, PrebookItem, PrebookQuery

SAMPLE = Path(__file__).with_name("details_2015_02_10.json").read_bytes()
YES = b'{"status": 1, "message": "OK"}'
HUGE = 123_456_789_012_345_678_901_234_567_890


def _answer(body: object) -> wire.Answer:
    return parse_answer(json.dumps(body).encode())


def _prebook(**members: object) -> Prebook:
    [prebook] = parse_prebooks(_answer({"status": 1, "prebooks": [{"id": 1, **members}]}))
    return prebook


def _item(**members: object) -> PrebookItem:
    [item] = _prebook(details=[members]).items
    return item


# ------------------------------------------------------------------------------------------- whole answers


def test_the_documented_day_reads_as_documented() -> None:
    first, second = parse_prebooks(parse_answer(SAMPLE))

    assert (first.prebook_id, first.number, first.type) == (1927173, "13010", "P")
    assert (second.prebook_id, second.number, second.type) == (1949612, "13949", "S")
    assert {first.truck_date, second.truck_date} == {date(2015, 2, 10)}
    assert (first.total_price, second.total_price) == (Decimal("3501.50"), Decimal("554.40"))
    assert (first.ship_via, first.carrier_name, second.carrier_name) == ("Warehouse", "American Airlines", "Armellini")
    assert [item.total_price for item in first.items] == [Decimal("3000.00"), Decimal("189.00"), Decimal("312.50")]
    assert [str(item.unit_price) for item in first.items] == ["1.250", "1.050", "1.250"]
    assert [(item.brand_id, item.brand_name) for item in first.items] == [(2, "Demo Brand"), (None, ""), (None, "")]
    assert second.items == (
        PrebookItem(
            item_id=None,
            vendor_id=6320,
            vendor_name="Flores Capiro",
            product_id=139478,
            product_description="Pom Button Green Athos 70 Cm",
            brand_id=2,
            brand_name="Demo Brand",
            mark_code="",
            box_type="HB",
            total_boxes=14,
            unit_type="Bunch",
            units=24,
            bunches=24,
            stems_bunch=10,
            total_units=336,
            unit_price=Decimal("1.650"),
            total_price=Decimal("554.40"),
        ),
    )


def test_every_field_of_the_documented_day_is_known() -> None:
    prebooks = parse_prebooks(parse_answer(SAMPLE))

    assert [prebook.extra for prebook in prebooks] == [{}, {}]
    assert [item.extra for prebook in prebooks for item in prebook.items] == [{}] * 4


FULL = {
    "id": 85063,
    "number": "13010",
    "type": "D",
    "truckDate": "2026-02-10",
    "customerId": 6529,
    "customerCode": "00653",
    "customerName": "Fleurs de Québec",
    "customerPONumber": "PO-1",
    "locationId": 7,
    "locationCode": "MIA",
    "locationName": "Miami",
    "carrierId": 1207,
    "carrierName": "Armellini",
    "shipvia": "Truck",
    "shipName": "Store 1",
    "shipAddress": "Street 21",
    "shipCity": "Québec",
    "shipState": "QC",
    "shipZipCode": "02110",
    "shipCountry": "CAN",
    "comments": "handle with care",
    "totalPrice": "1,250.00",
    "details": [
        {
            "prebookItemId": 99001,
            "vendorId": 6320,
            "vendorName": "Flores Capiro",
            "productId": 178172,
            "productDescription": "Rose Assorted",
            "brandId": 2,
            "brandName": "Demo Brand",
            "markCode": "MARK",
            "boxType": "HB",
            "totalBoxes": 10,
            "unitType": "Stem",
            "units": 100,
            "bunches": 4,
            "stemsBunch": 25,
            "totalUnits": 1000,
            "unitPrice": "1.250",
            "totalPrice": "1,250.00",
            "breakdowns": [
                {
                    "productId": 1,
                    "productDescription": "Rose Red",
                    "stemsBunch": 25,
                    "bunches": 3,
                    "price": "1.5",
                    "colour": "red",
                }
            ],
            "cost": "0.80",
        }
    ],
    "isEcommerce": 0,
}


def test_all_fields_of_a_full_prebook_are_read() -> None:
    [prebook] = parse_prebooks(_answer({"status": 1, "prebooks": [FULL]}))

    assert prebook == Prebook(
        prebook_id=85063,
        number="13010",
        type="D",
        truck_date=date(2026, 2, 10),
        customer_id=6529,
        customer_code="00653",
        customer_name="Fleurs de Québec",
        customer_po_number="PO-1",
        location_id=7,
        location_code="MIA",
        location_name="Miami",
        carrier_id=1207,
        carrier_name="Armellini",
        ship_via="Truck",
        ship_name="Store 1",
        ship_address="Street 21",
        ship_city="Québec",
        ship_state="QC",
        ship_zip_code="02110",
        ship_country="CAN",
        comments="handle with care",
        total_price=Decimal(1250),
        items=(
            PrebookItem(
                item_id=99001,
                vendor_id=6320,
                vendor_name="Flores Capiro",
                product_id=178172,
                product_description="Rose Assorted",
                brand_id=2,
                brand_name="Demo Brand",
                mark_code="MARK",
                box_type="HB",
                total_boxes=10,
                unit_type="Stem",
                units=100,
                bunches=4,
                stems_bunch=25,
                total_units=1000,
                unit_price=Decimal("1.250"),
                total_price=Decimal(1250),
                breakdowns=(
                    Breakdown(
                        product_id=1,
                        product_description="Rose Red",
                        stems_bunch=25,
                        bunches=3,
                        price=Decimal("1.5"),
                        extra={"colour": "red"},
                    ),
                ),
                extra={"cost": "0.80"},
            ),
        ),
        extra={"isEcommerce": 0},
    )


def test_a_bare_prebook_has_none_and_blanks_and_never_zeros() -> None:
    prebook = _prebook(details=[{}])

    texts = {"", None}
    assert all(getattr(prebook, each.name) in texts for each in fields(Prebook)[1:-2])
    [item] = prebook.items
    assert all(getattr(item, each.name) in texts for each in fields(PrebookItem)[:-2])


# ------------------------------------------------------------------------------------------------ tolerance


@pytest.mark.parametrize(
    ("status", "yes"), [(b"1", True), (b'"1"', True), (b"0", False), (b'"0"', False), (b"-0", False)]
)
def test_a_status_is_a_yes_or_a_no_as_number_or_text(status: bytes, *, yes: bool) -> None:
    answer = parse_answer(b'{"message": "so", "status": ' + status + b"}")

    assert (answer.yes, answer.message) == (yes, "so")


@pytest.mark.parametrize(
    ("raw", "amount"),
    [
        ("3,000.00", "3000.00"),
        ("1,234,567.891", "1234567.891"),
        ("1.250", "1.250"),
        (" 12 ", "12"),
        ("-3.5", "-3.5"),
        ("1000.00", "1000.00"),
        (1.1, "1.1"),
        (3, "3"),
        (0, "0"),
    ],
)
def test_money_is_exact_however_it_is_written(raw: object, amount: str) -> None:
    assert str(_item(unitPrice=raw).unit_price) == amount


@pytest.mark.parametrize("raw", [None, "", "  "])
@pytest.mark.parametrize("name", ["unitPrice", "units", "prebookItemId", "totalPrice"])
def test_a_blank_number_is_none(name: str, raw: object) -> None:
    assert _item(**{name: raw}) == _item()


@pytest.mark.parametrize(
    "raw", ["1,00", "1,0000", "9" * 200, "1.", ".5", "1e3", "$1", "1 000", "\uff11\uff12", "NaN", True, [], {"a": 1}]
)
def test_what_is_no_amount_makes_the_answer_unreadable(raw: object) -> None:
    with pytest.raises(UnreadableError, match=r"^unitPrice of prebook 7: .* is not an amount$"):
        _prebook(number="7", details=[{"unitPrice": raw}])


@pytest.mark.parametrize(
    ("raw", "number"),
    [(HUGE, HUGE), (str(HUGE), HUGE), ("00123", 123), (" 9007199254740993 ", 9007199254740993), (-1, -1), (7.0, 7)],
)
def test_ids_are_exact_at_any_length(raw: object, number: int) -> None:
    assert _prebook(customerId=raw).customer_id == number
    assert _prebook(id=raw).prebook_id == number


def test_an_id_with_an_exponent_is_whole_too() -> None:
    answer = parse_answer(b'{"status": 1, "prebooks": [{"id": 12E2}]}')

    assert parse_prebooks(answer)[0].prebook_id == 1200


@pytest.mark.parametrize(
    "raw", [b"1.5", b'"1.0"', b'"1,000"', b'"x"', b"true", b"[1]", b"1e9999", b'"%s"' % (b"9" * 1_000)]
)
def test_what_is_no_id_makes_the_answer_unreadable(raw: bytes) -> None:
    answer = parse_answer(b'{"status": 1, "prebooks": [{"id": ' + raw + b"}]}")

    with pytest.raises(UnreadableError, match=r"^id of prebook: .* is not a whole number$"):
        parse_prebooks(answer)


def test_an_amount_beyond_all_money_makes_the_answer_unreadable() -> None:
    answer = parse_answer(b'{"status": 1, "prebooks": [{"id": 1, "totalPrice": 1E+999999}]}')

    with pytest.raises(UnreadableError, match="is not an amount"):
        parse_prebooks(answer)


@pytest.mark.parametrize("raw", [None, "", " "])
def test_a_prebook_without_an_id_makes_the_answer_unreadable(raw: object) -> None:
    with pytest.raises(UnreadableError, match="a prebook has no id"):
        _prebook(id=raw)


@pytest.mark.parametrize(
    ("raw", "text"), [(13010, "13010"), ("013", "013"), (None, ""), (1.50, "1.5"), ("Québec", "Québec")]
)
def test_texts_may_come_as_numbers(raw: object, text: str) -> None:
    assert _prebook(number=raw).number == text


@pytest.mark.parametrize("raw", [True, [], {}])
def test_what_is_no_text_makes_the_answer_unreadable(raw: object) -> None:
    with pytest.raises(UnreadableError, match=r"number of prebook: .* is not a text"):
        _prebook(number=raw)


@pytest.mark.parametrize("raw", ["2026-02-10", " 2026-02-10 ", "2026-02-10 23:59:59", "2026-02-10T00:00:00.000Z"])
def test_a_day_may_carry_a_time(raw: str) -> None:
    assert _prebook(truckDate=raw).truck_date == date(2026, 2, 10)


@pytest.mark.parametrize("raw", [None, "", " "])
def test_a_blank_day_is_none(raw: object) -> None:
    assert _prebook(truckDate=raw).truck_date is None


@pytest.mark.parametrize("raw", ["2026-02-30", "10/02/2026", "20260210", "2026-2-1", 20260210, True, "0000-01-01"])
def test_what_is_no_day_makes_the_answer_unreadable(raw: object) -> None:
    with pytest.raises(UnreadableError, match=r"truckDate of prebook: .* is not a date"):
        _prebook(truckDate=raw)


@pytest.mark.parametrize("key", ["shipVia", "shipvia", "SHIPVIA"])
def test_the_case_of_a_key_does_not_matter(key: str) -> None:
    assert _prebook(**{key: "Truck"}).ship_via == "Truck"


def test_of_two_spellings_of_a_key_the_first_that_says_something_counts() -> None:
    assert _prebook(shipvia="", shipVia="Truck", ShipVia="Boat").ship_via == "Truck"
    assert _prebook(customerid=None, customerId=5).customer_id == 5


@pytest.mark.parametrize("prebooks", [{}, {"prebooks": None}, {"prebooks": []}, {"prebooks": [[]]}])
def test_a_missing_or_empty_list_means_no_prebooks(prebooks: dict[str, object]) -> None:
    assert parse_prebooks(_answer({"status": 1, **prebooks})) == []


@pytest.mark.parametrize("members", [{}, {"details": None}, {"details": []}])
def test_a_prebook_may_have_no_items(members: dict[str, object]) -> None:
    assert _prebook(**members).items == ()


@pytest.mark.parametrize("members", [{}, {"breakdowns": None}, {"breakdowns": []}])
def test_an_item_may_have_no_breakdowns(members: dict[str, object]) -> None:
    assert _item(**members).breakdowns == ()


def test_one_extra_list_level_is_looked_through() -> None:
    prebooks = [{"id": 1}, {"id": 2}]

    nested = parse_prebooks(_answer({"status": 1, "prebooks": [prebooks]}))

    assert nested == parse_prebooks(_answer({"status": 1, "prebooks": prebooks}))


@pytest.mark.parametrize("prebooks", [{}, "none", 0, [1], ["x"], [None], [[{"id": 1}], []], [[[{"id": 1}]]]])
def test_prebooks_of_another_shape_make_the_answer_unreadable(prebooks: object) -> None:
    with pytest.raises(UnreadableError, match="prebooks"):
        parse_prebooks(_answer({"status": 1, "prebooks": prebooks}))


@pytest.mark.parametrize("details", [{}, "none", [1], [[{"units": 1}]], [{"breakdowns": {}}], [{"breakdowns": [[]]}]])
def test_items_of_another_shape_make_the_answer_unreadable(details: object) -> None:
    with pytest.raises(UnreadableError, match="of prebook 13010"):
        _prebook(number="13010", details=details)


def test_unknown_keys_are_kept_as_komet_wrote_them() -> None:
    prebook = _prebook(isEcommerce=True, details=[{"Cost": "0.80", "breakdowns": [{"note": [1]}]}])

    assert prebook.extra == {"isEcommerce": True}
    assert prebook.items[0].extra == {"Cost": "0.80"}
    assert prebook.items[0].breakdowns[0].extra == {"note": [1]}


@pytest.mark.parametrize("raw", [99001, "99001"])
def test_the_id_of_an_item_is_read_when_komet_tells_it(raw: object) -> None:
    assert _item(prebookItemId=raw).item_id == 99001


@pytest.mark.parametrize(
    ("body", "empty"),
    [
        ({"status": 1, "message": "Orders not found.OK"}, True),
        ({"status": 0, "message": "orders NOT FOUND."}, True),
        ({"status": 0, "message": "Orders not found.", "prebooks": []}, True),
        ({"status": 0, "message": "Orders not found.", "prebooks": None}, True),
        ({"status": 1, "message": "Box type not found.OK", "prebooks": [{"id": 1}]}, False),
        ({"status": 0, "message": "Token not found."}, False),
        ({"status": 0, "message": "Order notfound"}, False),
        ({"status": 1, "message": "OK"}, False),
        ({"status": 1}, False),
    ],
)
def test_not_found_means_an_empty_result_unless_there_is_a_list_or_it_is_the_token(
    body: dict[str, object], *, empty: bool
) -> None:
    assert _answer(body).is_empty_result is empty


@pytest.mark.parametrize(
    ("message", "speaks"),
    [
        ("Invalid authentication token.", True),
        ("The TOKEN has expired", True),
        ("Unauthorized", True),
        ("unauthorised user", True),
        ("Daily request limit reached.", True),
        ("Your quota is used up", True),
        ("Authentication failed", True),
        ("The prebook does not exist", False),
        ("A tokenized box", False),
        ("Credit limit exceeded", False),
        ("", False),
    ],
)
def test_a_message_about_the_token_or_the_quota_is_told_apart(message: str, *, speaks: bool) -> None:
    assert _answer({"status": 0, "message": message}).speaks_of_token is speaks


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", ""),
        (b', "message": null', ""),
        (b', "message": 5', "5"),
        (b', "message": ["a"]', "['a']"),
        (b', "message": "\\ud800 \\u00e9"', "\N{REPLACEMENT CHARACTER} é"),
        (b', "message": "\\ud83d\\ude00"', "\N{GRINNING FACE}"),
        (b', "message": "' + b"x" * 3_000 + b'"', "x" * 2_000),
    ],
)
def test_a_message_is_always_a_text_that_can_be_written_down(raw: bytes, message: str) -> None:
    answer = parse_answer(b'{"status": 0' + raw + b"}")

    assert answer.message == message
    assert answer.message.encode().decode() == message


def test_half_a_character_becomes_one_that_files_can_hold() -> None:
    prebook = _prebook(comments="a\ud800b\udc00", **{"\udfff": 1})

    assert prebook.comments == "a\N{REPLACEMENT CHARACTER}b\N{REPLACEMENT CHARACTER}"
    assert prebook.extra == {"\N{REPLACEMENT CHARACTER}": 1}


# ----------------------------------------------------------------------------------------------- strictness

STRICT = {
    "true": b'{"status": true}',
    "false": b'{"status": false}',
    "1.0": b'{"status": 1.0}',
    "0.0": b'{"status": 0.0}',
    "1e0": b'{"status": 1e0}',
    "2": b'{"status": 2}',
    "-1": b'{"status": -1}',
    '"2"': b'{"status": "2"}',
    '" 1"': b'{"status": " 1"}',
    '"01"': b'{"status": "01"}',
    '"1.0"': b'{"status": "1.0"}',
    '"OK"': b'{"status": "OK"}',
    "full-width 1": '{"status": "\uff11"}'.encode(),
    "empty text": b'{"status": ""}',
    "null": b'{"status": null}',
    "a list": b'{"status": [1]}',
    "an object": b'{"status": {"status": 1}}',
    "missing": b'{"message": "OK"}',
    "spelled Status": b'{"Status": 1}',
    "spelled STATUS": b'{"STATUS": "1"}',
    "spelled with an escape, in another case": b'{"\\u0053tatus": 1}',
    "one level down": b'{"answer": {"status": 1}}',
    "two by case": b'{"status": 1, "Status": 1}',
    "two by case, the other first": b'{"STATUS": 0, "status": 1}',
    "twice": b'{"status": 1, "status": 1}',
    "twice, once escaped": b'{"status": 0, "\\u0073tatus": 1}',
    "another key twice": b'{"status": 1, "message": "a", "message": "b"}',
    "a key twice further down": b'{"status": 1, "prebooks": [{"id": 1, "details": [{"a": 1, "a": 1}]}]}',
    "NaN": b'{"status": NaN}',
    "NaN elsewhere": b'{"status": 1, "price": NaN}',
    "Infinity": b'{"status": 1, "price": Infinity}',
    "-Infinity": b'{"status": 1, "price": -Infinity}',
    "BOM": b"\xef\xbb\xbf" + YES,
    "UTF-16": YES.decode().encode("utf-16"),
    "UTF-16, no BOM": YES.decode().encode("utf-16-le"),
    "UTF-32": YES.decode().encode("utf-32"),
    "latin-1": '{"status": 1, "message": "é"}'.encode("latin-1"),
    "a surrogate in UTF-8": b'{"status": 1, "message": "\xed\xa0\x80"}',
    "an empty list": b"[]",
    "a list around it": b"[" + YES + b"]",
    "null alone": b"null",
    "1 alone": b"1",
    "a text alone": b'"1"',
    "an empty object": b"{}",
    "nothing": b"",
    "blanks": b"  \n",
    "trailing bytes": YES + b"x",
    "two objects": YES + YES,
    "a trailing zero byte": YES + b"\x00",
    "truncated": YES[:-1],
    "a trailing comma": b'{"status": 1,}',
    "a comment": b'{"status": 1} // yes',
    "single quotes": b"{'status': 1}",
    "a raw line feed in a text": b'{"status": 1, "message": "a\nb"}',
    "nested deeply in lists": b'{"status": 1, "x": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "nested deeply in objects": b'{"status": 1, "x": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "never closed": b"[" * 100_000,
    "ten thousand digits": b'{"status": 1, "x": ' + b"9" * 10_000 + b"}",
    "an exponent beyond all numbers": b'{"status": 1, "x": 1e9999999999999999999999}',
    "a web page": b"<!DOCTYPE html><html><body>Please log in</body></html>",
    "JSONP": b"callback(" + YES + b")",
}


@pytest.mark.parametrize("body", STRICT.values(), ids=STRICT)
def test_anything_else_is_neither_a_yes_nor_a_no(body: bytes) -> None:
    with pytest.raises(UnreadableError) as raised:
        parse_answer(body)

    assert raised.value.__cause__ is None


@pytest.mark.parametrize("depth", range(900, 1_000, 3))
@pytest.mark.parametrize(("opened", "closed"), [(b"[", b"]"), (b'{"a":', b"}")], ids=["lists", "objects"])
def test_no_depth_of_nesting_breaks_the_parser(opened: bytes, closed: bytes, depth: int) -> None:
    deep = opened * depth + b"1" + closed * depth
    for body in (b'{"status": 1, "message": ' + deep + b"}", b'{"status": 1, "prebooks": [{"id": ' + deep + b"}]}"):
        assert _read(body) in {"read", "unreadable"}


def _read(body: bytes) -> str:
    try:
        parse_prebooks(parse_answer(body))
    except UnreadableError:
        return "unreadable"
    return "read"


@given(st.binary() | st.text().map(str.encode) | st.text().map(lambda text: b'{"status": ' + text.encode() + b"}"))
@example(b'{"status": 1, "prebooks": [{"id": 1E+999999}]}')
@example(b'{"status": 1, "prebooks": [{"id": 1, "totalPrice": 1E+999999}]}')
def test_no_bytes_raise_anything_but_unreadable(body: bytes) -> None:
    assert _read(body) in {"read", "unreadable"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=15,
)
names = st.sampled_from([*FULL, "details", "breakdowns", *FULL["details"][0], "unknown"])  # type: ignore[index]  # a list in a dict
objects = st.dictionaries(names, json_values, max_size=6)


@given(st.dictionaries(st.sampled_from(["status", "message", "prebooks"]), json_values), st.lists(objects, max_size=3))
def test_no_json_raises_anything_but_unreadable(body: dict[str, Any], prebooks: list[object]) -> None:
    assert _read(json.dumps(body).encode()) in {"read", "unreadable"}
    assert _read(json.dumps({"status": 1, "prebooks": prebooks}).encode()) in {"read", "unreadable"}


@given(
    others=st.dictionaries(st.text(max_size=5).filter(lambda name: name.lower() != "status"), json_values, max_size=3),
    status=st.sampled_from([0, 1, "0", "1"]),
    escaped=st.booleans(),
)
def test_no_proper_prefix_of_an_answer_is_an_answer(others: dict[str, Any], status: object, *, escaped: bool) -> None:
    body = json.dumps({**others, "status": status}, ensure_ascii=escaped).encode("utf-8", "replace")

    assert all(_is_unreadable(body[:length]) for length in range(len(body)))


def _is_unreadable(body: bytes) -> bool:
    try:
        parse_answer(body)
    except UnreadableError:
        return True
    return False


# ----------------------------------------------------------------------------------------------- round trip

texts = st.text(alphabet=st.characters(codec="utf-8"), max_size=12)
ids = st.none() | st.integers(min_value=0, max_value=10**25)
amounts = st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-(10**9), max_value=10**9)
breakdowns = st.builds(
    Breakdown, product_id=ids, product_description=texts, stems_bunch=ids, bunches=ids, price=amounts, extra=st.just({})
)
items = st.builds(
    PrebookItem,
    **{
        each.name: {"int | None": ids, "str": texts, "Decimal | None": amounts}[str(each.type)]
        for each in fields(PrebookItem)[:-2]
    },
    breakdowns=st.lists(breakdowns, max_size=2).map(tuple),
    extra=st.just({}),
)
prebook_nouns = st.builds(
    Prebook,
    prebook_id=st.integers(min_value=1, max_value=10**25),
    **{
        each.name: {"int | None": ids, "str": texts, "Decimal | None": amounts, "date | None": st.none() | st.dates()}[
            str(each.type)
        ]
        for each in fields(Prebook)[1:-2]
    },
    items=st.lists(items, max_size=2).map(tuple),
    extra=st.dictionaries(st.sampled_from(["isEcommerce", "note"]), st.integers() | texts, max_size=2),
)
API_NAMES = {
    "prebook_id": "id",
    "customer_po_number": "customerPONumber",
    "item_id": "prebookItemId",
    "items": "details",
}


def _api_name(attribute: str) -> str:
    head, *rest = attribute.split("_")
    return API_NAMES.get(attribute) or head + "".join(part.capitalize() for part in rest)


def _written(noun: Any, *, money: str) -> dict[str, object]:  # noqa: ANN401  any of three nouns
    members: dict[str, object] = dict(noun.extra)
    for each in fields(noun):
        value = getattr(noun, each.name)
        if isinstance(value, Decimal):
            members[_api_name(each.name)] = format(value, money)
        elif isinstance(value, tuple):
            members[_api_name(each.name)] = [_written(part, money=money) for part in value]
        elif each.name != "extra" and value is not None:
            members[_api_name(each.name)] = str(value) if isinstance(value, date) else value
    return members


@given(prebooks=st.lists(prebook_nouns, max_size=3), money=st.sampled_from(["f", ",f"]), ascii_only=st.booleans())
def test_prebooks_survive_being_written_as_komet_does(prebooks: list[Prebook], money: str, *, ascii_only: bool) -> None:
    written = {"status": 1, "prebooks": [_written(prebook, money=money) for prebook in prebooks]}

    read = parse_prebooks(parse_answer(json.dumps(written, ensure_ascii=ascii_only).encode()))

    assert read == prebooks


# ------------------------------------------------------------------------------------------------ what we ask

LINE = OrderLine(row=2, prebook_id=85063, inventory_id=9999999, boxes=5, price=Decimal("2.50"))


def test_the_body_of_an_order_is_exact() -> None:
    assert wire.to_add_body(replace(LINE, mark_code="text for mark code")) == (
        b'{"authenticationToken": "__KOMET_TOKEN_GOES_HERE__", "prebookId": 85063, "inventoryId": 9999999, '
        b'"boxes": 5, "price": 2.50, "markCode": "text for mark code"}'
    )


def test_no_mark_code_is_no_member() -> None:
    assert wire.to_add_body(LINE).endswith(b'"boxes": 5, "price": 2.50}')


@pytest.mark.parametrize(
    ("price", "written"),
    [("2.5", b"2.50"), ("3", b"3.00"), ("0", b"0.00"), ("12345678.90", b"12345678.90"), ("1E+3", b"1000.00")],
)
def test_a_price_has_two_decimals(price: str, written: bytes) -> None:
    assert wire.to_add_body(replace(LINE, price=Decimal(price))).endswith(b'"price": ' + written + b"}")


def test_ids_beyond_64_bits_are_written_in_full() -> None:
    body = wire.to_add_body(replace(LINE, prebook_id=HUGE, inventory_id=HUGE + 1))

    assert b'"prebookId": 123456789012345678901234567890, "inventoryId": 123456789012345678901234567891,' in body


@pytest.mark.parametrize(
    "mark", ['say "hi"', "é 😀", "back\\slash", "two\nlines\ttab", '", "boxes": 500, "x": "', "</x>"]
)
def test_any_mark_code_arrives_as_it_is(mark: str) -> None:
    body = wire.to_add_body(replace(LINE, mark_code=mark))

    assert body.isascii()
    assert b"\n" not in body
    assert json.loads(body, parse_float=Decimal) == {
        "authenticationToken": wire.TOKEN_PLACEHOLDER,
        "prebookId": 85063,
        "inventoryId": 9999999,
        "boxes": 5,
        "price": Decimal("2.50"),
        "markCode": mark,
    }


@given(
    st.integers(min_value=1),
    st.integers(min_value=1),
    st.integers(min_value=1, max_value=10**9),
    st.decimals(min_value=0, max_value=10**8, places=2),
    st.text(max_size=20),
)
def test_any_order_is_one_json_object_with_what_was_ordered(
    prebook_id: int, inventory_id: int, boxes: int, price: Decimal, mark: str
) -> None:
    line = OrderLine(row=2, prebook_id=prebook_id, inventory_id=inventory_id, boxes=boxes, price=price, mark_code=mark)

    told = json.loads(wire.to_add_body(line), parse_float=Decimal)

    assert [told["prebookId"], told["inventoryId"], told["boxes"]] == [prebook_id, inventory_id, boxes]
    assert told["price"] == price
    assert told.get("markCode", "") == mark


def test_no_filter_asks_for_nothing_but_the_token_place() -> None:
    assert wire.to_params(PrebookQuery()) == {"authenticationToken": wire.TOKEN_PLACEHOLDER}


@pytest.mark.parametrize(
    ("filters", "name", "value"),
    [
        ({"truck_date": date(2015, 2, 10)}, "date", "2015-02-10"),
        ({"prebook": 13010}, "prebook", "13010"),
        ({"customer": "Éric & Co"}, "customer", "Éric & Co"),
        ({"customer_id": HUGE}, "customerId", str(HUGE)),
        ({"carrier": "Armellini"}, "carrierName", "Armellini"),
        ({"carrier_id": 1207}, "carrierId", "1207"),
        ({"salesperson_id": 0}, "salesPersonId", "0"),
        ({"so_number": 5}, "soNumber", "5"),
        ({"po_number": "007"}, "customerPONumber", "007"),
        ({"location_id": 7}, "locationId", "7"),
        ({"brand_id": 2}, "brandId", "2"),
        ({"updated_since": datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC)}, "updatedAsOf", "2026-01-02 03:04:05"),
        ({"ship_from": date(2026, 1, 2)}, "vendorShipDateFrom", "2026-01-02"),
        ({"ship_to": date(2026, 1, 8)}, "vendorShipDateTo", "2026-01-08"),
        ({"unable_to_source": True}, "unableToSource", "true"),
        ({"unable_to_source": False}, "unableToSource", "false"),
    ],
)
def test_each_filter_has_its_parameter(filters: dict[str, Any], name: str, value: str) -> None:
    assert wire.to_params(PrebookQuery(**filters)) == {"authenticationToken": wire.TOKEN_PLACEHOLDER, name: value}


def test_a_time_anywhere_in_the_world_is_asked_for_in_gmt() -> None:
    bogota = timezone(timedelta(hours=-5))

    params = wire.to_params(PrebookQuery(updated_since=datetime(2026, 1, 1, 20, 30, tzinfo=bogota)))

    assert params["updatedAsOf"] == "2026-01-02 01:30:00"


def test_the_token_place_comes_first_so_that_no_filter_can_take_it() -> None:
    params = wire.to_params(PrebookQuery(customer=wire.TOKEN_PLACEHOLDER))

    assert next(iter(params)) == "authenticationToken"


def test_a_range_of_days_has_its_two_parameters() -> None:
    assert wire.to_range_params(date(2026, 1, 1), date(2026, 6, 30)) == {
        "authenticationToken": wire.TOKEN_PLACEHOLDER,
        "dateFrom": "2026-01-01",
        "dateTo": "2026-06-30",
    }
