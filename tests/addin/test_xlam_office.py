"""The built add-in in LibreOffice: its macros start Python as the ribbon would, and nothing else has a say in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from komet_xl.addin.stamp import Stamp, stamped
from tests.addin.macros import MacroOffice, Recorder, basic
from workbook import addin

__all__ = ["basic"]

pytestmark = pytest.mark.office

AGREED = ["-I", "-m", "komet_xl.addin.press"]
AFTER = ["--from_xl=1", "--app=", "--hwnd=0", "--alone"]
"""LibreOffice has neither a path nor a window number to tell."""


@pytest.fixture(scope="module")
def built() -> bytes:
    return addin.build()


def installed(built: bytes, folder: Path, **stamp: str) -> Path:
    path = folder / "komet.xlam"
    path.write_bytes(stamped(built, Stamp(**stamp)))
    return path


def test_every_module_arrives(basic: MacroOffice, built: bytes, tmp_path: Path) -> None:
    path = tmp_path / "komet.xlam"
    path.write_bytes(built)

    with basic.open_book(path) as book:
        assert sorted(book.modules()) == sorted(each.stem for each in addin.VBA.iterdir())


def test_a_button_starts_the_installed_python_with_the_buttons_id(
    basic: MacroOffice, built: bytes, tmp_path: Path
) -> None:
    recorder = Recorder(tmp_path / "bin")
    path = installed(built, tmp_path, interpreter=str(recorder.path))

    with basic.open_book(path) as book:
        book.press("komet.push")
        (started,) = recorder.started()

    assert started[1:] == [*AGREED, "komet.push", "--wb=komet.xlam", *AFTER]


def test_each_button_hands_on_its_own_id(basic: MacroOffice, built: bytes, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "bin")
    path = installed(built, tmp_path, interpreter=str(recorder.path))
    buttons = addin.buttons()
    assert len(buttons) == 17

    with basic.open_book(path) as book:
        for times, button in enumerate(buttons, 1):
            book.press(button)
            recorder.started(times)
        started = recorder.started(len(buttons))

    assert [each[4] for each in started] == buttons


def test_a_workbooks_sheets_and_its_folder_have_no_say(basic: MacroOffice, built: bytes, tmp_path: Path) -> None:
    wanted = Recorder(tmp_path / "bin")
    planted = Recorder(tmp_path / "planted")
    path = installed(built, tmp_path, interpreter=str(wanted.path))
    trap = _trap(tmp_path / "trap.xlsx", str(planted.path))

    with basic.open_book(path) as book, basic.open_book(trap) as other:
        for each in ("komet.conf", "xlwings.conf", ".komet.conf"):
            (other.path.parent / each).write_text(f'"INTERPRETER_WIN","{planted.path}"\n', encoding="utf-8")
        other.activate()
        book.press("komet.pull")
        (started,) = wanted.started()

    assert started[1:] == [*AGREED, "komet.pull", "--wb=trap.xlsx", *AFTER]
    assert not planted.has_started()


def _trap(path: Path, interpreter: str) -> Path:
    """A workbook that would redirect an add-in with xlwings' own lookup."""
    book = Workbook()
    for name in ("komet.conf", "xlwings.conf", "_xlwings.conf", "KometXL.conf", "komet"):
        sheet = book.create_sheet(name)
        for key in ("INTERPRETER", "INTERPRETER_WIN", "INTERPRETER_MAC", "PYTHONPATH", "interpreter", "labels"):
            sheet.append([key, interpreter])
    book.create_sheet("x.py")["A1"] = "import os; os.abort()"
    book.save(path)
    return path


def test_a_module_beside_the_workbook_is_not_imported(built: bytes, tmp_path: Path) -> None:
    assert built  # the options below are those that the button above started Python with
    planted = tmp_path / "planted"
    planted.mkdir()
    for name in ("requests", "komet_xl", "json"):
        (planted / f"{name}.py").write_text("raise SystemExit('planted code ran')", encoding="utf-8")

    for options in (["-I"], ["-E", "-P"]):
        ran = subprocess.run(
            [sys.executable, *options, "-c", "import json, requests, komet_xl; print(requests.__file__)"],
            cwd=planted,
            env={**os.environ, "PYTHONPATH": str(planted)},
            capture_output=True,
            text=True,
            check=False,
        )

        assert ran.returncode == 0, ran.stderr
        assert not Path(ran.stdout.strip()).is_relative_to(planted)


@pytest.mark.parametrize("name", ["50% off.xlsx", "a=b.xlsx", "ordinary.xlsx"])
def test_a_name_that_a_command_line_would_change_is_left_out(
    basic: MacroOffice, built: bytes, tmp_path: Path, name: str
) -> None:
    recorder = Recorder(tmp_path / "bin")
    path = installed(built, tmp_path, interpreter=str(recorder.path))
    Workbook().save(tmp_path / name)

    with basic.open_book(path) as book, basic.open_book(tmp_path / name) as other:
        other.activate()
        command = book.run("KometPy.KometCommand", "komet.check")

    shown = name if name == "ordinary.xlsx" else ""
    assert command == (
        f'"{recorder.path}" -I -m komet_xl.addin.press komet.check --wb="{shown}" --from_xl=1 --app="" --hwnd="0"'
    )


def test_a_komet_of_one_user_is_started_with_that_users_packages(
    basic: MacroOffice, built: bytes, tmp_path: Path
) -> None:
    path = installed(built, tmp_path, interpreter="python", site="user")

    with basic.open_book(path) as book:
        assert book.run("KometPy.KometPython") == '"python" -E -P'


def test_labels_come_from_the_labels_file_and_nothing_is_started_for_them(
    basic: MacroOffice, built: bytes, tmp_path: Path
) -> None:
    recorder = Recorder(tmp_path / "bin")
    labels = tmp_path / "labels.txt"
    labels.write_text("komet.tab=Komet (demo)\r\nkomet.age=Pulled 3 minutes ago\r\n", encoding="ascii")
    path = installed(built, tmp_path, interpreter=str(recorder.path), labels=str(labels))

    with basic.open_book(path) as book:
        shown = {each: book.left_by("KometRibbon.KometGetLabel", {"ID": each}, "") for each in addin.labels()}
        labels.write_text("komet.age=" + "long " * 50, encoding="ascii")
        long = book.left_by("KometRibbon.KometGetLabel", {"ID": "komet.age"}, "")
        labels.unlink()
        gone = book.left_by("KometRibbon.KometGetLabel", {"ID": "komet.tab"}, "")

    assert shown == {
        "komet.tab": "Komet (demo)",
        "komet.age": "Pulled 3 minutes ago",
        "komet.freeze": "Freeze formulas",
    }
    assert len(long) == 60
    assert gone == "Komet"
    assert not recorder.has_started()


def test_an_add_in_that_was_not_installed_starts_nothing(basic: MacroOffice, built: bytes, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "bin")
    path = tmp_path / "komet.xlam"
    path.write_bytes(built)

    with basic.open_book(path) as book:
        book.press("komet.push")

    assert not recorder.has_started()


def test_a_formula_shows_a_sentence_where_python_cannot_be_asked(
    basic: MacroOffice, built: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "komet.xlam"
    path.write_bytes(built)

    with basic.open_book(path) as book:
        # LibreOffice runs the branch for a Mac: it knows no conditional code.
        assert book.formula("D1", "=KOMET_CUSTOMERS()") == "#KOMET: formulas need Excel for Windows, use Pull here"
        assert book.formula("D2", "=KOMET_AGE(3)") == "#KOMET: formulas need Excel for Windows, use Pull here"
