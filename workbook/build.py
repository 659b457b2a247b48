"""
Builds what is made from the sources beside this file: `python workbook/build.py`. Needs no Excel.

With `--check` it writes nothing and ends with 1 when a built file is not what its sources give.
"""

from __future__ import annotations

import sys
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run as a script: find the package it is part of

from komet_xl.addin.registry import FORMULAS
from workbook import addin, picture, template, wrappers

ADDIN = addin.FOLDER / "komet.xlam"
PICTURE = addin.FOLDER.parent / "docs" / "ribbon.svg"


def made_sources() -> dict[Path, bytes]:
    """The VBA modules that the registry gives; they must be written before the add-in is built of them."""
    return {addin.VBA / f"{name}.bas": text.encode("ascii") for name, text in wrappers.modules(FORMULAS).items()}


def products() -> dict[Path, bytes]:
    """Every other file that is built, with what it must hold."""
    return {
        ADDIN: addin.build(),
        PICTURE: picture.draw(addin.ribbon()).encode(),
        template.FILE: template.build(),
    }


def main(words: list[str]) -> int:
    """Build everything, or say what is not up to date."""
    if words == ["--check"]:
        return _check()
    if words:
        sys.stderr.write("usage: python workbook/build.py [--check]\n")
        return 2
    for step in (made_sources, products):
        for path, content in step().items():
            path.write_bytes(content)
    return 0


def _check() -> int:
    expected = {**made_sources(), **products()}
    stale = [path.name for path, content in expected.items() if not path.is_file() or path.read_bytes() != content]
    for name in stale:
        sys.stderr.write(f"{name} is not what its sources give: run  python workbook/build.py\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
