"""The day every sandbox has: 2015-02-10, the day of Komet's own sample answer, with what sells into it.

Prebooks 13010 and 13949 are the sample's; prebook 85063, on the day before, and inventory item 9999999 are
those of Komet's sample request. Item 9999991 has two boxes left, item 9999990 none. Customers, carriers and the
rest of the inventory were made up to fit.
"""

from __future__ import annotations

import json
from importlib import resources

from komet_xl.sandbox.nouns import Carrier, Customer, Prebook, World
from komet_xl.sandbox.store import future_item_from, item_from

DATA = "day_2015_02_10.json"


def first_day() -> World:
    """The sample day."""
    data = json.loads(resources.files("komet_xl.sandbox").joinpath(DATA).read_text(encoding="utf-8"))
    return World(
        prebooks=tuple(
            (Prebook(**one["prebook"]), tuple(item_from(item, item.pop("id")) for item in one["items"]))
            for one in data["prebooks"]
        ),
        inventory=tuple(future_item_from(one, one.pop("id"), one.pop("boxes")) for one in data["inventory"]),
        customers=tuple(Customer(**one) for one in data["customers"]),
        carriers=tuple(Carrier(**one) for one in data["carriers"]),
    )
