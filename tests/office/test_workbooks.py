"""What LibreOffice shows of workbooks that were pulled into and pushed from."""

from __future__ import annotations

import json
import re
import zipfile
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import PatternFill
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation

from komet_xl.demo import run_demo
from komet_xl.komet.secret import Token
from komet_xl.model import PrebookQuery
from komet_xl.push import PushOptions
from komet_xl.sandbox.server import Sandbox
from komet_xl.session import Session, open_or_new
from komet_xl.settings import load_settings
from komet_xl.sheets.cells import day
from komet_xl.sheets.columns import Column, Kind
from tests.support.faultserver import FaultServer, answer
from tests.support.orders import FIRST, HEADINGS, ROSE, SCARCE, SECOND, make_orders, statuses

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from komet_xl.model import Report
    from tests.support.office import Document, Office

pytestmark = pytest.mark.office

DAY = PrebookQuery(truck_date=day("2015-02-10"))
AS_THEY_ARE = (
    "=1+1",
    '=HYPERLINK("http://127.0.0.1/","click")',
    '=DDE("soffice";"x";"y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "{=1+1}",
    "'=1+1",
    "#N/A",
    "#REF!",
    "TRUE",
    "1e3",
    "1/2",
    "00123",
    "2026-01-01",
    "12:30",
    "_x0041_",
    "_x005F_x0041_",
    "x" * 32_767,
    "💐 ü 日本 \u202eabc",
    "<b>&amp;\"'",
    "]]>",
    "first\nsecond",
)
CHANGED = {
    "bell\x07null\x00end": "bell\ufffdnull\ufffdend",
    "not a character \uffff": "not a character \ufffd",
    "x" * 40_000: "x" * 32_761 + "…[cut]",
    "💐" * 20_000: "💐" * 16_380 + "…[cut]",
}
"""What a cell cannot hold, and what stands there instead."""

TEXT_HEADINGS = ("customerName", "customerCode", "shipZipCode", "vendorName", "markCode", "item.@x", "prebook.=1+1")


def push(session: Session, file: Path) -> Report:
    return session.push(file, PushOptions(), confirm=lambda _plan: True)


def column(document: Document, heading: str, sheet: str = "prebooks") -> list[float | str]:
    headings, *rows = document.rows(sheet)
    return [row[headings.index(heading)] for row in rows]


