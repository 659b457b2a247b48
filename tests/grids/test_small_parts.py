"""Parts beside the cells, small ones as a rule: what is taken, put and said of them, and how much of them is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import SheetError
from komet_xl.grids.xlsx import calc, open_book
from komet_xl.grids.xlsx.dates import Shown, shown
from komet_xl.grids.xlsx.faults import PartError, about
from komet_xl.grids.xlsx.faults import shown as shown_name
from komet_xl.grids.xlsx.markup import attribute, tree

from .workbooks import MAIN, STYLES, XML, make, member, members, sheet

if TYPE_CHECKING:
    from pathlib import Path

ENTRY, ENTRIES = "<c r='B2' i='1'/>", 200_000


def test_formats_that_some_programs_see_and_others_do_not_are_refused_before_anything_is_sent(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=None, parts={"xl/styles.xml": STYLES})
    before = path.read_bytes()
    book = open_book(path)
    book.grid("s").write({(1, 1): "=x"})
    for act in (book.ensure_writable, book.save):
        with pytest.raises(SheetError, match=r"xl/styles\.xml holds cell formats that its workbook part does not know"):
            act()
    assert path.read_bytes() == before


def test_new_styles_take_the_place_of_what_is_left_of_old_ones_in_the_list_of_types(tmp_path: Path) -> None:
    path = make(tmp_path / "b.xlsx", {"s": sheet("")}, styles=None)
    assert "xl/styles.xml" not in members(path)
    book = open_book(path)
    book.grid("s").write({(1, 1): "=x"})
    book.save()
    assert member(path, "[Content_Types].xml").count("/xl/styles.xml") == 1
    assert open_book(path).grid("s").read() == [["=x"]]


@pytest.mark.parametrize(
    ("name", "seen"),
    [
        ("orders", "orders"),
        ("Aufträge 2026", "Aufträge 2026"),
        ("a\nb\u202e", "a\\nb\\u202e"),
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 80 + "…"),
        ("\u202e" * 80, "\\u202e" * 13 + "\\u…"),
    ],
)
def test_a_name_out_of_the_file_is_shown_so_that_one_line_holds_it(name: str, seen: str) -> None:
    assert shown_name(name) == seen


def test_what_is_wrong_is_told_however_long_the_names_are_of_which_it_is_told() -> None:
    words = "x " * 500 + "y" * 500 + "\n"
    with pytest.raises(SheetError) as told, about("b.xlsx"):
        raise PartError(f"its part {words} is missing", "look for it")
    assert str(told.value).startswith("b.xlsx cannot be used: its part x x ")
    assert str(told.value).endswith(" x " + "y" * 80 + "…\\n is missing; look for it.")
    assert len(str(told.value)) < 500


@pytest.mark.parametrize(
    ("tag", "value", "now"),
    [
        (b'<a ref="1"/>', "2", b'<a ref="2"/>'),
        (b"<a  b = ' ref=\"1\" '\tref = '1' >", "2", b'<a  b = \' ref="1" \'\tref="2" >'),
        (b"<a b=\" ref='1' \"/>", "2", b'<a b=" ref=\'1\' " ref="2"/>'),
        (b'<a xref="1" x:ref="1"/>', "2", b'<a xref="1" x:ref="1" ref="2"/>'),
        (b'<a b="1"  ref="1" c="1"/>', None, b'<a b="1" c="1"/>'),
        (b"<a   />", None, b"<a   />"),
    ],
)
def test_one_attribute_is_set_and_all_else_stays_to_the_byte(tag: bytes, value: str | None, now: bytes) -> None:
    assert attribute(tag, "ref", value) == now


def test_an_attribute_is_found_at_once_in_a_tag_made_to_be_slow() -> None:
    many = b" ".join(b"a%d=\" ref='1' \"" % n for n in range(50_000))
    assert attribute(b"<a " + many + b' ref="1"/>', "ref", "2") == b"<a " + many + b' ref="2"/>'
    blanks = b" " * 500_000
    assert attribute(b"<a" + blanks + b"/>", "ref", None) == b"<a" + blanks + b"/>"


@pytest.mark.parametrize(
    ("code", "how"),
    [
        ("[$-409]d/m/yyyy", Shown.DAY),
        ("[Red][<0]0.00;[h]:mm", Shown.ELAPSED),
        ("[hh]:mm", Shown.ELAPSED),
        ("[" * 300_000, Shown.NUMBER),
        ("0" * 255 + "yyyy", Shown.NUMBER),
    ],
)
def test_a_number_format_shows(code: str, how: Shown) -> None:
    assert shown(code) is how


def test_a_calculation_chain_may_have_more_entries_than_are_kept_as_nodes() -> None:
    chain = f'{XML}<calcChain xmlns="{MAIN}">{ENTRY * ENTRIES}<c r="A1"><x/></c><c r="A2"/></calcChain>'
    data = chain.encode()
    with pytest.raises(PartError, match="more than 180,000 elements"):
        tree(data, "chain")
    assert calc.without(data, "chain", "1", {(9, 9)}) == data
    assert calc.without(data, "chain", "1", {(1, 1)}) == data.replace(b'<c r="A1"><x/></c>', b"")
    assert calc.without(data, "chain", "1", {(2, 2), (1, 1)}) == (
        f'{XML}<calcChain xmlns="{MAIN}"><c r="A2" i="1"/></calcChain>'.encode()
    )
    assert calc.without(data, "chain", "1", {(2, 2), (1, 1), (2, 1)}) is None
