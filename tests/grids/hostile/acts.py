"""What a test does with a hostile file, in a process of its own. Plain data goes in and comes out."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from komet_xl.errors import SheetError, SheetMissingError
from komet_xl.grids.xlsx import open_book
from komet_xl.grids.xlsx.stale import without_results

if TYPE_CHECKING:
    from komet_xl.grids.xlsx import XlsxBook
    from komet_xl.sheets.cells import Cell

    Rows = list[list[Cell]]

MOST_SHOWN = 5_000
"""Places whose values are told one by one."""
LONG = 10_000
"""Characters from which on a text is told by its length."""
MOST_SHEETS = 20
NO_SHEET = "no such sheet"


def look(request: dict[str, Any]) -> dict[str, Any]:
    """Open a file and read all of it; then write a cell, save, and read again."""
    path = Path(request["path"])
    before = _digest(path)
    told: dict[str, Any] = {"said": [], "rows": {}, "hidden": {}, "unchanged": None, "saved": False, "kept": None}
    try:
        book = open_book(path)
        told["said"].append(_said_of_nothing(book))
        sizes = {}
        lasting = {}
        for name in book.sheet_names()[:MOST_SHEETS]:
            rows = book.grid(name).read()
            told["hidden"][name] = sorted(book.grid(name).hidden_rows())
            told["rows"][name], sizes[name] = shown(rows), len(rows)
            lasting[name] = {shown(rows), shown(without_results(rows))}
            del rows
        if sizes:
            told |= _written(path, book, sizes, lasting)
    except SheetError as exc:
        told["said"].append(str(exc))
    told["unchanged"] = _digest(path) == before
    told["left"] = [each.name for each in path.parent.iterdir() if each.suffix == ".tmp"]
    return told


def misbehave(request: dict[str, Any]) -> int:
    """Take memory, die, fail or never end: so that the limits can be tried."""
    if "take" in request:
        return len(bytearray(request["take"]))
    if "die" in request:
        os._exit(request["die"])
    while "for ever" in request:
        pass
    raise SheetError("as asked for")


def shown(rows: Rows) -> str:
    """The values to compare, exact in type; a large sheet by its size and a digest."""
    places = sum(len(row) for row in rows)
    if places <= MOST_SHOWN and len(rows) <= MOST_SHOWN:
        return repr([[_short(value) for value in row] for row in rows])
    digest = hashlib.sha256()
    for row in rows:
        digest.update(repr([_short(value) for value in row]).encode("utf-8", "surrogatepass"))
    return f"{len(rows)} rows, {places} places, {digest.hexdigest()[:16]}"


def _short(value: Cell) -> object:
    return f"{len(value)} characters" if isinstance(value, str) and len(value) > LONG else value


def _said_of_nothing(book: XlsxBook) -> str:
    """What is said when a sheet is missing: that sentence shows the names of the sheets, which are hostile too."""
    try:
        book.grid(NO_SHEET)
    except SheetMissingError as exc:
        return str(exc)
    return ""


def _written(path: Path, book: XlsxBook, sizes: dict[str, int], before: dict[str, set[str]]) -> dict[str, Any]:
    """Write below the first sheet and save: what stood there must stand there still; results may have grown old."""
    first = next(iter(sizes))
    book.grid(first).write({(sizes[first] + 1, 1): "=komet"})
    names = book.sheet_names()
    book.save()
    again = open_book(path)
    kept = again.sheet_names() == names
    for name, known in before.items():
        rows = again.grid(name).read()
        if name == first:
            kept = kept and rows.pop() == ["=komet"]
            while rows and not rows[-1]:
                rows.pop()  # the row written below an empty sheet
        kept = kept and shown(rows) in known
    return {"saved": True, "kept": kept}


def _digest(path: Path) -> str:
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
