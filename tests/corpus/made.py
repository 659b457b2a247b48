"""Workbooks made on the spot with XlsxWriter: one for each family of things that an edit must leave alone."""

from __future__ import annotations

import io
import struct
import zlib
from datetime import date
from typing import TYPE_CHECKING, Any

import xlsxwriter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

HEADINGS = ["flower", "boxes", "price", "total", "day"]
LINES = [("rose", 5, 0.35), ("lily", 7, 0.8), ("carnation", 13, 0.21), ("tulip & co", 2, 1.15)]


def png() -> bytes:
    """A red dot."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">2I5B", 2, 2, 8, 2, 0, 0, 0)
    rows = b"".join(b"\0" + b"\xff\0\0" * 2 for _ in range(2))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def lines(book: Workbook, name: str = "orders") -> Worksheet:
    """A sheet with text, numbers, formulas and days: what every edit needs."""
    sheet = book.add_worksheet(name)
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, HEADINGS, book.add_format({"bold": True, "bg_color": "#D9E1F2"}))
    for row, (flower, boxes, price) in enumerate(LINES, start=1):
        sheet.write_row(row, 0, [flower, boxes, price])
        sheet.write_formula(row, 3, f"=B{row + 1}*C{row + 1}", None, boxes * price)
        sheet.write_datetime(row, 4, date(2026, 2, 10), day)
    return sheet


def charts(book: Workbook) -> None:
    """Charts beside the cells and on a sheet of their own, one with two axes."""
    sheet = lines(book)
    for at, kind in enumerate(("column", "line", "pie", "scatter", "area", "radar", "doughnut")):
        sheet.insert_chart(6 + 16 * at, 0, _chart(book, kind))
    both = _chart(book, "column")
    both.combine(_chart(book, "line"))
    sheet.insert_chart(6, 8, both)
    book.add_chartsheet("chart").set_chart(_chart(book, "bar"))


def _chart(book: Workbook, kind: str) -> Any:  # noqa: ANN401  XlsxWriter has no common type for its charts
    chart = book.add_chart({"type": kind})
    chart.add_series({"categories": "=orders!$A$2:$A$5", "values": "=orders!$B$2:$B$5", "data_labels": {"value": True}})
    chart.set_title({"name": "=orders!$B$1"})
    return chart


def pictures(book: Workbook) -> None:
    """Images on, in and behind cells, in the header; shapes; buttons; check boxes; comments."""
    sheet = lines(book)
    image = {"image_data": io.BytesIO(png()), "x_scale": 8, "y_scale": 8, "url": "http://localhost/", "tip": "a dot"}
    sheet.insert_image("G2", "dot.png", image)
    sheet.embed_image("G8", "dot.png", {"image_data": io.BytesIO(png())})
    sheet.set_background(io.BytesIO(png()))
    sheet.set_header("&L&G&Rpage &P", {"image_left": "dot.png", "image_data_left": io.BytesIO(png())})
    sheet.insert_textbox("I2", "write here", {"font": {"bold": True}})
    sheet.insert_button("I8", {"macro": "send", "caption": "Send"})
    sheet.insert_checkbox("G10", True)  # noqa: FBT003  XlsxWriter takes it so
    for row in range(4):
        sheet.write_comment(row, 0, f"note {row}", {"author": "buyer", "visible": row == 1})


def rules(book: Workbook) -> None:
    """Conditional formats of every kind, validations, sparklines, filters, outlines, protection, print settings."""
    sheet = lines(book)
    for kind in ("2_color_scale", "3_color_scale", "data_bar", "top", "average", "duplicate", "unique"):
        sheet.conditional_format(
            "B2:B5", {"type": kind, "criteria": "above", "value": 2, "format": book.add_format({"bold": True})}
        )
    sheet.conditional_format("C2:C5", {"type": "data_bar", "data_bar_2010": True, "bar_solid": True})
    sheet.conditional_format("C2:C5", {"type": "icon_set", "icon_style": "5_arrows"})
    sheet.conditional_format("A2:E5", {"type": "formula", "criteria": '=$A2="rose"', "multi_range": "A2:C5 E2:E5"})
    sheet.data_validation("B2:B5", {"validate": "integer", "criteria": ">", "value": 0, "input_message": "boxes"})
    sheet.data_validation("A2:A5", {"validate": "list", "source": ["rose", "lily", "carnation"]})
    for row, kind in enumerate(("line", "column", "win_loss")):
        sheet.add_sparkline(row + 1, 6, {"range": f"orders!B{row + 2}:D{row + 2}", "type": kind, "markers": True})
    sheet.autofilter("A1:E5")
    sheet.filter_column("B", "x > 4")
    sheet.set_row(4, 20, None, {"hidden": True, "level": 1})
    sheet.set_column("F:F", 12, book.add_format({"italic": True}), {"level": 2, "collapsed": True})
    sheet.freeze_panes(1, 1)
    sheet.ignore_errors({"number_stored_as_text": "A1:A9"})
    sheet.repeat_rows(0)
    sheet.print_area("A1:E9")
    sheet.set_h_pagebreaks([3])
    sheet.merge_range("H1:J2", "merged", book.add_format({"align": "center"}))
    sheet.protect("", {"format_cells": True})
    book.define_name("lines", "=orders!$A$1:$E$5")
    book.define_name("orders!rate", "=0.015")
    book.set_properties({"title": "orders", "author": "buyer"})
    book.set_custom_property("checked", True)  # noqa: FBT003  XlsxWriter takes it so


def tables(book: Workbook) -> None:
    """Tables with totals and formulas, and formulas of every kind elsewhere that speak of them."""
    sheet = lines(book, "Tables")
    columns = [{"header": name} for name in HEADINGS[:3]] + [{"header": "total", "formula": "=[@boxes]*[@price]"}]
    columns[1]["total_function"] = "sum"
    data = {"name": "lines", "data": [list(line) for line in LINES], "columns": columns, "total_row": True}
    sheet.add_table("G1:J6", data)
    sheet.add_table("L1:M3", {"header_row": False, "style": "Table Style Light 11"})
    other = book.add_worksheet("formulas & co")
    other.write_formula("A1", "=SUM(lines[boxes])", None, 27)
    other.write_formula("A2", '=Tables!B2&"<&>"', None, "5<&>")
    other.write_array_formula("B1:B3", "{=Tables!B2:B4*2}", None, 10)
    other.write_dynamic_array_formula("D1:D4", "=SORT(Tables!B2:B5)", None, 2)
    other.write_formula("F1", "=LET(x,1,x+1)", None, 2)
    other.write_formula("F2", "=NOW()+RAND()", None, 46_000.5)
    other.write_formula("F3", "=1/0", None, "#DIV/0!")
    other.write_boolean("F4", True)  # noqa: FBT003  XlsxWriter takes it so
    other.write_row("A6", ["a", 1, "b", 2.5])


def texts(book: Workbook) -> None:
    """Rich text, links, text that looks like something else, every kind of cell format."""
    sheet = lines(book)
    bold, red = book.add_format({"bold": True}), book.add_format({"font_color": "red", "rotation": 45, "border": 5})
    sheet.write_rich_string("F1", "a ", bold, "bold", " and ", red, " red ", "word", red)
    for row, text in enumerate((" both sides ", "a\nb", "_x0041_", "<&>\"'", "💐 ü \u202e", "x" * 5_000, "'=1+1")):
        sheet.write_string(row, 6, text, red if row % 2 else None)
    sheet.write_url("H1", "http://localhost/?a=1&b=2", string="there", tip="go")
    sheet.write_url("H2", "internal:'orders'!A1", bold, "here")
    sheet.write_url("H3", "external:other.xlsx#a!A1")
    for row, code in enumerate(("0.00%", "[h]:mm", "@", '"€" #,##0.00;[Red]-0', "d mmm yyyy")):
        sheet.write_number(row, 8, 0.25 + row, book.add_format({"num_format": code, "pattern": row + 1}))
    for row in range(6, 9):
        sheet.write_blank(row, 2, None, red)
    sheet.set_row(9, None, red)


def noted_table(book: Workbook) -> None:
    """A table and comments: what tests.corpus.added hangs a slicer and a conversation on."""
    sheet = book.add_worksheet("orders")
    columns = [{"header": name} for name in HEADINGS[:3]]
    sheet.add_table("A1:C5", {"name": "lines", "data": [list(line) for line in LINES], "columns": columns})
    sheet.write_comment(
        "A1", "[Threaded comment]\n\nwhich farm?", {"author": "tc={AAAAAAAA-0000-4000-8000-000000000002}"}
    )
    sheet.write_formula("E2", "=SUM(lines[boxes])", None, 27)


def macros(book: Workbook) -> None:
    """A macro workbook. What stands for the VBA project is no real one: nobody but the comparer looks at it."""
    lines(book).insert_button("G2", {"macro": "send", "caption": "Send"})
    book.set_vba_name("ThisWorkbook")
    book.add_vba_project(io.BytesIO(bytes(range(256)) * 32), is_stream=True)


def many(book: Workbook) -> None:
    """Twelve sheets, one of them hidden, one with 500 rows."""
    for number in range(11):
        lines(book, f"sheet {number}").set_tab_color("#FF9900")
    book.get_worksheet_by_name("sheet 3").hide()
    long = book.add_worksheet("long")
    for row in range(500):
        long.write_row(row, 0, [f"text {row}", row, row / 7])
        long.write_formula(row, 3, f"=B{row + 1}+1", None, row + 1)


KINDS: dict[str, tuple[Callable[[Workbook], None], dict[str, Any]]] = {
    "charts": (charts, {}),
    "pictures": (pictures, {}),
    "rules": (rules, {}),
    "tables": (tables, {}),
    "texts": (texts, {}),
    "noted table": (noted_table, {}),
    "macros": (macros, {}),
    "many": (many, {}),
    "the 1904 calendar": (lines, {"date_1904": True}),
    "row by row": (lines, {"constant_memory": True}),
    "zip64": (lines, {"use_zip64": True}),
}


def make(kind: str, folder: Path) -> Path:
    """A workbook of that kind."""
    build, options = KINDS[kind]
    path = folder / f"{kind}.{'xlsm' if kind == 'macros' else 'xlsx'}"
    with xlsxwriter.Workbook(path, options) as book:
        build(book)
    return path
