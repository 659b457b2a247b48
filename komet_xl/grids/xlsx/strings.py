"""The shared strings: most text cells only hold a number into this list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import SPREADSHEET, XML_SPACE, parse, parser
from komet_xl.grids.xlsx.text import from_xml

if TYPE_CHECKING:
    from xml.parsers.expat import XMLParserType


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
            self._runs.append(run if self._kept else run.strip(" \t\r\n"))

    def take(self) -> str:
        """The whole text; ready for the next one."""
        text = from_xml("".join(self._runs))
        self._runs.clear()
        return text


def shared_strings(data: bytes, part: str) -> list[str]:
    """All shared strings in order. Raises PartError when the part is damaged."""
    made = parser(part)
    reader = _StringsReader(part, made)
    made.StartElementHandler, made.EndElementHandler = reader.start, reader.end
    parse(made, data, part)
    return reader.found


class _StringsReader:
    """Handlers of the streaming pass: depth 1 is the list, 2 one string, deeper its runs."""

    def __init__(self, part: str, made: XMLParserType) -> None:
        self.found: list[str] = []
        self._part = part
        self._parser = made
        self._rich = RichText()
        self._depth = 0

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
            self.found.append(self._rich.take())
        elif self._depth > 1:
            self._rich.close(name.rpartition(" ")[2])
