"""
VBA sources to vbaProject.bin, on any machine, the same bytes each time.

pyOpenVBA writes it, from a project that Excel made. Three things are then set right that Excel's own files have
otherwise: no remains of a compiled cache, cookies as the format says, nothing after the end of the list of modules.
Facts: [MS-OVBA] 2.3.4, [MS-CFB] 2.6, and the add-ins that xlwings ships.
"""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyopenvba import ExcelFile, VBAModuleKind
from pyopenvba.cfb import CFB
from pyopenvba.vba import compress, decompress

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT: Final = "KometXL"
TEMPLATE_PROJECT: Final = "VBAProject"
DOCUMENTS: Final = ("ThisWorkbook", "Sheet1")
"""The modules of the workbook and its sheet; their names are in workbook.xml and sheet1.xml too."""
LONGEST_NAME: Final = 31
LONGEST_LINE: Final = 1000
"""Of 1,023 characters that VBA takes."""
NO_CACHE: Final = bytes.fromhex("CC61FFFF000100")
"""The stream _VBA_PROJECT without a compiled cache, as in the add-ins of xlwings: Excel compiles the sources."""
NAME_RECORD, VERSION_RECORD, MODULE_COOKIE, PROJECT_COOKIE, END_RECORD = 0x04, 0x09, 0x2C, 0x13, 0x10
FREE, STORAGE = 0, 1
SECTOR, ENTRY = 512, 128
"""Bytes of a sector and of a directory entry."""
LAST: Final = 0xFFFFFFFA
"""Numbers from here on are marks, not sectors."""


class SourceError(Exception):
    """A VBA source that Excel could not take."""


def read_sources(folder: Path) -> dict[str, str]:
    """Every module by its name, checked. Raises SourceError."""
    found = {path.stem: checked(path.stem, path.read_bytes()) for path in sorted(folder.glob("*.[bc][al]s"))}
    missing = set(DOCUMENTS) - found.keys()
    if missing:
        raise SourceError(f"{folder} has no {min(missing)}.cls")
    return found


def checked(name: str, source: bytes) -> str:
    """The text of a module with VBA's line ends. Raises SourceError for what VBA's editor could not have written."""
    try:
        text = source.decode("ascii")
    except UnicodeDecodeError as exc:
        raise SourceError(
            f"{name}: byte {exc.start} is no plain letter; VBA would show another one elsewhere"
        ) from None
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0] != f'Attribute VB_Name = "{name}"':
        raise SourceError(f"{name}: its first line must name it")
    if lines[-1] != "":
        raise SourceError(f"{name}: its last line has no end")
    if len(name) > LONGEST_NAME or name.lower() in {PROJECT.lower(), "xlwings"}:
        raise SourceError(f"{name}: not a name for a module of {PROJECT}")
    for number, line in enumerate(lines, 1):
        if len(line) > LONGEST_LINE or not (line.isprintable() and line == line.rstrip()):
            raise SourceError(f"{name}, line {number}: too long, or with a tab or blanks at its end")
    return "\r\n".join(lines)


def build(sources: dict[str, str], *, template: Path) -> bytes:
    """The project as bytes. `template` is where pyOpenVBA's blank add-in is left, for its other parts."""
    book = ExcelFile.create_new(template)
    project = book.vba_project()
    project.delete_module("Module1")
    for name, text in sources.items():
        if name in DOCUMENTS:
            book.set_module(name, text)
        else:
            project.add_module(name, text, kind=VBAModuleKind.standard)
    with tempfile.TemporaryDirectory() as folder:
        saved = Path(folder) / "saved.xlam"
        book.save(saved)
        book.close()
        with ExcelFile(saved) as again:
            raw = again.vba_project_bytes()
    return _tidy(raw)


def _tidy(raw: bytes) -> bytes:
    cfb = CFB.from_bytes(raw)
    directory = _tidy_dir(decompress(cfb.get_stream_in_storage("VBA", "dir")))
    cfb.write_stream_in_storage("VBA", "dir", compress(directory))
    cfb.write_stream_in_storage("VBA", "_VBA_PROJECT", NO_CACHE)
    text = cfb.get_stream("PROJECT").replace(f'Name="{TEMPLATE_PROJECT}"'.encode(), f'Name="{PROJECT}"'.encode())
    cfb.write_stream("PROJECT", text)
    return _tidy_storages(cfb.to_bytes())


def _tidy_dir(raw: bytes) -> bytes:
    """The list of modules with our project's name, cookies that mean "compile me", and nothing after its end."""
    found = bytearray()
    at = 0
    while True:
        kind, size = struct.unpack_from("<HI", raw, at)
        body = raw[at + 6 : at + 6 + (6 if kind == VERSION_RECORD else size)]
        at += 6 + len(body)
        if kind == NAME_RECORD:
            body = PROJECT.encode()
            size = len(body)
        elif kind in (MODULE_COOKIE, PROJECT_COOKIE):
            body = b"\xff\xff"
        found += struct.pack("<HI", kind, size) + body
        if kind == END_RECORD:
            return bytes(found)


def _tidy_storages(raw: bytes) -> bytes:
    """What has no content has no first sector: zero, says [MS-CFB]. pyOpenVBA writes marks there that mean "none"."""
    found = bytearray(raw)
    for sector in _directory(raw):
        for at in range(sector, sector + SECTOR, ENTRY):
            if found[at + 66] in (FREE, STORAGE):
                found[at + 116 : at + 120] = bytes(4)
    return bytes(found)


def _directory(raw: bytes) -> Iterator[int]:
    """Where the sectors of the directory begin."""
    tables = struct.unpack_from("<109I", raw, 76)
    follows = [
        each for table in tables if table < LAST for each in struct.unpack_from("<128I", raw, (table + 1) * SECTOR)
    ]
    sector = int.from_bytes(raw[48:52], "little")
    while sector < LAST:
        yield (sector + 1) * SECTOR
        sector = follows[sector]
