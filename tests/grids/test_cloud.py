"""Files in synced folders, on the web, and in the hands of other programs: one sentence that says what to do."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import cloud, new_book, open_book
from tests.support.cli import run

from .workbooks import make, sheet

if TYPE_CHECKING:
    from komet_xl.grids.xlsx import XlsxBook

ADDRESSES = [
    "https://company.sharepoint.com/sites/sales/Shared%20Documents/orders.xlsx?web=1",
    "https://d.docs.live.net/0123456789abcdef/orders.xlsx",
    "HTTP://files.example.com/orders.xlsx",
]


def workbook(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return make(folder / "orders.xlsx", {"s": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')})


def written(path: Path) -> XlsxBook:
    book = open_book(path)
    book.grid("s").write({(1, 1): 2})
    return book


def windows_error(number: int, words: str) -> OSError:
    """An error as Windows raises it: with its own number."""
    kind = PermissionError if number in {5, 32, 33} else OSError
    exc = kind(errno.EACCES, words)
    exc.winerror = number  # type: ignore[attr-defined]  # Windows has this attribute
    return exc


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_on_the_web_is_said_to_be_none_of_this_computers_files(address: str) -> None:
    for ask in (lambda: open_book(Path(address)), new_book(Path(address)).ensure_writable):
        with pytest.raises(SheetError) as caught:
            ask()
        assert str(caught.value).startswith(f"{address} is an address on the web")
        assert "synced folder" in str(caught.value)
        assert "download it" in str(caught.value)


@pytest.mark.parametrize("words", [["check"], ["push", "--yes"], ["pull", "2015-02-10"], ["resolve"]])
def test_the_command_line_says_so_in_one_line_and_asks_nobody(words: list[str]) -> None:
    ran = run(*words, ADDRESSES[0], KOMET_TOKEN="some-token", KOMET_URL="http://127.0.0.1:1/api")

    assert ran.code == 6
    assert ran.err.count("\n") == 1
    assert "is an address on the web" in ran.err


@pytest.mark.skipif(os.name != "posix", reason="Windows allows no colon in names")
def test_a_folder_that_is_only_called_like_an_address_is_a_folder(tmp_path: Path) -> None:
    assert open_book(workbook(tmp_path / "https:" / "company")).grid("s").read() == [[1]]


@pytest.mark.parametrize(
    ("folder", "program"),
    [
        ("OneDrive", "OneDrive"),
        ("OneDrive - Flores & Cía/2026", "OneDrive"),
        ("Library/CloudStorage/OneDrive-Company/sales", "OneDrive"),
        ("Dropbox (Team)/orders", "Dropbox"),
        ("Library/CloudStorage/GoogleDrive-me@example.com/My Drive", "Google Drive"),
        ("Google Drive", "Google Drive"),
        ("iCloudDrive", "iCloud Drive"),
        ("Library/Mobile Documents/com~apple~CloudDocs", "iCloud Drive"),
        ("Documents", None),
        ("OneDriveless", None),
        ("my dropbox", None),
    ],
)
def test_a_synced_folder_is_known_by_its_name(folder: str, program: str | None, tmp_path: Path) -> None:
    assert cloud.sync_program(tmp_path / folder / "orders.xlsx") == program


@pytest.mark.parametrize("variable", ["OneDrive", "OneDriveCommercial", "OneDriveConsumer"])
def test_a_synced_folder_of_any_name_is_known_by_windows_variables(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(tmp_path / "Flores"))

    assert cloud.sync_program(tmp_path / "Flores" / "sales" / "orders.xlsx") == "OneDrive"
    assert cloud.sync_program(tmp_path / "Flores 2" / "orders.xlsx") is None


def test_a_file_in_a_synced_folder_is_read_and_written_as_any_other(tmp_path: Path) -> None:
    path = workbook(tmp_path / "OneDrive - Company")

    written(path).save()

    assert open_book(path).grid("s").read() == [[2]]


@pytest.mark.parametrize("number", [362, 386, 388, 389, 395, 426])
def test_a_file_that_is_only_in_the_cloud_says_what_to_do(number: int, tmp_path: Path) -> None:
    path = workbook(tmp_path / "OneDrive")

    said = cloud.why_unreadable(path, windows_error(number, "The cloud file provider is not running"))

    assert said is not None
    assert "is in the cloud and not on this computer, and OneDrive could not fetch it" in said
    assert "start OneDrive, sign in, choose Always keep on this device" in said


@pytest.mark.parametrize(
    ("folder", "number", "words"),
    [
        ("OneDrive", errno.EINVAL, "is in the cloud"),  # what Python's open makes of 362 on Windows
        ("Documents", errno.EINVAL, "cannot be read"),
        ("Documents", errno.EDEADLK, "is in the cloud"),  # what macOS says of a file whose content is elsewhere
        ("OneDrive", errno.EIO, "cannot be read"),
    ],
)
def test_a_placeholder_is_told_from_other_files_that_cannot_be_read(
    folder: str, number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / folder)

    def refuse(*_args: object, **_more: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("io.open", refuse)
    with pytest.raises(SheetError, match=words):
        open_book(path)


def test_a_name_that_windows_does_not_allow_is_not_said_to_be_in_the_cloud(tmp_path: Path) -> None:
    (tmp_path / "OneDrive").mkdir()

    assert cloud.why_unreadable(tmp_path / "OneDrive" / "what?.xlsx", OSError(errno.EINVAL, "Invalid argument")) is None


@pytest.mark.parametrize(
    ("folder", "number", "words"),
    [
        ("Documents", 32, r"perhaps Excel in Protected View or a preview; close it there and try again\.$"),
        ("Documents", 5, r"perhaps Excel in Protected View or a preview; close it there and try again\.$"),
        (
            "OneDrive",
            32,
            r"View, a preview or OneDrive while it syncs; close it there, let OneDrive finish and try again\.$",
        ),
    ],
)
def test_a_file_that_windows_does_not_let_us_replace_names_who_may_hold_it(
    folder: str, number: int, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / folder)
    before, book, tries = path.read_bytes(), written(path), []

    def refuse(*_paths: object) -> None:
        tries.append(number)
        raise windows_error(number, "The process cannot access the file")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(SheetError, match=r"is in use by another program .*" + words):
        book.save()
    monkeypatch.undo()

    assert len(tries) == 6
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    book.save()
    assert open_book(path).grid("s").read() == [[2]]


def test_a_file_that_is_held_for_a_moment_only_is_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "Documents")
    book, replace, tries = written(path), os.replace, []

    def refuse_twice(source: object, target: object) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise windows_error(32, "The process cannot access the file")
        replace(source, target)  # type: ignore[call-overload]  # whatever it was given

    monkeypatch.setattr(os, "replace", refuse_twice)
    book.save()

    assert open_book(path).grid("s").read() == [[2]]


def test_a_network_drive_that_loses_its_answer_has_replaced_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = workbook(tmp_path / "Documents")
    book, replace = written(path), os.replace

    def do_it_and_fail(source: object, target: object) -> None:
        replace(source, target)  # type: ignore[call-overload]  # whatever it was given
        raise OSError(errno.EIO, "The network name is no longer available")

    monkeypatch.setattr(os, "replace", do_it_and_fail)
    book.save()
    monkeypatch.undo()

    assert open_book(path).grid("s").read() == [[2]]
    book.grid("s").write({(1, 1): 3})
    book.save()
    assert open_book(path).grid("s").read() == [[3]]


def test_a_change_in_a_synced_folder_may_have_come_from_the_cloud(tmp_path: Path) -> None:
    book = written(workbook(tmp_path / "OneDrive - Company"))
    make(tmp_path / "OneDrive - Company" / "orders.xlsx", {"s": sheet("")})

    with pytest.raises(SheetError, match="was changed by another program, perhaps by OneDrive, since it was read"):
        book.save()
