"""Which addresses of Komet are accepted, and how the journal names them."""

from __future__ import annotations

import pytest

from komet_xl.errors import SettingsError
from komet_xl.komet.endpoint import Endpoint


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://api.kometsales.com/api", "api.kometsales.com:443"),
        ("https://API.KometSales.com:8443/api", "api.kometsales.com:8443"),
        ("http://127.0.0.1:8000/api", "127.0.0.1:8000"),
        ("http://localhost/api", "localhost:80"),
        ("http://[::1]:8000/api", "::1:8000"),
    ],
)
def test_a_host_is_named_with_its_port_in_lower_case(url: str, host: str) -> None:
    assert Endpoint(url=url).host == host


@pytest.mark.parametrize(
    "url",
    [
        "",
        "api.kometsales.com/api",
        "ftp://api.kometsales.com",
        "https://",
        "https://:443/api",
        "https://komet:port/api",
        "https://komet:99999/api",
        "https://[::1/api",
    ],
)
def test_what_is_no_address_is_a_settings_error_that_shows_a_good_one(url: str) -> None:
    with pytest.raises(SettingsError, match=r"it must look like https://api\.kometsales\.com/api"):
        Endpoint(url=url)


@pytest.mark.parametrize(
    "url",
    ["https://me@komet.test/api", "https://me:word@komet.test", "https://komet.test/?a=1", "https://komet.test/#a"],
)
def test_an_address_with_anything_secret_in_it_is_refused_and_not_shown(url: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Endpoint(url=url)

    assert "komet.test" not in str(raised.value)


@pytest.mark.parametrize(
    "url",
    ["http://api.kometsales.com/api", "http://127.0.0.1.nip.test/api", "http://localhost.test/", "http://10.0.0.1/"],
)
def test_plain_http_is_refused_beyond_this_machine(url: str) -> None:
    with pytest.raises(SettingsError, match="Use https"):
        Endpoint(url=url)


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://127.9.9.9/", "http://LOCALHOST/", "http://[::1]/"])
def test_plain_http_is_fine_on_this_machine(url: str) -> None:
    assert Endpoint(url=url).is_loopback


def test_https_elsewhere_is_not_this_machine() -> None:
    assert not Endpoint(url="https://api.kometsales.com/api").is_loopback
