"""Buttons in processes of their own, as Excel starts them: two at once, and one that dies in the middle."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from typing import TYPE_CHECKING

from komet_xl.journal.identity import State
from tests.support.cli import environment
from tests.support.desktop import desktop, results_of, statuses_of
from tests.support.orders import FIRST, ROSE, SECOND, make_orders

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.desktop import Desktop

__all__ = ["desktop"]


def pressed(desktop: Desktop, file: Path, *words: str, **env: str) -> subprocess.Popen[str]:
    """A button, pressed in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.pressing", str(file), *words],
        env=environment(desktop.komet, **env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def said(process: subprocess.Popen[str]) -> list[str]:
    """What the process said in its boxes, once it has ended."""
    out, err = process.communicate(timeout=120)
    assert (process.returncode, err) == (0, "")
    found: list[str] = json.loads(out)
    return found


def test_a_double_click_in_two_processes_sends_every_line_once(desktop: Desktop) -> None:
    desktop.komet.settings(latency_ms=100)
    lines = [((FIRST, SECOND)[n % 2], ROSE, n + 1, 2.5) for n in range(12)]
    file = make_orders(desktop.folder / "orders.xlsx", lines)

    both = [pressed(desktop, file, "push", "yes") for _ in range(2)]
    told = [said(each) for each in both]

    assert Counter(each.boxes for each in desktop.komet.ledger()) == Counter(range(1, 13))
    ends = [each[-1] for each in told]
    assert any("12 accepted" in each for each in ends)
    others = ("is still at work", "12 skipped", "12 held", "had lost results")
    assert any(other in each for each in ends for other in others)


def test_a_press_that_dies_in_the_middle_leaves_unknown_rows_that_are_never_sent_again(desktop: Desktop) -> None:
    desktop.komet.settings(latency_ms=1_500)
    file = make_orders(desktop.folder / "orders.xlsx", [(FIRST, ROSE, 1, 2.5), (FIRST, ROSE, 2, 2.5)])
    process = pressed(desktop, file, "push", "yes")
    until = time.monotonic() + 60
    while not [each for each in desktop.sends() if each.state is State.OPEN] and time.monotonic() < until:
        time.sleep(0.05)
    process.kill()
    process.communicate()
    desktop.komet.settings(latency_ms=0)

    book = desktop.open(file)
    told = desktop.press("push", "yes")

    assert "An earlier push ended in the middle: 1 of its lines have an unknown outcome." in told
    assert statuses_of(book) == ["unknown", 1]
    assert "Run Resolve before anything else" in results_of(book)[0][1]
    assert [each.state for each in desktop.sends()] == [State.UNKNOWN, State.ACCEPTED]
    assert Counter(each.boxes for each in desktop.komet.ledger())[2] == 1
    desktop.press("push")
    assert len(desktop.sends()) == 2


def test_results_that_were_shown_and_saved_before_a_crash_are_neither_lost_nor_sent_again(desktop: Desktop) -> None:
    desktop.komet.settings(latency_ms=250)
    lines = [((FIRST, SECOND)[n % 2], ROSE, 1, f"1.{n:02d}") for n in range(40)]
    file = make_orders(desktop.folder / "orders.xlsx", lines)
    before = file.stat().st_mtime_ns
    process = pressed(desktop, file, "push", "yes", SAVE="always")
    until = time.monotonic() + 60
    while file.stat().st_mtime_ns == before and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.4)
    process.kill()
    process.communicate()
    desktop.komet.settings(latency_ms=0)

    book = desktop.open(file)
    shown = sum(each == 1 for each in statuses_of(book))
    desktop.press("push", "yes")

    assert 0 < shown < 40
    assert max(Counter(each.price for each in desktop.komet.ledger()).values()) == 1
    assert set(statuses_of(book)) <= {1, "unknown"}
    assert len(desktop.komet.ledger()) >= statuses_of(book).count(1)
