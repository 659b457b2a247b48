"""Where cells and rows say that they are: beyond the sheet, twice, out of order, nowhere."""

from __future__ import annotations

from tests.grids.hostile.case import PLAIN, PLAIN_ROWS, ROSE, Case, body, read, refused

NOWHERE = "which no sheet has"
BEYOND = "our limit is 200,000 rows"
NUMBER = "has the number"
CHANGED_SAFELY = "twice or out of order"


def cell(ref: str) -> str:
    """A row with one cell that says it stands at `ref`."""
    row = "".join(letter for letter in ref if letter.isdigit()) or "1"
    return f'<row r="{row}"><c r="{ref}"><v>5</v></c></row>'


def stated(ref: str) -> str:
    """A dimension."""
    return f'<dimension ref="{ref}"/>'


FAR = [
    refused("a cell at XFD1048576", BEYOND, body(cell("XFD1048576"))),
    refused("a cell at A1048576", BEYOND, body(cell("A1048576"))),
    refused("a cell at XFD1", BEYOND, body(cell("XFD1"))),
    refused("a cell at XFD1 without its address", BEYOND, body(f"<row>{'<c/>' * 16_383}<c><v>5</v></c></row>")),
    refused("a cell beyond XFD without its address", "beyond the last column", body(f"<row>{'<c/>' * 16_385}</row>")),
    *(
        refused(f"a cell at {ref!r}", f"{NOWHERE}|{NUMBER}|in row", body(f'<row r="1"><c r="{ref}"><v>5</v></c></row>'))
        for ref in ("", " ", "A0", "A1 ", " A1", "A", "1", "A-1", "A1.0", "R1C1", "AAAA1", "XFE1", "A1048577", "A01")
    ),
    *(
        refused(f"a cell at {ref!r} in row 1", f"{NOWHERE}|in row", body(f'<row r="1"><c r="{ref}"><v>5</v></c></row>'))
        for ref in (
            "A2",
            "A1:B2",
            "s!A1",
            "A" * 1000 + "1",
            "A" + "1" * 5000,
            "\u0391" + "1",
            "A\u0661",
            "#REF!",
            "&lt;",
        )
    ),
    read("a cell at a1", [[5]], body('<row r="1"><c r="a1"><v>5</v></c></row>')),
    read(
        "blank cells at XFD1048576",
        PLAIN,
        body(PLAIN_ROWS + '<row r="1048576"><c r="XFD1048576" s="1"/></row>', strings=ROSE),
    ),
]
ROWS = [
    *(
        refused(f"a row with the number {number!r}", NUMBER, body(f'<row r="{number}"><c><v>5</v></c></row>'))
        for number in ("0", "-1", "1000000000", "9" * 400, "1e3", "1.0", "0x1", "", " 1", "\u0661", "A", "1048577")
    ),
    read("a row number with zeros in front", [[5]], body('<row r="01"><c><v>5</v></c></row>')),
    refused("a row 1 whose cell says row 2", "in row 1", body('<row r="1"><c r="A2"><v>5</v></c></row>')),
    read(
        "the same row twice",
        [[2, 3]],
        body('<row r="1"><c r="A1"><v>1</v></c></row><row r="1"><c r="A1"><v>2</v></c><c r="B1"><v>3</v></c></row>'),
        saves=True,
    ),
    read(
        "the same row twice, each with a part",
        [[2, 3]],
        body('<row r="1"><c r="A1"><v>2</v></c></row><row r="1"><c r="B1"><v>3</v></c></row>'),
    ),
    read("the same cell twice", [[2]], body('<row r="1"><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>')),
    read(
        "the same cell twice, the later one blank",
        [[None, 7]],
        body('<row r="1"><c r="A1"><v>1</v></c><c r="A1"/><c r="B1"><v>7</v></c></row>'),
        seen_alike=False,
    ),
    read(
        "rows out of order",
        [[1], [2], [3]],
        body("".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in (3, 1, 2))),
    ),
    read("cells out of order", [[1, 2]], body('<row r="1"><c r="B1"><v>2</v></c><c r="A1"><v>1</v></c></row>')),
    read(
        "rows and cells of which some say nothing",
        [[1, 2], [3], [], [4, None, 5, 6]],
        body(
            "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
            '<row r="4"><c><v>4</v></c><c r="C4"><v>5</v></c><c><v>6</v></c></row>'
        ),
        seen_alike=True,
    ),
    read(
        "spans that lie",
        [[1, 2, 3]],
        body('<row r="1" spans="2:2"><c r="A1"><v>1</v></c><c><v>2</v></c><c><v>3</v></c></row>'),
    ),
    read("spans of nonsense", [[1]], body('<row r="1" spans="x:-1 99999999999"><c r="A1"><v>1</v></c></row>')),
    read("a height of nonsense", [[1]], body('<row r="1" ht="NaN" customHeight="x"><c r="A1"><v>1</v></c></row>')),
]
DIMENSIONS = [
    read(f"a dimension {ref!r}", PLAIN, body(PLAIN_ROWS, strings=ROSE, before=stated(ref)))
    for ref in (
        *("A1", "B2", "A1:XFD1048576", "ZZ9:A1", "XFD1048576", "A1:XFE1048577", "", "nonsense", "A0", "A1:B2:C3", "-1"),
        *("A1:" + "9" * 400, "A1 C3", "A:A", "1:1", "#REF!", "B1:B1"),
    )
]
AROUND = [
    read("a dimension twice", PLAIN, body(PLAIN_ROWS, strings=ROSE, before=stated("A1") + stated("C3"))),
    read(
        "a merge of the whole sheet",
        [["rose"]],
        body(PLAIN_ROWS, strings=ROSE, after='<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells>'),
        saves=None,
        seen_alike=False,
    ),
    read(
        "a merge of nonsense",
        PLAIN,
        body(PLAIN_ROWS, strings=ROSE, after='<mergeCells><mergeCell ref="x"/><mergeCell/></mergeCells>'),
        saves=None,
        seen_alike=False,
    ),
    read(
        "columns of nonsense",
        PLAIN,
        body(
            PLAIN_ROWS,
            strings=ROSE,
            before='<cols><col min="0" max="-1" style="x"/><col min="1" max="999999999999" style="99"/><col/></cols>',
        ),
        seen_alike=False,
    ),
    read(
        "a column format beyond all",
        PLAIN,
        body(PLAIN_ROWS, strings=ROSE, before='<cols><col min="1" max="16384" style="4294967295"/></cols>'),
    ),
    read(
        "16,384 columns with a format each",
        PLAIN,
        body(
            PLAIN_ROWS,
            strings=ROSE,
            before="<cols>" + "".join(f'<col min="{n}" max="{n}" style="1"/>' for n in range(1, 16_385)) + "</cols>",
        ),
        seen_alike=False,
    ),
    *(
        refused(
            f"an array formula over {ref!r}",
            NOWHERE,
            body(PLAIN_ROWS + f'<row r="2"><c r="C2"><f t="array" ref="{ref}">1</f></c></row>', strings=ROSE),
        )
        for ref in ("A0", "", "A1:XFE9", "x")
    ),
]
CASES: list[Case] = [*FAR, *ROWS, *DIMENSIONS, *AROUND]
