"""One hostile file: how it is made and what must become of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from tests.grids.workbooks import make, members, sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Maker = Callable[[Path], object]

REFUSED: Any = object()
"""There is no right answer: only a sentence will do."""


@dataclass(frozen=True)
class Case:
    """A hostile file. It must be read as `rows`, or refused with `words`; where both are given, either will do."""

    name: str
    make: Maker
    rows: Any = REFUSED
    """What sheet "s" holds."""
    words: str = ""
    """Pattern of the sentence; empty where the file must be read."""
    saves: bool | None = None
    """Whether a cell can be written afterwards; None where either will do."""
    seen_alike: bool = True
    """Whether another program that can read the file at all sees the same values."""
    alone: bool = False
    """Whether it takes so much that it gets a process of its own."""


def read(name: str, rows: Any, make: Maker, *, saves: bool | None = True, seen_alike: bool = True) -> Case:  # noqa: ANN401  rows
    """A file that has a right answer."""
    return Case(name, make, rows, "", saves, seen_alike)


def refused(name: str, words: str, make: Maker) -> Case:
    """A file that has none."""
    return Case(name, make, REFUSED, words, saves=False)


def either(name: str, rows: Any, words: str, make: Maker, *, seen_alike: bool = True) -> Case:  # noqa: ANN401  rows
    """A file that may be read rightly or refused."""
    return Case(name, make, rows, words, seen_alike=seen_alike)


STRINGS_TYPE = (
    '<Override PartName="/xl/sharedStrings.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"/>'
)
"""Other programs find the shared texts by it."""


def body(rows: str, *, before: str = "", after: str = "", **more: Any) -> Maker:  # noqa: ANN401  as `make` has it
    """A workbook whose sheet "s" has these rows."""
    types = STRINGS_TYPE if more.get("strings") else ""
    return lambda path: make(path, {"s": sheet(rows, before=before, after=after)}, types=types, **more)


PLAIN_ROWS = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1"><v>5</v></c></row>'
PLAIN = [["rose", 5]]
"""What PLAIN_ROWS mean."""
ROSE = "<si><t>rose</t></si>"


def plain(path: Path) -> Path:
    """A small sound workbook, whose values are PLAIN."""
    return make(path, {"s": sheet(PLAIN_ROWS)}, strings=ROSE, types=STRINGS_TYPE)


def late(maker: Callable[[], Maker]) -> Maker:
    """A maker that is only put together when it is needed: what it makes is large."""

    def made(path: Path) -> None:
        maker()(path)

    return made


def alone(case: Case) -> Case:
    """The same case in a process of its own, and left to us alone."""
    return replace(case, alone=True, seen_alike=False)


def parts(changes: Mapping[str, str | bytes | None], base: Maker = plain) -> Maker:
    """A workbook with members replaced, or left out for None."""
    from tests.grids.hostile.rawzip import Entry, archive  # noqa: PLC0415  the two know each other

    def made(path: Path) -> None:
        base(path)
        content: dict[str, str | bytes | None] = {**members(path), **changes}
        entries = [Entry.of(name, data) for name, data in content.items() if data is not None]
        path.write_bytes(archive(entries))

    return made
