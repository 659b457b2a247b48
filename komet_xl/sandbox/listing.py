"""The filters of the list methods: read from the parameters, then asked of each noun. Pure.

LIKE is "contains, case ignored"; everything else is exact, case ignored where it is text. An empty parameter is
an absent one, an unknown one is passed over.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

from komet_xl.sandbox.rules import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from komet_xl.sandbox.nouns import Carrier, Customer, FutureItem, Item, Prebook

INTEGER = re.compile(r"[0-9]{1,20}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
TRUTH = {"true": True, "1": True, "false": False, "0": False}


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of one request, each read with the type it is documented with."""

    values: Mapping[str, str]

    def text(self, *names: str) -> str | None:
        """The first of `names` that has a value, in lower case."""
        return next((self.values[name].casefold() for name in names if self.values.get(name)), None)

    def integer(self, *names: str) -> int | None:
        """A whole number. Raises RefusalError."""
        value = self.text(*names)
        if value is not None and INTEGER.fullmatch(value) is None:
            raise RefusalError(f"The parameter {names[0]} must be a whole number.")
        return None if value is None else int(value)

    def flag(self, name: str) -> bool | None:
        """true, false, 1 or 0. Raises RefusalError."""
        value = self.text(name)
        if value is not None and value not in TRUTH:
            raise RefusalError(f"The parameter {name} must be true or false.")
        return None if value is None else TRUTH[value]

    def day(self, name: str) -> date | None:
        """A date, YYYY-MM-DD. Raises RefusalError."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return date.fromisoformat(value if DAY.fullmatch(value) else "")
        except ValueError:
            raise RefusalError(f"The parameter {name} must be a date (YYYY-MM-DD).") from None

    def moment(self, name: str) -> str | None:
        """A GMT time, YYYY-MM-DD hh:mm:ss. Raises RefusalError."""
        value = self.text(name)
        if value is None:
            return None
        try:
            return str(datetime.fromisoformat(value if MOMENT.fullmatch(value) else ""))
        except ValueError:
            raise RefusalError(f"The parameter {name} must be a time (YYYY-MM-DD hh:mm:ss).") from None

    def days(self, first: str, last: str) -> tuple[str, str] | None:
        """A range of dates, None if neither is given. Raises RefusalError if only one is, or if swapped."""
        start, end = self.day(first), self.day(last)
        if start is None and end is None:
            return None
        if start is None or end is None:
            raise RefusalError(f"The parameters {first} and {last} are both required.")
        if end < start:
            raise RefusalError(f"The parameter {last} must not be before {first}.")
        return start.isoformat(), end.isoformat()


def six_months_after(day: date) -> date:
    """The same day of the month six months later, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + 6, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class PrebookFilter:
    """Which prebooks prebook.details.list and prebook.list show."""

    truck_dates: tuple[str, str] | None
    """First and last truck date; None where vendor ship dates choose instead."""
    ship_dates: tuple[str, str] | None
    number: int | None
    customer: str | None
    customer_id: int | None
    carrier: str | None
    carrier_id: int | None
    sales_person_id: int | None
    so_number: int | None
    customer_po_number: str | None
    location_id: int | None
    brand_id: int | None
    updated_as_of: str | None
    unable_to_source: bool | None
    status: str | None
    e_commerce: bool | None
    checked_out: bool | None

    def accepts(self, prebook: Prebook, items: Iterable[Item]) -> bool:
        """The header fits, and if there are filters on items, one item fits them all."""
        return (
            self._dates_fit(prebook)
            and self._parties_fit(prebook)
            and self._references_fit(prebook)
            and (not self._looks_at_items or any(self._item_fits(item) for item in items))
        )

    def _dates_fit(self, prebook: Prebook) -> bool:
        return (self.truck_dates is None or self.truck_dates[0] <= prebook.truck_date <= self.truck_dates[1]) and (
            self.updated_as_of is None or prebook.updated >= self.updated_as_of
        )

    def _parties_fit(self, prebook: Prebook) -> bool:
        return (
            like(self.customer, prebook.customer_name, prebook.customer_code)
            and like(self.carrier, prebook.carrier_name)
            and self.customer_id in (None, prebook.customer_id)
            and self.carrier_id in (None, prebook.carrier_id)
            and self.sales_person_id in (None, prebook.sales_person_id)
        )

    def _references_fit(self, prebook: Prebook) -> bool:
        return (
            self.number in (None, int(prebook.number))
            and self.so_number in (None, prebook.so_number)
            and self.customer_po_number in (None, (prebook.customer_po_number or "").casefold())
            and self.location_id in (None, prebook.location_id)
            and self.status in (None, prebook.status.casefold())
            and self.e_commerce in (None, prebook.e_commerce)
            and self.checked_out in (None, prebook.checked_out)
        )

    @property
    def _looks_at_items(self) -> bool:
        return not (self.brand_id is None and self.ship_dates is None and self.unable_to_source is None)

    def _item_fits(self, item: Item) -> bool:
        return (
            self.brand_id in (None, item.brand_id)
            and (self.ship_dates is None or self.ship_dates[0] <= (item.vendor_ship_date or "") <= self.ship_dates[1])
            and self.unable_to_source in (None, item.unable_to_source)
        )


