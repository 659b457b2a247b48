"""What a person should know before a push, one sentence each, for its plan. Nothing here asks Komet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.evidence import NO_EVIDENCE
from komet_xl.journal.identity import DOUBTFUL
from komet_xl.journal.records import local
from komet_xl.plan import similar_sends

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.journal.records import Intent, Send
    from komet_xl.journal.store import Journal
    from komet_xl.plan import Spot

MOST_ROWS: Final = 10
"""Rows that a sentence names."""


def about_recovered(recovered: int, repaired: Sequence[int]) -> list[str]:
    """An earlier push that ended in the middle, and rows whose results the sheet had lost."""
    notes = []
    if recovered:
        notes.append(f"An earlier push ended in the middle: {recovered} of its lines have an unknown outcome.")
    if repaired:
        notes.append(f"The sheet had lost results of an earlier push; they belong into row {_named(repaired)}.")
    return notes


def about_requests(lines: int, needed: int, left: int) -> list[str]:
    """Requests that will not do."""
    if lines > left:
        return [f"Only {left} requests are left today: {lines - left} lines will not be sent."]
    return [f"Only {left} requests are left today: {NO_EVIDENCE}."] if needed > left else []


def about_token(journal: Journal, host: str, account: str) -> list[str]:
    """Another token than the last time may be another company's."""
    if journal.last_account(host) in {None, account}:
        return []
    return ["The token is not the one of the last push to this host: make sure it is the right company."]


def about_strangers(rows: Sequence[int]) -> list[str]:
    """Rows that say they were sent, of which the journal knows nothing."""
    if not rows:
        return []
    return [
        f"Marked as sent, but not known to this journal (edited since, or sent from another PC): row {_named(rows)}."
    ]


def about_similar(journal: Journal, host: str, intents: Sequence[Intent], spots: Sequence[Spot]) -> list[str]:
    """Earlier lines of the same items in the same prebooks, at another price or number of boxes."""
    earlier = journal.sends_of_items(host, {(each.line.prebook_id, each.line.inventory_id) for each in intents})
    similar: dict[int, list[Send]] = {}
    for intent, send in similar_sends(intents, spots, earlier):
        similar.setdefault(intent.line.row, []).append(send)
    return [_similar(row, sends) for row, sends in similar.items()]


def _similar(row: int, sends: list[Send]) -> str:
    last = sends[-1]
    what = "were sent with unknown outcome" if last.state in DOUBTFUL else "were added"
    more = f", and {len(sends) - 1} more such lines" if len(sends) > 1 else ""
    return (
        f"Row {row}: {last.line.boxes} boxes of this item {what} to this prebook on {local(last.intended)} "
        f"at {last.line.price} (REF {last.ref}){more}; this line comes on top."
    )


def _named(rows: Sequence[int]) -> str:
    return ", ".join(map(str, rows[:MOST_ROWS])) + (" and more" if len(rows) > MOST_ROWS else "")
