"""The journal on disk: what it refuses, what it survives, what it tells."""

from __future__ import annotations

import os
import re
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import JournalBusyError, JournalError, UsageError
from komet_xl.journal.history import sums_by_day, verify
from komet_xl.journal.identity import DOUBTFUL, LIVE, State
from komet_xl.journal.records import Shown
from komet_xl.journal.store import Journal
from komet_xl.komet import wire
from komet_xl.model import PrebookRef

from .lines import HERE, HOST, LIMIT, NOON, THERE, Clock, begin, intend, intent, line, only

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
DAY = date(2015, 2, 10)
HOLDER = """
import sys
from pathlib import Path
from komet_xl.journal.store import Journal
from tests.journal.lines import begin, intend

journal = Journal(Path(sys.argv[1]))
with journal.hold("C:/orders of Ana.xlsx"):
    intend(journal, begin(journal))
    print("holding", flush=True)
    sys.stdin.read()
"""


def child(script: str, *arguments: object) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)


@pytest.fixture
def holder(path: Path, journal: Journal) -> Iterator[subprocess.Popen[str]]:
    """Another push, in the middle of a line."""
    assert journal.salt
    with child(HOLDER, path) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "holding\n"
        yield process
        process.kill()


def raw(path: Path, statement: str) -> list[tuple[object, ...]]:
    """What another program does to the journal's file."""
    with closing(sqlite3.connect(path)) as connection, connection:
        return connection.execute(statement).fetchall()


# ---------------------------------------------------------------------------------------- intents and outcomes


def test_an_intent_is_on_disk_with_its_request_before_anything_leaves(path: Path, journal: Journal) -> None:
    send = intend(journal, begin(journal), intent(line(7, mark="Ana")))

    assert raw(path, "SELECT id, state, row, price, mark_code, shown FROM sends") == [
        (send, "open", 7, "2.50", "Ana", "no")
    ]
    assert raw(path, "SELECT send, state FROM events") == [(send, "open")]
    assert raw(path, "SELECT used FROM requests") == [(1,)]


def test_at_todays_limit_nothing_is_on_disk(path: Path, journal: Journal) -> None:
    run = begin(journal)

    assert journal.intend(run, intent(count=1), limit=1) is not None
    assert journal.intend(run, intent(count=2), limit=1) is None
    assert raw(path, "SELECT count(*) FROM sends") == [(1,)]
    assert journal.counter.requests_today(HOST) == 1


def test_a_send_comes_back_as_it_went_in(journal: Journal) -> None:
    what = intent(line(7, item=9007199254740993, mark="Ana"), count=3)
    send = intend(journal, begin(journal, THERE), what)
    journal.settle(send, State.ACCEPTED, "OK")
    journal.shown([send])

    found = only(journal)

    assert (found.line, found.fingerprint, found.count, found.ref) == (what.line, what.fingerprint, 3, what.ref)
    assert (found.id, found.state, found.message, found.shown) == (send, State.ACCEPTED, "OK", Shown.YES)
    assert (found.where, found.host) == (THERE, HOST)
    assert NOON < found.intended < NOON + timedelta(minutes=1)
    assert f"{found.user} on {found.machine}, " in journal.who


@pytest.mark.parametrize("state", sorted(LIVE))
def test_a_second_live_send_of_a_line_and_count_is_refused(journal: Journal, state: State) -> None:
    run = begin(journal)
    journal.settle(intend(journal, run), state, "")

    with pytest.raises(JournalError, match="nothing is sent without it"):
        intend(journal, run)

    assert journal.counter.requests_today(HOST) == 1


@pytest.mark.parametrize("state", [State.REJECTED, State.RELEASED, State.UNDONE])
def test_a_line_that_komet_does_not_have_may_be_sent_again(journal: Journal, state: State) -> None:
    run = begin(journal)
    journal.settle(intend(journal, run), state, "")

    intend(journal, run)

    assert len(journal.sends_since(None)) == 2


def test_a_run_notes_its_end(path: Path, journal: Journal) -> None:
    run = begin(journal)
    journal.end(run)

    ((started, ended),) = raw(path, "SELECT started, ended FROM runs")
    assert str(started) < str(ended)


def test_every_transition_is_kept(path: Path, journal: Journal) -> None:
    send = intend(journal, begin(journal))
    journal.settle(send, State.UNKNOWN, "no answer")
    journal.shown([send])
    journal.decide(send, State.RELEASED, "Ana: not there")

    assert raw(path, "SELECT state, note FROM events ORDER BY id") == [
        ("open", ""),
        ("unknown", "no answer"),
        ("released", "Ana: not there"),
    ]
    assert only(journal).shown is Shown.MAYBE


