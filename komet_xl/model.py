"""The nouns of komet-xl, frozen. Pure: no files, no clock, no network.

Money is Decimal in the company's currency, ids are int (exact at any length), texts are as Komet wrote them.
`None` means that Komet did not say, never zero.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date, datetime
    from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PrebookQuery:
    """Which prebooks to list. All filters must hold; None asks nothing. Source: "Get a detailed Prebook list"."""

    truck_date: date | None = None
    """Truck date; may be left out only when both ship dates are given."""
    prebook: int | None = None
    """Prebook number as people know it (not the id)."""
    customer: str | None = None
    """Part of the customer's name or code."""
    customer_id: int | None = None
    carrier: str | None = None
    """Part of the carrier's name."""
    carrier_id: int | None = None
    salesperson_id: int | None = None
    so_number: int | None = None
    """Standing order number."""
    po_number: str | None = None
    """The customer's purchase order number."""
    location_id: int | None = None
    brand_id: int | None = None
    updated_since: datetime | None = None
    """Aware; Komet is asked in GMT, to the second."""
    ship_from: date | None = None
    """First vendor ship date."""
    ship_to: date | None = None
    """Last vendor ship date, at most 7 days after the first."""
    unable_to_source: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breakdown:
    """One product of an assorted box."""

    product_id: int | None
    product_description: str
    stems_bunch: int | None
    bunches: int | None
    price: Decimal | None
    extra: Mapping[str, object] = field(default_factory=dict)
    """Keys that we do not know, with Komet's spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PrebookItem:
    """One line of a prebook (Komet calls it a detail)."""

    item_id: int | None
    """prebookItemId; not in the readable docs, but real answers carry it."""
    vendor_id: int | None
    vendor_name: str
    product_id: int | None
    product_description: str
    brand_id: int | None
    brand_name: str
    mark_code: str
    box_type: str
    total_boxes: int | None
    unit_type: str
    """Stem or Bunch."""
    units: int | None
    """Units a box: bunches × stems for Stem, bunches for Bunch."""
    bunches: int | None
    stems_bunch: int | None
    total_units: int | None
    unit_price: Decimal | None
    """None for a Vendor token, which sees no prices."""
    total_price: Decimal | None
    breakdowns: tuple[Breakdown, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prebook:
    """A customer's order for one truck date."""

    prebook_id: int
    """Internal id: what the write methods want."""
    number: str
    """What people call it."""
    type: str
    """S standing order, P standalone, D double; others are kept."""
    truck_date: date | None
    customer_id: int | None
    customer_code: str
    customer_name: str
    customer_po_number: str
    location_id: int | None
    location_code: str
    location_name: str
    carrier_id: int | None
    carrier_name: str
    ship_via: str
    ship_name: str
    ship_address: str
    ship_city: str
    ship_state: str
    ship_zip_code: str
    ship_country: str
    comments: str
    total_price: Decimal | None
    items: tuple[PrebookItem, ...] = ()
    extra: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PrebookRef:
    """A prebook as people name it: its number on a truck date."""

    number: str
    truck_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """One row of the orders sheet, checked and ready to send."""

    row: int
    """Sheet row, counted from 1. For showing only: never an identity, rows get sorted."""
    prebook_id: int
    inventory_id: int
    boxes: int
    """Whole boxes, at least 1."""
    price: Decimal
    """Price a unit in the company's currency, exactly two decimals."""
    mark_code: str = ""
    """At most 20 characters, trimmed; "" = none."""
    truck_date: date | None = None
    """From the sheet, when it has that column; only used to find evidence later."""
    units_per_box: int | None = None
    """From the sheet, when it has that column; only used for the value estimate."""


class Mark(StrEnum):
    """What a status cell says about its row."""

    ACCEPTED = "1"
    CONFIRMED = "confirmed"
    UNKNOWN = "unknown"
    RELEASED = "released"
    OPEN = "open"
    """0, blank, not sent, invalid, held: may be sent."""
    OWN = "own"
    """A word, formula or boolean of the user's own: the row is held and the cell left as it is."""


CLOSED = frozenset({Mark.ACCEPTED, Mark.CONFIRMED, Mark.UNKNOWN})
"""Marks of a row that is never sent again by itself."""


class Verdict(StrEnum):
    """What became of a row. The values are the keys of the JSON counts."""

    READY = "ready"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    NOT_SENT = "not_sent"
    INVALID = "invalid"
    UNKNOWN = "unknown"
    HELD = "held"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row that is not blank."""

    row: int
    """Sheet row, counted from 1."""
    ref: str
    """Six characters made of content and count; "" when the row's content cannot be read."""
    verdict: Verdict
    status: str | int | None
    """What the status cell shows: 1, 0, a word, or None for blank."""
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Boxes and money of some order lines. Money is an estimate: Komet's own fee rule may differ."""

    lines: int = 0
    boxes: int = 0
    value: Decimal
    """Price × units a box × boxes, of the lines whose units a box are known."""
    fee: Decimal
    without_units: int = 0
    """Lines whose units a box are not known: their value is not in `value`."""

    @classmethod
    def of(cls, lines: Iterable[OrderLine], rate: Decimal) -> Sums:
        """Add up lines with the fee rate of the settings (0.015 is 1.5 %)."""
        chosen = list(lines)
        known = [line for line in chosen if line.units_per_box is not None]
        value = sum((line.price * (line.units_per_box or 0) * line.boxes for line in known), start=rate * 0)
        return cls(
            lines=len(chosen),
            boxes=sum(line.boxes for line in chosen),
            value=value,
            fee=value * rate,
            without_units=len(chosen) - len(known),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a push is about to do, shown before the first order leaves."""

    file: str
    sheet: str
    profile: str
    host: str
    sums: Sums
    held: tuple[Outcome, ...]
    invalid: int
    hidden: int
    """Hidden or filtered rows with an order line in them."""
    include_hidden: bool
    requests: int
    """Requests needed: one an order line, plus the reading of evidence before it."""
    requests_left: int
    """Of today's limit, as far as this journal knows."""
    notes: tuple[str, ...] = ()
    """Sentences a person must have read before saying yes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a check or a push came to: one outcome for every row that is not blank, in sheet order."""

    file: str
    sheet: str
    outcomes: tuple[Outcome, ...]
    requests: int
    """Check: requests a push would need for its order lines. Push: requests made, refused ones included."""
    notes: tuple[str, ...] = ()
    """What else a person should know, one sentence each."""
    stopped: Exception | None = None
    """Why the push ended early: an ApiError, a JournalError or a SheetError; None when it ran to its end."""

    @property
    def counts(self) -> dict[str, int]:
        """Rows by verdict, every verdict present; they add up to `len(outcomes)`."""
        found = Counter(outcome.verdict.value for outcome in self.outcomes)
        return {verdict.value: found[verdict.value] for verdict in Verdict}
