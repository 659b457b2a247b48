"""Files that are no workbook, damaged or made to hurt: a right answer or one plain sentence, soon, and nothing lost."""

from __future__ import annotations

import contextlib
import io
import re
import socket
import warnings
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book
from komet_xl.sheets.cells import ErrorValue, Formula
from tests.support.cli import run
from tests.support.limits import MIB, Bounded, quick_folder

from .hostile import (
    beyond,
    bombs,
    containers,
    contents,
    damaged,
    documents,
    endless,
    links,
    measureless,
    misplaced,
    places,
)
from .hostile.acts import shown
from .hostile.case import REFUSED
from .hostile.rawzip import archive
from .workbooks import MAIN, XML, make, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .hostile.case import Case

CASES = [
    case
    for module in (
        places,
        contents,
        documents,
        damaged,
        measureless,
        containers,
        links,
        bombs,
        beyond,
        endless,
        misplaced,
    )
    for case in module.CASES
]
MOST_SECONDS = 10
MOST_BYTES = 256 * MIB
LONGEST_SENTENCE = 600
ACT = "tests.grids.hostile.acts:look"
SMALL = 200_000
"""Bytes of a file that is also given to another program."""


@pytest.fixture(scope="module")
def shared() -> Iterator[Bounded]:
    """One process for all the cheap cases."""
    with Bounded(ACT) as child:
        yield child


@pytest.fixture
def path() -> Iterator[Path]:
    """Where the file goes."""
    with quick_folder() as folder:
        yield Path(folder, "b.xlsx")


def named(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=[case.name.encode("unicode_escape").decode() for case in cases])


def ensure_plain(said: str, path: Path) -> None:
    """One line that names the file and says what to do next."""
    assert str(path) in said
    assert said.isprintable()
    assert len(said) < LONGEST_SENTENCE + len(str(path))
    assert ";" in said


def test_the_limits_notice_memory_crashes_errors_and_hangs() -> None:
    with Bounded("tests.grids.hostile.acts:misbehave") as child:
        assert child.run({"take": 300 * MIB}).peak > MOST_BYTES
        assert child.run({"take": 1}).result == 1
        for request, words in (
            ({"die": 7}, "ended with code 7"),
            ({}, "SheetError: as asked for"),
            ({"for ever": True}, "no end"),
            ({"take": 1 << 50}, "MemoryError"),
        ):
            with pytest.raises(AssertionError, match=words):
                child.run(request, longest=1)


def test_an_archive_of_ours_without_lies_is_sound_to_another_program(path: Path) -> None:
    entries = containers.entries(path)
    path.write_bytes(archive(entries))
    with zipfile.ZipFile(path) as again:
        assert again.testzip() is None
        assert again.namelist() == [each.name.decode() for each in entries]


def test_every_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


@named(CASES)
def test_a_hostile_file_ends_in_a_right_answer_or_one_sentence(path: Path, shared: Bounded, case: Case) -> None:
    case.make(path)

    with contextlib.ExitStack() as stack:
        child = stack.enter_context(Bounded(ACT)) if case.alone else shared
        ended = child.run({"path": str(path)})
        found = ended.result

    assert ended.seconds <= MOST_SECONDS
    assert ended.peak <= MOST_BYTES
    for said in filter(None, found["said"]):
        ensure_plain(said, path)
    if "s" in found["rows"] and case.rows is not None:
        assert case.rows is not REFUSED, f"read as {found['rows']}"
        assert found["rows"]["s"] == shown(case.rows)
    elif "s" not in found["rows"] and case.rows is not None:
        assert re.search(case.words or "this file must be read", found["said"][-1])
    assert found["kept"] is not False
    assert found["unchanged"] is not found["saved"]
    assert case.saves in {None, found["saved"]}
    assert found["left"] == []


def test_another_program_sees_the_same_values_where_it_can_read_the_file(path: Path) -> None:
    compared, differing = 0, {}
    for case in CASES:
        if not case.seen_alike or not isinstance(case.rows, list):
            continue
        case.make(path)
        if path.is_file() and path.stat().st_size < SMALL and (seen := by_openpyxl(path)) is not None:
            compared += 1
            if seen != as_openpyxl_shows(case.rows):
                differing[case.name] = seen
    assert differing == {}
    assert compared > 100


