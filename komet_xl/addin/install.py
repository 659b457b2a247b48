"""Puts the Komet add-in where Excel starts it, and takes it away again.

First a plan is made of what shall be written and removed, without touching a disk; then it is carried out. The bytes
are written by us, so no mark "from the internet" is copied along, and each file changes whole or not at all. The
journal, the settings and the token are never touched.
"""

from __future__ import annotations

import secrets
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from komet_xl.addin import interpreter as python
from komet_xl.addin import places
from komet_xl.addin.places import MAC
from komet_xl.addin.shipped import ADD_IN, SCRIPT
from komet_xl.addin.stamp import is_foreign, stamp_for, stamped
from komet_xl.errors import SheetError, UsageError
from komet_xl.grids.xlsx.cloud import is_held, reason
from komet_xl.grids.xlsx.files import patiently
from komet_xl.settings import APP

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import PurePath

    from komet_xl.addin.interpreter import Interpreter
    from komet_xl.addin.places import Machine

NOTES: Final = ("button.lock", "button.json", "button.stop")
"""What the button at work notes beside the labels; see `komet_xl.addin.running`."""
LEFTOVER: Final = ".komet-xl-"
"""How the names of our temporary files begin."""


@dataclass(frozen=True, slots=True)
class Put:
    """A file that shall have this content."""

    file: PurePath
    content: bytes


@dataclass(frozen=True, slots=True)
class Remove:
    """A file that shall be gone."""

    file: PurePath


@dataclass(frozen=True, slots=True)
class Done:
    """What became of a step."""

    file: Path
    changed: bool
    """False: it was so before."""
    foreign: bool = False
    """It has the name of our add-in and is somebody else's: it was left alone."""


Step = Put | Remove


def plan_install(
    machine: Machine,
    interpreter: Interpreter,
    shipped: Callable[[str], bytes],
    *,
    everybody: bool = False,
    folder: PurePath | None = None,
    exists: Callable[[PurePath], bool] = lambda _: False,
) -> list[Step]:
    """
    What must be written so that Excel starts with the add-in. Touches no disk but through `shipped` and `exists`.

    Args:
        machine: Whose Excel.
        interpreter: The Python that Excel shall start.
        shipped: Brings a file that comes with komet-xl, by its name.
        everybody: For all users of this computer.
        folder: A folder of the administrator's choice in place of Excel's own.
        exists: Whether there is such a file.

    Raises:
        UsageError: it would not work here; the sentence says what to do. Nothing was changed.
        SheetError: komet-xl's own files are damaged.
    """
    file = places.add_in_file(machine, everybody=everybody, folder=folder)
    wrong = python.faults(interpreter, machine.system)
    if wrong:
        raise UsageError(wrong[0])
    if everybody:
        _ensure_shared(machine, interpreter)
    elif folder is None:
        shared = shared_copy(machine, exists)
        if shared is not None:
            raise UsageError(
                f"the add-in is installed for all users of this computer already ({shared}); Excel cannot open it "
                "twice. Ask your administrator to update it, or to run komet-xl uninstall --all-users first."
            )
    steps: list[Step] = [Put(file, stamped(shipped(ADD_IN), stamp_for(interpreter, machine)))]
    if everybody:  # last: who may not write beside Excel keeps the add-in of one's own
        steps.append(Remove(places.add_in_file(machine)))
    script = places.script_file(machine)
    if script is not None:
        steps.append(Put(script, mac_script(shipped(SCRIPT).decode("utf-8"), interpreter).encode()))
    return steps


def plan_uninstall(machine: Machine, *, everybody: bool = False, folder: PurePath | None = None) -> list[Step]:
    """What must go. The same arguments as for `plan_install`, or the file stays where it was put."""
    files = [places.add_in_file(machine, everybody=everybody, folder=folder)]
    if not everybody and folder is None:
        labels = places.labels_file(machine)
        files += [labels, labels.with_name(f"{labels.name}.lock")]
        files += [labels.with_name(each) for each in (places.SERVING, *NOTES)]
        script = places.script_file(machine)
        files += [] if script is None else [script]
    return [Remove(each) for each in files]


