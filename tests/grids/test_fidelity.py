"""
An edit changes the written cells and nothing else: the part of the fidelity suite that runs with every test run.

The workbooks are made on the spot. The large part, other people's files, is tests/corpus: gather, then check.
"""

from __future__ import annotations

import io
import os
import re
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import pytest

from tests.corpus import added, fetch, gather, made, readback, unpack
from tests.corpus.check import check
from tests.corpus.compare import Opened, differences
from tests.corpus.edit import make as edit
from tests.support.office import office

from .workbooks import make, sheet

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.corpus.check import Result
    from tests.corpus.compare import Written
    from tests.support.office import Office

__all__ = ["office"]  # a fixture

Members: TypeAlias = list[tuple[zipfile.ZipInfo, bytes]]
FLAT = Path(__file__).parents[1] / "corpus" / "flat"
KINDS = [*made.KINDS, "added parts", "streamed", "stored", "wide"]
SHOWN = {
    "charts": {"charts", "chart sheets", "drawings"},
    "pictures": {"images", "comments", "VML drawings", "check boxes in cells"},
    "rules": {"conditional formats", "data validations", "sparklines", "auto filters", "merged cells", "extensions"},
    "tables": {"tables", "array formulas", "dynamic arrays"},
    "texts": {"rich text", "hyperlinks"},
    "macros": {"VBA", "VML drawings"},
    "the 1904 calendar": {"the 1904 calendar"},
    "row by row": {"inline text"},
    "added parts": {"slicers", "threaded comments", "external links", "custom XML", "form controls"},
}
"""What has to be in a workbook of that kind, so that its test is worth something."""


def workbook(kind: str, folder: Path) -> Path:
    """A workbook of one of the KINDS."""
    if kind == "added parts":
        return added.with_parts(made.make("noted table", folder))
    if kind in added.PACKED:
        return added.packed(kind, made.make("rules", folder))
    return made.make(kind, folder)


def assert_clean(result: Result) -> None:
    """It was edited in all the ways there are, and nothing else changed."""
    assert (result.outcome, result.sentence, result.found) == ("edited", "", [])
    assert result.openpyxl == "equal"
    assert {"number over a number", "text in a new cell", "number in a new row"} <= set(result.kinds)


@pytest.mark.parametrize("kind", KINDS)
def test_an_edit_changes_the_written_cells_and_nothing_else(kind: str, tmp_path: Path) -> None:
    result = check(workbook(kind, tmp_path))
    assert_clean(result)
    assert SHOWN.get(kind, set()) <= result.features


@pytest.mark.office
@pytest.mark.parametrize("kind", KINDS)
def test_libreoffice_opens_what_was_edited_and_calculates_it_as_if_typed_by_hand(
    kind: str, office: Office, tmp_path: Path
) -> None:
    result = check(workbook(kind, tmp_path), office)
    assert_clean(result)
    protected = kind in {"rules", *added.PACKED}  # takes nothing from a person's hand
    assert result.office == ("equal as loaded" if protected else "equal")


@pytest.mark.office
@pytest.mark.parametrize(
    ("name", "shown"),
    [("pivot", {"pivot tables"}), ("objects", {"charts", "comments", "conditional formats", "data validations"})],
)
def test_an_edit_leaves_alone_what_libreoffice_wrote(
    name: str, shown: set[str], office: Office, tmp_path: Path
) -> None:
    path = tmp_path / f"{name}.xlsx"
    with office.open(FLAT / f"{name}.fods") as document:
        document.save(path)
    result = check(path, office)
    assert_clean(result)
    assert result.office == "equal"
    assert shown <= result.features


# --- the comparer itself: it must notice damage --------------------------------------------------------------------


@pytest.fixture
def edited(tmp_path: Path) -> tuple[Opened, bytes, Written]:
    """A workbook full of parts before and after an edit, and what was written. Stored, so that bytes can be planted."""
    path = added.packed("stored", added.with_parts(made.make("noted table", tmp_path)))
    was = Opened(path.read_bytes())
    done = edit(path, was)
    return was, path.read_bytes(), done.written


