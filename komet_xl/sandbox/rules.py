"""What prebook.future.item.add accepts, field by field. Pure: it knows no stock and no prebooks.

Komet documents the fields and their sizes, not how it says no: every sentence here is the sandbox's own.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from komet_xl.sandbox.nouns import CENT, NewLine

if TYPE_CHECKING:
    from collections.abc import Mapping

DIGITS = re.compile(r"[0-9]+")
DECIMAL = re.compile(r"[0-9]+(\.[0-9]+)?")
PRICE_LIMIT = Decimal(100_000_000)
"""decimal(10,2): eight digits before the point."""


class RefusalError(ValueError):
    """Komet's no: the sentence goes into `message`, nothing was applied."""


def whole(fields: Mapping[str, object], name: str, *, digits: int) -> int:
    """The whole number in field `name`: a JSON integer or a text of digits. Raises RefusalError."""
    value = fields.get(name)
    if value is None or value == "":
        raise RefusalError(f"The field {name} is required.")
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise RefusalError(f"The field {name} must be a whole number.")
    text = str(value)
    if DIGITS.fullmatch(text) is None:
        raise RefusalError(f"The field {name} must be a whole number.")
    if len(text) > digits:
        raise RefusalError(f"The field {name} must have at most {digits} digits.")
    return int(text)


def unit_price(fields: Mapping[str, object]) -> Decimal:
    """The price, exactly two decimals: a JSON number (a Decimal, never a float) or a text. Raises RefusalError."""
    value = fields.get("price")
    if value is None or value == "":
        raise RefusalError("The field price is required.")
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise RefusalError("The field price must be a number.")
    if isinstance(value, str) and DECIMAL.fullmatch(value) is None:
        raise RefusalError("The field price must be a number.")
    try:
        number = Decimal(value)
    except InvalidOperation:
        raise RefusalError("The field price must be a number.") from None
    if number.is_signed():
        raise RefusalError("The field price must not be negative.")
    if number >= PRICE_LIMIT:
        raise RefusalError("The field price must have at most 10 digits.")
    cents = number.quantize(CENT)
    if cents != number:
        raise RefusalError("The field price must have at most 2 decimals.")
    return cents


def mark_code(fields: Mapping[str, object]) -> str | None:
    """The mark code, None if absent or empty. Raises RefusalError for null, numbers, over 20 characters."""
    value = fields.get("markCode", "")
    if not isinstance(value, str):
        raise RefusalError("The field markCode must be text.")
    if len(value) > 20:
        raise RefusalError("The field markCode must have at most 20 characters.")
    if any("\ud800" <= char <= "\udfff" for char in value):
        raise RefusalError("The field markCode must be text.")
    return value or None


def read_new_line(fields: Mapping[str, object]) -> NewLine:
    """All fields of the request checked; the first one that does not fit raises RefusalError."""
    line = NewLine(
        prebook_id=whole(fields, "prebookId", digits=20),
        inventory_id=whole(fields, "inventoryId", digits=20),
        boxes=whole(fields, "boxes", digits=10),
        price=unit_price(fields),
        mark_code=mark_code(fields),
    )
    if line.boxes < 1:
        raise RefusalError("The field boxes must be at least 1.")
    return line
