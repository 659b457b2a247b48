"""Files around the XML: what is no workbook, zips cut short, and zips whose records lie."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.grids.hostile.case import PLAIN, Case, either, plain, read, refused
from tests.grids.hostile.rawzip import STORED, Entry, archive
from tests.grids.workbooks import members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.grids.hostile.case import Maker

SHEET = "xl/worksheets/sheet1.xml"
NO_ZIP = "no workbook or was cut short"
DAMAGED = "damaged"
NOT_EXCEL = "no Excel workbook|missing"
OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def data(content: bytes) -> Maker:
    """A file of these bytes."""
    return lambda path: path.write_bytes(content)


def entries(path: Path) -> list[Entry]:
    """The members of the plain workbook, honest."""
    plain(path)
    return [Entry.of(name, content) for name, content in members(path).items()]


def zipped(change: Callable[[list[Entry]], Sequence[Entry]], **end: object) -> Maker:
    """The plain workbook with its members changed."""
    return lambda path: path.write_bytes(archive(change(entries(path)), **end))  # type: ignore[arg-type]  as archive has it


def sheet_but(**lies: object) -> Maker:
    """The plain workbook whose sheet member lies."""
    return zipped(lambda every: [each.but(**lies) if each.name == SHEET.encode() else each for each in every])


def more(*new: Entry, **end: object) -> Maker:
    """The plain workbook with further members."""
    return zipped(lambda every: [*every, *new], **end)


def other_files() -> Iterator[Case]:
    yield refused("an empty file", NO_ZIP, data(b""))
    for byte in (b"P", b"\0", b"<", b"\xd0"):
        yield refused(f"a file of the byte {byte!r}", NO_ZIP, data(byte))
    yield refused("an old .xls", "old .xls", data(OLE2 + bytes(2000)))
    yield refused("an old .xls without a container", NO_ZIP, data(b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(2000)))
    yield refused(
        "an encrypted workbook", "password-protected", data(OLE2 + bytes(504) + "EncryptedPackage".encode("utf-16-le"))
    )
    yield refused("an HTML page", NO_ZIP, data(b"<html><table><tr><td>1</td></tr></table></html>"))
    yield refused("a CSV file", NO_ZIP, data(b"prebookId;boxes\r\n1;2\r\n"))
    yield refused(
        "a single XML file",
        NO_ZIP,
        data(b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'),
    )
    yield refused("a gzip file", NO_ZIP, data(b"\x1f\x8b\x08" + bytes(100)))
    yield refused("a binary workbook", "binary workbook", _binary)
    yield refused("an OpenDocument sheet", NOT_EXCEL, _open_document)
    yield refused(
        "a Word document",
        NOT_EXCEL,
        data(archive([Entry.of("word/document.xml", "<w/>"), Entry.of("[Content_Types].xml", "<Types/>")])),
    )
    yield refused("an empty zip", NOT_EXCEL, data(archive([])))
    yield refused("a folder", "folder|cannot be read", lambda path: path.mkdir())
    yield refused("no file", "There is no file", lambda _: None)
    yield refused("10 MB of end records", f"{DAMAGED}|{NO_ZIP}", data(b"PK\5\6" * 2_500_000))
    yield refused("10 MB of zeros", NO_ZIP, data(bytes(10_000_000)))


def _binary(path: Path) -> None:
    rels = b"".join(each for name, each in members(plain(path)).items() if name == "_rels/.rels")
    content = [
        Entry.of("_rels/.rels", rels.replace(b"workbook.xml", b"workbook.bin")),
        Entry.of("xl/workbook.bin", b"\x83\1\0"),
    ]
    path.write_bytes(archive(content))


def _open_document(path: Path) -> None:
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    path.write_bytes(
        archive(
            [
                Entry.of("mimetype", kind, stored=True),
                Entry.of("content.xml", "<x/>"),
                Entry.of("META-INF/manifest.xml", "<x/>"),
            ]
        )
    )


CUTS = 40


def cut(step: int) -> Maker:
    """The plain workbook cut at one of so many places."""

    def made(path: Path) -> None:
        whole = plain(path).read_bytes()
        path.write_bytes(whole[: len(whole) * step // CUTS])

    return made


def cuts() -> Iterator[Case]:
    for step in range(CUTS):
        yield refused(f"cut at {step} of {CUTS}", f"{NO_ZIP}|{DAMAGED}", cut(step))
    yield refused(
        "cut by one byte", f"{NO_ZIP}|{DAMAGED}", lambda path: path.write_bytes(plain(path).read_bytes()[:-1])
    )
    yield refused("its beginning cut off", DAMAGED, lambda path: path.write_bytes(plain(path).read_bytes()[100:]))
    yield read("bytes in front", PLAIN, lambda path: path.write_bytes(b"#!/bin/sh\n" + plain(path).read_bytes()))
    yield either("bytes behind", PLAIN, NO_ZIP, lambda path: path.write_bytes(plain(path).read_bytes() + b"\r\n" * 10))
    yield either(
        "70,000 bytes behind", PLAIN, NO_ZIP, lambda path: path.write_bytes(plain(path).read_bytes() + bytes(70_000))
    )
    yield read("a comment", PLAIN, more(comment=b"x" * 65_535))
    yield either("a comment that holds an end record", PLAIN, f"{DAMAGED}|{NOT_EXCEL}", more(comment=archive([])))
    yield either("a comment that holds another workbook", PLAIN, f"{DAMAGED}|twice", _two_workbooks)


def _two_workbooks(path: Path) -> None:
    """Two programs that search for the end from two sides would open two different workbooks."""
    inner = archive([each.but(crc=0) for each in entries(path)])
    path.write_bytes(archive(entries(path), comment=inner))


def lies() -> Iterator[Case]:
    yield refused("a wrong checksum", DAMAGED, sheet_but(crc=1))
    yield refused("encrypted", "password", sheet_but(flags=1))
    yield refused("strongly encrypted", "password", sheet_but(flags=0x41))
    for method in (1, 6, 9, 12, 14, 93, 95, 98, 99, 0xFFFF):
        yield refused(f"packed by method {method}", "packed in a way", sheet_but(method=method))
    yield refused("packed, and said to be stored", DAMAGED, sheet_but(method=STORED))
    for size in (0, 1, 2**31, 2**32 - 2, 2**32 - 1):
        yield refused(f"said to be {size} bytes", f"{DAMAGED}|tight", sheet_but(size=size))
        yield refused(f"said to be packed in {size} bytes", f"{DAMAGED}|tight", sheet_but(packed_size=size))
    yield either("another size in its own record", PLAIN, DAMAGED, sheet_but(local_size=7))
    yield either("another name in its own record", PLAIN, DAMAGED, sheet_but(local_name=b"xl/worksheets/sheet9.xml"))
    yield either("an endless name in its own record", PLAIN, DAMAGED, sheet_but(local_name=b"x" * 60_000))
    for offset in (0, 1, 2**31, 2**32 - 2, 2**32 - 1):
        yield refused(f"said to lie at {offset}", DAMAGED, sheet_but(offset=offset))
    yield refused("no deflate data", DAMAGED, sheet_but(packed=b"\xff" * 100, size=100))
    yield refused("deflate data without an end", DAMAGED, sheet_but(packed=b"\x00\x01\x00\xfe\xff<", size=1))
    yield refused("deflate data of nothing, for ever", DAMAGED, sheet_but(packed=b"\x00\x00\x00\xff\xff" * 400_000))
    wide = b"\1\0\x18\0" + (2**63).to_bytes(8, "little") * 3
    yield refused(
        "zip64 sizes beyond all",
        f"{DAMAGED}|tight",
        sheet_but(extra=wide, size=2**32 - 1, packed_size=2**32 - 1, offset=2**32 - 1),
    )
    yield refused("zip64 cut short", f"{DAMAGED}|tight", sheet_but(extra=b"\1\0\x18\0" + bytes(3), size=2**32 - 1))
    yield either("zip64 without need", PLAIN, DAMAGED, sheet_but(extra=b"\1\0\x08\0" + bytes(8)))
    yield either("extra fields of nonsense", PLAIN, DAMAGED, sheet_but(extra=b"\xff\xff\xff\xff" + bytes(10)))
    yield either("an end in zip64", PLAIN, DAMAGED, more(wide=True))
    for count in (0, 1, 100, 65_534):
        yield refused(f"an end that counts {count}", f"{DAMAGED}|{NOT_EXCEL}|our limit", more(count=count))
    yield refused("an end in zip64 that counts 2**60", f"{DAMAGED}|our limit", more(count=2**60, wide=True))
    yield refused("members that overlap", DAMAGED, _overlapping)


def _overlapping(path: Path) -> None:
    """As in David Fifield's bomb: one body, which many members say is theirs."""
    every = entries(path)
    at = sum(len(each.packed) + 30 + len(each.name) for each in every)
    kernel = Entry.of("xl/0", b"x" * 1000)
    path.write_bytes(
        archive([*every, kernel, *(kernel.but(name=b"xl/%d" % n, offset=at, packed=b"") for n in range(1, 9))])
    )


