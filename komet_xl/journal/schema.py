"""The journal's tables and how an older journal becomes a newer one.

A version is the number of steps in MIGRATIONS that a database has taken. A step, once released, is never changed:
the tables below are what all steps together make, and a test holds the two together.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, Text

metadata = MetaData()

facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", Text, nullable=False))
"""schema (version), salt (of account fingerprints), made (when)."""

holder = Table(
    "holder",
    metadata,
    Column("one", Integer, primary_key=True),
    Column("user", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("process", Integer, nullable=False),
    Column("file", Text, nullable=False),
    Column("since", Text, nullable=False),
)
"""Who took the lock last: one row, told to whoever finds it taken."""

requests = Table(
    "requests",
    metadata,
    Column("host", Text, primary_key=True),
    Column("day", Text, primary_key=True),
    Column("used", Integer, nullable=False),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("started", Text, nullable=False),
    Column("ended", Text),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("program", Text, nullable=False),
)
"""One push each."""

sends = Table(
    "sends",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("ordinal", Integer, nullable=False),
    Column("ref", Text, nullable=False),
    Column("host", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sheet", Text, nullable=False),
    Column("row", Integer, nullable=False),
    Column("prebook_id", Text, nullable=False),
    Column("inventory_id", Text, nullable=False),
    Column("boxes", Integer, nullable=False),
    Column("price", Text, nullable=False),
    Column("mark_code", Text, nullable=False),
    Column("units_per_box", Integer),
    Column("state", Text, nullable=False),
    Column("message", Text, nullable=False),
    Column("intended", Text, nullable=False),
    Column("settled", Text),
    Column("previous", Integer, ForeignKey("sends.id")),
    Column("shown", Text, nullable=False),
)
"""One attempt to add one order line; ids as text, they may be longer than a database's integers."""

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("send", Integer, ForeignKey("sends.id"), nullable=False),
    Column("at", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("user", Text, nullable=False),
    Column("machine", Text, nullable=False),
    Column("note", Text, nullable=False),
)
"""Every transition of every send, in the order it happened; never changed."""

baselines = Table(
    "baselines",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("run", Integer, ForeignKey("runs.id"), nullable=False),
    Column("prebook_id", Text, nullable=False),
    Column("truck_date", Text, nullable=False),
    Column("taken", Text, nullable=False),
    Column("items", Text, nullable=False),
)
"""A prebook's lines just before a push, as JSON: the evidence for an unknown row."""

prebooks = Table(
    "prebooks",
    metadata,
    Column("host", Text, primary_key=True),
    Column("prebook_id", Text, primary_key=True),
    Column("number", Text, nullable=False),
    Column("truck_date", Text, nullable=False),
    Column("customer", Text, nullable=False),
    Column("seen", Text, nullable=False),
)
"""Number and truck date of prebooks that a pull or push has seen."""

MIGRATIONS: Final[tuple[str, ...]] = (
    """
    CREATE TABLE facts (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
    CREATE TABLE holder (
        one INTEGER NOT NULL PRIMARY KEY CHECK (one = 1), user TEXT NOT NULL, machine TEXT NOT NULL,
        process INTEGER NOT NULL, file TEXT NOT NULL, since TEXT NOT NULL
    );
    CREATE TABLE requests (host TEXT NOT NULL, day TEXT NOT NULL, used INTEGER NOT NULL, PRIMARY KEY (host, day));
    CREATE TABLE runs (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, started TEXT NOT NULL, ended TEXT, file TEXT NOT NULL,
        sheet TEXT NOT NULL, profile TEXT NOT NULL, host TEXT NOT NULL, account TEXT NOT NULL, user TEXT NOT NULL,
        machine TEXT NOT NULL, program TEXT NOT NULL
    );
    CREATE TABLE sends (
        id INTEGER NOT NULL PRIMARY KEY, run INTEGER NOT NULL REFERENCES runs (id),
        fingerprint TEXT NOT NULL, ordinal INTEGER NOT NULL CHECK (ordinal >= 1), ref TEXT NOT NULL,
        host TEXT NOT NULL, file TEXT NOT NULL, sheet TEXT NOT NULL, row INTEGER NOT NULL, prebook_id TEXT NOT NULL,
        inventory_id TEXT NOT NULL, boxes INTEGER NOT NULL CHECK (boxes >= 1), price TEXT NOT NULL,
        mark_code TEXT NOT NULL, units_per_box INTEGER, state TEXT NOT NULL CHECK (state IN
            ('open', 'accepted', 'rejected', 'unknown', 'confirmed', 'released', 'undone')),
        message TEXT NOT NULL, intended TEXT NOT NULL, settled TEXT, previous INTEGER REFERENCES sends (id),
        shown TEXT NOT NULL CHECK (shown IN ('no', 'maybe', 'yes'))
    );
    -- The last line of defence against two pushers: one live send a line and count.
    CREATE UNIQUE INDEX live_sends ON sends (fingerprint, ordinal)
        WHERE state IN ('open', 'accepted', 'unknown', 'confirmed');
    -- No index that a push does not need: every one costs each line another page on disk.
    CREATE INDEX sends_by_item ON sends (prebook_id, inventory_id);
    CREATE INDEX sends_by_previous ON sends (previous) WHERE previous IS NOT NULL;
    CREATE TABLE events (
        id INTEGER NOT NULL PRIMARY KEY, send INTEGER NOT NULL REFERENCES sends (id), at TEXT NOT NULL,
        state TEXT NOT NULL, user TEXT NOT NULL, machine TEXT NOT NULL, note TEXT NOT NULL
    );
    CREATE TABLE baselines (
        id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES runs (id),
        prebook_id TEXT NOT NULL, truck_date TEXT NOT NULL, taken TEXT NOT NULL, items TEXT NOT NULL
    );
    CREATE INDEX baselines_by_prebook ON baselines (prebook_id, run);
    CREATE TABLE prebooks (
        host TEXT NOT NULL, prebook_id TEXT NOT NULL, number TEXT NOT NULL, truck_date TEXT NOT NULL,
        customer TEXT NOT NULL, seen TEXT NOT NULL, PRIMARY KEY (host, prebook_id)
    );
    CREATE INDEX prebooks_by_number ON prebooks (host, number, truck_date);
    """,
)
"""The steps from an empty database to the tables above."""
