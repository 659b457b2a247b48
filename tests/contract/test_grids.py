"""What every adapter of the grid port does, whatever lies behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import SheetError, SheetMissingError
from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.memory import MemoryBook
from komet_xl.grids.xlsx import new_book, open_book

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from komet_xl.grids.grid import Book, Value

COLUMNS = [
    Column("prebookId", Kind.ID),
    Column("boxes", Kind.COUNT),
    Column("price", Kind.MONEY),
    Column("truckDate", Kind.DATE),
    Column("markCode", Kind.TEXT, width=20),
]
HEADINGS = [column.heading for column in COLUMNS]


def memory(_: Path) -> Book:
    return MemoryBook()


def xlsx(folder: Path) -> Book:
    return new_book(folder / "book.xlsx")


def xlsx_saved(folder: Path) -> Book:
    """A book that comes from a file, with a sheet of somebody else in it."""
    book = new_book(folder / "book.xlsx")
    book.add("other", COLUMNS)
    book.save()
    return open_book(folder / "book.xlsx")


@pytest.fixture(params=[memory, xlsx, xlsx_saved], ids=["memory", "xlsx", "xlsx-saved"])
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Book:
    make: Callable[[Path], Book] = request.param
    return make(tmp_path)


def test_a_new_sheet_has_its_headings_in_row_1(book: Book) -> None:
    grid = book.add("orders", COLUMNS)

    assert grid.name == "orders"
    assert grid.read() == [HEADINGS]
    assert grid.hidden_rows() == frozenset()


def test_a_grid_reads_back_what_was_written_before_and_after_saving(book: Book) -> None:
    grid = book.add("orders", COLUMNS)
    day = date(2026, 2, 10)

    grid.write({(2, 1): 85063, (2, 2): 0, (2, 3): Decimal("1.25"), (2, 4): day, (2, 5): "A 1"})
    before = grid.read()
    book.save()

    assert before == [HEADINGS, [85063, 0, 1.25, day, "A 1"]]
    assert book.grid("orders").read() == grid.read() == before


def test_writes_add_up_and_the_later_one_wins(book: Book) -> None:
    grid = book.add("orders", COLUMNS)
    grid.write({(2, 1): 1, (2, 2): 2})
    grid.write({(2, 2): 3})
    assert grid.read()[1] == [1, 3]

    book.save()
    grid.write({(2, 1): 4})
    book.save()

    assert book.grid("orders").read()[1] == [4, 3]


def test_none_and_an_empty_text_empty_a_cell_and_rows_shrink_with_it(book: Book) -> None:
    grid = book.add("orders", COLUMNS)
    grid.write({(2, 1): 1, (2, 5): "x", (4, 1): 9})
    book.save()

    grid.write({(2, 5): None, (4, 1): ""})

    assert grid.read() == [HEADINGS, [1]]
    book.save()
    assert grid.read() == [HEADINGS, [1]]


def test_blank_rows_and_cells_in_between_are_there(book: Book) -> None:
    grid = book.add("orders", COLUMNS)
    grid.write({(4, 3): "x"})
    assert grid.read() == [HEADINGS, [], [], [None, None, "x"]]


@pytest.mark.parametrize(
    "text",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\tx",
        "#N/A",
        "_x0041_",
        "TRUE",
        "1e3",
        "00123",
        "2026-01-01",
        " x ",
        "a\nb",
        "💐",
        "'",
    ],
)
def test_a_text_stays_that_text(book: Book, text: str) -> None:
    grid = book.add("orders", [])
    grid.write({(1, 1): text})
    book.save()
    assert grid.read() == [[text]]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a\x00b\x1f", "a\ufffdb\ufffd"),
        ("\ud800x", "\ufffdx"),
        ("\ufffe\uffff", "\ufffd\ufffd"),
        ("x" * 32_767, "x" * 32_767),
        ("x" * 40_000, "x" * 32_761 + "…[cut]"),
        ("💐" * 20_000, "💐" * 16_380 + "…[cut]"),
    ],
    ids=["controls", "half a pair", "no characters", "longest", "too long", "too long in pairs"],
)
def test_what_a_cell_cannot_hold_is_replaced_or_cut_with_a_mark(book: Book, written: str, read: str) -> None:
    grid = book.add("orders", [])
    grid.write({(1, 1): written})
    before = grid.read()
    book.save()
    assert before == grid.read() == [[read]]


@pytest.mark.parametrize(
    ("number", "read"),
    [
        (999_999_999_999_999, 999_999_999_999_999),
        (-1, -1),
        (Decimal("0.10"), 0.1),
        (Decimal("1E+3"), 1000),
        (Decimal("1E-7"), 1e-7),
        (Decimal("99999999.99"), 99999999.99),
    ],
)
def test_a_number_reads_back_as_that_number(book: Book, number: int | Decimal, read: float) -> None:
    grid = book.add("orders", [])
    grid.write({(1, 1): number})
    book.save()
    assert grid.read() == [[read]]
    assert type(grid.read()[0][0]) is type(read)


@pytest.mark.parametrize(
    "value",
    [10**15, Decimal("1E15"), Decimal("NaN"), Decimal("Infinity"), True, datetime(2026, 1, 1, 12, tzinfo=UTC)],
    ids=str,
)
def test_what_no_spreadsheet_keeps_to_the_digit_is_the_callers_mistake_and_nothing_is_written(
    book: Book, value: Value
) -> None:
    grid = book.add("orders", COLUMNS)
    with pytest.raises(ValueError, match=r"."):
        grid.write({(2, 1): "kept?", (2, 2): value})
    assert grid.read() == [HEADINGS]


@pytest.mark.parametrize("place", [(0, 1), (1, 0), (-1, 1)])
def test_rows_and_columns_are_counted_from_1(book: Book, place: tuple[int, int]) -> None:
    grid = book.add("orders", COLUMNS)
    with pytest.raises(ValueError, match=r"."):
        grid.write({place: 1})
    assert grid.read() == [HEADINGS]


def test_a_sheet_is_found_whatever_the_case(book: Book) -> None:
    book.add("Orders", COLUMNS)
    assert book.has("ORDERS")
    assert book.grid("orders").name == "Orders"


def test_a_missing_sheet_is_named_together_with_those_there_are(book: Book) -> None:
    book.add("Prebooks", COLUMNS)
    assert not book.has("orders")
    with pytest.raises(SheetMissingError, match=r'"orders".*Prebooks'):
        book.grid("orders")


@pytest.mark.parametrize("name", ["", "a" * 32, "a/b", "a\\b", "a?b", "a*b", "a:b", "a[b", "a]b"])
def test_a_name_that_no_sheet_can_have_is_refused(book: Book, name: str) -> None:
    with pytest.raises(SheetError, match="name"):
        book.add(name, COLUMNS)
    assert not book.has(name)


def test_a_name_is_not_given_twice(book: Book) -> None:
    book.add("orders", COLUMNS)
    with pytest.raises(SheetError, match="already"):
        book.add("ORDERS", COLUMNS)


def test_a_fresh_book_can_be_written(book: Book) -> None:
    book.add("orders", COLUMNS)
    book.ensure_writable()
    book.save()
    book.ensure_writable()
    assert book.has("orders")


def test_where_names_the_book(book: Book) -> None:
    assert book.where
