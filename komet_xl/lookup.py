"""Snapshots shared by all formulas: one request for a day and filter, kept on disk with its age; values out of it."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock

from komet_xl.errors import UsageError
from komet_xl.komet import wire
from komet_xl.prebook_ids import same_number
from komet_xl.sheets import prebooks as table
from komet_xl.sheets.headings import squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from komet_xl.komet.client import Client
    from komet_xl.model import Prebook, PrebookQuery
    from komet_xl.sheets.prebooks import Value

FRESH: Final = timedelta(minutes=15)
"""A snapshot younger than this answers without a request."""
FAILURE: Final = "#KOMET: "
"""What every failure that a cell shows begins with."""
SUMMED: Final = ("totalBoxes", "totalUnits")
"""Item fields that a prebook shows as the sum over its items."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Prebooks as Komet showed them at one moment."""

    taken: datetime
    prebooks: tuple[Prebook, ...]


class Snapshots:
    """Answers of Komet on disk, by host, account and query. Safe across threads and programs."""

    def __init__(self, folder: Path, *, account: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._folder = folder
        self._account = account
        self._now = now

    def prebooks(self, client: Client, query: PrebookQuery, *, fresh: timedelta = FRESH) -> Snapshot:
        """
        The prebooks of a query, from disk while they are fresh, else from Komet.

        Requests: none or one; programs that ask for the same at the same time share it.
        Raises: ApiError when Komet must be asked and cannot.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self._folder / f"{self._key(client.host, query)}.json"
        kept = self._load(path)
        if kept is not None and self._is_fresh(kept, fresh):
            return kept
        with FileLock(path.with_suffix(".lock"), timeout=client.transport.endpoint.timeout * 3, mode=0o600):
            kept = self._load(path)
            if kept is not None and self._is_fresh(kept, fresh):
                return kept
            body, prebooks = client.fetch_prebooks(query)
            taken = self._now()
            self._keep(path, taken, body)
        return Snapshot(taken, tuple(prebooks))

    def _is_fresh(self, kept: Snapshot, fresh: timedelta) -> bool:
        return timedelta(0) <= self._now() - kept.taken < fresh

    def _key(self, host: str, query: PrebookQuery) -> str:
        asked = json.dumps([host, self._account, wire.to_params(query)], sort_keys=True)
        return hashlib.sha256(asked.encode()).hexdigest()[:32]

    def _load(self, path: Path) -> Snapshot | None:
        """A snapshot from disk; None when there is none or it cannot be read, which only costs a request."""
        try:
            first, _, body = path.read_bytes().partition(b"\n")
            taken = datetime.fromisoformat(json.loads(first)["taken"]).astimezone(UTC)
            answer = wire.parse_answer(body)
            return Snapshot(taken, tuple(wire.parse_prebooks(answer)))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _keep(self, path: Path, taken: datetime, body: bytes) -> None:
        head = json.dumps({"taken": taken.astimezone(UTC).isoformat()}).encode()
        name = ""
        try:
            handle, name = tempfile.mkstemp(dir=self._folder, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(head + b"\n" + body)
            Path(name).replace(path)
        except OSError:  # a snapshot is a convenience: the values are at hand all the same
            if name:
                Path(name).unlink(missing_ok=True)


def prebook_value(prebooks: Sequence[Prebook], day: date, number: str, field: str) -> Value:
    """
    One field of the prebook with this number, or a text that starts with #KOMET: and says why not.

    Args:
        prebooks: All prebooks of the day.
        day: For the failure's text.
        number: Prebook number as people know it.
        field: A heading of the prebooks sheet that belongs to the prebook itself (`totalPrice` is its own total), or
            `items`, `totalBoxes`, `totalUnits` over all its items. Case, blanks, _ and - do not count.

    Raises:
        UsageError: there is no such field; the sentence lists those there are.
    """
    read = _reader(field)
    found = [each for each in prebooks if same_number(each.number, number)]
    if not found:
        return f"{FAILURE}no prebook {number} on {day}"
    if len(found) > 1:
        ids = ", ".join(str(each.prebook_id) for each in found)
        return f"{FAILURE}{len(found)} prebooks {number} on {day} (ids {ids})"
    return table.to_value(read(found[0]))


def _reader(field: str) -> Callable[[Prebook], object]:
    fields = {squeeze(name): attribute for name, attribute in table.PREBOOK_FIELDS.items()}
    fields[squeeze("totalPrice")] = "total_price"
    asked = squeeze(field)
    if asked in fields:
        attribute = fields[asked]
        return lambda prebook: getattr(prebook, attribute)
    if asked == "items":
        return lambda prebook: len(prebook.items)
    for name in SUMMED:
        if asked == squeeze(name):
            attribute = table.ITEM_FIELDS[name]
            return lambda prebook: sum(getattr(item, attribute) or 0 for item in prebook.items)
    names = ", ".join([*table.PREBOOK_FIELDS, "totalPrice", "items", *SUMMED])
    raise UsageError(f"there is no field {field!r}; there are: {names}.")


def value_text(value: Value) -> str:
    """A value as a cell shows it: a dot as decimal mark, no thousands mark, "" for nothing."""
    if value is None:
        return ""
    return format(value, "f") if isinstance(value, Decimal) else str(value)
