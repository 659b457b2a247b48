"""
The VBA modules that are made from the registry: the formulas, and what Excel's function wizard says about them.

A formula asks Python for its value. The two are apart because every function of the first one is offered to people.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.addin.registry import CATEGORY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from komet_xl.addin.registry import Formula

FORMULAS: Final = "KometFormulas"
WIZARD: Final = "KometWizard"
PYTHON: Final = "komet_xl.addin.formulas"
"""The module that answers; its functions have the formulas' names."""
LONGEST_TEXT: Final = 255
"""Characters that Excel takes as the description of a function or an argument."""
LONGEST_ARGUMENTS: Final = 254
"""Characters of all argument names and their separators; beyond, Excel's function wizard fails."""

MADE: Final = "' Made from komet_xl/addin/registry.py by workbook/build.py: change it there.\n"
HEAD: Final = f'Attribute VB_Name = "{FORMULAS}"\nOption Explicit\n{MADE}'
FUNCTION: Final = """
Public Function {name}({parameters})
Attribute {name}.VB_Description = "{help}"
    On Error GoTo failed
    {name} = XLPy.CallUDF("{python}", "{name}", Array({arguments}))
    Exit Function
failed:
    {name} = KometTrouble(Err.Number)
End Function
"""
WIZARD_HEAD: Final = f'Attribute VB_Name = "{WIZARD}"\nOption Explicit\nOption Private Module\n{MADE}'
DESCRIBE: Final = """
Public Function KometDescribe() As Boolean
    ' Category and arguments for Excel's function wizard, which no file can hold. False while Excel does not take them.
    Dim host As Object
    Dim prefix As String
    Set host = Application
    prefix = "'" & ThisWorkbook.Name & "'!"
    On Error GoTo failed
{lines}\
    KometDescribe = True
failed:
End Function
"""


def modules(formulas: Iterable[Formula]) -> dict[str, str]:
    """Both modules by their names. Raises ValueError for a formula that Excel could not show."""
    every = tuple(formulas)
    described = "".join(line for each in every for line in _described(each))
    return {
        FORMULAS: HEAD + "".join(_function(each) for each in every),
        WIZARD: WIZARD_HEAD + DESCRIBE.format(lines=described),
    }


def _function(formula: Formula) -> str:
    names = [each.name for each in formula.arguments]
    if len(",".join(names)) > LONGEST_ARGUMENTS:
        raise ValueError(f"{formula.name}: the names of its arguments are too long for Excel's function wizard")
    parameters = (f"Optional {each.name}" if each.optional else each.name for each in formula.arguments)
    return FUNCTION.format(
        name=formula.name,
        parameters=", ".join(parameters),
        help=_text(formula.help, of=formula.name),
        python=PYTHON,
        arguments=", ".join(names),
    )


def _described(formula: Formula) -> Iterator[str]:
    """One call of MacroOptions, late bound: not every Excel knows every argument of it."""
    last = f'        Category:="{CATEGORY}"'
    yield f'    host.MacroOptions Macro:=prefix & "{formula.name}", _\n'
    yield f'        Description:="{_text(formula.help, of=formula.name)}", _\n'
    if not formula.arguments:
        yield last + "\n"
        return
    yield last + ", _\n"
    texts = [f'"{_text(each.help, of=f"{formula.name}, {each.name}")}"' for each in formula.arguments]
    yield "        ArgumentDescriptions:=Array( _\n            " + ", _\n            ".join(texts) + ")\n"


def _text(text: str, *, of: str) -> str:
    """The inside of a VBA string."""
    if not 0 < len(text) <= LONGEST_TEXT or not text.isprintable():
        raise ValueError(f"{of}: its help must be one line of 1 to {LONGEST_TEXT} characters")
    return text.replace('"', '""')
