"""Who has a workbook open: the small files that Excel and LibreOffice lay beside it while they do.

Excel makes its own with AutoSave as well, and for files in a synced folder; not in Protected View, which shows a file
without owning it.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, Final

from komet_xl.errors import SheetError

if TYPE_CHECKING:
    from pathlib import Path

MOST: Final = 4096
"""Bytes of an owner file that may tell something."""


def ensure_not_open(path: Path) -> None:
    """Raise SheetError, naming the program and the person, when the workbook is open elsewhere."""
    for lock, program, owner in (
        (path.with_name(f"~${path.name}"), "Excel", _excel_owner),
        (path.with_name(f".~lock.{path.name}#"), "LibreOffice", _office_owner),
    ):
        if not os.path.lexists(lock):
            continue
        who = ""
        with contextlib.suppress(OSError):
            who = owner(_beginning(lock))
        by = f" (by {who})" if who else ""
        raise SheetError(
            f"{path} is open in {program}{by}; close it there and try again "
            f"(if nobody has it open, delete the left-over file {lock.name})."
        )


def _beginning(lock: Path) -> bytes:
    """What stands there first; nothing of what is no file, such as a pipe, which would be waited for."""
    if not lock.is_file():
        return b""
    with lock.open("rb") as file:
        return file.read(MOST)


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
