"""The season and the totals: whatever is made up or sold, the sums hold."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from komet_xl.sandbox import wire
from komet_xl.sandbox.firstday import first_day
from komet_xl.sandbox.komet import total
from komet_xl.sandbox.season import season
from komet_xl.sandbox.server import Sandbox

if TYPE_CHECKING:
    from komet_xl.sandbox.nouns import Item

FUTURE = first_day().inventory[0]


def _assert_totals_hold(items: tuple[Item, ...]) -> None:
    lines = [wire.item_json(item, item_ids=True) for item in items]
    for line in lines:
        bunches, stems, boxes = (int(str(line[key])) for key in ("bunches", "stemsBunch", "totalBoxes"))
        assert line["units"] == (bunches * stems if line["unitType"] == "Stem" else bunches)
        assert line["totalUnits"] == int(str(line["units"])) * boxes
        assert _money(line["totalPrice"]) == Decimal(str(line["unitPrice"])) * int(str(line["totalUnits"]))
    assert total(items) == sum((_money(line["totalPrice"]) for line in lines), Decimal(0))


def _money(text: object) -> Decimal:
    return Decimal(str(text).replace(",", ""))


@given(seed=st.integers(0, 2**32), prebooks=st.integers(1, 12))
def test_all_totals_of_a_season_hold(seed: int, prebooks: int) -> None:
    world = season(prebooks, seed)

    assert len(world.prebooks) == len(world.inventory) == prebooks
    for _, items in world.prebooks:
        assert 1 <= len(items) <= 12
        _assert_totals_hold(items)


@given(
    unit_type=st.sampled_from(["Stem", "Bunch"]),
    bunches=st.integers(1, 400),
    stems_bunch=st.integers(1, 50),
    boxes=st.integers(1, 10**10 - 1),
    cents=st.integers(0, 10**10 - 1),
)
def test_all_totals_of_a_sale_hold(unit_type: str, bunches: int, stems_bunch: int, boxes: int, cents: int) -> None:
    stock = replace(FUTURE, unit_type=unit_type, bunches=bunches, stems_bunch=stems_bunch)

    _assert_totals_hold((stock.sold(boxes, Decimal(cents).scaleb(-2), None),))


def test_the_same_seed_makes_the_same_season_and_another_seed_another_one() -> None:
    assert season(100, 7) == season(100, 7)
    assert season(100, 7) != season(100, 8)


def test_a_season_has_assorted_boxes_optional_fields_and_accents() -> None:
    world = season(400, 1)

    items = [item for _, items in world.prebooks for item in items]
    assert any(item.breakdowns for item in items)
    assert all(sum(part.bunches for part in item.breakdowns) == item.bunches for item in items if item.breakdowns)
    assert {item.mark_code is None for item in items} == {True, False}
    assert {header.comments is None for header, _ in world.prebooks} == {True, False}
    assert any("Québec" in header.customer_name for header, _ in world.prebooks)


def test_no_id_of_a_season_meets_one_of_the_first_day() -> None:
    world = first_day() + season(200, 1)

    for nouns in (world.inventory, world.customers, world.carriers, [header for header, _ in world.prebooks]):
        assert len({noun.id for noun in nouns}) == len(nouns)


@pytest.mark.parametrize("day", ["2015-02-11", "2015-02-12"])
def test_two_sandboxes_with_one_seed_answer_with_the_same_bytes(day: str) -> None:
    answers = []
    for _ in range(2):
        with Sandbox(prebooks=60, seed=3) as komet:
            params = {"authenticationToken": komet.token, "date": day}
            answers.append(requests.get(f"{komet.url}/prebook.details.list", params=params, timeout=10).content)

    assert answers[0] == answers[1]
    assert len(answers[0]) > 10_000
