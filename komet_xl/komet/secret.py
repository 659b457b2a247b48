"""The Komet token as a thing that cannot be printed, and the masking of texts that quote it. Pure."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import NoReturn
from urllib.parse import quote, quote_plus

MASK = "***"
SHORTEST_MASKED = 6
"""A shorter token is not looked for in texts: it would blot out ordinary words and numbers."""


@dataclass(frozen=True, slots=True)
class Token:
    """Komet security token. Prints as Token(); cannot be pickled; only the connection in `transport.py` reveals it."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        """The token itself: for the connection, at the moment it writes its bytes."""
        return self._value

    def fingerprint(self, salt: str) -> str:
        """Eight hex digits that tell one account from another and nothing else; differs from journal to journal."""
        return hmac.new(salt.encode(), self._value.encode(), hashlib.sha256).hexdigest()[:8]

    def mask(self, text: str) -> str:
        """The text with the token, in any form it takes in URLs and JSON, replaced by ***."""
        for form in self._forms():
            text = text.replace(form, MASK)
        return text

    def mask_bytes(self, body: bytes) -> bytes:
        """The same for an answer's body, before anything reads it."""
        for form in self._forms():
            body = body.replace(form.encode(), MASK.encode())
        return body

    def _forms(self) -> list[str]:
        value = self._value
        if len(value) < SHORTEST_MASKED:
            return []
        escaped = json.dumps(value)[1:-1]
        forms = {
            value,
            quote(value, safe=""),
            quote(value),
            quote_plus(value),
            escaped,
            escaped.replace("/", "\\/"),
        }
        return sorted(forms | {form.lower() for form in forms if "%" in form}, key=len, reverse=True)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Komet token cannot be pickled")
