"""What a cell of a file is read as."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book
from komet_xl.sheets.cells import ErrorValue, Formula

from .workbooks import CLOCK, DAY, ELAPSED, MAIN, MOMENT, PACKAGE_RELS, RELS, STRICT, STYLES, TEXT, make, sheet

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.sheets.cells import Cell

STRINGS = (
    "<si><t>plain</t></si>"
    "<si><r><t>rich </t></r><r><rPr><b/></rPr><t xml:space='preserve'>and bold</t></r>"
    "<rPh sb='0' eb='1'><t>FURIGANA</t></rPh><phoneticPr fontId='1'/></si>"
    "<si><t xml:space='preserve'>  kept  </t></si>"
    "<si><t>  not kept  </t></si>"
    "<si><t>_x0041__x005F_x0042_ _xD83D__xDE00_ _xD83D_</t></si>"
    "<si/>"
)


def read_one(tmp_path: Path, cell: str, *, properties: str = "") -> Cell:
    """The value of a sheet's only cell, A1."""
    path = make(tmp_path / "b.xlsx", {"s": sheet(f'<row r="1">{cell}</row>')}, strings=STRINGS, properties=properties)
    rows = open_book(path).grid("s").read()
    return rows[0][0] if rows else None


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('<c r="A1"><v>5</v></c>', 5),
        ('<c r="A1"><v> -5 </v></c>', -5),
        ('<c r="A1"><v>999999999999999</v></c>', 999_999_999_999_999),
        ('<c r="A1"><v>9999999999999999</v></c>', 1e16),
        ('<c r="A1"><v>1.1000000000000001</v></c>', 1.1),
        ('<c r="A1"><v>1E-3</v></c>', 0.001),
        ('<c r="A1" t="n"><v/></c>', None),
        ('<c r="A1" s="1"/>', None),
        ('<c r="A1" t="inlineStr"/>', None),
        ('<c r="A1" t="b"><v>1</v></c>', True),
        ('<c r="A1" t="b"><v>false</v></c>', False),
        ('<c r="A1" t="e"><v>#N/A</v></c>', ErrorValue("#N/A")),
        ('<c r="A1" t="str"><v> x </v></c>', " x "),
        ('<c r="A1" t="s"><v>0</v></c>', "plain"),
        ('<c r="A1" t="s"><v>1</v></c>', "richand bold"),
        ('<c r="A1" t="s"><v>2</v></c>', "  kept  "),
        ('<c r="A1" t="s"><v>3</v></c>', "not kept"),
        ('<c r="A1" t="s"><v>4</v></c>', "A_x0042_ 😀 \ufffd"),
        ('<c r="A1" t="s"><v>5</v></c>', ""),
        ('<c r="A1" t="inlineStr"><is><t>a&lt;b</t></is></c>', "a<b"),
        ('<c r="A1" t="inlineStr"><is><r><t>a</t></r><r><t>b</t></r></is></c>', "ab"),
        ('<c r="A1" t="inlineStr"><is><t><![CDATA[<&>]]></t></is></c>', "<&>"),
        ('<c r="A1" t="d"><v>2026-02-10</v></c>', date(2026, 2, 10)),
        ('<c r="A1" t="d"><v>2026-02-10T00:00:00</v></c>', date(2026, 2, 10)),
        ('<c r="A1" t="d"><v>2026-02-10T09:14:00Z</v></c>', datetime(2026, 2, 10, 9, 14)),  # noqa: DTZ001  cells have no zone
        ('<c r="A1" t="d"><v>09:14:00</v></c>', time(9, 14)),
        (f'<c r="A1" s=" {DAY} "><v> 46063\n</v></c>', date(2026, 2, 10)),
        (f'<c r="A1" s="+{DAY}"><v>46063</v></c>', date(2026, 2, 10)),
        (f'<c r="A1" s="0{DAY}"><v>46063</v></c>', date(2026, 2, 10)),
        ('<c r="A1"><f>SUM(B1:B9)</f><v>7</v></c>', Formula("=SUM(B1:B9)", 7)),
        ('<c r="A1"><f>1+1</f></c>', Formula("=1+1", None)),
        ('<c r="A1" t="str"><f>""</f><v></v></c>', Formula('=""', "")),
        ('<c r="A1"><f t="shared" si="0"/><v>3</v></c>', Formula("=", 3)),
        ('<c r="A1" t="e"><f>NA()</f><v>#N/A</v></c>', Formula("=NA()", ErrorValue("#N/A"))),
        (f'<c r="A1" s="{DAY}"><f>TODAY()</f><v>46063</v></c>', Formula("=TODAY()", date(2026, 2, 10))),
    ],
)
def test_a_cell_is_read_as_what_it_shows(tmp_path: Path, cell: str, value: Cell) -> None:
    found = read_one(tmp_path, cell)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("serial", "style", "value"),
    [
        ("46063", DAY, date(2026, 2, 10)),
        ("46063.5", DAY, datetime(2026, 2, 10, 12)),  # noqa: DTZ001  cells have no zone
        ("46063", MOMENT, date(2026, 2, 10)),
        ("1", DAY, date(1900, 1, 1)),
        ("59", DAY, date(1900, 2, 28)),
        ("60", DAY, 60),
        ("61", DAY, date(1900, 3, 1)),
        ("2958465", DAY, date(9999, 12, 31)),
        ("2958466", DAY, 2_958_466),
        ("1e300", DAY, 1e300),
        ("-1", DAY, -1),
        ("0.5", CLOCK, time(12)),
        ("0.99999999999", CLOCK, time(0)),
        ("1.5", ELAPSED, timedelta(hours=36)),
        ("46063", TEXT, 46063),
        ("46063", 99, 46063),
    ],
)
def test_the_format_says_which_number_is_a_day_in_the_1900_system(
    tmp_path: Path, serial: str, style: int, value: Cell
) -> None:
    assert read_one(tmp_path, f'<c r="A1" s="{style}"><v>{serial}</v></c>') == value


