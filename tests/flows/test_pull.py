from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from komet_xl.errors import ApiError, HeadingError, SheetError, UnansweredError
from komet_xl.model import PrebookQuery
from komet_xl.sandbox.server import Sandbox
from komet_xl.sheets.cells import day
from tests.support.orders import FIRST, ROSE, make_orders

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.session import Session

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
