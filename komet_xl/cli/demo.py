"""komet-xl demo."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

from komet_xl.cli.options import common, print_json, report_json

if TYPE_CHECKING:
    from rich.console import Console

    from komet_xl.demo import Demo


@click.command()
@common
def demo(profile: str | None, as_json: bool) -> int:  # noqa: ARG001  every command takes it; the demo has its own
    """Show everything once, without account or token: pull, push, push again, resolve.

    Starts a sandbox Komet on this machine, works in a journal of its own (never yours), and leaves komet-demo.xlsx in
    the current folder, where an older one is replaced.
    """
    from komet_xl.cli.render import console
    from komet_xl.demo import run_demo

    # The journal of a demo is of no use afterwards; on Windows a virus scanner may still hold it for a moment.
    with tempfile.TemporaryDirectory(prefix="komet-demo-", ignore_cleanup_errors=True) as home:
        shown = run_demo(Path("komet-demo.xlsx"), Path(home))
    if as_json:
        print_json(
            {
                "file": shown.file,
                "pushes": [report_json(each) for each in shown.pushes],
                "proposals": {case.ref: case.evidence.proposal.value for case in shown.resolved.cases},
                "applied": shown.applied,
                "most_times_applied": shown.most_times_applied,
            }
        )
    else:
        _show(shown, console())
    return 0 if not shown.missing else 3


def _show(shown: Demo, out: Console) -> None:
    from komet_xl.cli.render import counts_line, outcome_table, show_cases, word

    first, second = shown.pushes
    out.print(f"1. Pulled the prebooks of 2015-02-10: {shown.pulled.prebooks} prebooks, {shown.pulled.items} items.")
    out.print(f"2. Pushed the orders sheet, {len(first.outcomes)} lines. Komet loses the answer to one of them:\n")
    out.print(outcome_table(first.outcomes))
    out.print(f"   {counts_line(first)}\n")
    out.print("3. Cleared the status of the accepted line, as if the workbook had been closed unsaved; pushed again:\n")
    out.print(outcome_table(second.outcomes))
    out.print(f"   {counts_line(second)}\n")
    out.print("4. Asked Komet what became of the unknown line, and accepted the proposal:\n")
    show_cases(shown.resolved.cases, out=out)
    out.print(
        f"\n   Komet's own ledger has {shown.applied} lines, none of them more than "
        f"{'once' if shown.most_times_applied == 1 else f'{shown.most_times_applied} times'}."
    )
    if shown.missing:
        out.print(f"   Not shown: {', '.join(word(each) for each in shown.missing)}.")
    out.print("\nThe workbook:", end=" ")
    out.print(shown.file, markup=False)
