"""What the book in memory has for tests beyond the contract."""

from __future__ import annotations

import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.memory import MemoryBook
from komet_xl.sheets.cells import Formula


def test_a_book_starts_with_the_sheets_it_is_given() -> None:
    book = MemoryBook({"orders": [["boxes"], [5, None], [None]]}, where="desk", hidden={"orders": [2]})
    assert (book.where, book.sheet_names()) == ("desk", ["orders"])
    assert book.grid("ORDERS").read() == [["boxes"], [5]]
    assert book.grid("orders").hidden_rows() == {2}


def test_saved_shows_only_what_was_saved() -> None:
    book = MemoryBook({"orders": [["boxes"]]})
    book.grid("orders").write({(2, 1): 5})
    assert book.saved == {"orders": [["boxes"]]}
    book.save()
    assert book.saved == {"orders": [["boxes"], [5]]}


def test_a_locked_book_refuses_with_the_sentence_it_was_given() -> None:
    book = MemoryBook({"orders": [["boxes"]]})
    book.locked = "desk is open in Excel; close it there and try again."
    book.grid("orders").write({(2, 1): 5})
    for act in (book.ensure_writable, book.save):
        with pytest.raises(SheetError, match="open in Excel"):
            act()
    assert book.saved == {"orders": [["boxes"]]}


@pytest.mark.parametrize(
    ("heading", "columns", "rows", "origins"),
    [
        (1, [1, 2], [[1, 2]], []),
        (1, [1, 2], [[1]], [2]),
        (1, [1, 1], [[1, 2]], [2]),
        (1, [0, 1], [[1, 2]], [2]),
        (0, [1], [[1]], [2]),
        (1, [1], [[1], [2]], [2, 2]),
        (1, [1], [[1]], [1]),
        (1, [1], [[1]], [4]),
    ],
    ids=[
        "an origin short",
        "a value short",
        "a column twice",
        "column 0",
        "heading 0",
        "a row twice",
        "the heading",
        "none",
    ],
)
def test_a_replacement_that_makes_no_sense_is_the_callers_mistake(
    heading: int, columns: list[int], rows: list[list[int]], origins: list[int]
) -> None:
    book = MemoryBook({"prebooks": [["a", "b"], [1, 2], [3, 4]]})

    with pytest.raises(ValueError, match=r"."):
        book.grid("prebooks").replace(heading, columns, rows, origins)

    assert book.grid("prebooks").read() == [["a", "b"], [1, 2], [3, 4]]


def test_a_formula_that_would_point_above_the_sheet_points_nowhere_and_shared_ones_stay() -> None:
    rows = [["a"], [1], [2, Formula("=A1", 0), Formula("=", 0)]]
    book = MemoryBook({"prebooks": rows})

    book.grid("prebooks").replace(1, [1], [[2]], [3])

    assert book.grid("prebooks").read() == [["a"], [2, Formula("=#REF!", 0), Formula("=", 0)]]


def test_a_book_without_room_makes_no_copy() -> None:
    book = MemoryBook({"orders": [["boxes"]]}, where="desk")
    assert book.save_copy("results") == "desk.results"
    book.full = "there is no room beside desk."

    with pytest.raises(SheetError, match="no room"):
        book.save_copy("results")

    assert book.copies == {"desk.results": {"orders": [["boxes"]]}}
