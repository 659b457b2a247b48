"""komet-xl history."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from komet_xl.cli.options import Day, common, print_json

if TYPE_CHECKING:
    from datetime import date

    from komet_xl.journal.history import DaySums
    from komet_xl.journal.records import Send


@click.command()
@click.option("--since", type=Day(), metavar="DATE", help="Only what was sent on this day or later.")
@click.option("--prebook", metavar="N", help="Only this prebook, by number or id.")
@click.option("--export", metavar="FILE.xlsx", help="Put the lines into a new workbook.")
@click.option("--verify", is_flag=True, help="Check that the journal is sound.")
@click.option("--backup", metavar="FILE", help="Copy the whole journal to this file.")
@common
def history(
    since: date | None,
    prebook: str | None,
    export: str | None,
    verify: bool,
    backup: str | None,
    profile: str | None,
    as_json: bool,
) -> int:
    """Show what was sent: boxes, value and fee a day, and each line. Offline; changes nothing."""
    from komet_xl.journal.history import sums_by_day
    from komet_xl.journal.history import verify as find_problems
    from komet_xl.session import open_session

    with open_session(profile) as session:
        journal = session.journal
        first = None if since is None else datetime.combine(since, time()).astimezone()
        ids = None if prebook is None else journal.seen.ids_of_number(prebook)
        sends = journal.sends_since(first, ids)
        days = sums_by_day(sends, session.settings.fee_rate)
        problems = find_problems(journal) if verify else []
        if backup:
            journal.database.backup(Path(backup))
        if export:
            session.export(sends, export)
    if as_json:
        document: dict[str, Any] = {"days": [_day(each) for each in days], "sends": [_send(each) for each in sends]}
        print_json(document | ({"problems": problems} if verify else {}))
    else:
        _show(days, sends, backup=backup, export=export, problems=problems if verify else None)
    return 7 if problems else 0


def _show(
    days: list[DaySums], sends: list[Send], *, backup: str | None, export: str | None, problems: list[str] | None
) -> None:
    from rich.table import Table

    from komet_xl.cli.render import console, money
    from komet_xl.journal.records import local

    out = console()
    if not sends:
        out.print("The journal has no such lines.")
    else:
        lines = Table(header_style="bold")
        for name in ("sent", "REF", "prebook", "item", "boxes", "price", "mark", "state", "file", "by"):
            lines.add_column(name, overflow="fold")
        for send in sends:
            line = send.line
            what = (str(line.prebook_id), str(line.inventory_id), str(line.boxes), str(line.price), line.mark_code)
            lines.add_row(local(send.intended), send.ref, *what, send.state, Path(send.where.file).name, send.user)
        out.print(lines)
        sums = Table(header_style="bold", title="Accepted or confirmed, a day", title_justify="left")
        for name in ("day", "lines", "boxes", "value (estimate)", "fee (estimate)", "units not known", "unknown"):
            sums.add_column(name, justify="left" if name == "day" else "right")
        for day in days:
            of = day.sums
            counts = (f"{of.lines:,}", f"{of.boxes:,}", money(of.value), money(of.fee))
            sums.add_row(str(day.day), *counts, str(of.without_units), str(day.unknown))
        out.print(sums)
    if backup:
        out.print(f"The journal is copied to {backup}.", markup=False)
    if export:
        out.print(f"The lines are in {export}.", markup=False)
    for problem in problems or []:
        out.print(f"• {problem}", markup=False)
    if problems is not None and not problems:
        out.print("The journal is sound.")


def _day(each: DaySums) -> dict[str, object]:
    sums = each.sums
    return {
        "day": str(each.day),
        "lines": sums.lines,
        "boxes": sums.boxes,
        "value": f"{sums.value:.2f}",
        "fee": f"{sums.fee:.2f}",
        "without_units": sums.without_units,
        "unknown": each.unknown,
        "rejected": each.rejected,
    }


def _send(send: Send) -> dict[str, object]:
    from komet_xl.journal.records import stamp_of

    return {
        "ref": send.ref,
        "sent": stamp_of(send.intended),
        "state": send.state.value,
        "message": send.message,
        "prebookId": str(send.line.prebook_id),
        "inventoryId": str(send.line.inventory_id),
        "boxes": send.line.boxes,
        "price": str(send.line.price),
        "markCode": send.line.mark_code,
        "host": send.host,
        "file": send.where.file,
        "sheet": send.where.sheet,
        "row": send.line.row,
        "user": send.user,
        "machine": send.machine,
    }
