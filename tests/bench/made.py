"""What the workbook bench reads and writes: made up, the same at every run, repeating itself as real days do. Pure."""

from __future__ import annotations

import zlib
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

HEADINGS = ("prebookId", "inventoryId", "boxes", "price", "markCode", "status", "message", "our note")
STATUS, MESSAGE = HEADINGS.index("status") + 1, HEADINGS.index("message") + 1
HIDDEN_EVERY = 1_000
ITEMS_A_PREBOOK = 5
FIRST_DAY = date(2015, 2, 10)
FLOWERS = ("Rose Freedom", "Rose Explorer", "Carnation Nobbio", "Alstroemeria", "Hydrangea White", "Gypsophila")
CITIES = (("Miami", "FL"), ("Boston", "MA"), ("Chicago", "IL"), ("Newark", "NJ"), ("Atlanta", "GA"), ("Dallas", "TX"))
BOXES = ("FB", "HB", "QB", "EB")


def roll(n: int, salt: int, sides: int) -> int:
    """A number from 0 to sides - 1 that looks random; `random` would cost every measured process an import."""
    return ((n + 1) * 2_654_435_761 ^ (salt + 1) * 2_246_822_519) % 4_294_967_291 % sides


def order_rows(rows: int) -> Iterator[tuple[Any, ...]]:
    """
    A person's orders: half without a mark, a fifth with the answer of an earlier push, two thirds with a note.

    No heading row. Prices have two decimals.
    """
    for n in range(rows):
        mark = f"MARK {roll(n, 1, 900):03d}" if roll(n, 2, 2) else None
        status, message = (
            (0, f"Only {n % 9} boxes of item {9_000_000 + n} left") if roll(n, 3, 5) == 0 else (None, None)
        )
        note = f"ask Ana & José about <box {roll(n, 4, 500)}>" if roll(n, 5, 3) else None
        price = (20 + roll(n, 6, 900)) / 100
        yield 1_900_000 + n // 7, 9_000_000 + n, 1 + roll(n, 7, 40), price, mark, status, message, note


def is_hidden(n: int) -> bool:
    """Whether a person hid the n-th row of orders, counted from 0."""
    return n % HIDDEN_EVERY == HIDDEN_EVERY // 2


def messages(rows: int) -> list[str]:
    """What Komet answers to each row of orders."""
    return [f"Item {9_000_000 + n} was added to prebook {n // 7}" for n in range(rows)]


def answered_rows(rows: int) -> Iterator[tuple[Any, ...]]:
    """The orders once every row has its answer."""
    for row, message in zip(order_rows(rows), messages(rows), strict=True):
        yield (*row[: STATUS - 1], 1, message, *row[MESSAGE:])


def item_rows(rows: int) -> Iterator[tuple[Any, ...]]:
    """
    Prebook items as a pull writes them: the 39 columns of a prebooks sheet.

    400 customers, 60 vendors, 1,500 products, 5 items a prebook over 30 days. As in an answer of Komet's, the items of
    a prebook share its values as objects; two prebooks share none.
    """
    head: tuple[Any, ...] = ()
    for n in range(rows):
        if n % ITEMS_A_PREBOOK == 0:
            head = _prebook(n // ITEMS_A_PREBOOK)
        yield head + _item(n)


def _prebook(n: int) -> tuple[Any, ...]:
    customer = roll(n, 10, 400)
    city, state = CITIES[customer % len(CITIES)]
    carrier = customer % 12
    return (
        2_000_001 + n,
        f"{20_001 + n}",
        f"{'PD'[n % 2]}",
        FIRST_DAY + timedelta(days=roll(n, 11, 30)),
        50_001 + customer,
        f"{customer:05d}",
        f"{city} Flowers & Gifts {customer}",
        f"PO-{roll(n, 12, 1_000_000):06d}" if roll(n, 13, 3) else None,
        1 + carrier % 4,
        f"{city[:3].upper()}",
        f"{city}",
        1_301 + carrier,
        f"Carrier {carrier} Trucking",
        f"{'Truck' if carrier % 3 else 'Air'}",
        f"Shop {customer}",
        f"{customer * 7} Bloom Street",
        f"{city}",
        f"{state}",
        f"{2_000 + customer * 13:05d}",
        "USA",
        f"Leave at dock {n % 40}, call before {6 + n % 5} am (prebook {n})" if roll(n, 14, 4) == 0 else None,
        Decimal(10_000 + roll(n, 15, 900_000)).scaleb(-2),
    )


def _item(n: int) -> tuple[Any, ...]:
    product, vendor = roll(n, 20, 1_500), roll(n, 21, 60)
    boxes, bunches, stems = 1 + roll(n, 22, 12), 8 + roll(n, 23, 16), (10, 12, 25)[product % 3]
    price = 20 + roll(n, 24, 300)
    return (
        40_000_001 + n,
        300 + vendor,
        f"Finca {vendor} S.A.",
        5_000 + product,
        f"{FLOWERS[product % len(FLOWERS)]} {40 + product % 4 * 10} cm {product}",
        70 + vendor % 40,
        f"Brand {vendor % 40}",
        f"MARK {roll(n, 25, 900):03d}" if roll(n, 26, 2) else None,
        f"{BOXES[n % len(BOXES)]}",
        boxes,
        f"{'Bunch' if product % 3 else 'Stem'}",
        bunches * stems,
        bunches,
        stems,
        boxes * bunches * stems,
        Decimal(price).scaleb(-2),
        Decimal(price * boxes * bunches * stems).scaleb(-2),
    )


def checksum(rows: Iterable[Sequence[Any]], width: int) -> str:
    """One number for all values: equal when every cell holds the same, whichever library read it."""
    total = count = 0
    for row in rows:
        line = [_same(value) for value in row]
        line += [""] * (width - len(line))
        total = zlib.crc32("\x1f".join(line).encode(), total)
        count += 1
    return f"{count} rows {total:08x}"


def _same(value: Any) -> str:  # noqa: ANN401  whatever a library makes of a cell
    """A value as text: 5 and 5.0 are one number, a day is a day with or without midnight."""
    if value is None:
        return ""
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, date):
        return value.isoformat().removesuffix("T00:00:00")
    return repr(float(value))
