"""One attempt and its deadline, at the moments that no server can bring about at will."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import pytest

from komet_xl.komet.connection import Attempt
from komet_xl.komet.secret import Token

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two sockets that are connected to each other."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        ours = socket.create_connection(listener.getsockname())
        theirs, _ = listener.accept()
    for each in (ours, theirs):
        each.settimeout(10)
    with ours, theirs:
        yield ours, theirs


@pytest.fixture
def fired() -> list[int]:
    return []


@pytest.fixture
def attempt(fired: list[int]) -> Iterator[Attempt]:
    made = Attempt(token=Token("a token"), hook=lambda: fired.append(1), seconds=1)
    yield made
    made.close()


def test_the_hook_runs_once_however_many_bytes_follow(attempt: Attempt, fired: list[int]) -> None:
    attempt.before_first_byte()
    attempt.before_first_byte()

    assert fired == [1]
    assert attempt.left


def test_when_the_time_is_over_before_the_first_byte_the_hook_does_not_run(attempt: Attempt, fired: list[int]) -> None:
    attempt.expire()

    with pytest.raises(TimeoutError):
        attempt.before_first_byte()

    assert fired == []
    assert not attempt.left


def test_a_socket_that_comes_after_the_deadline_is_shut_at_once(
    attempt: Attempt, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    attempt.expire()

    attempt.watch(ours)

    assert theirs.recv(1) == b""


def test_the_deadline_wakes_up_whoever_reads(attempt: Attempt, pair: tuple[socket.socket, socket.socket]) -> None:
    ours, _ = pair
    attempt.watch(ours)

    attempt.expire()

    assert ours.recv(1) == b""


def test_the_deadline_may_come_when_the_connection_is_gone(
    attempt: Attempt, pair: tuple[socket.socket, socket.socket]
) -> None:
    ours, theirs = pair
    attempt.watch(ours)
    ours.shutdown(socket.SHUT_RDWR)
    theirs.close()

    attempt.expire()
    attempt.close()
    attempt.expire()

    assert attempt.expired
