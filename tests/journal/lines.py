"""Order lines, journals and sends as these tests need them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from komet_xl.journal.identity import fingerprint
from komet_xl.journal.records import Intent, Where
from komet_xl.model import OrderLine

if TYPE_CHECKING:
    from komet_xl.journal.records import Run, Send
    from komet_xl.journal.store import Journal

HOST = "api.kometsales.com:443"
HERE = Where("/home/ana/orders.xlsx", "orders")
THERE = Where("/home/ana/copy.xlsx", "orders")
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
LIMIT = 1_000


def line(row: int = 2, *, item: int = 9_999_999, boxes: int = 5, price: str = "2.50", mark: str = "") -> OrderLine:
    return OrderLine(
        row=row,
        prebook_id=85063,
        inventory_id=item,
        boxes=boxes,
        price=Decimal(price),
        mark_code=mark,
        units_per_box=10,
    )


def intent(of: OrderLine | None = None, count: int = 1, previous: int | None = None) -> Intent:
    of = of or line()
    return Intent(of, fingerprint(HOST, of), count, previous)


def begin(journal: Journal, where: Where = HERE, host: str = HOST) -> Run:
    return journal.begin(where, profile="production", host=host, account="0123abcd", program="komet-xl test")


def intend(journal: Journal, run: Run, what: Intent | None = None) -> int:
    """An intent on disk, where there are requests left."""
    send = journal.intend(run, what or intent(), limit=LIMIT)
    assert send is not None
    return send


def only(journal: Journal) -> Send:
    """The one send of a journal."""
    (send,) = journal.sends_since(None)
    return send


class Clock:
    """A clock that goes on by a second at each look."""

    def __init__(self) -> None:
        self.moment = NOON

    def __call__(self) -> datetime:
        self.moment += timedelta(seconds=1)
        return self.moment
