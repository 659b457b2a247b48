"""Small files that would grow: parts packed tight, and parts that say less than they hold."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tests.grids.hostile.case import PLAIN, PLAIN_ROWS, ROSE, Case, alone, either, plain, refused
from tests.grids.hostile.rawzip import STORED, Entry, archive
from tests.grids.workbooks import MAIN, RELS, STYLES, XML, members, sheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.grids.hostile.case import Maker

MIB = 1024 * 1024
SHEET, STRINGS, STYLE_PART, BOOK = (
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/workbook.xml",
)
GROWS = "MiB|tight|damaged|limit|more than|too many"
NOISE = 16_000
"""Letters of a MiB that cannot be packed: about 1:60, which no ratio alone gives away."""
TEXT_PLACES = {
    "text among the shared ones": (STRINGS, f'{XML}<sst xmlns="{MAIN}"><si><t>@</t></si></sst>'),
    "text in a cell": (SHEET, sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>@</t></is></c></row>')),
    "number": (SHEET, sheet('<row r="1"><c r="A1"><v>@</v></c></row>')),
    "comment": (SHEET, sheet("<!--@-->" + PLAIN_ROWS)),
    "comment in front": (SHEET, sheet(PLAIN_ROWS, before="<!--@-->")),
    "attribute": (SHEET, sheet(f'<row r="1" x="@"/>{PLAIN_ROWS}')),
    "text between rows": (SHEET, sheet("@" + PLAIN_ROWS)),
    "text in the styles": (STYLE_PART, STYLES.replace("</styleSheet>", "<x>@</x></styleSheet>")),
    "text in the workbook part": (
        BOOK,
        (
            f'{XML}<workbook xmlns="{MAIN}" xmlns:r="{RELS}"><sheets><sheet name="s" sheetId="1" r:id="rId1"/></sheets>'
            "<x>@</x></workbook>"
        ),
    ),
}


def with_entries(*new: Callable[[], Entry], base: Maker = plain) -> Maker:
    """A workbook with members, made when they are needed, in the place of those of the same name."""

    def made(path: Path) -> None:
        base(path)
        made_now = [each() for each in new]
        replaced = {each.name for each in made_now}
        old = [Entry.of(name, data) for name, data in members(path).items() if name.encode() not in replaced]
        path.write_bytes(archive([*old, *made_now]))

    return made


def mixed(size: int, noise: int) -> bytes:
    """Letters of which some cannot be packed."""
    seed, pieces = 1, []
    for _ in range(noise):
        seed = seed * 1_103_515_245 + 12_345 & 0x7FFFFFFF
        pieces.append(97 + (seed >> 16) % 26)
    return bytes(pieces) + b"x" * (size - noise)


def grown(part: str, xml: str, megabytes: int, *, noise: int = 0) -> Entry:
    """A part with so many MiB of letters where the mark stands."""
    return repeated(part, xml, mixed(MIB, noise), megabytes)


def repeated(part: str, xml: str, piece: bytes, times: int) -> Entry:
    """A part with a piece many times over where the mark stands; without a mark at its end."""
    before, mark, after = xml.partition("@")
    if not mark:
        before, after = xml[: xml.rindex("</")], xml[xml.rindex("</") :]
    return Entry.repeated(part, [(before.encode(), 1), (piece, times), (after.encode(), 1)])


def texts() -> Iterator[Case]:
    for what, (part, xml) in TEXT_PLACES.items():
        tight, loose, small = (
            partial(grown, part, xml, 500),
            partial(grown, part, xml, 600),
            partial(grown, part, xml, 1),
        )
        for name, entry in (
            ("500 MiB, packed tight", tight),
            ("600 MiB", partial(loose, noise=NOISE)),
            ("500 MiB, said to be 10 kB", partial(lying, tight, 10_000)),
            ("500 MiB, said to be 9 MiB", partial(lying, tight, 9 * MIB)),
            ("1 MiB, said to be 199 MiB", partial(lying, small, 199 * MIB)),
            ("1 MiB, said to be 2 MiB", partial(lying, small, 2 * MIB)),
        ):
            yield refused(f"a {what} of {name}", GROWS, with_entries(entry))


def lying(entry: Callable[[], Entry], size: int) -> Entry:
    """A member that says another size."""
    return entry().but(size=size)


def celled(cell: str, times: int, width: int, *, loose: bool = False) -> Maker:
    """A sheet of equal cells; loosely packed, every row carries something that cannot be packed."""

    def entry() -> Entry:
        most = min(1000, times // width)
        noise = mixed(most * 40, most * 40 if loose else 0).decode()
        rows = "".join(f'<row x="{noise[n * 40 : n * 40 + 40]}">{cell * width}</row>' for n in range(most))
        return repeated(SHEET, sheet("@"), rows.encode(), times // width // most)

    return with_entries(entry)


def tight_cells() -> Iterator[Case]:
    for what, cell in (("blank cells", "<c/>"), ("formatted cells", '<c s="1"/>'), ("numbers", "<c><v>5</v></c>")):
        yield refused(f"6 million {what}, packed tight", GROWS, celled(cell, 6_000_000, 1000))
        yield refused(f"40 million {what}, packed tight", GROWS, celled(cell, 40_000_000, 1000))
    yield refused("10 million rows, packed tight", GROWS, celled("", 10_000_000, 1))
    shared = partial(repeated, STRINGS, f'{XML}<sst xmlns="{MAIN}">{ROSE}@</sst>', b"<si><t>a</t></si>" * 1000, 5_000)
    yield refused("5 million texts of one letter, packed tight", GROWS, with_entries(shared))


def parts() -> Iterator[Case]:
    yield alone(refused("200,000 members", "limit|damaged", partial(_many_members, wide=True)))
    few = "limit|damaged|no Excel workbook"
    yield alone(refused("200,000 members of which 3,392 are counted", few, partial(_many_members, wide=False)))
    filled = [partial(grown, f"xl/media/{n}.xml", "<x>@</x>", 100) for n in range(20)]
    yield either("2 GiB in parts that nobody reads", PLAIN, GROWS, with_entries(*filled))
    chart = partial(repeated, "xl/charts/chart1.xml", "<x>@</x>", b"<c:f>s!A1</c:f>" * 1000, 9_000)
    yield either("135 MB of a chart's formulas", PLAIN, GROWS, with_entries(chart))


def _many_members(path: Path, *, wide: bool) -> None:
    path.write_bytes(archive([Entry(b"x/%d" % n, b"", 0, 0, STORED) for n in range(200_000)], wide=wide))


CASES: list[Case] = [*texts(), *tight_cells(), *parts()]
