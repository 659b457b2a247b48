"""Workbooks beside openpyxl, XlsxWriter and zlib: python -m tests.bench workbooks [--rows 1000,10000] [--rounds N]

`python -m tests.bench.workbooks` does the same without loading the other benches.

Every case is a process of its own. A round runs each case once, the next round begins with another one, so that a busy
or a warm machine is nobody's advantage. A figure is the median over the rounds, a ratio the median of the ratios of
the rounds. "inner" is the work after imports, for ours with all it imports during the work, its check of what it wrote
and the wait for the disk (the others neither check nor wait); "process" counts from the start of the interpreter;
"peak" is memory above an empty process, "of it work" above the same process after imports and with its input.
That all cases find and leave the same values is checked outside the clock, every run of a reading case too.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
import zlib
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata, util
from pathlib import Path
from typing import Any, Final

from tests.bench import made
from tests.bench.figures import Contest, Demand, Run, Tally, growth, median, summary

ROOT: Final = Path(__file__).parents[2]
LONGEST: Final = 900
"""Seconds for one case."""
ROUNDS: Final = {1_000: 7, 10_000: 5}
FEWEST_ROUNDS: Final = 3
COLUMNS: Final = 39
ZLIB: Final = "zlib level 6"
READ = Contest(
    "read",
    "read",
    ("read: komet-xl", "read: openpyxl", "read: openpyxl read_only"),
    (Demand("read: openpyxl", least=5),),
    memory=64,
)
WRITE = Contest(
    "write", "write 2 cells a row", ("write: komet-xl", "write: openpyxl"), (Demand("write: openpyxl", least=4, aim=6),)
)
NEW = Contest(
    "new",
    "new prebooks sheet",
    ("new: komet-xl", "new: XlsxWriter", ZLIB),
    (Demand("new: XlsxWriter", least=5), Demand(ZLIB, most=3)),
)
FOREIGN: Final = ("XlsxWriter", "openpyxl")
"""Who makes the files that are read: one with shared strings, one without."""


class CaseError(Exception):
    """A case did not run to its end."""


class Bench:
    """One size: its files, its rounds."""

    def __init__(self, folder: Path, rows: int, rounds: int) -> None:
        self.folder = folder
        self.rows = rows
        self.rounds = rounds
        self.expected = made.checksum([made.HEADINGS, *made.order_rows(rows)], len(made.HEADINGS))
        self.expected += f", {sum(map(made.is_hidden, range(rows)))} hidden"
        for maker in FOREIGN:
            run_case(f"orders by {maker}", rows, target=str(self.orders(maker)))

    def orders(self, maker: str) -> Path:
        """The orders as that library writes them."""
        return self.folder / f"orders by {maker}.xlsx"

    def result(self, case: str) -> Path:
        """Where a case that writes puts its file."""
        return self.folder / f"{case.replace(': ', ' ')}.xlsx"

    def play(self, contest: Contest, maker: str) -> Tally:
        """All rounds of a contest."""
        about = f"{COLUMNS} columns" if contest is NEW else f"a file by {maker}"
        tally = Tally(contest, self.rows, about)
        for number in range(self.rounds):
            turn = number % len(contest.cases)
            tally.empty.append(empty_process())
            for case in (*contest.cases[turn:], *contest.cases[:turn]):
                if case == ZLIB and tally.ours in tally.missing:
                    tally.drop(case, "there is no sheet of ours to compress")
                if case not in tally.missing:
                    self._run(tally, case, maker)
        self._look_after(tally)
        return tally

    def _run(self, tally: Tally, case: str, maker: str) -> None:
        task: dict[str, Any] = {"source": str(self.orders(maker)), "target": str(self.result(case))}
        if case == ZLIB:
            task["source"] = str(self.result(NEW.cases[0]))
        elif tally.contest is WRITE:
            shutil.copyfile(self.orders(maker), self.result(case))
        elif tally.contest is NEW:
            self.result(case).unlink(missing_ok=True)
        try:
            run = run_case(case, self.rows, **task)
        except CaseError as exc:
            tally.drop(case, str(exc))
        else:
            tally.runs.setdefault(case, []).append(run)
            if tally.contest is READ and run.look != self.expected:
                tally.drop(case, f"WRONG: it read {run.look}, expected {self.expected}")

    def _look_after(self, tally: Tally) -> None:
        """What the files hold that the last round left; the figures of a wrong one do not count."""
        if tally.contest is READ:
            tally.notes.append(f"all found the same: {self.expected}")
            return
        sheet, width = ("orders", len(made.HEADINGS)) if tally.contest is WRITE else ("prebooks", COLUMNS)
        rows = made.answered_rows(self.rows) if tally.contest is WRITE else made.item_rows(self.rows)
        expected, cases = made.checksum(rows, width), [each for each in tally.runs if each != ZLIB]
        with ThreadPoolExecutor(2) as pool:
            tasks = [{"source": str(self.result(case)), "sheet": sheet, "width": width} for case in cases]
            looks = list(pool.map(lambda task: run_case("look", self.rows, **task).look, tasks))
        for case, found in zip(cases, looks, strict=True):
            if not found.startswith(f"{expected},"):
                tally.drop(case, f"WRONG: openpyxl finds {found} in its file, expected {expected}")
        same = "the same in all files" if len(set(looks)) == 1 else "NOT the same in all files"
        tally.notes.append(f"openpyxl finds {same}: {'; '.join(sorted(set(looks)))}")
        tally.notes += [f"zlib: {run.look}" for run in tally.runs.get(ZLIB, [])[-1:]]
        if tally.runs.get(tally.ours):
            tally.notes.append(f"this disk takes {sync_seconds(self.result(tally.ours)):.3f} s for a file like ours")


def run_case(case: str, rows: int, **task: object) -> Run:
    """Do one case in a new process. Raises CaseError with the last thing it said."""
    words = json.dumps({"case": case, "rows": rows, **task, "spawned": time.time()})
    command = [sys.executable, "-m", "tests.bench.cases", words]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise CaseError(f"not done after {LONGEST} s") from None
    if done.returncode:
        said = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        raise CaseError(said[-1])
    return Run(**json.loads(done.stdout))


def empty_process() -> int:
    """Bytes that the interpreter takes for doing nothing."""
    command = [sys.executable, "-m", "tests.bench.memory"]
    return int(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def sync_seconds(like: Path) -> float:
    """Seconds that writing such a file takes until it is safe on the disk: part of our time, of nobody else's."""
    data, taken = like.read_bytes(), []
    for _ in range(5):
        started = time.perf_counter()
        with tempfile.TemporaryFile(dir=like.parent) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        taken.append(time.perf_counter() - started)
    return median(taken)


