"""A result never stands beside another order: rows that were moved are noticed before and after they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet_xl.errors import SheetError
from komet_xl.grids.excel import ExcelBook
from komet_xl.grids.excel.unmoved import first_change, first_difference
from komet_xl.sheets.cells import Formula
from tests.grids.test_excel import opened, pulled, world

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.grids.grid import Position
    from komet_xl.sheets.cells import Cell
    from tests.support.xlengine import World

__all__ = ["world"]

HEADINGS: list[Cell] = ["id", "boxes", "status"]
WRITTEN: dict[Position, list[None]] = {(2, 3): [], (3, 3): []}


def now(*rows: list[Cell]) -> dict[int, list[Cell]]:
    """A sheet with these rows below its headings."""
    return dict(enumerate([HEADINGS, *rows], start=1))


def change(was: list[list[Cell]], found: dict[int, list[Cell]]) -> Position | None:
    return first_change([HEADINGS, *was], found, WRITTEN, 1)


def test_rows_that_stand_as_they_were_are_unchanged() -> None:
    assert change([[1, 5], [2, 6, "held"]], now([1, 5], [2, 6, "held"])) is None


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=2),
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=2),
)
def test_any_other_number_in_a_row_is_a_change(was: list[tuple[int, int]], found: list[tuple[int, int]]) -> None:
    assert (change([list(row) for row in was], now(*(list(row) for row in found))) is None) == (was == found)


@pytest.mark.parametrize(
    ("was", "found", "where"),
    [
        ([1, Formula("=A2*2", 2)], [1, Formula("=A2*2", 3)], None),
        ([Formula("=x!A1", 1), Formula("=x!B1", 2)], [Formula("=x!A1", 1), Formula("=x!B1", 3)], (2, 2)),
        ([1, Formula("=A2*2", 2)], [1, 2], (2, 2)),
        ([1, 2], [1, Formula("=A2*2", 2)], (2, 2)),
        ([1, 1], [1, True], (2, 2)),
        ([1, 2, "held"], [1, 2, "mine"], (2, 3)),
        ([1, 2], [1, 2, "mine"], (2, 3)),
        ([1, 2], [1, 2, None, "note"], (2, 4)),
        ([1, 2, 0], [1, 2, "0"], None),
    ],
)
def test_what_counts_as_a_change(was: list[Cell], found: list[Cell], where: Position | None) -> None:
    assert change([was, [9, 9]], now(found, [9, 9])) == where


def test_what_we_have_put_there_ourselves_is_no_change() -> None:
    ours: dict[Position, list[int]] = {(2, 3): [1], (3, 3): [0]}

    assert first_change([HEADINGS, [1, 5], [2, 6]], now([1, 5, 1], [2, 6]), ours, 1) is None
    assert first_change([HEADINGS, [1, 5], [2, 6]], now([1, 5, 0], [2, 6]), ours, 1) == (2, 3)


def test_a_column_that_was_put_in_before_the_results_is_a_change_of_the_heading() -> None:
    shifted: dict[int, list[Cell]] = {1: ["id", "boxes", None, "status"], 2: [1, 5], 3: [2, 6]}

    assert change([[1, 5], [2, 6]], shifted) == (1, 3)


def test_a_sheet_with_more_or_fewer_rows_is_another_one() -> None:
    assert first_difference([[1], [2]], [[1], [2]]) is None
    assert first_difference([[1], [2]], [[1]]) == (2, 1)
    assert first_difference([[1]], [[1], [None, 2]]) == (2, 2)


def test_rows_that_are_sorted_in_the_moment_of_writing_are_noticed_and_said(world: World, tmp_path: Path) -> None:
    book = opened(world, tmp_path / "made.xlsx", pulled)
    grid = ExcelBook(book).grid("prebooks")
    grid.read()
    page = book.impl.cells.book["prebooks"]
    world.on_write = lambda: [page.cell(2, column, value) for column, value in enumerate((3, 30, "three"), 1)]

    with pytest.raises(SheetError, match=r"row 2 .* changed or moved while it was being written \(A2\).*with History"):
        grid.write({(2, 4): 1, (3, 4): 1})


def test_a_write_that_was_refused_halfway_can_be_repeated(world: World, tmp_path: Path) -> None:
    book = opened(world, tmp_path / "made.xlsx", pulled)
    grid = ExcelBook(book).grid("prebooks")
    grid.read()
    world.on_write = lambda: setattr(book.sheets["prebooks"].api, "ProtectContents", True)
    with pytest.raises(SheetError, match="protected sheet"):
        grid.write({(2, 4): 1, (4, 4): 1})
    book.sheets["prebooks"].api.ProtectContents = False
    world.on_write = lambda: None

    grid.write({(2, 4): 1, (4, 4): 1})

    assert [row[3:] for row in grid.read()] == [[], [1], [], [1], []]
