"""Many mutations, lived through by two processes under clock and memory limit."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.limits import MIB, Bounded, quick_folder

PROCESSES = 2
BATCH = 50
"""Mutations at a time: so many have to be looked through when a process dies over one."""


@dataclass(slots=True)
class Told:
    """How mutations ended."""

    seed: str
    ends: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    """Seconds that one mutation took at most."""
    peak: int = 0
    """Bytes that a process needed at most above an idle one."""

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {end}" for end, count in sorted(self.ends.items()))
        figures = f"slowest {self.slowest:.2f} s, most memory {self.peak / MIB:.0f} MiB"
        return "\n".join([f"seed {self.seed}: {ends}; {figures}; {len(self.faults)} faults", *self.faults])


def live_through(count: int, seed: str, *, first: int = 0) -> Told:
    """Make the mutations of a seed from that number on and see what becomes of each."""
    told = Told(seed)
    batches = [(start, min(BATCH, first + count - start)) for start in range(first, first + count, BATCH)]
    shares = [batches[each::PROCESSES] for each in range(PROCESSES)]
    with quick_folder() as folder, ThreadPoolExecutor(PROCESSES) as pool:
        for part in pool.map(lambda share: _share(share, seed, Path(folder)), shares):
            told.ends += part.ends
            told.faults += part.faults
            told.slowest, told.peak = max(told.slowest, part.slowest), max(told.peak, part.peak)
    return told


def _share(batches: list[tuple[int, int]], seed: str, folder: Path) -> Told:
    told = Told(seed)
    if not batches:
        return told
    own = folder / f"from {batches[0][0]}"
    own.mkdir()
    with Bounded("tests.grids.hostile.survival:survive") as child:
        for start, count in batches:
            try:
                ended = child.run({"folder": str(own), "seed": seed, "first": start, "count": count}, longest=60)
            except AssertionError as exc:  # the process died or hung: which of the batch it was, a smaller one shows
                told.faults.append(f"one of {start} to {start + count - 1}: {exc}")
                continue
            told.ends.update(ended.result["ends"])
            told.faults += [f"mutation {number} of seed {seed}: {what}" for number, what in ended.result["faults"]]
            told.slowest = max(told.slowest, ended.result["slowest"])
            told.peak = max(told.peak, ended.peak)
    return told
