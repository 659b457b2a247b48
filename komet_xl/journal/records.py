"""What the journal speaks of: sheets, pushes, sends and intents, baselines. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from komet_xl.journal import identity
from komet_xl.journal.identity import Known, State
from komet_xl.model import OrderLine

if TYPE_CHECKING:
    from sqlalchemy import Row


class Shown(StrEnum):
    """Whether a result has reached its sheet."""

    NO = "no"
    MAYBE = "maybe"
    """A save had begun."""
    YES = "yes"


@dataclass(frozen=True, slots=True)
class Where:
    """A sheet, as the journal names it."""

    file: str
    sheet: str


@dataclass(frozen=True, slots=True)
class Run:
    """One push: what all its sends share."""

    id: int
    where: Where
    host: str
    account: str


@dataclass(frozen=True, slots=True)
class Send:
    """One attempt to add one order line, as the journal has it."""

    id: int
    run: int
    fingerprint: str
    count: int
    ref: str
    host: str
    where: Where
    line: OrderLine
    state: State
    message: str
    intended: datetime
    """When the intent was put on disk, aware, in GMT."""
    shown: Shown
    """Whether the result has reached its sheet."""
    user: str = ""
    machine: str = ""

    def known_at(self, where: Where) -> Known:
        """What matters of it for the rows of a sheet."""
        return Known(
            send=self.id,
            count=self.count,
            state=self.state,
            here=self.where == where,
            shown=self.shown is Shown.YES,
            maybe=self.shown is Shown.MAYBE,
            row=self.line.row,
        )


@dataclass(frozen=True, slots=True)
class Intent:
    """An order line about to leave: who it is among its equals."""

    line: OrderLine
    fingerprint: str
    count: int
    previous: int | None = None
    """The released send it follows."""

    @property
    def ref(self) -> str:
        """The row's REF."""
        return identity.ref(self.fingerprint, self.count)


@dataclass(frozen=True, slots=True)
class Baseline:
    """A prebook's lines just before a push."""

    truck_date: date
    taken: datetime
    items: list[dict[str, Any]]


def to_send(row: Row[Any]) -> Send:
    """A send from a row of the sends table joined with its run."""
    line = OrderLine(
        row=row.row,
        prebook_id=int(row.prebook_id),
        inventory_id=int(row.inventory_id),
        boxes=row.boxes,
        price=Decimal(row.price),
        mark_code=row.mark_code,
        units_per_box=row.units_per_box,
    )
    return Send(
        id=row.id,
        run=row.run,
        fingerprint=row.fingerprint,
        count=row.ordinal,
        ref=row.ref,
        host=row.host,
        where=Where(row.file, row.sheet),
        line=line,
        state=State(row.state),
        message=row.message,
        intended=moment(row.intended),
        shown=Shown(row.shown),
        user=row.user,
        machine=row.machine,
    )


def stamp_of(when: datetime) -> str:
    """A moment as the journal writes it: GMT, to the millisecond; sorts as text."""
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def moment(stamp: str) -> datetime:
    """The moment that a stamp stands for."""
    return datetime.fromisoformat(stamp)


def local(stamp: str | datetime) -> str:
    """A moment as people read it: date and time of this computer."""
    when = moment(stamp) if isinstance(stamp, str) else stamp
    return f"{when.astimezone():%Y-%m-%d %H:%M:%S}"
