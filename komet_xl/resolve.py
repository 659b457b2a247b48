"""What became of unknown rows: evidence from Komet, a proposal, and a person's decision. Never sends an order."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from komet_xl.errors import ApiError, SheetError, UsageError
from komet_xl.evidence import Case, Evidence, Group, Proposal, ResolveReport, compare, line_group, to_items
from komet_xl.journal.identity import DOUBTFUL, Act, State
from komet_xl.journal.records import Intent, Send, Where, local
from komet_xl.journal.view import show_results
from komet_xl.model import CLOSED, Mark, Outcome, PrebookQuery, Verdict
from komet_xl.plan import Spot, changed, check_refs, lost_result, place_rows
from komet_xl.sheets.orders import OrderSheet, read_orders

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from komet_xl.grids.grid import Book, Grid
    from komet_xl.journal.store import Journal
    from komet_xl.komet.client import Client
    from komet_xl.model import Prebook


class UnwrittenError(SheetError):
    """The sheet could not be written. What was decided stands in the journal, and in a copy if one could be made."""

    def __init__(self, message: str, report: ResolveReport) -> None:
        super().__init__(message)
        self.report = report
        """All that the resolve came to."""


@dataclass(slots=True)
class _Resolve:
    """One resolve on its way."""

    client: Client
    journal: Journal
    grid: Grid
    where: Where
    orders: OrderSheet
    spots: list[Spot]
    doubtful: list[Send]
    """Unknown sends of this sheet, and of other files where this sheet shows their line as unknown."""
    now: dict[int, Prebook] = field(default_factory=dict)
    asked: set[date] = field(default_factory=set)
    trouble: str = ""
    """Why Komet could not be asked."""


def resolve_unknown(
    client: Client,
    book: Book,
    journal: Journal,
    *,
    sheet: str,
    account: str,
    program: str,
    accept: Collection[str] = (),
    release: Collection[str] = (),
    ask: Callable[[Case], State | None] | None = None,
) -> ResolveReport:
    """
    Show the evidence for each unknown row, and carry out what a person decided.

    Args:
        client: Komet.
        book: The workbook with the orders sheet.
        journal: Where sends and decisions are kept; a decision is on disk before the sheet shows it.
        sheet: Sheet, table or name with the order lines.
        account: Fingerprint of the token, for the journal.
        program: Name and version, for the journal.
        accept: REFs of unknown rows that were added: they become `confirmed` and count as sent.
        release: REFs of unknown rows that were not added, and of held rows that shall go: the next push sends them.
        ask: Asked about each case that no REF names; None leaves them all.

    Raises:
        UnknownRefError, UsageError: nothing was decided.
        ApiError: Komet could not be asked and nothing was decided; with REFs it is no reason to stop.
        SheetError: the sheet cannot be read or written; nothing was decided.
        UnwrittenError: the decisions stand in the journal and not in the sheet.

    Requests: one `prebook.details.list` for each truck date with an unknown line. Nothing is sent that costs money.
    """
    before = client.quota.taken
    with journal.hold(book.where):
        book.ensure_writable()
        work = _open(client, book, journal, sheet)
        held = [spot for spot in work.spots if spot.place.act is Act.HOLD]
        unknown = _unknown_refs(work)
        _check(accept, release, unknown, held)
        _look(work, must=not accept and not release)
        cases = [_case(work, ref, row, send) for ref, (row, send) in unknown.items()]
        decided = [replace(case, decision=_decision(case, accept, release, ask)) for case in cases]
        released = [spot for spot in held if spot.ref in release]
        unreadable = _unreadable(work)
        sends = _write_down(work, decided, released, account=account, program=program)
        report = ResolveReport(
            file=work.where.file,
            sheet=work.where.sheet,
            cases=tuple(decided),
            released=tuple(spot.ref for spot in released),
            requests=client.quota.taken - before,
            unreadable=tuple(unreadable),
            notes=(*([f"Komet could not be asked: {work.trouble}"] if work.trouble else []), *unreadable.values()),
        )
        _write_back(work, book, sends, report)
    return report


def _open(client: Client, book: Book, journal: Journal, sheet: str) -> _Resolve:
    grid = book.grid(sheet)
    where = Where(book.where, grid.name)
    orders = read_orders(grid.read(), hidden=grid.hidden_rows())
    refs = {row.prebook: journal.seen.ids(client.host, row.prebook) for row in orders.rows if row.prebook is not None}
    known = {ref: ids[0] for ref, ids in refs.items() if len(ids) == 1}
    orders = read_orders(grid.read(), hidden=grid.hidden_rows(), prebooks=known) if known else orders
    plain = place_rows(orders.rows, {}, client.host, where)
    spots = place_rows(orders.rows, journal.sends_like({spot.fingerprint for spot in plain}), client.host, where)
    here = [each for each in journal.sends_of_sheet(where, states=DOUBTFUL) if each.host == client.host]
    shown = [spot.send for spot in spots if spot.send and spot.send.state in DOUBTFUL and spot.row.mark is Mark.UNKNOWN]
    doubtful = {send.id: send for send in (*here, *shown)}
    return _Resolve(client, journal, grid, where, orders, spots, [doubtful[key] for key in sorted(doubtful)])


def _unknown_refs(work: _Resolve) -> dict[str, tuple[Spot | None, Send | None]]:
    """Every unknown line by REF: those the journal doubts, then rows that say unknown and have no such send."""
    row_of = {spot.send.id: spot for spot in work.spots if spot.send and spot.place.act in (Act.CLOSED, Act.REPAIR)}
    found: dict[str, tuple[Spot | None, Send | None]] = {
        send.ref: (row_of.get(send.id), send) for send in work.doubtful
    }
    for spot in work.spots:
        if spot.row.mark is Mark.UNKNOWN and spot.place.act in (Act.CLOSED, Act.STRANGER):
            found.setdefault(spot.ref, (spot, None))
    return found


def _unreadable(work: _Resolve) -> dict[int, str]:
    """Rows that say unknown and whose line nobody can tell any more, with what to do."""
    return {
        row.number: f"Row {row.number} says unknown and cannot be read ({'; '.join(row.faults) or 'no prebook'}): "
        "put it right again and resolve it, or clear its status cell once you know what became of it."
        for row in work.orders.rows
        if row.mark is Mark.UNKNOWN and row.line is None
    }


def _check(
    accept: Collection[str],
    release: Collection[str],
    unknown: dict[str, tuple[Spot | None, Send | None]],
    held: list[Spot],
) -> None:
    both = set(accept) & set(release)
    if both:
        raise UsageError(f"the REF {min(both)} is both accepted and released; decide for one.")
    check_refs([each for each in accept if each not in unknown], [])
    check_refs([each for each in release if each not in unknown], held)


# -------------------------------------------------------------------------------------------------- the evidence


def _look(work: _Resolve, *, must: bool) -> None:
    """Read the prebooks as they are now. Without an answer there is no evidence; `must` makes that an error."""
    days = {baseline.truck_date for send in work.doubtful if (baseline := work.journal.baseline(send))}
    for day in sorted(days):
        try:
            prebooks = work.client.list_prebooks(PrebookQuery(truck_date=day))
        except ApiError as exc:
            if must:
                raise
            work.trouble = str(exc)
            return
        work.journal.seen.remember(work.client.host, prebooks)
        work.asked.add(day)
        work.now |= {each.prebook_id: each for each in prebooks}


def _case(work: _Resolve, ref: str, spot: Spot | None, send: Send | None) -> Case:
    line = send.line if send else spot.row.line if spot else None
    assert line is not None  # noqa: S101  a case has a row or a send
    mark = f", mark {line.mark_code}" if line.mark_code else ""
    text = f"{line.boxes} boxes of item {line.inventory_id} at {line.price} into prebook {line.prebook_id}{mark}"
    since = f"sent {local(send.intended)} by {send.user}" if send else "marked unknown in the sheet"
    row = spot.row.number if spot else None
    return Case(ref, row, text, since, _evidence(work, send))


def _evidence(work: _Resolve, send: Send | None) -> Evidence:
    if send is None:
        return Evidence(Proposal.UNCLEAR, "this journal has no unknown send of this line; ask whoever sent it")
    if work.trouble:
        return Evidence(Proposal.UNCLEAR, "Komet could not be asked")
    baseline = work.journal.baseline(send)
    if baseline is None:
        return Evidence(Proposal.UNCLEAR, "what the prebook held before the push is not known")
    prebook = work.now.get(send.line.prebook_id)
    if prebook is None:
        return Evidence(Proposal.UNCLEAR, f"prebook {send.line.prebook_id} is no longer on {baseline.truck_date}")
    group = line_group(send.line)
    ours, doubtful = _since(work, send.line.prebook_id, send.run)
    return compare(baseline.items, to_items(prebook.items), send.line, ours=ours, doubtful=doubtful[group])


def _since(work: _Resolve, prebook_id: int, run: int) -> tuple[Counter[Group], Counter[Group]]:
    """Boxes by group that this journal has sent into a prebook from a push on: known as accepted, and in doubt.

    By the pushes' order, not by the clock: clocks are set back.
    """
    ours: Counter[Group] = Counter()
    doubtful: Counter[Group] = Counter()
    for send in work.journal.sends_since(None, [str(prebook_id)]):
        if send.host != work.client.host or send.run < run:
            continue
        if send.state in DOUBTFUL:
            doubtful[line_group(send.line)] += send.line.boxes
        elif send.state in (State.ACCEPTED, State.CONFIRMED):
            ours[line_group(send.line)] += send.line.boxes
    return ours, doubtful


# ------------------------------------------------------------------------------------------------- the decisions


def _decision(
    case: Case, accept: Collection[str], release: Collection[str], ask: Callable[[Case], State | None] | None
) -> State | None:
    if case.ref in accept:
        return State.CONFIRMED
    if case.ref in release:
        return State.RELEASED
    return ask(case) if ask is not None else None


def _write_down(
    work: _Resolve, cases: list[Case], released: list[Spot], *, account: str, program: str
) -> dict[int, Outcome]:
    """Decisions into the journal; then what the rows must show, by row."""
    sends = {send.ref: send for send in work.doubtful}
    spots = {spot.ref: spot for spot in work.spots}
    outcomes: dict[int, Outcome] = {}
    without_send: list[tuple[Spot, State, str]] = []
    for case in cases:
        if case.decision is None:
            continue
        note = f"{work.journal.who}: {case.decision} ({case.evidence.proposal}: {case.evidence.text})"
        if case.ref in sends:
            work.journal.decide(sends[case.ref].id, case.decision, note)
        else:
            without_send.append((spots[case.ref], case.decision, note))
        if case.row is not None:
            verdict = Verdict.SKIPPED if case.decision is State.CONFIRMED else Verdict.HELD
            outcomes[case.row] = Outcome(case.row, case.ref, verdict, case.decision.value, note)
    for spot in released:
        note = f"{work.journal.who}: released although an equal line was sent before"
        without_send.append((spot, State.RELEASED, note))
        outcomes[spot.row.number] = Outcome(spot.row.number, spot.ref, Verdict.HELD, State.RELEASED.value, note)
    if without_send:
        where, host = work.where, work.client.host
        run = work.journal.begin(where, profile="", host=host, account=account, program=f"{program} resolve")
        for spot, state, note in without_send:
            # A row that shows an equal line's send (of another file, or decided already) needs no second confirmation.
            if state is State.RELEASED or spot.place.act is Act.STRANGER:
                work.journal.decide_line(run, _intent(work, spot), state, note)
    return outcomes


def _intent(work: _Resolve, spot: Spot) -> Intent:
    """A row as a line of its own, for a decision about it."""
    assert spot.row.line is not None  # noqa: S101  a spot is a readable row
    count = spot.place.count
    if spot.place.act is Act.CLOSED:  # its count belongs to the send that it shows
        equals = work.journal.sends_like([spot.fingerprint])[spot.fingerprint]
        count = 1 + max(each.count for each in equals)
    return Intent(spot.row.line, spot.fingerprint, count)


def _write_back(work: _Resolve, book: Book, outcomes: dict[int, Outcome], report: ResolveReport) -> None:
    """Decisions, and results that the sheet had lost, into the sheet."""
    ids = set()
    for spot in work.spots:
        if spot.place.act is Act.REPAIR and spot.send is not None:
            outcomes.setdefault(spot.row.number, lost_result(spot.row.number, spot.send))
        if spot.send is not None and (spot.place.act is Act.REPAIR or spot.row.mark in CLOSED):
            ids.add(spot.send.id)
    refs = {each.ref for each in outcomes.values()}
    mine = work.journal.sends_of_sheet(work.where, states=frozenset(State))
    shown = [send for send in mine if send.id in ids or send.ref in refs]
    news = changed(work.orders.rows, outcomes.values())
    strange = {spot.fingerprint for spot in work.spots if spot.place.act is Act.STRANGER}
    try:
        show_results(work.journal, book, work.grid, work.orders.layout, news, shown, strange=strange)
    except SheetError as exc:
        raise UnwrittenError(str(exc), report) from None
