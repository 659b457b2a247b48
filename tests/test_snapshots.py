"""Answers on disk: shared by all who ask the same, never trusted, never needed."""

from __future__ import annotations

import importlib
import json
import os
import re
import stat
import threading
import time
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from komet_xl.errors import ApiError, NotSentError, RefusedError, UnansweredError
from komet_xl.komet import lists
from komet_xl.model import PrebookQuery
from komet_xl.snapshots import (
    FAILED_FOR,
    FRESH,
    FRESH_WHEN_OVER,
    KEPT_FOR,
    REFUSED_FOR,
    Question,
    Shelf,
    Snapshot,
    all_of,
    inventory_of,
    prebooks_of,
    put_in_place,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = date(2026, 3, 2)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
QUESTION = prebooks_of(PrebookQuery(truck_date=DAY))
BODY = b'{"status": 1, "message": "OK", "prebooks": [{"id": 7, "number": "13010"}]}'
REFUSED = RefusedError("The token is not valid.", http_status=401, speaks_of_token=True)


class Komet:
    """Answers what it was told to, and counts."""

    def __init__(self, answer: bytes | ApiError = BODY) -> None:
        self.answer = answer
        self.asked = 0

    def __call__(self) -> bytes:
        self.asked += 1
        if isinstance(self.answer, ApiError):
            raise self.answer
        return self.answer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache"


def at(folder: Path, later: timedelta = timedelta(0), *, host: str = "komet:443", account: str = "0123abcd") -> Shelf:
    return Shelf(folder, host=host, account=account, now=lambda: NOON + later)


def get(
    shelf: Shelf, komet: Komet, question: Question = QUESTION, *, refresh: int = 0, again: bool = False
) -> Snapshot:
    def good(kept: Snapshot) -> bool:
        return kept.refresh >= refresh and kept.is_fresh(shelf.now())

    return shelf.answer(question, komet, good=good, refresh=refresh, again=again)


def files(folder: Path, ending: str) -> list[Path]:
    return sorted(folder.rglob(f"*.{ending}"))


# ---------------------------------------------------------------------------------------------- kept and shared


def test_an_answer_is_asked_for_once_and_read_from_disk_afterwards(folder: Path) -> None:
    komet = Komet()

    first = get(at(folder), komet)
    again = [get(at(folder, timedelta(minutes=9)), komet) for _ in range(20)]

    assert komet.asked == 1
    assert again == [first] * 20
    assert [each.number for each in first.prebooks] == ["13010"]
    assert first.taken == NOON


def test_another_day_filter_account_or_host_has_an_answer_of_its_own(folder: Path) -> None:
    komet = Komet()
    get(at(folder), komet)
    get(at(folder), komet, prebooks_of(PrebookQuery(truck_date=DAY + timedelta(days=1))))
    get(at(folder), komet, prebooks_of(PrebookQuery(truck_date=DAY, so_number=7)))
    get(at(folder, account="another"), komet)
    get(at(folder, host="127.0.0.1:8000"), komet)

    assert komet.asked == 5
    assert len(files(folder, "json")) == 5
    assert len(list(folder.iterdir())) == 3


@pytest.mark.parametrize(
    ("question", "holds"),
    [
        (prebooks_of(PrebookQuery(truck_date=DAY)), FRESH),
        (prebooks_of(PrebookQuery(truck_date=DAY + timedelta(days=9))), FRESH),
        (prebooks_of(PrebookQuery(truck_date=DAY - timedelta(days=1))), FRESH_WHEN_OVER),
        (inventory_of(DAY - timedelta(days=9), DAY), FRESH),
        (inventory_of(DAY - timedelta(days=9), DAY - timedelta(days=2)), FRESH_WHEN_OVER),
        (all_of(lists.CUSTOMERS), FRESH_WHEN_OVER),
        (all_of(lists.CARRIERS), FRESH_WHEN_OVER),
    ],
)
def test_how_long_an_answer_holds_depends_on_what_it_is_about(question: Question, holds: timedelta) -> None:
    snapshot = Snapshot(question, NOON, 0, ())

    assert snapshot.is_fresh(NOON)
    assert snapshot.is_fresh(NOON + holds - timedelta(seconds=1))
    assert not snapshot.is_fresh(NOON + holds)
    assert not snapshot.is_fresh(NOON - timedelta(seconds=1)), "the clock was set back"


def test_what_was_taken_on_the_day_itself_is_not_the_last_word_about_it() -> None:
    snapshot = Snapshot(QUESTION, NOON, 0, ())

    assert not snapshot.is_fresh(NOON + timedelta(hours=20))


def test_a_press_of_refresh_makes_every_answer_from_before_it_stale(folder: Path) -> None:
    komet = Komet()
    get(at(folder), komet, refresh=3)
    get(at(folder), komet, refresh=3)
    get(at(folder), komet, refresh=4)
    get(at(folder), komet, refresh=4)
    get(at(folder), komet, refresh=0)

    assert komet.asked == 2


def test_a_clock_that_was_set_back_costs_one_request(folder: Path) -> None:
    komet = Komet()
    get(at(folder), komet)
    for _ in range(5):
        get(at(folder, timedelta(days=-400)), komet)

    assert komet.asked == 2


def test_threads_that_ask_the_same_share_one_request(folder: Path) -> None:
    class Slow(Komet):
        def __call__(self) -> bytes:
            time.sleep(0.2)
            return super().__call__()

    komet = Slow()
    found: list[Snapshot] = []
    threads = [threading.Thread(target=lambda: found.append(get(at(folder), komet))) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert komet.asked == 1
    assert len(found) == 8


# ----------------------------------------------------------------------------------------------------- failures


@pytest.mark.parametrize(
    ("exc", "held"), [(REFUSED, REFUSED_FOR), (NotSentError("no way"), FAILED_FOR), (UnansweredError("?"), FAILED_FOR)]
)
def test_a_failure_is_kept_for_a_short_time_and_told_again(folder: Path, exc: ApiError, held: timedelta) -> None:
    komet = Komet(exc)

    for later in (timedelta(0), timedelta(seconds=1), held - timedelta(seconds=1)):
        with pytest.raises(ApiError, match=re.escape(str(exc))):
            get(at(folder, later), komet)
    assert komet.asked == 1

    komet.answer = BODY
    assert get(at(folder, held), komet).prebooks
    assert files(folder, "no") == []


@pytest.mark.parametrize("how", ["a press of refresh", "a person", "a clock that was set back"])
def test_a_kept_failure_gives_way_to(folder: Path, how: str) -> None:
    komet = Komet(REFUSED)
    with pytest.raises(RefusedError):
        get(at(folder), komet)
    komet.answer = BODY
    later = timedelta(hours=-1 if how == "a clock that was set back" else 0)

    found = get(at(folder, later), komet, refresh=int(how == "a press of refresh"), again=how == "a person")

    assert found.prebooks


def test_a_failure_leaves_the_older_answer_where_it_is(folder: Path) -> None:
    komet = Komet()
    get(at(folder), komet)
    komet.answer = NotSentError("Komet could not be reached")
    with pytest.raises(NotSentError):
        get(at(folder, FRESH), komet)

    kept = at(folder, FRESH).load(QUESTION)

    assert kept is not None
    assert kept.taken == NOON


def test_an_answer_that_is_not_what_komet_documents_is_a_failure(folder: Path) -> None:
    komet = Komet(b'{"status": 1, "prebooks": [{}]}')

    with pytest.raises(UnansweredError, match=r"^Komet's answer cannot be read: a prebook has no id$"):
        get(at(folder), komet)

    assert files(folder, "json") == []


@pytest.mark.parametrize("damage", [b"", b"[]", b"{}", b"\xff", b'{"at": "x", "why": 1, "refresh": 0, "seconds": 9}'])
def test_a_damaged_failure_is_none(folder: Path, damage: bytes) -> None:
    komet = Komet(REFUSED)
    with pytest.raises(RefusedError):
        get(at(folder), komet)
    files(folder, "no")[0].write_bytes(damage)
    komet.answer = BODY

    assert get(at(folder), komet).prebooks


# --------------------------------------------------------------------------------------------- disks go wrong


HEAD = b'{"taken": "2026-03-02T12:00:00+00:00", "refresh": 0}\n'


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"not json",
        b"[]\n{}",
        b'{"taken": 5}\n{}',
        b'{"taken": "yesterday"}\n{}',
        b'{"taken": "0001-01-01T00:00:00+23:59"}\n' + BODY,
        b'{"taken": "2026-03-02T12:00:00", "refresh": "x"}\n' + BODY,
        HEAD + b'{"status": 1, "message": "", "prebooks": [{}]}',
        HEAD + b'{"status": 1, "mess',
        HEAD + b'{"status": 1, "prebooks": 7}',
        b"\xff\xfe\n",
        bytes(4096),
        b"[" * 100_000 + b"\n" + BODY,
        HEAD + b'{"status": 1, "prebooks": ' + b"[" * 100_000,
    ],
)
def test_a_damaged_answer_costs_one_request_and_no_more(folder: Path, damage: bytes) -> None:
    komet = Komet()
    good = get(at(folder), komet)
    files(folder, "json")[0].write_bytes(damage)

    assert [get(at(folder), komet) for _ in range(3)] == [good] * 3
    assert komet.asked == 2


