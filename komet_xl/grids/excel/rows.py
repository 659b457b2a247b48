"""The rows below a heading row replaced by new ones in an open sheet, each of which may continue an old one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.errors import SheetError
from komet_xl.grids.excel import blocks, native
from komet_xl.grids.excel.around import ensure_no_totals, put_names, put_tables
from komet_xl.grids.excel.carried import Line, filling, line_of
from komet_xl.grids.excel.faults import GoneError, patiently
from komet_xl.grids.excel.formats import Formats
from komet_xl.grids.excel.values import taken
from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.formulas import Rows
from komet_xl.grids.xlsx.refs import Area
from komet_xl.grids.xlsx.text import landed
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xlwings

    from komet_xl.grids.grid import Value
    from komet_xl.sheets.cells import Cell

MOST_ROWS: Final = 200_000
"""The limit of our files as well."""


@dataclass(frozen=True, slots=True)
class Run:
    """Rows that stay together on their way."""

    old: int
    """Where the first of them stood."""
    new: int
    """Where it goes."""
    count: int

    @property
    def shift(self) -> int:
        """Rows that each of them moves down."""
        return self.new - self.old


class Replacing:
    """One replacement, from what stands there to what shall."""

    def __init__(
        self,
        where: str,
        sheet: xlwings.Sheet,
        area: Area | None,
        old: list[list[Cell]],
        heading: int,
        columns: tuple[int, ...],
        rows: Sequence[Sequence[Value]],
        origins: Sequence[int | None],
    ) -> None:
        bottom = max(len(old) if area is None else area.bottom, heading)
        _ensure_sound(heading, columns, rows, origins, bottom)
        self._where = where
        self._sheet = sheet
        self._area = area
        self._old = old
        self._columns = columns
        self._values = [[landed(value) for value in row] for row in rows]
        self._origins = list(origins)
        left, right = (1, refs.LAST_COLUMN) if area is None else (area.left, area.right)
        self._span = Rows(sheet.name, heading, bottom, heading + len(rows), left, right)
        self._runs = _runs(origins, heading)
        self._has_begun = False

    def carry_out(self) -> None:
        """Change the sheet. Raises SheetError; before anything is changed unless Excel itself refuses."""
        try:
            self._carry_out()
        except SheetError as exc:
            if not self._has_begun or isinstance(exc, GoneError):
                raise
            raise SheetError(
                f"{exc} The sheet {self._span.sheet} is half changed: close the workbook without saving it, open it "
                "again and repeat this."
            ) from None

    def _carry_out(self) -> None:
        span = self._span
        lines = self._lines()
        blank = self._blank_rows()
        moving = [run for run in self._runs if run.shift]
        self._ensure_room()
        if moving or blank or span.new_bottom != span.old_bottom:
            ensure_no_totals(self._sheet, span, self._where)
        last = max(span.old_bottom, span.new_bottom)
        hidden = [row for row in sorted(blocks.hidden(self._sheet, last)) if row > span.heading]
        if moving or blank:
            self._ensure_movable()
        formats = Formats(self._sheet, span, self._columns)
        self._has_begun = True
        self._hide(hidden if moving or blank else sorted(set(hidden).intersection(self._new_rows())), hide=False)
        self._move(moving)
        self._blank(blank)
        formats.apply(self._values, self._new_rows())
        self._write_values()
        self._write_formulas(lines)
        self._write_tables()
        if moving or blank:
            going_on = {origin: row for row, origin in enumerate(self._origins, start=span.heading + 1) if origin}
            self._hide(sorted(going_on[row] for row in hidden if row in going_on), hide=True)

    # ----------------------------------------------------------------------------------------------- what must be

    def _lines(self) -> list[Line]:
        """The user's own formulas of each new row, by column."""
        ours = frozenset(self._columns)
        every_row_has = filling(self._old, self._span, ours)
        return [
            line_of(
                every_row_has if origin is None else {c: (cell, origin) for c, cell in self._own(origin, ours)},
                row,
                self._span,
            )
            for row, origin in enumerate(self._origins, start=self._span.first)
        ]

    def _own(self, row: int, ours: frozenset[int]) -> list[tuple[int, Formula]]:
        cells = enumerate(self._old[row - 1], start=1) if row <= len(self._old) else ()
        return [(column, cell) for column, cell in cells if column not in ours and isinstance(cell, Formula)]

    def _blank_rows(self) -> list[int]:
        """Old places in which no old row stands afterwards."""
        filled = {self._span.heading + at for at, origin in enumerate(self._origins, start=1) if origin is not None}
        return [row for row in range(self._span.first, self._span.old_bottom + 1) if row not in filled]

    def _new_rows(self) -> list[int]:
        return [row for row, origin in enumerate(self._origins, start=self._span.first) if origin is None]

    # --------------------------------------------------------------------------------------------- what may not be

    def _ensure_movable(self) -> None:
        """Raise SheetError for what Excel would move by halves."""
        span = self._span
        if span.old_bottom < span.first:
            return
        body = self._part(span.first, span.old_bottom)
        name = self._sheet.name
        if patiently(native.is_filtered, self._sheet):
            raise self._refusal(f"a filter hides rows of the sheet {name}", "show all rows (Data > Clear)")
        if patiently(getattr, body, "merge_cells") is not False:
            raise self._refusal(f"the sheet {name} has merged cells below its headings", "unmerge them")
        if patiently(getattr, body, "has_array") is not False:
            raise self._refusal(f"an array formula stands below the headings of the sheet {name}", "clear it")
        if patiently(native.spills, body):
            raise self._refusal(f"a formula that spills stands below the headings of the sheet {name}", "move it away")

    def _ensure_room(self) -> None:
        """Raise SheetError when the rows of a table or range would run into something."""
        area, bottom = self._area, self._span.new_bottom
        if area is None or bottom <= area.bottom:
            return
        if area.top != self._span.heading:
            raise self._refusal(f"the headings do not stand in the first row of {area}", "move them")
        below = blocks.read(self._sheet, Area(area.bottom + 1, area.left, bottom, area.right))
        row = next((number for number, cells in enumerate(below, start=area.bottom + 1) if cells), None)
        if row is not None:
            raise self._refusal(f"something stands below {area}, in row {row}, where new rows must go", "move it")

    def _refusal(self, what: str, advice: str) -> SheetError:
        return SheetError(f"{self._where}: {what}; {advice} and try again.")

    # ------------------------------------------------------------------------------------------------ what is done

    def _move(self, runs: list[Run]) -> None:
        """
        Copy rows to where they go on.

        While all keep their order, none is overwritten before it was copied: those that go up first, the topmost
        first; then those that go down, the lowest first. Else from a copy of all of them below everything.
        """
        if [run.old for run in runs] == sorted(run.old for run in runs):
            up, down = [run for run in runs if run.shift < 0], [run for run in runs if run.shift > 0]
            for run in (*up, *reversed(down)):
                self._copy(run.old, run.count, run.new)
            return
        bottom, _ = blocks.used(self._sheet)
        spare = max(bottom, self._span.new_bottom) + 2
        first, last = self._span.first, self._span.old_bottom
        self._copy(first, last - first + 1, spare)
        for run in runs:
            self._copy(spare + run.old - first, run.count, run.new)
        patiently(blocks.part(self._sheet, f"{spare}:{spare + last - first}").delete, "up")

    def _copy(self, first: int, count: int, to: int) -> None:
        patiently(self._part(first, first + count - 1).copy, self._part(to, to + count - 1))

    def _blank(self, rows: list[int]) -> None:
        """Make rows like one that nobody has touched."""
        untouched = max(self._span.old_bottom, self._span.new_bottom) + 1
        for first, last in blocks.runs(rows):
            if self._area is None and untouched <= refs.LAST_ROW:
                source = self._part(untouched, untouched)
                patiently(source.copy, self._part(first, last))
            else:
                patiently(self._part(first, last).clear)

    def _part(self, first: int, last: int) -> xlwings.Range:
        """Rows of the grid: whole ones of a sheet, those of its columns for a table or range."""
        if self._area is None:
            return blocks.part(self._sheet, f"{first}:{last}")
        return blocks.rectangle(self._sheet, Area(first, self._area.left, last, self._area.right))

    def _hide(self, rows: list[int], *, hide: bool) -> None:
        for first, last in blocks.runs(rows):
            patiently(setattr, blocks.part(self._sheet, f"{first}:{last}").rows, "hidden", hide)

    def _write_values(self) -> None:
        """Our columns, one block for each stretch of columns that stand side by side."""
        if not self._values:
            return
        order = sorted(range(len(self._columns)), key=lambda index: self._columns[index])
        for first, last in blocks.runs([self._columns[index] for index in order]):
            part = [index for index in order if first <= self._columns[index] <= last]
            texts = self._text_columns(part)
            rows = [[taken(row[index], as_text=index in texts) for index in part] for row in self._values]
            blocks.write(self._sheet, self._span.first, first, rows)

    def _text_columns(self, part: list[int]) -> set[int]:
        return {index for index in part if Formats.is_text([row[index] for row in self._values])}

    def _write_formulas(self, lines: list[Line]) -> None:
        """The user's own formulas where copying has made something else of them."""
        columns = sorted({column for line in lines for column in line})
        if not columns:
            return
        area = Area(self._span.first, columns[0], self._span.new_bottom, columns[-1])
        now = blocks.formulas(self._sheet, area)
        wanted = {
            (row, column): text
            for row, line in enumerate(lines, start=area.top)
            for column, text in line.items()
            if now[row - area.top][column - area.left] != text
        }
        for top, left, texts in blocks.rectangles(wanted):
            place = Area(top, left, top + len(texts) - 1, left + len(texts[0]) - 1)
            blocks.put_formulas(self._sheet, place, [[str(text) for text in row] for row in texts])

    def _write_tables(self) -> None:
        put_tables(self._sheet, self._span, frozenset(self._columns))
        put_names(self._sheet, self._span)


