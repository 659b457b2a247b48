"""Files that are no workbook, damaged or made to hurt: one sentence each, never a traceback."""

from __future__ import annotations

import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book

from .workbooks import MAIN, RELS, STYLES, XML, make, members, records, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SHEET = "xl/worksheets/sheet1.xml"


def read_all(path: Path) -> object:
    book = open_book(path)
    for name in book.sheet_names():
        book.grid(name).read()
        book.grid(name).hidden_rows()
    return book.has("no such name")


def rebuilt(path: Path, changes: dict[str, bytes | None]) -> Path:
    """The workbook with members replaced, or left out for None."""
    parts = {name: data for name, data in (members(path) | changes).items() if data is not None}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no workbook or was cut short"),
        (b"prebookId,boxes\n1,2\n", "no workbook or was cut short"),
        (b"PK\x03\x04" + bytes(100), "no workbook or was cut short"),
        (b"PK\x05\x06" + bytes(18), "no Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password-protected or an old .xls; save it as .xlsx"),
    ],
)
def test_what_is_no_workbook_is_said_to_be_none(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "b.xlsx"
    path.write_bytes(content)
    with pytest.raises(SheetError, match=words) as caught:
        open_book(path)
    assert str(path) in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match=r"There is no file .*none\.xlsx"):
        open_book(tmp_path / "none.xlsx")
    with pytest.raises(SheetError, match=r"is a folder|cannot be read"):
        open_book(tmp_path)
    with pytest.raises(SheetError, match="no file name"):
        open_book(tmp_path / "a\0b.xlsx")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"_rels/.rels": None}, "no Excel workbook"),
        ({"xl/workbook.xml": None}, r"part xl/workbook\.xml is missing"),
        ({"xl/workbook.xml": b'<document xmlns="urn:word"/>'}, "no Excel workbook"),
        ({"xl/workbook.xml": b"<workbook"}, r"not well-formed XML \(line 1\)"),
        ({"xl/workbook.xml": b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}, "DOCTYPE"),
        ({SHEET: None}, "is missing"),
        ({SHEET: f"<worksheet xmlns='{MAIN}'>".encode()}, "not well-formed"),
        ({SHEET: b"\xff\xfe\x00"}, "not well-formed"),
        ({SHEET: b"\x80"}, "not well-formed"),
        ({SHEET: b'<?xml version="1.0" encoding="utf-7"?><a/>'}, "in the encoding utf-7"),
        ({SHEET: b'<?xml version="1.0" encoding="nonsense"?><a/>'}, "in the encoding nonsense"),
        ({SHEET: b'<worksheet xmlns="urn:other"/>'}, "is no worksheet"),
        ({SHEET: b'<!DOCTYPE w SYSTEM "file:///etc/passwd"><worksheet/>'}, "DOCTYPE"),
        ({"xl/styles.xml": b"<!DOCTYPE s><styleSheet/>"}, "DOCTYPE"),
        ({"xl/styles.xml": b"oops"}, r"styles\.xml is not well-formed"),
        ({"xl/sharedStrings.xml": b"<!DOCTYPE s><sst/>"}, "DOCTYPE"),
        ({"xl/sharedStrings.xml": b'<sst xmlns="urn:x"/>'}, "no shared strings"),
        ({"xl/_rels/workbook.xml.rels": b"<Relationships"}, "not well-formed"),
    ],
)
def test_a_damaged_part_is_named(tmp_path: Path, changes: dict[str, bytes | None], words: str) -> None:
    body = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    path = make(tmp_path / "b.xlsx", {"s": sheet(body)}, strings="<si><t>x</t></si>")
    with pytest.raises(SheetError, match=words):
        read_all(rebuilt(path, changes))


def test_a_binary_workbook_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsb", {"s": sheet("")})
    rels = members(path)["_rels/.rels"].replace(b"workbook.xml", b"workbook.bin")
    with pytest.raises(SheetError, match=r"binary workbook \(\.xlsb\); save it as \.xlsx"):
        open_book(rebuilt(path, {"_rels/.rels": rels}))


def test_a_part_that_would_fill_the_memory_is_refused_unread(tmp_path: Path) -> None:
    packed_tight = f'{XML}<worksheet xmlns="{MAIN}"><!--{" " * 11_000_000}--><sheetData/></worksheet>'
    path = make(tmp_path / "b.xlsx", {"s": packed_tight})
    with pytest.raises(SheetError, match="suspiciously tight"):
        open_book(path).grid("s").read()


@pytest.mark.parametrize("declared", [0, 5, 2**32 - 2])
def test_a_part_that_lies_about_its_size_is_refused(tmp_path: Path, declared: int) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    data = bytearray(path.read_bytes())
    at = data.rfind(SHEET.encode()) - 46
    struct.pack_into("<I", data, at + 24, declared)
    path.write_bytes(data)
    with pytest.raises(SheetError, match=r"is damaged|suspiciously"):
        open_book(path).grid("s").read()


def test_too_many_parts_are_refused(tmp_path: Path) -> None:
    parts = {f"x/{n}": b"" for n in range(5_001)}
    with pytest.raises(SheetError, match="parts and our limit is 5,000"):
        open_book(make(tmp_path / "b.xlsx", {"s": sheet("")}, parts=parts))


