"""Settings and token, resolved once: environment over settings file over defaults."""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from komet_xl.errors import SettingsError
from komet_xl.komet.endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Mapping

APP: Final = "komet-xl"
DEFAULT_PROFILE: Final = "production"
DEFAULT_URL: Final = "https://api.kometsales.com/api"
DEFAULT_DAILY_LIMIT: Final = 1_000
"""Requests a paid user and day. Source: "Getting Started"."""
DEFAULT_FEE_RATE: Final = Decimal("0.015")
"""1.5 %; Komet's newest page names no percentage, so it is a setting."""
DEFAULT_TIMEOUT: Final = 60.0
NAMES: Final = ("url", "home", "journal", "timeout", "proxy", "ca_bundle", "daily_limit", "fee_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """All settings of one profile."""

    profile: str
    endpoint: Endpoint
    home: Path
    """Folder of journal, cache and log."""
    file_home: Path
    """The folder that Excel uses, which sees no shell's KOMET_HOME."""
    journal: Path
    daily_limit: int
    fee_rate: Decimal
    settings_file: Path
    env_token: str | None
    """KOMET_TOKEN, where it is set; shown to nobody."""

    def __repr__(self) -> str:
        return f"Settings(profile={self.profile!r}, url={self.endpoint.url!r}, home={str(self.home)!r})"


def load_settings(environ: Mapping[str, str] | None = None, *, profile: str | None = None) -> Settings:
    """
    Read settings.toml and the environment.

    Raises:
        SettingsError: a value cannot be used; the sentence names it and where it stands.
    """
    env = os.environ if environ is None else environ
    path = Path(platformdirs.user_config_dir(APP, appauthor=False)) / "settings.toml"
    chosen = profile or env.get("KOMET_PROFILE") or DEFAULT_PROFILE
    # A profile that nothing describes would silently be production, unless the shell says which Komet it means.
    stored = _stored(path, chosen, must_exist=chosen != DEFAULT_PROFILE and not env.get("KOMET_URL"))
    found = {name: _Value(name, env.get(f"KOMET_{name.upper()}"), stored.get(name), path) for name in NAMES}
    default_home = Path(platformdirs.user_data_dir(APP, appauthor=False))
    file_home = path.parent / Path(_Value("home", None, stored.get("home"), path).text() or default_home).expanduser()
    home = Path((env.get("KOMET_HOME") or "").strip() or file_home).expanduser().absolute()
    bundle = found["ca_bundle"].text()
    return Settings(
        profile=chosen,
        endpoint=Endpoint(
            url=(found["url"].text() or DEFAULT_URL).rstrip("/"),
            timeout=found["timeout"].seconds(DEFAULT_TIMEOUT),
            proxy=found["proxy"].text(),
            ca_bundle=Path(bundle).expanduser() if bundle else None,
        ),
        home=home,
        file_home=file_home,
        journal=_journal(found["journal"].text(), home),
        daily_limit=found["daily_limit"].count(DEFAULT_DAILY_LIMIT),
        fee_rate=found["fee_rate"].rate(DEFAULT_FEE_RATE),
        settings_file=path,
        env_token=(env.get("KOMET_TOKEN") or "").strip() or None,
    )


def _stored(path: Path, profile: str, *, must_exist: bool) -> dict[str, Any]:
    """Values of the settings file for a profile: the profile's own over the common ones."""
    try:
        with path.open("rb") as file:
            document = tomllib.load(file)
    except FileNotFoundError:
        document = {}
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path} cannot be read ({exc}); mend it or move it away.") from None
    profiles = document.pop("profiles", {})
    if not isinstance(profiles, dict) or not all(isinstance(each, dict) for each in profiles.values()):
        raise SettingsError(f"{path}: profiles must be tables such as [profiles.demo].")
    if must_exist and profile not in profiles:
        known = ", ".join(sorted({DEFAULT_PROFILE, *profiles}))
        raise SettingsError(f"there is no profile {profile!r} in {path} (there are: {known}).")
    stored: dict[str, Any] = document | profiles.get(profile, {})
    unknown = sorted(stored.keys() - set(NAMES))
    if unknown:
        raise SettingsError(f"{path} has the unknown setting {unknown[0]}; there are: {', '.join(NAMES)}.")
    return stored


def _journal(text: str | None, home: Path) -> Path:
    """The journal's file from KOMET_JOURNAL, a database URL."""
    if text is None:
        return home / "journal.sqlite3"
    if not text.startswith("sqlite:///"):
        raise SettingsError(
            "KOMET_JOURNAL must start with sqlite:/// and go on with a file's path; no other database is known here."
        )
    path = Path(text.removeprefix("sqlite:///")).expanduser()
    return path if path.is_absolute() else home / path


@dataclass(frozen=True, slots=True)
class _Value:
    """One setting from the environment or the file, and how to name it in a complaint."""

    name: str
    shell: str | None
    stored: object
    path: Path

    def text(self) -> str | None:
        value = self.shell or self.stored
        if value is None or value == "":
            return None
        if isinstance(value, bool | dict | list):
            raise self._complaint("a text")
        return str(value).strip()

    def seconds(self, default: float) -> float:
        number = self._number(Decimal(str(default)), "a number of seconds between 0.1 and 3600")
        if not Decimal("0.1") <= number <= 3600:
            raise self._complaint("a number of seconds between 0.1 and 3600")
        return float(number)

    def count(self, default: int) -> int:
        number = self._number(Decimal(default), "a whole number of at least 0")
        if number != number.to_integral_value() or number < 0:
            raise self._complaint("a whole number of at least 0")
        return int(number)

    def rate(self, default: Decimal) -> Decimal:
        number = self._number(default, "a rate between 0 and 1, such as 0.015 for 1.5 %")
        if not 0 <= number <= 1:
            raise self._complaint("a rate between 0 and 1, such as 0.015 for 1.5 %")
        return number

    def _number(self, default: Decimal, wanted: str) -> Decimal:
        text = self.text()
        try:
            number = default if text is None else Decimal(text)
        except InvalidOperation:
            raise self._complaint(wanted) from None
        if not number.is_finite():
            raise self._complaint(wanted)
        return number

    def _complaint(self, wanted: str) -> SettingsError:
        where = f"KOMET_{self.name.upper()}" if self.shell else f"{self.name} in {self.path}"
        return SettingsError(f"{where} is {self.shell or self.stored!r}; it must be {wanted}.")
