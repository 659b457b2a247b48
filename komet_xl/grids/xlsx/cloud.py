"""Workbooks that a program keeps in step with the cloud, and workbooks that another program holds: what to tell."""

from __future__ import annotations

import errno
import os
import re
from typing import TYPE_CHECKING, Final

from komet_xl.errors import SheetError

if TYPE_CHECKING:
    from pathlib import Path

ROOTS: Final = ("OneDrive", "OneDriveCommercial", "OneDriveConsumer")
"""Variables in which Windows keeps the folders that OneDrive syncs."""
FOLDERS: Final = {
    "onedrive": "OneDrive",
    "dropbox": "Dropbox",
    "googledrive": "Google Drive",
    "iclouddrive": "iCloud Drive",
    "comappleclouddocs": "iCloud Drive",
}
"""Such folders by the letters they begin with: "OneDrive - Company", "Dropbox (Team)", "GoogleDrive-me@x.com"."""
NOT_FETCHED: Final = frozenset({362, 386, 387, 388, 389, 391, 393, 395, 397, 398, 404, 426, 475})
"""Windows' ERROR_CLOUD_FILE_...: provider not running, no sign-in, no network, unsuccessful, access denied, timeout."""
HELD: Final = frozenset({5, 32, 33, 1224})
"""Windows' access denied (also: in use, when replacing), sharing violation, lock violation, mapped by a program."""


def ensure_local(path: Path) -> None:
    """Raise SheetError for an address on the web. Nobody is asked for it."""
    start = next((n for n, part in enumerate(path.parts) if part.lower() in {"http:", "https:"}), None)
    if start is not None and not os.path.lexists(path):
        address = f"{path.parts[start]}//{'/'.join(path.parts[start + 1 :])}"
        raise SheetError(
            f"{address} is an address on the web, not a file on this computer; name the file in its synced folder "
            "(in OneDrive or SharePoint: Sync, or Add shortcut to My files), or download it and name the copy."
        )


def sync_program(path: Path) -> str | None:
    """The program that syncs the folder of `path`, as people call it; None where no name tells of one."""
    here = os.path.normcase(path.absolute())
    for root in filter(None, map(os.environ.get, ROOTS)):
        if here.startswith(os.path.join(os.path.normcase(root), "")):  # noqa: PTH118  its closing separator is the point
            return "OneDrive"
    letters = (re.split(r"[^a-z ~]", part.lower())[0] for part in path.absolute().parent.parts)
    return next(filter(None, (FOLDERS.get(re.sub("[ ~]", "", each)) for each in letters)), None)


def why_unreadable(path: Path, exc: OSError) -> str | None:
    """A sentence for a file whose content is only in the cloud; None when the error says something else.

    Python's own `open` and `read` know no Windows error numbers: there the C library makes EINVAL of them.
    """
    program = sync_program(path)
    told = getattr(exc, "winerror", None) in NOT_FETCHED or exc.errno == errno.EDEADLK
    if not told and not (program and exc.errno == errno.EINVAL and os.path.lexists(path)):
        return None
    who = program or "the program that syncs its folder"
    return (
        f"{path} is in the cloud and not on this computer, and {who} could not fetch it ({reason(exc)}); start {who}, "
        "sign in, choose Always keep on this device for the file, and try again."
    )


def is_held(exc: OSError) -> bool:
    """Whether Windows refuses because another program has the file open."""
    return getattr(exc, "winerror", None) in HELD or (os.name == "nt" and isinstance(exc, PermissionError))


def why_held(path: Path, exc: OSError) -> str:
    """What `is_held` means for a person: who may hold the file, and what to do, from the verb on."""
    program = sync_program(path)
    others = f", a preview or {program} while it syncs" if program else " or a preview"
    wait = f", let {program} finish" if program else ""
    return (
        f"is in use by another program ({reason(exc)}), perhaps Excel in Protected View{others}; "
        f"close it there{wait} and try again."
    )


def reason(exc: OSError) -> str:
    """The system's own few words."""
    return exc.strerror or type(exc).__name__
