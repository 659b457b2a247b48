"""What a written cell means for the workbook's formulas: the calculation chain, and whether results go stale."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import links, refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import Edit, applied, attribute, prefix_of, to_utf8, tree
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from komet_xl.grids.grid import Position
    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.scan import Scan
    from komet_xl.grids.xlsx.workbook import Sheet, Workbook

FORMULA = re.compile(rb"<(?:[\w.-]+:)?f(?:\s[^>]*)?>([^<]*)<")
"""A formula of a cell, of a chart, or of anything else that Excel keeps in an element f."""
QUOTED = re.compile(r'"[^"]*"')
LOCAL_REF = re.compile(
    r"(?<![\w.!'\]])\$?([A-Za-z]{1,3})\$?[0-9]{1,7}(?::\$?([A-Za-z]{1,3})\$?[0-9]{1,7})?(?![\w.(!])"
    r"|(?<![\w.!'\]])\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})(?![\w.(!])"
)
CANNOT_TELL = re.compile(r"[\[{]|(?:indirect|offset|getpivotdata)\s*\(|\$?[0-9]+:\$?[0-9]+", re.IGNORECASE)
OTHER_SHEET = re.compile(r"('(?:[^']|'')+'|[\w.]+)!(?:[\w.$]+(?::[\w.$]+)?|#REF!)")
WORD = re.compile(r"(?<![\w.$])[^\W\d][\w.]*(?![\w.(!:'])")
SPANNING_SHEETS = re.compile(r"[^!,(]:[^!,(]*!")
AFTER = ("definedNames", "externalReferences", "functionGroups", "sheets")
"""Elements of the workbook part after which calcPr may stand; the first one there is the last in the file."""


def without(data: bytes, part: str, sheet_id: str, gone: Collection[Position]) -> bytes | None:
    """The calculation chain without those cells of one sheet; None when none is left."""
    edits: list[Edit] = []
    owner = stated = ""  # an entry without a sheet belongs to the sheet of the entry before it
    kept = 0
    for node in tree(data, part).all("c"):
        owner = node.attributes.get("i", owner)
        try:
            at = refs.position(node.attributes.get("r", ""))
        except ValueError:
            raise PartError(f"its part {part} names a cell that no sheet has") from None
        if owner == sheet_id and at in gone:
            edits.append(Edit(node.start, node.end, b""))
            continue
        kept += 1
        if "i" in node.attributes:
            stated = owner
        elif stated != owner:
            stated = owner
            tag = data[node.start : node.inner]
            edits.append(Edit(node.start, node.inner, attribute(tag, "i", owner)))
    if not edits:
        return data
    return applied(data, edits) if kept else None


def drop_from_chain(package: Package, workbook: Workbook, sheet: Sheet, gone: Collection[Position]) -> None:
    """Take cells that hold no formula any more out of the calculation chain; an empty chain goes altogether."""
    link = next((link for link in workbook.links if link.kind == "calcChain"), None)
    if link is None or not package.has(link.target):
        return
    data, encoding = to_utf8(package.read(link.target), link.target)
    rest = without(data, link.target, sheet.id, gone)
    if rest is None:
        links.strike_off(package, workbook.part, link.target, link.id)
    elif rest != data:
        links.put_xml(package, link.target, rest, encoding)


def drop_chain(package: Package, workbook: Workbook) -> None:
    """Leave the calculation chain out: Excel makes a new one."""
    link = next((link for link in workbook.links if link.kind == "calcChain"), None)
    if link is not None and package.has(link.target):
        links.strike_off(package, workbook.part, link.target, link.id)


def goes_stale(package: Package, workbook: Workbook, sheet: Sheet, scan: Scan, written: Iterable[Position]) -> bool:
    """Whether a stored result may depend on the written cells: a formula, a workbook-level name or a chart."""
    columns = {column for _, column in written}
    names = [sheet.name] + [name for table in workbook.tables if table.sheet == sheet for name in table.names]
    spelled = sorted({re.escape(spelling) for name in names for spelling in (name, name.replace("'", "''"))})
    wanted = re.compile(rf"(?<![\w.])(?:{'|'.join(spelled)})(?![\w.])", re.IGNORECASE)
    texts = [
        node.text
        for node in workbook.defined_names()
        if not node.attributes.get("name", "").lower().startswith("_xlnm.")
    ]
    if any(_speaks_of(text, wanted) or _reaches(text, wide, columns) for text, wide in _own_formulas(scan)):
        return True
    return any(_speaks_of(text, wanted) for text in [*texts, *_other_formulas(package, workbook, sheet)])


def _own_formulas(scan: Scan) -> Iterator[tuple[str, int]]:
    """The sheet's own formulas, each with how many columns its shared range is wide."""
    if not scan.formulas:
        return
    wide = {place: _width(ref) for place, ref in scan.shared.items()}
    for row, cells in enumerate(scan.rows, start=1):
        for column, cell in enumerate(cells, start=1):
            if isinstance(cell, Formula) and cell.text != "=":
                yield cell.text, wide.get((row, column), 1)


def _width(ref: str) -> int:
    try:
        area = refs.area(ref)
    except ValueError:
        return refs.LAST_COLUMN
    return area.right - area.left + 1


def _reaches(formula: str, wide: int, columns: set[int]) -> bool:
    """Whether a formula of the same sheet, shared by so many columns, may read one of those. In doubt it does."""
    text = OTHER_SHEET.sub("", QUOTED.sub("", formula))
    if CANNOT_TELL.search(text):
        return True
    for match in LOCAL_REF.finditer(text):
        first, last = match[1] or match[3], match[2] or match[4] or match[1]
        try:
            left, right = sorted((refs.column_number(first), refs.column_number(last)))
        except ValueError:
            return True
        if any(left <= column <= right + wide - 1 for column in columns):
            return True
    words = WORD.findall(LOCAL_REF.sub("", text))
    return any(word.lower() not in {"true", "false"} for word in words)


def _other_formulas(package: Package, workbook: Workbook, sheet: Sheet) -> Iterator[str]:
    """Formulas of the other sheets and of all charts."""
    parts = [other.part for other in workbook.sheets if other.part != sheet.part]
    parts += [name for name in package.names() if "/charts/" in name.lower() and name.lower().endswith(".xml")]
    for part in parts:
        try:
            data = to_utf8(package.read(part), part)[0]
        except PartError:
            yield sheet.name  # a part that cannot be read may say anything, this sheet's name as well
            continue
        if b"<![CDATA[" in data:
            yield sheet.name  # a formula may hide in it
        for match in FORMULA.finditer(data):
            yield unescape(match[1].decode("utf-8", "replace"))


def _speaks_of(text: str, names: re.Pattern[str]) -> bool:
    return names.search(text) is not None or SPANNING_SHEETS.search(text) is not None


def with_full_calculation(workbook: Workbook) -> bytes:
    """The workbook part (UTF-8) with the wish that everything is calculated when it is opened."""
    data, root = workbook.data, workbook.root
    node = root.find("calcPr")
    if node is not None:
        tag = data[node.start : node.inner]
        return applied(data, [Edit(node.start, node.inner, attribute(tag, "fullCalcOnLoad", "1"))])
    place = next((found for name in AFTER if (found := root.find(name)) is not None), None)
    if place is None:
        return data
    new = f'<{prefix_of(data, place.start)}calcPr fullCalcOnLoad="1"/>'.encode()
    return applied(data, [Edit(place.end, place.end, new)])
