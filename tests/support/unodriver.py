"""
LibreOffice as Excel for unoengine.py: the driver of tests/office and what a test engine of xlwings needs besides.

Run by the Python that has `uno`. Areas are lists of top, left, bottom, right, counted from 1 as in Excel. Values go as
JSON: a moment is {"d": "2015-02-10T00:00:00"}, an error {"e": "#N/A"}.
"""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "office"))

import driver  # the folder above is not a package for this Python
import uno
from com.sun.star.lang import Locale
from com.sun.star.table import CellAddress, CellRangeAddress

if TYPE_CHECKING:
    from collections.abc import Iterator

Uno: TypeAlias = Any
Area: TypeAlias = "list[int]"
EXCEL_A1 = 1  # com.sun.star.sheet.AddressConvention.XL_A1
FORMULAS, EVERYTHING = 16, 1023
DATE, TIME, LOGICAL = 2, 4, 1024
ERROR = 4
ZERO = dt.datetime(1899, 12, 30)  # noqa: DTZ001  cells know no time zone
WIDEST = 60
"""Columns that a whole row has here."""
NAMED = re.compile(r"\$?(?:'((?:[^']|'')+)'|([^.']+))\.(.+)")
GENERAL = "General"


class Office(driver.Office):
    """The office with the calls of a test engine. `document` is the number that `open` gave."""

    def xl_add(self, document: int, name: str, position: int) -> None:
        self._documents[document].Sheets.insertNewByName(name, position)

    def xl_rename(self, document: int, old: str, new: str) -> None:
        self._page(document, old).Name = new

    def xl_remove(self, document: int, name: str) -> None:
        self._documents[document].Sheets.removeByName(name)

    def xl_used(self, document: int, sheet: str) -> list[int]:
        used = self._used(self._documents[document], sheet)
        return [used.Rows.Count, used.Columns.Count]

    def xl_values(self, document: int, sheet: str, area: Area, *, exact: bool) -> list[list[object]]:
        cells = self._cells(document, sheet, area)
        rows: list[list[object]] = [[None if each == "" else each for each in row] for row in cells.DataArray]
        for row, column, cell in self._formula_cells(cells, area):
            if cell.getError():
                rows[row][column] = {"e": cell.String}
            elif rows[row][column] is None:
                rows[row][column] = ""
        kinds = self._documents[document].NumberFormats
        for row, column, key in self._keys(cells, area):
            kind, value = kinds.getByKey(key).Type, rows[row][column]
            if isinstance(value, float) and kind & LOGICAL:
                rows[row][column] = bool(value)
            elif isinstance(value, float) and kind & (DATE | TIME) and not exact:
                rows[row][column] = {"d": (ZERO + dt.timedelta(days=value)).isoformat()}
        return rows

    def xl_put(self, document: int, sheet: str, area: Area, rows: list[list[Any]]) -> None:
        """Give cells their values as if they were typed: LibreOffice takes texts in English here."""
        cells = self._cells(document, sheet, area)
        days: list[tuple[int, int]] = []
        texts = []
        for y, row in enumerate(rows):
            line = []
            for x, value in enumerate(row):
                if isinstance(value, dict):
                    days.append((y, x))
                    line.append(repr((dt.datetime.fromisoformat(value["d"]) - ZERO) / dt.timedelta(days=1)))
                elif isinstance(value, bool):
                    line.append(str(value).upper())
                else:
                    line.append(f"{value:.15g}" if isinstance(value, int | float) else value or "")
            texts.append(tuple(line))
        is_text = {(y, x) for y, x, key in self._keys(cells, area) if self._code(document, key) == "@"}
        plain = tuple(
            tuple(
                "" if self._is_own(text) else f"'{text}" if (y, x) in is_text and text and text[0] != "'" else text
                for x, text in enumerate(row)
            )
            for y, row in enumerate(texts)
        )
        cells.setFormulaArray(plain)  # many at once: LibreOffice then heeds no format
        for y, row in enumerate(texts):
            for x, text in enumerate(row):
                if self._is_own(text):
                    self._put_formula(document, cells.getCellByPosition(x, y), text)
        for y, x in days:
            cell = cells.getCellByPosition(x, y)
            if self._code(document, cell.NumberFormat) == GENERAL:
                cell.NumberFormat = self._key(document, "YYYY-MM-DD")

    @staticmethod
    def _is_own(text: str) -> bool:
        return text.startswith("=") and len(text) > 1

    def _put_formula(self, document: int, cell: Uno, text: str) -> None:
        """A formula as Excel writes it."""
        if self._code(document, cell.NumberFormat) == "@":
            cell.String = text
            return
        parser = self._parser(document)
        cell.setTokens(parser.parseFormula(text[1:], cell.CellAddress))

    def xl_formulas(self, document: int, sheet: str, area: Area) -> list[list[str]]:
        cells = self._cells(document, sheet, area)
        rows = [[_shown(each) for each in row] for row in cells.DataArray]
        parser = self._parser(document)
        for row, column, cell in self._formula_cells(cells, area):
            rows[row][column] = "=" + parser.printFormula(cell.getTokens(), cell.CellAddress)
        return rows

    def xl_format(self, document: int, sheet: str, area: Area) -> str | None:
        cells = self._cells(document, sheet, area)
        codes = {self._code(document, each.NumberFormat) for each in self._groups(cells)}
        return codes.pop() if len(codes) == 1 else None

    def xl_set_format(self, document: int, sheet: str, area: Area, code: str) -> None:
        self._cells(document, sheet, area).NumberFormat = self._key(document, code)

    def xl_copy(self, document: int, sheet: str, source: Area, to: Area) -> None:
        page = self._page(document, sheet)
        height = source[2] - source[0] + 1
        index = page.RangeAddress.Sheet
        origin = CellRangeAddress(index, source[1] - 1, source[0] - 1, min(source[3], WIDEST) - 1, source[2] - 1)
        for top in range(to[0], to[2] + 1, height):
            page.copyRange(CellAddress(index, to[1] - 1, top - 1), origin)

    def xl_clear(self, document: int, sheet: str, area: Area) -> None:
        self._cells(document, sheet, area).clearContents(EVERYTHING)

    def xl_delete_rows(self, document: int, sheet: str, area: Area) -> None:
        self._page(document, sheet).Rows.removeByIndex(area[0] - 1, area[2] - area[0] + 1)

    def xl_hidden(self, document: int, sheet: str) -> list[int]:
        rows = self._page(document, sheet).Rows
        last = self._used(self._documents[document], sheet).Rows.Count + 20
        return [at + 1 for at in range(last) if not rows.getByIndex(at).IsVisible]

    def xl_set_hidden(self, document: int, sheet: str, first: int, last: int, *, hidden: bool) -> None:
        self._cells(document, sheet, [first, 1, last, 1]).Rows.IsVisible = not hidden

    def xl_names(self, document: int) -> dict[str, str]:
        names = self._documents[document].NamedRanges
        found = {}
        for name in names.ElementNames:
            match = NAMED.fullmatch(names.getByName(name).Content)
            if match is not None:
                found[name] = f"='{match[1] or match[2]}'!{match[3].replace(f'${match[1] or match[2]}.', '')}"
        return found

    def xl_put_name(self, document: int, name: str, sheet: str, where: str) -> None:
        names = self._documents[document].NamedRanges
        if names.hasByName(name):
            names.removeByName(name)
        names.addNewByName(name, f"$'{sheet}'.{where}", CellAddress(0, 0, 0), 0)

    def xl_tables(self, document: int) -> dict[str, list[Any]]:
        found = {}
        ranges = self._documents[document].DatabaseRanges
        for name in ranges.ElementNames:
            area = ranges.getByName(name).DataArea
            sheet = self._documents[document].Sheets.getByIndex(area.Sheet).Name
            found[name] = [sheet, area.StartRow + 1, area.StartColumn + 1, area.EndRow + 1, area.EndColumn + 1]
        return found

    def xl_put_table(self, document: int, sheet: str, name: str, area: Area) -> None:
        ranges = self._documents[document].DatabaseRanges
        where = self._cells(document, sheet, area).RangeAddress
        if ranges.hasByName(name):
            ranges.getByName(name).DataArea = where
        else:
            ranges.addNewByName(name, where)

    # -------------------------------------------------------------------------------------------------------- inside

    def _page(self, document: int, sheet: str) -> Uno:
        return self._documents[document].Sheets.getByName(sheet)

    def _cells(self, document: int, sheet: str, area: Area) -> Uno:
        top, left, bottom, right = area
        page = self._page(document, sheet)
        last = page.Columns.Count, page.Rows.Count
        return page.getCellRangeByPosition(left - 1, top - 1, min(right, last[0]) - 1, min(bottom, last[1]) - 1)

    @staticmethod
    def _formula_cells(cells: Uno, area: Area) -> Iterator[tuple[int, int, Uno]]:
        """Row and column inside the area, and the cell, of every formula."""
        for part in cells.queryContentCells(FORMULAS):
            where = part.RangeAddress
            for y in range(part.Rows.Count):
                for x in range(part.Columns.Count):
                    row, column = where.StartRow + y + 1 - area[0], where.StartColumn + x + 1 - area[1]
                    yield row, column, part.getCellByPosition(x, y)

    @staticmethod
    def _groups(cells: Uno) -> Iterator[Uno]:
        groups = cells.getUniqueCellFormatRanges()
        for at in range(groups.Count):
            yield groups.getByIndex(at)

    def _keys(self, cells: Uno, area: Area) -> Iterator[tuple[int, int, int]]:
        """Row and column inside the area, and number format, of every cell."""
        for group in self._groups(cells):
            for where in group.RangeAddresses:
                for row in range(where.StartRow, where.EndRow + 1):
                    for column in range(where.StartColumn, where.EndColumn + 1):
                        yield row + 1 - area[0], column + 1 - area[1], group.NumberFormat

    def _code(self, document: int, key: int) -> str:
        code: str = self._documents[document].NumberFormats.getByKey(key).FormatString
        return GENERAL if code.lower() in {"general", "standard"} else code

    def _key(self, document: int, code: str) -> int:
        formats, english = self._documents[document].NumberFormats, Locale("en", "US", "")
        found = formats.queryKey(code, english, True)  # noqa: FBT003  UNO has no argument names
        return formats.addNew(code, english) if found < 0 else found

    def _parser(self, document: int) -> Uno:
        parser = self._documents[document].createInstance("com.sun.star.sheet.FormulaParser")
        parser.FormulaConvention, parser.CompileEnglish = EXCEL_A1, True
        return parser


def _shown(value: object) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    _ = uno  # the bridge must be there before anything of com.sun.star
    driver.main(Office)
