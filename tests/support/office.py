"""
A real LibreOffice, for tests that ask what another program makes of a workbook.

It runs once a session, with a profile of its own. A second process (tests/office/driver.py) speaks to it over UNO, with
the Python that has `uno`: the Python of the tests need not be the system's. A test module outside tests/office that
wants the fixture imports it: `from tests.support.office import office`.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeAlias, TypeVar

import pytest

if TYPE_CHECKING:
    from types import TracebackType

Answer: TypeAlias = Any
"""Anything that JSON can hold."""
PATIENCE = 90.0
"""Seconds one answer may take; the first one starts the office."""
GOODBYE = 20.0
OFFICE = pytest.StashKey["Office"]()


class OfficeError(Exception):
    """LibreOffice could not do what it was asked."""


class OfficeMissingError(Exception):
    """There is no LibreOffice here that can be driven."""


@dataclass(frozen=True)
class Programs:
    """What to start."""

    folder: Path
    """The folder of soffice.bin."""
    python: Path
    """A Python that can import uno."""


def find_programs() -> Programs:
    """Where LibreOffice is. Raises OfficeMissingError, saying what is missing."""
    soffice = shutil.which("soffice") or shutil.which("libreoffice")
    if soffice is None or os.name != "posix":
        raise OfficeMissingError("LibreOffice is not installed (soffice not found)")
    folder = Path(soffice).resolve().parent
    for python in (folder / "python", Path("/usr/bin/python3")):
        found = python.is_file() and subprocess.run(
            [python, "-I", "-c", "import uno"], check=False, capture_output=True
        )
        if found and found.returncode == 0:
            return Programs(folder, python)
    raise OfficeMissingError("LibreOffice is installed without its Python bridge (python3-uno)")


class Office:
    """LibreOffice. It starts with the first document, and anew after it has crashed or hung."""

    driver: ClassVar[Path] = Path(__file__).parents[1] / "office" / "driver.py"
    """What speaks to it."""

    def __init__(self, programs: Programs) -> None:
        self._programs = programs
        self._folder = tempfile.TemporaryDirectory(prefix="office-")
        self._driver: subprocess.Popen[bytes] | None = None
        self._copies = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self, path: Path) -> Document:
        """Open a copy of a file; the file itself is never locked or changed. Raises OfficeError."""
        self._copies += 1
        copy = self.folder / str(self._copies) / path.name
        copy.parent.mkdir()
        shutil.copyfile(path, copy)
        return Document(self, copy)

    def ask(self, do: str, **arguments: object) -> Answer:
        """One call of the driver. Raises OfficeError."""
        driver = self._driver or self._start()
        assert driver.stdin is not None
        assert driver.stdout is not None
        try:
            driver.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
            driver.stdin.flush()
            ready, _, _ = select.select([driver.stdout], [], [], PATIENCE)
            line = driver.stdout.readline() if ready else b""
        except OSError:
            line = b""
        if not line:
            self._stop()
            raise OfficeError(f"LibreOffice gave no answer to {do}: {self._log.read_text(errors='replace')[-2000:]}")
        answer = json.loads(line)
        if "error" in answer:
            raise OfficeError(answer["error"])
        return answer["value"]

    def close(self) -> None:
        """End the office and remove all that it left."""
        self._stop()
        self._folder.cleanup()

    @property
    def folder(self) -> Path:
        """Where its profile, its log and the copies are, while it runs."""
        return Path(self._folder.name)

    @property
    def _log(self) -> Path:
        return self.folder / "log.txt"

    def _start(self) -> subprocess.Popen[bytes]:
        profile = Path(tempfile.mkdtemp(prefix="profile-", dir=self.folder))
        environ = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(profile), "LC_ALL": "C.UTF-8"}
        with self._log.open("wb") as log:
            self._driver = subprocess.Popen(
                [self._programs.python, "-I", "-B", self.driver, self._programs.folder, profile],
                env=environ,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        return self._driver

    def _stop(self) -> None:
        driver, self._driver = self._driver, None
        if driver is None:
            return
        assert driver.stdout is not None
        assert driver.stdin is not None
        try:
            driver.stdin.close()  # tells it to go
            driver.wait(GOODBYE)
        except (OSError, subprocess.TimeoutExpired):
            driver.kill()
            driver.wait()
        with suppress(ProcessLookupError):
            os.killpg(driver.pid, signal.SIGKILL)  # whatever is left of its group, which is ours alone
        driver.stdout.close()


class Document:
    """A workbook that is open in LibreOffice. Cells are named as in `A1`."""

    def __init__(self, office: Office, copy: Path) -> None:
        self._office = office
        self._copy = copy
        self._number: int = office.ask("open", path=str(copy))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()

    def _ask(self, do: str, **arguments: object) -> Answer:
        return self._office.ask(do, document=self._number, **arguments)

    def sheets(self) -> list[str]:
        """Names of the sheets, in order."""
        names: list[str] = self._ask("sheets")
        return names

    def rows(self, sheet: str) -> list[list[float | str]]:
        """What the cells hold, from A1 on: numbers (days too), text, "" for empty cells, errors as they show."""
        rows: list[list[float | str]] = self._ask("rows", sheet=sheet)
        return rows

    def shown(self, sheet: str) -> list[list[str]]:
        """What a person sees in the cells, were the columns wide enough."""
        rows: list[list[str]] = self._ask("shown", sheet=sheet)
        return rows

    def formulas(self, sheet: str) -> dict[str, str]:
        """Formulas by cell."""
        found: dict[str, str] = self._ask("formulas", sheet=sheet)
        return found

    def errors(self) -> dict[str, str]:
        """What the cells with an error show, by `sheet!cell`."""
        found: dict[str, str] = self._ask("errors")
        return found

    def calculate_all(self) -> None:
        """Calculate every formula anew. Without it, results that stand in the file are shown, right or wrong."""
        self._ask("calculate")

    def number_format(self, sheet: str, cell: str) -> str:
        """A cell's format code."""
        return str(self._ask("cell", sheet=sheet, cell=cell)["format"])

    def is_text(self, sheet: str, cell: str) -> bool:
        """Whether a cell holds text: no number, no formula, not nothing."""
        return bool(self._ask("cell", sheet=sheet, cell=cell)["is_text"])

    def comment(self, sheet: str, cell: str) -> str:
        """A cell's comment."""
        return str(self._ask("cell", sheet=sheet, cell=cell)["comment"])

    def allowed(self, sheet: str, cell: str) -> str:
        """What a cell's data validation allows, as it was entered; "" for anything."""
        return str(self._ask("cell", sheet=sheet, cell=cell)["allowed"])

    def charts(self, sheet: str) -> list[list[str]]:
        """The areas that each chart of a sheet shows."""
        found: list[list[str]] = self._ask("charts", sheet=sheet)
        return found

    def rules(self, sheet: str) -> list[str]:
        """The areas with conditional formatting."""
        found: list[str] = self._ask("rules", sheet=sheet)
        return found

    def type_in(self, sheet: str, cell: str, text: str) -> None:
        """Type into a cell, as a person does: `=1+1` becomes a formula."""
        self._ask("type_in", sheet=sheet, cell=cell, text=text)

    def save(self, path: Path) -> Path:
        """Save as LibreOffice does, in the format of the ending (.xlsx or .ods)."""
        self._ask("save", path=str(path))
        return path

    def to_pdf(self, path: Path, *, sheet: str | None = None) -> Path:
        """Print all sheets; with a name, that sheet on one page as large as it is, with grid and column letters."""
        self._ask("pdf", path=str(path), sheet=sheet)
        return path

    def to_png(self, path: Path, *, sheet: str | None = None, dpi: int = 80) -> Path:
        """A picture of the first page of `to_pdf`. Raises OfficeError without pdftoppm (poppler-utils)."""
        pdftoppm = shutil.which("pdftoppm")
        if pdftoppm is None:
            raise OfficeError("pdftoppm is not installed (poppler-utils)")
        pdf = self.to_pdf(self._copy.with_suffix(".pdf"), sheet=sheet)
        command = [pdftoppm, "-png", "-singlefile", "-r", str(dpi), str(pdf), str(path.with_suffix(""))]
        subprocess.run(command, check=True, capture_output=True)
        return path

    def close(self) -> None:
        """Close without saving."""
        self._ask("close")


@pytest.fixture(scope="session")
def office(request: pytest.FixtureRequest) -> Office:
    """
    LibreOffice, one for all tests of the session, however many modules import this fixture.

    Skips where it is missing; with CI=true in the environment that is a failure, so that nothing skips unseen.
    """
    return one_for_all(request.config, OFFICE, Office)


Kind = TypeVar("Kind", bound=Office)


def one_for_all(config: pytest.Config, key: pytest.StashKey[Kind], kind: type[Kind]) -> Kind:
    """The one office of a kind. Skips where LibreOffice is missing; with CI=true that is a failure."""
    if key not in config.stash:
        try:
            programs = find_programs()
        except OfficeMissingError as exc:
            if os.environ.get("CI") == "true":
                raise
            pytest.skip(str(exc))
        config.stash[key] = kind(programs)
        config.add_cleanup(config.stash[key].close)
    return config.stash[key]
