"""The Python that Excel is to start: what must be known of it, and what would keep it from working there."""

from __future__ import annotations

import site
import struct
import sys
import sysconfig
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Final

import komet_xl
from komet_xl.addin.places import MAC, WINDOWS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import PurePath

GOOD_WINDOWS: Final = "win-amd64"
"""The only kind of Python for Windows that xlwings brings its library for."""
OF_PYWIN32: Final = ("pythoncom", "pywintypes", "win32api", "win32com.client")
STORE: Final = "windowsapps"
MOST_CHARACTERS: Final = 1_000
"""Of a path: the library that starts Python has room for 2,048 characters in all."""
MISREAD: Final = ('"', "%", "$(")
"""What a command line, Windows' script host or xlwings' library would read as something else than a part of a path."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interpreter:
    """A Python in which komet-xl is installed."""

    program: PurePath
    """What is started: the one without a console window where there is one."""
    base: PurePath
    """Where the Python lies that a virtual environment is made of; else its own folder."""
    kind: str
    """Platform it was built for: win-amd64, win32, win-arm64, macosx-14-arm64 ..."""
    packages: PurePath
    """The folder that komet_xl lies in."""
    user_packages: PurePath | None
    """The user's own folder of packages, where Python uses one."""
    library: PurePath | None
    """The folder of both DLLs of xlwings."""
    xlwings: str | None
    """Version of xlwings; None where there is none."""
    wanted: str | None
    """Version of xlwings that this komet-xl was made for; None where its metadata do not say."""
    plain: bool
    """Whether Windows' old code page has all letters of the path; that library knows no others."""
    missing: str = ""
    """The module of pywin32 that cannot be loaded; xlwings speaks with Excel through it. Windows only."""

    @property
    def is_users_own(self) -> bool:
        """Whether komet-xl lies in the user's own packages, which an isolated Python does not see."""
        return self.user_packages is not None and self.packages == self.user_packages

    @property
    def switches(self) -> tuple[str, ...]:
        """How it is started: nothing of the environment or the current folder comes before our own modules."""
        return ("-E", "-P") if self.is_users_own else ("-I",)


def faults(interpreter: Interpreter, system: str) -> list[str]:
    """What would keep Excel from using it: sentences that say what to do. Empty when all is well."""
    found = []
    if system == WINDOWS:
        found += _windows_faults(interpreter)
    if interpreter.xlwings is None:
        found.append("xlwings is not installed beside komet-xl; install komet-xl again.")
    elif interpreter.wanted not in (None, interpreter.xlwings):
        found.append(
            f"xlwings is {interpreter.xlwings}, and this komet-xl works with {interpreter.wanted} only; "
            f"run python -m pip install xlwings=={interpreter.wanted}, then komet-xl install."
        )
    return found


def _windows_faults(it: Interpreter) -> list[str]:
    found = []
    if any(STORE in each.lower() for path in (it.program, it.base) for each in path.parts):
        found.append(
            f"this Python ({it.program}) comes from the Microsoft Store, whose programs Excel cannot start; "
            "install Python from python.org, komet-xl in it, and run komet-xl install there."
        )
    elif it.kind != GOOD_WINDOWS:
        found.append(
            f"this Python ({it.program}) is built for {it.kind}, and Excel's formulas need one for {GOOD_WINDOWS}; "
            'install "Windows installer (64-bit)" from python.org, komet-xl in it, and run komet-xl install there.'
        )
    elif it.library is None:
        version = it.xlwings or "?"
        found.append(
            f"xlwings64-{version}.dll is not beside this Python ({it.program}); "
            f"run python -m pip install --force-reinstall --no-deps xlwings=={version}."
        )
    if it.missing:
        found.append(
            f"{it.missing} of pywin32 cannot be loaded, and without it nothing reaches Excel; "
            "run python -m pip install --force-reinstall pywin32."
        )
    text = str(it.program)
    if not it.plain or len(text) > MOST_CHARACTERS or any(each in text for each in MISREAD):
        found.append(
            f"the path of this Python ({it.program}) is too long or has letters that Excel cannot pass on; "
            "install Python and komet-xl in a folder such as C:\\Komet, and run komet-xl install there."
        )
    return found


def this_interpreter() -> Interpreter:
    """The Python that runs now."""
    version = _version("xlwings")
    executable = Path(sys.executable)
    program = without_console(executable)
    return Interpreter(
        program=program,
        base=Path(sys.base_exec_prefix),
        kind=_kind(),
        packages=Path(komet_xl.__file__).resolve().parent.parent,
        user_packages=_user_packages(),
        library=library_folder(version, _library_candidates(executable)) if version else None,
        xlwings=version,
        wanted=wanted_version(metadata_requirements()),
        plain=fits(str(program), "mbcs" if sys.platform == "win32" else "utf-8"),
        missing=first_missing(OF_PYWIN32) if sys.platform == "win32" else "",
    )


def without_console(executable: Path) -> Path:
    """pythonw.exe beside python.exe, so that no black window opens in front of the sheet."""
    quiet = executable.with_name("pythonw.exe")
    return quiet if executable.name.lower() == "python.exe" and quiet.is_file() else executable


def library_folder(version: str, candidates: Iterable[Path]) -> Path | None:
    """The first folder that holds xlwings' library for 64-bit and for 32-bit Excel."""
    names = [f"xlwings{bits}-{version}.dll" for bits in (64, 32)]
    return next((folder for folder in candidates if all((folder / name).is_file() for name in names)), None)


def wanted_version(requirements: Iterable[str]) -> str | None:
    """The version that a pin such as "xlwings==0.37.8" names."""
    for each in requirements:
        name, equal, version = each.partition(";")[0].replace(" ", "").partition("==")
        if name.lower() == "xlwings" and equal:
            return version
    return None


def first_missing(modules: Iterable[str]) -> str:
    """The first module that cannot be loaded; "" when all can."""
    for name in modules:
        try:
            import_module(name)
        except (ImportError, OSError):  # missing, or its library is broken
            return name
    return ""


def fits(text: str, encoding: str) -> bool:
    """Whether an encoding has all letters of a text."""
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def metadata_requirements() -> list[str]:
    """What komet-xl's own metadata ask for; nothing where it runs without being installed."""
    with suppress(metadata.PackageNotFoundError):
        return metadata.requires("komet-xl") or []
    return []


def _library_candidates(executable: Path) -> list[Path]:
    """Where pip puts data files: the environment's root, or the user's base for packages of the user's own."""
    folders = [Path(sys.prefix), executable.parent, executable.parent.parent]
    return [*folders, Path(site.getuserbase())] if site.ENABLE_USER_SITE else folders


def _user_packages() -> Path | None:
    return Path(site.getusersitepackages()).resolve() if site.ENABLE_USER_SITE else None


def _kind() -> str:
    """Python for Windows on ARM may call itself by its machine; what counts is what it was built for."""
    kind = sysconfig.get_platform()
    return kind if struct.calcsize("P") == 8 or sys.platform == MAC else "win32"


def _version(name: str) -> str | None:
    with suppress(metadata.PackageNotFoundError):
        return metadata.version(name)
    return None
