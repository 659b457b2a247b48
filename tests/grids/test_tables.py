"""Table parts: what they are called, and how they grow and shrink."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from komet_xl.grids.xlsx import tables
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.refs import Area, area

from .workbooks import MAIN, members

if TYPE_CHECKING:
    from pathlib import Path

LEGAL = re.compile(r"[^\W\d][\w.]*")
A1 = re.compile(r"[A-Za-z]{1,3}[0-9]+")
R1C1 = re.compile(r"(?:[Rr][0-9]*)?(?:[Cc][0-9]*)?")
SHEET_NAMES = st.one_of(
    st.text(min_size=1, max_size=31),
    st.sampled_from(
        ["AB12", "R1C1", "r", "C", "TRUE", "2026-02-10", "prebooks", "日本語ー", "été", "💐", "' '", "a b"]
    ),
)
PART = "xl/tables/table1.xml"
HAND_MADE = (
    f'<?xml version="1.0"?>\n<x:table xmlns:x="{MAIN}" id="7" name=\'T\' displayName="T" ref="B4:D9"  '
    'totalsRowCount="1">'
    '<x:autoFilter ref="B4:D8"><x:filterColumn colId="1"><x:filters><x:filter val="r"/></x:filters></x:filterColumn>'
    '<x:sortState ref="B5:D8"><x:sortCondition descending="1" ref="C5:C8"/></x:sortState></x:autoFilter>'
    '<x:sortState ref="B5:D8"><x:sortCondition ref="C5:C8"/></x:sortState>'
    '<x:tableColumns count="3"><x:tableColumn id="1" name="a"/><x:tableColumn id="9" name="b_x000a_c">'
    "<x:calculatedColumnFormula>1+1</x:calculatedColumnFormula></x:tableColumn>"
    '<x:tableColumn id="2" name="_x005F_x0041_"/></x:tableColumns><x:tableStyleInfo name="mine"/><!-- end --></x:table>'
).encode()


def attributes(data: bytes, name: str) -> list[dict[str, str]]:
    return [dict(node.attrib) for node in ET.fromstring(data).iter() if node.tag.rpartition("}")[2] == name]  # noqa: S314  our own XML


@given(SHEET_NAMES, st.sets(SHEET_NAMES, max_size=3))
def test_a_name_is_legal_and_nobody_elses(sheet: str, others: set[str]) -> None:
    taken = {sheet, *others}
    for _ in range(3):
        name = tables.free_name(sheet, taken)
        assert LEGAL.fullmatch(name)
        assert not A1.fullmatch(name)
        assert not R1C1.fullmatch(name)
        assert len(name.encode("utf-16-le")) // 2 == len(name) < 60
        assert name.lower() not in {each.lower() for each in taken}
        taken.add(name.swapcase())


@pytest.mark.parametrize(
    ("sheet", "name"),
    [
        ("prebooks", "prebooks_table"),
        ("Mon, 2026-02-09", "Mon_2026_02_09_table"),
        ("2026-02-10", "_2026_02_10_table"),
        ("AB12", "AB12_table"),
        ("e\u0301te\u0301 日本語ー", "été_日本語ー_table"),
        ("💐 !", "sheet_table"),
        ("١٢", "sheet_table"),
    ],
)
def test_a_name_tells_the_sheet_and_is_not_the_sheets_own(sheet: str, name: str) -> None:
    assert tables.free_name(sheet, []) == name
    assert tables.free_name(sheet, [name.upper()]) == f"{name}_2"


@pytest.mark.parametrize(
    "headings",
    [
        [],
        [""],
        ["a", " "],
        ["\u200b"],
        ["a", "A"],
        ["a", "a "],
        ["\uff41", "a"],
        ["stra\u00dfe", "STRASSE"],
        ["x" * 256],
        ["💐" * 128],
        ["a\rb"],
    ],
)
def test_headings_that_excel_would_change_make_no_table(headings: list[str]) -> None:
    assert not tables.are_columns(headings)


def test_all_other_headings_do() -> None:
    assert tables.are_columns(["x" * 255, "=1+1", "a\nb", "_x0041_", "A", " b ", "<&>\"'", "💐", "\ufffd"])


@settings(deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=9), max_size=4))
def test_columns_are_well_formed_and_read_back_whatever_their_headings(texts: list[str]) -> None:
    headings = [tables.clean(text) for text in texts]
    if not tables.are_columns(headings):
        return
    data = tables.table_xml(MAIN, 1, "t", Area(1, 1, 2, len(headings)), headings)
    assert tables.headings_of(data, PART) == headings
    grown = tables.with_columns(data, PART, ["one _x000a_ more", "and\tone"])
    assert tables.headings_of(grown, PART) == [*headings, "one _x000a_ more", "and\tone"]
    assert [each["id"] for each in attributes(grown, "tableColumn")] == [str(n + 1) for n in range(len(headings) + 2)]


def test_a_size_changes_the_ranges_and_nothing_else() -> None:
    grown = tables.resized(HAND_MADE, PART, area("B4:E30"))

    changes = {b"B4:D9": b"B4:E30", b"B4:D8": b"B4:E29", b"B5:D8": b"B5:D29", b"C5:C8": b"C5:C29"}
    wanted = HAND_MADE
    for old, new in changes.items():
        wanted = wanted.replace(old, new)
    assert grown == wanted
    assert tables.resized(grown, PART, area("B4:D9")) == HAND_MADE


def test_a_table_keeps_a_row_for_data() -> None:
    smallest = tables.resized(HAND_MADE, PART, area("B4:D6"))
    assert [each["ref"] for each in attributes(smallest, "autoFilter")] == ["B4:D5"]
    with pytest.raises(ValueError, match="B4:D5 has none"):
        tables.resized(HAND_MADE, PART, area("B4:D5"))


def test_a_table_without_headings_or_filter_is_resized_too() -> None:
    data = f'<table xmlns="{MAIN}" ref="A1:B2" headerRowCount="0"><sortState ref="?"/></table>'.encode()
    assert tables.resized(data, PART, area("A1:B1")) == data.replace(b"A1:B2", b"A1:B1")


def test_new_columns_have_ids_of_their_own_and_the_rest_stays() -> None:
    grown = tables.with_columns(HAND_MADE, PART, ["status", "=m"])

    new = b'<x:tableColumn id="10" name="status"/><x:tableColumn id="11" name="=m"/>'
    end = b"</x:tableColumns>"
    assert grown == HAND_MADE.replace(b'count="3"', b'count="5"').replace(end, new + end)
    assert tables.headings_of(grown, PART) == ["a", "b\nc", "_x0041_", "status", "=m"]
    assert tables.with_columns(HAND_MADE, PART, []) == HAND_MADE


@pytest.mark.parametrize("heading", ["A", "b\nC", "", "_x0041_ "])
def test_a_column_that_the_table_has_or_cannot_have_is_refused(heading: str) -> None:
    with pytest.raises(PartError, match="table T would have a heading that is blank, too long or there twice"):
        tables.with_columns(HAND_MADE, PART, [heading])


@pytest.mark.parametrize("columns", ["", "<tableColumns/>"])
def test_a_table_without_columns_is_damaged(columns: str) -> None:
    with pytest.raises(PartError, match="has no columns"):
        tables.with_columns(f'<table xmlns="{MAIN}" ref="A1:B2">{columns}</table>'.encode(), PART, ["a"])


def test_the_table_is_what_another_program_makes(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        columns = [{"header": "a & b"}, {"header": "c"}]
        options = {"name": "t", "columns": columns, "style": "Table Style Medium 2"}
        book.add_worksheet().add_table("A1:B2", options)

    theirs = members(tmp_path / "b.xlsx")[PART]
    ours = tables.table_xml(MAIN, 1, "t", area("A1:B2"), ["a & b", "c"])

    assert ET.canonicalize(ours) == ET.canonicalize(theirs)
