"""Prebooks of a day into a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.sheets.prebooks import to_breakdown_table, to_table
from komet_xl.sheets.refresh import Refresh, plan_refresh

if TYPE_CHECKING:
    from komet_xl.grids.grid import Book
    from komet_xl.journal.seen import SeenPrebooks
    from komet_xl.komet.client import Client
    from komet_xl.model import PrebookQuery
    from komet_xl.sheets.columns import Column
    from komet_xl.sheets.prebooks import Table

BREAKDOWNS: Final = "breakdowns"
BEFORE: Final = "before pull"
"""Mark of the copy that keeps notes of rows that are gone."""


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull brought, and what became of the user's own notes."""

    file: str
    sheet: str
    prebooks: int
    items: int
    breakdowns: int
    requests: int
    notes_gone: int = 0
    """Rows that held something of the user's own and are not in Komet's answer any more."""
    copy: str | None = None
    """Where the workbook is kept as it was before; None when nothing of the user's own is gone or astray."""
    notes_unmatched: int = 0
    """Rows whose notes kept their position, because the user deleted the columns that say whose they are."""
    comments_astray: int = 0
    """Rows with comments (Excel's own notes) that did not go with their item: in a file a comment stays at its cell."""


def pull_prebooks(
    client: Client, book: Book, seen: SeenPrebooks, query: PrebookQuery, *, sheet: str = "prebooks"
) -> PullReport:
    """
    Ask Komet for prebooks and put them into a sheet, one row an item; breakdowns into a second sheet.

    The sheet is made when it is missing. In one that exists, the columns that stand there are refreshed wherever they
    stand. What the user wrote into other columns stays beside the item it was written for; rows that are not in the
    answer any more go. If one of these holds something of the user's own, the workbook is first kept as it was, in
    a file beside it.

    Args:
        client: Komet.
        book: The workbook; written once, at the end, whole or not at all.
        seen: Where numbers and truck dates are kept for later pushes.
        query: What to ask for.
        sheet: Its breakdowns go to `breakdowns`, or to `NAME breakdowns` when it has another name.

    Raises:
        ApiError: the file is as it was.
        SheetError: the file is as it was. One of the sheets is not ours, has a row of the user's own among the pulled
            ones, cannot be changed safely, or the file or the copy cannot be written.

    Requests: 1, up to 3 when the network or Komet stumbles.
    Costs: a day of 100,000 items takes about 5 s and 200 MB besides asking, reading and writing.
    Source: Komet API page "Get a detailed Prebook list".
    """
    book.ensure_writable()
    before = client.quota.taken
    prebooks = client.list_prebooks(query)
    seen.remember(client.host, prebooks)
    parts = to_breakdown_table(prebooks)
    tables = {sheet: to_table(prebooks)}
    second = BREAKDOWNS if sheet == "prebooks" else f"{sheet} {BREAKDOWNS}"
    if parts.rows or book.has(second):
        tables[second] = parts
    plans = {name: _plan(book, name, table) for name, table in tables.items()}
    gone = sum(each.notes_gone for each in plans.values())
    astray = sum(_comments_astray(book, name, plan) for name, plan in plans.items())
    copy = None
    if (gone or astray) and book.is_open:  # what is written there stands there at once
        copy = book.save_copy(BEFORE, as_read=True)
    names = [_fill(book, name, tables[name].columns, plan) for name, plan in plans.items()]
    if (gone or astray) and not book.is_open:  # not sooner: a sheet that refuses its rows leaves no copy behind
        copy = book.save_copy(BEFORE, as_read=True)
    book.save()
    return PullReport(
        file=book.where,
        sheet=names[0],
        prebooks=len(prebooks),
        items=sum(len(each.items) for each in prebooks),
        breakdowns=len(parts.rows),
        requests=client.quota.taken - before,
        notes_gone=gone,
        copy=copy,
        notes_unmatched=sum(each.notes_unmatched for each in plans.values()),
        comments_astray=astray,
    )


def _plan(book: Book, name: str, table: Table) -> Refresh:
    """What is to change in the sheet of that name; nothing is changed yet."""
    if not book.has(name):
        return plan_refresh([[each.heading for each in table.columns]], table, name=name)
    grid = book.grid(name)
    return plan_refresh(grid.read(), table, name=grid.name, hidden=grid.hidden_rows())


def _comments_astray(book: Book, name: str, plan: Refresh) -> int:
    """How many rows have comments that will not go with them."""
    return book.grid(name).comments_astray(plan.heading, plan.origins) if book.has(name) else 0


def _fill(book: Book, name: str, columns: tuple[Column, ...], plan: Refresh) -> str:
    """Change the sheet of that name, or make it. Returns the sheet's own spelling."""
    grid = book.grid(name) if book.has(name) else book.add(name, columns)
    if plan.new_headings:
        grid.write(plan.new_headings)
    grid.replace(plan.heading, plan.columns, plan.rows, plan.origins)
    return grid.name
