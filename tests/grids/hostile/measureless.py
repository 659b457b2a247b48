"""Elements out of all measure: depth, attributes, names, comments. Reading them rightly is as good as refusing them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.grids.hostile.case import PLAIN, PLAIN_ROWS, ROSE, Case, body, either, late
from tests.grids.hostile.documents import TABLE, tabled
from tests.grids.workbooks import STYLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.grids.hostile.case import Maker

MANY, FEW = 100_000, 20_000
CELL = '<c r="A1"><v>5</v></c>'


def nested(times: int) -> str:
    """Elements, each in the one before."""
    return "<x>" * times + "</x>" * times


def attributed(times: int) -> str:
    """An element with many attributes."""
    return "<x " + " ".join(f"a{n}=''" for n in range(times)) + "/>"


def placed(inside: Callable[[int], str]) -> Iterator[tuple[str, object, Callable[[], Maker]]]:
    """Every part that can hold such an element; fewer of them where a part is read several times."""
    row = f'<row r="1">{CELL}'
    yield "sheet", PLAIN, lambda: body(PLAIN_ROWS, strings=ROSE, before=inside(MANY))
    yield "row", [[5]], lambda: body(f"{row}{inside(MANY)}</row>")
    yield "text", PLAIN, lambda: body(PLAIN_ROWS, strings=ROSE.replace("</si>", f"{inside(MANY)}</si>"))
    end = "</styleSheet>"
    yield "styles part", PLAIN, lambda: body(PLAIN_ROWS, strings=ROSE, styles=STYLES.replace(end, inside(FEW) + end))
    yield "workbook part", PLAIN, lambda: body(PLAIN_ROWS, strings=ROSE, inside=inside(FEW))
    yield "table", [["a", "b"], [1]], lambda: partial(tabled, table=_within(TABLE, inside(FEW)))


def _within(table: str, inside: str) -> str:
    return table.replace("<autoFilter", f"{inside}<autoFilter")


def cases() -> Iterator[Case]:
    for what, inside in (("nested deep", nested), ("with many attributes", attributed)):
        for name, rows, maker in placed(inside):
            yield either(f"a {name} {what}", rows, ".", late(maker), seen_alike=False)
    row = f'<row r="1">{CELL}</row>'
    for what, maker in (
        ("an attribute of 5 MB", lambda: body(row.replace("<row", f'<row x="{"y" * 5_000_000}"'))),
        ("a name of 5 MB", lambda: body(row.replace("<c ", f"<{'y' * 5_000_000}/><c "))),
        ("a comment of 9 MB", lambda: body(f"<!--{'y' * 9_000_000}-->{row}")),
        ("20,000 houses", lambda: body(row.replace("<row", f"<row {_houses(20_000)}"))),
    ):
        yield either(what, [[5]], ".", late(maker), seen_alike=False)
    runs = body(PLAIN_ROWS, strings=f"<si>{'<r><t>ab</t></r>' * 50_000}</si>")
    yield either("a text of 50,000 runs", [["ab" * 50_000, 5]], ".", runs, seen_alike=False)


def _houses(times: int) -> str:
    return " ".join(f'xmlns:n{n}="urn:{n}"' for n in range(times))


CASES: list[Case] = list(cases())
