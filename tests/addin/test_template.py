"""The template komet-orders.xlsx: as a file, under pull, check and push, and calculated by another program."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import zipfile
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from komet_xl.addin.arguments import FILTERS, filters
from komet_xl.addin.registry import FORMULAS
from komet_xl.addin.shipped import TEMPLATE, shipped
from komet_xl.grids.xlsx import new_book, open_book
from komet_xl.komet.secret import Token
from komet_xl.model import PrebookQuery
from komet_xl.push import PushOptions
from komet_xl.session import Session
from komet_xl.settings import load_settings
from komet_xl.sheets.orders import STATUS_OF, WORDS
from komet_xl.sheets.prebooks import COLUMNS
from tests.support.cli import run
from tests.support.orders import FIRST, ROSE, SCARCE, results
from workbook import template
from workbook.page_formulas import EXAMPLES, INSTALL, SPILLED

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.worksheet.dimensions import ColumnDimension
    from openpyxl.worksheet.worksheet import Worksheet

    from komet_xl.sandbox.server import Sandbox


SHEETS = ["start", "orders", "prebooks", "dashboard", "formulas", "figures"]


@pytest.fixture(scope="module")
def built() -> bytes:
    return template.build()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copy(template.FILE, tmp_path / "mine.xlsx")


@pytest.fixture
def book() -> Workbook:
    return load_workbook(template.FILE)


@pytest.fixture
def session(komet: Sandbox, own_folders: Path) -> Iterator[Session]:
    settings = load_settings({"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet")})
    with Session(settings, token=Token(komet.token)) as opened:
        yield opened


def parts_of(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as package:
        return {name: package.read(name) for name in package.namelist()}


def rules_of(page: Worksheet) -> list[str]:
    return [each.formula[0] for area in page.conditional_formatting for each in area.rules]


def columns_of(page: Worksheet) -> list[ColumnDimension]:
    """One for each column: the file has one entry for neighbours that are alike."""
    found = [each for each in page.column_dimensions.values() for _ in range(each.min, each.max + 1)]
    return sorted(found, key=lambda each: each.min)[: page.max_column]


def formats_of(page: Worksheet) -> list[str]:
    return [each.number_format for each in columns_of(page)]


def widths_of(page: Worksheet) -> list[float]:
    return [each.width for each in columns_of(page)]


# -------------------------------------------------------------------------------------------------------- the file


def test_the_committed_file_is_what_its_sources_give(built: bytes) -> None:
    assert template.FILE.read_bytes() == built, "run: python workbook/build.py"
    assert shipped(TEMPLATE) == built


def test_another_process_with_another_clock_builds_the_same_bytes(built: bytes) -> None:
    program = (
        "import sys, time; time.time = lambda: 0.0; time.localtime = time.gmtime; "
        "from workbook import template; sys.stdout.buffer.write(template.build())"
    )
    again = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", program],
        cwd=template.FILE.parent.parent,
        env={"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        capture_output=True,
        check=True,
    )

    assert again.stdout == built


def test_it_has_no_macro_no_link_and_no_trace_of_the_machine_that_built_it() -> None:
    parts = parts_of(template.FILE)

    assert not [name for name in parts if "vba" in name.lower() or "external" in name.lower()]
    assert not re.search(rb"https?://(?!schemas|purl|www\.w3)|absPath|/home/|/tmp/", b"".join(parts.values()))
    assert template.FILE.stat().st_size < 500_000


def test_sheets_tables_and_frozen_headings(book: Workbook) -> None:
    assert book.sheetnames == SHEETS
    assert [page.title for page in book if page.sheet_state != "visible"] == ["figures"]
    assert {table.name: table.ref for page in book for table in page.tables.values()} == {
        "orders_table": "A1:H31",
        "prebooks_table": "A1:AM2",
    }
    assert [book[name].freeze_panes for name in ("orders", "prebooks", "formulas")] == ["A2", "A2", "A5"]
    assert [page.page_setup.orientation for page in book][:5] == ["portrait", *["landscape"] * 4]
    assert len(book["dashboard"]._charts) == 6  # noqa: SLF001  openpyxl has no other way to count them


def test_the_prebooks_sheet_is_what_a_first_pull_makes(book: Workbook, tmp_path: Path) -> None:
    fresh = new_book(tmp_path / "fresh.xlsx")
    fresh.add("prebooks", COLUMNS)
    fresh.save()
    expected, page = load_workbook(tmp_path / "fresh.xlsx")["prebooks"], book["prebooks"]

    assert [cell.value for cell in page[1]] == [cell.value for cell in expected[1]]
    assert formats_of(page) == formats_of(expected)
    widths = zip(widths_of(page), widths_of(expected), strict=True)
    assert all(0 <= mine - wanted < 1 for mine, wanted in widths)  # Excel's own air is within the first
    assert page.print_title_rows == expected.print_title_rows
    assert page.print_title_cols == expected.print_title_cols


def test_named_cells_are_those_that_the_buttons_read(book: Workbook) -> None:
    names = {name: found.attr_text for name, found in book.defined_names.items() if name.startswith("komet_")}
    start = book["start"]

    assert names.pop("komet_filters") == "start!$B$6:$C$10"
    assert names.pop("komet_day") == "start!$C$5"
    assert {names.pop("komet_from"), names.pop("komet_to")} == {"start!$C$11", "start!$C$12"}
    for name, cell in names.items():
        option = start[cell.partition("!")[2].replace("$C", "$B")].value
        assert option in FILTERS
        assert name.replace("_prebook_number", "_prebook") == f"komet_{option.replace('-', '_')}"
    checked = {area for rule in start.data_validations.dataValidation for area in str(rule.sqref).split()}
    assert checked == {f"C{row}" for row in range(5, 13)}


def test_the_block_of_filters_is_what_a_formula_takes(book: Workbook) -> None:
    block = [[cell.value for cell in row] for row in book["start"]["B6:C10"]]
    assert filters(block) == PrebookQuery()

    block[0][1], block[1][1] = 13010, "Wholesale"

    assert filters(block) == PrebookQuery(prebook=13010, customer="Wholesale")


def test_no_name_hides_a_formula(book: Workbook) -> None:
    formulas = {each.name.lower() for each in FORMULAS}
    names = {name.lower() for name in book.defined_names} | {name.lower() for page in book for name in page.tables}

    assert not names & {*formulas, "orders", "prebooks"}


def test_what_may_be_typed_into_an_order_line(book: Workbook) -> None:
    page = book["orders"]
    rules = {str(each.sqref): each for each in page.data_validations.dataValidation}

    assert [cell.value for cell in page[1]] == (
        ["prebookId", "inventoryId", "boxes", "price", "markCode", "unitsPerBox", "status", "message"]
    )
    assert [rules[f"{letter}2:{letter}1048576"].type for letter in "ABCDEF"] == (
        ["custom", "custom", "whole", "custom", "textLength", "decimal"]
    )
    assert (rules["C2:C1048576"].formula1, rules["E2:E1048576"].formula1) == ("1", "20")
    formats = [page.column_dimensions[letter].number_format for letter in "ABCDE"]
    assert formats == ["0", "0", "#,##0", "#,##0.00", "@"]


def test_every_verdict_has_a_colour_and_stands_in_the_list_on_start(book: Workbook) -> None:
    words = {str(each) for each in STATUS_OF.values()} | {each for each in WORDS if each}
    rules = rules_of(book["orders"])
    listed = [cell.value for cell in book["start"]["B"]]

    assert {rule[len('TRIM($G2)="') : -1] for rule in rules[:-1]} == words
    assert rules[-1] == 'TRIM($G2)<>""'
    assert words <= {str(each) for each in listed}


def test_every_formula_has_an_example_that_is_never_an_error(book: Workbook) -> None:
    cells = {cell.coordinate: cell for row in book["formulas"]["A1:Z30"] for cell in row if cell.data_type == "f"}
    formulas = [getattr(cell.value, "text", cell.value) for cell in cells.values()]

    assert list(EXAMPLES) == [each.name for each in FORMULAS]
    assert all("IFERROR(" in each and INSTALL in each for each in formulas)
    typed = [each for examples in EXAMPLES.values() for each in examples] + [each for _, each, _ in SPILLED]
    assert len(formulas) == len(typed)
    assert all(any(each in formula for formula in formulas) for each in typed)


# ------------------------------------------------------------------------------------------------- check and push


def fill_orders(file: Path) -> None:
    lines = [(FIRST, ROSE, 5, 2.5, "STORE 1"), (FIRST, SCARCE, 9, 1.95, None), (FIRST, ROSE, "five", 1, None)]
    cells = [(f"{letter}{row}", value) for row, line in enumerate(lines, 2) for letter, value in zip("ABCDE", line)]  # noqa: B905  a line ends with its last value
    opened = open_book(file)
    opened.grid("orders").write({(int(name[1:]), "ABCDE".index(name[0]) + 1): value for name, value in cells})
    opened.save()


def test_check_reads_its_order_lines(copy: Path) -> None:
    fill_orders(copy)

    ran = run("check", copy, "--json")

    assert ran.code == 3
    assert ran.json["counts"]["ready"] == 2
    assert [each["row"] for each in ran.json["outcomes"]] == [2, 3, 4]


def test_check_finds_nothing_to_say_of_an_empty_one(copy: Path) -> None:
    ran = run("check", copy, "--json")

    assert (ran.code, ran.json["outcomes"]) == (0, [])


def test_a_push_changes_two_cells_a_row_and_no_other_part(session: Session, copy: Path) -> None:
    fill_orders(copy)
    before = parts_of(copy)

    session.push(copy, PushOptions(), confirm=lambda _plan: True)

    assert [status for status, _ in results(copy)] == [1, 0, "invalid"]
    after = parts_of(copy)
    changed = {name for name in before if before[name] != after.get(name)}
    assert changed <= {"xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/workbook.xml"}
    assert rules_of(load_workbook(copy)["orders"]) == rules_of(load_workbook(template.FILE)["orders"])
