"""What doctor says of Excel: the add-in, its Python, the resident server, and what Windows and Office forbid."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path, PureWindowsPath
from typing import TYPE_CHECKING

import pytest

from komet_xl.addin import doctor, office
from komet_xl.addin.install import carry_out, plan_install
from komet_xl.addin.interpreter import this_interpreter
from komet_xl.addin.machine import APP_PATHS, excel_program
from komet_xl.addin.shipped import ADD_IN, shipped
from komet_xl.addin.stamp import Stamp, stamp_for, stamped
from komet_xl.addin.winregistry import read_values
from komet_xl.doctor import Level
from komet_xl.grids.xlsx.package import Package
from tests.addin.test_install import EVERYBODYS, MAC, OWN, PYTHON, WINDOWS
from tests.addin.test_install_files import fit_for_windows, windows

if TYPE_CHECKING:
    from komet_xl.addin.winregistry import Reader, Values

EXCEL = r"C:\Program Files\Microsoft Office\root\Office16\EXCEL.EXE"
CHILD = office.CHILD_PROCESSES
CALLS = office.WIN32_CALLS


def registry(**keys: Values) -> dict[str, Values]:
    """What `collect` would bring, with these keys (their names with _ for a blank) and nothing else."""
    return {name.replace("_", " "): values for name, values in keys.items()}


def reader(**values: Values) -> Reader:
    """A registry whose only keys are those of App Paths, by hive."""
    return lambda hive, key: values.get(hive, {}) if key == APP_PATHS else {}


# ------------------------------------------------------------------------------------------- what Defender forbids


@pytest.mark.parametrize(
    ("found", "state"),
    [
        ({}, 0),
        (registry(rules={CHILD: "1"}), 1),
        (registry(rules={CHILD: 6}), 6),
        (registry(rules={CHILD: "2"}), 2),
        (registry(own_rules={CHILD: "1"}), 1),
        (registry(rules={CHILD: "0"}, own_rules={CHILD: "1"}), 0),
        (registry(rules={CHILD: "5"}, own_rules={CHILD: "1"}), 1),
        (registry(managed_rules={"asrrules": f"{CALLS}=2|{CHILD.upper()}=1"}), 1),
        (registry(managed_rules={"asrrules": "nonsense"}), 0),
        (registry(rules={CHILD: "x"}), 0),
    ],
)
def test_a_rule_of_defender_is_found_wherever_it_was_set(found: dict[str, Values], state: int) -> None:
    assert office.state_of(found, CHILD) == state


def test_a_rule_against_child_processes_is_a_problem_until_the_resident_server_runs() -> None:
    found = registry(rules={CHILD: "1"})

    alone, served = office.blocks(found, resident=False), office.blocks(found, resident=True)

    assert [each.level for each in alone] == [Level.PROBLEM]
    assert "komet-xl serve" in alone[0].advice
    assert [each.level for each in served] == [Level.OK]


def test_a_rule_that_only_warns_is_a_warning_and_one_that_audits_is_nothing() -> None:
    assert [each.level for each in office.blocks(registry(rules={CHILD: "6"}), resident=False)] == [Level.WARNING]
    assert [each.level for each in office.blocks(registry(rules={CHILD: "2"}), resident=False)] == [Level.OK]


def test_a_rule_against_calls_of_windows_is_a_problem_that_the_server_does_not_solve() -> None:
    found = office.blocks(registry(rules={CALLS: "1"}), resident=True)

    assert [each.level for each in found] == [Level.PROBLEM]
    assert "administrator" in found[0].advice


# --------------------------------------------------------------------------------------------- what Office forbids


@pytest.mark.parametrize(
    ("found", "level", "words"),
    [
        (registry(common_policy={"requirealwaysonmacrosig": 1}), Level.PROBLEM, "signed"),
        (registry(security_policy={"requireaddinsig": 1}), Level.PROBLEM, "signed"),
        (registry(security={"disablealladdins": 1}), Level.PROBLEM, "switched off"),
        (registry(resiliency_policy={"restricttolist": 1}), Level.PROBLEM, "not among the add-ins"),
        (registry(resiliency_policy={"restricttolist": 1}, listed={ADD_IN: "1"}), Level.OK, "no rule"),
        (registry(listed={ADD_IN: "0"}), Level.PROBLEM, "not among the add-ins"),
        (registry(trusted={"alllocationsdisabled": 1}), Level.WARNING, "Excel asks"),
        (registry(trusted_policy={"alllocationsdisabled": 1}, security={"vbawarnings": 4}), Level.PROBLEM, "unsigned"),
        (registry(security={"vbawarnings": 4}), Level.OK, "no rule"),
        (registry(disabled={"1a2b": bytes(12) + OWN.encode("utf-16-le")}), Level.PROBLEM, "after a crash"),
        (registry(disabled={"1a2b": bytes(12) + "other.xlam".encode("utf-16-le")}), Level.OK, "no rule"),
        (registry(disabled={"1a2b": "text", "2": b"\xff"}), Level.OK, "no rule"),
    ],
)
def test_each_rule_of_office_that_stops_the_add_in_is_named(found: dict[str, Values], level: Level, words: str) -> None:
    checks = office.blocks(found, resident=False)

    assert [each.level for each in checks] == [level]
    assert words in checks[0].detail
    assert bool(checks[0].advice) is (level is not Level.OK)


def test_several_blocks_are_all_told() -> None:
    found = registry(rules={CHILD: "1", CALLS: "1"}, common_policy={"requirealwaysonmacrosig": "1"})

    assert len(office.blocks(found, resident=False)) == 3


def test_a_proxy_that_windows_finds_by_a_script_is_a_warning_without_its_address() -> None:
    found = registry(internet={"autoconfigurl": "http://user:secret@wpad/proxy.pac"})

    check = office.proxy_script(found, None)

    assert check is not None
    assert "KOMET_PROXY" in check.advice
    assert "secret" not in str(check)
    assert office.proxy_script(found, "http://proxy:8080") is None
    assert office.proxy_script({}, None) is None


def test_every_key_is_read_once_and_one_that_is_missing_is_nothing() -> None:
    asked: list[tuple[str, str]] = []

    def read(hive: str, key: str) -> Values:
        asked.append((hive, key))
        return {}

    assert office.collect(read) == {name: {} for name in office.KEYS}
    assert asked == list(office.KEYS.values())
    assert read_values("HKCU", r"Software\komet-xl\no such key") == {}


# ------------------------------------------------------------------------------------------------ Excel and Python


def test_excel_is_found_for_one_user_or_for_all() -> None:
    assert excel_program(reader(HKLM={"": f'"{EXCEL}"'})) == EXCEL
    assert excel_program(reader(HKCU={"": EXCEL}, HKLM={"": r"D:\other\excel.exe"})) == EXCEL
    assert excel_program(reader(HKLM={"": r"C:\somewhere\word.exe"})) is None
    assert excel_program(reader()) is None


def test_an_excel_of_the_store_is_a_problem_and_none_is_a_warning() -> None:
    store = PureWindowsPath(r"C:\Program Files\WindowsApps\Microsoft.Office.Desktop.Excel\Office16\EXCEL.EXE")

    assert doctor.excel_check(store, version=None, kind=None).level is Level.PROBLEM
    assert doctor.excel_check(None, version=None, kind=None).level is Level.WARNING
    good = doctor.excel_check(WINDOWS.excel, version="16.0.17928.20156", kind="x64")
    assert (good.level, good.detail) == (Level.OK, f"{EXCEL}, 16.0.17928.20156, x64")


def test_a_python_that_excel_cannot_use_is_a_problem_only_where_the_add_in_is_installed() -> None:
    def levels(*, installed: bool) -> list[Level]:
        return [each.level for each in doctor.python_checks(["a fault."], PYTHON, installed=installed)]

    assert levels(installed=True) == [Level.PROBLEM]
    assert levels(installed=False) == [Level.WARNING]
    assert doctor.python_checks([], PYTHON, installed=True)[0].detail.endswith("win-amd64, xlwings 0.37.8")


# ------------------------------------------------------------------------------------------------------ the add-in


def test_the_add_in_is_looked_for_in_every_folder_that_excel_starts_from() -> None:
    more = PureWindowsPath(r"\\server\start")

    found = doctor.installed_files(WINDOWS, [more], lambda _: True)

    assert [str(each) for each in found] == [OWN, EVERYBODYS, r"\\server\start\komet.xlam"]
    assert doctor.installed_files(WINDOWS, [more], lambda path: path.parent == more) == [more / ADD_IN]
    assert len(doctor.installed_files(MAC, [], lambda _: True)) == 1
    assert office.own_folders(registry(options={"altstartup": r"\\server\start"})) == [r"\\server\start"]
    assert office.own_folders({}) == []


def test_an_add_in_as_it_was_installed_is_ok(tmp_path: Path) -> None:
    machine, interpreter = windows(tmp_path / "Zoë Pérez"), fit_for_windows()
    file = carry_out(plan_install(machine, interpreter, shipped))[0].file

    found = doctor.add_in_checks([file], lambda path: Path(path).read_bytes(), stamp_for(interpreter, machine))

    assert [(each.level, each.detail) for each in found] == [(Level.OK, f"{file}, komet-xl 0.1.0")]


def checked(stamp: Stamp, wanted: Stamp, *, add_in: bytes | None = None) -> tuple[Level, str]:
    """The one check of an add-in with this stamp."""
    content = stamped(add_in or shipped(ADD_IN), stamp) if add_in != b"" else b""
    (found,) = doctor.add_in_checks([PureWindowsPath(OWN)], lambda _: content, wanted)
    return found.level, f"{found.detail} > {found.advice}"


def test_an_add_in_that_no_longer_fits_says_why_and_to_install_again() -> None:
    wanted = stamp_for(this_interpreter(), WINDOWS)
    change = dataclasses.replace

    assert checked(Stamp(), wanted)[0] is Level.PROBLEM
    level, text = checked(change(wanted, interpreter="/gone/python"), wanted)
    assert (level, "which is gone" in text) == (Level.PROBLEM, True)
    level, text = checked(change(wanted, xlwings="0.30.0"), wanted)
    assert (level, "made for xlwings 0.30.0" in text) == (Level.PROBLEM, True)
    level, text = checked(change(wanted, komet_xl="0.0.9"), wanted)
    assert (level, "from komet-xl 0.0.9" in text) == (Level.WARNING, True)
    level, text = checked(wanted, change(wanted, interpreter=str(Path(sys.executable).parent / "another")))
    assert (level, "another Python than this one" in text) == (Level.WARNING, True)
    level, text = checked(wanted, wanted, add_in=b"")
    assert (level, "is damaged" in text) == (Level.PROBLEM, True)
    assert all("komet-xl install" in each for each in (text, checked(Stamp(), wanted)[1]))


def test_an_add_in_of_another_build_is_a_warning() -> None:
    wanted = stamp_for(this_interpreter(), WINDOWS)
    other = Package(shipped(ADD_IN))
    other.put("docProps/app.xml", b"<Properties/>")

    assert checked(wanted, wanted)[0] is Level.OK
    level, text = checked(wanted, wanted, add_in=other.to_bytes())
    assert (level, "not as this komet-xl 0.1.0 installs it" in text) == (Level.WARNING, True)


def test_no_add_in_is_a_warning_and_two_are_a_problem() -> None:
    wanted = stamp_for(PYTHON, WINDOWS)
    none = doctor.add_in_checks([], lambda _: b"", wanted)
    two = doctor.add_in_checks([PureWindowsPath(OWN), PureWindowsPath(EVERYBODYS)], lambda _: b"", wanted)

    assert [each.level for each in none + two] == [Level.WARNING, Level.PROBLEM]
    assert "komet-xl install" in none[0].advice
    assert OWN in two[0].detail
    assert EVERYBODYS in two[0].detail


def test_an_add_in_that_cannot_be_read_is_a_warning(tmp_path: Path) -> None:
    (found,) = doctor.add_in_checks([tmp_path], lambda path: Path(path).read_bytes(), stamp_for(PYTHON, WINDOWS))

    assert found.level is Level.WARNING
    assert "cannot be read" in found.detail


def test_a_server_that_left_without_a_word_is_a_warning() -> None:
    assert [each.level for each in doctor.server_checks("{x}", running=False)] == [Level.WARNING]
    assert [each.level for each in doctor.server_checks("{x}", running=True)] == [Level.OK]
    assert doctor.server_checks(None, running=False) == []


def test_settings_that_cannot_be_read_are_a_problem_and_excel_is_looked_at_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KOMET_TIMEOUT", "soon")

    found = doctor.examine()

    assert found[0].level is Level.PROBLEM
    assert "KOMET_TIMEOUT" in found[0].detail
    assert {"add-in"} <= {each.name for each in found}
