"""JSON to nouns and back. Pure: no files, no network, no clock. Only this and lists.py spell as Komet does.

Tolerant exactly where Komet is known to vary (status 1 or "1", money as "3,000.00", ids as text, `shipvia` and
`shipVia`, missing lists, one extra list level); everything else that does not fit raises UnreadableError.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from komet_xl.komet.values import UnreadableError, clean_text, to_day, to_id, to_money, to_text
from komet_xl.model import Breakdown, Prebook, PrebookItem, PrebookQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date

    from komet_xl.model import OrderLine

TOKEN_PLACEHOLDER: Final = "__KOMET_TOKEN_GOES_HERE__"  # noqa: S105  stands where the token will; it is not one
"""Put in place of the token everywhere in Python; longer than a mark code, so that no cell can hold it."""

LIST_PREBOOKS: Final = "prebook.details.list"
LIST_PREBOOK_HEADERS: Final = "prebook.list"
ADD_FUTURE_ITEM: Final = "prebook.future.item.add"

HTTP_OF_A_YES: Final = frozenset({200})
HTTP_OF_A_NO: Final = frozenset({200, 400, 401, 403, 404, 422})
LONGEST_MESSAGE: Final = 2_000
"""Komet documents 500 characters; a longer text is cut, it only informs."""

JsonObject: TypeAlias = "dict[str, Any]"

NOT_FOUND = re.compile(r"\bnot found\b", re.IGNORECASE)
TOKEN_OR_QUOTA = re.compile(
    r"\btokens?\b|\bauthenticat|\bunauthori[sz]ed\b|\bquota\b|\brequests? limit\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete, well-formed answer of Komet."""

    yes: bool
    message: str
    body: JsonObject

    @property
    def speaks_of_token(self) -> bool:
        """Whether the message is about the token or the requests of the day, so that asking on is pointless."""
        return TOKEN_OR_QUOTA.search(self.message) is not None

    @property
    def is_empty_result(self) -> bool:
        """Whether it only says that nothing matches ("Orders not found.OK"), with either status and no list."""
        if NOT_FOUND.search(self.message) is None or self.speaks_of_token:  # "Token not found." is a no
            return False
        return not any(isinstance(each, list) and each for each in self.body.values())


# ---------------------------------------------------------------------------------------------- what we ask


def to_params(query: PrebookQuery) -> dict[str, str]:
    """URL parameters of `prebook.details.list`, the token's placeholder first."""
    since = query.updated_since
    asked: dict[str, object | None] = {
        "authenticationToken": TOKEN_PLACEHOLDER,
        "date": query.truck_date,
        "prebook": query.prebook,
        "customer": query.customer,
        "customerId": query.customer_id,
        "carrierName": query.carrier,
        "carrierId": query.carrier_id,
        "salesPersonId": query.salesperson_id,
        "soNumber": query.so_number,
        "customerPONumber": query.po_number,
        "locationId": query.location_id,
        "brandId": query.brand_id,
        "updatedAsOf": since and f"{since.astimezone(UTC):%Y-%m-%d %H:%M:%S}",
        "vendorShipDateFrom": query.ship_from,
        "vendorShipDateTo": query.ship_to,
        "unableToSource": None if query.unable_to_source is None else str(query.unable_to_source).lower(),
    }
    return {name: str(value) for name, value in asked.items() if value is not None}


def to_own_params() -> dict[str, str]:
    """URL parameters of a list that is asked for whole."""
    return {"authenticationToken": TOKEN_PLACEHOLDER}


def to_range_params(first: date, last: date) -> dict[str, str]:
    """URL parameters of a list from the first to the last day: `prebook.list` by truck date, future inventory."""
    return to_own_params() | {"dateFrom": str(first), "dateTo": str(last)}


