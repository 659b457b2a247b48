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
from komet_xl.grids.xlsx import cloud
from komet_xl.grids.xlsx.deflate import MOST_IN_FILE
from komet_xl.grids.xlsx.owners import ensure_not_open

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

OLE2 = b"\xd0\xcf\x11\xe0"
"""First bytes of old .xls files and of encrypted workbooks."""
TRIES = 6
FIRST_PAUSE = 0.05
"""Seconds before the second try to replace the file; doubled each time. Virus scanners hold new files for a moment."""
MOST_COPIES = 99
"""Copies of one kind beside a workbook; who has more of them does not read them."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the file on disk was when we read or wrote it."""

    size: int
    mtime_ns: int
    sha256: bytes


def read(path: Path) -> tuple[bytes, Stamp]:
    """The file's bytes and its stamp. Raises SheetError: missing, unreadable, too large, encrypted or old."""
    cloud.ensure_local(path)
    try:
        _ensure_file(path)
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            data = b"" if about.st_size > MOST_IN_FILE else file.read(MOST_IN_FILE + 1)
    except FileNotFoundError:
        raise SheetError(f"There is no file {path}; check the name and the folder.") from None
    except OSError as exc:
        raise SheetError(
            cloud.why_unreadable(path, exc)
            or f"{path} cannot be read ({cloud.reason(exc)}); close it elsewhere or copy it here."
        ) from None
    except ValueError:
        raise SheetError(f"{path} is no file name; check the name and the folder.") from None
    if max(about.st_size, len(data)) > MOST_IN_FILE:
        raise SheetError(f"{path} is larger than {MOST_IN_FILE >> 20} MiB; split the workbook.")
    if data.startswith(OLE2):
        raise SheetError(
            f"{path} is password-protected or an old .xls; save it as .xlsx without a password and try again."
        )
    return data, Stamp(about.st_size, about.st_mtime_ns, hashlib.sha256(data).digest())


def _ensure_file(path: Path) -> None:
    """Raise SheetError for what is no file. Not opened for it: a pipe would wait for its other end."""
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise SheetError(f"{path} is a folder, not a workbook; name the file in it.")
    if not stat.S_ISREG(mode):
        raise SheetError(f"{path} is a device or a pipe, no workbook; name a file.")


def ensure_writable(path: Path, stamp: Stamp | None) -> None:
    """
    Raise SheetError when `path` cannot be replaced now. Changes nothing.

    Args:
        stamp: What the file must still be; None for a file that must not exist yet.
    """
    cloud.ensure_local(path)
    target = _target(path)
    _ensure_untouched(path, target, stamp)
    _ensure_folder(target.parent)


def replace(path: Path, data: bytes, *, new: bool, was: Stamp | None = None) -> Stamp:
    """
    Put `data` in the place of the file, whole or not at all; permissions stay, a link keeps pointing there.

    Args:
        new: There must be no such file, and none is replaced.
        was: What the file must still be in the moment before it is replaced; None asks nothing.

    Raises:
        SheetError: nothing changed on disk, and no temporary file is left.
    """
    target = _target(path)
    try:
        with _beside(target, data, like=None if new else target) as beside:
            written = beside.stat()
            if was is not None:
                _ensure_untouched(path, target, was)
            if new:
                _name(beside, target)
            else:
                _move(beside, target, data)
    except FileExistsError:
        raise _taken(path) from None
    except OSError as exc:
        if cloud.is_held(exc):
            raise SheetError(f"{path} {cloud.why_held(target, exc)}") from None
        raise SheetError(
            f"{path} could not be saved ({cloud.reason(exc)}); make room or close it, then try again "
            "(the file is as it was)."
        ) from None
    _flush_folder(target.parent)
    return Stamp(written.st_size, written.st_mtime_ns, hashlib.sha256(data).digest())


def write_copy(path: Path, mark: str, data: bytes) -> Path:
    """
    Put `data` into a new file beside the workbook `path`: "orders.results.xlsx", else "orders.results 2.xlsx" ...

    Nothing is ever replaced. Who may read the workbook may read the copy; it can be written also where the workbook
    is write-protected.

    Raises:
        SheetError: there is no copy, and no temporary file is left.
    """
    try:
        with _beside(path, data, like=path if path.exists() else None) as beside:
            for number in range(1, MOST_COPIES + 1):
                copy = path.with_name(f"{path.stem}.{mark}{f' {number}' if number > 1 else ''}{path.suffix}")
                with contextlib.suppress(FileExistsError):
                    _name(beside, copy)
                    _flush_folder(path.parent)
                    return copy
    except OSError as exc:
        raise SheetError(
            f"No copy of {path} can be made beside it ({cloud.reason(exc)}); make room, or put it where you may write."
        ) from None
    raise SheetError(f"There are {MOST_COPIES} files like {copy} already; delete some.")


