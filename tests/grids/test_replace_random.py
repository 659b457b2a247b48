"""
Random sheets and random replacements: what a small model says must stand there, whoever reads the file.

The model knows a formula as what it means (twice the boxes of its row, the sum down to its row ...) and writes it anew
for the row and the last row that it then has. It shares nothing with the code under test.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import openpyxl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from komet_xl.grids.xlsx import open_book

from .replacing import children, ensure_rest, ensure_valid
from .workbooks import MAIN, PACKAGE_RELS, RELS, XML, make, members, sheet

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from komet_xl.grids.grid import Position

SHEET: Final = "xl/worksheets/sheet1.xml"
LEFT, RIGHT = 3, 8
"""The columns of the table, where there is one: C to H."""
FREE: Final = 12
"""Rows below a table that are free."""
ID, BOXES = 4, 6
"""Our columns: D and F."""
GAP: Final = 9
"""A column without a heading: what stands there and beyond has nothing to do with the table."""
MEANINGS: Final[dict[str, Callable[[int, int, int], str]]] = {
    "twice": lambda row, _first, _last: f"F{row}*2",
    "mixed": lambda row, first, _last: f"$F{row}*$D${first}+prebooks!D{row}",
    "share": lambda row, first, last: f"F{row}/SUM(F${first}:F${last})",
    "running": lambda row, first, _last: f"SUM(F${first}:F{row})",
    "rest": lambda row, _first, last: f"SUM(F{row}:F${last})",
    "above": lambda row, _first, _last: f"N(F{row - 1})+F{row}",
    "columns": lambda row, first, last: f'COUNTIF($D${first}:$D${last},D{row})&"D5"',
    "lookup": lambda row, _first, _last: f"SUMIF(D:D,D{row},F:F)",
    "constant": lambda _row, _first, _last: '"F5"&1',
}
"""What a formula of a row means, given that row and the first and last one."""
STUCK: Final = ("other", "named")
"""Formulas with a relative cell of another sheet: the same text wherever their row goes."""


@dataclass(frozen=True)
class Own:
    """A cell of the user's own."""

    kind: str
    """number, text, blank, one of MEANINGS, or one of STUCK."""
    seed: int
    style: int

    def shows(self, row: int, first: int, last: int) -> object:
        """What another program reads, where it stands in `row`; a formula begins with "="."""
        if self.kind in MEANINGS:
            return "=" + MEANINGS[self.kind](row, first, last)
        known = {"number": self.seed, "text": f"note <{self.seed}> & ", "blank": None}
        return known.get(self.kind, f"=other!A{self.seed}+'other'!B{self.seed}")

    def xml(self, ref: str, shown: object) -> str:
        style = f' s="{self.style}"' if self.style else ""
        if shown is None:
            return f'<c r="{ref}"{style}/>'
        if isinstance(shown, int):
            return f'<c r="{ref}"{style}><v>{shown}</v></c>'
        if self.kind == "text":
            return f'<c r="{ref}"{style} t="inlineStr"><is><t xml:space="preserve">{escape(str(shown))}</t></is></c>'
        return f'<c r="{ref}"{style} t="str"><f>{escape(str(shown)[1:])}</f><v>{self.seed}</v></c>'


@dataclass
class Sheet:
    """A sheet before and what is asked for."""

    heading: int
    count: int
    own: dict[Position, Own]
    """Cells beside ours, also left and right of the table, by row and column."""
    heights: dict[int, int]
    hidden: set[int]
    links: set[Position]
    origins: list[int | None]
    table: bool
    odd: bool
    """Laid out so that the strict reader leaves it to the other one."""
    shared: bool
    """Formulas that fill a column are written once."""
    typed_over: bool
    """Somebody has put formulas into our boxes."""
    first: int = field(init=False)
    old_last: int = field(init=False)

    def __post_init__(self) -> None:
        self.first = self.heading + 1
        self.old_last = self.heading + self.count

    @property
    def last(self) -> int:
        """The last row afterwards."""
        return self.heading + len(self.origins)

    def moves(self, column: int) -> bool:
        return not self.table or LEFT <= column <= RIGHT


KINDS = st.sampled_from(["number", "text", "blank", *MEANINGS, *STUCK])
OWN_COLUMNS = (1, 2, 3, 5, 7, 8, 9, 10)


