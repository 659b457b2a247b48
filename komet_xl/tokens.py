"""Where the token is kept: KOMET_TOKEN or the system's own keyring; never a cell, a file of ours or a command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.errors import SettingsError
from komet_xl.komet.secret import Token

if TYPE_CHECKING:
    from types import ModuleType

    from komet_xl.settings import Settings

SERVICE: Final = "komet-xl"
LONGEST: Final = 50
"""Characters, by Komet's documentation."""
KNOWN_BACKENDS: Final = frozenset(
    f"keyring.backends.{name}" for name in ("Windows", "macOS", "SecretService", "kwallet", "libsecret", "chainer")
)
"""Modules that keep secrets in the system; a configuration can name any class, also a bad one."""


def find_token(settings: Settings) -> Token | None:
    """The token of a profile, or None. Raises SettingsError for one that cannot be a token."""
    if settings.env_token is not None:
        return checked(settings.env_token, "KOMET_TOKEN")
    stored = _call("get_password", settings.profile)
    return checked(stored, "the token in the keyring") if stored else None


def token_source(settings: Settings) -> str | None:
    """Where the token of a profile comes from, in words; None when there is none."""
    if settings.env_token is not None:
        return "KOMET_TOKEN"
    return "the system's keyring" if _call("get_password", settings.profile) else None


def keep_token(settings: Settings, value: str) -> None:
    """Put a token into the system's keyring. Raises SettingsError."""
    token = checked(value.strip(), "the token")
    if not _is_usable():
        raise SettingsError(
            "this system has no keyring that komet-xl trusts, so the token cannot be kept; set KOMET_TOKEN instead."
        )
    _call("set_password", settings.profile, token.reveal())


def forget_token(settings: Settings) -> bool:
    """Take the token out of the keyring. True when there was one."""
    if not _call("get_password", settings.profile):
        return False
    _call("delete_password", settings.profile)
    return True


def checked(value: str, what: str) -> Token:
    """A token that can be sent. Raises SettingsError, never quoting it."""
    if not 0 < len(value) <= LONGEST or not value.isprintable():
        raise SettingsError(f"{what} is no Komet token: it must be 1 to {LONGEST} printable characters.")
    return Token(value)


def keyring_names() -> list[str]:
    """Modules of the system's keyring; of a chain of them, of its links."""
    return [type(each).__module__ for each in _backends()]


def _is_usable() -> bool:
    return KNOWN_BACKENDS.issuperset(keyring_names())


def _backends() -> list[object]:
    """The keyring's backend; for a chain of them, its links."""
    backend = _keyring().get_keyring()
    links = list(getattr(backend, "backends", [])) if type(backend).__module__.endswith(".chainer") else [backend]
    return links or [backend]


def _call(verb: str, *args: str) -> str | None:
    """Ask the keyring; without one that we trust there is nothing in it."""
    if not _is_usable():
        return None
    keyring = _keyring()
    problem = ""
    try:
        result: str | None = getattr(keyring, verb)(SERVICE, *args)
    except keyring.errors.KeyringError as exc:
        problem = type(exc).__name__
    else:
        return result
    raise SettingsError(f"the system's keyring did not answer ({problem}); unlock it, or set KOMET_TOKEN.")


def _keyring() -> ModuleType:
    import keyring
    import keyring.errors

    return keyring
