"""The orders sheet: rows to order lines, every fault of a row named, outcomes to result cells. Pure.

No row is lost: every row that is not blank comes back, readable or not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, TypeVar

from komet_xl.errors import HeadingError
from komet_xl.model import CLOSED, Mark, OrderLine, Outcome, PrebookRef, Verdict
from komet_xl.sheets import cells, headings
from komet_xl.sheets.cells import Cell, Formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date

PREBOOK_ID: Final = "prebookId"
INVENTORY_ID: Final = "inventoryId"
BOXES: Final = "boxes"
PRICE: Final = "price"
MARK_CODE: Final = "markCode"
PREBOOK: Final = "prebook"
TRUCK_DATE: Final = "truckDate"
UNITS_PER_BOX: Final = "unitsPerBox"
STATUS: Final = "status"
MESSAGE: Final = "message"

CONTENT: Final = (PREBOOK_ID, INVENTORY_ID, BOXES, PRICE, MARK_CODE, PREBOOK, TRUCK_DATE)
HEADINGS: Final = (*CONTENT, UNITS_PER_BOX, STATUS, MESSAGE)
WORDS: Final = {
    "": Mark.OPEN,
    "0": Mark.OPEN,
    "not sent": Mark.OPEN,
    "invalid": Mark.OPEN,
    "held": Mark.OPEN,
    "1": Mark.ACCEPTED,
    "confirmed": Mark.CONFIRMED,
    "unknown": Mark.UNKNOWN,
    "released": Mark.RELEASED,
}
STATUS_OF: Final[Mapping[Verdict, str | int]] = {
    Verdict.ACCEPTED: 1,
    Verdict.REJECTED: 0,
    Verdict.NOT_SENT: "not sent",
    Verdict.INVALID: "invalid",
    Verdict.UNKNOWN: "unknown",
    Verdict.HELD: "held",
}
"""What the status cell of a verdict holds."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One row of the orders sheet that is not blank."""

    number: int
    """Sheet row, counted from 1."""
    hidden: bool
    mark: Mark
    status: str | int | None
    """The status cell as it stands, for reports."""
    message: str
    line: OrderLine | None
    """None when the row has faults, or when its prebook is only named by number and not found out yet."""
    prebook: PrebookRef | None
    """The prebook's number and truck date, where the row gives them in place of the id."""
    faults: tuple[str, ...]
    """Each with its column; empty for a row that can be read."""

    @property
    def is_pending(self) -> bool:
        """Whether all of it can be read and only its prebook's id is still to be found out."""
        return self.prebook is not None and self.line is None and not self.faults


@dataclass(frozen=True, slots=True)
class OrderSheet:
    """All rows of an orders sheet, and where its columns are."""

    layout: headings.Layout
    rows: tuple[OrderRow, ...]


def read_orders(
    rows: Sequence[Sequence[Cell]],
    *,
    hidden: frozenset[int] = frozenset(),
    prebooks: Mapping[PrebookRef, int | str] | None = None,
) -> OrderSheet:
    """
    Read every row below the headings.

    Args:
        rows: The sheet from row 1, as a grid reads it.
        hidden: Rows that a person does not see.
        prebooks: Prebook ids by number and date; a text in place of an id is the fault to report for that row.

    Raises:
        HeadingError: naming the headings that are missing and those that were found.
    """
    layout = _with_room(find_order_layout(rows), rows)
    found = []
    for number, row in enumerate(rows[layout.row :], start=layout.row + 1):
        order = _order_row(number, row, layout, hidden=number in hidden, prebooks=prebooks or {})
        if order is not None:
            found.append(order)
    return OrderSheet(layout, tuple(found))


