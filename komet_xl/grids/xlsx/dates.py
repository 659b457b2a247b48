"""Serial numbers and number formats: which numbers are days, and which day they are. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache

DAY_1900 = date(1899, 12, 30)
DAY_1904 = date(1904, 1, 1)
LAST_SERIAL = 2_958_465
"""31 December 9999 in the 1900 system."""
LONGEST_CODE = 255
"""Characters of a number format; Excel takes no more."""
NOT_SHOWN = re.compile(r'"[^"]*+"|\\.|[_*].|\[(?!h++\]|m++\]|s++\])[^\]]*+(?:\]|\Z)|general|am/pm|a/p', re.IGNORECASE)
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
ERA_OR_WEEKDAY = re.compile(r"e(?![+-])|g|aaa|bb")
"""Years as Japan, Taiwan and Thailand count them, and days of the week; beside digits these letters are no date."""
DIGITS = re.compile(r"[0#?]")


class Shown(Enum):
    """How a number format shows a number."""

    NUMBER = "number"
    TEXT = "text"
    DAY = "day"
    CLOCK = "clock"
    ELAPSED = "elapsed"


BUILT_IN = (
    dict.fromkeys([*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58, *range(71, 82)], Shown.DAY)
    | dict.fromkeys([18, 19, 20, 21, 32, 33, 34, 35, 45, 47, 55, 56], Shown.CLOCK)
    | {46: Shown.ELAPSED, 49: Shown.TEXT}
)
"""Formats that a file names by number only. 27 to 36 and 50 to 58 are East Asian days and times. 71 to 81
are Thai ones; of which of them are times, programs have two opinions."""


def shown(code: str) -> Shown:
    """
    What a custom number format makes of a number.

    One of its sections that shows days or times is enough: which of them a number falls into is not looked at, and a
    cell that may show a day is not taken for a price.
    """
    return _shown(code[:LONGEST_CODE])


@lru_cache(maxsize=1024)
def _shown(code: str) -> Shown:
    sections = NOT_SHOWN.sub("", code).lower().split(";")
    timed = (how for how in map(_section, sections) if how is not Shown.NUMBER)
    return next(timed, Shown.TEXT if sections[0].strip() == "@" else Shown.NUMBER)


def _section(bare: str) -> Shown:
    """What one section makes of a number, the letters that it only repeats left out."""
    if ELAPSED.search(bare):
        return Shown.ELAPSED
    if any(letter in bare for letter in "yd") or (ERA_OR_WEEKDAY.search(bare) and not DIGITS.search(bare)):
        return Shown.DAY
    if any(letter in bare for letter in "hs"):
        return Shown.CLOCK
    return Shown.DAY if "m" in bare else Shown.NUMBER


def from_serial(serial: float, how: Shown, *, from_1904: bool) -> int | float | date | datetime | time | timedelta:
    """
    A number in a cell with a date or time format, as the day, moment, time or length it shows.

    Whole days are dates. What the format cannot show (negative, beyond 9999, 29 February 1900) stays a number.
    """
    if not 0 <= serial <= LAST_SERIAL + 1:
        return serial
    milliseconds = round(serial * 86_400_000)
    if how is Shown.ELAPSED:
        return timedelta(milliseconds=milliseconds)
    if serial < 1 and (how is Shown.CLOCK or not from_1904):
        midnight = datetime.combine(DAY_1904, time())
        return (midnight + timedelta(milliseconds=milliseconds % 86_400_000)).time()
    start = DAY_1904
    if not from_1904:
        if 60 <= serial < 61:
            return serial
        start = DAY_1900 + timedelta(days=1 if serial < 60 else 0)
    try:
        moment = datetime.combine(start, time()) + timedelta(milliseconds=milliseconds)
    except OverflowError:
        return serial
    return moment.date() if serial == int(serial) else moment


def to_serial(day: date, *, from_1904: bool) -> int:
    """
    The day's serial number.

    Raises:
        ValueError: the workbook's calendar begins later.
    """
    first = DAY_1904 if from_1904 else date(1900, 1, 1)
    if day < first:
        raise ValueError(f"{day} lies before {first}, the first day of this workbook's calendar")
    if from_1904:
        return (day - DAY_1904).days
    serial = (day - DAY_1900).days
    return serial if serial > 60 else serial - 1  # Excel counts a 29 February 1900 that never was
