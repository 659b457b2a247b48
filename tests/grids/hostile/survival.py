"""What every mutation must live through: read, written, saved, read again without a loss, or refused in a sentence."""

from __future__ import annotations

import contextlib
import io
import re
import time
import traceback
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import openpyxl

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book
from komet_xl.grids.xlsx.stale import without_results
from komet_xl.sheets.cells import Formula
from tests.grids.hostile.mutations import mutated, zipped

if TYPE_CHECKING:
    from komet_xl.grids.grid import Position, Value
    from komet_xl.grids.xlsx import XlsxBook
    from komet_xl.sheets.cells import Cell

    Values = dict[str, dict[Position, str]]
    """By sheet and place; each value as its repr."""

MERGE = re.compile(rb"mergeCell [^>]*ref\s*=\s*[\"']([^\"']*)")
IN_AN_ARRAY = repr(Formula("=", None))
TOUCHED = re.compile(r"(worksheets[/\\]|styles|workbook\.xml|calcChain|Content_Types|\.rels$)", re.IGNORECASE)


def survive(request: dict[str, Any]) -> dict[str, Any]:
    """Live through some mutations of a seed; how each ended, and what went wrong."""
    folder, seed = Path(request["folder"]), request["seed"]
    told: dict[str, Any] = {"ends": {}, "faults": [], "slowest": 0.0}
    for number in range(request["first"], request["first"] + request["count"]):
        path = folder / f"{number}.xlsx"
        data = mutated(seed, number)
        start = time.process_time()
        try:
            end = _ended(path, data)
        except Exception:  # noqa: BLE001  whatever it is, it is a fault
            told["faults"].append([number, traceback.format_exc(limit=-12)])
            end = "fault"
        told["slowest"] = max(told["slowest"], time.process_time() - start)
        told["ends"][end] = told["ends"].get(end, 0) + 1
        left = [each for each in folder.iterdir() if each.name != path.name]
        if left:
            told["faults"].append([number, f"left behind: {left}"])
        for each in (path, *left):
            each.unlink(missing_ok=True)
    return told


