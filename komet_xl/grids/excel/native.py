"""What xlwings has no words for, asked of Excel's own objects: one tiny call each, for Windows and for macOS."""

from __future__ import annotations

import shutil
import sys
from typing import TYPE_CHECKING, Any

from komet_xl.errors import SheetError
from komet_xl.grids.excel.faults import is_missing

if TYPE_CHECKING:
    import xlwings

MAC = sys.platform == "darwin"
LONGEST_ADDRESS = 240
"""Characters up to which an address is surely whole; Excel cuts at 255."""
DONE = 0
"""xlDone: nothing is left to be calculated."""


def full_name(book: xlwings.Book) -> str:
    """Path, or address of a workbook on OneDrive or SharePoint; only a name before it was first saved.

    Not `Book.fullname`: for an address that one reads a sheet of the workbook to guess a path.
    """
    return str(_property(book.api, "FullName", "full_name"))


def is_saved_somewhere(book: xlwings.Book) -> bool:
    """Whether the workbook has a place on a disk or in the cloud."""
    return bool(_property(book.api, "Path", "path"))


def is_read_only(book: xlwings.Book) -> bool:
    """Whether Excel would not save it under its name."""
    return _property(book.api, "ReadOnly", "read_only") is True


def has_fixed_sheets(book: xlwings.Book) -> bool:
    """Whether no sheet can be added."""
    return _property(book.api, "ProtectStructure", "protect_structure") is True


def is_protected(sheet: xlwings.Sheet) -> bool:
    """Whether cells cannot be changed from here. Protection against hands only lets programs through."""
    if _property(sheet.api, "ProtectContents", "protect_contents") is not True:
        return False
    return _property(sheet.api, "ProtectionMode", "protection_mode") is not True


def is_locked(cells: xlwings.Range) -> bool:
    """Whether protection covers any of the cells."""
    return _property(cells.api, "Locked", "locked") is not False


def is_filtered(sheet: xlwings.Sheet) -> bool:
    """Whether a filter of the sheet or of one of its tables hides rows."""
    if _property(sheet.api, "FilterMode", "filter_mode") is True:
        return True
    return not MAC and any(_filter_of(table.api) for table in sheet.tables)


def exact_numbers(area: xlwings.Range) -> object:
    """Values as plain doubles, also where the cell has a currency's format (`Value` cuts those to 4 decimals)."""
    return _property(area.api, "Value2", "value2")


def areas(selection: xlwings.Range) -> list[tuple[int, int, int, int]]:
    """
    First row, first column, rows and columns of each part of a selection made with Ctrl.

    Raises:
        SheetError: on macOS, where Excel cuts the names of very many parts in the middle: it could name other rows.
    """
    if MAC:
        names = selection.address
        if len(names) >= LONGEST_ADDRESS:
            raise SheetError("too many parts are selected to tell which; select fewer, or rows that stand together.")
        parts = [selection.sheet.range(each) for each in names.split(",")]
        return [(each.row, each.column, *each.shape) for each in parts]
    return [(each.Row, each.Column, each.Rows.Count, each.Columns.Count) for each in selection.api.Areas]


def save_copy(book: xlwings.Book, path: str) -> None:
    """Write the workbook as it is now into a new file; the open one stays what it is. macOS may have to refuse."""
    if not MAC:
        book.api.SaveCopyAs(path)
        return
    name = full_name(book)  # AppleScript has no such command: the file itself is copied while it is up to date
    if "://" in name or not is_saved_somewhere(book) or _property(book.api, "Saved", "saved") is not True:
        raise SheetError(f"{name} has changes that are not saved, so no copy can be made; save it and try again.")
    shutil.copyfile(name, path)


def spills(cells: xlwings.Range) -> bool:
    """Whether the result of a formula runs over into other cells of an area. Excel before 2021 knows no such thing."""
    return not MAC and _known(cells.api, "HasSpill", otherwise=False) is not False


def commented(sheet: xlwings.Sheet) -> frozenset[int]:
    """Rows with notes or threads; none on macOS, where Excel has no list of them. Threads are unknown before 2019."""
    if MAC:
        return frozenset()
    lists = (sheet.api.Comments, _known(sheet.api, "CommentsThreaded", otherwise=()))
    return frozenset(each.Parent.Row for every in lists for each in every)


def recalculate(app: xlwings.App) -> None:
    """Calculate every formula anew: those of ours do not know that there are new answers."""
    if MAC:
        app.api.calculate_full()
    else:
        app.api.CalculateFull()


def is_calculated(app: xlwings.App) -> bool:
    """Whether all formulas show what they stand for. Where calculation waits for F9 they may not."""
    if MAC:
        return bool(app.calculation == "automatic")  # what Excel tells of it there, nobody here has seen
    return bool(app.api.CalculationState == DONE)


def calculate(app: xlwings.App) -> bool:
    """Calculate what has changed, as F9 does. Returns whether that is all."""
    app.calculate()
    return MAC or is_calculated(app)


def shows_protected_view(app: xlwings.App) -> bool:
    """Whether a workbook is open that nobody may change before "Enable Editing" was pressed."""
    return not MAC and app.api.ProtectedViewWindows.Count > 0


def _filter_of(table: Any) -> bool:  # noqa: ANN401  Excel's own object
    found = table.AutoFilter
    return found is not None and found.FilterMode is True


def _known(owner: Any, name: str, *, otherwise: Any) -> Any:  # noqa: ANN401  Excel's own objects
    """A property that an older Excel does not have."""
    try:
        return getattr(owner, name)
    except Exception as exc:
        if not is_missing(exc):
            raise
        return otherwise


def _property(owner: Any, windows: str, mac: str) -> object:  # noqa: ANN401  Excel's own object
    return getattr(owner, mac).get() if MAC else getattr(owner, windows)
