"""Lines of the journal into a workbook, for whoever asks "did we order that?"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.journal.records import local
from komet_xl.sheets.columns import Column, Kind
from komet_xl.sheets.prebooks import to_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.grids.grid import Book
    from komet_xl.journal.records import Send

COLUMNS: Final = (
    Column("sent", Kind.TEXT, 20),
    Column("ref", Kind.TEXT, 9),
    Column("state", Kind.TEXT, 11),
    Column("prebookId", Kind.ID, 12),
    Column("inventoryId", Kind.ID, 12),
    Column("boxes", Kind.COUNT, 8),
    Column("price", Kind.MONEY, 10),
    Column("markCode", Kind.TEXT, 16),
    Column("unitsPerBox", Kind.COUNT, 12),
    Column("value", Kind.MONEY, 12),
    Column("host", Kind.TEXT, 26),
    Column("file", Kind.TEXT, 40),
    Column("sheet", Kind.TEXT, 12),
    Column("row", Kind.COUNT, 6),
    Column("user", Kind.TEXT, 14),
    Column("machine", Kind.TEXT, 16),
    Column("message", Kind.TEXT, 60),
)


def export_sends(book: Book, sends: Sequence[Send]) -> None:
    """One row a send, oldest first, in the sheet "sends" (Excel reserves the name History). Raises SheetError."""
    grid = book.add("sends", COLUMNS)
    rows = [[to_value(value) for value in _values(send)] for send in sends]
    grid.replace(1, range(1, len(COLUMNS) + 1), rows, [None] * len(rows))
    book.save()


def _values(send: Send) -> tuple[object, ...]:
    """What stands under COLUMNS."""
    line = send.line
    units = line.units_per_box
    return (
        local(send.intended),
        send.ref,
        send.state.value,
        line.prebook_id,
        line.inventory_id,
        line.boxes,
        line.price,
        line.mark_code,
        units,
        None if units is None else line.price * units * line.boxes,
        send.host,
        send.where.file,
        send.where.sheet,
        line.row,
        send.user,
        send.machine,
        send.message,
    )
