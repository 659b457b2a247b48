"""Files on disk: who else has them, what a save does to them, what is left when it fails."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.xlsx import files, new_book, open_book

from .workbooks import make, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from komet_xl.grids.xlsx import XlsxBook

EXCEL_OWNER = b"\x04Anna" + b" " * 50 + b"\x04\x00A\x00n\x00n\x00a\x00" + b" \x00" * 50
posix_only = pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    return make(folder / "b.xlsx", {"s": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')})


def written(path: Path) -> XlsxBook:
    book = open_book(path)
    book.grid("s").write({(1, 1): 2})
    return book


@contextmanager
def nobody_special() -> Iterator[None]:
    """Without the administrator's power to write everywhere, should the tests run with it."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(before)


def left_over(path: Path) -> set[str]:
    return {entry.name for entry in path.parent.iterdir()} - {path.name}


@pytest.mark.parametrize(
    ("lock", "content", "words"),
    [
        ("~$b.xlsx", EXCEL_OWNER, r"is open in Excel \(by Anna\); close it there and try again"),
        ("~$b.xlsx", b"\x03Bob", r"is open in Excel \(by Bob\)"),
        ("~$b.xlsx", b"", r"is open in Excel; close it"),
        ("~$b.xlsx", b"\xff" * 300, r"is open in Excel; close it"),
        (".~lock.b.xlsx#", b"Anna Z,anna,pc,01.01.2026 10:00,file:///x;", r"is open in LibreOffice \(by Anna Z\)"),
        (".~lock.b.xlsx#", b",anna,pc,01.01.2026 10:00,file:///x;", r"is open in LibreOffice \(by anna\)"),
        (".~lock.b.xlsx#", b"\xff\x00", r"is open in LibreOffice"),
    ],
)
def test_a_file_that_is_open_elsewhere_is_refused_naming_by_whom(
    path: Path, lock: str, content: bytes, words: str
) -> None:
    book, before = written(path), path.read_bytes()
    path.with_name(lock).write_bytes(content)
    for act in (book.ensure_writable, book.save):
        with pytest.raises(SheetError, match=words):
            act()
    assert path.read_bytes() == before
    path.with_name(lock).unlink()
    book.save()
    assert open_book(path).grid("s").read() == [[2]]


def test_a_write_protected_file_is_refused(path: Path) -> None:
    book = written(path)
    path.chmod(stat.S_IREAD)
    with pytest.raises(SheetError, match="write-protected; take the protection off"):
        book.ensure_writable()
    path.chmod(stat.S_IREAD | stat.S_IWRITE)
    book.ensure_writable()
    assert not left_over(path)


def test_a_file_that_another_program_changed_is_refused(path: Path) -> None:
    book = written(path)
    make(path, {"s": sheet('<row r="1"><c r="A1"><v>3</v></c></row>')})
    other = path.read_bytes()
    for act in (book.ensure_writable, book.save):
        with pytest.raises(SheetError, match="was changed by another program since it was read; run again"):
            act()
    assert path.read_bytes() == other


def test_a_file_that_was_only_touched_is_no_other_file(path: Path) -> None:
    book = written(path)
    os.utime(path, ns=(1, 1))
    book.save()
    assert open_book(path).grid("s").read() == [[2]]


def test_a_file_that_went_away_is_refused(path: Path) -> None:
    book = written(path)
    path.unlink()
    with pytest.raises(SheetError, match="moved or deleted"):
        book.save()
    assert not path.exists()


def test_a_file_that_became_a_folder_is_refused(path: Path) -> None:
    book = written(path)
    path.unlink()
    path.mkdir()
    for act in (book.ensure_writable, book.save):
        with pytest.raises(SheetError, match=r"b\.xlsx is a folder now; put the workbook back"):
            act()


@posix_only
def test_a_file_that_became_a_pipe_is_refused_and_nobody_waits_for_its_other_end(path: Path) -> None:
    book = written(path)
    path.unlink()
    os.mkfifo(path)
    for act in (book.ensure_writable, book.save):
        with pytest.raises(SheetError, match=r"b\.xlsx is no file any more; put the workbook back"):
            act()


def test_a_folder_that_went_away_is_refused(tmp_path: Path) -> None:
    book = new_book(tmp_path / "none" / "b.xlsx")
    book.add("s", [])
    for act in (book.ensure_writable, book.save):
        with pytest.raises(SheetError, match=r"There is no folder .*none"):
            act()


@posix_only
def test_a_folder_that_takes_no_files_is_refused(path: Path) -> None:
    with pytest.raises(SheetError, match="No file can be made in the folder"):
        new_book(path / "b.xlsx").ensure_writable()


def test_a_book_can_be_written_and_saved_again_and_leaves_nothing_beside_it(path: Path) -> None:
    book = written(path)
    book.save()
    book.grid("s").write({(1, 1): 5, (2, 2): "x"})
    book.save()
    book.save()
    assert open_book(path).grid("s").read() == [[5], [None, "x"]]
    assert not left_over(path)


