"""Which order lines are the same line, and which rows must be held. Pure: no files, no clock, no network.

A line is its content: host, prebook, inventory item, boxes, price, mark code; and among equal lines its count. It is
never a row number (rows get sorted), never the token (tokens change), never a column that people must not touch.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from komet_xl.model import CLOSED, Mark

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from komet_xl.model import OrderLine

REF_LENGTH = 6


def fingerprint(host: str, line: OrderLine) -> str:
    """Hex digest of what makes two lines equal. The mark code counts in NFC, trimmed, its case kept."""
    mark = unicodedata.normalize("NFC", line.mark_code).strip()
    parts = (
        host.lower(),
        str(line.prebook_id),
        str(line.inventory_id),
        str(line.boxes),
        f"{line.price:.2f}",
        mark,
    )
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def ref(print_: str, count: int) -> str:
    """Six characters that name the count-th of the lines with this fingerprint; A-Z and 2-7."""
    digest = hashlib.sha256(f"{print_}:{count}".encode()).digest()
    return base64.b32encode(digest)[:REF_LENGTH].decode("ascii")


class State(StrEnum):
    """Where a send stands in the journal."""

    OPEN = "open"
    """The intent is on disk, the outcome is not: it may have left."""
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    CONFIRMED = "confirmed"
    RELEASED = "released"
    """A person let the line go (again): the next push may send it."""
    UNDONE = "undone"


LIVE = frozenset({State.OPEN, State.ACCEPTED, State.UNKNOWN, State.CONFIRMED})
"""States that count as sent, over all files and for ever."""
DOUBTFUL = frozenset({State.OPEN, State.UNKNOWN})
"""States in which only a person can say whether Komet has the line."""
_SHOWS = {
    State.ACCEPTED: Mark.ACCEPTED,
    State.CONFIRMED: Mark.CONFIRMED,
    State.UNKNOWN: Mark.UNKNOWN,
    State.OPEN: Mark.UNKNOWN,
    State.RELEASED: Mark.RELEASED,
}


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal knows of one send of a fingerprint."""

    send: int
    """The journal's number of it."""
    count: int
    state: State
    here: bool = False
    """Whether it was made from the very sheet we look at."""
    shown: bool = True
    """Whether its result has reached its sheet."""
    maybe: bool = False
    """Whether a save that would show its result had begun, and nobody knows whether it ended."""
    row: int = 0
    """The row it was sent from; rows get sorted, so it only breaks ties."""

    @property
    def unshown(self) -> bool:
        """Whether this sheet should show its result and does not."""
        return self.here and not self.shown


@dataclass(frozen=True, slots=True)
class Place:
    """What is to become of one row among its equals."""

    count: int
    """Makes the row's REF."""
    act: Act
    known: Known | None = None
    """The send this row shows, repairs, or is held because of."""


class Act(StrEnum):
    """What a push does with a row that can be read."""

    CLOSED = "closed"
    """It shows a send: leave it."""
    STRANGER = "stranger"
    """It shows a send that this journal does not know: leave it, and say so."""
    REPAIR = "repair"
    """The journal has a result that never reached this row: write it, send nothing."""
    HOLD = "hold"
    SEND = "send"


_FITS: Final[tuple[Callable[[Mark, Known], bool], ...]] = (
    lambda mark, send: _SHOWS[send.state] is mark and not send.unshown,
    lambda mark, send: mark is not Mark.UNKNOWN and not send.unshown,
    lambda mark, send: _SHOWS[send.state] is mark,
)
"""Which send a row shows, best first: never one whose result is still to come while there is another."""


