"""What formulas cost: python -m tests.bench.formulas

5,000 cells about 50 prebooks on 3 days, Komet answering in 80 ms; then each formula again and again, as a recalculation
calls it. Loopback only; nothing is kept.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from komet_xl.sandbox.server import Sandbox
from tests.support.formulas import Sheet, environ_of, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

LATENCY_MS = 80
DAYS, PREBOOKS, CALLS, THREADS = 3, 50, 5_000, 8
FIRST = 42046.0
"""2015-02-11, the first of the days that the sandbox makes up, 40 prebooks each."""
FIELDS = ("customerName", "carrierName", "totalPrice", "items", "totalBoxes")
AGAIN = 2_000
CACHED: tuple[tuple[Any, ...], ...] = (
    ("KOMET_PREBOOK", FIRST, 20_001.0, "customerName"),
    ("KOMET_TOTAL", FIRST, "totalBoxes"),
    ("KOMET_TOTAL", FIRST, "totalBoxes", "customer", [["carrier", "a"]]),
    ("KOMET_PREBOOKS", FIRST),
    ("KOMET_ITEMS", FIRST, "customer=a"),
    ("KOMET_INVENTORY", FIRST, FIRST + 2),
    ("KOMET_CUSTOMERS",),
    ("KOMET_CARRIERS",),
    ("KOMET_AGE", FIRST),
    ("KOMET_QUOTA",),
    ("KOMET_FEE", 5.0, 240.0, 1.25),
)


def bench_formulas() -> None:
    """Requests and seconds of whole recalculations, and what one cached call takes."""
    with Sandbox(prebooks=DAYS * 40, latency_ms=LATENCY_MS) as komet, tempfile.TemporaryDirectory() as folder:
        environ = environ_of(komet, Path(folder))
        with sheet(environ) as warm:
            warm("KOMET_TOTAL", FIRST + 900, "items")  # what a first request loads is told by the bench of the start
        before = komet.requests()["total"]
        with sheet(environ) as cell:
            print(f"formulas: {CALLS:,} cells, {PREBOOKS} prebooks, {DAYS} days, {LATENCY_MS} ms an answer")
            for name in (f"first, {THREADS} threads", f"again, {THREADS} threads"):
                seconds = _recalculate(cell, THREADS)
                print(f"  {name}: {komet.requests()['total'] - before} requests, {seconds:.2f} s")
                before = komet.requests()["total"]
            print(f"  again, one thread as in Excel: {_recalculate(cell, 1):.2f} s")
            for formula in CACHED:
                print(f"  {formula[0]}({len(formula) - 1}): {_median(cell, formula):.1f} µs a cached call")
        with sheet(environ) as cell:
            started = time.perf_counter()
            cell(*CACHED[0])
            print(f"  a new program's first value from disk: {(time.perf_counter() - started) * 1000:.0f} ms")


def _recalculate(cell: Sheet, threads: int) -> float:
    formulas = list(islice(_cells(), CALLS))
    started = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        shown = list(pool.map(lambda formula: cell(*formula), formulas))
    seconds = time.perf_counter() - started
    assert not any(str(each).startswith("#KOMET") for each in shown)
    return seconds


def _cells() -> Iterator[tuple[Any, ...]]:
    prebooks = [(FIRST + number % DAYS, 20_001.0 + number % DAYS * 40 + number // DAYS) for number in range(PREBOOKS)]
    return (("KOMET_PREBOOK", *prebook, field) for field in cycle(FIELDS) for prebook in prebooks)


def _median(cell: Sheet, formula: tuple[Any, ...]) -> float:
    """Microseconds of one call, when its values are at hand."""
    shown = cell(*formula)
    assert not str(shown).startswith("#KOMET"), shown
    taken = []
    for _ in range(AGAIN):
        started = time.perf_counter()
        cell(*formula)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken) * 1e6


if __name__ == "__main__":
    bench_formulas()
