"""The figures that the README quotes: python -m tests.bench [push] [journal] [start] [workbook] [formulas]

Each figure is a median over several runs, beside what it is compared with. Loopback only; nothing is kept.
`python -m tests.bench workbooks` (see workbooks.py) takes many minutes and runs only when it is named.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import open_book
from komet_xl.journal.identity import State, fingerprint
from komet_xl.journal.records import Intent, Where
from komet_xl.journal.store import Journal
from komet_xl.komet.secret import Token
from komet_xl.model import OrderLine
from komet_xl.push import PushOptions
from komet_xl.session import Session
from komet_xl.settings import load_settings
from tests.bench import workbooks
from tests.bench.formulas import bench_formulas
from tests.support.orders import make_orders

if TYPE_CHECKING:
    from collections.abc import Callable

LATENCY_MS = 80
LINES, PREBOOKS, LANES = 400, 40, 4
MEMORY = Path("/dev/shm")  # noqa: S108  only new folders of our own in it
FIRST_PREBOOK = 2_000_001
FIRST_ITEM = 10_000_001


def bench_push() -> None:
    """From the first launch to the last settle of 400 lines over 40 prebooks, Komet answering in 80 ms."""
    ideal = LINES / LANES * LATENCY_MS / 1000
    on_disk = _pushes(None)
    median = statistics.median(on_disk)
    print(f"push: {LINES} lines, {PREBOOKS} prebooks, {LANES} lanes, {LATENCY_MS} ms an answer; ideal {ideal:.2f} s")
    print(f"  journal on disk: {median:.2f} s = {median / ideal:.3f} x ideal (runs: {_list(on_disk)})")
    if MEMORY.is_dir():
        in_memory = _pushes(MEMORY)
        median = statistics.median(in_memory)
        print(f"  without the disk: {median:.2f} s = {median / ideal:.3f} x ideal (runs: {_list(in_memory)})")
    print(f"  one line after another: {LINES * LATENCY_MS / 1000:.0f} s")
    first, second = _disk_alone()
    print(f"  this disk alone, three syncs after {LATENCY_MS} ms of rest: {first}; at once again: {second}")


def _pushes(folder: Path | None) -> list[float]:
    taken = []
    for _ in range(5):
        with tempfile.TemporaryDirectory(dir=folder) as each:
            taken.append(_push_once(Path(each)))
    return taken


def _disk_alone() -> tuple[str, str]:
    """What the disk itself makes a commit wait, whatever the program."""
    taken: tuple[list[float], list[float]] = ([], [])
    with tempfile.TemporaryFile() as file:
        file.write(bytes(65_536))
        for _ in range(60):
            time.sleep(LATENCY_MS / 1000)
            for found in taken:
                started = time.perf_counter()
                for page in range(3):
                    file.seek(page * 4096)
                    file.write(bytes(4096))
                    file.flush()
                    os.fsync(file.fileno())
                found.append((time.perf_counter() - started) * 1000)
    first, second = (
        f"median {statistics.median(each):.1f} ms, mean {statistics.mean(each):.1f} ms, worst {max(each):.0f} ms"
        for each in taken
    )
    return first, second


def _push_once(folder: Path) -> float:
    words = [sys.executable, "-m", "komet_xl", "sandbox", "--json", "--prebooks", str(PREBOOKS)]
    words += ["--latency-ms", str(LATENCY_MS), "--data", str(_elsewhere(folder))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as sandbox:
        assert sandbox.stdout is not None
        text = ""
        while '"url"' not in text:
            text += sandbox.stdout.readline()
        url = text.split('"url": "')[1].split('"')[0]
        each_prebook = [(FIRST_PREBOOK + n, FIRST_ITEM + n) for n in range(PREBOOKS)]
        cents = range(LINES // PREBOOKS)
        rows = [(prebook, item, 1, 1 + more / 100) for prebook, item in each_prebook for more in cents]
        file = make_orders(folder / "orders.xlsx", rows)
        environ = {"KOMET_URL": url, "KOMET_HOME": str(folder / "home"), "KOMET_DAILY_LIMIT": "5000"}
        try:
            with Session(load_settings(environ), token=Token("sandbox-token")) as session:
                report = session.push(file, PushOptions(lanes=LANES), confirm=lambda _plan: True)
                assert report.counts["accepted"] == LINES, report.counts
                return _first_to_last(session.journal)
        finally:
            sandbox.terminate()
            sandbox.wait(20)
            shutil.rmtree(_elsewhere(folder), ignore_errors=True)


def _elsewhere(folder: Path) -> Path:
    """A folder for the sandbox that is not on the journal's disk: Komet writes to disks of its own."""
    return MEMORY / f"komet-{folder.name}" if MEMORY.is_dir() else folder / "komet"


