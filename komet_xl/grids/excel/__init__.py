"""A workbook that is open in Excel, through xlwings: what is written is seen at once, saving it is up to the person.

Blocks are read and written, never single cells. Only the part of xlwings under the BSD licence is used.
"""

from __future__ import annotations

from komet_xl.grids.excel.book import ExcelBook
from komet_xl.grids.excel.grid import ExcelGrid

__all__ = ["ExcelBook", "ExcelGrid"]