def _ensure_sound(
    heading: int,
    columns: tuple[int, ...],
    rows: Sequence[Sequence[Value]],
    origins: Sequence[int | None],
    bottom: int,
) -> None:
    """Raise ValueError for a call that makes no sense, SheetError for more rows than a sheet of ours may have."""
    named = [each for each in origins if each is not None]
    if len(origins) != len(rows) or any(len(row) != len(columns) for row in rows):
        raise ValueError("each row needs an origin, and a value for each column")
    if heading < 1 or min(columns, default=1) < 1 or len(set(columns)) != len(columns):
        raise ValueError("columns are counted from 1, and each has one place in a row")
    if len(set(named)) != len(named) or any(not heading < each <= bottom for each in named):
        raise ValueError("an origin is a row below the headings, and goes on once")
    if heading + len(rows) > MOST_ROWS:
        raise SheetError(f"the sheet would get {len(rows):,} rows, and our limit is {MOST_ROWS:,}; ask for less.")


def _runs(origins: Sequence[int | None], heading: int) -> list[Run]:
    """Rows that go on, in the order of the new ones, those together that stood together."""
    found: list[Run] = []
    for new, old in enumerate(origins, start=heading + 1):
        last = found[-1] if found else None
        if old is None:
            continue
        if last is not None and (old, new) == (last.old + last.count, last.new + last.count):
            found[-1] = Run(last.old, last.new, last.count + 1)
        else:
            found.append(Run(old, new, 1))
    return found
