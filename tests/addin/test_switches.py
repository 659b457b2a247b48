"""What buttons switch for formulas in another process; a lost file switches nothing and stops nothing."""

from __future__ import annotations

import pytest

from komet_xl.addin import switches
from komet_xl.addin.switches import Switches
from komet_xl.errors import SettingsError


def test_nothing_is_switched_at_first() -> None:
    assert switches.load() == Switches(profile=None, frozen=False, refresh=0)


def test_each_switch_leaves_the_others_as_they_are() -> None:
    switches.freeze(frozen=True)
    switches.choose("demo")
    switches.press_refresh()
    first = switches.load()
    switches.freeze(frozen=False)
    switches.choose(None)

    assert (first.profile, first.frozen) == ("demo", True)
    assert first.refresh > 0
    assert switches.load() == Switches(profile=None, frozen=False, refresh=first.refresh)


def test_every_press_of_refresh_counts_further_even_after_the_file_was_lost() -> None:
    switches.press_refresh()
    first = switches.load().refresh
    switches.press_refresh()
    second = switches.load().refresh
    switches.place().unlink()
    switches.press_refresh()

    assert first < second
    assert switches.load().refresh >= first


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"[]",
        b"7",
        b"[" * 100_000,
        b"\xff",
        b'{"profile": 7, "frozen": "yes", "refresh": "many"}',
        b'{"refresh": -1}',
        b'{"refresh": true}',
    ],
)
def test_a_damaged_file_switches_nothing(damage: bytes) -> None:
    switches.freeze(frozen=True)
    switches.place().write_bytes(damage)

    assert switches.load() == Switches()
    switches.freeze(frozen=True)
    assert switches.load().frozen


def test_a_folder_that_cannot_be_written_is_said() -> None:
    switches.place().parent.parent.mkdir(parents=True, exist_ok=True)
    switches.place().parent.write_text("a file where the folder should be", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"excel\.json cannot be written"):
        switches.freeze(frozen=True)
