"""What people see in a terminal: tables and sentences. Knows rich, decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from komet_xl.model import Verdict
from komet_xl.words import counts_line, money, plan_facts, summary, telling, visible, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
        table.add_row(str(each.row), each.ref or "–", verdict, escape(telling(each)))
    return table


def show_report(report: Report, *, out: Console) -> None:
    """Outcomes that matter, the counts, the notes."""
    rows = [each for each in report.outcomes if each.verdict is not Verdict.SKIPPED]
    if rows:
        out.print(outcome_table(rows))
    out.print(escape(summary(report)))
    show_notes(report.notes, out=out)


def show_notes(notes: Iterable[str], *, out: Console) -> None:
    """Sentences a person should read."""
    for note in notes:
        out.print(f"[yellow]•[/yellow] {escape(visible(note))}")


def show_plan(plan: Plan, *, out: Console) -> None:
    """What a push is about to do."""
    table = Table(title="This push will send", title_justify="left", show_header=False)
    table.add_column()
    table.add_column(overflow="fold")
    for name, value in plan_facts(plan, hidden="--include-hidden sends them"):
        table.add_row(name, escape(value))
    out.print(table)
    if plan.held:
        out.print(outcome_table(plan.held, title="Held: equal lines were sent before, or a word of your own"))
    show_notes(plan.notes, out=out)


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


__all__ = [
    "console",
    "counts_line",
    "money",
    "outcome_table",
    "progress_bar",
    "show_cases",
    "show_notes",
    "show_plan",
    "show_report",
    "word",
]
