"""The prebooks of one day as formulas see them: found by number, as tables, added up. Pure but for its memory.

A day is made once from a snapshot and asked thousands of times, so each answer is kept beside what it was made of.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from komet_xl.errors import UsageError
from komet_xl.model import PrebookQuery
from komet_xl.sheets import prebooks as table
from komet_xl.sheets.headings import squeeze

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from datetime import date
    from decimal import Decimal

    from komet_xl.model import Prebook, PrebookItem
    from komet_xl.sheets.prebooks import Row, Value

    Rows: TypeAlias = "list[Row]"
    """Rows of equal length, the headings first."""
    Labelled: TypeAlias = "Iterator[tuple[str, Prebook, PrebookItem | None]]"

SUMMED: Final = ("totalBoxes", "totalUnits")
"""Item fields that a prebook shows as the sum over its items."""
COUNTED: Final = ("items", *SUMMED)
"""What a prebook shows besides its own fields."""
TOTALS: Final = ("totalBoxes", "totalUnits", "totalPrice", "items", "prebooks")
"""What a day can be added up by."""
NO_ROWS: Final = "no rows"
BLANK: Final = "(blank)"
"""The label of what has none."""
SHORT: Final = {
    "customer": "customerName",
    "vendor": "vendorName",
    "carrier": "carrierName",
    "product": "productDescription",
    "location": "locationName",
    "brand": "brandName",
    "prebook": "number",
}
"""What people call a heading when they group by it."""
HERE: Final = ("prebook", "customer", "customer_id", "carrier", "carrier_id", "po_number", "location_id")
"""Filters that are answered from the whole day, without a request of their own; Komet answers the others."""


def split(query: PrebookQuery) -> tuple[PrebookQuery, PrebookQuery]:
    """What to ask Komet, and what to choose from its answer."""
    here = PrebookQuery(**{name: getattr(query, name) for name in HERE})
    return replace(query, **dict.fromkeys(HERE)), here


def chosen(prebooks: Iterable[Prebook], here: PrebookQuery) -> tuple[Prebook, ...]:
    """The prebooks that fit, as Komet's own filters choose: part of a name or code, everything else exact."""
    asked = {each.name: getattr(here, each.name) for each in fields(here)}
    tests = [_FITS[name](value) for name, value in asked.items() if value is not None]
    return tuple(each for each in prebooks if all(fits(each) for fits in tests))


def _exactly(attribute: str) -> Callable[[int], Callable[[Prebook], bool]]:
    return lambda wanted: lambda prebook: getattr(prebook, attribute) == wanted


def _part_of(*attributes: str) -> Callable[[str], Callable[[Prebook], bool]]:
    def wanting(wanted: str) -> Callable[[Prebook], bool]:
        folded = wanted.casefold()
        return lambda prebook: any(folded in getattr(prebook, name).casefold() for name in attributes)

    return wanting


_FITS: Final[dict[str, Callable[..., Callable[[Prebook], bool]]]] = {
    "prebook": lambda wanted: lambda prebook: bare(prebook.number) == str(wanted),
    "customer": _part_of("customer_name", "customer_code"),
    "customer_id": _exactly("customer_id"),
    "carrier": _part_of("carrier_name"),
    "carrier_id": _exactly("carrier_id"),
    "po_number": lambda wanted: lambda prebook: prebook.customer_po_number.casefold() == wanted.casefold(),
    "location_id": _exactly("location_id"),
}


def bare(number: str) -> str:
    """A prebook number in the form in which numbers are compared: leading zeros and blanks do not count."""
    digits = number.strip()
    return digits.lstrip("0") or digits[:1]  # 0 is not the number of a prebook that has none


