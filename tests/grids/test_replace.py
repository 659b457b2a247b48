"""Rows replaced in workbooks of other programs: what goes along, what stays, and what Excel would have to repair."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import xlsxwriter

from komet_xl.grids.xlsx import open_book
from komet_xl.sheets.cells import Formula

from .replacing import children, replaced
from .workbooks import member, members

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet


HEADINGS = ["id", "boxes", "note", "twice"]
SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"


def make(path: Path, fill: Callable[[Workbook, Worksheet], object], *, options: dict[str, Any] | None = None) -> Path:
    """A workbook of XlsxWriter with a sheet that `fill` fills, and another one that reads it."""
    with xlsxwriter.Workbook(path, options or {}) as book:
        page = book.add_worksheet("prebooks")
        other = book.add_worksheet("other")
        other.write("A1", 7)
        other.write_formula("A2", "=SUM(prebooks!B2:B100)", None, 60)
        fill(book, page)
    return path


def rows_into(page: Worksheet, top: int, left: int, rows: Sequence[Sequence[object]]) -> None:
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            page.write(top + number, left + column, value)


def plain(_: Workbook, page: Worksheet) -> None:
    rows_into(page, 0, 0, [HEADINGS, [1, 10, "one", "=B2*2"], [2, 20, None, "=B3*2"], [3, 30, "three", "=B4*2"]])


# --- what goes along ----------------------------------------------------------------------------------------------


def test_values_of_every_kind_go_along_with_their_row(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        rows_into(page, 0, 0, [["id", "boxes", "text", "number", "day", "flag", "error", "rich", "link", "blank"]])
        for row in (1, 2, 3):
            rows_into(page, row, 0, [[row, row * 10, f"note {row} <&>", row / 8]])
            page.write_datetime(row, 4, datetime(2026, 1, row), day)  # noqa: DTZ001  a cell knows no zone
            page.write_boolean(row, 5, row == 2)
            page.write_formula(row, 6, "=NA()", None, "#N/A")
            page.write_rich_string(row, 7, "some ", bold, f"bold {row}", " text")
            page.write_url(row, 8, f"https://example.com/{row}", string=f"link {row}")
            page.write_blank(row, 9, None, bold)

    path = make(tmp_path / "b.xlsx", fill)
    before = members(path)["xl/sharedStrings.xml"]

    now = replaced(path, [[3, 33], [9, 90], [1, 11]], [4, None, 2])

    assert now[1] == [3, 33, "note 3 <&>", 0.375, date(2026, 1, 3), False, "=NA()", "some bold 3 text", "link 3"]
    assert now[2] == [9, 90, None, None, None, None, "=NA()"]
    assert now[3][:6] == [1, 11, "note 1 <&>", 0.125, date(2026, 1, 1), False]
    assert members(path)["xl/sharedStrings.xml"] == before
    page = openpyxl.load_workbook(path, rich_text=True)["prebooks"]
    assert [page[f"I{row}"].hyperlink.target for row in (2, 4)] == ["https://example.com/3", "https://example.com/1"]
    assert page["I3"].hyperlink is None
    assert page["J2"].font.b
    assert str(page["H2"].value) == "some bold 3 text"
    assert len(page["H2"].value) == 3


def test_formats_heights_and_hidden_rows_go_along_and_new_rows_look_like_the_others(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        money, red = book.add_format({"num_format": "0.00"}), book.add_format({"bg_color": "red"})
        rows_into(page, 0, 0, [HEADINGS])
        for row in range(1, 6):
            page.set_row(row, 30 if row == 4 else 21, None, {"hidden": row == 2})
            page.write(row, 0, row)
            page.write(row, 1, row * 10, money)
            page.write(row, 2, f"note {row}", red if row == 3 else None)

    path = make(tmp_path / "b.xlsx", fill)

    replaced(path, [[4, 40], [9, 90], [3, 30], [2, 20], [8, 80]], [5, None, 4, 3, None])

    page = openpyxl.load_workbook(path)["prebooks"]
    assert [page.row_dimensions[row].height for row in range(2, 7)] == [30, 21, 21, 21, 21]
    assert [page.row_dimensions[row].hidden for row in range(2, 7)] == [False, False, False, True, False]
    assert [page.cell(row, 2).number_format for row in range(2, 7)] == ["0.00"] * 5
    assert [page.cell(row, 3).fill.fgColor.rgb == "FFFF0000" for row in range(2, 7)] == [
        False,
        False,
        True,
        False,
        False,
    ]


def test_a_new_column_of_ours_has_the_format_of_its_rows(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        page.set_row(2, None, book.add_format({"num_format": "0.000"}))
        page.set_column("B:B", 9, book.add_format({"num_format": "0.00"}))
        rows_into(page, 0, 0, [["id"], [1], [2], [3]])

    path = make(tmp_path / "b.xlsx", fill)

    replaced(path, [[2, 2], [1, 1], [9, 9]], [3, 2, None])

    page = openpyxl.load_workbook(path)["prebooks"]
    assert [page.cell(row, 2).number_format for row in (2, 3, 4)] == ["0.000", "0.00", "0.00"]


def test_rows_formatted_below_the_data_keep_their_formats_and_take_new_rows(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        money, day = book.add_format({"num_format": "0.00"}), book.add_format({"num_format": "d.m.yy"})
        rows_into(page, 0, 0, [HEADINGS])
        for row in range(1, 8):
            page.set_row(row, 21, None, {"hidden": row == 3})
            page.write_blank(row, 1, None, money)
            page.write_blank(row, 2, None, day)
        rows_into(page, 1, 0, [[1], [2]])
        page.write_formula(1, 3, "=A2*2")
        page.write_formula(2, 3, "=A3*2")

    path = make(tmp_path / "b.xlsx", fill)

    now = replaced(path, [[1, 5], [9, 6], [8, 7]], [2, None, None])

    assert now[1:] == [[1, 5, None, "=A2*2"], [9, 6, None, "=A3*2"], [8, 7, None, "=A4*2"]]
    page = openpyxl.load_workbook(path)["prebooks"]
    assert [page.cell(row, 2).number_format for row in range(2, 9)] == ["0.00"] * 7
    assert [page.cell(row, 3).number_format for row in range(2, 9)] == ["d.m.yy"] * 7
    assert [page.row_dimensions[row].height for row in range(2, 9)] == [21] * 7
    assert not page.row_dimensions[4].hidden


def test_formulas_go_with_their_row(tmp_path: Path) -> None:
    def fill(_: Workbook, page: Worksheet) -> None:
        rows_into(page, 0, 0, [["id", "boxes", "share", "running", "above", "other", "odd"]])
        for row in (2, 3, 4):
            share, running = f"=B{row}/SUM(B$2:B$4)", f"=SUM(B$2:B{row})"
            above = f'=IF(A{row}=A{row - 1},"same","B{row}")'
            rows_into(page, row - 1, 0, [[row - 1, row * 10, share, running, above, f"=B{row}*other!A1"]])
        page.write_array_formula("G3:G3", "{=SUM(B3*A3)}", None, 60)

    path = make(tmp_path / "b.xlsx", fill)

    now = replaced(path, [[2, 1], [7, 2], [8, 3], [1, 4]], [3, None, None, 2])

    assert now[1:] == [
        [2, 1, "=B2/SUM(B$2:B$5)", "=SUM(B$2:B2)", '=IF(A2=A1,"same","B3")', "=B2*other!A1", "=SUM(B2*A2)"],
        [7, 2, "=B3/SUM(B$2:B$5)", "=SUM(B$2:B3)", None, "=B3*other!A1"],
        [8, 3, "=B4/SUM(B$2:B$5)", "=SUM(B$2:B4)", None, "=B4*other!A1"],
        [1, 4, "=B5/SUM(B$2:B$5)", "=SUM(B$2:B5)", '=IF(A5=A4,"same","B2")', "=B5*other!A1"],
    ]
    assert '<f t="array" ref="G2">' in member(path, SHEET)
    assert 'fullCalcOnLoad="1"' in member(path, "xl/workbook.xml")


def test_a_formula_that_may_spill_goes_with_its_row_and_on_in_new_ones(tmp_path: Path) -> None:
    def fill(_: Workbook, page: Worksheet) -> None:
        rows_into(page, 0, 0, [HEADINGS, [1, 10], [2, 20]])
        page.write_dynamic_array_formula("C2:C2", "=SUM(LEN(A2:B2))", None, 3)
        page.write_dynamic_array_formula("C3:C3", "=SUM(LEN(A3:B3))", None, 3)
        page.write_dynamic_array_formula("D2:F2", "=A2*{1,2,3}+0", None, 1)

    path = make(tmp_path / "b.xlsx", fill)

    now = replaced(path, [[8, 80], [1, 10]], [None, 2])

    assert [row[2] for row in now[1:]] == ["=SUM(LEN(A2:B2))", "=SUM(LEN(A3:B3))"]
    assert now[2][3] == "=A3*{1,2,3}+0"
    cells = {cell["r"]: cell.get("cm") for cell in children(path, SHEET, "c")}
    assert [cells[ref] for ref in ("C2", "C3", "D3")] == ["1", "1", "1"]
    assert [each["ref"] for each in children(path, SHEET, "f")] == ["C2", "C3", "D3:F3"]


def test_a_formula_loses_its_old_result_until_it_is_calculated_anew(tmp_path: Path) -> None:
    def fill(_: Workbook, page: Worksheet) -> None:
        rows_into(page, 0, 0, [["id", "boxes", "number", "text", "error", "flag"], [1, 10]])
        for column, result in enumerate([20, "twenty", "#N/A", True], start=2):
            page.write_formula(1, column, "=B2*2", None, result)

    path = make(tmp_path / "b.xlsx", fill)
    assert stored(path, 2) == [20, "twenty", "#N/A", True]

    replaced(path, [[8, 80], [1, 11]], [None, 2])

    assert stored(path, 2) == stored(path, 3) == [None] * 4

    rows = open_book(path).grid("prebooks").read()
    assert rows[1][2:] == [Formula("=B2*2", None)] * 4
    assert rows[2][2:] == [Formula("=B3*2", None)] * 4
    assert [cell for cell in children(path, SHEET, "c") if cell["r"] in {"C3", "D3", "E3", "F3"} and "t" in cell] == []


def stored(path: Path, row: int) -> list[object]:
    """The results of formulas that another program finds in a row."""
    return [cell.value for cell in openpyxl.load_workbook(path, data_only=True)["prebooks"][row][2:]]


def test_shrinking_to_one_row_and_growing_again_loses_no_range(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        plain(book, page)
        page.write_formula("D2", "=SUM($B$2:$B$4)")
        page.write_formula("E2", "=SUM(B2:B4)")
        book.define_name("amounts", "=prebooks!$B$2:$B$4")
        book.define_name("prebooks!local", "=prebooks!$A$1:$D$4")

    path = make(tmp_path / "b.xlsx", fill)

    for count in (1, 3, 1, 5):
        now = replaced(path, [[n, n] for n in range(count)], [2, *[None] * (count - 1)])
        assert now[1][3:] == [f"=SUM($B$2:$B${count + 1})", f"=SUM(B2:B{count + 1})"]
        names = children(path, "xl/workbook.xml", "definedName")
        assert len(names) == 2
        assert f"prebooks!$B$2:$B${count + 1}<" in member(path, "xl/workbook.xml")
        assert f"prebooks!$A$1:$D${count + 1}<" in member(path, "xl/workbook.xml")


def test_no_rows_and_rows_again(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        plain(book, page)
        book.define_name("amounts", "=prebooks!$B$2:$B$4")
        page.autofilter("A1:D4")
        page.conditional_format("B2:B4", {"type": "data_bar"})

    path = make(tmp_path / "b.xlsx", fill)

    assert replaced(path, [], []) == [HEADINGS]
    assert [each["ref"] for each in children(path, SHEET, "autoFilter")] == ["A1:D2"]
    assert [each["sqref"] for each in children(path, SHEET, "conditionalFormatting")] == ["B2"]
    assert replaced(path, [[1, 2], [3, 4], [5, 6]], [None] * 3)[1:] == [[1, 2], [3, 4], [5, 6]]
    assert [each["ref"] for each in children(path, SHEET, "autoFilter")] == ["A1:D4"]
    assert [each["sqref"] for each in children(path, SHEET, "conditionalFormatting")] == ["B2:B4"]
    assert "prebooks!$B$2:$B$4<" in member(path, "xl/workbook.xml")


# --- ranges, rules and names --------------------------------------------------------------------------------------


def test_ranges_of_the_sheet_and_names_grow_and_shrink_with_the_rows(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        rows_into(page, 0, 0, [["Truck of Tuesday"], [], HEADINGS, *[[n, n, f"note {n}"] for n in range(1, 6)]])
        page.autofilter("A3:D8")
        page.conditional_format("B4:B8", {"type": "3_color_scale"})
        page.conditional_format("C4:C8", {"type": "duplicate"})
        page.conditional_format("A4:D8", {"type": "formula", "criteria": "=$B4>AVERAGE($B$4:$B$8)"})
        page.conditional_format("B4:B6", {"type": "data_bar", "data_bar_2010": True})
        page.conditional_format("B4:B8", {"type": "data_bar", "data_bar_2010": True})
        page.data_validation("C4:C8", {"validate": "list", "source": "=$C$4:$C$8"})
        page.data_validation("C5", {"validate": "list", "source": ["a", "b"]})
        page.data_validation("D4:D1048576", {"validate": "integer", "criteria": ">", "value": 0})
        page.ignore_errors({"number_stored_as_text": "A4:A8"})
        page.print_area("A1:D8")
        page.repeat_rows(2)
        page.repeat_columns(0)
        page.freeze_panes(3, 1)
        book.define_name("all", "=prebooks!$A$4:$D$8")
        book.define_name("two", "=prebooks!$A$4:$A$8,prebooks!$C$4:$C$8")
        book.define_name("some", "=prebooks!$A$4:$A$7")
        book.define_name("title", "=prebooks!$A$1")
        book.define_name("elsewhere", "=other!$A$4:$D$8")
        book.define_name("computed", '=IF(TRUE,SUM(prebooks!$B$4:$B$8),"prebooks!$B$4:$B$8")')

    path = make(tmp_path / "b.xlsx", fill)

    for count in (9, 2, 5):
        bottom = count + 3
        replaced(path, [[n, n] for n in range(count)], [*range(4, 4 + min(count, 2)), *[None] * (count - 2)], heading=3)

        assert [each["ref"] for each in children(path, SHEET, "autoFilter")] == [f"A3:D{bottom}"]
        assert [each["sqref"] for each in children(path, SHEET, "ignoredError")] == [f"A4:A{bottom}"]
        rules = {each["sqref"] for each in children(path, SHEET, "conditionalFormatting")}
        assert {f"B4:B{bottom}", f"C4:C{bottom}", f"A4:D{bottom}"} <= rules
        lists = {each["sqref"] for each in children(path, SHEET, "dataValidation")}
        assert lists == {f"C4:C{bottom}", "C5", "D4:D1048576"}
        xml = member(path, SHEET)
        assert f"$B4&gt;AVERAGE($B$4:$B${bottom})" in xml
        assert f"<formula1>$C$4:$C${bottom}</formula1>" in xml
        assert f"<xm:sqref>B4:B{bottom}</xm:sqref>" in xml
        names = member(path, "xl/workbook.xml")
        for text in (
            f">prebooks!$A$4:$D${bottom}<",
            f">prebooks!$A$4:$A${bottom},prebooks!$C$4:$C${bottom}<",
            ">prebooks!$A$1<",
            ">other!$A$4:$D$8<",
            f'>IF(TRUE,SUM(prebooks!$B$4:$B${bottom}),"prebooks!$B$4:$B$8")<',
            f">prebooks!$A$3:$D${bottom}<",
            f">prebooks!$A$1:$D${bottom}<",
            ">prebooks!$A:$A,prebooks!$3:$3<",
        ):
            assert text in names, text


def test_charts_and_other_readers_stay_to_the_byte_and_everything_is_calculated_on_opening(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        rows_into(page, 0, 0, [HEADINGS[:3], [1, 10, "one"], [2, 20]])
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=prebooks!$B$2:$B$3"})
        page.insert_chart("H2", chart)
        page.write_comment("C2", "a comment")

    path = make(tmp_path / "b.xlsx", fill)

    replaced(path, [[2, 21], [1, 11], [3, 31]], [3, 2, None])  # makes sure of all other parts

    assert 'fullCalcOnLoad="1"' in member(path, "xl/workbook.xml")
    page = openpyxl.load_workbook(path)["prebooks"]
    assert page["C2"].comment.text == "a comment"  # comments stay at their cell; the note went to C3
    assert page["C3"].value == "one"


def test_without_a_formula_name_or_chart_nothing_but_the_sheet_changes(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        rows_into(book.add_worksheet("prebooks"), 0, 0, [HEADINGS[:3], [1, 10, "one"], [2, 20]])
    before = members(tmp_path / "b.xlsx")

    replaced(tmp_path / "b.xlsx", [[2, 20], [1, 10]], [3, 2])

    after = members(tmp_path / "b.xlsx")
    assert [name for name in after if after[name] != before[name]] == [SHEET]


def test_the_last_link_takes_the_list_of_links_along(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        plain(book, page)
        page.write_url("C4", "https://example.com/")

    path = make(tmp_path / "b.xlsx", fill)

    replaced(path, [[1, 10]], [2])

    assert "hyperlink" not in member(path, SHEET)
    assert len(members(path)["xl/worksheets/_rels/sheet1.xml.rels"]) > 0


def test_a_workbook_that_counts_from_1904_gets_its_days_right(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", plain, options={"date_1904": True})

    now = replaced(path, [[1, date(2026, 2, 10)], [2, Decimal("1.50")]], [3, None])

    assert now[1:] == [[1, date(2026, 2, 10), None, "=B2*2"], [2, 1.5, None, "=B3*2"]]
    assert openpyxl.load_workbook(path)["prebooks"]["B2"].value == datetime(2026, 2, 10)  # noqa: DTZ001  no zone


def test_columns_to_the_left_of_ours_and_between_them_go_along_too(tmp_path: Path) -> None:
    def fill(_: Workbook, page: Worksheet) -> None:
        rows_into(page, 0, 0, [["mine", "id", "also mine", "boxes"], ["a", 1, "x", 10], ["b", 2, "y", 20]])

    path = make(tmp_path / "b.xlsx", fill)

    now = replaced(path, [[2, 22], [1, 11], [3, 33]], [3, 2, None], columns=(2, 4))

    assert now[1:] == [["b", 2, "y", 22], ["a", 1, "x", 11], [None, 3, None, 33]]
