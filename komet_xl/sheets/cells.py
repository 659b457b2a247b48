"""Cell values to Python values and back. Pure: no files, no network, no clock.

A number cell means its double at 15 significant digits, whatever its number format shows of it. Nothing is guessed:
what cannot be read for sure raises ValueError with a message that quotes what the person typed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TypeAlias

CENT = Decimal("0.01")
LARGEST_EXACT = 999_999_999_999_999
"""The largest whole number that every spreadsheet keeps to the digit (15 digits)."""
LARGEST_BOXES = 9_999_999_999
LARGEST_PRICE = Decimal("99999999.99")
MARK_CODE_LENGTH = 20
LONGEST_ID = 100
"""Digits of an id given as text; Komet documents 20."""
TOO_LONG = (
    "a number of more than 15 digits, which a spreadsheet does not keep; format the cell as Text and type it again"
)

WHOLE = re.compile(r"[+-]?([0-9]+)(?:\.0*)?", re.ASCII)
AMOUNT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?", re.ASCII)
COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+", re.ASCII)
ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class ErrorValue:
    """An error cell, such as #N/A."""

    code: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula cell with the value the spreadsheet stored for it."""

    text: str
    """The formula, starting with "="; may be just "=" where a file shares one formula between cells."""
    value: Plain
    """The stored result; None when the file has none (it was never calculated)."""


Plain: TypeAlias = "str | bool | int | float | Decimal | date | datetime | time | timedelta | ErrorValue | None"
"""A cell without a formula. `int`, `float` and `Decimal` are all the same thing here: a number cell."""
Cell: TypeAlias = "Plain | Formula"
"""What an adapter reads out of one cell."""


def is_blank(cell: Cell) -> bool:
    """Whether a person sees nothing there: empty, or only white space."""
    value = cell.value if isinstance(cell, Formula) else cell
    if isinstance(cell, Formula) and value is None:
        return False
    return value is None or (isinstance(value, str) and not value.strip())


def shown(value: Plain) -> str:
    """A cell as a message quotes it."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).upper()
        case ErrorValue():
            return value.code
        case int() | float() | Decimal():
            return plain_number(number(value))
        case str():
            return repr(value if len(value) <= 40 else value[:40] + "…")
        case _:
            return str(value)


def plain(cell: Cell) -> Plain:
    """The value a person sees. Raises ValueError for an error cell and for a formula that was never calculated."""
    value = cell.value if isinstance(cell, Formula) else cell
    if isinstance(cell, Formula) and value is None:
        raise ValueError("a formula without a result; open and save the file in Excel once")
    if isinstance(value, ErrorValue):
        raise ValueError(f"the cell shows {value.code}")  # noqa: TRY004  to callers it is a value like any other
    return value


def number(value: float | Decimal) -> Decimal:
    """A number cell at 15 significant digits, as Excel shows it: 1.1000000000000001 is 1.1."""
    try:
        if not math.isfinite(value):
            raise ValueError(f"{value} is not a number")
        return Decimal(format(float(value), ".15g"))
    except OverflowError:
        raise ValueError("a number too large for a cell") from None


def plain_number(value: Decimal) -> str:
    """Digits without exponent and without needless zeros."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def whole(cell: Cell, *, at_most: int | None = None) -> int:
    """Whole number of at least 1 from 5, 5.0 or " 5 ". Raises ValueError for anything else, TRUE and 1e3 included.

    Args:
        cell: Number cells hold at most 15 digits; text may be of any length.
        at_most: The largest number that is taken.
    """
    value = plain(cell)
    match value:
        case None:
            raise ValueError("is blank")
        case str():
            result = _whole_text(value)
        case bool() | date() | time() | timedelta() | ErrorValue():
            raise ValueError(f"{shown(value)} is not a whole number")
        case _:
            result = _whole_number(value)
    if result < 1:
        raise ValueError(f"{result} is less than 1")
    if at_most is not None and result > at_most:
        raise ValueError(f"{result} is more than {at_most:,}")
    return result


def _whole_text(value: str) -> int:
    match = WHOLE.fullmatch(value.strip())
    if match is None:
        if value.strip():
            raise ValueError(f"{shown(value)} is not a whole number{_hint(value)}")
        raise ValueError("is blank")
    if len(match[1]) > LONGEST_ID:
        raise ValueError(f"a number of more than {LONGEST_ID} digits")
    return int(value.strip().split(".")[0])


def _whole_number(value: float | Decimal) -> int:
    digits = number(value)
    if digits != digits.to_integral_value():
        raise ValueError(f"{plain_number(digits)} is not a whole number")
    if abs(digits) > LARGEST_EXACT:
        raise ValueError(TOO_LONG)
    return int(digits)


def price(cell: Cell) -> Decimal:
    """Price of at least 0 with exactly two decimals. A third decimal is refused, never rounded."""
    value = plain(cell)
    match value:
        case bool() | date() | time() | timedelta():
            raise ValueError(f"{shown(value)} is not a price")
        case int() | float() | Decimal():
            amount = number(value)
        case str():
            if not value.strip():
                raise ValueError("is blank")
            if AMOUNT.fullmatch(value.strip()) is None:
                raise ValueError(f"{shown(value)} is not a price{_hint(value)}")
            amount = Decimal(value.strip())
        case _:
            raise ValueError("is blank")
    if amount < 0:
        raise ValueError(f"{plain_number(amount)} is less than 0")
    if amount > LARGEST_PRICE:
        raise ValueError(f"{plain_number(amount)[:40]} is more than {LARGEST_PRICE:,}")
    if amount != amount.quantize(CENT):
        raise ValueError(f"{plain_number(amount)[:40]} has more than two decimals")
    return abs(amount.quantize(CENT))


def text(cell: Cell) -> str:
    """Text as a person sees it, trimmed; a number cell by its digits. "" for a blank cell."""
    value = plain(cell)
    match value:
        case None:
            return ""
        case str():
            return value.strip()
        case bool() | date() | time() | timedelta():
            raise ValueError(f"{shown(value)} is not a text; format the cell as Text and type it again")
        case _:
            digits = number(value)  # type: ignore[arg-type]  # only numbers are left
            if abs(digits) > LARGEST_EXACT:
                raise ValueError(TOO_LONG)
            return plain_number(digits)


def mark_code(cell: Cell) -> str:
    """Mark code of at most 20 characters, in NFC; "" for none."""
    value = unicodedata.normalize("NFC", text(cell))
    if len(value) > MARK_CODE_LENGTH:
        raise ValueError(f"{shown(value)} has {len(value)} characters, at most {MARK_CODE_LENGTH} are allowed")
    if any(unicodedata.category(each) in ("Cc", "Cs") for each in value):
        raise ValueError(f"{shown(value)} holds a line break or another character that cannot be printed")
    return value


def day(cell: Cell) -> date:
    """Day from a date cell or from text like 2015-02-10. Raises ValueError for anything else."""
    value = plain(cell)
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    match = ISO_DAY.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        if match:
            return date.fromisoformat(match[0])
    except ValueError:
        pass
    raise ValueError("is blank" if value is None else f"{shown(value)} is not a date; type it as a date or 2015-02-10")


def _hint(value: str) -> str:
    """How to type it right, for the mistakes people make most."""
    if COMMA.fullmatch(value.strip()):
        return f"; type {value.strip().replace(',', '.')}, or format the column as Number"
    return ""
