"""The program as a person or a script runs it: a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.sandbox.server import Sandbox


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:  # noqa: ANN401  a document of any shape
        """Standard output as one JSON document."""
        return json.loads(self.out)


def environment(komet: Sandbox | None, **more: str) -> dict[str, str]:
    """This test's environment, pointed at a sandbox."""
    env = dict(os.environ)
    if komet is not None:
        env |= {"KOMET_URL": komet.url, "KOMET_TOKEN": komet.token}
    return env | {"PYTHONIOENCODING": "utf-8", "COLUMNS": "200"} | more


def run(*arguments: object, komet: Sandbox | None = None, cwd: Path | None = None, given: str = "", **env: str) -> Ran:
    """Run komet-xl to its end."""
    ended = subprocess.run(
        command(*arguments),
        env=environment(komet, **env),
        cwd=cwd,
        input=given,
        capture_output=True,
        text=True,
        encoding=env.get("PYTHONIOENCODING", "utf-8"),
        check=False,
        timeout=120,
    )
    return Ran(ended.returncode, ended.stdout, ended.stderr)


def command(*arguments: object) -> list[str]:
    """The words that start komet-xl with this interpreter; the development mode would only slow it down."""
    return [sys.executable, "-m", "komet_xl", *map(str, arguments)]
