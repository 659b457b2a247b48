from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from typing import TYPE_CHECKING

import pytest
from openpyxl import load_workbook

from komet_xl.komet.wire import parse_answer, parse_prebooks
from komet_xl.session import open_session
from tests.support.cli import command, environment, run
from tests.support.orders import FIRST, ROSE, SCARCE, SECOND, make_orders, results, set_cells, statuses

if TYPE_CHECKING:
    from pathlib import Path

    from komet_xl.model import Prebook
    from komet_xl.sandbox.server import Sandbox

COUNTS = ["ready", "accepted", "rejected", "not_sent", "invalid", "unknown", "held", "skipped"]


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    return make_orders(
        tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, "x", 1, 1), (None,), (SECOND, ROSE, 4, 2)]
    )


def test_check_works_offline_without_token_and_writes_nothing(orders: Path, own_folders: Path) -> None:
    before = orders.read_bytes()

    ran = run("check", orders, "--json", KOMET_URL="http://127.0.0.1:1/api")

    assert ran.code == 3
    assert list(ran.json) == ["file", "sheet", "counts", "requests", "outcomes"]
    assert list(ran.json["counts"]) == COUNTS
    assert [(each["row"], each["verdict"]) for each in ran.json["outcomes"]] == [
        (2, "ready"),
        (3, "invalid"),
        (5, "ready"),
    ]
    assert set(ran.json["outcomes"][0]) == {"row", "ref", "verdict", "status", "message"}
    assert orders.read_bytes() == before
    assert not (own_folders / "komet").exists()


def test_a_good_sheet_checks_with_0(tmp_path: Path) -> None:
    assert run("check", make_orders(tmp_path / "o.xlsx", [(FIRST, ROSE, 5, 2.5)])).code == 0


def test_the_json_of_a_push_is_one_object_that_adds_up(komet: Sandbox, orders: Path) -> None:
    ran = run("push", orders, "--yes", "--json", komet=komet)

    document = ran.json
    assert ran.code == 3
    assert document["counts"]["accepted"] == 2
    assert sum(document["counts"].values()) == len(document["outcomes"]) == 3
    assert document["requests"] == komet.requests()["total"]
    assert [each["status"] for each in document["outcomes"]] == [1, "invalid", 1]


def test_check_and_push_name_a_row_by_the_same_ref(komet: Sandbox, orders: Path) -> None:
    checked = run("check", orders, "--json", komet=komet).json
    pushed = run("push", orders, "--yes", "--json", komet=komet).json

    assert [each["ref"] for each in checked["outcomes"]] == [each["ref"] for each in pushed["outcomes"]]


def test_a_push_without_a_terminal_and_without_yes_sends_nothing(komet: Sandbox, orders: Path) -> None:
    before = orders.read_bytes()

    ran = run("push", orders, komet=komet)

    assert ran.code == 3
    assert "--yes" in ran.err
    assert komet.ledger() == []
    assert orders.read_bytes() == before


def test_the_plan_is_shown_before_the_question(komet: Sandbox, orders: Path) -> None:
    ran = run("push", orders, komet=komet)

    for words in (
        "order lines",
        "boxes",
        "value",
        "fee",
        "requests",
        "held",
        "invalid",
        "profile production",
        "127.0.0.1",
    ):
        assert words in ran.out
    assert "not known" in ran.out


@pytest.mark.parametrize(
    ("fault", "code"), [("close-after", 4), ("401", 5), ("refuse", 3), ("redirect-307", 4), ("429", 4), ("503", 4)]
)
def test_exit_codes_of_a_push_that_went_wrong(fault: str, code: int, komet: Sandbox, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5), (FIRST, ROSE, 6, 2.5)])
    komet.fault(fault, inventory_id=ROSE, method="prebook.future.item.add")

    assert run("push", file, "--yes", komet=komet).code == code


def test_an_unreachable_komet_is_5_and_the_rows_are_not_sent(orders: Path) -> None:
    ran = run("push", orders, "--yes", KOMET_URL="http://127.0.0.1:1/api", KOMET_TOKEN="some-token")

    assert ran.code == 5
    assert statuses(orders) == ["not sent", "invalid", None, "not sent"]


