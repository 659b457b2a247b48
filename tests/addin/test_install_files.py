"""Installing for real, in folders of the test's own whose names have blanks and accents."""

from __future__ import annotations

import dataclasses
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import Workbook

from komet_xl.addin import interpreter as python
from komet_xl.addin import labels, running
from komet_xl.addin.install import LEFTOVER, NOTES, carry_out, plan_install, plan_uninstall
from komet_xl.addin.places import Machine, labels_file
from komet_xl.addin.shipped import ADD_IN, shipped
from komet_xl.addin.stamp import read_stamp
from komet_xl.errors import SheetError

HOLDER = "import sys; held = open(sys.argv[1], 'rb'); print('held', flush=True); sys.stdin.read()"


def windows(home: Path) -> Machine:
    """A user of Windows whose folders are the test's."""
    environ = {"APPDATA": str(home / "AppData" / "Roaming"), "LOCALAPPDATA": str(home / "AppData" / "Local")}
    return Machine(system="win32", environ=environ, home=home)


def fit_for_windows() -> python.Interpreter:
    """This Python, as if it had what xlwings has for Windows."""
    here = python.this_interpreter()
    return dataclasses.replace(here, kind="win-amd64", library=here.program.parent, xlwings="0.37.8", wanted=None)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    home = tmp_path / "Zoë Pérez & Söhne"
    home.mkdir()
    return windows(home)


def everything(folder: Path) -> set[str]:
    return {str(each.relative_to(folder)) for each in folder.rglob("*") if each.is_file()}


def test_an_installation_makes_one_file_and_a_second_one_changes_nothing(machine: Machine) -> None:
    steps = plan_install(machine, fit_for_windows(), shipped)

    first, second = carry_out(steps), carry_out(steps)

    assert [each.changed for each in first + second] == [True, False]
    assert everything(Path(machine.home)) == {str(Path("AppData/Roaming/Microsoft/Excel/XLSTART/komet.xlam"))}
    assert read_stamp(first[0].file.read_bytes()).interpreter == str(fit_for_windows().program)


def test_an_upgrade_replaces_the_add_in_and_keeps_what_is_the_users(machine: Machine) -> None:
    home = Path(machine.home) / "AppData" / "Local" / "komet-xl"
    home.mkdir(parents=True)
    own = {home / name: name.encode() for name in ("journal.sqlite3", "settings.toml", "excel.json")}
    for path, content in own.items():
        path.write_bytes(content)
    old = carry_out(plan_install(machine, fit_for_windows(), shipped))[0].file
    old.write_bytes(b"an older add-in")

    done = carry_out(plan_install(machine, fit_for_windows(), shipped))
    carry_out(plan_uninstall(machine))

    assert done[0].changed
    assert {path: path.read_bytes() for path in own} == own


def test_uninstalling_leaves_no_file_behind_and_can_be_done_twice(machine: Machine) -> None:
    carry_out(plan_install(machine, fit_for_windows(), shipped))
    labels = Path(labels_file(machine))
    labels.parent.mkdir(parents=True)
    labels.write_text("komet.age=now\n", encoding="ascii")
    labels.with_name("button.lock").touch()  # as the first button leaves it

    first = carry_out(plan_uninstall(machine))
    second = carry_out(plan_uninstall(machine))

    assert [each.file.name for each in first if each.changed] == [ADD_IN, "labels.txt", "button.lock"]
    assert not any(each.changed for each in second)
    assert everything(Path(machine.home)) == set()
    assert not labels.parent.exists()


