"""Text for a terminal, without rich. Pure."""

from __future__ import annotations

import unicodedata


def visible(text: str) -> str:
    """A text without what would steer the terminal: Komet's messages are somebody else's words."""
    return "".join("\ufffd" if unicodedata.category(each) == "Cc" and each not in "\n\t" else each for each in text)
