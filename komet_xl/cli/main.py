"""The group of commands, loaded one by one, and the one place where an error becomes a sentence and an exit code."""

from __future__ import annotations

import io
import json
import sys
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

import komet_xl
from komet_xl.errors import KometError, SheetMissingError
from komet_xl.words import sentence as as_sentence

if TYPE_CHECKING:
    from collections.abc import Sequence

PACKAGE: Final = Path(komet_xl.__file__).parent
COMMANDS: Final = {
    "pull": ("pull", "Pull the prebooks of a truck date into a sheet."),
    "check": ("orders", "Check the order lines of a sheet; offline, changes nothing."),
    "push": ("orders", "Send the order lines of a sheet to Komet, each at most once."),
    "resolve": ("resolve", "Find out what became of lines without an answer, and decide."),
    "lookup": ("lookup", "Show one field of a prebook, as a formula does."),
    "history": ("history", "Show what was sent: sums a day, lines, backup of the journal."),
    "login": ("setup", "Keep your Komet token in the system's keyring."),
    "logout": ("setup", "Take your Komet token out of the keyring."),
    "doctor": ("setup", "Check settings, journal, token, the way to Komet and Excel."),
    "install": ("addin", "Put the Komet tab and formulas into Excel."),
    "uninstall": ("addin", "Take them out of Excel; journal and settings stay."),
    "serve": ("addin", "Answer Excel where it may not start programs itself."),
    "sandbox": ("sandbox", "Run a Komet to try things against, on this machine."),
    "demo": ("demo", "Show everything once, without account or token."),
}
"""Module in this package and one line of help; a command's module is loaded only when it runs."""

EPILOG: Final = """
Exit codes: 0 all done; 2 wrong usage or unknown REF; 3 some rows invalid, rejected, held or not sent; 4 some rows
unknown; 5 Komet not reachable, or it refused the request itself; 6 workbook cannot be read or written; 7 the journal
cannot be used or another push holds it. If several fit: 7, 4, 6, 5, 3.
"""


class LazyGroup(click.Group):
    """A group that knows its commands by name and loads each when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's signature
        """All commands, in the order of a working day."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:  # noqa: ARG002  click's signature
        """The command of that name."""
        if name not in COMMANDS:
            return None
        module = import_module(f"komet_xl.cli.{COMMANDS[name][0]}")
        command: click.Command = getattr(module, name)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  as above
        """The list of commands, without loading one."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.command(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(komet_xl.__version__, prog_name="komet-xl")
def group() -> None:
    """Komet Sales in Excel: pull prebooks into a sheet, push order lines, each at most once."""


def run(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code. Nothing escapes as a traceback, nothing shows the token."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a console of one code page must not stop a report
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        code = group.main(args=words, prog_name="komet-xl", standalone_mode=False)
    except click.ClickException as exc:
        return _say(words, _usage(exc), 2)
    except (click.Abort, KeyboardInterrupt):
        return _say(words, "Stopped by you; nothing more was done.", 130)
    except SheetMissingError as exc:
        return _say(words, f"{exc} Name the one you mean with --sheet.", exc.exit_code)
    except KometError as exc:
        return _say(words, str(exc), exc.exit_code)
    except Exception as exc:  # noqa: BLE001  the last place that can tell a person
        return _say(words, f"komet-xl stumbled over an error of its own ({_origin(exc)}); tell us this line.", 1)
    return code if isinstance(code, int) else 0


def _origin(exc: Exception) -> str:
    """The kind of an error and where in this program it arose; never its text, which could hold anything."""
    ours = [each for each in traceback.extract_tb(exc.__traceback__) if Path(each.filename).is_relative_to(PACKAGE)]
    where = f" in {Path(ours[-1].filename).name}, line {ours[-1].lineno}" if ours else ""
    return f"{type(exc).__name__}{where}"


def _usage(exc: click.ClickException) -> str:
    context = getattr(exc, "ctx", None)
    hint = f" Try: {context.command_path} --help" if context is not None else ""
    return exc.format_message() + hint


def _say(words: Sequence[str], sentence: str, code: int) -> int:
    sentence = as_sentence(sentence)
    if "--json" in words:
        click.echo(json.dumps({"error": sentence, "exit_code": code}, ensure_ascii=False))
    click.echo(sentence, err=True)
    return code
