"""What a written cell means for the workbook's formulas: the calculation chain, and whether results go stale."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import links, refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import (
    LARGEST_TREE,
    LONGEST_TOKEN,
    Edit,
    applied,
    attribute,
    parse,
    parser,
    pieces_in_utf8,
    prefix_of,
    tag_end,
    to_utf8,
)
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
    from xml.parsers.expat import XMLParserType

    from komet_xl.grids.grid import Position
    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.scan import Scan
    from komet_xl.grids.xlsx.workbook import Sheet, Workbook

FORMULA = re.compile(rb"<(?:[\w.-]++:)?f(?:\s[^<>]*+)?+>([^<]*+)<")
"""A formula of a cell, of a chart, or of anything else that Excel keeps in an element f."""
QUOTED = re.compile(r'"[^"]*+"')
LOCAL_REF = re.compile(
    r"(?<![\w.!'\]])\$?([A-Za-z]{1,3})\$?[0-9]{1,7}(?::\$?([A-Za-z]{1,3})\$?[0-9]{1,7})?(?![\w.(!])"
    r"|(?<![\w.!'\]])\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})(?![\w.(!])"
)
CANNOT_TELL = re.compile(r"[\[{]|(?:indirect|offset|getpivotdata)\s*+\(|[0-9]:\$?[0-9]", re.IGNORECASE)
OTHER_SHEET = re.compile(r"((?<!')'(?:[^']|'')++'|(?<![\w.])[\w.]++)!(?:[\w.$]+(?::[\w.$]+)?|#REF!)")
WORD = re.compile(r"(?<![\w.$])[^\W\d][\w.]*+(?![(!:'])")
SPANNING_SHEETS = re.compile(r"(?<![^!,(])[^!,(][^!,(:]*+:[^!,(]*+!")
"""A reference from one sheet to another with all between. Like all here, it looks at no character again and again."""
DIGITS = re.compile(r"(?<![0-9])[0-9]{1,7}(?![0-9])")
MOST_NAMES = 100
"""Names of a sheet and its tables that formulas are searched for."""
MOST_STEPS = 1 << 30
"""Of a whole search, each about five nanoseconds."""
A_FORMULA = 30
"""Characters that a formula counts for beside its own."""
TO_SHAPE, TO_FIND_NAMES, TO_FIND_CELLS = 10, 10, 200
"""Steps for a character, and one more for each name that is looked for."""
MOST_SHAPES = 10_000
LONGEST_SHAPE = 500
MOST_SEARCHED = 256 << 20
"""Bytes of other sheets and charts that are searched for formulas."""
AFTER = ("definedNames", "externalReferences", "functionGroups", "sheets")
"""Elements of the workbook part after which calcPr may stand; the first one there is the last in the file."""


def read_chain(package: Package, part: str) -> tuple[bytes, str]:
    """The calculation chain in UTF-8, and its encoding."""
    return to_utf8(package.whole(part, LARGEST_TREE), part)


def without(data: bytes, part: str, sheet_id: str, gone: Collection[Position]) -> bytes | None:
    """The calculation chain without those cells of one sheet; None when none is left. Raises PartError when damaged."""
    made = parser(part)
    chain = _Chain(data, part, sheet_id, gone, made)
    made.StartElementHandler, made.EndElementHandler = chain.start, chain.end
    parse(made, data, part)
    if not chain.edits:
        return data
    return applied(data, chain.edits) if chain.kept else None


class _Chain:
    """Handlers of the pass over a calculation chain, which may have more entries than would be kept as nodes."""

    def __init__(self, data: bytes, part: str, sheet_id: str, gone: Collection[Position], made: XMLParserType) -> None:
        self.edits: list[Edit] = []
        self.kept = 0
        self._data = data
        self._part = part
        self._sheet_id = sheet_id
        self._gone = gone
        self._parser = made
        self._owner = self._stated = ""
        """An entry without a sheet belongs to the sheet of the entry before it."""
        self._depth = 0
        self._removed = -1
        """Where the entry to be left out begins in which the pass stands."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth != 2 or name.rpartition(" ")[2] != "c":
            return
        owner = self._owner = attributes.get("i", self._owner)
        try:
            place = refs.position(attributes.get("r", ""))
        except ValueError:
            raise PartError(f"its part {self._part} names a cell that no sheet has") from None
        at = self._parser.CurrentByteIndex
        if owner == self._sheet_id and place in self._gone:
            self._removed = at
            return
        self.kept += 1
        if "i" in attributes:
            self._stated = owner
        elif self._stated != owner:
            self._stated = owner
            inner = tag_end(self._data, at)
            self.edits.append(Edit(at, inner, attribute(self._data[at:inner], "i", owner)))

    def end(self, _: str) -> None:
        self._depth -= 1
        if self._depth == 1 and self._removed >= 0:
            inner = tag_end(self._data, self._removed)
            empty = self._data[inner - 2 : inner] == b"/>"
            stop = inner if empty else tag_end(self._data, self._parser.CurrentByteIndex)
            self.edits.append(Edit(self._removed, stop, b""))
            self._removed = -1


