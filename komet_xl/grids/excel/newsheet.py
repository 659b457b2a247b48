"""A sheet that we make in an open workbook: headings, formats, widths, and a table with a frozen heading row."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from komet_xl.grids.excel import blocks
from komet_xl.grids.excel.faults import patiently
from komet_xl.grids.excel.quiet import quiet
from komet_xl.grids.excel.values import taken
from komet_xl.grids.xlsx import refs, tables
from komet_xl.grids.xlsx.newsheet import FORMATS, width
from komet_xl.grids.xlsx.refs import Area
from komet_xl.grids.xlsx.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import xlwings

    from komet_xl.grids.grid import Column

_Key = TypeVar("_Key")


def add(book: xlwings.Book, name: str, columns: Sequence[Column]) -> None:
    """Put the sheet at the end. The one that a person looks at stays the same."""
    before = patiently(lambda: book.sheets.active)
    # without patience: nobody wants two of them
    sheet = patiently(lambda: book.sheets.add(name, after=book.sheets[len(book.sheets) - 1]), patience=0)
    with quiet(patiently(lambda: book.app)):
        _format(sheet, columns)
        headings = [clean(column.heading) for column in columns]
        if headings:
            blocks.write(sheet, 1, 1, [[taken(each) for each in headings]])
            patiently(lambda: sheet.freeze_panes.freeze_at("1:1"))
        if tables.are_columns(headings):
            _make_table(book, sheet, len(headings))
    patiently(before.activate)


def _format(sheet: xlwings.Sheet, columns: Sequence[Column]) -> None:
    """Number formats and widths of whole columns, as many columns at once as have the same."""
    for code, letters in _grouped((FORMATS[each.kind], at) for at, each in enumerate(columns, start=1)).items():
        for area in letters:
            patiently(setattr, blocks.part(sheet, area), "number_format", code)
    for wide, letters in _grouped((width(each), at) for at, each in enumerate(columns, start=1)).items():
        for area in letters:
            patiently(setattr, blocks.part(sheet, area), "column_width", wide)


def _grouped(pairs: Iterable[tuple[_Key, int]]) -> dict[_Key, list[str]]:
    found: dict[_Key, list[int]] = {}
    for key, column in pairs:
        found.setdefault(key, []).append(column)
    return {key: [_letters(*run) for run in blocks.runs(columns)] for key, columns in found.items()}


def _letters(first: int, last: int) -> str:
    return f"{refs.column_letters(first)}:{refs.column_letters(last)}"


def _make_table(book: xlwings.Book, sheet: xlwings.Sheet, columns: int) -> None:
    """Over the headings and one blank row; whoever puts rows in makes it longer."""
    free = patiently(lambda: tables.free_name(sheet.name, _taken_names(book)))
    cells = blocks.rectangle(sheet, Area(1, 1, 2, columns))
    patiently(lambda: sheet.tables.add(source=cells, name=free), patience=0)


def _taken_names(book: xlwings.Book) -> list[str]:
    found = [each.name for each in book.sheets]
    found += [each.name for each in book.names]
    return found + [table.name for each in book.sheets for table in each.tables]
