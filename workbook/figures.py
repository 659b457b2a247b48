"""The hidden sheet "figures": what the dashboard adds up, in formulas that Excel 2016 and LibreOffice know.

It finds the columns of the sheet prebooks by their headings, names them (`pulled_customerId` and so on), lists the
first row of every customer, vendor and carrier, and adds up boxes and value by their ids. By ids, since a name can hold
`*` or begin with `=`, which SUMIF would read as a pattern, and since two customers may have the same name.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from xlsxwriter.utility import xl_col_to_name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from workbook.looks import Looks

NAME: Final = "figures"
HEADINGS: Final = (
    "prebookId",
    "truckDate",
    "customerId",
    "customerName",
    "vendorId",
    "vendorName",
    "carrierId",
    "carrierName",
    "totalBoxes",
    "totalPrice",
)
"""Columns of the sheet prebooks that the dashboard needs."""
SORT: Final = "dashboard_sort"
MOST: Final = 300
"""Different customers, vendors or carriers that are added up; the dashboard says so when there are more."""
FIRST_ROW, LAST_ROW, MISSING, PREBOOKS = "$C$14", "$C$15", "$C$16", "$C$17"
"""Cells: the first and the last row of the pulled rows, how many columns are missing, how many prebooks there are."""
TOP: Final = 20
"""Row of the first figure, as Excel counts."""
END: Final = TOP + MOST - 1
COUNTER: Final = f"$B${TOP}:$B${END}"


@dataclass(frozen=True, slots=True)
class Group:
    """What is added up by one thing."""

    noun: str
    title: str
    column: int
    """Its first column here, counted from 0: first row, id, boxes, value, sort key."""

    def cells(self, at: int) -> str:
        """One of its five columns, as an area."""
        letters = xl_col_to_name(self.column + at)
        return f"${letters}${TOP}:${letters}${END}"

    def outside(self, at: int) -> str:
        """The same, seen from another sheet."""
        return f"{NAME}!{self.cells(at)}"


GROUPS: Final = (Group("customer", "Customers", 4), Group("vendor", "Vendors", 10), Group("carrier", "Carriers", 16))
ROW, ID, BOXES, VALUE, KEY = range(5)


def write(book: Workbook, page: Worksheet, looks: Looks) -> None:
    """Everything on it."""
    page.hide()
    page.set_column(0, 25, 13, looks.of())
    page.write_string(0, 0, "What the dashboard adds up. Nothing to type here.", looks.of(bold=True))
    page.write_row(2, 1, ("heading", "its column"), looks.heading())
    for at, heading in enumerate(HEADINGS, start=3):
        page.write_string(at, 1, heading)
        page.write_formula(at, 2, f'=IFERROR(MATCH("{heading}",prebooks!$1:$1,0),0)', None, 0)
        cell = f"{NAME}!$C${at + 1}"
        ends = [f"INDEX(prebooks!$A:$CZ,{NAME}!{row},{cell})" for row in (FIRST_ROW, LAST_ROW)]
        book.define_name(f"pulled_{heading}", f"={ends[0]}:{ends[1]}")
    facts = (
        ("first row", "=ROW(prebooks!$A$1)+1", 2),
        (
            "last row",
            f"=IF($C$4=0,{FIRST_ROW},MAX({FIRST_ROW},{FIRST_ROW}-2+COUNTA(INDEX(prebooks!$A:$CZ,0,$C$4))))",
            2,
        ),
        ("missing columns", "=COUNTIF($C$4:$C$13,0)", 0),
    )
    for at, (words, formula, value) in enumerate(facts, start=13):
        page.write_string(at, 1, words)
        page.write_formula(at, 2, formula, None, value)
    page.write_string(16, 1, "prebooks")
    page.write_array_formula(16, 2, 16, 2, f"{{=IF({MISSING}>0,0,{_count_different('prebookId')})}}", None, 0)
    page.write_column(TOP - 1, 1, range(1, MOST + 1))
    for group in GROUPS:
        _write_group(page, looks, group)


def _position(name: str) -> str:
    """Position of each pulled row among them, from 1."""
    return f"ROW({name})-{FIRST_ROW}+1"


def _count_different(heading: str) -> str:
    name = f"pulled_{heading}"
    return f'IFERROR(SUM(IF({name}<>"",IF(MATCH({name},{name},0)={_position(name)},1,0),0)),0)'


def _write_group(page: Worksheet, looks: Looks, group: Group) -> None:
    """Five columns. Each but the ids is one formula over all its rows, calculated once."""
    page.write_string(TOP - 3, group.column, group.title, looks.of(bold=True))
    page.write_row(TOP - 2, group.column, ("position", "id", "boxes", "value", "sort key"), looks.heading())
    name = f"pulled_{group.noun}Id"
    # Text where there is nothing: SMALL passes over it, and takes a lone FALSE for 0.
    firsts = f'IF({name}<>"",IF(MATCH({name},{name},0)={_position(name)},{_position(name)},""),"")'
    ids = group.cells(ID)
    formulas = {
        ROW: f'IF({MISSING}>0,"",IFERROR(SMALL({firsts},{COUNTER}),""))',
        BOXES: f'IF({ids}="","",SUMIF({name},{ids},pulled_totalBoxes))',
        VALUE: f'IF({ids}="","",SUMIF({name},{ids},pulled_totalPrice))',
        KEY: f'IF({ids}="","",IF({SORT}="value",{group.cells(VALUE)},{group.cells(BOXES)})-{COUNTER}*0.0000001)',
    }
    for at, formula in formulas.items():
        column = group.column + at
        page.write_array_formula(TOP - 1, column, END - 1, column, f"{{={formula}}}", None, "")
    letters = xl_col_to_name(group.column)
    for row in range(TOP, END + 1):
        formula = f'=IF({letters}{row}="","",INDEX({name},{letters}{row}))'
        page.write_formula(row - 1, group.column + ID, formula, None, "")
