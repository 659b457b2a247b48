"""What a write changes in a file, and what it leaves to the byte."""

from __future__ import annotations

import re
import struct
import zipfile
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import openpyxl
import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book

from .workbooks import (
    CENTRED,
    DAY,
    MAIN,
    PACKAGE_RELS,
    RELS,
    STYLES,
    TEXT,
    XML,
    make,
    member,
    members,
    records,
    sheet,
)

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.grids.grid import Position, Value

SHEET = "xl/worksheets/sheet1.xml"
INLINE = "<is><t>{}</t></is>"


def write(path: Path, cells: dict[Position, Value], name: str = "s") -> str:
    """Write into a file; the sheet part afterwards."""
    book = open_book(path)
    book.grid(name).write(cells)
    book.save()
    return member(path, SHEET)


ODD = (
    "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<!-- made by hand -->\n"
    f"<worksheet  xmlns='{MAIN}' xmlns:o=\"urn:o\" o:x='&gt;'><dimension ref='A1:B2'/>"
    '<cols><col min="4" max="5" width="9" style="2"/></cols>'
    "<sheetData >\n  <row r='1' spans='1:2' o:dyDescent='0.25'>{a1}<o:note>c</o:note><c r='B1' s=\"6\"  ><v>2</v></c>"
    "</row >\n  <row r='3' s='6' customFormat='1' />\n</sheetData><!-- <c r='A1'/> --><o:rest>]]&gt;</o:rest>"
    "</worksheet>\n\n"
)