def test_a_missing_token_is_5_and_says_what_to_do(komet: Sandbox, orders: Path) -> None:
    ran = run("push", orders, "--yes", KOMET_URL=komet.url)

    assert ran.code == 5
    assert "komet-xl login" in ran.err
    assert "Traceback" not in ran.err


def test_a_spent_quota_is_5(komet: Sandbox, orders: Path, tmp_path: Path) -> None:
    pulled = run("pull", "2015-02-10", tmp_path / "day.xlsx", komet=komet, KOMET_DAILY_LIMIT="0")

    assert pulled.code == 5
    assert not (tmp_path / "day.xlsx").exists()
    assert run("push", orders, "--yes", komet=komet, KOMET_DAILY_LIMIT="0").code == 5
    assert komet.requests()["total"] == 0


def test_what_is_no_workbook_is_6_in_one_sentence(tmp_path: Path) -> None:
    old = tmp_path / "old.xls"
    old.write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600)
    text = tmp_path / "text.xlsx"
    text.write_text("not a workbook")

    for file in (old, text, tmp_path / "missing.xlsx", tmp_path):
        ran = run("check", file)
        assert ran.code == 6, ran
        assert ran.err.strip().count("\n") == 0
        assert "Traceback" not in ran.err


def test_an_empty_sheet_says_so_and_is_0(komet: Sandbox, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [])

    assert run("check", file).code == 0
    ran = run("push", file, "--yes", komet=komet)
    assert ran.code == 0
    assert "no order lines" in ran.out


def test_a_newer_journal_is_7(komet: Sandbox, orders: Path, own_folders: Path) -> None:
    import sqlite3  # noqa: PLC0415  only here

    run("history", komet=komet)
    with sqlite3.connect(own_folders / "komet" / "journal.sqlite3") as journal:
        journal.execute("UPDATE facts SET value = '999' WHERE name = 'schema'")
    journal.close()

    ran = run("push", orders, "--yes", komet=komet)

    assert ran.code == 7
    assert "newer komet-xl" in ran.err
    assert komet.ledger() == []


@pytest.mark.parametrize(
    "words",
    [
        ["push"],
        ["pull", "10.02.2015", "x.xlsx"],
        ["push", "x.xlsx", "--lanes", "9"],
        ["push", "x.xlsx", "--rows", "a-b"],
        ["push", "x.xlsx", "--send-held", "nonsense!"],
        ["pull", "today", "x.xlsx", "--ship-from", "2015-02-10"],
        ["wash", "x.xlsx"],
    ],
)
def test_wrong_usage_is_2_in_one_sentence(words: list[str]) -> None:
    ran = run(*words)

    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert ran.err.strip()


def test_an_unknown_ref_is_2(komet: Sandbox, orders: Path) -> None:
    assert run("push", orders, "--yes", "--send-held", "AAAAAA", komet=komet).code == 2
    assert run("resolve", orders, "--accept", "AAAAAA", komet=komet).code == 2


def test_an_error_with_json_is_one_object_on_stdout(tmp_path: Path) -> None:
    ran = run("check", tmp_path / "missing.xlsx", "--json")

    assert ran.json["exit_code"] == 6
    assert "missing.xlsx" in ran.json["error"]


def test_pull_and_lookup_and_history_speak_json(komet: Sandbox, orders: Path, tmp_path: Path) -> None:
    pulled = run("pull", "2015-02-10", tmp_path / "day.xlsx", "--json", komet=komet).json
    run("push", orders, "--yes", komet=komet)
    looked = run("lookup", "2015-02-10", "13010", "Total Price", "--json", komet=komet).json
    told = run("history", "--json").json
    totals = {each.prebook_id: f"{each.total_price:f}" for each in prebooks_of(komet)}

    assert (pulled["prebooks"], pulled["items"], pulled["sheet"]) == (2, 4, "prebooks")
    assert looked["value"] == totals[FIRST]
    assert [each["state"] for each in told["sends"]] == ["accepted", "accepted"]
    assert (told["days"][0]["lines"], told["days"][0]["boxes"]) == (2, 9)


