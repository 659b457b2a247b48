"""A sheet's rows replaced, and all parts of the workbook that speak of them made true again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import calc, links, neighbours
from komet_xl.grids.xlsx.contents import Contents
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.newrows import MOST_REMEMBERED
from komet_xl.grids.xlsx.replace import Place, Wanted, replaced
from komet_xl.grids.xlsx.text import landed
from komet_xl.grids.xlsx.writing import Writing
from komet_xl.sheets.cells import Formula, is_blank

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.grids.grid import Value
    from komet_xl.grids.xlsx.around import Change
    from komet_xl.grids.xlsx.refs import Area
    from komet_xl.grids.xlsx.scan import Scan
    from komet_xl.grids.xlsx.workbook import Sheet
    from komet_xl.sheets.cells import Cell


def with_rows(before: Contents, sheet: Sheet, area: Area | None, wanted: Wanted) -> tuple[Contents, Change]:
    """
    The contents with rows replaced, and what went where. Those it is given stay as they are.

    Cells take along what they hold and how they look, and links. What only points at cells from elsewhere stays where
    it is, as when a person sorts: comments, pictures and charts, sparklines, page breaks, rules and lists of choices
    that lie over some rows only. Formulas above the headings, on other sheets and in charts are not rewritten; they
    are calculated anew.

    Raises:
        PartError: what stands there cannot be moved safely.
        ValueError: not a value of the port, or a call that makes no sense.
    """
    found = before.scan(sheet.part)
    place = Place(sheet, found, area)
    work = Contents(before.package.copy())
    styles = work.styles()
    writing = Writing({}, found.numbers, styles, work.workbook.from_1904)
    change = place.change(wanted)
    neighbours.ensure_room(before.package, work.workbook, sheet, change)
    calculated = neighbours.calculated(before.package, work.workbook, sheet, change)
    packed, formulas = replaced(before.package, place, wanted, change, writing, calculated)
    work.package.put(sheet.part, packed)
    work.put_styles(styles)
    neighbours.put_tables(work.package, work.workbook, sheet, change, _headings(found, wanted))
    if neighbours.put_names(work.package, work.workbook, change):
        work = Contents(work.package)
    if formulas:
        calc.drop_chain(work.package, work.workbook)
    right = max((len(row) for row in found.rows), default=0)
    moved = {*change.columns, *range(change.rows.left, min(change.rows.right, right) + 1)}
    cells = [(wanted.heading, column) for column in moved]
    if formulas or calc.goes_stale(before.package, before.workbook, sheet, found, cells):
        links.put_xml(
            work.package, work.workbook.part, calc.with_full_calculation(work.workbook), work.workbook.encoding
        )
    made = Contents(work.package)
    if not found.plain or (found.numbers and found.numbers[-1] > wanted.heading):
        ensure_holds(made.scan(sheet.part), found, wanted, change)
    return made, change


def _headings(found: Scan, wanted: Wanted) -> dict[int, str]:
    """The headings of the replaced columns."""
    row = found.rows[wanted.heading - 1] if wanted.heading <= len(found.rows) else []
    return {
        column: text
        for column in wanted.columns
        if column <= len(row) and isinstance(text := row[column - 1], str) and not is_blank(text)
    }


ANY: Final = Formula("=", None)


class _Landed(dict["Value", "Cell"]):
    """What written values read back as; the same ones come again and again."""

    def __missing__(self, value: Value) -> Cell:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        self[value] = made = landed(value)
        return made


def ensure_holds(now: Scan, found: Scan, wanted: Wanted, change: Change) -> None:
    """Raise PartError unless each cell holds a new value, what went along with its row, or what it held before."""
    rows = change.rows
    heading, last = rows.heading, change.last
    width = range(1, max((len(row) for row in (*found.rows, *now.rows)), default=0) + 1)
    beside = [column for column in width if change.moves_column(column) and column not in change.columns]
    staying = [column for column in width if not change.moves_column(column)]
    moving = [column for column in width if change.moves_column(column)]
    fault = PartError(f"its sheet {rows.sheet} is laid out in a way that we cannot change safely")
    if any(_row(now, n) != _row(found, n) for n in range(1, heading + 1)) or now.rows[last:] != found.rows[last:]:
        raise fault
    landing = _Landed()
    for number, (values, origin) in enumerate(zip(wanted.rows, wanted.origins, strict=True), start=heading + 1):
        row = _row(now, number)
        if _cells(row, wanted.columns) != [landing[value] for value in values]:
            raise fault
        if not beside:
            continue
        cells = _cells(row, beside)
        if origin is None and not all(cell is None or isinstance(cell, Formula) for cell in cells):
            raise fault
        if origin is not None and list(map(_kept, cells)) != list(map(_kept, _cells(_row(found, origin), beside))):
            raise fault
    for number in range(heading + 1, min(max(len(now.rows), len(found.rows)), last) + 1):
        if number > rows.new_bottom and any(cell is not None for cell in _cells(_row(now, number), moving)):
            raise fault
        if staying and _stored(_cells(_row(now, number), staying)) != _stored(_cells(_row(found, number), staying)):
            raise fault


def _row(scan: Scan, number: int) -> list[Cell]:
    return scan.rows[number - 1] if number <= len(scan.rows) else []


def _cells(row: list[Cell], columns: Sequence[int]) -> list[Cell]:
    used = len(row)
    return [row[column - 1] if column <= used else None for column in columns]


def _stored(cells: list[Cell]) -> list[object]:
    """Values, and which of them are formulas: how these read may differ where one was shared."""
    return [(cell.value,) if isinstance(cell, Formula) else cell for cell in cells]


def _kept(cell: Cell) -> Cell:
    """What a cell takes along: its value, or that it has a formula, which reads differently in another row."""
    return ANY if isinstance(cell, Formula) else cell
