"""What the add-in starts: nothing escapes, nothing of a workbook is run, one at a time, Excel is left as it was."""

from __future__ import annotations

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from komet_xl.addin import press, running
from komet_xl.addin.buttons import BUTTONS
from komet_xl.errors import UsageError
from tests.support.cli import environment
from tests.support.desktop import desktop
from tests.support.orders import FIRST, ROSE
from tests.support.xltyping import ComError

if TYPE_CHECKING:
    from tests.support.desktop import Desktop

__all__ = ["desktop"]
ROOT = Path(__file__).parents[2]


def test_every_button_of_the_ribbon_is_known_and_no_other() -> None:
    ribbon = ET.parse(ROOT / "workbook" / "ribbon.xml")  # noqa: S314  our own file
    buttons = {each.get("id") for each in ribbon.iter("{http://schemas.microsoft.com/office/2006/01/customui}button")}

    assert buttons == set(BUTTONS)


def test_an_unknown_button_says_to_install_again(desktop: Desktop) -> None:
    desktop.world.new()

    assert "There is no button 'komet.paint'; run komet-xl install again" in desktop.press("paint")


def test_an_error_of_our_own_is_one_sentence_and_the_log_has_the_rest(
    desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    monkeypatch.setattr("komet_xl.words.SHIFTS", None)

    said = desktop.press("pull", typed=["2015-02-10"])

    assert said == "Komet-xl stumbled over an error of its own (TypeError); press Doctor, or look into its log."


def test_without_excel_the_add_in_is_told_by_the_exit_code() -> None:
    ended = subprocess.run(
        [
            sys.executable,
            "-I",
            "-m",
            "komet_xl.addin.press",
            "komet.push",
            "--wb=orders.xlsx",
            "--from_xl=1",
            "--hwnd=1",
        ],
        env=environment(None),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert ended.returncode == press.UNSEEN
    assert "Traceback" not in ended.stderr


def test_no_workbook_is_one_sentence(desktop: Desktop) -> None:
    assert desktop.press("push") == "No workbook is open in this window; open one and press the button again."


def test_protected_view_is_one_sentence(desktop: Desktop) -> None:
    desktop.world.app.api.ProtectedViewWindows.Count = 1

    assert desktop.press("push") == (
        "The workbook is open in Protected View; press Enable Editing, then the button again."
    )


def test_the_workbook_is_the_one_that_the_add_in_names(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.world.new()

    assert press.main(["komet.check", "--wb=orders.xlsx", "--from_xl=1", "--hwnd=0"]) == 0

    assert "orders.xlsx, sheet orders: 1 ready." in desktop.world.alerts[-1]


@pytest.mark.parametrize("sheet", ["komet.conf", "xlwings.conf", "myaddin.conf", "x.py"])
def test_a_workbook_cannot_change_or_run_anything(desktop: Desktop, sheet: str) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    book.impl.cells.add_sheet(sheet, 1)
    page = book.impl.cells.book[sheet]
    for row in (["INTERPRETER_WIN", "evil.exe"], ["PYTHONPATH", str(desktop.folder)], ["LICENSE_KEY", "noncommercial"]):
        page.append(row)
    for name in ("requests.py", "orders.py", "xlwings.py"):
        (desktop.folder / name).write_text("raise SystemExit('ran')\n", encoding="utf-8")
    before = list(sys.path)

    said = desktop.press("push", "yes")

    assert "1 accepted" in said
    assert sys.path == before


def test_an_address_in_the_cloud_is_a_name_like_any_other(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])
    address = "https://d.docs.live.net/0123456789abcdef/Documents/orders.xlsx"
    book.api.FullName, book.api.Path = address, address.rpartition("/")[0]

    said = desktop.press("push", "yes")

    assert f"{address}, sheet orders: 1 accepted." in said
    assert [each.where.file for each in desktop.sends()] == [address]


def test_a_second_press_of_another_button_says_what_runs(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])

    with running.alone("Pull", "prebooks.xlsx", stops=False):
        said = desktop.press("check")

    assert said.startswith("Pull is still at work for prebooks.xlsx since ")
    assert said.endswith("Wait for it to end, then press the button again.")


def test_a_second_press_can_stop_a_push_and_only_that_one(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])

    with running.alone("Push", "orders.xlsx", stops=True) as push:
        push.tell("120 of 400 lines")
        said = desktop.press("push", "no")
        assert not push.is_asked_to_stop
        desktop.press("push", "yes")
        assert push.is_asked_to_stop
    with running.alone("Push", "orders.xlsx", stops=True) as another:
        assert not another.is_asked_to_stop

    assert "Push is still at work for orders.xlsx since " in said
    assert "(120 of 400 lines)" in said
    assert desktop.sends() == []


