"""Table parts: made for a sheet of ours, and changed in size and columns only. Pure.

Excel repairs a workbook, and may drop the table, when a name, an id or a heading of a table is not what it wants: each
rule that stands here is one of those.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import Edit, applied, attribute, inside, prefix_of, tree
from komet_xl.grids.xlsx.styles import whole
from komet_xl.grids.xlsx.text import BLANKS, LOOKS_ESCAPED, clean, from_xml, quoted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from komet_xl.grids.xlsx.markup import Node
    from komet_xl.grids.xlsx.refs import Area

STYLE = "TableStyleMedium2"
LONGEST_COLUMN = 255
"""UTF-16 units of a column's name."""
SUFFIX = "table"
BREAKS = {"\t": "_x0009_", "\n": "_x000a_"}
"""What a cell may hold as it is and an attribute may not, as Excel writes it there."""


def folded(name: str) -> str:
    """A name as Excel compares it, or coarser: two names that differ here are two names to every program."""
    plain = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(each for each in plain if unicodedata.category(each) != "Cf").split())


def free_name(sheet: str, taken: Iterable[str]) -> str:
    """
    A name for the table of that sheet: letters, digits and _, no cell address, different from all that are taken.

    It never is the sheet's own name. Who renames the sheet "prebooks" to keep it would otherwise see the next pull find
    the table "prebooks" and fill the kept sheet anew.
    """
    words = "".join(each if _fits(each) else " " for each in unicodedata.normalize("NFC", sheet)).split()
    stem = "_".join([*(words or ["sheet"]), SUFFIX])
    if stem[0] in "0123456789":
        stem = f"_{stem}"
    known = {folded(name) for name in taken}
    name, number = stem, 1
    while folded(name) in known:
        number += 1
        name = f"{stem}_{number}"
    return name


def _fits(character: str) -> bool:
    """Whether a name may have it: ASCII digits and letters that every version of Excel knows as letters."""
    if character.isascii():
        return character.isalnum()
    return character <= "\uffff" and unicodedata.ucd_3_2_0.category(character).startswith("L")


def are_columns(headings: Sequence[str]) -> bool:
    """Whether a table can have these headings: none blank or too long, no two alike."""
    return (
        bool(headings)
        and all(map(_is_column, headings))
        and len({folded(heading) for heading in headings}) == len(headings)
    )


def _is_column(heading: str) -> bool:
    """A carriage return is no line break to Excel, and no two programs agree on what else it is."""
    units = len(heading.encode("utf-16-le", "surrogatepass")) // 2
    return bool(folded(heading)) and "\r" not in heading and units <= LONGEST_COLUMN


def table_xml(namespace: str, number: int, name: str, area: Area, headings: Sequence[str]) -> bytes:
    """A table with a heading row and filter buttons; the headings are to the letter what the cells hold."""
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<table xmlns="{namespace}" id="{number}" name={quoted(name)} displayName={quoted(name)} '
        f'ref="{area}" totalsRowShown="0"><autoFilter ref="{area}"/><tableColumns count="{len(headings)}">'
        f"{_columns('', 1, headings)}</tableColumns>"
        f'<tableStyleInfo name="{STYLE}" showFirstColumn="0" showLastColumn="0" showRowStripes="1" '
        'showColumnStripes="0"/></table>'
    ).encode()


def _columns(prefix: str, first: int, headings: Sequence[str]) -> str:
    return "".join(
        f'<{prefix}tableColumn id="{number}" name={_name_value(heading)}/>'
        for number, heading in enumerate(headings, start=first)
    )


def _name_value(heading: str) -> str:
    """A heading as the quoted value of an attribute."""
    return quoted(re.sub("[\t\n]", lambda match: BREAKS[match[0]], LOOKS_ESCAPED.sub("_x005F_", heading)))


def special_rows(table: Node, part: str) -> tuple[int, int]:
    """
    How many heading rows and how many totals rows a table has, 0 or 1 each.

    Raises:
        PartError: it says something else, so nobody knows which of its rows are lines.
    """
    found = []
    for name, otherwise in (("headerRowCount", "1"), ("totalsRowCount", "0")):
        given = table.attributes.get(name, otherwise)
        number = whole(given.strip(BLANKS), 2)
        if number > 1:
            raise PartError(f"its part {part} has the {name} {given[:20]!r}, and a table can have 0 or 1")
        found.append(number)
    return found[0], found[1]


def resized(data: bytes, part: str, area: Area) -> bytes:
    """
    The table part (UTF-8) of a table that now takes `area`, its heading row and its totals row included.

    The filter ends above the totals row, and a remembered sort order covers the rows between. All else stays to the
    byte.

    Raises:
        PartError: the part is damaged.
        ValueError: the area has no row for data; a table needs one, blank or not.
    """
    root = tree(data, part)
    headings, totals = special_rows(root, part)
    top, bottom = area.top + headings, area.bottom - totals
    if bottom < top:
        raise ValueError(f"a table needs a row for data, and {area} has none")
    edits = [_with_ref(data, root, area)]
    found = root.find("autoFilter")
    if found is not None:
        edits.append(_with_ref(data, found, refs.Area(area.top, area.left, bottom, area.right)))
    for sort in [*root.all("sortState"), *(found.all("sortState") if found else ())]:
        for node in (sort, *sort.all("sortCondition")):
            edits += _with_rows(data, node, top, bottom)
    return applied(data, edits)


def _with_ref(data: bytes, node: Node, area: Area) -> Edit:
    return Edit(node.start, node.inner, attribute(data[node.start : node.inner], "ref", str(area)))


def _with_rows(data: bytes, node: Node, top: int, bottom: int) -> Iterator[Edit]:
    try:
        old = refs.area(node.attributes.get("ref", ""))
    except ValueError:
        return
    yield _with_ref(data, node, refs.Area(top, old.left, bottom, old.right))


def headings_of(data: bytes, part: str) -> list[str]:
    """The table's headings, left to right. Raises PartError when the part is damaged."""
    return [from_xml(node.attributes.get("name", "")) for node in _list_of(tree(data, part), part).all("tableColumn")]


def with_columns(data: bytes, part: str, headings: Sequence[str]) -> bytes:
    """
    The table part (UTF-8) with columns more at its right end. Its size stays: `resized` makes it wide enough.

    Raises:
        PartError: the part is damaged, or these headings and those that it has cannot be one table's.
    """
    root = tree(data, part)
    columns = _list_of(root, part)
    if not headings:
        return data
    headings = [clean(heading) for heading in headings]  # as the cells will have them
    every = [*headings_of(data, part), *headings]
    if not are_columns(every):
        name = root.attributes.get("displayName", part)
        raise PartError(f"its table {name} would have a heading that is blank, too long or there twice", "rename it")
    nodes = list(columns.all("tableColumn"))
    first = max(whole(node.attributes.get("id")) for node in nodes) + 1 if nodes else 1
    new = _columns(prefix_of(data, columns.start), first, headings).encode()
    counted = attribute(data[columns.start : columns.inner], "count", str(len(every)))
    if columns.end == columns.inner:
        raise PartError(f"its part {part} has no columns")
    return applied(data, [Edit(columns.start, columns.inner, counted), inside(data, columns, new)])


def _list_of(root: Node, part: str) -> Node:
    found = root.find("tableColumns")
    if found is None:
        raise PartError(f"its part {part} has no columns")
    return found
