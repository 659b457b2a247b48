"""komet-xl pull."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from komet_xl.cli.options import Day, common, print_json

if TYPE_CHECKING:
    from datetime import date


def _moment(_ctx: click.Context, _param: click.Parameter, value: str | None) -> datetime | None:
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value.strip()).astimezone()
    except ValueError:
        raise click.BadParameter(f'{value!r} is not a date and time; write it like "2015-02-09 08:00".') from None


@click.command()
@click.argument("day", type=Day(), metavar="DATE")
@click.argument("file", metavar="FILE.xlsx")
@click.option("--sheet", default="prebooks", show_default=True, help="Sheet, table or name to fill.")
@click.option("--prebook", type=click.IntRange(min=1), help="Only the prebook with this number.")
@click.option("--customer", metavar="TEXT", help="Part of the customer's name or code.")
@click.option("--customer-id", type=click.IntRange(min=1), help="Only this customer.")
@click.option("--carrier", metavar="TEXT", help="Part of the carrier's name.")
@click.option("--carrier-id", type=click.IntRange(min=1), help="Only this carrier.")
@click.option("--salesperson-id", type=click.IntRange(min=1), help="Only this salesperson.")
@click.option("--so-number", type=click.IntRange(min=1), help="Only this standing order.")
@click.option("--po-number", metavar="TEXT", help="Only this purchase order of the customer.")
@click.option("--location-id", type=click.IntRange(min=1), help="Only this location.")
@click.option("--brand-id", type=click.IntRange(min=1), help="Only this brand.")
@click.option(
    "--updated-since", metavar='"DATE TIME"', callback=_moment, help="Only what changed since; time of this computer."
)
@click.option("--ship-from", type=Day(), metavar="DATE", help="First vendor ship date; needs --ship-to.")
@click.option("--ship-to", type=Day(), metavar="DATE", help="Last vendor ship date, at most 7 days later.")
@click.option("--unable-to-source", type=click.Choice(["yes", "no"]), help="Only items (not) marked so.")
@common
def pull(
    day: date,
    file: str,
    sheet: str,
    unable_to_source: str | None,
    profile: str | None,
    as_json: bool,
    **filters: Any,  # noqa: ANN401  click's options, by name
) -> int:
    """Pull the prebooks of a truck date into a sheet, one row an item.

    DATE is 2015-02-10, today or tomorrow. FILE.xlsx is made when it is missing; in a sheet that exists the columns
    that stand there are refreshed, and what you wrote beside an item goes where the item goes. Costs one request.
    """
    from komet_xl.cli.render import console
    from komet_xl.model import PrebookQuery
    from komet_xl.session import open_session
    from komet_xl.words import about_notes, pulled

    if (filters["ship_from"] is None) != (filters["ship_to"] is None):
        raise click.UsageError("--ship-from and --ship-to go together.")
    sourced = None if unable_to_source is None else unable_to_source == "yes"
    query = PrebookQuery(truck_date=day, unable_to_source=sourced, **filters)
    with open_session(profile) as session:
        report = session.pull(query, file, sheet=sheet)
    if as_json:
        print_json(asdict(report))
    else:
        console().print(pulled(report), markup=False)
    err = console(stderr=True)
    for sentence in about_notes(report):
        err.print(sentence, markup=False, soft_wrap=True)
    return 0