def shared_copy(machine: Machine, exists: Callable[[PurePath], bool]) -> PurePath | None:
    """The add-in that is installed for all users of this computer; None when there is none."""
    if machine.excel is None:
        return None
    file = places.add_in_file(machine, everybody=True)
    return file if exists(file) else None


def mac_script(source: str, interpreter: Interpreter) -> str:
    """The script for macOS with the Python that it starts, and nothing else, written into it."""
    for name, value in (("interpreter", str(interpreter.program)), ("isolation", " ".join(interpreter.switches))):
        lines = [line for line in source.splitlines() if line.startswith(f"property {name} : ")]
        if len(lines) != 1:
            raise SheetError(f"{SCRIPT} has no place for {name}; install komet-xl again.")
        quoted = value.replace("\\", "\\\\").replace('"', '\\"')
        source = source.replace(lines[0], f'property {name} : "{quoted}"')
    return source


def carry_out(steps: list[Step]) -> list[Done]:
    """
    Do what was planned. What is so already is left alone, so that it can be done as often as one likes.

    Raises:
        SheetError: a file cannot be written or removed; the sentence says which and what to do, and that file is as
            it was.
    """
    return [_put(each) if isinstance(each, Put) else _remove(each) for each in steps]


def _put(step: Put) -> Done:
    file = Path(step.file)
    with suppress(OSError):
        found = file.read_bytes()
        if found == step.content:
            return Done(file, changed=False)
        if file.name == ADD_IN and is_foreign(found):
            raise SheetError(
                f"{file} is an add-in of somebody else by the same name; move it elsewhere and run the command again."
            )
    beside = file.with_name(f"{LEFTOVER}{secrets.token_hex(8)}.tmp")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for old in _leftovers(file.parent):  # Excel would open them: it opens whatever lies in that folder
            old.unlink(missing_ok=True)
        beside.write_bytes(step.content)
    except OSError as exc:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise SheetError(_closed(file, exc)) from None
    try:
        patiently(lambda: beside.replace(file))
    except OSError as exc:
        raise SheetError(_stuck(file, exc)) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
    return Done(file, changed=True)


def _remove(step: Remove) -> Done:
    file = Path(step.file)
    try:
        for old in _leftovers(file.parent):
            old.unlink(missing_ok=True)
        if not file.exists():
            return Done(file, changed=False)
        if file.name == ADD_IN and file.is_file() and is_foreign(file.read_bytes()):
            return Done(file, changed=False, foreign=True)
        patiently(file.unlink)
    except FileNotFoundError:  # somebody else was faster
        return Done(file, changed=False)
    except OSError as exc:
        raise SheetError(_stuck(file, exc)) from None
    if file.parent.name == APP:  # our own folder goes when nothing is left in it
        with suppress(OSError):
            file.parent.rmdir()
    return Done(file, changed=True)


def _leftovers(folder: Path) -> Iterator[Path]:
    """Temporary files of an installation that was killed."""
    return folder.glob(f"{LEFTOVER}*.tmp") if folder.is_dir() else iter(())


def _closed(file: Path, exc: OSError) -> str:
    return (
        f"nothing can be written in {file.parent} ({reason(exc)}); for a folder of all users run the command as "
        "administrator, on macOS allow your terminal to change data of other apps, then run it again."
    )


def _stuck(file: Path, exc: OSError) -> str:
    if is_held(exc):
        return f"{file} is in use ({reason(exc)}): close Excel, all its windows, and run the command again."
    return f"{file} cannot be changed ({reason(exc)}); close Excel and run the command again."


def _ensure_shared(machine: Machine, interpreter: Interpreter) -> None:
    """A Python in one user's own folder cannot be read by the others."""
    if machine.system != MAC and interpreter.program.is_relative_to(machine.home):
        raise UsageError(
            f"--all-users needs a Python that all users can read, and {interpreter.program} is yours alone; "
            "install Python for all users, komet-xl in it, and run komet-xl install --all-users there."
        )
