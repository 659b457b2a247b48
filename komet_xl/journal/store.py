"""The journal: intents, outcomes and every transition between them, on disk before anyone acts on them.

One `Journal` is one database. Reading it needs no lock; whoever pushes or resolves first calls `hold`.
"""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, func, insert, select, update

from komet_xl.journal import schema
from komet_xl.journal.counter import Counter
from komet_xl.journal.database import Database, parts
from komet_xl.journal.identity import LIVE, State
from komet_xl.journal.person import whoever_is_here
from komet_xl.journal.place import PusherLock
from komet_xl.journal.records import Baseline, Intent, Run, Send, Shown, Where, local, moment, stamp_of, to_send
from komet_xl.journal.seen import SeenPrebooks

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from sqlalchemy import Connection


_OF_A_NEW_SEND = tuple(each.name for each in schema.sends.c if each.name not in {"id", "settled"})
_OF_AN_EVENT = tuple(each.name for each in schema.events.c if each.name != "id")
_CHANGE_SEND = (
    update(schema.sends)
    .where(schema.sends.c.id == bindparam("one"))
    .values(state=bindparam("to"), message=bindparam("note"), settled=bindparam("at"))
)


class Journal:
    """What was sent, over all files and for ever."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.database = Database(path)
        self._now = now
        self._add_send = self.database.prepare(insert(schema.sends), _OF_A_NEW_SEND)
        self._add_event = self.database.prepare(insert(schema.events), _OF_AN_EVENT)
        self._change_send = self.database.prepare(_CHANGE_SEND)
        self.counter = Counter(self.database, now)
        self.seen = SeenPrebooks(self.database, now)
        self._user, self._machine = whoever_is_here()

    def close(self) -> None:
        """Let go of the database."""
        self.database.close()

    @property
    def who(self) -> str:
        """The person at this computer and the moment, for the notes of decisions."""
        return f"{self._user} on {self._machine}, {local(self._now())}"

    @property
    def salt(self) -> str:
        """What account fingerprints of this journal are made with."""
        with self.database.transaction() as connection:
            return str(connection.scalar(select(schema.facts.c.value).where(schema.facts.c.name == "salt")))

    # -------------------------------------------------------------------------------------- one pusher at a time

    @contextmanager
    def hold(self, file: str) -> Iterator[int]:
        """
        Be the one pusher while the block runs; on entry, open intents of dead owners become unknown.

        Yields:
            How many intents were found open.

        Raises:
            JournalBusyError: another push runs; the sentence names who, which file, since when.
        """
        lock = PusherLock(self.database.path)
        lock.take(self._holder)
        try:
            with self.database.transaction() as connection:
                connection.execute(schema.holder.delete())
                values = {"user": self._user, "machine": self._machine, "process": os.getpid()}
                connection.execute(insert(schema.holder).values(one=1, file=file, since=self._stamp(), **values))
            yield self._recover()
        finally:
            lock.give_back()

    def _holder(self) -> str:
        with self.database.transaction() as connection:
            row = connection.execute(select(schema.holder)).first()
        return f"{row.user} on {row.machine}, {row.file}, since {local(row.since)}" if row else "it has just started"

    def _recover(self) -> int:
        """Intents without an outcome whose owner is gone: nobody can say what became of them."""
        with self.database.transaction() as connection:
            found = connection.scalars(select(schema.sends.c.id).where(schema.sends.c.state == State.OPEN)).all()
            for send in found:
                note = "the program ended before an answer came"
                self._change(connection, send, State.UNKNOWN, note)
        return len(found)

    # --------------------------------------------------------------------------------------------- a push writes

    def begin(self, where: Where, *, profile: str, host: str, account: str, program: str) -> Run:
        """Note that a push starts."""
        with self.database.transaction() as connection:
            values = {
                "file": where.file,
                "sheet": where.sheet,
                "profile": profile,
                "host": host,
                "account": account,
            }
            values |= {
                "user": self._user,
                "machine": self._machine,
                "program": program,
                "started": self._stamp(),
            }
            key = connection.execute(insert(schema.runs).values(values)).inserted_primary_key
        assert key is not None  # noqa: S101  an insert has a key
        return Run(key[0], where, host, account)

    def end(self, run: Run) -> None:
        """Note that a push has ended."""
        with self.database.transaction() as connection:
            connection.execute(update(schema.runs).where(schema.runs.c.id == run.id).values(ended=self._stamp()))

    def intend(self, run: Run, intent: Intent, *, limit: int) -> int | None:
        """
        Put an intent on disk and count its request, together. Called before the first byte leaves.

        Returns:
            The send's number, or None (and nothing on disk) when today's limit is reached.

        Raises:
            JournalError: nothing is on disk for sure; the line must not leave.
        """

        def count_and_add(connection: Connection) -> int | None:
            if not self.counter.count_within(connection, run.host, limit):
                return None
            return self._insert(connection, run, intent)

        return self.database.write(count_and_add)

    def _insert(self, connection: Connection, run: Run, intent: Intent) -> int:
        line = intent.line
        values: dict[str, Any] = {
            "run": run.id,
            "fingerprint": intent.fingerprint,
            "ordinal": intent.count,
            "ref": intent.ref,
            "host": run.host,
            "file": run.where.file,
            "sheet": run.where.sheet,
            "row": line.row,
            "prebook_id": str(line.prebook_id),
            "inventory_id": str(line.inventory_id),
            "boxes": line.boxes,
            "price": f"{line.price:.2f}",
            "mark_code": line.mark_code,
            "units_per_box": line.units_per_box,
            "state": State.OPEN,
            "message": "",
            "intended": self._stamp(),
            "previous": intent.previous,
            "shown": Shown.NO,
        }
        send = self._add_send.run(connection, values).lastrowid
        self._note(connection, send, State.OPEN, "")
        return send

    def settle(self, send: int, state: State, message: str) -> None:
        """Write down what became of an intent. Raises JournalError; then the intent stays open."""
        self.database.write(lambda connection: self._change(connection, send, state, message))

    def showing(self, sends: Collection[int]) -> None:
        """Note that these results are about to be saved into their sheet: a crash now leaves open whether they are."""
        self._set_shown(sends, Shown.MAYBE)

    def shown(self, sends: Collection[int]) -> None:
        """Note that these results stand in their sheet."""
        self._set_shown(sends, Shown.YES)

    def not_shown(self, sends: Collection[int]) -> None:
        """Note that these results do not stand in their sheet: it could not be saved and is as it was."""
        self._set_shown(sends, Shown.NO)

    def _set_shown(self, sends: Collection[int], value: Shown) -> None:
        table = schema.sends
        with self.database.transaction() as connection:
            for part in parts(sorted(sends)):
                news = table.c.id.in_(part) & (table.c.shown != value)
                connection.execute(update(table).where(news).values(shown=value))

    def keep_baseline(self, run: Run, truck_date: date, items: Mapping[int, Sequence[Mapping[str, Any]]]) -> None:
        """Keep the lines of prebooks (by id) as they were before this push."""
        stamp = self._stamp()
        rows = [
            {
                "run": run.id,
                "prebook_id": str(key),
                "truck_date": str(truck_date),
                "taken": stamp,
                "items": _json(each),
            }
            for key, each in items.items()
        ]
        if rows:
            with self.database.transaction() as connection:
                connection.execute(insert(schema.baselines), rows)

    # ----------------------------------------------------------------------------------------- a person decides

    def decide(self, send: int, state: State, note: str) -> None:
        """A person's word on an unknown send: confirmed or released. On disk before the sheet shows it."""
        with self.database.transaction() as connection:
            self._change(connection, send, state, note)
            connection.execute(update(schema.sends).where(schema.sends.c.id == send).values(shown=Shown.MAYBE))

    def decide_line(self, run: Run, intent: Intent, state: State, note: str) -> int:
        """A person's word on a row that this journal has no send for (a held one, or one sent elsewhere)."""
        with self.database.transaction() as connection:
            send = self._insert(connection, run, intent)
            self._change(connection, send, state, note)
        return send

    # ------------------------------------------------------------------------------------------------- questions

    def sends_like(self, fingerprints: Collection[str]) -> dict[str, list[Send]]:
        """All sends of these fingerprints that count: live ones, and released ones that no send has followed."""
        found: dict[str, list[Send]] = {}
        for part in parts(sorted(set(fingerprints))):
            for send in self._select(schema.sends.c.fingerprint.in_(part)):
                found.setdefault(send.fingerprint, []).append(send)
        return found

    def sends_of_items(self, host: str, items: Collection[tuple[int, int]]) -> list[Send]:
        """Live sends of these (prebook id, inventory id) pairs, whatever their boxes, price and mark."""
        wanted = {(str(prebook), str(item)) for prebook, item in items}
        found: list[Send] = []
        for part in parts(sorted({prebook for prebook, _ in wanted})):
            found += self._select(schema.sends.c.host == host, schema.sends.c.prebook_id.in_(part))
        pairs = ((each, (str(each.line.prebook_id), str(each.line.inventory_id))) for each in found)
        return [each for each, pair in pairs if pair in wanted and each.state in LIVE]

    def sends_of_sheet(self, where: Where, *, states: Collection[State]) -> list[Send]:
        """Sends of one sheet in some states, in the order they were made."""
        return [
            each
            for each in self._select(schema.sends.c.file == where.file, schema.sends.c.sheet == where.sheet)
            if each.state in states
        ]

    def sends_since(self, first: datetime | None, prebook_ids: Collection[str] | None = None) -> list[Send]:
        """All sends from a moment on, of all prebooks or of some, followed and undone ones too, oldest first."""
        conditions = []
        if first is not None:
            conditions.append(schema.sends.c.intended >= stamp_of(first))
        if prebook_ids is not None:
            conditions.append(schema.sends.c.prebook_id.in_(sorted(prebook_ids)))
        return self._select(*conditions, every=True)

    def last_account(self, host: str) -> str | None:
        """Fingerprint of the account of the last push to this host; None when there was none."""
        statement = select(schema.runs.c.account).where(schema.runs.c.host == host).order_by(schema.runs.c.id.desc())
        with self.database.transaction() as connection:
            return connection.scalar(statement.limit(1))

    def baseline(self, send: Send) -> Baseline | None:
        """What the send's prebook held just before its push."""
        table = schema.baselines
        statement = select(table).where(table.c.run == send.run, table.c.prebook_id == str(send.line.prebook_id))
        with self.database.transaction() as connection:
            row = connection.execute(statement.order_by(table.c.id.desc()).limit(1)).first()
        if row is None:
            return None
        return Baseline(date.fromisoformat(row.truck_date), moment(row.taken), json.loads(row.items))

    # ------------------------------------------------------------------------------------------------------ inside

    def _select(self, *conditions: Any, every: bool = False) -> list[Send]:  # noqa: ANN401  SQLAlchemy's expressions
        """Sends with their run; without `every`, only live ones and released ones that were not followed."""
        sends, runs = schema.sends, schema.runs
        statement = select(sends, runs.c.user, runs.c.machine).join(runs, runs.c.id == sends.c.run).where(*conditions)
        if not every:
            later = sends.alias()
            followed = (
                select(func.count())
                .where(later.c.previous == sends.c.id, later.c.state != State.REJECTED)
                .scalar_subquery()
            )
            statement = statement.where(sends.c.state.in_([*LIVE, State.RELEASED]), followed == 0)
        with self.database.transaction() as connection:
            return [to_send(row) for row in connection.execute(statement.order_by(sends.c.id))]

    def _change(self, connection: Connection, send: int, state: State, note: str) -> None:
        self._change_send.run(connection, {"one": send, "to": state, "note": note, "at": self._stamp()})
        self._note(connection, send, state, note)

    def _note(self, connection: Connection, send: int, state: State, note: str) -> None:
        values = {"send": send, "at": self._stamp(), "state": state, "note": note}
        self._add_event.run(connection, values | {"user": self._user, "machine": self._machine})

    def _stamp(self) -> str:
        return stamp_of(self._now())


def _json(items: Sequence[Mapping[str, Any]]) -> str:
    return json.dumps([dict(each) for each in items], ensure_ascii=True)