def packed_again(data: bytes, damage: Callable[[Members], Members]) -> bytes:
    """A package written anew member by member, with some damage."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(out, "w") as other:
        for info, content in damage([(info, archive.read(info)) for info in archive.infolist()]):
            other.writestr(info, content)
        other.comment = archive.comment
    return out.getvalue()


def with_replaced(part: str, old: bytes, new: bytes) -> Callable[[Members], Members]:
    """Damage: some bytes of one part are others."""

    def damage(members: Members) -> Members:
        assert sum(name.filename == part and old in content for name, content in members) == 1
        return [(i, content.replace(old, new, 1) if i.filename == part else content) for i, content in members]

    return damage


def without(part: str) -> Callable[[Members], Members]:
    """Damage: a part is gone."""
    return lambda members: [member for member in members if member[0].filename != part]


def packed_otherwise(members: Members) -> Members:
    """Damage: a part with the same content is compressed, which it was not."""
    for info, _ in members:
        if "comments" in info.filename:
            info.compress_type = zipfile.ZIP_DEFLATED
    return members


def made_later(members: Members) -> Members:
    """Damage: a part that may change has another time."""
    for info, _ in members:
        if "worksheets/sheet" in info.filename:
            info.date_time = (2026, 2, 10, 9, 14, 0)
    return members


SHEET = "xl/worksheets/sheet1.xml"
DAMAGE: dict[str, tuple[Callable[[Members], Members], str]] = {
    "another letter in a comment": (with_replaced("xl/comments1.xml", b"which", b"whicH"), "xl/comments1.xml changed"),
    "a lost comment part": (without("xl/comments1.xml"), "members are not those"),
    "a lost slicer": (without("xl/slicers/slicer1.xml"), "members are not those"),
    "other order": (lambda members: [*members[1:], members[0]], "members are not those"),
    "other packing": (packed_otherwise, "another compress_type of xl/comments1.xml"),
    "another time": (made_later, "another date_time of xl/worksheets/sheet1.xml"),
    "a cell that nobody wrote": (with_replaced(SHEET, b"<v>7</v>", b"<v>8</v>"), "the cell B3, which nobody wrote"),
    "a lost list in the sheet": (with_replaced(SHEET, b"<x14:slicerList>", b"<x14:slicerLisT>"), "after the rows"),
    "another view": (with_replaced(SHEET, b"<sheetViews>", b"<sheetViews> "), "before the rows"),
    "a wrong dimension": (with_replaced(SHEET, b'<dimension ref="A', b'<dimension ref="B'), "the dimension is"),
    "another row": (with_replaced(SHEET, b'<row r="4"', b'<row ht="9" r="4"'), "the tag of row 4"),
    "another cell besides": (
        with_replaced(SHEET, b"</sheetData>", b'<row r="99"><c r="A99"/></row></sheetData>'),
        "99",
    ),
    "a cell that was left out": (with_replaced(SHEET, b"<v>4711</v>", b""), "openpyxl reads None"),
    "a formula that stayed": (with_replaced(SHEET, b"<v>77</v>", b"<f>1</f><v>77</v>"), "still holds a formula"),
    "the workbook part": (with_replaced("xl/workbook.xml", b"rIdRates", b"rIdLabel"), "xl/workbook.xml"),
    "the styles": (with_replaced("xl/styles.xml", b"Calibri", b"Verdana"), "xl/styles.xml"),
}
"""What was done to a package, and what the comparer must say about it."""


def all_found(edited: tuple[Opened, bytes, Written], data: bytes) -> list[str]:
    was, _, written = edited
    return differences(was, Opened(data), written) + readback.differences(was.data, data, written)


def test_a_package_written_anew_as_it_was_shows_no_difference(edited: tuple[Opened, bytes, Written]) -> None:
    assert all_found(edited, packed_again(edited[1], lambda members: members)) == []


@pytest.mark.parametrize("what", DAMAGE)
def test_the_comparer_notices(what: str, edited: tuple[Opened, bytes, Written]) -> None:
    damage, sentence = DAMAGE[what]
    found = all_found(edited, packed_again(edited[1], damage))
    assert any(sentence in line for line in found), found


def test_the_comparer_notices_a_calculation_chain_that_names_what_was_written_over(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1"><f>2+2</f><v>4</v></c></row>'
    link = 'Id="rId9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/calcChain"'
    path = make(
        tmp_path / "chain.xlsx",
        {"s": sheet(rows)},
        parts={"xl/calcChain.xml": '<calcChain><c r="A1" i="11"/><c r="B1"/></calcChain>'},
        links=f'<Relationship {link} Target="calcChain.xml"/>',
    )
    was = Opened(path.read_bytes())
    done = edit(path, was)
    assert "number over a formula" in done.kinds
    assert differences(was, Opened(path.read_bytes()), done.written) == []

    old = with_replaced("xl/calcChain.xml", b"<c r=", b'<c r="A1" i="11"/><c r="B1" i="11"/><c r=')
    found = differences(was, Opened(packed_again(path.read_bytes(), old)), done.written)
    assert any("calculation chain" in line for line in found)


# --- refusals ------------------------------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "a password": (lambda _: bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096), "password|old .xls"),
    "half a file": (lambda data: data[: len(data) // 2], "cut short"),
    "nothing": (lambda _: b"", "empty|no workbook"),
    "a DOCTYPE": (
        lambda data: packed_again(data, with_replaced(SHEET, b"<worksheet", b"<!DOCTYPE worksheet><worksheet")),
        "DOCTYPE",
    ),
    "a binary workbook": (
        lambda data: packed_again(data, with_replaced("_rels/.rels", b"xl/workbook.xml", b"xl/workbook.bin")),
        "missing|binary",
    ),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_workbook_that_is_refused_stays_as_it_is(why: str, tmp_path: Path) -> None:
    spoil, sentence = REFUSED[why]
    path = made.make("rules", tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    result = check(path)
    assert (result.outcome, result.found) == ("refused", [])
    assert re.search(sentence, result.sentence)


# --- the large part's list and how it is gathered ------------------------------------------------------------------


def test_the_list_of_the_large_part_is_sorted_and_names_each_workbook_once() -> None:
    listed = gather.listed()
    assert len({line.sha256 for line in listed}) == len(listed) >= 150
    assert listed == sorted(listed)
    assert {line.package for line in listed} == {source.title for source in fetch.sources()}


def test_workbooks_come_out_of_archives_under_harmless_names(tmp_path: Path) -> None:
    archive = tmp_path / "package.tar.gz"
    with tarfile.open(archive, "w:gz") as out:
        for name in ("../../escape.xlsx", "/etc/Ü b.XLSM", "package/readme.txt"):
            info = tarfile.TarInfo(name)
            info.size = 4
            out.addfile(info, io.BytesIO(b"data"))
        link = tarfile.TarInfo("package/link.xlsx")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        out.addfile(link)

    found = list(unpack.workbooks(archive))
    assert [each.path for each in found] == ["../../escape.xlsx", "/etc/Ü b.XLSM"]
    assert [each.file_name for each in found] == ["3a6eb0790f39-escape.xlsx", "3a6eb0790f39-b.xlsm"]


def test_no_code_of_a_package_runs_when_it_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = tmp_path / "ran"
    with tarfile.open(tmp_path / "evil-1.0.tar.gz", "w:gz") as out:
        setup = f"open({str(ran)!r}, 'w').close()".encode()
        for name, data in {"setup.py": setup, "PKG-INFO": b"Name: evil\nVersion: 1.0\n", "a.xlsx": b"data"}.items():
            info = tarfile.TarInfo(f"evil-1.0/{name}")
            info.size = len(data)
            out.addfile(info, io.BytesIO(data))
    for name in [each for each in os.environ if each.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    archive = fetch.fetch(fetch.Source("pip", "evil", "1.0"), tmp_path / "packages")
    assert [found.path for found in unpack.workbooks(archive)] == ["evil-1.0/a.xlsx"]
    assert not ran.exists()
