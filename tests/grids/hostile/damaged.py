"""Parts that are missing, or are something else than their place says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.grids.hostile.case import PLAIN, Case, either, parts, refused
from tests.grids.workbooks import MAIN

if TYPE_CHECKING:
    from collections.abc import Iterator

SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
BOOK, BOOK_RELS, TOP = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"
NO_GOOD = "is not well-formed|is no worksheet|no shared strings"
READ_BY_ALL = (SHEET, STRINGS, STYLES, BOOK, BOOK_RELS, TOP)


def missing() -> Iterator[Case]:
    for part, words in (
        (TOP, "no Excel workbook"),
        (BOOK, r"part xl/workbook\.xml is missing"),
        (BOOK_RELS, "no sheet|missing"),
        (SHEET, r"part xl/worksheets/sheet1\.xml is missing"),
        (STYLES, r"part xl/styles\.xml is missing"),
        (STRINGS, "the workbook does not have|missing"),
    ):
        yield refused(f"{part} missing", words, parts({part: None}))


def not_xml() -> Iterator[Case]:
    for part in READ_BY_ALL:
        for name, data in (
            ("empty", b""),
            ("no XML", b"\x89PNG\r\n\x1a\n\0\0"),
            ("cut short", b'<?xml version="1.0"?><a><b>'),
            ("closed wrongly", b"<a></b>"),
            ("a text", b"oops"),
        ):
            yield refused(
                f"{part} is {name}", "is not well-formed|is no worksheet|no shared strings", parts({part: data})
            )


def of_another_kind() -> Iterator[Case]:
    for part, words in (
        (TOP, "no Excel workbook"),
        (BOOK, "no Excel workbook"),
        (BOOK_RELS, "no sheet|missing"),
        (SHEET, "is no worksheet"),
        (STRINGS, "no shared strings"),
    ):
        for name, data in (
            ("another document", b'<document xmlns="urn:word"/>'),
            ("a document without a house", b"<document/>"),
            ("a sheet of another house", b'<worksheet xmlns="urn:other"/>'),
            ("a chart sheet", f'<chartsheet xmlns="{MAIN}"/>'.encode()),
        ):
            yield refused(f"{part} is {name}", words, parts({part: data}))
    yield either(f"{STYLES} is another document", PLAIN, "styles", parts({STYLES: b'<document xmlns="urn:word"/>'}))


CASES: list[Case] = [*missing(), *not_xml(), *of_another_kind()]
