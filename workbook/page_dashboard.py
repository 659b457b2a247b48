"""The sheet "dashboard": a day at a glance; boxes and value per customer, vendor and carrier as tables and charts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from workbook import figures
from workbook.figures import GROUPS, MOST
from workbook.figures import NAME as FIGURES
from workbook.looks import BAND, BOXES, FONT, LINE, NAVY, QUIET, VALUE, printed, title

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from workbook.figures import Group
    from workbook.looks import Looks

NAME: Final = "dashboard"
SHOWN: Final = 10
"""Names in each table; the rest is one line."""
LONGEST: Final = 30
"""Characters of a name, so that the bars of a chart keep their room."""
EMPTY: Final = "No prebooks here yet: type a truck date on the sheet start and press Pull on the Komet tab."
LAST: Final = 16
TOP: Final = 8
"""Row of the first table's title, counted from 0."""
HEIGHT: Final = SHOWN + 5
"""Rows that one table takes: title, headings, names, others, total, air."""
FIELDS: Final = ("totalBoxes", "totalPrice")
CHARTS: Final = ((7, "Boxes", 3, BOXES), (12, "Value", 4, VALUE))
"""First column, title, column of the table, colour."""
NO_DATA: Final = f"{FIGURES}!{figures.MISSING}>0"


def write(book: Workbook, page: Worksheet, looks: Looks) -> None:
    """Everything on it."""
    page.hide_gridlines(2)
    for column in range(LAST + 1):
        width = {0: 2, 1: 5, 2: 32, 3: 11, 4: 15, 5: 10, 6: 2}.get(column, 10)
        page.set_column(column, column, width, looks.of())
    title(page, looks, "Dashboard", "Boxes and value of the pulled prebooks, per customer, vendor and carrier", LAST)
    _write_state(book, page, looks)
    _write_tiles(page, looks)
    for number, group in enumerate(GROUPS):
        top = TOP + number * HEIGHT
        _write_table(page, looks, group, top)
        for chart in CHARTS:
            _insert_chart(book, page, group, top, chart)
    printed(page, TOP + len(GROUPS) * HEIGHT - 2, LAST, landscape=True)
    page.fit_to_pages(1, 1)
    page.set_selection("P3")


def _write_state(book: Workbook, page: Worksheet, looks: Looks) -> None:
    """One line that says what is shown, or what is missing."""
    page.set_row(2, 26)
    too_many = ",".join(f'INDEX({each.outside(figures.ROW)},{MOST})<>""' for each in GROUPS)
    gone = "columns that the dashboard needs are missing in the sheet prebooks: clear that sheet and pull again."
    formula = (
        f'=IFERROR(IF({NO_DATA},{FIGURES}!{figures.MISSING}&" {gone}",IF({FIGURES}!{figures.PREBOOKS}=0,"{EMPTY}",'
        f'IF(OR({too_many}),"More than {MOST} customers, vendors or carriers: the tables show the largest of the first '
        f'{MOST}.",""))),"The sheet prebooks is missing: take a fresh copy of this workbook.")'
    )
    page.merge_range(2, 1, 2, 11, "", looks.of(font_color="#9C4A00", bold=True))
    page.write_formula(2, 1, formula, looks.of(font_color="#9C4A00", bold=True), EMPTY)
    page.merge_range(2, 12, 2, 14, "largest by", looks.of(align="right", font_color=QUIET))
    page.merge_range(2, 15, 2, 16, "boxes", looks.field("@"))
    rule = {
        "validate": "list",
        "source": ["boxes", "value"],
        "input_title": "Largest by",
        "input_message": "boxes or value",
    }
    page.data_validation(2, 15, 2, 15, rule)
    book.define_name(figures.SORT, f"={NAME}!$P$3")


def _write_tiles(page: Worksheet, looks: Looks) -> None:
    """Six figures of the day, big."""
    counted = {each.noun: f"COUNT({each.outside(figures.ROW)})" for each in GROUPS}
    tiles: tuple[tuple[int, int, str, str, str, Any], ...] = (
        (1, 2, "truck date", _or_else("MIN(pulled_truckDate)", '""'), "yyyy-mm-dd", ""),
        (3, 5, "prebooks", f"{FIGURES}!{figures.PREBOOKS}", "#,##0", 0),
        (7, 8, "boxes", _or_else("SUM(pulled_totalBoxes)", "0"), "#,##0", 0),
        (9, 10, "value", _or_else("SUM(pulled_totalPrice)", "0"), "#,##0.00", 0),
        (11, 12, "customers", counted["customer"], "#,##0", 0),
        (13, 14, "vendors", counted["vendor"], "#,##0", 0),
        (15, 16, "carriers", counted["carrier"], "#,##0", 0),
    )
    page.set_row(4, 18)
    page.set_row(5, 30)
    page.set_row(6, 8)
    edge = {"bg_color": BAND, "align": "center", "right": 5, "right_color": "#FFFFFF"}
    for first, last, words, formula, code, value in tiles:
        size = 18 if code != "#,##0.00" else 15
        number = looks.of(font_size=size, bold=True, font_color=NAVY, num_format=code, shrink=True, **edge)
        page.merge_range(4, first, 4, last, words, looks.of(font_color=QUIET, **edge))
        page.merge_range(5, first, 5, last, "", number)
        page.write_formula(5, first, f"={formula}", number, value)


def _or_else(formula: str, otherwise: str) -> str:
    return f"IF({NO_DATA},{otherwise},IF({FIGURES}!{figures.PREBOOKS}=0,{otherwise},{formula}))"


