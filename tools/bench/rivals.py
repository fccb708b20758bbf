"""The same reads of a card by the libraries that an application would otherwise be built on.

Each does it as its documentation shows, at its best: `fast_bitrix24` reads products and deliveries
side by side over connections that it keeps, `b24pysdk` fills its batches.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from b24pysdk import Client
from b24pysdk.credentials import BitrixApp, BitrixToken

DEAL = 8061
OWNER = {"entityTypeId": 2, "entityId": DEAL}
PER_PAYMENT = ("crm.item.payment.product.list", "crm.item.payment.delivery.list")
CARD: dict[str, tuple[str, dict[str, Any]]] = {
    "card": ("crm.item.get", {"entityTypeId": 2, "id": DEAL}),
    "payments": ("crm.item.payment.list", OWNER),
    "deliveries": ("crm.item.delivery.list", OWNER),
    "rows": ("crm.item.productrow.list", {"filter": {"=ownerType": "D", "=ownerId": DEAL}}),
    "left": (
        "crm.item.productrow.getAvailableForPayment",
        {"ownerType": "D", "ownerId": DEAL},
    ),
}


def commands_of(payments: int) -> int:
    """How many commands a card takes with this many payments opened."""
    return len(CARD) + len(PER_PAYMENT) * payments


@dataclass(frozen=True)
class Reader:
    """Somebody who reads a card at `host`; of its payments, the details of the first `most`."""

    host: str
    token: str
    certificate: Path
    most: int

    def one_by_one(self) -> None:
        """`b24pysdk`: each read is a call, and each call a connection."""
        item = self._client().crm.item
        answers = {name: request.result for name, request in self._of_card(item).items()}
        for number in self._chosen(answers["payments"]):
            for request in self._of_payment(item, number):
                _ = request.result

    def in_batches(self) -> None:
        """`b24pysdk`: the card in one batch, its payments in as few as hold them."""
        client = self._client()
        answers = client.call_batch(self._of_card(client.crm.item)).result.result
        requests = [
            request
            for number in self._chosen(answers["payments"])
            for request in self._of_payment(client.crm.item, number)
        ]
        send = client.call_batch if len(requests) <= 50 else client.call_batches
        _ = send(requests).result

    def side_by_side(self) -> None:
        """`fast_bitrix24`: the card in one batch, then products and deliveries at once."""
        # Only benchmarks install it: the rest is measured, and tested, without it.
        from tools.bench.fast import side_by_side

        endpoint = f"https://{self.host}/rest/"
        asyncio.run(
            side_by_side(endpoint, self.token, self.certificate, CARD, self._chosen, PER_PAYMENT)
        )

    def _client(self) -> Client:
        application = BitrixApp(client_id="app.bench", client_secret="not asked for")  # noqa: S106
        return Client(BitrixToken(domain=self.host, auth_token=self.token, bitrix_app=application))

    def _of_card(self, item: Any) -> dict[str, Any]:
        owner = {"entity_type_id": 2, "entity_id": DEAL}
        rows = item.productrow
        return {
            "card": item.get(bitrix_id=DEAL, entity_type_id=2),
            "payments": item.payment.list(**owner),
            "deliveries": item.delivery.list(**owner),
            "rows": rows.list(filter={"=ownerType": "D", "=ownerId": DEAL}),
            "left": rows.get_available_for_payment(owner_id=DEAL, owner_type="D"),
        }

    def _of_payment(self, item: Any, number: int) -> Sequence[Any]:
        lists = item.payment.product.list, item.payment.delivery.list
        # It demands a filter, also where there is nothing to leave out.
        return [read(payment_id=number, filter={}) for read in lists]

    def _chosen(self, payments: Sequence[Mapping[str, Any]]) -> list[int]:
        return [payment["id"] for payment in payments][: self.most]


Way = Callable[[Reader], None]
RIVALS: dict[str, Way] = {
    "b24pysdk, call by call": Reader.one_by_one,
    "b24pysdk, call_batch": Reader.in_batches,
    "fast_bitrix24": Reader.side_by_side,
}