def test_a_persons_word_on_a_line_that_was_not_sent_from_here_is_a_send_too(journal: Journal) -> None:
    run = begin(journal)

    send = journal.decide_line(run, intent(), State.CONFIRMED, "Ana saw it")

    found = only(journal)
    assert (found.id, found.state, found.message) == (send, State.CONFIRMED, "Ana saw it")
    assert journal.counter.requests_today(HOST) == 0


# ---------------------------------------------------------------------------------------------------- questions


def test_sends_that_count_are_found_by_their_line(journal: Journal) -> None:
    run = begin(journal)
    other = intent(line(item=7))
    for count, state in enumerate(State, start=1):
        journal.settle(intend(journal, run, intent(count=count)), state, "")
    intend(journal, run, other)
    print_ = intent().fingerprint

    found = journal.sends_like([print_, other.fingerprint, "nothing"])

    assert {each.state for each in found[print_]} == {*LIVE, State.RELEASED}
    assert len(found[other.fingerprint]) == 1
    assert journal.sends_like([]) == {}


def test_more_lines_than_one_list_holds_are_found(journal: Journal) -> None:
    intend(journal, begin(journal))

    found = journal.sends_like([*map(str, range(1200)), intent().fingerprint])

    assert len(found) == 1


def test_a_release_counts_until_a_send_has_followed_it(journal: Journal) -> None:
    run, print_ = begin(journal), intent().fingerprint
    first = intend(journal, run)
    journal.decide(first, State.RELEASED, "")
    assert [each.id for each in journal.sends_like([print_])[print_]] == [first]

    second = intend(journal, run, intent(previous=first))
    journal.settle(second, State.REJECTED, "no")
    assert [each.id for each in journal.sends_like([print_])[print_]] == [first]

    third = intend(journal, run, intent(previous=first))
    assert [each.id for each in journal.sends_like([print_])[print_]] == [third]

    journal.decide(third, State.RELEASED, "")
    assert [each.id for each in journal.sends_like([print_])[print_]] == [third]


def test_live_sends_of_an_item_are_found_whatever_their_boxes(journal: Journal) -> None:
    run, abroad = begin(journal), begin(journal, host="127.0.0.1:80")
    wanted = [intend(journal, run, intent(line(boxes=each))) for each in (1, 2)]
    journal.settle(intend(journal, run, intent(line(boxes=3))), State.REJECTED, "")
    journal.settle(intend(journal, run, intent(line(boxes=4))), State.RELEASED, "")
    intend(journal, run, intent(line(item=7)))
    intend(journal, abroad, intent(line(boxes=5)))

    found = journal.sends_of_items(HOST, [(85063, 9_999_999), (1, 7)])

    assert [each.id for each in found] == wanted


def test_sends_of_a_sheet_are_found_by_their_state(journal: Journal) -> None:
    here, there = begin(journal), begin(journal, THERE)
    first = intend(journal, here)
    intend(journal, there, intent(count=2))
    journal.settle(intend(journal, here, intent(count=3)), State.ACCEPTED, "")

    assert [each.id for each in journal.sends_of_sheet(HERE, states=DOUBTFUL)] == [first]


def test_history_goes_back_to_a_moment_and_to_some_prebooks(journal: Journal) -> None:
    run = begin(journal)
    journal.settle(intend(journal, run), State.REJECTED, "")
    second = intend(journal, run)
    (_, late) = journal.sends_since(None)

    assert [each.id for each in journal.sends_since(late.intended)] == [second]
    assert journal.sends_since(late.intended + timedelta(seconds=1)) == []
    assert len(journal.sends_since(None, ["85063", "x"])) == 2
    assert journal.sends_since(None, ["1"]) == []


def test_the_account_of_the_last_push_to_a_host_is_remembered(journal: Journal) -> None:
    assert journal.last_account(HOST) is None

    begin(journal)
    journal.begin(HERE, profile="p", host=HOST, account="later", program="p")
    begin(journal, host="127.0.0.1:80")

    assert journal.last_account(HOST) == "later"


def test_a_baseline_is_kept_for_each_prebook_of_a_push(journal: Journal) -> None:
    run = begin(journal)
    intend(journal, run)
    items = [{"item": 1, "mark": "Café", "price": "2.50"}]

    journal.keep_baseline(run, DAY, {})
    assert journal.baseline(only(journal)) is None

    journal.keep_baseline(run, DAY, {85063: items, 7: []})
    found = journal.baseline(only(journal))

    assert found is not None
    assert (found.truck_date, found.items) == (DAY, items)
    assert found.taken > NOON


