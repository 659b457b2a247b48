"""A workbook that lives in memory only: the port's smallest adapter, for tests and for trying things out."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, TypeAlias

from komet_xl.errors import SheetError, SheetMissingError
from komet_xl.grids.xlsx.formulas import Rows, moved, pattern
from komet_xl.grids.xlsx.text import clean, landed
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from komet_xl.grids.grid import Column, Position, Value
    from komet_xl.sheets.cells import Cell

_Cells: TypeAlias = "dict[int, tuple[Cell, int]]"
"""Old cells by column, each with the row it stands in."""
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

    def comments_astray(self, heading: int, origins: Sequence[int | None]) -> int:  # noqa: ARG002  the port's
        """None: there are no comments here."""
        return 0

    def write(self, cells: Mapping[Position, Value]) -> None:
        """Set cells. Raises ValueError for what is no value of the port, or no cell; then nothing is set."""
        new = {position: landed(value) for position, value in cells.items()}
        self.ensure_writable(new)
        for (row, column), value in new.items():
            self._rows.extend([] for _ in range(row - len(self._rows)))
            line = self._rows[row - 1]
            line.extend([None] * (column - len(line)))
            line[column - 1] = value

    def ensure_writable(self, cells: Collection[Position]) -> None:
        """Nothing stands against any cell here. Raises ValueError for what is no cell."""
        if any(row < 1 or column < 1 for row, column in cells):
            raise ValueError("rows and columns are counted from 1")

    def replace(
        self, heading: int, columns: Sequence[int], rows: Sequence[Sequence[Value]], origins: Sequence[int | None]
    ) -> None:
        """Put these rows below the heading row, each with what else stood in the row that it continues.

        Raises ValueError for what is no value of the port, no column, no old row or one named twice; then nothing is
        changed.
        """
        new = [[landed(value) for value in row] for row in rows]
        named = [each for each in origins if each is not None]
        if len(origins) != len(rows) or any(len(row) != len(columns) for row in rows):
            raise ValueError("each row needs an origin, and a value for each column")
        if heading < 1 or min(columns, default=1) < 1 or len(set(columns)) != len(columns):
            raise ValueError("columns are counted from 1, and each has one place in a row")
        if len(set(named)) != len(named) or any(not heading < each <= len(self._rows) for each in named):
            raise ValueError("an origin is a row below the headings, and goes on once")
        old = self.read()
        span = Rows(self._name, heading, max(len(old), heading), heading + len(rows))
        filling = _filling(old, span)
        lines = [
            _line(zip(columns, values, strict=True), filling if origin is None else self._cells(origin), number, span)
            for number, (values, origin) in enumerate(zip(new, origins, strict=True), start=heading + 1)
        ]
        self._hidden = frozenset(row for row in self._hidden if row <= heading) | frozenset(
            number for number, origin in enumerate(origins, start=heading + 1) if origin in self._hidden
        )
        self._rows.extend([] for _ in range(heading - len(self._rows)))
        self._rows[heading:] = lines

    def _cells(self, number: int) -> _Cells:
        return {column: (cell, number) for column, cell in enumerate(self._rows[number - 1], start=1)}


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
        self.is_open = False
        """Whether a person would have it open before them."""
        self.locked: str | None = None
        """The sentence with which `ensure_writable` and `save` refuse; None while the book can be saved."""
        self.full: str | None = None
        """The sentence with which `save_copy` refuses; None while there is room for a copy."""
        self.copies: dict[str, dict[str, list[list[Cell]]]] = {}
        """Each copy's sheets by the copy's name."""
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

    def save_copy(self, mark: str, *, as_read: bool = False) -> str:
        """Keep what was written so far, or saved, in `copies` under a free name. Raises SheetError while `full`."""
        if self.full is not None:
            raise SheetError(self.full)
        place = PurePath(self._where)
        name, count = place.with_name(f"{place.stem}.{mark}{place.suffix}"), 1
        while str(name) in self.copies:
            count += 1
            name = place.with_name(f"{place.stem}.{mark} {count}{place.suffix}")
        self.copies[str(name)] = self.saved if as_read else self._snapshot()
        return str(name)

    def _snapshot(self) -> dict[str, list[list[Cell]]]:
        return {grid.name: grid.read() for grid in self._grids}


def _used(row: list[Cell]) -> list[Cell]:
    while row and row[-1] is None:
        row.pop()
    return row


def _line(values: Iterable[tuple[int, Cell]], cells: _Cells, number: int, span: Rows) -> list[Cell]:
    """A new row: values by column, and what comes from old rows in the other columns."""
    line = {column: _moved(cell, row, number, span) for column, (cell, row) in cells.items()} | dict(values)
    return [line.get(column) for column in range(1, max(line, default=0) + 1)]


def _moved(cell: Cell, old: int, new: int, span: Rows) -> Cell:
    """A cell of row `old` as it stands in row `new`."""
    if not isinstance(cell, Formula):
        return cell
    return Formula("=" + moved(cell.text.removeprefix("="), old, new, span), cell.value)


def _filling(rows: Sequence[Sequence[Cell]], span: Rows) -> _Cells:
    """Formulas that every row below the headings has."""
    body = [(number, row) for number, row in enumerate(rows, start=1) if number > span.heading and row]
    found: _Cells = {}
    for column in range(1, min((len(row) for _, row in body), default=0) + 1):
        cells = [(row[column - 1], number) for number, row in body]
        formulas = [(cell, number) for cell, number in cells if isinstance(cell, Formula)]
        kinds = {pattern(cell.text.removeprefix("="), number, span.sheet) for cell, number in formulas}
        if len(kinds) == 1 and len(formulas) == len(body):
            found[column] = Formula(formulas[0][0].text, None), formulas[0][1]
    return found