def _write_table(page: Worksheet, looks: Looks, group: Group, top: int) -> None:
    page.set_row(top, 21)
    for column in range(1, LAST + 1):
        page.write_blank(top, column, None, looks.section())
    page.write_string(top, 1, group.title, looks.section())
    heads = (("", "right"), (group.noun, "left"), ("boxes", "right"), ("value", "right"), ("share", "right"))
    for column, (words, align) in enumerate(heads, start=1):
        page.write_string(top + 1, column, words, looks.heading(align, 1 if align == "left" else 0))
    for place in range(1, SHOWN + 1):
        _write_place(page, looks, group, top, place)
    _write_sums(page, looks, top)


def _write_place(page: Worksheet, looks: Looks, group: Group, top: int, place: int) -> None:
    """One name of the table; blank where there are not so many."""
    row = top + 1 + place
    line = {"bottom": 1, "bottom_color": LINE}
    found = f"MATCH(LARGE({group.outside(figures.KEY)},{place}),{group.outside(figures.KEY)},0)"
    first = f"INDEX({group.outside(figures.ROW)},{found})"
    name = f"INDEX(pulled_{group.noun}Name,{first})"
    number = f'"{group.noun} "&INDEX({group.outside(figures.ID)},{found})'
    shown = f'IF({name}="",{number},IF(LEN({name})>{LONGEST},LEFT({name},{LONGEST - 1})&"…",{name}))'
    total = f"$D${top + SHOWN + 4}"
    cells = (
        (2, f'=IFERROR({shown},"")', looks.of(indent=1, **line)),
        (3, f'=IFERROR(INDEX({group.outside(figures.BOXES)},{found}),"")', looks.of(num_format="#,##0", **line)),
        (4, f'=IFERROR(INDEX({group.outside(figures.VALUE)},{found}),"")', looks.of(num_format="#,##0.00", **line)),
        (5, f'=IF($D{row + 1}="","",IF({total}=0,"",$D{row + 1}/{total}))', looks.of(num_format="0.0%", **line)),
    )
    page.write_formula(
        row, 1, f'=IF($C{row + 1}="","",{place})', looks.of(font_color=QUIET, align="center", **line), ""
    )
    for column, formula, look in cells:
        page.write_formula(row, column, formula, look, "")


def _write_sums(page: Worksheet, looks: Looks, top: int) -> None:
    """Whatever the names above do not cover is one line, so that the total is that of all pulled rows."""
    first, others, total = top + 3, top + SHOWN + 3, top + SHOWN + 4
    page.write_blank(others - 1, 1, None)
    page.write_string(others - 1, 2, "all others", looks.of(font_color=QUIET, italic=True, indent=1))
    sum_look = {"bold": True, "top": 1, "top_color": NAVY, "bg_color": BAND}
    page.write_blank(total - 1, 1, None, looks.of(**sum_look))
    page.write_string(total - 1, 2, "total", looks.of(indent=1, **sum_look))
    for letters, column, heading, code in (("D", 3, FIELDS[0], "#,##0"), ("E", 4, FIELDS[1], "#,##0.00")):
        rest = f"=ROUND({letters}{total}-SUM({letters}{first}:{letters}{others - 1}),4)"
        page.write_formula(others - 1, column, rest, looks.of(font_color=QUIET, italic=True, num_format=code), 0)
        all_of_it = "=" + _or_else(f"SUM(pulled_{heading})", "0")
        page.write_formula(total - 1, column, all_of_it, looks.of(num_format=code, **sum_look), 0)
    share = f'=IF($D{total}=0,"",$D{others}/$D{total})'
    page.write_formula(others - 1, 5, share, looks.of(font_color=QUIET, italic=True, num_format="0.0%"), "")
    page.write_formula(total - 1, 5, f'=IF($D{total}=0,"",1)', looks.of(num_format="0%", **sum_look), "")


def _insert_chart(book: Workbook, page: Worksheet, group: Group, top: int, look: tuple[int, str, int, str]) -> None:
    """Bars of one measure, the largest at the top. Two measures on one axis would hide the smaller one."""
    at, words, column, colour = look
    chart = book.add_chart({"type": "bar"})
    first, last = top + 2, top + 1 + SHOWN
    small = {"name": FONT, "size": 9, "color": "#3B4654"}
    chart.add_series({
        "name": f"{words} per {group.noun}",
        "categories": [NAME, first, 2, last, 2],
        "values": [NAME, first, column, last, column],
        "fill": {"color": colour},
        "gap": 45,
        "data_labels": {"value": True, "num_format": "#,##0;;", "font": small},
    })  # fmt: skip
    chart.set_title({
        "name": f"{words} per {group.noun}", "overlay": False,
        "name_font": {"name": FONT, "size": 11, "bold": True, "color": NAVY},
    })  # fmt: skip
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "num_font": small, "line": {"color": LINE}, "major_tick_mark": "none"})
    chart.set_x_axis({"visible": False, "major_gridlines": {"visible": False}, "min": 0})
    chart.set_chartarea({"border": {"none": True}})
    chart.set_size({"width": 372, "height": 20 * (HEIGHT - 2)})
    chart.show_blanks_as("gap")
    options = {
        "object_position": 1,
        "x_offset": 4,
        "y_offset": 4,
        "description": f"Bar chart: {words.lower()} per {group.noun}",
    }
    page.insert_chart(top + 1, at, chart, options)
