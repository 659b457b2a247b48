"""docs/formulas.md from the registry: `python -m tests.support.formuladoc` writes it, a test compares it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from komet_xl.addin.arguments import FILTERS
from komet_xl.addin.registry import FORMULAS, Result
from komet_xl.day import FIELDS, HERE, SHORT, TOTALS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from komet_xl.addin.registry import Formula

PATH = Path(__file__).resolve().parent.parent.parent / "docs" / "formulas.md"
RESULTS: Final = {
    Result.ARRAY: "rows with headings; they spill over the cells below and to the right",
    Result.VALUE: "one cell",
    Result.EITHER: "one cell; with `by` rows with headings",
}
HEAD: Final = """# Formulas

Made from the registry by `python -m tests.support.formuladoc`.

The formulas show what Komet says about a truck date, in any cell of any workbook. They only read: no formula can order
anything. Excel on Windows has them once the add-in is installed (on a Mac a cell says that formulas need Windows);
`komet-xl lookup` shows the same values on any system.

"""
REST: Final = """
## How they ask

All formulas about one day share one request, whatever their number, their cells and their workbooks, and so do all
programs of this computer. What was answered is kept on disk and shown again without a request: for 10 minutes where
it is about today, a day to come or future inventory, for a day where it is about a day that is over, and for lists of
customers and carriers. After that a formula still shows the old value at once, asks Komet in the background, and the
next recalculation shows the new one. What is older than an hour (six days for what holds for a day) is waited for.

- Formulas keep Excel waiting for 5 seconds in any 30, all of them together. A slow Komet shows the old value, or
  `#KOMET: loading` where there is none; **Refresh** or the next recalculation brings the answer. The same holds, with
  5 seconds of its own, for the journal and the keyring of this computer while another program is busy with them.
- **Refresh** asks anew for everything that is shown. **Freeze** stops all requests: formulas show what is there.
- A failure is told again for a minute (a refusal of Komet's for five) without asking again.
- Formulas leave one tenth of a day's requests to people, who may still have to push orders.
- Excel does not recalculate such formulas when a workbook is opened: they show what was saved until you press Refresh.
- In an Excel without dynamic arrays (2019 and older) select the cells for the rows first and press Ctrl+Shift+Enter.

## Days

A cell with a date, `TODAY()`, `DATE(2015,2,10)`, or text like `2015-02-10`, from the year 2000 on. Other texts are
refused, because `2/10/2015` is another day in Miami than in Bogotá. In a workbook that counts days from 1904 use cells
with dates.

## Filters

Text like `customer=ABC; carrier=ARMELLINI`, or a range of two columns with names and values; a blank value asks
nothing. Capitals, blanks, _ and - in names do not count. The names are those of `komet-xl pull`:

{filters}

{here} choose here,
from the whole day (part of a name or code, everything else exact; capitals do not count), so that a filter in each of
a thousand cells is no request of its own. Komet itself answers the others, one request for each combination; so do not
put `NOW()` into `updated-since`.

## Words

`field` of KOMET_PREBOOK: {fields}.

`field` of KOMET_TOTAL: {totals}.

`by` of KOMET_TOTAL: {short}, or any column of the prebooks sheet (see [sheets](sheets.md)).

## What a cell shows when there is no value

A text that starts with `#KOMET: ` and says why, such as `#KOMET: no prebook 13010 on 2015-02-10`. It is text, not an
error of Excel's: `IFERROR` does not see it, `=IF(LEFT(A1,7)="#KOMET:", …, A1)` does. Where there is simply nothing, an
array says `no rows` under its headings. What Komet leaves out is `""`, never 0.

Ids of more than 15 digits are text, since Excel would change them; texts in arrays are cut after 255 characters, since
Excel would give up the whole array. Format date columns as dates: Excel may show them as numbers such as 42045.
"""


def page() -> str:
    """The whole page."""
    names = ", ".join(f"`{name}`" for name in FILTERS)
    here = ", ".join(f"`{name.replace('_', '-')}`" for name in HERE)
    rest = REST.format(filters=names, here=here, fields=_listed(FIELDS), totals=_listed(TOTALS), short=_listed(SHORT))
    return HEAD + _contents() + "".join(_section(each) for each in FORMULAS) + rest


def _contents() -> str:
    rows = "".join(f"| `{each.usage}` | {each.help} |\n" for each in FORMULAS)
    return f"| formula | what it shows |\n|---|---|\n{rows}"


def _section(formula: Formula) -> str:
    lines = [f"\n## {formula.name}\n", f"{formula.help}\n", f"```text\n{formula.example}\n```\n"]
    lines += [f"- `{each.name}`{' (optional)' if each.optional else ''}: {each.help}" for each in formula.arguments]
    lines.append(f"- Result: {RESULTS[formula.result]}.")
    if formula.notes:
        lines.append(f"\n{formula.notes}")
    return "\n".join(lines) + "\n"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PATH.write_text(page(), encoding="utf-8", newline="\n")
