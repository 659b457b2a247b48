"""Which Python Excel can start, and which it cannot."""

from __future__ import annotations

import dataclasses
import re
import sys
from pathlib import Path, PureWindowsPath

import pytest

from komet_xl.addin.interpreter import (
    faults,
    first_missing,
    fits,
    library_folder,
    this_interpreter,
    wanted_version,
    without_console,
)
from tests.addin.test_install import MAC_PYTHON, PYTHON


def test_a_python_from_python_org_has_no_faults() -> None:
    assert faults(PYTHON, "win32") == []
    assert faults(MAC_PYTHON, "darwin") == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"program": PureWindowsPath(r"C:\Users\z\AppData\Local\Microsoft\WindowsApps\python.exe")}, "Microsoft Store"),
        ({"base": PureWindowsPath(r"C:\Program Files\WindowsApps\PythonSoftwareFoundation.Python.3.11")}, "Store"),
        ({"kind": "win32", "library": None}, "64-bit"),
        ({"kind": "win-arm64", "library": None}, "built for win-arm64"),
        ({"library": None}, r"xlwings64-0\.37\.8\.dll is not beside this Python"),
        ({"plain": False}, "letters that Excel cannot pass on"),
        ({"program": PureWindowsPath(r"C:\100% mine\pythonw.exe")}, "letters that Excel cannot pass on"),
        ({"program": PureWindowsPath(r"C:\$(HOME)\pythonw.exe")}, "letters that Excel cannot pass on"),
        ({"program": PureWindowsPath("C:/" + "x" * 1_000)}, "too long"),
        ({"missing": "pythoncom"}, "pythoncom of pywin32 cannot be loaded"),
        ({"xlwings": None}, "xlwings is not installed"),
        ({"xlwings": "0.38.0"}, r"works with 0\.37\.8 only"),
    ],
)
def test_each_fault_is_a_sentence_that_says_what_to_do(changes: dict[str, object], words: str) -> None:
    found = faults(dataclasses.replace(PYTHON, **changes), "win32")  # type: ignore[arg-type]  # fields by name

    assert len(found) == 1
    assert re.search(words, found[0])
    assert found[0].endswith(".")
    assert "install" in found[0]


def test_packages_of_the_users_own_are_seen_by_a_python_that_is_not_wholly_isolated() -> None:
    own = dataclasses.replace(PYTHON, user_packages=PYTHON.packages)

    assert PYTHON.switches == ("-I",)
    assert own.switches == ("-E", "-P")


def test_this_python_is_described_as_it_is() -> None:
    here = this_interpreter()

    assert Path(here.program).exists()
    assert (Path(here.packages) / "komet_xl" / "addin" / "interpreter.py").is_file()
    assert here.xlwings
    assert here.plain
    if sys.platform == "win32":
        assert here.library is not None


def test_a_module_that_is_missing_or_broken_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "komet_whole.py").touch()
    (tmp_path / "komet_broken.py").write_text("raise OSError('DLL load failed')", encoding="ascii")

    assert first_missing(["json", "komet_whole"]) == ""
    assert first_missing(["json", "komet_broken", "komet_absent"]) == "komet_broken"
    assert first_missing(["komet_absent.client"]) == "komet_absent.client"


def test_both_dlls_must_lie_in_one_folder(tmp_path: Path) -> None:
    one, two, both = (tmp_path / name for name in ("öne", "t wo", "both"))
    for folder, bits in ((one, [64]), (two, [32]), (both, [32, 64])):
        folder.mkdir()
        for each in bits:
            (folder / f"xlwings{each}-0.37.8.dll").touch()

    assert library_folder("0.37.8", [tmp_path / "gone", one, two]) is None
    assert library_folder("0.37.8", [one, both]) == both
    assert library_folder("0.37.9", [both]) is None


def test_the_python_without_a_console_is_taken_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "python.exe").touch()
    (tmp_path / "python3").touch()

    assert without_console(tmp_path / "python.exe").name == "python.exe"
    (tmp_path / "pythonw.exe").touch()
    assert without_console(tmp_path / "python.exe").name == "pythonw.exe"
    assert without_console(tmp_path / "python3").name == "python3"


def test_the_pin_of_xlwings_is_read_from_the_requirements() -> None:
    assert wanted_version(["click>=8", "xlwings==0.37.8", "xlwings-x==1"]) == "0.37.8"
    assert wanted_version(['xlwings == 0.37.8 ; sys_platform == "win32"']) == "0.37.8"
    assert wanted_version(["xlwings>=0.37"]) is None


def test_letters_that_an_old_code_page_lacks_are_noticed() -> None:
    assert fits(r"C:\Users\Zoë", "cp1252")
    assert not fits(r"C:\Users\Łukasz", "cp1252")