def _first_to_last(journal: Journal) -> float:
    """Seconds between the first intent and the last outcome, by the journal's own stamps, plus one connection."""
    with journal.database.transaction() as connection:
        row = connection.exec_driver_sql("SELECT min(intended), max(settled) FROM sends").one()
    first, last = (time.mktime(time.strptime(each[:19], "%Y-%m-%dT%H:%M:%S")) + float(each[19:23]) for each in row)
    return last - first


def bench_journal() -> None:
    """What the journal costs a line: intent and outcome, each on disk before it returns."""
    with tempfile.TemporaryDirectory() as folder:
        journal = Journal(Path(folder) / "journal.sqlite3")
        run = journal.begin(Where("f", "s"), profile="p", host="h:1", account="a", program="bench")
        taken = []
        for number in range(1, 301):
            line = OrderLine(row=number, prebook_id=number, inventory_id=7, boxes=1, price=Decimal("1.00"))
            intent = Intent(line, fingerprint("h:1", line), 1)
            started = time.perf_counter()
            send = journal.intend(run, intent, limit=1_000_000)
            assert send is not None
            journal.settle(send, State.ACCEPTED, "success")
            taken.append((time.perf_counter() - started) * 1000)
        journal.close()
    print(f"journal: {statistics.median(taken):.2f} ms a line (300 lines; 95 % under {_late(taken):.2f} ms)")


def bench_start() -> None:
    """How long a person waits for the program to come up."""
    bare = _command(["-c", "pass"])
    package = _command(["-c", "import komet_xl"])
    help_text = _command(["-m", "komet_xl", "--help"])
    more = package - bare
    print(f"start: bare Python {bare:.0f} ms, import komet_xl {more:.0f} ms more, --help {help_text:.0f} ms in all")


def bench_workbook() -> None:
    """Two result cells a row into a workbook of 10,000 rows, beside load and save with openpyxl."""
    from openpyxl import load_workbook  # noqa: PLC0415  the other side of the comparison

    with tempfile.TemporaryDirectory() as folder:
        rows = [(n, 7, 5, 2.5, "MARK", None, None, "note") for n in range(1, 10_001)]
        headings = ("prebookId", "inventoryId", "boxes", "price", "markCode", "status", "message", "mine")
        file = make_orders(Path(folder) / "orders.xlsx", rows, headings=headings)

        def ours() -> None:
            book = open_book(file)
            grid = book.grid("orders")
            grid.read()
            grid.write({(row, column): "x" for row in range(2, 10_002) for column in (6, 7)})
            book.save()

        def theirs() -> None:
            book = load_workbook(file)
            page = book["orders"]
            for row in range(2, 10_002):
                page.cell(row, 6, "x")
                page.cell(row, 7, "x")
            book.save(file)

        mine, other = _median_of(ours), _median_of(theirs)
    print(f"workbook: 10,000 rows read and 20,000 cells written: komet-xl {mine:.2f} s, openpyxl {other:.2f} s")


def _median_of(job: Callable[[], None]) -> float:
    taken = []
    for _ in range(3):
        started = time.perf_counter()
        job()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _command(words: list[str]) -> float:
    """Milliseconds of a new process, median of 5."""
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        subprocess.run([sys.executable, *words], check=True, capture_output=True)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def _late(taken: list[float]) -> float:
    return sorted(taken)[int(len(taken) * 0.95)]


def _list(taken: list[float]) -> str:
    return ", ".join(f"{each:.2f}" for each in taken)


BENCHES = {
    "push": bench_push,
    "journal": bench_journal,
    "start": bench_start,
    "workbook": bench_workbook,
    "formulas": bench_formulas,
}

if __name__ == "__main__":
    if sys.argv[1:2] == ["workbooks"]:
        workbooks.main(sys.argv[2:])
    else:
        for name in sys.argv[1:] or BENCHES:
            BENCHES[name]()
