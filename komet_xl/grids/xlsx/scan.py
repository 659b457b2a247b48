"""What one pass over a sheet part finds, whichever reader makes it."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError

if TYPE_CHECKING:
    from komet_xl.grids.grid import Position
    from komet_xl.grids.xlsx.refs import Area
    from komet_xl.sheets.cells import Cell

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 1_024
MOST_PLACES: Final = 5_000_000
"""Places of all rows together, blank ones before a used cell included: about 160 MB full of different numbers."""
MOST_CELLS: Final = 8_000_000
"""Cells that stand in the file, blank ones with a format included."""
MOST_UNUSUAL: Final = 1_000_000
"""The same of a sheet that is not laid out as usual: its reader takes 4 s for them."""
MOST_TEXT: Final = 60_000_000
"""Bytes of all texts that cells hold themselves."""
WEIGHT_OF_TEXT: Final = 50
"""Bytes of a text without its characters."""
MOST_OF_FORMULAS: Final = 128_000_000
"""Bytes of all formulas: 670,000 of 40 letters each."""
WEIGHT_OF_FORMULA: Final = 150
"""Bytes of a formula and its result without its characters."""


@dataclass(slots=True)
class Scan:
    """A sheet's values and what must be known of it before something is written."""

    rows: list[list[Cell]] = field(default_factory=list)
    """Row 1 first, each from column 1 to its last used column."""
    numbers: array[int] = field(default_factory=lambda: array("I"))
    """Rows that stand in the file, blank ones too, ascending."""
    hidden: set[int] = field(default_factory=set)
    doubles: set[int] = field(default_factory=set)
    """Rows that stand in the file twice or out of order, or hold a cell twice or out of order."""
    arrays: list[Area] = field(default_factory=list)
    """Ranges of array formulas and data tables: no cell of one can be changed alone."""
    shared: dict[Position, str] = field(default_factory=dict)
    """First cells of shared formulas and the range that shares each."""
    merged: list[Area] = field(default_factory=list)
    """Cells merged into one: only the first of each range is seen."""
    formulas: bool = False
    """Whether any cell holds a formula."""
    plain: bool = False
    """Whether the part is laid out as `plainrows` wants it."""
    places: int = 0
    cells: int = 0
    text: int = 0
    of_formulas: int = 0

    def keep(self, row: int, column: int, value: Cell, part: str) -> None:
        """Put a value where it stands. Raises PartError beyond our limits."""
        self.ensure_within(row, column, part)
        rows = self.rows
        while len(rows) < row:
            rows.append([])
        cells = rows[row - 1]
        missing = column - len(cells)
        if missing == 1:
            cells.append(value)
        elif missing > 1:
            cells += [None] * (missing - 1)
            cells.append(value)
        else:
            cells[column - 1] = value
        self.count(max(0, missing), part)

    def ensure_within(self, row: int, column: int, part: str) -> None:
        """Raise PartError for a used cell beyond our limits."""
        if row > MOST_ROWS or column > MOST_COLUMNS:
            raise PartError(
                f"its part {part} has something in {refs.address(row, column)}, and our limit is "
                f"{MOST_ROWS:,} rows and {MOST_COLUMNS:,} columns",
                "delete what lies beyond",
            )

    def count(self, places: int, part: str) -> None:
        """Add up places. Raises PartError when there are too many to keep."""
        self.places += places
        if self.places > MOST_PLACES:
            raise PartError(f"its part {part} has more than {MOST_PLACES:,} cells", "split the sheet")

    def stand(self, cells: int, part: str) -> None:
        """Add up cells of the file, blank ones too. Raises PartError when there are too many to look at."""
        self.cells += cells
        if self.cells > MOST_CELLS:
            raise PartError(f"its part {part} has more than {MOST_CELLS:,} cells", "split the sheet")

    def weigh(self, text: str, part: str) -> None:
        """Add up texts that cells hold themselves. Raises PartError when there are too many to keep."""
        self.text += len(text) + WEIGHT_OF_TEXT
        if self.text > MOST_TEXT:
            raise PartError(f"its part {part} has more text than we keep", "split the sheet")

    def weigh_formula(self, text: str, part: str) -> None:
        """There is a formula; add them up. Raises PartError when there are too many to keep."""
        self.formulas = True
        self.of_formulas += len(text) + WEIGHT_OF_FORMULA
        if self.of_formulas > MOST_OF_FORMULAS:
            raise PartError(f"its part {part} has more formulas than we keep", "split the sheet")
