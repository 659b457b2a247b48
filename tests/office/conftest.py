"""A LibreOffice, and a person's session against a sandbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from komet_xl.komet.secret import Token
from komet_xl.session import Session
from komet_xl.settings import load_settings
from tests.support.office import office

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from komet_xl.sandbox.server import Sandbox

__all__ = ["office"]


@pytest.fixture
def session(komet: Sandbox, own_folders: Path) -> Iterator[Session]:
    """A person's session against the sandbox."""
    environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet")}
    with Session(load_settings(environ), token=Token(komet.token)) as opened:
        yield opened
