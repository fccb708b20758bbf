"""The read commands of a card and what their answers mean. No transactions, no rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from b24app.bitrix import crm, payment_deliveries, payment_items, payments
from b24app.bitrix.client import BatchAnswer
from b24app.bitrix.command import Command
from b24app.domain import (
    Card,
    Delivery,
    EntityRef,
    Payment,
    PaymentDelivery,
    PaymentItem,
    ProductRow,
)
from b24app.errors import BatchRefusedError, BusinessRefusalError, PortalError

Commands = Mapping[str, Command[Any]]
ROWS_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class Core:
    """A card with everything but the composition of its payments.

    `rows` holds the rows read so far of `rows_total`; with `are_rows_unread` the portal did not
    tell them at all. `free` is None where the portal does not tell, with `is_estimate` where that
    is because of several orders (decisions 19).
    """

    card: Card
    payments: tuple[Payment, ...]
    deliveries: tuple[Delivery, ...]
    rows: Mapping[int, ProductRow]
    rows_total: int
    free: tuple[ProductRow, ...] | None
    is_estimate: bool = False
    are_rows_unread: bool = False

    @property
    def has_all_rows(self) -> bool:
        """Whether a row that is not in `rows` is not in the card either."""
        return not self.are_rows_unread and len(self.rows) >= self.rows_total

    def payment(self, payment_id: int) -> Payment | None:
        """The payment of this id, if the portal lists it on this card."""
        return next((one for one in self.payments if one.id == payment_id), None)

    @property
    def deliveries_by_id(self) -> dict[int, Delivery]:
        """The card's delivery documents by id."""
        return {delivery.id: delivery for delivery in self.deliveries}


@dataclass(frozen=True, slots=True)
class Composition:
    """The items and delivery lines of one payment."""

    items: tuple[PaymentItem, ...]
    links: tuple[PaymentDelivery, ...]


def core_commands(
    ref: EntityRef, order: Mapping[str, str] | None = None
) -> dict[str, Command[Any]]:
    """Five commands: card, payments, deliveries, product rows, rows not billed yet."""
    return {
        "card": crm.get_card(ref),
        "list": payments.list_payments(ref, order=order),
        "deliveries": crm.list_deliveries(ref),
        "rows": crm.list_product_rows(ref),
        "free": crm.available_rows(ref),
    }


def take_core(answer: BatchAnswer, ref: EntityRef) -> Core:
    """Decode the answer of `core_commands`.

    Raises the portal's error for card, payments and deliveries, without which nothing true could
    be shown. Product rows only add names, so a refusal there is survived.
    """
    commands = core_commands(ref)
    refused = next((key for key in commands if is_batch_refusal(answer, key)), None)
    if refused is not None:
        raise BatchRefusedError("the portal refuses a read inside batch")
    free, is_estimate = _take_free(answer, commands["free"])
    rows = _take_rows(answer, "rows", commands["rows"])
    return Core(
        card=answer.take("card", commands["card"]),
        payments=answer.take("list", commands["list"]),
        deliveries=answer.take("deliveries", commands["deliveries"]),
        rows=rows or {},
        rows_total=answer.total("rows") or len(rows or {}),
        free=free,
        is_estimate=is_estimate,
        are_rows_unread=rows is None,
    )


def is_batch_refusal(answer: BatchAnswer, key: str) -> bool:
    """Whether the portal does not serve this command's method inside a batch."""
    return isinstance(answer.error(key), BatchRefusedError)


def _take_free(
    answer: BatchAnswer, command: Command[tuple[ProductRow, ...]]
) -> tuple[tuple[ProductRow, ...] | None, bool]:
    try:
        return answer.take("free", command), False
    except BusinessRefusalError:
        # The only business refusal of this method is "does not support multiple orders".
        return None, True
    except PortalError:
        return None, False


def _take_rows(
    answer: BatchAnswer, key: str, command: Command[tuple[ProductRow, ...]]
) -> dict[int, ProductRow] | None:
    try:
        return {row.id: row for row in answer.take(key, command)}
    except PortalError:
        return None


def further_rows(ref: EntityRef, total: int) -> dict[str, Command[Any]]:
    """Commands for the product rows past the first page, one a page of 50."""
    starts = range(ROWS_PER_PAGE, total, ROWS_PER_PAGE)
    return {f"rows{start}": crm.list_product_rows(ref, start=start) for start in starts}


def with_further_rows(core: Core, answer: BatchAnswer, ref: EntityRef, total: int) -> Core:
    """Add the rows that `further_rows` asked for."""
    rows = dict(core.rows)
    for key, command in further_rows(ref, total).items():
        rows.update(_take_rows(answer, key, command) or {})
    return replace(core, rows=rows)


def composition_commands(payment_ids: Iterable[int]) -> dict[str, Command[Any]]:
    """Two commands a payment: its items and its delivery lines."""
    commands: dict[str, Command[Any]] = {}
    for payment_id in payment_ids:
        commands[f"items{payment_id}"] = payment_items.list_items(payment_id)
        commands[f"links{payment_id}"] = payment_deliveries.list_links(payment_id)
    return commands


def take_compositions(answer: BatchAnswer, payment_ids: Iterable[int]) -> dict[int, Composition]:
    """Decode `composition_commands`; a payment that could not be read is left out."""
    found: dict[int, Composition] = {}
    for payment_id in payment_ids:
        composition = take_composition(answer, payment_id)
        if composition is not None:
            found[payment_id] = composition
    return found


def take_composition(answer: BatchAnswer, payment_id: int) -> Composition | None:
    """Decode one payment's items and delivery lines; None where they could not be read."""
    try:
        return Composition(
            answer.take(f"items{payment_id}", payment_items.list_items(payment_id)),
            answer.take(f"links{payment_id}", payment_deliveries.list_links(payment_id)),
        )
    except PortalError:
        return None


def complete(core: Core, compositions: Mapping[int, Composition]) -> dict[int, Composition]:
    """Those whose rows were all read. Others have rows past the first page, which come later."""
    if core.are_rows_unread or core.has_all_rows:
        return dict(compositions)
    return {
        payment_id: composition
        for payment_id, composition in compositions.items()
        if all(one.row_id is None or one.row_id in core.rows for one in composition.items)
    }


def halves(ids: Sequence[int]) -> list[Sequence[int]]:
    """Split ids for two parallel calls: commands of one batch run one after another."""
    if len(ids) <= 4:
        return [ids] if ids else []
    middle = (len(ids) + 1) // 2
    return [ids[:middle], ids[middle:]]
