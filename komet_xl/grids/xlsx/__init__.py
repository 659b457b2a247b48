"""Workbooks as files: .xlsx and .xlsm read by streaming and changed only in the cells that were written.

Why not a library that loads and saves: it would lose drawings, controls, rich text and stored results of people's
workbooks. openpyxl makes the skeleton of a new workbook and is not imported before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import files
from komet_xl.grids.xlsx.book import XlsxBook
from komet_xl.grids.xlsx.sheetgrid import XlsxGrid

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["XlsxBook", "XlsxGrid", "new_book", "open_book"]


def open_book(path: Path) -> XlsxBook:
    """
    A workbook that exists. Its bytes are read once, now.

    Raises:
        SheetError: no such file, no workbook, encrypted, old .xls, .xlsb, damaged, hostile or too large.
    """
    data, stamp = files.read(path.absolute())
    return XlsxBook(path, data, stamp)


def new_book(path: Path) -> XlsxBook:
    """A workbook that does not exist yet and has no sheets. Nothing is on disk before its `save`."""
    return XlsxBook(path, None, None)
