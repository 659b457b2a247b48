"""Rows replaced in an open workbook: what Excel moves, what goes along, what is refused, how many calls it takes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.table import Table

from komet_xl.errors import SheetError
from komet_xl.grids.excel import ExcelBook
from komet_xl.grids.memory import MemoryBook
from komet_xl.sheets.cells import Formula
from tests.grids.test_excel import opened, pulled, world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

    from komet_xl.sheets.cells import Cell
    from tests.support.xlengine import World

__all__ = ["world"]


def test_formats_comments_and_heights_go_along_with_their_row(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        page["C3"].fill = PatternFill("solid", fgColor="FFFF0000")
        page["C3"].comment = Comment("ask Ana", "me")
        page.row_dimensions[3].height = 40

    book = opened(world, tmp_path / "made.xlsx", make)
    ExcelBook(book).grid("prebooks").replace(1, [1, 2], [[2, 20], [9, 90], [1, 10], [4, 40]], [3, None, 2, 5])

    page = book.impl.cells.book["prebooks"]
    assert [page.cell(row, 3).value for row in range(2, 6)] == ["two", None, "one", "four"]
    assert [page.cell(row, 3).fill.fgColor.rgb for row in range(2, 6)] == ["FFFF0000", *["00000000"] * 3]
    assert page["C2"].comment.text == "ask Ana"
    assert page.row_dimensions[2].height == 40
    assert page.max_row == 5


def test_rows_that_keep_their_order_are_moved_a_stretch_at_a_time(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        page.append(["prebookId", "boxes", "note"])
        for number in range(2, 1_002):
            page.append([number, 1, f"note {number}"])

    book = opened(world, tmp_path / "made.xlsx", make)
    origins: list[int | None] = [row for row in range(2, 1_002) if row not in {100, 500}]
    origins.insert(300, None)
    world.calls.clear()

    ExcelBook(book).grid("prebooks").replace(1, [1, 2], [[row, 1] for row in origins], origins)

    assert world.calls["copy"] <= 6
    assert world.calls["write"] == 1
    notes = [row[2] if len(row) > 2 else None for row in ExcelBook(book).grid("prebooks").read()[1:]]
    assert notes == [None if row is None else f"note {row}" for row in origins]


def test_the_same_rows_again_move_nothing(world: World, tmp_path: Path) -> None:
    book = opened(world, tmp_path / "made.xlsx", pulled)
    book.impl.cells.set_hidden("prebooks", range(3, 4), hidden=True)
    book.sheets["prebooks"].api.FilterMode = True
    world.calls.clear()

    ExcelBook(book).grid("prebooks").replace(1, [1, 2], [[n, n] for n in (1, 2, 3, 4)], [2, 3, 4, 5])

    assert (world.calls["copy"], world.calls["hide"], world.calls["write"]) == (0, 0, 1)
    assert book.impl.cells.hidden("prebooks") == {3}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda book, _page: setattr(book.sheets["prebooks"].api, "FilterMode", True), "a filter hides rows"),
        (lambda _book, page: page.merge_cells("A3:B4"), "has merged cells below its headings"),
        (lambda _book, page: page.__setitem__("D3", ArrayFormula("D3:D4", "=A3:A4")), "an array formula stands"),
        (lambda book, _page: setattr(book.sheets["prebooks"].api, "ProtectContents", True), "is protected"),
    ],
)
def test_what_excel_would_move_by_halves_is_refused_before_anything_is_changed(
    world: World, tmp_path: Path, spoil: Callable[[Any, Any], None], told: str
) -> None:
    book = opened(world, tmp_path / "made.xlsx", pulled)
    page = book.impl.cells.book["prebooks"]
    spoil(book, page)
    before = list(page.iter_rows(values_only=True))

    with pytest.raises(SheetError, match=told):
        ExcelBook(book).grid("prebooks").replace(1, [1, 2], [[4, 4], [1, 1]], [5, 2])
    assert list(page.iter_rows(values_only=True)) == before


def test_tables_and_names_that_ended_with_the_old_rows_end_with_the_new_ones(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        page.add_table(Table(displayName="items", ref="A1:C5"))

    book = opened(world, tmp_path / "made.xlsx", make)
    cells = book.impl.cells
    cells.put_name("boxes", "=prebooks!$B$2:$B$5")
    cells.put_name("first", "=prebooks!$B$2")
    grid = ExcelBook(book).grid("prebooks")

    grid.replace(1, [1, 2], [[n, n] for n in range(7)], [2, 3, 4, 5, None, None, None])

    assert str(cells.tables("prebooks")["items"]) == "A1:C8"
    assert cells.names() == {"boxes": "=prebooks!$B$2:$B$8", "first": "=prebooks!$B$2"}
    grid.replace(1, [1, 2], [], [])
    assert str(cells.tables("prebooks")["items"]) == "A1:C2"


def test_a_table_does_not_grow_over_what_stands_below_it(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        page["A7"] = "mine"
        page.add_table(Table(displayName="items", ref="A1:C5"))

    book = opened(world, tmp_path / "made.xlsx", make)
    grid = ExcelBook(book).grid("items")

    grid.replace(1, [1, 2], [[n, n] for n in range(5)], [2, 3, 4, 5, None])
    with pytest.raises(SheetError, match="something stands below A1:C6, in row 7"):
        grid.replace(1, [1, 2], [[n, n] for n in range(6)], [2, 3, 4, 5, 6, None])
    assert book.impl.cells.book["prebooks"]["A7"].value == "mine"


def test_beside_a_table_nothing_moves(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        for row in range(1, 6):
            page.cell(row, 5, f"beside {row}")
        page.add_table(Table(displayName="items", ref="A1:C5"))

    book = opened(world, tmp_path / "made.xlsx", make)

    ExcelBook(book).grid("items").replace(1, [1, 2], [[4, 4], [1, 1]], [5, 2])

    page = book.impl.cells.book["prebooks"]
    assert [page.cell(row, 5).value for row in range(1, 6)] == [f"beside {row}" for row in range(1, 6)]
    assert [page.cell(row, 3).value for row in range(1, 6)] == ["note", "four", "one", None, None]


def test_texts_get_the_format_text_and_numbers_lose_it(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        for row in range(1, 6):
            page.cell(row, 2).number_format = "@"

    book = opened(world, tmp_path / "made.xlsx", make)

    ExcelBook(book).grid("prebooks").replace(1, [1, 2], [["00123", Decimal("1.50")], ["=1+1", 2]], [2, 3])

    page = book.impl.cells.book["prebooks"]
    assert [(page.cell(row, 1).value, page.cell(row, 1).number_format) for row in (2, 3)] == [
        ("00123", "@"),
        ("=1+1", "@"),
    ]
    assert [(page.cell(row, 2).value, page.cell(row, 2).number_format) for row in (2, 3)] == [
        (1.5, "General"),
        (2.0, "General"),
    ]


def test_new_rows_have_the_number_formats_of_their_columns(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        for row in range(2, 6):
            page.cell(row, 2).number_format = "#,##0.00"

    book = opened(world, tmp_path / "made.xlsx", make)

    ExcelBook(book).grid("prebooks").replace(1, [1, 2], [[n, n] for n in range(6)], [2, None, 3, 4, 5, None])

    assert {book.impl.cells.book["prebooks"].cell(row, 2).number_format for row in range(2, 8)} == {"#,##0.00"}


def test_rows_that_were_sorted_since_they_were_read_are_not_replaced(world: World, tmp_path: Path) -> None:
    book = opened(world, tmp_path / "made.xlsx", pulled)
    page = book.impl.cells.book["prebooks"]
    excel = ExcelBook(book)
    excel.grid("prebooks").read()
    for column in (1, 2, 3):
        page.cell(2, column).value, page.cell(5, column).value = page.cell(5, column).value, page.cell(2, column).value
    before = list(page.iter_rows(values_only=True))

    with pytest.raises(SheetError, match=r"row 2 of the sheet prebooks was changed or moved in the meantime \(A2\)"):
        excel.grid("prebooks").replace(1, [1, 2], [[4, 4], [1, 1]], [5, 2])
    assert list(page.iter_rows(values_only=True)) == before


def test_a_totals_row_is_no_line_of_a_table_and_rows_are_not_moved_over_it(world: World, tmp_path: Path) -> None:
    def make(page: Worksheet) -> None:
        pulled(page)
        page.append(["Total", 100])
        page.add_table(Table(displayName="items", ref="A1:C6"))

    book = opened(world, tmp_path / "made.xlsx", make)
    book.sheets["prebooks"].api.totals.add("items")
    grid = ExcelBook(book).grid("items")

    assert len(grid.read()) == 5
    grid.replace(1, [1, 2], [[n, n] for n in (1, 2, 3, 4)], [2, 3, 4, 5])
    assert str(book.impl.cells.tables("prebooks")["items"]) == "A1:C6"
    for rows in ([[1, 1]], [[n, n] for n in range(5)]):
        with pytest.raises(SheetError, match=r"has a totals row|something stands below"):
            grid.replace(1, [1, 2], rows, [2, *[None] * (len(rows) - 1)])
    assert book.impl.cells.book["prebooks"]["A6"].value == "Total"


@st.composite
def replacements(draw: st.DrawFn) -> tuple[list[list[Cell]], list[int | None]]:
    """A sheet with notes and formulas, and where its rows go."""
    count = draw(st.integers(0, 7))
    kinds: list[Callable[[int], Cell]] = [
        lambda row: f"note {row}",
        lambda row: Formula(f"=B{row}*2", 0),
        lambda row: Formula(f"=SUM(B$2:B{row})", 0),
        lambda row: Formula(f"=B{row}+other!C{row}&$B$1", 0),
        lambda _row: None,
    ]
    rows: list[list[Cell]] = [["prebookId", "boxes", "own", "mine"]]
    rows += [
        [row, row * 10, draw(st.sampled_from(kinds))(row), draw(st.sampled_from(kinds))(row)]
        for row in range(2, count + 2)
    ]
    chosen = draw(st.permutations(range(2, count + 2)))
    kept: list[int | None] = list(chosen[: draw(st.integers(0, count))])
    for _ in range(draw(st.integers(0, 4))):
        kept.insert(draw(st.integers(0, len(kept))), None)
    return rows, kept


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(replacements(), st.integers(1, 2))
def test_any_replacement_ends_as_it_does_in_memory(
    world: World, drawn: tuple[list[list[Cell]], list[int | None]], times: int
) -> None:
    rows, origins = drawn
    book = world.new()
    excel = ExcelBook(book)
    grid = excel.add("prebooks", [])
    memory = MemoryBook({"prebooks": rows}).grid("prebooks")
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row, start=1):
            text = cell.text if isinstance(cell, Formula) else cell
            if text is not None:
                book.sheets["prebooks"].range((number, column)).value = text
    values = [[index, f"v{index}"] for index, _ in enumerate(origins)]

    for each in (grid, memory):
        each.replace(1, [1, 2], values, origins)
        if times == 2:
            each.replace(1, [1, 2], values[::-1], list(range(len(origins) + 1, 1, -1)))

    assert shown(grid.read()) == shown(memory.read())


def shown(rows: list[list[Cell]]) -> list[list[object]]:
    return [[cell.text if isinstance(cell, Formula) else cell for cell in row] for row in rows]
