"""A workbook that lives in memory only: the port's smallest adapter, for tests and for trying things out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.errors import SheetError, SheetMissingError
from komet_xl.grids.xlsx.text import clean, landed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from komet_xl.grids.grid import Column, Position, Value
    from komet_xl.sheets.cells import Cell

FORBIDDEN_IN_NAMES = frozenset("[]:*?/\\")


class MemoryGrid:
    """One sheet in memory."""

    def __init__(self, name: str, rows: Iterable[Sequence[Cell]] = (), hidden: Iterable[int] = ()) -> None:
        self._name = name
        self._rows: list[list[Cell]] = [list(row) for row in rows]
        self._hidden = frozenset(hidden)

    @property
    def name(self) -> str:
        """Name of the sheet."""
        return self._name

    def read(self) -> list[list[Cell]]:
        """All rows from row 1 to the last used one, each from column 1 to its last used column."""
        rows = [_used(list(row)) for row in self._rows]
        while rows and not rows[-1]:
            rows.pop()
        return rows

    def hidden_rows(self) -> frozenset[int]:
        """The rows that were said to be hidden."""
        return self._hidden

    def write(self, cells: Mapping[Position, Value]) -> None:
        """Set cells. Raises ValueError for what is no value of the port, or no cell; then nothing is set."""
        new = {position: landed(value) for position, value in cells.items()}
        if any(row < 1 or column < 1 for row, column in new):
            raise ValueError("rows and columns are counted from 1")
        for (row, column), value in new.items():
            self._rows.extend([] for _ in range(row - len(self._rows)))
            line = self._rows[row - 1]
            line.extend([None] * (column - len(line)))
            line[column - 1] = value


class MemoryBook:
    """Sheets in memory. `saved` shows what a file would hold."""

    def __init__(
        self,
        sheets: Mapping[str, Iterable[Sequence[Cell]]] | None = None,
        *,
        where: str = "memory",
        hidden: Mapping[str, Iterable[int]] | None = None,
    ) -> None:
        rows_hidden = hidden or {}
        self._where = where
        self._grids = [MemoryGrid(name, rows, rows_hidden.get(name, ())) for name, rows in (sheets or {}).items()]
        self.locked: str | None = None
        """The sentence with which `ensure_writable` and `save` refuse; None while the book can be saved."""
        self.saved: dict[str, list[list[Cell]]] = self._snapshot()
        """Each sheet's rows as of the last save."""

    @property
    def where(self) -> str:
        """The name that it was given."""
        return self._where

    def sheet_names(self) -> list[str]:
        """The sheets in order."""
        return [grid.name for grid in self._grids]

    def grid(self, name: str) -> MemoryGrid:
        """The sheet of that name, case ignored. Raises SheetMissingError."""
        for grid in self._grids:
            if grid.name.lower() == name.lower():
                return grid
        raise SheetMissingError(
            f'{self._where} has no sheet, table or range named "{name}"; '
            f"its sheets are: {', '.join(self.sheet_names()) or 'none'}."
        )

    def has(self, name: str) -> bool:
        """Whether `grid(name)` would find something."""
        return any(grid.name.lower() == name.lower() for grid in self._grids)

    def add(self, name: str, columns: Sequence[Column]) -> MemoryGrid:
        """A new sheet at the end with these headings. Raises SheetError when it cannot have the name."""
        if not name or len(name) > 31 or FORBIDDEN_IN_NAMES & set(name):
            raise SheetError(f"{self._where} cannot have a sheet named {name!r}; choose another name.")
        if self.has(name):
            raise SheetError(f"{self._where} has a sheet {name!r} already; choose another name.")
        grid = MemoryGrid(name, [[clean(column.heading) for column in columns]])
        self._grids.append(grid)
        return grid

    def ensure_writable(self) -> None:
        """Raise SheetError while `locked`."""
        if self.locked is not None:
            raise SheetError(self.locked)

    def save(self) -> None:
        """Take over what was written into `saved`. Raises SheetError while `locked`."""
        self.ensure_writable()
        self.saved = self._snapshot()

    def _snapshot(self) -> dict[str, list[list[Cell]]]:
        return {grid.name: grid.read() for grid in self._grids}


def _used(row: list[Cell]) -> list[Cell]:
    while row and row[-1] is None:
        row.pop()
    return row
