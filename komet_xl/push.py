"""plan → confirm → intent → send → settle → write back: order lines to Komet, each at most once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from komet_xl.caveats import about_recovered, about_requests, about_similar, about_strangers, about_token
from komet_xl.errors import JournalError, KometError, SheetError
from komet_xl.evidence import NO_EVIDENCE, dates_of, requests_for, take_baseline
from komet_xl.journal.identity import Act, State
from komet_xl.journal.records import Where
from komet_xl.journal.view import show_results
from komet_xl.lanes import Halt, send_in_lanes
from komet_xl.live import Live
from komet_xl.model import Outcome, Plan, Report, Sums, Verdict
from komet_xl.plan import Decisions, Spot, changed, decide, lost_result, place_rows
from komet_xl.prebook_ids import find_prebook_ids
from komet_xl.sending import Sender, not_sent
from komet_xl.sheets.orders import OrderSheet, read_orders, result_places

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from datetime import date
    from decimal import Decimal

    from komet_xl.grids.grid import Book, Grid
    from komet_xl.journal.records import Intent
    from komet_xl.journal.store import Journal
    from komet_xl.komet.client import Client


@dataclass(frozen=True, slots=True, kw_only=True)
class PushOptions:
    """What a person asked for."""

    sheet: str = "orders"
    rows: Collection[range] | None = None
    """Row numbers to send; None is all."""
    lanes: int = 4
    """Prebooks at a time, 1 to 8."""
    include_hidden: bool = False
    send_held: frozenset[str] = frozenset()
    """REFs of held rows that shall go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PushContext:
    """What a push needs to know of its surroundings."""

    profile: str
    account: str
    """Fingerprint of the token."""
    fee_rate: Decimal
    program: str
    """Name and version, for the journal."""
    today: date
    notes: tuple[str, ...] = ()
    """Sentences for the plan that come from the settings."""


@dataclass(slots=True)
class _Push:
    """One push on its way: what its steps hand to each other."""

    client: Client
    book: Book
    journal: Journal
    options: PushOptions
    context: PushContext
    grid: Grid
    where: Where
    orders: OrderSheet
    spots: list[Spot]
    decisions: Decisions
    notes: list[str] = field(default_factory=list)

    def report(self, outcomes: dict[int, Outcome], requests: int, stopped: Exception | None = None) -> Report:
        rows = tuple(outcomes[row.number] for row in self.orders.rows)
        return Report(
            file=self.where.file,
            sheet=self.where.sheet,
            outcomes=rows,
            requests=requests,
            notes=tuple(self.notes),
            stopped=stopped,
        )


def push_orders(
    client: Client,
    book: Book,
    journal: Journal,
    *,
    options: PushOptions,
    context: PushContext,
    confirm: Callable[[Plan], bool],
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    halt: Halt | None = None,
    pulse: Callable[[], None] = lambda: None,
) -> Report:
    """
    Send the order lines of a sheet to Komet, each at most once, and write status and message beside them.

    Every accepted line can cost the company a fee (1.5 % by default) and cannot be taken back from here.

    Args:
        client: Komet.
        book: The workbook with the orders sheet (columns: README, "The orders sheet").
        journal: Where intents and outcomes are kept.
        options: What to send.
        context: Profile, account and fee rate.
        confirm: Called once with the plan before the first order leaves, unless there is nothing to send; False sends
            nothing and leaves the sheet as it is.
        progress: Told how many of how many lines are done, from other threads.
        halt: A switch that a person may throw (Ctrl-C): requests under way are finished, the rest is not sent.
        pulse: Called a few times a second while lines are on their way, from the caller's own thread.

    Returns:
        One outcome for each row that is not blank. `stopped` says why it ended early; a SheetError there means that
        the results are in the journal and the next push or resolve writes them into the sheet.

    Raises:
        SheetError, UsageError, JournalError, ApiError: before the first order line; nothing was sent.

    Requests: one POST a line, never repeated; one GET for each truck date, for evidence; one GET where prebooks are
    named by numbers that no pull has seen.
    Source: Komet API page "Add a Future Inventory Item to a Prebook".
    """
    halt = halt or Halt()
    before = client.quota.taken
    with journal.hold(book.where) as recovered:
        book.ensure_writable()
        push = _prepare(client, book, journal, options, context)
        push.notes += about_recovered(recovered, push.decisions.repaired)
        intents = push.decisions.intents
        push.grid.ensure_writable(result_places(push.orders.layout, [each.line.row for each in intents]))
        if intents and not confirm(_plan(push)):
            push.notes = ["Nothing was sent: the push was not confirmed."]
            return push.report(_outcomes(push, {}, "the push was not confirmed"), client.quota.taken - before)
        _ensure_still_writable(book)
        sent = _send(push, progress, halt, pulse) if intents else {}
        outcomes = _outcomes(push, sent, f"the push stopped before this line: {halt.reason or 'it was not reached'}")
        troubles = filter(None, (halt.cause, _write_back(push, outcomes)))
    stopped = max(troubles, key=lambda each: getattr(each, "exit_code", 8), default=None)  # our own faults before all
    if stopped is not None and not isinstance(stopped, KometError):
        raise stopped
    return push.report(outcomes, client.quota.taken - before, stopped)


def _ensure_still_writable(book: Book) -> None:
    """Once more: a person may have thought for an hour, and opened or saved the file meanwhile."""
    try:
        book.ensure_writable()
    except SheetError as exc:
        raise SheetError(f"{exc} Nothing was sent.") from None


