"""The workbook part and what hangs on it: sheets, tables, workbook-level names, where each part lies."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import SPREADSHEET, to_utf8, tree
from komet_xl.grids.xlsx.places import ensure_single, listed
from komet_xl.grids.xlsx.tables import special_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from komet_xl.grids.xlsx.markup import Node
    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.refs import Area

NOT_A_WORKBOOK = "it is no Excel workbook"
HOUSES: Final = (
    "http://schemas.openxmlformats.org/",
    "http://purl.oclc.org/ooxml/",
    "http://schemas.microsoft.com/",
)
"""Where the types of links that programs know begin."""
MOST_SHEETS: Final = 4_096
"""Excel itself opens no more than memory holds; a list beyond this is made to keep a reader busy."""
ONE_RECTANGLE = re.compile(r"\s*(?:'((?:[^']|'')+)'|([^'!,()\[\]:\s]+))!([$A-Za-z0-9:]+)\s*")


@dataclass(frozen=True, slots=True)
class Relationship:
    """A link from one part to another."""

    id: str
    kind: str
    """Last piece of its type, such as "worksheet"; nothing for a type that other programs do not know."""
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
    state: str = "visible"
    """Or "hidden", or "veryHidden", which only a macro can undo."""

    @property
    def is_hidden(self) -> bool:
        """Whether a person does not see it. What no program knows counts as hidden."""
        return self.state.strip() not in {"", "visible"}


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
    nodes = listed(tree(to_utf8(package.read(rels), rels)[0], rels), "Relationship", rels)
    double = _first_double(node.attributes.get("Id", "") for node in nodes)
    if double is not None:
        raise PartError(f"its part {rels} has the link {double[:40]!r} twice")
    for node in nodes:
        kind, target = node.attributes.get("Type", ""), node.attributes.get("Target", "")
        known = kind.rpartition("/")[2] if kind.startswith(HOUSES) else ""
        if node.attributes.get("TargetMode") != "External":
            full = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            found.append(Relationship(node.attributes.get("Id", ""), known, kind, full))
    return found


class Workbook:
    """What the workbook part says. A snapshot: made anew after the part has changed."""

    def __init__(self, package: Package) -> None:
        """Find and read the workbook part. Raises PartError when there is none or it is damaged."""
        self._package = package
        part = _one_target(relationships(package, ""), "officeDocument", "the file")
        if part is None:
            raise PartError(NOT_A_WORKBOOK, "choose an .xlsx or .xlsm file")
        self.part = part
        if self.part.lower().endswith(".bin"):
            raise PartError("it is a binary workbook (.xlsb)", "save it as .xlsx")
        self.data, self.encoding = to_utf8(package.read(self.part), self.part)
        self.root = tree(self.data, self.part)
        if self.root.name != "workbook" or self.root.namespace not in SPREADSHEET:
            raise PartError(NOT_A_WORKBOOK, "choose an .xlsx or .xlsm file")
        ensure_single(self.root, ("sheets", "workbookPr", "definedNames", "calcPr"), self.part)
        self.links = relationships(package, self.part)
        self.sheets = list(self._sheets())
        self._ensure_one_of_each()

    def _sheets(self) -> Iterator[Sheet]:
        entries = self.entries()
        if len(entries) > MOST_SHEETS:
            raise PartError(f"it has more than {MOST_SHEETS:,} sheets", "split the workbook")
        links = {link.id: link for link in self.links}
        for node in entries:
            link = links.get(_relationship_id(node, self.part))
            if link is not None and link.kind == "worksheet":
                name, number, state = (node.attributes.get(key, "") for key in ("name", "sheetId", "state"))
                yield Sheet(name, link.target, number, state)

    def _ensure_one_of_each(self) -> None:
        """Raise PartError for two sheets of one name or one part: nobody can say which of them is meant."""
        name = _first_double(node.attributes.get("name", "").lower() for node in self.entries())
        if name is not None:
            raise PartError(f"it has two sheets of the name {name[:40]!r}")
        part = _first_double(sheet.part.lower() for sheet in self.sheets)
        if part is not None:
            raise PartError(f"two of its sheets have the same part {part[:80]!r}")

    def entries(self) -> list[Node]:
        """The list of sheets as it stands, chart sheets included."""
        return list(listed(self.root.find("sheets"), "sheet", self.part))

    @property
    def from_1904(self) -> bool:
        """Whether day 0 is 1 January 1904."""
        node = self.root.find("workbookPr")
        return node is not None and node.attributes.get("date1904") in {"1", "true"}

    @property
    def stale(self) -> bool:
        """Whether it says that the stored results of its formulas are to be calculated anew before anyone uses them."""
        node = self.root.find("calcPr")
        return node is not None and node.attributes.get("fullCalcOnLoad", "0").strip() not in {"0", "false"}

    def linked(self, kind: str) -> str | None:
        """
        The part that the workbook links to under that kind, such as "styles".

        Raises:
            PartError: there are two, of which one program takes the first and another the last.
        """
        return _one_target(self.links, kind, f"its part {self.part}")

    def sheet(self, name: str) -> Sheet | None:
        """The worksheet of that name, case ignored."""
        return next((sheet for sheet in self.sheets if sheet.name.lower() == name.lower()), None)

    @cached_property
    def tables(self) -> list[Table]:
        """The tables of all sheets. Raises PartError when one is damaged, or stands there twice."""
        found = [
            (sheet, link.target)
            for sheet in self.sheets
            for link in relationships(self._package, sheet.part)
            if link.kind == "table"
        ]
        double = _first_double(part.lower() for _, part in found)
        if double is not None:
            raise PartError(f"two of its tables have the same part {double[:80]!r}")
        return [_table(self._package, sheet, part) for sheet, part in found]

    def table(self, name: str) -> Table | None:
        """The table of that name, case ignored. Raises PartError when there are two."""
        wanted = name.lower()
        found = [table for table in self.tables if wanted in (n.lower() for n in table.names)]
        if len(found) > 1:
            raise PartError(f"it has two tables of the name {name[:40]!r}")
        return found[0] if found else None

    def defined_names(self) -> list[Node]:
        """All defined names, those of one sheet only as well."""
        node = self.root.find("definedNames")
        return list(node.all("definedName")) if node else []

    def named_area(self, name: str) -> tuple[str, Sheet, Area] | None:
        """
        Spelling, sheet and rectangle of a workbook-level name, if it is one plain rectangle.

        Raises:
            PartError: the name stands for two things.
        """
        found = [
            node
            for node in self.defined_names()
            if node.attributes.get("name", "").lower() == name.lower() and "localSheetId" not in node.attributes
        ]
        if len(found) > 1:
            raise PartError(f"it has the name {name[:40]!r} twice")
        return self._rectangle(found[0].attributes["name"], found[0].text) if found else None

    def _rectangle(self, spelled: str, text: str) -> tuple[str, Sheet, Area] | None:
        match = ONE_RECTANGLE.fullmatch(text)
        sheet = self.sheet((match[1] or match[2]).replace("''", "'")) if match else None
        try:
            return (spelled, sheet, refs.area(match[3])) if match and sheet else None
        except ValueError:
            return None


def _relationship_id(node: Node, part: str) -> str:
    found = {value for key, value in node.attributes.items() if key.endswith("/relationships id")}
    if len(found) > 1:
        raise PartError(f"its part {part} names two parts for one sheet, where one may stand")
    return found.pop() if found else ""


def _one_target(links: list[Relationship], kind: str, owner: str) -> str | None:
    targets = {link.target for link in links if link.kind == kind}
    if len(targets) > 1:
        raise PartError(f"{owner} refers to two parts as its {kind}, where one may stand")
    return targets.pop() if targets else None


def _first_double(names: Iterable[str]) -> str | None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            return name
        seen.add(name)
    return None


def _table(package: Package, sheet: Sheet, part: str) -> Table:
    root = tree(to_utf8(package.read(part), part)[0], part)
    names = tuple(root.attributes[key] for key in ("displayName", "name") if root.attributes.get(key))
    try:
        area = refs.area(root.attributes.get("ref", ""))
    except ValueError:
        raise PartError(f"its table {names[0] if names else part} has no proper range") from None
    headings, totals = special_rows(root, part)
    totals = totals if area.bottom > area.top else 0
    area = refs.Area(area.top, area.left, area.bottom - totals, area.right)
    return Table(names, sheet, area, headings, totals, part)
