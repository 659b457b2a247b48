"""
Answers pip's questions about a source package in the package's stead, so that none of its code ever runs.

`pip download` builds the metadata of what it fetched: it starts a Python that calls the package's build backend, which
may be anything. With this folder on PYTHONPATH that Python comes here first, finds that it is such a call, says "this
is NAME VERSION, it needs nothing" and ends. In every other Python this file does nothing.
"""  # noqa: INP001  Python looks for a module of this name, not for a package

from __future__ import annotations

import json
import os
import sys
from pathlib import Path


def answer(hook: str, control: Path) -> None:
    """Do as pip's own script would: input.json has the arguments, output.json takes the result."""
    result: list[str] | str = []
    if hook == "prepare_metadata_for_build_wheel":
        name, version = os.environ["CORPUS_PACKAGE"].split("==")
        arguments = json.loads((control / "input.json").read_text(encoding="utf-8"))["kwargs"]
        result = f"{name.replace('-', '_')}-{version}.dist-info"
        folder = Path(arguments["metadata_directory"]) / result
        folder.mkdir(parents=True)
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (folder / "METADATA").write_text(text, encoding="utf-8")
    (control / "output.json").write_text(json.dumps({"return_val": result}), encoding="utf-8")


if "CORPUS_PACKAGE" in os.environ and any(word.endswith("_in_process.py") for word in sys.orig_argv):
    *_, asked, folder_of_call = sys.orig_argv
    answer(asked, Path(folder_of_call))
    os._exit(0)
