"""komet-xl sandbox."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import click

from komet_xl.cli.options import common, print_json


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port to listen on; 0 takes a free one.")
@click.option("--prebooks", type=click.IntRange(min=0), default=0, help="Make so many more prebooks, on later days.")
@click.option("--seed", type=int, default=1, show_default=True, help="Same seed, same prebooks.")
@click.option("--data", metavar="FOLDER", help="Keep its data here; without it they go when it ends.")
@click.option("--token", default="sandbox-token", show_default=True, help="The token it accepts.")
@click.option("--latency-ms", type=click.IntRange(min=0), default=0, help="Answer that long after a request came.")
@common
def sandbox(
    port: int,
    prebooks: int,
    seed: int,
    data: str | None,
    token: str,
    latency_ms: int,
    profile: str | None,  # noqa: ARG001  every command takes it; a sandbox has no profile
    as_json: bool,
) -> int:
    """Run a Komet to try things against, on this machine only. Ctrl-C ends it.

    It has the prebooks of 2015-02-10, an inventory to order from, and makes faults on request. What it shows beyond
    Komet's documentation is listed in docs/sandbox.md.
    """
    from komet_xl.sandbox.server import serve

    def ready(url: str) -> None:
        if as_json:
            print_json({"url": url, "token": token})
        else:
            click.echo(f"A Komet to try against is at {url}")
            click.echo(f"  Linux, macOS:  export KOMET_URL={url} KOMET_TOKEN={token}")
            click.echo(f"  Windows:       set KOMET_URL={url}& set KOMET_TOKEN={token}")
            click.echo("  Ctrl-C ends it.")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory(prefix="komet-sandbox-") as spare:
        folder = Path(data or spare)
        serve(folder, port=port, token=token, prebooks=prebooks, seed=seed, latency_ms=latency_ms, ready=ready)
    return 0
