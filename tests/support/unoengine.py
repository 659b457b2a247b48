"""The cells behind the test engine, kept by a live LibreOffice: what `Pages` does over openpyxl, another program does.

A test module imports the fixture: `from tests.support.unoengine import calc_office`.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook

from komet_xl.grids.xlsx.refs import Area, area
from tests.support.office import Office, OfficeError, one_for_all
from tests.support.xltyping import CODES, refusal

if TYPE_CHECKING:
    from collections.abc import Sequence

CALC = pytest.StashKey["CalcOffice"]()


class CalcOffice(Office):
    """LibreOffice with the calls of a test engine."""

    driver = Path(__file__).with_name("unodriver.py")


class CalcPages:
    """The sheets of one workbook that is open in LibreOffice."""

    def __init__(self, office: CalcOffice, path: Path | None = None) -> None:
        self._office = office
        if path is None:
            path = Path(tempfile.mkdtemp(dir=office.folder)) / "Book1.xlsx"
            Workbook().save(path)
        self._document: int = office.ask("open", path=str(path))

    def _ask(self, do: str, **arguments: object) -> Any:  # noqa: ANN401  anything that JSON can hold
        try:
            return self._office.ask(do, document=self._document, **arguments)
        except OfficeError as exc:
            raise refusal(str(exc)) from None

    def close(self) -> None:
        """Close without saving."""
        self._ask("close")

    # ------------------------------------------------------------------------------------------------------ sheets

    def sheets(self) -> list[str]:
        found: list[str] = self._ask("sheets")
        return found

    def add_sheet(self, name: str | None, position: int) -> str:
        title = name or f"Sheet{len(self.sheets()) + 1}"
        self._ask("xl_add", name=title, position=position)
        return title

    def rename_sheet(self, old: str, new: str) -> None:
        self._ask("xl_rename", old=old, new=new)

    def remove_sheet(self, name: str) -> None:
        self._ask("xl_remove", name=name)

    def used(self, sheet: str) -> tuple[int, int]:
        rows, columns = self._ask("xl_used", sheet=sheet)
        return rows, columns

    # ------------------------------------------------------------------------------------------------------- cells

    def values(self, sheet: str, where: Area) -> list[list[Any]]:
        return self._values(sheet, where, exact=False)

    def exact(self, sheet: str, where: Area) -> list[list[Any]]:
        return self._values(sheet, where, exact=True)

    def _values(self, sheet: str, where: Area, *, exact: bool) -> list[list[Any]]:
        rows = self._ask("xl_values", sheet=sheet, area=_list(where), exact=exact)
        return [[_from_json(each) for each in row] for row in rows]

    def plain(self, sheet: str) -> list[tuple[Any, ...]]:
        """What the cells hold, from A1 on, as openpyxl would say it."""
        rows = self._values(sheet, Area(1, 1, *self.used(sheet)), exact=False)
        return [] if rows == [[None]] else [tuple(None if each == "" else each for each in row) for row in rows]

    def type_in(self, sheet: str, cell: str, value: Any) -> None:  # noqa: ANN401  whatever a person types
        self.put(sheet, area(cell), [[f"'{value}" if isinstance(value, str) else value]])

    def put(self, sheet: str, where: Area, rows: Sequence[Sequence[Any]]) -> None:
        self._ask("xl_put", sheet=sheet, area=_list(where), rows=[[_to_json(each) for each in row] for row in rows])

    def formulas(self, sheet: str, where: Area) -> list[list[str]]:
        found: list[list[str]] = self._ask("xl_formulas", sheet=sheet, area=_list(where))
        return found

    def number_format(self, sheet: str, where: Area) -> str | None:
        found: str | None = self._ask("xl_format", sheet=sheet, area=_list(where))
        return found

    def set_number_format(self, sheet: str, where: Area, code: str) -> None:
        self._ask("xl_set_format", sheet=sheet, area=_list(where), code=code)

    def copy(self, sheet: str, source: Area, to: Area) -> None:
        self._ask("xl_copy", sheet=sheet, source=_list(source), to=_list(to))

    def clear(self, sheet: str, where: Area) -> None:
        self._ask("xl_clear", sheet=sheet, area=_list(where))

    def delete_rows(self, sheet: str, where: Area) -> None:
        self._ask("xl_delete_rows", sheet=sheet, area=_list(where))

    def hidden(self, sheet: str) -> set[int]:
        return set(self._ask("xl_hidden", sheet=sheet))

    def set_hidden(self, sheet: str, rows: range, *, hidden: bool) -> None:
        self._ask("xl_set_hidden", sheet=sheet, first=rows[0], last=rows[-1], hidden=hidden)

    def is_merged(self, _sheet: str, _where: Area) -> bool | None:
        return False

    def has_array(self, _sheet: str, _where: Area) -> bool | None:
        return False

    # --------------------------------------------------------------------------------------------- names, tables

    def names(self) -> dict[str, str]:
        found: dict[str, str] = self._ask("xl_names")
        return found

    def put_name(self, name: str, refers_to: str) -> None:
        sheet, _, where = refers_to.removeprefix("=").rpartition("!")
        self._ask("xl_put_name", name=name, sheet=sheet.strip("'"), where=where)

    def tables(self, sheet: str) -> dict[str, Area]:
        return {name: Area(*where) for name, (page, *where) in self._ask("xl_tables").items() if page == sheet}

    def put_table(self, sheet: str, name: str, where: Area) -> None:
        self._ask("xl_put_table", sheet=sheet, name=name, area=_list(where))

    def save(self, path: Path) -> None:
        self._ask("save", path=str(path))


def _list(where: Area) -> list[int]:
    return [where.top, where.left, where.bottom, where.right]


def _to_json(value: Any) -> Any:  # noqa: ANN401  any value of a cell
    if isinstance(value, date):
        return {"d": datetime(*value.timetuple()[:6]).isoformat()}  # noqa: DTZ001  a cell knows no time zone
    return float(value) if isinstance(value, Decimal) else value


def _from_json(value: Any) -> Any:  # noqa: ANN401  same
    if isinstance(value, dict):
        return (
            CODES.get(value["e"], CODES["#N/A"])
            if "e" in value
            else datetime.fromisoformat(value["d"]).replace(tzinfo=UTC)
        )
    return value


@pytest.fixture(scope="session")
def calc_office(request: pytest.FixtureRequest) -> CalcOffice:
    """LibreOffice for the test engine, one for all tests. Skips where it is missing; with CI=true that is a failure."""
    return one_for_all(request.config, CALC, CalcOffice)
