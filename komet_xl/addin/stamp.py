"""What the installer writes into the add-in: which Python to start, and with what.

The add-in's one sheet, "komet", has a name in column A and its value in column B. Only that sheet's part of the file
is written; every other part, the macros above all, stays as it was built. What each value means: workbook/STAMP.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from komet_xl import __version__
from komet_xl.addin.places import labels_for_everybody
from komet_xl.addin.shipped import ADD_IN
from komet_xl.errors import SheetError
from komet_xl.grids.xlsx.book import XlsxBook
from komet_xl.grids.xlsx.contents import Contents
from komet_xl.grids.xlsx.faults import about
from komet_xl.grids.xlsx.package import Package

if TYPE_CHECKING:
    from komet_xl.addin.interpreter import Interpreter
    from komet_xl.addin.places import Machine

SHEET: Final = "komet"
NAMES: Final = ("interpreter", "site", "library", "xlwings", "komet-xl", "labels")
"""In the order of `Stamp`."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the add-in knows of its Python; each is empty in the file that is built."""

    interpreter: str = ""
    site: str = ""
    library: str = ""
    xlwings: str = ""
    komet_xl: str = ""
    labels: str = ""

    def values(self) -> dict[str, str]:
        """By the names in column A."""
        found = (self.interpreter, self.site, self.library, self.xlwings, self.komet_xl, self.labels)
        return dict(zip(NAMES, found, strict=True))


def stamp_for(interpreter: Interpreter, machine: Machine) -> Stamp:
    """What an add-in on this machine must know."""
    return Stamp(
        interpreter=str(interpreter.program),
        site="user" if interpreter.is_users_own else "",
        library=str(interpreter.library or ""),
        xlwings=interpreter.xlwings or "",
        komet_xl=__version__,
        labels=labels_for_everybody(machine),
    )


def stamped(add_in: bytes, stamp: Stamp) -> bytes:
    """The add-in with its stamp. Raises SheetError when it has no place for it."""
    with about(ADD_IN):
        contents = Contents(Package(add_in))
        part = next((each.part for each in contents.workbook.sheets if each.name == SHEET), None)
    rows = _rows(add_in)
    places = {name: row for row, (name, _) in enumerate(rows, 1)}
    missing = set(NAMES) - places.keys()
    if part is None or missing:
        raise SheetError(f"{ADD_IN} has no place for {min(missing or [SHEET])}; install komet-xl again.")
    with about(ADD_IN):
        cells = {(places[name], 2): value or None for name, value in stamp.values().items()}
        return contents.with_cells({part: cells}).package.to_bytes()


def read_stamp(add_in: bytes) -> Stamp:
    """What stands in an add-in. Raises SheetError when it is none of ours."""
    found = dict(_rows(add_in))
    return Stamp(*(found.get(name, "") for name in NAMES))


def is_foreign(add_in: bytes) -> bool:
    """Whether a file of our name is a sound workbook of somebody else. A damaged one is taken for ours."""
    try:
        with about(ADD_IN):
            sheets = Contents(Package(add_in)).workbook.sheets
        return not any(each.name == SHEET for each in sheets) or NAMES[0] not in dict(_rows(add_in))
    except SheetError:
        return False


def same_program(one: bytes, other: bytes) -> bool:
    """Whether two add-ins differ in their stamps at most. Raises SheetError for what is no workbook."""
    with about(ADD_IN):
        first, second = Package(one), Package(other)
        own = {each.part for each in Contents(first).workbook.sheets if each.name == SHEET}
        names = set(first.names()) - own
        if names != set(second.names()) - own:
            return False
        return all(first.read(name) == second.read(name) for name in names)


def _rows(add_in: bytes) -> list[tuple[str, str]]:
    """Names and values of the sheet, topmost first."""
    grid = XlsxBook(Path(ADD_IN), add_in, None).grid(SHEET)
    return [(str(row[0]), str(row[1] or "") if len(row) > 1 else "") for row in grid.read() if row]
