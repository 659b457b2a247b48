"""An edit as a push makes it, through komet_xl's public door; in which cells, the checker's own eyes choose."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import open_book

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.grids.grid import Value
    from komet_xl.sheets.cells import Cell
    from tests.corpus.compare import Opened
    from tests.corpus.sheet import CellXml, Place, SheetXml

MOST_SHEETS = 3
"""Sheets of one workbook that are written to."""
MOST_TRIES = 4
"""Cells of one kind that are tried before it is given up."""
FAR_RIGHT, FAR_DOWN = 1_024, 200_000
"""Where komet_xl stops; new cells are not tried beyond."""


@dataclass(frozen=True)
class Wish:
    """One kind of write and the cells that would do for it, best first."""

    what: str
    value: Value
    places: list[Place]


@dataclass
class Edit:
    """What an edit did."""

    written: dict[str, dict[Place, Value]] = field(default_factory=dict)
    """By sheet name."""
    kinds: list[str] = field(default_factory=list)
    """Kinds of writes that were done."""
    refused: list[str] = field(default_factory=list)
    """Sentences about cells that cannot be written."""
    read_before: dict[str, list[list[Cell]]] = field(default_factory=dict)


def first_wishes(sheet: SheetXml) -> list[Wish]:
    """Numbers, text, a blank and a new row: nothing that needs a new format, unless the cell shows days."""
    cells = [cell for cell in sheet.cells() if cell.column <= FAR_RIGHT and cell.row <= FAR_DOWN]
    formulas = [cell.place for cell in cells if cell.formula is not None]
    numbers = [cell.place for cell in cells if _is_number(cell)]
    texts = [cell.place for cell in cells if _is_text(cell)]
    below = _below(sheet)
    found = [
        Wish("number over a number", Decimal("1234.25"), numbers),
        Wish("text in a new cell", "komet", _right_of_rows(sheet)),
        Wish("number in a new row", 4711, [(below, cells[0].column if cells else 1)]),
        Wish("blank over a text", None, texts[len(texts) // 2 :]),
        Wish("number over a formula", 77, formulas[len(formulas) // 2 :] + formulas[: len(formulas) // 2]),
    ]
    return _possible(found, sheet)


def second_wishes(sheet: SheetXml) -> list[Wish]:
    """What needs a format that the workbook may lack: a day, and text that looks like a formula."""
    texts = [cell.place for cell in sheet.cells() if _is_text(cell) and cell.column <= FAR_RIGHT]
    below = _below(sheet)
    found = [
        Wish("day in a new row", date(2026, 2, 10), [(below, 2)]),
        Wish("text like a formula over a text", "=1+1", texts[1:]),
        Wish("markup in a new cell", ' <a>&"_x0041_\n', _right_of_rows(sheet)[::-1]),
    ]
    return _possible(found, sheet)


def _possible(wishes: list[Wish], sheet: SheetXml) -> list[Wish]:
    """Those wishes for which there is a cell that a person would see: none under a merged one, none too far down."""
    merged = sheet.merged()
    found = []
    for wish in wishes:
        places = [place for place in wish.places if place[0] <= FAR_DOWN and not _covered(place, merged)]
        if places:
            found.append(Wish(wish.what, wish.value, places))
    return found


def _covered(place: Place, merged: list[tuple[Place, Place]]) -> bool:
    """Whether a merged cell lies over this one."""
    row, column = place
    return any(
        first != place and first[0] <= row <= last[0] and first[1] <= column <= last[1] for first, last in merged
    )


def make(path: Path, package: Opened, *, second: bool = False) -> Edit:
    """Edit a file in place. Raises SheetError when komet_xl refuses the workbook: then nothing may have changed."""
    assert package.names is not None
    done = Edit()
    book = open_book(path)
    for name, wishes in _chosen(package, second=second):
        grid = book.grid(name)
        done.read_before[name] = grid.read()
        for wish in wishes:
            for place in wish.places[:MOST_TRIES]:
                if place in done.written.get(name, {}):
                    continue
                try:
                    grid.write({place: wish.value})
                except SheetError as exc:
                    done.refused.append(f"{wish.what}: {exc}")
                else:
                    done.written.setdefault(name, {})[place] = wish.value
                    done.kinds.append(wish.what)
                    break
    book.save()
    return done


def _chosen(package: Opened, *, second: bool) -> list[tuple[str, list[Wish]]]:
    """The sheets where most kinds of writes can be done, and these."""
    assert package.names is not None
    found = []
    seen = set()
    for sheet in package.names.sheets:
        if sheet.part.lower() in seen:
            continue
        seen.add(sheet.part.lower())
        taken = package.sheet(sheet.part)
        found.append((sheet.name, second_wishes(taken) if second else first_wishes(taken)))
    found.sort(key=lambda each: -len(each[1]))
    return found[:MOST_SHEETS]


def _below(sheet: SheetXml) -> int:
    """The first row below everything, merged cells too."""
    return max([0, *(row.number for row in sheet.rows), *(last[0] for _, last in sheet.merged())]) + 1


def _is_number(cell: CellXml) -> bool:
    return cell.formula is None and cell.attributes.get("t", "n") == "n" and "<v>" in cell.inner


def _is_text(cell: CellXml) -> bool:
    return cell.formula is None and cell.attributes.get("t") in {"s", "inlineStr", "str"} and cell.inner != ""


def _right_of_rows(sheet: SheetXml) -> list[Place]:
    """The first free place of each row that has cells, from the middle of the sheet on."""
    ends = [(row.number, max(cell.column for cell in row.cells) + 1) for row in sheet.rows if row.cells]
    places = [(row, column) for row, column in ends if column <= FAR_RIGHT and row <= FAR_DOWN]
    return places[len(places) // 2 :] + places[: len(places) // 2]


def refuse(path: Path) -> None:
    """Open a file that is no workbook: komet_xl must raise SheetError."""
    book = open_book(path)
    for name in book.sheet_names():
        book.grid(name).read()
