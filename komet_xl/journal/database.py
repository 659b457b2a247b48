"""The journal's database: opened safely, checked, brought to this program's version, backed up."""

from __future__ import annotations

import secrets
import shutil
import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from komet_xl.errors import JournalError
from komet_xl.journal import place
from komet_xl.journal.schema import MIGRATIONS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

BUSY_SECONDS: Final = 30
"""How long one commit waits for another process."""
AT_ONCE: Final = 500
"""Values in one SQL list; SQLite allows 999 in its oldest builds."""


class Database:
    """One SQLite file with one connection, used by one thread at a time. Every commit is on disk when it returns."""

    def __init__(self, path: Path) -> None:
        place.prepare(path)
        self.path = path
        self._lock = threading.RLock()
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

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()

    def backup(self, target: Path) -> None:
        """Copy the whole journal, consistent even while a push runs. Raises JournalError."""
        if target.exists() and target.samefile(self.path):  # SQLite would wait for itself for ever
            raise JournalError(
                f"the journal could not be backed up to {target} (it is the journal); name another file."
            )
        try:
            with closing(sqlite3.connect(self.path)) as source, closing(sqlite3.connect(target)) as copy:
                source.backup(copy)
        except sqlite3.Error as exc:
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
    """Rollback journal and EXTRA: a commit that returned survives a power cut, also on a disk that lies a little."""
    for pragma in ("journal_mode = DELETE", "synchronous = EXTRA", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _short(exc: SQLAlchemyError) -> str:
    return str(getattr(exc, "orig", None) or type(exc).__name__)