def test_prebooks_that_were_seen_are_known_by_number_and_date(journal: Journal) -> None:
    def prebook(key: int, number: str, day: str | None) -> None:
        seen = wire.parse_prebook({"id": key, "number": number, "truckDate": day, "customerName": "X"})
        journal.seen.remember(HOST, [seen])

    prebook(1, "13010", "2015-02-10")
    prebook(2, "13010", "2015-02-10")
    prebook(3, "13010", "2015-02-11")
    prebook(9007199254740993, "5", None)
    assert journal.seen.ids(HOST, PrebookRef("13010", DAY)) == [1, 2]

    prebook(2, "13010", "2015-02-12")

    assert journal.seen.ids(HOST, PrebookRef("13010", DAY)) == [1]
    assert journal.seen.ids("127.0.0.1:80", PrebookRef("13010", DAY)) == []
    assert journal.seen.truck_dates(HOST, [1, 3, 4, 9007199254740993]) == {1: DAY, 3: date(2015, 2, 11)}
    assert journal.seen.ids_of_number("13010") == {"13010", "1", "2", "3"}


# --------------------------------------------------------------------------------------- one pusher, and its death


def test_a_second_pusher_is_told_who_holds_the_journal_since_when(
    journal: Journal, holder: subprocess.Popen[str]
) -> None:
    with pytest.raises(JournalBusyError) as busy, journal.hold("mine.xlsx"):
        pass

    assert holder.poll() is None
    assert re.search(
        r"another push is running \(.+ on .*, C:/orders of Ana\.xlsx, since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\)",
        str(busy.value),
    )
    assert busy.value.exit_code == 7
    assert only(journal).state is State.OPEN


