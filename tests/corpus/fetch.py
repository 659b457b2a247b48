"""Source packages by name and exact version, through the ordinary clients pip and npm. No code of a package runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
TABLE = HERE / "packages.tsv"
ANSWERING = HERE / "answering"
PATIENCE = 600
"""Seconds one download may take."""


class FetchError(Exception):
    """A package could not be had; the message is what its client said."""


@dataclass(frozen=True, order=True)
class Source:
    """One package of the table."""

    registry: str
    """pip or npm."""
    name: str
    version: str

    @property
    def title(self) -> str:
        """As files.tsv names it."""
        return f"{self.name}=={self.version}"

    @property
    def folder(self) -> str:
        """A folder name of its own."""
        return re.sub(r"[^A-Za-z0-9.]+", "-", f"{self.registry}-{self.name}-{self.version}")


def sources() -> list[Source]:
    """The table of packages."""
    _, *lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [Source(*line.split("\t")) for line in lines]


def fetch(source: Source, folder: Path) -> Path:
    """The package's archive under `folder`, downloaded unless it is there. Raises FetchError."""
    place = folder / source.folder
    if not place.is_dir():
        coming = folder / f"{source.folder}.coming"
        shutil.rmtree(coming, ignore_errors=True)
        coming.mkdir(parents=True)
        (_with_pip if source.registry == "pip" else _with_npm)(source, coming)
        coming.rename(place)
    archives = sorted(place.iterdir())
    if len(archives) != 1:
        raise FetchError(f"{place} holds {len(archives)} files where the archive of {source.title} should be")
    return archives[0]


def _with_pip(source: Source, folder: Path) -> None:
    words = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary=:all:", f"--dest={folder}"]
    words += ["--no-build-isolation", "--use-pep517", source.title]  # the backend is ours: answering/sitecustomize.py
    _run(words, {"PYTHONPATH": str(ANSWERING), "CORPUS_PACKAGE": source.title, "PIP_NO_CACHE_DIR": "1"})


def _with_npm(source: Source, folder: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise FetchError("npm is not installed")
    _run([npm, "pack", "--silent", "--ignore-scripts", f"{source.name}@{source.version}"], {}, folder=folder)


def _run(words: list[str], environ: dict[str, str], *, folder: Path | None = None) -> None:
    try:
        done = subprocess.run(
            words, check=False, capture_output=True, cwd=folder, env=os.environ | environ, timeout=PATIENCE
        )
    except subprocess.TimeoutExpired:
        raise FetchError(f"{words[-1]} did not come within {PATIENCE} seconds") from None
    if done.returncode:
        raise FetchError(f"{words[-1]}: {done.stderr.decode(errors='replace').strip()[-500:]}")
