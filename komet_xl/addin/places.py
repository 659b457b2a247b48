"""Where Excel looks for what starts with it, and where komet-xl puts what Excel reads. Pure.

A machine is described, never asked, so that each system's places can be worked out on any other.
Sources: Microsoft, "Customize how Excel starts"; xlwings' installer for macOS.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.addin.shipped import ADD_IN, SCRIPT
from komet_xl.errors import UsageError
from komet_xl.settings import APP

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import PurePath

WINDOWS: Final = "win32"
MAC: Final = "darwin"
LABELS: Final = "labels.txt"
SERVING: Final = "serve.lock"
"""Held by the resident server; lies beside the labels."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What must be known of a computer and its user to find Excel's folders."""

    system: str
    """As `sys.platform` names it."""
    environ: Mapping[str, str]
    home: PurePath
    """The user's own folder. Its class is the class of every path that comes of it."""
    excel: PurePath | None = None
    """Where EXCEL.EXE lies, when Windows knows."""


def ensure_supported(machine: Machine) -> None:
    """Raise UsageError where there is no Excel that could take an add-in."""
    if machine.system not in (WINDOWS, MAC):
        raise UsageError(
            "the Komet add-in is for Excel on Windows and macOS; here komet-xl works on closed workbooks, "
            "see komet-xl push --help."
        )


def add_in_file(machine: Machine, *, everybody: bool = False, folder: PurePath | None = None) -> PurePath:
    """
    Where the add-in goes.

    Args:
        machine: Whose Excel.
        everybody: For all users of the computer, beside Excel itself; Windows only.
        folder: A folder of the administrator's choice instead.

    Raises:
        UsageError: no such Excel here, or it is not known where it lies.
    """
    ensure_supported(machine)
    if folder is not None:
        return folder / ADD_IN
    if machine.system == MAC:
        if everybody:
            raise UsageError("--all-users is for Windows; on macOS each user runs komet-xl install.")
        return _office_group(machine) / "User Content.localized" / "Startup.localized" / "Excel" / ADD_IN
    if not everybody:
        return roaming(machine) / "Microsoft" / "Excel" / "XLSTART" / ADD_IN
    if machine.excel is None:
        raise UsageError("Windows does not say where Excel is installed; name its XLSTART folder with --add-in-folder.")
    return machine.excel.parent / "XLSTART" / ADD_IN


def script_file(machine: Machine) -> PurePath | None:
    """Where the script goes that lets Excel on macOS start Python; None on Windows, which needs none."""
    if machine.system != MAC:
        return None
    return machine.home / "Library" / "Application Scripts" / "com.microsoft.Excel" / SCRIPT


def labels_file(machine: Machine) -> PurePath:
    """The file of labels: where Excel may read it, and the same for every profile and KOMET_HOME."""
    if machine.system == MAC:  # Excel's sandbox: it may read its own container without asking
        return machine.home / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / APP / LABELS
    if machine.system == WINDOWS:
        return local(machine) / APP / LABELS
    told = machine.environ.get("XDG_CONFIG_HOME", "").strip()  # no Excel here; the buttons' tests are
    return (type(machine.home)(told) if told else machine.home / ".config") / APP / LABELS


def labels_for_everybody(machine: Machine) -> str:
    """The same as the add-in is told: each user's own, so that one add-in may serve everybody on a computer."""
    if machine.system == WINDOWS:
        return f"%LOCALAPPDATA%\\{APP}\\{LABELS}"
    return str(labels_file(machine))


def roaming(machine: Machine) -> PurePath:
    """Windows' folder for what follows the user from computer to computer."""
    return _known(machine, "APPDATA", "Roaming")


def local(machine: Machine) -> PurePath:
    """Windows' folder for what stays on this computer."""
    return _known(machine, "LOCALAPPDATA", "Local")


def _known(machine: Machine, variable: str, name: str) -> PurePath:
    told = machine.environ.get(variable, "").strip()
    return type(machine.home)(told) if told else machine.home / "AppData" / name


def _office_group(machine: Machine) -> PurePath:
    return machine.home / "Library" / "Group Containers" / "UBF8T346G9.Office"
