"""Workbooks put together by hand, so that a test decides every byte of a sheet."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
STYLES = (
    f'{XML}<styleSheet xmlns="{MAIN}"><numFmts count="2"><numFmt numFmtId="164" formatCode="[h]:mm"/>'
    '<numFmt numFmtId="165" formatCode="d.m.yyyy hh:mm"/></numFmts>'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="1"><fill><patternFill patternType="none"/></fill></fills><borders count="1"><border/></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="14" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="20" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="2" fontId="0" fillId="0" borderId="0" xfId="0"><alignment horizontal="center"/></xf>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
GENERAL, DAY, TEXT, ELAPSED, MOMENT, CLOCK, CENTRED = range(7)
"""Indexes of the formats in STYLES."""


def sheet(body: str, *, before: str = "", after: str = "") -> str:
    """A sheet part around the inside of sheetData."""
    return f'{XML}<worksheet xmlns="{MAIN}" xmlns:r="{RELS}">{before}<sheetData>{body}</sheetData>{after}</worksheet>'


def make(
    path: Path,
    sheets: Mapping[str, str | bytes],
    *,
    strings: str | None = None,
    styles: str | None = STYLES,
    inside: str = "",
    properties: str = "",
    parts: Mapping[str, str | bytes] | None = None,
    links: str = "",
    types: str = "",
    main: str = MAIN,
) -> Path:
    """Write a workbook; `inside` stands after its list of sheets, `links` among the workbook's relationships."""
    numbered = list(enumerate(sheets.items(), start=1))
    entries = "".join(f'<sheet name="{name}" sheetId="{n + 10}" r:id="rId{n}"/>' for n, (name, _) in numbered)
    rels = "".join(
        f'<Relationship Id="rId{n}" Type="{RELS}/worksheet" Target="worksheets/sheet{n}.xml"/>' for n, _ in numbered
    )
    content = {
        "[Content_Types].xml": f'{XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.worksheet+xml"/>'
            for n, _ in numbered
        )
        + '<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        f'spreadsheetml.styles+xml"/>{types}</Types>',
        "_rels/.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}"><Relationship Id="rId1" '
        f'Type="{RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{XML}<workbook xmlns="{main}" xmlns:r="{RELS}"><workbookPr{properties}/><bookViews>'
        f"<workbookView/></bookViews><sheets>{entries}</sheets>{inside}</workbook>",
        "xl/_rels/workbook.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{rels}'
        f'<Relationship Id="rId90" Type="{RELS}/styles" Target="styles.xml"/>'
        f'<Relationship Id="rId91" Type="{RELS}/sharedStrings" Target="sharedStrings.xml"/>{links}</Relationships>',
        **{f"xl/worksheets/sheet{n}.xml": data for n, (_, data) in numbered},
        **(parts or {}),
    }
    if styles is not None:
        content["xl/styles.xml"] = styles
    else:
        content["xl/_rels/workbook.xml.rels"] = content["xl/_rels/workbook.xml.rels"].replace(
            f'<Relationship Id="rId90" Type="{RELS}/styles" Target="styles.xml"/>', ""
        )
    if strings is not None:
        content["xl/sharedStrings.xml"] = f'{XML}<sst xmlns="{main}">{strings}</sst>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def member(path: Path, name: str) -> str:
    """A member's text."""
    with zipfile.ZipFile(path) as archive:
        return archive.read(name).decode()


def members(path: Path) -> dict[str, bytes]:
    """All members by name, in order."""
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def records(path: Path) -> dict[str, bytes]:
    """Each member as it stands in the file: local header, name, extra fields and packed data."""
    data = path.read_bytes()
    found = {}
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            at = info.header_offset
            sizes = int.from_bytes(data[at + 26 : at + 28], "little") + int.from_bytes(
                data[at + 28 : at + 30], "little"
            )
            found[info.filename] = data[at : at + 30 + sizes + info.compress_size]
    return found
