"""What Windows, Office and Microsoft Defender forbid the add-in. Pure: judged from values of Windows' registry.

Nothing is asked of a program: what an administrator has set stands in the registry, and every user may read it there.
Sources: Microsoft's administrative templates for Office and Defender, "Attack surface reduction rules reference".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.addin.shipped import ADD_IN
from komet_xl.doctor import Check, Level, fine, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from komet_xl.addin.winregistry import Reader, Values

OFFICE: Final = r"Software\Microsoft\Office\16.0\Excel"
OFFICE_POLICY: Final = r"Software\Policies\Microsoft\Office\16.0\Excel"
DEFENDER: Final = r"Microsoft\Windows Defender"
RULES: Final = rf"{DEFENDER}\Windows Defender Exploit Guard\ASR\Rules"
KEYS: Final = {
    "rules": ("HKLM", rf"SOFTWARE\Policies\{RULES}"),
    "managed rules": ("HKLM", rf"SOFTWARE\Policies\{DEFENDER}\Policy Manager"),
    "own rules": ("HKLM", rf"SOFTWARE\{RULES}"),
    "security": ("HKCU", rf"{OFFICE}\Security"),
    "security policy": ("HKCU", rf"{OFFICE_POLICY}\Security"),
    "common policy": ("HKCU", r"Software\Policies\Microsoft\Office\16.0\Common\Security"),
    "trusted": ("HKCU", rf"{OFFICE}\Security\Trusted Locations"),
    "trusted policy": ("HKCU", rf"{OFFICE_POLICY}\Security\Trusted Locations"),
    "resiliency policy": ("HKCU", rf"{OFFICE_POLICY}\Resiliency"),
    "listed": ("HKCU", rf"{OFFICE_POLICY}\Resiliency\AddinList"),
    "disabled": ("HKCU", rf"{OFFICE}\Resiliency\DisabledItems"),
    "options": ("HKCU", rf"{OFFICE}\Options"),
    "click to run": ("HKLM", r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"),
    "internet": ("HKCU", r"Software\Microsoft\Windows\CurrentVersion\Internet Settings"),
}
"""What is read, under names of our own."""
CHILD_PROCESSES: Final = "d4f940ab-401b-4efc-aadc-ad5f3c50688a"
"""Defender: "Block all Office applications from creating child processes"."""
WIN32_CALLS: Final = "92e97fa1-2edf-4476-bdd6-9dd0b4dddc7b"
"""Defender: "Block Win32 API calls from Office macros"."""
BLOCK, WARN = 1, 6
NOT_SET: Final = 5
SIGNED_ONLY, NO_MACROS = "3", "4"
"""Office's macro settings that let nothing unsigned run."""
ASK: Final = "Ask your administrator; docs/it-admins.md says what to allow."


def collect(read: Reader) -> dict[str, Values]:
    """The values that `blocks` judges."""
    return {name: read(*place) for name, place in KEYS.items()}


def blocks(found: Mapping[str, Values], *, resident: bool) -> list[Check]:
    """
    What would keep the add-in from working; one check that all is well when there is nothing.

    Args:
        found: From `collect`.
        resident: Whether the resident server runs.
    """
    return [*_defender(found, resident=resident), *_office(found)] or [
        fine("Office security", "no rule of Office or Defender that blocks the add-in")
    ]


def state_of(found: Mapping[str, Values], rule: str) -> int:
    """How a rule of Defender is set: 0 off, 1 block, 2 audit, 6 warn. An administrator's word comes first."""
    managed = str(found.get("managed rules", {}).get("asrrules", ""))
    pairs = (each.partition("=") for each in managed.lower().split("|"))
    by_manager = {name.strip(): value for name, _, value in pairs}
    for told in (found.get("rules", {}).get(rule), by_manager.get(rule), found.get("own rules", {}).get(rule)):
        text = str(told).strip()
        if told is not None and text.isascii() and text.isdigit() and int(text) != NOT_SET:
            return int(text)
    return 0


