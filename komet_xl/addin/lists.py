"""Reference data into sheets, so that ids can be picked: future inventory, customers, carriers."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from komet_xl.addin import arguments, queries
from komet_xl.addin.progress import show
from komet_xl.addin.queries import FIRST, LAST
from komet_xl.addin.said import Said
from komet_xl.errors import SheetError
from komet_xl.grids.excel.faults import patiently
from komet_xl.komet import lists
from komet_xl.listing import put_list
from komet_xl.words import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from komet_xl.addin.click import Click
    from komet_xl.komet.client import Client
    from komet_xl.komet.lists import Listing, Record

INVENTORY: Final = "future inventory"


def customers(click: Click) -> Said:
    """Customers: all active ones into the sheet customers."""
    return _fill(click, "customers", lists.CUSTOMERS, lambda client: client.list_customers())


def carriers(click: Click) -> Said:
    """Carriers: all of them into the sheet carriers."""
    return _fill(click, "carriers", lists.CARRIERS, lambda client: client.list_carriers())


def inventory(click: Click) -> Said:
    """Future inventory: what can be ordered from one day to another, into the sheet future inventory."""
    span = _span(click)
    if span is None:
        return Said()
    return _fill(click, INVENTORY, lists.INVENTORY, lambda client: client.list_future_inventory(*span))


def _span(click: Click) -> tuple[date, date] | None:
    """First and last day: named cells, else what the person types."""
    click.opened.ensure_writable()
    cells = click.named_cells()
    if not arguments.is_blank(cells.get(FIRST)):
        first = arguments.day(cells[FIRST], FIRST)
        last = first if arguments.is_blank(cells.get(LAST)) else arguments.day(cells[LAST], LAST)
        return queries.in_order(first, last)
    day = queries.today()
    answer = click.ask.line("From which day to which? 2015-02-10 to 2015-02-12, or one day.", f"{day} to {day}")
    return queries.span_of(answer) if answer else None


def _fill(click: Click, sheet: str, listing: Listing, ask: Callable[[Client], Sequence[Record]]) -> Said:
    click.opened.ensure_writable()
    if click.opened.has(sheet):
        click.opened.grid(sheet).ensure_unprotected()  # a request is not spent on a sheet that takes no answer
    show(click.app, f"Komet: asking for {sheet} ...")
    report = put_list(click.opened, sheet, ask(click.session.client), listing)
    grid = click.opened.grid(sheet)
    with suppress(SheetError):  # a sheet that the person has hidden cannot come to the front
        patiently(grid.sheet.activate)
    notes = ""
    if report.copy is not None:
        notes = (
            f"{counted(report.notes_gone, 'row')} of the sheet {grid.name} with notes of your own are not in Komet's "
            f"list any more; the workbook as it was before is kept in {report.copy}."
        )
    return Said(bar=f"Komet: {report.entries:,} entries are in the sheet {grid.name}.", box=notes)