def settle_places(marks: Sequence[Mark], known: Iterable[Known], numbers: Sequence[int] = ()) -> list[Place]:
    """
    Decide for all rows of one fingerprint, in sheet order, which are closed, repaired, held and sent.

    With m live sends in the journal and s rows that show one, the first max(0, m - s) other rows are held; a result
    that never reached this sheet is written into one of them instead: the row it was sent from, else the first. A row
    with the user's own word is held in any case and never takes the place of one that would go. Where a crash during
    the save leaves open whether a closed row or an open one is the line, the open one is held. So rows sent now and
    sends made before can never be more than the rows there are, unless a person released one: a row goes when the
    journal has a release for this line that no send has used yet, made from this sheet or shown by the row.

    Args:
        marks: What the status cells of the rows say.
        known: What the journal has of this fingerprint: live sends, and releases that no send has followed.
        numbers: The rows' numbers in the sheet, to find the row a lost result was sent from.
    """
    numbers = numbers or [-1 - row for row in range(len(marks))]
    sends = sorted(known, key=lambda each: (each.count, each.send))
    live = [each for each in sends if each.state in LIVE]
    releases = [each for each in sends if each.state is State.RELEASED]
    places = _closed_places(marks, live, list(releases), numbers)
    matched = {place.known.send for place in places.values() if place.known}
    missing = [each for each in live if each.send not in matched]
    releases = [each for each in releases if each.send not in matched]
    taken = {each.count for each in live} | {place.count for place in places.values()}
    rest = [row for row in range(len(marks)) if row not in places and marks[row] is not Mark.OWN]
    shows_one = sum(each.known is None or each.known.state in LIVE for each in places.values())
    holds = max(len(live) - shows_one, sum(each.unshown for each in missing))
    clear = all(_tells(marks[row], each) for row, each in places.items())
    for lost in [each for each in missing if each.unshown and (clear or not each.maybe)][: len(rest)]:
        row = next((row for row in rest if numbers[row] == lost.row), rest[0])
        rest.remove(row)
        missing.remove(lost)
        holds -= 1
        places[row] = Place(lost.count, Act.REPAIR, lost)
    for row in list(rest):
        release = next((each for each in releases if marks[row] is Mark.RELEASED or each.here), None)
        if release is not None:
            rest.remove(row)
            releases.remove(release)
            places[row] = Place(_free(taken, release), Act.SEND, release)
    rest += [row for row in range(len(marks)) if row not in places and marks[row] is Mark.OWN]
    while rest:
        cause = missing.pop(0) if holds > 0 and missing else None
        at = cause.row if cause is not None and cause.here else None
        row = next((row for row in rest if numbers[row] == at and marks[row] is not Mark.OWN), rest[0])
        rest.remove(row)
        act = Act.HOLD if holds > 0 or marks[row] is Mark.OWN else Act.SEND
        holds -= 1
        places[row] = Place(_free(taken), act, cause)
    return [places[row] for row in range(len(marks))]


def _closed_places(
    marks: Sequence[Mark], live: list[Known], releases: list[Known], numbers: Sequence[int]
) -> dict[int, Place]:
    """Give each row that shows a send one of the sends: one that shows the same, else a result it has not seen.

    While there are open rows, a result that never reached the sheet is not taken for one that stands there: a row that
    was sent from another computer would hide it, and its line would go again. Only if the save had begun, and the row
    is the one it was sent from, it is.
    """
    places: dict[int, Place] = {}
    others = any(mark not in CLOSED and mark is not Mark.OWN for mark in marks)
    free = [each for each in live if not (each.unshown and others)]
    half_saved = {each.row: each for each in live if each not in free and each.maybe}
    rows = [row for row, mark in enumerate(marks) if mark in CLOSED]
    for fits in _FITS:
        for row in (row for row in rows if row not in places):
            found = next((each for each in free if fits(marks[row], each)), None)
            if found is not None:
                free.remove(found)
                places[row] = Place(found.count, Act.CLOSED, found)
    taken = {each.count for each in live}
    for row in (row for row in rows if row not in places):
        is_unknown = marks[row] is Mark.UNKNOWN
        fresh = next((each for each in (*free, *releases) if each.unshown and is_unknown), None)
        own = half_saved.get(numbers[row])
        if own is not None and (is_unknown or _SHOWS[own.state] is marks[row]):
            places[row] = Place(own.count, Act.CLOSED if _SHOWS[own.state] is marks[row] else Act.REPAIR, own)
        elif fresh is not None:
            (free if fresh.state in LIVE else releases).remove(fresh)
            places[row] = Place(fresh.count if fresh.state in LIVE else _free(taken, fresh), Act.REPAIR, fresh)
        elif free:
            other = free.pop(0)
            places[row] = Place(other.count, Act.CLOSED, other)
        else:
            places[row] = Place(_free(taken), Act.STRANGER)
    return places


def _tells(mark: Mark, place: Place) -> bool:
    """Whether a closed row shows just what the journal says of its send (or is about to be told)."""
    return place.act is Act.REPAIR or (place.known is not None and _SHOWS[place.known.state] is mark)


def _free(taken: set[int], wanted: Known | None = None) -> int:
    """The smallest count that no live send and no other row has (the released send's own, if it is free)."""
    smallest = next(count for count in range(1, len(taken) + 2) if count not in taken)
    count = wanted.count if wanted is not None and wanted.count not in taken else smallest
    taken.add(count)
    return count
