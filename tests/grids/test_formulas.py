"""Formulas that go with their row: what each reference becomes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.formula.translate import Translator

from komet_xl.grids.xlsx.formulas import Rows, copied, moved, pattern, spanning
from komet_xl.grids.xlsx.refs import LAST_COLUMN, area, column_letters

FURTHER = Rows("prebooks", 3, 9, 20)
"""Headings in row 3, rows 4 to 9, afterwards 4 to 20."""
FEWER = Rows("prebooks", 3, 9, 5)
TABLE = Rows("prebooks", 3, 9, 20, left=3, right=6)
"""The same, but only the columns C to F."""
PREPARED = Rows("prebooks", 3, 500, 500, old_filled=9, new_filled=20)
"""The same rows; formulas stand down to row 500."""


@pytest.mark.parametrize(
    ("formula", "becomes"),
    [
        ("F5*G5", "F8*G8"),
        ("$F5*G$5", "$F8*G$5"),
        ("f5*g5", "f8*g8"),
        ("F5-F4", "F8-F7"),
        ("F6-F3", "F9-F6"),
        ("A5&\"A5\"&'x'!A5", "A8&\"A5\"&'x'!A5"),
        ('"say ""A5"""&A5', '"say ""A5"""&A8'),
        ("prebooks!A5+PREBOOKS!A5+'prebooks'!A5", "prebooks!A8+PREBOOKS!A8+'prebooks'!A8"),
        ("other!A5+'my A5 sheet'!A5+'it''s'!A5", "other!A5+'my A5 sheet'!A5+'it''s'!A5"),
        ("other!A5:A6+A5:B6", "other!A5:A6+A8:B9"),
        ("[1]prebooks!A5+'[1]prebooks'!A5", "[1]prebooks!A5+'[1]prebooks'!A5"),
        ("a:c!A5+A5", "a:c!A5+A8"),
        ("LOG10(A5)+ATAN2(A5,B5)+DAYS360(A5,B5)", "LOG10(A8)+ATAN2(A8,B8)+DAYS360(A8,B8)"),
        ("rate*A5+tax_1+Tax.2+_A5", "rate*A8+tax_1+Tax.2+_A5"),
        ("XFE5+A1048577+ABCD5+A0+A05", "XFE5+A1048577+ABCD5+A0+A05"),
        ("_xlfn.XLOOKUP(A5,T[a],T[b])", "_xlfn.XLOOKUP(A8,T[a],T[b])"),
        ("T[[#This Row],[A5]]*A5", "T[[#This Row],[A5]]*A8"),
        ("T[a'[A5'] ''b]*A5", "T[a'[A5'] ''b]*A8"),
        ("1.5E5+5E-5+A5", "1.5E5+5E-5+A8"),
        ("A5:INDEX(F:F,5)", "A8:INDEX(F:F,5)"),
        ("SUM(5:5)+SUM($5:$5)+SUM(other!5:5)", "SUM(8:8)+SUM($5:$5)+SUM(other!5:5)"),
        ("SUM(A:A)+COUNT(B:C)", "SUM(A:A)+COUNT(B:C)"),
        ("#REF!+other!#REF!+A5", "#REF!+other!#REF!+A8"),
        ("{1,2;3,4}*A5", "{1,2;3,4}*A8"),
        ("A5%+-A5^A5&A5<>A5", "A8%+-A8^A8&A8<>A8"),
        ('IF(A5=A4,"same",B5)', 'IF(A8=A7,"same",B8)'),
        ("(A5 B5,C5)", "(A8 B8,C8)"),
        ("OFFSET(A5,0,0):B5", "OFFSET(A8,0,0):B8"),
        ("éA5+A5", "éA5+A8"),
        ("_xlpm.x5+_xlfn.ANCHORARRAY(A5)", "_xlpm.x5+_xlfn.ANCHORARRAY(A8)"),
        ("", ""),
        ("1+1", "1+1"),
    ],
)
def test_relative_references_to_the_sheet_move_with_the_row_and_nothing_else_does(formula: str, becomes: str) -> None:
    assert moved(formula, 5, 8, FURTHER) == becomes
    assert moved(formula, 5, 5, FURTHER) == formula


