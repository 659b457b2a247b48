"""One of Komet's lists (customers, carriers, future inventory) into a sheet, so that ids can be picked from it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.errors import SheetError
from komet_xl.sheets import cells, headings
from komet_xl.sheets.own import holds
from komet_xl.sheets.reference import to_columns, to_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.grids.grid import Book
    from komet_xl.komet.lists import Listing, Record
    from komet_xl.sheets.cells import Cell
    from komet_xl.sheets.columns import Column
    from komet_xl.sheets.headings import Layout

FEWEST_HEADINGS: Final = 2
KEYS: Final = ("inventoryId", "id")
"""By what an entry is known again."""


def put_list(book: Book, sheet: str, records: Sequence[Record], listing: Listing) -> int:
    """
    Fill a sheet with a list; it is made when it is missing. What stands beside an entry stays beside it.

    Returns:
        How many entries there are.

    Raises:
        SheetError: the sheet holds something else, a row of the user's own stands among the entries, or it cannot be
            changed. Nothing is changed then.

    Requests: none; `records` are there already.
    """
    book.ensure_writable()
    columns = to_columns(records, listing.documented)
    names = [each.heading for each in columns]
    grid = book.grid(sheet) if book.has(sheet) else book.add(sheet, columns)
    found = grid.read()
    layout = headings.find_layout(found, names, enough=FEWEST_HEADINGS)
    if layout is None:
        if any(holds(cell) for row in found for cell in row):
            raise SheetError(f"the sheet {grid.name} holds something else; rename it, and press the button again.")
        grid.write({(1, column): name for column, name in enumerate(names, start=1)})
        layout = headings.Layout(1, {name: column for column, name in enumerate(names, start=1)}, len(names))
    rows = to_rows(records, columns)
    kept = [index for index, each in enumerate(columns) if each.heading in layout.columns]
    grid.replace(
        layout.row,
        [layout.columns[names[index]] for index in kept],
        [[row[index] for index in kept] for row in rows],
        _origins(found, layout, columns, rows, grid.name),
    )
    book.save()
    return len(rows)


def _origins(
    found: Sequence[Sequence[Cell]],
    layout: Layout,
    columns: Sequence[Column],
    rows: Sequence[Sequence[object]],
    name: str,
) -> list[int | None]:
    """For each entry the row in which it stands already. Raises SheetError for a row that is no entry."""
    key = next((each for each in KEYS if each in layout.columns), None)
    if key is None:
        raise SheetError(
            f"the sheet {name} has no column {' or '.join(reversed(KEYS))}; add it, or rename the sheet for a new one."
        )
    place = next(index for index, each in enumerate(columns) if each.heading == key)
    waiting: dict[str, int] = {}
    for number, row in enumerate(found[layout.row :], start=layout.row + 1):
        told = _told(layout.cell(row, key))
        if told:
            waiting.setdefault(told, number)
        elif any(holds(cell) for cell in row):
            raise SheetError(
                f"the sheet {name} has a row of your own below its headings, row {number}; move it to another sheet."
            )
    return [waiting.pop(str(row[place]), None) for row in rows]


def _told(cell: Cell) -> str:
    """An id as text, however it was typed; "" for what is none."""
    try:
        return str(cells.whole(cell))
    except ValueError:
        return ""
