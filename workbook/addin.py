"""The add-in's package: VBA project, ribbon, and the sheet on which "komet-xl install" writes what it found."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from workbook import vbaproject

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FOLDER: Final = Path(__file__).parent
VBA: Final = FOLDER / "vba"
RIBBON: Final = FOLDER / "ribbon.xml"
RIBBON_NAMES: Final = "http://schemas.microsoft.com/office/2006/01/customui"
STAMPS: Final = ("interpreter", "site", "library", "xlwings", "komet-xl", "labels")
"""Column A of the sheet; column B is empty in the file that is built. What each means: docs/excel.md."""
SHEET: Final = "xl/worksheets/sheet1.xml"
EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every part: a build knows no clock."""

XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RIBBON_RELATION: Final = (
    '<Relationship Id="rId4" Type="http://schemas.microsoft.com/office/2006/relationships/ui/extensibility" '
    'Target="customUI/customUI.xml"/>'
)
CORE: Final = (
    XML + '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Komet</dc:title><dc:description>Pull prebooks from Komet '
    "Sales and push order lines.</dc:description><dc:creator>komet-xl</dc:creator></cp:coreProperties>"
)
APP: Final = (
    XML + '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties">'
    "<Application>Microsoft Excel</Application></Properties>"
)


def read_sources() -> dict[str, str]:
    """Every VBA module by its name. Raises SourceError for one that Excel could not take."""
    return vbaproject.read_sources(VBA)


def build() -> bytes:
    """komet.xlam from the sources in this folder. The same sources make the same bytes, on every machine."""
    with tempfile.TemporaryDirectory() as folder:
        template = Path(folder) / "template.xlam"
        project = vbaproject.build(read_sources(), template=template)
        with zipfile.ZipFile(template) as blank:
            parts = {each: blank.read(each) for each in blank.namelist()}
    parts["xl/vbaProject.bin"] = project
    parts["customUI/customUI.xml"] = RIBBON.read_bytes()
    parts["_rels/.rels"] = _replaced(parts["_rels/.rels"], "</Relationships>", RIBBON_RELATION + "</Relationships>")
    parts["xl/workbook.xml"] = _replaced(parts["xl/workbook.xml"], '<sheet name="Sheet1"', '<sheet name="komet"')
    parts[SHEET] = stamp_sheet().encode()
    parts["docProps/core.xml"] = CORE.encode()
    parts["docProps/app.xml"] = APP.encode()
    return _zipped(parts)


def buttons() -> list[str]:
    """Ids of the buttons, as the ribbon shows them."""
    return [each.attrib["id"] for each in ribbon().iter(f"{{{RIBBON_NAMES}}}button")]


def labels() -> list[str]:
    """Ids of what takes its text from the labels file."""
    return [each.attrib["id"] for each in ribbon().iter() if "getLabel" in each.attrib]


def ribbon() -> Element:
    """The ribbon's root."""
    return ET.parse(RIBBON).getroot()  # noqa: S314  our own file


def stamp_sheet() -> str:
    """The sheet "komet": what is written in column B is what the add-in starts."""
    rows = "".join(
        f'<row r="{at}"><c r="A{at}" t="inlineStr"><is><t>{escape(name)}</t></is></c>'
        f'<c r="B{at}" t="inlineStr"><is><t></t></is></c></row>'
        for at, name in enumerate(STAMPS, 1)
    )
    return (
        f'{XML}<worksheet xmlns="{MAIN}"><sheetPr codeName="Sheet1"/><dimension ref="A1:B{len(STAMPS)}"/>'
        '<sheetViews><sheetView tabSelected="1" workbookViewId="0"/></sheetViews><sheetFormatPr defaultRowHeight="15"/>'
        f"<sheetData>{rows}</sheetData></worksheet>"
    )


def _replaced(part: bytes, old: str, new: str) -> bytes:
    if part.count(old.encode()) != 1:
        raise ValueError(f"pyOpenVBA's blank add-in has changed: {old!r} is not there once")
    return part.replace(old.encode(), new.encode())


def _zipped(parts: dict[str, bytes]) -> bytes:
    """Stored, not compressed: compressed bytes differ from one zlib to the next, and the file is small."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as package:
        for name, content in parts.items():
            part = zipfile.ZipInfo(name, EPOCH)
            part.create_system = 0
            package.writestr(part, content)
    return made.getvalue()
