"""Check, Push and Resolve: what is asked before, shown while lines are on their way, and said at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.addin.progress import Progress, show
from komet_xl.addin.said import Said
from komet_xl.errors import UsageError
from komet_xl.grids.excel import native
from komet_xl.grids.excel.faults import patiently
from komet_xl.journal.identity import State
from komet_xl.lanes import Halt
from komet_xl.model import Verdict
from komet_xl.push import PushOptions
from komet_xl.resolve import UnwrittenError
from komet_xl.sheets.orders import read_orders
from komet_xl.words import case_lines, plan_facts, resolved, summary, telling, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.addin.click import Click
    from komet_xl.evidence import Case, ResolveReport
    from komet_xl.model import Outcome, Plan, Report

MOST_LINES: Final = 12
"""Rows that a box names."""
QUIET: Final = frozenset({Verdict.ACCEPTED, Verdict.SKIPPED, Verdict.READY})
"""Verdicts that need no words: the sheet shows them."""
HELD: Final = "held"


def check(click: Click) -> Said:
    """Check: every fault of every row; nothing is sent or written."""
    return Said(box=_told(click.session.check(click.opened, sheet=click.orders_sheet())))


def push(click: Click) -> Said:
    """Push: every row that is ready."""
    return _push(click, None)


def push_selected(click: Click) -> Said:
    """Push selected rows: those that the person has selected, of them the ready ones."""
    sheet = click.orders_sheet()
    selection = patiently(lambda: click.book.selection)
    if selection is None or patiently(lambda: selection.sheet.name) != sheet:
        raise UsageError(f"no rows of the sheet {sheet} are selected; select them and press the button again.")
    found = patiently(native.areas, selection)
    return _push(click, tuple(range(row, row + height) for row, _, height, _ in found))


def _push(click: Click, rows: tuple[range, ...] | None) -> Said:
    click.ensure_saved_once()
    sheet = click.orders_sheet()
    halt = Halt()
    progress = Progress(click.app, click.running, halt)

    def confirm(plan: Plan) -> bool:
        if not click.ask.confirm(_question(plan)):
            return False
        progress.begin()
        return True

    try:
        report = click.session.push(
            click.opened,
            PushOptions(sheet=sheet, rows=rows),
            confirm=confirm,
            progress=progress.note,
            halt=halt,
            pulse=progress.beat,
        )
    finally:
        show(click.app, None)
    return Said(box=_told(report))


def _question(plan: Plan) -> str:
    """The one confirmation."""
    facts = [f"{name}: {value}" for name, value in plan_facts(plan, hidden="unhide them to send them")]
    held = [f"Held: {each}" for each in _rows(plan.held)]
    notes = [f"• {each}" for each in plan.notes]
    ask = f"Send {plan.sums.lines:,} order lines to {plan.host}?"
    return "\n".join([*facts, *([""] if held or notes else []), *held, *notes, "", ask])


def _told(report: Report) -> str:
    """What a check or a push came to, and the rows that need a person."""
    rows = list(_rows([each for each in report.outcomes if each.verdict not in QUIET]))
    notes = [f"• {each}" for each in report.notes]
    return "\n".join([summary(report), *([""] if rows or notes else []), *rows, *notes])


def _rows(outcomes: Sequence[Outcome]) -> list[str]:
    """Some rows, one line each."""
    found = [f"row {each.row}, {word(each.verdict)}: {telling(each)}" for each in outcomes[:MOST_LINES]]
    more = len(outcomes) - len(found)
    return [*found, f"... and {more:,} more rows"] if more > 0 else found


# ----------------------------------------------------------------------------------------------------- resolve


def resolve(click: Click) -> Said:
    """Resolve unknown: the evidence for each line without an answer, and a person's word; then held lines by REF."""
    click.ensure_saved_once()
    sheet = click.orders_sheet()
    told = []
    report = _resolve(click, sheet, frozenset(), click.ask)
    if report.cases or report.unreadable:
        told.append(resolved(report))
        told += [f"• {each}" for each in report.notes]
    refs = _refs_to_release(click, sheet)
    if refs:
        released = _resolve(click, sheet, refs, None)
        told.append(f"Released, the next push sends them: {', '.join(released.released)}.")
    return Said(box="\n".join(told) or "No row is without an answer, and none was released.")


def _resolve(click: Click, sheet: str, refs: frozenset[str], ask: object) -> ResolveReport:
    try:
        return click.session.resolve(
            click.opened, sheet=sheet, release=refs, ask=(lambda case: _decide(click, case)) if ask else None
        )
    except UnwrittenError as exc:
        click.ask.complain(str(exc))
        return exc.report


def _decide(click: Click, case: Case) -> State | None:
    """What a person says about one line."""
    answer = click.ask.decide(
        "\n".join([*case_lines(case), "", "Was this line added at Komet?"])
        + "\nYes: it counts as sent.\nNo: the next push sends it.\nCancel: decide later."
    )
    return {True: State.CONFIRMED, False: State.RELEASED, None: None}[answer]


def _refs_to_release(click: Click, sheet: str) -> frozenset[str]:
    """REFs of held rows that the person lets go; asked only where the sheet shows held rows."""
    orders = read_orders(click.opened.grid(sheet).read())
    held = [row.number for row in orders.rows if row.status == HELD]
    if not held:
        return frozenset()
    rows = ", ".join(map(str, held[:MOST_LINES]))
    answer = click.ask.line(
        f"Held rows: {rows}. Type the REFs (in their messages) of those to send after all, or none."
    )
    return frozenset(each.strip().upper() for each in (answer or "").replace(";", ",").split(",") if each.strip())
