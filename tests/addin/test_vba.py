"""The VBA sources: what an analyser, a malware scanner and our own rules find in them."""

from __future__ import annotations

import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import xlwings
from pyvbaanalysis import (
    ConditionalCompilationEnvironment,
    DiagnosticSeverity,
    ModuleInput,
    ModuleSymbolKind,
    analyze_project,
)

from workbook import addin, build, vbaproject

if TYPE_CHECKING:
    from pathlib import Path

PLATFORMS = {
    "64-bit Windows": {"VBA7": 1, "VBA6": 1, "Win64": 1, "Win32": 1, "Mac": 0},
    "32-bit Windows": {"VBA7": 1, "VBA6": 1, "Win64": 0, "Win32": 1, "Mac": 0},
    "Mac": {"VBA7": 1, "VBA6": 1, "Win64": 1, "Win32": 0, "Mac": 1},
}
GOOD = 'Attribute VB_Name = "KometX"\nOption Explicit\n'


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return addin.read_sources()


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_analyser_finds_nothing(sources: dict[str, str], platform: str) -> None:
    modules = [
        ModuleInput(
            name,
            ModuleSymbolKind.DOCUMENT if name in vbaproject.DOCUMENTS else ModuleSymbolKind.STANDARD,
            source,
        )
        for name, source in sources.items()
    ]
    constants = ConditionalCompilationEnvironment(compiler_constants=PLATFORMS[platform])

    found = analyze_project(modules, conditional_compilation=constants)

    assert found.keys() == sources.keys()
    told = [each.message for every in found.values() for each in every]
    assert told == (["Sub or Function not defined: 'AppleScriptTask'."] if platform == "Mac" else [])  # of Macs only


def test_the_analyser_would_find_a_fault(sources: dict[str, str]) -> None:
    broken = {**sources, "KometPy": sources["KometPy"].replace("problem = Started(button)", "problem = Start(button)")}
    modules = [ModuleInput(name, ModuleSymbolKind.STANDARD, source) for name, source in broken.items()]

    found = analyze_project(modules)

    assert any(each.severity is DiagnosticSeverity.ERROR for each in found["KometPy"])


def test_the_generated_modules_are_what_the_registry_gives() -> None:
    for path, content in build.made_sources().items():
        assert path.read_bytes() == content, "run: python workbook/build.py"


def test_of_the_active_workbook_only_its_name_is_used(sources: dict[str, str]) -> None:
    everything = code(sources)

    assert re.findall(r"ActiveWorkbook\S*", everything) == ["ActiveWorkbook.Name"]
    assert set(re.findall(r"ThisWorkbook\.\w+", everything)) == {"ThisWorkbook.Worksheets", "ThisWorkbook.Name"}
    assert set(re.findall(r"Worksheets\(.*?\)", everything)) == {'Worksheets("komet")'}
    assert not re.search(r"ActiveSheet|ActiveCell|Workbooks|FullName|\.Path\b(?! & Application)|\.conf\b", everything)


def test_nothing_runs_because_something_was_opened_and_nothing_is_written(sources: dict[str, str]) -> None:
    everything = code(sources)

    for word in (
        "Workbook_",
        "Auto_",
        "OnTime",
        "VBProject",
        "Kill",
        "FileCopy",
        "SaveAs",
        "Output",
        "Append",
        "Binary",
    ):
        assert not re.search(rf"(?i)\b{word}", everything), word
    assert "conda" not in everything.lower()
    assert sources["ThisWorkbook"].splitlines()[-1].startswith("'")


def test_python_is_always_started_isolated_and_with_a_constant_program(sources: dict[str, str]) -> None:
    everything = code(sources)

    assert len(re.findall(r"host\.Run\(|\bShell \w+", everything)) == 2
    assert set(re.findall(r'" (-[IE][^"]*)"', everything)) == {"-I", "-E -P"}
    assert set(re.findall(r'KometPython\(\) & "([^"]*)', everything)) == {
        " -m komet_xl.addin.press ",
        " -m komet_xl.addin.resident $(CLSID)",
    }
    assert " -c " not in everything


