"""Members of the zip packed and unpacked piece by piece, so that a large sheet never lies in memory as a whole."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.directory import CENTRAL, LOCAL
from komet_xl.grids.xlsx.faults import PartError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from komet_xl.grids.xlsx.directory import Member

MOST_IN_FILE = 64 * 1024 * 1024
"""Bytes of the whole file, which is in memory twice while it is saved."""
MOST_WHOLE = 96 * 1024 * 1024
"""Inflated bytes of a sheet that is changed as a whole, as its layout is not the usual one."""
MOST_STREAMED = 512 * 1024 * 1024
"""Inflated bytes of one part that is read piece by piece."""
MOST_RATIO = 200
RATIO_FROM = 10 * 1024 * 1024
"""Below this size a high ratio is a sheet of blank rows, not an attack."""
ENCRYPTED = 0x0001
STORED, DEFLATED = 0, 8
PIECE = 1 << 18
"""Bytes of one piece, about."""
LEVEL = 3
"""Half the time of zlib's usual 6, for files a sixth larger; Excel packs fast as well."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A member's content as the zip holds it."""

    data: bytes
    size: int
    """Bytes before packing."""
    crc: int


class Packer:
    """Packs a member piece by piece."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -15)
        self._packed: list[bytes] = []
        self._size = self._crc = 0

    def add(self, piece: bytes) -> None:
        """The next bytes."""
        self._size += len(piece)
        self._crc = zlib.crc32(piece, self._crc)
        self._packed.append(self._deflate.compress(piece))

    def done(self) -> Packed:
        """All of it; nothing can be added after this."""
        self._packed.append(self._deflate.flush())
        return Packed(b"".join(self._packed), self._size, self._crc)


def packed(data: bytes) -> Packed:
    """The whole content at once."""
    packer = Packer()
    packer.add(data)
    return packer.done()


def unpacked(held: Packed) -> Iterator[bytes]:
    """What we packed ourselves, piece by piece."""
    yield from _inflated(held.data)


def body(data: bytes, member: Member) -> tuple[bytes, bytes, int]:
    """Name and extra fields of the local record, and where its packed content begins."""
    fields = LOCAL.unpack_from(data, member.start)
    name_at = member.start + LOCAL.size
    extra_at = name_at + fields[9]
    begin = extra_at + fields[10]
    if fields[0] != b"PK\3\4" or begin + member.packed > member.end:
        raise PartError(f"its part {member.name} is damaged", "get the file again")
    return data[name_at:extra_at], data[extra_at:begin], begin


def pieces(data: bytes, member: Member, limit: int) -> Iterator[bytes]:
    """
    A member's content, piece by piece. It is only to be trusted when the last piece has come and nothing was raised.

    Raises:
        PartError: damaged, encrypted, packed in a foreign way, larger than `limit` or suspiciously tight.
    """
    _, _, _, flags, method, _, _, crc, *_ = CENTRAL.unpack_from(member.central)
    if flags & ENCRYPTED:
        raise PartError("it is password-protected", "save it without a password")
    if method not in {STORED, DEFLATED}:
        raise PartError(f"its part {member.name} is packed in a way that Excel does not use")
    if member.size > limit or (member.size > RATIO_FROM and member.size > MOST_RATIO * member.packed):
        raise _too_large(member.name, limit)
    begin = body(data, member)[2]
    stored = memoryview(data)[begin : begin + member.packed]
    counted = checked = 0
    try:
        for piece in _inflated(stored) if method == DEFLATED else _cut(stored):
            counted += len(piece)
            if counted > member.size:  # it says less than it holds
                raise _damaged(member.name) if counted <= RATIO_FROM else _too_large(member.name, limit)
            checked = zlib.crc32(piece, checked)
            yield piece
    except zlib.error:
        raise _damaged(member.name) from None
    if counted != member.size or checked != crc:
        raise _damaged(member.name)


def _inflated(stored: bytes | memoryview) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-15)
    rest: bytes | memoryview = stored
    while rest and not inflate.eof:
        piece = inflate.decompress(rest[:PIECE], PIECE)
        rest = rest[PIECE:]
        yield piece
        while inflate.unconsumed_tail:
            yield inflate.decompress(inflate.unconsumed_tail, PIECE)
    yield inflate.flush()


def _cut(stored: memoryview) -> Iterator[bytes]:
    for at in range(0, len(stored), PIECE):
        yield bytes(stored[at : at + PIECE])


def _damaged(name: str) -> PartError:
    return PartError(f"its part {name} is damaged", "get the file again")


def _too_large(name: str, limit: int) -> PartError:
    return PartError(
        f"its part {name} would take more than {limit >> 20} MiB or is packed suspiciously tight",
        "split the workbook or delete what is not needed",
    )
