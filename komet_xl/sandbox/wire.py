"""From nouns to the JSON that Komet answers with, in Komet's spelling. Pure.

Spelling follows Komet's own sample answers: `shipVia`, status as a number, `number` and money as text,
unit prices with three decimals, totals with thousands commas, keys without a value left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from komet_xl.sandbox.nouns import Breakdown, Carrier, Customer, FutureItem, Item, LedgerLine, Prebook

Json = dict[str, object]


def unit_price(value: Decimal) -> str:
    """1.250: three decimals, no comma."""
    return f"{value:.3f}"


def money(value: Decimal) -> str:
    """3,000.00: two decimals, thousands commas."""
    return f"{value:,.2f}"


def price(value: Decimal) -> str:
    """2.50: two decimals, no comma."""
    return f"{value:.2f}"


def known(fields: Json) -> Json:
    """The fields that have a value."""
    return {key: value for key, value in fields.items() if value is not None}


def breakdown_json(breakdown: Breakdown) -> Json:
    """One product of an assorted box."""
    return {
        "productId": breakdown.product_id,
        "productDescription": breakdown.product_description,
        "stemsBunch": breakdown.stems_bunch,
        "bunches": breakdown.bunches,
        "price": price(breakdown.price),
    }


def item_json(item: Item, *, item_ids: bool) -> Json:
    """One entry of `details`; `item_ids` says whether prebookItemId is shown."""
    return known(
        {
            "prebookItemId": item.id if item_ids else None,
            "breakdowns": [breakdown_json(part) for part in item.breakdowns],
            "vendorName": item.vendor_name,
            "boxType": item.box_type,
            "unitType": item.unit_type,
            "productDescription": item.product_description,
            "stemsBunch": item.stems_bunch,
            "unitPrice": unit_price(item.unit_price),
            "vendorId": item.vendor_id,
            "brandId": item.brand_id,
            "brandName": item.brand_name,
            "markCode": item.mark_code,
            "units": item.units,
            "productId": item.product_id,
            "totalUnits": item.total_units,
            "bunches": item.bunches,
            "totalBoxes": item.boxes,
            "totalPrice": money(item.total_price),
        }
    )


def prebook_json(prebook: Prebook, total: Decimal, details: Iterable[Json] | None = None) -> Json:
    """One entry of `prebooks`; without `details` the header alone, as prebook.list gives it."""
    return known(
        {
            "id": prebook.id,
            "number": prebook.number,
            "locationId": prebook.location_id,
            "locationName": prebook.location_name,
            "locationCode": prebook.location_code,
            "customerName": prebook.customer_name,
            "customerCode": prebook.customer_code,
            "customerId": prebook.customer_id,
            "customerPONumber": prebook.customer_po_number,
            "shipName": prebook.ship_name,
            "shipCity": prebook.ship_city,
            "shipState": prebook.ship_state,
            "shipAddress": prebook.ship_address,
            "shipZipCode": prebook.ship_zip_code,
            "shipCountry": prebook.ship_country,
            "comments": prebook.comments,
            "details": None if details is None else list(details),
            "carrierId": prebook.carrier_id,
            "shipVia": prebook.ship_via,
            "carrierName": prebook.carrier_name,
            "truckDate": prebook.truck_date,
            "type": prebook.type,
            "totalPrice": money(total),
        }
    )


def future_item_json(item: FutureItem, *, with_vendor: bool) -> Json:
    """One entry of `inventoryItems`. From `unitsPerBox` on, names are inferred; `availableDate` is ours."""
    return known(
        {
            "inventoryId": item.id,
            "companyProductId": item.product_id,
            "productDescription": item.product_description,
            "productCode": item.product_code,
            "grade": item.grade,
            "category": item.category,
            "vendor": item.vendor_name if with_vendor else None,
            "portOfOrigin": item.port_of_origin,
            "quantity": item.boxes,
            "totalUnits": item.units * item.boxes,
            "boxTypeId": item.box_type_id,
            "boxTypeCode": item.box_type,
            "unitType": item.unit_type,
            "bunches": item.bunches,
            "unitsPerBox": item.units,
            "stemsBunch": item.stems_bunch,
            "price": price(item.price),
            "fobPrice": price(item.fob_price),
            "availableDate": item.available,
        }
    )


def customer_json(customer: Customer) -> Json:
    """One entry of `customers`: id and active are text, salesPersonId is a number, as in Komet's sample."""
    return known(
        {
            "id": str(customer.id),
            "accountingCode": customer.accounting_code,
            "name": customer.name,
            "code": customer.code,
            "active": str(int(customer.active)),
            "salesPerson": customer.sales_person,
            "salesPersonId": customer.sales_person_id,
            "customerType": customer.customer_type,
            "updatedOn": customer.updated.replace(" ", "T"),
        }
    )


def carrier_json(carrier: Carrier) -> Json:
    """One entry of `carriers`: numbers are numbers, the phone is free text."""
    return {
        "id": carrier.id,
        "code": carrier.code,
        "name": carrier.name,
        "active": int(carrier.active),
        "street": carrier.street,
        "city": carrier.city,
        "state": carrier.state,
        "zipCode": carrier.zip_code,
        "country": carrier.country,
        "phone": carrier.phone,
    }


def ledger_json(line: LedgerLine) -> Json:
    """One line of the ledger, for the control plane."""
    return {
        "n": line.n,
        "at": line.at,
        "prebookId": line.prebook_id,
        "inventoryId": line.inventory_id,
        "boxes": line.boxes,
        "price": price(line.price),
        "markCode": line.mark_code,
        "prebookItemId": line.prebook_item_id,
    }