@pytest.mark.parametrize(
    ("serial", "value"),
    [("44601", date(2026, 2, 10)), ("0", date(1904, 1, 1)), ("59", date(1904, 2, 29)), ("60", date(1904, 3, 1))],
)
def test_a_1904_workbook_counts_from_1904(tmp_path: Path, serial: str, value: date) -> None:
    cell = f'<c r="A1" s="{DAY}"><v>{serial}</v></c>'
    assert read_one(tmp_path, cell, properties=' date1904="1"') == value


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="A1"><v>abc</v></c>', "A1 .*where a number should be"),
        ('<c r="A1"><v>1e999</v></c>', "where a number should be"),
        ('<c r="A1"><v>1_000</v></c>', "where a number should be"),
        ('<c r="A1" t="s"><v>99</v></c>', "A1 .*does not have"),
        ('<c r="A1" t="s"><v>-1</v></c>', "does not have"),
        ('<c r="A1"><v>\u00a05</v></c>', "where a number should be"),
        ('<c r="A1"><v>5\u2003</v></c>', "where a number should be"),
        ('<c r="A1" t="s"><v>\u00a00</v></c>', "does not have"),
        ('<c r="A1" s="x"><v>1</v></c>', "A1 .*number of its format"),
        ('<c r="A1" s="1.5"><v>1</v></c>', "number of its format"),
        ('<c r="A1" t="d"><v>soon</v></c>', "where a date should be"),
        ('<c r="A1" t="d"><v>20150210</v></c>', "where a date should be"),
        ('<c r="A1" t="d"><v>2015-W07-2</v></c>', "where a date should be"),
        ('<c r="A1" t="d"><v>2015-02-10T</v></c>', "where a date should be"),
        ('<c r="A1" t="d"><v>2015-02-10T23:00:00-05:00</v></c>', "where a date should be"),
        ('<c r="A1" t="d"><v>2015-02-10T00:30:00+02:00</v></c>', "where a date should be"),
        ('<c r="A1" t="d"><v>Z</v></c>', "where a date should be"),
        ('<c r="A1" t="zzz"><v>1</v></c>', "kind 'zzz'"),
        ('<c r="A1" t="b"><v>2</v></c>', "kind 'b'"),
        ('<c r="A0"><v>1</v></c>', "which no sheet has"),
        ('<c r="XFE1"><v>1</v></c>', "which no sheet has"),
        ('<c r="A2"><v>1</v></c>', "in row 1"),
        ('<c r="A1048577"><v>1</v></c>', "which no sheet has"),
        ('<c r="A\uff11"><v>1</v></c>', "which no sheet has"),
        ('<c r="AMK1"><v>1</v></c>', "our limit is 200,000 rows and 1,024 columns"),
    ],
)
def test_a_cell_that_cannot_be_read_is_one_sentence_and_no_guess(tmp_path: Path, cell: str, words: str) -> None:
    with pytest.raises(SheetError, match=words):
        read_one(tmp_path, cell)


