"""What a pull changes in a sheet that exists. Pure.

Our columns are those whose headings we know, wherever they stand. What a person wrote into other columns belongs to
the row it stands in, and goes where that row goes:

* A row that shows which prebook it is of is a row of an earlier pull. It goes on in the row of the same item (see
  `origins.py`), or goes when the answer has no such item.
* A row with nothing but formulas that fill their columns was prepared for more items. New items take such rows over;
  those that are left stay below.
* A blank row goes.
* Any other row is the user's own, a line of totals for example. It has no place among the items, so the sheet is
  refused before anything is changed.

Two kinds of sheets cannot be read like that, and there each row keeps its position: one whose columns of ours are
blank in every row (the first pull into a sheet that a person has prepared), and one without any column that says which
prebook a row is of (a person deleted them).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeGuard

from komet_xl.errors import HeadingError
from komet_xl.sheets import headings
from komet_xl.sheets.body import Body
from komet_xl.sheets.origins import Side, find_origins
from komet_xl.sheets.own import holds
from komet_xl.sheets.prebooks import BREAKDOWN_COLUMNS, COLUMNS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from komet_xl.sheets.cells import Cell
    from komet_xl.sheets.columns import Column
    from komet_xl.sheets.headings import Layout
    from komet_xl.sheets.own import Own
    from komet_xl.sheets.prebooks import Row, Table

FEWEST_HEADINGS: Final = 2
"""Fewer known headings than this, and a sheet is not ours to write into."""


@dataclass(frozen=True, slots=True)
class Refresh:
    """A sheet as it is to become: the table, and nothing of an earlier one."""

    heading: int
    """The heading row."""
    new_headings: dict[tuple[int, int], str]
    """Headings that the sheet does not have yet, by row and column."""
    columns: tuple[int, ...]
    """Our columns in the order in which `rows` have their values."""
    rows: Sequence[Row]
    """The table's rows; below them, blank, the prepared rows that are left."""
    origins: Sequence[int | None]
    """For each of the rows, the row of the sheet that it continues."""
    notes_gone: int = 0
    """Rows that go although they hold something of the user's own."""
    notes_unmatched: int = 0
    """Rows with something of the user's own that keep their position because nothing says whose they are."""


def find_layout(rows: Sequence[Sequence[Cell]], columns: Sequence[Column], name: str) -> Layout | None:
    """
    Where a sheet that exists has our columns; None for a sheet with nothing in it.

    Raises:
        HeadingError: there is something in it, and it is not a sheet of ours.
    """
    earlier = [cell for row in rows[: headings.DEEPEST_HEADING_ROW] for cell in row if _is_new_key(cell)]
    wanted = [*earlier, *(each.heading for each in columns)]  # of two spellings the last one counts: today's
    layout = headings.find_layout(rows, wanted, enough=FEWEST_HEADINGS)
    if layout is None and any(holds(cell) for row in rows for cell in row):
        raise HeadingError(
            f"the sheet {name} holds something, but none of the headings of a pull in its first "
            f"{headings.DEEPEST_HEADING_ROW} rows; choose another sheet with --sheet."
        )
    return layout


def plan_refresh(
    found: Sequence[Sequence[Cell]], table: Table, *, name: str, hidden: Collection[int] = frozenset()
) -> Refresh:
    """
    How a sheet comes to show the table, each of the user's notes beside the item that it was written for.

    Columns that a person deleted stay deleted; new keys go after the last used column.

    Args:
        found: The sheet as it is, all rows from row 1.
        table: What it is to show.
        name: The sheet's, for messages.
        hidden: Rows that a person does not see; no new item takes over one of them.

    Raises:
        HeadingError: it is not a sheet of ours, or has one of our headings twice.
        SheetError: a row of the user's own stands below the headings.
    """
    layout = find_layout(found, table.columns, name)
    if layout is None:
        written = {(1, column): each.heading for column, each in enumerate(table.columns, start=1)}
        return Refresh(1, written, tuple(range(1, len(table.columns) + 1)), table.rows, [None] * len(table.rows))
    column_of, new_headings = _place_columns(found, layout, table)
    kinds = {each.heading: each.kind for each in table.columns}
    body = Body(found, layout, kinds)
    answer = Side(table.rows, {heading: index for index, heading in enumerate(kinds)}, kinds)
    items = body.items(answer)
    spare = body.sort_out(set(body.numbers).difference(items), name)
    origins = _find_origins(body, items, answer, table)
    _take_over(origins, [number for number in spare if number not in hidden])
    going_on = set(origins)
    left = [number for number in spare if number not in going_on]
    staying = going_on.union(left)
    return Refresh(
        heading=layout.row,
        new_headings=new_headings,
        columns=tuple(column_of.values()),
        rows=[*_project(table, column_of), *[(None,) * len(column_of)] * len(left)],
        origins=[*origins, *left],
        notes_gone=_notes_gone(items, staying, body.own),
        notes_unmatched=0 if body.anchor or body.prepared else len(body.own.noted & staying),
    )


def _place_columns(
    found: Sequence[Sequence[Cell]], layout: Layout, table: Table
) -> tuple[dict[str, int], dict[tuple[int, int], str]]:
    """Column by heading, and the headings that are new."""
    column_of = dict(layout.columns)
    new: dict[tuple[int, int], str] = {}
    width = max([layout.width, *map(len, found)])
    known = {each.heading for each in (*COLUMNS, *BREAKDOWN_COLUMNS)}
    for each in table.columns:
        if each.heading not in column_of and each.heading not in known:
            width += 1
            new[layout.row, width] = each.heading
            column_of[each.heading] = width
    return column_of, new


def _project(table: Table, column_of: Iterable[str]) -> Sequence[Row]:
    """The table's rows with the values of these headings; None under a key that only an earlier answer had."""
    place = {each.heading: index for index, each in enumerate(table.columns)}
    wanted = [place.get(heading, len(place)) for heading in column_of]
    if wanted == list(range(len(place))):
        return table.rows
    return [tuple(map((*row, None).__getitem__, wanted)) for row in table.rows]


def _find_origins(body: Body, items: list[int], answer: Side, table: Table) -> list[int | None]:
    """For each row of the answer the row of the sheet that it continues."""
    if body.prepared or not body.anchor:
        count = len(table.rows)
        return [*items[:count], *[None] * (count - len(items))]
    found = find_origins(body.side(items), answer, table.identity, body.anchor)
    return [None if each is None else items[each] for each in found]


def _take_over(origins: list[int | None], spare: Iterable[int]) -> None:
    """Let new items go on in prepared rows, as long as there are any."""
    free = iter(spare)
    for index, origin in enumerate(origins):
        if origin is None:
            origins[index] = next(free, None)


def _notes_gone(items: Iterable[int], staying: Collection[int | None], own: Own) -> int:
    """How many rows go that hold a note, or a formula that no row is left to go on with."""
    carried = {fill for number, fills in own.fills.items() if number in staying for fill in fills}
    if None in staying:  # a grid fills them into new rows
        carried |= own.everywhere
    going = [number for number in items if number not in staying]
    return sum(1 for n in going if n in own.noted or own.fills.get(n, frozenset()) - carried)


def _is_new_key(cell: Cell) -> TypeGuard[str]:
    """Whether a heading is one that an earlier pull made for a key it did not know."""
    return isinstance(cell, str) and cell.startswith(("prebook.", "item.", "breakdown."))
