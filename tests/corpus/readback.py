"""What openpyxl reads out of a workbook before and after an edit, and what komet_xl does."""

from __future__ import annotations

import io
import warnings
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from openpyxl import load_workbook
from openpyxl.styles.cell_style import StyleArray
from openpyxl.worksheet.formula import ArrayFormula, DataTableFormula
from openpyxl.worksheet.worksheet import Worksheet

from komet_xl.grids.xlsx import open_book
from komet_xl.sheets.cells import Formula
from tests.corpus.sheet import address

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from openpyxl import Workbook

    from komet_xl.grids.grid import Value
    from komet_xl.sheets.cells import Cell
    from tests.corpus.compare import Written
    from tests.corpus.sheet import Place

Plain: TypeAlias = Any
"""Whatever openpyxl makes of a cell."""


class OtherReaderError(Exception):
    """openpyxl cannot read this workbook; the message says why."""


def opened(data: bytes, *, results: bool) -> Workbook:
    """A workbook as openpyxl reads it: formulas, or the results stored with them. Raises OtherReaderError."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it names what it would lose, and it saves nothing here
        try:
            return load_workbook(io.BytesIO(data), data_only=results, rich_text=not results)
        except Exception as exc:
            raise OtherReaderError(f"{type(exc).__name__}: {exc}") from exc


def differences(was: bytes, now: bytes, written: Written) -> list[str]:
    """What openpyxl reads that is neither as before nor as written. Raises OtherReaderError for the file before."""
    found = []
    for results in (False, True):
        before = opened(was, results=results)
        if not written.keys() <= set(before.sheetnames):
            raise OtherReaderError(f"it sees the sheets {before.sheetnames}, not {sorted(written)}")
        try:
            after = opened(now, results=results)
        except OtherReaderError as exc:
            return [f"openpyxl cannot read it any more: {exc}"]
        if before.sheetnames != after.sheetnames:
            return ["openpyxl sees other sheets"]
        for name in before.sheetnames:
            one, other = before[name], after[name]
            if isinstance(one, Worksheet) and isinstance(other, Worksheet):
                found += [f"{name}!{line}" for line in _sheet_differences(one, other, written.get(name, {}))]
    return found


def _sheet_differences(was: Worksheet, now: Worksheet, written: Mapping[Place, Value]) -> list[str]:
    found = []
    before, after = _cells(was), _cells(now)
    for place in sorted(before.keys() | after.keys() | written.keys()):
        one, other = before.get(place), after.get(place)
        if place in written:
            read = None if other is None else other.value
            if written[place] is None and other is not None and read == _link(other):
                read = None  # openpyxl fills an empty cell with the address of its link
            if not _as_written(read, written[place]):
                found.append(f"{address(place)}: {written[place]!r} was written and openpyxl reads {read!r}")
            stood = one is not None and (one.value is not None or one.has_style)
            if stood and other is not None and _look(one) != _look(other):
                found.append(f"{address(place)} looks otherwise than before")
        elif one is None or other is None:
            found.append(f"{address(place)} is there only before or only after")
        elif _all(one) != _all(other):
            found.append(f"{address(place)}: openpyxl read {_all(one)!r} before and reads {_all(other)!r} now")
    return found


def _cells(sheet: Worksheet) -> dict[Place, Plain]:
    """The cells that are there. `iter_rows` would make those that are not, all of a sheet's 17 billion if need be."""
    there = sheet._cells  # noqa: SLF001  see above; openpyxl has no public way
    return {place: cell for place, cell in there.items() if cell.value is not None or _styled(cell)}


def _styled(cell: Plain) -> bool:
    return bool(cell.has_style) or _comment(cell) is not None


def _comment(cell: Plain) -> str | None:
    return None if cell.comment is None else str(cell.comment.text)


def _link(cell: Plain) -> str | None:
    return None if cell.hyperlink is None else str(cell.hyperlink.target or cell.hyperlink.location)


def _all(cell: Plain) -> tuple[object, ...]:
    """Everything about a cell that nobody wrote."""
    return _comparable(cell.value), cell.data_type, cell.number_format, _comment(cell), _link(cell), *_look(cell)


def _look(cell: Plain) -> tuple[object, ...]:
    """All but the number format, which a day or a number may need anew."""
    ids = cell._style or StyleArray()  # noqa: SLF001  indexes into tables of the workbook, which only ever grow
    return (
        ids.fontId,
        ids.fillId,
        ids.borderId,
        ids.alignmentId,
        ids.protectionId,
        ids.xfId,
        _comment(cell),
        _link(cell),
    )


def _comparable(value: Plain) -> object:
    if isinstance(value, ArrayFormula | DataTableFormula):
        return type(value), sorted((key, str(each)) for key, each in vars(value).items())
    return repr(value) if isinstance(value, float) else value


def _as_written(read: Plain, value: Value) -> bool:
    if value is None or value == "":
        return read is None
    if isinstance(value, date):
        return read in (value, datetime.combine(value, datetime.min.time()))
    if isinstance(value, int | Decimal):
        return isinstance(read, int | float) and not isinstance(read, bool) and float(read) == float(value)
    return str(read).replace("_x005F_", "_") == value and not isinstance(read, int | float | bool)


def own_differences(path: Path, before: Mapping[str, list[list[Cell]]], written: Written) -> list[str]:
    """What komet_xl itself reads after the edit that is neither as before nor as written."""
    book = open_book(path)
    found = []
    for name, rows in before.items():
        now = book.grid(name).read()
        cells = written.get(name, {})
        tallest = max([len(rows), len(now), *(row for row, _ in cells)])
        for row in range(1, tallest + 1):
            widest = max([len(_line(rows, row)), len(_line(now, row)), *(c for r, c in cells if r == row)])
            for column in range(1, widest + 1):
                one, other = _at(rows, row, column), _at(now, row, column)
                wanted = cells.get((row, column), one)
                if other != wanted and not _waits(other, wanted):  # 1234.25 is equal to Decimal("1234.25")
                    found.append(f"{name}!{address((row, column))} reads {other!r}, not {wanted!r}")
    return found


def _waits(now: Cell, wanted: Cell | Value) -> bool:
    """Whether the edit made a result old: of the same formula, or in the area of an array formula, which has the text
    in its first cell alone ("=" stands for it in the others). That it still stands in the file, compare.py sees."""
    if not isinstance(now, Formula) or now.value is not None:
        return False
    return now.text == "=" or (isinstance(wanted, Formula) and now.text == wanted.text)


def _line(rows: list[list[Cell]], row: int) -> list[Cell]:
    return rows[row - 1] if row <= len(rows) else []


def _at(rows: list[list[Cell]], row: int, column: int) -> Cell:
    line = _line(rows, row)
    return line[column - 1] if column <= len(line) else None
