"""The house as it is meant to stand: imports point one way, each library has its room, nothing heavy at the door."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import komet_xl

PACKAGE = Path(komet_xl.__file__).parent
FLOWS = {
    *("pull", "check", "push", "resolve", "lookup", "plan", "lanes", "sending", "evidence", "prebook_ids"),
    *("export", "settings", "day", "snapshots", "desk", "live", "caveats", "words", "listing", "permissions"),
}
FLOOR = {
    "errors": 0,
    "model": 0,
    "sheets": 1,
    "komet": 2,
    "journal": 2,
    "grids": 2,
    **dict.fromkeys(FLOWS, 3),
    "tokens": 3,
    "session": 4,
    "sandbox": 5,
    "doctor": 5,
    "demo": 6,
    "addin": 6,
    "cli": 7,
    "__main__": 8,
}
"""A module may import from its own floor and from those below."""
ROOMS = {
    "requests": {"komet/transport.py"},
    "sqlalchemy": {"journal/"},
    "openpyxl": {"grids/", "addin/"},
    "xlwings": {"grids/excel/", "addin/"},
    "uno": {"grids/libreoffice.py"},
    "keyring": {"tokens.py"},
    "click": {"cli/"},
    "rich": {"cli/"},
    "starlette": {"sandbox/"},
    "uvicorn": {"sandbox/"},
}
PURE = [
    "errors.py",
    "model.py",
    "plan.py",
    "day.py",
    "komet/wire.py",
    "komet/values.py",
    "komet/lists.py",
    "komet/secret.py",
    "journal/identity.py",
    "sheets",
    "addin/registry.py",
    "addin/arguments.py",
    "addin/results.py",
]
IMPURE = {"os", "pathlib", "time", "socket", "sqlite3", "requests", "sqlalchemy", "threading", "tempfile", "openpyxl"}


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports_of(path: Path, *, at_run_time: bool = False) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if at_run_time and isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            todo += node.orelse
            continue
        if isinstance(node, ast.Import):
            found |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{each.name}" for each in node.names)}
        todo += ast.iter_child_nodes(node)
    return found


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_imports_point_one_way() -> None:
    wrong = []
    for path in modules():
        here = room(path).split("/")[0].removesuffix(".py")
        if here == "__init__":
            continue
        for name in imports_of(path, at_run_time=True):
            if not name.startswith("komet_xl."):
                continue
            there = name.split(".")[1]
            if there in FLOOR and FLOOR[there] > FLOOR[here]:
                wrong.append(f"{room(path)} imports {name}")
    assert wrong == []


def test_every_module_has_its_floor() -> None:
    tops = {room(path).split("/")[0].removesuffix(".py") for path in modules()} - {"__init__"}

    assert tops <= FLOOR.keys()


@pytest.mark.parametrize("library", sorted(ROOMS))
def test_a_library_stays_in_its_room(library: str) -> None:
    users = {room(path) for path in modules() if any(each.split(".")[0] == library for each in imports_of(path))}

    assert {user for user in users if not user.startswith(tuple(ROOMS[library]))} == set()


def test_only_the_command_line_prints() -> None:
    loud = [
        room(path)
        for path in modules()
        if not room(path).startswith("cli/") and re.search(r"(?<![\w.])print\(", path.read_text(encoding="utf-8"))
    ]
    assert loud == []


def test_pure_modules_know_no_files_clocks_or_network() -> None:
    wrong = []
    for path in modules():
        if room(path).startswith(tuple(PURE)):
            tops = {name.split(".")[0] for name in imports_of(path, at_run_time=True)}
            wrong += [f"{room(path)} imports {each}" for each in tops & IMPURE]
    assert wrong == []


def test_nothing_of_xlwings_that_needs_a_paid_licence_is_touched() -> None:
    trap = re.compile(r"xlwings\.(?:pro|server|reports)|render_template|mode=[\"']r[\"']\)|Book\(json|LICENSE_KEY\s*=")

    assert [room(path) for path in modules() if trap.search(path.read_text(encoding="utf-8"))] == []


def test_modules_fit_a_room_and_functions_a_screen() -> None:
    long = []
    for path in modules():
        text = path.read_text(encoding="utf-8")
        if text.count("\n") > 320:
            long.append(f"{room(path)}: {text.count(chr(10))} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or 0) - node.lineno + 1
                if size > 60:
                    long.append(f"{room(path)}: {node.name} has {size} lines")
    assert long == []


def test_the_front_door_is_exactly_what_all_lists() -> None:
    public = {name for name in dir(komet_xl) if not name.startswith("_")}

    assert set(komet_xl.__all__) == public
    assert all(getattr(komet_xl, name) is not None for name in komet_xl.__all__)
    with pytest.raises(AttributeError, match="pushh"):
        komet_xl.pushh  # type: ignore[attr-defined]  # noqa: B018  a name that does not exist


@pytest.mark.parametrize(
    ("words", "kept_out"),
    [
        (["-c", "import komet_xl"], ["requests", "sqlalchemy", "click", "rich", "openpyxl", "keyring", "platformdirs"]),
        (["-m", "komet_xl", "--help"], ["requests", "sqlalchemy", "keyring", "openpyxl", "starlette", "rich.table"]),
        (["-m", "komet_xl", "push", "--help"], ["requests", "sqlalchemy", "keyring", "openpyxl", "starlette"]),
        (["-m", "komet_xl", "pull", "--help"], ["requests", "sqlalchemy", "keyring", "openpyxl", "starlette"]),
        (["-m", "komet_xl", "demo", "--help"], ["requests", "sqlalchemy", "keyring", "openpyxl", "starlette"]),
    ],
)
def test_nothing_heavy_is_loaded_before_it_is_needed(words: list[str], kept_out: list[str]) -> None:
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", *words], capture_output=True, text=True, check=True, timeout=60
    )
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time:")}

    assert "komet_xl" in loaded
    assert loaded.isdisjoint(kept_out)


def test_a_check_loads_no_network_and_no_journal(tmp_path: Path) -> None:
    from tests.support.orders import make_orders  # noqa: PLC0415  openpyxl is wanted by this test only

    file = make_orders(tmp_path / "orders.xlsx", [(1, 2, 3, 4)])
    ended = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "komet_xl", "check", str(file), "--json"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    loaded = {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines() if line.startswith("import time:")}

    assert loaded.isdisjoint({"requests", "sqlalchemy", "keyring", "openpyxl"})
