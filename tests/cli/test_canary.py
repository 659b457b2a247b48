"""The token is planted, everything goes wrong, and everything that is left behind is searched for it."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from komet_xl.sandbox.faults import FAULTS
from komet_xl.sandbox.server import Sandbox
from tests.support.canary import leaks
from tests.support.cli import Ran, run
from tests.support.orders import FIRST, ROSE, make_orders

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANARY = "CANARY+/=&é"


@pytest.fixture(scope="module")
def canary_komet() -> Iterator[Sandbox]:
    with Sandbox(token=CANARY) as sandbox:
        yield sandbox


def left_behind(*folders: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below, workbooks part by part."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            yield str(path), path.read_bytes()
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as package:
                    yield from ((f"{path}!{name}", package.read(name)) for name in package.namelist())


def search(ran: Ran, *folders: Path) -> list[str]:
    """Where the token was found."""
    found = [f"stdout: {each}" for each in leaks(CANARY, ran.out)] + [
        f"stderr: {each}" for each in leaks(CANARY, ran.err)
    ]
    for name, content in left_behind(*folders):
        found += [f"{name}: {each}" for each in leaks(CANARY, content)]
    return found


@pytest.mark.parametrize("fault", [None, *sorted(FAULTS)])
def test_no_fault_of_an_order_leaves_the_token_behind(
    fault: str | None, canary_komet: Sandbox, tmp_path: Path, own_folders: Path
) -> None:
    canary_komet.reset()
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    if fault is not None:
        canary_komet.fault(fault, times=None, seconds=0.2, method="prebook.future.item.add")

    for words in (["push", file, "--yes"], ["resolve", file, "--json"], ["history", "--json"]):
        ran = run(*words, komet=canary_komet, KOMET_TIMEOUT="0.7")
        assert search(ran) == [], words
        assert "Traceback" not in ran.err

    assert search(ran, tmp_path, own_folders) == []
    assert any((own_folders / "komet").rglob("*.log"))


@pytest.mark.parametrize("fault", [None, *sorted(FAULTS)])
def test_no_fault_of_a_question_leaves_the_token_behind(
    fault: str | None, canary_komet: Sandbox, tmp_path: Path, own_folders: Path
) -> None:
    canary_komet.reset()
    if fault is not None:
        canary_komet.fault(fault, times=None, seconds=0.2)

    ran = run("pull", "2015-02-10", tmp_path / "day.xlsx", komet=canary_komet, KOMET_TIMEOUT="0.7")

    assert search(ran, tmp_path, own_folders) == []
    assert "Traceback" not in ran.err


def test_what_people_do_every_day_leaves_no_token_behind(
    canary_komet: Sandbox, tmp_path: Path, own_folders: Path
) -> None:
    canary_komet.reset()
    for words in (["pull", "2015-02-10", "day.xlsx"], ["lookup", "2015-02-10", "13010", "customerName"], ["doctor"]):
        assert search(run(*words, komet=canary_komet, cwd=tmp_path), tmp_path, own_folders) == []


def test_the_search_finds_a_token_that_is_there(tmp_path: Path) -> None:
    make_orders(tmp_path / "orders.xlsx", [(CANARY,)])

    assert search(Ran(0, CANARY, ""), tmp_path)
