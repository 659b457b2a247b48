"""What a column of a sheet that we make holds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """Decides a column's number format."""

    TEXT = "text"
    """Text, format @: what is typed there later stays text as well (codes with leading zeros)."""
    ID = "id"
    """A whole number without thousands marks."""
    COUNT = "count"
    """A whole number that people add up: thousands marks."""
    MONEY = "money"
    """An amount in the company's currency, 2 to 4 decimals shown."""
    DATE = "date"
    """A calendar day, shown as yyyy-mm-dd."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet that we make."""

    heading: str
    kind: Kind
    width: int = 12
    """In characters, as Excel counts column widths."""
