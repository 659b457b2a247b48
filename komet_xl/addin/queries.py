"""What a pull is to ask for: named cells of the workbook, else what the person types.

Named cells: `komet_day`, and `komet_` with a filter of the command line, its - written as _: `komet_customer`,
`komet_carrier_id`, `komet_updated_since` and so on, only that of the prebook is `komet_prebook_number`; `komet_from`
and `komet_to` for future inventory. A name of the active sheet goes before a name of the workbook. A blank cell asks
nothing.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from komet_xl.addin import arguments
from komet_xl.addin.arguments import FILTERS
from komet_xl.addin.remembered import EXAMPLE, Asked
from komet_xl.errors import UsageError
from komet_xl.grids.excel.around import named_area
from komet_xl.grids.excel.faults import patiently
from komet_xl.grids.excel.values import to_plain
from komet_xl.sheets.cells import ErrorValue
from komet_xl.words import read_day

if TYPE_CHECKING:
    import xlwings

    from komet_xl.addin.arguments import Given

PREFIX: Final = "komet_"
DAY: Final = "komet_day"
FIRST: Final = "komet_from"
LAST: Final = "komet_to"
NUMBER: Final = "komet_prebook_number"
"""Of the filter `prebook`: a cell named komet_prebook would hide the formula KOMET_PREBOOK in its workbook."""
NAMES: Final = {NUMBER if each == "prebook" else f"{PREFIX}{each.replace('-', '_')}": each for each in FILTERS}
"""Filter by the name of its cell."""


def named_cells(book: xlwings.Book, sheet: str) -> dict[str, Given]:
    """What the named cells hold that mean something here, for a sheet."""
    return patiently(lambda: {name: _value(cell) for name, cell in _named_cells(book, sheet).items()})


def are_formulas(book: xlwings.Book, sheet: str) -> bool:
    """Whether any of them is a formula, such as =TODAY()."""
    return patiently(lambda: any(str(cell.formula).startswith("=") for cell in _named_cells(book, sheet).values()))


def _named_cells(book: xlwings.Book, sheet: str) -> dict[str, xlwings.Range]:
    known = {DAY, FIRST, LAST, *NAMES}
    found: dict[str, tuple[bool, xlwings.Range]] = {}
    for name in book.names:
        owner, _, short = name.name.rpartition("!")
        short = short.lower()
        is_own = owner.strip("'").replace("''", "'").lower() == sheet.lower() if owner else False
        if short not in known or (owner and not is_own) or (short in found and found[short][0]):
            continue
        place = named_area(name.refers_to)
        if place is not None:
            found[short] = is_own, book.sheets[place[0]].range((place[1].top, place[1].left))
    return {name: cell for name, (_, cell) in found.items()}


def _value(cell: xlwings.Range) -> Given:
    """What the first cell of a range holds; an error by its name, which nothing takes for a value."""
    value = to_plain(cell.raw_value)
    return value.code if isinstance(value, ErrorValue) else value


def from_cells(cells: dict[str, Given]) -> Asked | None:
    """What the named cells ask for; None where they name no day. Raises UsageError naming the cell that is wrong."""
    if arguments.is_blank(cells.get(DAY)):
        return None
    return Asked(_day(cells[DAY]), filters_of(cells))


def _day(value: Given) -> date:
    """The day of a cell: a date, text like 2015-02-10, or a word like today."""
    if isinstance(value, str):
        with suppress(ValueError):
            return read_day(value, today())
    return arguments.day(value, DAY)


def filters_of(cells: dict[str, Given]) -> tuple[tuple[str, str], ...]:
    """The filters among named cells, as they can be kept. Raises UsageError naming the cell that is wrong."""
    found = []
    for name, option in NAMES.items():
        value = cells.get(name)
        if not arguments.is_blank(value):
            text = _text(value)
            FILTERS[option](text, name)
            found.append((option, text))
    return tuple(found)


def _text(value: Given) -> str:
    """A cell's value as a person would type it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(" ")
        case float() if value.is_integer():
            return str(int(value))
    return str(value).strip()


def from_text(text: str) -> Asked:
    """What a person typed: a day, and filters after it. Raises UsageError."""
    first, _, rest = text.partition(";")
    try:
        day = read_day(first, today())
    except ValueError:
        raise UsageError(f"{first.strip()!r} is not a date; write it like {EXAMPLE}, or today, tomorrow.") from None
    pairs = [each.partition("=") for each in rest.split(";") if each.strip()]
    asked = Asked(day, tuple((name.strip(), value.strip()) for name, _, value in pairs))
    if any(not sign for _, sign, _ in pairs):
        raise UsageError(f"{rest.strip()!r} is not a filter; write it like {EXAMPLE}.")
    _ = asked.query
    return asked


def span_of(text: str) -> tuple[date, date]:
    """First and last day from text like "2015-02-10 to 2015-02-12", or one day. Raises UsageError."""
    first, _, last = text.lower().partition(" to ")
    try:
        found = read_day(first, today()), read_day(last or first, today())
    except ValueError:
        raise UsageError(f"{text.strip()!r} names no days; write 2015-02-10 to 2015-02-12, or one day.") from None
    return in_order(*found)


def in_order(first: date, last: date) -> tuple[date, date]:
    """The two days. Raises UsageError when the last one is before the first."""
    if last < first:
        raise UsageError(f"the last day {last} is before the first day {first}; turn them round.")
    return first, last


def today() -> date:
    """This computer's calendar day."""
    return datetime.now().astimezone().date()
