"""Wires settings, token, journal, client and workbook together for the shells. No logic of its own."""

from __future__ import annotations

import logging
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from komet_xl import __version__
from komet_xl.errors import KometError, SheetError, TokenMissingError
from komet_xl.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date
    from types import TracebackType

    from komet_xl.evidence import Case, ResolveReport
    from komet_xl.grids.grid import Book
    from komet_xl.journal.identity import State
    from komet_xl.journal.records import Send
    from komet_xl.journal.store import Journal
    from komet_xl.komet.client import Client
    from komet_xl.komet.secret import Token
    from komet_xl.lanes import Halt
    from komet_xl.lookup import Snapshots
    from komet_xl.model import Plan, PrebookQuery, Report
    from komet_xl.pull import PullReport
    from komet_xl.push import PushOptions
    from komet_xl.settings import Settings
    from komet_xl.sheets.prebooks import Value

PROGRAM = f"komet-xl {__version__}"


class Session:
    """One person's work with one profile: everything is opened when it is first needed, and closed with the block."""

    def __init__(self, settings: Settings, *, token: Token | None = None) -> None:
        self.settings = settings
        self._token = token
        self._log: logging.Handler | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "journal" in self.__dict__:
            self.journal.close()
        if self._log is not None:
            if isinstance(value, Exception) and not isinstance(value, KometError):
                logging.getLogger("komet_xl").error("ended by an error", exc_info=value)
            logging.getLogger("komet_xl").removeHandler(self._log)
            self._log.close()

    # --------------------------------------------------------------------------------------------------- flows

    def pull(self, query: PrebookQuery, file: str | Path | Book, *, sheet: str = "prebooks") -> PullReport:
        """Prebooks into a sheet; see `komet_xl.pull.pull_prebooks`."""
        from komet_xl.pull import pull_prebooks

        self.journal  # noqa: B018  a journal that cannot be used is said before the workbook is read
        return pull_prebooks(self.client, open_or_new(file), self.journal.seen, query, sheet=sheet)

    def check(self, file: str | Path | Book, *, sheet: str = "orders") -> Report:
        """Faults of an orders sheet, offline; see `komet_xl.check.check_orders`."""
        from komet_xl.check import check_orders

        return check_orders(open_existing(file), sheet, host=self.settings.endpoint.host)

    def push(
        self,
        file: str | Path | Book,
        options: PushOptions,
        *,
        confirm: Callable[[Plan], bool],
        progress: Callable[[int, int], None] = lambda _done, _all: None,
        halt: Halt | None = None,
        pulse: Callable[[], None] = lambda: None,
    ) -> Report:
        """Order lines to Komet, each at most once; see `komet_xl.push.push_orders`."""
        from komet_xl.push import PushContext, push_orders

        context = PushContext(
            profile=self.settings.profile,
            account=self.account,
            fee_rate=self.settings.fee_rate,
            program=PROGRAM,
            today=self.today,
            notes=self._place_notes(),
        )
        book = open_existing(file)
        return push_orders(
            self.client,
            book,
            self.journal,
            options=options,
            context=context,
            confirm=confirm,
            progress=progress,
            halt=halt,
            pulse=pulse,
        )

    def resolve(
        self,
        file: str | Path | Book,
        *,
        sheet: str = "orders",
        accept: Collection[str] = (),
        release: Collection[str] = (),
        ask: Callable[[Case], State | None] | None = None,
    ) -> ResolveReport:
        """What became of unknown rows; see `komet_xl.resolve.resolve_unknown`."""
        from komet_xl.resolve import resolve_unknown

        book = open_existing(file)
        return resolve_unknown(
            self.client,
            book,
            self.journal,
            sheet=sheet,
            account=self.account,
            program=PROGRAM,
            accept=accept,
            release=release,
            ask=ask,
        )

    def lookup(self, day: date, number: str, field: str) -> Value:
        """One field of a prebook, as a formula shows it; see `komet_xl.lookup.prebook_value`. Requests: 0 or 1."""
        from komet_xl.lookup import prebook_value
        from komet_xl.model import PrebookQuery

        prebook_value((), day, number, field)  # a field that does not exist costs no request
        snapshot = self.snapshots.prebooks(self.client, PrebookQuery(truck_date=day))
        return prebook_value(snapshot.prebooks, day, number, field)

    def export(self, sends: Sequence[Send], file: str | Path | Book) -> None:
        """Lines of the journal into a new workbook; see `komet_xl.export.export_sends`."""
        from komet_xl.export import export_sends

        if not isinstance(file, str | Path):
            export_sends(file, sends)
            return
        path = Path(file)
        if path.exists():
            raise SheetError(f"{path} exists already; name a new file for the export.")
        export_sends(open_or_new(path), sends)

    # --------------------------------------------------------------------------------------------------- parts

    @cached_property
    def token(self) -> Token:
        """The token given, else KOMET_TOKEN, else the system's keyring. Raises TokenMissingError."""
        from komet_xl.tokens import find_token

        token = self._token or find_token(self.settings)
        if token is None:
            raise TokenMissingError(
                f"there is no Komet token for the profile {self.settings.profile}; run komet-xl login, "
                "or set KOMET_TOKEN."
            )
        return token

    @cached_property
    def account(self) -> str:
        """Eight digits that tell this token from another one."""
        return self.token.fingerprint(self.journal.salt)

    @cached_property
    def journal(self) -> Journal:
        """The journal. Raises JournalError."""
        from komet_xl.journal.store import Journal

        journal = Journal(self.settings.journal)
        self._start_log()
        return journal

    @cached_property
    def client(self) -> Client:
        """Komet, within today's quota."""
        from komet_xl.komet.client import Client
        from komet_xl.komet.quota import Quota
        from komet_xl.komet.transport import Transport

        transport = Transport(self.settings.endpoint, self.token, agent=PROGRAM.replace(" ", "/"))
        quota = Quota(self.journal.counter, self.settings.endpoint.host, self.settings.daily_limit)
        return Client(transport, quota)

    @cached_property
    def snapshots(self) -> Snapshots:
        """Komet's answers kept for formulas."""
        from komet_xl.lookup import Snapshots

        return Snapshots(self.settings.home / "cache", account=self.account)

    @property
    def today(self) -> date:
        """This computer's calendar day."""
        return datetime.now().astimezone().date()

    def _place_notes(self) -> tuple[str, ...]:
        if self.settings.home == self.settings.file_home:
            return ()
        here, there = self.settings.home, self.settings.file_home
        return (f"The journal is in {here}, Excel uses the one in {there}: neither knows what the other sent.",)

    def _start_log(self) -> None:
        """What happened, for an administrator, seven days; without tokens, which are masked at their source."""
        from logging.handlers import TimedRotatingFileHandler

        folder = self.settings.home / "log"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handler = TimedRotatingFileHandler(
                folder / "komet-xl.log", when="midnight", backupCount=7, encoding="utf-8", delay=True
            )
        except OSError:  # a full or closed disk stops the journal, which says so; the log never stops anything
            return
        handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
        logger = logging.getLogger("komet_xl")
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
        self._log = handler


def open_session(profile: str | None = None) -> Session:
    """A session with the settings of a profile (default: KOMET_PROFILE, else production). Use it in a with block."""
    return Session(load_settings(profile=profile))


def open_existing(file: str | Path | Book) -> Book:
    """A workbook that exists; one that is open already as it is. Raises SheetError."""
    from komet_xl.grids.xlsx import open_book

    return open_book(Path(file)) if isinstance(file, str | Path) else file


def open_or_new(file: str | Path | Book) -> Book:
    """The same, or one that comes to life when it is saved. Raises SheetError."""
    from komet_xl.grids.xlsx import new_book, open_book

    if not isinstance(file, str | Path):
        return file
    path = Path(file)
    return open_book(path) if path.exists() else new_book(path)
