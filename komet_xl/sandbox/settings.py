"""What can be changed while the sandbox runs. Pure."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Settings:
    """The switches of one sandbox."""

    latency_ms: int = 0
    """An /api answer is given this long after its request arrived, processing included."""
    item_ids: bool = True
    """Whether prebook.details.list shows prebookItemId."""
    daily_limit: int | None = None
    """Requests a day (GMT) before every answer is 429; None: no limit."""
    token_methods: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    """Further tokens, or limits for the first: token -> the methods it may use, None for all."""

    def changed(self, changes: Mapping[str, object]) -> Settings:
        """These settings with some of them replaced. Raises ValueError with a sentence."""
        unknown = sorted(set(changes) - {one.name for one in dataclasses.fields(self)})
        if unknown:
            raise ValueError(f"There is no setting named {', '.join(unknown)}.")
        after = {one.name: changes.get(one.name, getattr(self, one.name)) for one in dataclasses.fields(self)}
        return Settings(
            latency_ms=_at_least_zero("latency_ms", after["latency_ms"]),
            item_ids=_flag("item_ids", after["item_ids"]),
            daily_limit=None if after["daily_limit"] is None else _at_least_zero("daily_limit", after["daily_limit"]),
            token_methods=_token_methods(after["token_methods"]),
        )

    def may_use(self, token: str, method: str) -> bool:
        """Whether a known token may use a method."""
        methods = self.token_methods.get(token)
        return methods is None or method in methods


def _at_least_zero(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"The setting {name} must be a whole number, at least 0.")
    return value


def _flag(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"The setting {name} must be true or false.")  # noqa: TRY004  a sentence for the caller, as above
    return value


def _token_methods(value: object) -> dict[str, tuple[str, ...] | None]:
    if not isinstance(value, dict):
        raise ValueError("The setting token_methods must be an object: token -> list of methods, or null.")  # noqa: TRY004  same
    found: dict[str, tuple[str, ...] | None] = {}
    for token, methods in value.items():
        if methods is not None and not isinstance(methods, list | tuple):
            raise ValueError(f"The methods of the token {token} must be a list, or null.")
        found[str(token)] = None if methods is None else tuple(str(method) for method in methods)
    return found
