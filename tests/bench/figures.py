"""The workbook bench's contests, what they demand, and their figures as text. Pure."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

DEMANDED_AT: Final = 100_000
"""Rows for which the demands are made; with fewer the fixed costs of a file weigh more."""
MIB: Final = 1 << 20
QUIET: Final = 0.9
"""Share of its seconds for which a case has the processor when nobody else wants it."""


@dataclass(frozen=True, slots=True)
class Run:
    """One process that did one case; see `cases.run`. Seconds and bytes."""

    inner: float
    cpu: float
    process: float
    before: int
    peak: int
    look: str


@dataclass(frozen=True, slots=True)
class Demand:
    """What a ratio of two cases of a contest must be."""

    against: str
    """Name of the case we are compared with."""
    least: float = 0
    """How many times as fast as that we must be; 0 if that is not what is asked."""
    most: float = 0
    """How many times its time we may take; 0 if that is not what is asked."""
    aim: float = 0
    """What we would like beyond `least`."""

    def ratio(self, ours: float, theirs: float) -> float:
        """The ratio that is asked about."""
        return theirs / ours if self.least else ours / theirs

    @property
    def wanted(self) -> str:
        """The demand in signs."""
        return f"≥ {self.least:g}" if self.least else f"≤ {self.most:g}"

    def met(self, ratio: float, rows: int) -> str:
        """The verdict, in a word."""
        return _met(ratio >= self.least if self.least else ratio <= self.most, rows)


@dataclass(frozen=True, slots=True)
class Contest:
    """Cases that do the same work; the first one is ours."""

    name: str
    title: str
    cases: tuple[str, ...]
    demands: tuple[Demand, ...]
    memory: int = 0
    """MiB above an empty process that ours may take; 0 if nothing is demanded."""


@dataclass(slots=True)
class Tally:
    """The runs of one contest at one size, round by round."""

    contest: Contest
    rows: int
    source: str
    """Which file they worked on, for the heading."""
    runs: dict[str, list[Run]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)
    """Why a case has no runs."""
    empty: list[int] = field(default_factory=list)
    """Bytes of an empty process, round by round."""
    notes: list[str] = field(default_factory=list)

    @property
    def heading(self) -> str:
        """What was done, with which file."""
        return f"{self.contest.title} ({self.source})"

    @property
    def ours(self) -> str:
        """Name of our case."""
        return self.contest.cases[0]

    def drop(self, case: str, why: str) -> None:
        """Take a case out: its figures would mean nothing."""
        self.missing[case] = why
        self.runs.pop(case, None)

    def inner(self, case: str) -> float | None:
        """Median seconds of a case."""
        return median(run.inner for run in self.runs[case]) if self.runs.get(case) else None

    def ratios(self, demand: Demand, what: str = "inner") -> list[float]:
        """The ratio of each round; none where one of the two is missing."""
        pairs = zip(self.runs.get(self.ours, ()), self.runs.get(demand.against, ()), strict=False)
        return [demand.ratio(getattr(mine, what), getattr(other, what)) for mine, other in pairs]

    def above_empty(self, case: str) -> float | None:
        """Median peak memory above an empty process, in MiB."""
        runs = self.runs.get(case, [])
        return median((run.peak - empty) / MIB for run, empty in zip(runs, self.empty, strict=True)) if runs else None

    def lines(self) -> Iterable[str]:
        """The whole comparison."""
        yield f"{self.contest.title}: {self.rows:,} rows, {self.source}, {len(self.empty)} rounds"
        yield "  case                      inner s    lowest-highest    CPU s  process s  peak MiB  of it work"
        yield from (f"  {short(case):23}{self._line(case)}" for case in self.contest.cases)
        yield from (f"  against {short(demand.against)}: {self._verdict(demand)}" for demand in self.contest.demands)
        used = self.above_empty(self.ours)
        if self.contest.memory and used is not None:
            met = _met(used <= self.contest.memory, self.rows)
            yield f"  memory: {used:.1f} MiB above an empty process, demanded ≤ {self.contest.memory}: {met}"
        yield from (f"  {note}" for note in self.notes)
        others = [run for case in self.contest.cases[1:] for run in self.runs.get(case, ())]
        share = sum(run.cpu for run in others) / sum(run.inner for run in others) if others else 1
        if share < QUIET:
            yield f"  a busy machine, the others had a processor {share:.0%} of their time: the ratio by CPU says more"

    def _line(self, case: str) -> str:
        runs = self.runs.get(case)
        if not runs:
            return f"not available ({self.missing.get(case, 'no runs')})"
        times = [run.inner for run in runs]
        cpu, process = median(run.cpu for run in runs), median(run.process for run in runs)
        work = median((run.peak - run.before) / MIB for run in runs)
        return (
            f"{median(times):9.3f} {f'{min(times):.3f}-{max(times):.3f}':>17}{cpu:9.3f}{process:11.3f}"
            f"{self.above_empty(case):10.1f}{work:12.1f}"
        )

    def _verdict(self, demand: Demand) -> str:
        ratios = self.ratios(demand)
        if not ratios:
            return "no ratio, a case is missing"
        ratio, rounds = median(ratios), " ".join(f"{each:.2f}" for each in ratios)
        means = "as fast" if demand.least else "its time"
        aim = f", aim {demand.aim:g}" if demand.aim else ""
        by_cpu = median(self.ratios(demand, "cpu"))
        return (
            f"{ratio:.2f} x {means}, demanded {demand.wanted}{aim}: {demand.met(ratio, self.rows)} "
            f"(rounds {rounds}; by CPU {by_cpu:.2f})"
        )


def median(values: Iterable[float]) -> float:
    """The median of figures that are not none."""
    return statistics.median(values)


def short(case: str) -> str:
    """The name of a case without its contest's."""
    return case.rpartition(": ")[2]


