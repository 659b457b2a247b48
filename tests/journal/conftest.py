"""A journal on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from komet_xl.journal.store import Journal

from .lines import Clock

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


@pytest.fixture
def journal(path: Path) -> Iterator[Journal]:
    opened = Journal(path, now=Clock())
    yield opened
    opened.close()
