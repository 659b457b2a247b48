"""Rectangles of a sheet, read and written as a whole: one call of Excel for thousands of cells."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from komet_xl.errors import SheetError
from komet_xl.grids.excel import native
from komet_xl.grids.excel.faults import is_missing, patiently
from komet_xl.grids.excel.values import Raw, Taken, is_long, to_cells
from komet_xl.grids.xlsx.refs import Area

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import xlwings

    from komet_xl.grids.grid import Position
    from komet_xl.sheets.cells import Cell

MOST_READ: Final = 1_000_000
"""Cells of one read."""
MOST_WRITTEN: Final = 500_000
"""Cells of one write. xlwings itself would cut after 100,000."""
MOST_PLACES: Final = 20_000_000
"""Cells that a sheet may use, blank ones with a format among them."""


def rectangle(sheet: xlwings.Sheet, area: Area) -> xlwings.Range:
    """The cells of an area."""
    return patiently(lambda: sheet.range((area.top, area.left), (area.bottom, area.right)))


def part(sheet: xlwings.Sheet, address: str) -> xlwings.Range:
    """Whole rows or columns: "2:9", "B:D"."""
    return patiently(lambda: sheet.range(address))


def used(sheet: xlwings.Sheet) -> tuple[int, int]:
    """Last row and last column that Excel counts as used. Raises SheetError for more than can be read."""

    def ask() -> tuple[int, int]:
        found = sheet.used_range
        rows, columns = found.shape
        return found.row + rows - 1, found.column + columns - 1

    bottom, right = patiently(ask)
    if bottom * right > MOST_PLACES:
        raise SheetError(
            f"the sheet {sheet.name} uses {bottom:,} rows and {right:,} columns, which is more than we read; delete "
            "the rows and columns behind the last entry (Ctrl+-) and save the workbook."
        )
    return bottom, right


def read(sheet: xlwings.Sheet, area: Area) -> list[list[Cell]]:
    """All cells of an area, row by row, each without what is blank at its end."""
    rows: list[list[Cell]] = []
    height = max(1, MOST_READ // (area.right - area.left + 1))
    for top in range(area.top, area.bottom + 1, height):
        part = Area(top, area.left, min(top + height - 1, area.bottom), area.right)
        rows += to_cells(_values(sheet, part), formulas(sheet, part))
    return rows


def formulas(sheet: xlwings.Sheet, area: Area) -> list[list[object]]:
    """What a person would see in the formula bar for each cell, in English."""
    return _rows(patiently(lambda: _formulas(rectangle(sheet, area))), area)


def _formulas(cells: xlwings.Range) -> object:
    """Excel before 2021 knows no formulas that spill, and so no `formula2`."""
    try:
        return cells.formula2
    except Exception as exc:
        if not is_missing(exc):
            raise
        return cells.formula


def put_formulas(sheet: xlwings.Sheet, area: Area, rows: Sequence[Sequence[str]]) -> None:
    """Give each cell of an area its formula, in English."""

    def ask() -> None:
        cells = rectangle(sheet, area).options(chunksize=None)
        try:
            _ = sheet.range((area.top, area.left)).formula2  # setting what is not there is tried for ever by xlwings
        except Exception as exc:
            if not is_missing(exc):
                raise
            cells.formula = [list(row) for row in rows]
        else:
            cells.formula2 = [list(row) for row in rows]

    patiently(ask)


def _values(sheet: xlwings.Sheet, area: Area) -> list[list[Raw]]:
    rows = _rows(patiently(lambda: _raw(rectangle(sheet, area))), area)
    if any(isinstance(each, Decimal) for row in rows for each in row):
        exact = _rows(patiently(lambda: native.exact_numbers(rectangle(sheet, area))), area)
        return [
            [there if isinstance(here, Decimal) else here for here, there in zip(*both, strict=True)]
            for both in zip(rows, exact, strict=True)
        ]
    return rows


def _raw(cells: xlwings.Range) -> object:
    """Values as the engine has them: xlwings' own reading cannot tell an error from the text of its name."""
    found = cells.raw_value
    if native.MAC:
        return _with_errors(cells, found)
    return found


def _with_errors(cells: xlwings.Range, found: object) -> object:  # pragma: no cover  macOS
    """AppleScript gives nothing but "missing value" for an error; its name is what the cell shows."""
    from appscript import k  # type: ignore[import-not-found]  # noqa: PLC0415  there is no such thing elsewhere

    from komet_xl.grids.excel.values import ERROR_BASE, ERRORS  # noqa: PLC0415  same

    codes = {name: number + ERROR_BASE for number, name in ERRORS.items()}
    area = Area(1, 1, *cells.shape)
    rows, shown = _rows(found, area), _rows(cells.api.string_value.get(), area)
    return [
        [(codes.get(str(text)) if raw == k.missing_value else raw) for raw, text in zip(*both, strict=True)]
        for both in zip(rows, shown, strict=True)
    ]


