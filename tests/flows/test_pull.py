from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook
from openpyxl.comments import Comment

from komet_xl.errors import ApiError, HeadingError, SheetError, UnansweredError
from komet_xl.grids.memory import MemoryBook
from komet_xl.model import PrebookQuery
from komet_xl.pull import PullReport, pull_prebooks
from komet_xl.sandbox.server import Sandbox
from komet_xl.sheets.cells import day
from komet_xl.sheets.prebooks import BREAKDOWN_COLUMNS
from tests.support.cli import run
from tests.support.orders import FIRST, ROSE, make_orders, set_cells

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.session import Session
    from komet_xl.sheets.cells import Cell

DAY = day("2015-02-10")
QUERY = PrebookQuery(truck_date=DAY)


def rows_of(file: Path, sheet: str = "prebooks") -> list[dict[str, object]]:
    rows = list(load_workbook(file)[sheet].iter_rows(values_only=True))
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def test_a_day_becomes_one_row_an_item_with_exact_money_and_real_dates(session: Session, tmp_path: Path) -> None:
    report = session.pull(QUERY, tmp_path / "day.xlsx")

    rows = rows_of(tmp_path / "day.xlsx")
    assert (report.prebooks, report.items, report.requests) == (2, 4, 1)
    assert [row["prebookId"] for row in rows] == [FIRST, FIRST, FIRST, 1_949_612]
    assert rows[0]["truckDate"] == datetime(2015, 2, 10)  # noqa: DTZ001  a cell has no time zone
    assert (rows[0]["unitPrice"], rows[0]["totalPrice"], rows[0]["prebookTotalPrice"]) == (1.25, 3000, 3501.5)
    assert (rows[0]["number"], rows[0]["shipZipCode"], rows[0]["customerCode"]) == ("13010", "32009", "34325")
    assert rows[0]["brandName"] == "Demo Brand"
    assert rows[1]["brandName"] is None


def test_a_new_sheet_starts_at_a1_with_the_headings_in_their_order(session: Session, tmp_path: Path) -> None:
    session.pull(QUERY, tmp_path / "day.xlsx")

    book = load_workbook(tmp_path / "day.xlsx")
    assert book.sheetnames == ["prebooks"]
    assert " ".join(cell.value for cell in book["prebooks"][1]) == (
        "prebookId number type truckDate customerId customerCode customerName customerPONumber locationId locationCode "
        "locationName carrierId carrierName shipVia shipName shipAddress shipCity shipState shipZipCode shipCountry "
        "comments prebookTotalPrice prebookItemId vendorId vendorName productId productDescription brandId brandName "
        "markCode boxType totalBoxes unitType units bunches stemsBunch totalUnits unitPrice totalPrice"
    )


def test_a_second_pull_leaves_nothing_of_the_first_behind(session: Session, tmp_path: Path) -> None:
    session.pull(QUERY, tmp_path / "day.xlsx")

    session.pull(PrebookQuery(truck_date=DAY, prebook=13949), tmp_path / "day.xlsx")

    rows = rows_of(tmp_path / "day.xlsx")
    assert [row["number"] for row in rows if any(row.values())] == ["13949"]


def test_columns_that_were_deleted_or_moved_stay_so_and_other_columns_are_left_alone(
    session: Session, tmp_path: Path
) -> None:
    file = make_orders(
        tmp_path / "mine.xlsx",
        [("keep", None, None), ("this", None, None)],
        headings=("note", "Total Boxes", "prebook id"),
        sheet="prebooks",
    )

    session.pull(QUERY, file)

    rows = [row for row in load_workbook(file)["prebooks"].iter_rows(values_only=True) if any(row)]
    assert rows[:3] == [("note", "Total Boxes", "prebook id"), ("keep", 10, FIRST), ("this", 10, FIRST)]
    assert len(rows) == 5


def test_an_empty_day_leaves_the_headings_only(session: Session, tmp_path: Path) -> None:
    report = session.pull(PrebookQuery(truck_date=day("2015-03-01")), tmp_path / "day.xlsx")

    assert report.prebooks == 0
    assert rows_of(tmp_path / "day.xlsx") == []


@pytest.mark.parametrize("fault", ["html-200-after", "truncated-after", "bad-json", "duplicate-status", "401", "403"])
def test_an_unreadable_answer_makes_no_file(fault: str, komet: Sandbox, session: Session, tmp_path: Path) -> None:
    komet.fault(fault, times=None)

    with pytest.raises(ApiError):
        session.pull(QUERY, tmp_path / "day.xlsx")

    assert not (tmp_path / "day.xlsx").exists()


def test_an_answer_that_is_lost_on_the_way_is_asked_for_again(komet: Sandbox, session: Session, tmp_path: Path) -> None:
    komet.fault("close-before")

    assert session.pull(QUERY, tmp_path / "day.xlsx").requests == 2


