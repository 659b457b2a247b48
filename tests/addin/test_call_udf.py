"""The formulas through xlwings' own decorators and its own `call_udf`, as Excel calls them."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
import xlwings

from komet_xl.addin import formulas as plain
from komet_xl.addin.registry import CATEGORY, FORMULAS
from tests.support.formulas import LONG
from tests.support.udf import MISSING, NOT_AVAILABLE, cells, com_date, udf_server

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from komet_xl.sandbox.server import Sandbox
    from tests.support.udf import Udfs

MODULE = "komet_xl.addin.formulas"
DAY = 42045.0


@pytest.fixture
def excel(komet: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Udfs]:
    for name, value in {"URL": komet.url, "TOKEN": komet.token, "HOME": str(tmp_path / "komet")}.items():
        monkeypatch.setenv(f"KOMET_{name}", value)
    with udf_server(MODULE) as server:
        yield server
        sys.modules[MODULE].put_away(LONG)
    assert [each for each in threading.enumerate() if each.name == "komet-snapshot"] == []


@pytest.mark.parametrize("number", [13010.0, "13010", cells([[13010.0]]), cells([["13010"]])])
@pytest.mark.parametrize("day", [DAY, "2015-02-10", com_date(2015, 2, 10), cells([[com_date(2015, 2, 10)]])])
def test_typed_values_and_references_are_the_same(excel: Udfs, day: object, number: object) -> None:
    assert excel.call(MODULE, "KOMET_PREBOOK", day, number, "customerName") == "AB Flower Shop"


@pytest.mark.parametrize("nothing", [MISSING, None, "", cells([[None]]), cells([[None, None], [None, None]])])
def test_an_argument_left_out_and_a_blank_cell_are_the_same(excel: Udfs, nothing: object) -> None:
    assert excel.call(MODULE, "KOMET_TOTAL", DAY, "totalBoxes", MISSING, nothing) == 44.0
    assert excel.call(MODULE, "KOMET_TOTAL", DAY, "totalBoxes", cells([[None]]), nothing) == 44.0
    assert len(excel.call(MODULE, "KOMET_ITEMS", DAY, nothing)) == 5


@pytest.mark.parametrize(
    "filters",
    [
        "customer=AB Flower; carrier=american",
        cells([["customer", "AB Flower"], ["carrier", "american"]]),
        cells([["customer", "AB Flower"]]),
        cells([["customer-id", 34325.0]]),
        cells([["customer-id", 34325.0], [None, None]]),
        cells([["customer = AB Flower"], ["carrier = american"]]),
        cells([["customer = AB Flower"]]),
        (("customer", "AB Flower"),),
    ],
)
def test_filters_are_text_or_a_range_of_any_shape(excel: Udfs, filters: object) -> None:
    assert excel.call(MODULE, "KOMET_TOTAL", DAY, "totalBoxes", MISSING, filters) == 30.0


@pytest.mark.parametrize("error", [NOT_AVAILABLE, cells([[NOT_AVAILABLE]])])
def test_an_error_in_a_cell_is_not_a_blank(excel: Udfs, error: object) -> None:
    assert excel.call(MODULE, "KOMET_PREBOOK", error, 13010.0, "items") == "#KOMET: day is #N/A"
    assert excel.call(MODULE, "KOMET_PREBOOK", DAY, 13010.0, error) == "#KOMET: field is #N/A"
    assert excel.call(MODULE, "KOMET_ITEMS", DAY, error) == "#KOMET: filters is #N/A"
    assert excel.call(MODULE, "KOMET_FEE", 1.0, error, 1.0) == "#KOMET: units is #N/A"


def test_a_range_where_one_cell_belongs_is_said(excel: Udfs) -> None:
    shown = excel.call(MODULE, "KOMET_PREBOOK", cells([[DAY], [DAY]]), 13010.0, "items")

    assert shown == "#KOMET: day must be one cell"


def test_arrays_arrive_as_rows_and_days_as_dates(excel: Udfs) -> None:
    rows = excel.call(MODULE, "KOMET_PREBOOKS", DAY)

    assert len(rows) == 3
    assert rows[1][:4] == [1927173.0, "13010", "P", datetime(2015, 2, 10, tzinfo=UTC)]
    assert {type(each) for row in rows for each in row} == {float, str, datetime}
    assert excel.call(MODULE, "KOMET_CARRIERS")[0][:3] == ["id", "code", "name"]
    assert excel.call(MODULE, "KOMET_ITEMS", DAY, "customer=nobody")[1][:2] == ["no rows", ""]


def test_every_call_together_asks_each_question_once(excel: Udfs, komet: Sandbox) -> None:
    for _ in range(3):
        for each in FORMULAS:
            excel.call(MODULE, each.name, *[DAY] * sum(not one.optional for one in each.arguments))

    assert komet.requests()["total"] == 4


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda each: each.name)
def test_the_decorators_noted_what_the_registry_says(excel: Udfs, formula: object) -> None:
    [wanted] = [each for each in FORMULAS if each is formula]
    noted = excel.about(MODULE, wanted.name)

    assert (noted["name"], noted["category"], noted["ret"]) == (
        wanted.name,
        CATEGORY,
        {"doc": wanted.help, "options": {}},
    )
    assert (noted["sub"], noted["volatile"], noted["call_in_wizard"], noted["async_mode"]) == (False, False, True, None)
    assert [(each["name"], each["doc"], "optional" in each) for each in noted["args"]] == [
        (each.name, each.help, each.optional) for each in wanted.arguments
    ]
    assert all(each["options"].pop("err_to_str") is True for each in noted["args"])
    assert all(each["options"] == ({"ndim": 2} if each["name"] == "filters" else {}) for each in noted["args"])


def test_xlwings_finds_exactly_the_formulas(excel: Udfs) -> None:
    found = {name for name, each in vars(sys.modules[MODULE]).items() if hasattr(each, "__xlfunc__")}

    assert found == {each.name for each in FORMULAS}
    assert all(f"Function {each.name}(" in excel.vba(MODULE) for each in FORMULAS)


def test_without_windows_the_functions_can_be_called_as_they_are(
    komet: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"URL": komet.url, "TOKEN": komet.token, "HOME": str(tmp_path / "komet")}.items():
        monkeypatch.setenv(f"KOMET_{name}", value)
    total = vars(plain)["KOMET_TOTAL"]

    assert not hasattr(total, "__xlfunc__")
    assert total(DAY, "totalBoxes") == 44.0
    assert total(DAY, "totalBoxes", None, "customer=ab") == 30.0
    plain.put_away(LONG)


def test_the_stand_in_for_windows_leaves_nothing_behind() -> None:
    before = dict(vars(xlwings)), set(sys.modules), sys.modules[MODULE], list(xlwings.engines)
    with udf_server(MODULE):
        assert hasattr(xlwings, "_xlwindows")

    assert (dict(vars(xlwings)), set(sys.modules), sys.modules[MODULE], list(xlwings.engines)) == before


def test_no_licensed_part_of_xlwings_is_loaded() -> None:
    code = "import sys, komet_xl.addin.formulas; print(*(each for each in sys.modules if each.startswith('xlwings.')))"
    env = {name: value for name, value in os.environ.items() if not name.startswith("XLWINGS_")}
    ran = subprocess.run([sys.executable, "-c", code], env=env, check=True, capture_output=True, text=True, timeout=60)

    assert {"xlwings.server", "xlwings.reports"}.isdisjoint(ran.stdout.split())
    assert "xlwings.main" in ran.stdout
