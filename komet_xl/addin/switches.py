"""What the buttons of the ribbon have switched, for formulas in another process: frozen, which profile, Refresh.

It is a small file in the settings folder, which Excel finds without a shell. A file that is missing or damaged means
that nothing is switched.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

import platformdirs

from komet_xl.errors import SettingsError
from komet_xl.settings import APP
from komet_xl.snapshots import put_in_place

NAME: Final = "excel.json"


@dataclass(frozen=True, slots=True)
class Switches:
    """How things are switched."""

    profile: str | None = None
    """The profile that Excel uses; None: the usual one."""
    frozen: bool = False
    """Whether formulas show what they have and ask nothing."""
    refresh: int = 0
    """Grows with each press of Refresh: answers from before it are no longer good."""


def place() -> Path:
    """The file."""
    return Path(platformdirs.user_config_dir(APP, appauthor=False)) / NAME


def load() -> Switches:
    """How things are switched now."""
    try:
        told = json.loads(place().read_bytes())
        profile, refresh = told.get("profile"), told.get("refresh")
        return Switches(
            profile if isinstance(profile, str) and profile else None,
            told.get("frozen") is True,
            refresh if isinstance(refresh, int) and not isinstance(refresh, bool) and refresh >= 0 else 0,
        )
    except (OSError, RecursionError, ValueError, AttributeError):
        return Switches()


def freeze(*, frozen: bool) -> None:
    """Let formulas ask nothing, or ask again. Raises SettingsError."""
    _keep(replace(load(), frozen=frozen))


def choose(profile: str | None) -> None:
    """Let formulas use another profile. Raises SettingsError."""
    _keep(replace(load(), profile=profile))


def press_refresh() -> None:
    """Let every formula have a new answer at its next recalculation. Raises SettingsError."""
    old = load()
    _keep(replace(old, refresh=max(old.refresh + 1, int(time.time()))))  # grows, even after the file was lost


def _keep(switches: Switches) -> None:
    path = place()
    part = path.with_name(f"{NAME}.{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(json.dumps(asdict(switches)), encoding="utf-8")
        put_in_place(part, path)
    except OSError as exc:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise SettingsError(f"{path} cannot be written ({exc.strerror}); make the folder writable.") from None
