"""Results in types and lengths that Excel takes out of a function."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from komet_xl.addin import results

if TYPE_CHECKING:
    from komet_xl.sheets.prebooks import Value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        ("text", "text"),
        ("=cmd|' /C calc'!A0", "=cmd|' /C calc'!A0"),
        (7, 7.0),
        (Decimal("1250.50"), 1250.5),
        (999_999_999_999_999, 999_999_999_999_999.0),
        ("9007199254740993", "9007199254740993"),
        (date(2015, 2, 10), datetime(2015, 2, 10)),  # noqa: DTZ001  a day has no time zone
        (date(1899, 12, 31), "1899-12-31"),
    ],
)
def test_a_value_is_of_a_type_that_excel_takes(value: Value, shown: object) -> None:
    assert results.cell(value) == shown
    assert type(results.cell(value)) in (float, str, datetime)


def test_long_texts_are_cut_where_excel_would_give_up() -> None:
    assert len(str(results.cell("x" * 40_000))) == 32_767
    [[cut, whole]] = results.array([("x" * 256, "x" * 255)])

    assert cut == "x" * 254 + "…"
    assert whole == "x" * 255


def test_a_failure_is_one_line_of_at_most_255_characters() -> None:
    assert results.failure("no way:\n  it is closed.") == "#KOMET: no way: it is closed"
    assert len(results.failure("long " * 200)) == 255
