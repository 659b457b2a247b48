"""Excel as the person has it: what is switched off while cells are written, and given back on every path."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from komet_xl.errors import SheetError
from komet_xl.grids.excel.faults import patiently

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xlwings

log = logging.getLogger(__name__)

WHILE_WRITING: Final[Mapping[str, Any]] = {
    "screen_updating": False,
    "enable_events": False,
    "calculation": "manual",
}
"""Excel neither draws nor calculates, and no macro of the workbook starts."""


@contextmanager
def quiet(app: xlwings.App) -> Iterator[None]:
    """While the block runs Excel neither draws nor calculates, and no macro of the workbook starts."""
    before: dict[str, Any] = {}
    try:
        for name, value in WHILE_WRITING.items():
            before[name] = patiently(getattr, app, name)
            if before[name] != value:
                patiently(setattr, app, name, value)
        yield
    finally:
        _give_back(app, before)


def state_of(app: xlwings.App) -> dict[str, Any]:
    """How the person has it."""
    return {name: patiently(getattr, app, name) for name in WHILE_WRITING}


def set_back(app: xlwings.App, before: Mapping[str, Any]) -> bool:
    """
    Excel as it was, where a block could not give it back: Excel was busy for long, or the program was killed.

    What does not stand as we leave it while writing was changed by the person since, and stays.

    Returns:
        Whether something had to be set back.
    """
    stuck = {name: before[name] for name, value in WHILE_WRITING.items() if before.get(name, value) != value}
    stuck = {name: value for name, value in stuck.items() if patiently(getattr, app, name) == WHILE_WRITING[name]}
    for name, value in reversed(list(stuck.items())):
        patiently(setattr, app, name, value)
    return bool(stuck)


def _give_back(app: xlwings.App, before: Mapping[str, Any]) -> None:
    """One thing that cannot be given back does not keep the others."""
    for name, value in reversed(list(before.items())):
        if value == WHILE_WRITING[name]:
            continue
        try:
            patiently(setattr, app, name, value)
        except SheetError as exc:
            log.warning("%s could not be set back: %s", name, exc)
