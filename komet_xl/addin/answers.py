"""What each formula answers: arguments as Excel hands them over, results as Excel takes them. No xlwings.

Whatever happens is told in the cell, in one sentence that starts with #KOMET: and never holds a token.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from komet_xl.addin import arguments, results
from komet_xl.day import split, to_grouping, to_reader, to_total, with_headings
from komet_xl.errors import KometError, UsageError
from komet_xl.komet import lists
from komet_xl.lookup import day_of
from komet_xl.sheets import reference
from komet_xl.snapshots import all_of, inventory_of, prebooks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from komet_xl.addin.arguments import Given
    from komet_xl.addin.results import Array, Shown
    from komet_xl.addin.workplace import Workplace
    from komet_xl.day import Day
    from komet_xl.komet.lists import Listing
    from komet_xl.model import PrebookQuery
    from komet_xl.snapshots import Question, Snapshot

    Answer: TypeAlias = "Shown | Array"


def answer(workplace: Workplace, name: str, given: Sequence[Given]) -> Answer:
    """What the formula of that name shows for these arguments. Never raises."""
    try:
        return _ANSWERS[name](workplace, *given)
    except KometError as exc:
        return results.failure(str(exc))
    except Exception as exc:  # noqa: BLE001  a cell says it, and Excel must have an answer
        workplace.report("a formula failed", exc)
        return results.failure(f"an error of komet-xl's own ({type(exc).__name__}); the log has the details")


def prebooks(work: Workplace, day: Given, filters: Given = None) -> Answer:
    """KOMET_PREBOOKS."""
    chosen = _day(work, day, filters)
    return _kept(chosen, "prebooks", lambda: results.array(chosen.prebook_rows))


def items(work: Workplace, day: Given, filters: Given = None) -> Answer:
    """KOMET_ITEMS."""
    chosen = _day(work, day, filters)
    return _kept(chosen, "items", lambda: results.array(chosen.item_rows))


def prebook(work: Workplace, day: Given, number: Given, field: Given) -> Answer:
    """KOMET_PREBOOK."""
    which, what = arguments.text(number, "number"), arguments.text(field, "field")
    to_reader(what)  # a field that does not exist costs no request
    return results.cell(_day(work, day).value(which, what))


def total(work: Workplace, day: Given, field: Given, by: Given = None, filters: Given = None) -> Answer:
    """KOMET_TOTAL."""
    what = to_total(arguments.text(field, "field"))
    group = None if arguments.is_blank(by) else to_grouping(arguments.text(by, "by"))
    chosen = _day(work, day, filters)
    if group is None:
        return _kept(chosen, what, lambda: results.cell(chosen.total(what)))
    return _kept(chosen, (what, group), lambda: results.array(chosen.totals(what, group)))


def inventory(work: Workplace, first_day: Given, last_day: Given) -> Answer:
    """KOMET_INVENTORY."""
    first, last = arguments.day(first_day, "first_day"), arguments.day(last_day, "last_day")
    if last < first:
        raise UsageError(f"last_day {last} is before first_day {first}")
    return _records(work, inventory_of(first, last), lists.INVENTORY)


def customers(work: Workplace) -> Answer:
    """KOMET_CUSTOMERS."""
    return _records(work, all_of(lists.CUSTOMERS), lists.CUSTOMERS)


def carriers(work: Workplace) -> Answer:
    """KOMET_CARRIERS."""
    return _records(work, all_of(lists.CARRIERS), lists.CARRIERS)


def age(work: Workplace, day: Given) -> Answer:
    """KOMET_AGE."""
    asked = arguments.day(day, "day")
    found = work.age(asked)
    if found is None:
        raise UsageError(f"nothing of {asked} is here yet")
    return float(found // timedelta(minutes=1))


def quota(work: Workplace) -> Answer:
    """KOMET_QUOTA."""
    return float(work.quota_left())


def fee(work: Workplace, boxes: Given, units: Given, price: Given) -> Answer:
    """KOMET_FEE."""
    given = {"boxes": boxes, "units": units, "price": price}
    if all(arguments.is_blank(each) for each in given.values()):
        return ""  # a fee column may reach further down than the orders beside it
    amounts = [arguments.amount(value, name) for name, value in given.items()]
    return float(amounts[0] * amounts[1] * amounts[2] * work.settings.fee_rate)


_ANSWERS: Final[dict[str, Callable[..., Answer]]] = {
    "KOMET_PREBOOKS": prebooks,
    "KOMET_ITEMS": items,
    "KOMET_PREBOOK": prebook,
    "KOMET_TOTAL": total,
    "KOMET_INVENTORY": inventory,
    "KOMET_CUSTOMERS": customers,
    "KOMET_CARRIERS": carriers,
    "KOMET_AGE": age,
    "KOMET_QUOTA": quota,
    "KOMET_FEE": fee,
}


def _day(work: Workplace, day: Given, filters: Given = None) -> Day:
    """The prebooks to look at. Most filters choose from the whole day, so that a filter in each cell asks nothing."""
    when = arguments.day(day, "day")
    question, here = _question(when, arguments.filters(filters))
    return day_of(work.look(question), when, here)


@lru_cache(maxsize=1_000)
def _question(day: date, query: PrebookQuery) -> tuple[Question, PrebookQuery]:
    asked, here = split(query)
    return prebooks_of(replace(asked, truck_date=day)), here


def _kept(chosen: Day, key: object, make: Callable[[], Answer]) -> Answer:
    """What was made of a day's prebooks before, or made now: a recalculation of 5,000 cells makes it once."""
    found: Answer | None = chosen.shown.get(key)
    if found is None:
        found = chosen.shown[key] = make()
    return found


def _records(work: Workplace, question: Question, listing: Listing) -> Array:
    snapshot = work.look(question)
    found: Array | None = snapshot.made.get("rows")
    if found is None:
        found = snapshot.made["rows"] = _rows(snapshot, listing)
    return found


def _rows(snapshot: Snapshot, listing: Listing) -> Array:
    columns = reference.to_columns(snapshot.contents, listing.documented)
    rows = reference.to_rows(snapshot.contents, columns)
    return results.array(with_headings([each.heading for each in columns], rows))
