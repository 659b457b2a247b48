"""komet-xl lookup."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import click

from komet_xl.cli.options import Day, common, print_json

if TYPE_CHECKING:
    from datetime import date


@click.command()
@click.argument("day", type=Day(), metavar="DATE")
@click.argument("prebook", metavar="PREBOOK")
@click.argument("field", metavar="FIELD")
@common
def lookup(day: date, prebook: str, field: str, profile: str | None, as_json: bool) -> int:
    """Show one field of a prebook, as the formula KOMET_PREBOOK does.

    PREBOOK is the number people know; FIELD a heading of the prebooks sheet that belongs to the prebook (customerName,
    carrierName, totalPrice …), or items, totalBoxes, totalUnits over all its items. What cannot be found is a text that
    starts with #KOMET:. Costs one request when the answer that is kept is older than 10 minutes (a day, for a day that
    is over), else none.
    """
    from komet_xl.lookup import value_text
    from komet_xl.session import open_session

    with open_session(profile) as session:
        value = session.lookup(day, prebook, field)
    if as_json:
        shown = str(value) if isinstance(value, Decimal) or not isinstance(value, str | int | None) else value
        print_json({"date": str(day), "prebook": prebook, "field": field, "value": shown})
    else:
        click.echo(value_text(value))
    return 0
