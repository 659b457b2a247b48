"""The shared strings: most text cells only hold a number into this list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import SPREADSHEET, XML_SPACE, parse_pieces, parser, pieces_in_utf8
from komet_xl.grids.xlsx.places import misplaced
from komet_xl.grids.xlsx.text import BLANKS, from_xml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.parsers.expat import XMLParserType

PARENTS: Final = {"t": {"", "r", "rPh"}, "r": {""}, "rPh": {""}}
"""What makes up a text, and in what it may stand; "" is the text itself."""
MOST_STRINGS = 1_500_000
MOST_CHARACTERS = 60_000_000
"""Of all shared texts together: about 150 MB at worst."""


class RichText:
    """
    Text made of runs: `t` elements joined, phonetic ones (`rPh`) left out.

    Only what each reader joins to the same text is taken: one `t`, or runs with one `t` each.
    """

    def __init__(self, part: str, namespace: str) -> None:
        self._part = part
        self._names = {f"{namespace} {local}": local for local in PARENTS}
        self._pieces: list[str] = []
        self._runs: list[str] = []
        self._open: list[str] = []
        """Local names of the open elements, the outermost first."""
        self._told: set[str] = set()
        """Where a `t` or a run was seen: "t", "r", and "t in" for the run that is open."""
        self._kept = False

    def open(self, name: str, attributes: dict[str, str]) -> bool:
        """
        An element inside the text begins; True when its characters count.

        Raises:
            PartError: it stands where one reader takes it for text and another does not.
        """
        parent = self._open[-1] if self._open else ""
        local = self._names.get(name) or name.rpartition(" ")[2]
        if parent == "t" or (local in PARENTS and (name not in self._names or parent not in PARENTS[local])):
            raise misplaced(self._part, name)
        self._open.append(local)
        if local == "t":
            self._tell("t in" if parent else "t", not_beside="t in" if parent else "r")
            self._pieces.clear()
            self._kept = attributes.get(XML_SPACE) == "preserve"
            return parent != "rPh"
        if local in PARENTS:
            self._told.discard("t in")
        if local == "r" and "r" not in self._told:
            self._tell("r", not_beside="t")
        return False

    def add(self, text: str) -> None:
        """Characters of the run."""
        self._pieces.append(text)

    def close(self) -> None:
        """An element inside the text ends. Without xml:space="preserve" a run loses the blanks around it."""
        if self._open.pop() == "t" and self._open != ["rPh"]:
            run = "".join(self._pieces)
            self._runs.append(run if self._kept else run.strip(BLANKS))

    def take(self) -> str:
        """The whole text; ready for the next one."""
        text = from_xml("".join(self._runs))
        self._runs.clear()
        self._told.clear()
        return text

    def _tell(self, way: str, *, not_beside: str) -> None:
        if way in self._told or not_beside in self._told:
            raise PartError(f"its part {self._part} has two texts where one may stand")
        self._told.add(way)


def shared_strings(pieces: Iterable[bytes], part: str) -> list[str]:
    """All shared strings in order. Raises PartError when the part is damaged or holds too many."""
    made = parser(part)
    reader = _StringsReader(part, made)
    made.StartElementHandler, made.EndElementHandler = reader.start, reader.end
    parse_pieces(made, pieces_in_utf8(pieces, part), part)
    return reader.found


class _StringsReader:
    """Handlers of the streaming pass: depth 1 is the list, 2 one string, deeper its runs."""

    def __init__(self, part: str, made: XMLParserType) -> None:
        self.found: list[str] = []
        self._part = part
        self._parser = made
        self._depth = self._characters = 0
        self._text = self._extensions = ""
        """Names of what may stand in the list: texts, which are counted, and one element that is no text."""
        self._extended = False
        self._rich = RichText(part, "")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > 2:
            if not self._extended and self._rich.open(name, attributes):
                self._parser.CharacterDataHandler = self._rich.add
        elif self._depth == 1:
            self._open_list(name)
        elif name != self._text:
            if name != self._extensions:
                raise misplaced(self._part, name)
            self._extended = True

    def end(self, _: str) -> None:
        self._depth -= 1
        self._parser.CharacterDataHandler = None
        if self._extended:
            self._extended = self._depth > 1
        elif self._depth == 1:
            text = self._rich.take()
            self.found.append(text)
            self._characters += len(text)
            if len(self.found) > MOST_STRINGS or self._characters > MOST_CHARACTERS:
                raise PartError(f"its part {self._part} holds more texts than we keep", "split the workbook")
        elif self._depth > 1:
            self._rich.close()

    def _open_list(self, name: str) -> None:
        namespace, _, local = name.rpartition(" ")
        if local != "sst" or namespace not in SPREADSHEET:
            raise PartError(f"its part {self._part} holds no shared strings")
        self._text, self._extensions = f"{namespace} si", f"{namespace} extLst"
        self._rich = RichText(self._part, namespace)
