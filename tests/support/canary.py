"""Finds a secret in whatever a program left behind, in every form it may have taken on the way."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable


def _escaped(text: str, *, upper: bool = False) -> str:
    """As JSON writers do that escape everything but letters and digits."""
    digits = "04X" if upper else "04x"
    units = text.encode("utf-16-be")
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    return "".join(chr(code) if code < 128 and chr(code).isalnum() else f"\\u{code:{digits}}" for code in codes)


def _base64_core(data: bytes, shift: int) -> bytes:
    """The characters of a base64 text that depend on these bytes only, when `shift` others stand before them."""
    encoded = base64.b64encode(bytes(shift) + data).rstrip(b"=")
    whole = (shift + len(data)) * 8 // 6
    return encoded[-(-shift * 8 // 6) : whole]


FORMS: dict[str, Callable[[str], bytes]] = {
    "raw": str.encode,
    "lower case": lambda token: token.lower().encode(),
    "upper case": lambda token: token.upper().encode(),
    "latin-1": lambda token: token.encode("latin-1", "replace"),
    "percent": lambda token: quote(token, safe="").encode(),
    "percent, slash kept": lambda token: quote(token).encode(),
    "percent, plus for blank": lambda token: quote_plus(token).encode(),
    "percent, lower case": lambda token: _percent_in_lower_case(token).encode(),
    "JSON": lambda token: json.dumps(token)[1:-1].encode(),
    "JSON, slash escaped": lambda token: json.dumps(token)[1:-1].replace("/", "\\/").encode(),
    "JSON, all escaped": lambda token: _escaped(token).encode(),
    "JSON, all escaped, upper case": lambda token: _escaped(token, upper=True).encode(),
    "HTML": lambda token: html.escape(token).encode(),
    "repr of bytes": lambda token: repr(token.encode())[2:-1].encode(),
    "hex": lambda token: token.encode().hex().encode(),
    "base64": lambda token: _base64_core(token.encode(), 0),
    "base64, one byte in": lambda token: _base64_core(token.encode(), 1),
    "base64, two bytes in": lambda token: _base64_core(token.encode(), 2),
    "base64 for URLs": lambda token: _base64_core(token.encode(), 0).translate(bytes.maketrans(b"+/", b"-_")),
    "UTF-16": lambda token: token.encode("utf-16-le"),
    "UTF-16, big end first": lambda token: token.encode("utf-16-be"),
    "reversed": lambda token: token[::-1].encode(),
}
"""How a token may look, by the name of the form."""


def _percent_in_lower_case(token: str) -> str:
    return "".join(each if each.isascii() and each.isalnum() else quote(each, safe="").lower() for each in token)


def leaks(token: str, *blobs: bytes | str) -> list[str]:
    """The forms in which the token stands in any of the blobs, by name; none if it is nowhere."""
    looked_at = [blob.encode("utf-8", "surrogatepass") if isinstance(blob, str) else blob for blob in blobs]
    return [name for name, write in FORMS.items() if any(write(token) in blob for blob in looked_at)]
