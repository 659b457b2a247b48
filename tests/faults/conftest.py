"""One certificate authority for all faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.faultserver import Authority

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """The authority that signs every server's certificate."""
    folder: Path = tmp_path_factory.mktemp("authority")
    return Authority(folder)
