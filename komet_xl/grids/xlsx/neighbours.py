"""Other parts of the workbook that speak of replaced rows: tables, pivot tables on the same sheet, names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from komet_xl.grids.xlsx import links, refs, tables
from komet_xl.grids.xlsx.around import opened
from komet_xl.grids.xlsx.faults import PartError
from komet_xl.grids.xlsx.formulas import pattern, spanning
from komet_xl.grids.xlsx.markup import Edit, applied, to_utf8, tree
from komet_xl.grids.xlsx.text import as_text
from komet_xl.grids.xlsx.workbook import ONE_RECTANGLE, relationships

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from komet_xl.grids.xlsx.around import Change
    from komet_xl.grids.xlsx.formulas import Rows
    from komet_xl.grids.xlsx.package import Package
    from komet_xl.grids.xlsx.workbook import Sheet, Table, Workbook

FILTER_NAME: Final = "_xlnm._filterdatabase"
"""The name that Excel gives to what a filter covers."""


def ensure_room(package: Package, workbook: Workbook, sheet: Sheet, change: Change) -> None:
    """
    Raise PartError when something stands among the rows that cannot go with them, or in the way of new ones.

    That is a table of its own, a pivot table, a totals row that would have to move, or a part of a table.
    """
    rows = change.rows
    for table in _tables(workbook, sheet):
        whole = refs.Area(table.area.top, table.area.left, table.area.bottom + table.totals, table.area.right)
        if not change.touches(whole):
            continue
        name = table.names[0] if table.names else "without a name"
        if not _is_over(table, rows):
            raise PartError(f"its table {name} stands among or below these rows", "move it to another sheet and retry")
        if not (change.moves_column(table.area.left) and change.moves_column(table.area.right)) or (
            table.area.bottom > change.last
        ):
            raise PartError(f"only a part of its table {name} is to be filled", f"name {name} instead and retry")
        if table.totals and (table.area.bottom != rows.old_bottom or rows.new_bottom != rows.old_bottom):
            raise PartError(f"its table {name} has a totals row", "switch the totals row off and retry")
    for link in relationships(package, sheet.part):
        if link.kind == "pivotTable" and package.has(link.target):
            area = _pivot_area(package, link.target)
            if area is not None and change.touches(area):
                raise PartError(
                    f"a pivot table stands at {area} of its sheet {sheet.name}, among these rows",
                    "move it to another sheet and retry",
                )


def _tables(workbook: Workbook, sheet: Sheet) -> Iterator[Table]:
    return (table for table in workbook.tables if table.sheet.part == sheet.part)


def _is_over(table: Table, rows: Rows) -> bool:
    """Whether a table has its headings where the rows have theirs."""
    return bool(table.headings) and table.area.top == rows.heading


def _pivot_area(package: Package, part: str) -> refs.Area | None:
    location = tree(to_utf8(package.read(part), part)[0], part).find("location")
    try:
        return refs.area(location.attributes.get("ref", "")) if location else None
    except ValueError:
        return None


# --- tables -------------------------------------------------------------------------------------------------------


def calculated(package: Package, workbook: Workbook, sheet: Sheet, change: Change) -> dict[int, str]:
    """
    The formulas that tables over the rows give to every new row, by column; our columns have values instead.

    Only those that read the same in every row: with column names (Orders[[#This Row],[boxes]]), no relative cell.
    """
    found = {}
    for table in _tables(workbook, sheet):
        if not _is_over(table, change.rows) or not change.touches(table.area):
            continue
        columns = tree(to_utf8(package.read(table.part), table.part)[0], table.part).find("tableColumns")
        for column, node in enumerate(columns.all("tableColumn") if columns else (), start=table.area.left):
            formula = node.find("calculatedColumnFormula")
            if formula is None or "array" in formula.attributes or not formula.text:
                continue
            if pattern(formula.text, 0, sheet.name) == formula.text and column not in change.columns:
                found[column] = formula.text
    return found


def put_tables(package: Package, workbook: Workbook, sheet: Sheet, change: Change, headings: Mapping[int, str]) -> None:
    """
    Make the tables over the rows as long as the rows, and as wide as headings of ours that stand right beside them.

    Args:
        headings: What stands in the heading row now, by column.
    """
    rows = change.rows
    for table in _tables(workbook, sheet):
        if not _is_over(table, rows) or not (change.moves_column(table.area.left)):
            continue
        area = table.area
        data, encoding = to_utf8(package.read(table.part), table.part)
        right = area.right
        while right + 1 in headings:
            right += 1
        new = [headings[column] for column in range(area.right + 1, right + 1)]
        if new and tables.are_columns([*tables.headings_of(data, table.part), *new]):
            data = tables.with_columns(data, table.part, new)
        else:
            right = area.right
        bottom = rows.stretched(area).bottom if rows.spanned(area) else max(rows.new_bottom, rows.first)
        data = tables.resized(data, table.part, refs.Area(area.top, area.left, bottom + table.totals, right))
        links.put_xml(package, table.part, data, encoding)


# --- names --------------------------------------------------------------------------------------------------------


def put_names(package: Package, workbook: Workbook, change: Change) -> bool:
    """Let names over all rows span all of them. Whether any did."""
    edits = []
    for node in workbook.defined_names():
        text = _named(node.text, change.rows, filters=node.attributes.get("name", "").lower() == FILTER_NAME)
        if text != node.text:
            edits.append(Edit(node.inner, node.inner_end, as_text(text).encode()))
    if edits:
        links.put_xml(package, workbook.part, applied(workbook.data, edits), workbook.encoding)
    return bool(edits)


def _named(text: str, rows: Rows, *, filters: bool) -> str:
    """What a name stands for, over all rows again."""
    match = ONE_RECTANGLE.fullmatch(text)
    if match is None or (match[1] or match[2]).replace("''", "'").lower() != rows.sheet.lower():
        return spanning(text, rows)
    try:
        area = refs.area(match[3])
    except ValueError:
        return text
    now = rows.stretched(opened(area, rows) if filters else area)
    if now.bottom == area.bottom:
        return text
    head, colon, last = match[3].partition(":")
    corner = (last if colon else head).rstrip("0123456789")
    return f"{text[: match.start(3)]}{head}:{corner}{now.bottom}{text[match.end(3) :]}"
