"""What a formula shows, in types and lengths that Excel takes out of a function. Pure.

Excel gives up a whole array for one text of more than 255 characters, keeps 15 digits of a number, and takes a
Decimal for its own currency type, which rounds. So numbers are floats, long ids are text already, texts are cut, and
nothing is "".
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeAlias

from komet_xl.lookup import FAILURE

if TYPE_CHECKING:
    from komet_xl.day import Rows
    from komet_xl.sheets.prebooks import Value

LONGEST: Final = 255
"""Characters of a text in an array, and of a sentence that tells a failure."""
LONGEST_ALONE: Final = 32_767
"""Characters of a text that is a cell's only value."""
FIRST_YEAR: Final = 1900

Shown: TypeAlias = "float | str | datetime"
"""One cell of a result."""
Array: TypeAlias = "list[list[Shown]]"


def cell(value: Value, longest: int = LONGEST_ALONE) -> Shown:
    """One value as Excel takes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return cut(value, longest)
    if isinstance(value, int | Decimal):
        return float(value)
    if value.year < FIRST_YEAR:
        return str(value)  # Excel has no such dates
    return datetime(value.year, value.month, value.day)  # noqa: DTZ001  a day has no time zone, and Excel knows none


def array(rows: Rows) -> Array:
    """Rows as Excel takes them: all of one length, never none."""
    return [[cell(value, LONGEST) for value in row] for row in rows]


def failure(sentence: str) -> str:
    """Why there is no value, in a cell."""
    return cut(FAILURE + " ".join(sentence.split()).rstrip("."), LONGEST)


def cut(text: str, longest: int) -> str:
    """A text that fits, with an ellipsis where something is missing."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
