"""A sheet that we make: a table with headings, formats, widths and a page set-up; and its place in the workbook."""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final
from unicodedata import east_asian_width

from komet_xl.errors import SheetError
from komet_xl.grids.grid import Kind
from komet_xl.grids.xlsx import links, refs, tables
from komet_xl.grids.xlsx.calc import AFTER
from komet_xl.grids.xlsx.markup import Edit, applied, inside, prefix_of, tree
from komet_xl.grids.xlsx.styles import ISO_DAY, whole
from komet_xl.grids.xlsx.text import FORBIDDEN, RISKY, clean, escaped, quoted, to_xml
from komet_xl.grids.xlsx.workbook import relationships

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
AIR = 1
"""Characters that the indent of a cell takes."""
BUTTON = 4
"""Characters beside a heading: the filter button, and air."""
BUTTON_INDENT = 2
"""Keeps the text of a right-aligned heading off the filter button, which covers what is under it."""
LEGIBLE = 280
"""Characters across a landscape page in type that can still be read (about half size); wider sheets take more pages."""
KEYS = 2
"""Columns that stand at the left of every page where a sheet is printed on several side by side..."""
WIDEST_KEYS = 70
"""...unless they are wider than this and would leave no room for the others."""
PAGE = (
    '<printOptions horizontalCentered="1"/>'
    '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
    '<pageSetup orientation="landscape" fitToWidth="{wide}" fitToHeight="0"/>'
    "<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter>"
)
FROZEN_TOP_ROW = (
    '<sheetViews><sheetView{selected} workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" '
    'state="frozen"/><selection pane="bottomLeft" activeCell="A2" sqref="A2"/></sheetView></sheetViews>'
)
TODAYS_EXCEL = 191_029
"""Who last calculated a new workbook: else Excel does so anew and asks a person who only looked whether to save."""
NO_LINKS = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"/>'
)
RELATIONSHIP_PREFIX = re.compile(rb"\s([\w.-]+):id\s*=")


@dataclass(frozen=True, slots=True)
class Made:
    """What a sheet of ours is made of."""

    namespace: str
    """Of the workbook: transitional or strict."""
    family: str
    """The namespace of its relationships, with a slash at the end."""
    columns: Sequence[Column]
    selected: bool
    """Whether it is the sheet that a person sees first."""

    @property
    def headings(self) -> list[str]:
        """What stands in row 1."""
        return [clean(column.heading) for column in self.columns]

    @property
    def is_table(self) -> bool:
        """Whether Excel would take these headings for a table."""
        return tables.are_columns(self.headings)

    @property
    def pages(self) -> int:
        """Pages side by side."""
        return max(ceil(sum(map(width, self.columns)) / LEGIBLE), 1)

    @property
    def repeats_keys(self) -> bool:
        """Whether the first columns stand on every page."""
        return self.pages > 1 and sum(map(width, self.columns[:KEYS])) <= WIDEST_KEYS


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


def width(column: Column) -> int:
    """Characters that a column needs for what it was made for and for its heading."""
    heading = sum(2 if east_asian_width(each) in "WF" else 1 for each in column.heading[:WIDEST])
    return min(max(column.width + AIR, heading + BUTTON), WIDEST)


def sheet_xml(made: Made, styles: Styles) -> bytes:
    """The sheet part: headings in row 1, a format and a width for every column, and how it is printed."""
    columns = made.columns
    last = refs.address(1, len(columns)) if columns else "A1"
    view = FROZEN_TOP_ROW.format(selected=' tabSelected="1"' if made.selected else "")
    head = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{made.namespace}" xmlns:r="{made.family.rstrip("/")}"><sheetPr><pageSetUpPr fitToPage="1"/>'
        f'</sheetPr><dimension ref="A1:{last}"/>{view}<sheetFormatPr defaultRowHeight="15"/>'
    )
    page = PAGE.format(wide=made.pages)
    if not columns:
        return f"{head}<sheetData/>{page}</worksheet>".encode()
    widths = "".join(
        f'<col min="{number}" max="{number}" width="{width(column)}" style="{_style(column, styles)}" customWidth="1"/>'
        for number, column in enumerate(columns, start=1)
    )
    body = f'{head}<cols>{widths}</cols><sheetData><row r="1" ht="21" customHeight="1">'.encode()
    parts = '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>' if made.is_table else ""
    tail = f"</row></sheetData>{page}{_ignored(columns)}{parts}</worksheet>"
    return body + _heading_cells(made, styles) + tail.encode()


