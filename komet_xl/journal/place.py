"""Where the journal lies, and who may push: a private folder on a local disk, one pusher at a time.

SQLite's locks cannot be trusted on a network drive, so such a place is refused rather than believed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path  # noqa: TC003  used at run time by callers that inspect it
from typing import TYPE_CHECKING, Final

import psutil
from filelock import FileLock, Timeout

from komet_xl.errors import JournalBusyError, JournalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

NETWORK_FILE_SYSTEMS: Final = frozenset(
    {
        *("afpfs", "afs", "ceph", "cifs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs4", "smb2", "smb3", "smbfs"),
        *("davfs", "davfs2", "prl_fs", "sshfs", "vboxsf", "vmhgfs", "webdav"),
        *("fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.smbnetfs", "fuse.sshfs", "fuse.vmhgfs-fuse"),
    }
)


def prepare(path: Path) -> None:
    """Make the journal's folder (for this user alone). Raises JournalError when it is on a network drive or closed."""
    drive = network_drive(path)
    if drive:
        raise JournalError(
            f"the journal {path} lies on the network drive {drive}, where two programs cannot be kept apart; "
            "set KOMET_HOME to a folder on this computer."
        )
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError as exc:
        raise JournalError(
            f"the journal {path} cannot be written ({exc.strerror}); make the folder writable or set KOMET_HOME."
        ) from None


def network_drive(path: Path) -> str | None:
    """The network drive that a path lies on, None for a local disk."""
    text = os.path.realpath(path)
    if text.startswith(("\\\\", "//")) and not text.startswith("\\\\?\\"):
        return text[:40]
    return network_mount(text, ((each.mountpoint, each.fstype, each.opts) for each in psutil.disk_partitions(all=True)))


def network_mount(path: str, mounts: Iterable[tuple[str, str, str]]) -> str | None:
    """The deepest of the mounts (folder, file system, options) that holds the path, if it is a network drive."""
    best = ("", "", "")
    folded = _folded(path)
    for mount in mounts:
        folder = _folded(mount[0]).rstrip("/")
        if (folded == folder or folded.startswith(folder + "/")) and len(folder) >= len(best[0].rstrip("/")):
            best = (folder, mount[1].lower(), mount[2].lower())
    is_remote = best[1] in NETWORK_FILE_SYSTEMS or "remote" in best[2].split(",")
    return (best[0] or "/") if is_remote else None


def _folded(path: str) -> str:
    text = path.replace("\\", "/")
    return text.casefold() if sys.platform == "win32" else text


class PusherLock:
    """An operating system lock beside the journal: held for a pusher's whole life, free the moment it dies."""

    def __init__(self, journal: Path) -> None:
        self._lock = FileLock(journal.with_name(journal.name + ".lock"), timeout=0, mode=0o600)

    def take(self, told_holder: Callable[[], str]) -> None:
        """Take the lock at once. Raises JournalBusyError with `told_holder()` when another push has it."""
        try:
            self._lock.acquire()
        except Timeout:
            raise JournalBusyError(
                f"another push is running ({told_holder()}); nothing was sent. Wait for it to end and try again."
            ) from None
        except OSError as exc:
            raise JournalError(f"the journal's lock cannot be taken ({exc.strerror}); nothing was sent.") from None

    def give_back(self) -> None:
        """Let the next pusher in."""
        self._lock.release()
