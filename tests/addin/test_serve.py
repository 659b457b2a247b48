"""The resident server, as far as it can be seen without Windows: its rules, its label, the call into xlwings."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from komet_xl.addin import labels, resident
from komet_xl.errors import SettingsError, UsageError
from tests.support.cli import run

STANDS_FOR_WINDOWS = {
    "win32api.py": "def GetCurrentThreadId():\n    return 7\n",
    "win32event.py": """
        WAIT_OBJECT_0, INFINITE, QS_ALLEVENTS = 0, -1, 255
        def MsgWaitForMultipleObjects(*args):
            return WAIT_OBJECT_0
    """,
    "pywintypes.py": """
        class com_error(Exception): ...
        class IID(str): ...
        class TimeType: ...
    """,
    "pythoncom.py": """
        IID_IDispatch, IID_IEnumVARIANT = "dispatch", "enum"
        TypeIIDs = {"dispatch": object}
        CLSCTX_LOCAL_SERVER, REGCLS_MULTIPLEUSE, REGCLS_SUSPENDED = 4, 1, 4
        told = []
        def CoInitialize(): ...
        def CoUninitialize(): told.append("uninitialized")
        def MakePyFactory(clsid): return f"factory of {clsid}"
        def CoRegisterClassObject(clsid, factory, context, flags):
            told.append(f"registered {clsid}")
            return 1
        def EnableQuitMessage(thread): ...
        def CoResumeClassObjects(): told.append("answering")
        def PumpWaitingMessages(): return True  # WM_QUIT: Excel has closed
        def CoRevokeClassObject(number): told.append("revoked")
    """,
    "win32com/__init__.py": "",
    "win32com/client.py": "def Dispatch(*args): ...\n",
    "win32com/server/__init__.py": "",
    "win32com/server/dispatcher.py": "",
    "win32com/server/policy.py": "class DefaultPolicy: ...\n",
    "win32com/server/util.py": "def wrap(*args): ...\n",
}
"""What xlwings' server needs of pywin32, in the least form that lets its own code run."""
REGISTER = """
import atexit, sys, types
sys.path.insert(0, sys.argv[1])
import pythoncom
from komet_xl.addin import resident
windows = sys.modules["xlwings._xlwindows"] = types.ModuleType("xlwings._xlwindows")
windows.cleanup = lambda: print("Excel was killed", file=sys.stderr)
windows.N_COM_ATTEMPTS = 0
atexit.register(windows.cleanup)  # as xlwings' module for Windows does when it is imported
resident.answer(*sys.argv[2:3] if "own" in sys.argv else ())
assert windows.N_COM_ATTEMPTS, "xlwings would ask a busy Excel for ever"
assert pythoncom.told == [f"registered {sys.argv[2]}", "answering", "revoked", "uninitialized"], pythoncom.told
print(sys.argv[2], "answers")
"""
"""Runs xlwings' own `serve` to its end over what stands for pywin32."""
ASK_ON_WINDOWS = """
import subprocess, sys, time
from komet_xl.addin import resident
process = subprocess.Popen([*resident.server_command(), *sys.argv[2:3]])
import win32com.client
for turn in range(600):
    try:
        server = win32com.client.Dispatch(sys.argv[2])
        break
    except Exception:
        time.sleep(0.1)
assert server.Var(server.Eval("6 * 7")) == 42
process.kill()
print(sys.argv[2], "answers")
"""
"""Starts a real server and asks it over COM, as xlwings' library does inside Excel."""


