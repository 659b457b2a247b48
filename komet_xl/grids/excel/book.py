"""A workbook that is open in Excel, as a Book of the port."""

from __future__ import annotations

import ntpath
import os
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from komet_xl.errors import SheetError, SheetMissingError
from komet_xl.grids.excel import native, newsheet
from komet_xl.grids.excel.around import lines_of, named_area
from komet_xl.grids.excel.faults import patiently
from komet_xl.grids.excel.grid import ExcelGrid
from komet_xl.grids.xlsx.newsheet import ensure_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xlwings

    from komet_xl.grids.grid import Column
    from komet_xl.grids.xlsx.refs import Area

MOST_NAMES: Final = 20
MOST_COPIES: Final = 1_000


class ExcelBook:
    """The workbook as the person sees it, saved or not."""

    def __init__(self, book: xlwings.Book) -> None:
        self._book = book
        self._where = patiently(native.full_name, book)
        self._grids: dict[tuple[str, Area | None], ExcelGrid] = {}
        """Grids by name and place: each remembers the rows as they were read, to notice when they are moved."""

    @property
    def where(self) -> str:
        """Full path; the address of a workbook on OneDrive or SharePoint; "Book1" before it was first saved."""
        return self._where

    @property
    def is_open(self) -> bool:
        """Always: results are seen the moment they are written, and the file is the person's to save."""
        return True

    def grid(self, name: str) -> ExcelGrid:
        """The sheet of that name, else the table, else the workbook-level name; case ignored.

        Raises:
            SheetMissingError: naming what was looked for and what there is.
        """
        found = self._find(name)
        if found is None:
            names = ", ".join(self._sheet_names()[:MOST_NAMES]) or "none"
            raise SheetMissingError(
                f'{self.where} has no sheet, table or range named "{name}"; its sheets are: {names}.'
            )
        return self._grids.setdefault((found.name, found.area), found)

    def has(self, name: str) -> bool:
        """Whether `grid(name)` would find something."""
        return self._find(name) is not None

    def add(self, name: str, columns: Sequence[Column]) -> ExcelGrid:
        """A new sheet at the end with these headings, formats, widths, a frozen heading row; a table where Excel lets.

        Raises:
            SheetError: a sheet cannot have this name, the name is taken, or the workbook's structure is protected.
        """
        ensure_name(name, self.where, self._sheet_names())
        if patiently(native.has_fixed_sheets, self._book):
            raise SheetError(
                f"{self.where} lets nobody add a sheet; unprotect it (Review > Protect Workbook) and try again."
            )
        newsheet.add(self._book, name, columns)
        return self.grid(name)

    def ensure_writable(self) -> None:
        """Raise SheetError for a workbook that was opened read-only: nothing could be saved into it."""
        if patiently(native.is_read_only, self._book):
            raise SheetError(
                f"{self.where} is open read-only, so nothing could be saved into it; save a copy under a name of your "
                "own, or close it and open it for editing."
            )

    def save(self) -> None:
        """
        Nothing: what was written stands in the open workbook already.

        The file is not saved, because the person may have changes in it that they do not want to keep. Until they
        save it, results are safe in the journal, which takes them for not certainly shown.
        """

    def save_copy(self, mark: str, *, as_read: bool = False) -> str:  # noqa: ARG002  what was written is not undone
        """
        Put the workbook as it is into a new file beside it, such as "orders.results.xlsx".

        One that is in the cloud, or was never saved, gets its copy in the user's documents. What it was before is
        only known (`as_read`) while nothing has been written.

        Raises:
            SheetError: no file was made.
        """
        path = self._free_copy(mark)
        patiently(native.save_copy, self._book, str(path))
        return str(path)

    # ----------------------------------------------------------------------------------------------------- inside

    def _sheet_names(self) -> list[str]:
        return patiently(lambda: [sheet.name for sheet in self._book.sheets])

    def _find(self, name: str) -> ExcelGrid | None:
        wanted = name.lower()
        return patiently(lambda: self._sheet(wanted) or self._table(wanted) or self._named(wanted))

    def _sheet(self, wanted: str) -> ExcelGrid | None:
        for sheet in self._book.sheets:
            if sheet.name.lower() == wanted:
                return ExcelGrid(self.where, sheet.name, sheet, None)
        return None

    def _table(self, wanted: str) -> ExcelGrid | None:
        for sheet in self._book.sheets:
            for table in sheet.tables:
                if table.name.lower() == wanted:
                    return ExcelGrid(self.where, table.name, sheet, lines_of(table))
        return None

    def _named(self, wanted: str) -> ExcelGrid | None:
        """A name of the whole workbook for one rectangle."""
        for each in self._book.names:
            found = named_area(each.refers_to) if each.name.lower() == wanted else None
            if found is not None:
                return ExcelGrid(self.where, each.name, self._book.sheets[found[0]], found[1])
        return None

    def _free_copy(self, mark: str) -> Path:
        """A file that does not exist yet."""
        is_address = "://" in self.where
        stem, ending = posixpath.splitext(
            posixpath.basename(self.where) if is_address else ntpath.basename(os.path.basename(self.where))  # noqa: PTH119  either system's path
        )
        beside = None if is_address else Path(self.where).parent
        folder = beside if beside is not None and beside.is_absolute() else Path(platformdirs.user_documents_dir())
        for number in range(1, MOST_COPIES + 1):
            path = folder / f"{stem}.{mark}{f' {number}' if number > 1 else ''}{ending or '.xlsx'}"
            if not path.exists():
                return path
        raise SheetError(f"There are {MOST_COPIES} files like {path} already; delete some.")
