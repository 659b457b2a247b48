"""Which rows of an orders sheet go, which stay, and why. Pure: the sheet and the journal's sends in, decisions out."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from komet_xl.errors import UnknownRefError, UsageError
from komet_xl.journal.identity import Act, State, fingerprint, ref, settle_places
from komet_xl.journal.records import Intent, Send, Where, local
from komet_xl.model import CLOSED, Mark, Outcome, Verdict
from komet_xl.sheets.orders import STATUS_OF

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from komet_xl.journal.identity import Place
    from komet_xl.sheets.orders import OrderRow

VERDICT_OF = {State.ACCEPTED: Verdict.ACCEPTED, State.CONFIRMED: Verdict.SKIPPED}
"""Verdict of a row whose lost result is written now; every other state is doubtful."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One readable row among its equals."""

    row: OrderRow
    fingerprint: str
    place: Place
    send: Send | None
    """The journal's send behind `place.known`."""

    @property
    def ref(self) -> str:
        """The row's REF."""
        return ref(self.fingerprint, self.place.count)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What a push would do with every row that is not blank."""

    intents: tuple[Intent, ...] = ()
    """Lines to send, in sheet order."""
    outcomes: Mapping[int, Outcome] = field(default_factory=dict)
    """Outcome by row, of every row that is not sent now."""
    shown: tuple[int, ...] = ()
    """Sends whose result the sheet shows, or will show once the outcomes are written."""
    strangers: tuple[int, ...] = ()
    """Rows that show a send which this journal does not know."""
    repaired: tuple[int, ...] = ()
    """Rows that get a result the journal has and the sheet lost."""
    hidden: int = 0
    """Rows with a line to send that a person does not see."""


def place_rows(rows: Sequence[OrderRow], sends: Mapping[str, Sequence[Send]], host: str, where: Where) -> list[Spot]:
    """Every readable row with its place among its equals, in sheet order. `sends` by fingerprint."""
    equals: dict[str, list[OrderRow]] = defaultdict(list)
    for row in rows:
        if row.line is not None:
            equals[fingerprint(host, row.line)].append(row)
    spots = []
    for print_, group in equals.items():
        known = {send.id: send for send in sends.get(print_, ())}
        marks, numbers = [row.mark for row in group], [row.number for row in group]
        places = settle_places(marks, [send.known_at(where) for send in known.values()], numbers)
        spots += [
            Spot(row, print_, place, known[place.known.send] if place.known else None)
            for row, place in zip(group, places, strict=True)
        ]
    return sorted(spots, key=lambda spot: spot.row.number)


def decide(
    rows: Sequence[OrderRow],
    spots: Sequence[Spot],
    *,
    chosen: Callable[[int], bool] = lambda _: True,
    include_hidden: bool = False,
    send_held: Collection[str] = (),
) -> Decisions:
    """
    Decide about every row.

    Args:
        rows: All rows of the sheet that are not blank.
        spots: The readable ones among them, placed.
        chosen: Whether a row number was asked for.
        include_hidden: Whether hidden and filtered rows are sent as well.
        send_held: REFs of held rows that a person lets go.

    Raises:
        UnknownRefError: a REF of `send_held` is none of a row that is held or ready.
    """
    asked = [spot for spot in spots if chosen(spot.row.number) and (include_hidden or not spot.row.hidden)]
    check_refs(send_held, [spot for spot in asked if spot.place.act in (Act.HOLD, Act.SEND, Act.REPAIR)])
    by_row = {spot.row.number: spot for spot in spots}
    outcomes: dict[int, Outcome] = {}
    intents: list[Intent] = []
    shown: list[int] = []
    repaired: list[int] = []
    hidden = 0
    for row in rows:
        spot = by_row.get(row.number)
        goes = spot is not None and _goes(spot, send_held)
        hidden += row.hidden and goes
        act = spot.place.act if spot else None
        if act is Act.CLOSED and spot is not None and spot.send is not None:
            shown.append(spot.send.id)
        if not chosen(row.number) or (row.hidden and not include_hidden):
            outcomes[row.number] = _as_it_stands(row, spot, Verdict.SKIPPED)
        elif spot is None:
            outcomes[row.number] = _without_line(row)
        elif goes:
            intents.append(_intent(spot))
        elif act is Act.REPAIR and spot.send is not None:
            shown.append(spot.send.id)
            repaired.append(row.number)
            outcomes[row.number] = lost_result(row.number, spot.send)
        else:
            outcomes[row.number] = _stays(spot)
    strangers = [
        spot.row.number for spot in spots if spot.place.act is Act.STRANGER and spot.row.mark is not Mark.UNKNOWN
    ]
    return Decisions(tuple(intents), outcomes, tuple(shown), tuple(strangers), tuple(repaired), hidden)


def check_refs(refs: Collection[str], spots: Iterable[Spot]) -> None:
    """Every REF must name exactly one of the rows. Raises UnknownRefError, or UsageError when it names two."""
    names = [spot.ref for spot in spots]
    for each in refs:
        if each not in names:
            raise UnknownRefError(
                f"the REF {each} fits no row that could be decided here; run the command without REFs to see them."
            )
        if names.count(each) > 1:
            raise UsageError(f"the REF {each} fits two rows; change the mark code of one of them.")


def similar_sends(
    intents: Sequence[Intent], spots: Sequence[Spot], earlier: Sequence[Send]
) -> list[tuple[Intent, Send]]:
    """Lines to send whose prebook and item were sent before with other boxes, price or mark, and the sheet hides it."""
    visible = {spot.send.id for spot in spots if spot.send is not None and spot.place.act is not Act.HOLD}
    found = []
    for intent in intents:
        key = (intent.line.prebook_id, intent.line.inventory_id)
        for send in earlier:
            same_item = (send.line.prebook_id, send.line.inventory_id) == key
            if same_item and send.fingerprint != intent.fingerprint and send.id not in visible:
                found.append((intent, send))
    return found


def changed(rows: Sequence[OrderRow], outcomes: Iterable[Outcome]) -> list[Outcome]:
    """The outcomes that differ from what their row shows already."""
    before = {row.number: (row.status, row.message) for row in rows}
    return [each for each in outcomes if before[each.row] != (each.status, each.message)]


def _goes(spot: Spot, send_held: Collection[str]) -> bool:
    act = spot.place.act
    if act is Act.REPAIR:
        return spot.send is not None and spot.send.state is State.RELEASED
    return act is Act.SEND or (act is Act.HOLD and spot.ref in send_held)


def _intent(spot: Spot) -> Intent:
    assert spot.row.line is not None  # noqa: S101  a spot is a readable row
    follows = spot.send if spot.send is not None and spot.send.state is State.RELEASED else None
    return Intent(spot.row.line, spot.fingerprint, spot.place.count, follows.id if follows else None)


def _as_it_stands(row: OrderRow, spot: Spot | None, verdict: Verdict) -> Outcome:
    return Outcome(row.number, spot.ref if spot else "", verdict, row.status, row.message)


def _without_line(row: OrderRow) -> Outcome:
    """Outcome of a row that has faults, or whose prebook is not found out yet."""
    if row.mark in CLOSED:
        return _as_it_stands(row, None, Verdict.UNKNOWN if row.mark is Mark.UNKNOWN else Verdict.SKIPPED)
    if row.mark is Mark.OWN:
        return _as_it_stands(row, None, Verdict.HELD)
    if row.is_pending:
        return Outcome(row.number, "", Verdict.READY, None, "")
    return Outcome(row.number, "", Verdict.INVALID, STATUS_OF[Verdict.INVALID], "; ".join(row.faults))


def _stays(spot: Spot) -> Outcome:
    """Outcome of a readable row that is neither sent nor repaired now."""
    row = spot.row
    if spot.place.act is not Act.HOLD:
        return _as_it_stands(row, spot, Verdict.UNKNOWN if row.mark is Mark.UNKNOWN else Verdict.SKIPPED)
    if row.mark is Mark.OWN:
        return _as_it_stands(row, spot, Verdict.HELD)
    return Outcome(row.number, spot.ref, Verdict.HELD, STATUS_OF[Verdict.HELD], _why_held(spot))


def lost_result(row: int, send: Send) -> Outcome:
    """What a row must show for a send that its sheet has not seen the result of."""
    verdict = VERDICT_OF.get(send.state, Verdict.UNKNOWN)
    if send.state is State.ACCEPTED:
        return Outcome(row, send.ref, verdict, STATUS_OF[verdict], send.message)
    if send.state in (State.CONFIRMED, State.RELEASED):
        return Outcome(row, send.ref, verdict, send.state.value, send.message)
    return Outcome(
        row, send.ref, verdict, STATUS_OF[verdict], unknown_message(send.message or "no outcome was recorded", send.ref)
    )


def unknown_message(what_is_known: str, name: str) -> str:
    """The message cell of an unknown row."""
    return f"{what_is_known}; it may have been added. Run Resolve before anything else (REF {name})."


def _why_held(spot: Spot) -> str:
    send = spot.send
    if send is None:
        return f"an equal line was sent before; to send this one too, release REF {spot.ref}."
    what = {State.ACCEPTED: "was accepted", State.CONFIRMED: "was confirmed"}.get(
        send.state, "went with unknown outcome"
    )
    return (
        f"an equal line {what} on {local(send.intended)} from {send.where.file}, sheet {send.where.sheet} "
        f"(REF {send.ref}); to send this one too, release REF {spot.ref}."
    )
