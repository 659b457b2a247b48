"""What the program says about plans, results and pulls, for every shell: the command line and Excel's buttons. Pure."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from komet_xl.model import Verdict
from komet_xl.sheets.cells import ISO_DAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from komet_xl.evidence import Case, ResolveReport
    from komet_xl.model import Outcome, Plan, Report
    from komet_xl.pull import PullReport

TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows."""
SHIFTS: Final = {"yesterday": -1, "today": 0, "tomorrow": 1}


def visible(text: str) -> str:
    """
    A text without what would steer a terminal, cut a message box, or let it be read in another order than it stands.

    Komet's messages are somebody else's words.
    """
    return "".join("\ufffd" if _steers(each) and each not in "\n\t" else each for each in text)


def _steers(character: str) -> bool:
    return unicodedata.category(character) == "Cc" or character in TURNS


def sentence(text: str) -> str:
    """An error as a person reads it: it begins with a capital letter, unless it begins with a file or an address."""
    first = text.split(maxsplit=1)[:1]
    is_place = bool(first) and any(mark in first[0].rstrip(":,") for mark in "./\\:@")
    return visible(text if is_place else text[:1].upper() + text[1:])


def counted(count: int, noun: str) -> str:
    """A count with its noun: "1 row", "2,000 rows"."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def word(verdict: Verdict) -> str:
    """A verdict as people write it."""
    return verdict.value.replace("_", " ")


def money(value: Decimal) -> str:
    """An amount with thousands marks and two decimals."""
    return f"{value:,.2f}"


def read_day(text: str, today: date) -> date:
    """The day that a person means: 2015-02-10, today, tomorrow, yesterday. Raises ValueError."""
    plain = text.strip().lower()
    if plain in SHIFTS:
        return today + timedelta(days=SHIFTS[plain])
    if ISO_DAY.fullmatch(plain) is None:
        raise ValueError(text)
    return date.fromisoformat(plain)


# ----------------------------------------------------------------------------------------------- plans and results


def plan_facts(plan: Plan, *, hidden: str) -> list[tuple[str, str]]:
    """
    What a push is about to do, as names and values.

    Args:
        plan: The plan.
        hidden: How hidden rows can be sent as well.
    """
    sums = plan.sums
    facts = [
        ("from", f"{plan.file}, sheet {plan.sheet}"),
        ("to", f"{plan.host} (profile {plan.profile})"),
        ("order lines", f"{sums.lines:,}"),
        ("boxes", f"{sums.boxes:,}"),
        ("value", _estimate(money(sums.value), sums.lines, sums.without_units)),
        ("fee", _estimate(money(sums.fee), sums.lines, sums.without_units)),
        ("left alone", f"{plan.invalid} invalid, {len(plan.held)} held"),
    ]
    if plan.hidden:
        what = "included" if plan.include_hidden else f"left out, {hidden}"
        facts.append(("hidden rows", f"{plan.hidden} ({what})"))
    return [*facts, ("requests", f"{plan.requests:,} needed, {plan.requests_left:,} left today")]


def _estimate(amount: str, lines: int, unknown: int) -> str:
    if unknown == 0:
        return f"{amount} (estimate)"
    if unknown == lines:
        return "not known: the sheet has no units per box (column unitsPerBox)"
    return f"{amount} (estimate, without {counted(unknown, 'line')} whose units per box are not known)"


def counts_line(report: Report) -> str:
    """How many rows ended how: "3 accepted, 1 held"."""
    parts = [f"{count} {word(Verdict(name))}" for name, count in report.counts.items() if count]
    return ", ".join(parts) if parts else "no order lines"


def summary(report: Report) -> str:
    """What a check or a push came to."""
    if not report.outcomes:
        return f"The sheet {report.sheet} of {report.file} has headings and no order lines."
    return f"{report.file}, sheet {report.sheet}: {counts_line(report)}."


def telling(outcome: Outcome) -> str:
    """The message of an outcome; why a row is held that shows none: its status cell holds a word of the user's own."""
    if outcome.message or outcome.verdict is not Verdict.HELD:
        return visible(outcome.message)
    if outcome.status is None:
        return "its status cell cannot be read: it holds a formula that was not calculated, or an error"
    return f"a word of your own stands in its status cell: {outcome.status}"


# ------------------------------------------------------------------------------------------------ pulls, unknown rows


def pulled(report: PullReport) -> str:
    """What a pull brought, and where."""
    what = f"{counted(report.prebooks, 'prebook')} with {counted(report.items, 'item')}"
    return f"{what} {'is' if report.prebooks == 1 else 'are'} in {report.file}, sheet {report.sheet}."


def about_notes(report: PullReport) -> Iterator[str]:
    """What a person must know about notes of their own."""
    kept = f"the workbook as it was before is kept in {report.copy}."
    if report.notes_gone:
        rows = f"{counted(report.notes_gone, 'row')} with notes or formulas of your own"
        yield f"{rows} {'is' if report.notes_gone == 1 else 'are'} not in Komet's answer any more; {kept}"
    if report.comments_astray:
        yield (
            f"Comments in {counted(report.comments_astray, 'row')} did not go with an item: in a closed file they stay "
            f"at their cells, in an open one they go with their row; {kept} Type what shall go with an item into a "
            "cell of a column of your own."
        )
    if report.notes_unmatched:
        yield (
            f"The notes in {counted(report.notes_unmatched, 'row')} stayed where they were and cannot be matched to "
            "items, as the sheet has neither a column prebookId nor a column number with values; type the heading "
            "prebookId into an empty column and pull: from the next pull on they follow."
        )


def case_lines(case: Case) -> tuple[str, str]:
    """A line without an answer, and what speaks for and against it."""
    return f"{case.ref}: {case.text}, {case.since}", f"{case.evidence.proposal}: {case.evidence.text}"


def resolved(report: ResolveReport) -> str:
    """How many lines without an answer there are, and what became of them."""
    decided = sum(case.decision is not None for case in report.cases)
    total = len(report.cases) + len(report.unreadable)
    return f"{counted(total, 'line')} without an answer, {decided} decided, {report.undecided} left."
