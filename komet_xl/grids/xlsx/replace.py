"""The rows below a heading row replaced by new ones, each of which may continue an old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import around, refs
from komet_xl.grids.xlsx.around import Change
from komet_xl.grids.xlsx.carrying import Replacer, Usual
from komet_xl.grids.xlsx.cutter import cut
from komet_xl.grids.xlsx.deflate import Packed, Packer
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.formulas import Rows
from komet_xl.grids.xlsx.markup import encoded, tree
from komet_xl.grids.xlsx.ownformulas import OwnFormulas
from komet_xl.grids.xlsx.quickpatch import columns_of
from komet_xl.grids.xlsx.scan import MOST_COLUMNS, MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from komet_xl.grids.grid import Value
    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.refs import Area
    from komet_xl.grids.xlsx.scan import Scan
    from komet_xl.grids.xlsx.workbook import Sheet
    from komet_xl.grids.xlsx.writing import Writing
    from komet_xl.sheets.cells import Cell


@dataclass(frozen=True, slots=True)
class Wanted:
    """What `Grid.replace` was asked for."""

    heading: int
    columns: tuple[int, ...]
    rows: Sequence[Sequence[Value]]
    origins: Sequence[int | None]

    def ensure_sound(self, left: int, right: int, bottom: int) -> None:
        """Raise ValueError for a call that makes no sense, PartError for more than a sheet of ours may have."""
        columns = self.columns
        if self.heading < 1 or not columns or len(set(columns)) != len(columns) or min(columns) < 1:
            raise ValueError("rows and columns are counted from 1, and each column has one place in a row")
        if min(columns) < left or max(columns) > right:
            raise ValueError("a column lies outside the table or range")
        if len(self.rows) != len(self.origins) or any(len(row) != len(columns) for row in self.rows):
            raise ValueError("each row needs an origin or None, and a value for each column")
        named = [row for row in self.origins if row is not None]
        if len(set(named)) != len(named) or any(not self.heading < row <= bottom for row in named):
            raise ValueError("an origin is a row below the headings, named once")
        if self.heading + len(self.rows) > MOST_ROWS or max(columns) > MOST_COLUMNS:
            raise PartError(
                f"it would get {len(self.rows):,} rows and {max(columns):,} columns, and our limit is "
                f"{MOST_ROWS:,} and {MOST_COLUMNS:,}",
                "ask for less",
            )


@dataclass(frozen=True, slots=True)
class Place:
    """Where the rows stand, and what is there."""

    sheet: Sheet
    found: Scan
    area: Area | None
    """The table or range, as wide as its headings go; None for a whole sheet."""

    def change(self, wanted: Wanted) -> Change:
        """
        Which rows go where.

        Raises:
            PartError: what stands there cannot be moved safely.
            ValueError: a call that makes no sense.
        """
        area, heading = self.area, wanted.heading
        left, right = (1, refs.LAST_COLUMN) if area is None else (area.left, area.right)
        bottom = max(len(self.found.rows) if area is None else area.bottom, heading)
        wanted.ensure_sound(left, right, bottom)
        new = {row: heading + index for index, row in enumerate(wanted.origins, start=1) if row is not None}
        rows = Rows(
            self.sheet.name,
            heading,
            bottom,
            heading + len(wanted.rows),
            left,
            right,
            _last_filled(self.found.rows[heading:bottom], [column - 1 for column in wanted.columns]) + heading,
            _last_filled(wanted.rows, range(len(wanted.columns))) + heading,
        )
        last = refs.LAST_ROW if area is None else max(bottom, rows.new_bottom)
        change = Change(rows, new, last, frozenset(wanted.columns))
        self._ensure_movable(change)
        return change

    def used(self, rows: Rows) -> list[int]:
        """Old rows that hold something that moves."""
        found = self.found.rows[rows.heading : rows.old_bottom]
        if self.area is None:
            return [number for number, cells in enumerate(found, start=rows.first) if cells]
        beside = slice(rows.left - 1, rows.right)
        return [
            number
            for number, cells in enumerate(found, start=rows.first)
            if any(cell is not None for cell in cells[beside])
        ]

    def _ensure_movable(self, change: Change) -> None:
        found, name, rows = self.found, self.sheet.name, change.rows
        if found.doubles:
            raise PartError(f"its sheet {name} holds the row {min(found.doubles)} twice or out of order")
        for area in found.arrays:
            if not change.touches(area) or (area.top == area.bottom and area.left == area.right):
                continue
            inside = change.moves_column(area.left) and change.moves_column(area.right)
            if area.top != area.bottom or not inside or any(area.holds(area.top, each) for each in change.columns):
                raise PartError(f"an array formula of its sheet {name} stands over {area}", "clear it and retry")
        if self.area is None:
            return
        if self.area.top != rows.heading:
            raise PartError(
                f"the headings do not stand in the first row of {self.area} of its sheet {name}", "move it and retry"
            )
        for number in range(rows.old_bottom + 1, min(rows.new_bottom, len(found.rows)) + 1):
            if any(cell is not None for cell in found.rows[number - 1][rows.left - 1 : rows.right]):
                raise PartError(
                    f"something stands below {self.area} of its sheet {name}, in row {number}, where new rows must go",
                    "move it and retry",
                )


def _last_filled(rows: Sequence[Sequence[Cell]], places: Iterable[int]) -> int:
    """How many rows there are down to the last one with something in one of these places."""
    wanted = list(places)
    for number in range(len(rows), 0, -1):
        row = rows[number - 1]
        if any(place < len(row) and row[place] not in {None, ""} for place in wanted):
            return number
    return 0


def replaced(
    package: Package, place: Place, wanted: Wanted, change: Change, writing: Writing, calculated: Mapping[int, str]
) -> tuple[Packed, bool]:
    """
    The sheet part with its rows replaced, and whether there are formulas among them.

    Args:
        calculated: The formula that a table gives to its new rows, by column.

    Raises:
        PartError: what stands there cannot be moved safely.
        ValueError: not a value of the port.
    """
    part = place.sheet.part
    taken = cut(package, place.sheet, change.rows.first, change.last, change.columns, plain=place.found.plain)
    frame = tree(taken.head + taken.tail, part)
    head, tail = around.framed(taken, frame, change)
    formulas = OwnFormulas(taken, change, place.used(change.rows), calculated)
    usual = Usual(taken.rows, columns_of(frame), change)
    replacer = Replacer(taken, usual, formulas, wanted, change, writing)
    packer = Packer()
    packer.add(encoded(head, taken.encoding))
    for text in _together(taken.before, replacer.rows(), taken.after):
        packer.add(encoded(text.encode(), taken.encoding))
    packer.add(encoded(tail, taken.encoding))
    return packer.done(), formulas.any


def _together(*parts: Iterable[str]) -> Iterator[str]:
    """Pieces of text, so many joined that each is worth packing."""
    held: list[str] = []
    for part in parts:
        for text in part:
            held.append(text)
            if len(held) >= 256:
                yield "".join(held)
                held.clear()
    yield "".join(held)
