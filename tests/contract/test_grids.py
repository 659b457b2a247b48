"""What every adapter of the grid port does, whatever lies behind it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook

from komet_xl.errors import SheetError, SheetMissingError
from komet_xl.grids.excel import ExcelBook
from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.memory import MemoryBook
from komet_xl.grids.xlsx import new_book, open_book
from komet_xl.sheets.cells import Formula
from tests.support.unoengine import CalcPages, calc_office
from tests.support.xlengine import World, install

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.grids.grid import Book, Grid, Value
    from komet_xl.sheets.cells import Cell

__all__ = ["calc_office"]
COLUMNS = [
    Column("prebookId", Kind.ID),
    Column("boxes", Kind.COUNT),
    Column("price", Kind.MONEY),
    Column("truckDate", Kind.DATE),
    Column("markCode", Kind.TEXT, width=20),
]
HEADINGS = [column.heading for column in COLUMNS]


def memory(folder: Path, _request: pytest.FixtureRequest) -> Book:
    return MemoryBook(where=str(folder / "book.xlsx"))


def xlsx(folder: Path, _request: pytest.FixtureRequest) -> Book:
    return new_book(folder / "book.xlsx")


def xlsx_saved(folder: Path, _request: pytest.FixtureRequest) -> Book:
    """A book that comes from a file, with a sheet of somebody else in it."""
    book = new_book(folder / "book.xlsx")
    book.add("other", COLUMNS)
    book.save()
    return open_book(folder / "book.xlsx")


def excel(_folder: Path, _request: pytest.FixtureRequest) -> Book:
    """A workbook that is open in Excel and was never saved."""
    world = World()
    install(world)
    return ExcelBook(world.new())


def excel_saved(folder: Path, request: pytest.FixtureRequest) -> Book:
    """One that Excel has opened from a file, with a sheet of somebody else in it."""
    xlsx_saved(folder, request)
    world = World()
    install(world)
    return ExcelBook(world.open(folder / "book.xlsx"))


def calc(folder: Path, request: pytest.FixtureRequest) -> Book:
    """The same adapter with a live LibreOffice in the place of Excel."""
    world = World()
    install(world)
    xlsx_saved(folder, request)
    return ExcelBook(world.open(folder / "book.xlsx", live(folder / "book.xlsx", request)))


def live(path: Path, request: pytest.FixtureRequest) -> CalcPages:
    cells = CalcPages(request.getfixturevalue("calc_office"), path)
    request.addfinalizer(cells.close)
    return cells


LIVE = pytest.param(calc, marks=pytest.mark.office, id="excel-live")


@pytest.fixture(
    params=[memory, xlsx, xlsx_saved, excel, excel_saved, LIVE],
    ids=["memory", "xlsx", "xlsx-saved", "excel", "excel-saved", None],
)
def book(request: pytest.FixtureRequest, tmp_path: Path) -> Book:
    make: Callable[[Path, pytest.FixtureRequest], Book] = request.param
    return make(tmp_path, request)


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


# ------------------------------------------------------------------------------------------ rows that are replaced

PULLED = ["prebookId", "boxes", "note", "twice"]
ROWS: list[list[Cell]] = [
    PULLED,
    [1, 10, "one", Formula("=B2*2", None)],
    [2, 20, None, Formula("=B3*2+SUM(B$2:B2)", None)],
    [3, 30, "three", Formula('=$B$1&B4&"B4"&other!B4', None)],
    [4, 40, "four", Formula("=1+1", None)],
]


def memory_sheet(folder: Path, rows: list[list[Cell]], hidden: set[int]) -> Book:
    return MemoryBook({"prebooks": rows}, where=str(folder / "made.xlsx"), hidden={"prebooks": hidden})


def xlsx_sheet(folder: Path, rows: list[list[Cell]], hidden: set[int]) -> Book:
    made = Workbook()
    page = made.active
    assert page is not None
    page.title = "prebooks"
    for row in rows:
        page.append([cell.text if isinstance(cell, Formula) else cell for cell in row])
    for number in hidden:
        page.row_dimensions[number].hidden = True
    made.save(folder / "made.xlsx")
    return open_book(folder / "made.xlsx")


def excel_sheet(folder: Path, rows: list[list[Cell]], hidden: set[int]) -> Book:
    xlsx_sheet(folder, rows, hidden)
    world = World()
    install(world)
    return ExcelBook(world.open(folder / "made.xlsx"))


@pytest.fixture(
    params=[memory_sheet, xlsx_sheet, excel_sheet, pytest.param("live", marks=pytest.mark.office, id="excel-live")],
    ids=["memory", "xlsx", "excel", None],
)
def pulled(request: pytest.FixtureRequest, tmp_path: Path) -> Book:
    """A book with a sheet "prebooks" as a pull and a person have left it; its row 4 is hidden."""
    if request.param == "live":
        xlsx_sheet(tmp_path, ROWS, {4})
        made = load_workbook(tmp_path / "made.xlsx")
        made.create_sheet("other")  # LibreOffice changes the name of a sheet that there is not
        made.save(tmp_path / "made.xlsx")
        world = World()
        install(world)
        return ExcelBook(world.open(tmp_path / "made.xlsx", live(tmp_path / "made.xlsx", request)))
    make: Callable[[Path, list[list[Cell]], set[int]], Book] = request.param
    return make(tmp_path, ROWS, {4})


def shown(grid: Grid) -> list[list[object]]:
    """The sheet with the text of each formula."""
    return [[cell.text if isinstance(cell, Formula) else cell for cell in row] for row in grid.read()]


def both(book: Book) -> list[list[object]]:
    """The sheet, after making sure that saving changes nothing of what is read."""
    before = shown(book.grid("prebooks"))
    book.save()
    assert shown(book.grid("prebooks")) == before
    return before


def test_replaced_rows_take_along_what_else_stood_in_the_row_they_continue(pulled: Book) -> None:
    pulled.grid("prebooks").replace(1, [1, 2], [[3, 31], [9, 90], [1, 11], [2, 21]], [4, None, 2, 3])

    assert both(pulled) == [
        PULLED,
        [3, 31, "three", '=$B$1&B2&"B4"&other!B4'],
        [9, 90],
        [1, 11, "one", "=B4*2"],
        [2, 21, None, "=B5*2+SUM(B$2:B4)"],
    ]


def test_rows_that_nobody_names_go_with_all_that_stood_in_them(pulled: Book) -> None:
    pulled.grid("prebooks").replace(1, [1, 2], [[4, 41]], [5])

    assert both(pulled) == [PULLED, [4, 41, "four", "=1+1"]]
    assert pulled.grid("prebooks").hidden_rows() == frozenset()


def test_no_rows_leave_the_headings_only(pulled: Book) -> None:
    pulled.grid("prebooks").replace(1, [1, 2], [], [])

    assert both(pulled) == [PULLED]


def test_a_hidden_row_stays_hidden_where_it_goes_on(pulled: Book) -> None:
    pulled.grid("prebooks").replace(1, [1, 2], [[1, 10], [4, 40], [3, 30]], [2, 5, 4])

    assert pulled.grid("prebooks").hidden_rows() == {4}
    pulled.grid("prebooks").replace(1, [1, 2], [[3, 30], [1, 10]], [4, 2])
    assert pulled.grid("prebooks").hidden_rows() == {2}
    pulled.save()
    assert pulled.grid("prebooks").hidden_rows() == {2}


def test_a_formula_that_every_row_has_goes_on_in_new_rows(pulled: Book) -> None:
    grid = pulled.grid("prebooks")
    grid.replace(1, [1, 2], [[1, 10]], [2])

    grid.replace(1, [1, 2], [[8, 80], [1, 10], [9, 90]], [None, 2, None])

    assert both(pulled) == [PULLED, [8, 80, None, "=B2*2"], [1, 10, "one", "=B3*2"], [9, 90, None, "=B4*2"]]


def test_a_new_row_is_seen_also_where_a_blank_row_was_hidden(pulled: Book) -> None:
    grid = pulled.grid("prebooks")
    grid.write({(row, column): None for row in (4, 5) for column in (1, 2, 3, 4)})
    pulled.save()

    grid.replace(1, [1, 2], [[2, 20], [1, 10], [8, 80]], [3, 2, None])

    assert grid.hidden_rows() == frozenset()


def test_columns_may_stand_in_any_order_and_beyond_the_last_one(pulled: Book) -> None:
    pulled.grid("prebooks").replace(1, [6, 1], [["blue", 1], [None, 8]], [2, None])

    assert both(pulled) == [PULLED, [1, 10, "one", "=B2*2", None, "blue"], [8]]


def test_a_replaced_value_takes_the_place_of_a_formula_and_none_empties_a_cell(pulled: Book) -> None:
    pulled.grid("prebooks").replace(1, [1, 2, 4], [[1, None, Decimal("2.50")], [2, "=1+1", "-"]], [2, 3])

    assert both(pulled) == [PULLED, [1, None, "one", 2.5], [2, "=1+1", None, "-"]]


def test_what_stands_above_the_headings_stays(book: Book) -> None:
    grid = book.add("prebooks", [])
    grid.write({(1, 1): "Truck of Tuesday", (3, 1): "prebookId", (3, 2): "note", (4, 1): 1, (4, 2): "one", (5, 1): 2})

    grid.replace(3, [1], [[2], [1]], [5, 4])

    assert both(book) == [["Truck of Tuesday"], [], ["prebookId", "note"], [2], [1, "one"]]


def test_a_new_sheet_is_filled_at_once(book: Book) -> None:
    day = date(2026, 2, 10)
    grid = book.add("prebooks", COLUMNS)

    grid.replace(1, [1, 2, 3, 4, 5], [[85063, 5, Decimal("1.25"), day, "A 1"]] * 3, [None] * 3)

    assert both(book) == [HEADINGS, *[[85063, 5, 1.25, day, "A 1"]] * 3]


def test_writes_before_and_after_a_replacement_count(pulled: Book) -> None:
    grid = pulled.grid("prebooks")
    grid.write({(3, 3): "two", (1, 5): "more"})
    grid.replace(1, [1, 2], [[2, 20], [1, 10]], [3, 2])
    grid.write({(2, 5): "late"})

    assert both(pulled) == [[*PULLED, "more"], [2, 20, "two", "=B2*2+SUM(B$2:B1)", "late"], [1, 10, "one", "=B3*2"]]


def test_rows_are_replaced_again_and_again(pulled: Book) -> None:
    grid = pulled.grid("prebooks")
    grid.replace(1, [1, 2], [[3, 30], [1, 10]], [4, 2])
    grid.replace(1, [1, 2], [[1, 11]], [3])
    pulled.save()
    pulled.grid("prebooks").replace(1, [1, 2], [[8, 80], [1, 12]], [None, 2])

    assert both(pulled) == [PULLED, [8, 80, None, "=B2*2"], [1, 12, "one", "=B3*2"]]


@pytest.mark.parametrize("value", [10**15, Decimal("NaN"), True, datetime(2026, 1, 1, 12, tzinfo=UTC)], ids=str)
def test_a_value_that_no_cell_keeps_replaces_nothing(pulled: Book, value: Value) -> None:
    before = shown(pulled.grid("prebooks"))

    with pytest.raises(ValueError, match=r"."):
        pulled.grid("prebooks").replace(1, [1, 2], [[1, 2], [3, value]], [3, 2])

    assert shown(pulled.grid("prebooks")) == before


# --------------------------------------------------------------------------------------------------------- copies


def opened(book: Book, where: str) -> Book:
    """The copy of that name."""
    if isinstance(book, MemoryBook):
        return MemoryBook(book.copies[where], where=where)
    return open_book(Path(where))


def test_a_copy_has_all_that_was_written_and_the_book_stays_as_it_is(pulled: Book, tmp_path: Path) -> None:
    pulled.grid("prebooks").write({(2, 3): "changed"})

    where = pulled.save_copy("before pull")

    assert where == str(tmp_path / "made.before pull.xlsx")
    assert opened(pulled, where).grid("prebooks").read()[1][2] == "changed"
    saved = (
        pulled.saved["prebooks"]
        if isinstance(pulled, MemoryBook)
        else open_book(Path(pulled.where)).grid("prebooks").read()
    )
    assert saved[1][2] == "one"
    pulled.save()
    assert pulled.grid("prebooks").read()[1][2] == "changed"


def test_a_copy_keeps_what_is_changed_afterwards(pulled: Book) -> None:
    where = pulled.save_copy("before pull")
    pulled.grid("prebooks").replace(1, [1, 2], [], [])
    pulled.save()

    assert shown(opened(pulled, where).grid("prebooks")) == shown(memory_sheet(Path(), ROWS, set()).grid("prebooks"))


def test_a_second_copy_gets_a_name_of_its_own(pulled: Book, tmp_path: Path) -> None:
    names = [pulled.save_copy("results") for _ in range(3)]

    assert names == [
        str(tmp_path / each) for each in ("made.results.xlsx", "made.results 2.xlsx", "made.results 3.xlsx")
    ]
