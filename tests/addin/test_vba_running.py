"""The add-in's VBA as Windows runs it: what a button starts and says, what a formula asks and shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pyopenvba.interpreter._values import error

from komet_xl.addin.resident import SERVER
from komet_xl.addin.stamp import Stamp, stamped
from tests.addin.excel import Excel
from tests.addin.macros import Recorder
from tests.addin.windows import Ribbon, World
from workbook import addin

if TYPE_CHECKING:
    from pathlib import Path

XLWINGS = "0.37.8"
LIBRARY = "xlwings64-0.37.8.dll"
SECOND = 1 / 86_400
"""In days, as VBA counts."""
TRACEBACK = 'Traceback (most recent call last):\n  File "C:\\x.py": GET /api/prebook.list?authenticationToken=SECRET'


@pytest.fixture(scope="module")
def built() -> bytes:
    return addin.build()


def installed(built: bytes, folder: Path, world: World | None = None, **stamp: str) -> Excel:
    """Excel with an add-in that was installed so."""
    path = folder / "komet.xlam"
    path.write_bytes(stamped(built, Stamp(**stamp)))
    return Excel.with_addin(path, world or World())


# ----------------------------------------------------------------------------------------------------------- buttons


def test_a_button_waits_for_python_which_it_starts_hidden(built: bytes, tmp_path: Path) -> None:
    recorder, world = Recorder(tmp_path / "bin"), World()
    excel = installed(built, tmp_path, world, interpreter=str(recorder.path))

    said = excel.press("komet.push")

    ((_, *words),) = recorder.started()
    assert said == []
    assert words == [
        *("-I", "-m", "komet_xl.addin.press", "komet.push", "--wb=komet.xlam", "--from_xl=1"),
        "--app=C:\\Program Files\\Microsoft Office\\root\\Office16\\Microsoft Excel",
        "--hwnd=4711",
    ]
    assert world.during == [("Komet: starting...", 0)]  # Esc is for Python while it runs
    assert (excel.application.status, excel.application.cancel_key) == (False, 1)


def test_what_python_left_in_the_status_bar_stays(built: bytes, tmp_path: Path) -> None:
    recorder, world = Recorder(tmp_path / "bin"), World(leaves="12 accepted, 1 rejected")
    excel = installed(built, tmp_path, world, interpreter=str(recorder.path))

    excel.press("komet.push")

    assert excel.application.status == "12 accepted, 1 rejected"


def test_a_python_without_a_console_is_not_hidden_so_that_its_dialogs_show(built: bytes, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "bin", name="pythonw.exe")
    excel = installed(built, tmp_path, interpreter=str(recorder.path))

    assert excel.press("komet.signIn") == []

    assert len(recorder.started()) == 1  # the script host of tests/addin/excel.py has looked at the window


def test_a_second_click_while_one_runs_starts_nothing_and_says_so(built: bytes, tmp_path: Path) -> None:
    recorder, world = Recorder(tmp_path / "bin"), World()
    excel = installed(built, tmp_path, world, interpreter=str(recorder.path))
    said: list[str] = []
    world.meanwhile = lambda: said.extend(excel.press("komet.push"))

    excel.press("komet.push")

    assert said == ["A Komet command is still running here. Wait until it has ended."]
    assert len(recorder.started()) == 1
    world.meanwhile = None
    assert excel.press("komet.push") == []
    assert len(recorder.started(2)) == 2


def test_a_python_that_ends_badly_is_one_sentence(built: bytes, tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "bin", code=3)
    excel = installed(built, tmp_path, interpreter=str(recorder.path))

    assert excel.press("komet.pull") == [
        "Python ended with code 3. Run  komet-xl doctor  in a command window: it says what is wrong."
    ]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (70, "This computer does not let Excel start Python. Run  komet-xl serve  in a command window and press the"),
        (-2147024894, "Python could not be started. Run  komet-xl doctor  in a command window"),
    ],
)
def test_a_python_that_cannot_be_started_is_one_sentence(built: bytes, tmp_path: Path, number: int, words: str) -> None:
    world = World(refuses=number)
    excel = installed(built, tmp_path, world, interpreter="C:\\python.exe")

    (said,) = excel.press("komet.pull")

    assert said.startswith(words)
    assert (excel.application.status, excel.application.cancel_key) == (False, 1)
    assert excel.press("komet.pull") == [said]  # and the next click is not "still running"


def test_an_add_in_that_was_not_installed_says_how(built: bytes, tmp_path: Path) -> None:
    world = World()
    excel = installed(built, tmp_path, world)

    (said,) = excel.press("komet.help")

    assert said.startswith("This add-in does not know its Python yet. Run  komet-xl install ")
    assert world.during == []


def test_with_a_resident_server_excel_starts_no_program(built: bytes, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text(f"komet.server={SERVER}\n", encoding="ascii")
    world = World(folders=["C:\\lib"], servers=SERVER.__eq__, answer=lambda *_: None)
    excel = installed(
        built,
        tmp_path,
        world,
        interpreter="C:\\python.exe",
        library="C:\\lib",
        xlwings=XLWINGS,
        labels=str(labels),
    )

    said = excel.press("komet.check")

    assert said == []
    assert world.called == [("komet_xl.addin.press.press_resident", ("komet.check", 4711))]
    assert world.during == []


def test_the_labels_of_each_user_are_found_through_a_variable(built: bytes, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("komet.tab=Komet (demo)\n", encoding="ascii")
    world = World(environ={"LOCALAPPDATA": str(tmp_path)})
    excel = installed(built, tmp_path, world, labels="%LOCALAPPDATA%/labels.txt")

    assert excel.run("KometLabel", "komet.tab", "Komet") == "Komet (demo)"


def test_a_variable_that_is_not_set_leaves_no_half_of_a_path(built: bytes, tmp_path: Path) -> None:
    (tmp_path / "labels.txt").write_text("komet.tab=of somebody else\n", encoding="ascii")
    excel = installed(built, tmp_path, World(), labels=f"%LOCALAPPDATA%{tmp_path}/labels.txt")

    assert excel.run("KometLabel", "komet.tab", "Komet") == "Komet"


def test_labels_on_a_drive_that_is_gone_are_the_usual_ones(built: bytes, tmp_path: Path) -> None:
    excel = installed(built, tmp_path, World(drives=False), labels="Z:\\komet-xl\\labels.txt")

    assert excel.run("KometLabel", "komet.tab", "Komet") == "Komet"


def test_without_the_script_host_a_button_is_started_visibly_and_told_that_excel_does_not_wait(
    built: bytes, tmp_path: Path
) -> None:
    recorder, world = Recorder(tmp_path / "bin", name="pythonw.exe"), World(script_host=False)
    excel = installed(built, tmp_path, world, interpreter=str(recorder.path))

    assert excel.press("komet.check") == []

    ((_, *words),) = recorder.started()
    assert words[2:4] == ["komet_xl.addin.press", "komet.check"]
    assert words[-1] == "--alone"
    assert world.shown == [1]


def test_labels_are_asked_for_again_after_each_button(built: bytes, tmp_path: Path) -> None:
    recorder, world = Recorder(tmp_path / "bin"), World()
    excel = installed(built, tmp_path, world, interpreter=str(recorder.path))
    excel.interpreter.run("KometOnLoad", [Ribbon(world)])
    assert world.refreshed == 0

    excel.press("komet.profile")

    assert world.refreshed == 1


# ---------------------------------------------------------------------------------------------------------- formulas


def with_library(built: bytes, tmp_path: Path, world: World, **stamp: str) -> Excel:
    values = {"interpreter": "C:\\venv\\Scripts\\python.exe", "xlwings": XLWINGS, **stamp}
    return installed(built, tmp_path, world, **values)


def test_a_formula_asks_python_with_its_arguments_and_shows_the_answer(built: bytes, tmp_path: Path) -> None:
    world = World(folders=["C:\\venv"], answer=lambda *_: 1500.0)
    excel = with_library(built, tmp_path, world)

    shown = excel.run("KOMET_FEE", 5, 240, 1.25)

    assert shown == 1500.0
    assert world.called == [("komet_xl.addin.formulas.KOMET_FEE", (5, 240, 1.25))]


def test_the_server_is_started_by_one_constant_command_and_the_library_is_loaded_once(
    built: bytes, tmp_path: Path
) -> None:
    world = World(folders=["C:\\venv"], answer=lambda *_: "")
    excel = with_library(built, tmp_path, world)

    for _ in range(3):
        excel.run("KOMET_QUOTA")
        excel.add_workbook()  # another active workbook, the same server

    (command,) = set(world.asked)
    assert command == '"C:\\venv\\Scripts\\python.exe" -I -m komet_xl.addin.resident $(CLSID)'
    assert world.loaded == [f"C:\\venv\\Scripts\\{LIBRARY}", f"C:\\venv\\{LIBRARY}"]


def test_the_library_is_looked_for_where_the_installer_found_it(built: bytes, tmp_path: Path) -> None:
    world = World(folders=["D:\\user\\Python311"], answer=lambda *_: "")
    excel = with_library(built, tmp_path, world, library="D:\\user\\Python311")

    excel.run("KOMET_QUOTA")

    assert world.loaded == [f"D:\\user\\Python311\\{LIBRARY}"]


@pytest.mark.parametrize(
    ("stamp", "folders", "shown"),
    [
        ({"interpreter": ""}, ["C:\\venv"], "#KOMET: run komet-xl install, then restart Excel"),
        ({"xlwings": "0.38.0"}, ["C:\\venv"], "#KOMET: xlwings was changed, run komet-xl install again"),
        ({}, [], "#KOMET: xlwings was changed, run komet-xl install again"),
    ],
    ids=["not installed", "another xlwings", "no library"],
)
def test_a_formula_that_cannot_ask_says_what_to_do(
    built: bytes, tmp_path: Path, stamp: dict[str, str], folders: list[str], shown: str
) -> None:
    world = World(folders=folders)
    excel = with_library(built, tmp_path, world, **stamp)

    assert excel.run("KOMET_QUOTA") == shown
    assert world.asked == []


def test_a_server_that_does_not_start_is_a_sentence_and_is_tried_again_after_ten_seconds(
    built: bytes, tmp_path: Path
) -> None:
    world = World(folders=["C:\\venv"], servers=lambda _: False, answer=lambda *_: 7.0)
    excel = with_library(built, tmp_path, world)

    shown = [excel.run("KOMET_QUOTA") for _ in range(50)]
    assert shown == ["#KOMET: Python did not start, run komet-xl doctor"] * 50
    assert len(world.asked) == 1, "each cell of a sheet would start a Python that cannot start"
    world.servers = lambda _: True
    world.clock += SECOND * 11

    assert excel.run("KOMET_QUOTA") == 7.0
    world.clock -= SECOND * 9
    assert excel.run("KOMET_QUOTA") == 7.0, "what answers now is asked, whatever the clock says"


def test_a_clock_that_was_set_back_does_not_keep_a_server_from_being_tried(built: bytes, tmp_path: Path) -> None:
    world = World(folders=["C:\\venv"], servers=lambda _: False, answer=lambda *_: 7.0)
    excel = with_library(built, tmp_path, world)
    excel.run("KOMET_QUOTA")

    world.servers = lambda _: True
    world.clock -= 1

    assert excel.run("KOMET_QUOTA") == 7.0


def test_no_traceback_and_no_token_reach_a_cell(built: bytes, tmp_path: Path) -> None:
    def fails(*_: object) -> object:
        raise error(-2147467259, TRACEBACK)

    excel = with_library(built, tmp_path, World(folders=["C:\\venv"], answer=fails))

    for name, arguments in [("KOMET_QUOTA", ()), ("KOMET_ITEMS", (42045, "customer=ABC")), ("KOMET_FEE", (1, 2, 3))]:
        assert excel.run(name, *arguments) == "#KOMET: no answer from Python, run komet-xl doctor"


def test_a_resident_server_is_used_while_it_is_there(built: bytes, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text(f"komet.server={SERVER}\n", encoding="ascii")
    there = {SERVER}
    world = World(folders=["C:\\venv"], servers=lambda asked: asked in there or asked[0] != "{", answer=lambda *_: 1.0)
    excel = with_library(built, tmp_path, world, labels=str(labels))

    excel.run("KOMET_QUOTA")
    there.clear()
    shown = excel.run("KOMET_QUOTA")

    assert world.asked[:2] == [SERVER, SERVER]
    assert world.asked[2].startswith('"C:\\venv')
    assert shown == 1.0


def test_a_resident_server_that_is_started_later_is_found(built: bytes, tmp_path: Path) -> None:
    labels = tmp_path / "labels.txt"
    world = World(folders=["C:\\venv"], servers=SERVER.__eq__, answer=lambda *_: 1.0)
    excel = with_library(built, tmp_path, world, labels=str(labels))

    before = excel.run("KOMET_QUOTA")
    labels.write_text(f"komet.server={SERVER}\n", encoding="ascii")

    assert before == "#KOMET: Python did not start, run komet-xl doctor"
    assert excel.run("KOMET_QUOTA") == 1.0


# ----------------------------------------------------------------------------------------------------------- wizard


def test_the_function_wizard_is_told_as_soon_as_excel_can_be_told(built: bytes, tmp_path: Path) -> None:
    recorder, world = Recorder(tmp_path / "bin"), World(workbooks_open=False)
    excel = installed(built, tmp_path, world, interpreter=str(recorder.path))

    excel.interpreter.run("KometOnLoad", [Ribbon(world)])
    assert world.described == []
    world.workbooks_open = True
    excel.press("komet.help")
    told = len(world.described)
    excel.press("komet.help")

    assert told == len(world.described) == 10
    assert world.described[3]["macro"] == "'komet.xlam'!KOMET_TOTAL"
    assert {each["category"] for each in world.described} == {"Komet"}
    assert [len(each["arguments"]) for each in world.described] == [2, 2, 3, 4, 2, 0, 0, 1, 0, 3]
