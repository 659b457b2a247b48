"""A sheet part to values, in one streaming pass. Nothing is written here."""

from __future__ import annotations

from array import array
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import SPREADSHEET, parse_pieces, parser, pieces_in_utf8
from komet_xl.grids.xlsx.overlay import trimmed
from komet_xl.grids.xlsx.places import misplaced
from komet_xl.grids.xlsx.plainrows import Unusual
from komet_xl.grids.xlsx.quickscan import quick_scan
from komet_xl.grids.xlsx.scan import MOST_UNUSUAL, Scan
from komet_xl.grids.xlsx.strings import RichText
from komet_xl.grids.xlsx.styles import whole
from komet_xl.grids.xlsx.text import from_xml
from komet_xl.grids.xlsx.values import Raw, is_hidden, plain, style
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from xml.parsers.expat import XMLParserType

    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.values import Surroundings

CELL: Final = 4
VALUE: Final = 5
"""How deep a cell lies, and what is in it."""


def read_sheet(package: Package, part: str, around: Surroundings) -> Scan:
    """
    One sheet, by the fast reader where it is laid out as usual, else by this one.

    Raises:
        PartError: missing, damaged, beyond a sheet's or our limits, an unreadable cell.
    """
    try:
        return quick_scan(package.pieces(part), part, around)
    except Unusual:
        return scan(package.pieces(part), part, around)


def scan(pieces: Iterable[bytes], part: str, around: Surroundings) -> Scan:
    """Read a sheet part. Raises PartError: damaged, beyond a sheet's or our limits, an unreadable cell."""
    made = parser(part)
    reader = _SheetReader(part, around, made)
    made.StartElementHandler, made.EndElementHandler = reader.start, reader.end
    parse_pieces(made, pieces_in_utf8(pieces, part), part)
    found = reader.found
    found.numbers = array("I", sorted(reader.standing))
    while found.rows and not found.rows[-1]:
        found.rows.pop()
    return found


