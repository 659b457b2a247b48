"""Makes up a season of prebooks: as many as asked for, the same ones for the same seed. Pure.

Days start on 2015-02-11, 40 prebooks each. All totals hold to the cent. Ids stay clear of the sample day's:
prebooks from 2,000,001, their numbers from 20001, items from 40,000,001, inventory from 10,000,001.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from komet_xl.sandbox import catalogue
from komet_xl.sandbox.nouns import Breakdown, Carrier, Customer, FutureItem, Item, Prebook, World

FIRST_DAY = date(2015, 2, 11)
PREBOOKS_A_DAY = 40
HALF_A_CENT = Decimal("0.005")


def season(prebooks: int, seed: int) -> World:
    """A world with that many prebooks and as many future inventory items; an empty one for none."""
    if prebooks < 1:
        return World((), (), (), ())
    maker = Season(random.Random(seed))  # noqa: S311  repeatable names and prices, no secrets
    customers = tuple(maker.customer(n) for n in range(len(catalogue.BUYERS) * 3))
    carriers = tuple(maker.carrier(n) for n in range(len(catalogue.CARRIERS)))
    return World(
        prebooks=tuple(maker.prebook(n, customers, carriers) for n in range(prebooks)),
        inventory=tuple(maker.future_item(n) for n in range(prebooks)),
        customers=customers,
        carriers=carriers,
    )


def day_of(n: int) -> date:
    """The truck date of the n-th prebook."""
    return FIRST_DAY + timedelta(days=n // PREBOOKS_A_DAY)


@dataclass
class Season:
    """One roll of the dice after the other; the order of the calls is part of the result."""

    dice: random.Random
    last_item: int = 40_000_000

    def sometimes(self, chance: float) -> bool:
        """True with that chance, 0 to 1."""
        return self.dice.random() < chance

    def customer(self, n: int) -> Customer:
        """The n-th customer: every buyer has three shops."""
        sales_person_id, sales_person = self.dice.choice(catalogue.SALES_PEOPLE)
        return Customer(
            id=50_001 + n,
            code=f"{n + 1:05d}",
            name=f"{catalogue.BUYERS[n // 3].name}{('', ' North', ' II')[n % 3]}",
            active=not self.sometimes(0.05),
            sales_person=sales_person,
            sales_person_id=sales_person_id,
            customer_type=self.dice.choice(("Retail", "Wholesale", "Supermarket")),
            updated=f"2015-01-{self.dice.randint(1, 28):02d} 09:{self.dice.randint(0, 59):02d}:00",
            accounting_code=f"AC{n:04d}" if self.sometimes(0.5) else None,
            location_id=self.dice.choice(catalogue.LOCATIONS)[0] if self.sometimes(0.3) else None,
        )

    def carrier(self, n: int) -> Carrier:
        """The n-th carrier."""
        code, name, city, state = catalogue.CARRIERS[n]
        return Carrier(
            id=1301 + n,
            code=code,
            name=name,
            active=True,
            street=f"{self.dice.randint(1, 9999)} Cargo Road",
            city=city,
            state=state,
            zip_code=f"{self.dice.randint(0, 99_999):05d}",
            country="Canada" if state == "QC" else "USA",
            phone=f"({self.dice.randint(201, 989)}) 555-01{n:02d}",
        )

    def prebook(
        self, n: int, customers: tuple[Customer, ...], carriers: tuple[Carrier, ...]
    ) -> tuple[Prebook, tuple[Item, ...]]:
        """The n-th prebook with 1 to 12 items."""
        which = self.dice.randrange(len(customers))
        customer, carrier, kind = customers[which], self.dice.choice(carriers), self.dice.choice("PPPSSD")
        header = Prebook(
            id=2_000_001 + n,
            number=str(20_001 + n),
            truck_date=day_of(n).isoformat(),
            type=kind,
            customer_id=customer.id,
            customer_code=customer.code,
            customer_name=customer.name,
            carrier_id=carrier.id,
            carrier_name=carrier.name,
            ship_via=self.dice.choice(("Warehouse", "Warehouse", "Grower")),
            sales_person_id=customer.sales_person_id,
            so_number=6000 + self.dice.randint(1, 400) if kind == "S" else None,
            status=self.dice.choice(("Approved", "Approved", "Pending")),
            e_commerce=self.sometimes(0.2),
            checked_out=self.sometimes(0.5),
            updated=f"{day_of(n) - timedelta(days=self.dice.randint(1, 9))} 10:30:00",
        )
        items = tuple(self.item(day_of(n)) for _ in range(self.dice.randint(1, 12)))
        return self.with_options(header, catalogue.BUYERS[which // 3]), items

    def with_options(self, header: Prebook, buyer: catalogue.Buyer) -> Prebook:
        """The header with some of the fields that Komet leaves out when they are empty."""
        if self.sometimes(0.8):
            header = replace(
                header,
                ship_name=f"Store {self.dice.randint(1, 40)}",
                ship_city=buyer.city,
                ship_state=buyer.state,
                ship_address=f"{self.dice.randint(1, 999)} Market Street",
                ship_zip_code=buyer.zip_code,
                ship_country=buyer.country,
            )
        if self.sometimes(0.3):
            number, name, code = self.dice.choice(catalogue.LOCATIONS)
            header = replace(header, location_id=number, location_name=name, location_code=code)
        if self.sometimes(0.4):
            header = replace(header, customer_po_number=f"PO-{self.dice.randint(1000, 99_999)}")
        if self.sometimes(0.2):
            header = replace(header, comments=self.dice.choice(catalogue.COMMENTS))
        return header

    def price(self, usual: Decimal) -> Decimal:
        """A price within a fifth of the usual one, in whole cents."""
        return (usual * self.dice.randint(80, 120) / 100).quantize(Decimal("0.01"))

    def item(self, truck_date: date) -> Item:
        """One item, with some optional fields; one in ten is an assorted box."""
        self.last_item += 1
        product = self.dice.choice(catalogue.PRODUCTS)
        vendor = self.dice.randrange(len(catalogue.VENDORS))
        _, box_type, usual = self.dice.choice(catalogue.BOX_TYPES)
        brand_id, brand_name = self.dice.choice(catalogue.BRANDS) if self.sometimes(0.4) else (None, None)
        item = Item(
            id=self.last_item,
            vendor_id=7001 + vendor,
            vendor_name=catalogue.VENDORS[vendor],
            product_id=product.id,
            product_description=product.description,
            box_type=box_type,
            unit_type=product.unit_type,
            bunches=max(3, usual + self.dice.randint(-4, 4)),
            stems_bunch=product.stems_bunch,
            boxes=self.dice.choice((1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 40)),
            unit_price=self.price(product.price),
            mark_code=self.dice.choice(catalogue.MARK_CODES) if self.sometimes(0.3) else None,
            brand_id=brand_id,
            brand_name=brand_name,
            vendor_ship_date=(truck_date - timedelta(days=self.dice.randint(1, 4))).isoformat(),
            unable_to_source=self.sometimes(0.02),
        )
        if self.sometimes(0.15) and item.total_units % 2 == 0:  # the third decimal, where the total stays in cents
            item = replace(item, unit_price=item.unit_price + HALF_A_CENT)
        return self.assorted(item) if self.sometimes(0.1) else item

    def assorted(self, item: Item) -> Item:
        """The item as a box of two or three products of one price; the bunches add up to the box."""
        parts = self.dice.sample(catalogue.PRODUCTS, self.dice.choice((2, 3)))
        bunches = [1] * len(parts)
        for _ in range(item.bunches - len(parts)):
            bunches[self.dice.randrange(len(parts))] += 1
        return replace(
            item,
            product_description=f"Assorted Box {item.product_description.split()[0]}",
            breakdowns=tuple(
                Breakdown(part.id, part.description, item.stems_bunch, count, item.unit_price)
                for part, count in zip(parts, bunches, strict=True)
            ),
        )

    def future_item(self, n: int) -> FutureItem:
        """The n-th item of future inventory, available on the n-th prebook's day."""
        product = self.dice.choice(catalogue.PRODUCTS)
        vendor = self.dice.randrange(len(catalogue.VENDORS))
        box_type_id, box_type, usual = self.dice.choice(catalogue.BOX_TYPES)
        price = self.price(product.price)
        return FutureItem(
            id=10_000_001 + n,
            product_id=product.id,
            product_description=product.description,
            product_code=f"P{product.id}",
            grade=product.grade,
            category=product.category,
            vendor_id=7001 + vendor,
            vendor_name=catalogue.VENDORS[vendor],
            port_of_origin=self.dice.choice(catalogue.PORTS),
            boxes=self.dice.randint(20, 400),
            box_type_id=box_type_id,
            box_type=box_type,
            unit_type=product.unit_type,
            bunches=usual,
            stems_bunch=product.stems_bunch,
            price=price,
            fob_price=(price * 3 / 4).quantize(Decimal("0.01")),
            available=day_of(n).isoformat(),
            location_id=self.dice.choice(catalogue.LOCATIONS)[0] if self.sometimes(0.3) else None,
        )
