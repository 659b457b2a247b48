"""
A real Excel, asked over COM: `python tests/addin/in_excel.py` on Windows, with Excel and komet-xl installed.

No test of pytest's: it installs the add-in for the user who runs it, starts a sandbox, and takes the add-in away again.
Run by .github/workflows/excel.yml. It ends with 1 at the first thing that is not as it should be.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

PORT: Final = 8765
TOKEN: Final = "sandbox-token"
PATIENCE: Final = 120
"""Seconds for which Python may start and Komet may be asked."""
MACROS_RUN: Final = 1
"""msoAutomationSecurityLow: an Excel that is started by COM has no trusted folders of its own."""
CELLS: Final = {
    "=KOMET_FEE(5,240,1.25)": 22.5,
    '=KOMET_PREBOOK(DATE(2015,2,10),13010,"number")': "13010",
    '=LEFT(KOMET_PREBOOK("2015-02-10",13010,"no such field"),7)': "#KOMET:",
    '=ISNUMBER(KOMET_TOTAL(DATE(2015,2,10),"totalBoxes"))': True,
    "=ROWS(KOMET_CUSTOMERS())>1": True,
}
"""Formulas and what they must show, against the sandbox's one day."""


def komet_xl(*words: str, given: str = "") -> str:
    """Run komet-xl to its good end."""
    command = [sys.executable, "-m", "komet_xl", *words]
    ended = subprocess.run(command, input=given, capture_output=True, text=True, encoding="utf-8", check=False)
    if ended.returncode:
        sys.exit(f"komet-xl {' '.join(words)} ended with {ended.returncode}\n{ended.stdout}{ended.stderr}")
    return ended.stdout


def expect(what: str, found: object, wanted: object) -> None:
    """End with what is wrong."""
    sys.stdout.write(f"{what}: {found!r}\n")
    if found != wanted:
        sys.exit(f"{what} should be {wanted!r}")


def main() -> None:
    """Install, ask, uninstall."""
    local = Path(os.environ["LOCALAPPDATA"]) / "komet-xl"
    local.mkdir(parents=True, exist_ok=True)
    # Excel is started by Windows and not by us: it sees no variable of ours, only the settings file and the keyring.
    (local / "settings.toml").write_text(f'url = "http://127.0.0.1:{PORT}/api"\n', encoding="utf-8")
    komet_xl("login", given=f"{TOKEN}\n")
    sandbox = subprocess.Popen([sys.executable, "-m", "komet_xl", "sandbox", "--port", str(PORT), "--token", TOKEN])
    try:
        komet_xl("install")
        add_in = Path(os.environ["APPDATA"]) / "Microsoft" / "Excel" / "XLSTART" / "komet.xlam"
        expect("the add-in is there", add_in.is_file(), wanted=True)
        ask_excel(add_in)
        sys.stdout.write(komet_xl("doctor"))
        komet_xl("uninstall")
        expect("files in XLSTART", [each.name for each in add_in.parent.iterdir()], [])
    finally:
        sandbox.kill()
        komet_xl("logout")


def ask_excel(add_in: Path) -> None:
    """Open the add-in, read cells, run macros."""
    excel: Any = importlib.import_module("win32com.client").DispatchEx("Excel.Application")
    try:
        excel.DisplayAlerts = False
        excel.AutomationSecurity = MACROS_RUN
        opened = excel.Workbooks.Open(str(add_in))
        expect("it is an add-in", opened.IsAddin, wanted=True)
        stamp = excel.Run("'komet.xlam'!KometPy.KometStamp", "interpreter")
        expect("its Python", Path(stamp).parent, Path(sys.executable).parent)
        command = excel.Run("'komet.xlam'!KometPy.KometCommand", "komet.check")
        expect("what a button starts", " -I -m komet_xl.addin.press komet.check --wb=" in command, wanted=True)
        sheet = excel.Workbooks.Add().Worksheets(1)
        for row, (formula, wanted) in enumerate(CELLS.items(), 1):
            expect(formula, value_of(excel, sheet.Cells(row, 1), formula, wanted), wanted)
    finally:
        for book in list(excel.Workbooks):
            book.Close(SaveChanges=False)
        excel.Quit()


def value_of(excel: Any, cell: Any, formula: str, wanted: object) -> object:  # noqa: ANN401  COM objects have no types
    """What a cell shows; a formula may say for a while that it is loading."""
    cell.Formula2 = formula
    until = time.monotonic() + PATIENCE
    while cell.Value2 != wanted and time.monotonic() < until:
        time.sleep(1)
        excel.CalculateFull()
    return cell.Value2


if __name__ == "__main__":
    main()
