"""Random sheets that people have worked on, refreshed with random answers: no note is lost, doubled or misplaced."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from komet_xl.grids.memory import MemoryBook
from komet_xl.sheets.cells import Formula
from komet_xl.sheets.prebooks import to_table
from tests.sheets.pulls import item, prebook, refresh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from komet_xl.model import Prebook
    from komet_xl.sheets.cells import Cell

NOTE, FORMULA, REMARK = "my note", "my formula", "my remark"
DROPPABLE = ["number", "customerName", "vendorId", "productId", "boxType", "markCode", "prebookItemId", "unitPrice"]
MANY = 1_000


@dataclass(frozen=True)
class Line:
    """An item of an answer, or a prebook without items."""

    prebook: int
    item: int | None
    product: int | None
    mark: str
    boxes: int = 1

    @property
    def empty(self) -> bool:
        return self.product is None


@st.composite
def answers(draw: st.DrawFn, *, ids: bool) -> list[Line]:
    """One answer: prebooks in any order, each with items that may be equal but for their ids."""
    lines = []
    for number in draw(st.lists(st.integers(1, 4), unique=True, max_size=4)):
        items = draw(
            st.lists(
                st.tuples(st.integers(1, 9), st.integers(1, 2), st.sampled_from(["", "7", "007", "A"])), max_size=5
            )
        )
        for place, (_, product, mark) in enumerate(items):
            lines.append(Line(number, number * MANY + place if ids else None, product, mark))
        if not items:
            lines.append(Line(number, None, None, ""))
    return lines


@st.composite
def later(draw: st.DrawFn, old: list[Line], *, ids: bool) -> list[Line]:
    """A later answer to the same question: items gone, new, changed and in another order."""
    fresh = draw(answers(ids=ids))
    new = [replace(each, item=each.item and each.item + MANY * MANY) for each in fresh if not each.empty]
    kept = [replace(each, boxes=draw(st.integers(1, 9))) for each in old if not each.empty and draw(st.booleans())]
    lines = draw(st.permutations([*kept, *new]))
    order = list(dict.fromkeys(each.prebook for each in lines))
    filled = [each for number in order for each in lines if each.prebook == number]
    empty = {each.prebook: each for each in (*old, *fresh) if each.empty and each.prebook not in order}
    return [*filled, *empty.values()][: draw(st.integers(0, 40))]


def prebooks(lines: list[Line]) -> list[Prebook]:
    by_prebook: dict[int, list[Line]] = defaultdict(list)
    for each in lines:
        by_prebook[each.prebook].append(each)
    return [
        prebook(*(as_item(each) for each in those if not each.empty), id=number, number=f"0{number}")
        for number, those in by_prebook.items()
    ]


def as_item(line: Line) -> dict[str, Any]:
    named = {"prebookItemId": line.item, "productId": line.product, "markCode": line.mark, "totalBoxes": line.boxes}
    return item(vendorId=3, boxType="QB", **named)


def worked_on(data: st.DataObject, book: MemoryBook, lines: list[Line]) -> tuple[MemoryBook, dict[str, Line]]:
    """The sheet after a person has typed notes, sorted rows, moved and deleted columns, and retyped ids."""
    rows = book.grid("prebooks").read()
    heads, body = [*rows[0], NOTE, FORMULA, REMARK], [[*row, *[None] * (len(rows[0]) - len(row))] for row in rows[1:]]
    notes: dict[str, Line] = {}
    pairs: list[tuple[list[Cell], Line]] = []
    for number, (row, line) in enumerate(zip(body, lines, strict=True)):
        note = f"note {number}" if data.draw(st.booleans()) else None
        if note:
            notes[note] = line
        pairs.append(([*row, note, None, f"by {note}" if note else None], line))
    pairs = data.draw(st.permutations(pairs))
    gone = set(data.draw(st.lists(st.sampled_from(DROPPABLE), unique=True)))
    person = random.Random(data.draw(st.integers(0, 99)))  # noqa: S311  no secrets: what a person moves and retypes
    kept = [place for place in person.sample(range(len(heads)), len(heads)) if heads[place] not in gone]
    sheet: list[list[Cell]] = [[], [heads[place] for place in kept]]
    for number, (row, _) in enumerate(pairs, start=3):
        row[heads.index(FORMULA)] = Formula(f"=A{number}&$B$1", None)
        sheet.append([typed(row[place], str(heads[place]), person) for place in kept])
    return MemoryBook({"prebooks": sheet}), notes


def typed(cell: Cell, heading: str, person: random.Random) -> Cell:
    """An id or a code as a person, or another program, may have left it."""
    if cell is None or heading not in {"prebookId", "prebookItemId", "vendorId", "productId", "markCode"}:
        return cell
    if heading == "markCode":
        return float(str(cell)) if str(cell) == "7" and person.random() < 0.3 else cell
    ways: list[Cell] = [cell, float(str(cell)), f" {cell} "]
    return person.choice(ways if heading == "prebookId" else [*ways, Formula("=1", float(str(cell)))])


def shown(book: MemoryBook) -> list[dict[str, Cell]]:
    rows = book.grid("prebooks").read()
    return [dict(zip(map(str, rows[1]), [*row, *[None] * len(rows[1])], strict=False)) for row in rows[2:]]


def same(one: Line, other: Line, columns: set[str], *, ids: bool) -> bool:
    """Whether two lines are one item, by what stands in the sheet."""
    if one.prebook != other.prebook or one.empty is not other.empty:
        return False
    if ids and "prebookItemId" in columns:
        return one.item == other.item
    product = "productId" not in columns or one.product == other.product
    return product and ("markCode" not in columns or one.mark.lstrip("0") == other.mark.lstrip("0"))


@given(st.data(), st.booleans())
def test_every_note_stands_beside_its_item_and_nothing_stays_behind(data: st.DataObject, ids: bool) -> None:  # noqa: FBT001  Hypothesis passes arguments by place
    first = data.draw(answers(ids=ids))
    second = data.draw(later(first, ids=ids))
    book = MemoryBook()
    refresh(book, to_table(prebooks(first)))
    book, notes = worked_on(data, book, first)
    headings = book.grid("prebooks").read()[:2]

    plan = refresh(book, to_table(prebooks(second)))

    rows, columns = shown(book), set(map(str, headings[1]))
    assert book.grid("prebooks").read()[:2] == headings
    assert [row["prebookId"] for row in rows] == [line.prebook for line in second]
    assert [row["totalBoxes"] for row in rows] == [None if line.empty else line.boxes for line in second]
    standing = [(str(row[NOTE]), line) for row, line in zip(rows, second, strict=True) if row[NOTE] is not None]
    assert max(Counter(note for note, _ in standing).values(), default=1) == 1
    assert all(row[REMARK] == (f"by {row[NOTE]}" if row[NOTE] else None) for row in rows)
    assert all(same(notes[note], line, columns, ids=ids) for note, line in standing)
    assert plan.notes_gone == len(notes) - len(standing) + formulas_gone(plan.origins, len(first), notes, standing)
    for number, row in enumerate(rows, start=3):
        cell = row[FORMULA]
        assert cell is None or (isinstance(cell, Formula) and cell.text == f"=A{number}&$B$1")
    for line in second:
        before = [each for each in first if same(each, line, columns, ids=ids)]
        after = [each for each in second if same(each, line, columns, ids=ids)]
        if len(before) <= len(after):  # all of them go on
            assert {n for n, each in notes.items() if each in before} <= {note for note, _ in standing}


def formulas_gone(
    origins: Sequence[int | None], old: int, notes: dict[str, Line], standing: list[tuple[str, Line]]
) -> int:
    """Rows without a note whose formula goes on nowhere: all of them, when the answer is empty."""
    if origins or not old:
        return 0
    return old - len(notes) + len(standing)


@given(st.data(), st.booleans())
def test_a_refresh_with_the_same_answer_changes_nothing(data: st.DataObject, ids: bool) -> None:  # noqa: FBT001  same
    lines = data.draw(answers(ids=ids))
    book = MemoryBook()
    refresh(book, to_table(prebooks(lines)))
    book, _ = worked_on(data, book, lines)
    refresh(book, to_table(prebooks(lines)))
    before = book.grid("prebooks").read()

    plan = refresh(book, to_table(prebooks(lines)))

    assert book.grid("prebooks").read() == before
    assert plan.notes_gone == 0
    assert list(plan.origins) == list(range(3, 3 + len(lines)))
