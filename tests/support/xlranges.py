"""Ranges of the test engine: what xlwings asks of a rectangle of cells, counted and kept."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from komet_xl.grids.xlsx.refs import LAST_COLUMN, LAST_ROW, Area, area, column_letters
from tests.support.xltyping import ComError, refusal

if TYPE_CHECKING:
    from tests.support.xlengine import Cells, World
    from tests.support.xlsheets import Sheet


def to_area(text: str) -> Area:
    rows = text.replace("$", "").split(":")
    if all(each.isdigit() for each in rows):
        return Area(int(rows[0]), 1, int(rows[-1]), LAST_COLUMN)
    return area(text)


class Range:
    max_cells_per_read = 4_000_000
    max_cells_per_write = 100_000

    def __init__(self, sheet: Sheet, where: Area, parts: list[Area] | None = None) -> None:
        self.sheet, self.where = sheet, where
        self.parts = parts or [where]
        self.options: dict[str, object] = {}

    @property
    def _world(self) -> World:
        return self.sheet.book.world

    @property
    def _cells(self) -> Cells:
        return self.sheet.book.cells

    @property
    def api(self) -> _RangeApi:
        return _RangeApi(self)

    @property
    def row(self) -> int:
        return self.where.top

    @property
    def column(self) -> int:
        return self.where.left

    @property
    def shape(self) -> tuple[int, int]:
        return self.where.bottom - self.where.top + 1, self.where.right - self.where.left + 1

    def __len__(self) -> int:
        return self.shape[0] * self.shape[1]

    def __call__(self, row: int, column: int | None = None) -> Range:
        """The cell at a position inside, or the n-th cell."""
        if column is None:
            row, column = divmod(row - 1, self.shape[1])
            row, column = row + 1, column + 1
        top, left = self.where.top + row - 1, self.where.left + column - 1
        return Range(self.sheet, Area(top, left, top, left))

    def ask(self, kind: str, method: str) -> Any:  # noqa: ANN401  a single value as Excel gives it, else rows
        self._world.took(kind)
        rows = getattr(self._cells, method)(self.sheet.name, self.where)
        return rows[0][0] if len(self) == 1 else tuple(map(tuple, rows))

    @property
    def raw_value(self) -> Any:  # noqa: ANN401  same
        return self.ask("read", "values")

    @raw_value.setter
    def raw_value(self, data: object) -> None:
        self._change("write", data)
        self._world.writes.append((time.monotonic(), self.sheet.name, self.where))
        self._world.on_write()

    @property
    def formula(self) -> Any:  # noqa: ANN401  same
        return self.ask("formulas", "formulas")

    @formula.setter
    def formula(self, data: object) -> None:
        self._change("put formulas", data)

    @property
    def formula2(self) -> Any:  # noqa: ANN401  same
        """Unknown to an old Excel. xlwings then hands on what COM says, and not what Python says."""
        if self._world.is_old:
            raise ComError(-2147352570, "Unknown name.")
        return self.formula

    @formula2.setter
    def formula2(self, data: object) -> None:
        assert not self._world.is_old, "xlwings would try that for ever"
        self.formula = data

    def _change(self, kind: str, data: object) -> None:
        self._world.took(kind)
        self.ensure_free()
        rows = data if isinstance(data, list | tuple) else [[data] * self.shape[1]] * self.shape[0]
        self._cells.put(self.sheet.name, self.where, rows)

    @property
    def is_locked(self) -> bool:
        return not any(
            each.holds(self.where.top, self.where.left) and each.holds(self.where.bottom, self.where.right)
            for each in self.sheet.api.unlocked
        )

    def ensure_free(self) -> None:
        if self.sheet.api.ProtectContents and not self.sheet.api.ProtectionMode and self.is_locked:
            raise refusal("The cell or chart you're trying to change is on a protected sheet.")

    @property
    def number_format(self) -> str | None:
        self._world.took("read format")
        found: str | None = self._cells.number_format(self.sheet.name, self.where)
        return found

    @number_format.setter
    def number_format(self, code: str) -> None:
        self._world.took("format")
        self.ensure_free()
        self._cells.set_number_format(self.sheet.name, self.where, code)

    @property
    def row_height(self) -> float | None:
        self._world.took("height")
        hidden = self._cells.hidden(self.sheet.name)
        found = {row in hidden for row in range(self.where.top, self.where.bottom + 1)}
        return None if len(found) == 2 else 0.0 if found.pop() else 15.0

    @property
    def row_hidden(self) -> bool | None:
        raise AssertionError("xlwings asks Excel for one row after the other")

    @row_hidden.setter
    def row_hidden(self, value: bool) -> None:
        self._world.took("hide")
        self._cells.set_hidden(self.sheet.name, range(self.where.top, self.where.bottom + 1), hidden=value)

    def get_special_cells(self, kind: str, _value_type: object) -> list[Range]:
        assert kind == "visible"
        self._world.took("special cells")
        if self.sheet.api.ProtectContents:
            raise refusal("You cannot use this command on a protected sheet.")
        hidden = self._cells.hidden(self.sheet.name)
        found: list[Range] = []
        for row in range(self.where.top, self.where.bottom + 1):
            if row in hidden:
                continue
            last = found[-1].where if found else None
            if last is not None and last.bottom == row - 1:
                found[-1] = Range(self.sheet, Area(last.top, last.left, row, last.right))
            else:
                found.append(Range(self.sheet, Area(row, self.where.left, row, self.where.right)))
        return found

    @property
    def merge_cells(self) -> bool | None:
        found: bool | None = self._cells.is_merged(self.sheet.name, self.where)
        return found

    @property
    def merge_area(self) -> Range:
        return Range(self.sheet, self._cells.merge_area(self.sheet.name, self.where))

    @property
    def has_array(self) -> bool | None:
        found: bool | None = self._cells.has_array(self.sheet.name, self.where)
        return found

    def copy(self, destination: Any = None) -> None:  # noqa: ANN401  xlwings' Range
        self._world.took("copy")
        assert not self.sheet.api.FilterMode, "Excel would copy the visible rows only"
        self._cells.copy(self.sheet.name, self.where, destination.impl.where)

    def clear(self) -> None:
        self._world.took("clear")
        self._cells.clear(self.sheet.name, self.where)

    def delete(self, shift: str) -> None:
        assert (shift, self.where.right) == ("up", LAST_COLUMN)
        self._world.took("delete")
        self._cells.delete_rows(self.sheet.name, self.where)

    def get_address(self, _rows: object, _columns: object, _external: object) -> str:
        return self.address

    @property
    def address(self) -> str:
        """Cut off after 255 characters, as Excel does."""
        return ",".join(_absolute(each) for each in self.parts)[:255]

    def __setattr__(self, name: str, value: object) -> None:
        if name == "column_width":
            self._world.took("width")
            return
        object.__setattr__(self, name, value)

    @property
    def data_validation(self) -> Any:  # noqa: ANN401  one call, which is only noted
        return SimpleNamespace(set_rule=lambda *rule: self._note("validation", rule), input_prompt=None)

    @property
    def conditional_formats(self) -> Any:  # noqa: ANN401  same
        return SimpleNamespace(add_custom=lambda rule: self._note("colour", rule))

    def _note(self, kind: str, what: object) -> None:
        self._world.took(kind)
        self.sheet.book.__dict__.setdefault("notes", []).append((kind, self.sheet.name, self.where, what))


def _absolute(where: Area) -> str:
    if where.right == LAST_COLUMN:
        return f"${where.top}:${where.bottom}"
    if where.bottom == LAST_ROW:
        return f"${column_letters(where.left)}:${column_letters(where.right)}"
    corners = str(where).split(":")
    return ":".join(
        "$" + each.rstrip("0123456789") + "$" + each.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for each in corners
    )


class _RangeApi:
    """The object of Excel's own that a range stands for."""

    def __init__(self, cells: Range) -> None:
        self._range = cells

    def __bool__(self) -> bool:
        return True

    @property
    def HasSpill(self) -> bool:  # noqa: N802  Excel's name
        if self._range.sheet.book.world.is_old:
            raise ComError(-2147352570, "Unknown name.")
        return False

    @property
    def Locked(self) -> bool:  # noqa: N802  Excel's name
        return self._range.is_locked

    @property
    def Value2(self) -> Any:  # noqa: ANN401, N802  Excel's name
        return self._range.ask("read", "exact")

    @property
    def Areas(self) -> list[Any]:  # noqa: N802  same
        return [
            SimpleNamespace(
                Row=each.top,
                Column=each.left,
                Rows=SimpleNamespace(Count=each.bottom - each.top + 1),
                Columns=SimpleNamespace(Count=each.right - each.left + 1),
            )
            for each in self._range.parts
        ]
