"""One button at a time, also across processes: who runs, how far it is, and a way to ask it to stop.

Excel starts a process for each press, and on macOS it does not wait for it. An operating system lock is held while a
button works, and is free the moment its process dies; beside it stands who holds it.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from filelock import FileLock, Timeout

from komet_xl.addin import labels
from komet_xl.errors import SettingsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

EVERY: Final = 1.0
"""Seconds between two notes of how far a button is."""


class BusyError(UsageError):
    """Another button is at work. Nothing was done by this one."""

    def __init__(self, owner: Owner) -> None:
        super().__init__(f"{owner.told}. Wait for it to end, then press the button again.")
        self.owner = owner


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is at work."""

    label: str = "A Komet button"
    book: str = ""
    since: str = ""
    progress: str = ""
    run: str = ""
    """Made of process and moment: a request to stop names it, so that it cannot reach the next one."""
    stops: bool = False
    """Whether it can be asked to stop."""
    excel: int = 0
    """Excel's process."""
    before: dict[str, Any] = field(default_factory=dict)
    """How the person has Excel, for the next one if this one is killed while it has it otherwise."""

    @property
    def told(self) -> str:
        """In words, without the full stop."""
        where = f" for {self.book}" if self.book else ""
        since = f" since {self.since}" if self.since else ""
        return f"{self.label} is still at work{where}{since}{f' ({self.progress})' if self.progress else ''}"


class Running:
    """The button at work: tells others how far it is, and hears whether it shall stop."""

    def __init__(self, owner: Owner, left: Owner | None = None) -> None:
        self._owner = owner
        self.left = left
        """The one before, where it has left its note: it was killed, or could not give Excel back."""
        self.has_debts = False
        """Whether our own note shall stay for the same reason."""
        self._next = 0.0
        self._write("")

    def keep(self, excel: int, before: dict[str, Any]) -> None:
        """Note how the person has Excel."""
        self._owner = replace(self._owner, excel=excel, before=before)
        self._write("")

    def tell(self, progress: str) -> None:
        """Note how far it is; once a second at most."""
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            self._write(progress)

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether another press asked this very run to stop."""
        with suppress(OSError):
            return _stop_file().read_text(encoding="ascii", errors="replace").strip() == self._owner.run
        return False

    def close(self) -> None:
        """Leave nothing behind, but debts."""
        for path in (_stop_file(),) if self.has_debts else (_note_file(), _stop_file()):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def _write(self, progress: str) -> None:
        told = {name: getattr(self._owner, name) for name in Owner.__slots__} | {"progress": progress}
        with suppress(OSError):  # who cannot be told is told less
            _note_file().write_text(json.dumps(told), encoding="utf-8")


@contextmanager
def alone(label: str, book: str, *, stops: bool) -> Iterator[Running]:
    """
    Be the one button at work while the block runs.

    Raises:
        BusyError: another one is; its sentence says which, for which workbook, since when and how far.
        SettingsError: the folder for our notes cannot be written.
    """
    path = labels.place().with_name("button.lock")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = FileLock(path, timeout=0, mode=0o600)
        lock.acquire()
    except Timeout:
        raise BusyError(_read()) from None
    except OSError as exc:
        raise SettingsError(f"{path.parent} cannot be written ({exc.strerror}); make the folder writable.") from None
    now = datetime.now().astimezone()
    owner = Owner(label=label, book=book, since=f"{now:%H:%M:%S}", run=f"{os.getpid()}-{now.timestamp()}", stops=stops)
    running = Running(owner, _read() if _note_file().exists() else None)
    try:
        yield running
    finally:
        running.close()
        lock.release()


def ask_to_stop(owner: Owner) -> None:
    """Let the button at work know that it shall stop. Raises SettingsError."""
    try:
        _stop_file().write_text(owner.run, encoding="ascii")
    except OSError as exc:
        raise SettingsError(f"{_stop_file()} cannot be written ({exc.strerror}); make the folder writable.") from None


def _read() -> Owner:
    """Who holds the lock; somebody, where the note is being written or cannot be read."""
    with suppress(OSError, ValueError):
        told: Any = json.loads(_note_file().read_bytes())
        if isinstance(told, dict):
            texts = {name: str(told[name]) for name in ("label", "book", "since", "progress", "run") if name in told}
            excel, before = told.get("excel"), told.get("before")
            return Owner(
                **texts,
                stops=told.get("stops") is True,
                excel=excel if isinstance(excel, int) else 0,
                before=before if isinstance(before, dict) else {},
            )
    return Owner()


def _note_file() -> Path:
    return labels.place().with_name("button.json")


def _stop_file() -> Path:
    return labels.place().with_name("button.stop")
