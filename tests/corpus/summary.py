"""A corpus run in figures."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from tests.corpus.features import BY_PART, BY_TAG

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tests.corpus.check import Result


def summary(results: list[Result]) -> str:
    """What a person wants to know after a run."""
    outcomes = Counter(result.outcome for result in results)
    edited = [result for result in results if result.kinds]
    lines = [
        f"{len(results)} workbooks: " + _counted(outcomes),
        f"writes that were done: {_counted(Counter(kind for result in results for kind in result.kinds))}",
        f"openpyxl: {_counted(Counter(_short(result.openpyxl) for result in edited))}",
        f"LibreOffice: {_counted(Counter(_short(result.office) for result in edited))}",
        f"producers: {_counted(Counter(result.producer for result in results))}",
    ]
    seen = Counter(feature for result in edited for feature in result.features)
    every = [*BY_PART, *BY_TAG, *(seen.keys() - BY_PART.keys() - BY_TAG.keys())]
    lines.append("edited files with: " + ", ".join(f"{what} {seen[what]}" for what in every))
    for title, entries in (
        ("refused", [(r.path.name, r.sentence) for r in results if r.outcome == "refused"]),
        ("nothing to edit", [(r.path.name, "") for r in results if r.outcome == "nothing to edit"]),
        ("cells refused", [(r.path.name, line) for r in results for line in r.cells_refused]),
        ("openpyxl cannot open", [(r.path.name, r.openpyxl) for r in edited if r.openpyxl.startswith("cannot")]),
        (
            "LibreOffice cannot open, or gives no answer in time",
            [(r.path.name, r.office) for r in edited if r.office.startswith("cannot")],
        ),
    ):
        lines += [f"{title} ({len(entries)}):", *_told(entries)]
    return "\n".join(lines)


def _told(entries: list[tuple[str, str]]) -> Iterable[str]:
    """Entries with the same sentence on one line, the file's own name taken out of it."""
    files: dict[str, list[str]] = {}
    for name, sentence in entries:
        plain = " ".join(sentence.replace(name, "FILE").split())
        plain = re.sub(r"cell [A-Z]{1,3}[0-9]+", "cell …", plain)
        plain = re.sub(r"sheet .*: the cell", "sheet …: the cell", plain)
        files.setdefault(plain, []).append(name)
    for sentence, names in sorted(files.items(), key=lambda item: -len(item[1])):
        yield f"  {len(names)} x {sentence} ({', '.join(sorted(set(names))[:4])}{', …' if len(set(names)) > 4 else ''})"


def _short(state: str) -> str:
    return state.partition(":")[0]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{what} {count}" for what, count in counts.most_common())
