"""Check, Push and Resolve: what is asked before, shown while lines are on their way, and said at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.addin.progress import Progress, show
from komet_xl.addin.said import Said
from komet_xl.errors import SheetError, UsageError
from komet_xl.grids.excel import native
from komet_xl.grids.excel.faults import patiently
from komet_xl.journal.identity import State
from komet_xl.lanes import Halt
from komet_xl.model import CLOSED, Mark, Verdict
from komet_xl.push import PushOptions
from komet_xl.resolve import UnwrittenError
from komet_xl.sheets.orders import read_orders, result_places
from komet_xl.words import case_lines, counted, plan_facts, resolved, summary, telling, word

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.addin.click import Click
    from komet_xl.evidence import Case, ResolveReport
    from komet_xl.grids.excel import ExcelGrid
    from komet_xl.model import Outcome, Plan, Report
    from komet_xl.sheets.orders import OrderSheet

MOST_LINES: Final = 12
"""Rows that a box names."""
MOST_BEFORE: Final = 6
"""Rows, and notes, that the question names: its buttons must not slip off the screen."""
WIDEST: Final = 200
WIDEST_NOTE: Final = 400
LAST: Final = 90
"""Characters of one row, of one note, and of their ends, which are always shown."""
QUIET: Final = frozenset({Verdict.ACCEPTED, Verdict.SKIPPED, Verdict.READY})
"""Verdicts that need no words: the sheet shows them."""
HELD: Final = "held"


def check(click: Click) -> Said:
    """Check: every fault of every row; nothing is sent or written."""
    return Said(box=_told(click.session.check(click.opened, sheet=click.orders_sheet()), click.notes))


def push(click: Click) -> Said:
    """Push: every row that is ready."""
    return _push(click, None)


def push_selected(click: Click) -> Said:
    """Push selected rows: those that the person has selected, of them the ready ones."""
    grid = click.opened.grid(click.orders_sheet())
    selection = patiently(lambda: click.book.selection)
    if selection is None or patiently(lambda: selection.sheet.name != grid.sheet.name):
        raise UsageError(f"no rows of the sheet {grid.name} are selected; select them and press the button again.")
    found = patiently(native.areas, selection)
    return _push(click, tuple(range(row, row + height) for row, _, height, _ in found))


def _push(click: Click, rows: tuple[range, ...] | None) -> Said:
    click.ensure_saved_once()
    sheet = click.orders_sheet()
    grid, before = _orders(click, sheet)
    _ensure_room(grid, before, rows)
    halt = Halt()
    progress = Progress(click.app, click.book, click.running, halt)

    def confirm(plan: Plan) -> bool:
        if not click.ask.confirm(_question(plan, click.notes)):
            return False
        if _orders(click, sheet)[1] != before:
            raise SheetError(
                f"{plan.file}: the sheet {plan.sheet} was changed while the question was open. Nothing was sent; look "
                "at the rows and press the button again."
            )
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
    return Said(box=_told(report, click.notes))


def _orders(click: Click, sheet: str) -> tuple[ExcelGrid, OrderSheet]:
    """The order lines as they stand now."""
    grid = click.opened.grid(sheet)
    return grid, read_orders(grid.read(), hidden=grid.hidden_rows())


def _ensure_room(grid: ExcelGrid, orders: OrderSheet, rows: tuple[range, ...] | None) -> None:
    """Raise SheetError where a row could not take its result, also one that is only found invalid; headings too."""
    open_rows = [each.number for each in orders.rows if each.mark not in {*CLOSED, Mark.OWN} and not each.hidden]
    chosen = [row for row in open_rows if rows is None or any(row in each for each in rows)]
    known = set(orders.layout.columns.values())
    headings = [place for place in result_places(orders.layout, [orders.layout.row]) if place[1] not in known]
    if chosen:
        grid.ensure_writable([*headings, *result_places(orders.layout, chosen)])


def _question(plan: Plan, notes: Sequence[str]) -> str:
    """The one confirmation."""
    facts = [f"{name}: {value}" for name, value in plan_facts(plan, hidden="unhide them to send them")]
    held = [f"Held: {each}" for each in _rows(plan.held, MOST_BEFORE)]
    told = _notes([*notes, *plan.notes])
    ask = f"Send {counted(plan.sums.lines, 'order line')} to {plan.host}?"
    return "\n".join([*facts, *([""] if held or told else []), *held, *told, "", ask])


def _told(report: Report, notes: Sequence[str]) -> str:
    """What a check or a push came to, and the rows that need a person."""
    rows = _rows([each for each in report.outcomes if each.verdict not in QUIET], MOST_LINES)
    told = _notes([*notes, *report.notes])
    return "\n".join([summary(report), *([""] if rows or told else []), *rows, *told])


def _rows(outcomes: Sequence[Outcome], most: int) -> list[str]:
    """Some rows, one line each."""
    found = [_short(f"row {each.row}, {word(each.verdict)}: {telling(each)}") for each in outcomes[:most]]
    more = len(outcomes) - len(found)
    return [*found, f"... and {counted(more, 'more row')}"] if more > 0 else found


def _notes(notes: Sequence[str]) -> list[str]:
    """Some notes, one line each; the most important ones come first."""
    found = [f"• {_short(each, WIDEST_NOTE)}" for each in notes[:MOST_BEFORE]]
    more = len(notes) - len(found)
    return [*found, f"• ... and {counted(more, 'more note')}"] if more > 0 else found


def _short(text: str, most: int = WIDEST) -> str:
    """What is too long loses its middle: at the end stands what to do, and the REF."""
    return text if len(text) <= most else f"{text[: most - LAST]} ... {text[-LAST:]}"


# ----------------------------------------------------------------------------------------------------- resolve


def resolve(click: Click) -> Said:
    """Resolve unknown: the evidence for each line without an answer, and a person's word; then held lines by REF."""
    click.ensure_saved_once()
    sheet = click.orders_sheet()
    told = []
    report = _resolve(click, sheet, frozenset(), click.ask)
    if report.cases or report.unreadable:
        told.append(resolved(report))
        told += _notes([*click.notes, *report.notes])
    refs = _refs_to_release(click, sheet)
    if refs:
        told.append(_release(click, sheet, refs))
    return Said(box="\n".join(told) or "No row is without an answer, and none was released.")


