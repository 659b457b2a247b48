"""New rows made of new values and of what old rows carry along."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.newrows import RowWriter
from komet_xl.grids.xlsx.styles import whole

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from komet_xl.grids.grid import Value
    from komet_xl.grids.xlsx.around import Change
    from komet_xl.grids.xlsx.oldrows import Cut, OldRow
    from komet_xl.grids.xlsx.ownformulas import OwnFormulas
    from komet_xl.grids.xlsx.patch import Columns
    from komet_xl.grids.xlsx.replace import Wanted
    from komet_xl.grids.xlsx.writing import Writing

PASSING: Final = re.compile(' (?:hidden|collapsed|outlineLevel)="[^"]*"')
"""What a row has because a person folded or filtered it; new rows are seen."""
FORMATTED: Final = ' customFormat="1"'
ROW_STYLE: Final = re.compile(' s="([0-9]{1,9})"')
"""The format of a whole row: that of cells which do not stand there yet."""


class Usual:
    """What rows look like that continue none."""

    def __init__(self, rows: Sequence[OldRow], columns: Columns, change: Change) -> None:
        data = [row for row in rows if row.number <= change.rows.old_bottom]
        self._columns = columns
        self._styles: dict[int, int] = {}
        looks: dict[int, Counter[int]] = {}
        alike = {id(row.styles): row.styles for row in data}
        for look, times in Counter(id(row.styles) for row in data).items():
            for column, style in alike[look].items():
                looks.setdefault(column, Counter())[style] += times
        for column, counted in looks.items():
            style, times = counted.most_common(1)[0]
            if times * 2 > len(data):
                self._styles[column] = style
        tags: Counter[str] = Counter()
        for attributes, times in Counter(row.attributes for row in data).items():
            tags[PASSING.sub("", attributes)] += times
        attributes, times = tags.most_common(1)[0] if tags else ("", 0)
        self.attributes = attributes if times * 2 > len(data) else ""
        """Those of a row's tag, without its number."""

    def style(self, column: int) -> int:
        """The format of a cell in that column."""
        return self._styles[column] if column in self._styles else self._columns.style(column)

    def others(self, change: Change) -> set[int]:
        """Columns beside ours that most rows have a cell in."""
        return {column for column in self._styles if column not in change.columns and change.moves_column(column)}


class Replacer:
    """Makes the new rows of one sheet part."""

    def __init__(
        self, taken: Cut, usual: Usual, formulas: OwnFormulas, wanted: Wanted, change: Change, writing: Writing
    ) -> None:
        self._wanted = wanted
        self._change = change
        self._prefix = taken.prefix
        self._old = {row.number: row for row in taken.rows}
        self._usual = usual
        self._formulas = formulas
        self._writer = RowWriter(writing, wanted.columns, taken.prefix)
        self._usual_styles = tuple(usual.style(column) for column in self._writer.columns)
        self._known_styles: dict[tuple[int, str], tuple[int, ...]] = {}
        self._beside = sorted({*usual.others(change), *formulas.columns})
        """Columns beside ours in which a new row gets a cell."""

    def rows(self) -> Iterator[str]:
        """
        The new rows, topmost first, then rows of which only cells beside the grid are left.

        Raises:
            PartError: a formula cannot be moved.
            ValueError: not a value of the port.
        """
        heading = self._wanted.heading
        for number, (values, origin) in enumerate(
            zip(self._wanted.rows, self._wanted.origins, strict=True), start=heading + 1
        ):
            yield self._row(number, values, origin)
        below = heading + len(self._wanted.rows)
        for number in sorted(row for row in self._old if row > below):
            yield self._left_over(self._old[number])

    def _row(self, number: int, values: Sequence[Value], origin: int | None) -> str:
        base = self._base(number, origin)
        there = self._old.get(number)
        others: dict[int, str] = {}
        attributes = self._usual.attributes if base is None else base.attributes
        if origin is None:
            if self._beside or base is not None:
                others = self._new_cells(number, base)
                attributes = PASSING.sub("", attributes)
        elif base is not None:
            others = self._moved_cells(base, number)
        if there is not None:
            others |= self._kept_cells(there)
        tag = f'<{self._prefix}row r="{number}"{attributes}>'
        return self._writer.row(number, tag, values, self._styles(base), others)

    def _base(self, number: int, origin: int | None) -> OldRow | None:
        """The old row that a new one continues; a blank row that somebody formatted below the data serves as well."""
        if origin is not None:
            return self._old.get(origin)
        return self._old.get(number) if number > self._change.rows.old_bottom else None

    def _styles(self, base: OldRow | None) -> tuple[int, ...]:
        """The formats of our cells in a row that goes on like that one."""
        if base is None:
            return self._usual_styles
        row = ROW_STYLE.search(base.attributes) if FORMATTED in base.attributes else None
        key = id(base.styles), row[1] if row else ""  # rows that look alike share the former, and it outlives this
        known = self._known_styles.get(key)
        if known is None:
            usual = zip(self._writer.columns, self._usual_styles, strict=True)
            known = tuple(base.styles.get(column, whole(key[1], style)) for column, style in usual)
            self._known_styles[key] = known
        return known

    def _new_cells(self, number: int, base: OldRow | None) -> dict[int, str]:
        """Cells beside ours in a row that continues none."""
        found = {} if base is None else self._moved_cells(base, number)
        for column in self._beside if base is None else self._formulas.columns:
            style = self._usual.style(column) if base is None else base.styles.get(column, self._usual.style(column))
            text = self._formulas.filled(column, number, style) or _blank(self._prefix, column, number, style)
            if text:
                found[column] = text
        return found

    def _moved_cells(self, base: OldRow, number: int) -> dict[int, str]:
        """Cells beside ours that go along with their row."""
        return {
            cell.column: self._formulas.moved(cell, base.number, number)
            for cell in base.cells
            if cell.column not in self._change.columns and self._change.moves_column(cell.column)
        }

    def _kept_cells(self, row: OldRow) -> dict[int, str]:
        """Cells beside the grid, which stay in their row."""
        return {
            cell.column: self._formulas.kept(cell, row.number)
            for cell in row.cells
            if not self._change.moves_column(cell.column)
        }

    def _left_over(self, row: OldRow) -> str:
        """A row below the new ones: blank rows keep their formats, of others stays what does not belong to the grid."""
        if row.number <= self._change.rows.old_bottom:
            cells, attributes = self._kept_cells(row), PASSING.sub("", row.attributes)
        else:
            attributes = row.attributes
            cells = {column: _blank(self._prefix, column, row.number, style) for column, style in row.styles.items()}
            cells |= {cell.column: self._formulas.kept(cell, row.number) for cell in row.cells}
        if not cells and row.number <= self._change.rows.old_bottom:
            return ""
        inside = "".join(cells[column] for column in sorted(cells))
        return f'<{self._prefix}row r="{row.number}"{attributes}>{inside}</{self._prefix}row>'


def _blank(prefix: str, column: int, row: int, style: int) -> str:
    """A cell with a format only; nothing for the usual one."""
    return f'<{prefix}c r="{refs.column_letters(column)}{row}" s="{style}"/>' if style else ""
