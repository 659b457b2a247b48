"""Is everything in its place for Excel? The add-in, its Python, the resident server, what Windows and Office forbid."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from komet_xl import doctor
from komet_xl.addin import interpreter as python
from komet_xl.addin import office, places, resident
from komet_xl.addin.install import mac_script
from komet_xl.addin.labels import read_labels
from komet_xl.addin.machine import this_machine
from komet_xl.addin.places import MAC, WINDOWS, labels_file
from komet_xl.addin.shipped import ADD_IN, SCRIPT, shipped
from komet_xl.addin.stamp import Stamp, read_stamp, same_program, stamp_for
from komet_xl.addin.winregistry import read_values
from komet_xl.doctor import Check, Level, fine, problem, warning
from komet_xl.errors import KometError, SettingsError, UsageError
from komet_xl.session import Session
from komet_xl.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import PurePath

    from komet_xl.addin.interpreter import Interpreter
    from komet_xl.addin.places import Machine

AGAIN: Final = "Close Excel and run komet-xl install."


def examine(profile: str | None = None) -> list[Check]:
    """All there is to look at, for one profile. Requests: one, when there is a token."""
    proxy = None
    try:
        settings = load_settings(profile=profile)
    except SettingsError as exc:
        checks = [problem("settings", exc)]
    else:
        proxy = settings.endpoint.proxy
        with Session(settings) as session:
            checks = doctor.examine(session)
    return checks + examine_excel(proxy=proxy)


def examine_excel(*, proxy: str | None = None) -> list[Check]:
    """What Excel needs on this computer. Requests: none."""
    machine = this_machine()
    if machine.system not in (WINDOWS, MAC):
        return [fine("add-in", "for Excel on Windows and macOS; not for this system")]
    interpreter = python.this_interpreter()
    rules = office.collect(read_values)
    folders = [Path(each) for each in office.own_folders(rules)]
    found = installed_files(machine, folders, lambda path: Path(path).is_file())
    checks = python_checks(python.faults(interpreter, machine.system), interpreter, installed=bool(found))
    if machine.system == WINDOWS:
        about = rules["click to run"]
        checks.append(excel_check(machine.excel, version=about.get("versiontoreport"), kind=about.get("platform")))
    checks += add_in_checks(found, lambda path: Path(path).read_bytes(), stamp_for(interpreter, machine))
    checks += _script_checks(machine, interpreter) if found else []
    if machine.system == WINDOWS:
        checks += label_checks(labels_file(machine), plain=python.fits(str(labels_file(machine)), "mbcs"))
        running = resident.is_running()
        checks += server_checks(read_labels().get(resident.LABEL), running=running)
        checks += office.blocks(rules, resident=running)
        checks += [each for each in [office.proxy_script(rules, proxy)] if each is not None]
    return checks


def installed_files(
    machine: Machine, folders: Iterable[PurePath], exists: Callable[[PurePath], bool]
) -> list[PurePath]:
    """Where the add-in is installed: in Excel's own folders or in others that it starts from. One place is right."""
    candidates = [places.add_in_file(machine)]
    if machine.system == WINDOWS and machine.excel is not None:
        candidates.append(places.add_in_file(machine, everybody=True))
    candidates += [places.add_in_file(machine, folder=each) for each in folders]
    return [each for each in candidates if exists(each)]


def python_checks(faults: Iterable[str], interpreter: Interpreter, *, installed: bool) -> list[Check]:
    """This Python as Excel sees it. Without the add-in its faults are warnings: the command line works all the same."""
    level = Level.PROBLEM if installed else Level.WARNING
    found = [Check("Python for Excel", level, each, exit_code=2) for each in faults]
    return found or [
        fine("Python for Excel", f"{interpreter.program}, {interpreter.kind}, xlwings {interpreter.xlwings}")
    ]


