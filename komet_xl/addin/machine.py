"""This computer and its user, as `places` wants them described."""

from __future__ import annotations

import ntpath
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from komet_xl.addin.places import Machine
from komet_xl.addin.winregistry import read_values

if TYPE_CHECKING:
    from komet_xl.addin.winregistry import Reader

APP_PATHS: Final = r"SOFTWARE\Microsoft\Windows\CurrentVersion\App Paths\excel.exe"
"""Where Windows keeps the programs that it finds by name."""


def this_machine() -> Machine:
    """The computer that this runs on, and the user whose process it is."""
    told = excel_program(read_values)
    return Machine(
        system=sys.platform, environ=os.environ, home=Path.home(), excel=None if told is None else Path(told)
    )


def excel_program(read: Reader) -> str | None:
    """Where EXCEL.EXE lies; None where Windows does not know, or this is no Windows."""
    for hive in ("HKCU", "HKLM"):
        told = ntpath.expandvars(str(read(hive, APP_PATHS).get("", "")).strip().strip('"'))  # %ProgramFiles% is allowed
        if told.lower().endswith("\\excel.exe"):
            return told
    return None
