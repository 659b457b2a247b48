"""Pull and Refresh: what is asked for, into which sheet, and what is said about it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from komet_xl.addin import labels, queries, remembered, switches
from komet_xl.addin.click import is_pulled
from komet_xl.addin.progress import show
from komet_xl.addin.remembered import EXAMPLE, Asked
from komet_xl.addin.said import Said
from komet_xl.errors import SettingsError, UsageError
from komet_xl.grids.excel import native
from komet_xl.grids.excel.faults import patiently
from komet_xl.sheets.headings import find_layout
from komet_xl.words import about_notes, pulled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.addin.click import Click
    from komet_xl.sheets.cells import Cell

AGE: Final = "komet.age"
QUESTION: Final = f"Truck date, and filters if you like: {EXAMPLE}; or today, tomorrow."


def pull(click: Click) -> Said:
    """Pull: prebooks of a truck date into the sheet."""
    sheet = click.prebooks_sheet()
    cells = click.named_cells()
    asked = queries.from_cells(cells)
    if asked is None:
        last = remembered.recall(click.opened.where, sheet)
        filters = queries.filters_of(cells)
        default = last.text if last else str(queries.today())
        answer = click.ask.line(QUESTION, default)
        if not answer:
            return Said()
        typed = queries.from_text(answer)
        asked = Asked(typed.day, (*filters, *typed.filters))
    return _pull(click, sheet, asked)


def refresh(click: Click) -> Said:
    """Refresh: the same again for this sheet, and every formula has a new answer."""
    switches.press_refresh()
    sheet = click.prebooks_sheet()
    rows = click.opened.grid(sheet).read() if click.opened.has(sheet) else []
    asked = remembered.recall(click.opened.where, sheet)
    if asked is None and is_pulled(rows):
        asked = queries.from_cells(click.named_cells()) or _only_day(rows)
        if asked is None:
            raise UsageError(f"nobody knows what the sheet {sheet} was pulled for; press Pull.")
    said = _pull(click, sheet, asked) if asked is not None and click.opened.has(sheet) else None
    patiently(native.recalculate, click.app)
    return said or Said(bar="The formulas are up to date. There is no pulled sheet here to refresh.")


def _pull(click: Click, sheet: str, asked: Asked) -> Said:
    if click.opened.has(sheet):
        click.opened.grid(sheet).ensure_unprotected()  # a request is not spent on a sheet that takes no answer
    show(click.app, f"Komet: asking for {asked.text} ...")
    report = click.session.pull(asked.query, click.opened, sheet=sheet)
    notes = list(about_notes(report))
    try:
        remembered.remember(click.opened.where, report.sheet, asked)
    except SettingsError as exc:  # the sheet is filled; what is to be said of it must not be lost
        notes.append(f"Refresh will not know what was asked: {exc}")
    now = f"{datetime.now().astimezone():%H:%M}"
    with suppress(SettingsError):  # the label is a convenience
        labels.write_label(AGE, f"As of {now}")
    return Said(bar=f"Komet, {now}: {pulled(report)}", box="\n\n".join(notes), labels=True)


def _only_day(rows: Sequence[Sequence[Cell]]) -> Asked | None:
    """The truck date of a pulled sheet, where all of its rows have the same."""
    layout = find_layout(rows, ["truckDate"])
    if layout is None:
        return None
    column = layout.columns["truckDate"] - 1
    days = {row[column] for row in rows[layout.row :] if column < len(row) and isinstance(row[column], date)}
    day = days.pop() if len(days) == 1 else None
    return Asked(day) if isinstance(day, date) and not isinstance(day, datetime) else None
