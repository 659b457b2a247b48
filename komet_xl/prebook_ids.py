"""Prebook numbers to ids: rows may name a prebook by number and truck date, Komet wants its id."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from komet_xl.model import CLOSED, PrebookQuery

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from komet_xl.journal.store import Journal
    from komet_xl.komet.client import Client
    from komet_xl.model import PrebookRef
    from komet_xl.sheets.orders import OrderRow


def find_prebook_ids(client: Client, journal: Journal, rows: Iterable[OrderRow]) -> dict[PrebookRef, int | str]:
    """
    Ids of the prebooks that rows name by number, or the fault to report for the row.

    Rows that are closed already are looked up in earlier pulls only.

    Requests: one `prebook.details.list` for each truck date with a number that no earlier pull has seen.
    Raises: ApiError; nothing was sent.
    """
    found: dict[PrebookRef, int | str] = {}
    open_refs: dict[date, set[PrebookRef]] = defaultdict(set)
    for row in rows:
        if row.prebook is None or row.prebook in found:
            continue
        ids = journal.seen.ids(client.host, row.prebook)
        if len(ids) == 1:
            found[row.prebook] = ids[0]
        elif row.mark not in CLOSED:
            open_refs[row.prebook.truck_date].add(row.prebook)
    for day, refs in sorted(open_refs.items()):
        prebooks = client.list_prebooks(PrebookQuery(truck_date=day))
        journal.seen.remember(client.host, prebooks)
        for ref in refs:
            ids = sorted({each.prebook_id for each in prebooks if same_number(each.number, ref.number)})
            found[ref] = ids[0] if len(ids) == 1 else _fault(ref, ids)
    return found


def same_number(one: str, other: str) -> bool:
    """Whether two spellings are one prebook number: leading zeros and blanks do not count."""
    return one.strip().lstrip("0") == other.strip().lstrip("0")


def _fault(ref: PrebookRef, ids: list[int]) -> str:
    if not ids:
        return f"there is no prebook {ref.number} on {ref.truck_date}"
    candidates = ", ".join(map(str, ids))
    return f"the number {ref.number} stands for {len(ids)} prebooks on {ref.truck_date}; give prebookId: {candidates}"
