"""Komet's methods as calls: each says what it costs and what may have happened when it raises."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from komet_xl.errors import RefusedError, UnansweredError
from komet_xl.komet import lists, wire
from komet_xl.komet.values import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import date

    from komet_xl.komet.lists import Listing, Record
    from komet_xl.komet.quota import Quota
    from komet_xl.komet.transport import Reply, Transport
    from komet_xl.model import OrderLine, Prebook, PrebookQuery

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Client:
    """Komet over one transport, within one quota. Safe to use from several threads."""

    transport: Transport
    quota: Quota

    @property
    def host(self) -> str:
        """host:port of Komet, as identities and the journal name it."""
        return self.transport.endpoint.host

    def list_prebooks(self, query: PrebookQuery) -> list[Prebook]:
        """
        Prebooks with their items and breakdowns, in Komet's order; empty when nothing matches.

        Requests: 1, up to 3 when the network or Komet stumbles.
        Raises: NotSentError, RefusedError, UnansweredError. Nothing is changed at Komet by any of them.
        Source: Komet API page "Get a detailed Prebook list".
        """
        return _prebooks(self._ask(wire.LIST_PREBOOKS, wire.to_params(query)))

    def fetch_prebooks(self, query: PrebookQuery) -> tuple[bytes, list[Prebook]]:
        """The same with Komet's answer as it came, masked. Requests, errors: as above."""
        body, answer = self.fetch(wire.LIST_PREBOOKS, wire.to_params(query))
        return body, _prebooks(answer)

    def fetch(self, method: str, params: Mapping[str, str]) -> tuple[bytes, wire.Answer]:
        """
        Komet's answer to any method that only reads: as it came, masked, for a snapshot on disk, and read.

        Requests, errors: as `list_prebooks`; what is in the answer is for the caller to read.
        """
        reply = self._get(method, params)
        return reply.body, self._read(method, reply)

    def list_prebook_headers(self, first: date, last: date) -> list[Prebook]:
        """
        Prebooks (without items) whose truck date lies from first to last, at most six months apart.

        Requests, errors: as `list_prebooks`.
        Source: Komet API page "Get a Prebook list".
        """
        return _prebooks(self._ask(wire.LIST_PREBOOK_HEADERS, wire.to_range_params(first, last)))

    def list_customers(self) -> list[Record]:
        """
        All active customers.

        Requests, errors: as `list_prebooks`.
        Source: Komet API page "Get a Customer list".
        """
        return self._list(lists.CUSTOMERS, wire.to_own_params())

    def list_carriers(self) -> list[Record]:
        """
        All carriers.

        Requests, errors: as `list_prebooks`.
        Source: Komet API page "Get a Carrier list".
        """
        return self._list(lists.CARRIERS, wire.to_own_params())

    def list_future_inventory(self, first: date, last: date) -> list[Record]:
        """
        What is on the way and can be sold from the first to the last day; `inventoryId` is what an order line names.

        Requests, errors: as `list_prebooks`.
        Source: Komet API page "Get Future Inventory".
        """
        return self._list(lists.INVENTORY, wire.to_range_params(first, last))

    def add_future_item(self, line: OrderLine, *, before_first_byte: Callable[[], None]) -> str:
        """
        Add one future inventory item to a prebook, and return Komet's message. Costs the company money.

        Args:
            line: What to add; its prebook id, inventory id, boxes, price and mark code are sent.
            before_first_byte: Puts the intent on disk and counts the request. If it raises, nothing is sent.

        Raises:
            NotSentError: no byte of the request left.
            RefusedError: Komet's own, complete no: nothing was added.
            UnansweredError: it left, and what came back is neither. It may have been added; never send it again
                without a person's word.
            Whatever `before_first_byte` raises: nothing was sent.

        Requests: 1, never repeated.
        Source: Komet API page "Add a Future Inventory Item to a Prebook".
        """
        reply = self.transport.post(wire.ADD_FUTURE_ITEM, wire.to_add_body(line), before_first_byte=before_first_byte)
        answer = self._answer(reply)
        if answer.yes and reply.status in wire.HTTP_OF_A_YES:
            return self.transport.mask(answer.message)
        if not answer.yes and reply.status in wire.HTTP_OF_A_NO:
            raise self._refusal(answer, reply)
        raise UnansweredError(f"Komet answered with HTTP {reply.status}, which is neither a yes nor a no")

    def _list(self, listing: Listing, params: Mapping[str, str]) -> list[Record]:
        return _readable(lambda: lists.parse_list(listing, self._ask(listing.method, params)))

    def _ask(self, method: str, params: Mapping[str, str]) -> wire.Answer:
        return self._read(method, self._get(method, params))

    def _get(self, method: str, params: Mapping[str, str]) -> Reply:
        return self.transport.get(method, params, before_first_byte=self.quota.take)

    def _read(self, method: str, reply: Reply) -> wire.Answer:
        answer = self._answer(reply)
        if answer.is_empty_result and reply.status in wire.HTTP_OF_A_YES:
            return wire.Answer(yes=True, message=answer.message, body={})
        if answer.yes and reply.status in wire.HTTP_OF_A_YES:
            return answer
        if not answer.yes:
            raise self._refusal(answer, reply)
        raise UnansweredError(f"Komet answered {method} with HTTP {reply.status}")

    def _answer(self, reply: Reply) -> wire.Answer:
        if 300 <= reply.status < 400:
            raise UnansweredError(
                f"{self.host} sent us elsewhere (HTTP {reply.status}); check KOMET_URL, it must be Komet's own address"
            )
        try:
            return wire.parse_answer(reply.body)
        except UnreadableError as exc:
            why = str(exc)
        raise UnansweredError(f"Komet's answer (HTTP {reply.status}) cannot be read: {why}")

    def _refusal(self, answer: wire.Answer, reply: Reply) -> RefusedError:
        message = self.transport.mask(answer.message) or f"Komet refused (HTTP {reply.status}) without a message"
        return RefusedError(
            message,
            http_status=reply.status,
            speaks_of_token=reply.status in (401, 403) or answer.speaks_of_token,
        )


def _prebooks(answer: wire.Answer) -> list[Prebook]:
    return _readable(lambda: wire.parse_prebooks(answer))


def _readable(parse: Callable[[], _T]) -> _T:
    try:
        return parse()
    except UnreadableError as exc:
        why = str(exc)
    raise UnansweredError(f"Komet's answer cannot be read: {why}")
