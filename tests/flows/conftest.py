"""Flows against a real sandbox, with real workbooks and a real journal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from komet_xl.komet.secret import Token
from komet_xl.lanes import Halt
from komet_xl.model import Plan, Report
from komet_xl.push import PushOptions
from komet_xl.sandbox.server import Sandbox
from komet_xl.session import Session
from komet_xl.settings import load_settings

Push = Callable[..., Report]


@pytest.fixture
def session(komet: Sandbox, own_folders: Path) -> Iterator[Session]:
    """A person's session against the sandbox."""
    environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet"), "KOMET_TIMEOUT": "5"}
    with Session(load_settings(environ), token=Token(komet.token)) as opened:
        yield opened


@pytest.fixture
def push(session: Session) -> Push:
    """Push a workbook and say yes; keeps the plans it was shown in `push.plans`."""

    def push_file(
        file: Path, *, say: bool = True, halt: Halt | None = None, plans: list[Plan] | None = None, **options: object
    ) -> Report:
        def confirm(plan: Plan) -> bool:
            if plans is not None:
                plans.append(plan)
            return say

        return session.push(file, PushOptions(**options), confirm=confirm, halt=halt)  # type: ignore[arg-type]  # a test's words

    return push_file
