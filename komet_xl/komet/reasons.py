"""Why a request failed, in our own words: the libraries' texts quote URLs. Pure."""

from __future__ import annotations

import socket
import ssl
from typing import Final

import urllib3.exceptions


class UnusableError(Exception):
    """An answer that we stop reading; its text is ours."""


def reason_of(exc: BaseException) -> str:
    """Why it failed, in our words: the libraries' own texts quote URLs."""
    chain = list(_chain(exc))
    for kind, words in _REASONS:
        if any(isinstance(each, kind) for each in chain):
            return words
    unusable = next((each for each in chain if isinstance(each, UnusableError)), None)
    return str(unusable) if unusable else f"the connection failed ({type(exc).__name__})"


def _chain(exc: BaseException) -> list[BaseException]:
    """The exception with all that it wraps: causes, contexts, `reason` attributes and arguments."""
    found: list[BaseException] = []
    todo: list[object] = [exc]
    while todo and len(found) < 50:
        each = todo.pop()
        if isinstance(each, BaseException) and each not in found:
            found.append(each)
            todo += [each.__cause__, each.__context__, getattr(each, "reason", None), *each.args]
    return found


_REASONS: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (ssl.SSLCertVerificationError, "its certificate is not trusted (see KOMET_CA_BUNDLE)"),
    (urllib3.exceptions.ProxyError, "the proxy did not let us through (see KOMET_PROXY)"),
    (ssl.SSLError, "the secure connection failed"),
    (socket.gaierror, "that name cannot be found"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionError, "the connection was cut"),
    (urllib3.exceptions.IncompleteRead, "the answer was cut short"),
    (urllib3.exceptions.TimeoutError, "the time was over"),
    (TimeoutError, "the time was over"),
    (urllib3.exceptions.DecodeError, "the answer cannot be decoded"),
    (urllib3.exceptions.ProtocolError, "the answer is not HTTP"),
)
