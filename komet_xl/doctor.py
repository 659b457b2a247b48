"""Is everything in its place? One look at settings, journal, token and the way to Komet.

What is looked at in Excel and Windows is added by `komet_xl.addin.doctor`. Nothing here ever shows the token, or a
proxy's password.
"""

from __future__ import annotations

import platform
import shutil
import urllib.request
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import komet_xl
from komet_xl import tokens
from komet_xl.errors import ApiError, KometError
from komet_xl.model import PrebookQuery

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from komet_xl.session import Session
    from komet_xl.settings import Settings

LITTLE_ROOM: Final = 100 * 1024 * 1024
"""Bytes left on the journal's disk, below which it is worth a warning."""
ROUGHLY: Final = timedelta(minutes=5)
"""How far clocks of one computer may disagree."""
FEW: Final = 10
"""One part in so many of a day's requests is few."""


class Level(StrEnum):
    """How bad it is."""

    OK = "ok"
    WARNING = "warning"
    """Works, or works in part; worth a look."""
    PROBLEM = "problem"
    """Does not work."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    level: Level
    detail: str
    """What was found."""
    advice: str = ""
    """What to do, one line; empty where nothing is to be done or `detail` says it already."""
    exit_code: int = 0
    """Of a problem: how the command line ends."""

    @property
    def ok(self) -> bool:
        """Whether it works; a warning is no reason to stop."""
        return self.level is not Level.PROBLEM


def fine(name: str, detail: str) -> Check:
    """Nothing to do."""
    return Check(name, Level.OK, detail)


def warning(name: str, detail: str, advice: str = "") -> Check:
    """Worth a look."""
    return Check(name, Level.WARNING, detail, advice)


def problem(name: str, exc: KometError) -> Check:
    """What an error says; its sentence says what to do as well."""
    return Check(name, Level.PROBLEM, str(exc), exit_code=exc.exit_code)


def examine(session: Session) -> list[Check]:
    """Look at everything a push needs, in the order it needs it. Requests: one, when there is a token."""
    settings = session.settings
    now = datetime.now().astimezone()
    checks = [
        fine("program", f"komet-xl {komet_xl.__version__}, Python {platform.python_version()} on {_system()}"),
        fine("settings", f"profile {settings.profile}, {settings.endpoint.url}; {settings.settings_file}"),
    ]
    journal = _try("journal", lambda: _journal(session))
    checks.append(journal)
    if settings.home != settings.file_home:
        checks.append(
            warning("Excel", f"uses another journal: {settings.file_home}", "Unset KOMET_HOME in this window.")
        )
    if journal.ok:
        checks.append(_try("clock", lambda: _clock(session, now)))
        checks.append(_try("requests", lambda: _quota(session)))
    checks.append(_try("keyring", lambda: _keyring(settings)))
    checks.append(_try("token", lambda: _token(session)))
    if all(check.ok for check in checks):
        checks.append(_try("Komet", lambda: _ask_komet(session)))
    reached = checks[-1].name == "Komet" and checks[-1].ok
    checks.append(proxy_check(settings, urllib.request.getproxies(), reached=reached))
    return checks


def _try(name: str, look: Callable[[], Check]) -> Check:
    try:
        return look()
    except KometError as exc:
        return problem(name, exc)


def _system() -> str:
    return f"{platform.platform(terse=True)}, {platform.machine()}"


def _journal(session: Session) -> Check:
    """Opening it takes its write lock, so a journal that can only be read does not pass."""
    place = session.settings.journal
    problems = session.journal.database.integrity()
    if problems:
        return Check(
            "journal",
            Level.PROBLEM,
            f"{place} is damaged: {problems[0]}",
            "Stop pushing, keep the file, restore your last backup of it and run komet-xl history --verify.",
            exit_code=7,
        )
    left = shutil.disk_usage(place.parent).free
    if left < LITTLE_ROOM:
        return warning("journal", f"{place}, sound; {left >> 20} MiB left on its disk", "Make room on that disk.")
    return fine("journal", f"{place}, sound and writable")


def _clock(session: Session, now: datetime) -> Check:
    later = session.journal.sends_since(now + ROUGHLY)
    return clock_check(now, newest=later[-1].intended if later else None, installed=_installed())


def clock_check(now: datetime, *, newest: datetime | None, installed: datetime) -> Check:
    """
    What can be known of a clock without asking another one: it does not go back.

    Args:
        now: This computer's time, aware.
        newest: When the journal's last line was sent, if that is later than now.
        installed: When this komet-xl was installed.
    """
    shown = f"{now:%Y-%m-%d %H:%M}, {now:%z} to Greenwich"
    advice = "Set date, time and time zone of this computer: today's requests and prebooks go by them."
    if newest is not None:
        return warning("clock", f"{shown}; the journal has lines of {newest.astimezone(now.tzinfo):%c}", advice)
    if now < installed - timedelta(days=1):
        return warning("clock", f"{shown}; komet-xl was installed {installed:%Y-%m-%d}", advice)
    return fine("clock", shown)


def _installed() -> datetime:
    return datetime.fromtimestamp(Path(komet_xl.__file__).stat().st_mtime).astimezone()


def _quota(session: Session) -> Check:
    used = session.journal.counter.requests_today(session.settings.endpoint.host)
    return quota_check(used, session.settings.daily_limit)


def quota_check(used: int, limit: int) -> Check:
    """How much of today's requests is left. Those of other computers are not known here."""
    detail = f"{used:,} of {limit:,} used today by this computer"
    if used >= limit:
        advice = "Go on tomorrow, or set KOMET_DAILY_LIMIT if your company has more."
        return Check("requests", Level.PROBLEM, detail, advice, exit_code=5)
    if (limit - used) * FEW < limit:
        return warning("requests", detail, "Freeze formulas (Komet tab, Setup) so that the rest is left for orders.")
    return fine("requests", detail)


