"""What merged cells hide and neighbours hold, and sheets with so many of a thing that each against each would hang."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book
from komet_xl.grids.xlsx.overlay import caught, unseen, without
from komet_xl.grids.xlsx.refs import Area

from .workbooks import MAIN, PACKAGE_RELS, RELS, STYLES, make, members, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from komet_xl.sheets.cells import Cell

ORDERS = ["prebookId", "inventoryId", "boxes", "price"]
TASKS = ["markCode", "status", "message"]
AREAS = st.lists(
    st.builds(
        lambda top, left, high, wide: Area(top, left, top + high, left + wide),
        *[st.integers(1, 9)] * 2,
        *[st.integers(0, 4)] * 2,
    ),
    max_size=5,
)
MANY = 10_000
AT_ONCE = 1.0
"""Seconds of a processor; each against each took minutes."""


def seconds(act: Callable[[], object]) -> float:
    start = time.process_time()
    act()
    return time.process_time() - start


# --- merged cells -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("around", ["", "<!-- for the careful reader -->"], ids=["quickly", "carefully"])
def test_what_merged_cells_hide_is_not_read(tmp_path: Path, around: str) -> None:
    """Excel shows nothing there: as many boxes would be bought."""
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}"><v>{n}</v></c><c r="C{n}"><v>7</v></c></row>'
        for n in range(1, 6)
    )
    merges = '<mergeCells count="2"><mergeCell ref="C2:C4"/><mergeCell ref="A5:C1048576"/></mergeCells>'
    grid = open_book(make(tmp_path / "b.xlsx", {"s": sheet(rows + around, after=merges)})).grid("s")

    assert grid.read() == [[1, 1, 7], [2, 2, 7], [3, 3], [4, 4], [5]]
    with pytest.raises(SheetError, match="the cell C3 is hidden below the merged cells C2:C4; unmerge them first"):
        grid.ensure_writable([(2, 3), (3, 3)])
    grid.write({(2, 3): 8})
    assert grid.read()[1:3] == [[2, 2, 8], [3, 3]]


@given(AREAS, st.lists(st.lists(st.sampled_from([None, 1, "x"]), max_size=12), max_size=14))
def test_cells_in_areas_are_those_that_an_area_holds(areas: list[Area], rows: list[list[Cell]]) -> None:
    cells = [(row, column) for row in range(1, 16) for column in range(1, 16)]
    assert caught(cells, areas) == {cell for cell in cells if any(area.holds(*cell) for area in areas)}
    hidden = caught(cells, unseen(areas))
    assert hidden == {
        cell for cell in cells if any(area.holds(*cell) and cell != (area.top, area.left) for area in areas)
    }
    left = without(rows, areas)
    for row, column in cells:
        was = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None
        now = left[row - 1][column - 1] if row <= len(left) and column <= len(left[row - 1]) else None
        assert now == (None if any(area.holds(row, column) for area in areas) else was)


# --- tables side by side ------------------------------------------------------------------------------------------


def side_by_side(path: Path, top: int = 0) -> Path:
    """The tables orders (A1:D3) and, right beside it and `top` rows lower, tasks."""
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("desk")
        for number, row in enumerate([ORDERS, [85063, 1, 1, 2.25], [85063, 2, 2, 2.25]]):
            page.write_row(number, 0, row)
        for number, row in enumerate([TASKS, ["OTHER", "", "Anna: call"], ["XX", "", "Anna: ask"]]):
            page.write_row(number + top, 4, row)
        page.add_table("A1:D3", {"name": "orders", "columns": [{"header": text} for text in ORDERS]})
        page.add_table(top, 4, top + 2, 6, {"name": "tasks", "columns": [{"header": text} for text in TASKS]})
    return path


def test_a_table_ends_where_the_next_one_begins(tmp_path: Path) -> None:
    """Its mark codes would be sent and its texts replaced by results."""
    path = side_by_side(tmp_path / "b.xlsx")
    book = open_book(path)
    grid = book.grid("orders")

    assert grid.read() == [ORDERS, [85063, 1, 1, 2.25], [85063, 2, 2, 2.25]]
    for cells in ([(2, 5)], [(2, 9)], [(2, 4), (3, 6)]):
        where = "ABCDEFGHI"[cells[-1][1] - 1] + str(cells[-1][0])
        said = (
            f"{path}: orders (A1:D3) has no room at its right for the cell {where}: the table tasks stands there; "
            "move that table away."
        )
        with pytest.raises(SheetError, match=f"^{re.escape(said)}$"):
            grid.ensure_writable(cells)
        with pytest.raises(SheetError, match=f"^{re.escape(said)}$"):
            grid.write(dict.fromkeys(cells, "x"))
    grid.replace(1, [1, 2, 3, 4], [[1, 2, 3, 4], [5, 6, 7, 8]], [2, 3])
    book.save()
    assert open_book(path).grid("tasks").read()[1:] == [
        [None] * 4 + row for row in (["OTHER", None, "Anna: call"], ["XX", None, "Anna: ask"])
    ]


def test_results_never_go_into_a_table_that_begins_lower(tmp_path: Path) -> None:
    grid = open_book(side_by_side(tmp_path / "b.xlsx", top=2)).grid("orders")
    grid.ensure_writable([(2, 5), (2, 6), (3, 8)])
    with pytest.raises(SheetError, match="no room at its right for the cell F3: the table tasks stands there"):
        grid.ensure_writable([(2, 5), (3, 6)])


# --- many of a kind -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["array", "merge"])
def test_results_beside_many_array_formulas_or_merged_cells_are_written_at_once(tmp_path: Path, kind: str) -> None:
    last = MANY + 1
    array = '<c r="D{0}"><f t="array" ref="D{0}">H{0}</f><v>1</v></c>'
    rows = "".join(
        f'<row r="{n}">{array.format(n) if kind == "array" else ""}<c r="E{n}"><v>{n}</v></c></row>'
        for n in range(2, last + 1)
    )
    merges = "".join(f'<mergeCell ref="C{n}:D{n}"/>' for n in range(2, last + 1))
    after = f'<mergeCells count="{MANY}">{merges}</mergeCells>' if kind == "merge" else ""
    grid = open_book(make(tmp_path / "b.xlsx", {"s": sheet(rows, after=after)})).grid("s")
    grid.read()
    cells = dict.fromkeys([(row, column) for row in range(2, last + 1) for column in (3, 6)], "x")

    assert seconds(lambda: grid.write(cells)) < AT_ONCE

    with pytest.raises(SheetError, match=rf"the cell D{last} (belongs to an array|is hidden below)"):
        grid.write({**cells, (last, 4): "x"})


def test_merged_cells_laid_over_each_other_cost_no_more_than_others(tmp_path: Path) -> None:
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="J{n}"><v>1</v></c></row>' for n in range(1, 5_001))
    merges = "".join(f'<mergeCell ref="B{n}:L1048576"/>' for n in range(1, 5_001))
    grid = open_book(make(tmp_path / "b.xlsx", {"s": sheet(rows, after=f"<mergeCells>{merges}</mergeCells>")})).grid(
        "s"
    )
    assert grid.hidden_rows() == frozenset()  # the file is read

    assert seconds(grid.read) < AT_ONCE

    assert grid.read() == [[n] for n in range(1, 5_001)]


def looks(kind: str, count: int) -> str:
    """Styles with that many cell formats from 1 on."""
    xfs = "".join(
        f'<xf numFmtId="{kind}" fontId="0" fillId="0" borderId="0" xfId="0"><alignment indent="{n}"/></xf>'
        for n in range(count)
    )
    before = STYLES[: STYLES.index("<cellXfs")]
    return f'{before}<cellXfs count="{count + 1}"><xf numFmtId="0"/>{xfs}</cellXfs></styleSheet>'


def test_a_small_sheet_of_which_each_cell_looks_different_is_read_at_once(tmp_path: Path) -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="D{n}" s="{n}"><v>1.5</v></c></row>' for n in range(1, 451)
    )
    path = make(tmp_path / "b.xlsx", {"s": sheet(rows)}, styles=looks("2", 450))

    assert seconds(lambda: open_book(path).grid("s").read()) < AT_ONCE

    assert open_book(path).grid("s").read() == [[n, None, None, 1.5] for n in range(1, 451)]


def test_results_in_cells_of_many_date_formats_are_saved_at_once_and_keep_their_looks(tmp_path: Path) -> None:
    count = 2_000
    rows = "".join(f'<row r="{n}"><c r="F{n}" s="{n}"/></row>' for n in range(1, count + 1))
    path = make(tmp_path / "b.xlsx", {"s": sheet(rows)}, styles=looks("14", count))
    book = open_book(path)
    book.grid("s").write({(n, 6): 1 for n in range(1, count + 1)})

    assert seconds(book.save) < 3 * AT_ONCE

    assert open_book(path).grid("s").read() == [[None] * 5 + [1]] * count
    styles = members(path)["xl/styles.xml"].decode()
    for indent in (0, count - 1):
        assert len(re.findall(rf'numFmtId="0"[^>]*><alignment indent="{indent}"/>', styles)) == 1


def test_a_sheet_with_many_tables_is_written_at_once_and_their_headings_stay(tmp_path: Path) -> None:
    parts, links = {}, ""
    for n in range(1, 501):
        row = 2 * n + 30_000
        parts[f"xl/tables/t{n}.xml"] = (
            f'<table xmlns="{MAIN}" id="{n}" name="t{n}" displayName="t{n}" ref="K{row}:K{row + 1}">'
            '<tableColumns count="1"><tableColumn id="1" name="a"/></tableColumns></table>'
        )
        links += f'<Relationship Id="rId{n}" Type="{RELS}/table" Target="../tables/t{n}.xml"/>'
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = f'<Relationships xmlns="{PACKAGE_RELS}">{links}</Relationships>'
    path = make(tmp_path / "b.xlsx", {"s": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')}, parts=parts)
    grid = open_book(path).grid("s")
    with pytest.raises(SheetError, match="K31000 is a heading of a table"):
        grid.write({(31_000, 11): "x"})

    assert seconds(lambda: grid.write({(n, c): "x" for n in range(2, MANY) for c in (6, 7)})) < AT_ONCE
