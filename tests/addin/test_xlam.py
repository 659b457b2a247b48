"""The built add-in as a file: the same on every machine, and nothing in it that Excel does not expect."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import warnings
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import olefile
import pytest
import xlwings
from pyopenvba import ExcelFile, check_file
from pyopenvba.vba import decompress

from komet_xl.addin.shipped import ADD_IN, shipped
from komet_xl.addin.stamp import NAMES, Stamp, read_stamp, same_program, stamped
from workbook import addin, vbaproject

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it uses old names of pyparsing, and says so while it is imported
    import compoundfiles
    from oletools.mraptor import MacroRaptor
    from oletools.olevba import VBA_Parser

if TYPE_CHECKING:
    from collections.abc import Iterator

BOOK = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
MAIN_TYPE = "application/vnd.ms-excel.addin.macroEnabled.main+xml"
NO_CACHE = bytes.fromhex("CC61FFFF000100")


@pytest.fixture(scope="module")
def built() -> bytes:
    return addin.build()


@pytest.fixture(scope="module")
def parts(built: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(built)) as package:
        return {each: package.read(each) for each in package.namelist()}


@pytest.fixture(scope="module")
def project(parts: dict[str, bytes]) -> Iterator[olefile.OleFileIO]:
    with olefile.OleFileIO(parts["xl/vbaProject.bin"], raise_defects=olefile.DEFECT_UNSURE) as opened:
        yield opened


# ------------------------------------------------------------------------------------------------------ reproducible


def test_the_committed_file_is_what_its_sources_give(built: bytes) -> None:
    assert (addin.FOLDER / ADD_IN).read_bytes() == built, "run: python workbook/build.py"
    assert shipped(ADD_IN) == built


def test_another_process_with_another_clock_builds_the_same_bytes(built: bytes) -> None:
    program = (
        "import sys, time; time.time = lambda: 0.0; time.localtime = time.gmtime; "
        "from workbook import addin; sys.stdout.buffer.write(addin.build())"
    )
    again = subprocess.run(
        [sys.executable, "-X", "utf8=0", "-c", program],
        cwd=addin.FOLDER.parent,
        env={"PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
        capture_output=True,
        check=True,
    )

    assert again.stdout == built


def test_the_file_knows_no_person_no_clock_and_no_folder(built: bytes, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(io.BytesIO(built)) as package:
        assert {each.date_time for each in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert package.testzip() is None
    texts = b"".join(content for name, content in parts.items() if name.endswith((".xml", ".rels")))
    assert not re.search(rb"William|Smith|absPath|dcterms|[A-Z]:\\|/home/|/tmp/", texts)
    assert len(built) < 100_000


# ----------------------------------------------------------------------------------------------------------- package


def test_every_part_has_a_type_and_every_relation_a_part(parts: dict[str, bytes]) -> None:
    types = parts["[Content_Types].xml"].decode()
    overrides = dict(re.findall(r'<Override PartName="/(.*?)" ContentType="(.*?)"', types))
    defaults = dict(re.findall(r'<Default Extension="(.*?)" ContentType="(.*?)"', types))

    assert overrides["xl/workbook.xml"] == MAIN_TYPE
    assert defaults["bin"] == "application/vnd.ms-office.vbaProject"
    assert overrides.keys() <= parts.keys()
    for name, content in parts.items():
        assert name in overrides or name.rpartition(".")[2] in defaults, name
        if name.endswith(".rels"):
            folder = name.replace("_rels/", "").rpartition("/")[0]
            for target in re.findall(r'Target="(.*?)"', content.decode()):
                assert f"{folder}/{target}".lstrip("/") in parts
        if name.endswith((".xml", ".rels")):
            ET.fromstring(content)  # noqa: S314  of our own making


def test_the_ribbon_is_tied_in_as_xlwings_ties_in_its_own(parts: dict[str, bytes]) -> None:
    relation = r'Type="([^"]*)" Target="customUI/customUI\.xml"'
    with zipfile.ZipFile(addin_of_xlwings()) as theirs:
        (expected,) = re.findall(relation, theirs.read("_rels/.rels").decode())

    (found,) = re.findall(relation, parts["_rels/.rels"].decode())

    assert found == expected == "http://schemas.microsoft.com/office/2006/relationships/ui/extensibility"
    assert parts["customUI/customUI.xml"] == addin.RIBBON.read_bytes()
    assert len(set(re.findall(r'Id="(.*?)"', parts["_rels/.rels"].decode()))) == 4


def test_the_installer_finds_its_places_and_changes_nothing_else(built: bytes) -> None:
    filled = Stamp(
        interpreter=r"C:\Users\Zoë & Co\python.exe",
        site="user",
        library=r"C:\Users",
        xlwings="0.37.8",
        komet_xl="1.0",
        labels=r"%LOCALAPPDATA%\komet-xl\labels.txt",
    )

    after = stamped(built, filled)

    assert read_stamp(built) == Stamp()
    assert read_stamp(after) == filled
    assert same_program(after, built)
    assert addin.STAMPS == NAMES


def test_another_reader_finds_the_stamp_where_the_macros_look(built: bytes, tmp_path: Path) -> None:
    from pyopenvba.apps.excel import ExcelApplication  # noqa: PLC0415  slow to import, and wanted here alone

    path = tmp_path / ADD_IN
    path.write_bytes(stamped(built, Stamp(interpreter="C:\\python.exe", xlwings="0.37.8")))

    sheet = ExcelApplication.open(path, with_vba=False).sheet("komet")

    assert [sheet.value(f"A{row}") for row in range(1, 7)] == list(NAMES)
    assert [sheet.value(f"B{row}") or "" for row in range(1, 7)] == ["C:\\python.exe", "", "", "0.37.8", "", ""]


# ------------------------------------------------------------------------------------------------------- VBA project


def test_every_module_is_read_back_as_it_was_written(built: bytes) -> None:
    parser = VBA_Parser(ADD_IN, data=built)
    found = {name.partition(".")[0]: text.splitlines() for _, _, name, text in parser.extract_macros()}
    parser.close()

    assert found == {name: text.splitlines() for name, text in addin.read_sources().items()}


def test_a_malware_scanner_has_no_suspicion(built: bytes) -> None:
    parser = VBA_Parser(ADD_IN, data=built)
    scanner = MacroRaptor(parser.get_vba_code_all_modules())
    parser.close()
    scanner.scan()

    assert scanner.get_flags() == "--X"  # it starts a program; nothing starts it, and it writes nothing
    assert not scanner.suspicious


def test_strict_readers_of_compound_files_find_no_fault(
    parts: dict[str, bytes], project: olefile.OleFileIO, tmp_path: Path
) -> None:
    path = tmp_path / "vbaProject.bin"
    path.write_bytes(parts["xl/vbaProject.bin"])

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with compoundfiles.CompoundFileReader(str(path)) as reader:
            read = {each.name for each in reader.root["VBA"]}

    assert project.parsing_issues == []
    assert read == {*addin.read_sources(), "dir", "_VBA_PROJECT"}


def test_pyopenvba_finds_no_fault(built: bytes, tmp_path: Path) -> None:
    path = tmp_path / ADD_IN
    path.write_bytes(built)

    report = check_file(path)

    assert [str(each) for each in report.issues] == []
    with ExcelFile(path) as file:
        assert file.validate() == []
        assert [each.name for each in file.references()] == ["stdole", "Office"]


def test_the_project_is_named_and_lists_every_module_once(project: olefile.OleFileIO) -> None:
    lines = project.openstream("PROJECT").read().decode("ascii").splitlines()

    declared = [line for line in lines if line.startswith(("Document=", "Module=", "Class="))]
    assert declared == [
        "Document=ThisWorkbook/&H00000000",
        "Document=Sheet1/&H00000000",
        *(f"Module={name}" for name in addin.read_sources() if name not in vbaproject.DOCUMENTS),
    ]
    assert 'Name="KometXL"' in lines
    assert 'VersionCompatible32="393222000"' in lines
    assert "&H00000001={3832D640-CF90-11CF-8E43-00A0C911005A};VBE;&H00000000" in lines
    keys = [line.partition("=")[0] for line in lines]
    assert [keys.count(each) for each in ("ID", "CMG", "DPB", "GC", "[Workspace]")] == [1] * 5
    pairs = project.openstream("PROJECTwm").read()
    for name in addin.read_sources():
        assert name.encode() + b"\0" + name.encode("utf-16-le") + b"\0\0" in pairs


def test_nothing_compiled_is_in_it_so_excel_compiles_the_sources(project: olefile.OleFileIO) -> None:
    with zipfile.ZipFile(addin_of_xlwings()) as package, olefile.OleFileIO(package.read("xl/vbaProject.bin")) as theirs:
        assert project.openstream("VBA/_VBA_PROJECT").read() == theirs.openstream("VBA/_VBA_PROJECT").read() == NO_CACHE
    for stream in project.listdir():
        assert "SRP" not in stream[-1]
    assert {struct.unpack("<I", body)[0] for kind, body in records(project) if kind == 0x31} == {0}


def test_the_list_of_modules_has_the_records_of_an_add_in_that_excel_takes(project: olefile.OleFileIO) -> None:
    with zipfile.ZipFile(addin_of_xlwings()) as package, olefile.OleFileIO(package.read("xl/vbaProject.bin")) as theirs:
        expected = list(dict.fromkeys(kind for kind, _ in records(theirs)))
    found = records(project)

    newer = 0x4A  # the version of VBA that Excel has written since 2019
    assert [kind for kind in dict.fromkeys(kind for kind, _ in found) if kind != newer] == expected
    assert [body for kind, body in found if kind == 0x04] == [b"KometXL"]
    assert {body for kind, body in found if kind in (0x2C, 0x13)} == {b"\xff\xff"}
    assert found[-1] == (0x10, b"")


def test_code_names_are_those_of_the_parts(parts: dict[str, bytes]) -> None:
    workbook = ET.fromstring(parts["xl/workbook.xml"])  # noqa: S314  of our own making
    sheet = ET.fromstring(parts["xl/worksheets/sheet1.xml"])  # noqa: S314  same

    book_name = workbook.find(f"{BOOK}workbookPr")
    sheet_name = sheet.find(f"{BOOK}sheetPr")
    assert book_name is not None
    assert sheet_name is not None
    assert (book_name.attrib["codeName"], sheet_name.attrib["codeName"]) == vbaproject.DOCUMENTS
    assert [each.attrib["name"] for each in workbook.iter(f"{BOOK}sheet")] == ["komet"]


def addin_of_xlwings() -> Path:
    """An add-in that Excel is known to take: the one that xlwings ships."""
    return Path(xlwings.__file__).parent / "addin" / "xlwings.xlam"


def records(project: olefile.OleFileIO) -> list[tuple[int, bytes]]:
    """Kind and content of each record of a project's list of modules."""
    raw = decompress(project.openstream("VBA/dir").read())
    found, at = [], 0
    while at < len(raw):
        kind, size = struct.unpack_from("<HI", raw, at)
        size = 6 if kind == 0x09 else size  # the one record whose size says something else
        found.append((kind, raw[at + 6 : at + 6 + size]))
        at += 6 + size
    return found
