"""What a person or a script is told when the workbook is opened in Excel while komet-xl is at work."""

from __future__ import annotations

import subprocess
import time
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Ran, command, environment, run
from tests.support.orders import FIRST, ROSE, SCARCE, make_orders, statuses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from komet_xl.sandbox.server import Sandbox

SLOW = 300
"""Milliseconds that Komet takes to answer: time enough to open the file between two requests."""
OPEN = (
    "orders.xlsx is open in Excel (by Ana), so the results could not be written into it; they are safe in the journal"
)


def run_and_open(komet: Sandbox, file: Path, *arguments: object, when: Callable[[], bool]) -> Ran:
    """Run a command on a file that Ana opens in Excel as soon as something has happened."""
    komet.settings(latency_ms=SLOW)
    process = subprocess.Popen(
        command(*arguments),
        env=environment(komet),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    while not when() and process.poll() is None:
        time.sleep(0.01)
    owner(file).write_bytes(b"\x03Ana" + b" " * 50)
    out, err = process.communicate(timeout=60)
    komet.settings(latency_ms=0)
    return Ran(process.returncode, out, err)


def owner(file: Path) -> Path:
    return file.with_name(f"~${file.name}")


def push_and_open(komet: Sandbox, file: Path, *options: str) -> Ran:
    return run_and_open(komet, file, "push", file, "--yes", *options, when=lambda: len(komet.ledger()) > 0)


@pytest.mark.parametrize(
    ("lines", "fault", "code"),
    [
        ([(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)], None, 6),
        ([(FIRST, ROSE, 5, 2.5), (FIRST, SCARCE, 9, 2.5)], None, 6),
        ([(FIRST, ROSE, 5, 2.5), (FIRST, SCARCE, 1, 2.5)], "close-after", 4),
        ([(FIRST, ROSE, 5, 2.5), (FIRST, SCARCE, 1, 2.5)], "401", 6),
    ],
    ids=["accepted", "rejected", "unknown", "token refused"],
)
def test_the_code_of_a_push_that_could_not_write_its_results(
    lines: list[tuple[object, ...]], fault: str | None, code: int, komet: Sandbox, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", lines)
    if fault is not None:
        komet.fault(fault, inventory_id=SCARCE)

    assert push_and_open(komet, file).code == code
    assert statuses(file) == [None, None]
    assert statuses(tmp_path / "orders.results.xlsx")[0] == 1


def test_the_sentence_stands_below_the_outcomes(komet: Sandbox, tmp_path: Path) -> None:
    ran = push_and_open(komet, make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, n, 2.5) for n in (5, 6)]))

    told = " ".join(ran.out.split())
    assert "2 accepted" in told
    assert f"{OPEN}, stand in orders.results.xlsx beside it, and go into orders.xlsx at the next push" in told
    assert told.index("2 accepted") < told.index(OPEN)
    assert "Traceback" not in ran.out + ran.err


def test_the_json_of_a_push_keeps_its_shape_and_the_sentence_goes_to_stderr(komet: Sandbox, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, n, 2.5) for n in (5, 6)])

    ran = push_and_open(komet, file, "--json")

    assert ran.code == 6
    assert list(ran.json) == ["file", "sheet", "counts", "requests", "outcomes"]
    assert ran.json["counts"]["accepted"] == len(komet.ledger()) == 2
    assert OPEN in ran.err


def test_the_next_push_writes_the_results_and_sends_nothing(komet: Sandbox, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, n, 2.5) for n in (5, 6)])
    push_and_open(komet, file)
    still_open = run("push", file, "--yes", komet=komet)
    owner(file).unlink()

    again = run("push", file, "--yes", "--json", komet=komet)

    assert (still_open.code, still_open.err.count("\n")) == (6, 1)
    assert (again.code, again.json["requests"]) == (0, 0)
    assert statuses(file) == [1, 1]
    assert len(komet.ledger()) == 2


@pytest.mark.parametrize(("decided", "code"), [(2, 6), (1, 4)])
def test_a_resolve_that_cannot_write_says_so_beside_its_evidence(
    decided: int, code: int, komet: Sandbox, tmp_path: Path
) -> None:
    run("pull", "2015-02-10", tmp_path / "day.xlsx", komet=komet)
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    for _ in range(2):
        komet.fault("close-after", inventory_id=ROSE, times=1)
        run("push", file, "--yes", komet=komet)
    refs = [each["ref"] for each in run("resolve", file, "--json", komet=komet).json["unknown"]]
    before = komet.requests()["total"]

    ran = run_and_open(
        komet,
        file,
        *("resolve", file, "--json", "--accept", ",".join(refs[:decided])),
        when=lambda: komet.requests()["total"] > before,
    )

    assert ran.code == code
    assert list(ran.json) == ["file", "sheet", "unknown", "released", "requests", "notes"]
    assert [each["decision"] for each in ran.json["unknown"]].count("confirmed") == decided
    assert OPEN in ran.json["notes"][-1]
    owner(file).unlink()
    run("resolve", file, komet=komet)
    assert statuses(file).count("confirmed") == decided