def _prepare(client: Client, book: Book, journal: Journal, options: PushOptions, context: PushContext) -> _Push:
    """Read the sheet and decide about every row; asks Komet only for prebook numbers it has never seen."""
    grid = book.grid(options.sheet)
    where = Where(book.where, grid.name)
    cells, hidden = grid.read(), grid.hidden_rows()
    orders = read_orders(cells, hidden=hidden)
    if any(row.prebook is not None for row in orders.rows):
        orders = read_orders(cells, hidden=hidden, prebooks=find_prebook_ids(client, journal, orders.rows))
    plain = place_rows(orders.rows, {}, client.host, where)
    spots = place_rows(orders.rows, journal.sends_like({spot.fingerprint for spot in plain}), client.host, where)
    chosen = options.rows
    decisions = decide(
        orders.rows,
        spots,
        chosen=(lambda _: True) if chosen is None else (lambda row: any(row in each for each in chosen)),
        include_hidden=options.include_hidden,
        send_held=options.send_held,
    )
    return _Push(client, book, journal, options, context, grid, where, orders, spots, decisions)


# ----------------------------------------------------------------------------------------------------- the plan


def _plan(push: _Push) -> Plan:
    lines = [each.line for each in push.decisions.intents]
    quota = push.client.quota
    needed = len(lines) + requests_for(*dates_of(push.journal, push.client.host, lines))
    left = quota.left()
    caveats = [
        *about_requests(len(lines), needed, left),
        *about_token(push.journal, push.client.host, push.context.account),
        *about_strangers(push.decisions.strangers),
        *about_similar(push.journal, push.client.host, push.decisions.intents, push.spots),
    ]
    return Plan(
        file=push.where.file,
        sheet=push.where.sheet,
        profile=push.context.profile,
        host=push.client.host,
        sums=Sums.of(lines, push.context.fee_rate),
        held=tuple(each for each in push.decisions.outcomes.values() if each.verdict is Verdict.HELD),
        invalid=sum(each.verdict is Verdict.INVALID for each in push.decisions.outcomes.values()),
        hidden=push.decisions.hidden,
        include_hidden=push.options.include_hidden,
        requests=needed,
        requests_left=left,
        notes=(*push.context.notes, *push.notes, *caveats),
    )


# ------------------------------------------------------------------------------------------- sending and writing


def _send(
    push: _Push, progress: Callable[[int, int], None], halt: Halt, pulse: Callable[[], None]
) -> dict[int, Outcome]:
    intents = push.decisions.intents
    run = push.journal.begin(
        push.where,
        profile=push.context.profile,
        host=push.client.host,
        account=push.context.account,
        program=push.context.program,
    )
    lines = [each.line for each in intents]
    if push.client.quota.left() >= len(lines) + requests_for(*dates_of(push.journal, push.client.host, lines)):
        push.notes += take_baseline(push.client, push.journal, run, lines, push.context.today)
    else:
        push.notes.append(f"Too few requests were left: {NO_EVIDENCE}.")
    finished: list[Outcome] = []
    live = Live(push.journal, push.grid, push.where, push.orders, intents) if push.book.is_open else None

    def done(outcome: Outcome) -> None:
        finished.append(outcome)
        progress(len(finished), len(intents))
        if live is not None:
            live.note(outcome)

    def beat() -> None:
        if live is not None:
            live.show()
        pulse()

    beat()  # a wish to stop may have come while the evidence was fetched
    sender = Sender(push.client, push.journal, run, halt)
    sent = send_in_lanes(intents, sender.send, lanes=push.options.lanes, halt=halt, done=done, pulse=beat)
    try:
        sent |= _left_open(push, [each for each in intents if each.line.row not in sent])
        push.journal.end(run)
    except JournalError as exc:
        halt.throw("the journal could not be written", exc)
    if halt.thrown:
        push.notes.append(f"The push stopped: {halt.reason.rstrip('.')}.")
    return sent


def _left_open(push: _Push, intents: Sequence[Intent]) -> dict[int, Outcome]:
    """Lines whose lane died between intent and outcome (a fault of this program): unknown, like after a crash."""
    open_sends = push.journal.sends_of_sheet(push.where, states={State.OPEN}) if intents else []
    refs = {send.ref: send for send in open_sends}
    return {each.line.row: lost_result(each.line.row, refs[each.ref]) for each in intents if each.ref in refs}


def _outcomes(push: _Push, sent: dict[int, Outcome], why: str) -> dict[int, Outcome]:
    """Outcome by row, of every row that is not blank; lines that were not tried did not leave, and `why`."""
    rest = [each for each in push.decisions.intents if each.line.row not in sent]
    return {**push.decisions.outcomes, **{each.line.row: not_sent(each, why) for each in rest}, **sent}


def _write_back(push: _Push, outcomes: dict[int, Outcome]) -> KometError | None:
    """Put results into the sheet, then note that they stand there. What fails here is repaired by the next push."""
    news = changed(push.orders.rows, [outcomes[row.number] for row in push.orders.rows])
    strange = {spot.fingerprint for spot in push.spots if spot.place.act is Act.STRANGER}
    try:
        known = push.journal.sends_like({spot.fingerprint for spot in push.spots})
        refs = {each.ref for each in outcomes.values() if each.verdict in (Verdict.ACCEPTED, Verdict.UNKNOWN)}
        mine = [send for group in known.values() for send in group if send.where == push.where]
        shown = [send for send in mine if send.id in push.decisions.shown or send.ref in refs]
        show_results(push.journal, push.book, push.grid, push.orders.layout, news, shown, strange=strange)
    except SheetError as exc:
        push.notes.append(str(exc))
        return exc
    except JournalError as exc:
        return exc
    return None