def summary(tallies: Iterable[Tally]) -> Iterable[str]:
    """Every demand in one Markdown table."""
    yield "| what | rows | komet-xl | beside it | ratio | demand |"
    yield "|---|---|---|---|---|---|"
    for tally in tallies:
        yield from _summary_of(tally, tally.heading, f"{tally.rows:,}")


def _summary_of(tally: Tally, what: str, rows: str) -> Iterable[str]:
    mine, used = tally.inner(tally.ours), tally.above_empty(tally.ours)
    for demand in tally.contest.demands:
        other, ratios = tally.inner(demand.against), tally.ratios(demand)
        if mine is None or other is None or not ratios:
            yield f"| {what} | {rows} | not available | {short(demand.against)} | | {demand.wanted} |"
            continue
        ratio, beside = median(ratios), f"{short(demand.against)} {other:.2f} s"
        wanted = f"{demand.wanted}: {demand.met(ratio, tally.rows)}"
        yield f"| {what} | {rows} | {mine:.2f} s | {beside} | {ratio:.1f} | {wanted} |"
    if tally.contest.memory and used is not None:
        wanted = f"≤ {tally.contest.memory} MiB: {_met(used <= tally.contest.memory, tally.rows)}"
        yield f"| its memory | {rows} | {used:.0f} MiB above an empty process | | | {wanted} |"


def growth(tallies: Iterable[Tally]) -> Iterable[str]:
    """Our seconds for each 1,000 rows by size, as a Markdown table: even numbers mean that cost grows linearly."""
    kept = [each for each in tallies if each.runs.get(each.ours)]
    sizes = sorted({each.rows for each in kept})
    if len(sizes) < 2:
        return
    first = "seconds for 1,000 rows (of the processor), by rows of the sheet"
    yield f"| {first} | {' | '.join(f'{rows:,}' for rows in sizes)} | growth |"
    yield f"|{'---|' * (len(sizes) + 2)}"
    for heading in dict.fromkeys(each.heading for each in kept):
        inner, cpu = [], []
        for each in sorted((one for one in kept if one.heading == heading), key=lambda one: one.rows):
            runs, thousands = each.runs[each.ours], each.rows / 1000
            inner.append(median(run.inner for run in runs) / thousands)
            cpu.append(median(run.cpu for run in runs) / thousands)
        if len(inner) == len(sizes):
            cells = " | ".join(f"{one:.4f} ({two:.4f})" for one, two in zip(inner, cpu, strict=True))
            yield f"| {heading} | {cells} | {inner[-1] / inner[0]:.2f} ({cpu[-1] / cpu[0]:.2f}) |"


def _met(yes: bool, rows: int) -> str:  # noqa: FBT001  a verdict and its word
    word = "met" if yes else "MISSED"
    return word if rows >= DEMANDED_AT else f"{word.lower()} (counts at {DEMANDED_AT:,})"
