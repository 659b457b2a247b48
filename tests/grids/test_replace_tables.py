"""Rows of a table replaced, wherever it stands on its sheet, and what is refused because it could not be kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
import xlsxwriter

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book

from .replacing import children, ensure_refused, ensure_valid, replaced, shown
from .workbooks import PACKAGE_RELS, RELS, XML, make, member, sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from komet_xl.grids.grid import Value

SHEET = "xl/worksheets/sheet1.xml"
TABLE = "xl/tables/table1.xml"
COLUMNS = [
    {"header": "id"},
    {"header": "boxes"},
    {"header": "note"},
    {"header": "twice", "formula": "=Orders[[#This Row],[boxes]]*2"},
]
DATA = [[1, 10, "one"], [2, 20, "two"], [3, 30, None], [4, 40, "four"]]


def written(path: Path, fill: Callable[[Workbook, Worksheet], object]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        fill(book, book.add_worksheet("prebooks"))
        book.add_worksheet("other").write_formula("A1", "=SUM(Orders[boxes])", None, 100)
    return path


def orders(page: Worksheet, place: str, rows: Sequence[Sequence[object]] = DATA, *, totals: bool = False) -> None:
    columns = [dict(each) for each in COLUMNS]
    if totals:
        columns[1]["total_function"] = "sum"
    options = {"name": "Orders", "data": rows, "columns": columns, "total_row": totals}
    assert page.add_table(place, options) == 0


def inside(path: Path) -> Path:
    """A table at C5 with something on each side of it."""

    def fill(book: Workbook, page: Worksheet) -> None:
        page.write("A1", "above")
        page.write_formula("D1", "=SUM(D6:D9)", None, 100)
        orders(page, "C5:F9")
        for row in range(4, 14):
            page.write(row, 0, f"left {row + 1}")
            page.write(row, 7, f"right {row + 1}")
            page.write_formula(row, 8, f"=LEN(H{row + 1})")
        page.write("D20", "below")
        page.set_row(6, 30)
        page.conditional_format("D6:D9", {"type": "data_bar"})
        page.conditional_format("H6:H9", {"type": "data_bar"})
        page.write_url("E7", "https://example.com/", string="two")
        page.write_url("H7", "https://example.com/", string="right 7")
        book.define_name("boxes", "=prebooks!$D$6:$D$9")
        book.define_name("beside", "=prebooks!$H$6:$H$9")

    return written(path, fill)


@pytest.mark.parametrize("name", ["prebooks", "Orders"])
def test_a_table_is_as_long_as_its_rows_and_has_the_users_columns_inside(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "b.xlsx", lambda _, page: orders(page, "A1:D5"))

    now = replaced(path, [[4, 44], [9, 90], [1, 11]], [5, None, 2], name=name)

    each = "=Orders[[#This Row],[boxes]]*2"
    assert now[1:] == [[4, 44, "four", each], [9, 90, None, each], [1, 11, "one", each]]
    assert children(path, TABLE, "table")[0]["ref"] == "A1:D4"
    assert children(path, TABLE, "autoFilter")[0]["ref"] == "A1:D4"
    replaced(path, [[n, n] for n in range(9)], [*range(2, 5), *[None] * 6], name=name)
    assert children(path, TABLE, "table")[0]["ref"] == "A1:D10"
    assert openpyxl.load_workbook(path)["prebooks"]["D10"].value == each


@pytest.mark.parametrize("name", ["prebooks", "Orders"])
def test_a_calculated_column_goes_on_after_a_day_without_rows(tmp_path: Path, name: str) -> None:
    path = written(tmp_path / "b.xlsx", lambda _, page: orders(page, "A1:D5"))

    assert replaced(path, [], [], name=name) == [[each["header"] for each in COLUMNS]]
    assert children(path, TABLE, "table")[0]["ref"] == "A1:D2"
    now = replaced(path, [[1, 10], [2, 20], [3, 30]], [None] * 3, name=name)

    each = "=Orders[[#This Row],[boxes]]*2"
    assert now[1:] == [[1, 10, None, each], [2, 20, None, each], [3, 30, None, each]]
    assert children(path, TABLE, "table")[0]["ref"] == "A1:D4"


def test_a_calculated_column_goes_on_in_new_rows_also_where_one_row_has_another_formula(tmp_path: Path) -> None:
    def fill(_: Workbook, page: Worksheet) -> None:
        orders(page, "A1:D5")
        page.write_formula("D3", "=B3*3", None, 60)

    path = written(tmp_path / "b.xlsx", fill)

    now = replaced(path, [[9, 90], [2, 20]], [None, 3])

    assert [row[3] for row in now[1:]] == ["=Orders[[#This Row],[boxes]]*2", "=B3*3"]


@pytest.mark.parametrize("count", [0, 1, 2, 4, 5, 9])
def test_a_table_in_the_middle_of_a_sheet_moves_nothing_of_what_stands_around_it(tmp_path: Path, count: int) -> None:
    path = inside(tmp_path / "b.xlsx")
    before = shown(open_book(path).grid("prebooks").read())
    rows = [[n, n * 10] for n in range(100, 100 + count)]

    replaced(path, rows, [8, None, 7, 9, *[None] * 9][:count], heading=5, columns=(3, 4), name="Orders")

    now = shown(open_book(path).grid("prebooks").read())
    assert [row[:2] + row[6:] for row in now] == [row[:2] + row[6:] for row in before]
    assert now[:5] == before[:5]
    assert [row[2:4] for row in now[5 : 5 + count]] == rows
    assert [row[4] for row in now[5 : 5 + count]] == [None, None, "two", "four", None, None, None, None, None][:count]
    assert all(cell is None for row in now[5 + max(count, 1) : 19] for cell in row[2:6])
    assert children(path, TABLE, "table")[0]["ref"] == f"C5:F{5 + max(count, 1)}"
    names = member(path, "xl/workbook.xml")
    assert f"prebooks!$D$6:$D${5 + max(count, 1)}<" in names or (count == 1 and "prebooks!$D$6:$D$6<" in names)
    assert "prebooks!$H$6:$H$9<" in names
    rules = [each["sqref"] for each in children(path, SHEET, "conditionalFormatting")]
    assert sorted(rules) == sorted([f"D6:D{5 + count}" if count > 1 else "D6", "H6:H9"])
    links = [each["ref"] for each in children(path, SHEET, "hyperlink")]
    assert links == (["E8", "H7"] if count > 2 else ["H7"])


def test_through_the_sheet_everything_in_a_row_goes_along_with_it(tmp_path: Path) -> None:
    path = inside(tmp_path / "b.xlsx")

    now = replaced(path, [[8, 80], [9, 90], [20, 0]], [8, None, 20], heading=5, columns=(3, 4))

    each = "=Orders[[#This Row],[boxes]]*2"
    assert now[5:] == [
        ["left 8", None, 8, 80, None, each, None, "right 8", "=LEN(H6)"],
        [None, None, 9, 90, None, each],
        [None, None, 20, 0],
    ]
    assert children(path, TABLE, "table")[0]["ref"] == "C5:F8"


def test_a_table_grid_is_as_long_as_it_became(tmp_path: Path) -> None:
    book = open_book(inside(tmp_path / "b.xlsx"))
    grid = book.grid("Orders")

    grid.replace(5, [3, 4], [[1, 1]] * 7, [None] * 7)
    assert len(grid.read()) == 12
    grid.replace(5, [3, 4], [[8, 8], [9, 9]], [12, 6])
    assert [row[2:] for row in shown(grid.read())[5:]] == [
        [8, 8, None, "=Orders[[#This Row],[boxes]]*2"],
        [9, 9, None, "=Orders[[#This Row],[boxes]]*2"],
    ]
    book.save()
    ensure_valid(tmp_path / "b.xlsx")


def test_new_headings_right_beside_a_table_become_columns_of_it(tmp_path: Path) -> None:
    path = written(tmp_path / "b.xlsx", lambda _, page: orders(page, "A1:D5"))
    book = open_book(path)
    grid = book.grid("prebooks")

    grid.write({(1, 5): "new", (1, 6): "newer", (1, 8): "apart"})
    grid.replace(1, [1, 2, 5, 6, 8], [[1, 10, "a", "b", "c"], [2, 20, None, "d", None]], [3, 2])
    book.save()

    ensure_valid(path)
    assert children(path, TABLE, "table")[0]["ref"] == "A1:F3"
    assert [each["name"] for each in children(path, TABLE, "tableColumn")][4:] == ["new", "newer"]


def test_a_named_range_is_filled_like_a_table(tmp_path: Path) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        for row, cells in enumerate([["id", "boxes", "note"], [1, 10, "one"], [2, 20, "two"]], start=2):
            page.write_row(row, 1, [*cells, None, f"beside {row + 1}"])
        book.define_name("lines", "=prebooks!$B$3:$D$5")

    path = written(tmp_path / "b.xlsx", fill)
    before = member(path, "xl/workbook.xml")

    now = replaced(path, [[2, 22], [3, 33], [1, 11]], [5, None, 4], heading=3, columns=(2, 3), name="lines")

    assert now[3:] == [[None, 2, 22, "two"], [None, 3, 33], [None, 1, 11, "one"]]
    assert member(path, "xl/workbook.xml") == before.replace("$D$5", "$D$6")
    page = openpyxl.load_workbook(path)["prebooks"]
    assert [page.cell(row, 6).value for row in (3, 4, 5, 6)] == ["beside 3", "beside 4", "beside 5", None]


# --- what is refused ----------------------------------------------------------------------------------------------


def merged_among(_: Workbook, page: Worksheet) -> None:
    orders(page, "A1:D5")
    page.merge_range("H3:I3", "merged")


def merged_with_the_heading(_: Workbook, page: Worksheet) -> None:
    orders(page, "A1:D5")
    page.merge_range("H1:H2", "merged")


def with_totals(_: Workbook, page: Worksheet) -> None:
    orders(page, "A1:D6", totals=True)


def with_a_table_below(_: Workbook, page: Worksheet) -> None:
    orders(page, "A1:D5")
    page.add_table("A8:B9")


def with_a_table_beside(_: Workbook, page: Worksheet) -> None:
    orders(page, "A1:D5")
    page.add_table("H2:I9")


def with_a_large_array(_: Workbook, page: Worksheet) -> None:
    orders(page, "A1:D5")
    page.write_array_formula("H2:H4", "{=B2:B4*2}")


def with_a_spill_from_the_headings(_: Workbook, page: Worksheet) -> None:
    orders(page, "A1:D5")
    page.write_dynamic_array_formula("H1:H4", "=B1:B4")


def with_an_array_over_ours(_: Workbook, page: Worksheet) -> None:
    page.write_row("A1", ["note", "id", "boxes"])
    page.write_array_formula("A2:B2", "{=C2:D2}")
    page.write("C2", 5)


@pytest.mark.parametrize(
    ("fill", "why"),
    [
        (merged_among, "the cells H3:I3 of its sheet prebooks are merged; unmerge them and retry"),
        (merged_with_the_heading, "the cells H1:H2 of its sheet prebooks are merged; unmerge them and retry"),
        (with_totals, "its table Orders has a totals row; switch the totals row off and retry"),
        (with_a_table_below, "its table Table2 stands among or below these rows; move it to another sheet and retry"),
        (with_a_table_beside, "its table Table2 stands among or below these rows; move it to another sheet and retry"),
        (with_a_large_array, "an array formula of its sheet prebooks stands over H2:H4; clear it and retry"),
        (
            with_a_spill_from_the_headings,
            "an array formula of its sheet prebooks stands over H1:H4; clear it and retry",
        ),
        (with_an_array_over_ours, "an array formula of its sheet prebooks stands over A2:B2; clear it and retry"),
    ],
    ids=lambda each: each.__name__ if callable(each) else "",
)
def test_what_cannot_go_along_is_refused_in_a_sentence_and_the_file_stays(
    tmp_path: Path, fill: Callable[[Workbook, Worksheet], None], why: str
) -> None:
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        fill(book, book.add_worksheet("prebooks"))
    book = open_book(tmp_path / "b.xlsx")
    before = book.grid("prebooks").read()

    message = ensure_refused(
        tmp_path / "b.xlsx", lambda: book.grid("prebooks").replace(1, [1, 2], [[9, 9]] * 9, [None] * 9), SheetError
    )

    assert message == f"{tmp_path / 'b.xlsx'} cannot be used: {why}."
    assert book.grid("prebooks").read() == before
    book.save()
    ensure_refused(tmp_path / "b.xlsx", lambda: book.grid("prebooks").replace(1, [1, 2], [], []), SheetError)


@pytest.mark.parametrize(
    ("fill", "why"),
    [
        (lambda page: page.write("C12", "x"), "something stands below C5:F9 of its sheet prebooks, in row 12"),
        (lambda page: page.write("F12", "x"), "something stands below C5:F9 of its sheet prebooks, in row 12"),
        (lambda page: page.merge_range("E12:F12", ""), "the cells E12:F12 of its sheet prebooks are merged"),
        (lambda page: page.add_table("F12:G14"), "something stands below C5:F9 of its sheet prebooks, in row 12"),
        (lambda page: page.write_array_formula("F12:F13", "{=1}"), "an array formula of its sheet prebooks"),
    ],
    ids=["left", "right", "merged", "table", "array"],
)
def test_a_table_that_must_grow_into_something_is_refused_and_one_that_need_not_is_filled(
    tmp_path: Path, fill: Callable[[Worksheet], object], why: str
) -> None:
    def both(_: Workbook, page: Worksheet) -> None:
        orders(page, "C5:F9")
        fill(page)

    path = written(tmp_path / "b.xlsx", both)

    def act() -> None:
        open_book(path).grid("Orders").replace(5, [3, 4], [[1, 1]] * 7, [None] * 7)

    assert why in ensure_refused(path, act, SheetError)
    replaced(path, [[1, 1]] * 6, [None] * 6, heading=5, columns=(3, 4), name="Orders")
    assert children(path, TABLE, "table")[0]["ref"] == "C5:F11"


def test_merged_cells_above_in_and_beside_the_headings_are_kept(tmp_path: Path) -> None:
    def fill(_: Workbook, page: Worksheet) -> None:
        page.merge_range("A1:D2", "Truck of Tuesday")
        page.merge_range("H5:I5", "mine")
        page.merge_range("K6:L8", "beside")
        orders(page, "C5:F9")

    path = written(tmp_path / "b.xlsx", fill)

    replaced(path, [[2, 2], [1, 1], [3, 3]], [7, 6, None], heading=5, columns=(3, 4), name="Orders")

    assert [each["ref"] for each in children(path, SHEET, "mergeCell")] == ["A1:D2", "H5:I5", "K6:L8"]
    book = open_book(path)
    why = ensure_refused(path, lambda: book.grid("prebooks").replace(5, [3, 4], [], []), SheetError)
    assert "the cells K6:L8 of its sheet prebooks are merged" in why


def test_a_totals_row_stays_where_it_is_while_the_table_keeps_its_size(tmp_path: Path) -> None:
    path = written(tmp_path / "b.xlsx", lambda _, page: orders(page, "A1:D6", totals=True))

    now = replaced(path, [[1, 1], [2, 2], [3, 3], [4, 4]], [5, 4, 3, 2], name="Orders")

    assert [row[:3] for row in now[1:]] == [[1, 1, "four"], [2, 2, None], [3, 3, "two"], [4, 4, "one"]]
    assert children(path, TABLE, "table")[0]["ref"] == "A1:D6"
    assert openpyxl.load_workbook(path)["prebooks"]["B6"].value == "=SUBTOTAL(109,[boxes])"

    def act() -> None:
        open_book(path).grid("Orders").replace(1, [1, 2], [[1, 1]], [None])

    assert "has a totals row; switch the totals row off and retry" in ensure_refused(path, act, SheetError)


@pytest.mark.parametrize("text", ["=prebooks!$B$1:$C$5", "=prebooks!$A$1:$D$4"], ids=["narrower", "shorter"])
def test_a_name_over_a_part_of_a_table_is_not_filled(tmp_path: Path, text: str) -> None:
    def fill(book: Workbook, page: Worksheet) -> None:
        orders(page, "A1:D5")
        book.define_name("lines", text)

    path = written(tmp_path / "b.xlsx", fill)

    def act() -> None:
        open_book(path).grid("lines").replace(1, [2, 3], [], [])

    assert "only a part of its table Orders is to be filled; name Orders instead" in ensure_refused(
        path, act, SheetError
    )


def test_a_pivot_table_beside_the_rows_is_refused_and_one_on_another_sheet_stays(tmp_path: Path) -> None:
    pivot = '<pivotTableDefinition xmlns="{}" name="p"><location ref="{}"/></pivotTableDefinition>'
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.pivotTable+xml"

    def book(place: str, owner: int) -> Path:
        return make(
            tmp_path / f"{owner}.xlsx",
            {"prebooks": sheet('<row r="1"><c r="A1" t="str"><v>id</v></c></row>'), "report": sheet("")},
            parts={
                "xl/pivotTables/pivotTable1.xml": XML + pivot.format(RELS, place),
                f"xl/worksheets/_rels/sheet{owner}.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}">'
                f'<Relationship Id="rId1" Type="{RELS}/pivotTable" Target="../pivotTables/pivotTable1.xml"/>'
                "</Relationships>",
            },
            types=f'<Override PartName="/xl/pivotTables/pivotTable1.xml" ContentType="{kind}"/>',
        )

    def act(path: Path) -> None:
        grid = open_book(path)
        grid.grid("prebooks").replace(1, [1], [[1], [2]], [None] * 2)
        grid.save()

    beside = book("F3:G9", 1)
    why = ensure_refused(beside, lambda: act(beside), SheetError)
    assert why.endswith(
        "a pivot table stands at F3:G9 of its sheet prebooks, among these rows; move it to another sheet and retry."
    )
    act(book("F3:G9", 2))


@pytest.mark.parametrize(
    ("columns", "rows", "origins"),
    [
        ((1, 1), [[1, 2]], [None]),
        ((0, 1), [[1, 2]], [None]),
        ((1, 2), [[1, 2]], []),
        ((1, 2), [[1]], [None]),
        ((2, 1), [[1, 2, 3]], [None]),
        ((2, 1), [[1]], [None]),
        ((1, 2), [[1, 2]], [1]),
        ((1, 2), [[1, 2]], [6]),
        ((1, 2), [[1, 2], [3, 4]], [2, 2]),
        ((), [[]], [None]),
    ],
)
def test_a_call_that_makes_no_sense_changes_nothing(
    tmp_path: Path, columns: tuple[int, ...], rows: list[list[Value]], origins: list[int | None]
) -> None:
    book = open_book(written(tmp_path / "b.xlsx", lambda _, page: orders(page, "A1:D5")))
    before = book.grid("prebooks").read()

    for name in ("prebooks", "Orders"):
        with pytest.raises(ValueError, match=r"."):
            book.grid(name).replace(1, columns, rows, origins)

    assert book.grid("prebooks").read() == before


def test_columns_outside_a_table_are_not_filled_through_it(tmp_path: Path) -> None:
    book = open_book(inside(tmp_path / "b.xlsx"))
    for columns in ((1, 3), (3, 8)):
        with pytest.raises(ValueError, match="outside the table or range"):
            book.grid("Orders").replace(5, columns, [[1, 2]], [None])
    with pytest.raises(SheetError, match="the headings do not stand in the first row of C5:F9 of its sheet prebooks"):
        book.grid("Orders").replace(6, [3, 4], [[1, 2]], [None])


def test_more_rows_than_our_limit_are_refused(tmp_path: Path) -> None:
    book = open_book(written(tmp_path / "b.xlsx", lambda _, page: orders(page, "A1:D5")))
    with pytest.raises(SheetError, match="it would get 200,000 rows and 2 columns, and our limit is 200,000 and 1,024"):
        book.grid("prebooks").replace(1, [1, 2], [(1, 2)] * 200_000, [None] * 200_000)