@pytest.mark.parametrize(
    ("formula", "old", "new", "becomes"),
    [
        ("F5*D1", 5, 8, "F8*D1"),
        ("F5*D1", 5, 4, "F4*D1"),
        ("F5*D$1+$D$2", 5, 8, "F8*D$1+$D$2"),
        ("SUM(D1:D2)", 5, 8, "SUM(D1:D2)"),
        ("AVERAGE(F2:F4)", 4, 8, "AVERAGE(F6:F8)"),
        ("N(G3)+F4", 4, 8, "N(G7)+F8"),
        ("F9-F10", 9, 6, "F6-F7"),
        ("F9-F16", 9, 6, "F6-F13"),
        ("SUM(F5:F1048576)", 5, 8, "SUM(F8:F1048576)"),
    ],
)
def test_what_stands_above_the_headings_is_still_found_there(formula: str, old: int, new: int, becomes: str) -> None:
    assert moved(formula, old, new, FURTHER) == becomes


def test_what_stands_below_a_table_is_still_found_there() -> None:
    for left, right in ((3, 6), (1, 6), (3, LAST_COLUMN)):
        rows = Rows("prebooks", 3, 9, 20, left, right)
        assert moved("D5*D15+D10", 5, 8, rows) == "D8*D15+D13"


def test_a_reference_that_would_leave_the_sheet_is_lost_as_when_a_person_sorts() -> None:
    rows = Rows("prebooks", 1, 9, 9)
    assert moved("F5/F2+prebooks!F2", 5, 2, rows) == "F2/#REF!+prebooks!#REF!"


@pytest.mark.parametrize(
    ("formula", "old", "new", "further", "fewer"),
    [
        ("F5/SUM(F$4:F$9)", 5, 8, "F8/SUM(F$4:F$20)", "F8/SUM(F$4:F$5)"),
        ("F5/SUM($F$4:$F$9)", 5, 8, "F8/SUM($F$4:$F$20)", "F8/SUM($F$4:$F$5)"),
        ("F5/SUM(F4:F9)", 5, 8, "F8/SUM(F4:F20)", "F8/SUM(F4:F5)"),
        ("VLOOKUP(A5,$A$3:$F$9,2)", 5, 8, "VLOOKUP(A8,$A$3:$F$20,2)", "VLOOKUP(A8,$A$3:$F$5,2)"),
        ("COUNT(prebooks!$F$1:$F$9)", 5, 8, "COUNT(prebooks!$F$1:$F$20)", "COUNT(prebooks!$F$1:$F$5)"),
        ("COUNT(other!$F$4:$F$9)", 5, 8, "COUNT(other!$F$4:$F$9)", "COUNT(other!$F$4:$F$9)"),
        ("SUM($F$4:$F$1000)", 5, 8, "SUM($F$4:$F$1000)", "SUM($F$4:$F$1000)"),
        ("SUM($F$4:$F$15)", 5, 8, "SUM($F$4:$F$20)", "SUM($F$4:$F$15)"),
        ("SUM($F$5:$F$9)", 5, 8, "SUM($F$5:$F$9)", "SUM($F$5:$F$9)"),
        ("SUM($F$4:$F$8)", 5, 8, "SUM($F$4:$F$8)", "SUM($F$4:$F$8)"),
        ("SUM(F$4:F9)", 9, 6, "SUM(F$4:F6)", "SUM(F$4:F6)"),
        ("SUM(F$4:F5)", 5, 9, "SUM(F$4:F9)", "SUM(F$4:F9)"),
        ("SUM(F5:F$9)", 5, 4, "SUM(F4:F$20)", "SUM(F4:F$5)"),
        ("SUM(F4:F$9)", 4, 5, "SUM(F5:F$20)", "SUM(F5:F$5)"),
        ("SUM(F5:F$7)", 5, 4, "SUM(F4:F$7)", "SUM(F4:F$7)"),
    ],
)
def test_a_range_over_all_rows_goes_on_to_span_all_of_them(
    formula: str, old: int, new: int, further: str, fewer: str
) -> None:
    assert moved(formula, old, new, FURTHER) == further
    assert moved(formula, old, new, FEWER) == fewer


