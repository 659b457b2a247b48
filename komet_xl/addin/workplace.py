"""Where formulas work: the settings, account and snapshots of the profile that Excel uses now.

A cell is answered thousands of times in a row, so what may have changed since (a switch, the settings file, the token)
is looked at once a second at most, and never waited for long: another program may hold the journal or the keyring.
Requests are made here, in a session of their own each, so that nothing is held open while Excel is.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from komet_xl.addin import switches
from komet_xl.addin.errands import Errand, Reports
from komet_xl.desk import LOADING, Crew, Desk, Patience
from komet_xl.errors import ApiError, KometError, QuotaSpentError, SettingsError, TokenMissingError
from komet_xl.komet.quota import Quota
from komet_xl.model import PrebookQuery
from komet_xl.session import Session
from komet_xl.settings import load_settings
from komet_xl.snapshots import Shelf, prebooks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date, timedelta

    from komet_xl.settings import Settings
    from komet_xl.snapshots import Question, Snapshot

LOOK_EVERY: Final = 1.0
"""Seconds between two looks at whether a switch or the settings file changed."""
SIGNED_IN_FOR: Final = 60.0
"""Seconds between two looks at the token, which may change in the keyring without a trace."""
TROUBLE_FOR: Final = 5.0
"""The same while there is none, or the settings cannot be read."""
COUNTED_FOR: Final = 2.0
"""Seconds for which the number of requests left is kept."""
KEPT_FOR_PEOPLE: Final = 10
"""One part in so many of a day's requests is not for formulas: people must be able to push what they have ordered."""