def _target(path: Path) -> Path:
    """The file itself where `path` is a link to it."""
    try:
        return path.resolve() if path.is_symlink() else path
    except (OSError, RuntimeError):
        raise SheetError(f"{path} is a link that leads nowhere; name the workbook itself.") from None


def _ensure_untouched(path: Path, target: Path, stamp: Stamp | None) -> None:
    """Nobody has the file open, and it is what `stamp` says: not there for None, else the one that we know."""
    ensure_not_open(path)
    if target != path:
        ensure_not_open(target)
    if stamp is not None:
        _ensure_own(target, stamp)
    elif os.path.lexists(target):
        raise _taken(path)


def _taken(path: Path) -> SheetError:
    return SheetError(f"{path} has come into being since we looked; choose another name or run again.")


def _ensure_own(target: Path, stamp: Stamp) -> None:
    try:
        about = target.stat()
        if stat.S_ISDIR(about.st_mode):
            raise SheetError(f"{target} is a folder now; put the workbook back and run again.")
        if not stat.S_ISREG(about.st_mode):
            raise SheetError(f"{target} is no file any more; put the workbook back and run again.")
        if not about.st_mode & stat.S_IWRITE:
            raise SheetError(f"{target} is write-protected; take the protection off and try again.")
        with target.open("r+b") as file:
            same = (about.st_size, about.st_mtime_ns) == (stamp.size, stamp.mtime_ns)
            if same or hashlib.file_digest(file, "sha256").digest() == stamp.sha256:
                return
    except FileNotFoundError:
        raise SheetError(f"{target} has been moved or deleted since it was read; put it back and run again.") from None
    except OSError as exc:
        if cloud.is_held(exc):
            raise SheetError(f"{target} {cloud.why_held(target, exc)}") from None
        raise SheetError(
            f"{target} cannot be written ({cloud.reason(exc)}); close it in other programs and try again."
        ) from None
    program = cloud.sync_program(target)
    by = f"another program, perhaps by {program}," if program else "another program"
    raise SheetError(f"{target} was changed by {by} since it was read; run again to use what it says now.")


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
            f"No file can be made in the folder {folder} ({cloud.reason(exc)}); put the workbook where you may write."
        ) from None


@contextlib.contextmanager
def _beside(target: Path, data: bytes, *, like: Path | None) -> Iterator[Path]:
    """A file with `data` in the folder of `target`, on disk to its last byte; goes at the end if it is still there."""
    beside = target.with_name(f".{target.name[:20]}.{secrets.token_hex(8)}.tmp")
    try:
        with beside.open("xb") as file:
            if like is not None:
                about = like.stat()
                _give(beside, about)
                beside.chmod(stat.S_IMODE(about.st_mode) | stat.S_IWRITE)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield beside
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def _give(beside: Path, about: os.stat_result) -> None:
    """Keep the owner where the system has owners and lets us."""
    if hasattr(os, "chown"):
        with contextlib.suppress(OSError):
            os.chown(beside, about.st_uid, about.st_gid)


def _move(beside: Path, target: Path, data: bytes) -> None:
    """Replace the file. An answer that a network drive lost is no failure where the new file stands in its place."""
    try:
        patiently(lambda: beside.replace(target))
    except OSError:
        with contextlib.suppress(OSError):
            if not beside.exists() and target.read_bytes() == data:
                return
        raise


def _name(beside: Path, target: Path) -> None:
    """Give a new file its name. Raises FileExistsError when somebody has taken it: nothing is ever replaced."""
    if os.name == "nt":
        patiently(lambda: beside.rename(target))  # which replaces nothing there
        return
    try:
        target.hardlink_to(beside)  # nor does this, everywhere
    except FileExistsError:
        raise
    except OSError:  # a disk without hard links
        if os.path.lexists(target):
            raise FileExistsError(target) from None
        beside.rename(target)


def patiently(step: Callable[[], object]) -> None:
    """Do something that Windows refuses while another program looks at the file; the last PermissionError is raised."""
    pause = FIRST_PAUSE
    for _ in range(TRIES - 1):
        try:
            step()
        except PermissionError:
            time.sleep(pause)
            pause *= 2
        else:
            return
    step()


def _flush_folder(folder: Path) -> None:
    """Make the new name last through a power cut, on systems whose folders can be flushed."""
    if os.name == "posix":
        with contextlib.suppress(OSError):
            handle = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)
