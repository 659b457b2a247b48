"""Random histories of pushes, crashes, copies, sorts and second thoughts, against a real journal.

Whatever people do to their sheets: for one order line there are never more sends than rows that one sheet showed at a
push, plus the releases that a person gave.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from komet_xl.journal.identity import LIVE, Act, State
from komet_xl.journal.records import Intent, Where
from komet_xl.journal.store import Journal
from komet_xl.model import Mark
from komet_xl.plan import decide, lost_result, place_rows
from komet_xl.sheets.orders import read_orders

from .lines import HOST, Clock, begin, intend

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from komet_xl.plan import Decisions, Spot
    from komet_xl.sheets.cells import Cell

HEADINGS: list[Cell] = ["prebookId", "inventoryId", "boxes", "price", "status"]
STATUS_OF = {State.ACCEPTED: 1, State.UNKNOWN: "unknown", State.REJECTED: 0}
FILES = st.sampled_from(["a.xlsx", "b.xlsx"])


class Pushes(RuleBasedStateMachine):
    """Two files with rows of one order line, and the journal they share."""

    journal: Journal
    items = 0

    @initialize(rows=st.integers(1, 4))
    def start(self, rows: int) -> None:
        Pushes.items += 1
        self.statuses: dict[str, list[Cell]] = {"a.xlsx": [None] * rows, "b.xlsx": []}
        self.most_rows = 0
        self.releases = 0

    def look(self, file: str) -> tuple[Where, list[Spot], Decisions]:
        rows: list[list[Cell]] = [[85063, Pushes.items, 5, 2.5, status] for status in self.statuses[file]]
        orders = read_orders([HEADINGS, *rows]).rows
        where = Where(file, "orders")
        print_ = {spot.fingerprint for spot in place_rows(orders, {}, HOST, where)}
        spots = place_rows(orders, self.journal.sends_like(print_), HOST, where)
        return where, spots, decide(orders, spots)

    @rule(file=FILES, states=st.lists(st.sampled_from([*STATUS_OF, State.OPEN]), max_size=5), crash=st.booleans())
    def push(self, file: str, states: list[State], *, crash: bool) -> None:
        """Send what goes. A crash ends it where the states end, before anything is in the sheet."""
        where, _, decisions = self.look(file)
        self.most_rows = max(self.most_rows, len(self.statuses[file]))
        statuses, shown = list(self.statuses[file]), set(decisions.shown)
        with self.journal.hold(file):
            run = begin(self.journal, where)
            for each in decisions.intents:
                if crash and not states:
                    break
                state = states.pop(0) if states else State.ACCEPTED
                send = intend(self.journal, run, each)
                shown.add(send)
                if state is State.OPEN:
                    crash = True
                    break
                self.journal.settle(send, state, "")
                statuses[each.line.row - 2] = STATUS_OF[state]
            if not crash:
                for outcome in decisions.outcomes.values():
                    statuses[outcome.row - 2] = outcome.status
                self.statuses[file] = statuses
                self.journal.shown(shown)

    @rule(file=FILES)
    def clear(self, file: str) -> None:
        """Someone empties the status column."""
        self.statuses[file] = [None] * len(self.statuses[file])

    @rule(file=FILES, at=st.integers(0, 5), word=st.sampled_from([None, "done", 1, "unknown", "released", "held"]))
    def type_into(self, file: str, at: int, word: Cell) -> None:
        """Someone types into a status cell, or adds a row."""
        if at < len(self.statuses[file]):
            self.statuses[file][at] = word
        else:
            self.statuses[file].append(word)

    @rule(file=FILES)
    def delete(self, file: str) -> None:
        self.statuses[file] = self.statuses[file][1:]

    @rule(file=FILES)
    def sort(self, file: str) -> None:
        self.statuses[file].reverse()

    @rule()
    def copy(self) -> None:
        self.statuses["b.xlsx"] = list(self.statuses["a.xlsx"])

    @rule(file=FILES, written=st.booleans(), state=st.sampled_from([State.CONFIRMED, State.RELEASED]))
    def resolve(self, file: str, *, written: bool, state: State) -> None:
        """A person decides about the first row that the journal has as unknown."""
        with self.journal.hold(file):
            _, spots, _ = self.look(file)
            for spot in spots:
                if spot.send is not None and spot.send.state is State.UNKNOWN and spot.row.mark is Mark.UNKNOWN:
                    self.journal.decide(spot.send.id, state, "")
                    self.releases += state is State.RELEASED
                    if written:
                        self.statuses[file][spot.row.number - 2] = state.value
                        self.journal.shown([spot.send.id])
                    break

    @rule(file=FILES)
    def release(self, file: str) -> None:
        """A person lets the first held row go."""
        where, spots, _ = self.look(file)
        held = next((each for each in spots if each.place.act is Act.HOLD), None)
        if held is not None and held.row.line is not None:
            run = begin(self.journal, where)
            what = Intent(held.row.line, held.fingerprint, held.place.count)
            self.journal.shown([self.journal.decide_line(run, what, State.RELEASED, "")])
            self.statuses[file][held.row.number - 2] = "released"
            self.releases += 1

    @rule(file=FILES)
    def write_lost_results(self, file: str) -> None:
        """Resolve puts into the sheet what it had lost."""
        with self.journal.hold(file):
            _, spots, _ = self.look(file)
            for spot in spots:
                if spot.place.act is Act.REPAIR and spot.send is not None:
                    self.statuses[file][spot.row.number - 2] = lost_result(spot.row.number, spot.send).status
                    self.journal.shown([spot.send.id])

    @invariant()
    def no_more_sends_than_rows_and_releases(self) -> None:
        live = [
            each
            for each in self.journal.sends_since(None, ["85063"])
            if each.line.inventory_id == Pushes.items and each.state in LIVE
        ]
        assert len(live) <= self.most_rows + self.releases
        assert len({each.count for each in live}) == len(live)

    @invariant()
    def every_row_has_an_outcome_and_a_ref_of_its_own(self) -> None:
        for file in self.statuses:
            _, spots, decisions = self.look(file)
            assert len(decisions.intents) + len(decisions.outcomes) == len(self.statuses[file])
            assert len({spot.ref for spot in spots}) == len(self.statuses[file])


def test_no_history_sends_a_line_more_often_than_it_stood_in_a_sheet(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    Pushes.journal = Journal(tmp_path / "journal.sqlite3", now=Clock())
    request.addfinalizer(Pushes.journal.close)
    case = Pushes.TestCase
    case.settings = settings(
        max_examples=25, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
    )

    case("runTest").runTest()

    assert Pushes.items > 0
