"""Reference data to sheet rows: customers, carriers, future inventory. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from komet_xl.sheets.columns import Column, Kind
from komet_xl.sheets.prebooks import to_value

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from komet_xl.sheets.prebooks import Row

_KNOWN: Final = {
    "id": (Kind.ID, 10),
    "code": (Kind.TEXT, 12),
    "name": (Kind.TEXT, 30),
    "active": (Kind.COUNT, 8),
    "customerType": (Kind.TEXT, 15),
    "salesPersonId": (Kind.ID, 15),
    "salesPerson": (Kind.TEXT, 20),
    "accountingCode": (Kind.TEXT, 17),
    "updatedOn": (Kind.TEXT, 20),
    "street": (Kind.TEXT, 24),
    "city": (Kind.TEXT, 15),
    "state": (Kind.TEXT, 8),
    "zipCode": (Kind.TEXT, 10),
    "country": (Kind.TEXT, 14),
    "phone": (Kind.TEXT, 16),
    "kometNetworkName": (Kind.TEXT, 20),
    "kometNetworkId": (Kind.ID, 16),
    "inventoryId": (Kind.ID, 13),
    "companyProductId": (Kind.ID, 19),
    "productDescription": (Kind.TEXT, 50),
    "productCode": (Kind.TEXT, 14),
    "grade": (Kind.TEXT, 10),
    "category": (Kind.TEXT, 16),
    "vendor": (Kind.TEXT, 24),
    "portOfOrigin": (Kind.TEXT, 14),
    "quantity": (Kind.COUNT, 10),
    "totalUnits": (Kind.COUNT, 11),
    "boxTypeId": (Kind.ID, 11),
    "boxTypeCode": (Kind.TEXT, 13),
    "unitType": (Kind.TEXT, 10),
    "bunches": (Kind.COUNT, 10),
    "unitsPerBox": (Kind.COUNT, 13),
    "stemsBunch": (Kind.COUNT, 13),
    "price": (Kind.MONEY, 10),
    "priceB": (Kind.MONEY, 10),
    "fobPrice": (Kind.MONEY, 10),
    "availableDate": (Kind.DATE, 14),
}


def to_columns(records: Iterable[Mapping[str, object]], headings: Collection[str]) -> tuple[Column, ...]:
    """The headings, then names that only some records have, in the order in which they turn up."""
    names = dict.fromkeys(headings)
    for record in records:
        names.update(dict.fromkeys(record))
    return tuple(_column(name) for name in names)


def to_rows(records: Iterable[Mapping[str, Any]], columns: Iterable[Column]) -> tuple[Row, ...]:
    """One row a record, a value for each of the columns."""
    names = [each.heading for each in columns]
    return tuple(tuple(to_value(record.get(name)) for name in names) for record in records)


def _column(name: str) -> Column:
    kind, width = _KNOWN.get(name, (Kind.TEXT, max(12, min(len(name) + 1, 40))))
    return Column(name, kind, width)
