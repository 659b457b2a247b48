"""JSON values as Komet writes them to Python values: texts, ids, money, days. Pure.

Tolerant where Komet is known to vary (ids as text, money as "3,000.00"); anything else raises UnreadableError.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Final, NoReturn

LONGEST_AMOUNT: Final = 100
"""Digits before or after the point; 1E+999999 is a number, but no spreadsheet can hold it."""

MONEY = re.compile(r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?", re.ASCII)
WHOLE = re.compile(r"-?[0-9]+", re.ASCII)
DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.]+Z?)?", re.ASCII)


class UnreadableError(ValueError):
    """A body is not what Komet documents: it is neither a yes nor a no."""


def clean_text(value: str) -> str:
    """Text that every file format can hold: halves of UTF-16 pairs become U+FFFD."""
    return value if value.isascii() else value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def to_text(value: object) -> str:
    """Text from text or number; "" for null."""
    if value is None:
        return ""
    if isinstance(value, str):
        return clean_text(value)
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return str(value)
    raise UnreadableError(f"{_quote(value)} is not a text")


def to_id(value: object) -> int | None:
    """Whole number, exact at any length, from number or text; None for null or blank."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and WHOLE.fullmatch(value.strip()) and len(value) < 1_000:
        return int(value)
    if isinstance(value, Decimal) and value == value.to_integral_value() and value.adjusted() < 1_000:
        return int(value)
    raise UnreadableError(f"{_quote(value)} is not a whole number")


def to_money(value: object) -> Decimal | None:
    """Exact amount from "3,000.00", "1.250" or a number; None for null or blank, never 0 for missing."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    amount = None
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        amount = Decimal(value)
    if isinstance(value, str) and MONEY.fullmatch(value.strip()):
        amount = Decimal(value.strip().replace(",", ""))
    if amount is None or abs(amount.adjusted()) > LONGEST_AMOUNT:
        raise UnreadableError(f"{_quote(value)} is not an amount")
    return amount


def to_day(value: object) -> date | None:
    """Day from YYYY-MM-DD, a time after it ignored; None for null or blank."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    match = DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return date.fromisoformat(match[1]) if match else _refuse_day(value)
    except ValueError:
        return _refuse_day(value)


def _refuse_day(value: object) -> NoReturn:
    raise UnreadableError(f"{_quote(value)} is not a date")


def _quote(value: object) -> str:
    return repr(value)[:60]
