"""A running sandbox and a client that talks to it as any other program would."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import requests

from komet_xl.sandbox.server import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

ORDER = {
    "prebookId": 85063,
    "inventoryId": 9999999,
    "boxes": 5,
    "price": 2.50,
    "markCode": "text for mark code",
}


class Client:
    """requests against one sandbox, with the right token unless told otherwise."""

    def __init__(self, komet: Sandbox, session: requests.Session) -> None:
        self._komet = komet
        self._session = session

    def get(self, method: str, **params: object) -> requests.Response:
        named: dict[str, Any] = {"authenticationToken": self._komet.token, **params}
        return self._session.get(f"{self._komet.url}/{method}", params=named, timeout=10, allow_redirects=False)

    def details(self, **params: object) -> dict[str, Any]:
        answer: dict[str, Any] = self.get("prebook.details.list", **params).json()
        return answer

    def numbers(self, **params: object) -> list[str]:
        return [prebook["number"] for prebook in self.details(**params).get("prebooks", [])]

    def add(self, *, timeout: float = 10, **changes: object) -> requests.Response:
        """Komet's own sample request with some fields changed; the value ... leaves a field out."""
        body = {"authenticationToken": self._komet.token, **ORDER, **changes}
        fields = {name: value for name, value in body.items() if value is not ...}
        url = f"{self._komet.url}/prebook.future.item.add"
        return self._session.post(url, json=fields, timeout=timeout, allow_redirects=False)

    def control(self, verb: str, path: str, fields: object = None) -> requests.Response:
        return self._session.request(verb, f"{self._komet.control}/{path}", json=fields, timeout=10)


@pytest.fixture
def komet() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def client(komet: Sandbox) -> Iterator[Client]:
    with requests.Session() as session:
        yield Client(komet, session)