def to_add_body(line: OrderLine) -> bytes:
    """Body of `prebook.future.item.add` in ASCII, the token's placeholder first, the price to the cent."""
    members = [
        ("authenticationToken", json.dumps(TOKEN_PLACEHOLDER)),
        ("prebookId", str(line.prebook_id)),
        ("inventoryId", str(line.inventory_id)),
        ("boxes", str(line.boxes)),
        ("price", f"{line.price:.2f}"),
    ]
    if line.mark_code:
        members.append(("markCode", json.dumps(line.mark_code)))
    return ("{" + ", ".join(f'"{name}": {value}' for name, value in members) + "}").encode("ascii")


# ------------------------------------------------------------------------------------------ what we are told


def parse_answer(body: bytes) -> Answer:
    """The one JSON object of a body, with exactly one status that is a yes or a no.

    Raises:
        UnreadableError: no UTF-8, no complete JSON object, a key twice, NaN, another or no status.
    """
    document = parse_object(body)
    if [name for name in document if name.lower() == "status"] != ["status"]:
        raise UnreadableError("the answer has no status")
    status = document["status"]
    if isinstance(status, bool) or status not in (0, 1, "0", "1") or isinstance(status, Decimal):
        raise UnreadableError("the answer's status is neither 1 nor 0")
    message = document.get("message")
    return Answer(
        yes=status in (1, "1"),
        message=clean_text("" if message is None else str(message))[:LONGEST_MESSAGE],
        body=document,
    )


def parse_object(body: bytes) -> JsonObject:
    """One complete JSON object and nothing after it; numbers exact. Raises UnreadableError."""
    try:
        document = json.loads(
            body.decode("utf-8"),
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object_without_twins,
        )
    except UnreadableError:
        raise
    except RecursionError:
        raise UnreadableError("the answer is nested too deeply") from None
    except (ValueError, ArithmeticError):  # bad UTF-8, bad JSON, thousands of digits, an exponent beyond Decimal's
        raise UnreadableError("the answer is not JSON") from None
    if not isinstance(document, dict):
        raise UnreadableError("the answer is not a JSON object")
    return document


def parse_prebooks(answer: Answer) -> list[Prebook]:
    """Prebooks of `prebook.details.list` or `prebook.list` in the answer's order; none when nothing matches."""
    return [parse_prebook(each) for each in _objects(answer.body.get("prebooks"), "prebooks", nested=True)]


def parse_prebook(raw: JsonObject) -> Prebook:
    """One prebook with its items. Raises UnreadableError, naming the prebook and the field."""
    known, extra = _take(raw, _PREBOOK_FIELDS, "prebook")
    if known["prebook_id"] is None:
        raise UnreadableError("a prebook has no id")
    where = f"prebook {known['number'] or known['prebook_id']}"
    items = _objects(_member(raw, "details"), f"details of {where}")
    return Prebook(**known, items=tuple(_parse_item(each, where) for each in items), extra=extra)


def _parse_item(raw: JsonObject, where: str) -> PrebookItem:
    known, extra = _take(raw, _ITEM_FIELDS, where)
    parts = _objects(_member(raw, "breakdowns"), f"breakdowns of {where}")
    breakdowns = []
    for part in parts:
        fields, more = _take(part, _BREAKDOWN_FIELDS, where)
        breakdowns.append(Breakdown(**fields, extra=more))
    return PrebookItem(**known, breakdowns=tuple(breakdowns), extra=extra)


# --------------------------------------------------------------------------------------------------- tables

_Fields: TypeAlias = "dict[str, tuple[str, Callable[[object], Any]]]"

