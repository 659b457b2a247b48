"""The filters as properties: LIKE finds every part in any case, exact filters find nothing but the value."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from komet_xl.sandbox.listing import Params, customers_like, details_filter, like, six_months_after
from komet_xl.sandbox.season import season

WORLD = season(60, 5)
DAYS = sorted({header.truck_date for header, _ in WORLD.prebooks})


def _chosen(**params: str) -> list[int]:
    wanted = details_filter(Params(params))
    return [header.id for header, items in WORLD.prebooks if wanted.accepts(header, items)]


@given(which=st.integers(0, len(WORLD.prebooks) - 1), data=st.data(), change=st.sampled_from([str.upper, str.lower]))
def test_any_part_of_a_customer_name_finds_its_prebook_in_any_case(
    which: int, data: st.DataObject, change: type[str]
) -> None:
    header, _ = WORLD.prebooks[which]
    start = data.draw(st.integers(0, len(header.customer_name) - 1))
    part = change(header.customer_name[start : data.draw(st.integers(start + 1, len(header.customer_name)))])

    assert header.id in _chosen(date=header.truck_date, customer=part)
    assert header.id in _chosen(date=header.truck_date, customer=header.customer_code)


@given(wanted=st.text(min_size=1), text=st.text())
def test_like_is_contains_without_case(wanted: str, text: str) -> None:
    assert like(wanted, text) == (wanted.casefold() in text.casefold())
    assert like(None, text)


@given(which=st.integers(0, len(WORLD.prebooks) - 1), tail=st.text("0123456789", max_size=3))
def test_exact_filters_find_nothing_but_the_value(which: int, tail: str) -> None:
    header, _ = WORLD.prebooks[which]

    assert _chosen(date=header.truck_date, prebook=header.number) == [header.id]
    assert (header.id in _chosen(date=header.truck_date, customerId=f"{header.customer_id}{tail}")) == (not tail)
    assert (header.id in _chosen(date=header.truck_date, carrierId=f"{header.carrier_id}{tail}")) == (not tail)
    if header.customer_po_number:
        number = f"{header.customer_po_number.lower()}{tail}"
        assert (header.id in _chosen(date=header.truck_date, customerPONumber=number)) == (not tail)


@given(day=st.sampled_from(DAYS), brand=st.integers(1, 5))
def test_a_brand_chooses_the_prebooks_that_have_an_item_of_it(day: str, brand: int) -> None:
    expected = [
        header.id
        for header, items in WORLD.prebooks
        if header.truck_date == day and any(item.brand_id == brand for item in items)
    ]

    assert _chosen(date=day, brandId=str(brand)) == expected


@given(customer=st.sampled_from(WORLD.customers))
def test_a_customer_is_found_by_its_code_alone(customer: object) -> None:
    found = [one for one in customers_like(Params({"includeInactive": "1"}), WORLD.customers) if one is customer]

    assert found == [customer]


@given(day=st.dates())
def test_six_months_are_about_half_a_year(day: date) -> None:
    later = six_months_after(day)

    assert later == date.max or timedelta(days=180) <= later - day <= timedelta(days=184)
