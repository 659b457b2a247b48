"""The ribbon: Excel says nothing about a fault in it, it shows no tab; so each rule it has is held here."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from workbook import addin, build, picture

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

NAMES = f"{{{addin.RIBBON_NAMES}}}"
LABELLED = {"id", "label", "getLabel", "screentip", "supertip"}
ALLOWED = {
    "customUI": {"onLoad"},
    "ribbon": set(),
    "tabs": set(),
    "tab": {"id", "label", "getLabel", "keytip"},
    "group": {"id", "label"},
    "button": LABELLED | {"imageMso", "size", "onAction", "keytip"},
    "labelControl": LABELLED,
}
"""Of the attributes that Office's schema of 2006 has, those that we use. Source: [MS-CUSTOMUI] 2.2."""
INSIDE = {
    "customUI": {"ribbon"},
    "ribbon": {"tabs"},
    "tabs": {"tab"},
    "tab": {"group"},
    "group": {"button", "labelControl"},
    "button": set(),
    "labelControl": set(),
}
ICONS = {
    *("DataValidation", "DatabaseProperties", "DistributionListSelectMembers", "ErrorChecking", "FileCheckIn"),
    *("FileNew", "FileSave", "GetExternalDataFromWeb", "Help", "Info", "ListSynchronize", "Lock", "Refresh"),
    *("ReviewTrackChanges", "ServerConnection", "TableInsert", "UpgradeDocument"),
}
"""Names of Office's own pictures that are known to be shown: another name would be shown as a blank button."""
AGREED = [
    *("komet.pull", "komet.refresh", "komet.age"),
    *("komet.newOrders", "komet.check", "komet.push", "komet.pushSelected", "komet.resolve", "komet.history"),
    *("komet.inventory", "komet.customers", "komet.carriers"),
    *("komet.signIn", "komet.profile", "komet.freeze", "komet.test", "komet.doctor", "komet.help"),
]
CALLBACKS = {
    "onLoad": re.compile(r"\w+ As IRibbonUI"),
    "onAction": re.compile(r"\w+ As IRibbonControl"),
    "getLabel": re.compile(r"\w+ As IRibbonControl, ByRef \w+"),
}
"""What each callback takes. Source: "Customizing the 2007 Office Fluent Ribbon for Developers", part 3."""
WIDEST = 24
"""Letters of a label: wider ones push the last group off a laptop's screen."""


@pytest.fixture(scope="module")
def root() -> Element:
    return addin.ribbon()


@pytest.fixture(scope="module")
def controls(root: Element) -> list[Element]:
    return [each for each in root.iter() if tag(each) in {"button", "labelControl"}]


def tag(element: Element) -> str:
    assert element.tag.startswith(NAMES)
    return element.tag.removeprefix(NAMES)


def test_elements_stand_where_they_may_with_attributes_that_they_have(root: Element) -> None:
    for element in root.iter():
        assert element.attrib.keys() <= ALLOWED[tag(element)], element.attrib
        assert {tag(each) for each in element} <= INSIDE[tag(element)]
    assert {each.get("size", "normal") for each in root.iter(f"{NAMES}button")} == {"normal", "large"}


def test_ids_are_names_and_no_two_are_equal(root: Element) -> None:
    ids = [each.attrib["id"] for each in root.iter() if tag(each) not in {"customUI", "ribbon", "tabs"}]

    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert [name for name in ids if not re.fullmatch(r"[A-Za-z_][\w.-]*", name, re.ASCII)] == []


def test_every_control_that_was_agreed_is_there_in_its_order(controls: list[Element]) -> None:
    assert [each.attrib["id"] for each in controls] == AGREED


def test_every_control_says_what_it_is_for(controls: list[Element]) -> None:
    for control in controls:
        assert ("label" in control.attrib) != ("getLabel" in control.attrib), control.attrib["id"]
        assert 0 < len(control.attrib["screentip"]) <= 64
        assert 0 < len(control.attrib["supertip"]) <= 1024
        assert control.attrib["supertip"].endswith(".")
        assert len(control.get("label", "")) <= WIDEST


def test_every_button_has_a_picture_that_office_has_and_calls_the_one_macro(root: Element) -> None:
    for button in root.iter(f"{NAMES}button"):
        assert button.attrib["imageMso"] in ICONS, button.attrib["id"]
        assert button.attrib["onAction"] == "KometRibbon.KometOnAction"
    pictures = [button.attrib["imageMso"] for button in root.iter(f"{NAMES}button")]
    assert len(set(pictures)) == len(pictures)


def test_every_button_can_be_reached_by_keys_of_its_own(root: Element) -> None:
    keys = [each.attrib["keytip"] for each in root.iter(f"{NAMES}button")]

    assert len(set(keys)) == len(keys) == 17
    assert [each for each in keys if not re.fullmatch(r"[A-Z0-9]{1,3}", each)] == []
    assert not [one for one in keys for other in keys if one != other and other.startswith(one)]
    assert len(next(root.iter(f"{NAMES}tab")).attrib["keytip"]) <= 3


def test_callbacks_are_public_macros_with_the_right_arguments(root: Element) -> None:
    sources = addin.read_sources()
    seen = set()
    for element in root.iter():
        for name, takes in CALLBACKS.items():
            if name in element.attrib:
                module, _, macro = element.attrib[name].partition(".")
                (arguments,) = re.findall(rf"(?m)^Public Sub {macro}\((.*)\)\r?$", sources[module])
                assert takes.fullmatch(arguments), element.attrib[name]
                seen.add(name)
    assert seen == CALLBACKS.keys()


def test_what_takes_its_text_from_python_has_one_before_python_was_there() -> None:
    source = addin.read_sources()["KometRibbon"]

    for name in addin.labels():
        assert re.search(rf'Case "{re.escape(name)}"\r\n\s+returnedVal = KometLabel\(control\.ID, "\w', source)
    assert addin.labels() == ["komet.tab", "komet.age", "komet.freeze"]


def test_nothing_of_office_itself_is_changed() -> None:
    text = addin.RIBBON.read_text(encoding="utf-8")

    assert not re.search(r"startFromScratch|idMso|<commands|<qat|<contextualTabs|loadImage", text)


def test_the_picture_in_the_manual_shows_every_control(root: Element, controls: list[Element]) -> None:
    drawn = picture.draw(root)

    words = re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", drawn))
    for control in controls:
        assert (control.get("label") or picture.SHOWN[control.attrib["id"]]) in words
    assert picture.SHOWN.keys() == set(addin.labels())
    assert build.PICTURE.read_text(encoding="utf-8") == drawn, "run: python workbook/build.py"
