"""What tests of `Grid.replace` have in common: what Excel wants of a workbook, and sheets as texts."""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import TYPE_CHECKING, Any, Final
from xml.etree import ElementTree as ET

from komet_xl.grids.xlsx import open_book
from komet_xl.grids.xlsx.refs import Area, area, position
from komet_xl.sheets.cells import Formula

from .workbooks import MAIN, PACKAGE_RELS, RELS, STRICT, members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from komet_xl.grids.grid import Value

Shown = list[list[object]]
"""A sheet with the text of each formula."""
TYPES: Final = "{http://schemas.openxmlformats.org/package/2006/content-types}"
CHANGING: Final = re.compile(
    r"xl/(?:worksheets/sheet\d+\.xml|tables/[^/]+\.xml|workbook\.xml|styles\.xml|calcChain\.xml"
    r"|_rels/workbook\.xml\.rels)|\[Content_Types\]\.xml"
)
"""Parts that a replacement may change: one sheet, its tables, and those that follow from them."""


def replaced(
    path: Path,
    rows: Sequence[Sequence[Value]],
    origins: Sequence[int | None],
    *,
    heading: int = 1,
    columns: Sequence[int] = (1, 2),
    name: str = "prebooks",
) -> Shown:
    """Replace rows, save, make sure that the file is what Excel wants, and show the sheet."""
    before = members(path)
    book = open_book(path)
    grid = book.grid(name)
    grid.replace(heading, columns, rows, origins)
    unsaved = shown(grid.read())
    book.save()
    ensure_valid(path)
    ensure_rest(before, members(path))
    now = shown(open_book(path).grid(name).read())
    assert now == unsaved
    return now


def shown(rows: Sequence[Sequence[object]]) -> Shown:
    """Rows with the text of each formula."""
    return [[cell.text if isinstance(cell, Formula) else cell for cell in row] for row in rows]


def ensure_refused(path: Path, act: Callable[[], object], error: type[Exception]) -> str:
    """The message of an act that must raise and leave the file to the byte."""
    before = path.read_bytes()
    try:
        act()
    except error as exc:
        assert path.read_bytes() == before
        return str(exc)
    raise AssertionError("it was not refused")


