"""Labels of the ribbon: a small file that Python writes and the add-in reads, so that showing one starts nothing.

Lines "id=text", the last one of an id counts. Plain letters only: VBA reads them in the old code page. The label
`komet.server` names the resident server while it runs.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from komet_xl.addin.machine import this_machine
from komet_xl.addin.places import labels_file
from komet_xl.errors import SettingsError

WAIT: Final = 5.0
"""Seconds for which another process may hold the file."""
TRIES: Final = 6
FIRST_PAUSE: Final = 0.02
"""Seconds. Excel has the file open for a moment while it reads a label."""


def place() -> Path:
    """The file of labels of this user."""
    return Path(labels_file(this_machine()))


def read_labels() -> dict[str, str]:
    """All labels by id; none where there is no file."""
    return _read(place())


def write_label(name: str, text: str | None) -> None:
    """Set one label, or take it away; the others stay. Raises SettingsError."""
    path = place()
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with FileLock(path.with_name(f"{path.name}.lock"), timeout=WAIT):
            labels = _read(path)
            labels.pop(name, None)
            if text is not None:
                labels[name] = " ".join(text.split())
            _write(path, "".join(f"{each}={labels[each]}\n" for each in labels))
    except (OSError, Timeout) as exc:
        why = "another program holds it" if isinstance(exc, Timeout) else exc.strerror
        raise SettingsError(f"{path} cannot be written ({why}); close Excel and try again.") from None


def _read(path: Path) -> dict[str, str]:
    with suppress(OSError):
        lines = path.read_text(encoding="ascii", errors="replace").splitlines()
        return {name: text for name, equal, text in (line.partition("=") for line in lines) if equal}
    return {}


def _write(path: Path, text: str) -> None:
    """Whole or not at all."""
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="ascii", errors="replace", newline="\r\n")
        pause = FIRST_PAUSE
        for _ in range(TRIES):
            try:
                part.replace(path)
            except PermissionError:
                time.sleep(pause)
                pause *= 2
            else:
                return
        part.replace(path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
