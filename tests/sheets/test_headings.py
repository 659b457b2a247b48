"""Which column is which, in sheets as people make them."""

from __future__ import annotations

import pytest

from komet_xl.errors import HeadingError
from komet_xl.sheets.cells import Formula
from komet_xl.sheets.headings import column_letters, find_layout

WANTED = ("prebookId", "markCode", "boxes")


@pytest.mark.parametrize(
    "heading",
    [
        "markCode",
        "Mark Code",
        "MARK_CODE",
        "mark-code",
        " mark code ",
        "Mark\nCode",
        "Mark\u00a0Code",
        "markCode\u200b",
        "\ufeffmarkCode",
        "mark\u00adCode",
        "mark\u2011code",
        "mark\u2009code",
        "mark\u2013\u2014code",
        "mark\u2212code",
        "mark\ufe0f\u034fCode",
        "mark\u2028Code\x7f",
        "\uff4d\uff41rk\uff3fCode",
    ],
)
def test_case_blanks_underscores_dashes_and_what_is_not_seen_do_not_count(heading: str) -> None:
    layout = find_layout([[None, heading]], WANTED)

    assert layout is not None
    assert layout.columns == {"markCode": 2}


@pytest.mark.parametrize("row", [1, 7, 20])
def test_the_heading_row_may_stand_anywhere_in_the_first_twenty_rows(row: int) -> None:
    rows = [["a title", None]] * (row - 1) + [["boxes", "prebookId", "note"]]

    layout = find_layout(rows, WANTED)

    assert layout is not None
    assert (layout.row, layout.columns, layout.width) == (row, {"boxes": 1, "prebookId": 2}, 3)


def test_a_heading_row_below_the_first_twenty_is_not_found() -> None:
    assert find_layout([[None]] * 20 + [["boxes"]], WANTED) is None


def test_the_row_with_most_headings_wins_and_the_first_of_equals() -> None:
    layout = find_layout([["boxes"], ["boxes", "markCode"], ["prebookId", "boxes"]], WANTED)

    assert layout is not None
    assert layout.row == 2


def test_a_row_with_too_few_headings_is_no_heading_row() -> None:
    assert find_layout([["boxes", "a"]], WANTED, enough=2) is None


def test_a_heading_that_stands_twice_is_refused_naming_both_cells() -> None:
    with pytest.raises(HeadingError, match=r"^the heading markCode stands twice \(B2 and AA2\); rename one\.$"):
        find_layout([[None], [None, "Mark Code", *[None] * 24, "mark_code", "boxes"]], WANTED)


def test_other_letters_and_signs_are_another_heading() -> None:
    for heading in ("mark code:", "mark codé", "m\u0430rkCode", "\u200b", "-"):
        assert find_layout([[heading]], WANTED) is None


def test_two_headings_that_look_alike_stand_there_twice() -> None:
    with pytest.raises(HeadingError, match=r"^the heading markCode stands twice \(A1 and B1\)"):
        find_layout([["markCode", "markCode\u200b"]], WANTED)


def test_other_columns_may_stand_twice() -> None:
    layout = find_layout([["note", "note", "boxes"]], WANTED)

    assert layout is not None
    assert layout.columns == {"boxes": 3}


def test_a_heading_may_be_a_formulas_result_and_numbers_are_none() -> None:
    layout = find_layout([[1, Formula('="boxes"', "boxes"), True]], WANTED)

    assert layout is not None
    assert (layout.columns, layout.width) == ({"boxes": 2}, 2)


def test_a_cell_under_a_heading_is_none_where_the_row_ends_before_it_or_the_column_is_missing() -> None:
    layout = find_layout([["prebookId", "boxes"]], WANTED)

    assert layout is not None
    assert [layout.cell([7], each) for each in WANTED] == [7, None, None]


@pytest.mark.parametrize(("column", "letters"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (16384, "XFD")])
def test_columns_are_named_as_the_sheet_names_them(column: int, letters: str) -> None:
    assert column_letters(column) == letters
