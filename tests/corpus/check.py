"""
Edit every workbook under a folder and see what that did: python -m tests.corpus.check FOLDER [--office]

For each file: an edit, a second edit on top of it, each compared part by part (compare.py) and read back by komet_xl;
the result of both read by openpyxl, and with --office opened and calculated by LibreOffice. The exit code is 0 when
nothing differs and nothing crashed. The files themselves are never touched: copies are.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import traceback
import zipfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from komet_xl.errors import SheetError
from tests.corpus import edit, offices, readback
from tests.corpus.compare import Opened, differences
from tests.corpus.features import features, producer
from tests.corpus.summary import summary

if TYPE_CHECKING:
    from tests.corpus.compare import Written
    from tests.corpus.edit import Edit
    from tests.support.office import Office

MOST_LINKS = 5_000
SUFFIXES = {".xlsx", ".xlsm", ".xltx", ".xltm"}


@dataclass
class Result:
    """What became of one workbook."""

    path: Path
    outcome: str = "edited"
    """edited, refused, nothing to edit, differs or crashed."""
    sentence: str = ""
    """Why it was refused, or how it crashed."""
    cells_refused: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    """Kinds of writes that were done."""
    found: list[str] = field(default_factory=list)
    """Everything that differs. Empty unless the outcome is "differs"."""
    features: set[str] = field(default_factory=set)
    producer: str = "unknown"
    openpyxl: str = "not asked"
    """equal, differs, cannot open the original, or not asked."""
    office: str = "not asked"
    """The same for LibreOffice; "equal as loaded" where a sheet did not take what was typed into it by hand."""


def check(path: Path, office: Office | None = None) -> Result:
    """Edit a copy of one workbook twice and compare everything."""
    result = Result(path)
    with tempfile.TemporaryDirectory(prefix="fidelity-") as folder:
        copy = Path(folder) / path.name
        copy.write_bytes(path.read_bytes())
        try:
            _check(copy, result, office)
        except SheetError as exc:
            result.outcome, result.sentence = "refused", str(exc).replace(str(copy), path.name)
        except Exception:  # noqa: BLE001  a crash is a finding, and the other files shall be checked as well
            result.outcome, result.sentence = "crashed", traceback.format_exc()
        if result.outcome == "refused" and copy.read_bytes() != path.read_bytes():
            result.found.append("it was refused and is not as it was")
        left = [each.name for each in Path(folder).iterdir() if each.name != path.name]
        result.found += [f"{name} was left in its folder" for name in left if not name.startswith("before")]
    if result.found:
        result.outcome = "differs"
    result.cells_refused = [each.replace(str(copy), path.name) for each in result.cells_refused]
    return result


def _check(copy: Path, result: Result, office: Office | None) -> None:
    was = _opened(copy.read_bytes())
    if was is None or was.names is None:
        edit.refuse(copy)
        result.outcome = "crashed"
        result.sentence = "komet_xl opens it, and it is no workbook for the checker"
        return
    result.features, result.producer = features(was), producer(was)
    first = edit.make(copy, was)
    between = _after(copy, was, first, result)
    second = edit.make(copy, between, second=True)
    now = _after(copy, between, second, result)
    result.cells_refused = first.refused + second.refused
    result.kinds = first.kinds + second.kinds
    names = first.written.keys() | second.written.keys()
    written = {name: first.written.get(name, {}) | second.written.get(name, {}) for name in names}
    if not written:
        result.outcome = "nothing to edit"
        return
    _ask_openpyxl(was, now, written, result)
    if office is not None:
        _ask_office(office, copy, was, written, result)


def _opened(data: bytes) -> Opened | None:
    try:
        return Opened(data)
    except (zipfile.BadZipFile, ValueError, EOFError):
        return None


def _after(copy: Path, was: Opened, done: Edit, result: Result) -> Opened:
    """The package after an edit; what is wrong with it goes into the result."""
    now = Opened(copy.read_bytes())
    if not done.written and now.data != was.data:
        result.found.append("nothing was written and the file changed")
    result.found += differences(was, now, done.written)
    result.found += readback.own_differences(copy, done.read_before, done.written)
    return now


def _ask_openpyxl(was: Opened, now: Opened, written: Written, result: Result) -> None:
    assert was.names is not None
    if any((was.read(sheet.part) or b"").count(b"<hyperlink ") > MOST_LINKS for sheet in was.names.sheets):
        result.openpyxl = f"not asked: more than {MOST_LINKS:,} links in a sheet, whose square is the time it takes"
        return
    try:
        found = readback.differences(was.data, now.data, written)
    except readback.OtherReaderError as exc:
        result.openpyxl = f"cannot open the original: {exc}"
    else:
        result.openpyxl = "differs" if found else "equal"
        result.found += [f"openpyxl: {line}" for line in found]


def _ask_office(office: Office, copy: Path, was: Opened, written: Written, result: Result) -> None:
    assert was.names is not None
    before = copy.with_name(f"before{copy.suffix}")
    before.write_bytes(was.data)
    try:
        seen = offices.compare(office, before, copy, written, was.names)
    except offices.CannotOpenError as exc:
        result.office = f"cannot open the original: {exc}"
    else:
        result.office = "differs" if seen.found else "equal" if seen.by_hand else "equal as loaded"
        result.found += [f"LibreOffice: {line}" for line in seen.found]


def workbooks(folder: Path) -> list[Path]:
    """All workbooks under a folder."""
    return sorted(path for path in folder.rglob("*") if path.suffix.lower() in SUFFIXES and path.is_file())


def main(words: list[str]) -> int:
    """The command. 0: nothing differs and nothing crashed."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.corpus.check", description="Edit and compare every workbook."
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--office", action="store_true", help="have LibreOffice open and calculate each file as well")
    said = parser.parse_args(words)
    results = []
    with ExitStack() as stack:
        office = None
        if said.office:
            from tests.support.office import Office, find_programs  # noqa: PLC0415  needs pytest; only --office does

            office = stack.enter_context(Office(find_programs()))
        for path in workbooks(said.folder):
            result = check(path, office)
            results.append(result)
            if result.outcome in {"differs", "crashed"}:
                _say(f"{result.outcome}: {path}\n  {result.sentence or ''}" + "\n  ".join(result.found[:10]))
    _say(summary(results))
    return 1 if not results or any(each.outcome in {"differs", "crashed"} for each in results) else 0


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
