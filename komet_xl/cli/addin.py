"""komet-xl install, uninstall and serve."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from komet_xl.cli.options import common, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.addin.install import Done

ALL_USERS = "For all users of this computer, beside Excel itself; needs an administrator."
FOREIGN = "Left alone, it is not komet-xl's"
FOLDER = "Put it into this folder instead, for administrators; see docs/it-admins.md."


def where(command: Callable[..., int]) -> Callable[..., int]:
    """Add the options that say whose Excel is meant."""
    folder = click.Path(file_okay=False, path_type=Path)
    command = click.option("--add-in-folder", "folder", metavar="PATH", type=folder, help=FOLDER)(command)
    return click.option("--all-users", "everybody", is_flag=True, help=ALL_USERS)(command)


@click.command()
@where
@common
def install(everybody: bool, folder: Path | None, profile: str | None, as_json: bool) -> int:  # noqa: ARG001  no profile
    """Put the Komet tab and the KOMET_ formulas into Excel.

    The add-in goes into the folder that Excel starts from, with the path of this Python in it; no administrator and
    no setting of Excel is needed. Close Excel first. Run it again after komet-xl or Python was updated: journal,
    settings and token stay as they are. Windows and macOS.
    """
    from komet_xl.addin.install import carry_out, plan_install
    from komet_xl.addin.interpreter import this_interpreter
    from komet_xl.addin.machine import this_machine
    from komet_xl.addin.shipped import shipped

    _ensure_one(everybody=everybody, folder=folder)
    interpreter = this_interpreter()
    steps = plan_install(
        this_machine(),
        interpreter,
        shipped,
        everybody=everybody,
        folder=None if folder is None else folder.absolute(),
        exists=lambda path: Path(path).exists(),
    )
    done = carry_out(steps)
    if as_json:
        print_json({"interpreter": str(interpreter.program), "files": _files(done)})
        return 0
    for each in done:
        if each.foreign:
            click.echo(f"{FOREIGN}: {each.file}")
        elif each.file.exists():
            click.echo(f"{'Installed' if each.changed else 'Installed already, unchanged'}: {each.file}")
        elif each.changed:
            click.echo(f"Removed: {each.file}")
    click.echo(f"Excel will start this Python: {interpreter.program}")
    click.echo("Start Excel anew: it has a Komet tab. If you have not done so: komet-xl login, then komet-xl doctor.")
    return 0


@click.command()
@where
@common
def uninstall(everybody: bool, folder: Path | None, profile: str | None, as_json: bool) -> int:
    """Take the Komet tab and formulas out of Excel.

    Nothing of the add-in stays behind. The journal of what was sent, the settings and the token are kept; it says
    where they are. Close Excel first.
    """
    from komet_xl.addin.install import carry_out, plan_uninstall, shared_copy
    from komet_xl.addin.machine import this_machine
    from komet_xl.addin.resident import ensure_stopped

    _ensure_one(everybody=everybody, folder=folder)
    steps = plan_uninstall(this_machine(), everybody=everybody, folder=None if folder is None else folder.absolute())
    ensure_stopped()
    journal, settings = _places(profile)
    done = carry_out(steps)
    if as_json:
        print_json({"files": _files(done), "kept": {"journal": journal, "settings": settings}})
        return 0
    gone = [each for each in done if each.changed]
    for each in gone:
        click.echo(f"Removed: {each.file}")
    if done[0].foreign:
        click.echo(f"{FOREIGN}: {done[0].file}")
    elif not gone:
        click.echo(f"The add-in was not installed: {done[0].file}")
    shared = None if everybody else shared_copy(this_machine(), lambda path: Path(path).exists())
    if shared is not None:
        click.echo(f"It stays for all users of this computer ({shared}): komet-xl uninstall --all-users removes it.")
    click.echo(f"Kept: the journal {journal or ''}".rstrip() + " with log and cache beside it, the settings")
    click.echo(f"{settings}, and your token (komet-xl logout takes it out of the keyring).")
    return 0


@click.command()
@common
def serve(profile: str | None, as_json: bool) -> int:  # noqa: ARG001  the profile is chosen in Excel
    """Answer Excel where it may not start programs itself. Windows; Ctrl-C ends it.

    Some companies let Microsoft Defender forbid Office to start other programs. Then the buttons and formulas cannot
    start Python, but they can talk to one that you have started: run this, leave the window open, and start Excel
    anew. komet-xl doctor says whether this computer needs it.
    """
    import sys

    from komet_xl.addin import resident

    resident.ensure_windows(sys.platform)
    with resident.announced():
        if as_json:
            print_json({"server": resident.SERVER})
        else:
            click.echo("Answering Excel. Leave this window open while you use the Komet tab; Ctrl-C ends it.")
        try:
            resident.keep_running(resident.server_command())
        except KeyboardInterrupt:
            if not as_json:
                click.echo("Ended. Excel starts its own Python again, where it may.")
    return 0


def _ensure_one(*, everybody: bool, folder: Path | None) -> None:
    if everybody and folder is not None:
        raise click.UsageError("--all-users and --add-in-folder name two places; choose one.")


def _places(profile: str | None) -> tuple[str | None, str]:
    """Where journal and settings are; no journal where the settings cannot be read: the add-in must go all the same."""
    from komet_xl.addin import switches
    from komet_xl.errors import SettingsError
    from komet_xl.settings import load_settings

    try:
        settings = load_settings(profile=profile)
    except SettingsError:
        return None, str(switches.place().with_name("settings.toml"))
    return str(settings.journal), str(settings.settings_file)


def _files(done: list[Done]) -> list[dict[str, object]]:
    found = [{"file": str(each.file), "changed": each.changed, "exists": Path(each.file).exists()} for each in done]
    return [about | ({"foreign": True} if each.foreign else {}) for about, each in zip(found, done, strict=True)]
