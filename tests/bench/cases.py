"""One case of the workbook bench, alone in its process: python -m tests.bench.cases TASK

A case is made of its imports, a job for the clock and a look at what the job left. The task is a JSON object, and so
is what is printed.
"""

# ruff: noqa: PLC0415  no case may pay for another one's library, in time or in memory

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from tests.bench import made
from tests.bench.memory import peak

if TYPE_CHECKING:
    from collections.abc import Callable

    from openpyxl.worksheet.worksheet import Worksheet

    Task: TypeAlias = dict[str, Any]
    Given: TypeAlias = list[Any]
    Case: TypeAlias = tuple[Callable[[], Any], Callable[[Any], str]]
    """The job, and what turns its result into words that must be the same for all cases of a contest."""

WIDTH = len(made.HEADINGS)
FORMATS = {"text": "@", "id": "0", "count": "#,##0", "money": "#,##0.00##", "date": "yyyy-mm-dd"}
"""Number format by kind of column: the ones that our own new sheets have."""


def read_ours(task: Task, _: Given) -> Case:
    from komet_xl.grids.xlsx import open_book

    def job() -> tuple[Any, int]:
        grid = open_book(Path(task["source"])).grid("orders")
        return grid.read(), len(grid.hidden_rows())

    return job, lambda found: f"{made.checksum(found[0], WIDTH)}, {found[1]} hidden"


def read_openpyxl(task: Task, _: Given) -> Case:
    from openpyxl import load_workbook

    def job() -> Worksheet:
        page: Worksheet = load_workbook(task["source"])["orders"]
        for row in page.iter_rows(values_only=True):
            for _value in row:
                pass
        return page

    def words(page: Worksheet) -> str:
        hidden = sum(each.hidden for each in page.row_dimensions.values())
        return f"{made.checksum(page.iter_rows(values_only=True), WIDTH)}, {hidden} hidden"

    return job, words


def read_openpyxl_streaming(task: Task, _: Given) -> Case:
    """For information: it cannot tell hidden rows."""
    from openpyxl import load_workbook

    def job() -> list[tuple[Any, ...]]:
        return list(load_workbook(task["source"], read_only=True)["orders"].iter_rows(values_only=True))

    return job, lambda found: f"{made.checksum(found, WIDTH)}, {_hidden(task)} hidden"


def write_ours(task: Task, given: Given) -> Case:
    from komet_xl.grids.xlsx import open_book

    def job() -> None:
        book = open_book(Path(task["target"]))
        grid = book.grid("orders")
        grid.read()
        cells: dict[tuple[int, int], Any] = {}
        for row, message in enumerate(given, start=2):
            cells[row, made.STATUS] = 1
            cells[row, made.MESSAGE] = message
        grid.write(cells)
        book.save()

    return job, lambda _: ""


def write_openpyxl(task: Task, given: Given) -> Case:
    from openpyxl import load_workbook

    def job() -> None:
        book = load_workbook(task["target"])
        page = book["orders"]
        for row, message in enumerate(given, start=2):
            page.cell(row, made.STATUS).value = 1
            page.cell(row, made.MESSAGE).value = message
        book.save(task["target"])

    return job, lambda _: ""


def new_ours(task: Task, given: Given) -> Case:
    from komet_xl.grids.xlsx import new_book
    from komet_xl.sheets.prebooks import COLUMNS

    def job() -> None:
        book = new_book(Path(task["target"]))
        grid = book.add("prebooks", COLUMNS)
        grid.replace(1, range(1, len(COLUMNS) + 1), given, [None] * len(given))
        book.save()

    return job, lambda _: ""


def new_xlsxwriter(task: Task, given: Given) -> Case:
    """Each column by the method for its kind: the methods that look at a value first are slower."""
    from xlsxwriter import Workbook

    from komet_xl.sheets.prebooks import COLUMNS

    def job() -> None:
        with Workbook(task["target"], {"constant_memory": True}) as book:
            sheet = book.add_worksheet("prebooks")
            sheet.freeze_panes(1, 0)
            heading = book.add_format({"bold": True, "bg_color": "#D9E1F2"})
            looks = {kind: book.add_format({"num_format": code}) for kind, code in FORMATS.items()}
            methods = {"text": sheet.write_string, "date": sheet.write_datetime}
            plan = []
            for column, each in enumerate(COLUMNS):
                kind = each.kind.value
                sheet.set_column(column, column, each.width, looks[kind])
                sheet.write_string(0, column, each.heading, heading)
                plan.append((column, methods.get(kind, sheet.write_number), looks[kind]))
            for number, row in enumerate(given, start=1):
                for (column, write, look), value in zip(plan, row, strict=True):
                    if value is not None:
                        write(number, column, value, look)

    return job, lambda _: ""


