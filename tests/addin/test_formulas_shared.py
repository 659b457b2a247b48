"""Thousands of formulas, several threads, several programs: one request for a day, and none the second time."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from komet_xl.sandbox.server import Sandbox
from tests.support.cli import environment
from tests.support.formulas import environ_of, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.formulas import Sheet

FIRST = 42046.0
"""2015-02-11: the first of the days that the sandbox makes up, 40 prebooks each."""
DAYS = 3
PREBOOKS = 50
CALLS = 5_000
THREADS = 8
LATENCY_MS = 80
FIELDS = ("customerName", "carrierName", "totalPrice", "items", "totalBoxes")


@pytest.fixture
def komet() -> Iterator[Sandbox]:
    """A busy Komet, as far away as the real one."""
    with Sandbox(prebooks=DAYS * 40, latency_ms=LATENCY_MS) as made:
        yield made


def formulas() -> list[tuple[Any, ...]]:
    """5,000 cells about 50 prebooks on 3 days."""
    prebooks = [(FIRST + number % DAYS, 20_001.0 + number % DAYS * 40 + number // DAYS) for number in range(PREBOOKS)]
    cells = (("KOMET_PREBOOK", *prebook, field) for field in cycle(FIELDS) for prebook in prebooks)
    return list(islice(cells, CALLS))


def recalculate(cell: Sheet) -> list[Any]:
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(lambda formula: cell(*formula), formulas()))


def test_5000_formulas_in_8_threads_are_3_requests_and_none_the_second_time(komet: Sandbox, tmp_path: Path) -> None:
    with sheet(environ_of(komet, tmp_path / "komet")) as cell:
        first = recalculate(cell)
        assert komet.requests()["total"] == DAYS

        assert recalculate(cell) == first
        assert komet.requests()["total"] == DAYS

    assert len(first) == CALLS
    assert [shown for shown in first if str(shown).startswith("#KOMET")] == []
    with sheet(environ_of(komet, tmp_path / "komet")) as cell:
        assert recalculate(cell) == first, "a new program starts with what is on disk"
    assert komet.requests()["total"] == DAYS


def test_a_filter_in_each_cell_is_no_request_of_its_own(komet: Sandbox, tmp_path: Path) -> None:
    with sheet(environ_of(komet, tmp_path / "komet")) as cell:
        whole = cell("KOMET_TOTAL", FIRST, "totalBoxes")
        rows = cell("KOMET_TOTAL", FIRST, "totalBoxes", "customerId")[1:]
        each = [cell("KOMET_TOTAL", FIRST, "totalBoxes", None, [["customer-id", customer]]) for customer, _ in rows]

        assert len(rows) > 10
        assert each == [boxes for _, boxes in rows]
        assert sum(each) == whole
    assert komet.requests()["total"] == 1


def test_lists_are_one_request_each_for_everyone(komet: Sandbox, tmp_path: Path) -> None:
    with sheet(environ_of(komet, tmp_path / "komet")) as cell, ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(lambda _: cell("KOMET_CUSTOMERS"), range(100)))
        list(threads.map(lambda _: cell("KOMET_CARRIERS"), range(100)))
        list(threads.map(lambda _: cell("KOMET_INVENTORY", FIRST, FIRST + 2), range(100)))

    assert komet.requests()["total"] == 3


PROGRAM = """
import json, sys
from komet_xl.addin import formulas

cells = json.loads(sys.stdin.readline())
print("ready", flush=True)
sys.stdin.readline()
print(json.dumps([getattr(formulas, name)(*given) for name, *given in cells]))
formulas.put_away(30)
"""


def test_three_programs_share_their_requests(komet: Sandbox, tmp_path: Path) -> None:
    komet.settings(latency_ms=400)
    env = environment(komet, KOMET_HOME=str(tmp_path / "komet"))
    words, root = [sys.executable, "-c", PROGRAM], Path(__file__).parents[2]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    programs = [subprocess.Popen(words, env=env, cwd=root, **pipes) for _ in range(3)]
    for each in programs:
        assert each.stdin is not None
        assert each.stdout is not None
        each.stdin.write(json.dumps(formulas()[:150]) + "\n")
        each.stdin.flush()
        assert each.stdout.readline() == "ready\n"

    ended = [each.communicate("go\n", timeout=120)[0] for each in programs]

    assert ended[0] == ended[1] == ended[2]
    assert "#KOMET" not in ended[0]
    assert komet.requests()["total"] == DAYS
