"""The sheet as a view of the journal: results into their sheet, or into a copy beside a workbook that takes none."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from komet_xl.errors import SheetError
from komet_xl.journal.records import Shown
from komet_xl.model import Verdict
from komet_xl.sheets.orders import STATUS_OF, to_result_cells

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from komet_xl.grids.grid import Book, Grid
    from komet_xl.journal.records import Send
    from komet_xl.journal.store import Journal
    from komet_xl.model import Outcome
    from komet_xl.sheets.headings import Layout

MARK: Final = "results"
"""What stands in the copy's name: orders.results.xlsx."""
PASSING: Final = frozenset({None, *(STATUS_OF[each] for each in (Verdict.INVALID, Verdict.HELD, Verdict.NOT_SENT))})
"""Status words that every push finds out anew: the journal has nothing of them."""


def show_results(
    journal: Journal,
    book: Book,
    grid: Grid,
    layout: Layout,
    news: Sequence[Outcome],
    sends: Sequence[Send],
    *,
    strange: Collection[str] = frozenset(),
) -> None:
    """
    Write results into their sheet, save it, and note in the journal which sends it shows.

    What is written into a workbook that is open before a person is seen at once, and on disk when they save it, or
    not: the journal notes that nobody knows. A save that cannot even begin leaves the journal's word that the sheet
    shows none of them. When they stand in a copy instead, a person may put that in the workbook's place: then nobody
    knows. But not for lines whose equal rows show a send that this journal does not know: after a sort such a row could
    be taken for ours, and ours would go again.

    Args:
        news: Rows that must show something else; none leaves the file alone.
        sends: What the sheet shows once that is done.
        strange: Fingerprints of rows that show a send unknown to this journal.

    Raises:
        SheetError: the workbook is as it was; one sentence says why, where the results are and how they get into it.
        JournalError: the journal does not know whether the sheet shows them.
    """
    fresh = [send for send in sends if send.shown is Shown.NO]
    if news:
        kept = any(each.status not in PASSING for each in news)
        if book.is_open:
            journal.showing([send.id for send in fresh])
        try:
            grid.write(to_result_cells(layout, news))
        except SheetError as exc:  # a copy would not have them either
            raise _unwritten(book.where, exc, None) if kept else exc from None
        try:
            book.ensure_writable()
            journal.showing([send.id for send in fresh])
            book.save()
        except SheetError as exc:
            copy = _copy(book) if kept else None
            perhaps = {send.id for send in fresh if copy is not None and send.fingerprint not in strange}
            journal.showing(perhaps)
            journal.not_shown({send.id for send in fresh} - perhaps)
            raise _unwritten(book.where, exc, copy) if kept else exc from None
    if not book.is_open:
        journal.shown([send.id for send in sends])


def _copy(book: Book) -> str | None:
    with suppress(SheetError):
        return book.save_copy(MARK)
    return None


def _unwritten(where: str, trouble: SheetError, copy: str | None) -> SheetError:
    """Our sentences about workbooks say what is wrong, a semicolon, and what to do: the results go in between."""
    told = str(trouble)
    what, _, advice = told.removeprefix(where).partition("; ")
    name = _name(where)
    what, it = (name + what, "it") if told.startswith(where) else (what, name)
    beside = f", stand in {_name(copy)} beside it," if copy else ""
    end = f": {advice}" if advice else "."
    return SheetError(
        f"{what.removesuffix('.')}, so the results could not be written into {it}; they are safe in the journal"
        f"{beside} and go into {name} at the next push or resolve{end}"
    )


def _name(where: str) -> str:
    return re.split(r"[\\/]", where)[-1]
