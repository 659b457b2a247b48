"""What a prebook held before a push and what it holds now: the evidence for an unknown line.

The add answers with no item's number, so equal lines can only be counted. A comparison proposes; a person decides.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from komet_xl.errors import ApiError
from komet_xl.model import PrebookQuery

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from komet_xl.journal.identity import State
    from komet_xl.journal.records import Run
    from komet_xl.journal.store import Journal
    from komet_xl.komet.client import Client
    from komet_xl.model import OrderLine, PrebookItem

NO_EVIDENCE: Final = "the prebooks are not read first, so Resolve would have no evidence should an answer get lost"
"""What a push without enough requests says."""
DAYS_BACK: Final = 7
DAYS_AHEAD: Final = 60

Group: TypeAlias = "tuple[str, str]"
"""Price in plain digits and mark code: what an order line and a prebook item have in common."""


class Proposal(StrEnum):
    """What the evidence says about an unknown line."""

    ADDED = "was added"
    NOT_ADDED = "was not added"
    UNCLEAR = "cannot tell"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A proposal and the observations behind it, in a sentence."""

    proposal: Proposal
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """One unknown line, with what speaks for and against it."""

    ref: str
    row: int | None
    """Sheet row now; None when the sheet has no such row any more."""
    text: str
    """The line, as a person reads it."""
    since: str
    """What is known of its sending."""
    evidence: Evidence
    decision: State | None = None
    """What a person decided: confirmed, released or not yet."""


@dataclass(frozen=True, slots=True)
class ResolveReport:
    """The unknown lines of a sheet, and what was decided about them."""

    file: str
    sheet: str
    cases: tuple[Case, ...]
    released: tuple[str, ...]
    """REFs of held rows that were let go."""
    requests: int
    unreadable: tuple[int, ...] = ()
    """Rows that say unknown and cannot be read any more; the notes say what to do about each."""
    notes: tuple[str, ...] = ()

    @property
    def undecided(self) -> int:
        """Lines and rows that are still unknown."""
        return sum(case.decision is None for case in self.cases) + len(self.unreadable)


def to_items(items: Iterable[PrebookItem]) -> list[dict[str, Any]]:
    """A prebook's lines as the journal keeps them."""
    return [
        {
            "item": each.item_id,
            "product": each.product_id,
            "description": each.product_description,
            "boxes": each.total_boxes,
            "price": None if each.unit_price is None else str(each.unit_price),
            "mark": each.mark_code,
        }
        for each in items
    ]


def line_group(line: OrderLine) -> Group:
    """The group an order line's boxes would appear in."""
    return _group(str(line.price), line.mark_code)


def compare(
    before: Sequence[dict[str, Any]],
    now: Sequence[dict[str, Any]],
    line: OrderLine,
    *,
    ours: Counter[Group],
    doubtful: int,
) -> Evidence:
    """
    Compare a prebook's lines before the push with those of now.

    Args:
        before: The baseline.
        now: The prebook's lines as Komet shows them now.
        line: The unknown line.
        ours: Boxes by group that this journal knows as accepted since the baseline.
        doubtful: Boxes of all unknown lines of the line's group, this one included.
    """
    appeared, vanished = _appeared(before, now)
    group = line_group(line)
    unexplained = appeared[group] - ours[group]
    elsewhere = sum(max(0, boxes - ours[key]) for key, boxes in appeared.items() if key != group)
    seen = (
        f"boxes in the prebook: {_boxes(before)} before, {_boxes(now)} now; "
        f"new at {line.price}{f' with mark {line.mark_code}' if line.mark_code else ''}, those known as accepted "
        f"left out: {unexplained} boxes, in doubt: {doubtful}"
    )
    if any(each["price"] is None or each["boxes"] is None for each in (*before, *now)):
        return Evidence(Proposal.UNCLEAR, f"this token sees no prices; {seen}")
    if unexplained == doubtful and not vanished:
        return Evidence(Proposal.ADDED, seen)
    if unexplained or vanished:
        return Evidence(Proposal.UNCLEAR, f"the boxes do not add up, someone else may have changed the prebook; {seen}")
    if elsewhere:
        return Evidence(Proposal.UNCLEAR, f"{elsewhere} boxes appeared with another price or mark; {seen}")
    return Evidence(Proposal.NOT_ADDED, seen)