@dataclass(frozen=True)
class Day:
    """Prebooks of a day, or those of them that a filter chose."""

    day: date
    prebooks: Sequence[Prebook]
    shown: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)
    """What a cell was shown of it before, kept by whoever showed it."""

    # ------------------------------------------------------------------------------------------- one prebook

    def value(self, number: str, field: str) -> Value:
        """
        One field of the prebook with this number.

        Args:
            number: As people know it.
            field: See `to_reader`.

        Raises:
            UsageError: there is no such field.
            MissingError: there is no prebook of that number, or more than one.
        """
        read = to_reader(field)
        found = self._by_number.get(bare(number), [])
        if not found:
            raise MissingError(f"no prebook {number} on {self.day}")
        if len(found) > 1:
            ids = ", ".join(str(each.prebook_id) for each in found)
            raise MissingError(f"{len(found)} prebooks {number} on {self.day} (ids {ids})")
        return table.to_value(read(found[0]))

    @cached_property
    def _by_number(self) -> dict[str, list[Prebook]]:
        found: dict[str, list[Prebook]] = defaultdict(list)
        for each in self.prebooks:
            found[bare(each.number)].append(each)
        return dict(found)

    # ---------------------------------------------------------------------------------------------- as tables

    @cached_property
    def prebook_rows(self) -> Rows:
        """One row a prebook: its own fields, what its items add up to, then keys that we do not know."""
        heads = table.to_table(replace(each, items=()) for each in self.prebooks)
        own, known = len(table.PREBOOK_FIELDS), len(table.COLUMNS)
        headings = tuple(each.heading for each in heads.columns)
        counts = [tuple(table.to_value(_READERS[squeeze(name)](each)) for name in COUNTED) for each in self.prebooks]
        rows = [row[:own] + more + row[known:] for row, more in zip(heads.rows, counts, strict=True)]
        return with_headings(headings[:own] + COUNTED + headings[known:], rows)

    @cached_property
    def item_rows(self) -> Rows:
        """One row an item, the prebook's fields repeated: the columns of the prebooks sheet."""
        items = table.to_table(self.prebooks)
        return with_headings([each.heading for each in items.columns], items.rows)

    # ----------------------------------------------------------------------------------------------- added up

    def total(self, field: str) -> Value:
        """One of TOTALS over the whole day; None where Komet shows no prices."""
        return table.to_value(_added(self._labelled(None), field).get("", 0))

    def totals(self, field: str, by: str) -> Rows:
        """The same for each value under a heading, in the order of the alphabet."""
        sums = _added(self._labelled(by), field)
        order = sorted(sums, key=lambda label: (label == BLANK, label.casefold()))
        return with_headings([by, field], [(label, table.to_value(sums[label])) for label in order])

    def _labelled(self, heading: str | None) -> Labelled:
        """Every item with its label; a prebook without items once, for those who count prebooks."""
        of_prebook, of_item = table.PREBOOK_FIELDS.get(heading or ""), table.ITEM_FIELDS.get(heading or "")
        for prebook in self.prebooks:
            for item in prebook.items or (None,):
                label: object = ""
                if of_prebook:
                    label = getattr(prebook, of_prebook)
                elif of_item:
                    label = getattr(item, of_item) if item else None
                yield "" if heading is None else _label(label), prebook, item


class MissingError(UsageError):
    """The day has no such prebook, or several."""


def _label(value: object) -> str:
    return BLANK if value is None or value == "" else str(value)


def _added(labelled: Labelled, field: str) -> dict[str, Value]:
    """Sums by label; None where no item shows a value."""
    if field == "prebooks":
        seen: dict[str, set[int]] = defaultdict(set)
        for label, prebook, _ in labelled:
            seen[label].add(prebook.prebook_id)
        return {label: len(each) for label, each in seen.items()}
    sums: dict[str, int | Decimal] = {}
    unseen: set[str] = set()
    for label, _, item in labelled:
        if item is None:
            continue
        value = 1 if field == "items" else getattr(item, table.ITEM_FIELDS[field])
        if value is None:
            unseen.add(label)
        else:
            sums[label] = sums.get(label, 0) + value
    return dict.fromkeys(unseen) | sums


def with_headings(headings: Iterable[str], rows: Iterable[Row]) -> Rows:
    """A table that is never empty: where there is nothing, it says so under its headings."""
    top = tuple(headings)
    return [top, *rows] if rows else [top, (NO_ROWS, *[None] * (len(top) - 1))]


@lru_cache(maxsize=100)
def to_total(field: str) -> str:
    """One of TOTALS, however it was written. Raises UsageError, naming those there are."""
    return _one_of(TOTALS, field, "total", TOTALS)


@lru_cache(maxsize=100)
def to_grouping(by: str) -> str:
    """The heading that a word stands for. Raises UsageError, naming those there are."""
    short = {squeeze(word): heading for word, heading in SHORT.items()}
    names = [*table.PREBOOK_FIELDS, *table.ITEM_FIELDS]
    return short.get(squeeze(by)) or _one_of(names, by, "heading", [*SHORT, *names])


def _one_of(names: Iterable[str], asked: str, what: str, shown: Iterable[str]) -> str:
    for name in names:
        if squeeze(name) == squeeze(asked):
            return name
    raise UsageError(f"there is no {what} {asked!r}; there are: {', '.join(shown)}.")


def _summing(name: str) -> Callable[[Prebook], object]:
    attribute = table.ITEM_FIELDS[name]
    return lambda prebook: sum(getattr(item, attribute) or 0 for item in prebook.items)


def _own(attribute: str) -> Callable[[Prebook], object]:
    return lambda prebook: getattr(prebook, attribute)


_READERS: Final[dict[str, Callable[[Prebook], object]]] = {
    **{squeeze(name): _own(attribute) for name, attribute in table.PREBOOK_FIELDS.items()},
    squeeze("totalPrice"): _own("total_price"),
    "items": lambda prebook: len(prebook.items),
    **{squeeze(name): _summing(name) for name in SUMMED},
}
FIELDS: Final = (*table.PREBOOK_FIELDS, "totalPrice", *COUNTED)
"""What `value` can show of a prebook."""


@lru_cache(maxsize=100)
def to_reader(field: str) -> Callable[[Prebook], object]:
    """
    What reads a field of a prebook.

    Args:
        field: A heading of the prebooks sheet that belongs to the prebook itself (`totalPrice` is its own total), or
            `items`, `totalBoxes`, `totalUnits` over all its items. Case, blanks, _ and - do not count.

    Raises:
        UsageError: there is no such field; the sentence lists those there are.
    """
    read = _READERS.get(squeeze(field))
    if read is None:
        raise UsageError(f"there is no field {field!r}; there are: {', '.join(FIELDS)}.")
    return read
