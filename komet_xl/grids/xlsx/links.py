"""Parts registered and struck off: content types and relationships, changed in one place only."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.markup import Edit, applied, encoded, inside, prefix_of, to_utf8, tree
from komet_xl.grids.xlsx.text import quoted

if TYPE_CHECKING:
    from komet_xl.grids.xlsx.markup import Node
    from komet_xl.grids.xlsx.package import Package

CONTENT_TYPES = "[Content_Types].xml"
TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
ML = "application/vnd.openxmlformats-officedocument.spreadsheetml."


def read_xml(package: Package, part: str) -> tuple[bytes, str]:
    """A part in UTF-8, and the encoding to give back to `put_xml`."""
    return to_utf8(package.read(part), part)


def put_xml(package: Package, part: str, data: bytes, encoding: str) -> None:
    """Put a part back in the encoding that it came in."""
    package.put(part, encoded(data, encoding))


def rels_of(part: str) -> str:
    """The name of the part that holds the relationships of `part`."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def register(package: Package, owner: str, part: str, kind: str) -> str:
    """Give a part its content type and a relationship from `owner`; the result is the relationship's id."""
    data, encoding = read_xml(package, CONTENT_TYPES)
    root = tree(data, CONTENT_TYPES)
    p = prefix_of(data, root.start)
    new = f'<{p}Override PartName={quoted("/" + part)} ContentType="{ML}{kind}+xml"/>'.encode()
    old = [node for node in root.children if node.attributes.get("PartName", "").lower() == f"/{part}".lower()]
    left_over = [Edit(node.start, node.end, b"") for node in old]  # of a part that somebody has taken out
    put_xml(package, CONTENT_TYPES, applied(data, [*left_over, inside(data, root, new)]), encoding)

    rels = rels_of(owner)
    data, encoding = read_xml(package, rels)
    root = tree(data, rels)
    numbers = [
        int(n) for node in root.children for n in re.findall(r"^rId([0-9]{1,9})$", node.attributes.get("Id", ""))
    ]
    new_id = f"rId{max(numbers, default=0) + 1}"
    p = prefix_of(data, root.start)
    link = f'<{p}Relationship Id="{new_id}" Type="{_family(root)}{kind}" Target={quoted("/" + part)}/>'
    put_xml(package, rels, applied(data, [inside(data, root, link.encode())]), encoding)
    return new_id


def strike_off(package: Package, owner: str, part: str, link_id: str) -> None:
    """Remove a part, its content type and its relationship."""
    package.remove(part)
    for name, key, value in ((CONTENT_TYPES, "PartName", "/" + part), (rels_of(owner), "Id", link_id)):
        data, encoding = read_xml(package, name)
        found = [n for n in tree(data, name).children if n.attributes.get(key, "").lower() == value.lower()]
        put_xml(package, name, applied(data, [Edit(node.start, node.end, b"") for node in found]), encoding)


def _family(root: Node) -> str:
    """The namespace that this workbook's relationship types live in (strict or transitional)."""
    for node in root.children:
        head, slash, _ = node.attributes.get("Type", "").rpartition("/")
        if slash and head.endswith("/relationships") and "officeDocument" in head:
            return head + slash
    return TRANSITIONAL
