"""The directory of a zip file: which members there are and where each one's record begins and ends."""

from __future__ import annotations

import struct
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from komet_xl.grids.xlsx.faults import PartError

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_ENTRIES = 5_000
ZIP64 = 0x0001
UTF8_NAME = 0x0800
SATURATED = 0xFFFFFFFF
END = struct.Struct("<4s4H2IH")
CENTRAL = struct.Struct("<4s6H3I5H2I")
LOCAL = struct.Struct("<4s5H3I2H")


class Directory(NamedTuple):
    """Where the zip's directory lies in the file."""

    start: int
    size: int
    entries: int
    shift: int
    """Bytes in front of the archive that its own offsets do not count."""


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the zip as it stands in the file."""

    name: str
    """Forward slashes, no leading slash."""
    central: bytes
    """Its record in the directory."""
    offset_at: int
    offset_size: int
    """Where in `central` the offset of the local record stands, 4 or 8 bytes."""
    start: int
    """Offset of the local record in the file."""
    packed: int
    """Bytes as stored."""
    size: int
    """Bytes as declared."""
    end: int = 0
    """Where the next record begins: data descriptors and padding belong to this one."""


def find_directory(data: bytes) -> tuple[int, Directory]:
    """Where the end record stands, and what it says. Raises PartError: no zip, cut short, too many parts."""
    at = data.rfind(b"PK\5\6", max(0, len(data) - 65_557))
    if at < 0 or at + END.size > len(data):
        raise PartError("it is no workbook or was cut short (no zip directory)", "get the file again")
    _, _, _, _, entries, size, offset, _ = END.unpack_from(data, at)
    ends_at = at
    locator = at - 20
    wide = entries == 0xFFFF or SATURATED in {size, offset}
    if wide and locator >= 0 and data[locator : locator + 4] == b"PK\6\7":
        ends_at = data.rfind(b"PK\6\6", 0, locator)
        if ends_at < 0 or ends_at + 56 > locator:
            raise PartError("its zip directory is damaged", "get the file again")
        entries, size, offset = struct.unpack_from("<3Q", data, ends_at + 32)
    start = ends_at - size
    if start < 0 or offset > start:
        raise PartError("its zip directory is damaged", "get the file again")
    if entries > MOST_ENTRIES:
        raise PartError(f"it holds {entries:,} parts and our limit is {MOST_ENTRIES:,}", "save it anew in Excel")
    return at, Directory(start, size, entries, start - offset)


def members(data: bytes, directory: Directory) -> Iterator[Member]:
    """The members in the directory's order, without their ends. Raises PartError when a record is damaged."""
    at, stop = directory.start, directory.start + directory.size
    for _ in range(directory.entries):
        if at + CENTRAL.size > stop or data[at : at + 4] != b"PK\1\2":
            raise PartError("its zip directory is damaged", "get the file again")
        lengths = CENTRAL.unpack_from(data, at)[10:13]
        end = at + CENTRAL.size + sum(lengths)
        if end > stop:
            raise PartError("its zip directory is damaged", "get the file again")
        yield _member(data[at:end], directory)
        at = end


def _member(central: bytes, directory: Directory) -> Member:
    _, _, _, flags, _, _, _, _, packed, size, name_size, extra_size, _, _, _, _, start = CENTRAL.unpack_from(central)
    raw = central[CENTRAL.size : CENTRAL.size + name_size]
    name = raw.decode("utf-8", "replace") if flags & UTF8_NAME else raw.decode("cp437")
    extra_at = CENTRAL.size + name_size
    offset_at, offset_size = CENTRAL.size - 4, 4
    wide = zip64_at(central[extra_at : extra_at + extra_size])
    if wide is not None:
        at, stop = extra_at + wide[0], extra_at + wide[1]
        values = []
        for value in (size, packed, start):
            if value == SATURATED and at + 8 <= stop:
                values.append(int.from_bytes(central[at : at + 8], "little"))
                offset_at, offset_size = (at, 8) if len(values) == 3 else (offset_at, offset_size)
                at += 8
            else:
                values.append(value)
        size, packed, start = values
    name = name.replace("\\", "/").lstrip("/")
    return Member(name, central, offset_at, offset_size, start + directory.shift, packed, size)


def zip64_at(extra: bytes) -> tuple[int, int] | None:
    """Where in the extra fields the zip64 numbers begin and end."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == ZIP64:
            return at + 4, min(at + 4 + size, len(extra))
        at += 4 + size
    return None


def with_ends(members: list[Member], directory_start: int) -> list[Member]:
    """Each member with its record's end. Raises PartError when two records overlap, as in a zip bomb."""
    starts = sorted({member.start for member in members})
    if len(starts) != len(members) or (starts and starts[-1] >= directory_start):
        raise PartError("its zip directory is damaged", "get the file again")
    following = dict(zip(starts, [*starts, directory_start][1:], strict=True))
    placed = [replace(member, end=following[member.start]) for member in members]
    if any(m.start + LOCAL.size + m.packed > m.end for m in placed):
        raise PartError("its zip directory is damaged", "get the file again")
    return placed
