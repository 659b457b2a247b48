"""The template calculated, drawn and printed by LibreOffice: empty, and filled by real pulls and pushes."""

from __future__ import annotations

import shutil
import struct
from collections import defaultdict
from datetime import date
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from komet_xl.grids.xlsx import open_book
from komet_xl.komet.secret import Token
from komet_xl.model import PrebookQuery
from komet_xl.push import PushOptions
from komet_xl.sandbox.server import Sandbox
from komet_xl.session import Session
from komet_xl.settings import load_settings
from komet_xl.sheets.prebooks import COLUMNS
from tests.support.office import office
from tests.support.orders import FIRST, ROSE, SCARCE
from workbook import template
from workbook.figures import MOST
from workbook.page_dashboard import EMPTY
from workbook.page_formulas import INSTALL, NO_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.support.office import Document, Office

__all__ = ["office"]

pytestmark = pytest.mark.office

SHEETS = ("start", "orders", "prebooks", "dashboard", "formulas")
BUSY = PrebookQuery(truck_date=date(2015, 2, 11))
QUIET = PrebookQuery(truck_date=date(2015, 2, 10))
NOBODY = PrebookQuery(truck_date=date(2015, 3, 1))
TOPS = {"customer": 9, "vendor": 24, "carrier": 39}
"""Row of each table's title on the dashboard, as Excel counts."""
SHOWN = 10
AT = {each.heading: number for number, each in enumerate(COLUMNS, start=1)}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copy(template.FILE, tmp_path / "mine.xlsx")


@pytest.fixture
def busy(own_folders: Path) -> Iterator[Session]:
    """A session with a Komet that has a day with 40 prebooks besides the day of Komet's sample."""
    with Sandbox(prebooks=40, seed=4) as komet:
        settings = load_settings({"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet")})
        with Session(settings, token=Token(komet.token)) as session:
            yield session


def items_of(file: Path) -> list[dict[str, object]]:
    headings, *rows = load_workbook(file)["prebooks"].iter_rows(values_only=True)
    return [dict(zip(map(str, headings), row, strict=True)) for row in rows if any(row)]


def number(cell: object) -> float:
    return float(str(cell or 0))


def put_items(file: Path, items: Sequence[dict[str, object]]) -> None:
    """Rows into the prebooks sheet as a pull would write them."""
    book = open_book(file)
    rows = [tuple(item.get(each.heading) for each in COLUMNS) for item in items]
    book.grid("prebooks").replace(1, range(1, len(COLUMNS) + 1), rows, [None] * len(rows))
    book.save()


def first_cells(document: Document, noun: str, columns: int) -> list[list[float | str]]:
    """Lines of a table on the dashboard that are not blank: name, boxes, value."""
    table = document.rows("dashboard")[TOPS[noun] + 1 : TOPS[noun] + 1 + SHOWN]
    return [row[2 : 2 + columns] for row in table if row[2] != ""]


def test_as_shipped_it_calculates_without_an_error_and_says_what_to_do(office: Office) -> None:
    with office.open(template.FILE) as document:
        stored = {name: document.shown(name) for name in SHEETS}
        document.calculate_all()
        assert document.errors() == {}
        assert {name: document.shown(name) for name in SHEETS} == stored  # so a preview shows the same
        assert document.rows("dashboard")[2][1] == EMPTY
        assert document.rows("formulas")[4][4] == NO_DAY

        document.type_in("start", "C5", "2015-02-10")
        document.calculate_all()

        assert document.rows("formulas")[4][4] == INSTALL
        assert document.errors() == {}


def assert_dashboard_adds_up(document: Document, file: Path) -> None:
    """Every line of the three tables against sums over the pulled rows."""
    rows, items = document.rows("dashboard"), items_of(file)
    for noun, top in TOPS.items():
        boxes: dict[object, float] = defaultdict(float)
        value: dict[object, float] = defaultdict(float)
        names = {item[f"{noun}Id"]: str(item[f"{noun}Name"]) for item in items}
        for item in items:
            boxes[item[f"{noun}Id"]] += number(item["totalBoxes"])
            value[item[f"{noun}Id"]] += number(item["totalPrice"])
        largest = sorted((each for each in boxes if each is not None), key=lambda each: -boxes[each])[:SHOWN]
        expected = [
            [name if len(name) <= 30 else f"{name[:29]}…", boxes[each], pytest.approx(value[each])]
            for each in largest
            for name in [names[each]]
        ]
        assert first_cells(document, noun, 3) == expected
        others, total = rows[top + 1 + SHOWN], rows[top + 2 + SHOWN]
        assert total[3:5] == [sum(boxes.values()), pytest.approx(sum(value.values()))]
        assert number(others[3]) + sum(boxes[each] for each in largest) == total[3]


def test_a_pull_fills_its_prebooks_sheet_and_the_dashboard_adds_up(office: Office, busy: Session, copy: Path) -> None:
    report = busy.pull(BUSY, copy)

    assert load_workbook(copy)["prebooks"].tables["prebooks_table"].ref == f"A1:AM{report.items + 1}"
    with office.open(copy) as document:
        document.calculate_all()
        assert document.errors() == {}
        assert_dashboard_adds_up(document, copy)
        tiles, items = document.rows("dashboard")[5], items_of(copy)
        different = [len({each[f"{noun}Id"] for each in items} - {None}) for noun in TOPS]
        assert [tiles[column] for column in (3, 11, 13, 15)] == [report.prebooks, *different]
        assert document.rows("dashboard")[2][1] == ""


