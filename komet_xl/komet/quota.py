"""Komet's daily limit: 1,000 requests a paid user and day, company-wide. Counted before each request leaves.

The count lives beside the journal and is shared by all processes of this user on this machine. Requests of other
PCs and programs are not in it. Komet does not say when its day starts; here a day is the computer's own calendar day.
Source: "Getting Started".
"""

from __future__ import annotations

import threading
from typing import Protocol

from komet_xl.errors import QuotaSpentError


class RequestCounter(Protocol):
    """Where requests are counted, for all processes of this user."""

    def requests_today(self, host: str) -> int:
        """Requests counted for this host today."""
        ...

    def count_request(self, host: str, *, limit: int) -> bool:
        """Count one request more on disk; False (and nothing counted) when that would exceed the limit."""
        ...


class Quota:
    """Requests that may still be sent to one host today. Safe to use from several threads."""

    def __init__(self, counter: RequestCounter, host: str, limit: int) -> None:
        self._counter = counter
        self._lock = threading.Lock()
        self.host = host
        self.limit = limit
        self.taken = 0
        """Requests that this program has sent."""

    def used(self) -> int:
        """Requests sent today, by all programs of this user."""
        return self._counter.requests_today(self.host)

    def left(self) -> int:
        """Requests that may still be sent today."""
        return max(0, self.limit - self.used())

    def take(self) -> None:
        """Count one request that is about to leave. Raises QuotaSpentError when there is none left."""
        if not self._counter.count_request(self.host, limit=self.limit):
            raise self.spent()
        self.took_one()

    def took_one(self) -> None:
        """Note a request that was counted together with an intent."""
        with self._lock:
            self.taken += 1

    def spent(self) -> QuotaSpentError:
        """The sentence for a limit that is reached."""
        return QuotaSpentError(
            f"today's {self.limit:,} requests to {self.host} are used up; go on tomorrow, "
            "or set KOMET_DAILY_LIMIT if your company has more."
        )
