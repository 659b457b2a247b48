"""The journal's file: which ones are taken, brought up to date, or refused and left as they are."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import psutil
import pytest
import sqlalchemy

from komet_xl.errors import JournalError
from komet_xl.journal import schema
from komet_xl.journal.database import AT_ONCE, Database, parts
from komet_xl.journal.place import network_drive, network_mount
from komet_xl.journal.store import Journal

from .lines import begin, intend

if TYPE_CHECKING:
    from sqlalchemy import Connection


def run_script(path: Path, script: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def test_the_steps_make_exactly_the_tables_that_the_program_knows(path: Path) -> None:
    database = Database(path)
    engine = sqlalchemy.create_engine("sqlite://")
    schema.metadata.create_all(engine)

    with database.transaction() as found, engine.begin() as wanted:
        inspect_found, inspect_wanted = sqlalchemy.inspect(found), sqlalchemy.inspect(wanted)
        assert sorted(inspect_found.get_table_names()) == sorted(inspect_wanted.get_table_names())
        for name in inspect_wanted.get_table_names():
            columns = [
                [
                    (each["name"], str(each["type"]), each["nullable"], each["primary_key"])
                    for each in look.get_columns(name)
                ]
                for look in (inspect_found, inspect_wanted)
            ]
            assert columns[0] == columns[1]
            keys = [
                sorted((each["constrained_columns"], each["referred_table"]) for each in look.get_foreign_keys(name))
                for look in (inspect_found, inspect_wanted)
            ]
            assert keys[0] == keys[1]

    engine.dispose()
    database.close()


def test_an_empty_file_becomes_a_journal(path: Path) -> None:
    path.parent.mkdir()
    path.touch()

    journal = Journal(path)

    assert len(journal.salt) == 32
    journal.close()


def test_the_steps_are_taken_once(path: Path) -> None:
    first = Journal(path)
    salt = first.salt
    intend(first, begin(first))
    first.close()

    second = Journal(path)

    assert second.salt == salt
    assert len(second.sends_since(None)) == 1
    second.close()


def test_a_journal_of_a_newer_program_is_refused_and_left_as_it_is(path: Path) -> None:
    Journal(path).close()
    run_script(path, "UPDATE facts SET value = '99' WHERE name = 'schema'")
    before = path.read_bytes()

    with pytest.raises(
        JournalError, match=r"written by a newer komet-xl \(version 99, .*; update komet-xl\."
    ) as refused:
        Journal(path)

    assert refused.value.exit_code == 7
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        ("CREATE TABLE songs (name TEXT)", "holds another program's data; set KOMET_HOME"),
        ("CREATE TABLE facts (name TEXT, value TEXT)", "does not say its version; restore a backup"),
        ("CREATE TABLE facts (name TEXT, value TEXT); INSERT INTO facts VALUES ('schema', 'two')", "say its version"),
        ("CREATE TABLE facts (song TEXT)", "cannot be used"),
    ],
)
def test_another_programs_database_is_refused_and_left_as_it_is(path: Path, script: str, complaint: str) -> None:
    run_script(path, script)
    before = path.read_bytes()

    with pytest.raises(JournalError, match=complaint):
        Journal(path)

    assert path.read_bytes() == before


def test_a_corrupt_file_is_refused_and_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"PK\x03\x04 not a database " * 100)

    with pytest.raises(JournalError, match=r"cannot be used .*free the disk or restore a backup"):
        Journal(path)

    assert path.read_bytes().startswith(b"PK\x03\x04")


def test_a_journal_cut_short_is_refused(path: Path) -> None:
    journal = Journal(path)
    intend(journal, begin(journal))
    journal.close()
    path.write_bytes(path.read_bytes()[:9000])

    with pytest.raises(JournalError):
        Journal(path).sends_since(None)


def test_a_folder_in_the_journals_place_is_refused(path: Path) -> None:
    path.mkdir(parents=True)

    with pytest.raises(JournalError, match="cannot be"):
        Journal(path)


def test_a_file_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("not a folder")

    with pytest.raises(JournalError, match=r"cannot be written .*; make the folder writable or set KOMET_HOME"):
        Journal(tmp_path / "data" / "journal.sqlite3")


def test_a_transaction_that_fails_leaves_nothing(path: Path) -> None:
    database = Database(path)

    def write() -> None:
        with database.transaction() as connection:
            connection.exec_driver_sql("INSERT INTO facts VALUES ('x', 'y')")
            connection.exec_driver_sql("INSERT INTO missing VALUES (1)")

    with pytest.raises(JournalError, match="no such table"):
        write()

    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT value FROM facts WHERE name = 'x'").first() is None
    database.close()


def test_every_commit_is_on_disk_when_it_returns(path: Path) -> None:
    database = Database(path)

    with database.transaction() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {each}").scalar() for each in ("journal_mode", "synchronous")]

    assert settings == ["persist", 3]
    database.close()


def test_values_come_in_parts_that_one_list_holds() -> None:
    assert [len(each) for each in parts(range(2 * AT_ONCE + 1))] == [AT_ONCE, AT_ONCE, 1]
    assert list(parts([])) == []


# ---------------------------------------------------------------------------------------------- network drives

LINUX = [
    ("/", "ext4", "rw,relatime"),
    ("/mnt/office", "nfs4", "rw,vers=4.2"),
    ("/mnt/office/local", "ext4", "rw"),
    ("/home/ana/share", "cifs", "rw"),
    ("/home/ana/ssh", "fuse.sshfs", "rw"),
]
MAC = [("/", "apfs", "ro"), ("/System/Volumes/Data", "apfs", "rw"), ("/Volumes/Office", "smbfs", "rw,nodev")]
WINDOWS = [("C:\\", "NTFS", "rw,fixed"), ("Z:\\", "NTFS", "rw,remote"), ("D:\\", "", "cdrom")]


@pytest.mark.parametrize(
    ("path", "mounts", "drive"),
    [
        ("/home/ana/journal.sqlite3", LINUX, None),
        ("/mnt/office/journal.sqlite3", LINUX, "/mnt/office"),
        ("/mnt/office", LINUX, "/mnt/office"),
        ("/mnt/office2/journal.sqlite3", LINUX, None),
        ("/mnt/office/local/journal.sqlite3", LINUX, None),
        ("/home/ana/share/a/b", LINUX, "/home/ana/share"),
        ("/home/ana/ssh/x", LINUX, "/home/ana/ssh"),
        ("/home/ana/share/a", LINUX[::-1], "/home/ana/share"),
        ("/mnt/office/local/x", LINUX[::-1], None),
        ("/x", [("/", "NFS", "rw")], "/"),
        ("/x", [("/", "ext4", "rw"), ("/", "nfs", "rw")], "/"),
        ("/x", [], None),
        ("/Volumes/Office/k/journal", MAC, "/Volumes/Office"),
        ("/Users/ana/Library/journal", MAC, None),
        ("C:\\Users\\ana\\journal.sqlite3", WINDOWS, None),
        ("Z:\\komet\\journal.sqlite3", WINDOWS, "Z:"),
    ],
)
def test_the_deepest_mount_says_whether_a_path_is_on_the_network(
    path: str, mounts: list[tuple[str, str, str]], drive: str | None
) -> None:
    found = network_mount(path, mounts)

    assert (found and found.casefold()) == (drive and drive.casefold())


if os.name == "nt":  # elsewhere //server/share is a folder like any other

    def test_a_servers_address_is_a_network_drive() -> None:
        assert network_drive(Path("//office-server/share/komet")) is not None


def test_a_journal_on_a_network_drive_is_refused_before_anything_is_made(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    mount = SimpleNamespace(mountpoint=str(path.parent.parent), fstype="cifs", opts="rw")
    monkeypatch.setattr(psutil, "disk_partitions", lambda *, all: [mount] if all else [])  # noqa: A006  psutil's name

    with pytest.raises(JournalError, match=r"lies on the network drive .*set KOMET_HOME to a folder on this computer"):
        Journal(path)

    assert not path.parent.exists()


def test_this_computers_own_disk_is_no_network_drive(tmp_path: Path) -> None:
    assert network_drive(tmp_path / "not made yet" / "journal.sqlite3") is None


def test_jobs_that_wait_together_fail_and_succeed_each_for_itself(path: Path) -> None:
    database = Database(path)
    add = "INSERT INTO requests (host, day, used) VALUES (?, 'today', 1)"
    inside, go_on = threading.Event(), threading.Event()

    def slow(_connection: Connection) -> str:
        inside.set()
        go_on.wait(10)
        return "slow"

    def good(connection: Connection) -> str:
        connection.exec_driver_sql(add, ("good",))
        return "good"

    def bad(connection: Connection) -> str:
        connection.exec_driver_sql(add, ("bad",))
        raise ValueError("bad")

    with ThreadPoolExecutor(3) as pool:
        first = pool.submit(database.write, slow)
        inside.wait(10)
        others = [pool.submit(database.write, job) for job in (good, bad)]
        while len(database._queue) < 2:  # noqa: SLF001  both wait for the slow one
            time.sleep(0.001)
        go_on.set()

        assert first.result() == "slow"
        assert others[0].result() == "good"
        with pytest.raises(ValueError, match="bad"):
            others[1].result()
    with database.transaction() as connection:
        assert connection.exec_driver_sql("SELECT host FROM requests").scalars().all() == ["good"]
    database.close()
