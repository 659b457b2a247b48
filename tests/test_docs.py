"""README and docs say what the program does: their commands run, their links lead somewhere, cli.md is --help."""

from __future__ import annotations

import re
import shlex
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import run
from tests.support.clidoc import PATH as CLI_PAGE
from tests.support.clidoc import page
from tests.support.orders import HEADINGS, make_orders

if TYPE_CHECKING:
    from komet_xl.sandbox.server import Sandbox

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").glob("*.md")])
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
LINES = [
    (1_927_173, 9_999_999, 5, 2.5, "STORE 1"),
    (1_927_173, 9_999_991, 9, 1.95, "STORE 1"),
    (1_949_612, 9_999_992, 4, 1.65, "STORE 2"),
    (1_949_612, 9_999_994, "five", 0.85),
]


def blocks(page_path: Path, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(page_path.read_text(encoding="utf-8")) if kind == language]


def test_the_command_line_page_is_what_help_says() -> None:
    assert CLI_PAGE.read_text(encoding="utf-8") == page(), "run: python -m tests.support.clidoc"


@pytest.mark.parametrize("name", ["README.md", "docs/tutorial.md"])
def test_the_commands_of_a_page_run_one_after_another(name: str, komet: Sandbox, tmp_path: Path) -> None:
    make_orders(tmp_path / "orders.xlsx", LINES, headings=HEADINGS)
    commands = [line for block in blocks(ROOT / name, "console") for line in block.splitlines() if line.strip()]
    assert len(commands) >= 7

    for line in commands:
        words = shlex.split(line)
        assert words[0] == "komet-xl"
        ran = run(*words[1:], *(["--yes"] if words[1] == "push" else []), komet=komet, cwd=tmp_path)
        expected = 3 if words[1] in ("check", "push") else 0
        assert ran.code == expected, f"{line}: {ran}"

    assert [each.boxes for each in komet.ledger()] == [5, 4] or sorted(each.boxes for each in komet.ledger()) == [4, 5]


def test_the_python_of_the_readme_runs(
    komet: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("KOMET_URL", komet.url)
    monkeypatch.setenv("KOMET_TOKEN", komet.token)

    for block in blocks(ROOT / "README.md", "python"):
        exec(compile(block, "README.md", "exec"), {})  # noqa: S102  the README's own lines

    assert capsys.readouterr().out == "2 prebooks\n"
    assert (tmp_path / "morning.xlsx").exists()
    assert date(2015, 2, 10).isoformat() in (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_has_both_set_up_commands_as_one_line_each() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    for mark in ("<!-- demo -->", "<!-- tests -->"):
        block = BLOCK.search(text, text.index(mark))
        assert block is not None
        assert block[1] == "sh"
        assert block[2].count("\n") == 1
        assert "python3 -m venv .venv" in block[2]
        windows = BLOCK.search(text, block.end())
        assert windows is not None
        assert (windows[1], "py -m venv .venv" in windows[2]) == ("bat", True)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_between_pages_lead_somewhere(path: Path) -> None:
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))

    assert [each for each in targets if "://" not in each and not (path.parent / each).exists()] == []


def test_the_readme_quotes_figures_and_no_placeholder() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert "PERFORMANCE" not in text
    assert "python -m tests.bench" in text
