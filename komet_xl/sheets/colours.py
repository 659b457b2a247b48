"""The colour of a row by what its status cell shows: the same in a new order sheet and in the template. Pure."""

from __future__ import annotations

from typing import Final

FILLS: Final = {
    "1": "#C6EFCE",
    "0": "#FFC7CE",
    "not sent": "#E7E6E6",
    "invalid": "#FBD9C0",
    "unknown": "#FFEB9C",
    "held": "#E4DFEC",
    "confirmed": "#A9D8B8",
    "released": "#DDEBF7",
}
"""Every word that komet-xl writes into a status cell."""
