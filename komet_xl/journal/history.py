"""What was sent, day by day: sums and lines for people and auditors. Reads the journal, changes nothing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from komet_xl.journal import schema
from komet_xl.journal.identity import LIVE, State
from komet_xl.model import Sums

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from decimal import Decimal

    from komet_xl.journal.records import Send
    from komet_xl.journal.store import Journal

SENT = frozenset({State.ACCEPTED, State.CONFIRMED})
"""States in which Komet has the line for sure."""


@dataclass(frozen=True, slots=True)
class DaySums:
    """What went on one day of this computer's calendar."""

    day: date
    sums: Sums
    """Of the lines that Komet has: accepted or confirmed."""
    unknown: int
    """Lines that nobody knows of yet."""
    rejected: int


def sums_by_day(sends: Iterable[Send], fee_rate: Decimal) -> list[DaySums]:
    """Boxes, value and fee a day, oldest first. A day is the day the line was sent."""
    days: dict[date, list[Send]] = defaultdict(list)
    for send in sends:
        days[send.intended.astimezone().date()].append(send)
    return [
        DaySums(
            day=day,
            sums=Sums.of((send.line for send in group if send.state in SENT), fee_rate),
            unknown=sum(send.state in LIVE - SENT for send in group),
            rejected=sum(send.state is State.REJECTED for send in group),
        )
        for day, group in sorted(days.items())
    ]


def verify(journal: Journal) -> list[str]:
    """
    What is wrong with the journal; empty when it is sound.

    The file itself is checked, and that every send stands where its last transition left it.
    """
    problems = journal.database.integrity()
    last = select(func.max(schema.events.c.id).label("id")).group_by(schema.events.c.send).subquery()
    statement = (
        select(schema.sends.c.id, schema.sends.c.ref, schema.sends.c.state, schema.events.c.state.label("said"))
        .outerjoin(schema.events, schema.events.c.send == schema.sends.c.id)
        .where(schema.events.c.id.in_(select(last.c.id)) | schema.events.c.id.is_(None))
    )
    with journal.database.transaction() as connection:
        rows = connection.execute(statement).all()
    problems += [
        f"send {row.id} (REF {row.ref}) is {row.state}, but its last transition says {row.said or 'nothing'}"
        for row in rows
        if row.state != row.said
    ]
    return problems
