"""Where a token comes from, and where it is never kept."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, ClassVar

import keyring
import keyring.errors
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail
from keyring.backends.chainer import ChainerBackend

from komet_xl.errors import SettingsError
from komet_xl.komet.secret import Token
from komet_xl.settings import load_settings
from komet_xl.tokens import checked, find_token, forget_token, keep_token, token_source

if TYPE_CHECKING:
    from collections.abc import Iterator

    from komet_xl.settings import Settings

CANARY = "canary-token-4711"
TRUSTED = "keyring.backends.SecretService"


class Stranger(KeyringBackend):
    """A backend that someone's configuration names: it would keep tokens where anyone reads them."""

    priority: ClassVar[float] = 0.1  # type: ignore[assignment]  keyring wants a property of the class

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


class Known(Stranger):
    """A backend that says it is the system's own."""

    __module__ = TRUSTED


class Lookalike(Stranger):
    """A backend of another package, in a module of a name that we know."""

    __module__ = "keyrings.alt.Windows"


class Locked(Known):
    """The system's own keyring, not unlocked."""

    __module__ = TRUSTED

    def get_password(self, service: str, username: str) -> str | None:
        raise keyring.errors.KeyringLocked(f"{service} {username} {CANARY}")


class Chain(ChainerBackend):
    """keyring's chain with the links that a test wants."""

    __module__ = "keyring.backends.chainer"
    backends: ClassVar[list[KeyringBackend]] = []


@pytest.fixture
def settings() -> Settings:
    return load_settings({})


@pytest.fixture(autouse=True)
def own_keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    yield
    keyring.set_keyring(before)


def use(backend: KeyringBackend) -> KeyringBackend:
    keyring.set_keyring(backend)
    return backend


def test_a_token_is_kept_found_and_forgotten_by_profile(settings: Settings) -> None:
    backend = Known()
    use(backend)

    keep_token(settings, f" {CANARY}\n")

    assert backend.kept == {("komet-xl", "production"): CANARY}
    assert find_token(settings) == Token(CANARY)
    assert token_source(settings) == "the system's keyring"
    assert forget_token(settings) is True
    assert forget_token(settings) is False
    assert (find_token(settings), token_source(settings)) == (None, None)


def test_the_environment_beats_the_keyring(settings: Settings) -> None:
    use(Known())
    keep_token(settings, "from the keyring")
    shell = load_settings({"KOMET_TOKEN": CANARY})

    assert find_token(shell) == Token(CANARY)
    assert token_source(shell) == "KOMET_TOKEN"


@pytest.mark.parametrize("make", [Stranger, Lookalike, fail.Keyring])
def test_a_keyring_that_is_not_the_systems_own_is_not_used(settings: Settings, make: type[KeyringBackend]) -> None:
    backend = use(make())
    if isinstance(backend, Stranger):
        backend.kept["komet-xl", "production"] = "planted"

    with pytest.raises(SettingsError, match=r"no keyring that komet-xl trusts.*set KOMET_TOKEN instead\.$") as refused:
        keep_token(settings, CANARY)

    assert CANARY not in str(refused.value)
    assert find_token(settings) is None
    assert token_source(settings) is None
    assert forget_token(settings) is False
    assert not isinstance(backend, Stranger) or list(backend.kept.values()) == ["planted"]


def test_a_chain_is_trusted_when_all_of_its_links_are(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Chain, "backends", [Known()])
    use(Chain())
    keep_token(settings, CANARY)
    assert find_token(settings) == Token(CANARY)

    monkeypatch.setattr(Chain, "backends", [*Chain.backends, Stranger()])

    assert find_token(settings) is None
    with pytest.raises(SettingsError, match="no keyring that komet-xl trusts"):
        keep_token(settings, CANARY)


def test_a_locked_keyring_is_said_without_its_own_words(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    use(Locked())

    with caplog.at_level(logging.DEBUG), pytest.raises(SettingsError, match=r"\(KeyringLocked\); unlock it") as refused:
        find_token(settings)

    assert CANARY not in str(refused.value) + caplog.text
    assert refused.value.__context__ is None
    assert refused.value.__cause__ is None


@pytest.mark.parametrize("value", ["", "x" * 51, f"{CANARY}\nX-Evil: 1", f"{CANARY}\x00", f"{CANARY}\u2028"])
def test_what_cannot_be_a_token_is_refused_without_quoting_it(value: str) -> None:
    with pytest.raises(SettingsError) as refused:
        checked(value, "KOMET_TOKEN")

    assert str(refused.value) == "KOMET_TOKEN is no Komet token: it must be 1 to 50 printable characters."


def test_a_token_of_fifty_characters_is_one() -> None:
    assert checked("x" * 50, "the token").reveal() == "x" * 50


def test_a_bad_token_of_the_environment_or_the_keyring_is_named_by_where_it_comes_from(settings: Settings) -> None:
    with pytest.raises(SettingsError, match=r"^KOMET_TOKEN is no Komet token"):
        find_token(load_settings({"KOMET_TOKEN": "x" * 51}))

    backend = Known()
    backend.kept["komet-xl", "production"] = "a\nb"
    use(backend)
    with pytest.raises(SettingsError, match=r"^the token in the keyring is no Komet token"):
        find_token(settings)
