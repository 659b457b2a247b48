"""The .xlsx adapter: a Book over one file, Grids over its sheets, tables and names."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from komet_xl.errors import SheetError, SheetMissingError
from komet_xl.grids.xlsx import files, newsheet, refs
from komet_xl.grids.xlsx.comments import commented_rows
from komet_xl.grids.xlsx.contents import Contents, new_contents
from komet_xl.grids.xlsx.dates import to_serial
from komet_xl.grids.xlsx.faults import about, shown
from komet_xl.grids.xlsx.guards import first_fixed
from komet_xl.grids.xlsx.overlay import at, overlaid, unseen, without
from komet_xl.grids.xlsx.package import Package
from komet_xl.grids.xlsx.refresh import with_rows
from komet_xl.grids.xlsx.scan import MOST_COLUMNS
from komet_xl.grids.xlsx.sheetgrid import XlsxGrid
from komet_xl.grids.xlsx.stale import with_true_results
from komet_xl.grids.xlsx.text import landed

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from komet_xl.grids.grid import Column, Position, Value
    from komet_xl.grids.xlsx.around import Change
    from komet_xl.grids.xlsx.refs import Area
    from komet_xl.grids.xlsx.replace import Wanted
    from komet_xl.grids.xlsx.workbook import Sheet, Table
    from komet_xl.sheets.cells import Cell

MOST_NAMES = 20


class XlsxBook:
    """One .xlsx, .xlsm, .xltx or .xltm file. What is written stays in memory until `save`."""

    def __init__(self, path: Path, data: bytes | None, stamp: files.Stamp | None) -> None:
        self._path = path.absolute()  # not resolve(): a link stays a link
        self._stamp = stamp
        self._writes: dict[str, dict[Position, Value]] = {}
        self._contents: Contents | None = None
        self._read = data
        if data is not None:
            with about(self.where):
                self._contents = Contents(Package(data))

    @property
    def where(self) -> str:
        """Full path of the file."""
        return str(self._path)

    @property
    def is_open(self) -> bool:
        """Never: a file changes when it is saved, and not before."""
        return False

    def sheet_names(self) -> list[str]:
        """The worksheets in order, hidden ones as well."""
        return [sheet.name for sheet in self._contents.workbook.sheets] if self._contents else []

    def grid(self, name: str) -> XlsxGrid:
        """The sheet of that name, else the table, else the workbook-level name; case ignored.

        Raises:
            SheetMissingError: naming what was looked for and what there is.
            SheetError: the workbook is damaged.
        """
        found = self._find(name)
        if found is None:
            raise SheetMissingError(f'{self.where} has no sheet, table or range named "{name}"; {self._offer()}.')
        return found

    def has(self, name: str) -> bool:
        """Whether `grid(name)` would find something."""
        return self._find(name) is not None

    def add(self, name: str, columns: Sequence[Column]) -> XlsxGrid:
        """A new sheet at the end, with these headings in row 1, formats, widths and a frozen heading row.

        Raises:
            SheetError: a sheet cannot have this name, the name is taken, or the workbook is signed.
        """
        taken = (
            [node.attributes.get("name", "") for node in self._contents.workbook.entries()] if self._contents else []
        )
        newsheet.ensure_name(name, self.where, taken)
        if len(columns) > MOST_COLUMNS:
            raise SheetError(
                f"{self.where} cannot have a sheet of {len(columns)} columns: our limit is {MOST_COLUMNS:,}."
            )
        self._ensure_unsigned()
        with about(self.where):
            old = self._contents
            self._contents = old.with_sheet(name, columns) if old else new_contents(name, columns)
        return self.grid(name)

    def ensure_writable(self) -> None:
        """Raise SheetError when `save` cannot work: open elsewhere, read-only, folder closed, changed on disk.

        Parts that a save may have to change are read as well, so that a damaged one is found now.
        """
        self._ensure_unsigned()
        if self._contents is not None:
            with about(self.where):
                self._contents.ensure_sound()
        files.ensure_writable(self._path, self._stamp)
        if self._stamp is None and self._path.suffix.lower() != ".xlsx":  # Excel would not open it
            raise SheetError(f"{self.where} does not exist yet, and a new workbook needs a name that ends in .xlsx.")

    def save(self) -> None:
        """Put all that was written into the file, whole or not at all. Nothing happens when nothing was written.

        Raises:
            SheetError: the file is as it was before.
        """
        contents = self._contents
        if contents is None:
            return
        if not self._writes and not contents.package.changed:
            return
        self.ensure_writable()
        data, fresh = self._rendered(contents)
        self._stamp = files.replace(self._path, data, new=self._stamp is None, was=self._stamp)
        self._contents, self._writes, self._read = fresh, {}, data

    def save_copy(self, mark: str, *, as_read: bool = False) -> str:
        """Put the workbook with all that was written into a new file beside it, such as "orders.results.xlsx".

        With `as_read`, as it was before anything was written.

        The workbook and what is still to be saved into it stay as they are.

        Raises:
            SheetError: no file was made.
        """
        data = self._read if as_read and self._read is not None else self._rendered(self._loaded())[0]
        return str(files.write_copy(self._path, mark, data))

    def _rendered(self, contents: Contents) -> tuple[bytes, Contents]:
        """The file as it is to be, read back."""
        with about(self.where):
            data = contents.with_cells(self._writes).package.to_bytes()
            fresh = Contents(Package(data))
            fresh.ensure_holds(contents, self._writes)
        return data, fresh

    # --- reading and writing for the grids ----------------------------------------------------------------------

    def rows(self, part: str) -> list[list[Cell]]:
        """A sheet's rows with everything that was written since it was read.

        Results of formulas that the workbook calls out of date are left out, as if they had never been calculated, and
        so is what merged cells hide.
        """
        with about(self.where):
            contents = self._loaded()
            found = contents.scan(part)
            rows = with_true_results(found, part, stale=contents.workbook.stale) if found.formulas else found.rows
        if found.merged:
            rows = without(rows, unseen(found.merged))
        return overlaid(rows, self._writes.get(part, {}))

    def tables_beside(self, sheet: Sheet, area: Area) -> list[Table]:
        """The tables of a sheet that stand further to the right than an area."""
        with about(self.where):
            tables = self._loaded().workbook.tables
        return [table for table in tables if table.sheet.part == sheet.part and table.area.left > area.right]

    def hidden(self, part: str) -> set[int]:
        """A sheet's hidden rows."""
        with about(self.where):
            return self._loaded().scan(part).hidden

    def commented(self, part: str) -> frozenset[int]:
        """Rows of a sheet that have comments."""
        with about(self.where):
            return commented_rows(self._loaded().package, part)

    def write(self, sheet: Sheet, cells: Mapping[Position, Value]) -> None:
        """Keep cells for `save`; see `XlsxGrid.write`."""
        self._ensure_unsigned()
        with about(self.where):
            contents = self._loaded()
            found = contents.scan(sheet.part)
            headings: dict[int, list[Area]] = {}
            for table in contents.workbook.tables:
                if table.sheet.part == sheet.part and table.headings:
                    headings.setdefault(table.area.top, []).append(table.area)
        pending = self._writes.get(sheet.part, {})
        self.ensure_cells(sheet, cells)
        for (row, column), value in cells.items():
            new = landed(value)
            if isinstance(new, date):
                to_serial(new, from_1904=contents.workbook.from_1904)
            if any(area.holds(row, column) for area in headings.get(row, ())):
                was = landed(pending[row, column]) if (row, column) in pending else at(found.rows, row, column)
                if new != was:
                    raise self._refusal(sheet, row, column, "is a heading of a table, which only Excel can rename")
        self._writes.setdefault(sheet.part, {}).update(cells)

    def ensure_cells(self, sheet: Sheet, cells: Collection[Position]) -> None:
        """Raise SheetError when one of these cells cannot be written; see `XlsxGrid.ensure_writable`."""
        with about(self.where):
            found = self._loaded().scan(sheet.part)
        fault = first_fixed(found, cells)
        if fault is not None:
            raise self._refusal(sheet, *fault[0], fault[1])

    def _refusal(self, sheet: Sheet, row: int, column: int, fault: str) -> SheetError:
        return SheetError(f"{self.where}, sheet {shown(sheet.name)}: the cell {refs.address(row, column)} {fault}.")

    def replace(self, sheet: Sheet, area: Area | None, wanted: Wanted) -> Change:
        """Replace rows; see `XlsxGrid.replace`. What was written before is taken into account."""
        self._ensure_unsigned()
        with about(self.where):
            contents = self._loaded()
            if self._writes:
                written = contents.with_cells(self._writes)
                written.ensure_holds(contents, self._writes)
                contents = written
            made, change = with_rows(contents, sheet, area, wanted)
        self._contents, self._writes = made, {}
        return change

    # --- inside -------------------------------------------------------------------------------------------------

    def _loaded(self) -> Contents:
        if self._contents is None:  # grids come from books that have sheets
            raise SheetMissingError(f"{self.where} has no sheets yet; add one.")
        return self._contents

    def _ensure_unsigned(self) -> None:
        if self._contents is not None and self._contents.signed:
            raise SheetError(
                f"{self.where} is digitally signed and a change would break that; save a copy without the signature."
            )

    def _find(self, name: str) -> XlsxGrid | None:
        if self._contents is None:
            return None
        workbook = self._contents.workbook
        sheet = workbook.sheet(name)
        if sheet is not None:
            return XlsxGrid(self, sheet.name, sheet, None)
        with about(self.where):
            table = workbook.table(name)
        if table is not None:
            spelled = next(n for n in table.names if n.lower() == name.lower())
            return XlsxGrid(self, spelled, table.sheet, table.area)
        with about(self.where):
            named = workbook.named_area(name)
        return XlsxGrid(self, *named) if named else None

    def _offer(self) -> str:
        if self._contents is None:
            return "it has no sheets yet"
        tables = [table.names[0] for table in self._contents.workbook.tables if table.names]
        return f"its sheets are: {_listed(self.sheet_names())}" + (
            f"; its tables are: {_listed(tables)}" if tables else ""
        )


def _listed(names: list[str]) -> str:
    """Names for a sentence, the first twenty of them."""
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return (", ".join(map(shown, names[:MOST_NAMES])) or "none") + more
