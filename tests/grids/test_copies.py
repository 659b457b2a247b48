"""Copies beside a workbook that cannot be written: what they hold, what they are called, what they never replace."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.xlsx import new_book, open_book

from .workbooks import make, sheet

posix_only = pytest.mark.skipif(os.name != "posix", reason="links and modes as POSIX has them")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    folder.mkdir()
    return make(folder / "orders.xlsx", {"s": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')})


def names(path: Path) -> set[str]:
    return {entry.name for entry in path.parent.iterdir()}


def test_a_copy_has_what_was_written_and_the_workbook_can_still_be_saved(path: Path) -> None:
    before = path.read_bytes()
    book = open_book(path)
    book.grid("s").write({(1, 1): 2, (3, 2): "x"})

    copy = book.save_copy("results")

    assert copy == str(path.with_name("orders.results.xlsx"))
    assert open_book(path.with_name("orders.results.xlsx")).grid("s").read() == [[2], [], [None, "x"]]
    assert path.read_bytes() == before
    book.save()
    assert open_book(path).grid("s").read() == [[2], [], [None, "x"]]
    assert names(path) == {"orders.xlsx", "orders.results.xlsx"}


def test_a_copy_of_a_book_nobody_wrote_to_is_the_same_to_the_byte(path: Path) -> None:
    open_book(path).save_copy("results")

    assert path.with_name("orders.results.xlsx").read_bytes() == path.read_bytes()


def test_a_copy_has_what_we_read_and_not_what_somebody_saved_since(path: Path) -> None:
    book = open_book(path)
    book.grid("s").write({(2, 1): 7})
    make(path, {"s": sheet('<row r="1"><c r="A1"><v>3</v></c></row>')})

    book.save_copy("results")

    assert open_book(path.with_name("orders.results.xlsx")).grid("s").read() == [[1], [7]]
    assert open_book(path).grid("s").read() == [[3]]


def test_copies_are_numbered_and_replace_nothing(path: Path) -> None:
    theirs = path.with_name("orders.results.xlsx")
    theirs.write_bytes(b"yesterday's")
    path.with_name("orders.results 2.xlsx").mkdir()
    book = open_book(path)

    assert book.save_copy("results") == str(path.with_name("orders.results 3.xlsx"))
    assert book.save_copy("results") == str(path.with_name("orders.results 4.xlsx"))
    assert theirs.read_bytes() == b"yesterday's"


@posix_only
def test_a_link_that_leads_nowhere_is_not_followed(path: Path) -> None:
    path.with_name("orders.results.xlsx").symlink_to(path.with_name("elsewhere.xlsx"))

    assert open_book(path).save_copy("results").endswith("orders.results 2.xlsx")
    assert "elsewhere.xlsx" not in names(path)


def test_a_hundredth_copy_is_not_made(path: Path) -> None:
    for number in range(1, 100):
        path.with_name(f"orders.results{f' {number}' if number > 1 else ''}.xlsx").touch()

    with pytest.raises(SheetError, match=r"There are 99 files like .*orders\.results 99\.xlsx already; delete some"):
        open_book(path).save_copy("results")

    assert len(names(path)) == 100


def test_a_name_that_would_be_too_long_is_one_sentence(path: Path) -> None:
    long = path.rename(path.with_name("o" * 245 + ".xlsx"))

    with pytest.raises(SheetError, match="can be made beside it"):
        open_book(long).save_copy("results")

    assert names(path) == {long.name}


def test_a_folder_that_is_gone_is_one_sentence(path: Path) -> None:
    book = open_book(path)
    path.parent.rename(path.parent.with_name("moved"))

    with pytest.raises(SheetError, match="No copy of"):
        book.save_copy("results")


def test_a_book_that_has_no_sheets_yet_has_no_copy(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="no sheets yet"):
        new_book(tmp_path / "new.xlsx").save_copy("results")


def test_a_book_that_was_never_saved_has_a_copy(tmp_path: Path) -> None:
    book = new_book(tmp_path / "new.xlsx")
    book.add("s", [Column("a", Kind.TEXT)])

    book.save_copy("results")

    assert open_book(tmp_path / "new.results.xlsx").grid("s").read() == [["a"]]
    assert not (tmp_path / "new.xlsx").exists()


@posix_only
@pytest.mark.parametrize(("mode", "copied"), [(0o600, 0o600), (0o640, 0o640), (0o400, 0o600), (0o444, 0o644)])
def test_a_copy_is_as_private_as_the_workbook_and_can_be_written(path: Path, mode: int, copied: int) -> None:
    path.chmod(mode)

    copy = Path(open_book(path).save_copy("results"))

    assert stat.S_IMODE(copy.stat().st_mode) == copied


@posix_only
def test_a_disk_without_hard_links_replaces_nothing_either(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_paths: object, **_more: object) -> None:
        raise OSError(errno.EOPNOTSUPP, os.strerror(errno.EOPNOTSUPP))

    monkeypatch.setattr(os, "link", refuse)
    path.with_name("orders.results.xlsx").write_bytes(b"yesterday's")

    open_book(path).save_copy("results")

    assert path.with_name("orders.results.xlsx").read_bytes() == b"yesterday's"
    assert names(path) == {"orders.xlsx", "orders.results.xlsx", "orders.results 2.xlsx"}
