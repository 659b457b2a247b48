"""Workbooks and sheets that we make: what another program sees in them."""

from __future__ import annotations

import warnings
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from komet_xl.errors import SheetError
from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.xlsx import new_book, open_book, tables
from komet_xl.grids.xlsx.text import clean

from .workbooks import make, member, members, sheet

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = [
    Column("code", Kind.TEXT, width=20),
    Column("id", Kind.ID),
    Column("boxes", Kind.COUNT),
    Column("price", Kind.MONEY),
    Column("day", Kind.DATE),
]
HEADINGS = [column.heading for column in COLUMNS]
FORMATS = ["@", "0", "#,##0", "#,##0.00##", "yyyy-mm-dd"]
TITLES = 'name="_xlnm.Print_Titles"'


# ------------------------------------------------------------------------------------------------------- the look


def test_a_sheet_that_we_make_has_formats_widths_and_a_frozen_bold_heading_row(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("Orders", COLUMNS).write(
        {(2, 1): "007", (2, 2): 1, (2, 3): 2, (2, 4): Decimal("1.5"), (2, 5): date(2026, 2, 10)}
    )
    book.add("second", [])
    book.save()

    workbook = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert workbook.sheetnames == ["Orders", "second"]
    orders = workbook["Orders"]
    assert [cell.value for cell in orders[1]] == HEADINGS
    assert [cell.value for cell in orders[2]] == ["007", 1, 2, 1.5, datetime(2026, 2, 10)]  # noqa: DTZ001  cells have no zone
    assert [cell.number_format for cell in orders[2]] == FORMATS
    assert orders.freeze_panes == "A2"
    fonts = {(cell.font.bold, cell.font.color.rgb, cell.fill.fgColor.rgb) for cell in orders[1]}
    assert fonts == {(True, "FFFFFFFF", "FF1F3864")}
    assert not orders["A2"].font.bold
    assert '<numFmts count="2">' in member(tmp_path / "b.xlsx", "xl/styles.xml")
    assert len(workbook._cell_styles) <= 8  # noqa: SLF001  openpyxl's list of cell formats, no other way in


def test_headings_stand_over_what_is_below_them_and_clear_of_their_filter_buttons(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", COLUMNS).write({(2, 1): "007", **{(2, column): column for column in (2, 3, 4)}})
    book.save()

    top, first = (list(row) for row in openpyxl.load_workbook(tmp_path / "b.xlsx")["s"].iter_rows(max_row=2))
    assert [(cell.alignment.horizontal, cell.alignment.indent) for cell in top] == [("left", 1)] + [("right", 2)] * 4
    assert [cell.alignment.horizontal for cell in first] == ["left"] + ["right"] * 3 + [None]
    assert first[0].alignment.indent == 1  # else a code touches the number to its left
    assert {cell.alignment.vertical for cell in top} == {"center"}


def test_columns_are_wide_enough_for_what_is_in_them_and_for_the_heading_with_its_button(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", [*COLUMNS, Column("prebookTotalPrice", Kind.MONEY, 5), Column("日本語日本語", Kind.TEXT, 0)])
    book.save()

    found = openpyxl.load_workbook(tmp_path / "b.xlsx")["s"].column_dimensions
    assert [found[letter].width for letter in "ABFG"] == [21, 13, 21, 16]


def test_codes_that_look_like_numbers_are_not_marked_as_faults(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", [*COLUMNS, Column("zip", Kind.TEXT)])
    book.save()

    wanted = '<ignoredError sqref="A1:A1048576 F1:F1048576" numberStoredAsText="1"/>'
    assert wanted in member(tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml")


def test_headings_are_text_whatever_they_begin_with(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", [Column("=1+1", Kind.TEXT, width=0), Column("x" * 40_000, Kind.COUNT, width=9999)])
    book.save()
    with warnings.catch_warnings():
        sheet_ = openpyxl.load_workbook(tmp_path / "b.xlsx")["s"]
    assert (sheet_["A1"].value, sheet_["A1"].data_type, sheet_["A1"].quotePrefix) == ("=1+1", "s", True)
    assert sheet_.column_dimensions["B"].width == 255


# ------------------------------------------------------------------------------------------------------- the table


def test_the_headings_are_those_of_a_table_with_filter_buttons(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("Orders", COLUMNS)
    book.save()

    found = openpyxl.load_workbook(tmp_path / "b.xlsx")["Orders"].tables
    assert list(found) == ["Orders_table"]
    table = found["Orders_table"]
    assert (table.ref, table.autoFilter.ref, table.headerRowCount, table.totalsRowCount) == ("A1:E2", "A1:E2", 1, None)
    assert table.column_names == HEADINGS
    assert (table.tableStyleInfo.name, table.tableStyleInfo.showRowStripes) == ("TableStyleMedium2", True)


def test_no_two_tables_share_a_name_or_a_number(tmp_path: Path) -> None:
    names = "<definedNames><definedName name='A_TABLE'>s!$A$1</definedName></definedNames>"
    path = make(tmp_path / "b.xlsx", {"s": sheet(""), "b_Table": sheet("")}, inside=names)
    book = open_book(path)
    for name in ("a", "A ", "b", "b!x"):
        book.add(name, COLUMNS)
    book.save()

    found = [each for page in openpyxl.load_workbook(path) for each in page.tables.values()]
    assert [(each.id, each.displayName) for each in found] == [
        (1, "a_table_2"),
        (2, "A_table_3"),
        (3, "b_table_2"),
        (4, "b_x_table"),
    ]


def test_a_sheet_renamed_to_keep_it_is_not_found_under_its_old_name(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("prebooks", COLUMNS)
    book.save()
    workbook = openpyxl.load_workbook(tmp_path / "b.xlsx")
    workbook["prebooks"].title = "Monday"
    workbook.save(tmp_path / "b.xlsx")

    assert not open_book(tmp_path / "b.xlsx").has("prebooks")


@pytest.mark.parametrize("headings", [["a", "A"], ["a", " "], ["x" * 256], ["a\rb"]])
def test_headings_that_excel_would_change_stay_as_they_are_without_a_table(tmp_path: Path, headings: list[str]) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", [Column(heading, Kind.TEXT) for heading in headings])
    book.save()

    assert not [name for name in members(tmp_path / "b.xlsx") if "table" in name]
    assert "tablePart" not in member(tmp_path / "b.xlsx", "xl/worksheets/sheet1.xml")
    assert open_book(tmp_path / "b.xlsx").grid("s").read() == [headings]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(min_size=1, max_size=15),
    st.lists(
        st.one_of(st.text(max_size=9), st.sampled_from(["=1+1", "_x0041_", "a\nb", "]]>", '<c t="e">', "&amp;", "-"])),
        min_size=1,
        max_size=5,
    ),
)
def test_hostile_headings_and_names_break_nothing(tmp_path: Path, name: str, headings: list[str]) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    book = open_book(path)
    try:
        book.add(name, [Column(heading, Kind.TEXT) for heading in headings])
    except SheetError:
        return
    book.save()

    parts = members(path)
    for part, data in parts.items():
        ET.fromstring(data)  # noqa: S314  our own XML
        if part.startswith("xl/tables/"):
            assert tables.headings_of(data, part) == [clean(heading) for heading in headings]
    assert open_book(path).grid(name).read() == [[clean(heading) for heading in headings]]


# -------------------------------------------------------------------------------------------------------- printing


def test_a_sheet_is_printed_landscape_with_its_headings_on_every_page(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("it's <1> & 2", COLUMNS)
    book.add("empty", [])
    book.save()

    found = openpyxl.load_workbook(tmp_path / "b.xlsx")["it's <1> & 2"]
    assert found.print_title_rows == "$1:$1"
    assert found.print_title_cols is None
    assert (found.page_setup.orientation, found.page_setup.fitToWidth, found.page_setup.fitToHeight) == (
        "landscape",
        1,
        0,
    )
    assert found.sheet_properties.pageSetUpPr.fitToPage
    assert (found.oddFooter.left.text, found.oddFooter.right.text) == ("&A", "Page &P of &N")
    assert member(tmp_path / "b.xlsx", "xl/workbook.xml").count(TITLES) == 1


@pytest.mark.parametrize(("widest", "keys"), [(20, "$A:$B"), (100, None)])
def test_a_wide_sheet_takes_pages_side_by_side_that_each_begin_with_its_first_columns(
    tmp_path: Path, widest: int, keys: str | None
) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", [Column(f"c{n}", Kind.COUNT, widest) for n in range(600 // widest)])
    book.save()

    found = openpyxl.load_workbook(tmp_path / "b.xlsx")["s"]
    assert (found.page_setup.fitToWidth, found.page_setup.fitToHeight) == (3, 0)
    assert (found.print_title_cols, found.print_title_rows) == (keys, "$1:$1")


# ------------------------------------------------------------------------------------------------------ the whole


def test_the_first_sheet_of_a_new_workbook_is_the_one_that_is_seen(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("a", COLUMNS)
    book.add("b", COLUMNS)
    book.save()

    views = [page.sheet_view.tabSelected for page in openpyxl.load_workbook(tmp_path / "b.xlsx").worksheets]
    assert views == [True, None]


@pytest.mark.parametrize("name", ["'a", "a'", "History", " ", "a\x00b", "💐" * 16, "\ud800"])
def test_a_name_that_excel_would_repair_is_refused(tmp_path: Path, name: str) -> None:
    book = new_book(tmp_path / "b.xlsx")
    with pytest.raises(SheetError, match="cannot have a sheet named"):
        book.add(name, COLUMNS)
    assert book.sheet_names() == []


def test_a_sheet_may_have_more_columns_than_the_workbook_had_formats(tmp_path: Path) -> None:
    book = new_book(tmp_path / "b.xlsx")
    book.add("s", [Column(f"c{n}", kind) for n, kind in enumerate([*Kind] * 40)])
    with pytest.raises(SheetError, match="1025 columns: our limit is 1,024"):
        book.add("t", [Column("x", Kind.TEXT)] * 1_025)
    book.save()
    assert len(members(tmp_path / "b.xlsx")["xl/styles.xml"]) < 5000
    assert len(open_book(tmp_path / "b.xlsx").grid("s").read()[0]) == 200
