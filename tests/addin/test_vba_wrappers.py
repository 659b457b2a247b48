"""The formulas' VBA is what xlwings itself would have written, but for what is changed on purpose."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import pytest

from komet_xl.addin.registry import FORMULAS, Argument, Formula, Result
from workbook import addin, wrappers

XLWINGS_OWN = """
import io, json, sys, types

for name in ("pythoncom", "pywintypes", "win32com", "win32com.client"):  # of Windows; xlwings.udfs only names them
    sys.modules[name] = types.ModuleType(name)
sys.modules["pythoncom"].CoInitialize = sys.modules["win32com.client"].Dispatch = None

import xlwings
from xlwings import udfs

xlwings.func, xlwings.arg = udfs.xlfunc, udfs.xlarg  # the real ones; off Windows they do nothing
import komet_xl.addin.formulas as formulas

book = types.SimpleNamespace(Name="komet.xlam")
written = io.StringIO()
udfs.generate_vba_wrapper("komet_xl.addin.formulas", formulas, written, book)
known = {name: value.__xlfunc__ for name, value in vars(formulas).items() if hasattr(value, "__xlfunc__")}
texts = {name: [each["ret"]["doc"], [argument["doc"] for argument in each["args"]]] for name, each in known.items()}
print(json.dumps({"vba": written.getvalue(), "texts": texts}))
"""
SIGNATURE = re.compile(r"^(?:Public )?Function (\w+)\((.*)\)", re.MULTILINE)
CALL = re.compile(r'XLPy\.CallUDF\("([\w.]+)", "(\w+)", Array\((.*?)\)(.*)\)')


@pytest.fixture(scope="module")
def own() -> dict[str, object]:
    """What xlwings writes for our functions, and what it knows of them."""
    ran = subprocess.run([sys.executable, "-I", "-c", XLWINGS_OWN], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told: dict[str, object] = json.loads(ran.stdout)
    return told


@pytest.fixture(scope="module")
def ours() -> dict[str, str]:
    return wrappers.modules(FORMULAS)


def test_signatures_and_calls_are_those_that_xlwings_would_write(own: dict[str, object], ours: dict[str, str]) -> None:
    mine = ours[wrappers.FORMULAS]
    theirs = str(own["vba"])

    assert dict(SIGNATURE.findall(mine)) == dict(SIGNATURE.findall(theirs))
    calls = {found[:3] for found in CALL.findall(mine)}
    assert len(calls) == len(FORMULAS) == 10
    assert calls == {found[:3] for found in CALL.findall(theirs)}


def test_neither_the_workbook_nor_the_cell_is_handed_on(own: dict[str, object], ours: dict[str, str]) -> None:
    # xlwings would search the workbook for sheets named *.py, and ask Excel for the calling cell each time.
    assert {found[3] for found in CALL.findall(str(own["vba"]))} == {"", ", ActiveWorkbook, Application.Caller"}
    assert {found[3] for found in CALL.findall(ours[wrappers.FORMULAS])} == {""}


def test_an_errors_own_text_is_never_shown(own: dict[str, object], ours: dict[str, str]) -> None:
    assert "Err.Description" in str(own["vba"])
    for name, source in addin.read_sources().items():
        assert "Err.Description" not in source, name
    assert ours[wrappers.FORMULAS].count("KometTrouble(Err.Number)") == len(FORMULAS)


def test_the_function_wizard_is_told_what_xlwings_would_tell_it(own: dict[str, object], ours: dict[str, str]) -> None:
    texts = own["texts"]
    assert isinstance(texts, dict)
    assert texts.keys() == {each.name for each in FORMULAS}
    told = ours[wrappers.WIZARD].replace('""', '"')
    for text, arguments in texts.values():
        assert f'"{text}"' in told
        assert all(f'"{each}"' in told for each in arguments)


def test_a_help_text_with_quotes_stays_a_text() -> None:
    made = wrappers.modules([_formula(help='Such as "A1".')])

    assert 'Attribute KOMET_X.VB_Description = "Such as ""A1""."' in made[wrappers.FORMULAS]


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ({"help": "x" * 256}, "KOMET_X: its help must be one line of 1 to 255 characters"),
        ({"help": "one\ntwo"}, "KOMET_X: its help must be one line"),
        ({"help": ""}, "KOMET_X: its help must be one line"),
        ({"arguments": (Argument("day", ""),)}, "KOMET_X, day: its help must be one line"),
        (
            {"arguments": tuple(Argument(f"argument_number_{at:03}", "x") for at in range(14))},
            "KOMET_X: the names of its arguments are too long",
        ),
    ],
)
def test_a_formula_that_excel_could_not_show_is_not_built(formula: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        wrappers.modules([_formula(**formula)])


def _formula(**changed: object) -> Formula:
    values: dict[str, object] = {
        "name": "KOMET_X",
        "help": "Help.",
        "arguments": (),
        "result": Result.VALUE,
        "example": "=KOMET_X()",
    }
    return Formula(**(values | changed))  # type: ignore[arg-type]  the values are of the right kinds
