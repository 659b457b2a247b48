"""Every test's world: no network but this machine's own, no settings, token or journal but the test's own."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import TYPE_CHECKING

import pytest

from komet_xl.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

os.environ.pop("XLWINGS_LICENSE_KEY", None)
for name in [each for each in os.environ if each.startswith("KOMET_")]:
    del os.environ[name]


def _only_loopback(event: str, args: tuple[object, ...]) -> None:
    if event not in {"socket.connect", "socket.sendto"}:
        return
    address = args[1]
    if not isinstance(address, tuple):
        return
    host = str(address[0])
    try:
        loopback = ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        raise AssertionError(f"a test tried to reach {host}; only this machine is allowed")


sys.addaudithook(_only_loopback)


@pytest.fixture(autouse=True)
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings and data folders of every platform, inside the test's own folder."""
    home = tmp_path / "home"
    home.mkdir()
    for variable in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"):
        monkeypatch.setenv(variable, str(home))
    for variable in ("WIN_PD_OVERRIDE_LOCAL_APPDATA", "WIN_PD_OVERRIDE_APPDATA", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(home))
    monkeypatch.setenv("KOMET_HOME", str(home / "komet"))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    return home


@pytest.fixture
def komet() -> Iterator[Sandbox]:
    """A Komet on this machine, with the day 2015-02-10 in it."""
    with Sandbox() as sandbox:
        yield sandbox
