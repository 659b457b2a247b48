"""What is in a workbook besides cells: counted over a corpus, it says what a clean result is worth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.corpus.markup import utf8

if TYPE_CHECKING:
    from tests.corpus.compare import Opened

BY_PART = {
    "charts": r"/charts/chart[^/]*\.xml",
    "new kinds of charts": r"/charts/chartex|/chartex",
    "drawings": r"/drawings/drawing[^/]*\.xml",
    "images": r"/media/",
    "pivot tables": r"/pivottables/[^/]*\.xml",
    "slicers": r"/slicers/[^/]*\.xml",
    "timelines": r"/timelines/[^/]*\.xml",
    "form controls": r"/ctrlprops/",
    "ActiveX controls": r"/activex/",
    "comments": r"/comments[^/]*\.xml|/comments/",
    "threaded comments": r"/threadedcomments/",
    "VML drawings": r"\.vml$",
    "VBA": r"vbaproject[^/]*\.bin$",
    "macro sheets": r"/macrosheets/",
    "dialog sheets": r"/dialogsheets/",
    "chart sheets": r"/chartsheets/[^/]*\.xml",
    "tables": r"/tables/[^/]*\.xml",
    "query tables": r"/querytables/",
    "connections": r"/connections\.xml",
    "external links": r"/externallinks/[^/]*\.xml",
    "custom XML": r"(?:^|/)customxml/",
    "linked data types": r"/richdata/",
    "cell metadata": r"/metadata\.xml",
    "check boxes in cells": r"/featurepropertybag/",
    "printer settings": r"/printersettings/",
    "calculation chain": r"/calcchain\.xml",
    "embedded objects": r"/embeddings/",
    "signature": r"^_xmlsignatures/",
}
"""Part names that give a feature away."""
BY_TAG = {
    "array formulas": rb"\bt=\"array\"",
    "dynamic arrays": rb"\scm=\"",
    "shared formulas": rb"\bt=\"shared\"",
    "data tables": rb"\bt=\"dataTable\"",
    "sparklines": rb":sparkline>",
    "conditional formats": rb"<(?:\w+:)?conditionalFormatting\b",
    "data validations": rb"<(?:\w+:)?dataValidation\b",
    "merged cells": rb"<(?:\w+:)?mergeCell\b",
    "auto filters": rb"<(?:\w+:)?autoFilter\b",
    "frozen panes": rb"<(?:\w+:)?pane\b",
    "hyperlinks": rb"<(?:\w+:)?hyperlink\b",
    "sheet protection": rb"<(?:\w+:)?sheetProtection\b",
    "alternate content": rb"mc:AlternateContent",
    "extensions": rb"<(?:\w+:)?extLst\b",
    "inline text": rb"\bt=\"inlineStr\"",
    "prefixed markup": rb"<\w+:worksheet\b",
    "rows without numbers": rb"<(?:\w+:)?row>",
}
"""What a sheet part says."""


def features(package: Opened) -> set[str]:
    """The features of one workbook."""
    names = [name.replace("\\", "/").lower() for name in package.infos]
    found = {what for what, pattern in BY_PART.items() if any(re.search(pattern, name) for name in names)}
    if package.names is not None:
        sheets = [utf8(package.read(sheet.part) or b"") for sheet in package.names.sheets]
        found |= {what for what, pattern in BY_TAG.items() if any(re.search(pattern, sheet) for sheet in sheets)}
        strings = package.read(package.names.others.get("sharedStrings", "")) or b""
        found |= {"rich text"} if re.search(rb"<(?:\w+:)?r>", strings) else set()
        found |= {"the 1904 calendar"} if _from_1904(package) else set()
        found |= {"strict markup"} if b"purl.oclc.org/ooxml/spreadsheetml" in b"".join(sheets) else set()
    return found


def producer(package: Opened) -> str:
    """The program that says it wrote the file."""
    said = package.read("docProps/app.xml") or b""
    match = re.search(rb"<(?:\w+:)?Application>([^<]*)<", said)
    name = match[1].decode("utf-8", "replace").strip() if match else ""
    return re.split(r"[/ ]?[0-9]", name)[0].partition("/")[0] or "unknown"


def _from_1904(package: Opened) -> bool:
    assert package.names is not None
    data = package.read(package.names.workbook) or b""
    return re.search(rb"\bdate1904=\"(?:1|true)\"", data) is not None
