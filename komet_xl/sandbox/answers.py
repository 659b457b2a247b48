"""HTTP answers as values. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON = "application/json;charset=UTF-8"
HTML = "text/html;charset=UTF-8"
BAD_GATEWAY_PAGE = (
    "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1>"
    "<p>The proxy server received an invalid response from an upstream server.</p></body></html>"
)
LOGIN_PAGE = (
    "<!DOCTYPE html><html><head><title>Login</title></head><body><form action='/login' method='post'>"
    "<input name='username'><input name='password' type='password'></form></body></html>"
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One complete HTTP answer."""

    code: int
    body: bytes
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers."""

    def all_headers(self, *, length: int | None = None) -> list[tuple[bytes, bytes]]:
        """Every header as bytes; `length` replaces the true Content-Length."""
        size = len(self.body) if length is None else length
        pairs = (("content-type", self.content_type), ("content-length", str(size)), *self.headers)
        return [(name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in pairs]


def json_answer(fields: Mapping[str, object], code: int = 200) -> Answer:
    """An answer with a JSON object, keys in the order given."""
    return Answer(code, json.dumps(fields, ensure_ascii=False).encode("utf-8", "replace"))


def no(message: str, code: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """Komet's no: status 0 and a sentence of at most 500 characters."""
    body = json.dumps({"status": 0, "message": message[:500]}, ensure_ascii=False)
    return Answer(code, body.encode("utf-8", "replace"), headers=headers)


def page(html: str, code: int) -> Answer:
    """A web page where JSON was expected, as proxies and lost sessions send it."""
    return Answer(code, html.encode(), HTML)


def text(body: str) -> Answer:
    """HTTP 200 that calls itself JSON, whatever the body."""
    return Answer(200, body.encode("utf-8", "replace"))
