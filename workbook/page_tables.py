"""The sheets "orders" and "prebooks": the two tables that komet-xl reads and writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from komet_xl.grids.xlsx.newsheet import AIR, BUTTON_INDENT, FORMATS, KEYS, LEGIBLE, width
from komet_xl.grids.xlsx.tables import STYLE
from komet_xl.sheets.columns import Column, Kind
from komet_xl.sheets.prebooks import COLUMNS as PREBOOKS
from workbook.looks import QUIET, VERDICTS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from xlsxwriter.worksheet import Worksheet

    from workbook.looks import Looks

ORDERS: Final = (
    Column("prebookId", Kind.ID, 13),
    Column("inventoryId", Kind.ID, 13),
    Column("boxes", Kind.COUNT, 9),
    Column("price", Kind.MONEY, 10),
    Column("markCode", Kind.TEXT, 18),
    Column("unitsPerBox", Kind.COUNT, 14),
    Column("status", Kind.TEXT, 12),
    Column("message", Kind.TEXT, 110),
)
NAMES: Final = ("orders", "prebooks")
ORDER_ROWS: Final = 30
"""Blank rows that the orders table starts with: one printed page. It grows while one types below it."""
LAST_ROW: Final = 1_048_575
"""Of a sheet, counted from 0: checks and colours hold for every line that is pasted."""
ID_RULE: Final = (
    "OR(AND(ISNUMBER({cell}),{cell}>=1,{cell}<=999999999999999,{cell}=INT({cell})),"
    "AND(ISTEXT({cell}),LEN({cell})>15,ISNUMBER(VALUE({cell}))))"
)
PRICE_RULE: Final = "AND(ISNUMBER(D2),D2>=0,ROUND(D2,2)=D2)"


def write_prebooks(page: Worksheet, looks: Looks) -> None:
    """What a first pull makes, without rows: the next pull fills it."""
    _table(page, looks, PREBOOKS, "prebooks_table", 1)
    pages = -(-sum(map(width, PREBOOKS)) // LEGIBLE)
    page.fit_to_pages(pages, 0)
    page.repeat_columns(0, KEYS - 1)
    texts = [at for at, each in enumerate(PREBOOKS) if each.kind is Kind.TEXT]
    page.ignore_errors({"number_stored_as_text": " ".join(f"{_letters(at)}1:{_letters(at)}1048576" for at in texts)})


def write_orders(page: Worksheet, looks: Looks) -> None:
    """One row an order line, with what may be typed and a colour for each verdict."""
    _table(page, looks, ORDERS, "orders_table", ORDER_ROWS)
    page.set_column(3, 3, width(ORDERS[3]), looks.of(num_format="#,##0.00", align="right"))
    page.set_column(6, 6, width(ORDERS[6]), looks.of(align="center"))
    page.set_column(7, 7, width(ORDERS[7]), looks.of(num_format="@", indent=1))
    page.fit_to_pages(1, 0)
    for column, rule in enumerate(_rules()):
        page.data_validation(1, column, LAST_ROW, column, rule | {"ignore_blank": True})
    for each in VERDICTS:
        colours: dict[str, Any] = {"bg_color": each.fill, "font_color": each.ink, "bold": each.bold}
        _colour(page, looks, f'TRIM($G2)="{each.status}"', colours)
    _colour(page, looks, 'TRIM($G2)<>""', {"italic": True, "font_color": QUIET})
    page.ignore_errors({"number_stored_as_text": "A2:B1048576 E2:E1048576"})
    page.set_selection("A2")


def _table(page: Worksheet, looks: Looks, columns: Sequence[Column], name: str, rows: int) -> None:
    page.freeze_panes(1, 0)
    page.set_row(0, 21)
    headers = []
    for at, each in enumerate(columns):
        is_text = each.kind is Kind.TEXT
        align, air = ("left", AIR) if is_text else ("right", 0)
        page.set_column(at, at, width(each), looks.of(num_format=FORMATS[each.kind], align=align, indent=air))
        heading = looks.heading(align, AIR if is_text else BUTTON_INDENT)
        heading = looks.heading("center", 0) if each.heading == "status" else heading
        headers.append({"header": each.heading, "header_format": heading})
    page.add_table(0, 0, rows, len(columns) - 1, {"name": name, "columns": headers, "style": STYLE_WORDS})
    page.repeat_rows(0)
    page.set_landscape()
    page.center_horizontally()
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.set_footer("&L&A&RPage &P of &N")


STYLE_WORDS: Final = STYLE.replace("TableStyleMedium", "Table Style Medium ")
"""The style of our tables, as XlsxWriter spells it."""


def _rules() -> tuple[dict[str, Any], ...]:
    """What may be typed, a rule for each column of the orders sheet."""
    return (
        _custom(ID_RULE.format(cell="A2"), "prebookId", "Komet's id of the prebook, a whole number: copy it from "
                "column A of the sheet prebooks."),
        _custom(ID_RULE.format(cell="B2"), "inventoryId", "The id of the item, a whole number: the button Future "
                "inventory lists them."),
        _number("integer", 1, "boxes", "Whole boxes, 1 or more."),
        _custom(PRICE_RULE, "price", "Price of one unit, 0 or more, at most two decimals."),
        {"validate": "length", "criteria": "<=", "value": 20, **_words("markCode", "At most 20 characters, or empty.")},
        _number("decimal", 0, "unitsPerBox", "Units in one box. Only for the estimate of value and fee; may be empty."),
        {"validate": "any", "input_title": "status", "input_message": "Written by Push. Leave it empty in new lines."},
        {"validate": "any", "input_title": "message", "input_message": "Komet's answer, or what is to be done."},
    )  # fmt: skip


def _custom(formula: str, heading: str, words: str) -> dict[str, Any]:
    return {"validate": "custom", "value": f"={formula}", **_words(heading, words)}


def _number(kind: str, least: int, heading: str, words: str) -> dict[str, Any]:
    return {"validate": kind, "criteria": ">=", "value": least, **_words(heading, words)}


def _words(heading: str, words: str) -> dict[str, Any]:
    return {"input_title": heading, "input_message": words, "error_title": heading, "error_message": words}


def _colour(page: Worksheet, looks: Looks, rule: str, properties: dict[str, Any]) -> None:
    """Both result cells of a row take the colour; the first rule that fits wins."""
    page.conditional_format(
        1, 6, LAST_ROW, 7,
        {"type": "formula", "criteria": f"={rule}", "format": looks.difference(properties), "stop_if_true": True},
    )  # fmt: skip


def _letters(column: int) -> str:
    return chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)
