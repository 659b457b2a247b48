"""Prebooks of a day into a sheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.sheets import prebooks as table

if TYPE_CHECKING:
    from komet_xl.grids.grid import Book
    from komet_xl.journal.seen import SeenPrebooks
    from komet_xl.komet.client import Client
    from komet_xl.model import PrebookQuery

BREAKDOWNS: Final = "breakdowns"


@dataclass(frozen=True, slots=True)
class PullReport:
    """What a pull brought."""

    file: str
    sheet: str
    prebooks: int
    items: int
    breakdowns: int
    requests: int


def pull_prebooks(
    client: Client, book: Book, seen: SeenPrebooks, query: PrebookQuery, *, sheet: str = "prebooks"
) -> PullReport:
    """
    Ask Komet for prebooks and put them into a sheet, one row an item; breakdowns into a second sheet.

    The sheet is made when it is missing. In one that exists, the columns that stand there are refreshed wherever they
    stand, rows of an earlier pull go, other columns are left alone.

    Args:
        client: Komet.
        book: The workbook; written once, at the end, whole or not at all.
        seen: Where numbers and truck dates are kept for later pushes.
        query: What to ask for.
        sheet: Its breakdowns go to `breakdowns`, or to `NAME breakdowns` when it has another name.

    Raises:
        ApiError: the file is as it was.
        SheetError: the file is as it was.

    Requests: 1, up to 3 when the network or Komet stumbles.
    Source: Komet API page "Get a detailed Prebook list".
    """
    book.ensure_writable()
    before = client.quota.taken
    prebooks = client.list_prebooks(query)
    seen.remember(client.host, prebooks)
    name = _fill(book, sheet, table.to_table(prebooks))
    parts = table.to_breakdown_table(prebooks)
    second = BREAKDOWNS if sheet == "prebooks" else f"{sheet} {BREAKDOWNS}"
    if parts.rows or book.has(second):
        _fill(book, second, parts)
    book.save()
    return PullReport(
        file=book.where,
        sheet=name,
        prebooks=len(prebooks),
        items=sum(len(each.items) for each in prebooks),
        breakdowns=len(parts.rows),
        requests=client.quota.taken - before,
    )


def _fill(book: Book, name: str, rows: table.Table) -> str:
    """Put a table into the sheet of that name. Returns the sheet's own spelling."""
    grid = book.grid(name) if book.has(name) else book.add(name, rows.columns)
    found = grid.read()
    layout = table.find_layout(found, rows.columns, name)
    grid.write(table.to_cells(found, layout, rows))
    return grid.name
