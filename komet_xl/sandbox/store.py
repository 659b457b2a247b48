"""The sandbox's memory: one SQLite file. Every method is one short transaction under one lock.

Used by the web server's thread and by tests at the same time. The file outlives the process, not the machine
(`synchronous=OFF`): the sandbox is there to be fast and to be thrown away.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from komet_xl.sandbox.nouns import (
    Breakdown,
    Carrier,
    Customer,
    FutureItem,
    Item,
    LedgerLine,
    NewLine,
    Prebook,
    World,
)
from komet_xl.sandbox.rules import RefusalError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

LAYOUT = "1"
LARGEST_ID = 2**63 - 1
"""SQLite's largest whole number; no id beyond it can exist."""
TABLES = """
CREATE TABLE prebooks (id INTEGER PRIMARY KEY, truck_date TEXT NOT NULL, updated TEXT NOT NULL,
    doc TEXT NOT NULL);
CREATE INDEX prebooks_by_day ON prebooks (truck_date);
CREATE TABLE items (id INTEGER PRIMARY KEY, prebook_id INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE INDEX items_by_prebook ON items (prebook_id);
CREATE TABLE inventory (id INTEGER PRIMARY KEY, boxes INTEGER NOT NULL, doc TEXT NOT NULL);
CREATE TABLE customers (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE carriers (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);
CREATE TABLE ledger (n INTEGER PRIMARY KEY, at TEXT NOT NULL, prebook_id INTEGER NOT NULL,
    inventory_id INTEGER NOT NULL, boxes INTEGER NOT NULL, price TEXT NOT NULL, mark_code TEXT,
    prebook_item_id INTEGER NOT NULL);
CREATE TABLE requests (day TEXT, method TEXT, times INTEGER NOT NULL, PRIMARY KEY (day, method));
CREATE TABLE origin (value TEXT NOT NULL);
"""
Doc = dict[str, object]
PrebookAndItems = tuple[Prebook, tuple[Item, ...]]


def now() -> datetime:
    """This moment, GMT."""
    return datetime.now(UTC)


def doc_of(noun: Prebook | Item | FutureItem | Customer | Carrier, *columns: str) -> str:
    """A noun as JSON, without what is kept in columns of its own."""
    doc = {key: value for key, value in dataclasses.asdict(noun).items() if value is not None and key not in columns}
    return json.dumps(doc, default=str, ensure_ascii=False)


def item_from(doc: Mapping[str, object], number: int) -> Item:
    """An item from its stored JSON."""
    fields = dict(doc)
    parts = fields.pop("breakdowns", ())
    if not isinstance(parts, list):
        parts = []
    breakdowns = tuple(Breakdown(**{**part, "price": Decimal(part["price"])}) for part in parts)
    price = Decimal(str(fields.pop("unit_price")))
    return Item(id=number, unit_price=price, breakdowns=breakdowns, **fields)  # type: ignore[arg-type]  # our own JSON


def future_item_from(doc: Mapping[str, object], number: int, boxes: int) -> FutureItem:
    """A future inventory item from its stored JSON."""
    fields = dict(doc)
    price, fob_price = Decimal(str(fields.pop("price"))), Decimal(str(fields.pop("fob_price")))
    return FutureItem(id=number, boxes=boxes, price=price, fob_price=fob_price, **fields)  # type: ignore[arg-type]  # same


