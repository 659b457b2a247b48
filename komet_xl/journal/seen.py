"""Prebooks that a pull or push has seen: which id a number has, on which truck date a prebook goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert as upsert

from komet_xl.journal.database import parts
from komet_xl.journal.records import stamp_of
from komet_xl.journal.schema import prebooks as table

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from datetime import datetime

    from komet_xl.journal.database import Database
    from komet_xl.model import Prebook, PrebookRef


@dataclass(frozen=True, slots=True)
class SeenPrebooks:
    """Numbers and truck dates as last seen. A prebook may have moved since: a hint, never a proof."""

    database: Database
    now: Callable[[], datetime]

    def remember(self, host: str, prebooks: Iterable[Prebook]) -> None:
        """Keep number and truck date of prebooks that Komet has shown."""
        seen = stamp_of(self.now())
        rows = [
            {
                "host": host,
                "prebook_id": str(each.prebook_id),
                "number": each.number,
                "truck_date": str(each.truck_date),
                "customer": each.customer_name,
                "seen": seen,
            }
            for each in prebooks
            if each.truck_date is not None
        ]
        if not rows:
            return
        statement = upsert(table)
        changes = {name: statement.excluded[name] for name in ("number", "truck_date", "customer", "seen")}
        with self.database.transaction() as connection:
            connection.execute(
                statement.on_conflict_do_update(index_elements=["host", "prebook_id"], set_=changes), rows
            )

    def truck_dates(self, host: str, prebook_ids: Collection[int]) -> dict[int, date]:
        """Truck dates of those prebooks that were seen, by id."""
        found: dict[int, date] = {}
        with self.database.transaction() as connection:
            for part in parts(sorted(map(str, prebook_ids))):
                rows = connection.execute(select(table).where(table.c.host == host, table.c.prebook_id.in_(part)))
                found |= {int(row.prebook_id): date.fromisoformat(row.truck_date) for row in rows}
        return found

    def ids(self, host: str, ref: PrebookRef) -> list[int]:
        """Ids of the prebooks that bear a number on a truck date, as far as they were seen."""
        conditions = (
            table.c.host == host,
            table.c.number == ref.number,
            table.c.truck_date == str(ref.truck_date),
        )
        with self.database.transaction() as connection:
            return sorted(int(each) for each in connection.scalars(select(table.c.prebook_id).where(*conditions)))

    def ids_of_number(self, number: str) -> set[str]:
        """Ids of the prebooks that ever bore a number, and the number itself, which may be an id."""
        with self.database.transaction() as connection:
            return {number, *connection.scalars(select(table.c.prebook_id).where(table.c.number == number))}
