"""The token cannot be printed, pickled or written down by accident, and texts that quote it are masked."""

from __future__ import annotations

import copy
import html
import json
import pickle
from dataclasses import FrozenInstanceError
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet_xl.komet.secret import Token
from tests.support.canary import leaks

CANARY = "CANARY+/=&é"

SPELLINGS = {
    "raw": CANARY,
    "percent": quote(CANARY, safe=""),
    "percent, slash kept": quote(CANARY),
    "percent, lower case": "CANARY%2b%2f%3d%26%c3%a9",
    "JSON": json.dumps(CANARY)[1:-1],
    "JSON, slash escaped": json.dumps(CANARY)[1:-1].replace("/", "\\/"),
    "JSON, upper case": "CANARY\\u002B/\\u003D\\u0026\\u00E9",
    "JSON, safe for HTML": "CANARY+/\\u003d\\u0026é",
    "HTML": html.escape(CANARY),
    "HTML, by number": "CANARY&#43;/&#61;&#38;&#xe9;",
}


def test_the_token_prints_as_nothing() -> None:
    token = Token(CANARY)

    assert repr(token) == str(token) == f"{token}" == "Token()"
    assert leaks(CANARY, repr([token]), repr({"token": token}), repr(vars(Token))) == []


def test_the_token_reveals_itself_when_asked() -> None:
    assert Token(CANARY).reveal() == CANARY


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_the_token_cannot_be_pickled(protocol: int) -> None:
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(Token(CANARY), protocol)


def test_the_token_cannot_be_copied_or_written_as_json_or_changed() -> None:
    token = Token(CANARY)

    with pytest.raises(TypeError):
        copy.deepcopy(token)
    with pytest.raises(TypeError) as raised:
        json.dumps({"token": token})
    with pytest.raises(FrozenInstanceError):
        token._value = "other"  # type: ignore[misc]  # noqa: SLF001  that it cannot be done is the point
    assert leaks(CANARY, str(raised.value)) == []


def test_the_fingerprint_tells_accounts_apart_and_journals_too() -> None:
    fingerprint = Token(CANARY).fingerprint("salt")

    assert fingerprint == Token(CANARY).fingerprint("salt")
    assert fingerprint != Token("another token").fingerprint("salt")
    assert fingerprint != Token(CANARY).fingerprint("other salt")
    assert len(fingerprint) == 8
    assert int(fingerprint, 16) >= 0


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_each_spelling_of_the_token_is_masked(spelling: str) -> None:
    token = Token(CANARY)

    assert token.mask(f"a {spelling}, b {spelling}") == "a ***, b ***"
    assert token.mask_bytes(f"a {spelling}é".encode()) == "a ***é".encode()


@pytest.mark.parametrize(
    "value", ["with blank", 'qu"ote', "back\\slash", "😀😀😀😀😀😀", "new\nline\t", ".*+?[a](b)|^$"]
)
@pytest.mark.parametrize("write", [str, quote_plus, quote, lambda text: json.dumps(text)[1:-1], html.escape])
def test_tokens_of_odd_characters_are_masked_too(value: str, write: type[str]) -> None:
    token = Token(value)

    assert token.mask(f"<{write(value)}>") == "<***>"
    assert token.mask_bytes(f"<{write(value)}>".encode()) == b"<***>"


def test_texts_without_the_token_stay_as_they_are() -> None:
    token = Token(CANARY)

    assert token.mask("CANARY + nothing") == "CANARY + nothing"
    assert token.mask_bytes(b"\xff\x00CANARY") == b"\xff\x00CANARY"


def test_a_very_short_token_does_not_blot_out_ordinary_words() -> None:
    token = Token("rose")

    assert token.mask("a rose is a rose") == "a rose is a rose"
    assert token.mask_bytes(b"rose") == b"rose"


@given(st.text(min_size=6, max_size=50).filter(lambda text: text.isprintable()), st.text(), st.text())
def test_no_text_keeps_any_token(value: str, before: str, after: str) -> None:
    masked = Token(value).mask(before + value + after)

    assert "***" in masked
    if "*" not in value:
        assert value not in masked


@given(st.binary(), st.text(min_size=6, max_size=50, alphabet=st.characters(codec="utf-8")))
def test_any_body_can_be_masked(body: bytes, value: str) -> None:
    assert value.encode() not in Token(value).mask_bytes(body + value.encode()).replace(b"***", b"")