def _ended(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    try:
        book = open_book(path)
        before, lasting, hidden, width = _seen(book)
    except SheetError as exc:
        _check_sentence(path, exc)
        assert path.read_bytes() == data, "reading changed the file"
        _check_twin(path, data, None)
        return "refused"
    _check_twin(path, data, (before, hidden))
    names = list(before)
    if not names or len(book.sheet_names()) > len(names):
        return "without sheets of their own names"
    name = names[len(data) % len(names)]
    height = max((row for row, _ in before[name]), default=0)
    cells: dict[Position, Value] = {(3, 2): "=x", (height + 1, width[name] + 1): 7}
    try:
        book.grid(name).write(cells)
        book.save()
    except SheetError as exc:
        _check_sentence(path, exc)
        assert path.read_bytes() == data, "a save that failed changed the file"
        return "not written"
    after, _, still_hidden, _ = _seen(open_book(path))
    for wanted in (before, lasting):  # a write may make results of formulas old
        wanted[name] |= {place: repr(value) for place, value in cells.items()}
    if after != before:
        assert _without_array_cells(after, after) == _without_array_cells(lasting, after), (
            f"values lost: {_difference(before, after)}"
        )
    still_hidden[name] = [row for row in still_hidden[name] if row <= height or row in hidden[name]]
    assert still_hidden == hidden, "hidden rows lost"  # rows that were added to a hidden sheet are hidden as well
    _check_parts(data, path.read_bytes())
    return "saved, seen alike" if _seen_alike(data, path.read_bytes(), name, cells) else "saved"


def _without_array_cells(values: Values, after: Values) -> Values:
    """The values but those in cells of array formulas that are out of date: these hold no formula of their own."""
    return {
        name: {place: value for place, value in cells.items() if after.get(name, {}).get(place) != IN_AN_ARRAY}
        for name, cells in values.items()
    }


def _check_twin(path: Path, data: bytes, known: tuple[Values, dict[str, list[int]]] | None) -> None:
    """However its sheets are read, quickly or not, the file holds the same, or is refused."""
    twin = _twin(data)
    if twin is None:
        return
    path.write_bytes(twin)
    try:
        values, _, hidden, _ = _seen(open_book(path))
    except SheetError as exc:
        if known is not None:
            raise AssertionError(f"read quickly, and else refused: {exc}") from None
    else:
        assert known is not None, "refused, and else read"
        assert values == known[0], f"read quickly it differs: {_difference(values, known[0])}"
        assert hidden == known[1], "read quickly it hides other rows"
    path.write_bytes(data)


def _twin(data: bytes) -> bytes | None:
    """The same workbook with an instruction among the rows, which no spreadsheet program writes, if it can be made."""
    content = _members(data)
    if zipped(content) != data:
        return None  # the zip itself is hurt
    changed = {
        name: part.replace(b"<sheetData>", b"<sheetData><?x?>", 1) if b"<worksheet" in part[:2000] else part
        for name, part in content.items()
    }
    return None if changed == content else zipped(changed)


def _seen(book: XlsxBook) -> tuple[Values, Values, dict[str, list[int]], dict[str, int]]:
    """Values, the same without results of formulas, hidden rows and width of every sheet."""
    values: Values = {}
    lasting: Values = {}
    hidden, width = {}, {}
    for name in book.sheet_names()[:20]:
        grid = book.grid(name)
        rows = grid.read()
        hidden[name], width[name] = sorted(grid.hidden_rows()), max(map(len, rows), default=0)
        values[name], lasting[name] = _by_place(rows), _by_place(without_results(rows))
    return values, lasting, hidden, width


def _by_place(rows: list[list[Cell]]) -> dict[Position, str]:
    return {
        (row, column): repr(value)
        for row, cells in enumerate(rows, start=1)
        for column, value in enumerate(cells, start=1)
        if value is not None
    }


def _check_sentence(path: Path, exc: SheetError) -> None:
    said = str(exc)
    assert str(path) in said, f"no file named: {said!r}"
    assert "\n" not in said, f"more than a line: {said!r}"
    assert ";" in said or "only Excel can" in said, f"no advice: {said!r}"
    assert exc.__cause__ is None


def _check_parts(before: bytes, after: bytes) -> None:
    """A save touches the sheet and what must follow it; every other member stays to the byte."""
    old = _members(before)
    new = _members(after) if old else {}
    gone = [name for name, part in old.items() if not TOUCHED.search(name) and new.get(name) != part]
    assert not gone, f"members lost: {gone}"


def _members(data: bytes) -> dict[str, bytes]:
    """The members that Python's own zip reader can read; none if it cannot read the file."""
    found = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as every:
            for info in every.infolist():
                with contextlib.suppress(Exception):  # a damaged member that nobody needed
                    found[info.filename] = every.read(info)
    except (NotImplementedError, UnicodeDecodeError, zipfile.BadZipFile):
        return {}
    return found


def _seen_alike(before: bytes, after: bytes, name: str, cells: dict[Position, Value]) -> bool:
    """Whether another program could read the file before; then it must read the same values after."""
    try:
        old = peer(before)
    except Exception:  # noqa: BLE001  how another program fails is not our concern
        return False
    if name not in old:  # it gives names of its own to sheets whose names it does not like
        return False
    new = peer(after)
    for values in (old, new):
        for place in cells:
            values.get(name, {}).pop(place, None)
    assert new == old, f"another program lost values: {_difference(old, new)}"
    return True


def peer(data: bytes) -> Values:
    """The values that openpyxl sees. Raises whatever it raises."""
    if any(_is_large(ref.decode("latin-1")) for name, part in _members(data).items() for ref in MERGE.findall(part)):
        raise ValueError("it would make a cell of every place of a merge")
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data))
    return {
        sheet.title: {
            place: repr(getattr(cell.value, "text", cell.value))
            for place, cell in sheet._cells.items()  # noqa: SLF001  iter_rows would walk over every blank place
            if cell.value is not None
        }
        for sheet in book.worksheets
    }


def _is_large(ref: str) -> bool:
    try:
        left, top, right, bottom = openpyxl.utils.range_boundaries(ref)
        return (right - left) * (bottom - top) > 10_000
    except (ValueError, TypeError):
        return False


def _difference(wanted: Values, found: Values) -> str:
    lines = [f"sheets {sorted(wanted)} and {sorted(found)}"] if sorted(wanted) != sorted(found) else []
    for sheet, values in wanted.items():
        there = found.get(sheet, {})
        places = [place for place in sorted({*values, *there}) if values.get(place) != there.get(place)]
        lines += [f"{sheet} {place}: {values.get(place)} became {there.get(place)}" for place in places]
    return "; ".join(lines[:10])
