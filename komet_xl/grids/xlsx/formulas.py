"""Formulas that go with their row to another one. Pure.

A formula beside a row of ours belongs to that row. When the row moves, its relative references to the rows below the
headings move by as much, as they do when a person sorts. What stands above the headings or below the rows does not
move, and neither does a reference to it; nor do absolute rows and other sheets. A range over all rows goes on to span
all of them, whatever its dollars say, and so does the end of "from this row to the last one" (F5:F$9 in row 5). A
running total (F$2:F9 in row 9) goes on to end in its own row.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs

if TYPE_CHECKING:
    from collections.abc import Callable

CELL: Final = r"(?P<c{0}>\$?[A-Za-z]{{1,3}})(?P<r{0}>\$?[1-9][0-9]{{0,6}})"
PIECE: Final = re.compile(
    r'"(?:[^"]|"")*+"'  # a text
    r"|(?P<sheet>(?:'(?:[^']|'')*+'|(?:\[[^\[\]]*\])?[\w.?]+(?::[\w.?]+)?)!)?"
    r"(?:" + CELL.format(1) + "(?::" + CELL.format(2) + ")?"
    r"|(?P<from>\$?[A-Za-z]{1,3}):(?P<to>\$?[A-Za-z]{1,3})"  # whole columns
    r"|(?P<top>\$?[1-9][0-9]{0,6}):(?P<bottom>\$?[1-9][0-9]{0,6})"  # whole rows
    r")(?![\w.?(!\[$])"
    r"|'(?:[^']|'')*+'"  # the name of a sheet before something else
    r"|[\w.\\?]*\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.|\[(?:[^\[\]']|'.)*+\])*+\])*+\]"  # a table's column, another workbook
    r"|[\w.$\\?]+"  # names, functions, numbers
)
LOST: Final = "#REF!"


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows below a heading row, before and after."""

    sheet: str
    heading: int
    old_bottom: int
    new_bottom: int
    left: int = 1
    right: int = refs.LAST_COLUMN
    """The columns that are replaced."""
    old_filled: int | None = None
    new_filled: int | None = None
    """The last row with something of ours in it, where rows below are only prepared; None is the bottom."""

    @property
    def first(self) -> int:
        """The first row below the headings."""
        return self.heading + 1

    def stretched(self, area: refs.Area) -> refs.Area:
        """The range that goes on to span all rows, if that one did; else that one."""
        if not self.spanned(area) or area.left > self.right or area.right < self.left:
            return area
        bottom = self.grown(area.bottom)
        if area.left < self.left or area.right > self.right:
            bottom = max(bottom, area.bottom)  # what stands beside stays in it
        return refs.Area(area.top, area.left, bottom, area.right)

    def spanned(self, area: refs.Area) -> bool:
        """Whether a range begins in the first row or above and has all rows in it."""
        return area.top <= self.first and area.bottom >= self._filled(self.old_filled, self.old_bottom)

    def grown(self, bottom: int) -> int:
        """Where a range over all rows ends now that ended in that row."""
        if bottom == self._filled(self.old_filled, self.old_bottom):
            return self._filled(self.new_filled, self.new_bottom)
        if bottom == self.old_bottom:
            return max(self.new_bottom, self.first)
        return max(bottom, self._filled(self.new_filled, self.new_bottom))

    def _filled(self, filled: int | None, bottom: int) -> int:
        return max(bottom if filled is None else filled, self.first)

    def carries(self, row: int) -> bool:
        """Whether a relative reference to that row goes along with the row that its formula stands in."""
        whole_sheet = self.left == 1 and self.right == refs.LAST_COLUMN
        return self.heading <= row <= (refs.LAST_ROW if whole_sheet else self.old_bottom + 1)


def copied(formula: str, rows: int, columns: int) -> str:
    """A formula as it reads in a cell so many rows below and columns to the right: what a shared formula means."""

    def each(match: re.Match[str]) -> str:
        return _shifted(match, rows, columns)

    return _rewritten(formula, each)


def moved(formula: str, old: int, new: int, rows: Rows, *, alone: bool = True) -> str:
    """
    A formula of row `old` as it must read in row `new`.

    Args:
        alone: No other row of its column has the same formula filled down; then F2:F9 may mean all rows. Else it
            means some rows from its own on, and only $ makes a range one over all rows.
    """

    def each(match: re.Match[str]) -> str:
        if _elsewhere(match, rows.sheet):
            return match[0]
        if match["c2"] and _row(match["r1"]) <= _row(match["r2"]):
            if _is_rest(match, old):
                rest = rows.stretched(replace(_area(match), top=rows.first))
                return _with_bottom(match, rest.bottom, new - old)
            if rows.spanned(_area(match)) and _means_all(match, old, alone=alone):
                return _with_bottom(match, rows.stretched(_area(match)).bottom, 0)
        corners = [match[name] for name in ("r1", "r2", "top", "bottom") if match[name]]
        goes = any(rows.carries(_row(corner)) for corner in corners if _relative(corner))
        return _shifted(match, new - old if goes else 0, 0)

    return _rewritten(formula, each)


