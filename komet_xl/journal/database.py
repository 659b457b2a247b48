"""The journal's database: opened safely, checked, brought to this program's version, backed up."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from sqlalchemy import create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from komet_xl.errors import JournalError, UsageError
from komet_xl.journal import place
from komet_xl.journal.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from sqlalchemy import Connection, CursorResult, Insert, Update

_T = TypeVar("_T")

BUSY_SECONDS: Final = 30
"""How long one commit waits for another process."""
AT_ONCE: Final = 500
"""Values in one SQL list; SQLite allows 999 in its oldest builds."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A compiled statement, run with values by name."""

    sql: str
    names: tuple[str, ...]
    constants: Mapping[str, Any]

    def run(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Run it in a connection's transaction."""
        found = {**self.constants, **values}
        return connection.exec_driver_sql(self.sql, tuple(found[name] for name in self.names))


class _Waiting(Generic[_T]):
    """A job on its way into a commit that it may share with others."""

    def __init__(self, job: Callable[[Connection], _T]) -> None:
        self.job = job
        self.done = False
        self._result: list[_T] = []
        self._error: Exception | None = None

    def end(self, *, result: _T | None = None, error: Exception | None = None) -> None:
        """Say how it went; with the database's lock held."""
        self._error = error
        self._result = [] if error else [result]  # type: ignore[list-item]  # the job's own result
        self.done = True

    def result(self) -> _T:
        """What the job returned, or what it raised."""
        if self._error is not None:
            raise self._error
        return self._result[0]


class Database:
    """One SQLite file with one connection, used by one thread at a time. Every commit is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        place.prepare(path)
        self.path = Path(os.path.realpath(path))  # so that the lock beside it is one, however it was reached
        self._lock = threading.RLock()
        self._queue: list[_Waiting[Any]] = []
        self._queue_lock = threading.Lock()
        self._engine = create_engine(
            f"sqlite:///{path}",
            poolclass=StaticPool,
            connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
        )
        event.listen(self._engine, "connect", _settle_on_safety)
        event.listen(self._engine, "begin", _begin_immediate)
        try:
            self._migrate()
        except BaseException:
            self.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction: committed and on disk at the end of the block, or not at all.

        Raises:
            JournalError: the database cannot be read or written.
        """
        try:
            with self._lock, self._engine.begin() as connection:
                yield connection
        except SQLAlchemyError as exc:
            raise JournalError(
                f"the journal {self.path} cannot be used ({_short(exc)}); free the disk or restore a backup, "
                "nothing is sent without it."
            ) from None

    def prepare(self, statement: Insert | Update, columns: Sequence[str] = ()) -> Prepared:
        """A statement compiled once: each order line runs five of them, and compiling takes longer than running.

        Args:
            statement: What to run.
            columns: The columns of an insert that will be given values.
        """
        compiled = statement.compile(dialect=self._engine.dialect, column_keys=list(columns) or None)
        return Prepared(str(compiled), tuple(compiled.positiontup or ()), dict(compiled.params))

    def write(self, job: Callable[[Connection], _T]) -> _T:
        """
        Run a job in a transaction, on disk when this returns; jobs of threads that wait share one commit.

        Whoever gets the lock carries out all jobs that are waiting, so that four lanes whose answers come together
        wait for the disk once and not four times. If one of them fails, each is tried again in a commit of its own.

        Raises:
            JournalError: the database cannot be read or written; nothing of the job is on disk for sure.
            Whatever the job raises: nothing of it is on disk.
        """
        mine = _Waiting(job)
        with self._queue_lock:
            self._queue.append(mine)
        with self._lock:
            if not mine.done:
                with self._queue_lock:
                    batch, self._queue = self._queue, []
                self._carry_out(batch)
        return mine.result()

    def _carry_out(self, batch: list[_Waiting[Any]]) -> None:
        try:
            with self.transaction() as connection:
                results = [each.job(connection) for each in batch]
        except Exception as exc:  # noqa: BLE001  handed to the thread whose job it was
            if len(batch) == 1:
                batch[0].end(error=exc)
                return
            for each in batch:
                self._carry_out([each])
            return
        for each, result in zip(batch, results, strict=True):
            each.end(result=result)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def backup(self, target: Path) -> None:
        """Copy the whole journal into a new private file, consistent even while a push runs.

        Raises:
            UsageError: there is a file of that name; it stays as it is.
            JournalError: there is no copy.
        """
        try:
            target.touch(mode=0o600, exist_ok=False)
        except FileExistsError:
            raise UsageError(f"{target} exists already; name a new file for the backup of the journal.") from None
        except OSError as exc:
            raise JournalError(f"the journal could not be backed up to {target} ({exc.strerror}).") from None
        try:
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
        except sqlite3.Error as exc:
            target.unlink(missing_ok=True)
            raise JournalError(f"the journal could not be backed up to {target} ({exc}).") from None

    def integrity(self) -> list[str]:
        """What SQLite finds wrong with the file; empty when it is sound."""
        with self.transaction() as connection:
            found = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
            broken = list(connection.exec_driver_sql("PRAGMA foreign_key_check"))
        return [each for each in found if each != "ok"] + [f"row without its parent: {row}" for row in broken]

    def _migrate(self) -> None:
        with self.transaction() as connection:
            version = _version(connection)
        if version > len(MIGRATIONS):
            raise JournalError(
                f"the journal {self.path} was written by a newer komet-xl (version {version}, this one knows "
                f"{len(MIGRATIONS)}); update komet-xl."
            )
        if version == len(MIGRATIONS):
            return
        if version:
            self._keep_copy(version)
        with self.transaction() as connection:
            for number in range(_version(connection), len(MIGRATIONS)):
                for statement in filter(str.strip, MIGRATIONS[number].split(";")):
                    connection.exec_driver_sql(statement)
                if number == 0:
                    facts = [
                        ("salt", secrets.token_hex(16)),
                        ("made", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"),
                    ]
                    connection.exec_driver_sql("INSERT INTO facts (name, value) VALUES (?, ?)", facts)
                connection.exec_driver_sql("REPLACE INTO facts (name, value) VALUES ('schema', ?)", (str(number + 1),))

    def _keep_copy(self, version: int) -> None:
        copy = self.path.with_name(f"{self.path.stem}.v{version}.bak")
        try:
            shutil.copy2(self.path, copy)
        except OSError as exc:
            raise JournalError(
                f"the journal could not be copied to {copy} before its update ({exc.strerror})."
            ) from None


def parts(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """The values in pieces that fit into one SQL list."""
    for start in range(0, len(values), AT_ONCE):
        yield values[start : start + AT_ONCE]


def _version(connection: Connection) -> int:
    tables = {row[0] for row in connection.exec_driver_sql("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if "facts" not in tables:
        if tables:
            raise JournalError("the journal's file holds another program's data; set KOMET_HOME to another folder.")
        return 0
    row = connection.exec_driver_sql("SELECT value FROM facts WHERE name = 'schema'").first()
    if row is None or not str(row[0]).isdigit():
        raise JournalError("the journal's file does not say its version; restore a backup.")
    return int(row[0])


def _settle_on_safety(connection: Any, _record: object) -> None:  # noqa: ANN401  the driver's own type
    """Rollback journal, synced at every step: a commit that returned survives a power cut.

    PERSIST keeps SQLite's own side file and blanks its head in place of deleting it: the same guarantee as DELETE,
    without a folder entry made and removed (and synced) for each of two commits a line. It never is WAL, which may
    lose the last commits and does not keep programs apart on every disk.
    """
    for pragma in ("journal_mode = PERSIST", "synchronous = EXTRA", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _short(exc: SQLAlchemyError) -> str:
    return str(getattr(exc, "orig", None) or type(exc).__name__)