def test_a_formula_that_is_filled_down_means_some_rows_from_its_own_on_unless_dollars_say_all() -> None:
    assert moved("AVERAGE(F4:F9)", 9, 12, FURTHER, alone=False) == "AVERAGE(F7:F12)"
    assert moved("AVERAGE(F$4:F$9)", 9, 12, FURTHER, alone=False) == "AVERAGE(F$4:F$20)"


@pytest.mark.parametrize(
    ("formula", "becomes"),
    [
        ("SUM(F4:H4)", "SUM(F6:H6)"),
        ("SUM($F$4:$F$4)", "SUM($F$4:$F$20)"),
        ("SUM(F4:F4)", "SUM(F4:F20)"),
        ("SUM(F$4:F4)", "SUM(F$4:F6)"),
        ("SUM(F4:F$4)", "SUM(F6:F$20)"),
        ("SUM($F$3:$F$4)", "SUM($F$3:$F$20)"),
    ],
)
def test_in_the_only_row_a_range_across_is_one_of_that_row(formula: str, becomes: str) -> None:
    assert moved(formula, 4, 6, Rows("prebooks", 3, 4, 20)) == becomes


def test_a_range_over_all_filled_rows_spans_the_filled_ones_and_one_over_all_prepared_rows_those() -> None:
    assert moved("SUM($F$4:$F$9)", 5, 8, PREPARED) == "SUM($F$4:$F$20)"
    assert moved("SUM($F$4:$F$500)", 5, 8, PREPARED) == "SUM($F$4:$F$500)"


def test_ranges_beside_a_table_stay_and_those_that_are_wider_never_lose_what_is_beside() -> None:
    assert moved("SUM($H$4:$H$9)", 5, 8, TABLE) == "SUM($H$4:$H$9)"
    assert moved("SUM($A$4:$H$9)", 5, 8, TABLE) == "SUM($A$4:$H$20)"
    fewer = Rows("prebooks", 3, 9, 5, left=3, right=6)
    assert moved("SUM($A$4:$H$9)+SUM($C$4:$F$9)", 5, 5, fewer) == "SUM($A$4:$H$9)+SUM($C$4:$F$5)"


@pytest.mark.parametrize(
    ("old", "rows", "new"),
    [
        ("A3:F9", FURTHER, "A3:F20"),
        ("A1:F9", FURTHER, "A1:F20"),
        ("A4:F9", FEWER, "A4:F5"),
        ("A4:F9", Rows("prebooks", 3, 9, 3), "A4:F4"),
        ("A4:F4", Rows("prebooks", 3, 3, 9), "A4:F9"),
        ("A3:F3", Rows("prebooks", 3, 3, 9), "A3:F3"),
        ("A5:F9", FURTHER, "A5:F9"),
        ("A4:F8", FURTHER, "A4:F8"),
        ("A1:F2", FURTHER, "A1:F2"),
        ("A:F", FURTHER, "A1:F1048576"),
        ("G4:H9", TABLE, "G4:H9"),
        ("A4:B9", TABLE, "A4:B9"),
        ("A4:F9", PREPARED, "A4:F20"),
        ("A4:F100", PREPARED, "A4:F100"),
    ],
)
def test_a_range_spans_the_rows_again_that_it_spanned(old: str, rows: Rows, new: str) -> None:
    assert str(rows.stretched(area(old))) == new


@pytest.mark.parametrize(
    ("formula", "rows", "columns", "becomes"),
    [
        ("A5+$A5+A$5+$A$5", 2, 1, "B7+$A7+B$5+$A$5"),
        ("other!A5:B6", 1, 0, "other!A6:B7"),
        ("SUM(A:B)+SUM($A:B)+SUM(5:6)+SUM($5:6)", 1, 1, "SUM(B:C)+SUM($A:C)+SUM(6:7)+SUM($5:7)"),
        ("A1+XFD1", -1, 0, "#REF!+#REF!"),
        ("XFD5", 0, 1, "#REF!"),
        ("'it''s'!A5&\"A5\"", 1, 1, "'it''s'!B6&\"A5\""),
        ("T[[#This Row],[a]]", 1, 1, "T[[#This Row],[a]]"),
    ],
)
def test_a_shared_formula_reads_in_each_cell_as_if_it_were_copied_there(
    formula: str, rows: int, columns: int, becomes: str
) -> None:
    assert copied(formula, rows, columns) == becomes