def name_of(document: Document, heading: str, row: int, sheet: str = "prebooks") -> str:
    """Name of a cell."""
    at = document.rows(sheet)[0].index(heading)
    letters = chr(65 + at) if at < 26 else chr(64 + at // 26) + chr(65 + at % 26)
    return f"{letters}{row}"


def parts_of(file: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def nothing_computed(document: Document) -> bool:
    """Whether there is no formula and no error anywhere."""
    return document.errors() == {} and all(document.formulas(sheet) == {} for sheet in document.sheets())


# -------------------------------------------------------------------------------------------------------- pull


def test_a_pulled_day_shows_the_right_values_in_the_right_formats(
    office: Office, session: Session, tmp_path: Path
) -> None:
    session.pull(DAY, tmp_path / "day.xlsx")

    with office.open(tmp_path / "day.xlsx") as document:
        assert document.sheets() == ["prebooks"]
        assert nothing_computed(document)
        assert column(document, "prebookId") == [FIRST, FIRST, FIRST, SECOND]
        assert column(document, "totalBoxes") == [10, 10, 10, 14]
        assert column(document, "unitPrice") == [1.25, 1.05, 1.25, 1.65]
        headings, first, *_ = document.shown("prebooks")
        shown = dict(zip(headings, first, strict=True))
        assert (shown["prebookId"], shown["number"], shown["truckDate"]) == ("1927173", "13010", "2015-02-10")
        assert (shown["unitPrice"], shown["totalPrice"], shown["prebookTotalPrice"]) == ("1.25", "3,000.00", "3,501.50")
        assert (shown["totalUnits"], shown["comments"]) == ("2,400", "")


@pytest.mark.parametrize("heading", ["number", "customerCode", "shipZipCode", "customerPONumber", "markCode"])
def test_codes_are_text_and_what_is_typed_over_them_stays_text(
    heading: str, office: Office, session: Session, tmp_path: Path
) -> None:
    session.pull(DAY, tmp_path / "day.xlsx")

    with office.open(tmp_path / "day.xlsx") as document:
        cell = name_of(document, heading, row=2)
        assert document.is_text("prebooks", cell) or column(document, heading)[0] == ""
        for typed in ("00123", "=1+1", "2026-01-01"):
            document.type_in("prebooks", cell, typed)
            assert column(document, heading)[0] == typed
            assert document.is_text("prebooks", cell)


def test_a_truck_date_is_a_day_that_can_be_counted_with(office: Office, session: Session, tmp_path: Path) -> None:
    session.pull(DAY, tmp_path / "day.xlsx")

    with office.open(tmp_path / "day.xlsx") as document:
        assert document.number_format("prebooks", name_of(document, "truckDate", row=2)) == "YYYY-MM-DD"
        document.type_in("prebooks", "A20", '=TEXT(D2+1;"yyyy-mm-dd")')
        assert document.rows("prebooks")[19][0] == "2015-02-11"


def test_a_whole_season_day_with_breakdowns_is_the_same_in_libreoffice(
    office: Office, own_folders: Path, tmp_path: Path
) -> None:
    file = tmp_path / "day.xlsx"
    with Sandbox(prebooks=40, seed=3) as komet:
        settings = load_settings({"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet")})
        with Session(settings, token=Token(komet.token)) as session:
            report = session.pull(PrebookQuery(truck_date=day("2015-02-11")), file)

    with office.open(file) as document:
        assert document.sheets() == ["prebooks", "breakdowns"]
        assert nothing_computed(document)
        assert len(document.rows("prebooks")) == report.items + 1
        assert len(document.rows("breakdowns")) == report.breakdowns + 1 > 1
        for sheet in document.sheets():
            ours = load_workbook(file)[sheet].iter_rows(min_row=2, values_only=True)
            money = [row[-1] for row in ours]
            assert [row[-1] for row in document.rows(sheet)[1:]] == money
        units, prices, totals = (column(document, name) for name in ("totalUnits", "unitPrice", "totalPrice"))
        assert any(round(float(price), 2) != price for price in prices)  # a third decimal is kept
        for unit, price, total in zip(units, prices, totals, strict=True):
            assert float(unit) * float(price) == pytest.approx(float(total), abs=0.001)


def test_a_second_pull_with_fewer_rows_leaves_nothing_of_the_first(
    office: Office, session: Session, tmp_path: Path
) -> None:
    session.pull(DAY, tmp_path / "day.xlsx")
    session.pull(PrebookQuery(truck_date=DAY.truck_date, prebook=13949), tmp_path / "day.xlsx")

    with office.open(tmp_path / "day.xlsx") as document:
        assert column(document, "number")[0] == "13949"
        assert all(cell == "" for row in document.rows("prebooks")[2:] for cell in row)


# --------------------------------------------------------------------------------------------- hostile strings


def listing(texts: Sequence[str]) -> bytes:
    """An answer of Komet, one prebook a text, with that text wherever there can be one."""
    prebooks = [
        {
            "id": number,
            "number": text[:100],
            "customerName": text,
            "customerCode": text,
            "shipZipCode": text,
            "=1+1": text,
            "details": [
                {
                    "prebookItemId": number,
                    "productDescription": text,
                    "vendorName": text,
                    "markCode": text,
                    "@x": text,
                    "breakdowns": [{"productDescription": text, "bunches": 1}],
                }
            ],
        }
        for number, text in enumerate(texts, start=1)
    ]
    return json.dumps({"status": 1, "message": "OK", "prebooks": prebooks}).encode()


def test_hostile_text_of_komets_stays_text_in_every_column(office: Office, own_folders: Path, tmp_path: Path) -> None:
    sent = [*AS_THEY_ARE, *CHANGED]
    with FaultServer(answer(listing(sent))) as komet:
        settings = load_settings({"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "komet")})
        with Session(settings, token=Token("canary")) as session:
            session.pull(DAY, tmp_path / "day.xlsx")

    with office.open(tmp_path / "day.xlsx") as document:
        document.calculate_all()
        assert nothing_computed(document)
        wanted = [*AS_THEY_ARE, *CHANGED.values()]
        headings, *rows = document.rows("prebooks")
        for heading in TEXT_HEADINGS:
            assert [row[headings.index(heading)] for row in rows] == wanted, heading
        assert column(document, "productDescription", "breakdowns") == wanted
        assert all(isinstance(row[headings.index("number")], str) for row in rows)


@pytest.mark.parametrize("message", ["=1+1", "+1", "-1", "@x", "#N/A", "_x0041_", "bell\x07", "x" * 40_000, "💐"])
def test_a_hostile_message_stays_text_in_a_sheet_of_a_persons_own(
    message: str, office: Office, komet: Sandbox, session: Session, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)])
    komet.fault("refuse", inventory_id=ROSE, message=message)

    push(session, file)

    with office.open(file) as document:
        document.calculate_all()
        assert nothing_computed(document)
        assert document.rows("orders")[1][5] == 0
        assert document.is_text("orders", "G2")
        shown = str(document.rows("orders")[1][6])
        assert shown == message.replace("\x07", "\ufffd")[:500]


# -------------------------------------------------------------------------------------------------------- push


def make_report(file: Path) -> Path:
    """An orders sheet, and all that people build around one."""
    make_orders(file, [(FIRST, ROSE, 5, 2.5, "STORE 1"), (FIRST, SCARCE, 9, 1.5, "STORE 2"), (SECOND, ROSE, 4, 2.5)])
    book = load_workbook(file)
    orders, report = book["orders"], book.create_sheet("report")
    book.defined_names["results"] = DefinedName("results", attr_text="orders!$F$2:$F$4")
    report["A1"], report["B1"] = "boxes sold", "=SUMIF(orders!F:F,1,orders!C:C)"
    report["A2"], report["B2"] = "refused", "=COUNTIF(results,0)"
    chart = BarChart()
    chart.add_data(Reference(orders, min_col=3, min_row=1, max_row=4), titles_from_data=True)
    report.add_chart(chart, "D2")
    marks = DataValidation(type="list", formula1='"STORE 1,STORE 2"')
    marks.add("E2:E9")
    orders.add_data_validation(marks)
    red = PatternFill("solid", bgColor="FFFF0000")
    orders.conditional_formatting.add("F2:F9", CellIsRule(operator="equal", formula=["0"], fill=red))
    orders["C2"].comment = Comment("ask Ana", "Ana")
    book.save(file)
    return file


def report_in(document: Document) -> dict[float | str, float | str]:
    return {name: value for name, value, *_ in document.rows("report")}


def test_what_people_built_around_the_orders_sheet_still_works_after_a_push(
    office: Office, session: Session, tmp_path: Path
) -> None:
    file = make_report(tmp_path / "report.xlsx")
    with office.open(file) as document:
        document.save(file)  # now the formulas have results, from before the push
    with office.open(file) as document:
        before = report_in(document)

    push(session, file)

    assert before == {"boxes sold": 0, "refused": 0}
    assert b'fullCalcOnLoad="1"' in parts_of(file)["xl/workbook.xml"]
    with office.open(file) as document:
        document.calculate_all()  # it does not heed the flag, Excel does
        assert report_in(document) == {"boxes sold": 9, "refused": 1}
        assert document.errors() == {}
        assert column(document, "status", "orders") == [1, 0, 1]
        assert document.charts("report") == [["$orders.$C$2:$C$4"]]
        assert document.allowed("orders", "E3") == '"STORE 1";"STORE 2"'
        assert document.comment("orders", "C2") == "ask Ana"
        assert document.rules("orders") == ["orders.F2:F9"]


def test_formulas_without_a_stored_result_show_the_new_one_at_once(
    office: Office, session: Session, tmp_path: Path
) -> None:
    file = make_report(tmp_path / "report.xlsx")

    push(session, file)

    with office.open(file) as document:
        assert report_in(document) == {"boxes sold": 9, "refused": 1}
        assert set(document.formulas("report")) == {"B1", "B2"}


def test_the_demo_workbook_opens_and_shows_every_result(office: Office, tmp_path: Path) -> None:
    run_demo(tmp_path / "demo.xlsx", tmp_path / "demo-home")

    with office.open(tmp_path / "demo.xlsx") as document:
        assert document.sheets() == ["prebooks", "orders"]
        assert nothing_computed(document)
        assert column(document, "status", "orders") == ["held", 0, "confirmed", 1, "invalid", "ask Ana first"]
        assert all(column(document, "message", "orders")[:5])
        assert document.to_png(tmp_path / "orders.png", sheet="orders").stat().st_size > 1_000


# ------------------------------------------------------------------------------- workbooks made by other programs


def made_by_libreoffice(office: Office, folder: Path) -> Path:
    """The orders sheet with its report, as LibreOffice writes it: from .xlsx to .ods, and from there to .xlsx."""
    with office.open(make_report(folder / "report.xlsx")) as document:
        ods = document.save(folder / "report.ods")
    with office.open(ods) as document:
        return document.save(folder / "orders.xlsx")


def test_a_workbook_saved_by_libreoffice_can_be_checked_and_pushed(
    office: Office, komet: Sandbox, session: Session, tmp_path: Path
) -> None:
    file = made_by_libreoffice(office, tmp_path)

    checked = session.check(file)
    pushed = push(session, file)

    assert checked.counts["ready"] == 3
    assert (pushed.counts["accepted"], pushed.counts["rejected"]) == (2, 1)
    sent = {(line.prebook_id, line.inventory_id, line.boxes, line.mark_code) for line in komet.ledger()}
    assert sent == {(FIRST, ROSE, 5, "STORE 1"), (SECOND, ROSE, 4, None)}
    assert statuses(file)[:3] == [1, 0, 1]


def test_a_workbook_saved_by_libreoffice_keeps_everything_else(
    office: Office, session: Session, tmp_path: Path
) -> None:
    file = made_by_libreoffice(office, tmp_path)
    before = parts_of(file)

    push(session, file)

    after = parts_of(file)
    assert {name for name in before | after if before.get(name) != after.get(name)} == {
        "xl/workbook.xml",
        "xl/worksheets/sheet1.xml",
    }
    with office.open(file) as document:
        document.calculate_all()
        assert report_in(document) == {"boxes sold": 9, "refused": 1}
        assert document.rows("orders")[0] == list(HEADINGS)
        assert document.comment("orders", "C2") == "ask Ana"
        assert document.rules("orders") == ["orders.F2:F9"]
        assert len(document.charts("report")) == 1


def test_a_pulled_sheet_that_libreoffice_saved_can_be_pulled_into_again(
    office: Office, session: Session, tmp_path: Path
) -> None:
    session.pull(DAY, tmp_path / "day.xlsx")
    with office.open(tmp_path / "day.xlsx") as document:
        before = document.shown("prebooks")
        document.save(tmp_path / "saved.xlsx")

    session.pull(DAY, tmp_path / "saved.xlsx")

    with office.open(tmp_path / "saved.xlsx") as document:
        assert document.shown("prebooks") == before
        assert nothing_computed(document)


def test_typing_in_libreoffice_is_read_as_it_is_shown(office: Office, session: Session, tmp_path: Path) -> None:
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = "orders"
    page.append(HEADINGS)
    book.save(tmp_path / "empty.xlsx")
    with office.open(tmp_path / "empty.xlsx") as document:
        typed = (str(FIRST), str(ROSE), "=2+3", "=5/2", "STORE 1")
        for letter, text in zip("ABCDE", typed, strict=True):
            document.type_in("orders", f"{letter}2", text)
        file = document.save(tmp_path / "typed.xlsx")

    report = push(session, file)

    assert report.counts["accepted"] == 1
    with office.open(file) as document:
        assert document.rows("orders")[1] == [FIRST, ROSE, 5, 2.5, "STORE 1", 1, "success"]
        assert document.formulas("orders") == {"C2": "=2+3", "D2": "=5/2"}


# -------------------------------------------------------------------------------------------- sheets that we make

SHELVES = (
    Column("code", Kind.TEXT, 20),
    Column("boxes", Kind.COUNT),
    Column("price", Kind.MONEY),
    Column("day", Kind.DATE),
)


def make_shelf(file: Path) -> None:
    book = open_or_new(file)
    book.add("it's", SHELVES).write({(2, 1): "007", (2, 2): 1200, (2, 3): Decimal("1.5"), (2, 4): date(2026, 2, 10)})
    book.save()


def as_ods(office: Office, file: Path) -> str:
    """All that LibreOffice knows about a workbook, in its own words."""
    with office.open(file) as document:
        parts = parts_of(document.save(file.with_suffix(".ods")))
    return (parts["content.xml"] + parts["styles.xml"]).decode()


def test_a_new_sheet_has_its_values_filter_buttons_and_page_in_libreoffice(office: Office, tmp_path: Path) -> None:
    make_shelf(tmp_path / "shelf.xlsx")

    with office.open(tmp_path / "shelf.xlsx") as document:
        assert document.shown("it's") == [["code", "boxes", "price", "day"], ["007", "1,200", "1.50", "2026-02-10"]]
        assert document.is_text("it's", "A2")
        assert nothing_computed(document)
    known = as_ods(office, tmp_path / "shelf.xlsx")
    filters = re.findall("<table:database-range [^>]*>", known)
    assert len(filters) == 1
    assert 'table:name="it_s_table"' in filters[0]
    assert re.search(r'\.A1:\S+\.D2" ', filters[0])
    assert 'table:display-filter-buttons="true"' in filters[0]
    assert known.count("<table:table-header-rows>") == 1
    assert 'style:print-orientation="landscape"' in known
    assert 'style:scale-to-X="1"' in known


def test_a_sheet_added_to_a_workbook_of_libreoffices_leaves_the_rest_to_the_byte(
    office: Office, tmp_path: Path
) -> None:
    file = made_by_libreoffice(office, tmp_path)
    before = parts_of(file)

    make_shelf(file)

    after = parts_of(file)
    assert {name for name in before if before[name] != after[name]} == {
        "[Content_Types].xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
        "xl/styles.xml",
    }
    assert len(after.keys() - before.keys()) == 3
    with office.open(file) as document:
        document.calculate_all()
        assert document.sheets() == ["orders", "report", "it's"]
        assert document.rows("it's")[1][:3] == ["007", 1200, 1.5]
        assert document.comment("orders", "C2") == "ask Ana"
        assert document.rules("orders") == ["orders.F2:F9"]
        assert document.errors() == {}


def test_a_new_sheet_that_libreoffice_saved_is_still_a_table(office: Office, tmp_path: Path) -> None:
    make_shelf(tmp_path / "shelf.xlsx")
    with office.open(tmp_path / "shelf.xlsx") as document:
        document.save(tmp_path / "saved.xlsx")

    found = load_workbook(tmp_path / "saved.xlsx")["it's"]
    assert [(table.displayName, table.ref) for table in found.tables.values()] == [("it_s_table", "A1:D2")]
    assert found.print_title_rows == "$1:$1"
