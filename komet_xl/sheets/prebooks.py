"""Prebooks to sheet rows: which columns, in which order, by what a row is known again. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from komet_xl.sheets import cells, headings
from komet_xl.sheets.columns import Column, Kind
from komet_xl.sheets.origins import Identity

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from komet_xl.model import Prebook

Value: TypeAlias = "str | int | Decimal | date | None"
Row: TypeAlias = "tuple[Value, ...]"
"""One sheet row, a value for each column of its table."""
Extra: TypeAlias = "dict[str, Value]"
"""What a row holds beyond the columns that we know, by heading."""

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
LONGEST_HEADING: Final = 200
"""Characters of a heading made of a key that we do not know: every grid keeps them, so the next pull finds it again."""
UNPRINTABLE: Final = "\ufffd"
"""Stands in such a heading for what a grid may not keep."""


PREBOOK_IDENTITY: Final = Identity(
    beside_item=(), instead_of_item=("vendorId", "productId", "boxType", "markCode"), of_items=tuple(ITEM_FIELDS)
)
"""By what an item is found again in a sheet."""
BREAKDOWN_IDENTITY: Final = Identity(beside_item=("productId",), instead_of_item=("line", "productId"), of_items=())
"""By what a product of an assorted box is found again in a sheet."""

_head: Final = attrgetter(*PREBOOK_FIELDS.values())
_line: Final = attrgetter(*ITEM_FIELDS.values())
_part: Final = attrgetter(*(attribute for _, attribute, *_ in _BREAKDOWN[1:]))
_NO_ITEM: Final[Row] = (None,) * len(_ITEM)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows for one sheet."""

    columns: tuple[Column, ...]
    """The known columns in their order, then new keys."""
    rows: tuple[Row, ...]
    """One value for each of the columns."""
    identity: Identity
    """By what a row is found again in a sheet that an earlier pull has filled."""

    def values(self, heading: str) -> list[Value]:
        """All that stands under a heading, topmost first."""
        place = [each.heading for each in self.columns].index(heading)
        return [row[place] for row in self.rows]


def to_table(prebooks: Iterable[Prebook]) -> Table:
    """One row a prebook item, the prebook's fields repeated; a prebook without items has one row."""
    rows: list[tuple[Row, Extra]] = []
    new = _NewKeys()
    for prebook in prebooks:
        head = _to_row(_head(prebook))
        extra = new.values("prebook", prebook.extra)
        if not prebook.items:
            rows.append((head + _NO_ITEM, extra))
        rows += [(head + _to_row(_line(item)), extra | new.values("item", item.extra)) for item in prebook.items]
    return new.table(COLUMNS, rows, PREBOOK_IDENTITY)


def to_breakdown_table(prebooks: Iterable[Prebook]) -> Table:
    """One row a product of an assorted box; `line` is the item's position in its prebook, from 1."""
    rows: list[tuple[Row, Extra]] = []
    new = _NewKeys()
    for prebook in prebooks:
        for position, item in enumerate(prebook.items, start=1):
            if item.breakdowns:
                head = _to_row((prebook.prebook_id, prebook.number, position, item.item_id))
                rows += [(head + _to_row(_part(part)), new.values("breakdown", part.extra)) for part in item.breakdowns]
    return new.table(BREAKDOWN_COLUMNS, rows, BREAKDOWN_IDENTITY)


def to_value(value: Any) -> Value:  # noqa: ANN401  any field of a noun, or an unknown key's JSON
    """A cell's value: text stays text, numbers stay exact (as text beyond 15 digits), blank text is no cell."""
    if isinstance(value, str) or value is None:
        return value or None
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return value if abs(value) <= cells.LARGEST_EXACT else str(value)
    if isinstance(value, Decimal):
        digits = value.as_tuple().digits
        return value if value.is_finite() and len(digits) <= 15 and abs(value.adjusted()) <= 15 else str(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return value  # type: ignore[no-any-return]  # a date


def _to_row(fields: Iterable[object]) -> Row:
    return tuple(map(to_value, fields))


class _NewKeys:
    """Columns for keys that we do not know, in the order in which they turn up."""

    def __init__(self) -> None:
        self._columns: dict[str, Column] = {}
        self._headings: dict[tuple[str, str], str] = {}

    def values(self, owner: str, extra: Mapping[str, object]) -> Extra:
        """Values by heading; of two keys that share a column, the first with a value counts."""
        found: Extra = {}
        for key, value in extra.items():
            heading = self._headings.get((owner, key)) or self._heading(owner, key)
            if found.get(heading) is None:
                found[heading] = to_value(value)
        return found

    def table(self, known: tuple[Column, ...], rows: list[tuple[Row, Extra]], identity: Identity) -> Table:
        """The rows with a place for each new key in every one of them."""
        if not self._columns:
            return Table(known, tuple(row for row, _ in rows), identity)
        columns = tuple(self._columns.values())
        names = [each.heading for each in columns]
        return Table((*known, *columns), tuple(row + tuple(map(extra.get, names)) for row, extra in rows), identity)

    def _heading(self, owner: str, key: str) -> str:
        name = f"{owner}.{''.join(each if each.isprintable() else UNPRINTABLE for each in key)}"[:LONGEST_HEADING]
        column = Column(name, Kind.TEXT, max(12, min(len(name) + 1, 40)))
        heading = self._columns.setdefault(headings.squeeze(name), column).heading
        self._headings[owner, key] = heading
        return heading
