"""A workbook that cannot be written when the answers are in: the journal keeps them, a copy shows them."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from komet_xl.errors import JournalError, KometError, SheetError, UnansweredError
from komet_xl.journal.identity import State
from komet_xl.journal.records import Shown
from komet_xl.komet.secret import Token
from komet_xl.model import Report, Verdict
from komet_xl.push import PushOptions
from komet_xl.resolve import UnwrittenError
from komet_xl.session import Session
from komet_xl.settings import load_settings
from tests.support.orders import FIRST, ROSE, SCARCE, make_orders, results, set_cells, statuses

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from komet_xl.evidence import Case
    from komet_xl.sandbox.server import Sandbox
    from tests.flows.conftest import Push

EXCEL_OWNER = b"\x03Ana" + b" " * 50


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """Two lines in a folder of their own."""
    (tmp_path / "desk").mkdir()
    return make_orders(tmp_path / "desk" / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])


def push_into(session: Session, file: Path, mishap: Callable[[Path], object], **options: object) -> Report:
    """Push, while something happens to the file after the first line has left."""
    return session.push(
        file,
        PushOptions(**options),  # type: ignore[arg-type]  # a test's words
        confirm=lambda _plan: True,
        progress=lambda done, _all: mishap(file) if done == 1 else None,  # type: ignore[arg-type,return-value]
    )


def open_in_excel(file: Path) -> None:
    owner(file).write_bytes(EXCEL_OWNER)


def owner(file: Path) -> Path:
    return file.with_name(f"~${file.name}")


def copy_of(file: Path) -> Path:
    return file.with_name(f"{file.stem}.results.xlsx")


def open_in_libreoffice(file: Path) -> None:
    file.with_name(f".~lock.{file.name}#").write_text("Ana,ana,pc,22.11.2026 08:00,file:///x;")


def save_elsewhere(file: Path) -> None:
    set_cells(file, {"H1": "note"})


def write_protect(file: Path) -> None:
    file.chmod(stat.S_IREAD)


def delete(file: Path) -> None:
    file.rename(file.with_name("kept aside"))


def make_a_folder(file: Path) -> None:
    delete(file)
    file.mkdir()


def mend(file: Path) -> None:
    """What a person does about any of these."""
    for lock in (owner(file), file.with_name(f".~lock.{file.name}#")):
        lock.unlink(missing_ok=True)
    if file.is_dir():
        file.rmdir()
    if file.with_name("kept aside").exists():
        file.with_name("kept aside").rename(file)
    file.chmod(stat.S_IREAD | stat.S_IWRITE)


MISHAPS = [
    (open_in_excel, "orders.xlsx is open in Excel (by Ana), so the results could not be written into it; "),
    (open_in_libreoffice, "orders.xlsx is open in LibreOffice (by Ana), so the results could not be written into it; "),
    (save_elsewhere, "orders.xlsx was changed by another program since it was read, so the results could not be "),
    (write_protect, "orders.xlsx is write-protected, so the results could not be written into it; "),
    (delete, "orders.xlsx has been moved or deleted since it was read, so the results could not be written into it; "),
    (make_a_folder, "orders.xlsx is a folder now, so the results could not be written into it; "),
]


@pytest.mark.parametrize(("mishap", "sentence"), MISHAPS, ids=[each.__name__ for each, _ in MISHAPS])
def test_results_that_the_file_does_not_take_stand_in_a_copy_and_go_into_it_later(
    mishap: Callable[[Path], object], sentence: str, komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    report = push_into(session, orders, mishap)

    assert isinstance(report.stopped, SheetError)
    assert report.stopped.exit_code == 6
    assert [each.verdict for each in report.outcomes] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert report.notes[-1].startswith(sentence)
    assert (
        "they are safe in the journal, stand in orders.results.xlsx beside it, and go into orders.xlsx at the next push"
        in report.notes[-1]
    )
    assert report.notes[-1].count(". ") == 0
    assert results(copy_of(orders)) == [(1, "success")] * 2
    assert {send.shown for send in session.journal.sends_since(None)} == {Shown.MAYBE}

    mend(orders)
    assert statuses(orders) == [None, None]
    again = push(orders)

    assert [each.verdict for each in again.outcomes] == [Verdict.ACCEPTED, Verdict.ACCEPTED]
    assert results(orders) == [(1, "success")] * 2
    assert {send.shown for send in session.journal.sends_since(None)} == {Shown.YES}
    assert len(komet.ledger()) == 2


def test_rows_that_were_sorted_meanwhile_get_their_own_results(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    rows = [(FIRST, ROSE, boxes, 2.5) for boxes in (1, 2, 3)]
    file = make_orders(tmp_path / "orders.xlsx", [*rows, (FIRST, ROSE, "x", 2.5), (FIRST, ROSE, 4, 2.5)])
    komet.fault("close-after", inventory_id=ROSE, times=1)
    push_into(session, file, open_in_excel)
    first = statuses(copy_of(file))

    owner(file).unlink()
    make_orders(file, [(FIRST, ROSE, 4, 2.5), *reversed(rows)])
    push(file)

    assert first == ["unknown", "not sent", "not sent", "invalid", "not sent"]
    assert statuses(file) == [1, 1, 1, "unknown"]
    assert sorted(each.boxes for each in komet.ledger()) == [1, 2, 3, 4]


def test_who_goes_on_working_in_the_copy_sends_nothing_twice(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    push_into(session, orders, open_in_excel)
    copy = copy_of(orders)
    set_cells(copy, {"A4": FIRST, "B4": ROSE, "C4": 7, "D4": 2.5})

    in_copy = push(copy)
    owner(orders).unlink()
    set_cells(orders, {"A4": FIRST, "B4": ROSE, "C4": 7, "D4": 2.5})
    in_original = push(orders)

    assert [each.verdict for each in in_copy.outcomes] == [Verdict.SKIPPED, Verdict.SKIPPED, Verdict.ACCEPTED]
    assert statuses(copy) == [1, 1, 1]
    assert [each.verdict for each in in_original.outcomes] == [Verdict.ACCEPTED, Verdict.ACCEPTED, Verdict.HELD]
    assert statuses(orders) == [1, 1, "held"]
    assert "orders.results.xlsx" in results(orders)[2][1]
    assert sorted(each.boxes for each in komet.ledger()) == [5, 6, 7]


def test_who_puts_the_copy_in_the_workbooks_place_sends_nothing_twice(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    push_into(session, orders, open_in_excel)
    owner(orders).unlink()
    copy_of(orders).replace(orders)

    report = push(orders)

    assert report.counts["skipped"] == 2
    assert {send.shown for send in session.journal.sends_since(None)} == {Shown.YES}
    assert len(komet.ledger()) == 2


def two_equal_lines_of_which_komet_takes_one(komet: Sandbox, session: Session, folder: Path) -> Path:
    """Rows 2 and 3 are equal; the first was added, the second refused; the copy says so, the file does not."""
    file = make_orders(folder / "orders.xlsx", [(FIRST, SCARCE, 2, 2.5)] * 2)
    push_into(session, file, open_in_excel)
    assert statuses(copy_of(file)) == [1, 0]
    assert komet.applied(SCARCE) == 1
    owner(file).unlink()
    return file


def test_a_refused_line_in_a_copy_that_took_the_workbooks_place_is_sent_again(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    file = two_equal_lines_of_which_komet_takes_one(komet, session, tmp_path)
    copy_of(file).replace(file)

    report = push(file)

    assert [each.verdict for each in report.outcomes] == [Verdict.SKIPPED, Verdict.REJECTED]
    assert statuses(file) == [1, 0]
    assert komet.applied(SCARCE) == 1


def test_a_copy_that_was_sorted_before_it_took_the_workbooks_place_claims_no_yes_it_has_not(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    file = two_equal_lines_of_which_komet_takes_one(komet, session, tmp_path)
    make_orders(file, [(FIRST, SCARCE, 2, 2.5, None, 0, "no"), (FIRST, SCARCE, 2, 2.5, None, 1, "success")])

    push(file)

    assert statuses(file) == ["held", 1]
    assert komet.applied(SCARCE) == 1


def test_a_row_that_another_journal_sent_is_not_taken_for_ours_after_a_sort(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    file = make_orders(
        tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 5, 2.5, None, 1, "sent from the other PC")]
    )
    push_into(session, file, open_in_excel)
    owner(file).unlink()
    make_orders(file, [(FIRST, ROSE, 5, 2.5, None, 1, "sent from the other PC"), (FIRST, ROSE, 5, 2.5)])

    push(file)

    assert statuses(file) == [1, 1]
    assert len(komet.ledger()) == 1


def test_results_typed_over_from_the_copy_are_taken_for_what_they_are(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    push_into(session, orders, open_in_excel)
    owner(orders).unlink()
    set_cells(orders, {"F2": 1, "F3": "1"})

    assert push(orders).counts["skipped"] == 2
    assert len(komet.ledger()) == 2


def test_a_copy_replaces_no_file_that_was_there(session: Session, orders: Path) -> None:
    copy_of(orders).write_bytes(b"yesterday's")

    report = push_into(session, orders, open_in_excel)

    assert "stand in orders.results 2.xlsx beside it" in report.notes[-1]
    assert copy_of(orders).read_bytes() == b"yesterday's"
    assert statuses(orders.with_name("orders.results 2.xlsx")) == [1, 1]


def test_without_a_copy_the_sentence_speaks_of_the_journal_only(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    name = f"{'o' * 245}.xlsx"
    file = make_orders(tmp_path / name, [(FIRST, ROSE, 5, 2.5)])

    report = push_into(session, file, open_in_excel)

    assert f"they are safe in the journal and go into {name} at the next push or resolve: close it" in report.notes[-1]
    assert [each.name for each in tmp_path.glob("*.xlsx")] == [owner(file).name, name]
    assert {send.shown for send in session.journal.sends_since(None)} == {Shown.NO}
    owner(file).unlink()
    push(file)
    assert statuses(file) == [1]
    assert len(komet.ledger()) == 1


def test_a_folder_that_is_moved_away_during_a_push_loses_nothing(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    aside = orders.parent.with_name("aside")

    report = push_into(session, orders, lambda file: shutil.move(file.parent, aside))
    moved = statuses(aside / "orders.xlsx")
    shutil.move(aside, orders.parent)
    push(orders)

    assert "so the results could not be written into it; they are safe in the journal and go into" in report.notes[-1]
    assert moved == [None, None]
    assert statuses(orders) == [1, 1]
    assert len(komet.ledger()) == 2


def test_cells_that_nobody_may_write_are_named_before_anything_is_sent(
    komet: Sandbox, push: Push, tmp_path: Path
) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    book = load_workbook(file)
    book["orders"]["G2"] = ArrayFormula("G2:G3", "=A2:A3")
    book.save(file)

    for _ in range(2):
        with pytest.raises(SheetError, match="the cell G2 belongs to an array formula or data table; clear that first"):
            push(file)
    assert [each.name for each in tmp_path.glob("*.xlsx")] == ["orders.xlsx"]
    assert komet.ledger() == []
    set_cells(file, {"G2": None})
    push(file)
    assert statuses(file) == [1, 1]
    assert sorted(each.boxes for each in komet.ledger()) == [5, 6]


def test_words_that_the_next_push_finds_out_anew_are_worth_no_copy(own_folders: Path, orders: Path) -> None:
    environ = {"KOMET_URL": "http://127.0.0.1:1/api", "KOMET_HOME": str(own_folders / "komet")}

    with Session(load_settings(environ), token=Token("some-token")) as session:
        report = push_into(session, orders, open_in_excel)

    assert [each.verdict for each in report.outcomes] == [Verdict.NOT_SENT] * 2
    assert isinstance(report.stopped, SheetError)
    assert "journal" not in report.notes[-1]
    assert not copy_of(orders).exists()


def test_a_journal_that_fails_outranks_a_file_that_cannot_be_written(session: Session, orders: Path) -> None:
    def lose_both(file: Path) -> None:
        open_in_excel(file)
        with session.journal.database.transaction() as connection:
            connection.exec_driver_sql("ALTER TABLE requests RENAME TO gone")

    report = push_into(session, orders, lose_both)

    assert isinstance(report.stopped, JournalError)
    assert any("orders.xlsx is open in Excel" in note for note in report.notes)


def test_a_file_that_cannot_be_written_outranks_a_lost_answer(komet: Sandbox, session: Session, orders: Path) -> None:
    komet.fault("close-after", inventory_id=ROSE)

    report = push_into(session, orders, open_in_excel)

    assert isinstance(report.stopped, KometError)
    assert not isinstance(report.stopped, UnansweredError)
    assert report.stopped.exit_code == 6
    assert report.counts["unknown"] == 1


def test_a_fault_of_our_own_is_not_hidden_by_a_file_that_cannot_be_written(session: Session, orders: Path) -> None:
    def stumble(file: Path) -> None:
        open_in_excel(file)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        push_into(session, orders, stumble)

    assert statuses(copy_of(orders)) == [1, "not sent"]


def unknown_rows(komet: Sandbox, push: Push, file: Path) -> list[str]:
    """Push twice, each time losing an answer: both rows are unknown. Their REFs."""
    for _ in range(2):
        komet.fault("close-after", inventory_id=ROSE, times=1)
        report = push(file)
    assert statuses(file) == ["unknown", "unknown"]
    return [each.ref for each in report.outcomes]


def decide(session: Session, file: Path, *answers: State | None) -> UnwrittenError:
    """Resolve, while Ana opens the file between the first question and the save."""
    waiting = list(answers)

    def answer(_case: Case) -> State | None:
        open_in_excel(file)
        return waiting.pop(0)

    with pytest.raises(UnwrittenError) as caught:
        session.resolve(file, ask=answer)
    return caught.value


def test_decisions_that_the_file_does_not_take_stand_in_a_copy_and_go_into_it_later(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    unknown_rows(komet, push, orders)

    error = decide(session, orders, State.CONFIRMED, State.RELEASED)

    assert str(error).startswith("orders.xlsx is open in Excel (by Ana), so the results could not be written into it; ")
    assert [case.decision for case in error.report.cases] == [State.CONFIRMED, State.RELEASED]
    assert error.report.undecided == 0
    assert statuses(copy_of(orders)) == ["confirmed", "released"]
    assert statuses(orders) == ["unknown", "unknown"]

    owner(orders).unlink()
    assert session.resolve(orders).cases == ()

    assert statuses(orders) == ["confirmed", "released"]
    push(orders)
    assert statuses(orders) == ["confirmed", 1]
    assert sorted(each.boxes for each in komet.ledger()) == [5, 6, 6]


def test_a_push_carries_out_decisions_that_the_file_did_not_take(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    unknown_rows(komet, push, orders)
    decide(session, orders, State.CONFIRMED, State.RELEASED)
    owner(orders).unlink()

    push(orders)

    assert statuses(orders) == ["confirmed", 1]
    assert sorted(each.boxes for each in komet.ledger()) == [5, 6, 6]


def test_a_copy_with_a_released_line_does_not_let_it_go_twice(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    unknown_rows(komet, push, orders)
    decide(session, orders, State.CONFIRMED, State.RELEASED)
    owner(orders).unlink()

    push(copy_of(orders))
    push(orders)

    assert statuses(copy_of(orders)) == ["confirmed", 1]
    assert sorted(each.boxes for each in komet.ledger()) == [5, 6, 6]
    assert statuses(orders)[0] == "confirmed"
    assert statuses(orders)[1] in ("held", "unknown")


def test_a_resolve_writes_results_that_an_earlier_push_could_not(
    komet: Sandbox, session: Session, orders: Path
) -> None:
    push_into(session, orders, open_in_excel)
    owner(orders).unlink()

    report = session.resolve(orders)

    assert report.cases == ()
    assert results(orders) == [(1, "success")] * 2
    assert len(komet.ledger()) == 2


def test_looking_at_the_copy_with_resolve_leaves_the_file_its_results(
    komet: Sandbox, session: Session, push: Push, orders: Path
) -> None:
    push_into(session, orders, open_in_excel)
    owner(orders).unlink()
    session.resolve(copy_of(orders))
    assert push(copy_of(orders)).counts["skipped"] == 2

    push(orders)

    assert statuses(orders) == [1, 1]
    assert len(komet.ledger()) == 2


def cells_of(file: Path) -> list[list[Any]]:
    return [list(row) for row in load_workbook(file)["orders"].iter_rows(values_only=True)]


def test_a_copy_is_the_whole_workbook(session: Session, orders: Path) -> None:
    book = load_workbook(orders)
    book.create_sheet("notes")["B2"] = "call Ana"
    book.save(orders)
    before = cells_of(orders)

    push_into(session, orders, open_in_excel)

    copy = load_workbook(copy_of(orders))
    assert copy.sheetnames == ["orders", "notes"]
    assert copy["notes"]["B2"].value == "call Ana"
    assert [row[:5] for row in cells_of(copy_of(orders))] == [row[:5] for row in before]
    assert cells_of(orders) == before