def own_folders(found: Mapping[str, Values]) -> list[str]:
    """The folder from which Excel is told to open all files when it starts, besides XLSTART."""
    told = str(found.get("options", {}).get("altstartup", "")).strip()
    return [told] if told else []


def proxy_script(found: Mapping[str, Values], own: str | None) -> Check | None:
    """A warning where Windows finds its proxy by a script, which komet-xl does not run."""
    script = found.get("internet", {}).get("autoconfigurl")
    if not script or own:
        return None
    return warning(
        "proxy script",
        "this computer finds its proxy by a script, which komet-xl does not run",
        "If Komet cannot be reached, ask for the proxy's address and set KOMET_PROXY (settings.toml: proxy).",
    )


def _defender(found: Mapping[str, Values], *, resident: bool) -> Iterator[Check]:
    children = state_of(found, CHILD_PROCESSES)
    if children in (BLOCK, WARN) and resident:
        yield fine("Defender", "forbids Excel to start programs; komet-xl serve is running and answers it")
    elif children in (BLOCK, WARN):
        yield Check(
            "Defender",
            Level.PROBLEM if children == BLOCK else Level.WARNING,
            "forbids Excel to start programs, so buttons and formulas cannot start Python",
            "Run komet-xl serve in a window of its own and leave it open, or have it started when you log in.",
            exit_code=2,
        )
    calls = state_of(found, WIN32_CALLS)
    if calls in (BLOCK, WARN):
        yield Check(
            "Defender",
            Level.PROBLEM if calls == BLOCK else Level.WARNING,
            "forbids macros to call Windows, so formulas cannot reach Python",
            f"{ASK} Pull and push still work from the command line.",
            exit_code=2,
        )


def _office(found: Mapping[str, Values]) -> Iterator[Check]:
    if _is_on(found, "common policy", "requirealwaysonmacrosig") or any(
        _is_on(found, each, "requireaddinsig") for each in ("security policy", "security")
    ):
        yield _blocked("only add-ins that are signed by a trusted publisher are loaded", f"Sign {ADD_IN}. {ASK}")
    if any(_is_on(found, each, "disablealladdins") for each in ("security policy", "security")):
        yield _blocked("all add-ins are switched off", "Excel: File > Options > Trust Center > Add-ins. Or: " + ASK)
    listed = str(found.get("listed", {}).get(ADD_IN, "")).strip()
    if listed == "0" or (_is_on(found, "resiliency policy", "restricttolist") and listed not in ("1", "2")):
        yield _blocked(f"{ADD_IN} is not among the add-ins that are allowed", ASK)
    if any(_names_us(each) for each in found.get("disabled", {}).values()):
        advice = "Excel: File > Options > Add-ins > Manage: Disabled Items > Go; choose it and Enable."
        yield _blocked(f"Excel has switched {ADD_IN} off after a crash", advice)
    if any(_is_on(found, each, "alllocationsdisabled") for each in ("trusted policy", "trusted")):
        told = found.get("security policy", {}).get("vbawarnings", found.get("security", {}).get("vbawarnings"))
        if str(told) in (SIGNED_ONLY, NO_MACROS):
            yield _blocked("trusted locations are switched off, and unsigned macros do not run", f"Sign it. {ASK}")
        else:
            yield warning("Office security", "trusted locations are switched off, so Excel asks before macros run", ASK)


def _blocked(what: str, advice: str) -> Check:
    return Check("Office security", Level.PROBLEM, what, advice, exit_code=2)


def _is_on(found: Mapping[str, Values], key: str, name: str) -> bool:
    return str(found.get(key, {}).get(name, 0)).strip() == "1"


def _names_us(item: object) -> bool:
    """Whether an entry of Excel's disabled items is ours: a head of 12 bytes, then a path in UTF-16."""
    return isinstance(item, bytes) and ADD_IN in item[12:].decode("utf-16-le", "replace").lower()
