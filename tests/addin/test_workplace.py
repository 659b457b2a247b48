"""Whose values formulas show: the profile, the token and the switches of now, looked up without a request."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

import pytest

from komet_xl.addin import switches
from komet_xl.desk import Patience
from komet_xl.errors import ApiError
from komet_xl.sandbox.server import Sandbox
from komet_xl.settings import load_settings
from komet_xl.snapshots import Question
from tests.support.formulas import environ_of, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = 42045.0
ROSES = ("KOMET_PREBOOK", DAY, 13010.0, "totalBoxes")
SLOW = 2_000
"""Milliseconds."""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "komet"


@pytest.fixture
def other() -> Iterator[Sandbox]:
    """Another Komet, in which one line more was sold."""
    with Sandbox() as komet:
        sell(komet)
        yield komet


def sell(komet: Sandbox) -> None:
    """Somebody adds one box to prebook 13010, which had 30."""
    komet.add_foreign_line(1_927_173, 9_999_999, 1, "2.50")


# -------------------------------------------------------------------------------------------- Refresh and Freeze


def test_refresh_brings_a_new_answer(komet: Sandbox, home: Path) -> None:
    with sheet(environ_of(komet, home)) as cell:
        assert cell(*ROSES) == 30.0
        sell(komet)
        assert cell(*ROSES) == 30.0

        switches.press_refresh()

        assert cell.until(lambda shown: shown == 31.0, *ROSES) == 31.0
        assert komet.requests()["total"] == 2


def test_refresh_after_a_failure_asks_again(komet: Sandbox, home: Path) -> None:
    komet.fault("refuse", None)
    with sheet(environ_of(komet, home)) as cell:
        assert cell(*ROSES) == "#KOMET: The sandbox was told to refuse this"
        komet.reset()
        assert cell(*ROSES) == "#KOMET: The sandbox was told to refuse this"

        switches.press_refresh()

        assert cell.until(lambda shown: shown == 30.0, *ROSES) == 30.0


def test_frozen_formulas_ask_nothing_even_after_refresh(komet: Sandbox, home: Path) -> None:
    with sheet(environ_of(komet, home)) as cell:
        assert cell(*ROSES) == 30.0
    sell(komet)
    switches.freeze(frozen=True)
    switches.press_refresh()

    with sheet(environ_of(komet, home)) as cell:
        assert [cell(*ROSES) for _ in range(5)] == [30.0] * 5
        assert cell("KOMET_CARRIERS").startswith("#KOMET: nothing of this was here when the formulas were frozen")
        assert komet.requests()["total"] == 1

        switches.freeze(frozen=False)
        assert cell.until(lambda shown: shown == 31.0, *ROSES) == 31.0


# ------------------------------------------------------------------------------------- profile, token, settings


def test_another_profile_is_another_komet_and_another_shelf(komet: Sandbox, other: Sandbox, home: Path) -> None:
    environ = {"KOMET_TOKEN": komet.token, "KOMET_HOME": str(home)}
    file = load_settings(environ).settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f'url = "{komet.url}"\n[profiles.demo]\nurl = "{other.url}"\n', encoding="utf-8")
    with sheet(environ) as cell:
        assert cell(*ROSES) == 30.0
        switches.choose("demo")
        assert cell.until(lambda shown: shown == 31.0, *ROSES) == 31.0
        switches.choose(None)
        assert cell.until(lambda shown: shown == 30.0, *ROSES) == 30.0

    assert komet.requests()["total"] == other.requests()["total"] == 1


def test_another_token_is_another_shelf(komet: Sandbox, home: Path) -> None:
    with sheet(environ_of(komet, home)) as cell:
        assert cell(*ROSES) == 30.0
    with sheet(environ_of(komet, home, KOMET_TOKEN="another token")) as cell:
        assert cell(*ROSES).startswith("#KOMET: ")
    assert komet.requests()["total"] == 2


def test_without_a_token_a_cell_says_where_to_sign_in(komet: Sandbox, home: Path) -> None:
    environ = environ_of(komet, home)
    token = environ.pop("KOMET_TOKEN")
    with sheet(environ) as cell:
        assert [cell(*ROSES) for _ in range(3)] == ["#KOMET: not signed in; click Sign in on the Komet tab"] * 3
        assert cell("KOMET_FEE", 5.0, 240.0, 1.25) == 22.5
        assert cell("KOMET_QUOTA") == 1000.0

        environ["KOMET_TOKEN"] = token
        switches.press_refresh()  # as signing in does

        assert cell.until(lambda shown: shown == 30.0, *ROSES) == 30.0


def test_a_journal_that_was_replaced_costs_one_recalculation(komet: Sandbox, home: Path) -> None:
    with sheet(environ_of(komet, home)) as cell:
        assert cell(*ROSES) == 30.0
        (home / "journal.sqlite3").unlink()  # a new one tells the same token by another name

        assert cell("KOMET_CARRIERS") == "#KOMET: the profile or the token has just been changed; recalculate"
        assert cell("KOMET_CARRIERS")[0][0] == "id"
        assert cell(*ROSES) == 30.0
    assert komet.requests()["total"] == 3


def test_an_error_of_our_own_in_a_request_is_said(komet: Sandbox, home: Path, caplog: pytest.LogCaptureFixture) -> None:
    impossible = Question("customer.list", (("name", "value", "too many"),))  # type: ignore[arg-type]  # on purpose
    with sheet(environ_of(komet, home)) as cell, pytest.raises(ApiError) as told:
        cell.workplace.look(impossible)

    assert str(told.value) == "an error of komet-xl's own (ValueError); the log has the details"
    assert "a formula's request failed" in caplog.text
    assert komet.token not in caplog.text


def log_of(home: Path) -> str:
    return (home / "log" / "komet-xl.log").read_text(encoding="utf-8")


def test_where_a_cell_names_the_log_the_log_has_the_traceback_and_no_token(komet: Sandbox, home: Path) -> None:
    class Odd:
        def __eq__(self, other: object) -> bool:
            raise ZeroDivisionError(komet.token)

        def __hash__(self) -> int:
            return 0

    impossible = Question("customer.list", (("name", "value", "too many"),))  # type: ignore[arg-type]  # on purpose
    with sheet(environ_of(komet, home)) as cell:
        shown = {cell("KOMET_PREBOOKS", Odd()) for _ in range(200)}
        with pytest.raises(ApiError):
            cell.workplace.look(impossible)

    assert shown == {"#KOMET: an error of komet-xl's own (ZeroDivisionError); the log has the details"}
    log = log_of(home)
    assert 1 <= log.count("a formula failed\nTraceback") <= 2, "of 200 cells; each session that is open writes it"
    assert "ZeroDivisionError: ***" in log
    assert "a formula's request failed\nTraceback" in log
    assert komet.token not in log


def test_settings_that_cannot_be_read_are_said_and_can_be_mended(komet: Sandbox, home: Path) -> None:
    environ = environ_of(komet, home)
    file = load_settings(environ).settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("colour = 7\n", encoding="utf-8")
    with sheet(environ) as cell:
        for name, *given in (ROSES, ("KOMET_QUOTA",), ("KOMET_FEE", 1.0, 1.0, 1.0), ("KOMET_AGE", DAY)):
            assert cell(name, *given).startswith(f"#KOMET: {file} has the unknown setting colour")

        file.unlink()

        assert cell.until(lambda shown: shown == 30.0, *ROSES) == 30.0


def test_a_profile_that_nobody_describes_is_said(home: Path) -> None:
    switches.choose("elsewhere")
    with sheet({"KOMET_TOKEN": "a token", "KOMET_HOME": str(home)}) as cell:
        assert cell(*ROSES).startswith("#KOMET: there is no profile 'elsewhere' in ")


def test_a_journal_that_cannot_be_used_is_said(komet: Sandbox, home: Path) -> None:
    home.mkdir()
    (home / "journal.sqlite3").write_bytes(b"not a database, but something else altogether" * 50)
    with sheet(environ_of(komet, home)) as cell:
        assert cell(*ROSES).startswith(f"#KOMET: the journal {home / 'journal.sqlite3'} cannot be used")
    assert komet.requests()["total"] == 0


def test_a_folder_that_cannot_be_written_leaves_the_memory(komet: Sandbox, home: Path) -> None:
    home.mkdir()
    (home / "cache").write_text("a file where the folder should be", encoding="utf-8")
    with sheet(environ_of(komet, home)) as cell:
        assert [cell(*ROSES) for _ in range(100)] == [30.0] * 100
    assert komet.requests()["total"] == 1


# ------------------------------------------------------------------------------------------------ quota and time


@contextmanager
def held(journal: Path) -> Iterator[None]:
    """Another program writes into the journal while the block runs, and takes its time."""
    with closing(sqlite3.connect(journal, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def test_a_journal_that_another_program_holds_does_not_keep_excel_waiting(komet: Sandbox, home: Path) -> None:
    environ = environ_of(komet, home)
    with sheet(environ) as cell:
        assert cell(*ROSES) == 30.0
    with sheet(environ, patience=lambda: Patience(0.5, per=1e9)) as cell:
        with held(home / "journal.sqlite3"):
            started = time.monotonic()
            shown = {cell(name, *given) for name, *given in (ROSES, ("KOMET_QUOTA",), ("KOMET_AGE", DAY)) * 100}
            took = time.monotonic() - started

        assert shown == {"#KOMET: loading"}
        assert took < 5
        assert cell.until(lambda found: found == 30.0, *ROSES) == 30.0
        assert cell.until(lambda found: found == 999.0, "KOMET_QUOTA") == 999.0
    assert komet.requests()["total"] == 1


def test_a_profile_that_is_not_looked_up_yet_never_shows_the_values_of_the_one_before(
    komet: Sandbox, other: Sandbox, home: Path, tmp_path: Path
) -> None:
    environ = {"KOMET_TOKEN": komet.token}
    file = load_settings(environ).settings_file
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(
        f'url = "{komet.url}"\nhome = "{home}"\n[profiles.demo]\nurl = "{other.url}"\nhome = "{tmp_path / "demo"}"\n',
        encoding="utf-8",
    )
    switches.choose("demo")
    with sheet(environ) as cell:
        assert cell(*ROSES) == 31.0
    switches.choose(None)
    with sheet(environ, patience=lambda: Patience(0.5, per=1e9)) as cell:
        cell("KOMET_QUOTA")
        assert cell.until(lambda found: found == 30.0, *ROSES) == 30.0
        with held(tmp_path / "demo" / "journal.sqlite3"):
            switches.choose("demo")
            assert cell.until(lambda found: found != 30.0, *ROSES) == "#KOMET: loading"
            assert cell("KOMET_QUOTA") == "#KOMET: loading"

        assert cell.until(lambda found: found == 31.0, *ROSES) == 31.0


def test_formulas_leave_a_tenth_of_the_requests_to_people(komet: Sandbox, home: Path) -> None:
    with sheet(environ_of(komet, home, KOMET_DAILY_LIMIT="20")) as cell:
        shown = [cell("KOMET_TOTAL", DAY + days, "items") for days in range(22)]

        assert shown[:18] == [4.0] + [0.0] * 17
        assert set(shown[18:]) == {
            "#KOMET: formulas have had their share of today's 20 requests; the rest is kept for orders"
        }
        assert cell.until(lambda left: left == 2.0, "KOMET_QUOTA") == 2.0
    assert komet.requests()["total"] == 18


def test_a_spent_quota_is_said_and_older_values_stay(komet: Sandbox, home: Path) -> None:
    environ = environ_of(komet, home, KOMET_DAILY_LIMIT="1")
    with sheet(environ) as cell:
        assert cell(*ROSES) == 30.0
        assert cell("KOMET_CARRIERS").startswith("#KOMET: today's 1 requests to 127.0.0.1:")
    switches.press_refresh()
    with sheet(environ) as cell:
        assert [cell(*ROSES) for _ in range(5)] == [30.0] * 5
    assert komet.requests()["total"] == 1


def test_a_slow_komet_does_not_keep_excel_waiting(home: Path) -> None:
    with (
        Sandbox(latency_ms=SLOW) as komet,
        sheet(environ_of(komet, home), patience=lambda: Patience(0.4, per=1e9)) as cell,
    ):
        cell("KOMET_QUOTA")  # what a first request loads is not what is measured
        started = time.monotonic()
        shown = {cell("KOMET_TOTAL", DAY + days, "items") for days in range(4) for _ in range(100)}
        took = time.monotonic() - started

        assert shown == {"#KOMET: loading"}
        assert took < 4 * SLOW / 1000  # what the four answers take, one after the other; 400 cells share 0.4 s
        assert cell.until(lambda found: found == 4.0, "KOMET_TOTAL", DAY, "items") == 4.0
        for days in range(1, 4):  # each in its own time
            assert cell.until(lambda found: found == 0.0, "KOMET_TOTAL", DAY + days, "items") == 0.0
        assert komet.requests()["total"] == 4


def test_putting_it_away_while_komet_is_silent_takes_no_time(home: Path) -> None:
    with (
        Sandbox(latency_ms=SLOW) as komet,
        sheet(environ_of(komet, home), patience=lambda: Patience(0.4, per=1e9)) as cell,
    ):
        assert cell(*ROSES) == "#KOMET: loading"
        started = time.monotonic()
        cell.workplace.close()
        assert time.monotonic() - started < SLOW / 1000

        assert cell.until(lambda found: found == 30.0, *ROSES) == 30.0
