"""The KOMET_ formulas as xlwings calls them from Excel, made from the registry.

They are plain, synchronous functions: xlwings' own asynchronous and expanding ones write into the sheet. They carry
no annotations, which xlwings would take for conversions. Off Windows the decorators do nothing, and the functions can
be called as they are.
"""

from __future__ import annotations

from functools import cache
from inspect import Parameter, Signature
from typing import TYPE_CHECKING, Any

import xlwings

from komet_xl.addin.answers import answer
from komet_xl.addin.registry import CATEGORY, FORMULAS
from komet_xl.addin.workplace import Workplace

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.addin.registry import Formula


@cache
def workplace() -> Workplace:
    """Where this process's formulas work; opened by the first formula."""
    return Workplace()


def put_away(seconds: float = 0.0) -> None:
    """Close it, and wait so long for requests under way; the next formula opens another one."""
    workplace().close(seconds)
    workplace.cache_clear()


def _to_function(formula: Formula) -> Callable[..., object]:
    """The function of a formula, with its name, its arguments and what the function wizard says."""

    def call(*given: Any) -> Any:  # noqa: ANN401  cells of any kind, in and out
        return answer(workplace(), formula.name, given)

    call.__name__ = call.__qualname__ = formula.name
    call.__doc__ = formula.help
    call.__annotations__ = {}
    parameters = [
        Parameter(each.name, Parameter.POSITIONAL_OR_KEYWORD, default=None if each.optional else Parameter.empty)
        for each in formula.arguments
    ]
    vars(call)["__signature__"] = Signature(parameters)
    function: Callable[..., object] = call
    for each in formula.arguments:
        # Rows of two cells even for a range of one row; an error in a cell arrives by its name and not as a blank.
        shape = {"ndim": 2} if each.is_range else {}
        function = xlwings.arg(each.name, doc=each.help, err_to_str=True, **shape)(function)
    return xlwings.func(category=CATEGORY)(function)  # last: each of the others sets the category back


globals().update({each.name: _to_function(each) for each in FORMULAS})  # xlwings looks them up by name
