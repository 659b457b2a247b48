"""A person in front of Excel: opens workbooks, presses buttons, answers boxes; and what then stands everywhere.

A test module imports the fixture: `from tests.support.desktop import desktop`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from komet_xl.addin import press
from komet_xl.addin.running import _stop_file
from komet_xl.journal.store import Journal
from komet_xl.settings import load_settings
from tests.support.orders import HEADINGS, make_orders
from tests.support.xlengine import World, install

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import xlwings

    from komet_xl.journal.records import Send
    from komet_xl.sandbox.server import Sandbox

TOKEN = "sandbox-token"


@dataclass
class Desktop:
    """Excel, Komet, the journal."""

    komet: Sandbox
    folder: Path
    world: World = field(default_factory=World)

    def open(self, path: Path) -> xlwings.Book:
        """Open a workbook as Excel does."""
        return self.world.open(path)

    def orders(self, rows: Iterable[Sequence[Any]], *, headings: Sequence[str] = HEADINGS) -> xlwings.Book:
        """A workbook with order lines, open, its sheet in front."""
        return self.open(make_orders(self.folder / "orders.xlsx", rows, headings=headings))

    def press(self, button: str, *answers: str, typed: Sequence[str | None] = ()) -> str:
        """Press a button and answer what it asks. Returns what its last box said; "" when there was none."""
        before = len(self.world.alerts)
        self.world.answers.extend(answers)
        self.world.inputs.extend(typed)
        code = press.main([f"komet.{button}", "--wb=", "--from_xl=1", "--app=excel", "--hwnd=0"])
        assert code == 0
        assert not self.world.answers, "a question that was not asked"
        assert not self.world.inputs, "a field that was not shown"
        assert self.world.app.screen_updating is True
        assert self.world.app.enable_events is True
        assert self.world.app.calculation == "automatic"
        return self.world.alerts[-1] if len(self.world.alerts) > before else ""

    def sends(self) -> list[Send]:
        """All that the journal has, oldest first."""
        journal = Journal(load_settings().journal)
        try:
            return journal.sends_since(None)
        finally:
            journal.close()

    def ask_to_stop(self, run: str) -> None:
        """As a second press would."""
        _stop_file().write_text(run, encoding="ascii")


def rows_of(book: xlwings.Book, sheet: str = "orders") -> list[tuple[Any, ...]]:
    """What the cells of a sheet hold, from A1 on."""
    rows: list[tuple[Any, ...]] = book.impl.cells.plain(sheet)
    return rows


def put(book: xlwings.Book, sheet: str, cell: str, value: Any) -> None:  # noqa: ANN401  whatever a person types
    """Type into a cell."""
    book.impl.cells.type_in(sheet, cell, value)


def fill(book: xlwings.Book, sheet: str, rows: Sequence[Sequence[object]], *, top: int = 1) -> None:
    """Type a list, from column A on."""
    for row, values in enumerate(rows, start=top):
        for column, value in enumerate(values):
            put(book, sheet, f"{'ABCDEFGH'[column]}{row}", value)


def results_of(book: xlwings.Book, sheet: str = "orders") -> list[tuple[Any, Any]]:
    """Status and message of every row below the headings."""
    rows = rows_of(book, sheet)
    status, message = rows[0].index("status"), rows[0].index("message")
    return [(row[status], row[message]) for row in rows[1:]]


def statuses_of(book: xlwings.Book, sheet: str = "orders") -> list[Any]:
    """The status column."""
    return [status for status, _ in results_of(book, sheet)]


def name(book: xlwings.Book, name: str, sheet: str, cell: str, value: Any) -> None:  # noqa: ANN401  same
    """A named cell, as the template has them."""
    put(book, sheet, cell, value)
    column, row = cell[0], cell[1:]
    book.impl.cells.put_name(name, f"='{sheet}'!${column}${row}")


@pytest.fixture
def desktop(komet: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    """A person with a token, in front of an Excel without workbooks."""
    monkeypatch.setenv("KOMET_URL", komet.url)
    monkeypatch.setenv("KOMET_TOKEN", komet.token)
    monkeypatch.setenv("KOMET_TIMEOUT", "5")
    monkeypatch.delenv("KOMET_HOME")  # Excel has no shell
    monkeypatch.delenv("DISPLAY", raising=False)  # a window of our own would wait for a person
    made = Desktop(komet, tmp_path)
    install(made.world)
    return made
