"""Settings: environment over file over defaults, every complaint names the setting, none quotes the token."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import platformdirs
import pytest

from komet_xl.errors import SettingsError
from komet_xl.settings import load_settings

TOKEN = "canary-7f3a-token"
SHELL = {"KOMET_TOKEN": TOKEN}


@pytest.fixture
def file(own_folders: Path) -> Path:
    """Where settings.toml belongs on this system, in the test's own home."""
    path = Path(platformdirs.user_config_dir("komet-xl", appauthor=False)) / "settings.toml"
    assert own_folders in path.parents
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.mark.usefixtures("file")
def test_without_a_file_and_an_environment_the_defaults_hold(own_folders: Path) -> None:
    settings = load_settings({})

    assert (settings.profile, settings.endpoint.url) == ("production", "https://api.kometsales.com/api")
    assert (settings.endpoint.timeout, settings.endpoint.proxy, settings.endpoint.ca_bundle) == (60.0, None, None)
    assert (settings.daily_limit, settings.fee_rate) == (1_000, Decimal("0.015"))
    assert settings.home == settings.file_home == Path(platformdirs.user_data_dir("komet-xl", appauthor=False))
    assert settings.journal == settings.home / "journal.sqlite3"
    assert own_folders in settings.home.parents
    assert settings.env_token is None


def test_the_file_wins_over_the_defaults(file: Path, tmp_path: Path) -> None:
    file.write_text(
        f"""
        url = "https://komet.example:8443/api/"
        home = {str(tmp_path / "mine")!r}
        journal = "sqlite:///team.db"
        timeout = 12.5
        proxy = "http://proxy.example:3128"
        ca_bundle = "~/ca.pem"
        daily_limit = 0
        fee_rate = "0.02"
        """
    )

    settings = load_settings({})

    assert (settings.endpoint.url, settings.endpoint.host) == ("https://komet.example:8443/api", "komet.example:8443")
    assert settings.home == settings.file_home == tmp_path / "mine"
    assert settings.journal == tmp_path / "mine" / "team.db"
    assert (settings.endpoint.timeout, settings.endpoint.proxy) == (12.5, "http://proxy.example:3128")
    assert settings.endpoint.ca_bundle == Path.home() / "ca.pem"
    assert (settings.daily_limit, settings.fee_rate) == (0, Decimal("0.02"))


def test_the_environment_wins_over_the_file(file: Path, tmp_path: Path) -> None:
    file.write_text(f"url = 'https://file.example/api'\ntimeout = 5\nhome = {str(tmp_path / 'file')!r}\n")

    settings = load_settings(
        {"KOMET_URL": "https://shell.example/api", "KOMET_TIMEOUT": " 7 ", "KOMET_HOME": str(tmp_path / "shell")}
    )

    assert (settings.endpoint.url, settings.endpoint.timeout) == ("https://shell.example/api", 7.0)
    assert (settings.home, settings.file_home) == (tmp_path / "shell", tmp_path / "file")


def test_the_environment_of_this_process_is_the_one_that_counts(own_folders: Path) -> None:
    assert load_settings().home == own_folders / "komet"


def test_a_blank_variable_is_as_good_as_none(file: Path) -> None:
    file.write_text("timeout = 5\nhome = ''\n")

    settings = load_settings({"KOMET_TIMEOUT": "", "KOMET_HOME": " ", "KOMET_TOKEN": "  ", "KOMET_PROFILE": ""})

    assert (settings.endpoint.timeout, settings.env_token, settings.profile) == (5.0, None, "production")
    assert settings.home == settings.file_home == Path(platformdirs.user_data_dir("komet-xl", appauthor=False))


