"""A sheet that we make: heading row, formats, widths; and its place in the workbook."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import quoteattr

from komet_xl.errors import SheetError
from komet_xl.grids.grid import Kind
from komet_xl.grids.xlsx import links, refs
from komet_xl.grids.xlsx.markup import applied, inside, prefix_of
from komet_xl.grids.xlsx.styles import ISO_DAY, whole
from komet_xl.grids.xlsx.text import FORBIDDEN, clean, to_xml

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.grids.grid import Column
    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.styles import Styles
    from komet_xl.grids.xlsx.workbook import Workbook

LONGEST_NAME = 31
FORMATS: Final = {
    Kind.TEXT: "@",
    Kind.ID: "0",
    Kind.COUNT: "#,##0",
    Kind.MONEY: "#,##0.00##",
    Kind.DATE: ISO_DAY,
}
WIDEST = 255
FROZEN_TOP_ROW = (
    '<sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
)
RELATIONSHIP_PREFIX = re.compile(rb"\s([\w.-]+):id\s*=")


def ensure_name(name: str, where: str, taken: Sequence[str]) -> None:
    """Raise SheetError when a sheet cannot be called that."""
    units = len(name.encode("utf-16-le", "surrogatepass")) // 2
    wrong = re.search(r"[\[\]:*?/\\]", name) or FORBIDDEN.search(name) or name.startswith("'") or name.endswith("'")
    if not name.strip() or units > LONGEST_NAME or wrong or name.lower() == "history":
        raise SheetError(
            f"{where} cannot have a sheet named {name!r}: choose 1 to {LONGEST_NAME} characters without "
            "[ ] : * ? / \\ and without a quote at either end (and not History)."
        )
    if name.lower() in (other.lower() for other in taken):
        raise SheetError(f"{where} has a sheet {name!r} already; choose another name.")


def sheet_xml(namespace: str, columns: Sequence[Column], styles: Styles) -> bytes:
    """The sheet part: headings in row 1, a format and a width for every column."""
    last = refs.address(1, len(columns)) if columns else "A1"
    pieces = [
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n',
        f'<worksheet xmlns="{namespace}"><dimension ref="A1:{last}"/>{FROZEN_TOP_ROW}',
        '<sheetFormatPr defaultRowHeight="15"/>',
    ]
    if not columns:
        return "".join([*pieces, "<sheetData/></worksheet>"]).encode()
    widths = []
    for number, column in enumerate(columns, start=1):
        style = styles.formatted(0, FORMATS[column.kind])
        width = min(max(column.width, 1), WIDEST)
        widths.append(f'<col min="{number}" max="{number}" width="{width}" style="{style}" customWidth="1"/>')
    heading = styles.heading()
    cells = b"".join(
        f'<c r="{refs.address(1, number)}" s="{heading}" t="inlineStr"><is><t xml:space="preserve">'.encode()
        + to_xml(clean(column.heading))
        + b"</t></is></c>"
        for number, column in enumerate(columns, start=1)
    )
    pieces.append(f'<cols>{"".join(widths)}</cols><sheetData><row r="1">')
    return "".join(pieces).encode() + cells + b"</row></sheetData></worksheet>"


def register(package: Package, workbook: Workbook, name: str, data: bytes) -> None:
    """Put the sheet part into the package and at the end of the workbook's list of sheets."""
    folder = workbook.part.rpartition("/")[0]
    number = 1
    while package.has(part := f"{folder}/worksheets/sheet{number}.xml".lstrip("/")):
        number += 1
    package.put(part, data)
    link = links.register(package, workbook.part, part, "worksheet")
    entries = workbook.entries()
    sheets = workbook.root.find("sheets")
    if sheets is None or not entries:
        raise SheetError("The workbook lists no sheets; open it in Excel, save it again and retry.")
    source = workbook.data
    first = source[entries[0].start : entries[0].inner]
    prefix = RELATIONSHIP_PREFIX.search(first)
    p, r = prefix_of(source, entries[0].start), prefix[1].decode() if prefix else "r"
    new_id = max(whole(entry.attributes.get("sheetId")) for entry in entries) + 1
    new = f'<{p}sheet name={quoteattr(name)} sheetId="{new_id}" {r}:id="{link}"/>'
    links.put_xml(package, workbook.part, applied(source, [inside(source, sheets, new.encode())]), workbook.encoding)


def skeleton(name: str) -> bytes:
    """A whole new workbook with one empty sheet of that name, as bytes of an .xlsx file."""
    from io import BytesIO  # noqa: PLC0415  only new workbooks pay for this and the next line

    from openpyxl import Workbook as NewWorkbook  # noqa: PLC0415  a heavy import that reading does not need

    made = NewWorkbook()
    made.properties.creator = "komet-xl"
    made.worksheets[0].title = name
    out = BytesIO()
    made.save(out)
    return out.getvalue()