@st.composite
def sheets(draw: st.DrawFn, *, tables: bool = True) -> Sheet:
    heading, count = draw(st.integers(1, 4)), draw(st.integers(0, 6))
    rows = range(heading + 1, heading + count + 1)
    own: dict[Position, Own] = {}
    for column in OWN_COLUMNS:
        whole = draw(st.none() | KINDS)  # a kind that fills the column
        for row in rows:
            kind = whole or draw(st.none() | KINDS)
            if kind is not None:
                own[row, column] = Own(kind, row * 10 + column, draw(st.sampled_from([0, 0, 0, 2, 6])))
    table = tables and draw(st.booleans())
    if table:  # a sheet below, which stays
        for column in draw(st.sets(st.sampled_from(OWN_COLUMNS))):
            row = heading + FREE + draw(st.integers(1, 3))
            own[row, column] = Own("number", row, 0)
    noted = [place for place in own if place[0] in rows and own[place].kind != "blank"]
    links = {place for place in noted if draw(st.integers(0, 4)) == 0}
    chosen = draw(st.permutations(list(rows)))[: draw(st.integers(0, count))]
    origins = draw(st.permutations([*chosen, *[None] * draw(st.integers(0, 5))]))
    return Sheet(
        heading,
        count,
        own,
        {row: draw(st.integers(20, 40)) for row in rows if draw(st.booleans())},
        {row for row in rows if draw(st.integers(0, 3)) == 0},
        links,
        list(origins),
        table,
        draw(st.booleans()),
        draw(st.booleans()),
        draw(st.booleans()),
    )


# --- the sheet as a file ------------------------------------------------------------------------------------------


def letter(column: int) -> str:
    return "ABCDEFGHIJ"[column - 1]


def written(path: Path, made: Sheet) -> Path:
    headings = {ID: "prebookId", BOXES: "boxes"} | {column: f"mine {column}" for column in OWN_COLUMNS if column != GAP}
    rows = {made.heading: {column: text(made.heading, column, headings[column]) for column in headings}}
    if made.heading > 1:
        rows[1] = {1: text(1, 1, "title")}
    for number in range(made.first, made.old_last + 1):
        formula = f"<f>D{number}*2</f>" if made.typed_over else ""
        rows[number] = {
            ID: f'<c r="D{number}"><v>{number}</v></c>',
            BOXES: f'<c r="F{number}" s="6">{formula}<v>5</v></c>',
        }
    for (row, column), cell in made.own.items():
        ref = f"{letter(column)}{row}"
        rows.setdefault(row, {})[column] = cell.xml(ref, cell.shows(row, made.first, made.old_last))
    if made.shared:
        share(rows, made)
    body = ""
    for number in sorted(rows):
        height = f' ht="{made.heights[number]}" customHeight="1"' if number in made.heights else ""
        hidden = ' hidden="1"' if number in made.hidden else ""
        cells = "".join(rows[number][column] for column in sorted(rows[number]))
        body += f'<row r="{number}"{height}{hidden}>{cells}</row>' + ("\n" if made.odd else "")
    links = "".join(f'<hyperlink ref="{letter(c)}{r}" location="other!A{r}{c}"/>' for r, c in sorted(made.links))
    after = f"<hyperlinks>{links}</hyperlinks>" if links else ""
    if not made.table:
        return make(path, {"prebooks": sheet(body, after=after), "other": sheet("")})
    bottom = max(made.old_last, made.first)
    columns = "".join(f'<tableColumn id="{column}" name="{headings[column]}"/>' for column in range(LEFT, RIGHT + 1))
    return make(
        path,
        {
            "prebooks": sheet(body, after=after + '<tableParts count="1"><tablePart r:id="rId1"/></tableParts>'),
            "other": sheet(""),
        },
        parts={
            "xl/tables/table1.xml": f'{XML}<table xmlns="{MAIN}" id="1" name="T" displayName="T" '
            f'ref="C{made.heading}:H{bottom}" totalsRowShown="0"><autoFilter ref="C{made.heading}:H{bottom}"/>'
            f'<tableColumns count="{RIGHT - LEFT + 1}">{columns}</tableColumns></table>',
            "xl/worksheets/_rels/sheet1.xml.rels": f'{XML}<Relationships xmlns="{PACKAGE_RELS}"><Relationship '
            f'Id="rId1" Type="{RELS}/table" Target="../tables/table1.xml"/></Relationships>',
        },
        types='<Override PartName="/xl/tables/table1.xml" ContentType="application/vnd.openxmlformats-officedocument.'
        'spreadsheetml.table+xml"/>',
    )


def text(row: int, column: int, said: str) -> str:
    return f'<c r="{letter(column)}{row}" t="inlineStr"><is><t>{said}</t></is></c>'