def test_only_the_written_cell_differs_to_the_byte(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": ODD.replace("{a1}", "<c r='A1' s='1' o:k='1'><v>1</v><!-- x --></c>")})
    after = write(path, {(1, 1): "new & <better>"})
    new = '<c r="A1" s="1" t="inlineStr">' + INLINE.format("new &amp; &lt;better&gt;") + "</c>"
    with zipfile.ZipFile(path) as archive:
        assert archive.read(SHEET).decode() == ODD.replace("{a1}", new)
    assert after


@pytest.mark.parametrize(
    ("cells", "old", "new"),
    [
        ({(1, 2): None}, """<c r='B1' s="6"  ><v>2</v></c>""", '<c r="B1" s="6"/>'),
        ({(1, 2): 7}, """<c r='B1' s="6"  ><v>2</v></c>""", '<c r="B1" s="6"><v>7</v></c>'),
        ({(1, 2): Decimal("1.10")}, """<c r='B1' s="6"  ><v>2</v></c>""", '<c r="B1" s="6"><v>1.10</v></c>'),
        ({(3, 1): None, (9, 9): None, (1, 3): ""}, "", ""),
    ],
    ids=["emptied", "number", "decimal", "blank stays absent"],
)
def test_a_cell_keeps_its_format(tmp_path: Path, cells: dict[Position, Value], old: str, new: str) -> None:
    path = make(tmp_path / "b.xlsx", {"s": ODD})
    before = member(path, SHEET)
    assert write(path, cells) == before.replace(old, new)


def test_new_cells_and_rows_land_in_their_place_with_the_format_of_their_row_or_column(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": ODD.replace("{a1}", "")})
    after = write(path, {(1, 1): 1, (1, 4): 2, (2, 1): 3, (3, 2): 4, (5, 5): 5})
    expected = ODD.replace("{a1}", "").replace("ref='A1:B2'", 'ref="A1:E5"').replace(" spans='1:2'", "")
    expected = expected.replace("<c r='B1'", "<c r=\"A1\"><v>1</v></c><c r='B1'")
    expected = expected.replace(
        "</row >\n  ", '<c r="D1" s="2"><v>2</v></c></row >\n  <row r="2"><c r="A2"><v>3</v></c></row>'
    )
    expected = expected.replace("customFormat='1' />\n", 'customFormat=\'1\'><c r="B3" s="6"><v>4</v></c></row>\n')
    expected = expected.replace("</sheetData>", '<row r="5"><c r="E5" s="2"><v>5</v></c></row></sheetData>')
    assert after == expected.replace("\r\n", "\r\n")


def test_an_empty_sheet_takes_cells(tmp_path: Path) -> None:
    data = f'{XML}<x:worksheet xmlns:x="{MAIN}"><x:sheetData /></x:worksheet>'
    after = write(make(tmp_path / "b.xlsx", {"s": data}), {(2, 2): 1})
    new = '<x:sheetData><x:row r="2"><x:c r="B2"><x:v>1</x:v></x:c></x:row></x:sheetData>'
    assert after == data.replace("<x:sheetData />", new)


def test_all_other_members_are_copied_as_they_stand(tmp_path: Path) -> None:
    path = make(
        tmp_path / "b.xlsm",
        {"s": sheet(""), "t": sheet("<row/>")},
        parts={
            "xl/vbaProject.bin": bytes(range(256)) * 9,
            "xl/media/image1.png": b"\x89PNG",
            "customXml/ä.xml": "<a/>",
        },
    )
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = b"a comment"
        stored = zipfile.ZipInfo("docProps/thumbnail.jpeg", (2021, 5, 6, 7, 8, 10))
        stored.comment, stored.extra, stored.external_attr = b"picture", b"\x99\x99\x02\x00ab", 0o644 << 16
        archive.writestr(stored, b"jpeg")
    before, order = records(path), list(members(path))

    write(path, {(1, 1): 1})

    after = records(path)
    assert {name for name in before if before[name] != after[name]} == {SHEET}
    assert list(members(path)) == order
    with zipfile.ZipFile(path) as archive:
        info = archive.getinfo("docProps/thumbnail.jpeg")
        assert (archive.comment, info.comment, info.extra) == (b"a comment", b"picture", b"\x99\x99\x02\x00ab")
        assert (info.date_time, info.external_attr) == ((2021, 5, 6, 7, 8, 10), 0o644 << 16)


class Unseekable:
    """A file that zipfile can only write forward: sizes then stand behind the data (data descriptors)."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def write(self, data: bytes) -> int:
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    def close(self) -> None:
        self._file.close()


@pytest.mark.parametrize("force_zip64", [False, True], ids=["32 bit", "zip64"])
def test_a_streamed_zip_with_data_descriptors_is_kept_and_changed(tmp_path: Path, *, force_zip64: bool) -> None:
    plain = make(tmp_path / "plain.xlsx", {"s": sheet(""), "t": sheet("")})
    path = tmp_path / "b.xlsx"
    target = Unseekable(path)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:  # type: ignore[arg-type]
        for name, data in members(plain).items():
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=force_zip64) as file:
                file.write(data)
    target.close()
    before = records(path)

    write(path, {(1, 1): "x"})

    assert open_book(path).grid("s").read() == [["x"]]
    assert {name for name, record in records(path).items() if record != before[name]} == {SHEET}


def test_a_zip_with_bytes_in_front_and_64_bit_directory_is_read_and_changed(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    data = path.read_bytes()
    end = data.rfind(b"PK\5\6")
    count, size, start = (
        len(members(path)),
        *(int.from_bytes(data[end + at : end + at + 4], "little") for at in (12, 16)),
    )
    wide = b"PK\6\6" + (44).to_bytes(8, "little") + bytes([45, 0, 45, 0]) + bytes(8)
    wide += b"".join(n.to_bytes(8, "little") for n in (count, count, size, start))
    locator = b"PK\6\7" + bytes(4) + end.to_bytes(8, "little") + (1).to_bytes(4, "little")
    saturated = b"PK\5\6" + bytes(4) + b"\xff" * 12 + bytes(2)
    path.write_bytes(b"#! in front\n" + data[:end] + wide + locator + saturated)

    write(path, {(1, 1): "x"})

    assert path.read_bytes().startswith(b"#! in front\n")
    assert openpyxl.load_workbook(path)["s"]["A1"].value == "x"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_text_that_looks_like_a_formula_gets_a_quoted_format_once(tmp_path: Path, text: str) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet(f'<row r="1"><c r="A1" s="{CENTRED}"/><c r="B1" s="{TEXT}"/></row>')})
    write(path, {(1, 1): text, (1, 2): text, (1, 3): text, (2, 3): text})
    styles = member(path, "xl/styles.xml")
    again = write(path, {(3, 3): text, (1, 1): text + "!"})

    formats = re.findall(r"<xf [^>]*quotePrefix[^>]*>", styles)
    assert len(formats) == 2
    assert 'numFmtId="2"' in formats[0]
    assert '<cellXfs count="9">' in styles
    assert member(path, "xl/styles.xml") == styles
    assert 'r="A1" s="7"' in again
    assert f'r="B1" s="{TEXT}"' in again
    assert [again.count(f'r="{at}" s="8"') for at in ("C1", "C2", "C3")] == [1, 1, 1]
    assert openpyxl.load_workbook(path)["s"]["C1"].quotePrefix


def test_a_styles_part_only_grows_at_the_end_of_its_lists(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    write(path, {(1, 1): date(2026, 2, 10)})
    code = '<numFmt numFmtId="166" formatCode="yyyy-mm-dd"/>'
    new = '<xf numFmtId="166" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    expected = STYLES.replace('<numFmts count="2">', '<numFmts count="3">').replace("</numFmts>", f"{code}</numFmts>")
    expected = expected.replace('<cellXfs count="7">', '<cellXfs count="8">').replace("</cellXfs>", f"{new}</cellXfs>")
    assert member(path, "xl/styles.xml") == expected


def test_a_workbook_without_styles_gets_some_when_it_needs_them(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=None)
    write(path, {(1, 1): date(2026, 2, 10), (1, 2): "=x"})
    assert open_book(path).grid("s").read() == [[date(2026, 2, 10), "=x"]]
    assert openpyxl.load_workbook(path)["s"]["A1"].number_format == "yyyy-mm-dd"


@pytest.mark.parametrize(("properties", "serial"), [("", 46063), (' date1904="1"', 44601)])
def test_a_day_is_a_number_of_the_workbooks_calendar_and_keeps_a_date_format(
    tmp_path: Path, properties: str, serial: int
) -> None:
    body = f'<row r="1"><c r="A1" s="{DAY}"/><c r="B1" s="{CENTRED}"/></row>'
    path = make(tmp_path / "b.xlsx", {"s": sheet(body)}, properties=properties)
    after = write(path, {(1, 1): date(2026, 2, 10), (1, 2): date(2026, 2, 10)})
    assert f'<c r="A1" s="{DAY}"><v>{serial}</v></c><c r="B1" s="7"><v>{serial}</v></c>' in after
    assert open_book(path).grid("s").read() == [[date(2026, 2, 10)] * 2]


@pytest.mark.parametrize(("properties", "day"), [("", date(1899, 12, 31)), (' date1904="1"', date(1903, 12, 31))])
def test_a_day_before_the_calendar_is_the_callers_mistake(tmp_path: Path, properties: str, day: date) -> None:
    grid = open_book(make(tmp_path / "b.xlsx", {"s": sheet("")}, properties=properties)).grid("s")
    with pytest.raises(ValueError, match="calendar"):
        grid.write({(1, 1): day})
    assert grid.read() == []


def test_a_number_in_a_date_cell_is_shown_as_a_number(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet(f'<row r="1"><c r="A1" s="{DAY}"><v>1</v></c></row>')})
    write(path, {(1, 1): 1})
    assert open_book(path).grid("s").read() == [[1]]


CHAIN = f'{XML}<calcChain xmlns="{MAIN}">{{}}</calcChain>'
CHAIN_LINK = f'<Relationship Id="rId77" Type="{RELS}/calcChain" Target="calcChain.xml"/>'
CHAIN_TYPE = (
    '<Override PartName="/xl/calcChain.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    'spreadsheetml.calcChain+xml"/>'
)


def chained(tmp_path: Path, entries: str, body: str) -> Path:
    """A workbook of two sheets (sheetId 11 and 12) with that calculation chain."""
    sheets = {"s": sheet(body), "t": sheet('<row r="1"><c r="A1"><f>1</f></c></row>')}
    parts = {"xl/calcChain.xml": CHAIN.format(entries)}
    return make(tmp_path / "b.xlsx", sheets, parts=parts, links=CHAIN_LINK, types=CHAIN_TYPE)


TWO_FORMULAS = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>2</f><v>2</v></c></row>'


def test_a_formula_that_is_written_over_leaves_the_calculation_chain(tmp_path: Path) -> None:
    path = chained(tmp_path, '<c r="B1" i="11"/><c r="A1" l="1"/><c r="A1" i="12"/><!-- x -->', TWO_FORMULAS)
    after = write(path, {(1, 2): 5})
    assert '<c r="B1"><v>5</v></c>' in after
    assert member(path, "xl/calcChain.xml") == CHAIN.format('<c r="A1" l="1" i="11"/><c r="A1" i="12"/><!-- x -->')


def test_an_empty_calculation_chain_goes_with_its_links(tmp_path: Path) -> None:
    path = chained(tmp_path, '<c r="B1" i="11"/><c r="A1"/>', TWO_FORMULAS)
    before = members(path)
    write(path, {(1, 1): "x", (1, 2): None})
    after = members(path)
    assert set(before) - set(after) == {"xl/calcChain.xml"}
    for part, gone in (("[Content_Types].xml", CHAIN_TYPE), ("xl/_rels/workbook.xml.rels", CHAIN_LINK)):
        assert after[part].decode() == before[part].decode().replace(gone, "")
    openpyxl.load_workbook(path)


@pytest.mark.parametrize(
    ("cell", "at", "words"),
    [
        (
            '<c r="A1"><f t="shared" ref="A1:A3" si="0">B1</f><v>1</v></c>',
            (1, 1),
            "A1 holds the formula that A1:A3 share",
        ),
        ('<c r="A1"><f t="array" ref="A1:B2">B1</f><v>1</v></c>', (1, 1), "A1 belongs to an array formula"),
        ('<c r="A1"><f t="array" ref="A1:B2">B1</f><v>1</v></c>', (2, 2), "B2 belongs to an array formula"),
        ('<c r="A1"><f t="dataTable" ref="A1:A2" r1="C1"/><v>1</v></c>', (2, 1), "A2 belongs to an array formula"),
    ],
)
def test_a_cell_that_others_hang_on_is_refused_by_name(tmp_path: Path, cell: str, at: Position, words: str) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet(f'<row r="1">{cell}</row>')})
    before = path.read_bytes()
    book = open_book(path)
    with pytest.raises(SheetError, match=words):
        book.grid("s").write({(9, 9): 1, at: 1})
    book.save()
    assert path.read_bytes() == before


def test_a_shared_formula_can_be_written_over_below_its_first_cell(tmp_path: Path) -> None:
    body = (
        '<row r="1"><c r="A1"><f t="shared" ref="A1:A2" si="0">B1</f><v>1</v></c></row>'
        '<row r="2"><c r="A2"><f t="shared" si="0"/><v>1</v></c></row>'
    )
    after = write(make(tmp_path / "b.xlsx", {"s": sheet(body)}), {(2, 1): 5})
    assert '<c r="A2"><v>5</v></c>' in after
    assert 'ref="A1:A2"' in after


def test_a_row_that_stands_twice_is_refused(tmp_path: Path) -> None:
    body = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c></row>'
    grid = open_book(make(tmp_path / "b.xlsx", {"s": sheet(body)})).grid("s")
    with pytest.raises(SheetError, match="twice"):
        grid.write({(1, 2): 1})
    grid.write({(2, 2): 1})
    assert grid.read() == [[2], [None, 1]]


@pytest.mark.parametrize("signed", ["_xmlsignatures/origin.sigs", "_xmlSignatures/sig1.xml"])
def test_a_signed_workbook_is_read_but_never_changed(tmp_path: Path, signed: str) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet("")}, parts={signed: "x"}))
    assert book.grid("s").read() == []
    for act in (lambda: book.grid("s").write({(1, 1): 1}), book.ensure_writable, lambda: book.add("t", [])):
        with pytest.raises(SheetError, match="digitally signed"):
            act()


def test_a_table_heading_is_not_renamed_behind_the_tables_back(tmp_path: Path) -> None:
    body = '<row r="1"><c r="A1" t="str"><v>boxes</v></c></row><row r="2"><c r="A2"><v>1</v></c></row>'
    table = f'{XML}<table xmlns="{MAIN}" id="1" name="T" displayName="T" ref="A1:A2"/>'
    link = f'<Relationship Id="rId1" Type="{RELS}/table" Target="../tables/table1.xml"/>'
    rels = f'{XML}<Relationships xmlns="{PACKAGE_RELS}">{link}</Relationships>'
    parts = {"xl/tables/table1.xml": table, "xl/worksheets/_rels/sheet1.xml.rels": rels}
    grid = open_book(make(tmp_path / "b.xlsx", {"s": sheet(body)}, parts=parts)).grid("s")
    with pytest.raises(SheetError, match=r"A1 is a heading of a table"):
        grid.write({(1, 1): "units"})
    grid.write({(1, 1): "boxes", (1, 2): "status"})
    assert grid.read() == [["boxes", "status"], [1]]


def test_saving_without_a_write_touches_nothing(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    before = path.stat()
    open_book(path).save()
    assert path.stat() == before


def test_a_sheet_without_addresses_keeps_doing_without(tmp_path: Path) -> None:
    body = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    path = make(tmp_path / "b.xlsx", {"s": sheet(body)})
    after = write(path, {(1, 2): 5, (1, 4): 6, (2, 2): 7, (4, 1): 8})
    assert "<row><c><v>1</v></c><c><v>5</v></c>" in after
    assert open_book(path).grid("s").read() == [[1, 5, None, 6], [3, 7], [], [8]]


def test_rows_out_of_order_are_written_where_they_stand(tmp_path: Path) -> None:
    body = '<row r="5"><c r="A5"><v>5</v></c></row><row r="3"><c r="A3"><v>3</v></c></row>'
    path = make(tmp_path / "b.xlsx", {"s": sheet(body)})
    write(path, {(3, 1): 33, (4, 1): 4, (6, 1): 6})
    assert open_book(path).grid("s").read() == [[], [], [33], [4], [5], [6]]


@pytest.mark.parametrize("place", [(200_001, 1), (1, 1_025)])
def test_a_cell_beyond_what_we_read_is_not_written(tmp_path: Path, place: Position) -> None:
    grid = open_book(make(tmp_path / "b.xlsx", {"s": sheet("")})).grid("s")
    with pytest.raises(SheetError, match="beyond our limit of 200,000 rows and 1,024 columns"):
        grid.write({place: 1})


def widened(data: bytes) -> bytes:
    """The zip with the sizes and offset of its first directory entry moved into a zip64 field."""
    at = data.find(b"PK\1\2")
    end = data.rfind(b"PK\5\6")
    packed, size = struct.unpack_from("<2I", data, at + 20)
    name_size, extra_size = struct.unpack_from("<2H", data, at + 28)
    offset = struct.unpack_from("<I", data, at + 42)[0]
    field = struct.pack("<2H3Q", 1, 24, size, packed, offset)
    entry = bytearray(data[at : at + 46 + name_size])
    struct.pack_into("<2I", entry, 20, 0xFFFFFFFF, 0xFFFFFFFF)
    struct.pack_into("<H", entry, 30, extra_size + len(field))
    struct.pack_into("<I", entry, 42, 0xFFFFFFFF)
    closing = bytearray(data[end:])
    struct.pack_into("<I", closing, 12, struct.unpack_from("<I", closing, 12)[0] + len(field))
    return data[:at] + bytes(entry) + field + data[at + 46 + name_size : end] + bytes(closing)


@pytest.mark.parametrize("first", [SHEET, "[Content_Types].xml"], ids=["changed", "copied"])
def test_a_member_with_64_bit_sizes_is_changed_or_copied(tmp_path: Path, first: str) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")})
    parts = members(path)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: name != first):
            archive.writestr(name, parts[name])
    path.write_bytes(b"#!" + widened(path.read_bytes()))

    write(path, {(1, 1): "x"})

    assert openpyxl.load_workbook(path)["s"]["A1"].value == "x"
    assert set(members(path)) == set(parts)


def test_a_damaged_calculation_chain_is_found_before_anything_is_sent(tmp_path: Path) -> None:
    book = open_book(chained(tmp_path, "<c", TWO_FORMULAS))
    with pytest.raises(SheetError, match=r"calcChain\.xml is not well-formed"):
        book.ensure_writable()
    book = open_book(chained(tmp_path, '<c r="here"/>', TWO_FORMULAS))
    book.grid("s").write({(1, 1): 1})
    with pytest.raises(SheetError, match="names a cell that no sheet has"):
        book.save()


def test_elements_of_other_namespaces_are_no_cells_and_no_rows(tmp_path: Path) -> None:
    body = '<o:row xmlns:o="urn:o" r="1"/><row r="1"><o:c xmlns:o="urn:o" r="A1"/><c r="B1"><v>1</v></c></row>'
    path = make(tmp_path / "b.xlsx", {"s": sheet(body)})
    after = write(path, {(1, 1): 5, (1, 2): 6})
    new = '<c r="A1"><v>5</v></c><c r="B1"><v>6</v></c>'
    assert body.replace('<c r="B1"><v>1</v></c>', new) in after
