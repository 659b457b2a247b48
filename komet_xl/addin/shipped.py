"""The files that come with komet-xl for Excel: the add-in, the workbook of examples, the script for macOS.

They are built in the repository's folder `workbook/` and lie inside the package once it is installed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from komet_xl.errors import SheetError

ADD_IN: Final = "komet.xlam"
TEMPLATE: Final = "komet-orders.xlsx"
SCRIPT: Final = "komet-xl.applescript"

PLACES: Final = (Path(__file__).parent / "data", Path(__file__).parent.parent.parent / "workbook")
"""Where they lie: in an installed package, and in a clone of the repository."""


def shipped(name: str) -> bytes:
    """One of them. Raises SheetError when it is missing, which only a damaged installation can bring about."""
    for folder in PLACES:
        try:
            return (folder / name).read_bytes()
        except FileNotFoundError:
            continue
        except OSError as exc:
            raise SheetError(f"{folder / name} cannot be read ({exc.strerror}); install komet-xl again.") from None
    raise SheetError(f"{name} is missing in this komet-xl; install komet-xl again.")
