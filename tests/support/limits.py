"""Work in a process of its own, under a clock and a memory limit, and what it took measured.

    with Bounded("tests.grids.hostile.acts:look") as child:
        ended = child.run({"path": "orders.xlsx"})

The child imports the function first, so that `peak` counts what the work needed above an idle process that has the
same modules. It then does one piece of work after another; a crash or a hang costs that piece and a new child.
`python -m tests.support.limits MODULE:FUNCTION` is the child.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Self

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

MIB = 1024 * 1024
CEILING = 4096 * MIB
"""Where the system itself stops the child, so that a bomb that gets through does not take the machine along."""
LONGEST = 30.0
"""Processor seconds after which a piece of work counts as hanging."""
LONGEST_ASLEEP = 200.0
"""Seconds on the wall after which it does however little it worked."""
ROOT = Path(__file__).parents[2]
STATUS = Path("/proc/self/status")
MEMORY = Path("/dev/shm")  # noqa: S108  only new folders of our own in it


def quick_folder() -> TemporaryDirectory[str]:
    """A folder for files that come and go by the thousand: not on a disk, where the system has another place."""
    return TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None)


@dataclass(frozen=True)
class Ended:
    """A piece of work that came to its end."""

    result: Any
    seconds: float
    """Processor time: on a busy machine the wall's clock tells of other programs."""
    peak: int
    """Bytes above the idle process. Where the peak cannot be set back, the largest of all work so far."""


class Bounded:
    """A child process that does pieces of work one by one."""

    def __init__(self, function: str) -> None:
        self._function = function
        self._process: subprocess.Popen[bytes] | None = None
        self._listener: threading.Thread | None = None
        self._answers: queue.Queue[bytes] = queue.Queue()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def run(self, request: dict[str, Any], *, longest: float = LONGEST) -> Ended:
        """Have one piece of work done. An AssertionError tells of a crash, a traceback or no end."""
        process = self._started()
        assert process.stdin is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        answer = self._answer(process, longest)
        if answer is None:
            self.stop()
            raise AssertionError(f"no end after {longest:.0f} s of work: {request}")
        if not answer:
            code = process.wait(timeout=LONGEST)
            self.stop()
            raise AssertionError(f"the process ended with code {code}: {request}")
        told = json.loads(answer)
        if "traceback" in told:
            self.stop()  # what it still holds must not count against the next piece of work
            raise AssertionError(f"{request}:\n{told['traceback']}")
        return Ended(told["result"], told["seconds"], told["peak"])

    def _answer(self, process: subprocess.Popen[bytes], longest: float) -> bytes | None:
        """The child's next line, empty when it died; None when it works for too long."""
        latest = time.monotonic() + LONGEST_ASLEEP
        with contextlib.suppress(psutil.NoSuchProcess):
            child = psutil.Process(process.pid)
            busiest = _worked(child) + longest
            while time.monotonic() < latest and _worked(child) < busiest:
                with contextlib.suppress(queue.Empty):
                    return self._answers.get(timeout=1)
            return None
        return self._answers.get(timeout=LONGEST)

    def stop(self) -> None:
        """End the child, if there is one."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        if self._listener is not None:
            self._listener.join()
        for pipe in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):  # what was not yet written to a dead process
                if pipe is not None:
                    pipe.close()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            command = [sys.executable, "-m", "tests.support.limits", self._function]
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            self._answers = queue.Queue()
            self._listener = threading.Thread(target=_listen, args=(self._process, self._answers), daemon=True)
            self._listener.start()
            assert self._answers.get(timeout=60) == b"ready\n"
        return self._process


def _worked(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _environment() -> dict[str, str]:
    """Ours, but no tracer in the child: its own time and memory would be measured."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE_", "COV_"))}


def _listen(process: subprocess.Popen[bytes], answers: queue.Queue[bytes]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        answers.put(line)
    answers.put(b"")


# --- the child ----------------------------------------------------------------------------------------------------


def main() -> None:
    """Do each piece of work that stands on a line of standard input; answer with a line each."""
    module, _, name = sys.argv[1].partition(":")
    function: Callable[[dict[str, Any]], Any] = getattr(importlib.import_module(module), name)
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever prints must not be taken for an answer
    _set_ceiling()
    gc.collect()
    idle = _peak()
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        print(json.dumps(_done(function, json.loads(line), idle)), file=answers, flush=True)


def _done(function: Callable[[dict[str, Any]], Any], request: dict[str, Any], idle: int) -> dict[str, Any]:
    gc.collect()
    _set_back_peak()
    start = time.process_time()
    try:
        result = function(request)
    except BaseException:  # noqa: BLE001  every way to fail is what the parent wants to know
        return {"traceback": traceback.format_exc(limit=-20)[-8000:]}
    return {"result": result, "seconds": time.process_time() - start, "peak": max(0, _peak() - idle)}


def _peak() -> int:
    """
    The most memory that this process has held.

    Not ru_maxrss on Linux: there a child begins with what its parent had.
    """
    if STATUS.exists():
        found = re.search(r"VmHWM:\s*(\d+) kB", STATUS.read_text(encoding="ascii", errors="replace"))
        assert found is not None
        return int(found[1]) * 1024
    about = psutil.Process().memory_info()
    if hasattr(about, "peak_wset"):
        return int(about.peak_wset)
    resource = importlib.import_module("resource")  # not on Windows
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def _set_back_peak() -> None:
    """Begin anew at what is held now; only Linux can."""
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _set_ceiling() -> None:
    with contextlib.suppress(ImportError, AttributeError, ValueError, OSError):
        resource = importlib.import_module("resource")
        resource.setrlimit(resource.RLIMIT_AS, (CEILING, CEILING))


if __name__ == "__main__":
    main()
