"""Parts that XlsxWriter and LibreOffice cannot write, put into a workbook by hand; other ways to pack a workbook."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
X14 = "http://schemas.microsoft.com/office/spreadsheetml/2009/9/main"
X15 = "http://schemas.microsoft.com/office/spreadsheetml/2010/11/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
THREADS = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
NEW_RELS = "http://schemas.microsoft.com/office"
PERSON = "{D1CE3F0A-0000-4000-8000-000000000001}"
EXTERNAL_LINK = "application/vnd.openxmlformats-officedocument.spreadsheetml.externalLink+xml"
SLICER_LIST = (
    f'<ext uri="{{3A4CF648-6AED-40f4-86FF-DC5316D8AED3}}" xmlns:x14="{X14}"><x14:slicerList>'
    '<x14:slicer r:id="rIdSlicer"/></x14:slicerList></ext>'
)
SLICER_CACHES = (
    f'<extLst><ext uri="{{46BE6895-7355-4a93-B00E-2C351335B9C9}}" xmlns:x15="{X15}" xmlns:x14="{X14}">'
    '<x15:slicerCaches><x14:slicerCache r:id="rIdCache"/></x15:slicerCaches></ext></extLst>'
)
PARTS = {
    "xl/slicers/slicer1.xml": f'<slicers xmlns="{X14}"><slicer name="flower" cache="Slicer_flower" caption="flower" '
    'rowHeight="241300"/></slicers>',
    "xl/slicerCaches/slicerCache1.xml": f'<slicerCacheDefinition xmlns="{X14}" xmlns:x15="{X15}" name="Slicer_flower" '
    'sourceName="flower"><extLst><ext uri="{2F2917AC-EB37-4324-AD4E-5DD8C200BD13}"><x15:tableSlicerCache tableId="1" '
    'column="1"/></ext></extLst></slicerCacheDefinition>',
    "xl/threadedComments/threadedComment1.xml": f'<ThreadedComments xmlns="{THREADS}"><threadedComment ref="A1" '
    f'dT="2026-02-10T09:14:00.00" personId="{PERSON}" id="{{AAAAAAAA-0000-4000-8000-000000000002}}"><text>which farm?'
    "</text></threadedComment></ThreadedComments>",
    "xl/persons/person.xml": f'<personList xmlns="{THREADS}"><person displayName="buyer" id="{PERSON}" userId="b" '
    'providerId="None"/></personList>',
    "xl/externalLinks/externalLink1.xml": f'<externalLink xmlns="{MAIN}"><externalBook xmlns:r="{RELS}" r:id="rId1">'
    '<sheetNames><sheetName val="rates"/></sheetNames><sheetDataSet><sheetData sheetId="0"><row r="1"><cell r="A1">'
    "<v>0.015</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>",
    "xl/externalLinks/_rels/externalLink1.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/'
    f'2006/relationships"><Relationship Id="rId1" Type="{RELS}/externalLinkPath" Target="rates.xlsx" '
    'TargetMode="External"/></Relationships>',
    "customXml/item1.xml": '<label xmlns="urn:labels">internal</label>',
    "xl/ctrlProps/ctrlProp1.xml": f'<formControlPr xmlns="{X14}" objectType="CheckBox" checked="Checked"/>',
}
TYPES = {
    "xl/slicers/slicer1.xml": "application/vnd.ms-excel.slicer+xml",
    "xl/slicerCaches/slicerCache1.xml": "application/vnd.ms-excel.slicerCache+xml",
    "xl/threadedComments/threadedComment1.xml": "application/vnd.ms-excel.threadedcomments+xml",
    "xl/persons/person.xml": "application/vnd.ms-excel.person+xml",
    "xl/externalLinks/externalLink1.xml": EXTERNAL_LINK,
    "xl/ctrlProps/ctrlProp1.xml": "application/vnd.ms-excel.controlproperties+xml",
}
SHEET_LINKS = {
    "rIdSlicer": (f"{NEW_RELS}/2007/relationships/slicer", "../slicers/slicer1.xml"),
    "rIdThread": (f"{NEW_RELS}/2017/10/relationships/threadedComment", "../threadedComments/threadedComment1.xml"),
    "rIdControl": (f"{RELS}/ctrlProp", "../ctrlProps/ctrlProp1.xml"),
}
BOOK_LINKS = {
    "rIdCache": (f"{NEW_RELS}/2007/relationships/slicerCache", "slicerCaches/slicerCache1.xml"),
    "rIdPerson": (f"{NEW_RELS}/2017/10/relationships/person", "persons/person.xml"),
    "rIdRates": (f"{RELS}/externalLink", "externalLinks/externalLink1.xml"),
    "rIdLabel": (f"{RELS}/customXml", "../customXml/item1.xml"),
}


def with_parts(path: Path) -> Path:
    """
    Put a slicer, threaded comments, an external link, a control's properties and custom XML into a workbook.

    Its first sheet must have a table and comments. The result stands in the same file.
    """
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name).decode("latin-1") for name in archive.namelist()}
    sheet, book, types = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "[Content_Types].xml"
    members[sheet] = _before_end(members[sheet], "worksheet", f"<extLst>{SLICER_LIST}</extLst>")
    members[book] = _before_end(members[book], "workbook", SLICER_CACHES)
    links = '</sheets><externalReferences><externalReference r:id="rIdRates"/></externalReferences>'
    members[book] = members[book].replace("</sheets>", links, 1)
    for rels, wanted in (
        ("xl/worksheets/_rels/sheet1.xml.rels", SHEET_LINKS),
        ("xl/_rels/workbook.xml.rels", BOOK_LINKS),
    ):
        new = "".join(f'<Relationship Id="{i}" Type="{t}" Target="{to}"/>' for i, (t, to) in wanted.items())
        members[rels] = _before_end(members[rels], "Relationships", new)
    new = "".join(f'<Override PartName="/{name}" ContentType="{kind}"/>' for name, kind in TYPES.items())
    members[types] = _before_end(members[types], "Types", new)
    members |= {name: XML + text for name, text in PARTS.items()}
    _pack(path, {name: text.encode("latin-1") for name, text in members.items()})
    return path


def _before_end(text: str, root: str, new: str) -> str:
    before, end, after = text.rpartition(f"</{root}>")
    return before + new + end + after


def _pack(path: Path, members: Mapping[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)


class _NoSeek(io.RawIOBase):
    """A stream that cannot go back: a zip written to it has its sizes behind the data."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:  # noqa: ANN401  any buffer
        self.data += data
        return len(data)


