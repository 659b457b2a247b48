"""The Komet token as a thing that cannot be printed, and the masking of texts that quote it. Pure."""

from __future__ import annotations

import hashlib
import hmac
import html
import json
import re
from dataclasses import dataclass, field
from typing import NoReturn

MASK = "***"
SHORTEST_MASKED = 6
"""A shorter token is not looked for in texts: it would blot out ordinary words and numbers."""


@dataclass(frozen=True, slots=True)
class Token:
    """Komet security token. Prints as Token(); cannot be pickled; only the connection in `transport.py` reveals it."""

    _value: str = field(repr=False)
    _pattern: re.Pattern[str] | None = field(init=False, repr=False, compare=False)
    """Finds the token in any spelling; None for one that is too short to look for."""
    _byte_pattern: re.Pattern[bytes] | None = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        spelled = "".join(f"(?:{'|'.join(map(re.escape, _spellings(each)))})" for each in self._value)
        found = len(self._value) >= SHORTEST_MASKED
        object.__setattr__(self, "_pattern", re.compile(spelled) if found else None)
        object.__setattr__(self, "_byte_pattern", re.compile(spelled.encode()) if found else None)

    def reveal(self) -> str:
        """The token itself: for the connection, at the moment it writes its bytes."""
        return self._value

    def fingerprint(self, salt: str) -> str:
        """Eight hex digits that tell one account from another and nothing else; differs from journal to journal."""
        return hmac.new(salt.encode(), self._value.encode(), hashlib.sha256).hexdigest()[:8]

    def mask(self, text: str) -> str:
        """The text with the token, in any form it takes in URLs, JSON and HTML, replaced by ***."""
        return self._pattern.sub(MASK, text) if self._pattern else text

    def mask_bytes(self, body: bytes) -> bytes:
        """The same for an answer's body, before anything reads it."""
        return self._byte_pattern.sub(MASK.encode(), body) if self._byte_pattern else body

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Komet token cannot be pickled")


def _spellings(character: str) -> list[str]:
    """A character as itself and as URLs, JSON and HTML may write it."""
    if character.isascii() and character.isalnum():
        return [character]
    in_json = json.dumps(character)[1:-1]
    units = character.encode("utf-16-be").hex()
    escaped = "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    percent = "".join(f"%{byte:02X}" for byte in character.encode())
    code = ord(character)
    found = {character, in_json, f"\\{character}", escaped, escaped.upper().replace("U", "u"), percent, percent.lower()}
    found |= {html.escape(character), f"&#{code};", f"&#{code:03};", f"&#x{code:x};", f"&#x{code:X};"}
    return sorted(found | ({"+"} if character == " " else set()), key=len, reverse=True)
