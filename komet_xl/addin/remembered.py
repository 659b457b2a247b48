"""What was last asked for each sheet, so that Refresh asks it again. In the settings folder, never in the workbook."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from komet_xl.addin import arguments, switches
from komet_xl.errors import KometError, SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.model import PrebookQuery

MOST: Final = 500
"""Sheets; the ones asked for longest ago are forgotten first."""
EXAMPLE: Final = "2015-02-10; customer=ABC"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a pull was asked for, as it can be kept and typed."""

    day: date
    filters: tuple[tuple[str, str], ...] = ()
    """Names of the command line, and values as text."""

    @property
    def query(self) -> PrebookQuery:
        """For Komet. Raises UsageError for a filter that there is not."""
        return replace(arguments.filters([list(each) for each in self.filters]), truck_date=self.day)

    @property
    def text(self) -> str:
        """As a person types it: 2015-02-10; customer=ABC."""
        return "; ".join([str(self.day), *(f"{name}={value}" for name, value in self.filters)])


def recall(where: str, sheet: str) -> Asked | None:
    """What was last asked for a sheet; None for nothing, or nothing that is still understood."""
    told: Any = _load().get(_key(where, sheet))
    with suppress(KeyError, TypeError, ValueError, KometError):
        asked = Asked(date.fromisoformat(told["day"]), tuple((str(a), str(b)) for a, b in told["filters"]))
        _ = asked.query
        return asked
    return None


def remember(where: str, sheet: str, asked: Asked) -> None:
    """Keep what was asked. Raises SettingsError."""
    kept = _load()
    kept.pop(_key(where, sheet), None)
    kept[_key(where, sheet)] = {"day": str(asked.day), "filters": [list(each) for each in asked.filters]}
    path = place()
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.write_text(json.dumps(dict(list(kept.items())[-MOST:])), encoding="utf-8")
        part.replace(path)
    except OSError as exc:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise SettingsError(f"{path} cannot be written ({exc.strerror}); make the folder writable.") from None


def place() -> Path:
    """The file."""
    return switches.place().with_name("sheets.json")


def _load() -> dict[str, Any]:
    with suppress(OSError, ValueError):
        told = json.loads(place().read_bytes())
        return told if isinstance(told, dict) else {}
    return {}


def _key(where: str, sheet: str) -> str:
    return f"{where.casefold()}|{sheet.casefold()}"
