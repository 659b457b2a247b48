"""Reference data of Komet, from which ids are picked: customers, carriers, future inventory. JSON to records, pure.

A record holds Komet's own names. What Komet documents is always there, blank where an answer leaves it out; what it
does not document follows with Komet's spelling: converted where we have met it, as it came where we have not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from komet_xl.komet.values import UnreadableError, clean_text, to_day, to_id, to_money, to_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from komet_xl.komet.wire import Answer

Record: TypeAlias = "Mapping[str, object]"
"""One entry of a list: value by Komet's name."""
Convert: TypeAlias = "Callable[[object], object]"


def to_flag(value: object) -> int | None:
    """1 or 0, from true, 1, "1" or "true"; None for null or blank."""
    if isinstance(value, bool):
        return int(value)
    words = {"true": 1, "false": 0}
    if isinstance(value, str) and value.strip().lower() in words:
        return words[value.strip().lower()]
    return to_id(value)


@dataclass(frozen=True, slots=True)
class Listing:
    """One of Komet's lists."""

    method: str
    key: str
    """Where the list stands in the answer."""
    documented: Mapping[str, Convert]
    """In the order in which a table shows them."""
    met: Mapping[str, Convert]
    """Names that only clients or sibling methods tell of: kept where they occur, as they came where they do not fit."""


CUSTOMERS: Final = Listing(
    "customer.list",
    "customers",
    {
        "id": to_id,
        "code": to_text,
        "name": to_text,
        "active": to_flag,
        "customerType": to_text,
        "salesPersonId": to_id,
        "salesPerson": to_text,
        "accountingCode": to_text,
        "updatedOn": to_text,
    },
    {},
)
CARRIERS: Final = Listing(
    "carrier.list",
    "carriers",
    {
        "id": to_id,
        "code": to_text,
        "name": to_text,
        "active": to_flag,
        "street": to_text,
        "city": to_text,
        "state": to_text,
        "zipCode": to_text,
        "country": to_text,
        "phone": to_text,
    },
    {"kometNetworkName": to_text, "kometNetworkId": to_id},
)
INVENTORY: Final = Listing(
    "future.inventory.openmarket.list",
    "inventoryItems",
    {
        "inventoryId": to_id,
        "companyProductId": to_id,
        "productDescription": to_text,
        "productCode": to_text,
        "grade": to_text,
        "category": to_text,
        "vendor": to_text,
        "portOfOrigin": to_text,
        "quantity": to_id,
        "totalUnits": to_id,
        "boxTypeId": to_id,
        "boxTypeCode": to_text,
        "unitType": to_text,
        "bunches": to_id,
    },
    {
        "unitsPerBox": to_id,
        "stemsBunch": to_id,
        "price": to_money,
        "priceB": to_money,
        "fobPrice": to_money,
        "availableDate": to_day,
    },
)
LISTINGS: Final = {each.method: each for each in (CUSTOMERS, CARRIERS, INVENTORY)}
"""Every list by its method."""


def parse_list(listing: Listing, answer: Answer) -> list[Record]:
    """
    Records of a list in the answer's order; none when nothing matches.

    Raises:
        UnreadableError: the list or a documented field is not what Komet documents; the sentence names it.
    """
    known = {name.lower(): name for name in (*listing.documented, *listing.met)}
    return [_record(raw, listing, known) for raw in _objects(answer.body.get(listing.key), listing.key)]


def _record(raw: Mapping[str, Any], listing: Listing, known: Mapping[str, str]) -> Record:
    """One entry. A key's case is ignored; of two spellings, the first that is not blank wins."""
    record = {name: convert(None) for name, convert in listing.documented.items()}
    for key, value in raw.items():
        name = known.get(key.lower()) or clean_text(key)
        if record.get(name) not in (None, ""):
            continue
        if name in listing.documented:
            record[name] = _documented(listing, name, value)
        else:
            record[name] = _met(listing.met.get(name), value)
    return record


def _documented(listing: Listing, name: str, value: object) -> object:
    try:
        return listing.documented[name](value)
    except UnreadableError as exc:
        raise UnreadableError(f"{name} in {listing.key}: {exc}") from None


def _met(convert: Convert | None, value: object) -> object:
    """Nobody promised what this is: it is kept, whatever it is."""
    try:
        return convert(value) if convert else _cleaned(value)
    except UnreadableError:
        return _cleaned(value)


def _cleaned(value: object) -> object:
    return clean_text(value) if isinstance(value, str) else value


def _objects(value: object, what: str) -> Iterator[Mapping[str, Any]]:
    """Objects of a list that may be missing or null."""
    if value is None:
        return
    if not isinstance(value, list):
        raise UnreadableError(f"{what} is not a list")
    for each in value:
        if not isinstance(each, dict):
            raise UnreadableError(f"{what} holds something that is not an object")
        yield each
