"""Which of Komet's methods a token may use: each is asked once. None of them changes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from komet_xl.errors import RefusedError, UnansweredError
from komet_xl.komet import lists, wire
from komet_xl.model import PrebookQuery

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from komet_xl.komet.client import Client

NOT_TRIED: Final = "not tried: that would order something"


@dataclass(frozen=True, slots=True)
class Permission:
    """What Komet said about one method."""

    method: str
    ok: bool | None
    """None where it was not tried."""
    detail: str


def try_methods(client: Client, today: date) -> list[Permission]:
    """
    Ask with every method that only reads, for as little as it lets.

    Raises:
        NotSentError: Komet cannot be reached at all.

    Requests: 4, more when the network stumbles.
    """
    tries: dict[str, Callable[[], list[object]]] = {
        wire.LIST_PREBOOKS: lambda: [*client.list_prebooks(PrebookQuery(truck_date=today))],
        lists.INVENTORY.method: lambda: [*client.list_future_inventory(today, today)],
        lists.CUSTOMERS.method: lambda: [*client.list_customers()],
        lists.CARRIERS.method: lambda: [*client.list_carriers()],
    }
    found = [_try(method, ask) for method, ask in tries.items()]
    return [*found, Permission(wire.ADD_FUTURE_ITEM, None, NOT_TRIED)]


def _try(method: str, ask: Callable[[], list[object]]) -> Permission:
    try:
        return Permission(method, ok=True, detail=f"may be used; {len(ask())} entries")
    except (RefusedError, UnansweredError) as exc:
        return Permission(method, ok=False, detail=str(exc))
