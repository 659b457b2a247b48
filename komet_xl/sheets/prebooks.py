"""Prebooks to sheet rows: which columns, in which order, and what a refresh of an existing sheet changes. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeGuard

from komet_xl.errors import HeadingError
from komet_xl.sheets import cells, headings
from komet_xl.sheets.columns import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from komet_xl.model import Prebook
    from komet_xl.sheets.cells import Cell

Value: TypeAlias = "str | int | Decimal | date | None"
Row: TypeAlias = "dict[str, Value]"
"""One sheet row by heading."""

_PREBOOK: Final = (
    ("prebookId", "prebook_id", Kind.ID, 12),
    ("number", "number", Kind.TEXT, 9),
    ("type", "type", Kind.TEXT, 6),
    ("truckDate", "truck_date", Kind.DATE, 13),
    ("customerId", "customer_id", Kind.ID, 12),
    ("customerCode", "customer_code", Kind.TEXT, 15),
    ("customerName", "customer_name", Kind.TEXT, 28),
    ("customerPONumber", "customer_po_number", Kind.TEXT, 21),
    ("locationId", "location_id", Kind.ID, 12),
    ("locationCode", "location_code", Kind.TEXT, 14),
    ("locationName", "location_name", Kind.TEXT, 15),
    ("carrierId", "carrier_id", Kind.ID, 10),
    ("carrierName", "carrier_name", Kind.TEXT, 25),
    ("shipVia", "ship_via", Kind.TEXT, 12),
    ("shipName", "ship_name", Kind.TEXT, 14),
    ("shipAddress", "ship_address", Kind.TEXT, 20),
    ("shipCity", "ship_city", Kind.TEXT, 12),
    ("shipState", "ship_state", Kind.TEXT, 11),
    ("shipZipCode", "ship_zip_code", Kind.TEXT, 13),
    ("shipCountry", "ship_country", Kind.TEXT, 13),
    ("comments", "comments", Kind.TEXT, 30),
    ("prebookTotalPrice", "total_price", Kind.MONEY, 19),
)
_ITEM: Final = (
    ("prebookItemId", "item_id", Kind.ID, 16),
    ("vendorId", "vendor_id", Kind.ID, 10),
    ("vendorName", "vendor_name", Kind.TEXT, 24),
    ("productId", "product_id", Kind.ID, 11),
    ("productDescription", "product_description", Kind.TEXT, 50),
    ("brandId", "brand_id", Kind.ID, 9),
    ("brandName", "brand_name", Kind.TEXT, 14),
    ("markCode", "mark_code", Kind.TEXT, 14),
    ("boxType", "box_type", Kind.TEXT, 10),
    ("totalBoxes", "total_boxes", Kind.COUNT, 12),
    ("unitType", "unit_type", Kind.TEXT, 10),
    ("units", "units", Kind.COUNT, 8),
    ("bunches", "bunches", Kind.COUNT, 10),
    ("stemsBunch", "stems_bunch", Kind.COUNT, 13),
    ("totalUnits", "total_units", Kind.COUNT, 11),
    ("unitPrice", "unit_price", Kind.MONEY, 11),
    ("totalPrice", "total_price", Kind.MONEY, 12),
)
_BREAKDOWN: Final = (
    ("prebookItemId", "item_id", Kind.ID, 16),
    ("productId", "product_id", Kind.ID, 11),
    ("productDescription", "product_description", Kind.TEXT, 50),
    ("stemsBunch", "stems_bunch", Kind.COUNT, 13),
    ("bunches", "bunches", Kind.COUNT, 10),
    ("price", "price", Kind.MONEY, 10),
)

COLUMNS: Final = tuple(Column(name, kind, width) for name, _, kind, width in (*_PREBOOK, *_ITEM))
"""Columns of a new prebooks sheet, before keys that we do not know."""
BREAKDOWN_COLUMNS: Final = (
    Column("prebookId", Kind.ID, 11),
    Column("number", Kind.TEXT, 9),
    Column("line", Kind.COUNT, 6),
    *(Column(name, kind, width) for name, _, kind, width in _BREAKDOWN),
)
PREBOOK_FIELDS: Final = {name: attribute for name, attribute, *_ in _PREBOOK}
"""Attribute of a prebook by heading."""
ITEM_FIELDS: Final = {name: attribute for name, attribute, *_ in _ITEM}
"""Attribute of a prebook item by heading."""
FEWEST_HEADINGS: Final = 2
"""Fewer known headings than this, and a sheet is not ours to write into."""
LONGEST_HEADING: Final = 200
"""Characters of a heading made of a key that we do not know: every grid keeps them, so the next pull finds it again."""
UNPRINTABLE: Final = "\ufffd"
"""Stands in such a heading for what a grid may not keep."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one sheet."""

    columns: tuple[Column, ...]
    """The known columns in their order, then new keys."""
    rows: tuple[Row, ...]


