"""komet-xl check and komet-xl push."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import click

from komet_xl.cli.options import LEFT_OVER, Refs, common, print_json, report_code, report_json

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    from rich.console import Console

    from komet_xl.lanes import Halt
    from komet_xl.model import Plan


def _row_ranges(_ctx: click.Context, _param: click.Parameter, value: str | None) -> tuple[range, ...] | None:
    from komet_xl.sheets.orders import named_rows

    try:
        return None if value is None else tuple(named_rows(value))
    except ValueError as exc:
        raise click.BadParameter(str(exc)) from None


@click.command()
@click.argument("file", metavar="FILE.xlsx")
@click.option("--sheet", default="orders", show_default=True, help="Sheet, table or name with the order lines.")
@common
def check(file: str, sheet: str, profile: str | None, as_json: bool) -> int:
    """Check the order lines of a sheet: every fault of every row, with its column.

    Works offline and changes nothing, neither the file nor the journal. Lines that were sent before are only known to
    the journal: a push may still hold them.
    """
    from komet_xl.cli.render import console, show_report
    from komet_xl.session import open_session

    with open_session(profile) as session:
        report = session.check(file, sheet=sheet)
    if as_json:
        print_json(report_json(report))
    else:
        show_report(report, out=console())
    return 3 if any(report.counts[each] for each in LEFT_OVER) else 0


@click.command()
@click.argument("file", metavar="FILE.xlsx")
@click.option("--sheet", default="orders", show_default=True, help="Sheet, table or name with the order lines.")
@click.option("--rows", metavar="2-40,55", callback=_row_ranges, help="Only these rows.")
@click.option("--yes", is_flag=True, help="Send without asking.")
@click.option("--lanes", type=click.IntRange(1, 8), default=4, show_default=True, help="Prebooks at a time.")
@click.option("--include-hidden", is_flag=True, help="Send hidden and filtered rows as well.")
@click.option("--send-held", type=Refs(), metavar="REF,...", default="", help="Send these held rows after all.")
@common
def push(
    file: str,
    sheet: str,
    rows: tuple[range, ...] | None,
    yes: bool,
    lanes: int,
    include_hidden: bool,
    send_held: frozenset[str],
    profile: str | None,
    as_json: bool,
) -> int:
    """Send the order lines of a sheet to Komet, each at most once. Every accepted line can cost a fee.

    Shows the plan and asks before anything is sent. Status and message are written beside each row. A line without an
    answer becomes `unknown`, stops the push and is never sent again by itself: see komet-xl resolve. Ctrl-C finishes
    the requests under way and leaves the rest unsent. One request a line, and one a truck date for evidence.
    """
    from komet_xl.cli.render import console, progress_bar, show_plan, show_report
    from komet_xl.lanes import Halt
    from komet_xl.push import PushOptions
    from komet_xl.session import open_session

    options = PushOptions(sheet=sheet, rows=rows, lanes=lanes, include_hidden=include_hidden, send_held=send_held)
    err = console(stderr=True)
    halt = Halt()

    with open_session(profile) as session, ExitStack() as until_sent:
        bar = progress_bar()
        task = bar.add_task("sending", total=None)

        def confirm(plan: Plan) -> bool:
            show_plan(plan, out=err if as_json else console())
            if not yes and not sys.stdin.isatty():
                err.print("There is no terminal to ask on: add --yes to send. Nothing was sent.")
                return False
            if not yes and not click.confirm(f"Send {plan.sums.lines} order lines to {plan.host}?", err=True):
                return False
            # From here on Ctrl-C must not tear the program apart: it stops new launches.
            until_sent.enter_context(bar)
            until_sent.enter_context(_stops_on_ctrl_c(halt, err))
            return True

        report = session.push(
            file,
            options,
            confirm=confirm,
            progress=lambda done, total: bar.update(task, completed=done, total=total),
            halt=halt,
        )
    if as_json:
        print_json(report_json(report))
        for note in report.notes:
            click.echo(note, err=True)
    else:
        show_report(report, out=console())
    return report_code(report)


@contextmanager
def _stops_on_ctrl_c(halt: Halt, err: Console) -> Iterator[None]:
    """While the block runs, Ctrl-C throws the switch; answers under way are waited for."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_signal: int, _frame: FrameType | None) -> None:
        halt.throw("you stopped it (Ctrl-C)")
        err.print("Stopping: waiting for the answers under way …")

    # SIGBREAK is Ctrl-Break on Windows; SIGTERM is how a scheduler asks a program to end.
    names = [each for each in ("SIGINT", "SIGBREAK", "SIGTERM") if hasattr(signal, each)]
    before = {name: signal.signal(getattr(signal, name), handle) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)
