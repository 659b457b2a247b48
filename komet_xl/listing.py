"""One of Komet's lists (customers, carriers, future inventory) into a sheet, so that ids can be picked from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.errors import SheetError
from komet_xl.sheets import cells, headings
from komet_xl.sheets.own import find_own, holds
from komet_xl.sheets.reference import to_columns, to_rows

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from komet_xl.grids.grid import Book
    from komet_xl.komet.lists import Listing, Record
    from komet_xl.sheets.cells import Cell
    from komet_xl.sheets.columns import Column
    from komet_xl.sheets.headings import Layout

FEWEST_HEADINGS: Final = 2
KEYS: Final = ("inventoryId", "id")
"""By what an entry is known again."""
BEFORE: Final = "before list"
"""Mark of the copy that keeps what stood beside entries that are gone."""


@dataclass(frozen=True, slots=True)
class ListReport:
    """What a list brought, and what became of the user's own notes."""

    entries: int
    notes_gone: int = 0
    """Entries that held something of the user's own and are not in the list any more."""
    copy: str | None = None
    """Where the workbook is kept as it was before; None when nothing of the user's own is gone."""


def put_list(book: Book, sheet: str, records: Sequence[Record], listing: Listing) -> ListReport:
    """
    Fill a sheet with a list; it is made when it is missing. What stands beside an entry stays beside it.

    Entries that are not in the list any more go. If one of them holds something of the user's own, the workbook is
    first kept as it was, in a file beside it.

    Raises:
        SheetError: the sheet holds something else, a row of the user's own stands among the entries, or it cannot be
            changed. Nothing is changed then.

    Requests: none; `records` are there already.
    """
    book.ensure_writable()
    columns = to_columns(records, listing.documented)
    names = [each.heading for each in columns]
    found = book.grid(sheet).read() if book.has(sheet) else []
    layout = headings.find_layout(found, names, enough=FEWEST_HEADINGS)
    if layout is None and any(holds(cell) for row in found for cell in row):
        raise _something_else(book.grid(sheet).name)
    rows = to_rows(records, columns)
    origins: list[int | None] = [None] * len(rows)
    gone, copy = 0, None
    if layout is not None:
        name = book.grid(sheet).name
        origins = _origins(found, layout, columns, rows, name)
        gone = _notes_gone(found, layout, set(origins), is_ours=_is_ours(found, layout, origins, listing, name))
        copy = book.save_copy(BEFORE, as_read=True) if gone else None
    is_new = not book.has(sheet)
    grid = book.add(sheet, columns) if is_new else book.grid(sheet)
    if layout is None:
        layout = headings.Layout(1, {name: column for column, name in enumerate(names, start=1)}, len(names))
        if not is_new:
            grid.write({(1, column): name for name, column in layout.columns.items()})
    kept = [index for index, each in enumerate(columns) if each.heading in layout.columns]
    grid.replace(
        layout.row,
        [layout.columns[names[index]] for index in kept],
        [[row[index] for index in kept] for row in rows],
        origins,
    )
    book.save()
    return ListReport(len(rows), gone, copy)


def _something_else(name: str) -> SheetError:
    return SheetError(f"the sheet {name} holds something else; rename it, and press the button again.")


def _is_ours(
    found: Sequence[Sequence[Cell]], layout: Layout, origins: Sequence[int | None], listing: Listing, name: str
) -> bool:
    """
    Whether a sheet is surely one of ours, by its headings: a list of the user's own has a few of them by chance.

    Raises:
        SheetError: it has few of them, and none of our entries.
    """
    is_empty = not any(holds(cell) for row in found[layout.row :] for cell in row)
    has_many = 2 * len(layout.columns) >= len(listing.documented)
    if not (is_empty or has_many or any(origins)):
        raise _something_else(name)
    return has_many


def _notes_gone(
    found: Sequence[Sequence[Cell]], layout: Layout, staying: Collection[int | None], *, is_ours: bool
) -> int:
    """How many rows go that hold something of the user's own; all that go, where the sheet may not be ours."""
    own = find_own(found, layout.row + 1, set(layout.columns.values()))
    carried = {fill for number in staying if number for fill in own.fills.get(number, ())}
    if None in staying:  # a grid fills them into new rows
        carried |= own.everywhere
    return sum(
        number in own.noted
        or bool(own.fills.get(number, frozenset()) - carried)
        or (not is_ours and any(map(holds, row)))
        for number, row in enumerate(found[layout.row :], start=layout.row + 1)
        if number not in staying
    )


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
