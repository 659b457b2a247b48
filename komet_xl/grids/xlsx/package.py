"""The zip container of a workbook. What nobody changed is copied to the byte: records, order, gaps and comments."""

from __future__ import annotations

import zlib
from copy import copy
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.directory import (
    CENTRAL,
    END,
    LOCAL,
    UTF8_NAME,
    find_directory,
    members,
    with_ends,
    zip64_at,
)
from komet_xl.grids.xlsx.faults import PartError

if TYPE_CHECKING:
    from komet_xl.grids.xlsx.directory import Member

MOST_BYTES = 200 * 1024 * 1024
"""Inflated bytes of one part, and bytes of the whole file."""
MOST_RATIO = 200
RATIO_FROM = 10 * 1024 * 1024
"""Below this size a high ratio is a sheet of blank rows, not an attack."""
ENCRYPTED = 0x0001
STORED, DEFLATED = 0, 8
NEW_YEAR_1980 = 0x21
"""The first day that a zip can hold: members that we make carry no clock."""


class Package:
    """The members of one workbook: read, put, remove, and the bytes of the result."""

    def __init__(self, data: bytes) -> None:
        """Read the directory of the zip. Raises PartError when it is none or a damaged one."""
        self._data = data
        self._directory_end, self._directory = find_directory(data)
        self._members = with_ends(list(members(data, self._directory)), self._directory.start)
        self._by_name: dict[str, Member] = {}
        self._twice: set[str] = set()
        for member in self._members:
            key = member.name.lower()
            if key in self._by_name:
                self._twice.add(key)
            self._by_name[key] = member
        self._put: dict[str, tuple[str, bytes]] = {}
        self._removed: set[str] = set()

    @property
    def changed(self) -> bool:
        """Whether anything was put or removed."""
        return bool(self._put or self._removed)

    def names(self) -> list[str]:
        """All members, those put last."""
        kept = [m.name for m in self._members if m.name.lower() not in self._removed]
        known = {name.lower() for name in kept}
        return kept + [name for key, (name, _) in self._put.items() if key not in known]

    def has(self, name: str) -> bool:
        """Whether there is such a member; case is ignored, as in all part names."""
        key = name.lower()
        return key in self._put or (key in self._by_name and key not in self._removed)

    def read(self, name: str) -> bytes:
        """The inflated bytes of a member. Raises PartError: missing, damaged, encrypted or too large."""
        key = name.lower()
        if key in self._put:
            return self._put[key][1]
        if not self.has(name):
            raise PartError(f"its part {name} is missing")
        if key in self._twice:
            raise PartError(f"its part {name} stands in it twice")
        return _inflated(self._data, self._by_name[key])

    def put(self, name: str, data: bytes) -> None:
        """Replace a member, or add one at the end."""
        self._put[name.lower()] = (name, data)
        self._removed.discard(name.lower())

    def remove(self, name: str) -> None:
        """Leave a member out of the result."""
        self._put.pop(name.lower(), None)
        if name.lower() in self._by_name:
            self._removed.add(name.lower())

    def copy(self) -> Package:
        """The same with the same changes; changing one leaves the other alone."""
        twin = copy(self)
        twin._put, twin._removed = dict(self._put), set(self._removed)  # noqa: SLF001  it is one of us
        return twin

    def to_bytes(self) -> bytes:
        """The whole file with all changes. Members that nobody put are copied as they are."""
        in_file_order = sorted(self._members, key=lambda member: member.start)
        out = bytearray(self._data[: in_file_order[0].start if in_file_order else self._directory.start])
        records: dict[int, bytes] = {}
        for member in in_file_order:
            if member.name.lower() in self._removed:
                continue
            records[member.start] = self._copy(member, out)
        directory = [records[member.start] for member in self._members if member.start in records]
        for key, (name, data) in self._put.items():
            if key not in self._by_name:
                directory.append(_append_new(name, data, out))
        return bytes(out) + self._closing(directory, len(out))

    def _copy(self, member: Member, out: bytearray) -> bytes:
        """Append the member's local record to `out`; the result is its record for the directory."""
        offset = len(out)
        new = self._put.get(member.name.lower())
        if new is not None:
            return _append_changed(self._data, member, new[1], out)
        out += self._data[member.start : member.end]
        width, at = member.offset_size, member.offset_at
        return member.central[:at] + offset.to_bytes(width, "little") + member.central[at + width :]

    def _closing(self, directory: list[bytes], start: int) -> bytes:
        body = b"".join(directory)
        comment_on = self._directory_end + END.size
        comment_size = END.unpack_from(self._data, self._directory_end)[7]
        count = len(directory)
        end = END.pack(b"PK\5\6", 0, 0, count, count, len(body), start, comment_size)
        return body + end + self._data[comment_on:]


