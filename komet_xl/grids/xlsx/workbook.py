"""The workbook part and what hangs on it: sheets, tables, workbook-level names, where each part lies."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import SPREADSHEET, to_utf8, tree

if TYPE_CHECKING:
    from collections.abc import Iterator

    from komet_xl.grids.xlsx.markup import Node
    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.refs import Area

NOT_A_WORKBOOK = "it is no Excel workbook"
ONE_RECTANGLE = re.compile(r"\s*(?:'((?:[^']|'')+)'|([^'!,()\[\]:\s]+))!([$A-Za-z0-9:]+)\s*")


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from one part to another."""

    id: str
    kind: str
    """Last piece of its type, such as "worksheet"."""
    type: str
    target: str
    """Full part name of the target."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A worksheet."""

    name: str
    part: str
    id: str
    """Its sheetId, as other parts name it."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table on a sheet."""

    names: tuple[str, ...]
    sheet: Sheet
    area: Area
    """With the heading row, without the totals row: totals are no lines of the table."""
    headings: int
    """Heading rows, 0 or 1."""
    totals: int
    """Totals rows, 0 or 1."""
    part: str


def relationships(package: Package, part: str) -> list[Relationship]:
    """The links of a part (of the package for ""), external ones left out."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    if not package.has(rels):
        return []
    found = []
    for node in tree(to_utf8(package.read(rels), rels)[0], rels).all("Relationship"):
        kind, target = node.attributes.get("Type", ""), node.attributes.get("Target", "")
        if node.attributes.get("TargetMode") != "External":
            full = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found.append(Relationship(node.attributes.get("Id", ""), kind.rpartition("/")[2], kind, full))
    return found


class Workbook:
    """What the workbook part says. A snapshot: made anew after the part has changed."""

    def __init__(self, package: Package) -> None:
        """Find and read the workbook part. Raises PartError when there is none or it is damaged."""
        self._package = package
        top = [link for link in relationships(package, "") if link.kind == "officeDocument"]
        if not top:
            raise PartError(NOT_A_WORKBOOK, "choose an .xlsx or .xlsm file")
        self.part = top[0].target
        if self.part.lower().endswith(".bin"):
            raise PartError("it is a binary workbook (.xlsb)", "save it as .xlsx")
        self.data, self.encoding = to_utf8(package.read(self.part), self.part)
        self.root = tree(self.data, self.part)
        if self.root.name != "workbook" or self.root.namespace not in SPREADSHEET:
            raise PartError(NOT_A_WORKBOOK, "choose an .xlsx or .xlsm file")
        self.links = relationships(package, self.part)
        self.sheets = list(self._sheets())

    def _sheets(self) -> Iterator[Sheet]:
        links = {link.id: link for link in self.links}
        for node in self.entries():
            link = links.get(_relationship_id(node))
            if link is not None and link.kind == "worksheet":
                yield Sheet(node.attributes.get("name", ""), link.target, node.attributes.get("sheetId", ""))

    def entries(self) -> list[Node]:
        """The list of sheets as it stands, chart sheets included."""
        node = self.root.find("sheets")
        return list(node.all("sheet")) if node else []

    @property
    def from_1904(self) -> bool:
        """Whether day 0 is 1 January 1904."""
        node = self.root.find("workbookPr")
        return node is not None and node.attributes.get("date1904") in {"1", "true"}

    def linked(self, kind: str) -> str | None:
        """The part that the workbook links to under that kind, such as "styles"."""
        return next((link.target for link in self.links if link.kind == kind), None)

    def sheet(self, name: str) -> Sheet | None:
        """The worksheet of that name, case ignored."""
        return next((sheet for sheet in self.sheets if sheet.name.lower() == name.lower()), None)

    @cached_property
    def tables(self) -> list[Table]:
        """The tables of all sheets. Raises PartError when one is damaged."""
        return [
            _table(self._package, sheet, link.target)
            for sheet in self.sheets
            for link in relationships(self._package, sheet.part)
            if link.kind == "table"
        ]

    def table(self, name: str) -> Table | None:
        """The table of that name, case ignored."""
        wanted = name.lower()
        return next((table for table in self.tables if wanted in (n.lower() for n in table.names)), None)

    def defined_names(self) -> list[Node]:
        """All defined names, those of one sheet only as well."""
        node = self.root.find("definedNames")
        return list(node.all("definedName")) if node else []

    def named_area(self, name: str) -> tuple[str, Sheet, Area] | None:
        """Spelling, sheet and rectangle of a workbook-level name, if it is one plain rectangle."""
        for node in self.defined_names():
            spelled = node.attributes.get("name", "")
            if spelled.lower() == name.lower() and "localSheetId" not in node.attributes:
                return self._rectangle(spelled, node.text)
        return None

    def _rectangle(self, spelled: str, text: str) -> tuple[str, Sheet, Area] | None:
        match = ONE_RECTANGLE.fullmatch(text)
        sheet = self.sheet((match[1] or match[2]).replace("''", "'")) if match else None
        try:
            return (spelled, sheet, refs.area(match[3])) if match and sheet else None
        except ValueError:
            return None


def _relationship_id(node: Node) -> str:
    return next((value for key, value in node.attributes.items() if key.endswith("/relationships id")), "")


def _table(package: Package, sheet: Sheet, part: str) -> Table:
    root = tree(to_utf8(package.read(part), part)[0], part)
    names = tuple(root.attributes[key] for key in ("displayName", "name") if root.attributes.get(key))
    try:
        area = refs.area(root.attributes.get("ref", ""))
    except ValueError:
        raise PartError(f"its table {names[0] if names else part} has no proper range") from None
    totals = 1 if root.attributes.get("totalsRowCount", "0") != "0" and area.bottom > area.top else 0
    area = refs.Area(area.top, area.left, area.bottom - totals, area.right)
    headings = 0 if root.attributes.get("headerRowCount") == "0" else 1
    return Table(names, sheet, area, headings, totals, part)
