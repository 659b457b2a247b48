"""What a workbook's bytes hold, read as far as asked for, and the bytes that hold it with cells or a sheet more."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx import calc, links, newsheet
from komet_xl.grids.xlsx.deflate import MOST_WHOLE, Packer
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import encoded, to_utf8, tree
from komet_xl.grids.xlsx.overlay import at, overlaid
from komet_xl.grids.xlsx.package import Package
from komet_xl.grids.xlsx.patch import patched
from komet_xl.grids.xlsx.quickpatch import quick_patched
from komet_xl.grids.xlsx.reader import read_sheet
from komet_xl.grids.xlsx.strings import shared_strings
from komet_xl.grids.xlsx.styles import BLANK, Styles
from komet_xl.grids.xlsx.values import Surroundings
from komet_xl.grids.xlsx.workbook import Workbook
from komet_xl.grids.xlsx.writing import Writing
from komet_xl.sheets.cells import Formula

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from komet_xl.grids.grid import Column, Position, Value
    from komet_xl.grids.xlsx.deflate import Packed
    from komet_xl.grids.xlsx.scan import Scan

    Writes = Mapping[str, Mapping[Position, Value]]
    """Written cells by sheet part."""


class Contents:
    """A snapshot: made anew after each change of the parts. Every method may raise PartError."""

    def __init__(self, package: Package, workbook: Workbook | None = None) -> None:
        """Read the workbook part, unless it is known already."""
        self.package = package
        self.workbook = workbook or Workbook(package)
        self._scans: dict[str, Scan] = {}

    @cached_property
    def signed(self) -> bool:
        """Whether a digital signature would break by any change."""
        return any(name.lower().startswith("_xmlsignatures/") for name in self.package.names())

    @cached_property
    def strings(self) -> list[str]:
        """The shared strings."""
        part = self.workbook.linked("sharedStrings")
        if part is None or not self.package.has(part):
            return []
        return shared_strings(self.package.pieces(part), part)

    @cached_property
    def surroundings(self) -> Surroundings:
        """What the cells of any sheet refer to."""
        shown = self.styles().shown() if self.workbook.linked("styles") else []
        return Surroundings(lambda: self.strings, shown, self.workbook.from_1904)

    def styles(self) -> Styles:
        """The styles part, or a blank one. Raises PartError for formats that some programs see and others do not."""
        part = self.workbook.linked("styles")
        if part is None:
            if self.package.has(self._usual_styles):
                raise PartError(
                    f"its part {self._usual_styles} holds cell formats that its workbook part does not know"
                )
            return Styles(BLANK.format(namespace=self.workbook.root.namespace).encode(), "styles")
        return Styles(to_utf8(self.package.read(part), part)[0], part)

    @property
    def _usual_styles(self) -> str:
        """Where styles stand in every workbook, so that some programs take them from there without being told to."""
        return f"{self.workbook.part.rpartition('/')[0]}/styles.xml".lstrip("/")

    def put_styles(self, styles: Styles) -> None:
        """Put the styles part back if a format was added."""
        if not styles.changed:
            return
        part = self.workbook.linked("styles")
        if part is not None:
            links.put_xml(self.package, part, styles.data(), to_utf8(self.package.read(part), part)[1])
            return
        part = self._usual_styles
        self.package.put(part, styles.data())
        links.register(self.package, self.workbook.part, part, "styles")

    def ensure_sound(self) -> None:
        """Read the small parts that a change of any cell may have to change."""
        self.styles()
        chain = self.workbook.linked("calcChain")
        for part in (links.CONTENT_TYPES, links.rels_of(self.workbook.part)):
            if self.package.has(part):
                tree(links.read_xml(self.package, part)[0], part)
        if chain is not None and self.package.has(chain):
            calc.without(calc.read_chain(self.package, chain)[0], chain, "", ())
        _ = self.workbook.tables

    def scan(self, part: str) -> Scan:
        """One sheet, read once."""
        if part not in self._scans:
            self._scans[part] = read_sheet(self.package, part, self.surroundings)
        return self._scans[part]

    def with_cells(self, writes: Writes) -> Contents:
        """These contents with cells written. They stay as they are: a save that fails can be tried again."""
        work = Contents(self.package.copy(), self.workbook)
        styles = work.styles()
        for part, cells in writes.items():
            found = self.scan(part)
            writing = Writing(cells, found.numbers, styles, work.workbook.from_1904)
            work.package.put(part, work.patched(part, writing, plain=found.plain))
        work.put_styles(styles)
        self._keep_calculable(work, writes)
        return Contents(work.package)

    def patched(self, part: str, writing: Writing, *, plain: bool) -> Packed:
        """A sheet part with cells written, by the way that its reader took."""
        packer = Packer()
        if plain:
            for piece in quick_patched(self.package.pieces(part), part, writing):
                packer.add(piece)
        else:
            data, encoding = to_utf8(self.package.whole(part, MOST_WHOLE), part)
            packer.add(encoded(patched(data, part, writing), encoding))
        return packer.done()

    def _keep_calculable(self, work: Contents, writes: Writes) -> None:
        """Formulas that went leave the calculation chain; results that may have gone stale are calculated anew."""
        book = work.workbook
        stale = False
        for sheet in book.sheets:
            cells = writes.get(sheet.part, {})
            if not cells:
                continue
            found = self.scan(sheet.part)
            gone = (
                {place for place in cells if isinstance(at(found.rows, *place), Formula)} if found.formulas else set()
            )
            if gone:
                calc.drop_from_chain(work.package, book, sheet, gone)
            stale = stale or calc.goes_stale(self.package, book, sheet, found, cells)
        if stale and (data := calc.with_full_calculation(book)) != book.data:
            links.put_xml(work.package, book.part, data, book.encoding)

    def ensure_holds(self, before: Contents, writes: Writes) -> None:
        """Raise PartError unless this is what `before` held and what was written: nothing lost, nothing moved."""
        for part, cells in writes.items():
            if overlaid(before.scan(part).rows, cells) != self.scan(part).rows:
                raise PartError(f"its part {part} is laid out in a way that we cannot change safely")

    def with_sheet(self, name: str, columns: Sequence[Column]) -> Contents:
        """These contents and a new sheet at the end."""
        work = Contents(self.package.copy(), self.workbook)
        styles = work.styles()
        newsheet.register(work.package, work.workbook, name, columns, styles)
        work.put_styles(styles)
        return Contents(work.package)


def new_contents(name: str, columns: Sequence[Column]) -> Contents:
    """A new workbook with one sheet."""
    made = Contents(Package(newsheet.skeleton(name)))
    styles = made.styles()
    newsheet.fill(made.package, made.workbook, columns, styles)
    made.put_styles(styles)
    return Contents(made.package)
