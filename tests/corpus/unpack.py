"""Workbooks out of source archives. Members are read, never extracted: no path of an archive reaches the disk."""

from __future__ import annotations

import hashlib
import re
import tarfile
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WORKBOOK = re.compile(r".*\.(?:xlsx|xlsm|xltx|xltm)", re.IGNORECASE | re.DOTALL)
LARGEST = 64 * 1024 * 1024
"""Bytes of one workbook that we are ready to hold."""


@dataclass(frozen=True)
class Found:
    """A workbook inside an archive."""

    path: str
    """Its path in the archive."""
    data: bytes

    @property
    def sha256(self) -> str:
        """What it is known by."""
        return hashlib.sha256(self.data).hexdigest()

    @property
    def file_name(self) -> str:
        """A name for it on disk: unique, telling, harmless."""
        own = PurePosixPath(self.path)
        plain = re.sub(r"[^A-Za-z0-9]+", "-", own.stem).strip("-")[:40] or "workbook"
        return f"{self.sha256[:12]}-{plain}{own.suffix.lower()}"


def workbooks(archive: Path) -> Iterator[Found]:
    """The workbooks in a .zip or .tar.gz, in its order."""
    for path, data in _zipped(archive) if zipfile.is_zipfile(archive) else _tarred(archive):
        if not path.isprintable():
            raise ValueError(f"{archive.name} has a member with a strange name: {path!r}")
        yield Found(path, data)


def _zipped(archive: Path) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(archive) as opened:
        for info in opened.infolist():
            if WORKBOOK.fullmatch(info.filename) and not info.is_dir() and info.file_size <= LARGEST:
                yield info.filename, opened.read(info)


def _tarred(archive: Path) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(archive) as opened:
        for info in opened:
            stream = opened.extractfile(info) if info.isreg() and info.size <= LARGEST else None
            if stream is not None and WORKBOOK.fullmatch(info.name):
                yield info.name, stream.read()