def spanning(formula: str, rows: Rows) -> str:
    """A formula that stands in no row (a rule, a name): its absolute ranges over all rows span all of them again."""

    def each(match: re.Match[str]) -> str:
        if not match["c2"] or _elsewhere(match, rows.sheet) or _relative(match["r1"]) or _relative(match["r2"]):
            return match[0]
        return _with_bottom(match, rows.stretched(_area(match)).bottom, 0)

    return _rewritten(formula, each)


def pattern(formula: str, row: int, sheet: str) -> str:
    """What two formulas of one column have in common when they are the same one filled down."""

    def corner(column: str, digits: str) -> str:
        return f"{column}[{int(digits) - row}]" if digits and _relative(digits) else column + digits

    def each(match: re.Match[str]) -> str:
        if _elsewhere(match, sheet):
            return match[0]
        return (match["sheet"] or "") + ":".join(corner(*each) for each in _corners(match))

    return _rewritten(formula, each)


def _is_rest(match: re.Match[str], row: int) -> bool:
    """Whether a range goes from that row to a fixed one: F5:F$9 in row 5."""
    return _relative(match["r1"]) and _row(match["r1"]) == row and not _relative(match["r2"])


def _means_all(match: re.Match[str], row: int, *, alone: bool) -> bool:
    """Whether a range over all rows, in a formula of that row, means all rows."""
    if not _relative(match["r1"]) and not _relative(match["r2"]):
        return True
    if _relative(match["r2"]) and _row(match["r2"]) == row:
        running = not _relative(match["r1"])  # F$2:F9 in row 9
        across = _row(match["r1"]) == row and match["c1"] != match["c2"]  # F2:H2 in the only row
        return alone and not running and not across
    return alone


def _with_bottom(match: re.Match[str], bottom: int, rows: int) -> str:
    """A range that ends in another row, its top moved by so many rows."""
    top = _corner(match["c1"], match["r1"], rows, 0)
    dollar = "" if _relative(match["r2"]) else "$"
    return (match["sheet"] or "") + (LOST if top == LOST else f"{top}:{match['c2']}{dollar}{bottom}")


def _rewritten(formula: str, each: Callable[[re.Match[str]], str]) -> str:
    def piece(match: re.Match[str]) -> str:
        try:
            return each(match) if match["c1"] or match["from"] or match["top"] else match[0]
        except ValueError:  # looks like a cell, but no sheet has it: a name
            return match[0]

    return PIECE.sub(piece, formula)


def _elsewhere(match: re.Match[str], sheet: str) -> bool:
    return bool(match["sheet"]) and _sheet(match["sheet"]).lower() != sheet.lower()


def _area(match: re.Match[str]) -> refs.Area:
    return refs.area(f"{match['c1']}{match['r1']}:{match['c2']}{match['r2']}")


def _corners(match: re.Match[str]) -> list[tuple[str, str]]:
    """Columns and rows of a reference, as they stand there: one corner or two, of which either part may be missing."""
    if match["from"]:
        return [(match["from"], ""), (match["to"], "")]
    if match["top"]:
        return [("", match["top"]), ("", match["bottom"])]
    return [(match["c1"], match["r1"]), *([(match["c2"], match["r2"])] if match["c2"] else [])]


def _shifted(match: re.Match[str], rows: int, columns: int) -> str:
    """A reference with its relative parts moved."""
    corners = [_corner(column, digits, rows, columns) for column, digits in _corners(match)]
    return (match["sheet"] or "") + (LOST if LOST in corners else ":".join(corners))


def _corner(column: str, digits: str, rows: int, columns: int) -> str:
    letters, number = column, digits
    if column:
        left = refs.column_number(column.lstrip("$"))  # raises ValueError for what is no column
        if _relative(column) and columns:
            if not 1 <= left + columns <= refs.LAST_COLUMN:
                return LOST
            letters = refs.column_letters(left + columns)
    if digits:
        row = _row(digits)
        if row > refs.LAST_ROW:
            raise ValueError(digits)
        if _relative(digits) and row < refs.LAST_ROW:  # "down to the end of the sheet" goes on to say that
            if not 1 <= row + rows <= refs.LAST_ROW:
                return LOST
            number = str(row + rows)
    return letters + number


def _relative(corner: str) -> bool:
    return not corner.startswith("$")


def _row(digits: str) -> int:
    return int(digits.lstrip("$"))


def _sheet(qualifier: str) -> str:
    name = qualifier[:-1]
    return name[1:-1].replace("''", "'") if name.startswith("'") else name
