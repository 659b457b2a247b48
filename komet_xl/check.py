"""A sheet to order lines and faults; no network, no journal, nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.journal.records import Where
from komet_xl.model import Outcome, Report, Verdict
from komet_xl.plan import decide, place_rows
from komet_xl.sheets.orders import read_orders

if TYPE_CHECKING:
    from komet_xl.grids.grid import Book


def check_orders(book: Book, sheet: str, *, host: str) -> Report:
    """
    Read the orders sheet and say of every row whether it could be sent, with every fault of those that could not.

    Lines that were sent before, from this or another file, are only known to the journal: a push may still hold them.

    Args:
        book: The workbook; nothing is written.
        sheet: Sheet, table or name with the order lines.
        host: Komet's host:port, part of each row's REF.

    Raises:
        SheetError: the sheet or a heading is missing.

    Requests: none.
    """
    grid = book.grid(sheet)
    orders = read_orders(grid.read(), hidden=grid.hidden_rows())
    spots = place_rows(orders.rows, {}, host, Where(book.where, grid.name))
    decisions = decide(orders.rows, spots, include_hidden=True)
    ready = {each.line.row: Outcome(each.line.row, each.ref, Verdict.READY, None, "") for each in decisions.intents}
    outcomes = {**decisions.outcomes, **ready}
    hidden = sum(row.hidden for row in orders.rows if outcomes[row.number].verdict is Verdict.READY)
    notes = [f"{hidden} of the rows are hidden; a push leaves them out unless told otherwise."] if hidden else []
    return Report(
        file=book.where,
        sheet=grid.name,
        outcomes=tuple(outcomes[row.number] for row in orders.rows),
        requests=sum(each.verdict is Verdict.READY for each in outcomes.values()),
        notes=tuple(notes),
    )
