"""Pull, Refresh and the lists: what is asked, which sheet is filled, what a sheet remembers."""

from __future__ import annotations

from datetime import date, datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from komet_xl.addin import labels, switches
from komet_xl.pull import pull_prebooks
from komet_xl.sheets.prebooks import COLUMNS
from tests.support.desktop import desktop, name, put, rows_of
from tests.support.orders import FIRST, ROSE

if TYPE_CHECKING:
    from tests.support.desktop import Desktop

__all__ = ["desktop"]
DAY = "2015-02-10"
HEADINGS = tuple(each.heading for each in COLUMNS)


def asked(desktop: Desktop) -> dict[str, int]:
    return desktop.komet.requests()


def test_a_blank_sheet_is_filled_for_the_day_that_is_typed(desktop: Desktop) -> None:
    book = desktop.world.new()

    said = desktop.press("pull", typed=[DAY])

    rows = rows_of(book, "Sheet")
    assert rows[0][: len(HEADINGS)] == HEADINGS
    assert rows[1][0] == 1927173
    assert said == ""
    assert "prebooks with" in str(desktop.world.app.status_bar)
    assert labels.read_labels()["komet.age"].startswith("As of ")
    assert asked(desktop)["total"] == 1


def test_texts_days_and_numbers_are_what_they_are(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("pull", typed=[DAY])

    page = book.impl.cells.book["Sheet"]
    first = dict(zip(HEADINGS, page[2], strict=False))
    assert isinstance(first["number"].value, str)
    assert first["number"].number_format == "@"
    assert isinstance(first["truckDate"].value, datetime | date)
    assert isinstance(first["unitPrice"].value, float)
    assert isinstance(first["prebookId"].value, float)


def test_cancel_asks_komet_nothing(desktop: Desktop) -> None:
    book = desktop.world.new()

    desktop.press("pull", typed=[None])

    assert rows_of(book, "Sheet") == []
    assert asked(desktop)["total"] == 0


def test_named_cells_say_day_and_filters_and_nobody_is_asked(desktop: Desktop) -> None:
    book = desktop.world.new()
    book.impl.cells.rename_sheet("Sheet", "start")
    name(book, "komet_day", "start", "C5", datetime(2015, 2, 10))  # noqa: DTZ001  a cell knows no time zone
    name(book, "komet_prebook_number", "start", "C6", 13010)
    name(book, "komet_customer", "start", "C7", None)

    desktop.press("pull")

    assert book.sheet_names == ["start", "prebooks"]
    assert {row[1] for row in rows_of(book, "prebooks")[1:]} == {"13010"}
    assert desktop.world.prompts == []


def test_a_wrong_named_cell_is_named(desktop: Desktop) -> None:
    book = desktop.world.new()
    name(book, "komet_day", "Sheet", "A1", DAY)
    name(book, "komet_location_id", "Sheet", "A2", "north")

    assert desktop.press("pull") == "Komet_location_id is 'north', which is not a whole number"
    assert asked(desktop)["total"] == 0


@pytest.mark.parametrize("text", ["10.2.2015", "2015-02-30", "customer=ABC", ""])
def test_what_is_no_day_is_not_guessed(desktop: Desktop, text: str) -> None:
    book = desktop.world.new()

    said = desktop.press("pull", typed=[text])

    assert ("is not a date; write it like 2015-02-10" in said) is bool(text)
    assert rows_of(book, "Sheet") == []
    assert asked(desktop)["total"] == 0


def test_filters_may_be_typed_after_the_day(desktop: Desktop) -> None:
    book = desktop.world.new()

    desktop.press("pull", typed=[f"{DAY}; prebook=13010"])

    assert {row[1] for row in rows_of(book, "Sheet")[1:]} == {"13010"}


def test_a_filter_that_there_is_not_is_named(desktop: Desktop) -> None:
    desktop.world.new()

    assert "There is no filter 'colour'" in desktop.press("pull", typed=[f"{DAY}; colour=red"])


def test_refresh_asks_the_same_again_and_brings_formulas_up_to_date(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("pull", typed=[f"{DAY}; prebook=13010"])
    before = switches.load().refresh
    height = len(rows_of(book, "Sheet"))
    desktop.komet.add_foreign_line(FIRST, ROSE, 3, "1.00")

    desktop.press("refresh")

    assert len(rows_of(book, "Sheet")) == height + 1
    assert switches.load().refresh > before
    assert desktop.world.app.recalculated == 1


def test_what_was_asked_is_offered_again_sheet_by_sheet(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("pull", typed=[f"{DAY}; prebook=13010"])
    book.impl.cells.add_sheet("other", 1)
    book.sheets["other"].activate()
    desktop.press("pull", typed=["2015-02-11"])
    book.sheets["Sheet"].activate()

    desktop.press("refresh")

    assert {row[1] for row in rows_of(book, "Sheet")[1:]} == {"13010"}


def test_refresh_of_a_sheet_that_came_by_mail_takes_the_day_of_its_rows(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("pull", typed=[DAY])
    book.save(str(desktop.folder / "mailed.xlsx"))
    book.close()
    again = desktop.open(desktop.folder / "mailed.xlsx")

    desktop.press("refresh")

    assert len(rows_of(again, "Sheet")) > 1
    assert asked(desktop)["total"] == 2


def test_refresh_without_a_pulled_sheet_only_asks_for_formulas(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])

    desktop.press("refresh")

    assert "There is no pulled sheet here" in str(desktop.world.app.status_bar)
    assert desktop.world.app.recalculated == 1
    assert asked(desktop)["total"] == 0


def test_order_lines_are_never_pulled_over(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    before = rows_of(book, "orders")

    desktop.press("pull", typed=[DAY])

    assert rows_of(book, "orders") == before
    assert book.sheet_names[:2] == ["orders", "prebooks"]


def test_a_sheet_of_something_else_is_left_alone(desktop: Desktop) -> None:
    book = desktop.world.new()
    put(book, "Sheet", "A1", "Budget")
    put(book, "Sheet", "B2", 12.5)

    desktop.press("pull", typed=[DAY])

    assert rows_of(book, "Sheet") == [("Budget", None), (None, 12.5)]
    assert "prebooks" in book.sheet_names


def test_notes_stay_beside_their_item_and_rows_that_are_gone_are_kept_in_a_copy(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("pull", typed=[DAY])
    book.save(str(desktop.folder / "day.xlsx"))
    book.close()
    book = desktop.open(desktop.folder / "day.xlsx")
    page = book.impl.cells.book["Sheet"]
    column = len(HEADINGS) + 3
    page.cell(1, column, "note")
    for row in range(2, page.max_row + 1):
        page.cell(row, column, f"note {page.cell(row, 2).value}-{row}")
    height = page.max_row

    said = desktop.press("pull", typed=[f"{DAY}; prebook=13010"])

    assert "not in Komet's answer any more; the workbook as it was before is kept in" in said
    assert (desktop.folder / "day.before pull.xlsx").exists()
    now = rows_of(book, "Sheet")
    assert 1 < len([row for row in now if row[0]]) < height
    assert all(str(row[column - 1]).startswith("note 13010-") for row in now[1:] if row[0])


def test_comments_of_rows_that_are_gone_are_kept_in_a_copy(desktop: Desktop) -> None:
    book = desktop.world.new()
    desktop.press("pull", typed=[DAY])
    book.save(str(desktop.folder / "day.xlsx"))
    book.close()
    book = desktop.open(desktop.folder / "day.xlsx")
    page = book.impl.cells.book["Sheet"]
    numbers = [page.cell(row, 2).value for row in range(2, page.max_row + 1)]
    goes, stays = (2 + numbers.index(number) for number in ("13949", "13010"))
    for row in (goes, stays):
        comment = SimpleNamespace(Parent=SimpleNamespace(Row=row))
        book.sheets["Sheet"].api.Comments.append(comment)

    said = desktop.press("pull", typed=[f"{DAY}; prebook=13010"])

    assert "Comments in 1 row did not go with an item" in said
    kept = load_workbook(desktop.folder / "day.before pull.xlsx")["Sheet"]
    assert [kept.cell(row, 2).value for row in range(2, kept.max_row + 1)] == numbers


def test_a_refused_token_changes_no_sheet(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMET_TOKEN", "wrong-token")
    book = desktop.world.new()

    said = desktop.press("pull", typed=[DAY])

    assert said
    assert "wrong-token" not in said
    assert rows_of(book, "Sheet") == []


def test_komet_that_cannot_be_reached_is_one_sentence(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMET_URL", "http://127.0.0.1:9/api")
    book = desktop.world.new()

    said = desktop.press("pull", typed=[DAY])

    assert "could not be reached" in said
    assert rows_of(book, "Sheet") == []
    assert desktop.world.app.status_bar is False


def test_pulling_10_000_rows_takes_at_most_5_block_writes(desktop: Desktop) -> None:
    from komet_xl.grids.excel import ExcelBook  # noqa: PLC0415  only here
    from tests.support.bigday import BigDay  # noqa: PLC0415  same

    book = desktop.world.new()
    komet = BigDay(rows=10_000)

    report = pull_prebooks(komet, ExcelBook(book), komet.seen, komet.query)  # type: ignore[arg-type]  # what a pull needs of both

    assert report.items == 10_000
    assert desktop.world.calls["write"] <= 5
    desktop.world.calls.clear()
    pull_prebooks(komet, ExcelBook(book), komet.seen, komet.query)  # type: ignore[arg-type]  # same
    assert desktop.world.calls["write"] <= 5
    assert len(rows_of(book, "prebooks")) == 10_001
