"""The CRM and shop data of one portal: plain tables by id, with id counters and look-ups."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import count

from b24app.simulator.portal_state.records import (
    COMPANY,
    CONTACT,
    DEAL,
    INVOICE,
    LEAD,
    OLD_INVOICE,
    QUOTE,
    Basket,
    Card,
    CrmType,
    Order,
    PayableItem,
    Payment,
    PaySystem,
    ProductRow,
    Shipment,
    SmartProcess,
    TimelineComment,
)
from b24app.simulator.portal_state.timeline import Activity, LogMessage

STANDARD_TYPES = (
    CrmType(LEAD, "Lead", "LEAD", "L"),
    CrmType(DEAL, "Deal", "DEAL", "D"),
    CrmType(CONTACT, "Contact", "CONTACT", "C"),
    CrmType(COMPANY, "Company", "COMPANY", "CO"),
    CrmType(OLD_INVOICE, "Invoice (old version)", "INVOICE", "I"),
    CrmType(INVOICE, "Invoice", "SMART_INVOICE", "SI"),
    CrmType(QUOTE, "Quote", "QUOTE", "Q"),
    CrmType(8, "Billing Details", "REQUISITE", "RQ"),
    CrmType(36, "Document", "SMART_DOCUMENT", "DO"),
    CrmType(39, "Company Document", "SMART_B2E_DOC", "SBD"),
)


class CrmData:
    """Tables of one portal. Every reader and writer holds the portal's lock."""

    def __init__(self) -> None:
        self.cards: dict[tuple[int, int], Card] = {}
        self.smart_processes: dict[int, SmartProcess] = {}
        self.type_links: set[tuple[int, int]] = set()
        self.product_rows: dict[int, ProductRow] = {}
        self.orders: dict[int, Order] = {}
        self.baskets: dict[int, Basket] = {}
        self.payments: dict[int, Payment] = {}
        self.items: dict[int, PayableItem] = {}
        self.shipments: dict[int, Shipment] = {}
        self.pay_systems: dict[int, PaySystem] = {}
        # What the client has in the shop, by currency. All orders here are one client's.
        self.accounts: dict[str, Decimal] = {}
        self.comments: list[TimelineComment] = []
        self.log_messages: dict[int, LogMessage] = {}
        self.activities: dict[int, Activity] = {}
        self.base_currency = "EUR"
        self._counters: dict[str, Iterator[int]] = {
            "row": count(17601),
            "order": count(3653),
            "basket": count(8149),
            "payment": count(1036),
            "item": count(1195),
            "shipment": count(4073),
            "comment": count(999),
            "log message": count(42073),
            "activity": count(999),
            "client address": count(101),
        }

    def next_id(self, kind: str) -> int:
        """Return the next free id of a table; kinds have numbers of their own, as on a portal."""
        return next(self._counters[kind])

    def write_comment(
        self, owner: tuple[int, int], author_id: int, text: str, moment: datetime
    ) -> TimelineComment:
        """Add a comment to the timeline of a card, named by type and id."""
        comment = TimelineComment(self.next_id("comment"), *owner, author_id, text, moment)
        self.comments.append(comment)
        return comment

    def types(self) -> list[CrmType]:
        """Return the standard types and every smart process."""
        return [*STANDARD_TYPES, *(spa.crm_type for spa in self.smart_processes.values())]

    def type_by_id(self, entity_type_id: int) -> CrmType | None:
        """Return a type by its number, None when the portal has none such."""
        return next((kind for kind in self.types() if kind.id == entity_type_id), None)

    def type_by_short_code(self, code: str) -> CrmType | None:
        """Return a type by the short code of `ownerType`."""
        return next((kind for kind in self.types() if kind.short_code == code), None)

    def add_card(self, card: Card) -> Card:
        """Store a card under its type and id."""
        self.cards[card.entity_type_id, card.id] = card
        return card

    def cards_of(self, entity_type_id: int) -> list[Card]:
        """Return all cards of a type, oldest first."""
        return [card for (kind, _), card in sorted(self.cards.items()) if kind == entity_type_id]

    def rows_of(self, entity_type_id: int, entity_id: int) -> list[ProductRow]:
        """Return the product rows of a card by sort, then id."""
        rows = [
            row
            for row in self.product_rows.values()
            if (row.owner_type_id, row.owner_id) == (entity_type_id, entity_id)
        ]
        return sorted(rows, key=lambda row: (row.sort, row.id))

    def orders_of(self, entity_type_id: int, entity_id: int) -> list[Order]:
        """Return the orders bound to a card, oldest first."""
        owner = (entity_type_id, entity_id)
        return [order for order in self.orders.values() if order.owner == owner]

    def payments_of(self, entity_type_id: int, entity_id: int) -> list[Payment]:
        """Return the payments of all orders bound to a card, by id."""
        order_ids = {order.id for order in self.orders_of(entity_type_id, entity_id)}
        found = [item for item in self.payments.values() if item.order_id in order_ids]
        return sorted(found, key=lambda payment: payment.id)

    def items_of(self, payment_id: int, kind: str) -> list[PayableItem]:
        """Return the items of a payment of one kind ("product" or "delivery"), by id."""
        found = [
            item
            for item in self.items.values()
            if item.payment_id == payment_id and item.kind == kind
        ]
        return sorted(found, key=lambda item: item.id)

    def shipments_of(self, entity_type_id: int, entity_id: int) -> list[Shipment]:
        """Return the real deliveries of a card: neither system nor "no delivery" documents."""
        order_ids = {order.id for order in self.orders_of(entity_type_id, entity_id)}
        found = [
            shipment
            for shipment in self.shipments.values()
            if shipment.order_id in order_ids and not shipment.is_system and shipment.service_id
        ]
        return sorted(found, key=lambda shipment: shipment.id)

    def row_of_basket(self, basket_id: int) -> ProductRow | None:
        """Return the CRM row behind an order's basket row; None when it was deleted."""
        rows = self.product_rows.values()
        return next((row for row in rows if row.basket_id == basket_id), None)
