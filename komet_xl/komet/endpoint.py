"""Where Komet is and how to get there. Pure."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from komet_xl.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where Komet is and how to get there."""

    url: str
    """Base URL without a slash at its end, e.g. https://api.kometsales.com/api."""
    timeout: float = 60.0
    """Seconds one request may take in all, from the first name lookup to the last byte."""
    proxy: str | None = None
    ca_bundle: Path | None = None

    def __post_init__(self) -> None:
        parts = _parts(self.url)
        if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
            raise SettingsError(f"KOMET_URL is {self.url!r}; it must look like https://api.kometsales.com/api.")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise SettingsError("KOMET_URL must be a plain address, without a name, password or question mark in it.")
        if parts.scheme == "http" and not self.is_loopback:
            raise SettingsError(
                f"KOMET_URL uses plain http to {parts.hostname}; anyone on the way could read the token. Use https."
            )

    @property
    def host(self) -> str:
        """host:port in lower case, as identities and the journal name it."""
        parts = urlsplit(self.url)
        return f"{(parts.hostname or '').lower().rstrip('.')}:{parts.port or (443 if parts.scheme == 'https' else 80)}"

    @property
    def is_loopback(self) -> bool:
        """Whether Komet is on this machine (the sandbox): plain http is fine and a proxy is never used."""
        name = urlsplit(self.url).hostname or ""
        try:
            return ipaddress.ip_address(name).is_loopback
        except ValueError:
            return name.lower() == "localhost"


def _parts(url: str) -> SplitResult | None:
    """The parts of a URL; None where its host or port is impossible."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts
