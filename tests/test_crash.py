"""Sudden death at every step of a push, and at random times: nothing twice, nothing lost, every verdict true."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from itertools import count
from pathlib import Path
from threading import Lock, local
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from komet_xl.sandbox.server import Sandbox
from tests.support.cli import command, environment, run
from tests.support.orders import FIRST, ROSE, SCARCE, SECOND, make_orders

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
AT_STEPS = 80
AT_RANDOM_TIMES = 30
SIDE_BY_SIDE = 3
"""Trials at a time: most of a trial is a new process coming up."""

LINES: list[tuple[Any, ...]] = [
    (FIRST, ROSE, 5, 2.5, "A"),
    (FIRST, ROSE, 5, 2.5, "A"),
    (FIRST, SCARCE, 9, 1.95),
    (SECOND, ROSE, 4, 1.65),
    (SECOND, ROSE, 6, 1.10),
]
"""Two equal lines, one that Komet refuses, two prebooks."""


@dataclass(frozen=True)
class Judged:
    """What stands in the sheet when it is all over, and what Komet really has."""

    statuses: list[Any]
    applied: Counter[tuple[Any, ...]]

    def faults(self) -> list[str]:
        """Every way in which the promise is broken; empty when it is kept."""
        found = []
        rows: dict[tuple[Any, ...], list[Any]] = {}
        for line, status in zip(LINES, self.statuses, strict=True):
            rows.setdefault(key_of(*line), []).append(status)
            if status not in (1, 0, "unknown"):
                found.append(f"{line} ended as {status!r}")
        for key, statuses in rows.items():
            times = self.applied[key]
            sure, doubtful = statuses.count(1), statuses.count("unknown")
            if times > len(statuses):
                found.append(f"{key} was added {times} times for {len(statuses)} rows")
            if not sure <= times <= sure + doubtful:
                found.append(f"{key} was added {times} times, the sheet says {statuses}")
        if self.applied.keys() - rows.keys():
            found.append("lines were added that stand nowhere")
        return found


def key_of(prebook: int, item: int, boxes: int, price: float, mark: str = "") -> tuple[Any, ...]:
    return prebook, item, boxes, Decimal(str(price)).quantize(Decimal("0.01")), mark


class Arena:
    """A sandbox for each thread, and a folder for each trial."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._mine = local()
        self._lock = Lock()
        self._numbers = count()
        self._sandboxes: list[Sandbox] = []

    def komet(self) -> Sandbox:
        """This thread's sandbox."""
        if not hasattr(self._mine, "komet"):
            self._mine.komet = Sandbox(latency_ms=5).__enter__()
            with self._lock:
                self._sandboxes.append(self._mine.komet)
        komet: Sandbox = self._mine.komet
        return komet

    def close(self) -> None:
        """Stop all sandboxes."""
        for each in self._sandboxes:
            each.__exit__(None, None, None)

    def trial(self, words: list[str], *, kill_after: float | None, fault: str | None) -> Judged:
        """One push that dies (by itself, or after some seconds), then pushes until nothing is left to send."""
        komet = self.komet()
        komet.reset()
        komet.settings(latency_ms=5)
        if fault is not None:
            komet.fault(fault, inventory_id=ROSE)
        folder = self._folder / f"trial {next(self._numbers)} é"
        folder.mkdir()
        file = make_orders(folder / "orders.xlsx", LINES)
        home = str(folder / "home")
        process = subprocess.Popen(
            [*words, "push", str(file), "--yes"],
            cwd=ROOT,
            env=environment(komet, KOMET_HOME=home),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if kill_after is not None:
            time.sleep(kill_after)
            process.kill()
        process.wait(60)
        for _ in range(3):
            ended = run("push", file, "--yes", komet=komet, KOMET_HOME=home)
            assert ended.code in (3, 4), ended
            if "not sent" not in shown(file):
                break
        lines = Counter(
            key_of(each.prebook_id, each.inventory_id, each.boxes, float(each.price), each.mark_code or "")
            for each in komet.ledger()
        )
        judged = Judged(shown(file), lines)
        shutil.rmtree(folder)
        return judged


def shown(file: Path) -> list[Any]:
    page = load_workbook(file)["orders"]
    return [row[5] for row in page.iter_rows(min_row=2, values_only=True)]


@pytest.fixture
def arena(tmp_path: Path) -> Iterator[Arena]:
    opened = Arena(tmp_path)
    yield opened
    opened.close()


def dying(step: int) -> list[str]:
    return [sys.executable, "-m", "tests.support.dying", str(step)]


def steps_of_a_push(arena: Arena, tmp_path: Path) -> int:
    """How many steps a push of our lines has."""
    komet = arena.komet()
    file = make_orders(tmp_path / "count.xlsx", LINES)
    ended = subprocess.run(
        [*dying(0), "push", str(file), "--yes"],
        cwd=ROOT,
        env=environment(komet, KOMET_HOME=str(tmp_path / "count")),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return int(ended.stderr.rpartition("steps ")[2])


def judge_all(arena: Arena, trials: list[dict[str, Any]]) -> list[str]:
    def one(trial: dict[str, Any]) -> list[str]:
        return [f"{trial}: {each}" for each in arena.trial(**trial).faults()]

    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        return [fault for faults in pool.map(one, trials) for fault in faults]


@pytest.mark.timeout(900)
def test_sudden_death_at_every_step_never_sends_a_line_twice(arena: Arena, tmp_path: Path) -> None:
    steps = steps_of_a_push(arena, tmp_path)
    assert steps >= 60
    chosen = sorted({1 + round(each * (steps - 1) / (AT_STEPS - 1)) for each in range(AT_STEPS)})
    faults = [None, None, "close-after", "502-before"]

    broken = judge_all(
        arena,
        [{"words": dying(step), "kill_after": None, "fault": faults[step % len(faults)]} for step in chosen],
    )

    assert len(chosen) >= 60
    assert broken == []


@pytest.mark.timeout(900)
def test_sudden_death_at_random_times_never_sends_a_line_twice(arena: Arena) -> None:
    seed = random.SystemRandom().randrange(1 << 30)
    chance = random.Random(seed)  # noqa: S311  a seed that is printed, no secret
    started = time.monotonic()
    whole = arena.trial(command(), kill_after=None, fault=None)
    seconds = (time.monotonic() - started) / 2

    broken = judge_all(
        arena,
        [
            {
                "words": command(),
                "kill_after": chance.uniform(0.3, 1.1) * seconds * SIDE_BY_SIDE / 2,
                "fault": chance.choice([None, "close-after"]),
            }
            for _ in range(AT_RANDOM_TIMES)
        ],
    )

    assert whole.faults() == []
    assert broken == [], f"seed {seed}"
