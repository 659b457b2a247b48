"""What a written value becomes in a cell, and text on its way into and out of the XML. Pure."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from komet_xl.grids.grid import Value

LONGEST = 32_767
"""UTF-16 units that a cell can hold."""
CUT = "…[cut]"
EXACT = 10**15
"""Whole numbers below this are kept to the digit."""
FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPED = re.compile("_x([0-9A-Fa-f]{4})_")
LOOKS_ESCAPED = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
RISKY = ("=", "+", "-", "@", "\t", "\r")
"""First characters with which a spreadsheet may take text for a formula when it is edited or exported."""
BLANKS = " \t\r\n"
"""What XML takes for a blank: at an end of a text it is lost unless the file says otherwise."""
PLAIN_INTEGER = re.compile(r"-?[0-9]{1,15}", re.ASCII)


def clean(text: str) -> str:
    """Text as a cell can hold it: forbidden characters become U+FFFD, and what is too long is cut with a mark."""
    if not (text.isprintable() and text.isascii()):
        text = FORBIDDEN.sub("\ufffd", text)
    if len(text) <= LONGEST // 2:
        return text
    units = text.encode("utf-16-le")
    if len(units) <= 2 * LONGEST:
        return text
    kept = units[: 2 * (LONGEST - len(CUT))]
    return kept.decode("utf-16-le", "ignore") + CUT  # "ignore" drops half a surrogate pair


def landed(value: Value) -> str | int | float | date | None:
    """
    The value as it will read back: clean text, a number as the file's digits give it, a day.

    An empty text empties the cell, as it does in a spreadsheet program.

    Raises:
        ValueError: a boolean, a time of day, a number that a spreadsheet cannot keep to the digit.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return clean(value)
    if type(value) is int and -EXACT < value < EXACT:
        return value
    if isinstance(value, date):
        if isinstance(value, datetime):
            raise ValueError("a cell is written as a calendar day, not as a time")  # noqa: TRY004  documented
        return value
    return number(digits(value))


def digits(value: int | Decimal) -> str:
    """Exact digits in plain notation. Raises ValueError beyond 15 digits before the point, for NaN and booleans."""
    if type(value) is int and -EXACT < value < EXACT:
        return str(value)
    if isinstance(value, bool):
        raise ValueError("a boolean is not written as a number")  # noqa: TRY004  documented
    exact = Decimal(value)
    if not exact.is_finite() or (exact and exact.adjusted() > 14):
        raise ValueError(f"{value} has more than 15 digits: write it as text")
    return format(exact, "f")


def number(text: str) -> int | float:
    """A number cell's text: int for up to 15 plain digits, else float."""
    if PLAIN_INTEGER.fullmatch(text):
        return int(text)
    return float(text)


def to_xml(text: str) -> bytes:
    """Clean text as it stands between <t> and </t>."""
    return escaped(text).encode()


def escaped(text: str) -> str:
    """The same as text."""
    if "_" in text:
        text = LOOKS_ESCAPED.sub("_x005F_", text)
    return as_text(text)


def quoted(value: str) -> str:
    """An attribute's value in its quotes."""
    text = as_text(value).replace('"', "&quot;")
    return '"' + text.replace("\t", "&#9;").replace("\n", "&#10;") + '"'


def as_text(text: str) -> str:
    """Characters of an element. The standard library's `escape` does the same and loads half a web client with it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#13;")


def from_xml(text: str) -> str:
    """Text with its _xHHHH_ escapes read; half a surrogate pair becomes U+FFFD."""
    if "_x" not in text:
        return text
    text = ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
