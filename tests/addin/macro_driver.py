"""
tests/office/driver.py with what an add-in needs: files with macros, their macros called from outside.

Run by the Python that has `uno`, never imported by a test. See tests/addin/macros.py.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "office"))

import driver  # the folder above is not a package for this Python
from com.sun.star.document import CmisVersion

if TYPE_CHECKING:
    from collections.abc import Sequence

XLAM = "Calc MS Excel 2007 VBA XML"
"""The filter for it; LibreOffice does not find it by itself."""
ALWAYS = 4  # com.sun.star.document.MacroExecMode.ALWAYS_EXECUTE_NO_WARN


class MacroOffice(driver.Office):
    """A LibreOffice that runs macros."""

    def open_with_macros(self, path: str) -> int:
        """Number of a document that was opened as a person does it: visible, and active from now on."""
        arguments = [driver.option("Hidden", value=False), driver.option("MacroExecutionMode", ALWAYS)]
        if path.endswith(".xlam"):
            arguments.append(driver.option("FilterName", XLAM))
        document = self._desktop.loadComponentFromURL(Path(path).as_uri(), "_blank", 0, tuple(arguments))
        if document is None:
            raise RuntimeError(f"LibreOffice does not open {path}")
        self._opened += 1
        self._documents[self._opened] = document
        return self._opened

    def activate(self, document: int) -> None:
        """Bring a document to the front."""
        frame = self._documents[document].CurrentController.Frame
        frame.activate()
        frame.ContainerWindow.toFront()

    def modules(self, document: int, project: str) -> list[str]:
        """Names of the modules of a VBA project."""
        return list(self._documents[document].BasicLibraries.getByName(project).ElementNames)

    def macro(self, document: int, name: str, arguments: Sequence[object]) -> dict[str, object]:
        """What a macro returns, and what it left in its arguments. An object is given as {"ID": its id}."""
        given = tuple(self._control(each["ID"]) if isinstance(each, dict) else each for each in arguments)
        provider = self._documents[document].getScriptProvider()
        script = provider.getScript(f"vnd.sun.star.script:{name}?language=Basic&location=document")
        value, places, left = script.invoke(given, (), ())
        shown = {str(at): each for at, each in zip(places, left, strict=True) if isinstance(each, str | int | float)}
        return {"value": value, "left": shown}

    @staticmethod
    def _control(name: str) -> driver.Uno:
        """Something with an ID, as the ribbon hands over; of UNO's structures this one has it."""
        control = CmisVersion()
        control.Id = name
        return control


if __name__ == "__main__":
    driver.main(MacroOffice)
