"""Workbook files on disk: read once, guarded against others, replaced whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import stat
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx.package import MOST_BYTES

if TYPE_CHECKING:
    from pathlib import Path

OLE2 = b"\xd0\xcf\x11\xe0"
"""First bytes of old .xls files and of encrypted workbooks."""
TRIES = 6
FIRST_PAUSE = 0.05
"""Seconds before the second try to replace the file; doubled each time. Virus scanners hold new files for a moment."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file on disk was when we read or wrote it."""

    size: int
    mtime_ns: int
    sha256: bytes


def read(path: Path) -> tuple[bytes, Stamp]:
    """The file's bytes and its stamp. Raises SheetError: missing, unreadable, too large, encrypted or old."""
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_size > MOST_BYTES:
                raise SheetError(f"{path} is larger than {MOST_BYTES >> 20} MiB; split the workbook.")
            data = file.read()
    except FileNotFoundError:
        raise SheetError(f"There is no file {path}; check the name and the folder.") from None
    except IsADirectoryError:
        raise SheetError(f"{path} is a folder, not a workbook; name the file in it.") from None
    except OSError as exc:
        raise SheetError(f"{path} cannot be read ({_reason(exc)}); close it elsewhere or copy it here.") from None
    except ValueError:
        raise SheetError(f"{path} is no file name; check the name and the folder.") from None
    if data.startswith(OLE2):
        raise SheetError(
            f"{path} is password-protected or an old .xls; save it as .xlsx without a password and try again."
        )
    return data, Stamp(about.st_size, about.st_mtime_ns, hashlib.sha256(data).digest())


def ensure_writable(path: Path, stamp: Stamp | None) -> None:
    """
    Raise SheetError when `path` cannot be replaced now. Changes nothing.

    Args:
        stamp: What the file must still be; None for a file that must not exist yet.
    """
    target = _target(path)
    _ensure_not_open(path)
    if target != path:
        _ensure_not_open(target)
    if stamp is None:
        if os.path.lexists(target):
            raise SheetError(f"{path} has come into being since we looked; choose another name or run again.")
    else:
        _ensure_own(target, stamp)
    _ensure_folder(target.parent)


def replace(path: Path, data: bytes, *, new: bool) -> Stamp:
    """
    Put `data` in the place of the file, whole or not at all; permissions stay, a link keeps pointing there.

    Raises:
        SheetError: nothing changed on disk, and no temporary file is left.
    """
    target = _target(path)
    beside = target.with_name(f".{target.name[:20]}.{secrets.token_hex(8)}.tmp")
    try:
        _write(beside, data, like=None if new else target)
        _move(beside, target)
        written = target.stat()
    except OSError as exc:
        raise SheetError(
            f"{path} could not be saved ({_reason(exc)}); the file is as it was. Make room or close it, then try again."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
    _flush_folder(target.parent)
    return Stamp(written.st_size, written.st_mtime_ns, hashlib.sha256(data).digest())


def _target(path: Path) -> Path:
    """The file itself where `path` is a link to it."""
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError):
        raise SheetError(f"{path} is a link that leads nowhere; name the workbook itself.") from None


def _ensure_not_open(path: Path) -> None:
    for lock, program, owner in (
        (path.with_name(f"~${path.name}"), "Excel", _excel_owner),
        (path.with_name(f".~lock.{path.name}#"), "LibreOffice", _office_owner),
    ):
        if not os.path.lexists(lock):
            continue
        who = ""
        with contextlib.suppress(OSError):
            who = owner(lock.read_bytes()[:4096])
        by = f" (by {who})" if who else ""
        raise SheetError(
            f"{path} is open in {program}{by}; close it there and try again "
            f"(if nobody has it open, delete the left-over file {lock.name})."
        )


def _excel_owner(data: bytes) -> str:
    """The user's name in an owner file: length and name in UTF-16 at byte 55, else length and name in bytes."""
    if len(data) > 57:
        size = int.from_bytes(data[55:57], "little")
        if 0 < size <= 54 and 57 + 2 * size <= len(data):
            return _printable(data[57 : 57 + 2 * size].decode("utf-16-le", "replace"))
    return _printable(data[1 : 1 + data[0]].decode("cp1252", "replace")) if data and data[0] <= 54 else ""


def _office_owner(data: bytes) -> str:
    fields = data.decode("utf-8", "replace").split(",")
    return _printable(next((field for field in fields[:2] if field.strip()), ""))


def _printable(name: str) -> str:
    return "".join(letter for letter in name if letter.isprintable()).strip()[:54]


def _ensure_own(target: Path, stamp: Stamp) -> None:
    try:
        about = target.stat()
        if not about.st_mode & stat.S_IWRITE:
            raise SheetError(f"{target} is write-protected; take the protection off and try again.")
        with target.open("r+b") as file:
            same = (about.st_size, about.st_mtime_ns) == (stamp.size, stamp.mtime_ns)
            if same or hashlib.file_digest(file, "sha256").digest() == stamp.sha256:
                return
    except FileNotFoundError:
        raise SheetError(f"{target} has been moved or deleted since it was read; put it back and run again.") from None
    except OSError as exc:
        raise SheetError(
            f"{target} cannot be written ({_reason(exc)}); close it in other programs and try again."
        ) from None
    raise SheetError(f"{target} was changed by another program since it was read; run again to use what it says now.")


def _ensure_folder(folder: Path) -> None:
    """Really make a file there: permissions alone do not tell on network drives and on Windows."""
    probe = folder / f".komet-xl-{secrets.token_hex(8)}.tmp"
    try:
        with probe.open("xb"):
            pass
        probe.unlink()
    except FileNotFoundError:
        raise SheetError(f"There is no folder {folder}; make it and try again.") from None
    except OSError as exc:
        raise SheetError(
            f"No file can be made in the folder {folder} ({_reason(exc)}); put the workbook where you may write."
        ) from None


def _write(beside: Path, data: bytes, *, like: Path | None) -> None:
    with beside.open("xb") as file:
        if like is not None:
            about = like.stat()
            _give(beside, about)
            beside.chmod(stat.S_IMODE(about.st_mode))
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _give(beside: Path, about: os.stat_result) -> None:
    """Keep the owner where the system has owners and lets us."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(beside, about.st_uid, about.st_gid)


def _move(beside: Path, target: Path) -> None:
    pause = FIRST_PAUSE
    for attempt in range(TRIES):
        try:
            beside.replace(target)
        except PermissionError:
            if attempt == TRIES - 1:
                raise
            time.sleep(pause)
            pause *= 2
        else:
            return


def _flush_folder(folder: Path) -> None:
    """Make the new name last through a power cut, on systems whose folders can be flushed."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def _reason(exc: OSError) -> str:
    return exc.strerror or type(exc).__name__
