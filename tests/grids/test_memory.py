"""What the book in memory has for tests beyond the contract."""

from __future__ import annotations

import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.memory import MemoryBook


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
