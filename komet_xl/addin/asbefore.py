"""Excel draws, calculates and runs macros as before when a button has ended, also after one that was killed."""

from __future__ import annotations

import logging
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from komet_xl.errors import SheetError
from komet_xl.grids.excel.faults import GoneError, patiently
from komet_xl.grids.excel.quiet import set_back, state_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    import xlwings

    from komet_xl.addin.running import Running

log = logging.getLogger(__name__)


@contextmanager
def as_before(app: xlwings.App, running: Running) -> Iterator[None]:
    """
    Carry out the block, and leave Excel as it was before it.

    While cells are written Excel neither draws nor calculates; each block of cells gives that back by itself. It cannot
    where Excel takes no calls for long, or where somebody ends our process: then the next button does it.
    """
    left, before = running.left, {}
    with suppress(SheetError):  # an Excel that takes no calls says so when the button asks for something
        process = patiently(getattr, app, "pid")
        if left is not None and left.excel == process and set_back(app, left.before):
            log.warning("set Excel back to what it was before %s since %s", left.label, left.since)
        before = state_of(app)
        running.keep(process, before)
    try:
        yield
    finally:
        try:
            set_back(app, before)
        except GoneError:
            pass
        except SheetError as exc:
            running.has_debts = True
            log.warning("Excel is not as it was before: %s", exc)