class Store:
    """All tables. `make_world` is called when the file is new, was made from another `origin`, or is reset."""

    def __init__(self, file: Path, *, origin: str, make_world: Callable[[], World]) -> None:
        self._lock = threading.RLock()
        self._origin = f"{LAYOUT} {origin}"
        self._make_world = make_world
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA journal_mode = WAL")
        if not self._is_ours():
            self.reset()

    def close(self) -> None:
        """Let go of the file. Twice is fine."""
        with self._lock:
            self._db.close()

    def _is_ours(self) -> bool:
        try:
            return bool(self._db.execute("SELECT 1 FROM origin WHERE value = ?", (self._origin,)).fetchone())
        except sqlite3.OperationalError:
            return False

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")

    def reset(self) -> None:
        """Forget everything and start from the first data again."""
        world = self._make_world()
        with self._transaction() as db:
            tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (name,) in tables:
                db.execute(f'DROP TABLE "{name}"')
            for statement in TABLES.split(";"):
                db.execute(statement)
            self._load(db, world)
            db.execute("INSERT INTO origin VALUES (?)", (self._origin,))

    def _load(self, db: sqlite3.Connection, world: World) -> None:
        for prebook, items in world.prebooks:
            self._put_prebook(db, prebook)
            db.executemany(
                "INSERT INTO items VALUES (?, ?, ?)",
                [(item.id or None, prebook.id, doc_of(item, "id")) for item in items],
            )
        db.executemany(
            "INSERT INTO inventory VALUES (?, ?, ?)",
            [(item.id, item.boxes, doc_of(item, "id", "boxes")) for item in world.inventory],
        )
        db.executemany("INSERT INTO customers VALUES (?, ?)", [(one.id, doc_of(one, "id")) for one in world.customers])
        db.executemany("INSERT INTO carriers VALUES (?, ?)", [(one.id, doc_of(one, "id")) for one in world.carriers])

    def _put_prebook(self, db: sqlite3.Connection, prebook: Prebook) -> None:
        columns = (
            prebook.id,
            prebook.truck_date,
            prebook.updated,
            doc_of(prebook, "id", "truck_date", "updated"),
        )
        db.execute("INSERT INTO prebooks VALUES (?, ?, ?, ?)", columns)

    def prebooks(self, truck_dates: tuple[str, str] | None) -> list[PrebookAndItems]:
        """The prebooks from the first to the last truck date (None: all), by id, each with its items."""
        first, last = truck_dates or ("", "9999-99-99")
        with self._lock:
            headers = self._db.execute(
                "SELECT id, truck_date, updated, doc FROM prebooks WHERE truck_date BETWEEN ? AND ? ORDER BY id",
                (first, last),
            ).fetchall()
            items: dict[int, list[Item]] = {number: [] for number, *_ in headers}
            for number, prebook_id, doc in self._db.execute(
                "SELECT i.id, i.prebook_id, i.doc FROM items i JOIN prebooks p ON p.id = i.prebook_id "
                "WHERE p.truck_date BETWEEN ? AND ? ORDER BY i.id",
                (first, last),
            ):
                items[prebook_id].append(item_from(json.loads(doc), number))
        return [
            (Prebook(id=number, truck_date=day, updated=updated, **json.loads(doc)), tuple(items[number]))
            for number, day, updated, doc in headers
        ]

    def inventory(self) -> list[FutureItem]:
        """All future inventory, by id, sold out items included."""
        with self._lock:
            rows = self._db.execute("SELECT id, boxes, doc FROM inventory ORDER BY id").fetchall()
        return [future_item_from(json.loads(doc), number, boxes) for number, boxes, doc in rows]

    def customers(self) -> list[Customer]:
        """All customers, by id."""
        with self._lock:
            rows = self._db.execute("SELECT id, doc FROM customers ORDER BY id").fetchall()
        return [Customer(id=number, **json.loads(doc)) for number, doc in rows]

    def carriers(self) -> list[Carrier]:
        """All carriers, by id."""
        with self._lock:
            rows = self._db.execute("SELECT id, doc FROM carriers ORDER BY id").fetchall()
        return [Carrier(id=number, **json.loads(doc)) for number, doc in rows]

    def add(self, line: NewLine, *, in_ledger: bool) -> int:
        """Sell boxes into a prebook, as one transaction. Returns the prebookItemId. Raises RefusalError."""
        moment = now()
        with self._transaction() as db:
            item = self._stock_for(db, line).sold(line.boxes, line.price, line.mark_code)
            number = db.execute(
                "INSERT INTO items VALUES (NULL, ?, ?)", (line.prebook_id, doc_of(item, "id"))
            ).lastrowid
            if number is None:
                raise sqlite3.DatabaseError("the new item has no id")
            db.execute("UPDATE inventory SET boxes = boxes - ? WHERE id = ?", (line.boxes, line.inventory_id))
            db.execute(
                "UPDATE prebooks SET updated = ? WHERE id = ?",
                (f"{moment:%Y-%m-%d %H:%M:%S}", line.prebook_id),
            )
            if in_ledger:
                at = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
                row = (
                    at,
                    line.prebook_id,
                    line.inventory_id,
                    line.boxes,
                    str(line.price),
                    line.mark_code,
                    number,
                )
                db.execute("INSERT INTO ledger VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)", row)
        return number

    def _stock_for(self, db: sqlite3.Connection, line: NewLine) -> FutureItem:
        if not self._has_prebook(db, line.prebook_id):
            raise RefusalError(f"The prebook {line.prebook_id} does not exist.")
        row = (
            db.execute("SELECT boxes, doc FROM inventory WHERE id = ?", (line.inventory_id,)).fetchone()
            if line.inventory_id <= LARGEST_ID
            else None
        )
        if row is None:
            raise RefusalError(f"The inventory item {line.inventory_id} does not exist.")
        boxes, doc = row
        if boxes < line.boxes:
            raise RefusalError(f"The inventory item {line.inventory_id} has only {boxes} boxes left.")
        return future_item_from(json.loads(doc), line.inventory_id, boxes)

    def _has_prebook(self, db: sqlite3.Connection, number: int) -> bool:
        if number > LARGEST_ID:
            return False
        return db.execute("SELECT 1 FROM prebooks WHERE id = ?", (number,)).fetchone() is not None

    def move(self, prebook_id: int, truck_date: str) -> None:
        """Give a prebook another truck date. Raises RefusalError."""
        with self._transaction() as db:
            if not self._has_prebook(db, prebook_id):
                raise RefusalError(f"The prebook {prebook_id} does not exist.")
            db.execute(
                "UPDATE prebooks SET truck_date = ?, updated = ? WHERE id = ?",
                (truck_date, f"{now():%Y-%m-%d %H:%M:%S}", prebook_id),
            )

    def ledger(self) -> list[LedgerLine]:
        """All lines that were really added, in order."""
        with self._lock:
            rows = self._db.execute(
                "SELECT n, at, prebook_id, inventory_id, boxes, price, mark_code, prebook_item_id "
                "FROM ledger ORDER BY n"
            ).fetchall()
        return [
            LedgerLine(n, at, prebook_id, inventory_id, boxes, Decimal(price), mark_code, item_id)
            for n, at, prebook_id, inventory_id, boxes, price, mark_code, item_id in rows
        ]

    def count(self, method: str) -> int:
        """Note one more request. Returns how many there were today (GMT), all methods together."""
        today = now().date().isoformat()
        with self._transaction() as db:
            db.execute(
                "INSERT INTO requests VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET times = times + 1",
                (today, method),
            )
            total: int = db.execute("SELECT sum(times) FROM requests WHERE day = ?", (today,)).fetchone()[0]
        return total

    def requests(self) -> tuple[dict[str, int], int]:
        """Requests by method since the last reset, and how many of them came today (GMT)."""
        today = now().date().isoformat()
        with self._lock:
            rows = self._db.execute(
                "SELECT method, sum(times) FROM requests GROUP BY method ORDER BY method"
            ).fetchall()
            total = self._db.execute("SELECT sum(times) FROM requests WHERE day = ?", (today,)).fetchone()[0]
        return dict(rows), total or 0
