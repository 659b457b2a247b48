"""Sheets of the test engine."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from komet_xl.grids.xlsx.refs import Area
from tests.support.xlnames import Named, Tables
from tests.support.xlranges import Range, to_area

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.xlengine import Book


class Sheets(Named):
    api = None

    def __init__(self, book: Book) -> None:
        self._book = book
        self._active = 0

    def __iter__(self) -> Iterator[Sheet]:
        return (Sheet(self._book, name) for name in self._book.cells.sheets())

    @property
    def active(self) -> Sheet:
        return Sheet(self._book, self._book.cells.sheets()[self._active])

    def add(self, before: Sheet | None, after: Sheet | None, name: str | None) -> Sheet:
        self._book.world.took("add sheet")
        names = self._book.cells.sheets()
        position = names.index(after.name) + 1 if after else names.index(before.name) if before else self._active
        self._active = position
        return Sheet(self._book, self._book.cells.add_sheet(name, position))

    def activate(self, name: str) -> None:
        self._active = self._book.cells.sheets().index(name)


class Sheet:
    states: dict[tuple[int, str], SimpleNamespace]
    visible = True

    def __init__(self, book: Book, name: str) -> None:
        self.book, self._name = book, name
        self.api = book.__dict__.setdefault("states", {}).setdefault(
            name,
            SimpleNamespace(
                ProtectContents=False, ProtectionMode=False, FilterMode=False, unlocked=[], Comments=[], totals=set()
            ),
        )

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.book.cells.rename_sheet(self._name, value)
        self._name = value

    @property
    def index(self) -> int:
        found: int = self.book.cells.sheets().index(self._name)
        return found + 1

    @property
    def freeze_panes(self) -> Any:  # noqa: ANN401  one call, which is only counted
        return SimpleNamespace(freeze_at=lambda _where: self.book.world.took("freeze"))

    @property
    def tables(self) -> Tables:
        return Tables(self)

    @property
    def used_range(self) -> Range:
        return Range(self, Area(1, 1, *self.book.cells.used(self._name)))

    def range(self, first: Any, second: Any = None) -> Range:  # noqa: ANN401  xlwings gives tuples, texts and ranges
        if isinstance(first, str):
            named = self.book.cells.names().get(first)
            return Range(self, to_area(first) if named is None else to_area(named.rpartition("!")[2]))
        if isinstance(first, Range):
            return Range(self, first.where.widened(second.where.bottom, second.where.right))
        if len(first) == 4:
            row, column, height, width = first
            return Range(self, Area(row, column, row + height - 1, column + width - 1))
        return Range(self, Area(*first, *(second or first)))

    def activate(self) -> None:
        self.book.sheets.activate(self._name)

    def delete(self) -> None:
        self.book.cells.remove_sheet(self._name)
