"""
Drives LibreOffice over UNO, for tests.support.office: one JSON line in, one JSON line out.

Run by the Python that has `uno` (Debian's own, or the one that LibreOffice brings along), never imported by a test:
which Python the tests run in makes no difference. When its standard input ends, so does the office.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException
from com.sun.star.lang import DisposedException
from com.sun.star.uno import Exception as UnoException

if TYPE_CHECKING:
    from collections.abc import Iterator

Uno: TypeAlias = Any
"""An object in the office."""
AGAIN = 81
"""Exit code of an office that has made its profile and wants to be started once more."""
PATIENCE = 60.0
"""Seconds the office may take to start."""
TICK = 0.05
GOODBYE = 10.0
"""Seconds the office may take to end by itself."""
ERRORS = 4  # com.sun.star.sheet.FormulaResult.ERROR
FORMULAS = 16  # com.sun.star.sheet.CellFlags.FORMULA
TEXT = uno.Enum("com.sun.star.table.CellContentType", "TEXT")
XLSX, ODS, PDF = "Calc MS Excel 2007 XML", "calc8", "calc_pdf_Export"
MARGIN = 500
"""Hundredths of a millimetre, as all lengths here."""
LARGEST_PAGE = 500_000
"""PDF readers take pages of up to 5 m."""


def option(name: str, value: object) -> Uno:
    """One named argument of a UNO call."""
    made = PropertyValue()
    made.Name, made.Value = name, value
    return made


class Office:
    """The running LibreOffice and the documents that are open in it."""

    def __init__(self, program: str, profile: str) -> None:
        pipe = f"uno-{os.getpid()}-{uuid.uuid4().hex}"
        self._command = [
            str(Path(program) / "soffice.bin"),
            *("--headless", "--invisible", "--norestore", "--nologo", "--nodefault"),
            f"--accept=pipe,name={pipe};urp;",
            f"-env:UserInstallation={Path(profile).as_uri()}",
        ]
        self._process = self._start()
        context = self._connect(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
        self._desktop = context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        self._documents: dict[int, Uno] = {}
        self._opened = 0

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=sys.stderr, stderr=sys.stderr)

    def _connect(self, address: str) -> Uno:
        local = uno.getComponentContext()
        resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            ended = self._process.poll()
            if ended == AGAIN:
                self._process = self._start()
            elif ended is not None:
                raise RuntimeError(f"LibreOffice ended with code {ended} while it started")
            try:
                return resolver.resolve(address)
            except NoConnectException:
                time.sleep(TICK)
        raise RuntimeError(f"LibreOffice did not answer within {PATIENCE:g} seconds")

    def end(self) -> None:
        """Ask it to go; kill it if it does not."""
        with contextlib.suppress(DisposedException, AttributeError):
            self._desktop.terminate()
        try:
            self._process.wait(GOODBYE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def answers(self) -> bool:
        """Whether it is still there."""
        try:
            return bool(self._desktop.supportsService("com.sun.star.frame.Desktop"))
        except UnoException:
            return False

    # ------------------------------------------------------------------------------------------------ documents

    def open(self, path: str) -> int:
        """Number of the document that was opened; a file that it cannot read is an error."""
        arguments = (option("Hidden", value=True), option("MacroExecutionMode", 0), option("UpdateDocMode", 0))
        document = self._desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, arguments)
        if document is None or not document.supportsService("com.sun.star.sheet.SpreadsheetDocument"):
            raise RuntimeError(f"LibreOffice does not open {path} as a spreadsheet")
        self._opened += 1
        self._documents[self._opened] = document
        return self._opened

    def close(self, document: int) -> None:
        """Close without saving."""
        self._documents.pop(document).close(True)  # noqa: FBT003  UNO has no argument names

    def save(self, document: int, path: str) -> None:
        """Save a copy, in the format of its ending."""
        form = {".xlsx": XLSX, ".ods": ODS}[Path(path).suffix]
        self._documents[document].storeToURL(Path(path).as_uri(), (option("FilterName", form),))

    def pdf(self, document: int, path: str, sheet: str | None) -> None:
        """Print everything, or one sheet on one page of its own size with row numbers and column letters."""
        book = self._documents[document]
        arguments = [option("FilterName", PDF)]
        if sheet is not None:
            self._one_page(book, book.Sheets.getByName(sheet))
            chosen = uno.Any("[]com.sun.star.beans.PropertyValue", (option("Selection", self._used(book, sheet)),))
            arguments.append(option("FilterData", chosen))
        book.storeToURL(Path(path).as_uri(), tuple(arguments))

    def _one_page(self, book: Uno, page: Uno) -> None:
        used = self._used(book, page.Name)
        style = book.StyleFamilies.getByName("PageStyles").getByName(page.PageStyle)
        size = used.Size
        for name, value in {
            "HeaderIsOn": False,
            "FooterIsOn": False,
            "PrintHeaders": True,
            "PrintGrid": True,
            "PageScale": 100,
            "IsLandscape": size.Width > size.Height,
            "Width": min(size.Width + 4 * MARGIN + 1000, LARGEST_PAGE),
            "Height": min(size.Height + 4 * MARGIN + 1000, LARGEST_PAGE),
            "LeftMargin": MARGIN,
            "RightMargin": MARGIN,
            "TopMargin": MARGIN,
            "BottomMargin": MARGIN,
        }.items():
            setattr(style, name, value)

    def calculate(self, document: int) -> None:
        """Calculate every formula anew, whatever result it has."""
        self._documents[document].calculateAll()

    # ----------------------------------------------------------------------------------------------------- cells

    def sheets(self, document: int) -> list[str]:
        """Names of the sheets, in order."""
        return list(self._documents[document].Sheets.ElementNames)

    def rows(self, document: int, sheet: str) -> list[list[object]]:
        """What the cells hold: numbers, text, "" for empty cells, the text shown for errors."""
        used = self._used(self._documents[document], sheet)
        rows = [list(row) for row in used.DataArray]
        for row, column, shown in self._errors(used):
            rows[row][column] = shown
        return rows

    def shown(self, document: int, sheet: str) -> list[list[str]]:
        """What the cells show in their formats, were their columns wide enough."""
        used = self._used(self._documents[document], sheet)
        columns, rows = range(used.Columns.Count), range(used.Rows.Count)
        return [[used.getCellByPosition(column, row).String for column in columns] for row in rows]

    def formulas(self, document: int, sheet: str) -> dict[str, str]:
        """Formulas by cell."""
        found = {}
        for area in self._used(self._documents[document], sheet).queryContentCells(FORMULAS):
            for row in range(area.Rows.Count):
                for column in range(area.Columns.Count):
                    cell = area.getCellByPosition(column, row)
                    found[self._name(cell)] = cell.Formula
        return found

    def errors(self, document: int) -> dict[str, str]:
        """What the cells with an error show, by sheet and cell."""
        book, found = self._documents[document], {}
        for sheet in book.Sheets.ElementNames:
            used = self._used(book, sheet)
            for row, column, shown in self._errors(used):
                found[f"{sheet}!{self._name(used.getCellByPosition(column, row))}"] = shown
        return found

    def cell(self, document: int, sheet: str, cell: str) -> dict[str, object]:
        """What a person could look up about one cell."""
        book = self._documents[document]
        found = book.Sheets.getByName(sheet).getCellRangeByName(cell)
        return {
            "is_text": found.Type == TEXT,
            "format": book.NumberFormats.getByKey(found.NumberFormat).FormatString,
            "comment": found.Annotation.String,
            "allowed": found.Validation.Formula1,
        }

    def type_in(self, document: int, sheet: str, cell: str, text: str) -> None:
        """Type into a cell, as a person in front of it."""
        found = self._documents[document].Sheets.getByName(sheet).getCellRangeByName(cell)
        found.FormulaLocal = text

    def charts(self, document: int, sheet: str) -> list[list[str]]:
        """Areas that each chart of a sheet shows."""
        charts = self._documents[document].Sheets.getByName(sheet).Charts
        return [
            [each.Values.SourceRangeRepresentation for each in charts.getByIndex(at).EmbeddedObject.DataSequences]
            for at in range(charts.Count)
        ]

    def rules(self, document: int, sheet: str) -> list[str]:
        """Areas of a sheet's conditional formats."""
        formats = self._documents[document].Sheets.getByName(sheet).ConditionalFormats.ConditionalFormats
        return [each.Range.RangeAddressesAsString for each in formats]

    @staticmethod
    def _used(book: Uno, sheet: str) -> Uno:
        cursor = book.Sheets.getByName(sheet).createCursor()
        cursor.gotoStartOfUsedArea(False)  # noqa: FBT003  UNO has no argument names
        cursor.gotoEndOfUsedArea(True)  # noqa: FBT003  same
        end = cursor.RangeAddress
        return book.Sheets.getByName(sheet).getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow)

    @staticmethod
    def _errors(used: Uno) -> Iterator[tuple[int, int, str]]:
        for area in used.queryFormulaCells(ERRORS):
            where = area.RangeAddress
            for row in range(where.StartRow, where.EndRow + 1):
                for column in range(where.StartColumn, where.EndColumn + 1):
                    yield row, column, used.getCellByPosition(column, row).String

    @staticmethod
    def _name(cell: Uno) -> str:
        return str(cell.AbsoluteName).rpartition(".")[2].replace("$", "")


def main(kind: type[Office] = Office) -> None:
    """Answer one request after the other until there are none."""
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever else is printed is no answer
    office = kind(sys.argv[1], sys.argv[2])
    try:
        for line in sys.stdin:
            request = json.loads(line)
            try:
                answer = {"value": getattr(office, request.pop("do"))(**request)}
            except Exception as exc:  # the test that asked is told, and the next one goes on
                if not office.answers():
                    raise  # it is gone: so is this process, and the next one starts a new office
                answer = {"error": f"{type(exc).__name__}: {exc}"}
            out.write(json.dumps(answer) + "\n")
            out.flush()
    finally:
        office.end()


if __name__ == "__main__":
    main()
