"""komet-xl login, logout and doctor."""

from __future__ import annotations

import sys
from typing import Final

import click

from komet_xl.cli.options import common, first_of, print_json

COLOUR: Final = {"ok": "green", "warning": "yellow", "problem": "red"}


@click.command()
@common
def login(profile: str | None, as_json: bool) -> int:
    """Keep your Komet token in the system's keyring, for one profile.

    The token is asked for without showing it (or read from standard input when that is no terminal); it never goes
    into a workbook, a settings file or the journal. You find it in Komet under Setup > Settings > Tokens.
    """
    from komet_xl.settings import load_settings
    from komet_xl.tokens import keep_token

    settings = load_settings(profile=profile)
    if sys.stdin.isatty():
        value = click.prompt(f"Komet token for {settings.profile}", hide_input=True, err=True)
    else:
        value = sys.stdin.readline()
    keep_token(settings, value)
    if as_json:
        print_json({"profile": settings.profile, "kept": True})
    else:
        click.echo(f"The token for {settings.profile} is in the system's keyring. Try: komet-xl doctor")
    return 0


@click.command()
@common
def logout(profile: str | None, as_json: bool) -> int:
    """Take your Komet token out of the keyring."""
    from komet_xl.settings import load_settings
    from komet_xl.tokens import forget_token

    settings = load_settings(profile=profile)
    gone = forget_token(settings)
    if as_json:
        print_json({"profile": settings.profile, "forgotten": gone})
    else:
        what = "is forgotten" if gone else "was not in the keyring"
        click.echo(f"The token for {settings.profile} {what}.")
    return 0


@click.command()
@common
def doctor(profile: str | None, as_json: bool) -> int:
    """Check settings, journal, token, the way to Komet and Excel, and say what to do. Costs one request.

    Each thing is ok, a warning (it works, or works in part) or a problem; a problem ends with an exit code other
    than 0.
    """
    from komet_xl.addin.doctor import examine
    from komet_xl.words import visible

    checks = examine(profile)
    if as_json:
        print_json(
            {
                "checks": [
                    {
                        "name": each.name,
                        "ok": each.ok,
                        "level": each.level,
                        "detail": each.detail,
                        "advice": each.advice,
                    }
                    for each in checks
                ]
            }
        )
    else:
        for each in checks:
            click.echo(f"{click.style(f'{each.level:<8}', fg=COLOUR[each.level])}{each.name}: {visible(each.detail)}")
            if each.advice:
                click.echo(f"{'':8}> {visible(each.advice)}")
    codes = {each.exit_code for each in checks if not each.ok}
    return first_of(codes) or max(codes, default=0)