def test_an_answer_without_a_time_zone_is_read_as_this_computers_time(folder: Path) -> None:
    komet = Komet()
    get(at(folder), komet)
    files(folder, "json")[0].write_bytes(f'{{"taken": "{NOON.astimezone():%Y-%m-%dT%H:%M:%S}"}}\n'.encode() + BODY)

    assert get(at(folder), komet).taken == NOON
    assert komet.asked == 1


def test_where_no_folder_can_be_made_values_are_answered_all_the_same(folder: Path) -> None:
    folder.write_text("a file where the folder should be", encoding="utf-8")
    komet = Komet()

    assert get(at(folder), komet).prebooks
    assert get(at(folder), komet).prebooks
    assert komet.asked == 2


@pytest.mark.parametrize("answer", [BODY, REFUSED])
def test_where_a_file_cannot_be_put_in_place_values_are_answered_all_the_same(
    folder: Path, answer: bytes | ApiError
) -> None:
    shelf = at(folder)
    for ending in ("json", "no"):
        (shelf.folder / f"{QUESTION.name}.{ending}").mkdir(parents=True)
    komet = Komet(answer)

    if isinstance(answer, ApiError):
        with pytest.raises(RefusedError):
            get(shelf, komet)
    else:
        assert get(shelf, komet).prebooks
    assert files(folder, "part") == []