def _local(data: bytes, member: Member) -> tuple[bytes, bytes, int]:
    """Name and extra fields of the local record, and where its body begins."""
    fields = LOCAL.unpack_from(data, member.start)
    name_at = member.start + LOCAL.size
    extra_at = name_at + fields[9]
    body = extra_at + fields[10]
    if fields[0] != b"PK\3\4" or body + member.packed > member.end:
        raise PartError(f"its part {member.name} is damaged", "get the file again")
    return data[name_at:extra_at], data[extra_at:body], body


def _inflated(data: bytes, member: Member) -> bytes:
    _, _, _, flags, method, _, _, crc, *_ = CENTRAL.unpack_from(member.central)
    if flags & ENCRYPTED:
        raise PartError("it is password-protected", "save it without a password")
    too_large = PartError(
        f"its part {member.name} would take more than {MOST_BYTES >> 20} MiB or is packed suspiciously tight",
        "split the workbook or delete what is not needed",
    )
    if member.size > MOST_BYTES or (member.size > RATIO_FROM and member.size > MOST_RATIO * member.packed):
        raise too_large
    body = _local(data, member)[2]
    packed = data[body : body + member.packed]
    plain = packed
    if method == DEFLATED:
        inflate = zlib.decompressobj(-15)
        try:
            plain = inflate.decompress(packed, member.size + 1)
        except zlib.error:
            raise PartError(f"its part {member.name} is damaged", "get the file again") from None
    elif method != STORED:
        raise PartError(f"its part {member.name} is packed in a way that Excel does not use")
    if len(plain) > member.size > RATIO_FROM:
        raise too_large
    if len(plain) != member.size or zlib.crc32(plain) != crc:
        raise PartError(f"its part {member.name} is damaged", "get the file again")
    return plain


def _deflated(data: bytes) -> bytes:
    deflate = zlib.compressobj(6, zlib.DEFLATED, -15)
    return deflate.compress(data) + deflate.flush()


def _append_changed(source: bytes, member: Member, data: bytes, out: bytearray) -> bytes:
    """A changed member: its name, flags, times, attributes and comment stay, sizes stand in the header."""
    made, need, flags, _, when, day = CENTRAL.unpack_from(member.central)[1:7]
    _, _, _, _, _, _, name_size, extra_size, _, disk, inner, outer, _ = CENTRAL.unpack_from(member.central)[4:]
    name, local_extra, _ = _local(source, member)
    extra_at = CENTRAL.size + name_size
    extra = _without_zip64(member.central[extra_at : extra_at + extra_size])
    comment = member.central[extra_at + extra_size :]
    flags &= UTF8_NAME
    packed = _deflated(data)
    sizes = (zlib.crc32(data), len(packed), len(data))
    offset = len(out)
    local_extra = _without_zip64(local_extra)
    out += LOCAL.pack(b"PK\3\4", min(need, 20), flags, DEFLATED, when, day, *sizes, len(name), len(local_extra))
    out += name + local_extra + packed
    lengths = (name_size, len(extra), len(comment), disk, inner, outer, offset)
    head = CENTRAL.pack(b"PK\1\2", made, min(need, 20), flags, DEFLATED, when, day, *sizes, *lengths)
    return head + member.central[CENTRAL.size : extra_at] + extra + comment


def _append_new(name: str, data: bytes, out: bytearray) -> bytes:
    raw = name.encode()
    flags = 0 if name.isascii() else UTF8_NAME
    packed = _deflated(data)
    sizes = (zlib.crc32(data), len(packed), len(data))
    offset = len(out)
    out += LOCAL.pack(b"PK\3\4", 20, flags, DEFLATED, 0, NEW_YEAR_1980, *sizes, len(raw), 0) + raw + packed
    lengths = (len(raw), 0, 0, 0, 0, 0, offset)
    return CENTRAL.pack(b"PK\1\2", 20, 20, flags, DEFLATED, 0, NEW_YEAR_1980, *sizes, *lengths) + raw


def _without_zip64(extra: bytes) -> bytes:
    at = zip64_at(extra)
    return extra if at is None else extra[: at[0] - 4] + extra[at[1] :]
