"""Orders workbooks as people make them, and what stands in them afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from openpyxl import Workbook, load_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

HEADINGS = ("prebookId", "inventoryId", "boxes", "price", "markCode", "status", "message")
FIRST = 1_927_173
SECOND = 1_949_612
ROSE = 9_999_999
"""500 boxes of it in the sandbox."""
SCARCE = 9_999_991
"""2 boxes of it."""


def make_orders(
    path: Path, rows: Iterable[Sequence[Any]], *, headings: Sequence[str] = HEADINGS, sheet: str = "orders"
) -> Path:
    """A workbook with an orders sheet."""
    book = Workbook()
    page = book.active
    assert page is not None
    page.title = sheet
    page.append(list(headings))
    for row in rows:
        page.append(list(row))
    book.save(path)
    return path


def set_cells(path: Path, cells: dict[str, Any], *, sheet: str = "orders") -> None:
    """Change cells, as a person in Excel would."""
    book = load_workbook(path)
    for name, value in cells.items():
        book[sheet][name] = value
    book.save(path)


def results(path: Path, *, sheet: str = "orders") -> list[tuple[Any, Any]]:
    """Status and message of every row below the headings, down to the last row with content."""
    page = load_workbook(path)[sheet]
    rows = list(page.iter_rows(values_only=True))
    status, message = rows[0].index("status"), rows[0].index("message")
    return [(row[status], row[message]) for row in rows[1:]]


def statuses(path: Path, *, sheet: str = "orders") -> list[Any]:
    """The status column."""
    return [status for status, _ in results(path, sheet=sheet)]