@pytest.mark.parametrize("row", ["0", "-1", "1048577", "x", "9" * 5000])
def test_a_row_that_no_sheet_has_is_refused(tmp_path: Path, row: str) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet(f'<row r="{row}"><c><v>1</v></c></row>')})
    with pytest.raises(SheetError, match="number"):
        open_book(path).grid("s").read()


def test_one_far_cell_costs_no_memory_and_one_far_format_is_no_cell(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"{}</row>'
    make(tmp_path / "value.xlsx", {"s": sheet(far.format("><v>1</v></c>"))})
    make(tmp_path / "format.xlsx", {"s": sheet(far.format(' s="1"/>'))})

    assert open_book(tmp_path / "format.xlsx").grid("s").read() == []
    with pytest.raises(SheetError, match=r"XFD1048576.*our limit"):
        open_book(tmp_path / "value.xlsx").grid("s").read()


def test_many_far_cells_are_refused_before_they_fill_the_memory(tmp_path: Path) -> None:
    body = "".join(f'<row r="{n}"><c r="AMJ{n}"><v>1</v></c></row>' for n in range(1, 6_001))
    with pytest.raises(SheetError, match="more than 5,000,000 cells"):
        open_book(make(tmp_path / "b.xlsx", {"s": sheet(body)})).grid("s").read()


def test_a_sheet_without_addresses_counts_for_itself(tmp_path: Path) -> None:
    body = (
        '<row><c><v>1</v></c><c><v>2</v></c></row><row r="3"><c r="B3"><v>3</v></c><c><v>4</v></c></row>'
        "<row><c><v>5</v></c></row>"
    )
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet(body)}))
    assert book.grid("s").read() == [[1, 2], [], [None, 3, 4], [5]]


def test_of_two_cells_in_one_place_the_later_one_wins(tmp_path: Path) -> None:
    body = (
        '<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c></row>'
        '<row r="1"><c r="B1"><v>4</v></c></row>'
    )
    assert open_book(make(tmp_path / "b.xlsx", {"s": sheet(body)})).grid("s").read() == [[2, 4]]
    body = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"><v>2</v></c><c r="B1"/></row>'
    assert open_book(make(tmp_path / "b.xlsx", {"s": sheet(body)})).grid("s").read() == [[1]]


def test_a_merged_range_has_its_value_in_the_first_cell_only(tmp_path: Path) -> None:
    body = '<row r="1"><c r="A1"><v>1</v></c><c r="B1"/><c r="C1"><v>2</v></c></row>'
    after = '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
    assert open_book(make(tmp_path / "b.xlsx", {"s": sheet(body, after=after)})).grid("s").read() == [[1, None, 2]]


def test_rows_hidden_in_any_way_are_hidden(tmp_path: Path) -> None:
    body = (
        '<row r="1"/><row r="2" hidden="1"/><row r="3" hidden="true" outlineLevel="1"/>'
        '<row r="4" ht="0" customHeight="1"/><row r="5" hidden="0" ht="15"/>'
    )
    assert open_book(make(tmp_path / "b.xlsx", {"s": sheet(body)})).grid("s").hidden_rows() == {2, 3, 4}


