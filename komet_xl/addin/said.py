"""What a button says at its end."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Said:
    """Where a person reads it says how much it matters."""

    bar: str = ""
    """For the status bar: the sheet shows it as well."""
    box: str = ""
    """For a box that must be closed: something to read."""
    labels: bool = False
    """Whether the ribbon's labels have changed."""
