"""The inside of one cell element to its value. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.dates import Shown, from_serial
from komet_xl.grids.xlsx.styles import whole
from komet_xl.grids.xlsx.text import BLANKS, PLAIN_INTEGER, from_xml
from komet_xl.sheets.cells import ErrorValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from komet_xl.sheets.cells import Plain

FLOAT = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?", re.ASCII)
DAY_AND_TIME = re.compile(
    r"(?:([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T(?=[0-9])|$))?([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?(Z?)", re.ASCII
)
"""A day, a time or both. Other ways to write them (20150210, 2015-W07-2) and hours from Greenwich are read in as many
ways as there are programs."""
YES = frozenset({"1", "true", "on"})
NO = frozenset({"", "0", "false", "off"})
UNSEEN_HEIGHT = 0.5
"""Points; a row that is less high shows nothing."""
NUMBERS = frozenset({Shown.NUMBER, Shown.TEXT})


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a cell's number can refer to outside its sheet."""

    strings: Callable[[], list[str]]
    shown: list[Shown]
    from_1904: bool


@dataclass(slots=True)
class Raw:
    """A cell as its XML has it."""

    kind: str = "n"
    style: int = 0
    value: str | None = None
    """Text of its v element."""
    formula: str | None = None
    """Text of its f element."""
    text: str | None = None
    """Text of its is element."""


def is_hidden(row: Mapping[str, str]) -> bool:
    """Whether a row with these attributes is not seen, however its file spells that."""
    if row.get("hidden", "0").strip().lower() not in NO:
        return True
    height = row.get("ht", "").strip()
    return FLOAT.fullmatch(height) is not None and float(height) < UNSEEN_HEIGHT


def style(text: str | None) -> int:
    """
    The number of a cell's format out of its attribute.

    Raises:
        ValueError: it is none, so nobody knows whether the cell shows a day or a number.
    """
    number = 0 if text is None else whole(text.strip(BLANKS).removeprefix("+"), -1)
    if number < 0:
        raise ValueError(f"has {text!r:.40} where the number of its format should be")
    return number


def plain(raw: Raw, around: Surroundings) -> Plain:
    """
    The value without the formula; None for a cell that only has a format.

    Raises:
        ValueError: what it holds cannot be read for sure; the message goes on after "the cell A1".
    """
    kind, value = raw.kind, raw.value
    if kind == "n":
        return _number(value, raw.style, around)
    if kind == "s":
        return _shared_string(value, around)
    if kind == "inlineStr" and raw.text is not None:
        return raw.text
    if value is None:
        return None
    if kind in {"str", "inlineStr"}:
        return from_xml(value)
    return _rare(kind, value.strip(BLANKS))


def _number(value: str | None, style: int, around: Surroundings) -> Plain:
    text = "" if value is None else value.strip(BLANKS)
    if not text:
        return None
    if PLAIN_INTEGER.fullmatch(text):
        number: int | float = int(text)
    elif FLOAT.fullmatch(text) and abs(float(text)) != float("inf"):
        number = float(text)
    else:
        raise ValueError(f"holds {text[:40]!r} where a number should be")
    shown = around.shown
    how = shown[style] if style < len(shown) else Shown.NUMBER
    return number if how in NUMBERS else from_serial(number, how, from_1904=around.from_1904)


def _shared_string(value: str | None, around: Surroundings) -> str | None:
    if value is None:
        return None
    strings = around.strings()
    index = whole(value.strip(BLANKS), -1)
    if not 0 <= index < len(strings):
        raise ValueError(f"refers to the text number {value[:20]!r}, which the workbook does not have")
    return strings[index]


def _rare(kind: str, value: str) -> Plain:
    if kind == "e":
        return ErrorValue(value)
    if kind == "b" and value in {"0", "1", "true", "false"}:
        return value in YES
    if kind == "d":
        return _iso(value)
    raise ValueError(f"holds {value[:40]!r}, which cannot be read as its kind {kind[:20]!r}")


def _iso(value: str) -> date | datetime | time:
    match = DAY_AND_TIME.fullmatch(value)
    try:
        if match and match[2]:
            clock = time.fromisoformat(match[2])
            if not match[1]:
                return clock
            day = date.fromisoformat(match[1])
            return day if clock == time() else datetime.combine(day, clock)
        if match and match[1]:
            return date.fromisoformat(match[1])
    except ValueError:
        pass
    raise ValueError(f"holds {value[:40]!r} where a date should be, such as 2015-02-10 or 2015-02-10T09:14:00")