def like(wanted: str | None, *texts: str) -> bool:
    """LIKE: `wanted` is nothing, or is contained in one of `texts`, case ignored."""
    return wanted is None or any(wanted.casefold() in text.casefold() for text in texts)


def details_filter(params: Params) -> PrebookFilter:
    """The filters of prebook.details.list. Raises RefusalError."""
    day, ship_dates = params.day("date"), params.days("vendorShipDateFrom", "vendorShipDateTo")
    if day is None and ship_dates is None:
        raise RefusalError("The parameter date is required.")
    if ship_dates and date.fromisoformat(ship_dates[1]) - date.fromisoformat(ship_dates[0]) > timedelta(days=7):
        raise RefusalError("The vendor ship dates must not be more than 7 days apart.")
    truck_dates = None if day is None else (day.isoformat(), day.isoformat())
    return prebook_filter(params, truck_dates, ship_dates)


def headers_filter(params: Params) -> PrebookFilter:
    """The filters of prebook.list. Raises RefusalError."""
    dates = params.days("dateFrom", "dateTo")
    if dates is None:
        raise RefusalError("The parameters dateFrom and dateTo are both required.")
    if date.fromisoformat(dates[1]) > six_months_after(date.fromisoformat(dates[0])):
        raise RefusalError("The dates must not be more than six months apart.")
    return prebook_filter(params, dates, None)


def prebook_filter(
    params: Params, truck_dates: tuple[str, str] | None, ship_dates: tuple[str, str] | None
) -> PrebookFilter:
    """The filters that both methods share, and the few that only one documents. Raises RefusalError."""
    return PrebookFilter(
        truck_dates=truck_dates,
        ship_dates=ship_dates,
        number=params.integer("prebook"),
        customer=params.text("customer"),
        customer_id=params.integer("customerId"),
        carrier=params.text("carrierName", "carrier"),
        carrier_id=params.integer("carrierId"),
        sales_person_id=params.integer("salesPersonId"),
        so_number=params.integer("soNumber"),
        customer_po_number=params.text("customerPONumber"),
        location_id=params.integer("locationId", "CompanyLocationId"),
        brand_id=params.integer("brandId"),
        updated_as_of=params.moment("updatedAsOf"),
        unable_to_source=params.flag("unableToSource"),
        status=params.text("prebookStatus"),
        e_commerce=params.flag("isEcommerce"),
        checked_out=params.flag("checkOutStatus"),
    )


def customers_like(params: Params, customers: Iterable[Customer]) -> list[Customer]:
    """The customers that customer.list shows. Raises RefusalError."""
    number, code, name = params.integer("id"), params.text("code"), params.text("name")
    sales_person_id, location_id = params.integer("salesPersonId"), params.integer("locationId")
    since, inactive_too = params.day("updateAsOf"), params.flag("includeInactive")
    return [
        customer
        for customer in customers
        if (customer.active or inactive_too)
        and number in (None, customer.id)
        and code in (None, customer.code.casefold())
        and like(name, customer.name)
        and sales_person_id in (None, customer.sales_person_id)
        and location_id in (None, customer.location_id)
        and (since is None or customer.updated >= since.isoformat())
    ]


def carriers_like(params: Params, carriers: Iterable[Carrier]) -> list[Carrier]:
    """The carriers that carrier.list shows. Raises RefusalError."""
    number, code, name, active = (
        params.integer("id"),
        params.text("code"),
        params.text("name"),
        params.flag("active"),
    )
    return [
        carrier
        for carrier in carriers
        if number in (None, carrier.id)
        and code in (None, carrier.code.casefold())
        and like(name, carrier.name)
        and active in (None, carrier.active)
    ]


def inventory_like(params: Params, inventory: Iterable[FutureItem]) -> list[FutureItem]:
    """The items that future.inventory.openmarket.list shows: available in the range. Raises RefusalError."""
    dates, location_id = params.days("dateFrom", "dateTo"), params.integer("locationId")
    params.integer("customerId")
    if dates is None:
        raise RefusalError("The parameters dateFrom and dateTo are both required.")
    return [
        item
        for item in inventory
        if dates[0] <= item.available <= dates[1] and (location_id is None or item.location_id == location_id)
    ]