@pytest.mark.parametrize("unusual", [False, True], ids=["fast", "slow"])
@pytest.mark.parametrize(
    ("attributes", "is_hidden"),
    [
        ('hidden=" 1 "', True),
        ('hidden="True"', True),
        ('hidden="on"', True),
        ('hidden=" 0 "', False),
        ('hidden="false"', False),
        ('ht="0.00"', True),
        ('ht="0e0"', True),
        ('ht=" 0 "', True),
        ('ht="0.1"', True),
        ('ht="-1"', True),
        ('ht="0.5"', False),
        ('ht="12.75"', False),
        ('ht="x"', False),
        ('ht=""', False),
    ],
)
def test_a_row_that_is_not_seen_is_hidden_however_its_file_spells_that(
    tmp_path: Path, attributes: str, *, is_hidden: bool, unusual: bool
) -> None:
    body = f'<row r="1"/>{"<!-- c -->" * unusual}<row r="2" {attributes}><c r="A2"><v>1</v></c></row>'
    grid = open_book(make(tmp_path / "b.xlsx", {"s": sheet(body)})).grid("s")
    assert grid.hidden_rows() == ({2} if is_hidden else frozenset())


@pytest.mark.parametrize(
    ("code", "is_date"),
    [
        ('[=0]"";d.m.yyyy', True),
        ("[&lt;40000]0.00;yyyy-mm-dd", True),
        ("0;-0;0;d", True),
        ("[$-411]ge", True),
        ("[$-411]ggge", True),
        ("e", True),
        ("aaaa", True),
        ("[$-41E]bbbb", True),
        (";yyyy", True),
        ("General", False),
        ("General;General", False),
        ("0.00E+00", False),
        ("##0.0e-0", False),
        ('"d"0', False),
        ("[Red]0.00", False),
        ("#,##0.00;[Red]-#,##0.00", False),
        ("_-* #,##0.00 \u20ac_-", False),
        ("_d0;*y0;\\d0", False),
        ("[$USD] 0.00;[$EUR] 0.00", False),
        ("0.00;@", False),
        ("@;@", False),
        ("# ??/16", False),
        ("0 EUR", False),
    ],
)
def test_a_cell_whose_format_can_show_a_day_is_no_number(tmp_path: Path, code: str, *, is_date: bool) -> None:
    styles = STYLES.replace("[h]:mm", code.replace('"', "&quot;"))
    body = f'<row r="1"><c r="A1" s="{ELAPSED}"><v>46063</v></c></row>'
    path = make(tmp_path / "b.xlsx", {"s": sheet(body)}, styles=styles)
    assert open_book(path).grid("s").read() == [[date(2026, 2, 10) if is_date else 46063]]


@pytest.mark.parametrize(
    ("number", "value"),
    [(71, date(2026, 2, 10)), (74, date(2026, 2, 10)), (77, date(2026, 2, 10)), (81, date(2026, 2, 10)), (62, 46063)],
)
def test_thai_formats_that_have_a_number_only_show_days(tmp_path: Path, number: int, value: Cell) -> None:
    styles = STYLES.replace('numFmtId="14"', f'numFmtId="{number}"')
    path = make(
        tmp_path / "b.xlsx", {"s": sheet(f'<row r="1"><c r="A1" s="{DAY}"><v>46063</v></c></row>')}, styles=styles
    )
    assert open_book(path).grid("s").read() == [[value]]


PREFIXED = (
    f'<?xml version="1.0"?><x:worksheet xmlns:x="{MAIN}" xmlns:o="urn:other"><o:row r="9"/><x:sheetData><!-- c -->'
    '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>é</x:t></x:is></x:c><o:c r="B1"><o:v>1</o:v></o:c></x:row>'
    '</x:sheetData><x:extLst><x:ext><x:c r="A1"><x:v>7</x:v></x:c></x:ext></x:extLst></x:worksheet>'
)


