"""What LibreOffice calculates in replaced rows, and rows replaced in workbooks that LibreOffice wrote."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings

from komet_xl.grids.xlsx import open_book
from tests.support.office import office

from .replacing import ensure_valid, replaced
from .test_replace_random import BOXES, ID, OWN_COLUMNS, STUCK, Own, Sheet, filled, sheets, written
from .workbooks import make, member, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.office import Document, Office

__all__ = ["office"]  # a fixture

pytestmark = pytest.mark.office

ROUNDS = settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
NUMBERS = count()


def calculated(cell: Own, index: int, ids: list[int], boxes: list[int]) -> float | str | None:
    """What a cell of the user's own comes to in the row of that index."""
    own = boxes[index]
    return {
        "number": cell.seed,
        "text": f"note <{cell.seed}> & ",
        "blank": "",
        "twice": own * 2,
        "mixed": own * ids[0] + ids[index],
        "share": own / sum(boxes),
        "running": sum(boxes[: index + 1]),
        "rest": sum(boxes[index:]),
        "above": own + (boxes[index - 1] if index else 0),
        "columns": "1D5",
        "lookup": own,
        "constant": "F51",
        **dict.fromkeys(STUCK, 0),
    }[cell.kind]


def ensure_calculates(document: Document, made: Sheet, values: list[list[int]]) -> None:
    document.calculate_all()
    rows = document.rows("prebooks")
    ids, boxes = [each[0] for each in values], [each[1] for each in values]
    for index, origin in enumerate(made.origins):
        row = rows[made.heading + index]
        row += [""] * (max(OWN_COLUMNS) - len(row))
        assert [row[ID - 1], row[BOXES - 1]] == values[index]
        for column in filter(made.moves, OWN_COLUMNS):
            cell = made.own.get((origin or 0, column))
            if origin is None and filled(made, column, made.first, made.last) is not None:
                cell = made.own[made.first, column]
            expected = calculated(cell, index, ids, boxes) if cell else ""
            assert row[column - 1] == pytest.approx(expected), (made.first + index, column)


@ROUNDS
@given(made=sheets())
def test_every_formula_comes_to_what_it_means_in_its_new_row(tmp_path: Path, office: Office, made: Sheet) -> None:
    values = [[number * 100, number] for number in range(1, len(made.origins) + 1)]
    path = written(tmp_path / f"{next(NUMBERS)}.xlsx", made)
    book = open_book(path)
    book.grid("T" if made.table else "prebooks").replace(made.heading, (ID, BOXES), values, made.origins)
    book.save()

    with office.open(path) as document:
        ensure_calculates(document, made, values)


@ROUNDS
@given(made=sheets(tables=False))
def test_rows_of_a_workbook_that_libreoffice_wrote_are_replaced_just_so(
    tmp_path: Path, office: Office, made: Sheet
) -> None:
    values = [[number * 100, number] for number in range(1, len(made.origins) + 1)]
    path = tmp_path / f"lo{next(NUMBERS)}.xlsx"
    with office.open(written(tmp_path / f"{next(NUMBERS)}.xlsx", made)) as document:
        document.save(path)
    book = open_book(path)
    book.grid("prebooks").replace(made.heading, (ID, BOXES), values, made.origins)
    book.save()

    ensure_valid(path)
    with office.open(path) as document:
        ensure_calculates(document, made, values)


def test_on_opening_libreoffice_itself_calculates_the_formulas_beside_our_rows(tmp_path: Path, office: Office) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><f>SUM(A$2:A$4)</f><v>9</v></c></row>' for n in (2, 3, 4)
    )
    other = sheet('<row r="1"><c r="A1"><f>SUM(prebooks!A2:A99)</f><v>9</v></c></row>')
    path = make(tmp_path / "b.xlsx", {"prebooks": sheet('<row r="1"><c r="A1"/></row>' + rows), "other": other})

    replaced(path, [[10], [20], [30], [40]], [None, 3, None, 2], columns=(1,))

    assert 'fullCalcOnLoad="1"' in member(path, "xl/workbook.xml")  # which Excel heeds for all other formulas
    with office.open(path) as document:
        assert [row[:2] for row in document.rows("prebooks")[1:]] == [[n, 100] for n in (10, 20, 30, 40)]
        document.calculate_all()
        assert document.rows("other") == [[100]]
