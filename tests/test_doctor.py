"""What doctor says of settings, journal, clock, quota, keyring, token, proxy and Komet."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from komet_xl.doctor import Level, clock_check, examine, keyring_check, proxy_check, quota_check, without_password
from komet_xl.journal.store import Journal
from komet_xl.komet.secret import Token
from komet_xl.session import Session
from komet_xl.settings import load_settings
from tests.journal.lines import begin, intend

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.doctor import Check
    from komet_xl.sandbox.server import Sandbox

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=timezone(timedelta(hours=-5)))
PROXY = "http://zoe:s3cret-proxy-word@proxy.example:8080"


def look(komet: Sandbox | None, *, token: str | None = None, **environ: str) -> dict[str, Check]:
    """All checks by their names, with settings of the test's own."""
    url = {"KOMET_URL": komet.url} if komet else {}
    settings = load_settings({**url, **environ})
    with Session(settings, token=Token(token) if token else None) as session:
        return {each.name: each for each in examine(session)}


def test_when_all_is_well_every_check_is_ok_and_one_request_was_made(komet: Sandbox, tmp_path: Path) -> None:
    found = look(komet, token=komet.token, KOMET_HOME=str(tmp_path / "own hömé"))

    assert list(found) == [
        *("program", "settings", "journal", "Excel", "clock", "requests", "keyring", "token", "Komet", "proxy"),
    ]
    assert {name for name, each in found.items() if each.level is not Level.OK} == {"Excel", "keyring"}
    assert "sound and writable" in found["journal"].detail
    assert "own hömé" in found["journal"].detail
    assert komet.requests()["total"] == 1


def test_what_is_wrong_never_holds_the_token_or_a_proxys_password(komet: Sandbox) -> None:
    found = look(komet, KOMET_TOKEN="wrong-token-here", KOMET_PROXY=PROXY)

    assert found["Komet"].level is Level.PROBLEM
    assert found["Komet"].exit_code == 5
    assert "wrong-token-here" not in str(found)
    assert "s3cret-proxy-word" not in str(found)


def test_without_a_token_komet_is_not_asked(komet: Sandbox) -> None:
    found = look(komet)

    assert found["token"].level is Level.PROBLEM
    assert "komet-xl login" in found["token"].detail
    assert "Komet" not in found
    assert komet.requests()["total"] == 0


def test_a_komet_that_cannot_be_reached_is_a_problem_with_its_reason() -> None:
    found = look(None, KOMET_URL="http://127.0.0.1:1/api", KOMET_TOKEN="some-token")

    assert found["Komet"].level is Level.PROBLEM
    assert "could not be reached" in found["Komet"].detail


def test_a_journal_that_cannot_be_used_is_a_problem_and_the_rest_is_still_looked_at(tmp_path: Path) -> None:
    (tmp_path / "komet").write_bytes(b"a file where the folder should be")

    found = look(None, KOMET_HOME=str(tmp_path / "komet"), KOMET_TOKEN="some-token")

    assert found["journal"].level is Level.PROBLEM
    assert found["journal"].exit_code == 7
    assert found["token"].ok
    assert "clock" not in found
    assert "Komet" not in found


def test_a_damaged_journal_is_a_problem_that_says_to_restore_a_backup(tmp_path: Path) -> None:
    settings = load_settings({"KOMET_HOME": str(tmp_path)})
    with Session(settings) as session:
        assert session.journal.counter.requests_today("x") == 0
    with closing(sqlite3.connect(settings.journal)) as journal, journal:
        journal.execute("PRAGMA foreign_keys = OFF")
        journal.execute("INSERT INTO events (send, at, state, note, user, machine) VALUES (77, '', 'open', '', '', '')")

    found = look(None, KOMET_HOME=str(tmp_path))["journal"]

    assert (found.level, found.exit_code) == (Level.PROBLEM, 7)
    assert "is damaged" in found.detail
    assert "restore your last backup" in found.advice


def test_a_clock_that_has_gone_back_is_noticed_by_the_journal_and_by_the_installation() -> None:
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)

    assert clock_check(NOW, newest=None, installed=long_ago).detail == "2026-11-22 09:30, -0500 to Greenwich"
    later = clock_check(NOW, newest=datetime(2026, 12, 24, tzinfo=UTC), installed=long_ago)
    assert later.level is Level.WARNING
    assert "23" in later.detail
    assert clock_check(NOW, newest=None, installed=datetime(2027, 1, 1, tzinfo=UTC)).level is Level.WARNING


def test_the_journal_tells_of_lines_from_the_future(tmp_path: Path) -> None:
    settings = load_settings({"KOMET_HOME": str(tmp_path)})
    journal = Journal(settings.journal, now=lambda: datetime.now(UTC) + timedelta(days=3))
    intend(journal, begin(journal))
    journal.close()

    assert look(None, KOMET_HOME=str(tmp_path))["clock"].level is Level.WARNING


@pytest.mark.parametrize(
    ("used", "level"), [(0, Level.OK), (900, Level.OK), (901, Level.WARNING), (1_000, Level.PROBLEM)]
)
def test_few_requests_left_are_a_warning_and_none_is_a_problem(used: int, level: Level) -> None:
    found = quota_check(used, 1_000)

    assert found.level is level
    assert f"{used:,} of 1,000" in found.detail
    assert bool(found.advice) is (level is not Level.OK)


def test_a_keyring_that_is_none_is_a_warning() -> None:
    assert keyring_check(["keyring.backends.Windows"], trusted=True, from_environment=False).detail == "Windows"
    assert (
        "keyring of the system"
        in keyring_check(["keyring.backends.fail"], trusted=False, from_environment=False).advice
    )
    assert "Excel does not see" in keyring_check(["keyrings.alt.file"], trusted=False, from_environment=True).advice


@pytest.mark.parametrize(
    ("environ", "system", "reached", "level", "words"),
    [
        ({}, {}, False, Level.OK, "none"),
        ({"KOMET_PROXY": PROXY}, {}, False, Level.OK, "http://proxy.example:8080"),
        ({}, {"https": PROXY}, False, Level.WARNING, "this computer uses http://proxy.example:8080"),
        ({}, {"https": PROXY}, True, Level.OK, "reached without it"),
        ({}, {"http": PROXY}, False, Level.OK, "none"),
        ({"KOMET_URL": "http://127.0.0.1:9/api", "KOMET_PROXY": PROXY}, {}, True, Level.OK, "on this computer"),
    ],
)
def test_proxies_are_named_without_their_password(
    environ: dict[str, str], system: dict[str, str], level: Level, words: str, *, reached: bool
) -> None:
    found = proxy_check(load_settings(environ), system, reached=reached)

    assert found.level is level
    assert words in found.detail
    assert "s3cret" not in found.detail + found.advice


def test_a_proxys_password_goes_however_it_is_written() -> None:
    assert without_password("http://u:p@h:1") == "http://h:1"
    assert without_password("u:p@q@h:1") == "h:1"
    assert without_password("h:1") == "h:1"
