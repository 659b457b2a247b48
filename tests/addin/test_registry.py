"""The registry of formulas: everything Excel, VBA and people demand of names and texts."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from komet_xl.addin import answers
from komet_xl.addin.registry import FORMULAS, Formula, Result
from tests.support.formuladoc import PATH, page

NAMES = [
    *("KOMET_PREBOOKS", "KOMET_ITEMS", "KOMET_PREBOOK", "KOMET_TOTAL", "KOMET_INVENTORY", "KOMET_CUSTOMERS"),
    *("KOMET_CARRIERS", "KOMET_AGE", "KOMET_QUOTA", "KOMET_FEE"),
]
RESERVED = """
    call case close const declare defbool defbyte defcur defdate defdbl defint deflng deflnglng deflngptr defobj defsng
    defstr defvar dim do else elseif end endif enum erase event exit for friend function get global gosub goto if
    implements input let lock loop lset next on open option print private public put raiseevent redim resume return rset
    seek select set static stop sub type unlock wend while with write
    rem
    any as byref byval each in new shared until withevents optional paramarray preserve spc tab then to
    addressof and eqv imp is like mod not or typeof xor
    abs cbool cbyte ccur cdate cdbl cdec cint clng clnglng clngptr csng cstr cvar cverr date debug doevents fix int len
    lenb me pset scale sgn string
    array circle inputb lbound ubound
    boolean byte currency double integer long longlong longptr single variant
    true false nothing empty null
    attribute lineinput vb_base vb_control vb_creatable vb_customizable vb_description vb_exposed vb_ext_key
    vb_globalnamespace vb_helpid vb_invoke_func vb_invoke_property vb_invoke_propertyput vb_invoke_propertyputref
    vb_memberflags vb_name vb_predeclaredid vb_procdata vb_templatederived vb_usermemid vb_vardescription vb_varhelpid
    vb_varmemberflags vb_varprocdata vb_varusermemid
    cdecl decimal defdec
    name error line property step access append base binary compare explicit lib module object output random read text
    alias class ptrsafe mid caller
"""
"""Reserved by the VBA language specification (3.3.5), or special in places; `caller` is special to xlwings."""
CELL = re.compile(r"[a-z]{1,3}[0-9]+|r[0-9]*c?[0-9]*|c[0-9]*")
"""What Excel reads as an address."""


def test_these_are_the_formulas() -> None:
    assert [each.name for each in FORMULAS] == NAMES
    assert {each.name: each.usage for each in FORMULAS}["KOMET_TOTAL"] == "KOMET_TOTAL(day, field, [by], [filters])"


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda each: each.name)
def test_argument_names_are_legal_in_vba_and_fit_the_function_wizard(formula: Formula) -> None:
    names = [each.name for each in formula.arguments]

    assert [name for name in names if name.lower() in RESERVED.split()] == []
    assert [name for name in names if CELL.fullmatch(name)] == []
    assert all(re.fullmatch(r"[a-z][a-z_]{1,30}", name) for name in names)
    assert len(set(names)) == len(names) <= 4
    assert len(",".join(names)) <= 254


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda each: each.name)
def test_help_fits_the_function_wizard_and_says_something(formula: Formula) -> None:
    texts = [formula.help, *(each.help for each in formula.arguments)]

    assert all(10 <= len(each) <= 255 for each in texts), [len(each) for each in texts]
    assert all(each.isprintable() and each.isascii() for each in texts)
    assert re.fullmatch(r"KOMET_[A-Z]+", formula.name)
    assert formula.example.startswith(f"={formula.name}(")


@pytest.mark.parametrize("formula", FORMULAS, ids=lambda each: each.name)
def test_optional_arguments_come_last(formula: Formula) -> None:
    optional = [each.optional for each in formula.arguments]

    assert optional == sorted(optional)
    assert (formula.result is Result.EITHER) == (formula.name == "KOMET_TOTAL")


def test_every_formula_has_an_answer() -> None:
    assert all(callable(getattr(answers, each.name.removeprefix("KOMET_").lower())) for each in FORMULAS)


def test_the_page_about_formulas_is_what_the_registry_says() -> None:
    assert PATH.read_text(encoding="utf-8") == page(), "run: python -m tests.support.formuladoc"


@pytest.mark.parametrize("module", ["registry", "answers", "workplace", "switches", "arguments", "results"])
def test_only_the_formulas_themselves_need_xlwings(module: str) -> None:
    code = f"import sys, komet_xl.addin.{module}; sys.exit('xlwings' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0


def test_the_registry_itself_loads_nothing_heavy() -> None:
    code = "import sys, komet_xl.addin.registry; print(*sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, timeout=60)

    assert {"requests", "sqlalchemy", "openpyxl", "filelock", "xlwings", "platformdirs"}.isdisjoint(ran.stdout.split())
