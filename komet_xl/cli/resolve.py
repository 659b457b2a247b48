"""komet-xl resolve."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from komet_xl.cli.options import Refs, common, first_of, print_json

if TYPE_CHECKING:
    from komet_xl.evidence import Case, ResolveReport
    from komet_xl.journal.identity import State


@click.command()
@click.argument("file", metavar="FILE.xlsx")
@click.option("--sheet", default="orders", show_default=True, help="Sheet, table or name with the order lines.")
@click.option("--accept", type=Refs(), metavar="REF,...", default="", help="These were added: they count as sent.")
@click.option(
    "--release", type=Refs(), metavar="REF,...", default="", help="These were not added, or shall go: sent next time."
)
@common
def resolve(
    file: str, sheet: str, accept: frozenset[str], release: frozenset[str], profile: str | None, as_json: bool
) -> int:
    """Find out what became of lines without an answer, and decide about them.

    Compares what each prebook held before the push with what it holds now, and proposes: was added, was not added, or
    cannot tell. You decide: with --accept and --release, or one by one on a terminal. Nothing is sent by this command;
    a released line goes with the next push. One request a truck date.
    """
    from komet_xl.cli.render import console, show_cases, show_notes
    from komet_xl.resolve import UnwrittenError
    from komet_xl.session import open_session
    from komet_xl.words import resolved

    ask = _ask if not as_json and not accept and not release and sys.stdin.isatty() else None
    unwritten = None
    with open_session(profile) as session:
        try:
            report = session.resolve(file, sheet=sheet, accept=accept, release=release, ask=ask)
        except UnwrittenError as exc:
            unwritten = exc
            report = replace(exc.report, notes=(*exc.report.notes, str(exc)))
    if as_json:
        print_json(_json(report))
    else:
        out = console()
        if report.cases:
            show_cases(report.cases, out=out)
        for ref in report.released:
            out.print(f"{ref}: released; the next push sends it.")
        out.print(resolved(report))
        show_notes(report.notes, out=out)
        if report.undecided and ask is None:
            out.print("Decide with --accept REF (it was added) or --release REF (it was not; the next push sends it).")
    return first_of({4 if report.undecided else 0, unwritten.exit_code if unwritten else 0})


def _ask(case: Case) -> State | None:
    """Ask about one line on the terminal."""
    from komet_xl.journal.identity import State
    from komet_xl.words import case_lines

    what, evidence = case_lines(case)
    click.echo(f"\n{what}", err=True)
    click.echo(f"  {evidence}", err=True)
    answer = click.prompt(
        "  (a)ccept: it was added, (r)elease: send it again, (s)kip", type=click.Choice("ars"), default="s", err=True
    )
    return {"a": State.CONFIRMED, "r": State.RELEASED}.get(answer)


def _json(report: ResolveReport) -> dict[str, object]:
    return {
        "file": report.file,
        "sheet": report.sheet,
        "unknown": [
            {
                "row": case.row,
                "ref": case.ref,
                "line": case.text,
                "sent": case.since,
                "proposal": case.evidence.proposal.value,
                "evidence": case.evidence.text,
                "decision": case.decision.value if case.decision else None,
            }
            for case in report.cases
        ],
        "released": list(report.released),
        "requests": report.requests,
        "notes": list(report.notes),
    }