@posix_only
def test_a_folder_that_is_closed_to_this_person_is_refused_and_takes_no_copy_either() -> None:
    folder = Path(tempfile.mkdtemp())
    path = make(folder / "b.xlsx", {"s": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')})
    path.chmod(0o666)
    folder.chmod(0o555)
    book = written(path)
    with nobody_special():
        for act in (book.ensure_writable, book.save):
            with pytest.raises(SheetError, match=r"No file can be made in the folder .*\(Permission denied\); put"):
                act()
        with pytest.raises(SheetError, match=r"No copy of .*b\.xlsx can be made beside it \(Permission denied\)"):
            book.save_copy("results")
    assert not left_over(path)
    shutil.rmtree(folder)


@posix_only
def test_permissions_stay(path: Path) -> None:
    path.chmod(0o640)
    written(path).save()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


@posix_only
def test_a_link_keeps_pointing_at_the_file_that_is_replaced(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.xlsx"
    link.symlink_to(path)
    book = open_book(link)
    book.grid("s").write({(1, 1): 2})
    assert book.where == str(link)
    path.with_name("~$b.xlsx").write_bytes(EXCEL_OWNER)
    with pytest.raises(SheetError, match="open in Excel"):
        book.save()
    path.with_name("~$b.xlsx").unlink()
    book.save()
    assert link.is_symlink()
    assert open_book(path).grid("s").read() == [[2]]


@posix_only
def test_a_link_that_leads_in_a_circle_is_one_sentence(tmp_path: Path) -> None:
    link = tmp_path / "b.xlsx"
    link.symlink_to(link)
    with pytest.raises(SheetError, match=r"b\.xlsx"):
        open_book(link)
    with pytest.raises(SheetError, match=r"b\.xlsx"):
        new_book(link).ensure_writable()


FULL_DISK = """
import resource, sys
from pathlib import Path
from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book
path = Path(sys.argv[1])
book = open_book(path)
book.grid("s").write({(n, 1): f"{n * 7919 % 10007} {n ** 5}" for n in range(1, 3000)})
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))
try:
    book.save()
except SheetError as exc:
    print(exc)
try:
    book.save_copy("results")
except SheetError as exc:
    print(exc)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
if len(sys.argv) > 2:
    book.save()
"""


@posix_only
@pytest.mark.parametrize("again", [False, True])
def test_a_save_that_fails_half_way_leaves_the_old_file_and_can_be_tried_again(path: Path, *, again: bool) -> None:
    before = path.read_bytes()
    command = [sys.executable, "-c", FULL_DISK, str(path), *(["again"] if again else [])]
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    assert "could not be saved (File too large); make room" in done.stdout
    assert "No copy of" in done.stdout
    assert done.stdout.count("\n") == 2
    assert not left_over(path)
    assert (path.read_bytes() == before) is not again
    assert len(open_book(path).grid("s").read()) == (2999 if again else 1)


def test_a_new_book_is_on_disk_only_after_its_save(tmp_path: Path) -> None:
    folder = tmp_path / "desk"
    folder.mkdir()
    path = folder / "new.xlsx"
    book = new_book(path)
    assert (book.sheet_names(), book.has("s")) == ([], False)
    book.save()
    grid = book.add("s", [Column("a", Kind.TEXT)])
    grid.write({(2, 1): "x"})
    book.ensure_writable()
    assert not list(folder.iterdir())

    book.save()

    assert list(folder.iterdir()) == [path]
    assert open_book(path).sheet_names() == ["s"]


def test_a_new_book_never_replaces_a_file(tmp_path: Path) -> None:
    path = tmp_path / "new.xlsx"
    book = new_book(path)
    book.add("s", [])
    path.write_bytes(b"somebody else's")
    for act in (book.ensure_writable, book.save):
        with pytest.raises(SheetError, match="has come into being"):
            act()
    assert path.read_bytes() == b"somebody else's"


@posix_only
def test_a_new_file_has_the_permissions_that_files_of_this_person_have(tmp_path: Path) -> None:
    book = new_book(tmp_path / "new.xlsx")
    book.add("s", [])
    book.save()
    (tmp_path / "plain").touch()
    assert (tmp_path / "new.xlsx").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_reading_does_not_load_openpyxl() -> None:
    code = "import sys, komet_xl.grids.xlsx, komet_xl.grids.memory; sys.exit('openpyxl' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_where_is_the_full_path_also_in_errors(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(path.parent)
    assert open_book(Path("b.xlsx")).where == str(path)
    with pytest.raises(SheetError, match=re.escape(str(path.with_name("c.xlsx")))):
        open_book(Path("c.xlsx"))


def test_a_file_that_changes_while_a_save_is_being_prepared_is_not_replaced(path: Path) -> None:
    data, stamp = files.read(path)
    make(path, {"s": sheet('<row r="1"><c r="A1"><v>3</v></c></row>')})
    theirs = path.read_bytes()

    with pytest.raises(SheetError, match="was changed by another program"):
        files.replace(path, data, new=False, was=stamp)

    assert path.read_bytes() == theirs
    assert not left_over(path)


def test_a_workbook_that_is_opened_while_a_save_is_being_prepared_is_not_replaced(path: Path) -> None:
    data, stamp = files.read(path)
    path.with_name("~$b.xlsx").write_bytes(EXCEL_OWNER)

    with pytest.raises(SheetError, match="open in Excel"):
        files.replace(path, data, new=False, was=stamp)

    assert left_over(path) == {"~$b.xlsx"}
