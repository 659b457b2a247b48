"""What the sandbox keeps: prebooks, their items, future inventory, customers, carriers, ledger lines. Pure.

Dates are text, `YYYY-MM-DD`; times are text, `YYYY-MM-DD hh:mm:ss` in GMT: so they travel and so they sort.
None means that Komet would leave the key out.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def units_of_a_box(unit_type: str, bunches: int, stems_bunch: int) -> int:
    """Units in one box: stems where the price is per stem, bunches otherwise."""
    return bunches * stems_bunch if unit_type == "Stem" else bunches


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One product of an assorted box."""

    product_id: int
    product_description: str
    stems_bunch: int
    bunches: int
    """Bunches of this product in one box."""
    price: Decimal


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a prebook, as sold."""

    id: int
    """Komet's prebookItemId; 0 until the store has given one."""
    vendor_id: int
    vendor_name: str
    product_id: int
    product_description: str
    box_type: str
    unit_type: str
    """Stem or Bunch: what one unit of the price is."""
    bunches: int
    """Bunches in one box."""
    stems_bunch: int
    boxes: int
    unit_price: Decimal
    """Up to three decimals."""
    mark_code: str | None = None
    brand_id: int | None = None
    brand_name: str | None = None
    vendor_ship_date: str | None = None
    unable_to_source: bool = False
    breakdowns: tuple[Breakdown, ...] = ()

    @property
    def units(self) -> int:
        """Units in one box."""
        return units_of_a_box(self.unit_type, self.bunches, self.stems_bunch)

    @property
    def total_units(self) -> int:
        """Units in all boxes."""
        return self.units * self.boxes

    @property
    def total_price(self) -> Decimal:
        """Price of all units, in cents exactly."""
        return (self.unit_price * self.total_units).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Prebook:
    """The header of a prebook. Its items are kept beside it."""

    id: int
    number: str
    truck_date: str
    type: str
    """S standing order, P standalone, D double."""
    customer_id: int
    customer_code: str
    customer_name: str
    carrier_id: int
    carrier_name: str
    ship_via: str
    ship_name: str | None = None
    ship_city: str | None = None
    ship_state: str | None = None
    ship_address: str | None = None
    ship_zip_code: str | None = None
    ship_country: str | None = None
    location_id: int | None = None
    location_name: str | None = None
    location_code: str | None = None
    customer_po_number: str | None = None
    comments: str | None = None
    sales_person_id: int | None = None
    so_number: int | None = None
    status: str = "Approved"
    e_commerce: bool = False
    checked_out: bool = False
    updated: str = "2015-02-01 12:00:00"


@dataclass(frozen=True, slots=True)
class FutureItem:
    """Boxes that are on the way and may be sold: one purchase order item."""

    id: int
    """Komet's inventoryId."""
    product_id: int
    product_description: str
    product_code: str
    grade: str
    category: str
    vendor_id: int
    vendor_name: str
    port_of_origin: str
    boxes: int
    """Boxes left."""
    box_type_id: int
    box_type: str
    unit_type: str
    bunches: int
    stems_bunch: int
    price: Decimal
    fob_price: Decimal
    available: str
    location_id: int | None = None

    @property
    def units(self) -> int:
        """Units in one box."""
        return units_of_a_box(self.unit_type, self.bunches, self.stems_bunch)

    def sold(self, boxes: int, price: Decimal, mark_code: str | None) -> Item:
        """The prebook line that selling `boxes` of this at `price` a unit makes."""
        return Item(
            id=0,
            vendor_id=self.vendor_id,
            vendor_name=self.vendor_name,
            product_id=self.product_id,
            product_description=self.product_description,
            box_type=self.box_type,
            unit_type=self.unit_type,
            bunches=self.bunches,
            stems_bunch=self.stems_bunch,
            boxes=boxes,
            unit_price=price,
            mark_code=mark_code,
            vendor_ship_date=self.available,
        )


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer, as customer.list knows it."""

    id: int
    code: str
    name: str
    active: bool
    sales_person: str
    sales_person_id: int
    customer_type: str
    updated: str
    accounting_code: str | None = None
    location_id: int | None = None


@dataclass(frozen=True, slots=True)
class Carrier:
    """A carrier, as carrier.list knows it."""

    id: int
    code: str
    name: str
    active: bool
    street: str
    city: str
    state: str
    zip_code: str
    country: str
    phone: str


@dataclass(frozen=True, slots=True)
class NewLine:
    """A checked prebook.future.item.add: well formed, not yet known to fit the stock."""

    prebook_id: int
    inventory_id: int
    boxes: int
    price: Decimal
    """Exactly two decimals."""
    mark_code: str | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One line that prebook.future.item.add really added. The truth that tests compare with."""

    n: int
    """Order of application, from 1."""
    at: str
    """When, GMT, `YYYY-MM-DDThh:mm:ss.mmmZ`."""
    prebook_id: int
    inventory_id: int
    boxes: int
    price: Decimal
    """Exactly two decimals."""
    mark_code: str | None
    prebook_item_id: int


@dataclass(frozen=True, slots=True)
class World:
    """Everything a sandbox starts with."""

    prebooks: tuple[tuple[Prebook, tuple[Item, ...]], ...]
    inventory: tuple[FutureItem, ...]
    customers: tuple[Customer, ...]
    carriers: tuple[Carrier, ...]

    def __add__(self, other: World) -> World:
        """Both together; ids must not meet."""
        return World(
            self.prebooks + other.prebooks,
            self.inventory + other.inventory,
            self.customers + other.customers,
            self.carriers + other.carriers,
        )
