"""One press of a button: the workbook, the person, and a session with the profile that Excel uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from komet_xl.addin import queries, remembered, switches
from komet_xl.addin.progress import show
from komet_xl.errors import HeadingError, SheetError, UsageError
from komet_xl.grids.excel import ExcelBook, native
from komet_xl.grids.excel.faults import patiently
from komet_xl.session import Session
from komet_xl.settings import load_settings
from komet_xl.sheets.headings import find_layout as find_headings
from komet_xl.sheets.orders import find_order_layout
from komet_xl.sheets.own import holds
from komet_xl.sheets.prebooks import COLUMNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xlwings

    from komet_xl.addin.arguments import Given
    from komet_xl.addin.asking import Asking
    from komet_xl.addin.running import Running
    from komet_xl.settings import Settings
    from komet_xl.sheets.cells import Cell

PREBOOKS: Final = "prebooks"
ORDERS: Final = "orders"
BREAKDOWNS: Final = "breakdowns"
OWN_ANCHOR: Final = "prebookId"
ANCHORS: Final = frozenset({OWN_ANCHOR, "number"})
MANY: Final = 8
"""Headings of ours that nobody has together by chance."""
CALCULATED: Final = (
    "Formulas had not been calculated since the last change; that was done just now: look at the prices and boxes that "
    "come from formulas."
)
UNCALCULATED: Final = "Excel has not finished calculating: prices and boxes that come from formulas may be old."


@dataclass
class Click:
    """What a button works with."""

    book: xlwings.Book
    app: xlwings.App
    """Excel; asked for once, because a workbook that was closed cannot say any more in which it was open."""
    ask: Asking
    running: Running
    notes: list[str] = field(default_factory=list)
    """What a person must know of the workbook before they decide."""
    is_calculated: bool = False
    sessions: list[Session] = field(default_factory=list)

    @cached_property
    def opened(self) -> ExcelBook:
        """The workbook as a book of the port."""
        return ExcelBook(self.book)

    def calculate(self) -> None:
        """
        Let formulas that wait for F9 be calculated, once: what they show may be an old price, or yesterday.

        Where any waited, the notes say so.
        """
        if self.is_calculated or patiently(native.is_calculated, self.app):
            return
        self.is_calculated = True  # as far as it can be: some workbooks never come to an end
        show(self.app, "Komet: waiting for Excel to calculate ...")
        self.notes.append(CALCULATED if patiently(native.calculate, self.app) else UNCALCULATED)
        show(self.app, None)

    def named_cells(self) -> dict[str, Given]:
        """What the named cells ask for, for the sheet that the person looks at."""
        if queries.are_formulas(self.book, self.active):
            self.calculate()
        return queries.named_cells(self.book, self.active)

    @cached_property
    def settings(self) -> Settings:
        """The settings of the profile that Excel uses. Raises SettingsError."""
        return load_settings(profile=switches.load().profile)

    @cached_property
    def session(self) -> Session:
        """A session with them; closed when the button has ended."""
        session = Session(self.settings)
        self.sessions.append(session)
        return session

    @cached_property
    def active(self) -> str:
        """Name of the sheet that the person looks at."""
        return patiently(lambda: self.book.sheets.active.name)

    def prebooks_sheet(self) -> str:
        """The sheet to pull into: the one that the person looks at if it is blank or was pulled before."""
        name = self.active
        if name.lower() == BREAKDOWNS:
            return PREBOOKS
        name = name.removesuffix(f" {BREAKDOWNS}")
        if not self.opened.has(name):
            return PREBOOKS
        rows = self.opened.grid(name).read()
        is_blank = not any(holds(cell) for row in rows for cell in row)
        return name if is_blank or is_pulled(rows, asked=self._was_asked(name)) else PREBOOKS

    def _was_asked(self, sheet: str) -> bool:
        """Whether we have pulled into this very sheet. "Book1" is another workbook every day."""
        is_saved = patiently(native.is_saved_somewhere, self.book)
        return is_saved and remembered.recall(self.opened.where, sheet) is not None

    def orders_sheet(self) -> str:
        """
        The sheet with order lines, calculated: the one that the person looks at if it is one, else orders.

        A table or range named orders in the sheet before them goes before that sheet: what stands around it is none.
        """
        self.calculate()
        orders = self.opened.grid(ORDERS) if self.opened.has(ORDERS) else None
        if orders is not None and patiently(lambda: orders.sheet.name) == self.active:
            return orders.name
        if self.opened.has(self.active) and is_orders(self.opened.grid(self.active).read()):
            return self.active
        return ORDERS

    def ensure_saved_once(self) -> None:
        """Raise UsageError for a workbook without a name of its own: the journal could not tell it from another."""
        if not patiently(native.is_saved_somewhere, self.book):
            raise UsageError(
                f"{self.opened.where} was never saved, and the journal names what was sent by its workbook; "
                "save it (F12) and press the button again."
            )

    def close(self) -> None:
        """Let go of everything."""
        for session in self.sessions:
            session.__exit__(None, None, None)


def is_orders(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a sheet has the headings of order lines."""
    try:
        find_order_layout(rows)
    except HeadingError:
        return False
    return True


def is_pulled(rows: Sequence[Sequence[Cell]], *, asked: bool = False) -> bool:
    """
    Whether a sheet was pulled, and not typed by a person: what is pulled takes the place of its rows.

    A list of their own may well have the headings "number" and "comments". So there must be Komet's own prebookId, or
    many of the others, or nothing to lose. Order lines have some of the headings too.

    Args:
        rows: The sheet as it is.
        asked: Whether we know that we have pulled into it. Then a person may have deleted most of the columns.
    """
    try:
        layout = find_headings(rows, [each.heading for each in COLUMNS], enough=2)
    except SheetError:
        return False
    if layout is None or ANCHORS.isdisjoint(layout.columns) or is_orders(rows):
        return False
    is_new = not any(holds(cell) for row in rows[layout.row :] for cell in row)
    return asked or is_new or OWN_ANCHOR in layout.columns or len(layout.columns) >= MANY