_PREBOOK_FIELDS: Final[_Fields] = {
    "id": ("prebook_id", to_id),
    "number": ("number", to_text),
    "type": ("type", to_text),
    "truckDate": ("truck_date", to_day),
    "customerId": ("customer_id", to_id),
    "customerCode": ("customer_code", to_text),
    "customerName": ("customer_name", to_text),
    "customerPONumber": ("customer_po_number", to_text),
    "locationId": ("location_id", to_id),
    "locationCode": ("location_code", to_text),
    "locationName": ("location_name", to_text),
    "carrierId": ("carrier_id", to_id),
    "carrierName": ("carrier_name", to_text),
    "shipVia": ("ship_via", to_text),
    "shipName": ("ship_name", to_text),
    "shipAddress": ("ship_address", to_text),
    "shipCity": ("ship_city", to_text),
    "shipState": ("ship_state", to_text),
    "shipZipCode": ("ship_zip_code", to_text),
    "shipCountry": ("ship_country", to_text),
    "comments": ("comments", to_text),
    "totalPrice": ("total_price", to_money),
}
_ITEM_FIELDS: Final[_Fields] = {
    "prebookItemId": ("item_id", to_id),
    "vendorId": ("vendor_id", to_id),
    "vendorName": ("vendor_name", to_text),
    "productId": ("product_id", to_id),
    "productDescription": ("product_description", to_text),
    "brandId": ("brand_id", to_id),
    "brandName": ("brand_name", to_text),
    "markCode": ("mark_code", to_text),
    "boxType": ("box_type", to_text),
    "totalBoxes": ("total_boxes", to_id),
    "unitType": ("unit_type", to_text),
    "units": ("units", to_id),
    "bunches": ("bunches", to_id),
    "stemsBunch": ("stems_bunch", to_id),
    "totalUnits": ("total_units", to_id),
    "unitPrice": ("unit_price", to_money),
    "totalPrice": ("total_price", to_money),
}
_BREAKDOWN_FIELDS: Final[_Fields] = {
    "productId": ("product_id", to_id),
    "productDescription": ("product_description", to_text),
    "stemsBunch": ("stems_bunch", to_id),
    "bunches": ("bunches", to_id),
    "price": ("price", to_money),
}
_LISTS: Final = frozenset({"details", "breakdowns"})


def _by_lower_name(fields: _Fields) -> Mapping[str, tuple[str, str, Callable[[object], Any]]]:
    return {name.lower(): (name, attribute, convert) for name, (attribute, convert) in fields.items()}


_BY_LOWER: Final = {id(fields): _by_lower_name(fields) for fields in (_PREBOOK_FIELDS, _ITEM_FIELDS, _BREAKDOWN_FIELDS)}


def _take(raw: JsonObject, fields: _Fields, where: str) -> tuple[dict[str, Any], dict[str, object]]:
    """Known fields by attribute name, and what is left. A key's case is ignored; the first that is not blank wins."""
    table = _BY_LOWER[id(fields)]
    known: dict[str, Any] = {attribute: convert(None) for _, attribute, convert in table.values()}
    extra: dict[str, object] = {}
    for key, value in raw.items():
        lower = key.lower()
        if lower not in table:
            if lower not in _LISTS:
                extra[clean_text(key)] = value
            continue
        name, attribute, convert = table[lower]
        if known[attribute] in (None, ""):
            try:
                known[attribute] = convert(value)
            except UnreadableError as exc:
                raise UnreadableError(f"{name} of {where}: {exc}") from None
    return known, extra


def _member(raw: JsonObject, name: str) -> object:
    return next((value for key, value in raw.items() if key.lower() == name), None)


def _objects(value: object, what: str, *, nested: bool = False) -> Iterator[JsonObject]:
    """Objects of a list that may be missing, null, or (if nested) wrapped in one more list."""
    if value is None:
        return
    if not isinstance(value, list):
        raise UnreadableError(f"{what} is not a list")
    inner: Iterable[object] = value
    if nested and len(value) == 1 and isinstance(value[0], list):
        inner = value[0]
    for each in inner:
        if not isinstance(each, dict):
            raise UnreadableError(f"{what} holds something that is not an object")
        yield each


def _object_without_twins(pairs: list[tuple[str, Any]]) -> JsonObject:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise UnreadableError("the answer has a key twice")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise UnreadableError(f"the answer holds {name}, which is not JSON")
