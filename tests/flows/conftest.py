"""Flows against a real sandbox, with real workbooks and a real journal."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from komet_xl.komet.secret import Token
from komet_xl.model import Plan, Report
from komet_xl.push import PushOptions
from komet_xl.session import Session
from komet_xl.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from komet_xl.lanes import Halt
    from komet_xl.sandbox.server import Sandbox

Push = Callable[..., Report]


@pytest.fixture
def session(komet: Sandbox, own_folders: Path) -> Iterator[Session]:
    """A person's session against the sandbox."""
    environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet"), "KOMET_TIMEOUT": "5"}
    with Session(load_settings(environ), token=Token(komet.token)) as opened:
        yield opened


@pytest.fixture
def push(session: Session) -> Push:
    """Push a workbook and say yes; a list given as `plans` gets the plan that was shown."""

    def push_file(
        file: Path, *, say: bool = True, halt: Halt | None = None, plans: list[Plan] | None = None, **options: object
    ) -> Report:
        def confirm(plan: Plan) -> bool:
            if plans is not None:
                plans.append(plan)
            return say

        return session.push(file, PushOptions(**options), confirm=confirm, halt=halt)  # type: ignore[arg-type]  # a test's words

    return push_file
