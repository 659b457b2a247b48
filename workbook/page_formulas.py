"""The sheet "formulas": every KOMET_ formula at work, with what it does and how it is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.addin.registry import FORMULAS, Formula, Result
from workbook.looks import BAND, LINE, printed, title

if TYPE_CHECKING:
    from xlsxwriter.worksheet import Worksheet

    from workbook.looks import Looks

NAME: Final = "formulas"
INSTALL: Final = "install the Komet add-in"
NO_DAY: Final = "type a truck date on the sheet start"
NO_PREBOOK: Final = "type a prebook on the sheet start"
NO_SPAN: Final = "type inventory from and to on start"
NEEDED: Final = {
    "komet_day": NO_DAY,
    "komet_prebook_number": NO_PREBOOK,
    "komet_from": NO_SPAN,
    "komet_to": NO_SPAN,
}
"""What a cell shows while a named cell that it needs is empty. A filter may be empty."""
EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "KOMET_PREBOOKS": ("KOMET_PREBOOKS(komet_day,komet_filters)",),
    "KOMET_ITEMS": ("KOMET_ITEMS(komet_day,komet_filters)",),
    "KOMET_PREBOOK": (
        'KOMET_PREBOOK(komet_day,komet_prebook_number,"customerName")',
        'KOMET_PREBOOK(komet_day,komet_prebook_number,"totalBoxes")',
    ),
    "KOMET_TOTAL": (
        'KOMET_TOTAL(komet_day,"totalBoxes")',
        'KOMET_TOTAL(komet_day,"totalPrice",,komet_filters)',
    ),
    "KOMET_INVENTORY": ("KOMET_INVENTORY(komet_from,komet_to)",),
    "KOMET_CUSTOMERS": ("KOMET_CUSTOMERS()",),
    "KOMET_CARRIERS": ("KOMET_CARRIERS()",),
    "KOMET_AGE": ("KOMET_AGE(komet_day)",),
    "KOMET_QUOTA": ("KOMET_QUOTA()",),
    "KOMET_FEE": ("KOMET_FEE(5,240,1.25)",),
}
"""How each is typed, with the named cells of the sheet start."""
SPILLED: Final = (
    ("Boxes per customer", 'KOMET_TOTAL(komet_day,"totalBoxes","customer",komet_filters)', 2),
    ("Value per vendor", 'KOMET_TOTAL(komet_day,"totalPrice","vendor",komet_filters)', 2),
    ("Boxes per carrier", 'KOMET_TOTAL(komet_day,"totalBoxes","carrier",komet_filters)', 2),
    ("Prebooks of the day", "KOMET_PREBOOKS(komet_day,komet_filters)", 1),
)
"""Tables that fill the cells below and to the right: what stands over them, the formula, columns that they take."""
TOP: Final = 3
LAST: Final = 4


def write(page: Worksheet, looks: Looks) -> None:
    """The list of formulas, and at its right tables that fill themselves."""
    page.hide_gridlines(2)
    for column, width in enumerate((2, 46, 56, 68, 38)):
        page.set_column(column, column, width, looks.of())
    below = (
        "They read and never order. Day and filters come from the sheet start. Tables that fill themselves: column G"
    )
    title(page, looks, "Formulas", below, LAST)
    for column, words in enumerate(("Formula", "What it shows", "Typed like this", "Result"), start=1):
        page.write_string(TOP, column, words, looks.heading())
    page.set_row(TOP, 21)
    row = TOP + 1
    for formula in FORMULAS:
        for number, typed in enumerate(EXAMPLES[formula.name]):
            _write_example(page, looks, row, formula, typed, is_first=number == 0)
            row += 1
    notes = (
        f'Cells say "{INSTALL}" until it is there: run the command  komet-xl install  and restart Excel, then press '
        "Ctrl+Alt+Shift+F9 once. Formulas that bring rows show here how many. Typed as in the third column into an "
        "empty sheet, they fill it (Excel 365 and 2021; in Excel 2016 and 2019 mark an area first and end with "
        "Ctrl+Shift+Enter)."
    )
    page.set_row(row + 1, 52)
    page.merge_range(row + 1, 1, row + 1, LAST, notes, looks.note(valign="top"))
    page.freeze_panes(TOP + 1, 0)
    _write_spilled(page, looks)
    printed(page, row + 1, LAST, landscape=True)


def live(typed: str, *, is_rows: bool) -> str:
    """A formula that shows a sentence, and never an error, where the add-in or what it needs is missing."""
    shown = f'IF(LEFT(INDEX({typed},1,1),1)="#",INDEX({typed},1,1),ROWS({typed})-1&" rows")' if is_rows else typed
    guarded = f'IFERROR({shown},"{INSTALL}")'
    for name in reversed(NEEDED):
        if name in typed:
            guarded = f'IF({name}="","{NEEDED[name]}",{guarded})'
    return f"={guarded}"


def first_shown(typed: str) -> str:
    """What such a formula shows in the template as it is shipped: no add-in, and nothing typed on the sheet start."""
    return next((words for name, words in NEEDED.items() if name in typed), INSTALL)


def _write_example(page: Worksheet, looks: Looks, row: int, formula: Formula, typed: str, *, is_first: bool) -> None:
    line = {"bottom": 1, "bottom_color": LINE}
    page.set_row(row, 36 if is_first else 21)
    page.write_string(row, 1, formula.usage if is_first else "", looks.text(bold=True, indent=1, **line))
    page.write_string(row, 2, formula.help if is_first else "", looks.text(indent=1, **line))
    page.write_string(row, 3, f"={typed}", looks.text(font_name="Consolas", font_size=10, indent=1, **line))
    is_rows = formula.result is Result.ARRAY
    code = "0.00" if formula.name == "KOMET_FEE" else "General"
    result = looks.text(bg_color=BAND, bold=True, indent=1, align="left", num_format=code, **line)
    page.write_formula(row, 4, live(typed, is_rows=is_rows), result, first_shown(typed))


def _write_spilled(page: Worksheet, looks: Looks) -> None:
    column = LAST + 2
    page.set_column(LAST + 1, LAST + 1, 4, looks.of())
    for words, typed, columns in SPILLED:
        page.set_column(column, column, 32 if columns > 1 else 24, looks.of())
        code = "#,##0.00" if "totalPrice" in typed else "#,##0" if columns > 1 else "General"
        page.set_column(column + 1, column + 1, 14, looks.of(num_format=code))
        page.write_string(TOP, column, words, looks.heading())
        for more in range(1, columns):
            page.write_blank(TOP, column + more, None, looks.heading())
        formula = live(typed, is_rows=False)
        cell = (TOP + 1, column)
        page.write_dynamic_array_formula(*cell, *cell, formula, looks.of(valign="top"), first_shown(typed))
        page.set_column(column + columns, column + columns, 4 if columns > 1 else 14, looks.of())
        column += columns + 1
