"""What the installer writes into the add-in, and that it writes nothing else."""

from __future__ import annotations

import io
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from komet_xl.addin.shipped import ADD_IN, shipped
from komet_xl.addin.stamp import NAMES, Stamp, read_stamp, same_program, stamped
from komet_xl.errors import SheetError

STAMP = Stamp(
    interpreter=r"C:\Users\Zoë & Søren\My <Python>\_x0041_ 100%\pythonw.exe",
    site="user",
    library=r"C:\Users\Zoë & Søren\My <Python>",
    xlwings="0.37.8",
    komet_xl="0.1.0",
    labels=r"%LOCALAPPDATA%\komet-xl\labels.txt",
)


def parts(add_in: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(add_in)) as package:
        return {name: package.read(name) for name in package.namelist()}


def as_workbook(add_in: bytes) -> io.BytesIO:
    """The same as a macro workbook: openpyxl opens no add-ins."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as package:
        for name, content in parts(add_in).items():
            package.writestr(name, content.replace(b"ms-excel.addin.macro", b"ms-excel.sheet.macro"))
    return made


def test_the_built_add_in_knows_no_python() -> None:
    assert read_stamp(shipped(ADD_IN)) == Stamp()


def test_a_stamp_is_read_back_as_it_was_written_by_us_and_by_another_program() -> None:
    made = stamped(shipped(ADD_IN), STAMP)

    assert read_stamp(made) == STAMP
    sheet = load_workbook(as_workbook(made))["komet"]
    seen = {row[0]: row[1] for row in sheet.iter_rows(values_only=True)}
    assert seen["library"] == STAMP.library
    assert list(seen) == list(NAMES)


def test_no_part_but_the_sheet_of_the_stamp_changes_the_macros_least_of_all() -> None:
    before, after = parts(shipped(ADD_IN)), parts(stamped(shipped(ADD_IN), STAMP))

    assert list(before) == list(after)
    assert [name for name in before if before[name] != after[name]] == ["xl/worksheets/sheet1.xml"]
    assert "xl/vbaProject.bin" in before
    assert b'codeName="Sheet1"' in after["xl/worksheets/sheet1.xml"]


def test_the_same_stamp_gives_the_same_bytes_and_a_new_one_leaves_nothing_of_the_old() -> None:
    made = stamped(shipped(ADD_IN), STAMP)

    assert stamped(shipped(ADD_IN), STAMP) == made
    other = Stamp(interpreter="/usr/bin/python3")
    assert read_stamp(stamped(made, other)) == other
    assert b"pythonw" not in parts(stamped(made, other))["xl/worksheets/sheet1.xml"]


@settings(max_examples=40, deadline=None)
@given(path=st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=300))
def test_any_path_survives(path: str) -> None:
    assert read_stamp(stamped(shipped(ADD_IN), Stamp(interpreter=path))).interpreter == path


def test_two_add_ins_are_the_same_program_whatever_their_stamps() -> None:
    made = stamped(shipped(ADD_IN), STAMP)
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        for name, content in parts(made).items():
            package.writestr(name, content + b"x" if name == "xl/vbaProject.bin" else content)

    assert same_program(made, shipped(ADD_IN))
    assert not same_program(made, other.getvalue())


def test_a_file_that_is_no_add_in_of_ours_is_refused_with_a_sentence() -> None:
    file = io.BytesIO()
    book = Workbook()
    book.save(file)

    with pytest.raises(SheetError, match="komet"):
        stamped(file.getvalue(), STAMP)
    with pytest.raises(SheetError, match="komet"):
        read_stamp(file.getvalue())
    with pytest.raises(SheetError, match=r"komet\.xlam cannot be used"):
        stamped(b"no zip at all", STAMP)
    book.active.title = "komet"
    book.active.append(["interpreter", ""])
    file = io.BytesIO()
    book.save(file)
    with pytest.raises(SheetError, match="has no place for komet-xl"):
        stamped(file.getvalue(), STAMP)
