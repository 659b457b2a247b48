"""A picture of the Komet tab, drawn from ribbon.xml, with each button's key in place of Office's own picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from xml.etree.ElementTree import Element

HEIGHT, TOP, ROW = 128, 34, 24
"""Pixels: of the picture, of the tab's name, of a small button."""
LARGE, LETTER, GAP = 66, 6.3, 10
"""Pixels: width of a large button, of a letter, between two groups."""
ROWS: Final = 3
"""Small buttons that stand one above the other."""
SHOWN: Final = {"komet.tab": "Komet", "komet.age": "Pulled 3 minutes ago", "komet.freeze": "Freeze formulas"}
"""What stands where Python says the label."""
COLOURS: Final = {"ink": "#323130", "quiet": "#605e5c", "line": "#c8c6c4", "paper": "#f3f2f1", "button": "#107c41"}
HEAD: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" '
    'font-family="Segoe UI, Arial, sans-serif" font-size="11">\n<title>The Komet tab of Excel\'s ribbon</title>\n'
    '<rect width="{width}" height="{height}" fill="{paper}"/>\n'
)


def draw(root: Element) -> str:
    """The picture, as SVG."""
    tab = next(each for each in root.iter() if _tag(each) == "tab")
    body, at = [], float(GAP)
    for group in tab:
        shapes, end = _group(group, at)
        body += shapes
        at = end
    name = _label(tab)
    body.append(_text(GAP, 20, name, size=13, weight="bold"))
    body.append(_rect(GAP, 25, LETTER * len(name) * 1.2, 2.5, COLOURS["button"]))
    head = HEAD.format(width=round(at), height=HEIGHT, paper=COLOURS["paper"])
    return head + "\n".join(body) + "\n</svg>\n"


def _group(group: Element, left: float) -> tuple[list[str], float]:
    """Shapes of a group, and where the next one begins."""
    shapes: list[str] = []
    at = left
    small: list[Element] = []
    for control in group:
        if control.get("size") == "large":
            shapes += _large(control, at)
            at += LARGE
        else:
            small.append(control)
    for first in range(0, len(small), ROWS):
        column = small[first : first + ROWS]
        for row, control in enumerate(column):
            shapes += _small(control, at, TOP + row * ROW)
        at += 30 + LETTER * max(len(_label(each)) for each in column)
    shapes.append(_text((left + at) / 2, HEIGHT - 8, group.attrib["label"], anchor="middle", colour="quiet"))
    shapes.append(_rect(at + GAP / 2, TOP - 2, 1, HEIGHT - TOP - 6, COLOURS["line"]))
    return shapes, at + 1.5 * GAP


def _large(button: Element, left: float) -> Iterator[str]:
    middle = left + LARGE / 2
    yield from _key(button, middle - 15, TOP + 2, 30)
    for row, line in enumerate(_wrapped(_label(button))):
        yield _text(middle, TOP + 46 + 13 * row, line, anchor="middle")


def _small(control: Element, left: float, top: float) -> Iterator[str]:
    if _tag(control) == "button":
        yield from _key(control, left + 3, top + 2, 17)
        yield _text(left + 25, top + 15, _label(control))
    else:
        yield _text(left + 5, top + 15, _label(control), colour="quiet")


def _key(button: Element, left: float, top: float, size: float) -> Iterator[str]:
    """Where Office shows its picture."""
    yield _rect(left, top, size, size, COLOURS["button"], corner=4)
    middle = left + size / 2
    letter = button.attrib["keytip"]
    yield _text(middle, top + size * 0.7, letter, size=size * 0.55, anchor="middle", colour="paper", weight="bold")


def _wrapped(label: str) -> list[str]:
    """On two lines, where it is wider than its button."""
    first, _, rest = label.partition(" ")
    return [label] if len(label) * LETTER <= LARGE else [first, rest]


def _label(element: Element) -> str:
    return element.get("label") or SHOWN[element.attrib["id"]]


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _rect(left: float, top: float, width: float, height: float, colour: str, *, corner: float = 0) -> str:
    place = f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}"'
    return f'<rect {place} rx="{corner}" fill="{colour}"/>'


def _text(
    left: float,
    base: float,
    text: str,
    *,
    size: float = 11,
    anchor: str = "start",
    colour: str = "ink",
    weight: str = "normal",
) -> str:
    look = f'font-size="{size:.1f}" text-anchor="{anchor}" fill="{COLOURS[colour]}" font-weight="{weight}"'
    return f'<text x="{left:.1f}" y="{base:.1f}" {look}>{escape(text)}</text>'
