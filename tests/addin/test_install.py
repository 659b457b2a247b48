"""What the installer plans, for Windows and macOS, worked out on any system."""

from __future__ import annotations

import tomllib
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING

import pytest

from komet_xl.addin.doctor import label_checks
from komet_xl.addin.install import Put, Remove, mac_script, plan_install, plan_uninstall, shared_copy
from komet_xl.addin.interpreter import Interpreter
from komet_xl.addin.machine import APP_PATHS, excel_program
from komet_xl.addin.places import Machine, add_in_file, labels_file, labels_for_everybody
from komet_xl.addin.shipped import ADD_IN, PLACES, SCRIPT, TEMPLATE, shipped
from komet_xl.addin.stamp import read_stamp
from komet_xl.doctor import Level
from komet_xl.errors import SheetError, UsageError

if TYPE_CHECKING:
    from pathlib import PurePath

    from komet_xl.addin.install import Step

PYTHON = Interpreter(
    program=PureWindowsPath(r"C:\Users\Zoë Pérez\komet\.venv\Scripts\pythonw.exe"),
    base=PureWindowsPath(r"C:\Program Files\Python311"),
    kind="win-amd64",
    packages=PureWindowsPath(r"C:\Users\Zoë Pérez\komet\.venv\Lib\site-packages"),
    user_packages=None,
    library=PureWindowsPath(r"C:\Users\Zoë Pérez\komet\.venv"),
    xlwings="0.37.8",
    wanted="0.37.8",
    plain=True,
)
SHARED = Interpreter(
    program=PureWindowsPath(r"C:\Program Files\Python311\pythonw.exe"),
    base=PureWindowsPath(r"C:\Program Files\Python311"),
    kind="win-amd64",
    packages=PureWindowsPath(r"C:\Program Files\Python311\Lib\site-packages"),
    user_packages=PureWindowsPath(r"C:\Users\Zoë Pérez\AppData\Roaming\Python\Python311\site-packages"),
    library=PureWindowsPath(r"C:\Program Files\Python311"),
    xlwings="0.37.8",
    wanted="0.37.8",
    plain=True,
)
WINDOWS = Machine(
    system="win32",
    environ={
        "APPDATA": r"C:\Users\Zoë Pérez\AppData\Roaming",
        "LOCALAPPDATA": r"C:\Users\Zoë Pérez\AppData\Local",
    },
    home=PureWindowsPath(r"C:\Users\Zoë Pérez"),
    excel=PureWindowsPath(r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"),
)
OWN = r"C:\Users\Zoë Pérez\AppData\Roaming\Microsoft\Excel\XLSTART\komet.xlam"
EVERYBODYS = r"C:\Program Files\Microsoft Office\root\Office16\XLSTART\komet.xlam"
MACS = (
    "/Users/zoë pérez/Library/Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel"
    "/komet.xlam"
)
MAC = Machine(system="darwin", environ={}, home=PurePosixPath("/Users/zoë pérez"))
MAC_PYTHON = Interpreter(
    program=PurePosixPath("/Users/zoë pérez/komet/.venv/bin/python"),
    base=PurePosixPath("/Library/Frameworks/Python.framework/Versions/3.12"),
    kind="macosx-14.0-arm64",
    packages=PurePosixPath("/Users/zoë pérez/komet/.venv/lib/python3.12/site-packages"),
    user_packages=None,
    library=None,
    xlwings="0.37.8",
    wanted="0.37.8",
    plain=True,
)


def files(steps: list[Step]) -> list[tuple[type, str]]:
    return [(type(each), str(each.file)) for each in steps]


def content(steps: list[Step]) -> bytes:
    return next(each.content for each in steps if isinstance(each, Put))


def test_on_windows_the_add_in_goes_into_the_users_own_start_folder_and_nothing_else_is_written() -> None:
    steps = plan_install(WINDOWS, PYTHON, shipped)

    assert files(steps) == [(Put, OWN)]
    stamp = read_stamp(content(steps))
    assert stamp.interpreter == str(PYTHON.program)
    assert stamp.library == r"C:\Users\Zoë Pérez\komet\.venv"
    assert stamp.labels == r"%LOCALAPPDATA%\komet-xl\labels.txt"
    assert (stamp.site, stamp.xlwings) == ("", "0.37.8")


def test_for_all_users_it_goes_beside_excel_and_then_the_administrators_own_copy_goes() -> None:
    steps = plan_install(WINDOWS, SHARED, shipped, everybody=True)

    assert files(steps) == [(Put, EVERYBODYS), (Remove, OWN)]


def test_a_folder_of_the_administrators_choice_is_taken_as_it_is() -> None:
    folder = PureWindowsPath(r"\\server\office\start up")

    assert files(plan_install(WINDOWS, SHARED, shipped, folder=folder)) == [
        (Put, r"\\server\office\start up\komet.xlam")
    ]


def test_excel_is_found_where_windows_names_a_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ProgramFiles", r"C:\Program Files")

    def read(hive: str, key: str) -> dict[str, object]:
        return (
            {"": r'"%ProgramFiles%\Microsoft Office\root\Office16\EXCEL.EXE"'}
            if (hive, key) == ("HKLM", APP_PATHS)
            else {}
        )

    assert excel_program(read) == str(WINDOWS.excel)


def test_labels_that_a_macro_cannot_open_are_a_warning() -> None:
    file = PureWindowsPath("C:/Users/\u0141ukasz/AppData/Local/komet-xl/labels.txt")

    assert label_checks(file, plain=True) == []
    (found,) = label_checks(file, plain=False)
    assert (found.level, found.detail) == (Level.WARNING, f"{file} has letters that Excel's macros cannot open")


def test_without_the_variables_windows_folders_are_found_below_the_users_own() -> None:
    bare = Machine(system="win32", environ={}, home=PureWindowsPath(r"C:\Users\Zoë Pérez"))

    assert str(add_in_file(bare)) == OWN
    assert str(labels_file(bare)) == r"C:\Users\Zoë Pérez\AppData\Local\komet-xl\labels.txt"


def test_on_macos_the_add_in_and_the_script_go_into_excels_folders() -> None:
    steps = plan_install(MAC, MAC_PYTHON, shipped)

    assert files(steps) == [
        (Put, MACS),
        (Put, "/Users/zoë pérez/Library/Application Scripts/com.microsoft.Excel/komet-xl.applescript"),
    ]
    assert read_stamp(content(steps)).interpreter == "/Users/zoë pérez/komet/.venv/bin/python"
    assert read_stamp(content(steps)).labels == labels_for_everybody(MAC)


def test_the_script_for_macos_starts_this_python_and_names_no_other() -> None:
    program = PurePosixPath('/Users/a "b" \\ c/bin/python')
    odd = Interpreter(
        program=program,
        base=program,
        kind="macosx-14.0-arm64",
        packages=PurePosixPath("/p"),
        user_packages=PurePosixPath("/p"),
        library=None,
        xlwings="0.37.8",
        wanted=None,
        plain=True,
    )

    source = shipped(SCRIPT).decode()
    made = mac_script(source, odd).splitlines()

    assert 'property interpreter : "/Users/a \\"b\\" \\\\ c/bin/python"' in made
    assert 'property isolation : "-E -P"' in made
    assert len(made) == len(source.splitlines())
    with pytest.raises(SheetError, match="no place for interpreter"):
        mac_script("-- another script", odd)


@pytest.mark.parametrize("everybody", [False, True])
def test_linux_is_refused_with_a_sentence(*, everybody: bool) -> None:
    linux = Machine(system="linux", environ={}, home=PurePosixPath("/home/z"))

    with pytest.raises(UsageError, match="Excel on Windows and macOS"):
        plan_install(linux, MAC_PYTHON, shipped, everybody=everybody)
    with pytest.raises(UsageError, match="Excel on Windows and macOS"):
        plan_uninstall(linux, everybody=everybody)


def test_what_cannot_be_for_everybody_is_refused_with_a_sentence() -> None:
    lost = Machine(system="win32", environ={}, home=PureWindowsPath(r"C:\Users\z"))

    with pytest.raises(UsageError, match="each user runs komet-xl install"):
        plan_install(MAC, MAC_PYTHON, shipped, everybody=True)
    with pytest.raises(UsageError, match="--add-in-folder"):
        plan_install(lost, SHARED, shipped, everybody=True)
    with pytest.raises(UsageError, match="a Python that all users can read"):
        plan_install(WINDOWS, PYTHON, shipped, everybody=True)


def test_an_add_in_for_all_users_is_not_joined_by_a_second_one() -> None:
    def exists(path: PurePath) -> bool:
        return str(path) == EVERYBODYS

    with pytest.raises(UsageError, match="for all users of this computer already"):
        plan_install(WINDOWS, PYTHON, shipped, exists=exists)
    assert str(shared_copy(WINDOWS, exists)) == EVERYBODYS
    assert shared_copy(WINDOWS, lambda _: False) is None
    assert shared_copy(MAC, lambda _: True) is None


def test_uninstalling_names_every_file_of_the_add_in_and_none_of_journal_settings_or_token() -> None:
    mine = r"C:\Users\Zoë Pérez\AppData\Local\komet-xl"

    assert files(plan_uninstall(WINDOWS)) == [
        (Remove, OWN),
        (Remove, rf"{mine}\labels.txt"),
        (Remove, rf"{mine}\labels.txt.lock"),
        *((Remove, rf"{mine}\{name}") for name in ("serve.lock", "button.lock", "button.json", "button.stop")),
    ]
    assert files(plan_uninstall(WINDOWS, everybody=True)) == [(Remove, EVERYBODYS)]
    assert [str(each.file) for each in plan_uninstall(MAC)][-1].endswith("com.microsoft.Excel/komet-xl.applescript")


def test_a_wheel_carries_every_file_to_where_it_is_looked_for() -> None:
    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    carried = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]

    inside, in_a_clone = PLACES
    for name in (ADD_IN, TEMPLATE, SCRIPT):
        assert root / "workbook" / name == in_a_clone / name
        assert root / carried[f"workbook/{name}"] == inside / name


def test_what_comes_with_komet_xl_is_there_and_anything_else_is_said_to_be_missing() -> None:
    assert shipped("komet.xlam").startswith(b"PK")
    with pytest.raises(SheetError, match="install komet-xl again"):
        shipped("no such file")