def ensure_rest(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    """Parts that have nothing to do with the replaced rows are there to the byte, and no part is new."""
    gone = [name for name in before if name not in after]
    assert gone in ([], ["xl/calcChain.xml"])
    assert [name for name in after if name not in before] == []
    changed = [name for name in after if after[name] != before[name]]
    assert [name for name in changed if not CHANGING.fullmatch(name)] == []
    assert sum(name.startswith("xl/worksheets/") for name in changed) <= 1
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        assert name not in changed or gone, name


# --- what Excel wants ---------------------------------------------------------------------------------------------


def ensure_valid(path: Path) -> None:
    """What Excel would repair is an error here."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
        assert len(parts) == len(archive.namelist())
    roots = {name: _root(data) for name, data in parts.items() if name.endswith((".xml", ".rels", ".vml"))}
    _ensure_typed(parts, roots["[Content_Types].xml"])
    for name, root in roots.items():
        if name.endswith(".rels"):
            for target in _targets(name, root).values():
                assert target in parts, f"{name} leads to {target}, which is not there"
    workbook = roots["xl/workbook.xml"]
    sheets = _sheets(workbook, roots["xl/_rels/workbook.xml.rels"])
    formulas = {number: _ensure_sheet(part, roots) for number, part in sheets.items()}
    _ensure_chain(roots, formulas)
    for node in _all(workbook, "definedName"):
        _ensure_name(node.text or "")
    tables = [root for name, root in roots.items() if name.startswith("xl/tables/")]
    assert len({root.get("id") for root in tables}) == len(tables)


def _root(data: bytes) -> ET.Element:
    return ET.fromstring(data)  # noqa: S314  our own file


def _all(root: ET.Element, name: str) -> list[ET.Element]:
    return [node for node in root.iter() if node.tag in {f"{{{MAIN}}}{name}", f"{{{STRICT}}}{name}"}]


def _ensure_typed(parts: Mapping[str, bytes], types: ET.Element) -> None:
    overrides = [str(node.get("PartName")).lstrip("/") for node in types.iter(f"{TYPES}Override")]
    endings = {str(node.get("Extension")) for node in types.iter(f"{TYPES}Default")}
    assert [name for name in overrides if name not in parts and name != "xl/sharedStrings.xml"] == []
    for name in parts:
        assert name in overrides or name.rpartition(".")[2] in endings or name == "[Content_Types].xml", name


def _targets(rels: str, root: ET.Element) -> dict[str, str]:
    """Parts by relationship id. A workbook made by hand may speak of shared strings that it does not have."""
    folder = posixpath.dirname(posixpath.dirname(rels))
    return {
        str(node.get("Id")): posixpath.normpath(posixpath.join("/", folder, str(node.get("Target")))).lstrip("/")
        for node in root.iter(f"{{{PACKAGE_RELS}}}Relationship")
        if node.get("TargetMode") != "External" and not str(node.get("Type")).endswith("/sharedStrings")
    }


def _sheets(workbook: ET.Element, rels: ET.Element) -> dict[str, str]:
    """Sheet parts by sheet id."""
    targets = _targets("xl/_rels/workbook.xml.rels", rels)
    found = {}
    for node in _all(workbook, "sheet"):
        part = targets[next(value for key, value in node.attrib.items() if key.endswith("relationships}id"))]
        if part.startswith("xl/worksheets/"):
            found[str(node.get("sheetId"))] = part
    return found


def _ensure_sheet(part: str, roots: Mapping[str, ET.Element]) -> set[str]:
    """The cells with formulas."""
    root = roots[part]
    cells = _ensure_rows(root, len(_all(_all(roots["xl/styles.xml"], "cellXfs")[0], "xf")))
    dimension = _all(root, "dimension")
    if dimension:
        used = area(str(dimension[0].get("ref")))
        assert all(used.holds(*position(ref)) for ref in cells), "the stated size is too small"
    for node in root.iter():
        for ref in (node.get("sqref") or "").split():
            area(ref)
        if node.tag.endswith("}sqref"):
            assert [area(ref) for ref in (node.text or "").split()]
    for name in ("autoFilter", "hyperlink", "mergeCell", "sortCondition"):
        for node in _all(root, name):
            area(str(node.get("ref")))
    merged = [area(str(node.get("ref"))) for node in _all(root, "mergeCell")]
    assert not any(_overlap(one, other) for n, one in enumerate(merged) for other in merged[:n])
    _ensure_tables(part, roots, cells)
    return {ref for ref, cell in cells.items() if _all(cell, "f")}


def _ensure_rows(root: ET.Element, formats: int) -> dict[str, ET.Element]:
    """The cells by address, after making sure of their order, formats and formulas."""
    found: dict[str, ET.Element] = {}
    last_row = 0
    masters: dict[str, Area] = {}
    arrays: list[Area] = []
    data = _all(root, "sheetData")
    assert len(data) == 1
    for row in data[0]:
        number = int(row.get("r") or last_row + 1)
        assert number > last_row, f"row {number} is out of order"
        last_row, last_column = number, 0
        for cell in row:
            ref = cell.get("r")
            column = last_column + 1 if ref is None else position(ref)[1]
            assert ref is None or position(ref)[0] == number
            assert column > last_column, f"cell {ref} is out of order"
            last_column = column
            assert int(cell.get("s") or 0) < formats
            place = Area(number, column, number, column)
            found[str(place)] = cell
            for formula in _all(cell, "f"):
                if formula.get("t") == "shared" and formula.text:
                    masters[str(formula.get("si"))] = area(str(formula.get("ref")))
                elif formula.get("t") == "array":
                    arrays.append(area(str(formula.get("ref"))))
                    assert (arrays[-1].top, arrays[-1].left) == (number, column)
                if formula.get("t") == "shared":
                    assert masters[str(formula.get("si"))].holds(number, column), f"{ref} shares with none"
                else:
                    assert formula.get("si") is None
    assert not any(_overlap(one, other) for n, one in enumerate(arrays) for other in arrays[:n])
    return found


def _overlap(one: Area, other: Area) -> bool:
    return one.top <= other.bottom and other.top <= one.bottom and one.left <= other.right and other.left <= one.right


def _ensure_tables(part: str, roots: Mapping[str, ET.Element], cells: Mapping[str, ET.Element]) -> None:
    folder, name = posixpath.split(part)
    rels = f"{folder}/_rels/{name}.rels"
    targets = _targets(rels, roots[rels]) if rels in roots else {}
    places = []
    for node in _all(roots[part], "tablePart"):
        table = roots[targets[str(node.get(f"{{{RELS}}}id"))]]
        place = area(str(table.get("ref")))
        totals = int(table.get("totalsRowCount") or 0)
        columns = [str(each.get("name")) for each in _all(table, "tableColumn")]
        assert place.bottom - place.top - totals >= 1, "a table needs a row"
        assert place.right - place.left + 1 == len(columns) == int(str(_all(table, "tableColumns")[0].get("count")))
        assert len({name.lower() for name in columns}) == len(columns)
        strings = (
            [_text(each) for each in _all(roots["xl/sharedStrings.xml"], "si")]
            if "xl/sharedStrings.xml" in roots
            else []
        )
        for column, heading in enumerate(columns, start=place.left):
            cell = cells[str(Area(place.top, column, place.top, column))]
            said = strings[int(_all(cell, "v")[0].text or 0)] if cell.get("t") == "s" else _text(cell)
            assert said == heading.replace("_x000a_", "\n"), f"the heading of column {column} is not {heading!r}"
        for each in _all(table, "autoFilter"):
            filtered = area(str(each.get("ref")))
            assert filtered == Area(place.top, place.left, place.bottom - totals, place.right)
        for each in (*_all(table, "sortState"), *_all(table, "sortCondition")):
            sort = area(str(each.get("ref")))
            assert place.top < sort.top <= sort.bottom <= place.bottom - totals
        places.append(place)
    assert not any(_overlap(one, other) for n, one in enumerate(places) for other in places[:n])


def _text(node: ET.Element) -> str:
    return "".join(each.text or "" for each in _all(node, "t"))


def _ensure_chain(roots: Mapping[str, ET.Element], formulas: Mapping[str, set[str]]) -> None:
    if "xl/calcChain.xml" not in roots:
        return
    sheet = ""
    for node in roots["xl/calcChain.xml"]:
        sheet = node.get("i") or sheet
        assert node.get("r") in formulas[sheet], f"the calculation chain has {node.get('r')}, which holds no formula"


def _ensure_name(text: str) -> None:
    for piece in re.findall(r"!(\$?[A-Z]+\$?\d+(?::\$?[A-Z]+\$?\d+)?)", text):
        place = area(piece)
        assert place.top >= 1
        first, _, last = piece.replace("$", "").partition(":")
        assert not last or position(first) <= position(last)


def children(path: Path, part: str, name: str) -> list[dict[str, Any]]:
    """The attributes of all elements of that name in a part."""
    return [dict(node.attrib) for node in _all(_root(members(path)[part]), name)]
