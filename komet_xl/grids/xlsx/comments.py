"""Comments of a sheet: Excel's notes, and the threads of newer versions. Only where they are."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import refs
from komet_xl.grids.xlsx.markup import to_utf8, tree
from komet_xl.grids.xlsx.workbook import relationships

if TYPE_CHECKING:
    from collections.abc import Iterator

    from komet_xl.grids.xlsx.markup import Node
    from komet_xl.grids.xlsx.package import Package

KINDS: Final = frozenset({"comments", "threadedComment"})


def commented_rows(package: Package, part: str) -> frozenset[int]:
    """The rows of a sheet part that have a comment. Raises PartError when a part is damaged."""
    rows = set()
    for link in relationships(package, part):
        if link.kind in KINDS and package.has(link.target):
            root = tree(to_utf8(package.read(link.target), link.target)[0], link.target)
            for ref in _refs(root):
                with suppress(ValueError):
                    rows.add(refs.position(ref)[0])
    return frozenset(rows)


def _refs(node: Node) -> Iterator[str]:
    if node.name in KINDS | {"comment"} and "ref" in node.attributes:
        yield node.attributes["ref"]
    for child in node.children:
        yield from _refs(child)
