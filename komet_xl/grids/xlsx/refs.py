"""Cell addresses: A1 to numbers and back, ranges, and the limits of a sheet. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9][0-9]{0,6})", re.ASCII)
AREA = re.compile(rf"{ADDRESS.pattern}(?::{ADDRESS.pattern})?", re.ASCII)
COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells, rows and columns counted from 1, ends included."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, row: int, column: int) -> bool:
        """Whether the cell lies inside."""
        return self.top <= row <= self.bottom and self.left <= column <= self.right

    def widened(self, row: int, column: int) -> Area:
        """The smallest rectangle that holds this one and the cell."""
        return Area(min(self.top, row), min(self.left, column), max(self.bottom, row), max(self.right, column))

    def __str__(self) -> str:
        first, last = address(self.top, self.left), address(self.bottom, self.right)
        return first if first == last else f"{first}:{last}"


@lru_cache(maxsize=1024)
def column_number(letters: str) -> int:
    """3 from "C" or "c". Raises ValueError beyond the last column of a sheet."""
    if not 1 <= len(letters) <= 3 or not letters.isascii() or not letters.isalpha():
        raise ValueError(letters)
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    if number > LAST_COLUMN:
        raise ValueError(letters)
    return number


@lru_cache(maxsize=1024)
def column_letters(number: int) -> str:
    """The letters "AB" from 28."""
    letters = ""
    while number:
        number, digit = divmod(number - 1, 26)
        letters = chr(65 + digit) + letters
    return letters


def address(row: int, column: int) -> str:
    """The address "B7" from (7, 2)."""
    return f"{column_letters(column)}{row}"


def position(text: str) -> tuple[int, int]:
    """(7, 2) from "B7" or "$B$7". Raises ValueError for anything that is no cell of a sheet."""
    match = ADDRESS.fullmatch(text)
    if match is None:
        raise ValueError(text)
    row = int(match[2])
    if row > LAST_ROW:
        raise ValueError(text)
    return row, column_number(match[1])


def column_of(text: str) -> int:
    """2 from "B7" or "$B$7". Raises ValueError for anything that does not begin with a column of a sheet."""
    return column_number(text.rstrip("0123456789").strip("$"))


def area(text: str) -> Area:
    """A rectangle from "A1:C9", "B2", "$A$1:$C$9" or "A:C". Raises ValueError for anything else."""
    if match := COLUMNS.fullmatch(text):
        left, right = sorted((column_number(match[1]), column_number(match[2])))
        return Area(1, left, LAST_ROW, right)
    first, colon, last = text.partition(":")
    top, left = position(first)
    bottom, right = position(last) if colon else (top, left)
    return Area(min(top, bottom), min(left, right), max(top, bottom), max(left, right))
