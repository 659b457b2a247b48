"""
Excel for Windows as far as the add-in's VBA looks at it, on pyOpenVBA's interpreter of VBA and its model of Excel.

It complements LibreOffice: conditional code is obeyed, so what runs is the branch for 64-bit Windows; errors are
errors. What it has no Windows for is stood in by tests/addin/windows.py and, for the library of xlwings, by the module
below.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from pyopenvba import ExcelFile
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.apps.excel._bridge import ExcelBridge
from pyopenvba.interpreter import Interpreter, parse_expression, to_text
from pyopenvba.interpreter._ast import Unsupported
from pyopenvba.interpreter._values import error

from tests.addin.windows import Control, ScriptHost, Windows, World
from workbook.vbaproject import DOCUMENTS

if TYPE_CHECKING:
    from pyopenvba.interpreter._ast import Stmt
    from pyopenvba.interpreter._runtime import Frame

DESCRIPTION = re.compile(r"^Attribute KOMET_\w+\.VB_Description = .*\r?\n", re.MULTILINE)
"""A line that Excel reads and the interpreter does not know."""
LIBRARY = """\
Public Function Dir(ByVal path As String) As String
    If Application.HasFile(path) Then Dir = path
End Function

Public Function FreeFile() As Integer
    FreeFile = 1
End Function

Public Function EOF(ByVal number As Integer) As Boolean
    EOF = Application.IsAtEnd()
End Function

Public Function Environ(ByVal name As String) As String
    Environ = Application.Environment(name)
End Function

Public Function Shell(ByVal command As String, ByVal window As Long) As Double
    Shell = Application.StartedWithoutHost(command, window)
End Function

Public Function Now() As Date
    Now = Application.Clock()
End Function

Public Function LoadLibraryW(ByVal path As String) As Long
    LoadLibraryW = Application.LoadedLibrary(path)
End Function

Public Function StrPtr(ByVal text As String) As String
    StrPtr = text
End Function

Public Function XLPyDLLActivateAuto(ByRef Result As Variant, Optional ByVal Config As String = "", _
        Optional ByVal mode As Long = 1) As Long
    If Application.HasServer(Config) Then
        Set Result = Application.PythonServer()
    Else
        Result = "Traceback (most recent call last): no server for " & Config
        XLPyDLLActivateAuto = 1
    End If
End Function
"""


class Bridge(ExcelBridge):
    """What VBA can make and start."""

    def create(self, type_name_: str) -> object:
        assert isinstance(self.application, Windows)
        if type_name_ == "WScript.Shell" and self.application.world.script_host:
            return ScriptHost(self.application)
        raise error(429, "ActiveX component can't create object")


class Files(Interpreter):
    """VBA's statements for reading a text file, which pyOpenVBA knows and leaves out."""

    world: World

    def _execute(self, statement: Stmt, frame: Frame) -> None:
        words = statement.text.split() if isinstance(statement, Unsupported) else [""]
        if words[0] == "Open":
            assert words[2:4] == ["For", "Input"], "the add-in may only read"
            path = to_text(self.evaluate(parse_expression(words[1]), frame))
            self.world.unread = Path(path).read_text(encoding="ascii").splitlines()
        elif words[0] == "Line":
            slot = frame.slot(words[-1])
            assert slot is not None
            slot.set(self.world.unread.pop(0))
        elif words[0] != "Close":
            super()._execute(statement, frame)
        elif not int(to_text(self.evaluate(parse_expression(words[-1].removeprefix("#")), frame))):
            raise error(52, "Bad file name or number")


class Excel(ExcelApplication):
    """Excel with the add-in loaded."""

    def __init__(self) -> None:
        self.application = Windows()
        self.interpreter = Files(Bridge(self.application))
        self.application.interpreter = self.interpreter

    @classmethod
    def with_addin(cls, path: Path, world: World) -> Excel:
        """Start it, with the library of xlwings in place of the Declare lines."""
        excel = cls.open(path, with_vba=False)
        assert isinstance(excel, cls)
        assert isinstance(excel.application, Windows)
        assert isinstance(excel.interpreter, Files)
        excel.application.world = excel.interpreter.world = world
        with ExcelFile(path) as file:
            sources = {name: source for name, source in file.vba_modules().items() if name not in DOCUMENTS}
        for name, source in sources.items():
            module = excel.add_module(DESCRIPTION.sub("", source), name=name)
            if name == "KometHost":
                declared = {each.name for each in module.parsed.declares}
                assert declared == {"XLPyDLLActivateAuto", "LoadLibraryW"}
                module.parsed.declares.clear()
        excel.add_module(LIBRARY, name="XlwingsLibrary")
        return excel

    def press(self, button: str) -> list[str]:
        """Press a button of the ribbon; what it said."""
        before = len(self.dialogs)
        self.interpreter.run("KometOnAction", [Control(button)])
        return [prompt for _, prompt, _, _ in self.dialogs[before:]]
