"""Which elements may stand where. Where one stands elsewhere, programs see different values, so it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.markup import SPREADSHEET

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from komet_xl.grids.xlsx.markup import Node


def misplaced(part: str, name: str) -> PartError:
    """The fault of an element that stands where none may. `name` as expat gives it."""
    return PartError(f"its part {part} has an element {name.rpartition(' ')[2][:40]!r} where none may stand")


def ensure_single(root: Node, names: Collection[str], part: str) -> None:
    """
    Raise PartError unless each child of these names stands once, directly in the root, and in its house (namespace).

    Of two, one program takes the first and another the last; one that stands deeper (as a choice between two versions
    of a program, for example) or is of a foreign house is taken by one and passed over by another.
    """
    seen: set[str] = set()
    todo = [root]
    while todo:
        parent = todo.pop()
        todo += parent.children
        for node in parent.children:
            if node.name not in names or not (parent is root or node.namespace in SPREADSHEET):
                continue
            if parent is not root or node.namespace != root.namespace:
                raise misplaced(part, node.name)
            if node.name in seen:
                raise PartError(f"its part {part} has {node.name!r} twice")
            seen.add(node.name)


def listed(table: Node | None, name: str, part: str) -> Sequence[Node]:
    """
    The children of a table, all of that name.

    Raises:
        PartError: it has another child, which one program takes or counts and another does not.
    """
    if table is None:
        return ()
    for node in table.children:
        if node.name != name or node.namespace != table.namespace:
            raise misplaced(part, node.name)
    return table.children
