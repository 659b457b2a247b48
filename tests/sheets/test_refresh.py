"""What a pull changes in a sheet that people have worked on, and what stays beside what."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import HeadingError, SheetError
from komet_xl.grids.memory import MemoryBook
from komet_xl.sheets.cells import ErrorValue, Formula
from komet_xl.sheets.prebooks import COLUMNS, to_breakdown_table, to_table
from tests.sheets.pulls import column, item, prebook, pulled, refresh

if TYPE_CHECKING:
    from komet_xl.model import Prebook
    from komet_xl.sheets.cells import Cell

ID = 85063
"""The id of `prebook()`."""


def sheet(*rows: list[Cell], hidden: tuple[int, ...] = ()) -> MemoryBook:
    return MemoryBook({"prebooks": list(rows)}, hidden={"prebooks": hidden})


# ------------------------------------------------------------------------------------------------ our columns


def test_deleted_columns_stay_deleted_and_moved_ones_are_followed() -> None:
    book = sheet(["Unit Price", "my note", "PREBOOK_ID"], [9.99, "keep", ID])

    rows = pulled(book, prebook(item()))

    assert rows == [["Unit Price", "my note", "PREBOOK_ID"], [0.25, "keep", ID]]


def test_the_heading_row_may_stand_below_a_title_of_the_users() -> None:
    book = sheet(["Truck of Tuesday"], [], ["number", "prebookId"], ["old", 1])

    rows = pulled(book, prebook(item()))

    assert rows == [["Truck of Tuesday"], [], ["number", "prebookId"], ["013010", ID]]


def test_new_keys_go_after_the_last_used_column() -> None:
    book = sheet(["prebookId", "number"], [ID, "x", None, "scribble"])

    rows = pulled(book, prebook(item(mood="blue")))

    assert rows == [["prebookId", "number", None, None, "item.mood"], [ID, "013010", None, "scribble", "blue"]]


def test_a_key_that_came_and_went_is_emptied_and_found_again() -> None:
    book = MemoryBook()
    pulled(book, prebook(item(mood="blue")))

    assert column(pulled(book, prebook(item())), "item.mood") == [None]
    rows = pulled(book, prebook(item(Mood="red")))
    assert (len(rows[0]), rows[1][-1]) == (len(COLUMNS) + 1, "red")


def test_a_second_pull_of_the_same_changes_nothing() -> None:
    book = MemoryBook()
    first = pulled(book, prebook(item(mood="blue"), item(prebookItemId=2)), prebook(id=7))

    assert pulled(book, prebook(item(mood="blue"), item(prebookItemId=2)), prebook(id=7)) == first


@pytest.mark.parametrize("rows", [[], [[None, " "], []]])
def test_a_sheet_with_nothing_in_it_is_filled_from_its_first_cell(rows: list[list[Cell]]) -> None:
    filled = pulled(sheet(*rows), prebook(item()))

    assert filled[0] == [each.heading for each in COLUMNS]
    assert column(filled, "prebookId") == [ID]


@pytest.mark.parametrize(
    "rows", [[["budget", 2026]], [["number", "of", "guests"]], [[None]] * 25 + [["x"]], [[Formula("=A9", "")]]]
)
def test_a_sheet_that_is_not_ours_is_refused(rows: list[list[Cell]]) -> None:
    with pytest.raises(
        HeadingError, match=r"^the sheet prebooks holds something.*choose another sheet with --sheet\.$"
    ):
        pulled(sheet(*rows), prebook(item()))


# ------------------------------------------------------------------------------------- notes beside their items


def test_a_note_follows_its_item_when_rows_move_appear_and_go() -> None:
    book = MemoryBook()
    rows = pulled(book, prebook(item(), item(prebookItemId=2)), prebook(item(prebookItemId=3), id=7))
    book.grid("prebooks").write({(2, 50): "one", (3, 50): "two", (4, 50): "three"})

    plan = refresh(
        book,
        to_table([prebook(item(prebookItemId=3), id=7), prebook(item(prebookItemId=9), item(), number="99")]),
    )

    rows = book.grid("prebooks").read()
    assert [(row[22], row[49:]) for row in rows[1:]] == [(3, ["three"]), (9, []), (1, ["one"])]
    assert column(rows, "number") == ["013010", "99", "99"]
    assert plan.notes_gone == 1


def test_notes_follow_after_a_person_has_sorted_the_sheet() -> None:
    book = sheet(["prebookId", "prebookItemId", "note"], [7, 3, "three"], [ID, 2, "two"], [ID, 1, "one"])

    rows = pulled(book, prebook(item(), item(prebookItemId=2)), prebook(item(prebookItemId=3), id=7))

    assert rows[1:] == [[ID, 1, "one"], [ID, 2, "two"], [7, 3, "three"]]


@pytest.mark.parametrize("typed", [ID, float(ID), f" {ID} ", f"{ID}.0", Formula("=85000+63", float(ID))], ids=repr)
def test_an_id_may_be_typed_in_any_way(typed: Cell) -> None:
    book = sheet(["prebookId", "prebookItemId", "note"], [typed, "2", "two"], [typed, 1.0, "one"])

    assert column(pulled(book, prebook(item(), item(prebookItemId=2))), "note") == ["one", "two"]


def test_long_ids_are_matched_to_the_digit() -> None:
    one, other = "9007199254740993", "9007199254740992"
    book = sheet(["prebookId", "number", "note"], [other, "b", "other"], [one, "a", "one"])

    rows = pulled(book, prebook(item(), id=one), prebook(item(), id=other))

    assert rows[1:] == [[one, "013010", "one"], [other, "013010", "other"]]


TUPLE = ["prebookId", "vendorId", "productId", "boxType", "markCode", "note"]


def test_without_item_ids_vendor_product_box_and_mark_tell_items_apart() -> None:
    book = sheet(
        TUPLE,
        [ID, 5, 8.0, "QB", "A", "mark A"],
        [ID, " 5 ", 8, "HB", "A", "half box"],
        [ID, 5, 8, "QB", None, "no mark"],
        [ID, 5, 9, "QB", None, "product 9"],
    )
    same: dict[str, object] = {"vendorId": 5, "productId": 8, "boxType": "QB"}

    rows = pulled(
        book,
        prebook(
            item(**same | {"productId": 9}), item(**same), item(**same, markCode="A"), item(**same | {"boxType": "HB"})
        ),
    )

    assert column(rows, "note") == ["product 9", "no mark", "mark A", None]


def test_equal_items_without_ids_are_counted() -> None:
    book = sheet(TUPLE, [ID, 5, 8, "QB", None, "first"], [7, 5, 8, "QB", None, "other"], [ID, 5, 8, "QB", None, "2nd"])
    same: dict[str, object] = {"vendorId": 5, "productId": 8, "boxType": "QB", "prebookItemId": None}

    rows = pulled(book, prebook(item(**same), item(**same), item(**same)))

    assert column(rows, "note") == ["first", "2nd", None]


@pytest.mark.parametrize(("typed", "mark"), [(123.0, "00123"), ("123", "123"), (123, "123"), ("e\u0301", "é")])
def test_a_code_that_became_a_number_is_still_that_code(typed: Cell, mark: str) -> None:
    book = sheet(TUPLE, [ID, None, None, None, typed, "note"])

    assert column(pulled(book, prebook(item(), item(markCode=mark))), "note") == [None, "note"]


def test_a_code_that_is_exactly_the_same_comes_before_one_that_lost_its_zeros() -> None:
    book = sheet(TUPLE, [ID, None, None, None, "123", "one"], [ID, None, None, None, "0123", "other"])

    rows = pulled(book, prebook(item(markCode="0123"), item(markCode="123")))

    assert column(rows, "note") == ["other", "one"]


def test_an_item_that_gets_an_id_later_keeps_its_note() -> None:
    headings: list[Cell] = ["prebookItemId", *TUPLE]
    book = sheet(headings, [None, ID, 5, 8, "QB", None, "first"], [None, ID, 5, 8, "QB", None, "second"])
    same: dict[str, object] = {"vendorId": 5, "productId": 8, "boxType": "QB"}

    first = pulled(book, prebook(item(**same), item(**same, prebookItemId=2)))
    second = pulled(book, prebook(item(**same, prebookItemId=2), item(**same, prebookItemId=3)))
    third = pulled(book, prebook(item(**same, prebookItemId=None)))

    assert column(first, "note") == ["first", "second"]
    assert column(second, "note") == ["second", None]
    assert column(third, "note") == ["second"]


def test_items_with_two_different_ids_are_never_the_same() -> None:
    headings: list[Cell] = ["prebookItemId", *TUPLE]
    book = sheet(headings, [1, ID, 5, 8, "QB", None, "of item 1"])

    plan = refresh(book, to_table([prebook(item(vendorId=5, productId=8, boxType="QB", prebookItemId=2))]))

    assert (plan.origins, plan.notes_gone) == ([None], 1)


@pytest.mark.parametrize("headings", [["prebookId", "productId", "note"], ["prebookId", "totalBoxes", "note"]])
def test_a_prebook_without_items_is_none_of_its_later_items(headings: list[Cell]) -> None:
    book = sheet(headings, [ID, None, "of the prebook"], [7, None, "of 7"])

    rows = pulled(book, prebook(item(productId=8)), prebook(id=7))

    assert column(rows, "note") == [None, "of 7"]


def test_a_row_that_a_person_has_doubled_goes_on_once() -> None:
    book = sheet(["prebookId", "prebookItemId", "note"], [ID, 1, "first"], [ID, 1, "copy"])

    plan = refresh(book, to_table([prebook(item())]))

    assert book.grid("prebooks").read()[1:] == [[ID, 1, "first"]]
    assert plan.notes_gone == 1


def test_without_prebook_ids_number_and_truck_date_say_which_prebook_it_is() -> None:
    headings: list[Cell] = ["number", "truckDate", "prebookItemId", "note"]
    moment = datetime(2015, 2, 10, tzinfo=UTC)
    book = sheet(headings, [13010, moment, 1, "tenth"], ["013010", "2015-02-11", 1, "eleventh"])

    rows = pulled(book, prebook(item(), truckDate="2015-02-11", id=7), prebook(item()))

    assert rows[1:] == [["013010", date(2015, 2, 11), 1, "eleventh"], ["013010", date(2015, 2, 10), 1, "tenth"]]


def test_where_no_column_says_whose_a_row_is_notes_keep_their_position() -> None:
    book = sheet(["totalBoxes", "unitPrice", "note"], [1, 1, "first"], [2, 2], [3, 3, "third"])

    plan = refresh(book, to_table([prebook(item(), item(totalBoxes=5))]))

    assert book.grid("prebooks").read()[1:] == [[2, 0.25, "first"], [5, 0.25]]
    assert (plan.notes_unmatched, plan.notes_gone) == (1, 1)


def test_a_heading_that_was_typed_again_is_filled_and_notes_follow_from_then_on() -> None:
    book = sheet(["totalBoxes", "unitPrice", "note", "prebookId", "prebookItemId"], [1, 1, "first"], [2, 2, "second"])

    first = pulled(book, prebook(item(), item(prebookItemId=2)))
    second = pulled(book, prebook(item(prebookItemId=2), item()))

    assert column(first, "note") == ["first", "second"]
    assert column(second, "note") == ["second", "first"]


def test_breakdowns_are_known_by_item_and_product_or_by_line_and_product() -> None:
    def day(*items: dict[str, object]) -> Prebook:
        return prebook(*items)

    def assorted(*products: int, **fields: object) -> dict[str, object]:
        return item(breakdowns=[{"productId": product, "bunches": 1} for product in products], **fields)

    book = MemoryBook()
    name = "breakdowns"
    refresh(book, to_breakdown_table([day(assorted(5, 5, 6), assorted(5, prebookItemId=2))]), name)
    book.grid(name).write({(row, 10): f"note {row}" for row in range(2, 6)})
    refresh(book, to_breakdown_table([day(assorted(5, prebookItemId=2), assorted(6, 5, 5))]), name)
    by_item = column(book.grid(name).read(), "prebookItemId"), [row[9] for row in book.grid(name).read()[1:]]
    refresh(book, to_breakdown_table([day(item(), assorted(6, 5, prebookItemId=None))]), name)
    by_line = [row[9] for row in book.grid(name).read()[1:]]

    assert by_item == ([2, 1, 1, 1], ["note 5", "note 4", "note 2", "note 3"])
    assert by_line == ["note 4", "note 2"]


# ------------------------------------------------------------------------------------ formulas that fill a column


def filled(row: int) -> Formula:
    return Formula(f"=A{row}*2+LEN(\"A7\")*$A$1+'A 1'!B7", 4)


def test_a_formula_moves_with_its_row_and_no_note_is_gone_with_it() -> None:
    book = sheet(["totalBoxes", "prebookId", "mine"], *([each, each, Formula(f"=A{each}*2", 0)] for each in (2, 3, 4)))

    plan = refresh(book, to_table([prebook(item(), id=4), prebook(item(), id=2)]))

    texts = [each.text for each in column(book.grid("prebooks").read(), "mine") if isinstance(each, Formula)]
    assert texts == ["=A2*2", "=A3*2"]
    assert (plan.origins, plan.notes_gone) == ([4, 2], 0)


def test_a_formula_that_every_row_has_goes_on_in_new_ones() -> None:
    book = sheet(["prebookId", "totalBoxes", "mine"], [1, 1, filled(2)], [2, 1, filled(3)])

    plan = refresh(book, to_table([prebook(item(), id=8), prebook(item(), id=9)]))

    rows = book.grid("prebooks").read()
    assert rows[1:] == [[8, 2, Formula(filled(2).text, None)], [9, 2, Formula(filled(3).text, None)]]
    assert (plan.origins, plan.notes_gone) == ([None, None], 0)


def test_formulas_that_not_every_row_has_are_notes_when_no_row_is_left_to_go_on_with_them() -> None:
    rows: list[list[Cell]] = [[1, 1, Formula("=A2*2", 2)], [2, 1, Formula("=", 2)], [3, 1]]
    one, other = (sheet(["prebookId", "totalBoxes", "mine"], *rows) for _ in range(2))

    assert refresh(one, to_table([prebook(item(), id=8)])).notes_gone == 2
    assert refresh(other, to_table([prebook(item(), id=2)])).notes_gone == 0


def test_prepared_rows_are_taken_over_and_those_that_are_left_stay() -> None:
    rows: list[list[Cell]] = [[1, 1, filled(2)], *([None, None, filled(n)] for n in (3, 4, 5))]
    book = sheet(["prebookId", "totalBoxes", "mine"], *rows, hidden=(3,))

    first = refresh(book, to_table([prebook(item(), id=1), prebook(item(), id=2)]))
    second = refresh(book, to_table([]))

    assert first.origins == [2, 4, 3, 5]
    assert (second.origins, second.notes_gone) == ([4, 5], 0)
    assert book.grid("prebooks").read()[1:] == [[None, None, filled(n)] for n in (2, 3)]


def test_a_formula_that_no_row_is_left_to_go_on_with_is_a_note() -> None:
    book = sheet(["prebookId", "totalBoxes", "mine"], *([n, 1, filled(n)] for n in (2, 3)))

    plan = refresh(book, to_table([]))

    assert (plan.rows, plan.notes_gone) == ([], 2)


@pytest.mark.parametrize(
    ("texts", "gone"),
    [
        (["=VLOOKUP(A2,other!A:B,2,0)", "=VLOOKUP(A3,other!A:B,2,0)"], 0),
        (["=VLOOKUP(A2,'o 1'!$A$1:$B$9,2,0)", "="], 0),
        (["=other!B2", "=other!B3"], 2),
        (["=other!B2", "="], 2),
        (["=A2&other!B$2:B9", "="], 2),
        (["=", "="], 0),
    ],
)
def test_a_formula_about_another_row_of_another_sheet_is_a_note(texts: list[str], gone: int) -> None:
    book = sheet(["prebookId", "totalBoxes", "mine"], *([n, 1, Formula(text, 4)] for n, text in enumerate(texts)))

    assert refresh(book, to_table([prebook(item(), id=9)])).notes_gone == gone


def test_a_formula_that_one_row_has_alone_is_a_note() -> None:
    book = sheet(["prebookId", "totalBoxes", "mine"], [1, 1, Formula("=SUM(Z1:Z9)", 2)], [2, 1, 5], [3, 1])

    plan = refresh(book, to_table([prebook(item(), id=9)]))

    assert (plan.origins, plan.notes_gone) == ([None], 2)


# ------------------------------------------------------------------------------- rows that are the user's own


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (["Total", None, None], "A3 holds 'Total'"),
        ([None, 12, None], "B3 holds 12"),
        ([None, Formula("=SUM(B2:B2)", 4), None], r"B3 holds =SUM\(B2:B2\)"),
        ([Formula("=COUNT(A2:A2)", 1), None, None], r"A3 holds =COUNT"),
        ([None, None, "call Ana"], "C3 holds 'call Ana'"),
        ([None, None, Formula("=SUM(C2:C2)", None)], "C3 holds =SUM"),
        ([" ", None, True], "C3 holds TRUE"),
        ([ErrorValue("#N/A"), None, None], "A3 holds #N/A"),
        ([True, None, None], "A3 holds TRUE"),
        ([9007199254740993.0, None, None], "A3 holds 9007199254740990"),
    ],
)
@pytest.mark.parametrize("above", [True, False])
def test_a_row_of_the_users_own_is_refused_before_anything_is_changed(
    row: list[Cell], told: str, *, above: bool
) -> None:
    rest: list[list[Cell]] = [[ID, 2, "note"]] if above else []
    book = sheet(["prebookId", "totalBoxes", "mine"], [ID, 2, None], row, *rest)
    before = book.grid("prebooks").read()

    with pytest.raises(SheetError, match=rf"^the sheet prebooks has a row of your own.*{told}.*row 3 shows no prebook"):
        pulled(book, prebook(item()))

    assert book.grid("prebooks").read() == before


def test_all_rows_of_the_users_own_are_counted_in_one_sentence() -> None:
    book = sheet(["prebookId", "totalBoxes", "mine"], [ID, 2], [], [None, None, "a"], ["Total", 2])

    with pytest.raises(SheetError, match=r"C4 holds 'a', and row 4 shows no prebookId \(2 such rows\);"):
        pulled(book, prebook(item()))


def test_a_totals_row_is_refused_where_only_numbers_name_the_prebooks() -> None:
    book = sheet(["number", "totalBoxes", "mine"], ["013010", 2], ["Total", 2])

    with pytest.raises(SheetError, match=r"A3 holds 'Total', and row 3 shows no number"):
        pulled(book, prebook(item()))


def test_a_totals_row_is_refused_where_nothing_names_the_prebooks() -> None:
    book = sheet(["unitPrice", "totalBoxes"], [1, 2], [None, Formula("=SUM(B2:B2)", 2)])

    with pytest.raises(SheetError, match=r"B3 holds =SUM"):
        pulled(book, prebook(item()))


def test_blank_rows_in_between_go() -> None:
    book = sheet(["prebookId", "totalBoxes", "mine"], [], [7, 2, "seven"], [" ", None, " "], [ID, 2, "note"])

    rows = pulled(book, prebook(item()), prebook(item(), id=7))

    assert rows[1:] == [[ID, 2, "note"], [7, 2, "seven"]]


def test_the_first_pull_into_a_prepared_sheet_leaves_each_note_where_it_is() -> None:
    book = sheet(["note", "Total Boxes", "prebook id"], ["keep"], [], ["this"])

    rows = pulled(book, prebook(item(), item(prebookItemId=2)), prebook(item(), id=7), prebook(item(), id=8))

    assert rows[1:] == [["keep", 2, ID], [None, 2, ID], ["this", 2, 7], [None, 2, 8]]


def test_a_note_in_a_prepared_sheet_that_gets_no_item_is_refused() -> None:
    book = sheet(["note", "Total Boxes", "prebook id"], ["keep"], [], ["this"])

    with pytest.raises(SheetError, match=r"A4 holds 'this'"):
        pulled(book, prebook(item()))


def test_prepared_formulas_stay_when_an_answer_is_short() -> None:
    rows: list[list[Cell]] = [[None, None, filled(n)] for n in (2, 3, 4)]
    book = sheet(["prebookId", "totalBoxes", "mine"], *rows)

    assert pulled(book, prebook(item()))[1:] == [[ID, 2, filled(2)], *rows[1:]]