@pytest.mark.usefixtures("desktop")
def test_a_note_that_cannot_be_read_still_keeps_a_second_one_out() -> None:
    with running.alone("Push", "orders.xlsx", stops=True):
        running._note_file().write_text("[", encoding="ascii")  # noqa: SLF001  as a crash may leave it
        with (
            pytest.raises(running.BusyError, match="A Komet button is still at work"),
            running.alone("x", "", stops=False),
        ):
            pass


def test_nothing_is_left_behind_when_a_button_has_ended(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])
    desktop.press("check")

    left = {each.name for each in running._note_file().parent.glob("button*")}  # noqa: SLF001  its own folder
    assert left <= {"button.lock"}


def test_xlwings_ends_no_excel_and_does_not_ask_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    forgotten: list[object] = []
    windows = SimpleNamespace(cleanup=object(), N_COM_ATTEMPTS=0)
    monkeypatch.setitem(sys.modules, "xlwings._xlwindows", windows)  # type: ignore[arg-type]  # what is asked of it
    monkeypatch.setattr("atexit.unregister", forgotten.append)

    press.tame_xlwings()

    assert forgotten == [windows.cleanup]
    assert 0 < windows.N_COM_ATTEMPTS < 100


def test_a_resident_server_starts_the_button_without_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(subprocess, "Popen", lambda command, **_more: started.append(command))

    press.press_resident("komet.check", 4711)

    (command,) = started
    assert command[0] == sys.executable
    assert command[-6:] == ["komet_xl.addin.press", "komet.check", "--wb=", "--from_xl=1", "--hwnd=4711", "--alone"]
    assert command[1:3] == ["-E", "-P"] or command[1] == "-I"


def test_where_even_a_box_cannot_be_shown_the_exit_code_says_so(desktop: Desktop) -> None:
    desktop.world.new()

    def refuse(_prompt: str) -> None:
        raise ComError(-2147023174, "The RPC server is unavailable.")

    desktop.world.on_alert = refuse

    assert press.main(["komet.help", "--wb=", "--hwnd=0"]) == press.UNSEEN


def test_the_ribbon_is_brought_up_to_date_where_excel_did_not_wait(desktop: Desktop) -> None:
    desktop.world.new()

    assert press.main(["komet.freeze", "--wb=", "--hwnd=0", "--alone"]) == 0

    assert desktop.world.macros == ["'komet.xlam'!KometRibbon.KometRefreshRibbon"]


def test_a_usage_error_without_excel_raises_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xlwings.apps", SimpleNamespace(active=None))

    assert press.main(["komet.help"]) == press.UNSEEN


def test_no_more_of_xlwings_is_loaded_than_it_loads_itself() -> None:
    env = {name: value for name, value in os.environ.items() if name != "XLWINGS_LICENSE_KEY"}
    loaded = []
    for what in ("xlwings", "komet_xl.addin.press"):
        code = f"import {what}, sys; print(*(each for each in sys.modules if each.startswith('xlwings.')))"
        ended = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
        loaded.append(set(ended.stdout.split()))

    assert loaded[1] == loaded[0]
    assert not loaded[1] & {"xlwings.server", "xlwings.reports", "xlwings.pro.reports"}


def test_an_unknown_button_is_the_callers_mistake() -> None:
    from komet_xl.addin.buttons import find_button  # noqa: PLC0415  only here

    with pytest.raises(UsageError, match=r"komet\.paint"):
        find_button("komet.paint")
