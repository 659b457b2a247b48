"""The template: a workbook with instructions, named cells, both tables, a dashboard, and every formula at work."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from typing import Final

from xlsxwriter import Workbook

from workbook import addin, figures, page_dashboard, page_formulas, page_start, page_tables
from workbook.looks import NAVY, Looks

FILE: Final = addin.FOLDER / "komet-orders.xlsx"
BORN: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""What the file says of its making: a build knows no clock."""
TABS: Final = {
    page_start.NAME: NAVY,
    page_tables.NAMES[0]: "#3E8E5A",
    page_tables.NAMES[1]: "#2F6DB5",
    page_dashboard.NAME: "#7A5BA8",
    page_formulas.NAME: "#8A94A3",
    figures.NAME: "#8A94A3",
}
"""The sheets from left to right, with the colours of their tabs. The last one is hidden."""


def build() -> bytes:
    """komet-orders.xlsx. The same sources make the same bytes, on every machine."""
    made = io.BytesIO()
    book = Workbook(made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": "Komet orders", "author": "komet-xl", "created": BORN})
    looks = Looks(book)
    pages = {name: book.add_worksheet(name) for name in TABS}
    for name, page in pages.items():
        page.set_tab_color(TABS[name])
    orders, prebooks = page_tables.NAMES
    page_start.write(book, pages[page_start.NAME], looks)
    page_tables.write_orders(pages[orders], looks)
    page_tables.write_prebooks(pages[prebooks], looks)
    page_dashboard.write(book, pages[page_dashboard.NAME], looks)
    page_formulas.write(pages[page_formulas.NAME], looks)
    figures.write(book, pages[figures.NAME], looks)
    book.set_size(2400, 1500)
    book.close()
    return _stored(made.getvalue())


def _stored(content: bytes) -> bytes:
    """The same parts, not compressed: compressed bytes differ from one zlib to the next."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as package:
        for each in made.infolist():
            part = zipfile.ZipInfo(each.filename, addin.EPOCH)
            part.create_system = 0
            package.writestr(part, made.read(each))
    return out.getvalue()