def test_the_next_pull_shrinks_it_again_and_an_empty_day_says_so(office: Office, busy: Session, copy: Path) -> None:
    busy.pull(BUSY, copy)
    busy.pull(QUIET, copy)

    with office.open(copy) as document:
        document.calculate_all()
        assert document.errors() == {}
        assert_dashboard_adds_up(document, copy)
        assert len(first_cells(document, "customer", 1)) <= 2

    busy.pull(NOBODY, copy)

    with office.open(copy) as document:
        document.calculate_all()
        assert document.errors() == {}
        assert document.rows("dashboard")[2][1] == EMPTY


def test_charts_show_the_tables_before_and_after_a_pull(office: Office, busy: Session, copy: Path) -> None:
    expected = [
        {f"$dashboard.$C${top + 2}:$C${top + 11}", f"$dashboard.${letter}${top + 2}:${letter}${top + 11}"}
        for top in TOPS.values()
        for letter in "DE"
    ]
    for pull in (False, True):
        if pull:
            busy.pull(BUSY, copy)
        with office.open(copy) as document:
            found = [{area for area in chart if "$C$" in area or ":" in area} for chart in document.charts("dashboard")]
            assert sorted(map(sorted, found)) == sorted(map(sorted, expected))


def test_largest_by_value_is_another_order(office: Office, busy: Session, copy: Path) -> None:
    busy.pull(BUSY, copy)

    with office.open(copy) as document:
        document.type_in("dashboard", "P3", "value")
        document.calculate_all()
        values = [number(row[2]) for row in first_cells(document, "vendor", 3)]
        boxes = [number(row[1]) for row in first_cells(document, "vendor", 3)]

    assert values == sorted(values, reverse=True)
    assert boxes != sorted(boxes, reverse=True)


def test_names_that_look_like_patterns_and_names_that_are_alike_are_kept_apart(office: Office, copy: Path) -> None:
    names = ["A*", "AB", "=1+1", ">0", "Twin", "Twin", None]
    put_items(copy, [
        {"prebookId": 1, "customerId": at, "customerName": name, "totalBoxes": 10 - at, "totalPrice": at}
        for at, name in enumerate(names, start=1)
    ])  # fmt: skip

    with office.open(copy) as document:
        document.calculate_all()
        assert document.errors() == {}
        assert first_cells(document, "customer", 3) == [
            [name or "customer 7", 10 - at, at] for at, name in enumerate(names, start=1)
        ]
        assert first_cells(document, "vendor", 3) == []
        assert document.rows("dashboard")[TOPS["vendor"] + 1 + SHOWN][2:4] == ["all others", 42]


def test_without_prices_it_counts_boxes(office: Office, copy: Path) -> None:
    put_items(copy, [{"prebookId": 1, "carrierId": at, "carrierName": f"C{at}", "totalBoxes": at} for at in (1, 2, 3)])

    with office.open(copy) as document:
        document.calculate_all()
        assert document.errors() == {}
        assert [row[:2] for row in first_cells(document, "carrier", 2)] == [["C3", 3], ["C2", 2], ["C1", 1]]


def test_it_says_when_there_are_more_names_than_it_adds_up(office: Office, copy: Path) -> None:
    put_items(copy, [{"prebookId": 1, "customerId": at, "totalBoxes": 1} for at in range(1, MOST + 6)])

    with office.open(copy) as document:
        document.calculate_all()
        assert document.errors() == {}
        assert str(document.rows("dashboard")[2][1]).startswith(f"More than {MOST}")
        assert document.rows("dashboard")[TOPS["customer"] + 2 + SHOWN][3] == MOST + 5


def test_a_column_that_is_gone_is_named_in_words_and_not_as_an_error(office: Office, busy: Session, copy: Path) -> None:
    busy.pull(BUSY, copy)

    with office.open(copy) as document:
        document.type_in("prebooks", "E1", "my own")
        document.calculate_all()
        assert document.errors() == {}
        assert str(document.rows("dashboard")[2][1]).startswith("1 columns")
        assert first_cells(document, "vendor", 1) == []


def test_results_of_a_push_are_counted_on_start(office: Office, busy: Session, copy: Path) -> None:
    book = open_book(copy)
    lines = ((FIRST, ROSE, 5, 2.5), (FIRST, SCARCE, 9, 1.95), (FIRST, ROSE, "five", 1))
    cells = {(row, at): value for row, line in enumerate(lines, 2) for at, value in enumerate(line, 1)}
    book.grid("orders").write(cells)
    book.save()

    busy.push(copy, PushOptions(), confirm=lambda _plan: True)

    with office.open(copy) as document:
        document.calculate_all()
        assert document.errors() == {}
        assert [row[6] for row in document.rows("start")[4:10]] == [3, 1, 5, 1, 1, 0]


def test_every_sheet_is_printed_and_drawn(office: Office, busy: Session, copy: Path, tmp_path: Path) -> None:
    busy.pull(QUIET, copy)

    for sheet in SHEETS:
        with office.open(copy) as document:
            picture = document.to_png(tmp_path / f"{sheet}.png", sheet=sheet, dpi=40).read_bytes()
        assert min(struct.unpack(">II", picture[16:24])) > 50
        assert len(picture) > 2_000


def test_one_prebook_without_items_is_no_vendor(office: Office, copy: Path) -> None:
    put_items(copy, [{"prebookId": 7, "customerId": 4, "customerName": "Only one"}])

    with office.open(copy) as document:
        document.calculate_all()
        assert document.errors() == {}
        assert first_cells(document, "customer", 3) == [["Only one", 0, 0]]
        assert first_cells(document, "vendor", 1) == []
        assert document.rows("dashboard")[5][3] == 1
