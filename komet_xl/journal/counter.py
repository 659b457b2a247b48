"""Requests of a day, counted in the journal's database for all processes of this user."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.sqlite import insert as upsert

from komet_xl.journal.schema import requests

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from komet_xl.journal.database import Database


_FIRST = upsert(requests).values(host=bindparam("host"), day=bindparam("day"), used=bindparam("used"))
_ONE_MORE = _FIRST.on_conflict_do_update(
    index_elements=["host", "day"], set_={"used": requests.c.used + 1}, where=requests.c.used < bindparam("most")
)


class Counter:
    """Counts requests by host and by this computer's calendar day."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self.database = database
        self.now = now
        self._one_more = database.prepare(_ONE_MORE)

    def requests_today(self, host: str) -> int:
        """Requests counted for this host today."""
        with self.database.transaction() as connection:
            return self._used(connection, host)

    def count_request(self, host: str, *, limit: int) -> bool:
        """Count one request more on disk; False, and nothing counted, when that would exceed the limit."""
        with self.database.transaction() as connection:
            return self.count_within(connection, host, limit)

    def count_within(self, connection: Connection, host: str, limit: int) -> bool:
        """The same inside a transaction that writes more than the count."""
        values = {"host": host, "day": self._today(), "used": 1, "most": limit}
        return limit > 0 and self._one_more.run(connection, values).rowcount == 1

    def _used(self, connection: Connection, host: str) -> int:
        statement = select(requests.c.used).where(requests.c.host == host, requests.c.day == self._today())
        return connection.scalar(statement) or 0

    def _today(self) -> str:
        return f"{self.now().astimezone():%Y-%m-%d}"
