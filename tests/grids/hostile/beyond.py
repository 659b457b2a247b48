"""Sound XML of more than any sheet needs: texts without end, millions of cells, rows and texts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.grids.hostile.bombs import (
    BOOK,
    MIB,
    NOISE,
    SHEET,
    STRINGS,
    STYLE_PART,
    TEXT_PLACES,
    grown,
    mixed,
    repeated,
    with_entries,
)
from tests.grids.hostile.case import PLAIN, PLAIN_ROWS, ROSE, Case, alone, body, either
from tests.grids.hostile.rawzip import Entry
from tests.grids.workbooks import MAIN, XML, sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL_PARTS = (STYLE_PART, BOOK)


def texts() -> Iterator[Case]:
    for what, (part, xml) in TEXT_PLACES.items():
        for megabytes in (60,) if part in SMALL_PARTS else (190, 60):
            entry = partial(grown, part, xml, megabytes, noise=NOISE)
            yield either(f"a {what} of {megabytes} MiB", None, ".", with_entries(entry))
    yield either("a sheet of 100 MiB in UTF-16", None, ".", with_entries(_utf16))


def _utf16() -> Entry:
    before, after = sheet(f"@{PLAIN_ROWS}").replace("UTF-8", "UTF-16").split("@")
    piece = mixed(MIB // 2, NOISE // 2).decode().encode("utf-16-le")
    pieces = [(b"\xff\xfe" + before.encode("utf-16-le"), 1), (piece, 100), (after.encode("utf-16-le"), 1)]
    return Entry.repeated(SHEET, pieces)


def lists() -> Iterator[Case]:
    strings = f'{XML}<sst xmlns="{MAIN}">{ROSE}@</sst>'
    noise = mixed(8_000, 8_000).decode()
    differing = "".join(f"<si><t>{noise[n * 8 : n * 8 + 8]}</t></si>" for n in range(1000)).encode()
    for what, piece in (("empty texts", b"<si/>" * 1000), ("texts that differ", differing)):
        entry = partial(repeated, STRINGS, strings, piece, 5_000)
        yield alone(either(f"5 million {what}", PLAIN, ".", with_entries(entry)))


def cells() -> Iterator[Case]:
    yield alone(either("6 million numbers as Excel writes them", None, ".", with_entries(_numbers)))
    row = f'<row r="1"><c r="A1"><v>5</v></c></row><row r="2"{" " * 300_000}spans="1:1"/>'
    yield either("a row with 300,000 blanks in its tag", [[5]], ".", body(row), seen_alike=False)


def _numbers() -> Entry:
    """100,000 rows of 60 numbers, every cell with its address and format."""
    letters = [chr(65 + n) if n < 26 else chr(64 + n // 26) + chr(65 + n % 26) for n in range(60)]
    cells = "".join(f'<c r="{each}@" s="6"><v>{n}</v></c>' for n, each in enumerate(letters))
    row = f'<row r="@">{cells}</row>'
    return Entry.of(SHEET, sheet("".join(row.replace("@", str(number)) for number in range(100_000, 200_000))), level=1)


CASES: list[Case] = [*texts(), *lists(), *cells()]
