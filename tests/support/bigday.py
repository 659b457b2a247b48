"""A day with as many prebook items as wanted, in place of Komet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from komet_xl.model import Prebook, PrebookItem, PrebookQuery
from komet_xl.sheets.prebooks import ITEM_FIELDS, PREBOOK_FIELDS

A_PREBOOK = 5
"""Items of one."""
DAY = date(2015, 2, 10)
VALUES: dict[str, Any] = {
    "truck_date": DAY,
    "total_price": Decimal("12.50"),
    "unit_price": Decimal("0.25"),
    "total_boxes": 3,
    "units": 10,
    "bunches": 2,
    "stems_bunch": 25,
    "total_units": 30,
}


def _value(name: str, number: int) -> Any:  # noqa: ANN401  any field of a noun
    if name in VALUES:
        return VALUES[name]
    return number if name.endswith("_id") else f"00{number % 7} {name}"


@dataclass
class BigDay:
    """What a pull needs of Komet's client and of the journal."""

    rows: int
    host: str = "127.0.0.1:1"
    quota: Any = field(default_factory=lambda: SimpleNamespace(taken=1))
    query: PrebookQuery = PrebookQuery(truck_date=DAY)  # noqa: RUF009  frozen

    @property
    def seen(self) -> Any:  # noqa: ANN401  one method
        return SimpleNamespace(remember=lambda _host, _prebooks: None)

    def list_prebooks(self, _query: PrebookQuery) -> list[Prebook]:
        return [self._prebook(number) for number in range(self.rows // A_PREBOOK)]

    @staticmethod
    def _prebook(number: int) -> Prebook:
        items = tuple(
            PrebookItem(**{name: _value(name, number * A_PREBOOK + each + 1) for name in ITEM_FIELDS.values()})
            for each in range(A_PREBOOK)
        )
        return Prebook(**{name: _value(name, number + 1) for name in PREBOOK_FIELDS.values()}, items=items)
