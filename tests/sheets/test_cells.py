"""What each cell means: every form that is taken and every one that is refused, quoting what was typed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet_xl.sheets import cells
from komet_xl.sheets.cells import ErrorValue, Formula

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.sheets.cells import Cell, Plain

NBSP = "\u00a0"
MOMENT = datetime(2015, 2, 10, 9, 14, tzinfo=UTC)
REFUSED_ANYWHERE = [
    (Formula("=A1", None), "a formula without a result"),
    (ErrorValue("#N/A"), "#N/A"),
    (Formula("=1/0", ErrorValue("#DIV/0!")), "#DIV/0!"),
    (True, "TRUE"),
    (Formula("=1=2", False), "FALSE"),  # noqa: FBT003  a cell's value, not a switch
    (date(2015, 2, 10), "2015-02-10"),
    (time(9, 14), "09:14:00"),
    (timedelta(hours=26), "1 day, 2:00:00"),
    (float("nan"), "nan"),
    (Decimal("NaN"), "NaN"),
    (Decimal("-Infinity"), "Infinity"),
    (float("inf"), "inf"),
    (10**400, "too large"),
]
COMMA = "'1,5' is not a {}; type 1.5, or format the column as Number"


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (5, 5),
        (5.0, 5),
        (Decimal("5.00"), 5),
        (4.999999999999999112, 5),
        (" 5 ", 5),
        ("5.0", 5),
        ("5.", 5),
        ("+5", 5),
        ("00085063", 85063),
        (" 85063 ", 85063),
        (f"{NBSP}85063{NBSP}", 85063),
        (85063.0, 85063),
        (Formula("=A1+1", 7.0), 7),
        (Formula('="8"', "8"), 8),
        (999_999_999_999_999, 999_999_999_999_999),
        ("9007199254740993", 9007199254740993),
        ("1" * 100, int("1" * 100)),
    ],
)
def test_a_whole_number_is_read_in_every_form_a_sheet_gives_it(cell: Cell, meant: int) -> None:
    assert cells.whole(cell) == meant


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        *REFUSED_ANYWHERE,
        (None, "is blank"),
        ("", "is blank"),
        ("  ", "is blank"),
        ("1e3", "'1e3' is not a whole number"),
        ("\uff11\uff12", "'\uff11\uff12' is not a whole number"),
        ("1_000", "'1_000' is not a whole number"),
        ("1,5", COMMA.format("whole number")),
        ("1,000", "type 1.000"),
        ("12\u00a0345", "is not a whole number"),
        ("True", "'True' is not a whole number"),
        ("5.5", "'5.5' is not a whole number"),
        ("0x10", "'0x10' is not a whole number"),
        (5.5, "5.5 is not a whole number"),
        (0, "0 is less than 1"),
        ("-5", "-5 is less than 1"),
        (-3.0, "-3 is less than 1"),
        (1_000_000_000_000_000, "more than 15 digits"),
        (1e300, "more than 15 digits"),
        ("1" * 101, "more than 100 digits"),
        ("x" * 50, f"'{'x' * 40}…' is not a whole number"),
    ],
)
def test_what_is_no_whole_number_is_refused_and_quoted(cell: Cell, complaint: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the text is looked at below, without a pattern's escapes
        cells.whole(cell)
    assert complaint in str(refused.value)


def test_a_whole_number_may_have_a_largest_value() -> None:
    assert cells.whole(9_999_999_999, at_most=cells.LARGEST_BOXES) == 9_999_999_999
    with pytest.raises(ValueError, match=r"^10000000000 is more than 9,999,999,999$"):
        cells.whole("10000000000", at_most=cells.LARGEST_BOXES)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (1.1000000000000001, "1.10"),
        (2.5, "2.50"),
        (Decimal("2.500"), "2.50"),
        (3, "3.00"),
        (0, "0.00"),
        (-0.0, "0.00"),
        ("-0", "0.00"),
        ("2.50", "2.50"),
        (" 2.5 ", "2.50"),
        ("2.500", "2.50"),
        ("2.", "2.00"),
        ("+2.5", "2.50"),
        ("007.5", "7.50"),
        (0.1 + 0.2, "0.30"),
        (Formula("=1.1*1.1", 1.21), "1.21"),
        (99_999_999.99, "99999999.99"),
    ],
)
def test_a_price_has_exactly_two_decimals(cell: Cell, meant: str) -> None:
    assert str(cells.price(cell)) == meant


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        *REFUSED_ANYWHERE,
        (None, "is blank"),
        ("", "is blank"),
        (" \t", "is blank"),
        ("1,5", COMMA.format("price")),
        ("1e3", "'1e3' is not a price"),
        ("$2.50", "'$2.50' is not a price"),
        (".5", "'.5' is not a price"),
        ("\uff12.5", "is not a price"),
        ("1.234,50", "'1.234,50' is not a price"),
        (2.505, "2.505 has more than two decimals"),
        ("2.505", "2.505 has more than two decimals"),
        ("2." + "0" * 60 + "1", "has more than two decimals"),
        (1.005, "1.005 has more than two decimals"),
        (-0.01, "-0.01 is less than 0"),
        ("-2", "-2 is less than 0"),
        (100_000_000, "100000000 is more than 99,999,999.99"),
        ("9" * 60, "is more than 99,999,999.99"),
    ],
)
def test_what_is_no_price_is_refused_and_quoted(cell: Cell, complaint: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the text is looked at below, without a pattern's escapes
        cells.price(cell)
    assert complaint in str(refused.value)


@given(st.decimals(min_value=0, max_value=99_999_999, places=4))
def test_a_price_is_never_rounded(amount: Decimal) -> None:
    exact = amount == amount.quantize(Decimal("0.01"))
    for cell in (str(amount), float(amount)):
        if exact:
            assert cells.price(cell) == amount
        else:
            with pytest.raises(ValueError, match="more than two decimals"):
                cells.price(cell)


@given(st.integers(-(10**15) + 1, 10**15 - 1), st.integers(-15, 0))
def test_a_number_of_fifteen_digits_means_what_was_typed(digits: int, exponent: int) -> None:
    typed = Decimal(digits).scaleb(exponent)
    assert cells.number(float(typed)) == typed
    assert Decimal(cells.plain_number(cells.number(float(typed)))) == typed


def answer(convert: Callable[[Cell], object], cell: Cell) -> object:
    """What a converter gives, or the words of its refusal in a list."""
    try:
        return convert(cell)
    except ValueError as refused:
        return [str(refused)]


@given(st.one_of(st.none(), st.text(), st.integers(), st.floats(), st.booleans(), st.dates(), st.decimals()))
def test_every_cell_is_either_read_or_refused_in_a_sentence(cell: Plain) -> None:
    for convert in (cells.whole, cells.price, cells.text, cells.mark_code, cells.day):
        assert answer(convert, cell) != [""]


@pytest.mark.parametrize(
    ("cell", "meant"),
    [
        (None, ""),
        ("", ""),
        (" AB 12 ", "AB 12"),
        (12, "12"),
        (12.0, "12"),
        (12.5, "12.5"),
        (0.1, "0.1"),
        (1e14, "100000000000000"),
        ("00123", "00123"),
        (Formula("=A1", "x"), "x"),
    ],
)
def test_a_text_is_what_a_person_sees(cell: Cell, meant: str) -> None:
    assert cells.text(cell) == meant


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [*REFUSED_ANYWHERE, (1e15, "more than 15 digits")],
)
def test_what_is_no_text_is_refused(cell: Cell, complaint: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the text is looked at below, without a pattern's escapes
        cells.text(cell)
    assert complaint in str(refused.value) or isinstance(cell, Decimal)


def test_a_mark_code_has_at_most_twenty_characters_in_one_spelling() -> None:
    assert cells.mark_code("  Cafe\u0301 ") == "Caf\u00e9"
    assert cells.mark_code("é" * 20) == "é" * 20
    assert cells.mark_code("e\u0301" * 20) == "é" * 20
    assert cells.mark_code(None) == ""
    assert cells.mark_code(4711.0) == "4711"
    with pytest.raises(ValueError, match=r"^'x{21}' has 21 characters, at most 20 are allowed$"):
        cells.mark_code("x" * 21)


@pytest.mark.parametrize("bad", ["a\nb", "a\tb", "a\x00b", "a\ud800b"])
def test_a_mark_code_without_a_printable_form_is_refused(bad: str) -> None:
    with pytest.raises(ValueError, match="cannot be printed"):
        cells.mark_code(bad)


@pytest.mark.parametrize("cell", [date(2015, 2, 10), MOMENT, "2015-02-10", " 2015-02-10 ", Formula("=A1", MOMENT)])
def test_a_day_is_a_date_cell_or_plain_text(cell: Cell) -> None:
    assert cells.day(cell) == date(2015, 2, 10)


@pytest.mark.parametrize(
    ("cell", "complaint"),
    [
        (None, "is blank"),
        ("2015-02-30", "'2015-02-30' is not a date; type it as a date or 2015-02-10"),
        ("10.02.2015", "'10.02.2015' is not a date"),
        ("\uff12015-02-10", "is not a date"),
        (42045, "42045 is not a date"),
        (time(9, 14), "09:14:00 is not a date"),
        (True, "TRUE is not a date"),
        (ErrorValue("#REF!"), "#REF!"),
    ],
)
def test_what_is_no_day_is_refused_and_quoted(cell: Cell, complaint: str) -> None:
    with pytest.raises(ValueError) as refused:  # noqa: PT011  the text is looked at below, without a pattern's escapes
        cells.day(cell)
    assert complaint in str(refused.value)


@pytest.mark.parametrize(
    ("cell", "blank"),
    [
        (None, True),
        ("", True),
        (" \n", True),
        (NBSP, True),
        (Formula('=""', ""), True),
        (Formula("=A1", None), False),
        (0, False),
        (False, False),
        (ErrorValue("#N/A"), False),
    ],
)
def test_a_cell_is_blank_when_a_person_sees_nothing_there(cell: Cell, blank: bool) -> None:  # noqa: FBT001  a table's column
    assert cells.is_blank(cell) is blank


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        (None, "nothing"),
        (True, "TRUE"),
        (ErrorValue("#N/A"), "#N/A"),
        (1e20, "100000000000000000000"),
        (1.50, "1.5"),
        (100, "100"),
        ("x", "'x'"),
        (date(2015, 2, 10), "2015-02-10"),
    ],
)
def test_a_message_quotes_a_cell_as_a_person_knows_it(value: Plain, quoted: str) -> None:
    assert cells.shown(value) == quoted


@pytest.mark.parametrize("convert", [cells.whole, cells.price, cells.text, cells.day])
def test_a_formula_that_was_never_calculated_says_what_to_do(convert: Callable[[Cell], object]) -> None:
    with pytest.raises(ValueError, match=r"^a formula without a result; open and save the file in Excel once$"):
        convert(Formula("=B2*2", None))
