"""The orders sheet: no row is lost, every fault is named with its column, nothing else is touched."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet_xl.errors import HeadingError
from komet_xl.model import Mark, OrderLine, Outcome, PrebookRef, Verdict
from komet_xl.sheets.cells import ErrorValue, Formula
from komet_xl.sheets.orders import find_order_layout, named_rows, read_mark, read_orders, to_result_cells

if TYPE_CHECKING:
    from komet_xl.sheets.cells import Cell
    from komet_xl.sheets.orders import OrderRow

HEADINGS: list[Cell] = ["prebookId", "inventoryId", "boxes", "price", "markCode", "status", "message"]
LINE: list[Cell] = [85063, 9999999, 5, 2.5, "ANA", None, None]
DAY = date(2015, 2, 10)


def read(*rows: list[Cell], headings: list[Cell] | None = None) -> tuple[OrderRow, ...]:
    return read_orders([headings or HEADINGS, *rows]).rows


def test_a_row_becomes_an_order_line() -> None:
    (row,) = read(
        [" 85063 ", 9999999.0, "5", 2.5, "Cafe\u0301", "not sent", "why", DAY, 250],
        headings=[*HEADINGS, "truckDate", "unitsPerBox"],
    )

    assert row.line == OrderLine(
        row=2,
        prebook_id=85063,
        inventory_id=9999999,
        boxes=5,
        price=Decimal("2.50"),
        mark_code="Café",
        truck_date=DAY,
        units_per_box=250,
    )
    assert (row.mark, row.status, row.message, row.hidden) == (Mark.OPEN, "not sent", "why", False)
    assert (row.faults, row.is_pending) == ((), False)


def test_what_only_informs_may_be_unreadable() -> None:
    (row,) = read([*LINE, "soon", "many"], headings=[*HEADINGS, "truckDate", "unitsPerBox"])

    assert row.line is not None
    assert (row.line.truck_date, row.line.units_per_box) == (None, None)


def test_the_mark_code_column_may_be_missing() -> None:
    (row,) = read([85063, 1, 2, 3], headings=["prebookId", "inventoryId", "boxes", "price"])

    assert row.line is not None
    assert row.line.mark_code == ""


CONTENTS = st.one_of(st.none(), st.sampled_from(["", " ", "x", "1e3", 1, 5.0, 2.505, True, ErrorValue("#N/A"), DAY]))


@given(st.lists(st.lists(CONTENTS, max_size=7), max_size=8))
def test_every_row_with_content_comes_back_and_no_other(rows: list[list[Cell]]) -> None:
    found = read_orders([HEADINGS, *rows]).rows

    def has_content(row: list[Cell]) -> bool:
        return any(cell is not None and not (isinstance(cell, str) and not cell.strip()) for cell in row[:5])

    closed = (1, "1")
    wanted = [
        n
        for n, row in enumerate(rows, 2)
        if has_content(row) or (len(row) > 5 and row[5] in closed and row[5] is not True)
    ]
    assert [each.number for each in found] == wanted
    assert all((each.line is None) == bool(each.faults) for each in found)


def test_a_blank_row_with_a_left_over_word_is_none_but_one_that_counts_as_sent_is() -> None:
    nothing: list[Cell] = [None] * 5
    found = read([*nothing, "invalid", "x"], [*nothing, "note", None], [*nothing, 1, None], [" ", *nothing])

    assert [(row.number, row.mark) for row in found] == [(4, Mark.ACCEPTED)]


def test_hidden_rows_are_named_as_such() -> None:
    rows = read_orders([HEADINGS, LINE, LINE], hidden=frozenset({3, 9})).rows

    assert [row.hidden for row in rows] == [False, True]


@pytest.mark.parametrize(
    ("cell", "mark"),
    [
        (1, Mark.ACCEPTED),
        (1.0, Mark.ACCEPTED),
        (Decimal(1), Mark.ACCEPTED),
        ("1", Mark.ACCEPTED),
        (" 1 ", Mark.ACCEPTED),
        ("confirmed", Mark.CONFIRMED),
        ("Confirmed", Mark.CONFIRMED),
        ("unknown", Mark.UNKNOWN),
        (" UNKNOWN\n", Mark.UNKNOWN),
        ("released", Mark.RELEASED),
        ("RELEASED ", Mark.RELEASED),
        (0, Mark.OPEN),
        ("0", Mark.OPEN),
        (None, Mark.OPEN),
        ("  ", Mark.OPEN),
        ("not sent", Mark.OPEN),
        ("Not Sent", Mark.OPEN),
        ("invalid", Mark.OPEN),
        ("held", Mark.OPEN),
        ("done", Mark.OWN),
        ("1.0", Mark.OWN),
        ("not  sent", Mark.OWN),
        (2, Mark.OWN),
        (0.5, Mark.OWN),
        (1e20, Mark.OWN),
        (True, Mark.OWN),
        (False, Mark.OWN),
        (DAY, Mark.OWN),
        (ErrorValue("#N/A"), Mark.OWN),
        (Formula("=A1", 1), Mark.OWN),
        (Formula("=A1", None), Mark.OWN),
    ],
)
def test_a_status_cell_is_one_of_our_words_or_the_users_own(cell: Cell, mark: Mark) -> None:
    assert read_mark(cell) is mark


@pytest.mark.parametrize(
    ("cell", "status"),
    [
        (None, None),
        (" ", None),
        (" held ", "held"),
        (1.0, 1),
        (0, 0),
        (2.5, "2.5"),
        (True, "TRUE"),
        (Formula("=A1", "x"), "x"),
        (Formula("=A1", None), None),
        (ErrorValue("#N/A"), "#N/A"),
    ],
)
def test_a_status_is_reported_as_it_stands(cell: Cell, status: str | int | None) -> None:
    (row,) = read([*LINE[:5], cell, None])

    assert row.status == status


@pytest.mark.parametrize(("cell", "message"), [(None, ""), ("a", "a"), (7, "7"), (Formula("=A1", "b"), "b")])
def test_a_message_is_reported_as_it_stands(cell: Cell, message: str) -> None:
    (row,) = read([*LINE[:6], cell])

    assert row.message == message


def test_every_fault_of_a_row_is_named_with_its_column() -> None:
    (row,) = read(["85o63", None, 0, "1,5", "x" * 21, None, None])

    assert row.line is None
    assert row.faults == (
        "prebookId: '85o63' is not a whole number",
        "inventoryId: is blank",
        "boxes: 0 is less than 1",
        "price: '1,5' is not a price; type 1.5, or format the column as Number",
        f"markCode: '{'x' * 21}' has 21 characters, at most 20 are allowed",
    )


def test_more_boxes_than_komet_takes_are_refused() -> None:
    (row,) = read([85063, 1, 10**10, 1, None, None, None])

    assert row.faults == ("boxes: 10000000000 is more than 9,999,999,999",)


BY_NUMBER: list[Cell] = ["prebook", "truckDate", "inventoryId", "boxes", "price"]
REF = PrebookRef("13010", DAY)


def test_a_prebook_may_be_named_by_its_number_and_truck_date() -> None:
    rows = [BY_NUMBER, ["013010", DAY, 1, 2, 3]]

    (pending,) = read_orders(rows).rows
    (found,) = read_orders(rows, prebooks={REF: 85063}).rows
    (fault,) = read_orders(rows, prebooks={REF: "there is no prebook 13010 on 2015-02-10"}).rows

    assert (pending.prebook, pending.line, pending.is_pending) == (REF, None, True)
    assert found.line is not None
    assert (found.line.prebook_id, found.line.truck_date, found.is_pending) == (85063, DAY, False)
    assert (fault.faults, fault.is_pending) == (("prebook: there is no prebook 13010 on 2015-02-10",), False)


def test_the_id_wins_over_the_number() -> None:
    (row,) = read(["13010", "soon", 1, 2, 3, 85063], headings=[*BY_NUMBER, "prebookId"])

    assert row.line is not None
    assert (row.line.prebook_id, row.prebook) == (85063, None)


@pytest.mark.parametrize(
    ("number", "day", "faults"),
    [
        ("A1", "soon", ["prebook: 'A1' is not", "truckDate: 'soon' is not a date"]),
        (13010, None, ["truckDate: is blank"]),
        (None, DAY, ["prebook: is blank"]),
    ],
)
def test_faults_of_a_prebooks_name_are_named_with_a_column_that_the_sheet_has(
    number: Cell, day: Cell, faults: list[str]
) -> None:
    (row,) = read([number, day, 1, 2, 3], headings=BY_NUMBER)

    assert len(row.faults) == len(faults)
    assert all(found.startswith(wanted) for found, wanted in zip(row.faults, faults, strict=True))


def test_a_blank_id_is_a_fault_where_the_sheet_has_the_id_column() -> None:
    (row,) = read([None, DAY, 1, 2, 3, None], headings=[*BY_NUMBER, "prebookId"])

    assert row.faults == ("prebookId: is blank",)


@pytest.mark.parametrize(
    ("headings", "missing", "found"),
    [
        ([], "prebookId (or prebook and truckDate), inventoryId, boxes, price", "none of ours"),
        (["boxes", "price", "markCode"], "prebookId (or prebook and truckDate), inventoryId", "boxes, price, markCode"),
        (["prebook", "inventoryId", "boxes", "price"], "prebookId (or prebook and truckDate)", "prebook, inventoryId"),
        (["prebookId", "inventoryId", "boxes"], "price", "prebookId, inventoryId, boxes"),
    ],
)
def test_missing_headings_are_named_with_those_that_were_found(headings: list[Cell], missing: str, found: str) -> None:
    with pytest.raises(HeadingError) as refused:
        find_order_layout([headings])

    assert str(refused.value).startswith(f"the headings {missing} are missing in the first 20 rows (found: {found}")


def outcome(row: int, status: str | int | None = 1, message: str = "OK") -> Outcome:
    return Outcome(row, "ABCDEF", Verdict.ACCEPTED, status, message)


def test_results_go_into_their_two_columns_wherever_they_stand() -> None:
    sheet = read_orders([["message", "status", "prebookId", "inventoryId", "boxes", "price"], [None, None, 1, 2, 3, 4]])

    assert to_result_cells(sheet.layout, [outcome(2)]) == {(2, 2): 1, (2, 1): "OK"}


def test_missing_result_columns_are_added_at_the_right() -> None:
    sheet = read_orders([["title"], ["prebookId", "inventoryId", "boxes", "price", "note"], [1, 2, 3, 4]])

    assert to_result_cells(sheet.layout, [outcome(3)]) == {
        (2, 6): "status",
        (2, 7): "message",
        (3, 6): 1,
        (3, 7): "OK",
    }


def test_one_missing_result_column_is_added_and_the_other_kept() -> None:
    sheet = read_orders([["message", "prebookId", "inventoryId", "boxes", "price"], [None, 1, 2, 3, 4]])

    assert to_result_cells(sheet.layout, [outcome(2)]) == {(1, 6): "status", (2, 6): 1, (2, 1): "OK"}


def test_added_columns_never_cover_cells_without_a_heading() -> None:
    rows: list[list[Cell]] = [["prebookId", "inventoryId", "boxes", "price"], [1, 2, 3, 4, None, Formula("=D2*2", 8)]]

    written = to_result_cells(read_orders(rows).layout, [outcome(2)])

    assert written == {(1, 7): "status", (1, 8): "message", (2, 7): 1, (2, 8): "OK"}


def test_without_results_nothing_is_written() -> None:
    assert to_result_cells(find_order_layout([["prebookId", "inventoryId", "boxes", "price"]]), []) == {}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("2-40,55", [range(2, 41), range(55, 56)]),
        (" 7 ", [range(7, 8)]),
        ("3-3, 2", [range(3, 4), range(2, 3)]),
    ],
)
def test_rows_are_named_by_numbers_and_ranges(text: str, rows: list[range]) -> None:
    assert list(named_rows(text)) == rows


@pytest.mark.parametrize("text", ["", "a", "2-", "-2", "5-2", "0", "2,,3", "2-3-4", "\uff12", "1.5", "2 - 4"])
def test_what_names_no_rows_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"does not name rows; write them like 2-40,55$"):
        list(named_rows(text))


WAITING = Formula('=IF(B2="","",1)', None)


@pytest.mark.parametrize(
    ("cells", "is_line"),
    [
        ([None, None, None, WAITING], False),
        ([WAITING, None, None, WAITING, WAITING], False),
        ([WAITING, WAITING, None, WAITING], False),
        ([WAITING, WAITING, WAITING, WAITING], True),
        ([None, None, 5, WAITING], True),
        ([None, None, None, WAITING, "MARK"], True),
    ],
)
def test_a_row_prepared_with_formulas_is_no_line_while_they_wait(cells: list[Cell], *, is_line: bool) -> None:
    heading: list[Cell] = ["prebookId", "inventoryId", "boxes", "price", "markCode", "status"]
    found = [row.faults != () for row in read_orders([heading, cells]).rows]
    assert found == [True] * is_line


def test_a_heading_that_was_never_calculated_stops_the_sheet() -> None:
    """It may be the status: rows that were sent would look open."""
    heading: list[Cell] = ["prebookId", "inventoryId", "boxes", "price", Formula('="sta"&"tus"', None)]

    with pytest.raises(HeadingError, match=r"the heading E1 is a formula that was not calculated yet; open"):
        read_orders([heading, [1, 2, 3, 4, 1]])
