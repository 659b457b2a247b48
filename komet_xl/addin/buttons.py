"""The buttons of the Komet tab: one function for each, over the same flows as the command line. No logic of their own.

Each returns what is said to the person at its end. What cannot be done is raised as an error, which `press` shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from komet_xl.addin import labels, queries, switches
from komet_xl.addin.lists import carriers, customers, inventory
from komet_xl.addin.ordersheet import add_order_sheet
from komet_xl.addin.pulling import pull, refresh
from komet_xl.addin.pushing import check, push, push_selected, resolve
from komet_xl.addin.said import Said
from komet_xl.errors import SettingsError, UsageError
from komet_xl.grids.excel import ExcelBook
from komet_xl.grids.excel.faults import patiently
from komet_xl.permissions import try_methods
from komet_xl.settings import DEFAULT_PROFILE, load_settings
from komet_xl.tokens import keep_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.addin.click import Click

FREEZE: Final = "komet.freeze"
TAB: Final = "komet.tab"


def new_orders(click: Click) -> Said:
    """New order sheet: headings, formats, checks and colours."""
    return Said(bar=f"The sheet {add_order_sheet(click.opened, click.book)} is ready for order lines.")


def history(click: Click) -> Said:
    """History: what was sent, into a new workbook."""
    a_month_ago = queries.today() - timedelta(days=30)
    answer = click.ask.line("Lines sent since which day? 2015-02-10, yesterday, or nothing for all.", str(a_month_ago))
    if answer is None:
        return Said()
    since = queries.from_text(answer).day if answer else None
    first = None if since is None else datetime.combine(since, time()).astimezone()
    sends = click.session.journal.sends_since(first)
    if not sends:
        return Said(box="The journal has no such lines.")
    book = patiently(click.app.books.add, patience=0)  # not twice
    click.session.export(sends, ExcelBook(book))
    name, sheet = patiently(lambda: (book.name, book.sheets["sends"]))
    patiently(sheet.activate)
    return Said(bar=f"{len(sends):,} lines of the journal are in the new workbook {name}.")


def sign_in(click: Click) -> Said:
    """Sign in: the token into the system's keyring."""
    settings = click.settings
    value = click.ask.secret(f"Komet token for the profile {settings.profile} (Komet: Setup > Settings > Tokens)")
    if not value:
        return Said()
    keep_token(settings, value)
    return Said(box=f"The token for {settings.profile} is in this computer's keyring. Try Test connection.")


def profile(click: Click) -> Said:
    """Profile: which Komet is used."""
    before = switches.load().profile
    asked = f"Profile to use: {DEFAULT_PROFILE}, or one of your settings file."
    name = click.ask.line(asked, before or DEFAULT_PROFILE)
    if not name:
        return Said()
    settings = load_settings(profile=name)
    is_usual = name == DEFAULT_PROFILE
    switches.choose(None if is_usual else name)
    try:
        labels.write_label(TAB, None if is_usual else f"Komet ({name})")
    except SettingsError:
        switches.choose(before)  # the tab must never name another Komet than the one that is used
        raise
    return Said(box=f"Excel now uses the profile {name}: {settings.endpoint.url}.", labels=True)


def freeze(_click: Click) -> Said:
    """Freeze formulas: they show what they have and ask nothing; or ask again."""
    frozen = not switches.load().frozen
    switches.freeze(frozen=frozen)
    labels.write_label(FREEZE, "Thaw formulas" if frozen else None)
    if frozen:
        return Said(bar="Formulas are frozen: they keep the values they show.", labels=True)
    return Said(bar="Formulas ask Komet again. Press Refresh to bring them up to date.", labels=True)


def test(click: Click) -> Said:
    """Test connection: which methods the token may use."""
    before = click.session.client.quota.taken
    found = try_methods(click.session.client, click.session.today)
    signs = {True: "yes", False: "no", None: "?"}
    lines = [f"{signs[each.ok]}: {each.method} ({each.detail})" for each in found]
    asked = click.session.client.quota.taken - before
    host = click.settings.endpoint.host
    return Said(box="\n".join([f"{host}, profile {click.settings.profile}; {asked} requests used.", "", *lines]))


def doctor(click: Click) -> Said:
    """Doctor: is everything in its place?"""
    from komet_xl.addin.doctor import examine  # noqa: PLC0415  no other button needs all that it looks at

    lines = []
    for each in examine(click.settings.profile):
        lines.append(f"{each.level}: {each.name}: {each.detail}")
        if each.advice:
            lines.append(f"    {each.advice}")
    return Said(box="\n".join(lines))


def about(_click: Click) -> Said:
    """Help: what each button does."""
    lines = [f"{each.label}: {each.help}" for each in BUTTONS.values()]
    return Said(box="\n".join([*lines, "", "The same from a command window: komet-xl --help"]))


@dataclass(frozen=True, slots=True)
class Button:
    """One button."""

    label: str
    do: Callable[[Click], Said]
    help: str
    stops: bool = False
    """Whether a second press may ask it to stop."""


BUTTONS: Final = {
    "komet.pull": Button("Pull", pull, "prebooks of a truck date into this sheet."),
    "komet.refresh": Button("Refresh", refresh, "asks the same again, for this sheet and all formulas."),
    "komet.newOrders": Button("New order sheet", new_orders, "a sheet for order lines."),
    "komet.check": Button("Check", check, "what is wrong with order lines; nothing is sent."),
    "komet.push": Button("Push", push, "sends order lines, each at most once, after one question.", stops=True),
    "komet.pushSelected": Button("Push selected rows", push_selected, "the same for selected rows.", stops=True),
    "komet.resolve": Button("Resolve unknown", resolve, "decide about lines without an answer."),
    "komet.history": Button("History", history, "what was sent, in a new workbook."),
    "komet.inventory": Button("Future inventory", inventory, "items that can be ordered, with their ids."),
    "komet.customers": Button("Customers", customers, "customers and their ids."),
    "komet.carriers": Button("Carriers", carriers, "carriers and their ids."),
    "komet.signIn": Button("Sign in", sign_in, "keeps your token in this computer's keyring."),
    "komet.profile": Button("Profile", profile, "which Komet is used."),
    "komet.freeze": Button("Freeze formulas", freeze, "formulas keep what they show, or ask again."),
    "komet.test": Button("Test connection", test, "which of Komet's methods your token may use."),
    "komet.doctor": Button("Doctor", doctor, "looks whether everything is in its place."),
    "komet.help": Button("Help", about, "this."),
}
"""By the id that the ribbon gives."""


def find_button(control: str) -> Button:
    """The button of that id. Raises UsageError."""
    if control not in BUTTONS:
        raise UsageError(f"there is no button {control!r}; run komet-xl install again, then restart Excel.")
    return BUTTONS[control]
