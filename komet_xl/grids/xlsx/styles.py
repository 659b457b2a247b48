"""Cell formats: which show dates or text, and new ones appended where a written cell needs them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx.dates import BUILT_IN, Shown, shown
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import Edit, applied, attribute, inside, opened, prefix_of, tree
from komet_xl.grids.xlsx.places import ensure_single, listed
from komet_xl.grids.xlsx.text import quoted

if TYPE_CHECKING:
    from komet_xl.grids.xlsx.markup import Node

ISO_DAY = "yyyy-mm-dd"
BUILT_IN_CODES: Final = {"General": 0, "0": 1, "#,##0": 3, "@": 49}
HEADING_FILL = (
    '<{p}fill><{p}patternFill patternType="solid"><{p}fgColor rgb="FF1F3864"/><{p}bgColor indexed="64"/>'
    "</{p}patternFill></{p}fill>"
)
RESERVED_FILL = '<{p}fill><{p}patternFill patternType="{kind}"/></{p}fill>'
HEADING_COLOUR = '<{p}color rgb="FFFFFFFF"/>'
"""Said in so many words, like the fill: programs that know no table styles show the same heading as Excel."""
AFTER_COLOUR: Final = frozenset({"name", "family", "charset", "scheme"})
"""What follows the colour in a font."""
REPLACED: Final = frozenset({"b", "color"})
BLANK = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{namespace}">'
    '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)
"""The styles of a workbook that came without any."""
NO_FORMATS = "its styles are damaged (no cell formats)"


@dataclass(frozen=True, slots=True)
class Format:
    """One cell format (xf). Two are equal when they look the same, however their attributes are ordered."""

    attributes: dict[str, str]
    tag: bytes = field(compare=False)
    """Its first tag, to the byte."""
    rest: bytes
    """Its content and last tag."""

    @property
    def look(self) -> object:
        """Hashable, and the same for equal ones."""
        return frozenset(self.attributes.items()), self.rest

    def changed(self, **attributes: str) -> Format:
        """The same with some attributes set."""
        tag = self.tag
        for name, value in attributes.items():
            tag = attribute(tag, name, value)
        return Format(self.attributes | attributes, tag, self.rest)


def whole(text: str | None, default: int = 0) -> int:
    """A small count or number out of an attribute; what is none counts as the default."""
    if text is None or not text.isascii() or not text.isdigit() or len(text) > 9:
        return default
    return int(text)


class Styles:
    """
    The styles part.

    New formats are appended, so the numbers of those that exist stay what they are. Until `data` is asked for
    nothing is rendered; without additions it is the part as it was.
    """

    def __init__(self, data: bytes, part: str) -> None:
        """Read the part. Raises PartError when it is damaged."""
        self._data = data
        self._root = tree(data, part)
        ensure_single(self._root, ("cellXfs", "numFmts"), part)
        self._formats = self._root.find("cellXfs")
        self._codes = _custom_codes(self._root, part)
        self._all = [
            Format(xf.attributes, data[xf.start : xf.inner], data[xf.inner : xf.end])
            for xf in listed(self._formats, "xf", part)
        ]
        self._read = len(self._all)
        self._places: dict[object, int] = {}
        """Where each look stands in `_all`; filled when the first one is asked for."""
        self._new_codes: list[bytes] = []
        self._prefix = prefix_of(data, self._root.start)
        self._others: dict[str, list[bytes]] = {"fonts": [], "fills": []}

    @property
    def changed(self) -> bool:
        """Whether a format was appended."""
        return len(self._all) > self._read

    def shown(self) -> list[Shown]:
        """What each cell format makes of a number, by its index."""
        return [self.shows(index) for index in range(len(self._all))]

    def shows(self, index: int) -> Shown:
        """What the format of that index makes of a number. Formats that do not exist show numbers."""
        if not 0 <= index < len(self._all):
            return Shown.NUMBER
        number = whole(self._all[index].attributes.get("numFmtId"))
        if number in self._codes:
            return shown(self._codes[number])
        return BUILT_IN.get(number, Shown.NUMBER)

    def quoted(self, index: int) -> int:
        """That format with the mark "this is text, whatever it begins with"; text formats need none."""
        if self.shows(index) is Shown.TEXT:
            return index
        return self._variant(index, quotePrefix="1")

    def day(self, index: int) -> int:
        """That format if it shows days, else a copy that does."""
        return index if self.shows(index) is Shown.DAY else self.formatted(index, ISO_DAY)

    def plain(self, index: int) -> int:
        """That format unless it shows days or times, else a copy that shows numbers."""
        if self.shows(index) in {Shown.NUMBER, Shown.TEXT}:
            return index
        return self.formatted(index, "General")

    def formatted(self, index: int, code: str) -> int:
        """A copy of that format with another number format."""
        return self._variant(index, numFmtId=str(self._code_number(code)), applyNumberFormat="1")

    def column(self, code: str, horizontal: str, indent: int) -> int:
        """A format for a column: the workbook's own look with that number format and alignment."""
        if not self._all:
            raise PartError(NO_FORMATS)
        own = self._all[0].attributes
        ids: dict[str, str] = {name: own[name] for name in ("fontId", "fillId", "borderId", "xfId") if name in own}
        ids |= {"numFmtId": str(self._code_number(code)), "applyNumberFormat": "1"}
        return self._aligned(ids, f'horizontal="{horizontal}" indent="{indent}"')

    def heading(self, horizontal: str, indent: int) -> int:
        """A format for headings: bold white on dark blue, in the middle of its row."""
        ids = {"numFmtId": "0", "fontId": "0", "fillId": "0", "borderId": "0", "xfId": "0"}
        if self._root.find("fonts") and self._root.find("fills"):  # white on nothing would not be seen
            for reserved in ("none", "gray125")[len(self._known("fills")) :]:  # Excel shows these two in any case
                self._others["fills"].append(RESERVED_FILL.format(p=self._prefix, kind=reserved).encode())
            ids["fontId"] = str(self._append("fonts", self._heading_font()))
            ids["fillId"] = str(self._append("fills", HEADING_FILL.format(p=self._prefix).encode()))
            ids |= {"applyFont": "1", "applyFill": "1"}
        return self._aligned(ids, f'horizontal="{horizontal}" vertical="center" indent="{indent}"')

    def data(self) -> bytes:
        """The part with everything that was appended."""
        if not self.changed or self._formats is None:
            return self._data
        edits = self._appended(self._formats, [xf.tag + xf.rest for xf in self._all[self._read :]])
        for name, new in self._others.items():
            node = self._root.find(name)
            if new and node is not None:
                edits += self._appended(node, new)
        if self._new_codes:
            edits += self._with_codes()
        return applied(self._data, edits)

    def _variant(self, index: int, **attributes: str) -> int:
        """The index of a copy of a format with some attributes set; an equal one that exists is used again."""
        if not self._all:
            raise PartError(NO_FORMATS)
        base = self._all[index if 0 <= index < len(self._all) else 0]
        return self._add(base.changed(**attributes))

    def _aligned(self, ids: dict[str, str], alignment: str) -> int:
        p = self._prefix
        rest = f"<{p}alignment {alignment}/></{p}xf>".encode()
        return self._add(Format({}, f"<{p}xf>".encode(), rest).changed(**ids, applyAlignment="1"))

    def _add(self, new: Format) -> int:
        if not self._places:
            for place, known in enumerate(self._all):
                self._places.setdefault(known.look, place)
        place = self._places.setdefault(new.look, len(self._all))
        if place == len(self._all):
            self._all.append(new)
        return place

    def _code_number(self, code: str) -> int:
        if code in BUILT_IN_CODES:
            return BUILT_IN_CODES[code]
        for number, known in self._codes.items():
            if known == code:
                return number
        number = max([163, *self._codes]) + 1
        self._codes[number] = code
        new = f'<{self._prefix}numFmt numFmtId="{number}" formatCode={quoted(code)}/>'
        self._new_codes.append(new.encode())
        return number

    def _heading_font(self) -> bytes:
        """The workbook's own font, bold and in the heading's colour."""
        fonts, p = self._root.find("fonts"), self._prefix
        first = fonts.find("font") if fonts else None
        kept = [child for child in first.children if child.name not in REPLACED] if first else []
        before = [child for child in kept if child.name not in AFTER_COLOUR]
        pieces = [f"<{p}font><{p}b/>".encode(), *map(self._raw, before), HEADING_COLOUR.format(p=p).encode()]
        pieces += [self._raw(child) for child in kept if child not in before]
        return b"".join([*pieces, f"</{p}font>".encode()])

    def _raw(self, node: Node) -> bytes:
        return self._data[node.start : node.end]

    def _known(self, table: str) -> list[bytes]:
        """What stands in a table, with what was appended."""
        node = self._root.find(table)
        return [self._raw(child) for child in (node.children if node else ())] + self._others[table]

    def _append(self, table: str, raw: bytes) -> int:
        known = self._known(table)
        if raw in known:
            return known.index(raw)
        self._others[table].append(raw)
        return len(known)

    def _appended(self, node: Node, new: list[bytes]) -> list[Edit]:
        """Edits that put children at the end of a table and keep its count right."""
        tag = self._data[node.start : node.inner]
        counted = attribute(tag, "count", str(len(node.children) + len(new)))
        if node.end == node.inner:
            return [Edit(node.start, node.end, opened(counted, b"".join(new)))]
        return [Edit(node.start, node.inner, counted), inside(self._data, node, b"".join(new))]

    def _with_codes(self) -> list[Edit]:
        table = self._root.find("numFmts")
        if table is not None:
            return self._appended(table, self._new_codes)
        p, count = self._prefix, len(self._new_codes)
        new = f'<{p}numFmts count="{count}">'.encode() + b"".join(self._new_codes) + f"</{p}numFmts>".encode()
        return [Edit(self._root.inner, self._root.inner, new)]


def _custom_codes(root: Node, part: str) -> dict[int, str]:
    """The number formats by number. Raises PartError for two of one number that are not alike."""
    found: dict[int, str] = {}
    for node in listed(root.find("numFmts"), "numFmt", part):
        number, code = whole(node.attributes.get("numFmtId"), -1), node.attributes.get("formatCode", "")
        if number >= 0 and found.get(number, code) != code:
            raise PartError(f"its part {part} has the number format {number} twice")
        found[number] = code
    return found
