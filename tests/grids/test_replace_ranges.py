"""Ranges, links and filters around replaced rows, and the last check before anything is taken for done."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book
from komet_xl.grids.xlsx.around import Change
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.formulas import Rows
from komet_xl.grids.xlsx.refresh import ensure_holds
from komet_xl.grids.xlsx.replace import Wanted
from komet_xl.grids.xlsx.scan import Scan
from komet_xl.sheets.cells import Formula

from .replacing import children, ensure_refused, replaced
from .workbooks import PACKAGE_RELS, RELS, XML, make, member, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.sheets.cells import Cell

SHEET = "xl/worksheets/sheet1.xml"
HEADING = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="inlineStr"><is><t>note</t></is></c></row>'
)
BODY = HEADING + "".join(
    f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="B{n}" t="inlineStr"><is><t>note {n}</t></is></c></row>'
    for n in range(2, 8)
)


def links(*refs: str) -> str:
    return "<hyperlinks>" + "".join(f'<hyperlink ref="{ref}" location="x"/>' for ref in refs) + "</hyperlinks>"


@pytest.mark.parametrize(
    ("refs", "origins", "become"),
    [
        (["B2"], [3, 2], ["B3"]),
        (["B2:B4"], [4, None, 3, 2], ["B2", "B4:B5"]),
        (["B2:B4"], [2, 3, 4], ["B2:B4"]),
        (["B1:B3"], [5, 3, 2], ["B1", "B3:B4"]),
        (["B2:B9"], [7, None], ["B2", "B8:B9"]),
        (["B6:B9"], [7, 6, 5, 4, 3, 2, None, None], ["B2:B3", "B8:B9"]),
        (["B5", "B1", "B20"], [2], ["B1", "B20"]),
        (["nonsense", "B5"], [2], ["nonsense"]),
        (["A1:XFD1048576"], [2], ["A1:XFD2", "A8:XFD1048576"]),
    ],
)
def test_links_are_where_their_cells_are(
    tmp_path: Path, refs: list[str], origins: list[int | None], become: list[str]
) -> None:
    path = make(tmp_path / "b.xlsx", {"prebooks": sheet(BODY, after=links(*refs))})
    book = open_book(path)

    book.grid("prebooks").replace(1, [1], [[n] for n, _ in enumerate(origins)], origins)
    book.save()

    assert [each["ref"] for each in children(path, SHEET, "hyperlink")] == become


def test_a_filter_over_the_headings_of_an_empty_sheet_filters_the_rows_that_come(tmp_path: Path) -> None:
    name = '<definedNames><definedName name="_xlnm._FilterDatabase" localSheetId="0" hidden="1">prebooks!$A$1:$B$1'
    path = make(
        tmp_path / "b.xlsx",
        {
            "prebooks": sheet(
                HEADING,
                after='<autoFilter ref="A1:B1"><sortState ref="A2:B2"><sortCondition ref="B2"/></sortState>'
                '</autoFilter><conditionalFormatting sqref="A1:B1"><cfRule type="notContainsBlanks" priority="1">'
                "<formula>A1</formula></cfRule></conditionalFormatting>",
            )
        },
        inside=f"{name}</definedName></definedNames>",
    )

    replaced(path, [[1], [2], [3]], [None] * 3, columns=(1,))

    assert [each["ref"] for each in children(path, SHEET, "autoFilter")] == ["A1:B4"]
    assert [each["ref"] for each in children(path, SHEET, "sortState")] == ["A2:B4"]
    assert [each["ref"] for each in children(path, SHEET, "sortCondition")] == ["B2:B4"]
    assert [each["sqref"] for each in children(path, SHEET, "conditionalFormatting")] == ["A1:B1"]
    assert ">prebooks!$A$1:$B$4<" in member(path, "xl/workbook.xml")


def test_ranges_that_nobody_can_read_stay_to_the_letter(tmp_path: Path) -> None:
    after = (
        '<autoFilter ref="nonsense"/><mergeCells count="1"><mergeCell ref="nonsense"/></mergeCells>'
        '<conditionalFormatting sqref="A2:A7 nonsense B2:B7"/><dataValidations count="1"><dataValidation sqref=""/>'
        "</dataValidations>"
    )
    names = '<definedNames><definedName name="a">prebooks!A0:ZZZZ9</definedName><definedName name="b">prebooks!$A$2'
    path = make(
        tmp_path / "b.xlsx",
        {"prebooks": sheet(BODY, after=after)},
        inside=f"{names}:$A$XX</definedName><definedName name='c'>prebooks!$A:$B</definedName></definedNames>",
    )
    before = member(path, "xl/workbook.xml")
    book = open_book(path)

    book.grid("prebooks").replace(1, [1], [[1]], [2])
    book.save()

    assert after.replace("A2:A7 nonsense B2:B7", "A2 nonsense B2") in member(path, SHEET)
    assert member(path, "xl/workbook.xml").replace('<calcPr fullCalcOnLoad="1"/>', "") == before


def test_a_sparkline_stays_at_its_one_cell(tmp_path: Path) -> None:
    sparkline = (
        '<extLst><ext xmlns:x14="urn:x14" xmlns:xm="urn:xm"><x14:sparklineGroups><x14:sparkline>'
        "<xm:f>prebooks!A2:A2</xm:f><xm:sqref>C2</xm:sqref></x14:sparkline></x14:sparklineGroups><x14:dataValidations><x14:dataValidation>"
        "<x14:formula1><xm:f>prebooks!$B$2:$B$2</xm:f></x14:formula1><xm:sqref>A2 B2:B2</xm:sqref></x14:dataValidation>"
        "</x14:dataValidations></ext></extLst>"
    )
    path = make(tmp_path / "b.xlsx", {"prebooks": sheet(BODY.partition('<row r="3"')[0], after=sparkline)})

    replaced(path, [[1], [2], [3]], [None, 2, None], columns=(1,))

    assert sparkline.replace("$B$2:$B$2", "$B$2:$B$4").replace("A2 B2:B2", "A2:A4 B2:B4") in member(path, SHEET)


@pytest.mark.parametrize("location", ["", '<location ref="nonsense"/>', '<location ref="A20:B30"/>'])
def test_a_pivot_table_that_is_not_in_the_way_is_left_alone(tmp_path: Path, location: str) -> None:
    path = make(
        tmp_path / "b.xlsx",
        {"prebooks": sheet(BODY)},
        parts={
            "xl/pivotTables/p.xml": f'{XML}<pivotTableDefinition xmlns="urn:p">{location}</pivotTableDefinition>',
            "xl/worksheets/_rels/sheet1.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}">'
            f'<Relationship Id="rId1" Type="{RELS}/pivotTable" Target="../pivotTables/p.xml"/></Relationships>',
        },
    )
    assert len(replaced(path, [[1], [2]], [None, 2], columns=(1,))) == 3


@pytest.mark.parametrize(
    ("formula", "why"),
    [
        (f"<f>{'1+' * 20_000}1</f>", "the formula of prebooks!B3 is too long; shorten it and retry"),
        ('<f t="array">A3*2</f>', ""),
        ('<f ref="B3">A3*2</f>', ""),
        ('<f ca="1" aca="0" xml:space="preserve"> A3*2 </f>', ""),
        ("<f/>", ""),
    ],
)
def test_formulas_as_no_program_writes_them(tmp_path: Path, formula: str, why: str) -> None:
    body = BODY.replace('<c r="B3" t="inlineStr"><is><t>note 3</t></is></c>', f'<c r="B3">{formula}<v>1</v></c>')
    path = make(tmp_path / "b.xlsx", {"prebooks": sheet(body)})

    def act() -> None:
        book = open_book(path)
        book.grid("prebooks").replace(1, [1], [[1], [2]], [None, 3])
        book.save()

    if why:
        assert why in ensure_refused(path, act, SheetError)
    else:
        act()
        assert isinstance(open_book(path).grid("prebooks").read()[2][1], Formula)


# --- the last check -----------------------------------------------------------------------------------------------

OLD: list[list[Cell]] = [
    ["id", "note", None, "apart"],
    [1, "one", None, 7],
    [2, Formula("=A3", 5), None, 8],
    [3, None, None, 9],
]
NEW: list[list[Cell]] = [
    ["id", "note", None, "apart"],
    [2, Formula("=A2", None), None, 7],
    [9, None, None, 8],
    [None, None, None, 9],
]
WANTED = Wanted(1, (1,), [[2], [9]], [3, None])
CHANGE = Change(Rows("s", 1, 4, 3, 1, 2), {3: 2}, 4, frozenset({1}))


def test_what_came_out_right_is_taken() -> None:
    ensure_holds(Scan(NEW), Scan(OLD), WANTED, CHANGE)


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (1, 1, "other"),
        (2, 1, 3),
        (2, 2, "lost"),
        (2, 2, None),
        (2, 4, 8),
        (3, 1, None),
        (3, 2, "from nowhere"),
        (4, 1, 3),
        (4, 2, "stayed behind"),
        (4, 4, None),
        (5, 1, "more"),
    ],
)
def test_one_wrong_cell_and_nothing_is_taken(row: int, column: int, value: Cell) -> None:
    below: list[Cell] = [None] * 4
    now = [list(cells) for cells in [*NEW, below]]
    ensure_holds(Scan(now), Scan([*OLD, below]), WANTED, CHANGE)
    now[row - 1][column - 1] = value

    with pytest.raises(PartError, match="laid out in a way that we cannot change safely"):
        ensure_holds(Scan(now), Scan([*OLD, below]), WANTED, CHANGE)