def deflate(task: Task, _: Given) -> Case:
    """What zlib alone takes for the bytes of the sheet part of a file."""
    import zlib
    from zipfile import ZipFile

    with ZipFile(task["source"]) as file:
        sheet = max(
            (each for each in file.infolist() if "/worksheets/" in each.filename), key=lambda one: one.file_size
        )
        data = file.read(sheet)

    def job() -> int:
        return len(zlib.compress(data, 6))

    def words(size: int) -> str:
        return (
            f"{len(data) / 1e6:.1f} MB of XML: {size / 1e6:.2f} MB here, {sheet.compress_size / 1e6:.2f} MB in our file"
        )

    return job, words


def look(task: Task, _: Given) -> Case:
    """What openpyxl finds in a file, and the number formats of its first rows of data."""
    from openpyxl import load_workbook

    def job() -> str:
        page = load_workbook(task["source"], read_only=True)[task["sheet"]]
        codes = [[cell.number_format for cell in row if cell.value is not None] for row in page.iter_rows(2, 21)]
        rows = page.iter_rows(2, values_only=True)
        return f"{made.checksum(rows, task['width'])}, number formats {made.checksum(codes, task['width'])}"

    return job, str


def _hidden(task: Task) -> int:
    return sum(map(made.is_hidden, range(task["rows"])))


def orders_by_xlsxwriter(task: Task, _: Given) -> Case:
    from xlsxwriter import Workbook

    def job() -> None:
        with Workbook(task["target"]) as book:
            sheet = book.add_worksheet("orders")
            sheet.write_row(0, 0, made.HEADINGS)
            for n, row in enumerate(made.order_rows(task["rows"])):
                if made.is_hidden(n):
                    sheet.set_row(n + 1, None, None, {"hidden": True})
                for column, value in enumerate(row):
                    if value is not None:
                        sheet.write(n + 1, column, value)

    return job, lambda _: ""


def orders_by_openpyxl(task: Task, _: Given) -> Case:
    from openpyxl import Workbook

    def job() -> None:
        book = Workbook()
        page: Any = book.active
        page.title = "orders"
        page.append(made.HEADINGS)
        for n, row in enumerate(made.order_rows(task["rows"])):
            page.append(row)
            if made.is_hidden(n):
                page.row_dimensions[n + 2].hidden = True
        book.save(task["target"])

    return job, lambda _: ""


CASES: dict[str, Callable[[Task, Given], Case]] = {
    "read: komet-xl": read_ours,
    "read: openpyxl": read_openpyxl,
    "read: openpyxl read_only": read_openpyxl_streaming,
    "write: komet-xl": write_ours,
    "write: openpyxl": write_openpyxl,
    "new: komet-xl": new_ours,
    "new: XlsxWriter": new_xlsxwriter,
    "zlib level 6": deflate,
    "look": look,
    "orders by XlsxWriter": orders_by_xlsxwriter,
    "orders by openpyxl": orders_by_openpyxl,
}
GIVEN: dict[str, Callable[[int], Given]] = {
    "write": made.messages,
    "new": lambda rows: list(made.item_rows(rows)),
}
"""What a case is handed, by the first word of its name; making it is not the case's own time."""


def run(task: Task) -> dict[str, Any]:
    """
    Do a case.

    Returns:
        inner: seconds of the job; cpu: of the processor, for that; process: seconds from the start of the interpreter
        to the end of the job, less those for making what it is given; before, peak: bytes at most, before the job and
        with it; look: what it left.
    """
    started = time.perf_counter()
    given = GIVEN.get(task["case"].partition(":")[0], lambda _: [])(task["rows"])
    making = time.perf_counter() - started
    job, words = CASES[task["case"]](task, given)
    before = peak()
    cpu, started = time.process_time(), time.perf_counter()
    result = job()
    inner, cpu = time.perf_counter() - started, time.process_time() - cpu
    process, most = time.time() - task["spawned"] - making, peak()
    return {
        "inner": inner,
        "cpu": cpu,
        "process": process,
        "before": before,
        "peak": most,
        "look": words(result),
    }


if __name__ == "__main__":
    print(json.dumps(run(json.loads(sys.argv[1]))))