def test_a_home_of_the_file_is_the_same_from_every_folder(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_text("home = 'komet data'\n")
    here = load_settings({}).journal
    monkeypatch.chdir(tmp_path)

    assert load_settings({}).journal == here == file.parent / "komet data" / "journal.sqlite3"


def test_a_profile_wins_over_what_all_share(file: Path) -> None:
    file.write_text("timeout = 5\ndaily_limit = 10\n[profiles.demo]\nurl = 'http://127.0.0.1:8080/api'\ntimeout = 6\n")

    for settings in (load_settings({}, profile="demo"), load_settings({"KOMET_PROFILE": "demo"})):
        assert (settings.profile, settings.endpoint.url) == ("demo", "http://127.0.0.1:8080/api")
        assert (settings.endpoint.timeout, settings.daily_limit) == (6.0, 10)
    assert load_settings({}).endpoint.timeout == 5.0
    assert load_settings({"KOMET_PROFILE": "demo"}, profile="production").profile == "production"


def test_a_profile_that_nothing_describes_is_never_production(file: Path) -> None:
    file.write_text("[profiles.demo]\ntimeout = 6\n")

    with pytest.raises(SettingsError, match=r"^there is no profile 'dmo' in .* \(there are: demo, production\)\.$"):
        load_settings({}, profile="dmo")
    assert load_settings({"KOMET_URL": "http://localhost:1/api"}, profile="dmo").profile == "dmo"


@pytest.mark.parametrize(
    "text",
    ["not toml", "timeout = ", "profiles = 3", "[profiles]\ndemo = 3", "a = 'x'", "token = 'canary-7f3a-token'"],
)
def test_a_file_that_cannot_be_used_is_named_and_its_values_are_not(file: Path, text: str) -> None:
    file.write_text(text)

    with pytest.raises(SettingsError) as refused:
        load_settings(SHELL)

    assert str(file) in str(refused.value)
    assert TOKEN not in str(refused.value)


def test_a_file_that_is_no_text_or_no_file_is_named(file: Path) -> None:
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({})

    file.unlink()
    file.mkdir()
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings({})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("timeout", ["soon", "0", "0.05", "3601", "nan", "inf", "-5", "1,5"]),
        ("daily_limit", ["many", "-1", "1.5", "Infinity"]),
        ("fee_rate", ["1.5 %", "-0.1", "1.01", "NaN"]),
        ("journal", ["postgresql://db/komet", "journal.db", "mysql:///x"]),
        ("url", ["api.kometsales.com", "ftp://api.kometsales.com", "http://", "https://a:b@c/api", "https://c/?x=1"]),
    ],
)
def test_every_complaint_names_its_setting_and_never_the_token(name: str, values: list[str]) -> None:
    for value in values:
        with pytest.raises(SettingsError) as refused:
            load_settings({**SHELL, f"KOMET_{name.upper()}": value})

        assert f"KOMET_{name.upper()}" in str(refused.value)
        assert TOKEN not in str(refused.value)
        assert refused.value.exit_code == 2


@pytest.mark.parametrize("line", ["timeout = true", "proxy = ['a']", "daily_limit = {a = 1}", "home = false"])
def test_a_value_of_the_wrong_kind_is_named_with_its_file(file: Path, line: str) -> None:
    file.write_text(line)

    with pytest.raises(SettingsError) as refused:
        load_settings({})

    assert f"{line.split(maxsplit=1)[0]} in {file}" in str(refused.value)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/api", "http://localhost/api", "http://[::1]:9/api"])
def test_plain_http_is_for_this_machine_only(url: str) -> None:
    assert load_settings({"KOMET_URL": url}).endpoint.is_loopback
    with pytest.raises(SettingsError, match=r"^KOMET_URL uses plain http to api\.example; .* Use https\.$"):
        load_settings({"KOMET_URL": "http://api.example/api"})


def test_the_journal_may_lie_anywhere_on_this_computer(tmp_path: Path) -> None:
    home = {"KOMET_HOME": str(tmp_path)}

    assert load_settings({**home, "KOMET_JOURNAL": "sqlite:///a/b.db"}).journal == tmp_path / "a" / "b.db"
    assert load_settings({**home, "KOMET_JOURNAL": f"sqlite:///{tmp_path / 'c.db'}"}).journal == tmp_path / "c.db"
    assert load_settings({**home, "KOMET_JOURNAL": "sqlite:///~/d.db"}).journal == Path.home() / "d.db"


def test_settings_never_print_the_token() -> None:
    settings = load_settings(SHELL)

    assert settings.env_token == TOKEN
    assert TOKEN not in f"{settings!r} {settings}"
