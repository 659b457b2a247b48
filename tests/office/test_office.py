"""The LibreOffice of the tests sees what it is asked about; a test with it that finds nothing wrong means something."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from tests.support.office import Office, OfficeError, OfficeMissingError, find_programs

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.office


def make(path: Path, *rows: tuple[object, ...]) -> Path:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "s"
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def running(office: Office) -> list[str]:
    """Lines about every process that works with this office's folder, from its own program up."""
    processes = subprocess.run(["ps", "-ewwo", "pid,args"], check=True, capture_output=True, text=True)  # noqa: S607  wherever ps is
    return [line for line in processes.stdout.splitlines() if office.folder.name in line]


def test_formulas_errors_and_text_are_told_apart(office: Office, tmp_path: Path) -> None:
    file = make(tmp_path / "b.xlsx", (1, "=A1+1", "=1/0"), ("1", None, "#N/A"))

    with office.open(file) as document:
        assert document.rows("s") == [[1, 2, "#DIV/0!"], ["1", "", "#N/A"]]
        assert document.formulas("s").keys() >= {"B1", "C1"}
        assert document.errors() == {"s!C1": "#DIV/0!", "s!C2": "#N/A"}
        assert [document.is_text("s", cell) for cell in ("A1", "A2", "B1", "B2")] == [False, True, False, False]


def test_a_file_that_is_no_workbook_is_an_error_and_the_next_one_opens(office: Office, tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 not a workbook")

    with pytest.raises(OfficeError, match=r"broken\.xlsx"):
        office.open(tmp_path / "broken.xlsx")

    with office.open(make(tmp_path / "b.xlsx", (1,))) as document:
        assert document.rows("s") == [[1]]


def test_the_file_itself_is_not_touched(office: Office, tmp_path: Path) -> None:
    file = make(tmp_path / "b.xlsx", (1,))
    before = file.read_bytes()

    with office.open(file) as document:
        document.type_in("s", "A1", "=6*7")
        assert document.rows("s") == [[42]]
        assert [each.name for each in tmp_path.iterdir() if each.is_file()] == ["b.xlsx"]

    assert file.read_bytes() == before


def test_a_picture_is_made_of_a_sheet_and_of_the_printed_page(office: Office, tmp_path: Path) -> None:
    with office.open(make(tmp_path / "b.xlsx", ("price", 2.5))) as document:
        assert document.to_pdf(tmp_path / "b.pdf").read_bytes().startswith(b"%PDF-")
        for sheet in (None, "s"):
            assert document.to_png(tmp_path / "b.png", sheet=sheet).read_bytes().startswith(b"\x89PNG")


def test_an_office_that_died_is_started_anew_and_none_is_left_behind(office: Office, tmp_path: Path) -> None:
    assert office  # it is here: this test may use one of its own
    file = make(tmp_path / "b.xlsx", (1,))
    with Office(find_programs()) as own:
        document = own.open(file)
        soffice = next(line for line in running(own) if "soffice.bin" in line)
        os.kill(int(soffice.split()[0]), signal.SIGKILL)
        with pytest.raises(OfficeError):
            document.rows("s")

        with own.open(file) as again:
            assert again.rows("s") == [[1]]

    assert running(own) == []


def test_without_libreoffice_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(OfficeMissingError, match=r"LibreOffice is not installed \(soffice not found\)"):
        find_programs()
