"""What LibreOffice makes of a workbook before and after an edit, and of the same edit typed into it by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from tests.corpus.sheet import address
from tests.support.office import OfficeError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from komet_xl.grids.grid import Value
    from tests.corpus.compare import Written
    from tests.corpus.parts import Names
    from tests.corpus.sheet import Place
    from tests.support.office import Document, Office

Rows: TypeAlias = "list[list[float | str]]"
FIRST_DAY = date(1899, 12, 30)
CLOSE = 1e-9
"""Two results count as equal when they differ by less than this share: a sum may be taken in another order."""


class CannotOpenError(Exception):
    """LibreOffice cannot open this workbook, before anything was done to it."""


class Seen(NamedTuple):
    """What became of the comparison."""

    found: list[str]
    """Everything that is not as it should be."""
    by_hand: bool
    """Whether all of it could be typed into the file before; a protected sheet, for one, takes nothing."""


def compare(office: Office, was: Path, now: Path, written: Written, names: Names) -> Seen:
    """
    What LibreOffice shows of the edited file that is not as it should be.

    As loaded, every cell that was not written and holds no formula must be as in the file before, and so must charts
    and conditional formats. After a full calculation every cell must be as if the same had been typed into the file
    before by hand, except what two calculations of that file do not agree about (random numbers, the clock). Sheets
    with results of pivot tables are not looked at: LibreOffice fills those anew, out of cells that were written.

    Raises:
        CannotOpenError: it could not open the file before either.
    """
    written = {name: cells for name, cells in written.items() if name not in names.pivots}
    try:
        before = _Shown(office, was, written, names, typed=True)
    except OfficeError as exc:
        raise CannotOpenError(str(exc).strip()[:200]) from None
    try:
        after = _Shown(office, now, written, names, typed=False)
    except OfficeError as exc:
        return Seen([f"LibreOffice cannot open it any more: {str(exc).strip()[:200]}"], by_hand=False)
    found = [] if before.sheets == after.sheets else ["LibreOffice sees other sheets"]
    all_taken = True
    for name, cells in written.items():
        found += [f"{name}!{line}" for line in _differences_as_loaded(before, after, name, cells)]
        if all(_shows(_at(before.calculated[name], place), value) for place, value in cells.items()):
            found += [f"{name}!{line}" for line in _differences_in_results(before, after, name, cells)]
        else:
            all_taken = False
    return Seen(found, all_taken)


class _Shown:
    """One file in LibreOffice: as loaded, and after a full calculation."""

    def __init__(self, office: Office, path: Path, written: Written, names: Names, *, typed: bool) -> None:
        with office.open(path) as document:
            self.sheets = document.sheets()
            own = self._own_names(names)
            self.loaded = {name: document.rows(own(name)) for name in written}
            self.formulas = {name: set(document.formulas(own(name))) for name in written}
            self.around = {name: (document.charts(own(name)), document.rules(own(name))) for name in written}
            if typed:
                for name, cells in written.items():
                    for place, value in cells.items():
                        document.type_in(own(name), address(place), _typed(value))
            document.calculate_all()
            self.calculated = {name: document.rows(own(name)) for name in written}
            self.moving = self._moving(document, own) if typed else {}

    def _own_names(self, names: Names) -> Callable[[str], str]:
        """LibreOffice's name of a sheet: it finds another one when a name is not to its liking."""
        in_file = [sheet.name for sheet in names.sheets]
        other = dict(zip(in_file, self.sheets, strict=True)) if len(in_file) == len(self.sheets) else {}
        return lambda name: name if name in self.sheets else other.get(name, name)

    def _moving(self, document: Document, own: Callable[[str], str]) -> dict[str, set[Place]]:
        """Cells that another calculation changes."""
        document.calculate_all()
        found: dict[str, set[Place]] = {}
        for name, rows in self.calculated.items():
            again = document.rows(own(name))
            found[name] = {place for place in _places(rows, again) if _at(rows, place) != _at(again, place)}
        return found


def _differences_as_loaded(before: _Shown, after: _Shown, name: str, cells: Mapping[Place, Value]) -> list[str]:
    found = []
    if before.around[name] != after.around[name]:
        found.append(f" charts or conditional formats were {before.around[name]} and are {after.around[name]}")
    was, now = before.loaded[name], after.loaded[name]
    for place in _places(was, now):
        if place in cells:
            if not _shows(_at(now, place), cells[place]):
                found.append(f"{address(place)} shows {_at(now, place)!r}, not {cells[place]!r}")
        elif address(place) not in before.formulas[name] and not _same(_at(was, place), _at(now, place)):
            found.append(f"{address(place)} showed {_at(was, place)!r} and shows {_at(now, place)!r}")
    return found


def _differences_in_results(before: _Shown, after: _Shown, name: str, cells: Mapping[Place, Value]) -> list[str]:
    was, now = before.calculated[name], after.calculated[name]
    return [
        f"{address(place)} calculates to {_at(now, place)!r}, by hand to {_at(was, place)!r}"
        for place in _places(was, now)
        if place not in cells and place not in before.moving[name] and not _same(_at(was, place), _at(now, place))
    ]


def _typed(value: Value) -> str:
    """What a person types for it. A number as a formula: typed plainly into a cell with % it would be hundredths."""
    if value is None:
        return ""
    if isinstance(value, date):
        return f"={(value - FIRST_DAY).days}"
    if isinstance(value, int | Decimal):
        return f"={value}"
    return f'="{value}"' if value.startswith("=") else value


def _shows(seen: float | str, value: Value) -> bool:
    if value is None:
        return seen == ""
    if isinstance(value, date):
        return isinstance(seen, float | int) and seen - (value - FIRST_DAY).days in {0, -1462}  # the 1904 calendar
    if isinstance(value, int | Decimal):
        return isinstance(seen, float | int) and float(seen) == float(value)
    return seen == value


def _same(one: float | str, other: float | str) -> bool:
    if isinstance(one, float | int) and isinstance(other, float | int):
        return abs(one - other) <= CLOSE * max(abs(one), abs(other))
    return one == other


def _places(one: Rows, other: Rows) -> list[Place]:
    height = max(len(one), len(other))
    width = max([len(row) for row in (*one, *other)], default=0)
    return [(row, column) for row in range(1, height + 1) for column in range(1, width + 1)]


def _at(rows: Rows, place: Place) -> float | str:
    row, column = place
    return rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else ""