def test_what_a_button_leaves_behind_is_what_uninstalling_takes_away(
    own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCALAPPDATA", str(own_folders))
    with running.alone("Pull", "book.xlsx", stops=True):
        before = {each.name for each in labels.place().parent.iterdir()}
    left = {each.name for each in labels.place().parent.iterdir()}

    assert before | left <= set(NOTES)


def somebody_elses() -> bytes:
    """An add-in of the same name; what matters is that it is sound and not ours."""
    made = io.BytesIO()
    Workbook().save(made)
    return made.getvalue()


def test_an_add_in_of_somebody_else_is_neither_replaced_nor_removed(machine: Machine) -> None:
    steps = plan_install(machine, fit_for_windows(), shipped)
    file = Path(steps[0].file)
    file.parent.mkdir(parents=True)
    theirs = somebody_elses()
    file.write_bytes(theirs)

    with pytest.raises(SheetError, match=r"komet\.xlam is an add-in of somebody else by the same name; move it"):
        carry_out(steps)
    done = carry_out(plan_uninstall(machine))

    assert (done[0].changed, done[0].foreign) == (False, True)
    assert file.read_bytes() == theirs
    assert [each.name for each in file.parent.iterdir()] == [ADD_IN]


@pytest.mark.parametrize("found", [b"", b"PK\x03\x04 half of an add-in", bytes(10_000)])
def test_a_damaged_add_in_is_replaced_and_removed(machine: Machine, found: bytes) -> None:
    steps = plan_install(machine, fit_for_windows(), shipped)
    file = Path(steps[0].file)
    file.parent.mkdir(parents=True)
    file.write_bytes(found)

    assert carry_out(steps)[0].changed
    file.write_bytes(found)
    assert carry_out(plan_uninstall(machine))[0].changed
    assert not file.exists()


def test_who_may_not_write_beside_excel_keeps_the_add_in_of_ones_own(machine: Machine) -> None:
    own = carry_out(plan_install(machine, fit_for_windows(), shipped))[0].file
    locked = Path(machine.home) / "Office16"
    locked.write_bytes(b"a file where Excel's folder should be")
    shared = dataclasses.replace(machine, excel=locked / "EXCEL.EXE", home=Path(machine.home) / "nobody")

    with pytest.raises(SheetError, match="for a folder of all users run the command as administrator"):
        carry_out(plan_install(shared, fit_for_windows(), shipped, everybody=True))

    assert own.is_file()


def test_on_macos_both_files_come_and_go(tmp_path: Path) -> None:
    home = tmp_path / "zoë pérez"
    machine = Machine(system="darwin", environ={}, home=home)

    done = carry_out(plan_install(machine, python.this_interpreter(), shipped))

    assert [each.file.name for each in done] == ["komet.xlam", "komet-xl.applescript"]
    assert f'property interpreter : "{python.this_interpreter().program}"' in done[1].file.read_text(encoding="utf-8")
    carry_out(plan_uninstall(machine))
    assert everything(home) == set()


def test_what_a_killed_installation_left_behind_goes_because_excel_would_open_it(machine: Machine) -> None:
    steps = plan_install(machine, fit_for_windows(), shipped)
    start = carry_out(steps)[0].file.parent
    for name in (f"{LEFTOVER}0123.tmp", "somebody else's.xlam"):
        (start / name).write_bytes(b"half")

    carry_out(plan_uninstall(machine))

    assert [each.name for each in start.iterdir()] == ["somebody else's.xlam"]


def test_a_folder_that_cannot_be_made_is_a_sentence_and_nothing_is_left(machine: Machine) -> None:
    (Path(machine.home) / "AppData").write_bytes(b"a file where a folder should be")

    with pytest.raises(SheetError, match=r"nothing can be written in .*XLSTART"):
        carry_out(plan_install(machine, fit_for_windows(), shipped))

    assert everything(Path(machine.home)) == {"AppData"}


def test_a_place_that_is_taken_by_a_folder_is_a_sentence_and_nothing_is_left(machine: Machine) -> None:
    steps = plan_install(machine, fit_for_windows(), shipped)
    place = Path(steps[0].file)
    place.mkdir(parents=True)

    with pytest.raises(SheetError, match="close Excel"):
        carry_out(steps)

    assert list(place.parent.iterdir()) == [place]


def test_an_add_in_that_excel_has_open_is_replaced_or_the_sentence_says_to_close_excel(machine: Machine) -> None:
    # Windows lets nobody replace a file that is open; elsewhere the reader keeps the old file and the new one stands.
    steps = plan_install(machine, fit_for_windows(), shipped)
    file = carry_out(steps)[0].file
    file.write_bytes(b"the old add-in")
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        if os.name == "nt":
            with pytest.raises(SheetError, match="close Excel, all its windows, and run the command again"):
                carry_out(steps)
            assert file.read_bytes() == b"the old add-in"
        else:
            assert carry_out(steps)[0].changed
    finally:
        holder.communicate("")

    carry_out(steps)
    assert [each.name for each in file.parent.iterdir()] == [ADD_IN]
