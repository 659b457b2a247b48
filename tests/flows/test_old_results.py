"""Lines with formulas whose results the workbook itself calls out of date: not sent before they are calculated anew."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from komet_xl.grids.xlsx import open_book
from komet_xl.journal.identity import State
from komet_xl.model import PrebookQuery, Verdict
from komet_xl.push import PushOptions
from komet_xl.sheets.cells import Formula, day
from tests.grids.hostile.case import parts
from tests.grids.workbooks import make, members, sheet
from tests.support.cli import run
from tests.support.office import office
from tests.support.orders import FIRST, HEADINGS, ROSE, results, statuses

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.sandbox.server import Sandbox
    from komet_xl.session import Session
    from tests.flows.conftest import Push
    from tests.support.office import Office

__all__ = ["office"]  # a fixture

Row: TypeAlias = tuple[Any, ...]
"""Cells from column A on; a formula is its text and its stored result."""
DAY = PrebookQuery(truck_date=day("2015-02-10"))
LOOKED_UP = "INDEX(prebooks!C:C,2)"
SAVE_IT = "a formula without a result; open and save the file in Excel once"
COUNTS = [(("SUM(orders!F:F)", 0),)]
"""A formula elsewhere that looks at the status column: each push makes results old."""
ITEM = 31_100_701
"""The first item of FIRST, at 1.25 today."""


def page(*rows: Row) -> str:
    """A sheet part as Excel writes it."""
    made = ""
    for number, row in enumerate(rows, start=1):
        cells = (cell(f"{letter}{number}", each) for letter, each in zip("ABCDEFG", row, strict=False))
        made += f'<row r="{number}">{"".join(cells)}</row>'
    return sheet(made)


def cell(ref: str, value: Any) -> str:  # noqa: ANN401  what a cell may hold
    match value:
        case (formula, str(result)):
            return f'<c r="{ref}" t="str"><f>{formula}</f><v>{result}</v></c>'
        case (formula, result):
            return f'<c r="{ref}"><f>{formula}</f><v>{result}</v></c>'
        case None:
            return ""
        case str():
            return f'<c r="{ref}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{ref}"><v>{value}</v></c>'


def line(boxes: int, price: object, *, status: object = None) -> Row:
    return (FIRST, ROSE, boxes, price, "A", status)


def day_book(path: Path, *lines: Row, notes: list[Row] | None = None) -> Path:
    """Orders, and the prebooks of a day on which an item was sold at 9.99."""
    prebooks = page(("prebookId", "prebookItemId", "unitPrice"), (FIRST, ITEM, 9.99))
    return make(path, {"orders": page(HEADINGS, *lines), "prebooks": prebooks, "notes": page(*(notes or []))})


def ask(path: Path) -> Path:
    """What a pull does when a formula looks at what it has changed."""
    wish = b'<calcPr fullCalcOnLoad="1"/></workbook>'
    parts({"xl/workbook.xml": members(path)["xl/workbook.xml"].replace(b"</workbook>", wish)}, lambda _: None)(path)
    return path


def asks(path: Path) -> bool:
    return b'fullCalcOnLoad="1"' in members(path)["xl/workbook.xml"]


def calculate(path: Path, **cells: object) -> None:
    """What Excel does when it opens and saves the file; new results of formulas of the orders are given."""
    assert asks(path)
    content = members(path)
    book, orders = content["xl/workbook.xml"].decode(), content["xl/worksheets/sheet1.xml"].decode()
    for ref, result in cells.items():
        orders, count = re.subn(rf'(<c r="{ref}"[^>]*><f>[^<]*</f><v>)[^<]*', rf"\g<1>{result}", orders)
        assert count == 1
    changed = {"xl/workbook.xml": re.sub("<calcPr[^>]*/>", "", book), "xl/worksheets/sheet1.xml": orders}
    parts(changed, lambda _: None)(path)


def sent(komet: Sandbox) -> list[tuple[int, Decimal]]:
    return [(each.boxes, each.price) for each in komet.ledger()]


# --- results that a pull makes old ----------------------------------------------------------------------------------


def test_a_price_from_a_pulled_sheet_is_not_sent_before_it_is_calculated_anew(komet: Sandbox, tmp_path: Path) -> None:
    file = day_book(tmp_path / "day.xlsx", line(5, (LOOKED_UP, 9.99)), line(6, 2.5))
    assert run("pull", "2015-02-10", file, komet=komet).code == 0
    assert open_book(file).grid("prebooks").read()[1][2] == 1.25

    checked = run("check", file, "--json").json
    pushed = run("push", file, "--yes", komet=komet)

    assert [(each["verdict"], each["message"]) for each in checked["outcomes"]] == [
        ("invalid", f"price: {SAVE_IT}"),
        ("ready", ""),
    ]
    assert pushed.code == 3
    assert results(file) == [("invalid", f"price: {SAVE_IT}"), (1, "success")]
    assert sent(komet) == [(6, Decimal("2.50"))]
    calculate(file, D2=1.25)
    assert run("push", file, "--yes", komet=komet).code == 0
    assert sent(komet) == [(6, Decimal("2.50")), (5, Decimal("1.25"))]


@pytest.mark.office
def test_libreoffice_calculates_the_price_and_it_is_sent(
    komet: Sandbox, push: Push, session: Session, office: Office, tmp_path: Path
) -> None:
    file = day_book(tmp_path / "day.xlsx", line(5, (LOOKED_UP, 9.99)))
    session.pull(DAY, file)
    push(file)
    assert komet.ledger() == []

    with office.open(file) as document:
        document.calculate_all()
        document.save(file)
    push(file)

    assert sent(komet) == [(5, Decimal("1.25"))]
    assert statuses(file) == [1]


@pytest.mark.parametrize("heading", HEADINGS[:5])
def test_no_cell_of_a_line_is_taken_from_an_old_result(
    komet: Sandbox, push: Push, tmp_path: Path, heading: str
) -> None:
    place = HEADINGS.index(heading)
    cells = list(line(5, 2.5))
    cells[place] = ("A1", cells[place])

    report = push(ask(day_book(tmp_path / "day.xlsx", tuple(cells))))

    assert [(each.verdict, each.message) for each in report.outcomes] == [(Verdict.INVALID, f"{heading}: {SAVE_IT}")]
    assert komet.ledger() == []


def test_own_formulas_beside_pulled_rows_go_along_as_ever(session: Session, tmp_path: Path) -> None:
    rows = [("prebookId", "prebookItemId", "unitPrice", "mine"), (FIRST, ITEM, 9.99, ("C2*2", 19.98))]
    file = make(tmp_path / "day.xlsx", {"prebooks": page(*rows)})
    session.pull(DAY, file)
    first = open_book(file).grid("prebooks").read()

    report = session.pull(DAY, file)

    assert asks(file)
    assert (report.notes_gone, report.copy) == (0, None)
    assert open_book(file).grid("prebooks").read() == first
    assert [row[3] for row in first[1:]] == [Formula(f"=C{number}*2", None) for number in range(2, len(first) + 1)]


def test_a_formula_in_a_status_cell_is_still_a_word_of_the_users_own(
    komet: Sandbox, push: Push, tmp_path: Path
) -> None:
    lines = [line(5, 2.5, status=("1+0", 1)), line(6, 2.5, status=("A1", ""))]

    report = push(ask(day_book(tmp_path / "day.xlsx", *lines)))

    assert [each.verdict for each in report.outcomes] == [Verdict.HELD, Verdict.HELD]
    assert komet.ledger() == []


# --- results that a push itself makes old ---------------------------------------------------------------------------


def test_what_was_sent_is_left_alone_while_its_price_waits_to_be_calculated(
    komet: Sandbox, push: Push, tmp_path: Path
) -> None:
    lines = [line(5, ("2+0.5", 2.5)), line(6, ("2+0.5", 2.5))]
    file = day_book(tmp_path / "day.xlsx", *lines, notes=COUNTS)
    assert push(file).counts["accepted"] == 2
    assert asks(file)
    before = file.read_bytes()

    again = push(file)

    assert [each.verdict for each in again.outcomes] == [Verdict.SKIPPED, Verdict.SKIPPED]
    assert again.requests == 0
    assert file.read_bytes() == before
    calculate(file)
    assert push(file).counts["skipped"] == 2
    assert len(komet.ledger()) == 2


def test_an_equal_row_is_held_while_the_one_that_was_sent_cannot_be_read(
    komet: Sandbox, push: Push, tmp_path: Path
) -> None:
    file = day_book(tmp_path / "day.xlsx", line(5, ("2+0.5", 2.5)), notes=COUNTS)
    push(file)
    book = open_book(file)
    book.grid("orders").write({(3, column): each for column, each in enumerate(line(5, "2.5")[:5], start=1)})
    book.save()

    held = push(file)

    assert statuses(file) == [1, "held"]
    assert held.requests == 0
    assert len(komet.ledger()) == 1
    calculate(file)
    push(file)
    assert statuses(file) == [1, 1]
    assert len(komet.ledger()) == 2


@pytest.mark.parametrize("changed", [False, True], ids=["the same price", "another price"])
@pytest.mark.parametrize(("fault", "decided"), [("close-after", State.CONFIRMED), ("close-before", State.RELEASED)])
def test_an_unknown_line_can_be_resolved_while_its_row_cannot_be_read(
    fault: str, decided: State, komet: Sandbox, session: Session, push: Push, tmp_path: Path, *, changed: bool
) -> None:
    session.pull(DAY, tmp_path / "seen.xlsx")
    file = day_book(tmp_path / "day.xlsx", line(5, ("2+0.5", 2.5)), notes=COUNTS)
    komet.fault(fault, inventory_id=ROSE)
    (lost,) = push(file).outcomes
    assert lost.verdict is Verdict.UNKNOWN
    assert asks(file)

    seen = session.resolve(file)
    session.resolve(file, **{"accept" if decided is State.CONFIRMED else "release": [lost.ref]})
    push(file)

    assert [(case.ref, case.row) for case in seen.cases] == [(lost.ref, None)]
    assert SAVE_IT in seen.notes[0]
    assert statuses(file) == ["unknown"]
    already = int(decided is State.CONFIRMED)
    assert len(komet.ledger()) == already
    calculate(file, D2=3.5 if changed else 2.5)
    push(file)
    push(file)
    if changed:  # nobody knows whose answer the row shows: it stays closed until a person says so
        assert statuses(file) == ["unknown"]
        assert len(komet.ledger()) == already
    else:
        assert statuses(file) == ["confirmed" if already else 1]
        assert len(komet.ledger()) == 1


def test_a_lost_result_finds_its_row_once_that_is_calculated(
    komet: Sandbox, session: Session, push: Push, tmp_path: Path
) -> None:
    file = day_book(tmp_path / "day.xlsx", line(5, ("2+0.5", 2.5)), notes=COUNTS)
    lock = file.with_name(f"~${file.name}")

    def open_in_excel(_done: int, _all: int) -> None:
        lock.write_bytes(b"\x03Ana" + b" " * 50)

    session.push(file, PushOptions(), confirm=lambda _: True, progress=open_in_excel)
    lock.unlink()
    assert statuses(file) == [None]

    waiting = push(ask(file))

    assert waiting.counts["invalid"] == 1
    assert len(komet.ledger()) == 1
    calculate(file)
    assert push(file).counts["accepted"] == 1
    assert results(file) == [(1, "success")]
    assert len(komet.ledger()) == 1
