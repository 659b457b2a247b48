"""What people see in a terminal: tables and sentences. Knows rich, decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from komet_xl.cli.plain import visible
from komet_xl.model import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal

    from komet_xl.evidence import Case
    from komet_xl.model import Outcome, Plan, Report

COLOUR: Final = {
    Verdict.READY: "green",
    Verdict.ACCEPTED: "green",
    Verdict.REJECTED: "red",
    Verdict.NOT_SENT: "yellow",
    Verdict.INVALID: "red",
    Verdict.UNKNOWN: "magenta",
    Verdict.HELD: "yellow",
    Verdict.SKIPPED: "dim",
}


def console(*, stderr: bool = False) -> Console:
    """Where to print: stdout, or stderr when stdout belongs to JSON."""
    return Console(stderr=stderr, highlight=False, soft_wrap=False)


def word(verdict: Verdict) -> str:
    """A verdict as people write it."""
    return verdict.value.replace("_", " ")


def money(value: Decimal) -> str:
    """An amount with thousands marks and two decimals."""
    return f"{value:,.2f}"


def outcome_table(outcomes: Iterable[Outcome], *, title: str | None = None) -> Table:
    """One line an outcome."""
    table = Table(title=title, title_justify="left", header_style="bold", expand=False)
    table.add_column("row", justify="right")
    table.add_column("REF")
    table.add_column("verdict", no_wrap=True)
    table.add_column("message", overflow="fold")
    for each in outcomes:
        colour = COLOUR[each.verdict]
        verdict = f"[{colour}]{word(each.verdict)}[/{colour}]"
        table.add_row(str(each.row), each.ref or "–", verdict, escape(visible(each.message) or _own_word(each)))
    return table


def _own_word(outcome: Outcome) -> str:
    """Why a row is held that shows no message: its status cell holds a word of the user's own."""
    if outcome.verdict is not Verdict.HELD or outcome.status is None:
        return ""
    return f"a word of your own stands in its status cell: {outcome.status}"


def counts_line(report: Report) -> str:
    """How many rows ended how: "3 accepted, 1 held"."""
    parts = [f"{count} {word(Verdict(name))}" for name, count in report.counts.items() if count]
    return ", ".join(parts) if parts else "no order lines"


def show_report(report: Report, *, out: Console) -> None:
    """Outcomes that matter, the counts, the notes."""
    telling = [each for each in report.outcomes if each.verdict is not Verdict.SKIPPED]
    if telling:
        out.print(outcome_table(telling))
    if not report.outcomes:
        out.print(escape(f"The sheet {report.sheet} of {report.file} has headings and no order lines."))
    else:
        out.print(escape(f"{report.file}, sheet {report.sheet}: {counts_line(report)}."))
    show_notes(report.notes, out=out)


def show_notes(notes: Iterable[str], *, out: Console) -> None:
    """Sentences a person should read."""
    for note in notes:
        out.print(f"[yellow]•[/yellow] {escape(visible(note))}")


def show_plan(plan: Plan, *, out: Console) -> None:
    """What a push is about to do."""
    sums = plan.sums
    table = Table(title="This push will send", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row("from", escape(f"{plan.file}, sheet {plan.sheet}"))
    table.add_row("to", escape(f"{plan.host} (profile {plan.profile})"))
    table.add_row("order lines", f"{sums.lines:,}")
    table.add_row("boxes", f"{sums.boxes:,}")
    table.add_row("value", _estimate(money(sums.value), sums.lines, sums.without_units))
    table.add_row("fee", _estimate(money(sums.fee), sums.lines, sums.without_units))
    table.add_row("left alone", f"{plan.invalid} invalid, {len(plan.held)} held")
    if plan.hidden:
        what = "included" if plan.include_hidden else "left out, --include-hidden sends them"
        table.add_row("hidden rows", f"{plan.hidden} ({what})")
    table.add_row("requests", f"{plan.requests:,} needed, {plan.requests_left:,} left today")
    out.print(table)
    if plan.held:
        out.print(outcome_table(plan.held, title="Held: equal lines were sent before, or a word of your own"))
    show_notes(plan.notes, out=out)


def _estimate(amount: str, lines: int, unknown: int) -> str:
    if unknown == 0:
        return f"{amount} (estimate)"
    if unknown == lines:
        return "not known: the sheet has no units per box (column unitsPerBox)"
    return f"{amount} (estimate, without {unknown} lines whose units per box are not known)"


def show_cases(cases: Sequence[Case], *, out: Console) -> None:
    """The unknown lines with the evidence for each."""
    table = Table(title="Lines without an answer", title_justify="left", header_style="bold")
    for name in ("row", "REF", "line", "proposal", "evidence"):
        table.add_column(name, overflow="fold")
    for case in cases:
        decision = f"{case.evidence.proposal}" + (f", decided: {case.decision}" if case.decision else "")
        table.add_row(
            str(case.row or "gone"),
            case.ref,
            escape(f"{case.text}, {case.since}"),
            decision,
            escape(case.evidence.text),
        )
    out.print(table)


def progress_bar() -> Progress:
    """A bar on stderr with count and time left; silent when stderr is no terminal."""
    err = console(stderr=True)
    columns = (TextColumn("sending"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=err, transient=True, disable=not err.is_terminal)
