"""Which row of a sheet goes on in which row of a new answer. Pure. Never by position: people sort and filter.

A row is the same when it is of the same prebook and shows the same prebookItemId. Where one of the two sides has no
such id, by what else tells items apart, and among equals the first goes on in the first, the second in the second.
No old row goes on in two new ones, and rows with two different ids are never the same.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from komet_xl.sheets import cells
from komet_xl.sheets.columns import Kind

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from komet_xl.sheets.cells import Cell

ITEM: Final = "prebookItemId"
ANCHORS: Final = (("prebookId",), ("number", "truckDate"))
"""Headings that say which prebook a row is of, the best first; the first of each is needed."""

Told: TypeAlias = "int | str | date | None"
"""What a cell says, however it was typed. None = blank."""
Key: TypeAlias = "tuple[Told, ...]"


class Unreadable(str):
    """What a cell says that is no id, day or text: like nothing in an answer."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Identity:
    """By what a row is found again, besides its prebook."""

    beside_item: tuple[str, ...]
    """Headings that count together with `prebookItemId`."""
    instead_of_item: tuple[str, ...]
    """Headings that count where a row has no `prebookItemId`."""
    of_items: tuple[str, ...]
    """Headings of an item's fields: a row with all of them blank is a prebook without items, and like no item."""


class Side:
    """Rows of the sheet, or of the answer, as what their cells say."""

    def __init__(self, rows: Sequence[Sequence[Cell]], places: Mapping[str, int], kinds: Mapping[str, Kind]) -> None:
        self.rows = rows
        self.places = places
        """Position in a row by heading, counted from 0."""
        self._kinds = kinds

    def told(self, heading: str) -> Sequence[Told]:
        """What each row says under a heading; None where there is no such column."""
        place = self.places.get(heading)
        if place is None:
            return [None] * len(self.rows)
        told = _READERS[self._kinds[heading]]
        return [told(row[place]) if place < len(row) else None for row in self.rows]

    def keys(self, headings: Iterable[str]) -> list[Key]:
        """What each row says under these headings together."""
        return list(zip(*(self.told(each) for each in headings), strict=True))

    def has_item(self, headings: Iterable[str]) -> list[Told]:
        """Whether a row says anything at all under these headings: 1 or 0."""
        places = [self.places[each] for each in headings if each in self.places]
        return [int(any(place < len(row) and not cells.is_blank(row[place]) for place in places)) for row in self.rows]


def _whole(cell: Cell) -> Told:
    """85063 from 85063, 85063.0 or " 85063 "."""
    if cell is None or type(cell) is int:
        return cell
    try:
        return None if cells.is_blank(cell) else cells.whole(cell)
    except ValueError:
        return Unreadable(repr(cell))


def _day(cell: Cell) -> Told:
    try:
        return None if cells.is_blank(cell) else cells.day(cell)
    except ValueError:
        return Unreadable(repr(cell))


def _text(cell: Cell) -> Told:
    """The text in the form in which codes are compared; a number by its digits."""
    if cell is None:
        return None
    try:
        text = cells.text(cell)
    except ValueError:
        return Unreadable(repr(cell))
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():  # a grid may have put this mark in place of what it cannot keep
        text = "".join(each if each.isprintable() else "\ufffd" for each in text)
    return text or None


_READERS: Final = {Kind.ID: _whole, Kind.COUNT: _whole, Kind.DATE: _day, Kind.TEXT: _text}


def find_anchor(filled: Collection[str]) -> tuple[str, ...]:
    """The headings that say which prebook a row is of, of those with anything below them; () when none does."""
    for anchor in ANCHORS:
        if anchor[0] in filled:
            return tuple(each for each in anchor if each in filled)
    return ()


def find_origins(old: Side, new: Side, identity: Identity, anchor: tuple[str, ...]) -> list[int | None]:
    """
    For each new row the index of the old row that it continues, each at most once; None for a row that is new.

    Args:
        old: The sheet's rows; only columns that stand there count.
        new: The answer's rows.
        identity: What tells rows of this sheet apart.
        anchor: What says which prebook a row is of, at least one heading; see `find_anchor`.
    """
    origins: list[int | None] = [None] * len(new.rows)
    taken: set[int] = set()
    old_ids, new_ids = old.told(ITEM), new.told(ITEM)
    for new_has, old_has in ((True, True), (False, False), (False, True), (True, False)):
        olds = [index for index, each in enumerate(old_ids) if isinstance(each, int) is old_has and index not in taken]
        news = [index for index, each in enumerate(new_ids) if isinstance(each, int) is new_has]
        if not olds or not news:
            continue
        keys = _keys_by_id if new_has and old_has else _keys_without_id
        old_keys, new_keys = keys(old, new, identity, anchor)
        for form in (_exactly, _loosely):
            waiting: dict[Key, deque[int]] = defaultdict(deque)
            for index in olds:
                if index not in taken:
                    waiting[form(old_keys[index])].append(index)
            for index in news:
                if waiting and origins[index] is None:
                    free = waiting.get(form(new_keys[index]))
                    if free:
                        origins[index] = free.popleft()
            taken.update(each for each in origins if each is not None)
    return origins


def _keys_by_id(old: Side, new: Side, identity: Identity, anchor: tuple[str, ...]) -> tuple[list[Key], list[Key]]:
    headings = [*anchor, ITEM, *(each for each in identity.beside_item if each in old.places)]
    return old.keys(headings), new.keys(headings)


def _keys_without_id(old: Side, new: Side, identity: Identity, anchor: tuple[str, ...]) -> tuple[list[Key], list[Key]]:
    headings = [*anchor, *(each for each in identity.instead_of_item if each in old.places)]
    fields = [each for each in identity.of_items if each in old.places]
    return _with(old.keys(headings), old.has_item(fields)), _with(new.keys(headings), new.has_item(fields))


def _with(keys: list[Key], more: list[Told]) -> list[Key]:
    return [(*key, each) for key, each in zip(keys, more, strict=True)]


def _exactly(key: Key) -> Key:
    return key


def _loosely(key: Key) -> Key:
    """The key without leading zeros: a code that became a number in a spreadsheet has lost them."""
    return tuple(each.lstrip("0") if isinstance(each, str) and each.isdigit() else each for each in key)