def _resolve(click: Click, sheet: str, refs: frozenset[str], ask: object) -> ResolveReport:
    try:
        return click.session.resolve(
            click.opened, sheet=sheet, release=refs, ask=(lambda case: _decide(click, case)) if ask else None
        )
    except UnwrittenError as exc:
        click.ask.complain(str(exc))
        return exc.report


def _release(click: Click, sheet: str, refs: frozenset[str]) -> str:
    """Let held rows go. Of a REF that fits nothing it is only told: what was decided before it stands."""
    try:
        released = _resolve(click, sheet, refs, None)
    except UsageError as exc:
        return f"No held row was released: {exc}"
    return f"Released, the next push sends them: {', '.join(released.released)}."


def _decide(click: Click, case: Case) -> State | None:
    """What a person says about one line."""
    answer = click.ask.decide(
        "\n".join([*case_lines(case), "", "Was this line added at Komet?"])
        + "\nYes: it counts as sent.\nNo: the next push sends it.\nCancel: decide later."
    )
    return {True: State.CONFIRMED, False: State.RELEASED, None: None}[answer]


def _refs_to_release(click: Click, sheet: str) -> frozenset[str]:
    """REFs of held rows that the person lets go; asked only where the sheet shows held rows."""
    _, orders = _orders(click, sheet)
    held = [row.number for row in orders.rows if str(row.status).casefold() == HELD]
    if not held:
        return frozenset()
    rows = ", ".join(map(str, held[:MOST_LINES]))
    answer = click.ask.line(
        f"Held rows: {rows}. Type the REFs (in their messages) of those to send after all, or none."
    )
    return frozenset(each.strip().upper() for each in (answer or "").replace(";", ",").split(",") if each.strip())
