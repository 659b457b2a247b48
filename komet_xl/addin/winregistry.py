"""Windows' registry, read only: the values of a key, nothing where there is none or we may not look."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

Values: TypeAlias = dict[str, object]
"""By name in lower case; the key's own value is ""."""
Reader: TypeAlias = "Callable[[str, str], Values]"
"""From a hive (HKCU, HKLM) and a key to its values."""


def read_values(hive: str, key: str) -> Values:
    """The values of one key; none where it is missing or closed to us, and none on other systems."""
    found: Values = {}
    if sys.platform == "win32":
        import winreg  # noqa: PLC0415  only Windows has it

        root = {"HKCU": winreg.HKEY_CURRENT_USER, "HKLM": winreg.HKEY_LOCAL_MACHINE}[hive]
        access = winreg.KEY_READ | winreg.KEY_WOW64_64KEY
        with suppress(OSError), winreg.OpenKey(root, key, access=access) as opened:
            for number in range(winreg.QueryInfoKey(opened)[1]):
                name, value, _ = winreg.EnumValue(opened, number)
                found[name.lower()] = value
    return found
