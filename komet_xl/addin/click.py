"""One press of a button: the workbook, the person, and a session with the profile that Excel uses."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from komet_xl.addin import switches
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

    from komet_xl.addin.asking import Asking
    from komet_xl.addin.running import Running
    from komet_xl.settings import Settings
    from komet_xl.sheets.cells import Cell

PREBOOKS: Final = "prebooks"
ORDERS: Final = "orders"
BREAKDOWNS: Final = "breakdowns"
ANCHORS: Final = frozenset({"prebookId", "number"})


@dataclass
class Click:
    """What a button works with."""

    book: xlwings.Book
    ask: Asking
    running: Running
    sessions: list[Session] = field(default_factory=list)

    @property
    def app(self) -> xlwings.App:
        """Excel."""
        return self.book.app

    @cached_property
    def opened(self) -> ExcelBook:
        """The workbook as a book of the port."""
        return ExcelBook(self.book)

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
        return name if is_blank or is_pulled(rows) else PREBOOKS

    def orders_sheet(self) -> str:
        """The sheet with order lines: the one that the person looks at if it is one, else orders."""
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


def is_pulled(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether a sheet has headings of a pull, one of them for the prebook. Order lines have some of them too."""
    try:
        layout = find_headings(rows, [each.heading for each in COLUMNS], enough=2)
    except SheetError:
        return False
    return layout is not None and not ANCHORS.isdisjoint(layout.columns) and not is_orders(rows)
