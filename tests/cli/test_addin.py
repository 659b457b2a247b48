"""komet-xl install and uninstall as a person runs them, and doctor's output."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from komet_xl.addin import switches
from tests.support.cli import Ran, run

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.sandbox.server import Sandbox

LINUX = sys.platform not in ("win32", "darwin")


@pytest.fixture(autouse=True)
def _own_excel(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Excel's folders inside the test's own, also on Windows."""
    for variable in ("APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(variable, str(own_folders))


@pytest.mark.parametrize("word", ["install", "uninstall"])
def test_a_system_without_excel_is_refused_with_one_sentence(word: str, own_folders: Path) -> None:
    ran = run(word)
    told = run(word, "--json")

    if LINUX:
        assert (ran.code, ran.out) == (2, "")
        assert ran.err == (
            "The Komet add-in is for Excel on Windows and macOS; here komet-xl works on closed workbooks, "
            "see komet-xl push --help.\n"
        )
        assert told.json["exit_code"] == 2
        assert list(own_folders.iterdir()) == []
    else:
        assert "Traceback" not in ran.err + told.err


def test_two_places_at_once_are_wrong_usage() -> None:
    ran = run("install", "--all-users", "--add-in-folder", "x")

    assert ran.code == 2
    assert "choose one" in ran.err


def test_the_add_in_comes_into_a_folder_of_ones_own_and_goes_again(tmp_path: Path, own_folders: Path) -> None:
    folder = tmp_path / "öffice stårt"

    ran = run("install", "--add-in-folder", folder, "--json")
    again = run("install", "--add-in-folder", folder)
    gone = run("uninstall", "--add-in-folder", folder, "--json")

    if LINUX:
        assert [each.code for each in (ran, again, gone)] == [2, 2, 2]
        assert not folder.exists()
    else:
        assert ran.json["files"][0] == {"file": str(folder / "komet.xlam"), "changed": True, "exists": True}
        assert "unchanged" in again.out
        assert gone.json["files"][0]["exists"] is False
        assert gone.json["kept"]["journal"].startswith(str(own_folders))


on_posix = pytest.mark.skipif(sys.platform == "win32", reason="Windows' paths are not a Mac's")
MAC = "import sys; sys.platform = 'darwin'; from komet_xl.cli.main import run; sys.exit(run(sys.argv[1:]))"
LOOK = (
    "import json, sys; from komet_xl.addin.doctor import examine_excel; sys.platform = 'darwin'; "
    "print(json.dumps({each.name: each.level for each in examine_excel()}))"
)
"""A system that calls itself a Mac. Its paths are POSIX's own, so what is written is what a Mac would get."""


def as_mac(*words: str, program: str = MAC) -> Ran:
    ended = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


@on_posix
def test_on_a_mac_the_add_in_and_its_script_come_and_go_and_the_journal_stays(own_folders: Path) -> None:
    journal = own_folders / "komet" / "journal.sqlite3"
    journal.parent.mkdir()
    journal.write_bytes(b"what was sent")
    start = "Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel/komet.xlam"
    script = "Library/Application Scripts/com.microsoft.Excel/komet-xl.applescript"

    first, second = as_mac("install"), as_mac("install")
    looked = as_mac(program=LOOK).json
    gone, again = as_mac("uninstall"), as_mac("uninstall", "--json")

    assert [each.code for each in (first, second, gone, again)] == [0, 0, 0, 0]
    assert f"Installed: {own_folders / start}\nInstalled: {own_folders / script}\n" in first.out
    assert second.out.count("Installed already, unchanged: ") == 2
    assert looked == {"Python for Excel": "ok", "add-in": "ok", "script": "ok"}
    assert as_mac(program=LOOK).json == {"Python for Excel": "ok", "add-in": "warning"}
    assert f"Removed: {own_folders / script}" in gone.out
    assert str(journal) in gone.out
    assert again.json["kept"]["journal"] == str(journal)
    assert not any(each["changed"] or each["exists"] for each in again.json["files"])
    assert journal.read_bytes() == b"what was sent"
    assert list(own_folders.rglob("komet.xlam")) == []


@on_posix
def test_settings_that_cannot_be_read_do_not_keep_the_add_in_where_it_is(own_folders: Path) -> None:
    assert as_mac("install").code == 0
    settings = switches.place().with_name("settings.toml")
    settings.parent.mkdir(parents=True, exist_ok=True)
    settings.write_text("colour = 7\n", encoding="utf-8")

    gone, again = as_mac("uninstall"), as_mac("uninstall", "--json")

    assert (gone.code, again.code) == (0, 0)
    assert list(own_folders.rglob("komet.xlam")) == []
    assert f"Kept: the journal with log and cache beside it, the settings\n{settings}, and your token" in gone.out
    assert again.json["kept"] == {"journal": None, "settings": str(settings)}


@on_posix
def test_an_add_in_of_somebody_else_is_left_alone_and_named(own_folders: Path) -> None:
    assert as_mac("install").code == 0
    (file,) = own_folders.rglob("komet.xlam")
    Workbook().save(file)

    refused, gone, again = as_mac("install"), as_mac("uninstall"), as_mac("uninstall", "--json")

    assert refused.code == 6
    assert "somebody else" in refused.err
    assert f"Left alone, it is not komet-xl's: {file}\n" in gone.out
    assert again.json["files"][0] == {"file": str(file), "changed": False, "exists": True, "foreign": True}
    assert file.is_file()


def test_doctor_shows_a_level_and_what_to_do_for_each_thing(komet: Sandbox) -> None:
    ran = run("doctor", komet=komet)
    checks = run("doctor", "--json", komet=komet).json["checks"]

    assert ran.code == 0
    assert all(list(each) == ["name", "ok", "level", "detail", "advice"] for each in checks)
    assert {each["level"] for each in checks} <= {"ok", "warning"}
    lines = ran.out.splitlines()
    assert "warning keyring: none that komet-xl trusts (fail)" in lines
    assert lines[lines.index("warning keyring: none that komet-xl trusts (fail)") + 1].startswith(
        "        > KOMET_TOKEN"
    )
    assert [each["name"] for each in checks if each["name"] == "add-in"] == ["add-in"]
    assert komet.requests()["total"] == 2


def test_doctor_with_settings_that_cannot_be_read_goes_on_and_ends_with_2() -> None:
    ran = run("doctor", KOMET_TIMEOUT="soon")

    assert ran.code == 2
    assert "problem settings: KOMET_TIMEOUT" in ran.out
    assert "add-in" in ran.out
