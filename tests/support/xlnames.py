"""Collections of the test engine: what finds their members by name, and tables and names themselves."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.support.xlranges import Range, to_area

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.xlengine import Book
    from tests.support.xlsheets import Sheet


class Named:
    """What collections have in common."""

    def __call__(self, key: int | str) -> Any:  # noqa: ANN401  any of Excel's objects
        found = list(self)
        if isinstance(key, int):
            return found[key - 1]
        for each in found:
            if each.name.lower() == key.lower():
                return each
        raise KeyError(key)

    def __iter__(self) -> Iterator[Any]:
        raise NotImplementedError

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: str) -> bool:
        return any(each.name.lower() == key.lower() for each in self)


class Tables(Named):
    api = None

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def __iter__(self) -> Iterator[Table]:
        return (Table(self._sheet, name) for name in self._sheet.book.cells.tables(self._sheet.name))

    def add(self, *, source: Any, name: str, **_more: object) -> Table:  # noqa: ANN401  xlwings' Range
        self._sheet.book.world.took("add table")
        self._sheet.book.cells.put_table(self._sheet.name, name, source.impl.where)
        return Table(self._sheet, name)


class Table:
    def __init__(self, sheet: Sheet, name: str) -> None:
        self.parent, self.name = sheet, name
        self.show_totals = name in sheet.api.totals
        self.api = SimpleNamespace(AutoFilter=None)

    @property
    def range(self) -> Range:
        return Range(self.parent, self.parent.book.cells.tables(self.parent.name)[self.name])

    def resize(self, cells: Any) -> None:  # noqa: ANN401  xlwings' Range
        self.parent.book.world.took("resize table")
        self.parent.book.cells.put_table(self.parent.name, self.name, cells.impl.where)


class Names:
    api = None

    def __init__(self, book: Book) -> None:
        self._book = book

    def snapshot(self) -> list[tuple[str, Name]]:
        return [(name, Name(self._book, name)) for name in self._book.cells.names()]

    def __call__(self, key: str) -> Name:
        return next(each for name, each in self.snapshot() if name.lower() == key.lower())

    def contains(self, key: str) -> bool:
        return any(name.lower() == key.lower() for name, _ in self.snapshot())

    def add(self, name: str, refers_to: str) -> Name:
        self._book.cells.put_name(name, refers_to)
        return Name(self._book, name)


class Name:
    def __init__(self, book: Book, name: str) -> None:
        self._book, self.name = book, name

    @property
    def refers_to(self) -> str:
        found: str = self._book.cells.names()[self.name]
        return found

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self._book.cells.put_name(self.name, value)

    @property
    def refers_to_range(self) -> Range:
        sheet, _, where = self.refers_to.removeprefix("=").rpartition("!")
        return Range(self._book.sheets(sheet.strip("'").replace("''", "'")), to_area(where))