def test_lookup_says_what_is_missing_in_the_cells_own_words(komet: Sandbox) -> None:
    ran = run("lookup", "2015-02-10", "99", "customerName", komet=komet)

    assert ran.out.strip() == "#KOMET: no prebook 99 on 2015-02-10"
    assert run("lookup", "2015-02-10", "13010", "colour", komet=komet).code == 2
    assert run("lookup", "2015-02-10", "13010", "customer name", komet=komet).out.strip() == "AB Flower Shop"
    assert run("lookup", "2015-02-10", "13010", "totalBoxes", komet=komet).out.strip() == "30"
    assert komet.requests()["total"] == 1


def test_resolve_shows_evidence_and_carries_out_what_was_decided(komet: Sandbox, tmp_path: Path) -> None:
    run("pull", "2015-02-10", tmp_path / "day.xlsx", komet=komet)
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)])
    komet.fault("close-after", inventory_id=ROSE)
    run("push", file, "--yes", komet=komet)

    shown = run("resolve", file, "--json", komet=komet)
    ref = shown.json["unknown"][0]["ref"]
    decided = run("resolve", file, "--accept", ref.lower(), komet=komet)

    assert shown.code == 4
    assert shown.json["unknown"][0]["proposal"] == "was added"
    assert decided.code == 0
    assert statuses(file) == ["confirmed"]


def test_history_backs_up_exports_and_verifies(komet: Sandbox, orders: Path, tmp_path: Path) -> None:
    run("push", orders, "--yes", komet=komet)

    ran = run("history", "--backup", tmp_path / "b.sqlite3", "--export", tmp_path / "h.xlsx", "--verify")

    assert ran.code == 0
    assert "sound" in ran.out
    assert (tmp_path / "b.sqlite3").stat().st_size > 10_000
    rows = list(load_workbook(tmp_path / "h.xlsx")["sends"].iter_rows(values_only=True))
    assert [row[5] for row in rows] == ["boxes", 5, 4]
    assert run("history", "--export", tmp_path / "h.xlsx").code == 6
    again = run("history", "--backup", tmp_path / "b.sqlite3")
    assert (again.code, again.err.count("\n")) == (2, 1)
    assert "exists already; name a new file" in again.err
    assert "no such lines" in run("history", "--prebook", "77").out


def test_doctor_says_what_is_in_order_and_what_is_not(komet: Sandbox) -> None:
    good = run("doctor", "--json", komet=komet)
    bad = run("doctor", komet=komet, KOMET_TOKEN="wrong-token-here")
    none = run("doctor", KOMET_URL=komet.url)

    assert good.code == 0
    assert {each["name"]: each["ok"] for each in good.json["checks"]}["Komet"]
    assert bad.code == none.code == 5
    assert "token" in bad.out.lower()
    assert "wrong-token-here" not in bad.out + bad.err


def test_login_without_a_keyring_says_what_to_do_instead() -> None:
    ran = run("login", given="my-secret-token\n")

    assert ran.code == 2
    assert "KOMET_TOKEN" in ran.err
    assert "my-secret-token" not in ran.out + ran.err


def test_the_demo_shows_every_verdict_and_leaves_its_workbook(tmp_path: Path, own_folders: Path) -> None:
    ran = run("demo", cwd=tmp_path)

    assert ran.code == 0, ran
    for word in ("accepted", "rejected", "invalid", "not sent", "unknown", "held"):
        assert word in ran.out
    assert (tmp_path / "komet-demo.xlsx").exists()
    assert load_workbook(tmp_path / "komet-demo.xlsx").sheetnames == ["prebooks", "orders"]
    assert not (own_folders / "komet").exists()
    assert run("demo", "--json", cwd=tmp_path).json["most_times_applied"] == 1


