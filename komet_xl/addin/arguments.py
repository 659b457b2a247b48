"""What Excel hands to a formula, as what it means. Pure.

A number may be a date (a serial number of the 1900 system), a prebook's number or an id; a blank cell and an argument
that was left out are the same. Nothing is guessed: what cannot be read is said, with the argument's name.
"""

from __future__ import annotations

import math
from contextlib import suppress
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from komet_xl.errors import UsageError
from komet_xl.model import PrebookQuery
from komet_xl.sheets.cells import AMOUNT, ISO_DAY, plain_number
from komet_xl.sheets.headings import squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Given: TypeAlias = "object"
"""A cell's value as xlwings hands it over, rows of them for a range, None for nothing."""
Pair: TypeAlias = "tuple[str, Given]"

ZERO_DAY: Final = date(1899, 12, 30)
"""The day 0 of Excel's 1900 system, for every day after its 29 February 1900, which never was."""
EARLIEST: Final = date(2000, 1, 1)
LATEST: Final = date(2100, 1, 1)
"""A number outside of these is a prebook's number in the wrong place rather than a date, and any date a mistake."""
ERROR_CODES: Final = range(-2_146_826_300, -2_146_826_200)
"""What cell errors look like where xlwings knows no name for them."""
ERROR_NAMES: Final = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
EXAMPLE: Final = "customer=ABC; carrier=ARMELLINI"


def is_blank(value: Given) -> bool:
    """Whether nothing was given: left out, a blank cell, or blank text."""
    return value is None or (isinstance(value, str) and not value.strip())


def day(value: Given, name: str) -> date:
    """A day of these years from a date cell, a serial number or text like 2015-02-10. Raises UsageError."""
    value = _one(value, name)
    match value:
        case datetime():
            found = value.date()
        case date():
            found = value
        case bool():
            raise UsageError(f"{name} is {value}, which is not a date")
        case float() | int() | Decimal():
            return _of_serial(float(value), name).date()
        case str():
            found = _of_text(value, name)
        case _:
            raise UsageError(f"{name} is {value}, which is not a date")
    if not EARLIEST <= found <= LATEST:  # a date cell that holds 0 arrives as 1899-12-30
        raise UsageError(f"{name} is {found}, which is not a date of these years")
    return found


def _of_serial(serial: float, name: str) -> datetime:
    days = serial if math.isfinite(serial) else 0.0
    if not (EARLIEST - ZERO_DAY).days <= days <= (LATEST - ZERO_DAY).days:
        raise UsageError(f"{name} is {plain_number(Decimal(repr(serial)))}, which is not a date of these years")
    return datetime.combine(ZERO_DAY, datetime.min.time()) + timedelta(days=days)


def _of_text(text: str, name: str) -> date:
    written = text.strip()
    if ISO_DAY.match(written):
        with suppress(ValueError):
            return datetime.fromisoformat(written).date()
    raise UsageError(f"{name} is {text[:40]!r}; write a date like 2015-02-10, or TODAY()")


def text(value: Given, name: str) -> str:
    """Text, trimmed; a whole number by its digits. Raises UsageError."""
    value = _one(value, name)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and float(value).is_integer():
        return str(int(value))
    raise UsageError(f"{name} is {value}, which is not a text or a whole number")


def whole(value: Given, name: str) -> int:
    """A whole number of at least 1. Raises UsageError."""
    digits = text(value, name)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 20 and int(digits) > 0):
        raise UsageError(f"{name} is {digits[:40]!r}, which is not a whole number")
    return int(digits)


def amount(value: Given, name: str) -> Decimal:
    """A number of at least 0, at the 15 digits that Excel shows. Raises UsageError."""
    value = _one(value, name)
    found = None
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool) and math.isfinite(value):
        found = Decimal(f"{value:.15g}")
    elif isinstance(value, str) and AMOUNT.fullmatch(value.strip()):
        found = Decimal(value.strip())
    if found is None or found < 0:
        raise UsageError(f"{name} is {value}, which is not a number of at least 0")
    return found


