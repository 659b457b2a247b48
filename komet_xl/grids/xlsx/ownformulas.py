"""The formulas that people put beside our rows: where each goes, and which one every row has."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.formulas import copied, moved, pattern
from komet_xl.grids.xlsx.oldrows import OldCell, OldFormula

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from komet_xl.grids.grid import Position
    from komet_xl.grids.xlsx.around import Change
    from komet_xl.grids.xlsx.oldrows import Cut, OldRow

SHARING: Final = re.compile(' (?:t|ref|si)="[^"]*"')
REF: Final = re.compile(' ref="[^"]*"')
METADATA: Final = re.compile(' cm="[0-9]{1,9}"')
"""Marks the formula of a cell as one that may spill into others."""


@dataclass(frozen=True, slots=True)
class _Fill:
    """A formula that every row has."""

    cell: OldCell
    row: int
    formula: OldFormula


class OwnFormulas:
    """All formulas of the rows that are taken out."""

    def __init__(self, taken: Cut, change: Change, used: Collection[int], calculated: Mapping[int, str]) -> None:
        """
        Read them.

        Args:
            taken: The rows.
            change: What goes where.
            used: Old rows that hold something.
            calculated: The formula that a table gives to its new rows, by column.

        Raises:
            PartError: one of them cannot be moved.
        """
        self._change = change
        self._prefix = taken.prefix
        self._texts: dict[Position, str] = {}
        """What a formula says whose cell only says which one it shares."""
        self._alone: set[Position] = set()
        """Places of formulas that no other row of the column has."""
        self._calculated = calculated
        self._everywhere: dict[int, _Fill] = {}
        rows = [row for row in taken.rows if any(cell.formula for cell in row.cells)]
        self.any = bool(rows)
        """Whether there is one."""
        if rows:
            self._share(rows, [*taken.before, *taken.after])
            self._compare(rows, used)

    @property
    def columns(self) -> set[int]:
        """Columns in which new rows get a formula."""
        return {*self._everywhere, *self._calculated}

    def moved(self, cell: OldCell, old: int, new: int) -> str:
        """The cell as it stands in its new row."""
        if cell.formula is None:
            return cell.at(new, self._prefix, None)
        text = moved(self._text(cell, old), old, new, self._change.rows, alone=(old, cell.column) in self._alone)
        return cell.at(new, self._prefix, _placed(cell.formula, text, new, old))

    def kept(self, cell: OldCell, row: int) -> str:
        """A cell that stays where it is; the formulas that it shared may have gone elsewhere."""
        formula = cell.formula
        if formula is not None and formula.named.get("t") == "shared":
            formula = _placed(formula, self._text(cell, row), row, row)
        return cell.at(row, self._prefix, formula)

    def filled(self, column: int, number: int, style: int) -> str:
        """The formula that every row has in that column, for a new row; nothing where they differ."""
        look = f' s="{style}"' if style else ""
        found = self._everywhere.get(column)
        if found is None:
            text = self._calculated.get(column)
            made = OldCell(column, style, look, None, "")
            return "" if text is None else made.at(number, self._prefix, OldFormula("", text))
        text = moved(found.formula.text, found.row, number, self._change.rows, alone=False)
        metadata = METADATA.search(found.cell.attributes)
        made = OldCell(column, style, look + (metadata[0] if metadata else ""), None, "")
        return made.at(number, self._prefix, _placed(found.formula, text, number, found.row))

    def _share(self, rows: Sequence[OldRow], staying: Sequence[str]) -> None:
        """Find what each formula says that is written in another cell only."""
        masters: dict[str, tuple[str, int, int]] = {}
        for row in rows:
            for cell in row.cells:
                named = cell.formula.named if cell.formula else {}
                if named.get("t") == "dataTable":
                    raise PartError(f"a data table stands in the row {row.number}", "clear it and retry")
                if cell.formula is None or named.get("t") != "shared":
                    continue
                si = named.get("si", "")
                if cell.formula.text:
                    masters[si] = cell.formula.text, row.number, cell.column
                    continue
                if si not in masters:
                    ref = refs.address(row.number, cell.column)
                    raise PartError(f"the formula of {ref} is shared with cells that stay where they are")
                text, first, column = masters[si]
                self._texts[row.number, cell.column] = copied(text, row.number - first, cell.column - column)
        for si, (_, row_number, column) in masters.items():
            member = re.compile(rf"""\ssi\s*=\s*["']{re.escape(si)}["']""")
            if any(member.search(text) for text in staying):
                ref = refs.address(row_number, column)
                raise PartError(f"the formula of {ref} is shared with cells that stay where they are")

    def _compare(self, rows: Sequence[OldRow], used: Collection[int]) -> None:
        """Find formulas that only one row of a column has, and those that all have."""
        rest = self._change.rows
        seen: dict[int, Counter[str]] = {}
        places: dict[tuple[int, str], tuple[OldCell, int]] = {}
        for row in rows:
            for cell in row.cells:
                if cell.formula is None:
                    continue
                kind = pattern(self._text(cell, row.number), row.number, rest.sheet)
                seen.setdefault(cell.column, Counter())[kind] += 1
                places.setdefault((cell.column, kind), (cell, row.number))
        for column, kinds in seen.items():
            for kind, times in kinds.items():
                cell, number = places[column, kind]
                if times == 1:
                    self._alone.add((number, column))
                if len(kinds) == 1 and times >= len(used) and self._change.moves_column(column) and cell.formula:
                    formula = OldFormula(cell.formula.attributes, self._text(cell, number))
                    self._everywhere[column] = _Fill(cell, number, formula)

    def _text(self, cell: OldCell, row: int) -> str:
        """The whole formula, also where the file only says that it shares one."""
        formula = cell.formula
        return self._texts.get((row, cell.column), formula.text if formula else "")


def _placed(formula: OldFormula, text: str, row: int, old: int) -> OldFormula:
    """A formula that says `text` and stands in that row: no longer shared, its own range moved along."""
    named = formula.named
    if named.get("t") == "shared":
        return OldFormula(SHARING.sub("", formula.attributes), text)
    ref = named.get("ref")
    if ref is None:
        return OldFormula(formula.attributes, text)
    try:
        was = refs.area(ref)
    except ValueError:
        raise PartError(f"a formula of its row {old} stands over {ref[:40]!r}, which no sheet has") from None
    now = refs.Area(row, was.left, row, was.right)
    return OldFormula(REF.sub(f' ref="{now}"', formula.attributes), text)
