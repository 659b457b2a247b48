"""The port between the flows and a spreadsheet: as few methods as the flows need. Adapters decide nothing.

Rows and columns are counted from 1, as the sheet shows them, also when the grid is a table in the middle of a sheet.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from komet_xl.sheets.columns import Column, Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from datetime import date
    from decimal import Decimal

    from komet_xl.sheets.cells import Cell

Position: TypeAlias = tuple[int, int]
"""(row, column), both counted from 1."""
Value: TypeAlias = "str | int | Decimal | date | None"
"""What we write. None empties a cell, a str is always text (never a formula, never an error cell)."""


class Grid(Protocol):
    """One worksheet, or the table or named range of that name in one."""

    @property
    def name(self) -> str:
        """Name as it stands in the workbook (its own spelling)."""
        ...

    def read(self) -> list[list[Cell]]:
        """All rows from row 1 to the last used one, each from column 1; cells outside the grid's range are None."""
        ...

    def hidden_rows(self) -> frozenset[int]:
        """Rows that a person does not see: hidden by hand, by a group or by a filter."""
        ...

    def comments_astray(self, heading: int, origins: Sequence[int | None]) -> int:
        """How many rows have comments (Excel's own notes and threads) that would not go with their row in `replace`."""
        ...

    def write(self, cells: Mapping[Position, Value]) -> None:
        """Set cells, keeping each cell's format. Nothing reaches the file before the book's `save`."""
        ...

    def ensure_writable(self, cells: Collection[Position]) -> None:
        """Raise SheetError when `write` would refuse one of these cells: better known before something is sent."""
        ...

    def replace(
        self, heading: int, columns: Sequence[int], rows: Sequence[Sequence[Value]], origins: Sequence[int | None]
    ) -> None:
        """
        Make `rows` the rows below the heading row, in place of all that stood there.

        A new row that names an old one takes along what else stood in it: values and formulas of other columns
        (relative references to the same sheet move with the row, a range over all rows goes on to span all of them,
        other sheets stay), formats, height, whether it is hidden. Other new rows look like most rows did, are not
        hidden, and get the formulas that every row had. Old rows that nobody names go. Tables and names that ended
        with the old rows end with the new ones. Nothing reaches the file before the book's `save`.

        Args:
            heading: The heading row; it and what stands above it stay as they are.
            columns: Where the values of a row go, one column for each.
            rows: The new rows, topmost first.
            origins: For each new row, the old row (as `read` counts them) that it continues, each at most once; or
                None.

        Raises:
            SheetError: what stands there cannot be moved safely (merged cells, an array formula over several rows,
                something below a table that is to grow); nothing is changed.
        """
        ...


class Book(Protocol):
    """One workbook."""

    @property
    def where(self) -> str:
        """Full path or address, as a person and the journal name it."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether a person has it open before them: what is written is seen at once, and only they save the file."""
        ...

    def grid(self, name: str) -> Grid:
        """The sheet of that name (case ignored), else the table, else the workbook-level name.

        Raises:
            SheetMissingError: naming what was looked for and what there is.
        """
        ...

    def has(self, name: str) -> bool:
        """Whether `grid(name)` would find something."""
        ...

    def add(self, name: str, columns: Sequence[Column]) -> Grid:
        """A new sheet at the end, with these headings in row 1, formats, widths and a frozen heading row."""
        ...

    def ensure_writable(self) -> None:
        """Raise SheetError when `save` cannot work: open in Excel, read-only, folder closed. Changes nothing."""
        ...

    def save(self) -> None:
        """Put all that was written into the workbook, whole or not at all.

        Raises:
            SheetError: the file is as it was before.
        """
        ...

    def save_copy(self, mark: str, *, as_read: bool = False) -> str:
        """
        Put the workbook with all that was written into a new file beside it, and leave the workbook as it is.

        With `as_read`, as it was before anything was written; of one that `is_open` only while nothing was.

        "orders.xlsx" and the mark "results" make "orders.results.xlsx", or "orders.results 2.xlsx" where that exists.

        Returns:
            The new file's full path, or address.

        Raises:
            SheetError: no file was made.
        """
        ...


__all__ = ["Book", "Column", "Grid", "Kind", "Position", "Value"]