@pytest.mark.parametrize(
    ("one", "row", "other", "another"),
    [
        ("F5*G5", 5, "F8*G8", 8),
        ("SUM(F$2:F5)", 5, "SUM(F$2:F8)", 8),
        ("prebooks!A5", 5, "prebooks!A8", 8),
        ("A5:INDEX(A:A,3)", 5, "A8:INDEX(A:A,3)", 8),
        ("SUM(5:5)", 5, "SUM(8:8)", 8),
        ("other!A5", 5, "other!A5", 8),
        ('$A$5&"A5"', 5, '$A$5&"A5"', 8),
    ],
)
def test_two_formulas_are_one_filled_down(one: str, row: int, other: str, another: int) -> None:
    assert pattern(one, row, "prebooks") == pattern(other, another, "prebooks")


@pytest.mark.parametrize(
    ("one", "row", "other", "another"),
    [
        ("F5", 5, "G8", 8),
        ("F5", 5, "F5", 8),
        ("F$5", 5, "F5", 5),
        ("$F5", 5, "F5", 5),
        ("other!A5", 5, "other!A8", 8),
        ('"A5"', 5, '"A8"', 8),
    ],
)
def test_two_formulas_differ(one: str, row: int, other: str, another: int) -> None:
    assert pattern(one, row, "prebooks") != pattern(other, another, "prebooks")


@pytest.mark.parametrize(
    ("formula", "becomes"),
    [
        ("prebooks!$A$4:$F$9,prebooks!$H$4:$H$9", "prebooks!$A$4:$F$20,prebooks!$H$4:$H$20"),
        ("COUNTIF($A$4:$A$9,$A4)>1", "COUNTIF($A$4:$A$20,$A4)>1"),
        ("$F4>100", "$F4>100"),
        ("F4:F9", "F4:F9"),
        ("F$4:F9+F4:F$9", "F$4:F9+F4:F$9"),
        ("other!$A$4:$A$9", "other!$A$4:$A$9"),
        ("OFFSET(prebooks!$A$4,0,0,COUNTA(prebooks!$A:$A)-3)", "OFFSET(prebooks!$A$4,0,0,COUNTA(prebooks!$A:$A)-3)"),
    ],
)
def test_in_a_rule_or_name_only_absolute_ranges_over_all_rows_change(formula: str, becomes: str) -> None:
    assert spanning(formula, FURTHER) == becomes


CORNERS = st.builds(
    lambda column, row, one, two: f"{'$' * one}{column_letters(column)}{'$' * two}{row}",
    st.integers(1, LAST_COLUMN - 30),
    st.integers(60, 90),
    st.booleans(),
    st.booleans(),
)
OPERANDS = st.one_of(
    CORNERS,
    st.sampled_from(['"A50"', "1.5", "rate", "SUM(", "LOG10(", "T[a]", "TRUE", "$A:$B", "$60:$70", "A:C", "65:70"]),
)


@given(st.lists(OPERANDS, min_size=1, max_size=6), st.integers(60, 90), st.integers(60, 90), st.integers(0, 30))
def test_another_program_copies_and_moves_formulas_as_we_do(
    operands: list[str], old: int, new: int, columns: int
) -> None:
    formula = "+".join(each + "A50)" if each.endswith("(") else each for each in operands)
    theirs = Translator(f"={formula}", f"A{old}")

    assert "=" + moved(formula, old, new, Rows("s", 1, 200, 200)) == theirs.translate_formula(f"A{new}")
    assert "=" + copied(formula, new - old, columns) == theirs.translate_formula(f"{column_letters(1 + columns)}{new}")