def test_a_part_that_stands_in_the_file_twice_is_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(SHEET.replace("sheet1", "SHEET1"), sheet("<row/>"))
    with pytest.raises(SheetError, match="twice"):
        open_book(path).grid("s").read()


def test_records_that_overlap_are_refused(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    data = bytearray(path.read_bytes())
    first = data.find(b"PK\1\2")
    second = data.find(b"PK\1\2", first + 4)
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    path.write_bytes(data)
    with pytest.raises(SheetError, match="directory is damaged"):
        open_book(path)


def test_an_encrypted_part_is_said_to_be_protected(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    data = bytearray(path.read_bytes())
    data[data.rfind(SHEET.encode()) - 46 + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(SheetError, match="password-protected"):
        open_book(path).grid("s").read()


def test_a_workbook_without_sheets_or_with_none_of_its_own_is_empty(tmp_path: Path) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {}))
    assert book.sheet_names() == []
    with pytest.raises(SheetError, match="sheets are: none"):
        book.grid("s")
    with pytest.raises(SheetError, match="no sheets"):
        book.add("s", [])


def test_styles_without_formats_are_one_sentence_when_a_format_is_needed(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=f'{XML}<styleSheet xmlns="{MAIN}"/>')
    book = open_book(path)
    book.grid("s").write({(1, 1): "=x"})
    with pytest.raises(SheetError, match="no cell formats"):
        book.save()


@pytest.mark.parametrize(
    "element",
    [
        '<numFmts><numFmt numFmtId="-1" formatCode="d"/><numFmt/></numFmts>',
        '<numFmts><numFmt numFmtId="99999999999999999999" formatCode="d"/></numFmts>',
        '<cellXfs><xf numFmtId="x"/><xf/></cellXfs>',
    ],
)
def test_odd_styles_still_read(tmp_path: Path, element: str) -> None:
    styles = f'{XML}<styleSheet xmlns="{MAIN}">{element}</styleSheet>'
    path = make(tmp_path / "b.xlsx", {"s": sheet('<row><c s="1"><v>5</v></c></row>')}, styles=styles)
    assert open_book(path).grid("s").read() == [[5]]


def sample(path: Path) -> Path:
    body = (
        '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46063</v></c></row>'
        '<row r="2" hidden="1"><c r="A2"><f>1+1</f><v>2</v></c><c r="C2" t="inlineStr"><is><t>x</t></is></c></row>'
    )
    names = "<definedNames><definedName name='n'>s!$A$1</definedName></definedNames>"
    return make(path, {"s": sheet(body), "t": sheet("")}, strings="<si><t>x</t></si>", inside=names)


def survives(path: Path, data: bytes, act: Callable[[Path], object]) -> None:
    """Do something with a file of these bytes: it works, or it ends in one sentence that names the file."""
    path.write_bytes(data)
    said = ""
    try:
        act(path)
    except SheetError as exc:
        said = str(exc)
    assert not said or str(path) in said
    assert "\n" not in said


def change_it(path: Path) -> None:
    book = open_book(path)
    grid = book.grid(book.sheet_names()[0]) if book.sheet_names() else book.add("s", [])
    grid.write({(2, 1): "=x", (3, 3): 7})
    book.save()
    assert open_book(path).grid(grid.name).read()


FUZZ = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FUZZ
@given(st.data())
def test_a_file_cut_or_flipped_anywhere_never_ends_in_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    whole = bytearray(sample(tmp_path / "b.xlsx").read_bytes())
    if data.draw(st.booleans()):
        del whole[data.draw(st.integers(0, len(whole))) :]
    for at in data.draw(st.lists(st.integers(0, max(len(whole) - 1, 0)), max_size=4)) if whole else []:
        whole[at] ^= data.draw(st.integers(1, 255))
    survives(tmp_path / "c.xlsx", bytes(whole), data.draw(st.sampled_from([read_all, change_it])))


PIECES = (
    b"<c>|</c>|<c/>|<row>|</row>|<row r='2'/>|<v>|</v>|<is>|</is>|<f>|&|&#0;|<![CDATA[|]]>|<!--|-->|'|>|<| r='A1'|"
    b" t='s'| s='999'|<sheetData/>|<sheetData>|-1|999999999999|<x:c/>|<c r='A1' xmlns='urn:x'/>|</worksheet>|<?x ?>|"
    b"\0|\xff"
).split(b"|")


@FUZZ
@given(st.data())
def test_xml_broken_anywhere_never_ends_in_a_traceback(tmp_path: Path, data: st.DataObject) -> None:
    path = sample(tmp_path / "b.xlsx")
    part = data.draw(st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/sharedStrings.xml"]))
    xml = bytearray(members(path)[part])
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(xml)))
        xml[at : at + data.draw(st.integers(0, 12))] = data.draw(st.sampled_from(PIECES))
    rebuilt(path, {part: bytes(xml)})
    survives(tmp_path / "c.xlsx", path.read_bytes(), data.draw(st.sampled_from([read_all, change_it])))


def test_the_pieces_of_these_tests_are_sound(tmp_path: Path) -> None:
    read_all(sample(tmp_path / "b.xlsx"))
    change_it(tmp_path / "b.xlsx")
    assert records(tmp_path / "b.xlsx")
    assert RELS in members(tmp_path / "b.xlsx")["_rels/.rels"].decode()
    assert STYLES.startswith(XML)
