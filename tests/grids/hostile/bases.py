"""Sound workbooks of several programs and styles, from which mutations are made. The same bytes at every call."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import openpyxl
import xlsxwriter
from openpyxl.styles import Font
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from komet_xl.grids.grid import Column, Kind
from komet_xl.grids.xlsx import new_book
from tests.grids.hostile.documents import tabled
from tests.grids.hostile.rawzip import Entry, archive
from tests.grids.workbooks import MAIN, RELS, XML, make, sheet

if TYPE_CHECKING:
    from collections.abc import Callable

ORDERS = ["prebookId", "inventoryId", "boxes", "price", "markCode", "status", "message"]
CLOCK = re.compile(rb"(<dcterms:[a-z]+[^>]*>)[^<]*")


def by_xlsxwriter(path: Path) -> None:
    """Formats, days, formulas, a table, a chart, a comment, hidden rows, a filter."""
    book = xlsxwriter.Workbook(path)
    day, money = book.add_format({"num_format": "d.m.yyyy"}), book.add_format({"num_format": "0.00", "bold": True})
    orders = book.add_worksheet("orders")
    orders.write_row(0, 0, ORDERS)
    for row in range(1, 6):
        orders.write_row(row, 0, [13_000 + row, 85_000 + row, row])
        orders.write_number(row, 3, 0.25 * row, money)
        orders.write_string(row, 4, f"MARK {row}")
    orders.write_rich_string(6, 0, "a ", money, "rich", " text")
    orders.write_datetime(6, 1, datetime(2015, 2, 10), day)  # noqa: DTZ001  a sheet knows no zones
    orders.write_formula(6, 2, "=SUM(C2:C6)", None, 15)
    orders.write_boolean(6, 3, True)  # noqa: FBT003  the value
    orders.set_row(3, None, None, {"hidden": True})
    orders.autofilter(0, 0, 5, 6)
    orders.write_comment("A1", "a note")
    orders.data_validation("C2:C6", {"validate": "integer", "criteria": ">", "value": 0})
    other = book.add_worksheet("other's sheet")
    other.add_table(
        "B2:C4", {"name": "prices", "data": [["rose", 1], ["tulip", 2]], "columns": [{"header": "a"}, {"header": "b"}]}
    )
    other.merge_range("B6:C7", "merged")
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=orders!$D$2:$D$6"})
    other.insert_chart("E2", chart)
    book.define_name("lines", "=orders!$A$1:$G$6")
    book.close()


def by_openpyxl(path: Path) -> None:
    """The calendar of 1904, links, named formats."""
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    first = book.active
    assert first is not None
    first.append(ORDERS)
    for row in range(2, 6):
        first.append([12_000 + row, "85063", row, 1.5, None, None, "=1+1"])
    first["B7"] = date(2015, 2, 10)
    first["A2"].font = Font(bold=True)
    first["A3"].hyperlink = "https://example.invalid/"
    first.row_dimensions[4].hidden = True
    book.create_sheet("empty")
    book.save(path)


def by_us(path: Path) -> None:
    """As a pull leaves it."""
    book = new_book(path)
    grid = book.add(
        "prebooks", [Column("number", Kind.TEXT), Column("truckDate", Kind.DATE), Column("price", Kind.MONEY)]
    )
    grid.write({(2, 1): "=13010", (2, 2): date(2015, 2, 10), (2, 3): Decimal("1.50"), (3, 1): "_x0041_"})
    book.save()


def by_hand(path: Path) -> None:
    """Cells without addresses, shared and array formulas, inline texts, comments and CDATA."""
    rows = (
        '<row><c t="inlineStr"><is><r><t>a</t></r><r><t xml:space="preserve"> b</t></r></is></c>'
        '<c t="s"><v>1</v></c></row><!-- between --><row r="3" hidden="1" spans="1:4"><c r="B3">'
        '<f t="shared" ref="B3:B4" si="0">A3+1</f><v>1</v></c><c r="D3" s="1"><v>46063</v></c></row>'
        '<row r="4" ht="0"><c r="B4"><f t="shared" si="0"/><v>2</v></c><c r="C4" t="str"><v><![CDATA[<x>]]></v></c>'
        '</row><row r="5"><c r="A5"><f t="array" ref="A5:B5">{1,2}</f><v>1</v></c>'
        '<c r="B5"><v>2</v></c><c r="C5" t="e"><v>#N/A</v></c><c r="D5" t="b"><v>1</v></c></row>'
    )
    strings = "<si><t>x</t></si><si><r><t>r</t></r><rPh sb='0' eb='1'><t>p</t></rPh><r><t>s</t></r></si>"
    names = "<definedNames><definedName name='n' localSheetId='0'>s!$A$1:$B$3</definedName></definedNames>"
    first = sheet(rows, before='<dimension ref="A1:D5"/><cols><col min="2" max="3" style="6"/></cols>')
    make(path, {"s": first, "t": sheet("")}, strings=strings, inside=names + "<calcPr calcId='1'/>")


def by_hand_otherwise(path: Path) -> None:
    """Prefixes, UTF-16, no styles and no shared texts."""
    text = (
        f'<?xml version="1.0" encoding="UTF-16"?>\n<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1"><x:c r="A1" '
        't="inlineStr"><x:is><x:t>ö</x:t></x:is></x:c></x:row><x:row r="2"><x:c r="B2"><x:v>1.5</x:v></x:c></x:row>'
        "</x:sheetData></x:worksheet>"
    )
    make(path, {"s": text.encode("utf-16")}, styles=None)


def with_chain(path: Path) -> None:
    """A calculation chain, so that writing over a formula must change it."""
    rows = (
        '<row r="1"><c r="A1"><v>5</v></c></row><row r="2"><c r="B2"><f>A1*2</f><v>10</v></c>'
        '<c r="C2"><f>B2</f><v>10</v></c></row>'
    )
    chain = f'{XML}<calcChain xmlns="{MAIN}"><c r="B2" i="11"/><c r="C2"/></calcChain>'
    link = f'<Relationship Id="rId70" Type="{RELS}/calcChain" Target="calcChain.xml"/>'
    kind = (
        '<Override PartName="/xl/calcChain.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.calcChain+xml"/>'
    )
    make(path, {"s": sheet(rows)}, parts={"xl/calcChain.xml": chain}, links=link, types=kind)


MAKERS: tuple[Callable[[Path], object], ...] = (
    by_xlsxwriter,
    by_openpyxl,
    by_us,
    by_hand,
    by_hand_otherwise,
    with_chain,
    tabled,
)


@cache
def bases() -> list[bytes]:
    """The workbooks, each as its bytes."""
    made = []
    for make_one in MAKERS:
        with TemporaryDirectory() as folder:
            path = Path(folder, "b.xlsx")
            make_one(path)
            made.append(settled(path.read_bytes()))
    return made


def settled(data: bytes) -> bytes:
    """The same workbook without the time at which it was made."""
    with zipfile.ZipFile(io.BytesIO(data)) as every:
        content = {name: every.read(name) for name in every.namelist()}
    now = datetime(2015, 2, 10, tzinfo=UTC).strftime("%Y-%m-%dT%H:%M:%SZ").encode()
    return archive([Entry.of(name, CLOCK.sub(rb"\g<1>" + now, part)) for name, part in content.items()])
