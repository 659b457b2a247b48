"""The shared strings: most text cells only hold a number into this list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import SPREADSHEET, XML_SPACE, parse_pieces, parser, pieces_in_utf8
from komet_xl.grids.xlsx.text import BLANKS, from_xml

if TYPE_CHECKING:
    from collections.abc import Iterable
    from xml.parsers.expat import XMLParserType

MOST_STRINGS = 1_500_000
MOST_CHARACTERS = 60_000_000
"""Of all shared texts together: about 150 MB at worst."""


class RichText:
    """Text made of runs: `t` elements joined, phonetic ones (`rPh`) left out."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._runs: list[str] = []
        self._phonetic = 0
        self._kept = False

    def open(self, local: str, attributes: dict[str, str]) -> bool:
        """An element inside the text begins; True when its characters count."""
        if local == "rPh":
            self._phonetic += 1
        self._pieces.clear()
        self._kept = attributes.get(XML_SPACE) == "preserve"
        return local == "t" and not self._phonetic

    def add(self, text: str) -> None:
        """Characters of the run."""
        self._pieces.append(text)

    def close(self, local: str) -> None:
        """An element inside the text ends. Without xml:space="preserve" a run loses the blanks around it."""
        if local == "rPh":
            self._phonetic -= 1
        elif local == "t" and not self._phonetic:
            run = "".join(self._pieces)
            self._runs.append(run if self._kept else run.strip(BLANKS))

    def take(self) -> str:
        """The whole text; ready for the next one."""
        text = from_xml("".join(self._runs))
        self._runs.clear()
        return text


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
        self._rich = RichText()
        self._depth = self._characters = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        namespace, _, local = name.rpartition(" ")
        self._depth += 1
        if self._depth == 1 and (local != "sst" or namespace not in SPREADSHEET):
            raise PartError(f"its part {self._part} holds no shared strings")
        if self._depth > 2 and self._rich.open(local, attributes):
            self._parser.CharacterDataHandler = self._rich.add

    def end(self, name: str) -> None:
        self._depth -= 1
        self._parser.CharacterDataHandler = None
        if self._depth == 1:
            text = self._rich.take()
            self.found.append(text)
            self._characters += len(text)
            if len(self.found) > MOST_STRINGS or self._characters > MOST_CHARACTERS:
                raise PartError(f"its part {self._part} holds more texts than we keep", "split the workbook")
        elif self._depth > 1:
            self._rich.close(name.rpartition(" ")[2])
