"""Everything once, against a sandbox Komet: the whole way of a line, with every verdict, and nothing sent twice."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from komet_xl.evidence import Proposal
from komet_xl.komet.secret import Token
from komet_xl.model import PrebookQuery, Verdict
from komet_xl.push import PushOptions
from komet_xl.session import Session, open_existing, open_or_new
from komet_xl.settings import load_settings
from komet_xl.sheets.cells import day
from komet_xl.sheets.columns import Column, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.evidence import ResolveReport
    from komet_xl.grids.grid import Value
    from komet_xl.model import Report
    from komet_xl.pull import PullReport

SHEET: Final = "orders"
COLUMNS: Final = (
    Column("prebookId", Kind.ID, 12),
    Column("inventoryId", Kind.ID, 13),
    Column("boxes", Kind.COUNT, 8),
    Column("price", Kind.MONEY, 9),
    Column("markCode", Kind.TEXT, 14),
    Column("unitsPerBox", Kind.COUNT, 14),
    Column("status", Kind.ID, 14),
    Column("message", Kind.TEXT, 150),
)
LOST: Final = 9_999_992
"""The inventory item whose answer gets lost."""
LINES: Final[tuple[tuple[Value, ...], ...]] = (
    (1_927_173, 9_999_999, 5, Decimal("2.50"), "STORE 1", 240, None),
    (1_927_173, 9_999_991, 9, Decimal("1.95"), "STORE 1", 200, None),
    (1_949_612, LOST, 4, Decimal("1.65"), "STORE 2", 120, None),
    (1_949_612, 9_999_993, 6, Decimal("1.10"), "STORE 2", 300, None),
    (1_949_612, 9_999_994, "five", Decimal("0.85"), None, 250, None),
    (1_927_173, 9_999_994, 3, Decimal("0.85"), None, 250, "ask Ana first"),
)
WANTED: Final = (
    Verdict.ACCEPTED,
    Verdict.REJECTED,
    Verdict.INVALID,
    Verdict.NOT_SENT,
    Verdict.UNKNOWN,
    Verdict.HELD,
)
FIRST_ROW: Final = 2
STATUS_COLUMN: Final = 7


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo did."""

    file: str
    pulled: PullReport
    pushes: tuple[Report, Report]
    resolved: ResolveReport
    applied: int
    """Lines that the sandbox has really added."""
    most_times_applied: int
    """How often the line that was added most often was added: 1, or the promise is broken."""

    @property
    def missing(self) -> list[Verdict]:
        """Verdicts that were to be shown and were not."""
        seen = {outcome.verdict for report in self.pushes for outcome in report.outcomes}
        return [each for each in WANTED if each not in seen]


def run_demo(file: Path, home: Path) -> Demo:
    """
    Pull, push, push again, resolve; leave the workbook.

    Args:
        file: The workbook to leave; an older one is replaced.
        home: An empty folder for the demo's own journal.

    Raises:
        SheetError: the workbook cannot be written.
    """
    from komet_xl.sandbox.server import Sandbox  # noqa: PLC0415  a web server: only the demo pays for it

    if file.exists():
        open_existing(file).ensure_writable()
        file.unlink()
    with Sandbox() as komet:
        komet.fault("close-after", inventory_id=LOST)
        settings = load_settings({"KOMET_URL": komet.url, "KOMET_HOME": str(home), "KOMET_PROFILE": "demo"})
        with Session(settings, token=Token(komet.token)) as session:
            pulled = session.pull(PrebookQuery(truck_date=day("2015-02-10")), file)
            _fill_orders(file)
            options = PushOptions(sheet=SHEET, lanes=1)
            first = session.push(file, options, confirm=lambda _plan: True)
            _clear_status(file, FIRST_ROW)
            second = session.push(file, options, confirm=lambda _plan: True)
            unknown = session.resolve(file, sheet=SHEET)
            resolved = session.resolve(file, sheet=SHEET, accept=_added(unknown))
        times = Counter((each.prebook_id, each.inventory_id, each.boxes) for each in komet.ledger())
    return Demo(str(pulled.file), pulled, (first, second), resolved, times.total(), max(times.values(), default=0))


def _added(report: ResolveReport) -> list[str]:
    """REFs of the lines that Komet seems to have."""
    return [case.ref for case in report.cases if case.evidence.proposal is Proposal.ADDED]


def _fill_orders(file: Path) -> None:
    book = open_or_new(file)
    grid = book.add(SHEET, COLUMNS)
    grid.replace(1, range(1, STATUS_COLUMN + 1), LINES, [None] * len(LINES))
    book.save()


def _clear_status(file: Path, row: int) -> None:
    book = open_existing(file)
    book.grid(SHEET).write({(row, STATUS_COLUMN): None, (row, STATUS_COLUMN + 1): None})
    book.save()