def _style(column: Column, styles: Styles) -> int:
    """Text stands a little off the left edge, so that it does not touch the number beside it.

    Numbers have no such indent: LibreOffice heeds one at the right in some cells of a row and not in others.
    """
    if column.kind is Kind.TEXT:
        return styles.column(FORMATS[column.kind], "left", AIR)
    return styles.column(FORMATS[column.kind], "right", 0)


def _heading_cells(made: Made, styles: Styles) -> bytes:
    """Headings stand over what is below them."""
    text, number = styles.heading("left", AIR), styles.heading("right", BUTTON_INDENT)
    pieces = []
    for at, (column, heading) in enumerate(zip(made.columns, made.headings, strict=True), start=1):
        style = text if column.kind is Kind.TEXT else number
        style = styles.quoted(style) if heading.startswith(RISKY) else style
        pieces += [
            f'<c r="{refs.address(1, at)}" s="{style}" t="inlineStr"><is><t xml:space="preserve">'.encode(),
            to_xml(heading) + b"</t></is></c>",
        ]
    return b"".join(pieces)


def _ignored(columns: Sequence[Column]) -> str:
    """Codes such as 00123 are text on purpose: no green corners there."""
    letters = [refs.column_letters(at) for at, each in enumerate(columns, start=1) if each.kind is Kind.TEXT]
    if not letters:
        return ""
    areas = " ".join(f"{each}1:{each}{refs.LAST_ROW}" for each in letters)
    return f'<ignoredErrors><ignoredError sqref="{areas}" numberStoredAsText="1"/></ignoredErrors>'


def fill(package: Package, workbook: Workbook, columns: Sequence[Column], styles: Styles) -> None:
    """Make the only sheet of a new workbook the one that is wanted."""
    sheet = workbook.sheets[0]
    made = Made(workbook.root.namespace, _family(workbook), columns, selected=True)
    package.put(sheet.part, sheet_xml(made, styles))
    if made.is_table:
        _put_table(package, workbook, made, sheet.part, sheet.name)
    _put_workbook(package, workbook, _titles(workbook, made, sheet.name, 0))


def register(package: Package, workbook: Workbook, name: str, columns: Sequence[Column], styles: Styles) -> None:
    """Put a new sheet into the package and at the end of the workbook's list of sheets. No other view changes."""
    entries = workbook.entries()
    sheets = workbook.root.find("sheets")
    if sheets is None or not entries:
        raise SheetError("The workbook lists no sheets; open it in Excel, save it again and retry.")
    made = Made(workbook.root.namespace, _family(workbook), columns, selected=False)
    part = _free_part(package, workbook, "worksheets/sheet")
    package.put(part, sheet_xml(made, styles))
    link = links.register(package, workbook.part, part, "worksheet")
    if made.is_table:
        _put_table(package, workbook, made, part, name)
    source = workbook.data
    first = source[entries[0].start : entries[0].inner]
    prefix = RELATIONSHIP_PREFIX.search(first)
    p, r = prefix_of(source, entries[0].start), prefix[1].decode() if prefix else "r"
    new_id = max(whole(entry.attributes.get("sheetId")) for entry in entries) + 1
    new = f'<{p}sheet name={quoted(name)} sheetId="{new_id}" {r}:id="{link}"/>'
    edits = [inside(source, sheets, new.encode()), *_titles(workbook, made, name, len(entries))]
    _put_workbook(package, workbook, edits)


def _put_workbook(package: Package, workbook: Workbook, edits: list[Edit]) -> None:
    if edits:
        links.put_xml(package, workbook.part, applied(workbook.data, edits), workbook.encoding)