class _SheetReader:
    """
    Handlers of the streaming pass; state is the place where the pass stands.

    Cells are taken on one path only: worksheet, sheetData, row, c, and v, f or is in it. An element of theirs on any
    other is refused: one reader would take it for a cell or a value and another would not. What else a sheet holds is
    passed over.
    """

    def __init__(self, part: str, around: Surroundings, made: XMLParserType) -> None:
        self.found = Scan()
        self.standing: set[int] = set()
        self._part = part
        self._around = around
        self._parser = made
        self._starts: dict[str, tuple[int, Callable[[dict[str, str]], None]]] = {}
        self._ends: dict[str, Callable[[], None]] = {}
        self._depth = self._on_path = 0
        """How many elements are open, and how many of them, the outermost first, lie on the path to the cells."""
        self._extension = 0
        """How deep the extension list (extLst) lies that is open. It may hold anything but rows."""
        self._merge_name = self._extension_name = ""
        self._row = self._column = 0
        self._row_text = ""
        self._has_data = self._in_text = False
        self._raw = Raw()
        self._cells = self._others = self._rows = 0
        self._pieces: list[str] = []
        self._rich = RichText(part, "")

    # --- dispatch -----------------------------------------------------------------------------------------------

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        known = self._starts.get(name)
        if known is not None:
            depth, handler = known
            if self._depth == depth and self._on_path == depth - 1:
                self._on_path = depth
                handler(attributes)
            elif not self._extension or depth < CELL:
                raise misplaced(self._part, name)
        elif self._in_text:
            if self._rich.open(name, attributes):
                self._parser.CharacterDataHandler = self._rich.add
        elif self._on_path == VALUE:
            raise misplaced(self._part, name)
        elif self._depth == 1:
            self._open_sheet(name)
        else:
            self._pass_over(name, attributes)

    def end(self, name: str) -> None:
        if self._depth == self._on_path:
            self._on_path -= 1
            handler = self._ends.get(name)
            if handler is not None:
                handler()
        elif self._in_text:
            self._parser.CharacterDataHandler = None
            self._rich.close()
        elif self._depth == self._extension:
            self._extension = 0
        self._depth -= 1

    def _open_sheet(self, name: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if local != "worksheet" or namespace not in SPREADSHEET:
            raise PartError(f"its part {self._part} is no worksheet")
        self._on_path = 1
        starts = {
            "sheetData": (2, self._open_data),
            "row": (3, self._open_row),
            "c": (CELL, self._open_cell),
            "v": (VALUE, self._open_value),
            "f": (VALUE, self._open_formula),
            "is": (VALUE, self._open_text),
        }
        ends = {
            "c": self._close_cell,
            "v": self._close_value,
            "f": self._close_formula,
            "is": self._close_text,
        }
        nowhere = {f"{other} {local}": (0, each[1]) for other in SPREADSHEET for local, each in starts.items()}
        self._starts = nowhere | {f"{namespace} {local}": each for local, each in starts.items()}
        self._ends = {f"{namespace} {local}": handler for local, handler in ends.items()}
        self._merge_name, self._extension_name = f"{namespace} mergeCell", f"{namespace} extLst"
        self._rich = RichText(self._part, namespace)

    def _pass_over(self, name: str, attributes: dict[str, str]) -> None:
        self._others += 1
        if self._others > MOST_UNUSUAL:
            raise PartError(f"its part {self._part} has more than {MOST_UNUSUAL:,} elements around its cells")
        if name == self._merge_name:
            self._merge(attributes)
        elif name == self._extension_name and not self._extension:
            self._extension = self._depth

    def _merge(self, attributes: dict[str, str]) -> None:
        with suppress(ValueError):
            self.found.merged.append(refs.area(attributes.get("ref", "")))

    # --- rows ---------------------------------------------------------------------------------------------------

    def _open_data(self, _: dict[str, str]) -> None:
        if self._has_data:
            raise PartError(f"its part {self._part} has its rows (sheetData) twice")
        self._has_data = True

    def _open_row(self, attributes: dict[str, str]) -> None:
        self._rows += 1
        if self._rows > 2 * refs.LAST_ROW:
            raise PartError(f"its part {self._part} has more rows than a sheet can have")
        number = attributes.get("r")
        self._row = self._row + 1 if number is None else whole(number)
        if not 1 <= self._row <= refs.LAST_ROW:
            raise PartError(f"a row of its part {self._part} has the number {number or self._row}")
        self._column, self._row_text = 0, str(self._row)
        found = self.found
        if self._row in self.standing:
            found.doubles.add(self._row)
        self.standing.add(self._row)
        if is_hidden(attributes):
            found.hidden.add(self._row)

    # --- cells --------------------------------------------------------------------------------------------------

    def _open_cell(self, attributes: dict[str, str]) -> None:
        self._cells += 1
        if self._cells > MOST_UNUSUAL:
            raise PartError(f"its part {self._part} has more than {MOST_UNUSUAL:,} cells", "split the sheet")
        before = self._column
        ref = attributes.get("r")
        if ref is None:
            self._column += 1
            if self._column > refs.LAST_COLUMN:
                raise self._fault("lies beyond the last column of a sheet")
        else:
            self._column = self._column_of(ref)
            if self._column <= before:
                self.found.doubles.add(self._row)
        try:
            self._raw = Raw(attributes.get("t", "n"), style(attributes.get("s")))
        except ValueError as exc:
            raise self._fault(str(exc)) from None

    def _column_of(self, ref: str) -> int:
        try:
            letters = ref.rstrip("0123456789")
            if ref[len(letters) :] == self._row_text and letters.isalpha():  # all cells of a sound file
                return refs.column_number(letters)
            row, column = refs.position(ref)
        except ValueError:
            raise PartError(f"its part {self._part} names a cell {ref[:40]!r}, which no sheet has") from None
        if row != self._row:
            raise PartError(f"its part {self._part} has the cell {ref} in row {self._row}")
        return column

    def _open_value(self, _: dict[str, str]) -> None:
        self._collect(self._raw.value)

    def _close_value(self) -> None:
        self._raw.value = self._collected()

    def _open_formula(self, attributes: dict[str, str]) -> None:
        self._collect(self._raw.formula)
        kind, ref = attributes.get("t"), attributes.get("ref")
        if ref is None or kind in {None, "normal"}:
            return
        if kind == "shared":
            self.found.shared[self._row, self._column] = ref
            return
        try:
            self.found.arrays.append(refs.area(ref))
        except ValueError:
            raise self._fault(f"has a formula over {ref[:40]!r}, which no sheet has") from None

    def _close_formula(self) -> None:
        self._raw.formula = self._collected()

    def _open_text(self, _: dict[str, str]) -> None:
        self._ensure_first(self._raw.text)
        self._in_text = True

    def _close_text(self) -> None:
        self._in_text = False
        self._raw.text = self._rich.take()

    def _ensure_first(self, before: str | None) -> None:
        if before is not None:
            raise self._fault("has its value, formula or text twice")

    def _collect(self, before: str | None) -> None:
        self._ensure_first(before)
        self._pieces.clear()
        self._parser.CharacterDataHandler = self._pieces.append

    def _collected(self) -> str:
        self._parser.CharacterDataHandler = None
        return "".join(self._pieces)

    def _close_cell(self) -> None:
        raw = self._raw
        try:
            stored = plain(raw, self._around)
        except ValueError as exc:
            raise self._fault(str(exc)) from None
        if raw.formula is not None:
            self.found.weigh_formula(raw.formula, self._part)
        value = stored if raw.formula is None else Formula("=" + from_xml(raw.formula), stored)
        if value is not None:
            if isinstance(stored, str) and raw.kind != "s":
                self.found.weigh(stored, self._part)
            self.found.keep(self._row, self._column, value, self._part)
        elif self._row <= len(self.found.rows) and self._row in self.found.doubles:
            self._forget()

    def _forget(self) -> None:
        """The later of two cells wins, also when it is blank."""
        row = self.found.rows[self._row - 1]
        if self._column <= len(row):
            row[self._column - 1] = None
        trimmed(row)

    def _fault(self, what: str) -> PartError:
        return PartError(f"the cell {refs.address(self._row, self._column)} of its part {self._part} {what}")
