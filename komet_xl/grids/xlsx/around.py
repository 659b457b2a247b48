"""What stands around replaced rows in their own sheet part and speaks of them: ranges, rules, links, the size."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.formulas import spanning
from komet_xl.grids.xlsx.markup import Edit, applied, attribute
from komet_xl.grids.xlsx.text import as_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from komet_xl.grids.xlsx.formulas import Rows
    from komet_xl.grids.xlsx.markup import Node
    from komet_xl.grids.xlsx.oldrows import Cut
    from komet_xl.grids.xlsx.refs import Area

RULES: Final = frozenset({"conditionalFormatting", "dataValidation"})
"""Elements that lie over ranges and hold formulas of their own."""
LISTS: Final = RULES | {"ignoredError", "protectedRange"}
"""Elements whose `sqref` names ranges that go with the data."""
FORMULAS: Final = frozenset({"formula", "formula1", "formula2", "f"})
REACHING: Final = frozenset({"autoFilter", "sortState", "sortCondition"})
"""Elements whose `ref` is a range that goes with the data."""


@dataclass(frozen=True, slots=True)
class Change:
    """Which rows went where."""

    rows: Rows
    new_rows: Mapping[int, int]
    """New row by old row; old rows that went are not in it."""
    last: int
    """The last old row that was taken out, blank ones included."""
    columns: Collection[int]
    """Those of the values; never empty."""

    def moves_column(self, column: int) -> bool:
        """Whether cells of that column go with their row."""
        return self.rows.left <= column <= self.rows.right

    def touches(self, area: Area) -> bool:
        """Whether some of these cells are rewritten, go with their row, or would be in the way of new rows."""
        rows = self.rows
        return (
            area.left <= rows.right
            and area.right >= rows.left
            and area.bottom > rows.heading
            and area.top <= max(rows.old_bottom, rows.new_bottom)
        )

    def where(self, row: int) -> int | None:
        """Where an old row is now; None for one that went."""
        return self.new_rows.get(row) if self.rows.heading < row <= self.rows.old_bottom else row


def framed(cut: Cut, root: Node, change: Change) -> tuple[bytes, bytes]:
    """
    Head and tail of the sheet part with their ranges true again. `root` is what both make together.

    Raises:
        PartError: cells are merged among the rows.
    """
    data = cut.head + cut.tail
    edits: list[Edit] = []
    for node in root.children:
        if node.name == "mergeCells":
            _ensure_unmerged(node, change)
        elif node.name == "hyperlinks":
            edits += _followed(data, node, change)
        elif node.name == "dimension":
            edits += _dimension(data, node, cut, change)
        else:
            edits += _stretched(data, node, change.rows)
    border = len(cut.head)
    head = [edit for edit in edits if edit.start < border]
    tail = [Edit(edit.start - border, edit.end - border, edit.new) for edit in edits if edit.start >= border]
    return applied(cut.head, head), applied(cut.tail, tail)


def _ensure_unmerged(node: Node, change: Change) -> None:
    for child in node.children:
        ref = child.attributes.get("ref", "")
        try:
            area = refs.area(ref)
        except ValueError:
            continue
        if change.touches(area):
            raise PartError(f"the cells {ref} of its sheet {change.rows.sheet} are merged", "unmerge them and retry")


# --- ranges and rules ---------------------------------------------------------------------------------------------


def _stretched(data: bytes, node: Node, rows: Rows) -> Iterator[Edit]:
    """Ranges over all rows, in an element and all that stands in it, go on to span all of them."""
    if node.name in LISTS:
        yield from _with_attribute(data, node, "sqref", rows)
    elif node.name in REACHING:
        yield from _with_attribute(data, node, "ref", rows)
    if node.name in RULES:
        yield from _with_formulas(node, rows)
    for child in node.children:
        yield from _stretched(data, child, rows)


def _with_formulas(node: Node, rows: Rows) -> Iterator[Edit]:
    for child in node.children:
        if child.name in FORMULAS:
            yield from _with_text(child, spanning(child.text, rows))
        elif child.name == "sqref":  # a rule that older versions of Excel do not know has its range as text
            yield from _with_text(child, _ranges(child.text, rows))
        yield from _with_formulas(child, rows)


def _with_text(node: Node, new: str) -> Iterator[Edit]:
    if new != node.text:
        yield Edit(node.inner, node.inner_end, as_text(new).encode())


def _with_attribute(data: bytes, node: Node, name: str, rows: Rows) -> Iterator[Edit]:
    old = node.attributes.get(name, "")
    new = _ranges(old, rows, filters=node.name == "autoFilter")
    if new != old:
        yield Edit(node.start, node.inner, attribute(data[node.start : node.inner], name, new))


def _ranges(text: str, rows: Rows, *, filters: bool = False) -> str:
    """A list of ranges in which those over all rows go on to span all of them; untouched where none does."""
    old = text.split()
    new = []
    for ref in old:
        try:
            area = refs.area(ref)
        except ValueError:
            new.append(ref)
            continue
        now = rows.stretched(opened(area, rows) if filters else area)
        new.append(ref if now == area else str(now))
    return text if new == old else " ".join(new)


def opened(area: Area, rows: Rows) -> Area:
    """The range of a filter over the headings of an empty sheet, as if it had one row: what comes is to be filtered."""
    if area.top == area.bottom == rows.heading >= rows.old_bottom:
        return refs.Area(area.top, area.left, rows.first, area.right)
    return area


# --- links and size -----------------------------------------------------------------------------------------------


def _followed(data: bytes, node: Node, change: Change) -> Iterator[Edit]:
    """Links of cells go where their cell went, and go when it went; the last one takes the list along."""
    edits = []
    kept = 0
    for child in node.children:
        try:
            area = refs.area(child.attributes.get("ref", ""))
        except ValueError:
            kept += 1
            continue
        now = _now(area, change)
        kept += len(now)
        if now != [area]:
            tag, rest = data[child.start : child.inner], data[child.inner : child.end]
            edits.append(Edit(child.start, child.end, b"".join(attribute(tag, "ref", str(a)) + rest for a in now)))
    yield from edits if kept else [Edit(node.start, node.end, b"")]


def _now(area: Area, change: Change) -> list[Area]:
    """Where the cells of a range are now."""
    first = max(area.top, change.rows.first)
    last = min(area.bottom, change.rows.old_bottom)
    if first > last or not (change.moves_column(area.left) or change.moves_column(area.right)):
        return [area]
    went = sorted(row for row in map(change.where, range(first, last + 1)) if row)
    runs = [(area.top, first - 1), *((row, row) for row in went), (last + 1, area.bottom)]
    found: list[Area] = []
    for top, bottom in sorted(run for run in runs if run[0] <= run[1]):
        if found and top <= found[-1].bottom + 1:
            found[-1] = refs.Area(found[-1].top, area.left, max(found[-1].bottom, bottom), area.right)
        else:
            found.append(refs.Area(top, area.left, bottom, area.right))
    return found


def _dimension(data: bytes, node: Node, cut: Cut, change: Change) -> Iterator[Edit]:
    """The range of used cells, formats included."""
    try:
        was = refs.area(node.attributes.get("ref", ""))
    except ValueError:
        return
    rows = change.rows
    left_over = [
        row.number
        for row in cut.rows
        if row.number > rows.new_bottom
        and any(row.number > rows.old_bottom or not change.moves_column(column) for column in row.styles)
    ]
    bottom = max([rows.new_bottom, rows.heading, *left_over])
    if was.bottom > change.last:
        bottom = max(bottom, was.bottom)
    now = refs.Area(min(was.top, rows.heading), was.left, bottom, was.right)
    if rows.new_bottom > rows.heading:
        now = refs.Area(now.top, min(was.left, *change.columns), bottom, max(was.right, *change.columns))
    if now != was:
        yield Edit(node.start, node.inner, attribute(data[node.start : node.inner], "ref", str(now)))
