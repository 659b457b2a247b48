"""Prebooks as Komet sends them, pulled into sheets in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.komet import wire
from komet_xl.sheets.prebooks import to_table
from komet_xl.sheets.refresh import plan_refresh

if TYPE_CHECKING:
    from komet_xl.grids.memory import MemoryBook
    from komet_xl.model import Prebook
    from komet_xl.sheets.cells import Cell
    from komet_xl.sheets.prebooks import Table
    from komet_xl.sheets.refresh import Refresh


def item(**fields: object) -> dict[str, object]:
    return {"prebookItemId": 1, "productDescription": "Rose", "unitPrice": "0.25", "totalBoxes": 2, **fields}


def prebook(*items: dict[str, object], **fields: object) -> Prebook:
    return wire.parse_prebook(
        {"id": 85063, "number": "013010", "truckDate": "2015-02-10", "details": [*items], **fields}
    )


def pulled(book: MemoryBook, *prebooks: Prebook, name: str = "prebooks") -> list[list[Cell]]:
    """The sheet after a pull of these prebooks into it."""
    refresh(book, to_table(prebooks), name)
    return book.grid(name).read()


def refresh(book: MemoryBook, table: Table, name: str = "prebooks") -> Refresh:
    """Put a table into a sheet as a pull does."""
    grid = book.grid(name) if book.has(name) else book.add(name, table.columns)
    plan = plan_refresh(grid.read(), table, name=name, hidden=grid.hidden_rows())
    grid.write(plan.new_headings)
    grid.replace(plan.heading, plan.columns, plan.rows, plan.origins)
    return plan


def column(rows: list[list[Cell]], heading: str) -> list[Cell]:
    """What stands under a heading of row 1."""
    index = rows[0].index(heading)
    return [row[index] if index < len(row) else None for row in rows[1:]]