def test_an_address_of_a_text_is_taken_of_a_variable_only(sources: dict[str, str]) -> None:
    assert re.findall(r"StrPtr\((.*?)\)", code(sources)) == ["file"]


def test_the_library_of_exactly_this_xlwings_is_loaded(sources: dict[str, str]) -> None:
    host = sources["KometHost"]

    assert set(re.findall(r"\d+\.\d+\.\d+", host)) == {xlwings.__version__}
    assert set(re.findall(r'Lib "(.*?)"', host)) == {
        *(f"xlwings{bits}-{xlwings.__version__}.dll" for bits in (32, 64)),
        "kernel32",
    }


def test_declares_and_conditional_code_stay_in_one_module(sources: dict[str, str]) -> None:
    with_them = {name for name, source in sources.items() if re.search(r"(?m)^\s*(#If|Private Declare)", source)}

    assert with_them == {"KometHost"}


def test_what_was_adapted_carries_its_licence(sources: dict[str, str]) -> None:
    notice = " ".join(re.sub(r"(?m)^' ?", "", sources["KometHost"]).split())

    assert "Copyright (C) 2014-present, Zoomer Analytics LLC. All rights reserved." in notice
    assert "EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE." in notice
    assert "xlwings" in (addin.FOLDER / "THIRD_PARTY.md").read_text(encoding="utf-8")


def test_only_the_ribbon_and_the_formulas_are_shown_to_people(sources: dict[str, str]) -> None:
    for name, source in sources.items():
        if name not in {*vbaproject.DOCUMENTS, "KometRibbon", "KometFormulas"}:
            assert "Option Private Module" in source, name
    assert not re.search(r"(?m)^(Public )?Function", sources["KometRibbon"])
    assert set(re.findall(r"(?m)^Public (?:Function|Sub) (\w+?)_", sources["KometFormulas"])) == {"KOMET"}


def test_a_script_for_macs_quotes_every_word_of_a_request() -> None:
    script = (addin.FOLDER / "komet-xl.applescript").read_text(encoding="ascii")
    (started,) = re.findall(r"(?m)^\s*do shell script (.*)$", script)

    assert started == 'program & request & " > /dev/null 2>&1 &"'
    assert "set program to quoted form of interpreter & " in script
    assert 'set request to quoted form of button & " " & quoted form of ("--wb=" & book) & ' in script


@pytest.mark.parametrize(
    ("name", "source", "message"),
    [
        ("KometX", GOOD + "' caf\u00e9\n", "byte 50 is no plain letter"),
        ("KometX", GOOD + "\tx = 1\n", "line 3: too long, or with a tab"),
        ("KometX", GOOD + "x = 1 \n", "line 3: too long, or with a tab or blanks at its end"),
        ("KometX", GOOD + "x" * 1001 + "\n", "line 3: too long"),
        ("KometX", GOOD + "x = 1", "its last line has no end"),
        ("KometY", GOOD, "its first line must name it"),
        ("xlwings", GOOD.replace("KometX", "xlwings"), "not a name for a module"),
        ("K" * 32, GOOD.replace("KometX", "K" * 32), "not a name for a module"),
    ],
)
def test_a_source_that_excel_could_not_take_is_not_built(name: str, source: str, message: str) -> None:
    with pytest.raises(vbaproject.SourceError, match=message):
        vbaproject.checked(name, source.encode("utf-8"))


def test_a_folder_without_the_workbooks_own_module_is_not_built(tmp_path: Path) -> None:
    (tmp_path / "KometX.bas").write_text(GOOD, encoding="ascii")

    with pytest.raises(vbaproject.SourceError, match=r"has no Sheet1\.cls"):
        vbaproject.read_sources(tmp_path)


def test_the_build_checks_itself_and_knows_no_other_words() -> None:
    script = addin.FOLDER / "build.py"

    assert subprocess.run([sys.executable, script, "--check"], check=False, timeout=120).returncode == 0
    assert subprocess.run([sys.executable, script, "--chek"], check=False, capture_output=True).returncode == 2


def code(sources: dict[str, str]) -> str:
    """All sources without their comments."""
    return "\n".join(re.sub(r"(?m)(^|\s)'.*$", "", source) for source in sources.values())
