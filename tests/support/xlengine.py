"""Excel for tests: an engine of xlwings' own API that works without Excel.

The code under test uses the real xlwings (Book, Sheet, Range, Table, Name, App), with this engine behind it in place
of COM. The workbook's cells are kept by `Pages` (openpyxl) or by a live LibreOffice (unoengine.py). Calls are counted,
questions are answered as scripted, and Excel can be made busy, protected, filtered or read-only.
Written from xlwings' base classes, which come under the BSD licence.
"""

from __future__ import annotations

import sys
from collections import Counter, deque
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias

import xlwings

from tests.support.xlnames import Named, Names
from tests.support.xlpages import Pages
from tests.support.xlranges import Range, to_area
from tests.support.xlsheets import Sheets
from tests.support.xltyping import ComError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from komet_xl.grids.xlsx.refs import Area

Cells: TypeAlias = Any
"""Pages, or whatever keeps cells and has its methods."""
REJECTED = -2147418111
UNAVAILABLE = -2147023174
CLOSED = -2147221080


class World:
    """One running Excel and what happens in it."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        """Calls by kind: "read", "write", "formulas", "put formulas", "format", "copy" ..."""
        self.writes: list[tuple[float, str, Area]] = []
        """Every block of values that was written: when, sheet, where."""
        self.answers: deque[str] = deque()
        """What the person answers to boxes with more than one button."""
        self.inputs: deque[str | None] = deque()
        """What the person types into boxes; None is Cancel."""
        self.alerts: list[str] = []
        self.prompts: list[str] = []
        self.on_alert: Callable[[str], None] = lambda _prompt: None
        self.on_write: Callable[[], None] = lambda: None
        self.on_bar: Callable[[str], None] = lambda _text: None
        self.busy = 0
        """So many calls from now on are rejected, as while a cell is edited."""
        self.is_dead = False
        """Whether somebody has ended Excel in the Task Manager."""
        self.is_old = False
        """Whether it is an Excel before 2021: without formulas that spill."""
        self.on_calculate: Callable[[], None] = lambda: None
        self.macros: list[str] = []
        """Macros that were run."""
        self.bars: list[str | bool] = []
        """All that the status bar showed."""
        self.selected: tuple[str, list[Area]] | None = None
        self.make_cells: Callable[[Path | None], Cells] = Pages
        """Makes what keeps the cells of a workbook."""
        self.app = _App(self)

    def took(self, kind: str) -> None:
        """Count a call. Raises ComError while Excel is busy, or when it is gone."""
        self.ensure_alive()
        if self.busy:
            self.busy -= 1
            raise ComError(REJECTED, "Call was rejected by callee.")
        self.calls[kind] += 1

    def ensure_alive(self) -> None:
        """Raise ComError when Excel is gone."""
        if self.is_dead:
            raise ComError(UNAVAILABLE, "The RPC server is unavailable.")

    def open(self, path: Path, cells: Cells | None = None) -> xlwings.Book:
        """Open a workbook; it becomes the active one."""
        book = Book(self, path.name, path, cells or self.make_cells(path))
        self.app.books.all.insert(0, book)
        return xlwings.Book(impl=book)

    def select(self, sheet: str, *parts: str) -> None:
        """Select cells with the mouse, several parts with Ctrl."""
        self.selected = sheet, [to_area(each) for each in parts]

    def new(self) -> xlwings.Book:
        """A workbook that was never saved."""
        return xlwings.Book(impl=self.app.books.add())


class Engine:
    """What xlwings calls an engine."""

    name = "excel"
    type = "desktop"

    def __init__(self, world: World) -> None:
        self.world = world

    @property
    def apps(self) -> Any:  # noqa: ANN401  xlwings asks for a few of its methods
        return _Apps(self.world)

    @staticmethod
    def prepare_xl_data_element(value: object, _options: object) -> object:
        return "" if value is None else value

    @staticmethod
    def clean_value_data(data: Any, *_options: object) -> Any:  # noqa: ANN401  rows as they are
        return data


class _Apps:
    def __init__(self, world: World) -> None:
        self._world = world

    def __iter__(self) -> Iterator[_App]:
        yield self._world.app

    def __len__(self) -> int:
        return 1

    def __getitem__(self, _pid: int) -> _App:
        return self._world.app

    def keys(self) -> list[int]:
        return [1]


class _App:
    pid = hwnd = 1
    version = "16.0"
    visible = display_alerts = interactive = True
    cut_copy_mode = None
    path = ""

    def __init__(self, world: World) -> None:
        self.world = world
        self.books = _Books(world)
        self.api = SimpleNamespace(
            InputBox=self._input,
            ProtectedViewWindows=SimpleNamespace(Count=0),
            CalculateFull=self.calculate,
            CalculationState=0,
        )
        self.__dict__ |= {"_screen_updating": True, "_enable_events": True, "_calculation": "automatic"}
        self.recalculated = 0
        self._bar: str | bool = False

    @property
    def engine(self) -> Engine:
        return xlwings.engines.active.impl  # type: ignore[no-any-return]  # the one that install() put there

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  three settings that only remember
        if f"_{name}" in self.__dict__:
            return self.__dict__[f"_{name}"]
        raise AttributeError(name)

    def __setattr__(self, name: str, value: object) -> None:
        if f"_{name}" in self.__dict__ and name != "status_bar":
            self.world.took("settings")
        object.__setattr__(self, f"_{name}" if f"_{name}" in self.__dict__ else name, value)

    @property
    def status_bar(self) -> str | bool:
        return self._bar

    @status_bar.setter
    def status_bar(self, value: str | bool) -> None:
        self.world.took("status bar")
        self._bar = value
        self.world.bars.append(value)
        self.world.on_bar(str(value))

    @property
    def selection(self) -> Range | None:
        if self.world.selected is None:
            return None
        sheet, areas = self.world.selected
        return Range(self.books.active.sheets(sheet), areas[0], areas)

    def alert(self, prompt: str, _title: object, buttons: str, _mode: object, _callback: object) -> str:
        self.world.ensure_alive()
        self.world.alerts.append(prompt)
        self.world.on_alert(prompt)
        return "ok" if buttons == "ok" else self.world.answers.popleft()

    def _input(self, Prompt: str, **_more: object) -> str | bool:  # noqa: N803  Excel's name
        self.world.prompts.append(Prompt)
        found = self.world.inputs.popleft()
        return False if found is None else found

    def activate(self, steal_focus: bool = False) -> None:  # noqa: FBT001, FBT002  xlwings' own signature
        """Excel's window comes to the front."""

    def run(self, macro: str, _arguments: object) -> None:
        self.world.macros.append(macro)

    def calculate(self) -> None:
        self.recalculated += 1
        self.api.CalculationState = 0
        self.world.on_calculate()


