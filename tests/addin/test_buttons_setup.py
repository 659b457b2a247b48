"""New order sheet, History, Sign in, Profile, Freeze, Test connection, Doctor, Help."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import keyring
import pytest
from keyring.backend import KeyringBackend

from komet_xl.addin import labels, switches
from komet_xl.addin.buttons import BUTTONS
from komet_xl.grids.xlsx.refs import area
from komet_xl.settings import load_settings
from tests.support.desktop import desktop, rows_of
from tests.support.orders import FIRST, ROSE, SCARCE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.desktop import Desktop

__all__ = ["desktop"]
SECRET = "canary-token-4711"


class Safe(KeyringBackend):
    """A keyring that says it is the system's own."""

    __module__ = "keyring.backends.SecretService"
    priority: ClassVar[float] = 0.1  # type: ignore[assignment]  keyring wants a property of the class

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


@pytest.fixture
def safe() -> Iterator[Safe]:
    before = keyring.get_keyring()
    made = Safe()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


def profiles(desktop: Desktop) -> None:
    """A settings file with a profile for practice."""
    path = load_settings().settings_file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f'[profiles.demo]\nurl = "{desktop.komet.url}"\n', encoding="utf-8")


def test_a_new_order_sheet_can_be_filled_checked_and_pushed(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 1, 1)])

    desktop.press("newOrders")

    assert book.sheets.active.name == "orders 2"
    page = book.impl.cells.book["orders 2"]
    assert [cell.value for cell in page[1]] == [
        *("prebookId", "inventoryId", "boxes", "price", "markCode", "unitsPerBox", "status", "message")
    ]
    noted = [kind for kind, sheet, *_ in book.impl.notes if sheet == "orders 2"]
    assert noted.count("validation") == 3
    assert noted.count("colour") >= 6
    book.impl.cells.put("orders 2", area("A2:E2"), [[FIRST, ROSE, 2, 2.5, "00123"]])
    desktop.press("push", "yes")
    assert page["G2"].value == 1
    assert [(each.boxes, each.mark_code) for each in desktop.komet.ledger()] == [(2, "00123")]


def test_the_template_of_a_blank_workbook_is_called_orders(desktop: Desktop) -> None:
    book = desktop.world.new()

    desktop.press("newOrders")

    assert "orders" in book.sheet_names


def test_a_workbook_with_fixed_sheets_gets_no_new_one(desktop: Desktop) -> None:
    book = desktop.world.new()
    book.api.ProtectStructure = True

    assert "lets nobody add a sheet; unprotect it" in desktop.press("newOrders")
    assert book.sheet_names == ["Sheet"]


def test_history_puts_what_was_sent_into_a_new_workbook(desktop: Desktop) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5), (FIRST, SCARCE, 9, 1)])
    desktop.press("push", "yes")

    desktop.press("history", typed=[""])

    made = desktop.world.app.books.active
    assert made.name != book.name
    rows = list(made.cells.book["sends"].iter_rows(values_only=True))
    assert [row[2] for row in rows[1:]] == ["accepted", "rejected"]
    assert rows[1][3] == FIRST


def test_history_of_days_without_lines_makes_no_workbook(desktop: Desktop) -> None:
    desktop.orders([(FIRST, ROSE, 5, 2.5)])

    assert desktop.press("history", typed=["today"]) == "The journal has no such lines."
    assert len(desktop.world.app.books) == 1


def test_the_token_goes_into_the_keyring_and_nowhere_else(desktop: Desktop, safe: Safe) -> None:
    book = desktop.orders([(FIRST, ROSE, 5, 2.5)])

    said = desktop.press("signIn", "yes", typed=[SECRET])

    assert safe.kept == {("komet-xl", "production"): SECRET}
    assert "can be seen on the screen" in desktop.world.alerts[0]
    assert SECRET not in said + repr(rows_of(book)) + repr(desktop.world.prompts) + repr(desktop.world.bars)
    files = [each for each in desktop.folder.rglob("*") if each.is_file()]
    assert not [each for each in files if SECRET.encode() in each.read_bytes()]


def test_a_keyring_that_cannot_be_trusted_is_one_sentence(desktop: Desktop) -> None:
    desktop.world.new()

    assert "no keyring that komet-xl trusts" in desktop.press("signIn", "yes", typed=[SECRET])


def test_sign_in_can_be_left(desktop: Desktop, safe: Safe) -> None:
    desktop.world.new()

    assert "can be seen on the screen" in desktop.press("signIn", "no")
    assert safe.kept == {}


def test_another_profile_is_used_from_then_on_and_the_tab_says_so(desktop: Desktop) -> None:
    profiles(desktop)
    desktop.orders([(FIRST, ROSE, 5, 2.5)])

    desktop.press("profile", typed=["demo"])

    assert labels.read_labels()["komet.tab"] == "Komet (demo)"
    assert switches.load().profile == "demo"
    desktop.press("push", "no")
    assert "(profile demo)" in desktop.world.alerts[-2]
    desktop.press("profile", typed=["production"])
    assert "komet.tab" not in labels.read_labels()
    assert switches.load().profile is None


def test_a_profile_that_there_is_not_changes_nothing(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    profiles(desktop)
    monkeypatch.delenv("KOMET_URL")
    desktop.world.new()

    assert "There is no profile 'demmo'" in desktop.press("profile", typed=["demmo"])
    assert switches.load().profile is None


def test_formulas_are_frozen_and_thawed(desktop: Desktop) -> None:
    desktop.world.new()

    desktop.press("freeze")
    assert switches.load().frozen
    assert labels.read_labels()["komet.freeze"] == "Thaw formulas"
    desktop.press("freeze")
    assert not switches.load().frozen
    assert "komet.freeze" not in labels.read_labels()


def test_the_connection_is_tried_method_by_method_and_nothing_is_ordered(desktop: Desktop) -> None:
    desktop.world.new()

    said = desktop.press("test")

    assert "yes: prebook.details.list" in said
    assert "yes: customer.list" in said
    assert "?: prebook.future.item.add (not tried: that would order something)" in said
    assert "4 requests used" in said
    assert desktop.komet.ledger() == []


def test_a_refused_token_is_said_for_each_method(desktop: Desktop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KOMET_TOKEN", "wrong-token")
    desktop.world.new()

    said = desktop.press("test")

    assert said.count("no: ") == 4
    assert "wrong-token" not in said


def test_the_doctor_speaks_in_a_box(desktop: Desktop) -> None:
    desktop.world.new()

    said = desktop.press("doctor")

    assert "journal" in said
    assert "Traceback" not in said


def test_help_names_every_button(desktop: Desktop) -> None:
    desktop.world.new()

    said = desktop.press("help")

    assert all(f"{each.label}: " in said for each in BUTTONS.values())