def by_openpyxl(path: Path) -> dict[tuple[int, int], object] | None:
    """The values of sheet "s" as openpyxl sees them; None when it cannot read the file."""
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            sheet = openpyxl.load_workbook(path)["s"]
    except Exception:  # noqa: BLE001  how another program fails is not our concern
        return None
    cells = sheet._cells.items()  # noqa: SLF001  iter_rows would walk over every blank place
    return {place: cell.value for place, cell in cells if cell.value not in {None, ""}}


def as_openpyxl_shows(rows: list[list[object]]) -> dict[tuple[int, int], object]:
    """Our values, places of blank ones left out, in that program's types."""
    found: dict[tuple[int, int], object] = {}
    for row, cells in enumerate(rows, start=1):
        for column, value in enumerate(cells, start=1):
            if isinstance(value, Formula):
                found[row, column] = value.text
            elif isinstance(value, ErrorValue):
                found[row, column] = value.code
            elif type(value) is date:
                found[row, column] = datetime.combine(value, datetime.min.time())
            elif value not in {None, ""}:
                found[row, column] = value
    return found


def test_no_part_reaches_out_for_what_it_names(path: Path, shared: Bounded) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.2)
        cases = list(documents.reaching_out(listening.getsockname()[1]))
        for case in cases:
            case.make(path)
            said = shared.run({"path": str(path)}).result["said"]
            assert re.search(case.words, said[-1]), case.name
            ensure_plain(said[-1], path)
            assert "root:" not in said[-1]
        with pytest.raises(TimeoutError):
            listening.accept()
    assert len(cases) == 64


FROM_THE_SHELL = (
    *(
        "a billion laughs in xl/workbook.xml",
        "a cell at XFD1048576",
        "cut at 20 of 40",
        "an old .xls",
        "a folder",
        "no file",
    ),
    *(
        "a text among the shared ones of 500 MiB, packed tight",
        "an encrypted workbook",
        "said to be 1 bytes",
        "nothing",
    ),
)


@named([case for case in CASES if case.name in FROM_THE_SHELL])
def test_the_command_line_says_it_in_one_line(path: Path, case: Case) -> None:
    case.make(path)

    ran = run("check", path, "--sheet", "s")

    assert ran.code == 6
    assert ran.out == ""
    assert re.search(case.words, ran.err)
    ensure_plain(ran.err.removesuffix("\n"), path)


def test_the_command_line_is_tried_with_all_of_these() -> None:
    assert {case.name for case in CASES} >= set(FROM_THE_SHELL)


def test_a_workbook_without_sheets_or_with_none_of_its_own_is_empty(tmp_path: Path) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {}))
    assert book.sheet_names() == []
    with pytest.raises(SheetError, match="sheets are: none"):
        book.grid("s")
    with pytest.raises(SheetError, match="no sheets"):
        book.add("s", [])


def test_styles_without_formats_are_one_sentence_when_a_format_is_needed(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=f'{XML}<styleSheet xmlns="{MAIN}"/>')
    book = open_book(path)
    book.grid("s").write({(1, 1): "=x"})
    with pytest.raises(SheetError, match="no cell formats"):
        book.save()


@pytest.mark.parametrize(
    "element",
    [
        '<numFmts><numFmt numFmtId="-1" formatCode="d"/><numFmt/></numFmts>',
        '<numFmts><numFmt numFmtId="99999999999999999999" formatCode="d"/></numFmts>',
        '<cellXfs><xf numFmtId="x"/><xf/></cellXfs>',
    ],
)
def test_odd_styles_still_read(tmp_path: Path, element: str) -> None:
    styles = f'{XML}<styleSheet xmlns="{MAIN}">{element}</styleSheet>'
    path = make(tmp_path / "b.xlsx", {"s": sheet('<row><c s="1"><v>5</v></c></row>')}, styles=styles)
    assert open_book(path).grid("s").read() == [[5]]