def test_a_redirect_is_not_followed(komet: Sandbox, session: Session, tmp_path: Path) -> None:
    komet.fault("redirect-302", location=f"{komet.url}/prebook.details.list")

    with pytest.raises(UnansweredError, match="KOMET_URL"):
        session.pull(QUERY, tmp_path / "day.xlsx")


def test_a_file_that_cannot_be_written_costs_no_request(komet: Sandbox, session: Session, tmp_path: Path) -> None:
    session.pull(QUERY, tmp_path / "day.xlsx")
    (tmp_path / "~$day.xlsx").write_bytes(b"\x03Ana")
    before = komet.requests()["total"]

    with pytest.raises(SheetError, match="open"):
        session.pull(QUERY, tmp_path / "day.xlsx")

    assert komet.requests()["total"] == before


def test_a_sheet_of_somebody_elses_is_refused_and_left_as_it_is(session: Session, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "mine.xlsx", [("a", "b")], headings=("x", "y"), sheet="prebooks")
    before = file.read_bytes()

    with pytest.raises(HeadingError, match="--sheet"):
        session.pull(QUERY, file)

    assert file.read_bytes() == before


def test_breakdowns_get_a_sheet_when_there_is_one_and_lose_their_rows_when_there_is_none(
    own_folders: Path, tmp_path: Path
) -> None:
    from komet_xl.komet.secret import Token  # noqa: PLC0415  for a sandbox of its own
    from komet_xl.session import Session  # noqa: PLC0415  same
    from komet_xl.settings import load_settings  # noqa: PLC0415  same

    file = tmp_path / "season.xlsx"
    with Sandbox(prebooks=60, seed=3) as komet:
        environ = {"KOMET_URL": komet.url, "KOMET_HOME": str(own_folders / "other")}
        with Session(load_settings(environ), token=Token(komet.token)) as session:
            full = session.pull(PrebookQuery(truck_date=day("2015-02-11")), file)
            lines = rows_of(file, "breakdowns")
            session.pull(QUERY, file)

    assert full.breakdowns == len(lines) > 0
    items = [row["prebookId"] for row in lines]
    assert all(isinstance(each, int) for each in items)
    assert not any(any(row.values()) for row in rows_of(file, "breakdowns"))


def test_every_filter_reaches_komet(session: Session, tmp_path: Path) -> None:
    def pulled(**filters: object) -> int:
        return session.pull(PrebookQuery(truck_date=DAY, **filters), tmp_path / "day.xlsx").prebooks  # type: ignore[arg-type]  # a table of filters

    assert pulled(customer="flower SHOP") == 1
    assert pulled(customer_id=6529) == 1
    assert pulled(carrier="armell") == 1
    assert pulled(carrier_id=1207) == 1
    assert pulled(brand_id=2) == 2
    assert pulled(prebook=13010, customer_id=6529) == 0
    assert pulled(po_number="nothing") == 0
    assert pulled(location_id=1, so_number=2, salesperson_id=3) == 0


def test_a_pushed_line_is_in_the_next_pull(komet: Sandbox, session: Session, tmp_path: Path) -> None:
    komet.add_foreign_line(FIRST, ROSE, 7, "2.50", "MARK")

    session.pull(QUERY, tmp_path / "day.xlsx")

    assert [row["totalBoxes"] for row in rows_of(tmp_path / "day.xlsx") if row["markCode"] == "MARK"] == [7]


# ----------------------------------------------------------------------------------------- notes of the user's own

SECOND = 1_949_612
OTHER_DAY = PrebookQuery(truck_date=day("2015-03-01"))
"""A day without prebooks."""


def pull_into(session: Session, book: MemoryBook, query: PrebookQuery = QUERY) -> PullReport:
    return pull_prebooks(session.client, book, session.journal.seen, query)


def noted(session: Session) -> MemoryBook:
    """A book with the day in it and a note beside the item of the second prebook, in its last row."""
    book = MemoryBook(where="day.xlsx")
    pull_into(session, book)
    book.grid("prebooks").write({(1, 40): "mine", (5, 40): "call Ana"})
    book.save()
    return book


def notes(book: MemoryBook) -> list[tuple[Cell, Cell]]:
    """Prebook and note of each row."""
    return [(row[0], row[39] if len(row) > 39 else None) for row in book.saved["prebooks"][1:]]


def test_a_note_stays_beside_its_item_when_items_are_added_before_it(komet: Sandbox, session: Session) -> None:
    book = noted(session)
    komet.add_foreign_line(FIRST, ROSE, 7, "2.50", "MARK")

    report = pull_into(session, book)

    assert notes(book) == [(FIRST, None)] * 4 + [(SECOND, "call Ana")]
    assert (report.notes_gone, report.copy, report.notes_unmatched, book.copies) == (0, None, 0, {})


def test_notes_of_rows_that_are_gone_are_kept_in_a_copy_of_the_workbook_as_it_was(session: Session) -> None:
    book = noted(session)
    before = book.saved

    report = pull_into(session, book, OTHER_DAY)

    assert (report.notes_gone, report.copy) == (1, "day.before pull.xlsx")
    assert book.copies == {"day.before pull.xlsx": before}
    assert [len(row) for row in book.saved["prebooks"]] == [40]


