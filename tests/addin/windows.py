"""
What of Windows and Excel the add-in's VBA asks for, for tests/addin/excel.py.

The script host really starts the program and waits for it; the object in the Python process hands a formula's call to
the test. Everything else is noted down in a World.
"""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from pyopenvba.apps.excel._model import Application
from pyopenvba.interpreter import MISSING, VBAArray, VBAObject, member, method, setter, to_text
from pyopenvba.interpreter._values import error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Vba: TypeAlias = Any
"""A value of the interpreter's."""


@dataclass
class World:
    """What the add-in finds, and what it did."""

    folders: list[str] = field(default_factory=list)
    """Where the library of xlwings lies."""
    servers: Callable[[str], bool] = bool
    """Whether a server answers to a command or a class id."""
    answer: Callable[..., object] = str
    """What the Python side does for a call: name of the formula or function, then its arguments."""
    refuses: int = 0
    """The error that starting a program ends with."""
    script_host: bool = True
    """Whether Windows Script Host is switched on."""
    shown: list[int] = field(default_factory=list)
    """How the windows of programs were to look that were started without it."""
    system: str = "Windows (64-bit) NT 10.00"
    window: int = 4711
    environ: dict[str, str] = field(default_factory=dict)
    clock: float = 42045.5
    """What Windows' clock says, in days."""
    during: list[tuple[object, object]] = field(default_factory=list)
    """Status bar and key for Cancel while a program ran."""
    loaded: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    """Commands that a server was asked by."""
    called: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    described: list[dict[str, object]] = field(default_factory=list)
    """What Excel's function wizard was told."""
    workbooks_open: bool = True
    refreshed: int = 0
    drives: bool = True
    """Whether the drives that paths name are there."""
    unread: list[str] = field(default_factory=list)
    """Lines of the open file."""
    leaves: str = ""
    """What Python leaves in the status bar."""
    meanwhile: Callable[[], object] | None = None
    """What a person does while a program runs."""


class Windows(Application):
    """Excel's own object, with what pyOpenVBA leaves out."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.cancel_key: object = 1
        self.status: object = False

    @member
    def PathSeparator(self) -> object:  # noqa: N802  Excel's names, here and below
        return "\\"

    @member
    def Path(self) -> object:  # noqa: N802
        return "C:\\Program Files\\Microsoft Office\\root\\Office16"

    @member
    def OperatingSystem(self) -> object:  # noqa: N802
        return self.world.system

    @member
    def Hwnd(self) -> object:  # noqa: N802
        return self.world.window

    @member
    def StatusBar(self) -> object:  # noqa: N802
        return self.status

    @setter("StatusBar")
    def _set_status(self, value: object) -> None:
        self.status = value

    @member
    def EnableCancelKey(self) -> object:  # noqa: N802
        return self.cancel_key

    @setter("EnableCancelKey")
    def _set_cancel_key(self, value: object) -> None:
        self.cancel_key = value

    @method
    def MacroOptions(  # noqa: N802
        self,
        Macro: object,  # noqa: N803  Excel's names
        Description: object,  # noqa: N803
        Category: object,  # noqa: N803
        ArgumentDescriptions: object = MISSING,  # noqa: N803
    ) -> None:
        if not self.world.workbooks_open:
            raise error(1004, "Cannot edit a macro on a hidden workbook.")
        texts = [to_text(each) for each in ArgumentDescriptions.elements()] if _is_array(ArgumentDescriptions) else []
        told = {"macro": to_text(Macro), "help": to_text(Description), "category": to_text(Category)}
        self.world.described.append({**told, "arguments": texts})

    @method
    def HasFile(self, path: object) -> object:  # noqa: N802
        if not self.world.drives:
            raise error(52, "Bad file name or number")
        return Path(to_text(path)).is_file()

    @method
    def IsAtEnd(self) -> object:  # noqa: N802
        return not self.world.unread

    @method
    def Environment(self, name: object) -> object:  # noqa: N802
        return self.world.environ.get(to_text(name), "")

    @method
    def StartedWithoutHost(self, command: object, window: object) -> object:  # noqa: N802
        self.world.shown.append(int(to_text(window)))
        subprocess.run(shlex.split(to_text(command)), check=True)
        return 1.0

    @method
    def Clock(self) -> object:  # noqa: N802
        return self.world.clock

    @method
    def LoadedLibrary(self, path: object) -> object:  # noqa: N802
        self.world.loaded.append(to_text(path))
        return int(to_text(path).rpartition("\\")[0] in self.world.folders)

    @method
    def HasServer(self, command: object) -> object:  # noqa: N802
        self.world.asked.append(to_text(command))
        return self.world.servers(to_text(command))

    @method
    def PythonServer(self) -> object:  # noqa: N802
        return Server(self.world)


class Server(VBAObject):
    """The object in the Python process."""

    vba_type_name = "XLPython"

    def __init__(self, world: World) -> None:
        self.world = world

    @method
    def CallUDF(self, script: object, name: object, arguments: Vba) -> object:  # noqa: N802
        return self._call(f"{to_text(script)}.{to_text(name)}", arguments.elements())

    @method
    def Module(self, name: object) -> object:  # noqa: N802
        return to_text(name)

    @method
    def Tuple(self, *elements: object) -> object:  # noqa: N802
        return Words(elements)

    @method
    def Call(self, module: object, name: object, arguments: Words) -> object:  # noqa: N802
        return self._call(f"{to_text(module)}.{to_text(name)}", arguments.words)

    def _call(self, name: str, given: Sequence[object]) -> object:
        self.world.called.append((name, tuple(given)))
        return self.world.answer(name, *given)


class Words(VBAObject):
    """A tuple of Python's in VBA's hands."""

    vba_type_name = "XLPythonObject"

    def __init__(self, words: Sequence[object]) -> None:
        self.words = words


class ScriptHost(VBAObject):
    """WScript.Shell: starts a program, and waits for it."""

    vba_type_name = "WshShell"

    def __init__(self, excel: Windows) -> None:
        self.excel = excel

    @method
    def Run(self, command: object, window: object = 1, wait: object = False) -> object:  # noqa: N802, FBT002  its own
        world = self.excel.world
        world.during.append((self.excel.status, self.excel.cancel_key))
        hidden = 1 if "pythonw.exe" in to_text(command) else 0  # what has no console need not be hidden
        assert int(to_text(window)) == hidden
        assert wait, "nobody may sort the rows under a push"
        if world.refuses:
            raise error(world.refuses, "Permission denied")
        if world.leaves:
            self.excel.status = world.leaves
        if world.meanwhile is not None:
            world.meanwhile()
        return subprocess.run(shlex.split(to_text(command)), check=False).returncode


class Control(VBAObject):
    """What the ribbon hands to a callback."""

    vba_type_name = "IRibbonControl"

    def __init__(self, name: str) -> None:
        self.name = name

    @member
    def ID(self) -> object:  # noqa: N802
        return self.name


class Ribbon(VBAObject):
    """What the ribbon hands over when it is loaded."""

    vba_type_name = "IRibbonUI"

    def __init__(self, world: World) -> None:
        self.world = world

    @method
    def Invalidate(self) -> None:  # noqa: N802
        self.world.refreshed += 1


def _is_array(value: object) -> bool:
    return isinstance(value, VBAArray)
