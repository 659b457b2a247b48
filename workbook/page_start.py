"""The sheet "start": what to do, the named cells for day and filters, what each status means, and how far one is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from workbook.looks import BAND, QUIET, VERDICTS, printed, title

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

    from workbook.looks import Looks

NAME: Final = "start"
DAY: Final = "komet_day"
FILTERS: Final = "komet_filters"
"""The filters' names and values, as KOMET_ formulas take them."""
TEXT: Final[dict[str, Any]] = {"validate": "length", "criteria": "<=", "value": 100}
WHOLE: Final[dict[str, Any]] = {
    "validate": "integer",
    "criteria": "between",
    "minimum": 1,
    "maximum": 999_999_999_999_999,
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that has a named cell."""

    name: str
    """As on the command line and in formulas."""
    note: str
    rule: dict[str, Any]

    @property
    def cell_name(self) -> str:
        """
        The name of the cell with its value: `komet_` and the filter's name, with _ in place of -.

        Except for the prebook: a cell named komet_prebook would hide the formula KOMET_PREBOOK in its workbook.
        """
        return "komet_prebook_number" if self.name == "prebook" else f"komet_{self.name.replace('-', '_')}"


FILTER_CELLS: Final = (
    Filter("prebook", "One prebook's number, such as 13010.", WHOLE),
    Filter("customer", "Customers whose name contains this.", TEXT),
    Filter("carrier", "Carriers whose name contains this.", TEXT),
    Filter("po-number", "The customer's PO number, whole.", TEXT),
    Filter("location-id", "The id of one of your locations.", WHOLE),
)
DAYS: Final = (("komet_from", "inventory from"), ("komet_to", "inventory to"))
"""The span for the button Future inventory, by the name of its cell."""
STEPS: Final = {
    "Pull": "Type the truck date and, if you like, filters. On the Komet tab press Pull: the sheet prebooks fills.",
    "Look": "The sheet dashboard adds up boxes and value; the sheet formulas shows what a cell can ask Komet.",
    "Order": (
        "In the sheet orders write one line each: prebookId (from prebooks), inventoryId (from the button Future "
        "inventory), boxes and price. markCode and unitsPerBox are optional."
    ),
    "Check": "Press Check: it names every cell that cannot be read. It sends nothing and costs nothing.",
    "Push": (
        "Press Push…: one question shows lines, boxes, value and fee before anything is sent. Every line that Komet "
        "accepts costs a fee; each is sent at most once."
    ),
    "Read": "Komet's answer stands in status and message of each line, in the colours below.",
}
COUNTS: Final = (
    ("Lines written", "COUNT(orders!$A:$A)"),
    ("Added (1, confirmed)", 'COUNTIF(orders!$G:$G,1)+COUNTIF(orders!$G:$G,"confirmed")'),
    ("Boxes added", 'SUMIF(orders!$G:$G,1,orders!$C:$C)+SUMIF(orders!$G:$G,"confirmed",orders!$C:$C)'),
    ("Refused by Komet (0)", "COUNTIF(orders!$G:$G,0)"),
    ("To correct (invalid)", 'COUNTIF(orders!$G:$G,"invalid")'),
    ("To decide (unknown, held)", 'COUNTIF(orders!$G:$G,"unknown")+COUNTIF(orders!$G:$G,"held")'),
)  # fmt: skip
LAST: Final = 6
"""The last column of the sheet, counted from 0."""


def write(book: Workbook, page: Worksheet, looks: Looks) -> None:
    """Everything on it."""
    page.hide_gridlines(2)
    for column, width in enumerate((2, 22, 24, 38, 3, 28, 11)):
        page.set_column(column, column, width, looks.of())
    title(page, looks, "Komet orders", "From Komet Sales into this workbook, and order lines back to Komet", LAST)
    row = _write_fields(book, page, looks, 3)
    _write_counts(page, looks, 3)
    row = _write_steps(page, looks, row + 1)
    row = _write_verdicts(page, looks, row + 1)
    printed(page, row, LAST, landscape=False)
    page.set_selection("C5")


def _section(page: Worksheet, looks: Looks, row: int, words: str, first: int, last: int) -> int:
    page.set_row(row, 22)
    for column in range(first, last + 1):
        page.write_blank(row, column, None, looks.section())
    page.write_string(row, first, words, looks.section())
    return row + 1


def _write_fields(book: Workbook, page: Worksheet, looks: Looks, row: int) -> int:
    row = _section(page, looks, row, "What to pull", 1, 3)
    _write_day(book, page, looks, row, (DAY, "truck date", "Ctrl+; types today."))
    first = row + 1
    for each in FILTER_CELLS:
        row += 1
        page.set_row(row, 19)
        page.write_string(row, 1, each.name)
        page.write_blank(row, 2, None, looks.field("0" if each.rule is WHOLE else "@"))
        page.write_string(row, 3, each.note, looks.note(indent=1))
        page.data_validation(row, 2, row, 2, each.rule | _help(f"Filter: {each.name}", f"{each.note} Empty: all."))
        book.define_name(each.cell_name, f"={NAME}!$C${row + 1}")
    book.define_name(FILTERS, f"={NAME}!$B${first + 1}:$C${row + 1}")
    for name, words in DAYS:
        row += 1
        _write_day(book, page, looks, row, (name, words, "For the button Future inventory."))
    return row + 1


def _write_day(book: Workbook, page: Worksheet, looks: Looks, row: int, words: tuple[str, str, str]) -> None:
    """A cell for a date: its name, what stands before it and what stands after it."""
    name, label, note = words
    page.set_row(row, 19)
    page.write_string(row, 1, label, looks.of(bold=True))
    page.write_blank(row, 2, None, looks.field("yyyy-mm-dd"))
    page.write_string(row, 3, note, looks.note(indent=1))
    rule = {"validate": "date", "criteria": "between", "minimum": date(2000, 1, 1), "maximum": date(2099, 12, 31)}
    page.data_validation(row, 2, row, 2, rule | _help(label, "A date, such as 2015-02-10."))
    book.define_name(name, f"={NAME}!$C${row + 1}")


def _help(head: str, words: str) -> dict[str, Any]:
    return {"input_title": head, "input_message": words, "error_title": head, "error_message": words}


def _write_counts(page: Worksheet, looks: Looks, row: int) -> None:
    row = _section(page, looks, row, "The orders sheet now", 5, 6)
    for words, formula in COUNTS:
        page.write_string(row, 5, words, looks.of(bg_color=BAND, bottom=1, bottom_color="#FFFFFF", indent=1))
        page.write_formula(
            row, 6, f"={formula}",
            looks.of(bg_color=BAND, bottom=1, bottom_color="#FFFFFF", num_format="#,##0", bold=True, align="right"), 0,
        )  # fmt: skip
        row += 1


def _write_steps(page: Worksheet, looks: Looks, row: int) -> int:
    row = _section(page, looks, row, "How it goes", 1, LAST)
    before = (
        "Once: run the command  komet-xl install  and restart Excel. Then press Sign in… on the Komet tab. To practise "
        "where nothing costs anything, choose the profile demo."
    )
    for number, (head, words) in enumerate((("Before", before), *STEPS.items())):
        page.set_row(row, 33)
        page.write_string(row, 1, f"{number}  {head}" if number else head, looks.of(bold=True, indent=1))
        page.merge_range(row, 2, row, LAST, words, looks.text())
        row += 1
    return row


def _write_verdicts(page: Worksheet, looks: Looks, row: int) -> int:
    row = _section(page, looks, row, "What the status of a line means", 1, LAST)
    for each in VERDICTS:
        page.set_row(row, 19)
        page.write(row, 1, each.status, looks.verdict(each))
        page.merge_range(row, 2, row, 3, each.meaning, looks.of(indent=1))
        page.merge_range(row, 5, row, LAST, f"next push: {each.next_push}", looks.of(font_color=QUIET))
        row += 1
    words = "Any other word in a status cell is yours: the line is held, and your word stays. Leave new lines empty."
    page.set_row(row, 21)
    page.merge_range(row, 1, row, LAST, words, looks.note())
    return row