def test_the_sandbox_command_serves_until_it_is_stopped(tmp_path: Path) -> None:
    process = subprocess.Popen(
        command("sandbox", "--json", "--prebooks", 10), env=environment(None), stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        text = ""
        while not text.strip().endswith("}"):
            text += process.stdout.readline()
        told = json.loads(text)
        ran = run("pull", "2015-02-11", tmp_path / "day.xlsx", KOMET_URL=told["url"], KOMET_TOKEN=told["token"])
        assert ran.code == 0, ran
    finally:
        process.terminate()
        process.wait(20)
        assert process.stdout is not None
        process.stdout.close()


def test_ctrl_c_finishes_what_is_under_way_and_marks_the_rest(komet: Sandbox, tmp_path: Path) -> None:
    rows = [(FIRST, ROSE, boxes, 2.5) for boxes in range(1, 40)]
    file = make_orders(tmp_path / "orders.xlsx", rows)
    komet.settings(latency_ms=100)
    flags = subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0
    process = subprocess.Popen(
        command("push", file, "--yes", "--json"),
        env=environment(komet),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        creationflags=flags,
    )
    while len(komet.ledger()) < 2:
        time.sleep(0.02)
    process.send_signal(signal.CTRL_BREAK_EVENT if sys.platform == "win32" else signal.SIGINT)
    out, _ = process.communicate(timeout=60)

    counts = json.loads(out)["counts"]
    assert process.returncode == 3
    assert counts["unknown"] == 0
    assert counts["accepted"] == len(komet.ledger()) < 39
    assert counts["not_sent"] == 39 - counts["accepted"]
    assert statuses(file).count(1) == counts["accepted"]
    assert "Ctrl-C" in results(file)[-1][1]


@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_console_of_one_code_page_stops_no_report(encoding: str, komet: Sandbox, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, "fünf 五")])

    ran = run("push", file, "--yes", komet=komet, PYTHONIOENCODING=encoding, PYTHONUTF8="0")

    assert ran.code == 3
    assert "invalid" in ran.out


def test_paths_with_blanks_and_accents_work(komet: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "Pedidos mañana ñ"
    folder.mkdir()
    file = make_orders(folder / "órdenes de hoy.xlsx", [(FIRST, ROSE, 5, 2.5)])

    assert run("push", file.name, "--yes", komet=komet, cwd=folder, KOMET_HOME=str(folder / "dátos")).code == 0
    assert (
        run("push", file, "--yes", "--json", komet=komet, KOMET_HOME=str(folder / "dátos")).json["counts"]["skipped"]
        == 1
    )


def test_another_file_name_case_or_relative_path_is_still_the_same_journal(komet: Sandbox, tmp_path: Path) -> None:
    file = make_orders(tmp_path / "orders.xlsx", [(FIRST, ROSE, 5, 2.5)])
    run("push", file, "--yes", komet=komet)
    set_cells(file, {"F2": None})

    assert run("push", os.path.relpath(file, tmp_path), "--yes", komet=komet, cwd=tmp_path).code == 3
    assert statuses(file) == ["held"]
    assert komet.applied(SCARCE) == 0


def prebooks_of(komet: Sandbox) -> list[Prebook]:
    """What the sandbox shows for its first day, read by our own parser."""
    url = f"{komet.url}/prebook.details.list?date=2015-02-10&authenticationToken={komet.token}"
    with urllib.request.urlopen(url) as answer:  # noqa: S310  a sandbox on this machine
        return parse_prebooks(parse_answer(answer.read()))


def test_an_error_of_our_own_is_one_sentence_that_says_where_it_arose(tmp_path: Path) -> None:
    program = tmp_path / "broken.py"
    program.write_text(
        "import sys; from komet_xl.cli import main; main.COMMANDS['push'] = ('no_such_module', ''); "
        "sys.exit(main.run(['push', 'x.xlsx', '--json']))",
        encoding="utf-8",
    )

    ended = subprocess.run([sys.executable, program], capture_output=True, text=True, encoding="utf-8", check=False)

    assert ended.returncode == 1
    assert ended.stderr.startswith("Komet-xl stumbled over an error of its own (ModuleNotFoundError in main.py, line ")
    assert ended.stderr.count("\n") == 1
    assert json.loads(ended.stdout)["exit_code"] == 1


def test_an_error_of_our_own_goes_to_the_log_with_its_origin(
    komet: Sandbox, own_folders: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KOMET_URL", komet.url)
    monkeypatch.setenv("KOMET_TOKEN", komet.token)

    def fail() -> None:
        with open_session() as session:
            session.journal.close()
            raise ZeroDivisionError("as asked for")

    with pytest.raises(ZeroDivisionError):
        fail()

    log = (own_folders / "komet" / "log" / "komet-xl.log").read_text(encoding="utf-8")
    assert "ended by an error" in log
    assert "ZeroDivisionError: as asked for" in log