def _appeared(before: Sequence[dict[str, Any]], now: Sequence[dict[str, Any]]) -> tuple[Counter[Group], int]:
    """Boxes by group that are new, and how many of the line's old boxes are gone.

    With item numbers a line that someone deleted cannot hide one that was added; without them only sums are known.
    """
    new: Counter[Group] = Counter()
    gone = 0
    old: dict[Any, int] = defaultdict(int)
    numbered = all(each["item"] is not None for each in (*before, *now))
    for each in before:
        old[_key(each, numbered=numbered)] += each["boxes"] or 0
    sums: dict[Any, int] = defaultdict(int)
    group_of: dict[Any, Group] = {}
    for each in now:
        key = _key(each, numbered=numbered)
        sums[key] += each["boxes"] or 0
        group_of[key] = _group(each["price"], each["mark"])
    for key, boxes in sums.items():
        new[group_of[key]] += max(0, boxes - old[key])
    for key, boxes in old.items():
        gone += max(0, boxes - sums[key])
    return new, 0 if numbered else gone


def _key(item: dict[str, Any], *, numbered: bool) -> Any:  # noqa: ANN401  an item number, or a tuple of what is known
    if numbered:
        return item["item"]
    return (_group(item["price"], item["mark"]), item["product"])


def _group(price: str | None, mark: str) -> Group:
    plain = "" if price is None else f"{Decimal(price).normalize():f}"
    return plain, unicodedata.normalize("NFC", mark).strip()


def _boxes(items: Iterable[dict[str, Any]]) -> int:
    return sum(each["boxes"] or 0 for each in items)


# --------------------------------------------------------------------------------------------- the baseline


def dates_of(journal: Journal, host: str, lines: Iterable[OrderLine]) -> tuple[dict[int, date], set[int]]:
    """Truck dates by prebook id, from the sheet or an earlier pull, and the prebooks whose date is not known."""
    known = {line.prebook_id: line.truck_date for line in lines}
    seen = journal.seen.truck_dates(host, [each for each, day in known.items() if day is None])
    dates = {each: day or seen[each] for each, day in known.items() if day is not None or each in seen}
    return dates, known.keys() - dates.keys()


def requests_for(dates: dict[int, date], undated: set[int]) -> int:
    """Requests a baseline takes; where dates are not known yet, the list of them and one day are counted."""
    return len(set(dates.values())) + (2 if undated else 0)


def take_baseline(client: Client, journal: Journal, run: Run, lines: Sequence[OrderLine], today: date) -> list[str]:
    """
    Keep what the prebooks hold before their lines are sent.

    Returns:
        Sentences for the person; a failure never stops a push, it only leaves a later Resolve without evidence.

    Requests: at most one `prebook.list` where dates are not known, then one `prebook.details.list` a date.
    """
    dates, undated = dates_of(journal, client.host, lines)
    try:
        if undated:
            first, last = today - timedelta(days=DAYS_BACK), today + timedelta(days=DAYS_AHEAD)
            headers = client.list_prebook_headers(first, last)
            journal.seen.remember(client.host, headers)
            dates |= {
                each.prebook_id: each.truck_date for each in headers if each.truck_date and each.prebook_id in undated
            }
        for day in sorted(set(dates.values())):
            prebooks = client.list_prebooks(PrebookQuery(truck_date=day))
            journal.seen.remember(client.host, prebooks)
            wanted = {each.prebook_id: to_items(each.items) for each in prebooks if dates.get(each.prebook_id) == day}
            journal.keep_baseline(run, day, wanted)
    except ApiError as exc:
        return [
            f"What the prebooks hold could not be read first ({exc}); Resolve would have no evidence for this push."
        ]
    missing = sorted(undated - dates.keys())
    if missing:
        return [f"The truck date of prebook {missing[0]} is not known; Resolve would have no evidence for it."]
    return []
