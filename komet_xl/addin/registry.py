"""The KOMET_ formulas: name, help, arguments, result. Pure data, no xlwings.

From this come the functions that xlwings calls, the wrappers in the add-in's VBA and docs/formulas.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CATEGORY: Final = "Komet"
"""Where Excel's function wizard lists them."""


class Result(StrEnum):
    """What a formula brings."""

    ARRAY = "array"
    """Rows with headings, which spill over the cells below and to the right."""
    VALUE = "value"
    """One cell."""
    EITHER = "either"
    """One cell, or rows where the formula is told to group."""


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a formula. Its name is a name in VBA as well, so VBA's own words are not for it."""

    name: str
    help: str
    """At most 255 characters, as Excel's function wizard shows it."""
    optional: bool = False
    is_range: bool = False
    """Whether it may be a range of two columns."""


@dataclass(frozen=True, slots=True)
class Formula:
    """One formula."""

    name: str
    help: str
    """At most 255 characters, as Excel's function wizard shows it."""
    arguments: tuple[Argument, ...]
    result: Result
    example: str
    """A formula that can be typed; A1 and A2 hold dates."""
    notes: str = ""
    """What else the documentation says."""

    @property
    def usage(self) -> str:
        """Name and arguments as a person reads them, the optional ones in brackets."""
        shown = [f"[{each.name}]" if each.optional else each.name for each in self.arguments]
        return f"{self.name}({', '.join(shown)})"


DAY: Final = Argument("day", "Truck date: a cell with a date, TODAY(), or text like 2015-02-10.")
FILTERS: Final = Argument(
    "filters",
    "Only these prebooks: text like customer=ABC; carrier=ARMELLINI, or two columns with names and values. "
    "Names are those of komet-xl pull: customer, customer-id, carrier, prebook, location-id ...",
    optional=True,
    is_range=True,
)

FORMULAS: Final = (
    Formula(
        "KOMET_PREBOOKS",
        "The prebooks of a truck date, one row each, with customer, carrier, ship-to and totals.",
        (DAY, FILTERS),
        Result.ARRAY,
        '=KOMET_PREBOOKS(A1, "carrier=armellini")',
        "The columns are the prebook's own columns of the prebooks sheet, then `items`, `totalBoxes` and `totalUnits` "
        "over all its items, then whatever else Komet sends.",
    ),
    Formula(
        "KOMET_ITEMS",
        "The prebook items of a truck date, one row each: product, vendor, boxes, units, prices, and the prebook.",
        (DAY, FILTERS),
        Result.ARRAY,
        "=KOMET_ITEMS(A1)",
        "The columns are those of the prebooks sheet. A prebook without items has one row with blank item columns.",
    ),
    Formula(
        "KOMET_PREBOOK",
        "One field of one prebook, such as its customer, carrier or total price.",
        (
            DAY,
            Argument("number", "The prebook's number, as people know it (not its id)."),
            Argument(
                "field", "A column of the prebooks sheet, such as customerName, or items, totalBoxes, totalUnits."
            ),
        ),
        Result.VALUE,
        '=KOMET_PREBOOK(A1, 13010, "customerName")',
        "Capitals, blanks, _ and - in the field do not count. `totalPrice` is the prebook's own total.",
    ),
    Formula(
        "KOMET_TOTAL",
        "Boxes, units, price, items or prebooks of a truck date, added up; with a third argument, for each customer, "
        "vendor, carrier, product ...",
        (
            DAY,
            Argument("field", "What to add up: totalBoxes, totalUnits, totalPrice, items or prebooks."),
            Argument(
                "by",
                "Group by customer, vendor, carrier, product, location, brand, prebook, or by a column of the prebooks "
                "sheet. Leave it out for one number.",
                optional=True,
            ),
            FILTERS,
        ),
        Result.EITHER,
        '=KOMET_TOTAL(A1, "totalBoxes", "customer")',
        "With `by` the result has two columns with headings, in the order of the alphabet. Where a token may not see "
        "prices, a total price is blank and not 0.",
    ),
    Formula(
        "KOMET_INVENTORY",
        "Future inventory that can be sold from one day to another; its inventoryId is what an order line needs.",
        (
            Argument("first_day", "First day it is available."),
            Argument("last_day", "Last day it is available."),
        ),
        Result.ARRAY,
        "=KOMET_INVENTORY(A1, A2)",
    ),
    Formula(
        "KOMET_CUSTOMERS",
        "Your active customers with their ids and codes.",
        (),
        Result.ARRAY,
        "=KOMET_CUSTOMERS()",
    ),
    Formula(
        "KOMET_CARRIERS",
        "Your carriers with their ids and codes.",
        (),
        Result.ARRAY,
        "=KOMET_CARRIERS()",
    ),
    Formula(
        "KOMET_AGE",
        "How many minutes ago Komet was asked for what the formulas of a truck date show.",
        (DAY,),
        Result.VALUE,
        '=KOMET_AGE(A1) & " minutes old"',
        "Asks nothing. Of several answers about the day (other filters), the oldest counts.",
    ),
    Formula(
        "KOMET_QUOTA",
        "How many requests to Komet are left today, as far as this computer knows.",
        (),
        Result.VALUE,
        "=KOMET_QUOTA()",
        "Requests of other computers and programs are not in it.",
    ),
    Formula(
        "KOMET_FEE",
        "Estimate of the fee for an order line: boxes x units a box x price x the fee rate of the settings.",
        (
            Argument("boxes", "Boxes of the line."),
            Argument("units", "Units in one box: stems or bunches, whatever the price is for."),
            Argument("price", "Price of one unit."),
        ),
        Result.VALUE,
        "=KOMET_FEE(5, 240, 1.25)",
        "The rate is `fee_rate` in settings.toml (KOMET_FEE_RATE), 0.015 where nothing is set. Blank in a blank row.",
    ),
)
"""Every formula, in the order of the documentation."""