def share(rows: dict[int, dict[int, str]], made: Sheet) -> None:
    """Write a formula that fills a column once, as Excel does."""
    for si, column in enumerate(OWN_COLUMNS):
        cells = [made.own.get((row, column)) for row in range(made.first, made.old_last + 1)]
        kinds = {cell.kind if cell else "" for cell in cells}
        if len(cells) < 2 or len(kinds) > 1 or not kinds <= {"twice", "mixed", "running", "above", "lookup"}:
            continue
        area = f"{letter(column)}{made.first}:{letter(column)}{made.old_last}"
        for row in range(made.first, made.old_last + 1):
            start, _, rest = rows[row][column].partition("<f>")
            formula, _, rest = rest.partition("</f>")
            said = (
                f'<f t="shared" ref="{area}" si="{si}">{formula}</f>'
                if row == made.first
                else f'<f t="shared" si="{si}"/>'
            )
            rows[row][column] = start + said + rest


# --- what must come of it -----------------------------------------------------------------------------------------


def model(made: Sheet, values: list[list[int]]) -> dict[Position, object]:
    """What every cell shows afterwards, blank ones left out."""
    first, last = made.first, max(made.last, made.first)
    expected: dict[Position, object] = {}
    for (row, column), cell in made.own.items():
        if not made.moves(column) or row > made.old_last:
            expected[row, column] = cell.shows(row, made.first, made.old_last)
    for number, (origin, (one, other)) in enumerate(zip(made.origins, values, strict=True), start=first):
        expected[number, ID], expected[number, BOXES] = one, other
        for column in filter(made.moves, OWN_COLUMNS):
            if origin is not None:
                cell = made.own.get((origin, column))
                expected[number, column] = cell.shows(number, first, last) if cell else None
            else:
                expected[number, column] = filled(made, column, number, last)
    return {place: shown for place, shown in expected.items() if shown is not None}


def filled(made: Sheet, column: int, number: int, last: int) -> object:
    """What a new row gets where every row has the same formula."""
    cells = [made.own.get((row, column)) for row in range(made.first, made.old_last + 1)]
    texts = {(cell.kind, cell.seed if cell.kind in STUCK else 0) if cell else None for cell in cells}
    if len(texts) != 1 or cells[0] is None or cells[0].kind not in {*MEANINGS, *STUCK}:
        return None
    return cells[0].shows(number, made.first, last)


ROUNDS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@ROUNDS
@given(sheets())
def test_everything_stands_where_the_model_says(tmp_path: Path, made: Sheet) -> None:
    values = [[number * 100, number] for number in range(1, len(made.origins) + 1)]
    path = written(tmp_path / "b.xlsx", made)
    before = members(path)
    book = open_book(path)
    book.grid("T" if made.table else "prebooks").replace(made.heading, (ID, BOXES), values, made.origins)
    book.save()

    ensure_valid(path)
    ensure_rest(before, members(path))
    expected = model(made, values)
    page = openpyxl.load_workbook(path)["prebooks"]
    found = {
        (cell.row, cell.column): cell.value
        for row in page.iter_rows(min_row=made.first)
        for cell in row
        if cell.value is not None
    }
    assert found == expected
    ensure_looks(path, made)
    ensure_links(path, made)


def ensure_looks(path: Path, made: Sheet) -> None:
    """Formats, heights and hidden rows."""
    rows = {int(row["r"]): row for row in children(path, SHEET, "row")}
    styles = {cell["r"]: int(cell.get("s", 0)) for cell in children(path, SHEET, "c")}
    for number, origin in enumerate(made.origins, start=made.first):
        row = rows[number]
        assert (row.get("hidden") == "1") is (origin in made.hidden)
        if origin is not None:
            assert int(row.get("ht", 0)) == made.heights.get(origin, 0)
            for column in filter(made.moves, OWN_COLUMNS):
                cell = made.own.get((origin, column))
                assert styles.get(f"{letter(column)}{number}", 0) == (cell.style if cell else 0)
        assert styles[f"F{number}"] == (6 if made.count else 0)


def ensure_links(path: Path, made: Sheet) -> None:
    """Links of cells."""
    now = {each["location"]: each["ref"] for each in children(path, SHEET, "hyperlink")}
    new = {origin: number for number, origin in enumerate(made.origins, start=made.first)}
    expected = {
        f"other!A{row}{column}": f"{letter(column)}{new[row] if made.moves(column) else row}"
        for row, column in made.links
        if row in new or not made.moves(column)
    }
    assert now == expected


@ROUNDS
@given(sheets())
def test_both_ways_to_read_a_part_make_the_same_rows(tmp_path: Path, made: Sheet) -> None:
    values = [[number * 100, number] for number in range(1, len(made.origins) + 1)]
    rows = []
    for odd in (False, True):
        made.odd = odd
        path = written(tmp_path / f"{odd}.xlsx", made)
        book = open_book(path)
        book.grid("T" if made.table else "prebooks").replace(made.heading, (ID, BOXES), values, made.origins)
        book.save()
        rows.append(members(path)[SHEET].replace(b"\n", b""))

    assert rows[0] == rows[1]