def _one(value: Given, name: str) -> Given:
    """The value of one cell. Raises UsageError for nothing, a range and a cell with an error in it."""
    while isinstance(value, list | tuple) and len(value) == 1:
        value = value[0]
    if isinstance(value, list | tuple):
        raise UsageError(f"{name} must be one cell")
    if is_blank(value):
        raise UsageError(f"{name} is missing")
    if value in ERROR_NAMES or (isinstance(value, int) and value in ERROR_CODES):
        raise UsageError(f"{name} is {value if isinstance(value, str) else 'an error'}")
    if isinstance(value, int | Decimal):
        try:
            float(value)
        except (ValueError, OverflowError):
            raise UsageError(f"{name} is a number that Excel does not have") from None
    return value


# ------------------------------------------------------------------------------------------------------ filters


def filters(value: Given) -> PrebookQuery:
    """
    A query without a day, from text like `customer=ABC; carrier=ARMELLINI` or from rows of a name and a value.

    Names are those of the command line; case, blanks, _ and - do not count. A blank value asks nothing.

    Raises:
        UsageError: a name that there is not, or twice, or a value that does not fit.
    """
    if is_blank(value):
        return NO_FILTER
    return _query(tuple(_pairs(value)))


def _pairs(value: Given) -> Iterator[Pair]:
    if not isinstance(value, list | tuple):
        yield from _pairs_of_text(value)
        return
    for row in value:
        cells = row if isinstance(row, list | tuple) else (row,)
        if all(map(is_blank, cells)):
            continue
        if len(cells) == 1:
            yield from _pairs_of_text(cells[0])
        elif len(cells) == 2:
            yield text(cells[0], "the name of a filter").rstrip(":").rstrip(), cells[1]
        else:
            raise UsageError(f"filters must be two columns with names and values, or text like {EXAMPLE}")


def _pairs_of_text(value: Given) -> Iterator[Pair]:
    for part in filter(str.strip, text(value, "filters").replace("\n", ";").split(";")):
        name, sign, wanted = part.partition("=")
        if not sign:
            raise UsageError(f"filters is {part.strip()[:40]!r}; write it like {EXAMPLE}")
        yield name.strip(), wanted.strip()


@lru_cache(maxsize=1_000)
def _query(pairs: tuple[Pair, ...]) -> PrebookQuery:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if squeeze(name) not in _BY_FORM:
            raise UsageError(f"there is no filter {name[:40]!r}; there are: {', '.join(FILTERS)}.")
        shown, convert = _BY_FORM[squeeze(name)]
        attribute = shown.replace("-", "_")
        if attribute in found:
            raise UsageError(f"the filter {shown} is there twice")
        found[attribute] = None if is_blank(value) else convert(value, shown)
    if (found.get("ship_from") is None) != (found.get("ship_to") is None):
        raise UsageError("the filters ship-from and ship-to go together")
    return PrebookQuery(**found)


def _moment(value: Given, name: str) -> datetime:
    """A moment of these years on this computer's clock."""
    value = _one(value, name)
    if isinstance(value, datetime):
        found = value.replace(tzinfo=None)
    elif isinstance(value, float | int) and not isinstance(value, bool):
        found = _of_serial(value, name)
    else:
        try:
            found = datetime.fromisoformat(text(value, name))
        except ValueError:
            raise UsageError(f"{name} is {value!r}; write it like 2015-02-09 08:00") from None
    day(found, name)  # of other years Windows knows no time zone
    return found.astimezone()


def _yes_no(value: Given, name: str) -> bool:
    if isinstance(value, bool):
        return value
    word = text(value, name).casefold()
    if word not in {"yes", "true", "1", "no", "false", "0"}:
        raise UsageError(f"{name} is {word[:40]!r}; write yes or no")
    return word in {"yes", "true", "1"}


FILTERS: Final[dict[str, Callable[[Given, str], object]]] = {
    "prebook": whole,
    "customer": text,
    "customer-id": whole,
    "carrier": text,
    "carrier-id": whole,
    "salesperson-id": whole,
    "so-number": whole,
    "po-number": text,
    "location-id": whole,
    "brand-id": whole,
    "updated-since": _moment,
    "ship-from": day,
    "ship-to": day,
    "unable-to-source": _yes_no,
}
"""Every filter by its name on the command line, and how its value is read."""
NO_FILTER: Final = PrebookQuery()
_BY_FORM: Final = {squeeze(name): (name, convert) for name, convert in FILTERS.items()}