def streamed(members: Mapping[str, bytes]) -> bytes:
    """As programs pack that write to a network: sizes behind the data, an archive comment."""
    out = _NoSeek()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
        archive.comment = b"from the web"
    return bytes(out.data)


def stored(members: Mapping[str, bytes]) -> bytes:
    """Nothing compressed, members sorted by name, each with a comment, a time and an extra field of its own."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(members, reverse=True):
            info = zipfile.ZipInfo(name, (1999, 12, 31, 23, 59, 58))
            info.extra = b"\xfe\xca\4\0abcd"
            info.comment = b"a member's comment"
            archive.writestr(info, members[name])
    return out.getvalue()


def wide(members: Mapping[str, bytes]) -> bytes:
    """The sheets in UTF-16, as hardly any program writes them."""
    return streamed({name: _utf16(data) if "worksheets/sheet" in name else data for name, data in members.items()})


def _utf16(data: bytes) -> bytes:
    return data.decode().replace('encoding="UTF-8"', 'encoding="UTF-16"').encode("utf-16")


PACKED: dict[str, Callable[[Mapping[str, bytes]], bytes]] = {"streamed": streamed, "stored": stored, "wide": wide}


def packed(how: str, path: Path) -> Path:
    """A copy of a workbook beside it, packed in one of the ways above."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    other = path.with_stem(f"{path.stem} {how}")
    other.write_bytes(PACKED[how](members))
    return other