class _Books(Named):
    api = None

    def __init__(self, world: World) -> None:
        self._world = world
        self.all: list[Book] = []

    def __iter__(self) -> Iterator[Book]:
        return iter(self.all)

    @property
    def active(self) -> Book:
        if not self.all:
            raise ComError(-2146827864, "Object required")
        return self.all[0]

    def add(self) -> Book:
        book = Book(self._world, f"Book{len(self.all) + 1}", None, self._world.make_cells(None))
        self.all.insert(0, book)
        return book


class Book:
    def __init__(self, world: World, name: str, path: Path | None, cells: Cells) -> None:
        self._world, self._name, self.cells = world, name, cells
        self._is_closed = False
        self.sheets = Sheets(self)
        self.names = Names(self)
        self.api = SimpleNamespace(
            FullName=name if path is None else str(path),
            Path="" if path is None else str(path.parent),
            ReadOnly=False,
            ProtectStructure=False,
            SaveCopyAs=self._save_copy,
        )

    @property
    def world(self) -> World:
        """Asked for by everything that is done in a workbook: none of it can be done in one that was closed."""
        self._world.ensure_alive()
        if self._is_closed:
            raise ComError(CLOSED, "OLE error 0x800401a8")
        return self._world

    @property
    def name(self) -> str:
        return self.world and self._name

    @property
    def app(self) -> _App:
        return self.world.app

    @property
    def fullname(self) -> str:
        raise AssertionError("for an address this reads the sheet xlwings.conf of the workbook")

    def activate(self) -> None:
        self.world.app.books.all.remove(self)
        self.world.app.books.all.insert(0, self)

    def close(self) -> None:
        self.world.app.books.all.remove(self)
        self._is_closed = True

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Ctrl+S."""
        del password
        self.cells.save(Path(path or self.api.FullName))

    def _save_copy(self, path: str) -> None:
        self.world.took("save copy")
        self.cells.save(Path(path))


def install(world: World) -> None:
    """Make this the Excel that xlwings finds."""
    sys.modules.pop("xlwings._xlwindows", None)
    engine = xlwings.Engine(impl=Engine(world))
    xlwings.engines.add(engine)
    xlwings.engines.active = engine
