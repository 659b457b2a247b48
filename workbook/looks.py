"""How the sheets of the template look: its colours and cell formats, and what each verdict is shown as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from komet_xl.sheets.colours import FILLS

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

NAVY: Final = "#1F3864"
"""The headings of the sheets that komet-xl makes have it too."""
INK, QUIET, LINE = "#1F2937", "#5F6B7A", "#C9D1DC"
BAND, INPUT = "#EEF2F8", "#FFF8DC"
"""Behind figures; behind a cell that a person fills in."""
BOXES, VALUE = "#2F6DB5", "#3E8E5A"
"""The two measures, in charts."""
FONT: Final = "Calibri"


@dataclass(frozen=True, slots=True)
class Shown:
    """What a status word looks like and means."""

    status: str | int
    meaning: str
    next_push: str
    fill: str
    ink: str
    bold: bool = False


VERDICTS: Final = (
    Shown(1, "Komet added the line.", "never sent again", FILLS["1"], "#006100"),
    Shown(0, "Komet said no; the message is Komet's own.", "sent again", FILLS["0"], "#9C0006"),
    Shown("not sent", "No byte of it left this computer.", "sent", FILLS["not sent"], "#3A3838"),
    Shown("invalid", "A cell cannot be read; the message names it.", "read again", FILLS["invalid"], "#7A3306"),
    Shown(
        "unknown",
        "It left, and no clear answer came: press Resolve.",
        "waits for you",
        FILLS["unknown"],
        "#7F6000",
        bold=True,
    ),
    Shown("held", "The same line was sent before; the message says when.", "waits for you", FILLS["held"], "#403151"),
    Shown("confirmed", "You decided that Komet has it.", "never sent again", FILLS["confirmed"], "#00471B"),
    Shown("released", "You decided that Komet does not have it.", "sent", FILLS["released"], "#1F4E78"),
)
"""Every word that komet-xl writes into a status cell."""


class Looks:
    """The cell formats of one workbook: each is made once, however often it is asked for."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}

    def of(self, **properties: Any) -> Format:  # noqa: ANN401  XlsxWriter's own words and values
        """A format with these properties."""
        chosen = {"font_name": FONT, "font_size": 11, "font_color": INK, "valign": "vcenter"} | properties
        key = tuple(sorted(chosen.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(chosen)
        return self._made[key]

    def heading(self, align: str = "left", indent: int = 1) -> Format:
        """A heading of a table: the same as in every sheet that komet-xl makes."""
        return self.of(bold=True, font_color="#FFFFFF", bg_color=NAVY, align=align, indent=indent)

    def section(self) -> Format:
        """The heading of a part of a sheet."""
        return self.of(bold=True, font_size=14, font_color=NAVY, bottom=2, bottom_color=NAVY)

    def text(self, **properties: Any) -> Format:  # noqa: ANN401  same
        """Words in a cell, wrapped."""
        return self.of(text_wrap=True, **properties)

    def note(self, **properties: Any) -> Format:  # noqa: ANN401  same
        """Words beside something, quieter."""
        return self.of(font_color=QUIET, text_wrap=True, **properties)

    def field(self, code: str, align: str = "left") -> Format:
        """A cell that a person fills in."""
        return self.of(bg_color=INPUT, border=1, border_color=LINE, num_format=code, align=align, indent=1)

    def difference(self, properties: dict[str, Any]) -> Format:
        """What a conditional format changes in a cell, and nothing else."""
        return self._book.add_format(properties)

    def verdict(self, shown: Shown) -> Format:
        """What a verdict is shown as, in a cell."""
        return self.of(
            bg_color=shown.fill, font_color=shown.ink, bold=shown.bold, align="center", bottom=1, bottom_color="#FFFFFF"
        )


def title(page: Worksheet, looks: Looks, words: str, below: str, last: int) -> None:
    """The head of a sheet: a dark band over its first columns, and a line that says what the sheet is for."""
    page.set_row(0, 34)
    page.set_row(1, 21)
    band = looks.of(bg_color=NAVY, font_color="#FFFFFF", bold=True, font_size=20)
    under = looks.of(bg_color=NAVY, font_color="#D6E0F0")
    for column in range(last + 1):
        page.write_blank(0, column, None, band)
        page.write_blank(1, column, None, under)
    page.write_string(0, 1, words, band)
    page.write_string(1, 1, below, under)


def printed(page: Worksheet, last_row: int, last_column: int, *, landscape: bool) -> None:
    """How a sheet is printed: one page wide, its name and the page number at the foot."""
    if landscape:
        page.set_landscape()
    page.center_horizontally()
    page.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    page.fit_to_pages(1, 0)
    page.print_area(0, 0, last_row, last_column)
    page.set_footer("&L&A&RPage &P of &N")
