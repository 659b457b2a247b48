"""Excel's side of a formula, without Excel: xlwings' own decorators and its own `call_udf`, over stubs for pywin32.

    with udf_server() as excel:
        excel.call("komet_xl.addin.formulas", "KOMET_PREBOOK", 42045.0, cells([[13010.0]]), "customerName")
        excel.vba("komet_xl.addin.formulas")  # what xlwings itself would write into an add-in

Arguments are handed over as COM does it: numbers as float, a reference as `cells`, a date cell as `com_date`, an
argument that was left out as `MISSING`. How cells are read and results written is xlwings' Windows code, taken out of
its source: the module as a whole cannot be imported elsewhere.
"""

from __future__ import annotations

import ast
import importlib
import io
import numbers
import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import xlwings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MISSING: Final = -2147352572
"""What arrives for an optional argument that was left out."""
NOT_AVAILABLE: Final = -2146826246
"""What arrives for a cell that shows #N/A."""
RANGE: Final = "{00020846-0000-0000-C000-000000000046}"
TAKEN: Final = {
    *("cell_errors", "time_types", "Engine", "engine", "is_range_instance"),
    *("_clean_value_data_element", "_com_time_to_datetime", "_datetime_to_com_time"),
}
"""What is taken out of xlwings' module for Windows."""


class ComDate(datetime):
    """pywintypes.TimeType: a date as COM brings it, with a time zone that means nothing."""


class ComError(Exception):
    """pywintypes.com_error."""


class cells:  # noqa: N801  reads as what it stands for: =F(A1:B2)
    """A reference to cells, as COM hands it over."""

    def __init__(self, rows: Sequence[Sequence[object]]) -> None:
        self.rows = tuple(tuple(row) for row in rows)
        about = SimpleNamespace(iid=RANGE)
        self._oleobj_ = SimpleNamespace(GetTypeInfo=lambda: SimpleNamespace(GetTypeAttr=lambda: about))

    @property
    def value(self) -> object:
        """What Range.Value is: one value for one cell, else rows."""
        return self.rows[0][0] if len(self.rows) == len(self.rows[0]) == 1 else self.rows


def com_date(year: int, month: int, day: int) -> datetime:
    """What a date cell arrives as."""
    return ComDate(year, month, day, tzinfo=UTC)


class _Range:
    """xlwings' Range for Windows, as far as reading an argument goes."""

    max_cells_per_read = None

    def __init__(self, xl: object) -> None:
        self.raw_value = xl.value if isinstance(xl, cells) else None

    @property
    def sheet(self) -> object:
        """From here xlwings finds the engine."""
        engine = xlwings.engines["excel"].impl
        return SimpleNamespace(book=SimpleNamespace(app=SimpleNamespace(engine=engine, pid=1)))


class Udfs:
    """The COM server that Excel calls."""

    def __init__(self, udfs: ModuleType) -> None:
        self._udfs = udfs

    def call(self, module: str, name: str, *given: object) -> Any:  # noqa: ANN401  whatever a cell takes
        """What the cells show; neither workbook nor cell is handed on, as in our wrappers. What raises, raises here."""
        function = getattr(importlib.import_module(module), name)
        missing = [MISSING] * (len(function.__xlfunc__["args"]) - len(given))
        rows = self._udfs.call_udf(module, name, (*given, *missing), None, None)
        if len(rows) == 1:  # as xlwings.com_server.XLPython.CallUDF hands it to VBA
            return rows[0][0] if len(rows[0]) == 1 else rows[0]
        return rows

    def about(self, module: str, name: str) -> dict[str, Any]:
        """What the decorators noted of a function."""
        noted: dict[str, Any] = getattr(importlib.import_module(module), name).__xlfunc__
        return noted

    def vba(self, module: str, workbook: str = "komet.xlam") -> str:
        """The wrappers that xlwings itself writes for a module."""
        text = io.StringIO()
        found = importlib.import_module(module)
        self._udfs.generate_vba_wrapper(module, found, text, SimpleNamespace(Name=workbook))
        return text.getvalue()


@contextmanager
def udf_server(*fresh: str) -> Iterator[Udfs]:
    """
    xlwings with its decorators for Windows while the block runs; afterwards all is as it was.

    Args:
        fresh: Modules whose functions are to be decorated: they are imported anew, and again afterwards.
    """
    modules, namespace = dict(sys.modules), dict(vars(xlwings))
    engines = list(xlwings.engines.engines), dict(xlwings.engines.engines_by_name), xlwings.engines.active
    try:
        sys.modules.update(_stubs())
        windows = _windows()
        vars(xlwings)["_xlwindows"] = windows
        engine = xlwings.Engine(impl=windows.engine)
        xlwings.engines.add(engine)
        xlwings.engines.active = engine
        udfs = importlib.import_module("xlwings.udfs")
        names = {"func": "xlfunc", "arg": "xlarg", "ret": "xlret", "sub": "xlsub", "script": "xlsub"}
        vars(xlwings).update({name: getattr(udfs, real) for name, real in names.items()})
        for name in fresh:
            sys.modules.pop(name, None)
            importlib.import_module(name)
        yield Udfs(udfs)
        udfs.com_executor.shutdown()
    finally:
        xlwings.engines.engines, xlwings.engines.engines_by_name, xlwings.engines.active = engines
        vars(xlwings).clear()
        vars(xlwings).update(namespace)
        for name in {*sys.modules} - {*modules}:
            if name in _stubs() or name.startswith("xlwings."):
                del sys.modules[name]
        for name in fresh:
            _put_back(name, modules.get(name))


def _put_back(name: str, module: ModuleType | None) -> None:
    """The module as it was before, also as an attribute of its package."""
    package, _, leaf = name.rpartition(".")
    sys.modules.pop(name, None)
    vars(sys.modules[package]).pop(leaf, None)
    if module is not None:
        sys.modules[name] = module
        setattr(sys.modules[package], leaf, module)


def _stubs() -> dict[str, ModuleType]:
    """pywin32, as far as xlwings.udfs looks at it, and xlwings' own server, which only matters to async functions."""
    com, types, win32, client, server = map(
        ModuleType, ("pythoncom", "pywintypes", "win32com", "win32com.client", "xlwings.com_server")
    )
    vars(com).update(CoInitialize=lambda: None, IID_IDispatch=None)
    vars(types).update(com_error=ComError, TimeType=ComDate, IID=str)
    vars(client).update(Dispatch=lambda what: what)
    vars(win32).update(client=client)
    vars(server).update(loop=None)
    return {each.__name__: each for each in (com, types, win32, client, server)}


def _windows() -> Any:  # noqa: ANN401  a module made on the spot
    """xlwings._xlwindows with its own code for values, and our ranges."""
    path = Path(xlwings.__file__).with_name("_xlwindows.py")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    tree.body = [each for each in tree.body if _names(each) & TAKEN]
    assert {name for each in tree.body for name in _names(each)} >= TAKEN, "xlwings has changed"
    windows = ModuleType("xlwings._xlwindows")
    utc = SimpleNamespace(TimeZoneInfo=SimpleNamespace(utc=lambda: UTC))
    names = {"dt": importlib.import_module("datetime"), "numbers": numbers, "pd": None, "np": None}
    vars(windows).update(names, pywintypes=sys.modules["pywintypes"], win32timezone=utc, Range=_Range, BOOK_CALLER=None)
    exec(compile(tree, str(path), "exec"), vars(windows))  # noqa: S102  xlwings' own lines
    return windows


def _names(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {each.id for each in node.targets if isinstance(each, ast.Name)}
    return set()
