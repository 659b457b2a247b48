"""Is everything in its place? One look at settings, journal, token and the way to Komet."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

from komet_xl.errors import ApiError, KometError
from komet_xl.model import PrebookQuery
from komet_xl.tokens import token_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from komet_xl.session import Session


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    detail: str
    """What was found, or what is wrong and what to do."""
    exit_code: int = 0


def examine(session: Session) -> list[Check]:
    """Look at everything a push needs, in the order it needs it. Requests: one, when there is a token."""
    settings = session.settings
    checks = [
        Check("program", ok=True, detail=f"Python {platform.python_version()} on {platform.platform(terse=True)}"),
        Check(
            "settings", ok=True, detail=f"profile {settings.profile}, {settings.endpoint.url}; {settings.settings_file}"
        ),
    ]
    checks.append(_try("journal", lambda: _journal(session)))
    if settings.home != settings.file_home:
        checks.append(Check("Excel", ok=True, detail=f"uses another journal: {settings.file_home}"))
    checks.append(_try("token", lambda: f"from {_source(session)}"))
    if all(check.ok for check in checks):
        checks.append(_try("Komet", lambda: _ask_komet(session)))
    return checks


def _try(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, ok=True, detail=look())
    except KometError as exc:
        return Check(name, ok=False, detail=str(exc), exit_code=exc.exit_code)


def _journal(session: Session) -> str:
    journal = session.journal
    problems = journal.database.integrity()
    used = journal.counter.requests_today(session.settings.endpoint.host)
    if problems:
        return f"{session.settings.journal} is damaged: {problems[0]}"
    return f"{session.settings.journal}, sound; {used} of {session.settings.daily_limit} requests used today"


def _source(session: Session) -> str:
    _ = session.token  # says what to do when there is none
    return token_source(session.settings) or "nowhere"


def _ask_komet(session: Session) -> str:
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
    return f"answers; {len(found)} prebooks today"
