"""2,000 random changes to sound workbooks: each is read rightly or refused, and no save loses anything.

The seed is always the same, so that the change that came last is to blame when this fails. Others, and more of them:
python -m tests.grids.hostile COUNT
"""

from __future__ import annotations

from tests.support.limits import MIB

from .hostile.bases import bases
from .hostile.fuzzing import live_through
from .hostile.mutations import mutated

COUNT = 2_000
SEED = "komet"


def test_two_thousand_mutations_are_read_rightly_or_refused_and_nothing_is_lost() -> None:
    told = live_through(COUNT, SEED)

    assert told.faults == [], str(told)
    assert sum(told.ends.values()) == COUNT
    assert told.slowest <= 10
    assert told.peak <= 256 * MIB
    assert min(told.ends[end] for end in ("refused", "not written", "saved", "saved, seen alike")) > COUNT / 50, str(
        told
    )


def test_a_mutation_can_be_made_again_from_its_seed_and_number() -> None:
    again = [mutated("x", number) for number in range(40)]

    assert again == [mutated("x", number) for number in range(40)]
    assert len(set(again)) > 35
    assert not set(again) & set(bases())
