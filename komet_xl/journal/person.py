"""Who sits at this computer: the names that the journal puts beside what was sent and decided."""

from __future__ import annotations

import getpass
import platform


def whoever_is_here() -> tuple[str, str]:
    """The user's name and the computer's."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError, ImportError):  # no name in the environment and none in the system
        user = "unknown user"
    return user, platform.node()
