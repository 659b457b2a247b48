"""
Gather the corpus: python -m tests.corpus.gather FOLDER [--update]

Downloads the source packages of packages.tsv into FOLDER/packages (those that are there already are not fetched again)
and puts every distinct workbook in them into FOLDER/workbooks. What came out must be what files.tsv lists, file by
file; --update writes files.tsv anew instead. The workbooks are other people's: they are never committed.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.corpus.fetch import FetchError, fetch, sources
from tests.corpus.unpack import Found, workbooks

LIST = Path(__file__).with_name("files.tsv")
HEADINGS = "sha256\tbytes\tpackage\tpath"


@dataclass(frozen=True, order=True)
class Line:
    """One workbook of the list."""

    sha256: str
    size: int
    package: str
    path: str

    def __str__(self) -> str:
        return f"{self.sha256}\t{self.size}\t{self.package}\t{self.path}"


def listed() -> list[Line]:
    """The list as it stands."""
    _, *lines = LIST.read_text(encoding="utf-8").splitlines()
    return [Line(sha256, int(size), package, path) for sha256, size, package, path in (x.split("\t") for x in lines)]


def gather(folder: Path) -> list[Line]:
    """Fetch all packages and lay out their workbooks, each once. Raises FetchError."""
    place = folder / "workbooks"
    place.mkdir(parents=True, exist_ok=True)
    known: dict[str, Line] = {}
    for source in sources():
        before = len(known)
        for found in workbooks(fetch(source, folder / "packages")):
            if found.sha256 not in known:
                known[found.sha256] = Line(found.sha256, len(found.data), source.title, found.path)
                _lay_out(found, place)
        _say(f"{len(known) - before:4} workbooks from {source.title} ({source.registry})")
    wanted = {f"{sha256[:12]}" for sha256 in known}
    for stale in place.iterdir():
        if stale.name[:12] not in wanted:
            stale.unlink()
    return sorted(known.values())


def _lay_out(found: Found, place: Path) -> None:
    target = place / found.file_name
    if not target.is_file() or target.read_bytes() != found.data:
        target.write_bytes(found.data)


def differences(now: list[Line]) -> list[str]:
    """What was gathered, beside what the list says."""
    was = set(listed())
    return [f"not listed: {line}" for line in now if line not in was] + [
        f"missing: {line}" for line in sorted(was - set(now))
    ]


def main(words: list[str]) -> int:
    """The command. 0: all there and as listed; 1: not."""
    parser = argparse.ArgumentParser(prog="python -m tests.corpus.gather", description="Gather the fidelity corpus.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--update", action="store_true", help="write files.tsv anew")
    said = parser.parse_args(words)
    try:
        now = gather(said.folder)
    except FetchError as exc:
        _say(str(exc))
        return 1
    if said.update:
        LIST.write_text("\n".join([HEADINGS, *map(str, now)]) + "\n", encoding="utf-8")
    found = differences(now)
    for line in found:
        _say(line)
    _say(f"{len(now)} distinct workbooks in {said.folder / 'workbooks'}, {len(found)} differences from {LIST.name}")
    return 1 if found else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