def add_in_checks(found: list[PurePath], read: Callable[[PurePath], bytes], wanted: Stamp) -> list[Check]:
    """
    The add-in where it is installed.

    Args:
        found: From `installed_files`.
        read: Brings a file's bytes.
        wanted: What this komet-xl would write into it.
    """
    if not found:
        return [warning("add-in", "not installed", "Run komet-xl install to have the Komet tab and formulas in Excel.")]
    if len(found) > 1:
        where = " and ".join(str(each) for each in found)
        advice = "Run komet-xl uninstall; the one for all users stays."
        return [
            Check("add-in", Level.PROBLEM, f"installed twice, and Excel opens one only: {where}", advice, exit_code=2)
        ]
    try:
        add_in = read(found[0])
        return [_add_in_check(str(found[0]), add_in, read_stamp(add_in), wanted)]
    except OSError as exc:
        return [warning("add-in", f"{found[0]} cannot be read ({exc.strerror})", AGAIN)]
    except KometError as exc:
        return [Check("add-in", Level.PROBLEM, f"{found[0]} is damaged: {exc}", AGAIN, exit_code=6)]


def _add_in_check(file: str, add_in: bytes, stamp: Stamp, wanted: Stamp) -> Check:
    if not stamp.interpreter:
        return Check("add-in", Level.PROBLEM, f"{file} does not know its Python", AGAIN, exit_code=2)
    if not Path(stamp.interpreter).exists():
        gone = f"{file} starts {stamp.interpreter}, which is gone"
        return Check("add-in", Level.PROBLEM, gone, AGAIN, exit_code=2)
    if os.path.normcase(stamp.interpreter) != os.path.normcase(wanted.interpreter):
        return warning(
            "add-in",
            f"{file} starts another Python than this one: {stamp.interpreter}, komet-xl {stamp.komet_xl}",
            f"Run {stamp.interpreter} -m komet_xl doctor to look at that one, or komet-xl install to use this one.",
        )
    if stamp.xlwings != wanted.xlwings:
        changed = f"{file} was made for xlwings {stamp.xlwings}, and {wanted.xlwings} is installed"
        return Check("add-in", Level.PROBLEM, changed, AGAIN, exit_code=2)
    if stamp != wanted or not same_program(add_in, shipped(ADD_IN)):
        older = f"{file} is from komet-xl {stamp.komet_xl} and not as this komet-xl {wanted.komet_xl} installs it"
        return warning("add-in", older, AGAIN)
    return fine("add-in", f"{file}, komet-xl {stamp.komet_xl}")


def server_checks(label: str | None, *, running: bool) -> list[Check]:
    """The resident server, where there is one or was one."""
    if running:
        return [fine("resident server", "komet-xl serve is running")]
    if label is not None:
        return [
            warning("resident server", "komet-xl serve has ended without a word", "Start it again, or restart Excel.")
        ]
    return []


def label_checks(file: PurePath, *, plain: bool) -> list[Check]:
    """Whether the add-in can read the labels: VBA opens files by names of the old code page only."""
    if plain:
        return []
    return [
        warning(
            "labels",
            f"{file} has letters that Excel's macros cannot open",
            "The tab will not say which profile is used and whether formulas are frozen; Doctor and Push do.",
        )
    ]


def excel_check(excel: PurePath | None, *, version: object, kind: object) -> Check:
    """Which Excel there is, and whether it is one that can start programs."""
    if excel is None:
        return warning(
            "Excel program", "Windows does not say where Excel is installed", "Install Excel, or repair Office."
        )
    if python.STORE in str(excel).lower():
        return Check(
            "Excel program",
            Level.PROBLEM,
            f"{excel} comes from the Microsoft Store and cannot talk to Python",
            "Uninstall it and install Office from office.com.",
            exit_code=2,
        )
    told = ", ".join(str(each) for each in (version, kind) if each)
    return fine("Excel program", f"{excel}, {told}" if told else str(excel))


def _script_checks(machine: Machine, interpreter: Interpreter) -> list[Check]:
    """The script that Excel on macOS starts Python with."""
    place = places.script_file(machine)
    if place is None:
        return []
    try:
        wanted = mac_script(shipped(SCRIPT).decode("utf-8"), interpreter)
        if Path(place).read_text(encoding="utf-8") == wanted:
            return [fine("script", str(place))]
    except (OSError, UnicodeDecodeError):
        pass
    return [Check("script", Level.PROBLEM, f"{place} is missing or another one", AGAIN, exit_code=UsageError.exit_code)]