@pytest.mark.parametrize(
    "data",
    [
        PREFIXED.encode(),
        b"\xef\xbb\xbf" + PREFIXED.encode(),
        PREFIXED.encode("utf-16"),
        PREFIXED.replace('"1.0"', '"1.0" encoding="UTF-16"', 1).encode("utf-16-be"),
        PREFIXED.replace('"1.0"', '"1.0" encoding="ISO-8859-1"', 1).encode("iso-8859-1"),
        PREFIXED.replace('"1.0"', "'1.0' encoding='windows-1252'", 1).encode("cp1252"),
        PREFIXED.replace(MAIN, STRICT).encode(),
    ],
    ids=["prefix", "utf-8 mark", "utf-16", "utf-16-be", "latin-1", "windows", "strict"],
)
def test_prefixes_encodings_and_namespaces_do_not_matter(tmp_path: Path, data: bytes) -> None:
    book = open_book(make(tmp_path / "b.xlsx", {"s": data}))
    assert book.grid("s").read() == [["é"]]

    book.grid("s").write({(1, 1): "ü", (1, 3): 5, (3, 1): "=x"})
    book.save()

    assert open_book(tmp_path / "b.xlsx").grid("s").read() == [["ü", None, 5], [], ["=x"]]


def test_what_the_format_leaves_to_others_is_passed_over(tmp_path: Path) -> None:
    extension = "<extLst><ext uri='x'><c><v>9</v><f>1</f></c><x:row xmlns:x='urn:x'><x:c/></x:row></ext></extLst>"
    body = (
        f'<row r="1"><c r="A1"><v>5</v>{extension}</c><x:c xmlns:x="urn:x"><x:v>7</x:v></x:c>{extension}</row>'
        f'<row r="2"><c r="A2" t="s"><v>1</v></c></row>'
    )
    path = make(
        tmp_path / "b.xlsx",
        {"s": sheet(body, after=extension)},
        strings=f"<si><t>a</t></si><si><t>b</t></si>{extension}",
    )
    assert open_book(path).grid("s").read() == [[5], ["b"]]


def test_a_number_format_that_stands_twice_alike_is_one(tmp_path: Path) -> None:
    twice = STYLES.replace("</numFmts>", '<numFmt numFmtId="164" formatCode="[h]:mm"/></numFmts>')
    body = f'<row r="1"><c r="A1" s="{ELAPSED}"><v>1.5</v></c></row>'
    path = make(tmp_path / "b.xlsx", {"s": sheet(body)}, styles=twice)
    assert open_book(path).grid("s").read() == [[timedelta(days=1.5)]]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (
            '<definedName name="a">s!$A$1</definedName><definedName name="A">s!$A$2</definedName>',
            "has the name 'A' twice",
        ),
        ('<definedName name="a">s!$A$1</definedName><definedName name="a" localSheetId="0">s!$A$2</definedName>', None),
    ],
)
def test_a_name_for_two_ranges_is_refused(tmp_path: Path, names: str, sentence: str | None) -> None:
    path = make(
        tmp_path / "b.xlsx",
        {"s": sheet('<row r="1"><c r="A1"><v>1</v></c></row>')},
        inside=f"<definedNames>{names}</definedNames>",
    )
    book = open_book(path)
    assert book.grid("s").read() == [[1]]
    if sentence is None:
        assert book.grid("A").read() == [[1]]
    else:
        with pytest.raises(SheetError, match=sentence):
            book.grid("A")


def test_two_tables_of_one_name_are_refused(tmp_path: Path) -> None:
    rels = "".join(f'<Relationship Id="r{n}" Type="{RELS}/table" Target="/xl/tables/table{n}.xml"/>' for n in (1, 2))
    parts = {
        f"xl/tables/table{n}.xml": f'<table xmlns="{MAIN}" displayName="{name}" ref="A{n}:B9"/>'
        for n, name in ((1, "Orders"), (2, "ORDERS"))
    }
    parts["xl/worksheets/_rels/sheet1.xml.rels"] = f'<Relationships xmlns="{PACKAGE_RELS}">{rels}</Relationships>'
    book = open_book(make(tmp_path / "b.xlsx", {"s": sheet("")}, parts=parts))
    with pytest.raises(SheetError, match="two tables of the name 'orders'"):
        book.grid("orders")
