"""Zip files whose every field may lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

STORED, DEFLATED = 0, 8
LOCAL = struct.Struct("<4s5H3I2H")
CENTRAL = struct.Struct("<4s6H3I5H2I")
END = struct.Struct("<4s4H2IH")


@dataclass(frozen=True)
class Entry:
    """One member as its records state it; a field changed with `but` is a lie."""

    name: bytes
    packed: bytes
    size: int
    crc: int
    method: int = DEFLATED
    flags: int = 0
    local_name: bytes | None = None
    local_size: int | None = None
    packed_size: int | None = None
    offset: int | None = None
    extra: bytes = b""

    @classmethod
    def of(cls, name: str, data: str | bytes, *, stored: bool = False, level: int = 6) -> Self:
        """An honest member."""
        raw = data.encode() if isinstance(data, str) else data
        flags = 0 if name.isascii() else 0x800
        if stored:
            return cls(name.encode(), raw, len(raw), zlib.crc32(raw), STORED, flags)
        return cls(name.encode(), deflated(raw, level), len(raw), zlib.crc32(raw), DEFLATED, flags)

    @classmethod
    def repeated(cls, name: str, pieces: Iterable[tuple[bytes, int]]) -> Self:
        """A member made of pieces, each many times over, without ever holding it whole."""
        packed: list[bytes] = []
        size = crc = 0
        for piece, times in pieces:
            deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
            once = deflate.compress(piece) + deflate.flush(zlib.Z_FULL_FLUSH)
            packed.append(once * times)
            size += len(piece) * times
            for _ in range(times):
                crc = zlib.crc32(piece, crc)
        return cls(name.encode(), b"".join(packed) + b"\x03\x00", size, crc)

    def but(self, **lies: object) -> Self:
        """The same with fields changed."""
        return replace(self, **lies)  # type: ignore[arg-type]  one of our own fields each


def deflated(data: bytes, level: int = 6) -> bytes:
    """Data packed as a zip member."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -15)
    return deflate.compress(data) + deflate.flush()


def local_record(entry: Entry) -> bytes:
    """A member's own record: header, name and packed data."""
    name = entry.name if entry.local_name is None else entry.local_name
    size = entry.size if entry.local_size is None else entry.local_size
    stated = len(entry.packed) if entry.packed_size is None else entry.packed_size
    head = LOCAL.pack(
        b"PK\3\4", 20, entry.flags, entry.method, 0, 0x21, entry.crc, stated, size & 0xFFFFFFFF, len(name), 0
    )
    return head + name + entry.packed


def central_record(entry: Entry, at: int) -> bytes:
    """A member's record in the directory."""
    stated = len(entry.packed) if entry.packed_size is None else entry.packed_size
    offset = at if entry.offset is None else entry.offset
    sizes = (entry.crc, stated, entry.size & 0xFFFFFFFF)
    lengths = (len(entry.name), len(entry.extra), 0, 0, 0, 0, offset)
    head = CENTRAL.pack(b"PK\1\2", 20, 20, entry.flags, entry.method, 0, 0x21, *sizes, *lengths)
    return head + entry.name + entry.extra


def archive(entries: Sequence[Entry], *, count: int | None = None, comment: bytes = b"", wide: bool = False) -> bytes:
    """The whole file; `count` is what its end says, `wide` says it in zip64."""
    pieces, directory, at = [], [], 0
    for entry in entries:
        record = local_record(entry)
        directory.append(central_record(entry, at))
        pieces.append(record)
        at += len(record)
    listed = b"".join(directory)
    stated = len(entries) if count is None else count
    tail = b""
    if wide:
        tail = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, stated, stated, len(listed), at)
        tail += struct.pack("<4sIQI", b"PK\6\7", 0, at + len(listed), 1)
        stated = 0xFFFF
    few = stated & 0xFFFF
    return b"".join(
        [*pieces, listed, tail, END.pack(b"PK\5\6", 0, 0, few, few, len(listed), at, len(comment)), comment]
    )
