"""Starting, stopping, keeping time, keeping state."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
import requests

from komet_xl.sandbox.server import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

ONE_RUN = """
import signal, sys
from pathlib import Path
from komet_xl.sandbox.server import serve

def ready(url):
    print(url, flush=True)
    signal.raise_signal(getattr(signal, sys.argv[2]))

serve(Path(sys.argv[1]), port=0, token="t", prebooks=0, seed=1, latency_ms=0, ready=ready)
print("over", flush=True)
"""


def _order(komet: Sandbox, boxes: int = 1) -> dict[str, object]:
    return {
        "authenticationToken": komet.token,
        "prebookId": 85063,
        "inventoryId": 9999999,
        "boxes": boxes,
        "price": 1,
    }


def test_importing_the_package_loads_no_web_server() -> None:
    script = "import sys, komet_xl.sandbox; sys.exit(bool({'starlette', 'uvicorn'} & set(sys.modules)))"

    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=60).returncode == 0


def test_it_listens_on_this_machine_only(komet: Sandbox) -> None:
    assert komet.url == f"http://127.0.0.1:{komet.port}/api"
    assert komet.control == f"http://127.0.0.1:{komet.port}/_sandbox"


def test_when_the_block_ends_nobody_listens_any_more() -> None:
    with Sandbox() as komet:
        url = f"{komet.url}/customer.list"

    with pytest.raises(requests.ConnectionError):
        requests.get(url, timeout=10)


def test_a_port_that_is_taken_is_an_error(komet: Sandbox) -> None:
    with pytest.raises(OSError, match=r".+"), Sandbox(port=komet.port):
        pass


def test_a_silent_request_does_not_hold_up_the_end() -> None:
    with ThreadPoolExecutor(1) as pool:
        with Sandbox() as komet:
            komet.fault("time-out-after")
            silent = pool.submit(requests.post, f"{komet.url}/prebook.future.item.add", json=_order(komet), timeout=30)
            while not komet.ledger():
                time.sleep(0.005)
            started = time.monotonic()
        assert time.monotonic() - started < 1
        assert isinstance(silent.exception(timeout=5), requests.ConnectionError)


def test_latency_counts_from_the_arrival_and_holds_for_many_at_once() -> None:
    with Sandbox(latency_ms=80) as komet:
        gate = threading.Barrier(8)

        def ask(_: int) -> list[float]:
            took = []
            with requests.Session() as session:
                gate.wait()
                for _ in range(3):
                    answer = session.post(f"{komet.url}/prebook.future.item.add", json=_order(komet), timeout=10)
                    took.append(answer.elapsed.total_seconds())
            return took

        with ThreadPoolExecutor(8) as pool:
            times = sorted(one for took in pool.map(ask, range(8)) for one in took)

        assert times[0] >= 0.0795
        assert times[len(times) // 2] < 0.16  # eight clients of one interpreter; one after the other would be 0.64
        assert komet.applied(9999999) == 24


def test_lines_added_from_many_threads_are_all_there_and_none_oversells(komet: Sandbox) -> None:
    def sell(_: int) -> object:
        url = f"{komet.url}/prebook.future.item.add"
        return requests.post(url, json=_order(komet, boxes=30), timeout=30).json()["status"]

    def sell_too(_: int) -> object:
        try:
            return komet.add_foreign_line(85063, 9999999, 30, "1.00") > 0
        except ValueError:
            return False

    with ThreadPoolExecutor(8) as pool:
        own, foreign = pool.map(sell, range(16)), pool.map(sell_too, range(16))
        sold = list(own).count("1") + list(foreign).count(True)

    assert sold == 16  # 500 boxes, 30 each


def test_a_folder_used_before_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with Sandbox(tmp_path) as komet:
        number = requests.post(f"{komet.url}/prebook.future.item.add", json=_order(komet), timeout=10)
        assert number.json()["status"] == "1"

    with Sandbox(tmp_path) as komet:
        assert komet.applied(9999999) == 1
        assert komet.requests()["total"] == 1
    with Sandbox(tmp_path, prebooks=3) as komet:
        assert komet.ledger() == []


def test_a_temporary_folder_is_gone_at_the_end() -> None:
    with Sandbox() as komet:
        folder = komet.folder
        assert folder.is_dir()

    assert not folder.exists()


def test_moving_a_prebook_from_the_test_thread_is_seen_over_http(komet: Sandbox) -> None:
    komet.move(1927173, "2015-03-03")

    params = {"authenticationToken": komet.token, "date": "2015-03-03"}
    answer = requests.get(f"{komet.url}/prebook.details.list", params=params, timeout=10).json()
    assert [prebook["number"] for prebook in answer["prebooks"]] == ["13010"]


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_in_the_foreground_a_signal_ends_it_quietly(tmp_path: Path, name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ONE_RUN, str(tmp_path), name],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert done.returncode == 0
    assert done.stdout.splitlines()[0].startswith("http://127.0.0.1:")
    assert done.stdout.splitlines()[1] == "over"
    assert done.stderr == ""
