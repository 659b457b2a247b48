"""What all commands share: --json, --profile, dates, REFs, the exit code of a report."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from komet_xl.model import Verdict
from komet_xl.words import read_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from komet_xl.model import Report

_F = TypeVar("_F", bound="Callable[..., Any]")

PRECEDENCE: Final = (7, 4, 6, 5, 3)
"""Which exit code is told when several fit."""
LEFT_OVER: Final = (Verdict.INVALID, Verdict.REJECTED, Verdict.HELD, Verdict.NOT_SENT)
REF_LENGTH: Final = 6


def common(command: _F) -> _F:
    """Add --json and --profile to a command; they arrive as `as_json` and `profile`."""
    command = click.option("--json", "as_json", is_flag=True, help="Print one JSON object and nothing else.")(command)
    return click.option("--profile", metavar="NAME", help="Settings profile (default: KOMET_PROFILE, or production).")(
        command
    )


class Day(click.ParamType[date]):
    """A day: 2015-02-10, today, tomorrow or yesterday."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day, or a usage error."""
        if isinstance(value, date):
            return value
        with suppress(ValueError):
            return read_day(str(value), datetime.now().astimezone().date())
        return self.fail(f"{value!r} is not a date; write it like 2015-02-10, or today, tomorrow.", param, ctx)


class Refs(click.ParamType[frozenset[str]]):
    """REFs with commas between them."""

    name = "refs"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> frozenset[str]:
        """The REFs in capitals, or a usage error."""
        if isinstance(value, frozenset):
            return value
        refs = [each.strip().upper() for each in str(value).split(",") if each.strip()]
        for each in refs:
            if len(each) != REF_LENGTH or not each.isalnum():
                self.fail(f"{each!r} is not a REF; REFs have {REF_LENGTH} letters and digits.", param, ctx)
        return frozenset(refs)


def report_json(report: Report) -> dict[str, Any]:
    """The JSON of check and push; scripts rely on these keys."""
    return {
        "file": report.file,
        "sheet": report.sheet,
        "counts": report.counts,
        "requests": report.requests,
        "outcomes": [
            {
                "row": each.row,
                "ref": each.ref,
                "verdict": each.verdict.value,
                "status": each.status,
                "message": each.message,
            }
            for each in report.outcomes
        ],
    }


def print_json(document: dict[str, Any]) -> None:
    """One object on stdout."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def report_code(report: Report) -> int:
    """Exit code of a push."""
    counts = report.counts
    codes = {int(getattr(report.stopped, "exit_code", 0))}
    if counts[Verdict.UNKNOWN]:
        codes.add(4)
    if any(counts[each] for each in LEFT_OVER):
        codes.add(3)
    return first_of(codes)


def first_of(codes: Iterable[int]) -> int:
    """The exit code that is told when several fit."""
    found = set(codes)
    return next((code for code in PRECEDENCE if code in found), 0)