def surroundings() -> str:
    """What the figures depend on besides us."""
    lxml = "with lxml" if util.find_spec("lxml") else "without lxml"
    versions = f"openpyxl {metadata.version('openpyxl')} {lxml}, XlsxWriter {metadata.version('XlsxWriter')}"
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    return (
        f"Python {platform.python_version()}, {versions}, zlib {zlib.ZLIB_RUNTIME_VERSION}, {platform.system()}, "
        f"{os.cpu_count()} processors{load}"
    )


def main(words: list[str]) -> None:
    """Run what the command line asks for and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench workbooks")
    parser.add_argument("--rows", default="1000,10000,100000", help="sizes, with commas between")
    parser.add_argument("--rounds", type=int, help="at every size; otherwise 7, 5 and 3")
    parser.add_argument("--only", default="read,write,new", help="contests, with commas between")
    parser.add_argument("--quick", action="store_true", help="1,000 and 10,000 rows, 3 rounds each")
    asked = parser.parse_args(words)
    sizes = [1_000, 10_000] if asked.quick else [int(each) for each in asked.rows.split(",")]
    only = asked.only.split(",")
    print(surroundings(), flush=True)
    tallies: list[Tally] = []
    for rows in sizes:
        rounds = asked.rounds or (FEWEST_ROUNDS if asked.quick else ROUNDS.get(rows, FEWEST_ROUNDS))
        with tempfile.TemporaryDirectory() as folder:
            bench = Bench(Path(folder), rows, rounds)
            for contest in [each for each in (READ, WRITE, NEW) if each.name in only]:
                for maker in FOREIGN if contest is READ else FOREIGN[:1]:
                    tally = bench.play(contest, maker)
                    tallies.append(tally)
                    print("", *tally.lines(), sep="\n", flush=True)
    print("", *summary(tallies), "", *growth(tallies), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
