"""komet-xl, ended the hard way at its n-th step: `python -m tests.support.dying N push FILE --yes`.

A step is a call or a return of one of the functions that stand between an intention and its result: lock, journal,
connection, saving. A profile function counts them; nothing is replaced. With N = 0 the steps are counted and printed.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import files
from komet_xl.grids.xlsx.book import XlsxBook, XlsxGrid
from komet_xl.journal.place import PusherLock
from komet_xl.journal.store import Journal
from komet_xl.komet.client import Client
from komet_xl.komet.connection import Attempt, SendOnce
from komet_xl.komet.transport import Transport

if TYPE_CHECKING:
    from types import CodeType, FrameType

WATCHED = (
    PusherLock.take,
    PusherLock.give_back,
    Journal.begin,
    Journal.keep_baseline,
    Journal.intend,
    Journal.settle,
    Journal.shown,
    Journal.end,
    Client.add_future_item,
    Attempt.before_first_byte,
    SendOnce.send,
    Transport._read,  # noqa: SLF001  a step is watched, not called
    XlsxGrid.write,
    XlsxBook.save,
    files.replace,
)


def main() -> int:
    """Run the command line and die at the step that was asked for."""
    last = int(sys.argv[1])
    codes: set[CodeType] = {each.__code__ for each in WATCHED}
    lock = threading.Lock()
    steps = 0

    def watch(frame: FrameType, event: str, _arg: object) -> None:
        nonlocal steps
        if frame.f_code not in codes or event not in {"call", "return"}:
            return
        with lock:
            steps += 1
            if steps == last:
                os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))

    from komet_xl.cli.main import run  # noqa: PLC0415  after the parts that are watched

    threading.setprofile(watch)
    sys.setprofile(watch)
    code = run(sys.argv[2:])
    sys.setprofile(None)
    if last == 0:
        sys.stderr.write(f"steps {steps}\n")
    return code


if __name__ == "__main__":
    sys.exit(main())
