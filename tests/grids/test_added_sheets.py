"""Sheets that we add to workbooks of other people: what is theirs stays as it is."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import openpyxl
import pytest
import xlsxwriter
from openpyxl.worksheet.table import Table

from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.xlsx import open_book

from .workbooks import MAIN, RELS, STRICT, XML, make, member, members, records, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COLUMNS = [
    Column("code", Kind.TEXT),
    Column("boxes", Kind.COUNT),
    Column("price", Kind.MONEY),
    Column("day", Kind.DATE),
]
HEADINGS = [column.heading for column in COLUMNS]
TITLES = 'name="_xlnm.Print_Titles"'
MAY_CHANGE = {"[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"}


def changes(path: Path, before: dict[str, bytes]) -> tuple[set[str], set[str]]:
    """Members that are not what they were, and members that are new."""
    after = records(path)
    assert list(after)[: len(before)] == list(before)
    return {part for part in before if before[part] != after[part]}, set(after) - set(before)


@pytest.mark.parametrize("name", ["b.xlsx", "b.xlsm", "b.xltx"])
def test_a_sheet_is_added_to_a_workbook_without_touching_the_others(tmp_path: Path, name: str) -> None:
    path = make(tmp_path / name, {"s": sheet("<row/>"), "t": sheet("")}, parts={"xl/vbaProject.bin": b"\0\1"})
    before = records(path)
    book = open_book(path)
    book.add("a & \"b\" <c> 'd' e", COLUMNS)
    book.grid("A & \"B\" <C> 'D' E").write({(2, 1): "x"})
    book.save()

    changed, new = changes(path, before)
    assert changed == MAY_CHANGE
    assert new == {"xl/worksheets/sheet3.xml", "xl/worksheets/_rels/sheet3.xml.rels", "xl/tables/table1.xml"}
    again = open_book(path)
    assert again.sheet_names() == ["s", "t", "a & \"b\" <c> 'd' e"]
    assert again.grid("a & \"b\" <c> 'd' e").read()[1] == ["x"]
    assert openpyxl.load_workbook(path).sheetnames == again.sheet_names()


def made_by_xlsxwriter(path: Path) -> None:
    with xlsxwriter.Workbook(path) as book:
        first, second = book.add_worksheet("first"), book.add_worksheet("second")
        first.add_table("A1:C9", {"name": "new_table", "total_row": True})
        second.add_table("B2:C9")
        second.activate()
        second.set_selection("C5")
        first.repeat_rows(0)
        first.autofilter("F1:G9")
        book.define_name("range", "=first!$A$1:$B$2")
        book.define_name("first!own", "=first!$A$1")
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=first!$A$2:$A$8"})
        second.insert_chart("F2", chart)
        alone = book.add_chart({"type": "line"})
        alone.add_series({"values": "=first!$A$2:$A$8"})
        book.add_chartsheet("chart").set_chart(alone)


def made_by_openpyxl(path: Path) -> None:
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.append(["a", "b"])
    first.append([1, 2])
    first.add_table(Table(displayName="new_table", ref="A1:B2"))
    first.print_title_rows = "1:1"
    first.print_area = "A1:B2"
    book.create_sheet("second")
    book.active = 1
    book.save(path)


@pytest.mark.parametrize("maker", [made_by_xlsxwriter, made_by_openpyxl])
def test_a_sheet_is_added_beside_other_peoples_tables_names_and_charts(
    tmp_path: Path, maker: Callable[[Path], None]
) -> None:
    path = tmp_path / "b.xlsx"
    maker(path)
    before, was = records(path), openpyxl.load_workbook(path)
    book = open_book(path)
    book.add("new", COLUMNS)
    book.save()

    changed, new = changes(path, before)
    assert changed == MAY_CHANGE
    assert len(new) == 3
    now = openpyxl.load_workbook(path)
    ours = now["new"].tables["new_table_2"]
    others = [table for page in now.worksheets if page.title != "new" for table in page.tables.values()]
    assert ours.id not in {table.id for table in others}
    assert now["new"].print_title_rows == "$1:$1"
    assert [now.active.title, was.active.title] == ["second"] * 2
    assert now.defined_names.keys() == was.defined_names.keys()
    for page in was.worksheets:
        assert now[page.title].print_title_rows == page.print_title_rows
        assert now[page.title].tables.keys() == page.tables.keys()
    assert [page.sheet_view.tabSelected for page in now.worksheets] == [
        *(page.sheet_view.tabSelected for page in was.worksheets),
        None,
    ]


def test_formats_are_used_again_when_sheets_are_added(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    book = open_book(path)
    book.add("a", COLUMNS)
    book.save()
    styles = member(path, "xl/styles.xml")
    book.add("b", COLUMNS)
    book.save()
    assert member(path, "xl/styles.xml") == styles
    assert '<fonts count="2">' in styles
    assert '<font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/></font>' in styles


def test_the_heading_keeps_the_workbooks_own_font(tmp_path: Path) -> None:
    own = '<x:font><x:b val="0"/><x:i/><x:color theme="1"/><x:name val="Aptos"/></x:font>'
    styles = (
        f'{XML}<x:styleSheet xmlns:x="{MAIN}"><x:fonts count="1">{own}</x:fonts><x:fills/>'
        '<x:cellXfs count="1"><x:xf numFmtId="0" fontId="0"><x:alignment wrapText="1"/></x:xf></x:cellXfs>'
        "</x:styleSheet>"
    )
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=styles))
    book.add("a", COLUMNS)
    book.save()

    after = member(tmp_path / "b.xlsx", "xl/styles.xml")
    assert '<x:font><x:b/><x:i/><x:color rgb="FFFFFFFF"/><x:name val="Aptos"/></x:font></x:fonts>' in after
    assert '<x:alignment horizontal="left" indent="1"/></x:xf>' in after
    assert after.count("<x:fill>") == 3  # Excel shows the first two as none and as grey, whatever they are
    assert 'fontId="1" fillId="2"' in after


def test_a_heading_is_plain_where_the_workbook_knows_no_fills(tmp_path: Path) -> None:
    styles = (
        f'{XML}<styleSheet xmlns="{MAIN}"><fonts count="1"><font/></fonts>'
        '<cellXfs count="1"><xf numFmtId="0" fontId="0"/></cellXfs></styleSheet>'
    )
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=styles))
    book.add("a", COLUMNS)
    book.save()

    assert "FFFFFFFF" not in member(tmp_path / "b.xlsx", "xl/styles.xml")
    assert open_book(tmp_path / "b.xlsx").grid("a").read() == [HEADINGS]


def test_a_sheet_is_added_to_a_workbook_without_styles_or_in_strict_form(tmp_path: Path) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=None))
    book.add("a", COLUMNS)
    book.save()
    assert openpyxl.load_workbook(tmp_path / "b.xlsx")["a"]["A1"].font.bold

    links = "http://purl.oclc.org/ooxml/officeDocument/relationships"
    path = make(tmp_path / "c.xlsx", {"s": sheet("").replace(MAIN, STRICT)}, main=STRICT)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members(
            make(tmp_path / "d.xlsx", {"s": sheet("").replace(MAIN, STRICT)}, main=STRICT)
        ).items():
            archive.writestr(name, data.replace(RELS.encode(), links.encode()))
    strict = open_book(path)
    strict.add("a", COLUMNS)
    strict.save()
    part = member(path, "xl/worksheets/sheet2.xml")
    assert f'<worksheet xmlns="{STRICT}" xmlns:r="{links}">' in part
    assert f'Type="{links}/table"' in member(path, "xl/worksheets/_rels/sheet2.xml.rels")
    assert f'<table xmlns="{STRICT}"' in member(path, "xl/tables/table1.xml")
    assert open_book(path).grid("a").read() == [HEADINGS]


def test_a_part_name_that_anything_speaks_of_is_not_used(tmp_path: Path) -> None:
    leftovers = {"xl/worksheets/_rels/sheet2.xml.rels": b"left by another program", "xl/tables/table1.xml": b"same"}
    types = '<Override PartName="/xl/worksheets/Sheet3.xml" ContentType="application/xml"/>'
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, parts=leftovers, types=types)
    before = records(path)
    book = open_book(path)
    book.add("a", COLUMNS)
    book.save()

    assert changes(path, before)[1] == {
        "xl/worksheets/sheet4.xml",
        "xl/worksheets/_rels/sheet4.xml.rels",
        "xl/tables/table2.xml",
    }


def test_print_titles_go_beside_the_names_that_are_there(tmp_path: Path) -> None:
    name = "<definedName name='n'>s!$A$1</definedName>"
    inside = f"<externalReferences/><definedNames>{name}</definedNames><calcPr/>"
    path = make(tmp_path / "b.xlsx", {"s": sheet(""), "t": sheet("")}, inside=inside)
    book = open_book(path)
    book.add("a", COLUMNS)
    book.save()

    new = f"<definedName {TITLES} localSheetId=\"2\">'a'!$1:$1</definedName>"
    after = member(path, "xl/workbook.xml")
    assert f"</sheets>{inside}</workbook>".replace(name, name + new) in after


@pytest.mark.parametrize("inside", ["", "<definedNames/>", "<functionGroups/><externalReferences/><calcPr/>"])
def test_print_titles_stand_where_the_schema_wants_them(tmp_path: Path, inside: str) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, inside=inside)
    book = open_book(path)
    book.add("a", COLUMNS)
    book.save()

    after = ET.fromstring(member(path, "xl/workbook.xml"))  # noqa: S314  our own XML
    order = ["workbookPr", "bookViews", "sheets", "functionGroups", "externalReferences", "definedNames", "calcPr"]
    found = [child.tag.rpartition("}")[2] for child in after]
    assert found == sorted(found, key=order.index)
    assert "definedNames" in found
