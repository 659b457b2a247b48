"""Random writes on random sheets: openpyxl, another program, must read what a simple model says."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from komet_xl.grids.xlsx import open_book
from komet_xl.grids.xlsx.refs import address
from komet_xl.grids.xlsx.text import LOOKS_ESCAPED, landed

from .workbooks import make, member, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.grids.grid import Position, Value

PLACES = st.tuples(st.integers(1, 9), st.integers(1, 9))
TEXTS = st.text(max_size=12).filter(lambda text: not LOOKS_ESCAPED.search(text))  # openpyxl does not read these escapes
VALUES = st.one_of(
    st.none(),
    TEXTS,
    st.sampled_from(["=1+1", "+a", "#N/A", "\tx", "a\r\nb", " x ", "]]>", "<t>"]),
    st.integers(-(10**15) + 1, 10**15 - 1),
    st.decimals(min_value=-(10**9), max_value=10**9, places=4),
    st.dates(date(1900, 3, 1), date(9999, 12, 30)),
)
CELLS = [
    '{r} s="1"/>',
    "{r}><v>{n}</v></c>",
    '{r} t="str"><v>v{n}</v></c>',
    '{r} t="inlineStr"><is><t>i{n}</t></is></c>',
]
ROUNDS = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def bodies(draw: st.DrawFn) -> tuple[str, dict[Position, Any]]:
    """The inside of a sheetData, in many layouts, and what it holds."""
    pieces, model = [], {}
    for row in sorted(draw(st.sets(st.integers(1, 9)))):
        attributes = draw(st.sampled_from(["", ' spans="1:3"', ' s="6" customFormat="1"', ' hidden="1"', " ht='20'"]))
        cells = []
        for column in sorted(draw(st.sets(st.integers(1, 9), max_size=5))):
            kind = draw(st.integers(0, 3))
            cells.append("<c " + CELLS[kind].format(r=f'r="{address(row, column)}"', n=row * column))
            model[row, column] = [None, row * column, f"v{row * column}", f"i{row * column}"][kind]
        space = draw(st.sampled_from(["", "\n  ", "<!-- -->"]))
        content = space.join(["", *cells, ""])
        pieces.append(f'<row r="{row}"{attributes}/>' if not cells else f'<row r="{row}"{attributes}>{content}</row>')
    return draw(st.sampled_from(["", "\n"])).join(pieces), model


def as_openpyxl_shows(value: Value) -> object:
    new = landed(value)
    return datetime.combine(new, datetime.min.time()) if isinstance(new, date) else new


@ROUNDS
@given(bodies(), st.lists(st.dictionaries(PLACES, VALUES, max_size=8), min_size=1, max_size=3))
def test_random_writes_on_random_sheets_read_back_in_another_program(
    tmp_path: Path, start: tuple[str, dict[Position, Any]], rounds: list[dict[Position, Value]]
) -> None:
    body, model = start
    path = make(
        tmp_path / "b.xlsx",
        {"s": sheet(body, before='<dimension ref="A1"/><cols><col min="3" max="4" style="1"/></cols>')},
    )
    book = open_book(path)
    for cells in rounds:
        book.grid("s").write(cells)
        model |= {place: as_openpyxl_shows(value) for place, value in cells.items()}
        book.save()

    shown = openpyxl.load_workbook(path)["s"]
    for row in range(1, 11):
        for column in range(1, 11):
            cell = shown.cell(row, column)
            want = model.get((row, column))
            assert cell.value == want, (row, column)
            assert cell.data_type != "f"
            assert isinstance(want, str) <= (cell.data_type in {"s", "inlineStr"})
    assert book.grid("s").read() == open_book(path).grid("s").read()


CELL = re.compile(r'<c r="([A-Z]+[0-9]+)"[^>]*?(?:/>|>.*?</c>)', re.DOTALL)


@ROUNDS
@given(bodies(), st.lists(VALUES, min_size=81, max_size=81), st.integers(0, 2**81 - 1))
def test_outside_the_written_cells_a_sheet_stays_to_the_byte(
    tmp_path: Path, start: tuple[str, dict[Position, Any]], values: list[Value], chosen: int
) -> None:
    body, standing = start
    path = make(tmp_path / "b.xlsx", {"s": sheet(body)})
    before = member(path, "xl/worksheets/sheet1.xml")
    cells = {place: values[n] for n, place in enumerate(standing) if chosen >> n & 1}
    book = open_book(path)
    book.grid("s").write(cells)
    book.save()

    def rest(xml: str) -> str:
        written = {address(*place) for place in cells}
        return CELL.sub(lambda match: "" if match[1] in written else match[0], xml)

    assert rest(member(path, "xl/worksheets/sheet1.xml")) == rest(before)


def test_numbers_are_written_to_the_digit(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    book = open_book(path)
    book.grid("s").write({(1, 1): Decimal("0.1000"), (1, 2): Decimal("1E+14"), (1, 3): Decimal("-0.00000001")})
    book.save()
    xml = member(path, "xl/worksheets/sheet1.xml")
    assert [f"<v>{digits}</v>" in xml for digits in ("0.1000", "100000000000000", "-0.00000001")] == [True] * 3
