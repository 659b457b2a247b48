"""What Excel makes of values that are typed into cells, and how it hands values over. Pure."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

from openpyxl.cell.cell import ERROR_CODES
from openpyxl.worksheet.formula import ArrayFormula

from komet_xl.grids.excel.values import ERROR_BASE, ERRORS

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

Raw: TypeAlias = Any
TEXT = "@"
DAY_FORMAT = "m/d/yyyy"
CURRENCY = re.compile(r"[$€£]|_\(")
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", re.ASCII)
ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
CODES = {name: number + ERROR_BASE for number, name in ERRORS.items()}
ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  cells know no time zone


class ComError(Exception):
    """As pywin32 tells of Excel's refusals: number, text, details."""

    def __init__(self, number: int, text: str, words: str = "", inner: int = 0) -> None:
        super().__init__(number, text, (0, "Microsoft Excel", words, None, 0, inner) if words else None, None)


def refusal(words: str) -> ComError:
    """Excel's error 1004."""
    return ComError(-2147352567, "Exception occurred.", words, -2146827284)


def typed(value: Raw, code: str) -> tuple[Raw, str, str]:
    """What the cell then holds, its kind where openpyxl would guess wrong, its new format."""
    if value in ("", "'"):
        return None, "", ""
    if isinstance(value, str):
        return (value.removeprefix("'"), "s", "") if value.startswith("'") or code == TEXT else _typed_text(value)
    if code == TEXT and value is not None and not isinstance(value, bool):
        return str(value) if isinstance(value, date) else f"{value:.15g}", "s", ""
    if isinstance(value, Decimal):
        return float(round(value, 4)), "", "$#,##0.00"
    if isinstance(value, date):
        return value, "", DAY_FORMAT if code == "General" else code
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value, "", ""


def _typed_text(value: str) -> tuple[Raw, str, str]:
    found: tuple[Raw, str, str] = (value, "s", "")
    if NUMBER.fullmatch(value.strip()):
        found = float(value), "", ""
    elif value.upper() in {"TRUE", "FALSE"}:
        found = value.upper() == "TRUE", "", ""
    elif value in ERROR_CODES:
        found = value, "e", ""
    elif ISO.fullmatch(value.strip()):
        found = datetime.fromisoformat(value.strip()), "", DAY_FORMAT
    elif value.startswith("=") and len(value) > 1:
        found = value, "f", ""
    elif value.startswith(("+", "-", "@")):
        raise refusal("There's a problem with this formula.")
    return found


def as_com(value: Raw, code: str, *, is_error: bool) -> Raw:
    if is_error:
        return CODES[value]
    if isinstance(value, time):
        value = datetime.combine(ZERO.date(), value)
    if isinstance(value, timedelta):
        value = ZERO + value
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return round(Decimal(repr(float(value))), 4) if CURRENCY.search(code) else float(value)
    return value


def double(value: Raw) -> Raw:
    if isinstance(value, datetime):
        return (value.replace(tzinfo=None) - ZERO) / timedelta(days=1)
    return value


def formula(cell: Cell | None) -> str:
    if cell is None or cell.value is None:
        return ""
    if isinstance(cell.value, ArrayFormula):
        return str(cell.value.text)
    if isinstance(cell.value, bool):
        return str(cell.value).upper()
    if isinstance(cell.value, int | float):
        return f"{cell.value:.15g}"
    return str(cell.value)