def _rows(found: object, area: Area) -> list[list[Any]]:
    """Rows of an answer that may be a single value, or one flat row."""
    height, width = area.bottom - area.top + 1, area.right - area.left + 1
    if not isinstance(found, Sequence) or isinstance(found, str):
        return [[found]] if height * width == 1 else [[None] * width for _ in range(height)]
    if height == 1 and not (found and isinstance(found[0], list | tuple)):
        return [list(found)]
    if width == 1 and not (found and isinstance(found[0], list | tuple)):
        return [[each] for each in found]
    return [list(row) for row in found]


def write(sheet: xlwings.Sheet, top: int, left: int, rows: Sequence[Sequence[Taken]]) -> None:
    """Give a rectangle of cells its values. None and the text "" empty a cell."""
    if not rows:
        return
    width = len(rows[0])
    height = max(1, MOST_WRITTEN // width)
    for start in range(0, len(rows), height):
        chosen = rows[start : start + height]
        part: list[list[Taken]] = [["" if each is None or is_long(each) else each for each in row] for row in chosen]
        area = Area(top + start, left, top + start + len(part) - 1, left + width - 1)
        patiently(_put, sheet, area, part)
    for number, row in enumerate(rows, start=top):
        for column, each in enumerate(row, start=left):
            if isinstance(each, str) and is_long(each):
                _write_long(sheet, Area(number, column, number, column), each)


def _put(sheet: xlwings.Sheet, area: Area, rows: list[list[Taken]]) -> None:
    rectangle(sheet, area).options(chunksize=None).value = rows


def _write_long(sheet: xlwings.Sheet, area: Area, text: str) -> None:
    """A text too long for a block. With the format Text there is room for it to the last character."""

    def ask() -> None:
        cell = rectangle(sheet, area)
        cell.number_format = "@"
        cell.value = text.removeprefix("'")

    patiently(ask)


def rectangles(cells: Mapping[Position, Taken]) -> Iterator[tuple[int, int, list[list[Taken]]]]:
    """The cells as few rectangles: first row, first column, values."""
    by_row: dict[int, list[int]] = {}
    for row, column in sorted(cells):
        by_row.setdefault(row, []).append(column)
    open_ones: dict[tuple[int, int], tuple[int, list[list[Taken]]]] = {}
    for row, columns in by_row.items():
        spans = list(runs(columns))
        for span, (top, values) in list(open_ones.items()):
            if span not in spans or top + len(values) != row:
                yield top, span[0], values
                del open_ones[span]
        for first, last in spans:
            _, values = open_ones.setdefault((first, last), (row, []))
            values.append([cells[row, column] for column in range(first, last + 1)])
    for (first, _), (top, values) in open_ones.items():
        yield top, first, values


def runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each stretch of numbers that follow one another."""
    start = 0
    for index, number in enumerate(numbers):
        if index + 1 == len(numbers) or numbers[index + 1] != number + 1:
            yield numbers[start], number
            start = index + 1


def hidden(sheet: xlwings.Sheet, bottom: int) -> frozenset[int]:
    """Rows from 1 to `bottom` that a person does not see."""
    if bottom < 1:
        return frozenset()
    try:
        visible = patiently(_visible, sheet, bottom, patience=0)
    except SheetError:  # Excel does not tell of a protected sheet
        return frozenset(_of_height_zero(sheet, 1, bottom))
    return frozenset(range(1, bottom + 1)) - visible


def _visible(sheet: xlwings.Sheet, bottom: int) -> set[int]:
    found: set[int] = set()
    areas: Any = sheet.range(f"1:{bottom}").get_special_cells("visible")
    for each in areas:
        found.update(range(each.row, each.row + each.shape[0]))
    return found


def _of_height_zero(sheet: xlwings.Sheet, first: int, last: int) -> Iterator[int]:
    """The same by the height that rows have in common: half and half again where they differ."""
    height = patiently(lambda: sheet.range(f"{first}:{last}").row_height)
    if height == 0:
        yield from range(first, last + 1)
    elif height is None and first < last:
        middle = (first + last) // 2
        yield from _of_height_zero(sheet, first, middle)
        yield from _of_height_zero(sheet, middle + 1, last)


def merged(sheet: xlwings.Sheet, area: Area) -> Iterator[Area]:
    """Cells of an area that are part of a merged one; one call where there are none."""
    found = patiently(lambda: rectangle(sheet, area).merge_cells)
    if found is False:
        return
    if (area.top, area.left) == (area.bottom, area.right):
        yield area
        return
    for half in _halves(area):
        yield from merged(sheet, half)


def _halves(area: Area) -> tuple[Area, Area]:
    """The two halves of an area of more than one cell."""
    if area.top < area.bottom:
        middle = (area.top + area.bottom) // 2
        return Area(area.top, area.left, middle, area.right), Area(middle + 1, area.left, area.bottom, area.right)
    middle = (area.left + area.right) // 2
    return Area(area.top, area.left, area.bottom, middle), Area(area.top, middle + 1, area.bottom, area.right)
