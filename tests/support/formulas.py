"""Formulas without Excel: a sheet that answers as cells do, and is put away when the test is over."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from komet_xl.addin.answers import answer
from komet_xl.addin.workplace import Workplace
from komet_xl.desk import Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from komet_xl.sandbox.server import Sandbox

LONG: Final = 30.0
"""Seconds after which a test gives up; nothing here takes so long."""


class Sheet:
    """Cells with formulas, in one program."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = workplace

    def __call__(self, name: str, *given: object) -> Any:  # noqa: ANN401  whatever a cell takes
        """What `=NAME(given)` shows."""
        return answer(self.workplace, name, given)

    def until(self, wanted: Callable[[Any], bool], name: str, *given: object) -> Any:  # noqa: ANN401  the same
        """Recalculate until the cell shows what is wanted; switches are looked at once a second."""
        given_up = time.monotonic() + LONG
        while not wanted(shown := self(name, *given)):
            assert time.monotonic() < given_up, shown
            time.sleep(0.02)
        return shown


@contextmanager
def sheet(environ: dict[str, str], **options: Any) -> Iterator[Sheet]:  # noqa: ANN401  Workplace's own options
    """A sheet with the settings of an environment; no thread of it is left afterwards."""
    options.setdefault("patience", lambda: Patience(LONG))
    workplace = Workplace(environ, **options)
    try:
        yield Sheet(workplace)
    finally:
        workplace.close(LONG)
        assert [each for each in threading.enumerate() if each.name == "komet-snapshot"] == []


def environ_of(komet: Sandbox, home: Path, **more: str) -> dict[str, str]:
    """What a shell would say."""
    environ = {"KOMET_URL": komet.url, "KOMET_TOKEN": komet.token, "KOMET_HOME": str(home), "KOMET_TIMEOUT": "10"}
    return environ | more