def test_an_open_intent_of_a_dead_process_becomes_unknown(journal: Journal, holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.wait()

    with journal.hold("mine.xlsx") as recovered:
        assert recovered == 1

    send = only(journal)
    assert (send.state, send.message) == (State.UNKNOWN, "the program ended before an answer came")
    assert verify(journal) == []
    with journal.hold("mine.xlsx") as recovered:
        assert recovered == 0


def test_two_windows_of_one_program_cannot_hold_the_journal_at_once(path: Path, journal: Journal) -> None:
    other = Journal(path)
    with journal.hold("a.xlsx"), pytest.raises(JournalBusyError, match=r"a\.xlsx"), other.hold("b.xlsx"):
        pass
    other.close()


def test_a_lock_that_cannot_be_made_is_no_permission_to_push(path: Path, journal: Journal) -> None:
    path.with_name(path.name + ".lock").mkdir()

    with pytest.raises(JournalError, match=r"lock cannot be taken .*; nothing was sent"), journal.hold("a.xlsx"):
        pass


def test_the_lock_is_given_back_after_an_error(journal: Journal) -> None:
    with pytest.raises(ZeroDivisionError), journal.hold("a.xlsx"):
        raise ZeroDivisionError

    with journal.hold("a.xlsx") as recovered:
        assert recovered == 0


COUNTING = """
import sys
from pathlib import Path
from komet_xl.journal.store import Journal

journal = Journal(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
print(sum(journal.counter.count_request("host:443", limit=120) for _ in range(50)))
"""


def test_four_programs_never_count_beyond_the_limit(path: Path) -> None:
    programs = [child(COUNTING, path) for _ in range(4)]
    for each in programs:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"
    for each in programs:
        assert each.stdin is not None
        each.stdin.write("go\n")
        each.stdin.flush()

    counted = [int(each.communicate(timeout=60)[0]) for each in programs]

    assert sum(counted) == 120
    assert raw(path, "SELECT sum(used) FROM requests") == [(120,)]


def test_a_limit_of_nothing_lets_nothing_leave(path: Path, journal: Journal) -> None:
    assert not journal.counter.count_request(HOST, limit=0)
    assert journal.intend(begin(journal), intent(), limit=0) is None
    assert raw(path, "SELECT * FROM requests") == []


def test_requests_are_counted_by_host_and_calendar_day(path: Path) -> None:
    clock = Clock()
    journal = Journal(path, now=clock)
    assert journal.counter.count_request(HOST, limit=1)
    assert not journal.counter.count_request(HOST, limit=1)
    assert journal.counter.count_request("127.0.0.1:80", limit=1)

    clock.moment += timedelta(days=1)

    assert journal.counter.requests_today(HOST) == 0
    assert journal.counter.count_request(HOST, limit=1)
    journal.close()


# ------------------------------------------------------------------------------------------------ sums and checks


def test_history_adds_up_what_komet_has_day_by_day(path: Path) -> None:
    clock = Clock()
    journal = Journal(path, now=clock)
    run = begin(journal)
    plan = [State.ACCEPTED, State.CONFIRMED, State.UNKNOWN, State.OPEN, State.REJECTED, State.RELEASED, State.UNDONE]
    for count, state in enumerate(plan, start=1):
        journal.settle(intend(journal, run, intent(count=count)), state, "")
    clock.moment += timedelta(days=1)
    journal.settle(intend(journal, run, intent(count=9)), State.ACCEPTED, "")

    first, second = sums_by_day(reversed(journal.sends_since(None)), Decimal("0.015"))

    assert second.day - first.day == timedelta(days=1)
    assert (first.sums.lines, first.sums.boxes, first.sums.value) == (2, 10, Decimal("250.00"))
    assert first.sums.fee == Decimal("3.75")
    assert (first.unknown, first.rejected) == (2, 1)
    assert (second.sums.lines, second.unknown, second.rejected) == (1, 0, 0)
    journal.close()


def test_a_sound_journal_has_no_complaints(journal: Journal) -> None:
    journal.settle(intend(journal, begin(journal)), State.ACCEPTED, "OK")

    assert verify(journal) == []


@pytest.mark.parametrize(
    ("tampering", "complaint"),
    [
        ("UPDATE sends SET state = 'rejected'", "is rejected, but its last transition says accepted"),
        ("DELETE FROM events", "is accepted, but its last transition says nothing"),
        ("DELETE FROM runs", "row without its parent"),
    ],
)
def test_a_row_that_someone_changed_is_found(path: Path, journal: Journal, tampering: str, complaint: str) -> None:
    journal.settle(intend(journal, begin(journal)), State.ACCEPTED, "OK")

    raw(path, tampering)

    assert complaint in " ".join(verify(journal))


def test_a_backup_holds_everything_and_opens(tmp_path: Path, journal: Journal) -> None:
    run = begin(journal)
    intend(journal, run)
    copy = tmp_path / "copy.sqlite3"

    journal.database.backup(copy)

    restored = Journal(copy)
    assert restored.sends_since(None) == journal.sends_since(None)
    assert restored.salt == journal.salt
    assert verify(restored) == []
    restored.close()


def test_a_backup_that_cannot_be_written_says_so(tmp_path: Path, journal: Journal) -> None:
    with pytest.raises(JournalError, match="could not be backed up"):
        journal.database.backup(tmp_path / "missing" / "copy.sqlite3")


def test_a_backup_onto_the_journal_itself_is_refused(path: Path, journal: Journal) -> None:
    intend(journal, begin(journal))

    with pytest.raises(UsageError, match="exists already"):
        journal.database.backup(path)

    assert verify(journal) == []


def test_a_backup_never_replaces_a_file(tmp_path: Path, journal: Journal) -> None:
    older = tmp_path / "monday.sqlite3"
    journal.database.backup(older)
    before = older.read_bytes()
    intend(journal, begin(journal))

    with pytest.raises(UsageError, match=r"monday\.sqlite3 exists already; name a new file"):
        journal.database.backup(older)

    assert older.read_bytes() == before


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_a_backup_is_as_private_as_the_journal(tmp_path: Path, journal: Journal) -> None:
    journal.database.backup(tmp_path / "copy.sqlite3")

    assert stat.S_IMODE((tmp_path / "copy.sqlite3").stat().st_mode) == 0o600


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_the_journal_is_private(path: Path, journal: Journal) -> None:
    with journal.hold("a.xlsx"):
        modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in (path, *path.parent.glob("*.lock"))}

    assert modes == {path.name: 0o600, f"{path.name}.lock": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


FULL_DISK = """
import resource, sys
from pathlib import Path
from komet_xl.errors import JournalError
from komet_xl.journal.store import Journal
from tests.journal.lines import begin, intend, intent

path = Path(sys.argv[1])
journal = Journal(path)
run = begin(journal)
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size, hard))
done = 0
try:
    while done < 10_000:
        intend(journal, run, intent(count=done + 1))
        done += 1
except JournalError as exc:
    print(done, exc)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
"""


@pytest.mark.skipif(os.name != "posix", reason="a disk can be made to look full by RLIMIT_FSIZE, which is POSIX")
def test_on_a_full_disk_no_intent_is_believed(path: Path, journal: Journal) -> None:
    with child(FULL_DISK, path) as process:
        said, _ = process.communicate(timeout=60)

    done, _, sentence = said.partition(" ")
    assert "cannot be used" in sentence
    assert "nothing is sent without it" in sentence
    assert 0 < int(done) < LIMIT
    assert raw(path, "SELECT count(*) FROM sends") == raw(path, "SELECT used FROM requests") == [(int(done),)]
    assert verify(journal) == []