def find_order_layout(rows: Sequence[Sequence[Cell]]) -> headings.Layout:
    """Where the order columns are. Raises HeadingError for headings that are missing, stand twice or nobody knows."""
    layout = headings.find_layout(rows, HEADINGS)
    if layout is not None:
        _ensure_known(rows[layout.row - 1], layout.row)
    columns = layout.columns if layout else {}
    missing = [each for each in (INVENTORY_ID, BOXES, PRICE) if each not in columns]
    if PREBOOK_ID not in columns and not {PREBOOK, TRUCK_DATE} <= columns.keys():
        missing.insert(0, f"{PREBOOK_ID} (or {PREBOOK} and {TRUCK_DATE})")
    if layout is None or missing:
        seen = ", ".join(columns) or "none of ours"
        raise HeadingError(
            f"the headings {', '.join(missing)} are missing in the first {headings.DEEPEST_HEADING_ROW} rows "
            f"(found: {seen}); add them to the heading row."
        )
    return layout


def _ensure_known(row: Sequence[Cell], number: int) -> None:
    """Raise HeadingError for a heading that was never calculated: it may be that of the marks, or of what was sent."""
    for column, cell in enumerate(row, start=1):
        if isinstance(cell, Formula) and cell.value is None:
            raise HeadingError(
                f"the heading {headings.column_letters(column)}{number} is a formula that was not calculated yet; "
                "open the workbook in Excel and save it, or type the heading."
            )


def _with_room(layout: headings.Layout, rows: Sequence[Sequence[Cell]]) -> headings.Layout:
    """The layout with a width beyond which no row has anything: result columns that are added hide nothing."""
    used = (
        column
        for row in rows[layout.row :]
        for column, cell in enumerate(row[layout.width :], start=layout.width + 1)
        if not cells.is_blank(cell)
    )
    return replace(layout, width=max(used, default=layout.width))


def read_mark(cell: Cell) -> Mark:
    """What a status cell says; anything that is not one of our words is the user's own."""
    if isinstance(cell, Formula | bool):
        return Mark.OWN
    try:
        return WORDS.get(cells.text(cell).casefold(), Mark.OWN)
    except ValueError:
        return Mark.OWN


def to_result_cells(layout: headings.Layout, outcomes: Sequence[Outcome]) -> dict[tuple[int, int], str | int | None]:
    """Status and message cells of outcomes; the two headings as well, at the right, where the sheet lacks them."""
    written: dict[tuple[int, int], str | int | None] = {}
    column_of = _result_columns(layout)
    for heading, column in column_of.items():
        if heading not in layout.columns:
            written[layout.row, column] = heading
    for outcome in outcomes:
        written[outcome.row, column_of[STATUS]] = outcome.status
        written[outcome.row, column_of[MESSAGE]] = outcome.message
    return written if outcomes else {}


def result_places(layout: headings.Layout, rows: Sequence[int]) -> list[tuple[int, int]]:
    """Where the results of these rows will be written."""
    return [(row, column) for row in rows for column in _result_columns(layout).values()]


def _result_columns(layout: headings.Layout) -> dict[str, int]:
    column_of = {}
    width = layout.width
    for heading in (STATUS, MESSAGE):
        if heading not in layout.columns:
            width += 1
        column_of[heading] = layout.columns.get(heading, width)
    return column_of


def _order_row(
    number: int,
    row: Sequence[Cell],
    layout: headings.Layout,
    *,
    hidden: bool,
    prebooks: Mapping[PrebookRef, int | str],
) -> OrderRow | None:
    status = layout.cell(row, STATUS)
    mark = read_mark(status)
    if mark not in CLOSED and _is_blank(row, layout):
        return None
    reader = _RowReader(row, layout)
    prebook, prebook_id = reader.prebook(prebooks)
    inventory_id = reader.read(INVENTORY_ID, cells.whole)
    boxes = reader.read(BOXES, lambda cell: cells.whole(cell, at_most=cells.LARGEST_BOXES))
    price = reader.read(PRICE, cells.price)
    mark_code = reader.read(MARK_CODE, cells.mark_code)
    line = None
    if not reader.faults and prebook_id and inventory_id and boxes and price is not None and mark_code is not None:
        line = OrderLine(
            row=number,
            prebook_id=prebook_id,
            inventory_id=inventory_id,
            boxes=boxes,
            price=price,
            mark_code=mark_code,
            truck_date=reader.optional(TRUCK_DATE, cells.day),
            units_per_box=reader.optional(UNITS_PER_BOX, cells.whole),
        )
    return OrderRow(
        number=number,
        hidden=hidden,
        mark=mark,
        status=_shown_status(status),
        message=_shown_text(layout.cell(row, MESSAGE)),
        line=line,
        prebook=prebook,
        faults=tuple(reader.faults),
    )