def to_table(prebooks: Iterable[Prebook]) -> Table:
    """One row a prebook item, the prebook's fields repeated; a prebook without items has one row."""
    rows: list[Row] = []
    new: dict[str, Column] = {}
    for prebook in prebooks:
        head = {name: to_value(getattr(prebook, attribute)) for name, attribute, *_ in _PREBOOK}
        head |= _extra(prebook.extra, "prebook", new)
        if not prebook.items:
            rows.append(head)
        for item in prebook.items:
            line = {name: to_value(getattr(item, attribute)) for name, attribute, *_ in _ITEM}
            rows.append(head | line | _extra(item.extra, "item", new))
    return Table((*COLUMNS, *new.values()), tuple(rows))


def to_breakdown_table(prebooks: Iterable[Prebook]) -> Table:
    """One row a product of an assorted box; `line` is the item's position in its prebook, from 1."""
    rows: list[Row] = []
    new: dict[str, Column] = {}
    for prebook in prebooks:
        for position, item in enumerate(prebook.items, start=1):
            head: Row = {"prebookId": to_value(prebook.prebook_id), "number": prebook.number, "line": position}
            head["prebookItemId"] = to_value(item.item_id)
            for part in item.breakdowns:
                own = {name: to_value(getattr(part, attribute)) for name, attribute, *_ in _BREAKDOWN[1:]}
                rows.append(head | own | _extra(part.extra, "breakdown", new))
    return Table((*BREAKDOWN_COLUMNS, *new.values()), tuple(rows))


def to_value(value: Any) -> Value:  # noqa: ANN401  any field of a noun, or an unknown key's JSON
    """A cell's value: text stays text, numbers stay exact (as text beyond 15 digits), blank text is no cell."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return value if abs(value) <= cells.LARGEST_EXACT else str(value)
    if isinstance(value, Decimal):
        digits = value.as_tuple().digits
        return value if value.is_finite() and len(digits) <= 15 and abs(value.adjusted()) <= 15 else str(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value  # type: ignore[no-any-return]  # text or date


def find_layout(rows: Sequence[Sequence[Cell]], columns: Sequence[Column], name: str) -> headings.Layout | None:
    """
    Where a sheet that exists has our columns; None for a sheet with nothing in it.

    Raises:
        HeadingError: there is something in it, and it is not a sheet of ours.
    """
    earlier = [cell for row in rows[: headings.DEEPEST_HEADING_ROW] for cell in row if _is_new_key(cell)]
    wanted = [*earlier, *(each.heading for each in columns)]  # of two spellings the last one counts: today's
    layout = headings.find_layout(rows, wanted, enough=FEWEST_HEADINGS)
    if layout is None and any(not cells.is_blank(cell) for row in rows for cell in row):
        raise HeadingError(
            f"the sheet {name} holds something, but none of the headings of a pull in its first "
            f"{headings.DEEPEST_HEADING_ROW} rows; choose another sheet with --sheet."
        )
    return layout


def to_cells(
    rows: Sequence[Sequence[Cell]], layout: headings.Layout | None, table: Table
) -> dict[tuple[int, int], Value]:
    """
    What to write so that the sheet shows the table and nothing of an earlier one.

    Columns that a person deleted stay deleted; new keys go after the last used column; other columns are left alone.
    """
    written: dict[tuple[int, int], Value] = {}
    column_of, first = _place_columns(rows, layout, table, written)
    for number, row in enumerate(table.rows, start=first):
        for heading, column in column_of.items():
            written[number, column] = row.get(heading)
    for number in range(first + len(table.rows), len(rows) + 1):
        for column in column_of.values():
            old = rows[number - 1]
            if column <= len(old) and old[column - 1] is not None:
                written[number, column] = None
    return written


def _place_columns(
    rows: Sequence[Sequence[Cell]],
    layout: headings.Layout | None,
    table: Table,
    written: dict[tuple[int, int], Value],
) -> tuple[dict[str, int], int]:
    """Column by heading, and the first row below the headings; headings that are new are put into `written`."""
    if layout is None:
        for column, each in enumerate(table.columns, start=1):
            written[1, column] = each.heading
        return {each.heading: column for column, each in enumerate(table.columns, start=1)}, 2
    column_of = dict(layout.columns)
    width = max([layout.width, *(len(row) for row in rows)])
    known = {each.heading for each in (*COLUMNS, *BREAKDOWN_COLUMNS)}
    for each in table.columns:
        if each.heading not in column_of and each.heading not in known:
            width += 1
            written[layout.row, width] = each.heading
            column_of[each.heading] = width
    return column_of, layout.row + 1


def _is_new_key(cell: Cell) -> TypeGuard[str]:
    """Whether a heading is one that an earlier pull made for a key it did not know."""
    return isinstance(cell, str) and cell.startswith(("prebook.", "item.", "breakdown."))


def _extra(extra: Mapping[str, object], owner: str, new: dict[str, Column]) -> Row:
    row: Row = {}
    for key, value in extra.items():
        name = f"{owner}.{''.join(each if each.isprintable() else UNPRINTABLE for each in key)}"[:LONGEST_HEADING]
        column = Column(name, Kind.TEXT, max(12, min(len(name) + 1, 40)))
        heading = new.setdefault(headings.squeeze(name), column).heading
        if row.get(heading) is None:
            row[heading] = to_value(value)
    return row