@pytest.fixture(autouse=True)
def _own_labels(own_folders: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The labels inside the test's own folder, also on Windows."""
    monkeypatch.setenv("LOCALAPPDATA", str(own_folders))


def test_elsewhere_than_on_windows_it_is_refused_with_a_sentence_and_starts_nothing() -> None:
    with pytest.raises(UsageError, match="no Excel for Windows here"):
        resident.ensure_windows("linux")
    resident.ensure_windows("win32")
    if sys.platform != "win32":
        ran = run("serve")
        assert (ran.code, ran.out) == (2, "")
        assert "no Excel for Windows here" in ran.err
        assert run("serve", "--json").json["exit_code"] == 2
        assert labels.read_labels() == {}


@pytest.fixture
def pywin32(tmp_path: Path) -> str:
    """A folder to import from before all others: what stands for pywin32; on Windows nothing, there is the real one."""
    folder = tmp_path / "stands for windows"
    for name, source in STANDS_FOR_WINDOWS.items() if sys.platform != "win32" else ():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(source), encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize(
    ("server", "whose"),
    [(resident.SERVER, "resident"), ("{0f0f0f0f-1111-2222-3333-444444444444}", "own")],
    ids=["resident", "of one Excel"],
)
def test_xlwings_own_server_answers_under_the_class_id_and_leaves_every_excel_alone(
    pywin32: str, server: str, whose: str
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", ASK_ON_WINDOWS if sys.platform == "win32" else REGISTER, pywin32, server, whose],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ended.stderr == ""
    assert ended.stdout.splitlines()[-1] == f"{server} answers"


@pytest.mark.skipif(sys.platform == "win32", reason="there it answers")
def test_where_it_cannot_answer_the_server_ends_with_one_sentence() -> None:
    ended = subprocess.run(
        [sys.executable, "-I", "-m", "komet_xl.addin.resident", resident.SERVER],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.splitlines() == [
        "there is no Excel for Windows here that komet-xl serve could answer; nothing was started."
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="it has the real one")
def test_an_xlwings_that_cannot_speak_with_excel_is_a_sentence() -> None:
    with pytest.raises(
        UsageError, match=r"xlwings cannot speak with Excel here \(.*pywin32.*\); install komet-xl again"
    ):
        resident.answer()


def test_the_server_is_this_python_with_nothing_of_the_environment_before_our_modules() -> None:
    command = resident.server_command()

    assert Path(command[0]).parent == Path(sys.executable).parent
    assert command[1:] in (["-I", "-m", "komet_xl.addin.resident"], ["-E", "-P", "-m", "komet_xl.addin.resident"])


def test_the_add_in_is_told_while_the_server_runs_and_no_longer() -> None:
    labels.write_label("komet.age", "Pulled 09:14")

    with resident.announced():
        during = labels.read_labels()
        assert resident.is_running()
    after = labels.read_labels()

    assert during == {"komet.age": "Pulled 09:14", "komet.server": resident.SERVER}
    assert after == {"komet.age": "Pulled 09:14"}
    assert not resident.is_running()


def test_a_second_server_is_refused_and_so_is_uninstalling_under_it() -> None:
    other = "from komet_xl.addin import resident as r, labels\nwith r.announced(): print('on', flush=True); input()"
    holder = subprocess.Popen([sys.executable, "-c", other], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "on\n"
        with pytest.raises(UsageError, match="running already in another window"), resident.announced():
            pass
        with pytest.raises(UsageError, match="end it there with Ctrl-C"):
            resident.ensure_stopped()
        assert labels.read_labels() == {"komet.server": resident.SERVER}
    finally:
        holder.communicate("\n")

    resident.ensure_stopped()
    assert labels.read_labels() == {}


def test_a_folder_that_cannot_hold_our_notes_is_a_sentence_and_no_server_runs() -> None:
    assert not resident.is_running()
    assert not labels.place().parent.exists(), "who only asks leaves nothing behind"
    labels.place().parent.write_text("a file where the folder should be", encoding="utf-8")

    with pytest.raises(SettingsError, match=r"serve\.lock cannot be written"), resident.announced():
        pass
    assert not resident.is_running()


def test_a_server_that_ends_is_started_anew_until_we_are_stopped(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    program = "import sys; print('started', file=open(sys.argv[1], 'a'))"

    def started_often() -> bool:
        return log.exists() and log.read_text(encoding="ascii").count("started") >= 3

    resident.keep_running([sys.executable, "-I", "-c", program, str(log)], stopped=started_often)

    assert log.read_text(encoding="ascii").splitlines() == ["started"] * 3


def test_a_server_that_cannot_start_is_given_up_with_a_sentence(tmp_path: Path) -> None:
    log = tmp_path / "starts"
    program = "import sys; print('started', file=open(sys.argv[1], 'a')); sys.exit(3)"

    with pytest.raises(UsageError, match=r"ended 5 times at once \(code 3\); run komet-xl doctor"):
        resident.keep_running([sys.executable, "-I", "-c", program, str(log)])

    assert log.read_text(encoding="ascii").count("started") == 5


def test_a_server_that_runs_ends_with_us() -> None:
    started = time.monotonic()

    resident.keep_running(
        [sys.executable, "-I", "-c", "import time; time.sleep(60)"], stopped=lambda: time.monotonic() > started + 1
    )

    assert time.monotonic() - started < 30


def test_labels_are_plain_lines_that_vba_can_read() -> None:
    labels.write_label("komet.tab", "Komet\n(démo)  =  x")
    labels.write_label("komet.age", "now")
    labels.write_label("komet.age", None)
    labels.write_label("komet.gone", None)

    assert labels.place().read_bytes() == b"komet.tab=Komet (d?mo) = x\r\n"
    assert labels.read_labels() == {"komet.tab": "Komet (d?mo) = x"}
    assert not [each for each in labels.place().parent.iterdir() if each.suffix == ".part"]