def test_rows_without_notes_go_without_a_copy(session: Session) -> None:
    book = MemoryBook()
    pull_into(session, book)

    report = pull_into(session, book, OTHER_DAY)

    assert (report.notes_gone, report.copy, book.copies) == (0, None, {})


def test_without_room_for_the_copy_nothing_is_changed(session: Session) -> None:
    book = noted(session)
    book.full = "there is no room beside day.xlsx."
    before = book.saved

    with pytest.raises(SheetError, match="no room"):
        pull_into(session, book, OTHER_DAY)

    assert book.saved == before


@pytest.mark.parametrize("name", ["prebooks", "breakdowns"])
def test_a_row_of_the_users_own_in_either_sheet_stops_the_pull_before_anything_is_changed(
    name: str, session: Session
) -> None:
    book = noted(session)
    if name == "breakdowns":
        book.add(name, BREAKDOWN_COLUMNS)
    book.grid(name).write({(7, 2): "Total"})
    before = book.grid("prebooks").read()

    with pytest.raises(SheetError, match=f"the sheet {name} has a row of your own.*B7 holds 'Total'"):
        pull_into(session, book, OTHER_DAY)

    assert book.grid("prebooks").read() == before
    assert book.copies == {}


def test_notes_that_cannot_be_matched_are_reported(session: Session) -> None:
    book = MemoryBook({"prebooks": [["totalBoxes", "unitPrice", "mine"], [1, 1, "first"], [2, 2]]})

    report = pull_into(session, book)

    assert (report.notes_unmatched, report.notes_gone) == (1, 0)
    assert [row[2:] for row in book.saved["prebooks"]] == [["mine"], ["first"], [], [], []]


def test_the_command_line_says_in_one_sentence_where_notes_are_kept(komet: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "day.xlsx"
    run("pull", "2015-02-10", file, komet=komet)
    set_cells(file, {"AN1": "mine", "AN3": "call Ana", "AN5": "hold"}, sheet="prebooks")

    ran = run("pull", "2015-03-01", file, "--json", komet=komet)

    copy = tmp_path / "day.before pull.xlsx"
    assert (ran.code, ran.json["notes_gone"], ran.json["copy"]) == (0, 2, str(copy))
    assert ran.err == (
        "2 rows with notes or formulas of your own are not in Komet's answer any more; the workbook as it was before "
        f"is kept in {copy}.\n"
    )
    assert [row["mine"] for row in rows_of(copy)] == [None, "call Ana", None, "hold"]
    assert rows_of(file) == []


def test_the_command_line_says_that_notes_cannot_be_matched(komet: Sandbox, tmp_path: Path) -> None:
    rows = [(1, 1, "first"), (2, 2, None)]
    file = make_orders(tmp_path / "day.xlsx", rows, headings=("totalBoxes", "unitPrice", "mine"), sheet="prebooks")

    ran = run("pull", "2015-02-10", file, komet=komet)

    assert ran.code == 0
    assert ran.err.startswith("The notes in 1 row stayed where they were")
    assert [row["mine"] for row in rows_of(file)] == ["first", None, None, None]


def test_comments_stay_at_their_cells_and_the_report_says_so(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "day.xlsx"
    session.pull(QUERY, file)
    book = load_workbook(file)
    book["prebooks"]["B5"].comment = Comment("call Eric", "Ana")
    book.save(file)
    before = file.read_bytes()

    same = session.pull(QUERY, file)
    report = session.pull(PrebookQuery(truck_date=DAY, prebook=13949), file)

    assert (same.comments_astray, same.copy) == (0, None)
    assert (report.comments_astray, report.copy) == (1, str(tmp_path / "day.before pull.xlsx"))
    kept = load_workbook(tmp_path / "day.before pull.xlsx")["prebooks"]
    assert kept["B5"].comment.text == "call Eric"
    assert before != file.read_bytes()


def test_a_pull_that_is_refused_leaves_no_copy(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "day.xlsx"
    session.pull(QUERY, file)
    book = load_workbook(file)
    book["prebooks"]["AN5"] = "mine"
    book["prebooks"].merge_cells("AO4:AO5")
    book.save(file)

    with pytest.raises(SheetError, match="merged"):
        session.pull(PrebookQuery(truck_date=DAY, prebook=13010), file)

    assert sorted(each.name for each in tmp_path.glob("*.xlsx")) == ["day.xlsx"]


@pytest.mark.parametrize("name", ["day.csv", "day.xls", "day.xlsm", "day"])
def test_a_new_workbook_is_an_xlsx_file(name: str, session: Session, tmp_path: Path) -> None:
    with pytest.raises(SheetError, match=r"ends in \.xlsx"):
        session.pull(QUERY, tmp_path / name)

    assert not (tmp_path / name).exists()