def _family(workbook: Workbook) -> str:
    """The namespace of the workbook's own relationships."""
    types = (link.type for link in workbook.links if link.kind == "worksheet")
    return next(types, links.TRANSITIONAL).removesuffix("worksheet")


def _free_part(package: Package, workbook: Workbook, stem: str) -> str:
    """A part name that nothing in the package speaks of, not even a leftover."""
    data, _ = links.read_xml(package, links.CONTENT_TYPES)
    listed = {node.attributes.get("PartName", "").lower() for node in tree(data, links.CONTENT_TYPES).children}
    folder = workbook.part.rpartition("/")[0]
    number = 1
    while True:
        part = f"{folder}/{stem}{number}.xml".lstrip("/")
        if not package.has(part) and not package.has(links.rels_of(part)) and f"/{part}".lower() not in listed:
            return part
        number += 1


# --- the table ----------------------------------------------------------------------------------------------------


def _put_table(package: Package, workbook: Workbook, made: Made, sheet_part: str, name: str) -> None:
    """A table over the headings and one blank row; whoever puts rows in makes it longer."""
    part = _free_part(package, workbook, "tables/table")
    number = max(_ids(package, workbook), default=0) + 1
    area = refs.Area(1, 1, 2, len(made.columns))
    free = tables.free_name(name, _names(workbook))
    package.put(part, tables.table_xml(made.namespace, number, free, area, made.headings))
    rels = links.rels_of(sheet_part)
    package.put(rels, NO_LINKS.encode())
    links.register(package, sheet_part, part, "table")
    known = package.read(rels).replace(links.TRANSITIONAL.encode(), made.family.encode())
    package.put(rels, known)  # a sheet without links does not say whether its workbook is a strict one


def _ids(package: Package, workbook: Workbook) -> Iterator[int]:
    for sheet in workbook.sheets:
        for link in relationships(package, sheet.part):
            if link.kind == "table":
                data, _ = links.read_xml(package, link.target)
                yield whole(tree(data, link.target).attributes.get("id"))


def _names(workbook: Workbook) -> Iterator[str]:
    """What a table cannot be called: the names of tables, ranges and sheets."""
    for table in workbook.tables:
        yield from table.names
    for node in (*workbook.defined_names(), *workbook.entries()):
        yield node.attributes.get("name", "")


# --- printing -----------------------------------------------------------------------------------------------------


def _titles(workbook: Workbook, made: Made, name: str, position: int) -> list[Edit]:
    """The heading row at the top of every page: a name that belongs to the sheet at that position."""
    if not made.columns:
        return []
    sheet = "'" + name.replace("'", "''") + "'"
    keys = f"{sheet}!$A:${refs.column_letters(KEYS)}," if made.repeats_keys else ""
    rows = escaped(f"{keys}{sheet}!$1:$1")
    source, root = workbook.data, workbook.root
    place = root.find("definedNames")
    anchor = place or next(found for each in AFTER if (found := root.find(each)) is not None)
    p = prefix_of(source, anchor.start)
    new = f'<{p}definedName name="_xlnm.Print_Titles" localSheetId="{position}">{rows}</{p}definedName>'
    if place is not None:
        return [inside(source, place, new.encode())]
    return [Edit(anchor.end, anchor.end, f"<{p}definedNames>{new}</{p}definedNames>".encode())]


def skeleton(name: str) -> bytes:
    """A whole new workbook with one empty sheet of that name, as bytes of an .xlsx file."""
    from io import BytesIO  # noqa: PLC0415  only new workbooks pay for this and the next line

    from openpyxl import Workbook as NewWorkbook  # noqa: PLC0415  a heavy import that reading does not need

    made = NewWorkbook()
    made.properties.creator = "komet-xl"
    made.calculation.calcId, made.calculation.fullCalcOnLoad = TODAYS_EXCEL, False
    made.worksheets[0].title = name
    out = BytesIO()
    made.save(out)
    return out.getvalue()