def _is_blank(row: Sequence[Cell], layout: headings.Layout) -> bool:
    """Whether no line stands there: only blanks, or formulas to be calculated beside a blank that every line needs."""
    content = [layout.cell(row, each) for each in CONTENT]
    waiting = [isinstance(cell, Formula) and cell.value is None for cell in content]
    if not all(is_waiting or cells.is_blank(cell) for is_waiting, cell in zip(waiting, content, strict=True)):
        return False
    return not any(waiting) or any(cells.is_blank(layout.cell(row, each)) for each in (INVENTORY_ID, BOXES, PRICE))


class _RowReader:
    """Reads one row's cells by heading and keeps every fault."""

    def __init__(self, row: Sequence[Cell], layout: headings.Layout) -> None:
        self._row = row
        self._layout = layout
        self.faults: list[str] = []

    def read(self, heading: str, convert: Callable[[Cell], _T]) -> _T | None:
        """The converted cell, or None and one more fault."""
        try:
            return convert(self._layout.cell(self._row, heading))
        except ValueError as exc:
            self.faults.append(f"{heading}: {exc}")
            return None

    def optional(self, heading: str, convert: Callable[[Cell], _T]) -> _T | None:
        """The converted cell, or None where it is blank or cannot be read: it only informs."""
        try:
            return convert(self._layout.cell(self._row, heading))
        except ValueError:
            return None

    def prebook(self, known: Mapping[PrebookRef, int | str]) -> tuple[PrebookRef | None, int | None]:
        """The prebook by id, else by number and truck date."""
        by_number = {PREBOOK, TRUCK_DATE} <= self._layout.columns.keys()
        blank_id = cells.is_blank(self._layout.cell(self._row, PREBOOK_ID))
        if not by_number or not blank_id or cells.is_blank(self._layout.cell(self._row, PREBOOK)):
            id_column = PREBOOK if by_number and PREBOOK_ID not in self._layout.columns else PREBOOK_ID
            return None, self.read(id_column, cells.whole)
        number = self.read(PREBOOK, cells.whole)
        day: date | None = self.read(TRUCK_DATE, cells.day)
        if number is None or day is None:
            return None, None
        ref = PrebookRef(str(number), day)
        found = known.get(ref)
        if isinstance(found, str):
            self.faults.append(f"{PREBOOK}: {found}")
            return ref, None
        return ref, found


def _shown_status(cell: Cell) -> str | int | None:
    value = cell.value if isinstance(cell, Formula) else cell
    if value is None or isinstance(value, str):
        return value.strip() or None if value else None
    if isinstance(value, bool):
        return cells.shown(value)
    if isinstance(value, int | float) and value in (0, 1):
        return int(value)
    return cells.shown(value)


def _shown_text(cell: Cell) -> str:
    value = cell.value if isinstance(cell, Formula) else cell
    return value if isinstance(value, str) else ("" if value is None else cells.shown(value))


def named_rows(text: str) -> Iterator[range]:
    """Row ranges from text like "2-40,55". Raises ValueError for anything else."""
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not all(each.isascii() and each.isdigit() for each in ((first, last) if dash else (first,))):
            raise ValueError(f"{text!r} does not name rows; write them like 2-40,55")
        start, end = int(first), int(last or first)
        if start < 1 or end < start:
            raise ValueError(f"{part.strip()!r} does not name rows; write them like 2-40,55")
        yield range(start, end + 1)