@contextmanager
def full_disk() -> Iterator[None]:
    """A disk that takes 1,000 bytes a file and no more. Only around what is tested: pytest writes files as well."""
    resource = importlib.import_module("resource")  # POSIX, as all machines are that run these tests
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, old[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)


def test_a_full_disk_leaves_no_half_of_a_file(folder: Path) -> None:
    komet = Komet(BODY[:-1] + b', "padding": "' + b"x" * 5_000 + b'"}')

    with full_disk():
        found = get(at(folder), komet)

    assert found.prebooks
    assert [each.suffix for each in folder.rglob("*.*")] == [".lock"]


@pytest.mark.parametrize("readers", [1, 3])
def test_a_file_that_somebody_reads_is_replaced_a_moment_later(tmp_path: Path, readers: int) -> None:
    class Busy(type(tmp_path)):  # type: ignore[misc]  # a path as Windows has it while a program reads its target
        def replace(self, target: Path) -> Path:
            nonlocal readers
            readers -= 1
            if readers >= 0:
                raise PermissionError(13, "in use")
            return super().replace(target)  # type: ignore[no-any-return]  # the path's own

    part, target = Busy(tmp_path / "x.part"), tmp_path / "x"
    part.write_text("new", encoding="utf-8")
    target.write_text("old", encoding="utf-8")

    put_in_place(part, target)

    assert target.read_text(encoding="utf-8") == "new"
    assert not part.exists()


def test_a_file_that_somebody_never_closes_is_left_as_it_is(tmp_path: Path) -> None:
    class Busy(type(tmp_path)):  # type: ignore[misc]  # as above
        def replace(self, _target: Path) -> Path:
            raise PermissionError(13, "in use")

    with pytest.raises(PermissionError):
        put_in_place(Busy(tmp_path / "x.part"), tmp_path / "x")


def test_what_nobody_asked_for_in_a_month_is_removed(folder: Path) -> None:
    komet = Komet()
    get(at(folder), komet)
    other = prebooks_of(PrebookQuery(truck_date=DAY + timedelta(days=1)))
    get(at(folder), komet, other)
    forgotten = at(folder).folder / f"{other.name}.json"
    of_an_older_version, foreign = folder / "0123456789abcdef.json", folder / "notes.txt"
    for path in (of_an_older_version, foreign):
        path.touch()
    long_ago = time.time() - KEPT_FOR.total_seconds() - 60
    for path in (forgotten, of_an_older_version, foreign):
        os.utime(path, (long_ago, long_ago))

    get(at(folder, FRESH), komet)

    assert [each.exists() for each in (forgotten, of_an_older_version, foreign)] == [False, False, True]
    assert [each.stem for each in files(folder, "json")] == [QUESTION.name]


def test_files_are_for_this_user_alone(folder: Path) -> None:
    get(at(folder), Komet())

    folders = [each for each in folder.rglob("*") if each.is_dir()]
    assert [stat.S_IMODE(each.stat().st_mode) for each in folders] == [0o700]
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.rglob("*.*")} == {0o600}


# -------------------------------------------------------------------------------------------------------- names


@pytest.mark.parametrize(
    "question",
    [
        QUESTION,
        prebooks_of(PrebookQuery(truck_date=DAY, customer="../../x:y*?<>|\\ é con nul", po_number="\n" * 300)),
        prebooks_of(PrebookQuery(ship_from=DAY, ship_to=DAY)),
        inventory_of(DAY, DAY),
        all_of(lists.CARRIERS),
    ],
)
def test_every_file_has_a_short_name_that_windows_takes(folder: Path, question: Question) -> None:
    with pytest.raises(NotSentError):
        get(at(folder, host="[::1]:8443"), Komet(NotSentError("no way")), question)
    get(at(folder, host="[::1]:8443"), Komet(b'{"status": 1, "message": "x"}'), question, again=True)

    names = [part for each in folder.rglob("*") for part in each.relative_to(folder).parts]

    assert names
    assert all(re.fullmatch(r"[0-9a-z][0-9A-Za-z._-]{1,79}", each) for each in names)
    assert all(len(str(each.relative_to(folder))) < 110 for each in folder.rglob("*"))


def test_a_file_says_what_it_is_about(folder: Path) -> None:
    get(at(folder), Komet())

    (path,) = files(folder, "json")
    assert re.fullmatch(r"prebook\.details\.list_2026-03-02_[0-9a-f]{16}\.json", path.name)
    assert json.loads(path.read_bytes().partition(b"\n")[2])["prebooks"][0]["id"] == 7
