"""What Excel hands over for a cell, as a cell of ours; and a value of ours, as Excel takes it for what it is. Pure."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from komet_xl.grids.xlsx.text import EXACT, RISKY
from komet_xl.sheets.cells import ErrorValue, Formula

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.sheets.cells import Cell, Plain

Raw: TypeAlias = object
"""A cell's value as xlwings' engine has it: None, text, number, bool, a moment, or a negative int for an error."""
Taken: TypeAlias = "str | float | date | None"
"""What a cell is given. The text "" empties it."""

ERROR_BASE: Final = -2_146_828_288
ERRORS: Final = {
    2000: "#NULL!",
    2007: "#DIV/0!",
    2015: "#VALUE!",
    2023: "#REF!",
    2029: "#NAME?",
    2036: "#NUM!",
    2042: "#N/A",
    2043: "#GETTING_DATA",
    2045: "#SPILL!",
    2046: "#CONNECT!",
    2047: "#BLOCKED!",
    2048: "#UNKNOWN!",
    2049: "#FIELD!",
    2050: "#CALC!",
}
"""xlwings knows the first seven; the others would be taken for numbers."""
ERROR_CODES: Final = range(-2_146_826_300, -2_146_826_200)
DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001  cells know no time zone
FIRST_YEAR: Final = 1900
LONG: Final = 8_000
"""UTF-16 units of a text that Excel may refuse inside of a block; such cells are written by themselves."""


def to_plain(raw: Raw) -> Plain:
    """A value of ours. Whole numbers of up to 15 digits are int, so that all grids give the same for the same cell."""
    match raw:
        case None | str() | bool():
            return raw
        case datetime():
            return _moment(raw)
        case int() if raw in ERROR_CODES:
            return ErrorValue(ERRORS.get(raw - ERROR_BASE, "#ERROR!"))
        case int() | float() | Decimal():
            return _number(float(raw))
    return str(raw)


def _number(value: float) -> int | float:
    return int(value) if value.is_integer() and -EXACT < value < EXACT else value


def _moment(raw: datetime) -> Plain:
    """A day where the time is midnight; before 1900 Excel means a time of day or a length."""
    moment = datetime(raw.year, raw.month, raw.day, raw.hour, raw.minute, raw.second, raw.microsecond)  # noqa: DTZ001  same
    if moment.year < FIRST_YEAR:
        length = moment - DAY_ZERO
        return moment.time() if timedelta(0) <= length < timedelta(days=1) else length
    return moment if moment.time() != DAY_ZERO.time() else moment.date()


def to_cells(raws: Sequence[Sequence[Raw]], formulas: Sequence[Sequence[object]]) -> list[list[Cell]]:
    """Rows of cells, without what is blank at the end of a row. A formula is what begins with = and is no text."""
    found: list[list[Cell]] = []
    for row, texts in zip(raws, formulas, strict=True):
        cells: list[Cell] = [to_plain(raw) for raw in row]
        for index, text in enumerate(texts):
            if isinstance(text, str) and text.startswith("=") and text != cells[index]:
                cells[index] = Formula(text, cells[index])  # type: ignore[arg-type]  # no formula yet
            elif cells[index] == "":
                cells[index] = None
        while cells and cells[-1] is None:
            cells.pop()
        found.append(cells)
    return found


def taken(value: str | float | date | None, *, as_text: bool = False) -> Taken:
    """
    A value that `landed` has cleaned, as a cell must be given it.

    Excel takes what it is given for typed: 00123 would become a number, =1+1 a formula, 1-2 a day, TRUE a boolean. A
    leading apostrophe says that it is text, and does not become a part of it. Numbers go as double: money would make
    Excel change the format, and large whole numbers do not arrive on macOS.

    Args:
        value: What to write.
        as_text: Whether the cells' format is Text, where only the first character can do harm.
    """
    if isinstance(value, str):
        return f"'{value}" if not as_text or value.startswith((*RISKY, "'")) else value
    if isinstance(value, int | float):
        return float(value)
    return value


def is_long(text: Taken) -> bool:
    """Whether a text must be written by itself."""
    return isinstance(text, str) and len(text) > LONG // 2 and len(text.encode("utf-16-le", "replace")) > LONG * 2


def is_same(found: Plain, wanted: Plain) -> bool:
    """Whether a cell holds what was written: a number in cells of the format Text becomes a text of its digits."""
    if found == wanted and isinstance(found, bool) == isinstance(wanted, bool):
        return True
    if isinstance(found, str) and isinstance(wanted, int | float):
        try:
            return math.isclose(float(found), wanted, rel_tol=1e-14)
        except ValueError:
            return False
    return False
