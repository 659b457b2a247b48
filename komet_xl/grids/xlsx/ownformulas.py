"""The formulas that people put beside our rows: where each goes, and which one every row has."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
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
KIND: Final = re.compile(' t="[^"]*"')
RESULT: Final = re.compile(r"<(?P<tag>(?:[\w.-]+:)?v)(?:\s[^<>]*)?(?:/>|>.*?</(?P=tag)\s*>)", re.DOTALL)
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
        self.any = bool(rows or calculated)
        """Whether there is one, or new rows get one."""
        if rows:
            self._share(rows, [*taken.before, *taken.after])
            self._compare(rows, used)

    @property
    def columns(self) -> set[int]:
        """Columns in which new rows get a formula."""
        return {*self._everywhere, *self._calculated}

    def moved(self, cell: OldCell, old: int, new: int) -> str:
        """
        The cell as it stands in its new row.

        The result that the file kept for a formula goes: what it reads has changed, and nobody, least of all a push,
        is to take the old one for right before the formula is calculated anew.
        """
        if cell.formula is None:
            return cell.at(new, self._prefix, None)
        text = moved(self._text(cell, old), old, new, self._change.rows, alone=(old, cell.column) in self._alone)
        bare = replace(cell, attributes=KIND.sub("", cell.attributes), content=RESULT.sub("", cell.content))
        return bare.at(new, self._prefix, _placed(cell.formula, text, new))

    def kept(self, cell: OldCell, row: int) -> str:
        """A cell that stays where it is; the formulas that it shared may have gone elsewhere."""
        formula = cell.formula
        if formula is not None and formula.named.get("t") == "shared":
            formula = _placed(formula, self._text(cell, row), row)
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
        return made.at(number, self._prefix, _placed(found.formula, text, number))

    def _share(self, rows: Sequence[OldRow], staying: Sequence[str]) -> None:
        """Find what each formula says that is written in another cell only."""
        masters: dict[str, tuple[str, int, int]] = {}
        sheet = self._change.rows.sheet
        for row in rows:
            for cell in row.cells:
                named = cell.formula.named if cell.formula else {}
                if named.get("t") == "dataTable":
                    raise PartError(
                        f"a data table stands in the row {row.number} of its sheet {sheet}", "clear it and retry"
                    )
                if cell.formula is None or named.get("t") != "shared":
                    continue
                si = named.get("si", "")
                if cell.formula.text:
                    masters[si] = cell.formula.text, row.number, cell.column
                    continue
                if si not in masters:
                    raise _tied(sheet, row.number, cell.column)
                text, first, column = masters[si]
                self._texts[row.number, cell.column] = copied(text, row.number - first, cell.column - column)
        for si, (_, row_number, column) in masters.items():
            member = re.compile(rf"""\ssi\s*=\s*["']{re.escape(si)}["']""")
            if any(member.search(text) for text in staying):
                raise _tied(sheet, row_number, column)

    def _compare(self, rows: Sequence[OldRow], used: Collection[int]) -> None:
        """Find formulas that only one row of a column has, and those that all have."""
        change = self._change
        seen: dict[int, Counter[str]] = {}
        places: dict[tuple[int, str], tuple[OldCell, int]] = {}
        for row in rows:
            for cell in row.cells:
                if cell.formula is None or cell.column in change.columns or not change.moves_column(cell.column):
                    continue
                kind = pattern(self._text(cell, row.number), row.number, change.rows.sheet)
                seen.setdefault(cell.column, Counter())[kind] += 1
                places.setdefault((cell.column, kind), (cell, row.number))
        for column, kinds in seen.items():
            for kind, times in kinds.items():
                cell, number = places[column, kind]
                if times == 1:
                    self._alone.add((number, column))
                if len(kinds) == 1 and times >= len(used) and cell.formula:
                    formula = OldFormula(cell.formula.attributes, self._text(cell, number))
                    self._everywhere[column] = _Fill(cell, number, formula)

    def _text(self, cell: OldCell, row: int) -> str:
        """The whole formula, also where the file only says that it shares one."""
        formula = cell.formula
        return self._texts.get((row, cell.column), formula.text if formula else "")


def _tied(sheet: str, row: int, column: int) -> PartError:
    return PartError(
        f"the formula of {sheet}!{refs.address(row, column)} is shared with cells that stay where they are"
    )


def _placed(formula: OldFormula, text: str, row: int) -> OldFormula:
    """A formula that says `text` and stands in that row: no longer shared, an array's range moved along."""
    named = formula.named
    if named.get("t") != "array" or "ref" not in named:
        return OldFormula(SHARING.sub("", formula.attributes), text)
    was = refs.area(named["ref"])  # which the reader has understood
    now = refs.Area(row, was.left, row, was.right)
    return OldFormula(REF.sub(f' ref="{now}"', formula.attributes), text)
