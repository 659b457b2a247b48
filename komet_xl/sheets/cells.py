"""Cell values to Python values and back. Pure: no files, no network, no clock.

A number cell means its double at 15 significant digits, as Excel shows it. Nothing is guessed: what cannot be read
for sure raises ValueError with a message that quotes what the person typed.
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


Plain: TypeAlias = "None | str | bool | int | float | Decimal | date | datetime | time | timedelta | ErrorValue"
"""A cell without a formula. `int`, `float` and `Decimal` are all the same thing here: a number cell."""
Cell: TypeAlias = "Plain | Formula"
"""What an adapter reads out of one cell."""