def drop_from_chain(package: Package, workbook: Workbook, sheet: Sheet, gone: Collection[Position]) -> None:
    """Take cells that hold no formula any more out of the calculation chain; an empty chain goes altogether."""
    link = next((link for link in workbook.links if link.kind == "calcChain"), None)
    if link is None or not package.has(link.target):
        return
    data, encoding = read_chain(package, link.target)
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
    """
    Whether a stored result may depend on the written cells: a formula, a workbook-level name or a chart.

    In doubt it does, also where a better answer would take too long.
    """
    names = {sheet.name} | {name for table in workbook.tables if table.sheet == sheet for name in table.names}
    if len(names) > MOST_NAMES:
        return True
    search = _Search(names, {column for _, column in written})
    texts = [
        node.text
        for node in workbook.defined_names()
        if not node.attributes.get("name", "").lower().startswith("_xlnm.")
    ]
    if any(search.concerns(text, wide) for text, wide in _own_formulas(scan)):
        return True
    return any(search.speaks(text) for text in [*texts, *_other_formulas(package, workbook, sheet)])


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


class _Search:
    """
    Looks into formulas for names, and for columns of the same sheet.

    The formulas of a column have one shape: they differ in numbers only, and what they may reach is asked for once. No
    pattern looks at a character again and again, and there is an end to all searching: then the answer is yes.
    """

    def __init__(self, names: Iterable[str], columns: set[int]) -> None:
        spelled = {spelling for name in names for spelling in (name, name.replace("'", "''"))}
        self._names = _any_of(spelled)
        self._shaped_names = _any_of({_shape(name) for name in spelled})
        self._columns = columns
        self._shapes: dict[tuple[str, int], bool] = {}
        """Shapes of formulas of the same sheet that reach nothing, and whether they name something but for numbers."""
        self._effort = len(spelled) + TO_FIND_NAMES
        self._left = MOST_STEPS

    def speaks(self, formula: str) -> bool:
        """Whether a formula names one of them, or sheets among which it may be."""
        return self._ended(formula, self._effort) or _speaks(formula, self._names)

    def concerns(self, formula: str, wide: int) -> bool:
        """Whether a formula of the same sheet, shared by so many columns, does so or may read a written column."""
        if self._ended(formula, TO_SHAPE):
            return True
        shape = _shape(formula)
        speaks = self._shapes.get((shape, wide))
        if speaks is None:
            if self._ended(formula, self._effort + TO_FIND_CELLS) or self._reaches(shape, wide):
                return True
            speaks = _speaks(shape, self._shaped_names)
            if len(shape) <= LONGEST_SHAPE and len(self._shapes) < MOST_SHAPES:
                self._shapes[shape, wide] = speaks
        return speaks and self.speaks(formula)

    def _ended(self, formula: str, steps: int) -> bool:
        self._left -= (len(formula) + A_FORMULA) * steps
        return self._left < 0

    def _reaches(self, formula: str, wide: int) -> bool:
        text = OTHER_SHEET.sub("", QUOTED.sub("", formula))
        if CANNOT_TELL.search(text):
            return True
        for match in LOCAL_REF.finditer(text):
            first, last = match[1] or match[3], match[2] or match[4] or match[1]
            try:
                left, right = sorted((refs.column_number(first), refs.column_number(last)))
            except ValueError:
                return True
            if any(left <= column <= right + wide - 1 for column in self._columns):
                return True
        words = WORD.findall(LOCAL_REF.sub("", text))
        return any(word.lower() not in {"true", "false"} for word in words)


def _any_of(names: Iterable[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.])(?:{'|'.join(sorted(map(re.escape, names)))})(?![\w.])", re.IGNORECASE)


def _shape(formula: str) -> str:
    """A formula with all its numbers alike. Longer ones stay, as no row has such a number."""
    return DIGITS.sub("1", formula)


def _speaks(formula: str, names: re.Pattern[str]) -> bool:
    return names.search(formula) is not None or SPANNING_SHEETS.search(formula) is not None


def _other_formulas(package: Package, workbook: Workbook, sheet: Sheet) -> Iterator[str]:
    """Formulas of the other sheets and of all charts; this sheet's name where a part may hold any formula."""
    parts = [other.part for other in workbook.sheets if other.part != sheet.part]
    parts += [name for name in package.names() if "/charts/" in name.lower() and name.lower().endswith(".xml")]
    left = MOST_SEARCHED
    for part in parts:
        rest = b""
        try:
            for piece in pieces_in_utf8(package.pieces(part), part):
                left -= len(piece)
                data = rest + piece
                rest = data[data.rfind(b"<") :] if b"<" in data else b""  # a formula holds no such sign but at its ends
                if left < 0 or len(rest) > LONGEST_TOKEN or b"<![CDATA[" in data:
                    yield sheet.name
                    return
                for match in FORMULA.finditer(data):
                    yield unescape(match[1].decode("utf-8", "replace"))
        except PartError:
            yield sheet.name


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