def _keyring(settings: Settings) -> Check:
    names = tokens.keyring_names()
    trusted = tokens.KNOWN_BACKENDS.issuperset(names)
    return keyring_check(names, trusted=trusted, from_environment=settings.env_token is not None)


def keyring_check(names: list[str], *, trusted: bool, from_environment: bool) -> Check:
    """Whether the system keeps secrets for us, in which of its keyrings."""
    shown = ", ".join(each.removeprefix("keyring.backends.") for each in names)
    if trusted:
        return fine("keyring", shown)
    detail = f"none that komet-xl trusts ({shown})"
    if from_environment:
        return warning("keyring", detail, "KOMET_TOKEN is used here; Excel does not see what you set in this window.")
    return warning("keyring", detail, "Set KOMET_TOKEN, or let your administrator set up a keyring of the system.")


def _token(session: Session) -> Check:
    _ = session.token  # says what to do when there is none
    return fine("token", f"from {tokens.token_source(session.settings) or 'nowhere'}")


def _ask_komet(session: Session) -> Check:
    try:
        found = session.client.list_prebooks(PrebookQuery(truck_date=session.today))
    except ApiError as exc:
        if getattr(exc, "speaks_of_token", False):
            raise type(exc)(  # type: ignore[call-arg]  # a RefusedError, the only one that speaks of the token
                f"{exc} (Komet under Setup > Settings > Tokens shows which methods a token may use)",
                http_status=getattr(exc, "http_status", 0),
                speaks_of_token=True,
            ) from None
        raise
    return fine("Komet", f"answers; {len(found)} prebooks today")


def proxy_check(settings: Settings, system: Mapping[str, str], *, reached: bool) -> Check:
    """Whether the way to Komet goes through a proxy, as this system's own programs do."""
    own, endpoint = settings.endpoint.proxy, settings.endpoint
    if endpoint.is_loopback:
        return fine("proxy", "none: Komet is on this computer")
    if own:
        return fine("proxy", without_password(own))
    theirs = system.get(urlsplit(endpoint.url).scheme) or system.get("all")
    if not theirs:
        return fine("proxy", "none")
    detail = f"none, while this computer uses {without_password(theirs)}"
    if reached:
        return fine("proxy", f"{detail}; Komet is reached without it")
    return warning("proxy", detail, "If Komet cannot be reached, set KOMET_PROXY to it (settings.toml: proxy).")


def without_password(proxy: str) -> str:
    """The address of a proxy without the name and password that it may hold."""
    head, slashes, rest = proxy.rpartition("://")
    return head + slashes + rest.rpartition("@")[2]