class Workplace:
    """What formulas need. Safe across threads."""

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        patience: Callable[[], Patience] = Patience,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._environ = environ
        self._patience = patience
        self._now = now
        self._lock = threading.RLock()
        self._switched = switches.Switches()
        self._settings: Settings | None = None
        self._here: _Here | None = None
        self._wrong = ""
        """Why there are no settings."""
        self._trouble = ""
        """Why there is nowhere to look."""
        self._seen: object = None
        self._settled_for: object = None
        """For which switches and settings `_here` was found out."""
        self._look_again = self._settle_again = self._count_again = 0.0
        self._left: _Left | None = None
        self._salts: dict[Path, str] = {}
        """Of the journal, which need not be opened again only to see that the token is the same."""
        self._crew = Crew(2)
        waits = patience()
        self._settling = Errand(self._settle, crew=self._crew, patience=waits)
        self._counting = Errand(self._count, crew=self._crew, patience=waits)
        self._reports = Reports()

    def look(self, question: Question) -> Snapshot:
        """The answer to a question, as good as it is at hand; see `Desk.look`."""
        desk = self._current().desk
        return desk.look(question, refresh=self._switched.refresh, frozen=self._switched.frozen)

    def age(self, day: date) -> timedelta | None:
        """Age of what formulas show of a day; None when nothing is at hand. Requests: none."""
        return self._current().desk.age(day, prebooks_of(PrebookQuery(truck_date=day)))

    @property
    def settings(self) -> Settings:
        """The settings of the profile that Excel uses. Raises SettingsError."""
        self._check()
        if self._settings is None:
            raise SettingsError(self._wrong)
        return self._settings

    def quota_left(self) -> int:
        """Requests that are left today, as of a moment ago. Requests: none. Raises ApiError: it is not known yet."""
        settings, left = self.settings, self._left
        if left is None or left.settings is not settings or time.monotonic() >= self._count_again:
            self._counting.run()
            left = self._left
        if left is None or not left.is_of(settings):
            raise ApiError(LOADING)
        if left.trouble:
            raise ApiError(left.trouble)
        return left.requests

    def report(self, what: str, exc: Exception) -> None:
        """Have an error of our own written into the log, by a thread."""
        self._crew.do(lambda: self._write(what, exc))

    def close(self, seconds: float = 0.0) -> None:
        """Ask nothing more, and wait so long for what is under way. The next formula starts anew."""
        with self._lock:
            here, self._here = self._here, None
            self._seen, self._settled_for, self._look_again = None, None, 0.0
        if here is not None:
            here.desk.close(seconds)
        self._crew.leave(seconds)
        self._settling.forget()
        self._counting.forget()

    # ------------------------------------------------------------------------------------------------- behind it

    def _check(self) -> None:
        """See, once a second, whether a switch or the settings file has changed."""
        if time.monotonic() < self._look_again:
            return
        with self._lock:
            if time.monotonic() < self._look_again:
                return
            switched = switches.load()
            seen = (switched, _stamp())
            if seen != self._seen:
                self._seen, self._settle_again = seen, 0.0
                try:
                    self._settings = load_settings(self._environ, profile=switched.profile)
                except SettingsError as exc:
                    self._settings, self._wrong = None, str(exc)
            self._switched = switched
            self._look_again = time.monotonic() + LOOK_EVERY

    def _current(self) -> _Here:
        """Where to look. Raises ApiError: there is no token, or the settings or the journal cannot be used."""
        self._check()
        if self._settled_for != self._seen or time.monotonic() >= self._settle_again:
            self._settling.run()
        if self._settled_for != self._seen:
            raise ApiError(LOADING)  # what is here may be another profile's
        here = self._here
        if here is None:
            raise ApiError(self._trouble)
        return here

    def _settle(self) -> None:
        """Find out whose snapshots to use; in a thread."""
        with self._lock:
            seen, settings, trouble = self._seen, self._settings, self._wrong
            salt = None if settings is None else self._salts.get(settings.journal)
        whose = None
        try:
            if settings is not None:
                with Session(settings) as session:
                    salt = salt or session.journal.salt
                    whose = (str(settings.home), settings.endpoint.host, session.token.fingerprint(salt))
        except TokenMissingError:
            trouble = "not signed in; click Sign in on the Komet tab"
        except KometError as exc:
            trouble = str(exc)
        except Exception as exc:  # noqa: BLE001  a cell says it
            trouble = self._own(exc, "whose values to show could not be found out")
        with self._lock:
            if settings is not None and salt:
                self._salts = {settings.journal: salt}
            old, self._here, self._trouble = self._here, whose and self._here_of(whose), trouble
            self._settled_for = seen
            self._settle_again = time.monotonic() + (SIGNED_IN_FOR if whose else TROUBLE_FOR)
            here = self._here
        if old is not None and old is not here:
            old.desk.close()

    def _count(self) -> None:
        """See how many requests are left; in a thread."""
        settings = self._settings
        if settings is None:
            return
        requests, trouble = 0, ""
        try:
            with Session(settings) as session:
                requests = Quota(session.journal.counter, settings.endpoint.host, settings.daily_limit).left()
        except KometError as exc:
            trouble = str(exc)
        except Exception as exc:  # noqa: BLE001  a cell says it
            trouble = self._own(exc, "the requests of today could not be counted")
        self._left = _Left(requests, trouble, settings)
        self._count_again = time.monotonic() + (TROUBLE_FOR if trouble else COUNTED_FOR)

    def _own(self, exc: Exception, what: str) -> str:
        """The sentence for an error of our own, which goes into the log. For threads."""
        self._write(what, exc)
        return f"an error of komet-xl's own ({type(exc).__name__}); the log has the details"

    def _write(self, what: str, exc: Exception) -> None:
        if self._reports.is_new(exc):
            self._check()
            self._reports.write(what, exc, self._settings)

    def _here_of(self, whose: tuple[str, str, str]) -> _Here:
        """The snapshots of another account, host or folder lie on a desk of their own."""
        if self._here is not None and self._here.whose == whose:
            return self._here
        home, host, account = whose
        shelf = Shelf(Path(home) / "cache", host=host, account=account, now=self._now)
        return _Here(whose, Desk(shelf, lambda question: self._ask(whose, question), patience=self._patience()))

    def _ask(self, whose: tuple[str, str, str], question: Question) -> bytes:
        """Ask Komet, in a thread of the desk's. Raises KometError, whatever happens."""
        try:
            return self._request(whose, question)
        except KometError:
            raise
        except Exception as exc:  # noqa: BLE001  a cell says it
            why = self._own(exc, "a formula's request failed")
        raise ApiError(why)

    def _request(self, whose: tuple[str, str, str], question: Question) -> bytes:
        settings = self.settings
        with Session(settings) as session:
            if (str(settings.home), settings.endpoint.host, session.account) != whose:
                with self._lock:
                    self._salts, self._settle_again = {}, 0.0
                raise ApiError("the profile or the token has just been changed; recalculate")
            left = session.client.quota.left()
            if 0 < left <= settings.daily_limit // KEPT_FOR_PEOPLE:
                raise _spared(settings)
            return session.client.fetch(question.method, dict(question.params))[0]


@dataclass(frozen=True, slots=True)
class _Here:
    """Whose snapshots formulas show, and where they lie."""

    whose: tuple[str, str, str]
    """Folder, host and account."""
    desk: Desk


@dataclass(frozen=True, slots=True)
class _Left:
    """How many requests are left, or why that is not known."""

    requests: int
    trouble: str
    settings: Settings
    """As of when it was counted."""

    def is_of(self, settings: Settings) -> bool:
        """Whether it is about the requests that these settings mean."""
        then = self.settings
        return then is settings or (
            (then.journal, then.endpoint.host, then.daily_limit)
            == (settings.journal, settings.endpoint.host, settings.daily_limit)
        )


def _stamp() -> int:
    """Changes when the settings file does."""
    try:
        return switches.place().with_name("settings.toml").stat().st_mtime_ns
    except OSError:
        return 0


def _spared(settings: Settings) -> QuotaSpentError:
    return QuotaSpentError(
        f"formulas have had their share of today's {settings.daily_limit:,} requests; the rest is kept for orders"
    )
