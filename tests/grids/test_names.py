"""Which grid a name finds: a sheet, a table, a workbook-level name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import SheetError, SheetMissingError
from komet_xl.grids.xlsx import open_book

from .workbooks import MAIN, PACKAGE_RELS, RELS, XML, make, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.grids.xlsx import XlsxBook

BODY = "".join(
    f'<row r="{row}"{" hidden=" + chr(34) + "1" + chr(34) if row in {2, 6} else ""}>'
    + "".join(f'<c r="{letter}{row}" t="str"><v>{letter.lower()}{row}</v></c>' for letter in letters)
    + "</row>"
    for row, letters in {1: "A", 2: "A", 4: "ABCDF", 5: "ABCDEF", 6: "ABCDF", 7: "BC", 8: "A"}.items()
)
NAMES = (
    "<definedNames>"
    "<definedName name='Area'>'Sales ''26'!$B$4:$C$6</definedName>"
    '<definedName name="plain">other!A1:B2</definedName>'
    '<definedName name="one">other!$B$2</definedName>'
    '<definedName name="whole">other!$A:$B</definedName>'
    '<definedName name="local" localSheetId="0">other!$A$1</definedName>'
    '<definedName name="two">other!$A$1,other!$B$2</definedName>'
    '<definedName name="sum">SUM(other!$A$1:$B$2)</definedName>'
    '<definedName name="gone">#REF!$A$1</definedName>'
    '<definedName name="beyond">other!$A$1:$XFE$9</definedName>'
    '<definedName name="elsewhere">[1]other!$A$1</definedName>'
    '<definedName name="orders">other!$A$1</definedName>'
    "</definedNames>"
)


def table(attributes: str) -> dict[str, str]:
    link = f'<Relationship Id="rId1" Type="{RELS}/table" Target="../tables/table1.xml"/>'
    return {
        "xl/tables/table1.xml": f'{XML}<table xmlns="{MAIN}" id="1" {attributes}/>',
        "xl/worksheets/_rels/sheet1.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{link}</Relationships>',
    }


ORDERS = 'name="Orders_1" displayName="Orders" ref="B4:C6"'


@pytest.fixture
def book(tmp_path: Path) -> XlsxBook:
    sheets = {"Sales '26": sheet(BODY), "Other": sheet(""), "Hidden": sheet('<row><c t="b"><v>1</v></c></row>')}
    path = make(tmp_path / "b.xlsx", sheets, parts=table(ORDERS), inside=NAMES)
    return open_book(path)


def test_a_table_shows_its_rows_only_and_goes_on_to_the_right_while_headings_do(book: XlsxBook) -> None:
    grid = book.grid("ORDERS")
    assert grid.name == "Orders"
    assert grid.read() == [
        [],
        [],
        [],
        [None, "b4", "c4", "d4"],
        [None, "b5", "c5", "d5"],
        [None, "b6", "c6", "d6"],
    ]
    assert grid.hidden_rows() == {6}


def test_a_heading_written_beside_a_table_becomes_a_column_of_the_grid(book: XlsxBook) -> None:
    grid = book.grid("orders_1")
    grid.write({(4, 5): "status", (5, 5): 1})
    book.save()
    assert grid.read()[3:5] == [
        [None, "b4", "c4", "d4", "status", "f4"],
        [None, "b5", "c5", "d5", 1, "f5"],
    ]


@pytest.mark.parametrize("place", [(3, 2), (7, 2), (5, 1)])
def test_a_write_outside_the_table_is_refused(book: XlsxBook, place: tuple[int, int]) -> None:
    with pytest.raises(SheetError, match=r"outside Orders \(B4:C6\)"):
        book.grid("orders").write({(5, 3): 1, place: 1})
    assert book.grid("orders").read()[4][2] == "c5"


def test_a_totals_row_is_no_line_of_the_table(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet(BODY)}, parts=table(f'{ORDERS} totalsRowCount="1"'))
    assert len(open_book(path).grid("orders").read()) == 5


def test_a_sheet_wins_over_a_table_and_a_table_over_a_name(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet(BODY), "orders": sheet("")}, parts=table(ORDERS), inside=NAMES)
    book = open_book(path)
    assert book.grid("Orders").read() == []
    assert len(book.grid("orders_1").read()) == 6


def test_a_workbook_level_name_is_a_grid(book: XlsxBook) -> None:
    assert book.grid("area").name == "Area"
    assert book.grid("area").read()[3:] == [
        [None, "b4", "c4", "d4"],
        [None, "b5", "c5", "d5"],
        [None, "b6", "c6", "d6"],
    ]
    assert [book.has(name) for name in ("PLAIN", "one", "whole")] == [True] * 3


@pytest.mark.parametrize("name", ["local", "two", "sum", "gone", "beyond", "elsewhere", "nothing", ""])
def test_what_is_no_single_rectangle_is_not_found_and_the_sheets_and_tables_are_named(
    book: XlsxBook, name: str
) -> None:
    assert not book.has(name)
    with pytest.raises(SheetMissingError, match=r"sheets are: Sales '26, Other, Hidden; its tables are: Orders\."):
        book.grid(name)


def test_hidden_sheets_are_found(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {'s" state="veryHidden': sheet("<row><c><v>1</v></c></row>")})
    assert open_book(path).grid("S").read() == [[1]]


def test_a_chart_sheet_is_no_grid(tmp_path: Path) -> None:
    link = f'<Relationship Id="rId9" Type="{RELS}/chartsheet" Target="chartsheets/sheet1.xml"/>'
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, links=link)
    chart = path.with_name("c.xlsx")
    make(chart, {"s": sheet("")}, links=link, inside="").write_bytes(path.read_bytes())
    book = open_book(chart)
    assert book.sheet_names() == ["s"]


def test_a_damaged_table_is_one_sentence(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, parts=table('displayName="T" ref="B4:"'))
    with pytest.raises(SheetError, match="table T has no proper range"):
        open_book(path).grid("x")


def test_of_many_sheets_twenty_are_named(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {f"day {n}": sheet("") for n in range(31)})
    with pytest.raises(SheetMissingError, match=r"day 18, day 19 and 11 more\.$"):
        open_book(path).grid("x")
