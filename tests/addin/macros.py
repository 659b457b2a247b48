"""LibreOffice with macros, for tests of the add-in's VBA; a fixture `basic` to import."""

from __future__ import annotations

import json
import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, TypeAlias

import pytest

from tests.support.office import Office, OfficeMissingError, find_programs

if TYPE_CHECKING:
    from collections.abc import Iterator

Answer: TypeAlias = Any
PATIENCE = 20.0
"""Seconds that a program started by a macro may take."""
RECORDER = """\
#!{python} -I
import json, os, sys
with open({record!r}, "a", encoding="utf-8") as file:
    file.write(json.dumps([os.getcwd(), *sys.argv[1:]]) + "\\n")
sys.exit({code})
"""


class MacroOffice(Office):
    """LibreOffice, told by tests/addin/macro_driver.py."""

    driver = Path(__file__).with_name("macro_driver.py")

    def open_book(self, path: Path) -> Book:
        """Open a copy, visibly, with its macros."""
        self._copies += 1
        copy = self.folder / str(self._copies) / path.name
        copy.parent.mkdir(parents=True)
        shutil.copyfile(path, copy)
        return Book(self, self.ask("open_with_macros", path=str(copy)), copy)


class Book:
    """A workbook or an add-in that is open."""

    def __init__(self, office: Office, number: int, path: Path) -> None:
        self._office = office
        self._number = number
        self.path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._office.ask("close", document=self._number)

    def run(self, name: str, *arguments: object) -> Answer:
        """What a macro returns."""
        return self._office.ask("macro", document=self._number, name=f"KometXL.{name}", arguments=arguments)["value"]

    def left_by(self, name: str, *arguments: object) -> Answer:
        """What a macro put into its last argument."""
        told = self._office.ask("macro", document=self._number, name=f"KometXL.{name}", arguments=arguments)
        return told["left"][str(len(arguments) - 1)]

    def press(self, button: str) -> None:
        """Press a button of the ribbon."""
        self.run("KometRibbon.KometOnAction", {"ID": button})

    def modules(self) -> list[str]:
        """Names of the modules of the project."""
        names: list[str] = self._office.ask("modules", document=self._number, project="KometXL")
        return names

    def activate(self) -> None:
        """Bring it to the front."""
        self._office.ask("activate", document=self._number)

    def formula(self, cell: str, formula: str) -> str:
        """What a formula shows."""
        self._office.ask("type_in", document=self._number, sheet="komet", cell=cell, text=formula)
        rows = self._office.ask("rows", document=self._number, sheet="komet")
        return str(rows[int(cell[1:]) - 1][ord(cell[0]) - ord("A")])


class Recorder:
    """A program that writes down how it was started, in the place of Python."""

    def __init__(self, folder: Path, *, name: str = "python", code: int = 0) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._record = folder / "record.jsonl"
        self.path = folder / name
        text = RECORDER.format(python=sys.executable, record=str(self._record), code=code)
        self.path.write_text(text, encoding="utf-8")
        self.path.chmod(0o755)

    def has_started(self) -> bool:
        """Whether it was started at all, until now."""
        return self._record.is_file()

    def started(self, times: int = 1) -> list[list[str]]:
        """Current folder and words of each start, after waiting for so many; quotes are taken off the words."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            lines = self._record.read_text(encoding="utf-8").splitlines() if self._record.is_file() else []
            if len(lines) >= times:
                return [[word.replace('"', "") for word in json.loads(line)] for line in lines]
            time.sleep(0.02)
        raise AssertionError("the macro has started nothing")


@pytest.fixture(scope="module")
def basic() -> Iterator[MacroOffice]:
    """LibreOffice for a module's tests. Skips where it is missing, which in CI is a failure."""
    try:
        programs = find_programs()
    except OfficeMissingError as exc:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(exc))
    with MacroOffice(programs) as office:
        yield office