ODD_NAMES = (
    *("../../../etc/passwd", "/etc/passwd", "C:\\windows\\x.xml", "xl\\x.xml", "xl//x.xml", "xl/./x.xml", "", ".", "/"),
    *(
        "con",
        "xl/x.xml/",
        "a\0b.xml",
        "xl/\x1b[31m.xml",
        "xl/a\nb.xml",
        "xl/" + "x" * 60_000,
        "xl/%2e%2e/x",
        "\u202egpj",
    ),
)


def names() -> Iterator[Case]:
    for name in ODD_NAMES:
        yield either(f"a member named {name[:20]!a}", PLAIN, ".", more(Entry.of(name, "<x/>")))
    yield either("a member whose name is no text", PLAIN, ".", more(Entry(b"\xff\xfe\x80", b"", 0, 0, STORED, 0x800)))
    for twin in (SHEET, SHEET.upper(), "/" + SHEET, SHEET.replace("/", "\\")):
        yield refused(f"a second member {twin}", "twice", more(Entry.of(twin, "<worksheet/>")))
    for twin in ("xl/./worksheets/sheet1.xml", "xl//worksheets/sheet1.xml"):
        yield either(f"a second member {twin}", PLAIN, "twice", more(Entry.of(twin, "<worksheet/>")))
    yield refused("the sheet twice, alike", "twice", _twice_alike)
    yield either("a folder with the sheet's name", PLAIN, "twice", more(Entry.of(SHEET + "/", b"")))
    yield read("a zip in the zip", PLAIN, more(Entry.of("xl/media/x.zip", archive([Entry.of("a", bytes(100_000))]))))


def _twice_alike(path: Path) -> None:
    every = entries(path)
    path.write_bytes(archive([*every, *(each for each in every if each.name == SHEET.encode())]))


CASES: list[Case] = [*other_files(), *cuts(), *lies(), *names()]
