"""Compute what the tab shows from the portal's answers. Pure: no calls, no clock, no words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from b24app.domain import Card, Delivery, EntityRef, Money, Payment, ProductRow
from b24app.services.actions import Action
from b24app.services.card.billable import Billable
from b24app.services.card.card_paths import path_of
from b24app.services.card.orders import fit
from b24app.services.card.payment_details import Details
from b24app.services.card.reminders import Expected
from b24app.services.card.totals import Totals
from b24app.services.settings import PortalRules

ZERO = Decimal(0)

OF_AN_OPEN_ORDER = frozenset({Action.PAY, Action.UNPAY, Action.ITEMS, Action.DELIVERIES})
"""Actions the portal refuses on a canceled order, or saves while the sum stays (quirk 72)."""


class Filter(StrEnum):
    """Which payments of the full list are shown."""

    ALL = "all"
    UNPAID = "unpaid"
    PAID = "paid"


class Sort(StrEnum):
    """Payments have no creation date, so newest and oldest go by id (decisions 12)."""

    NEWEST = "newest"
    OLDEST = "oldest"
    AMOUNT_DOWN = "amount-down"
    AMOUNT_UP = "amount-up"
    PAID_DATE = "paid-date"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Waiting:
    """Since when a payment has been unpaid, and for how many whole days.

    Not `is_exact`: it already existed when the card was first seen, so it is older.
    """

    days: int
    is_exact: bool
    since: datetime


@dataclass(frozen=True, slots=True)
class PaymentView:
    """One payment as shown. `details` is None while they wait to be read."""

    payment: Payment
    owner: EntityRef
    details: Details | None = None
    payer_name: str = ""
    is_payer_unknown: bool = False
    """The portal has no name for the id: a bot, a dismissed or a technical user."""
    is_new: bool = False
    is_canceled: bool = False
    """Its order is canceled: changes of its sum or state cannot work."""
    waiting: Waiting | None = None
    """Set for an unpaid payment, if known."""
    expected: Expected | None = None
    """From its open reminder, if one is known."""
    is_from_account: bool = False
    """It is known that a mark takes its amount from the client's account in the shop."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A half-finished action that is shown until it is settled. `code` chooses the sentence."""

    id: int
    code: str
    values: Mapping[str, str]
    may_go_on: bool = False
    """Whether the rest of it can be done from here."""


UNFINISHED = frozenset({"rest_partly", "filling"})
"""Codes of payments that may still lack products."""


@dataclass(frozen=True, slots=True)
class CardView:
    """Everything one rendering of the tab needs."""

    card: Card
    payments: tuple[PaymentView, ...]
    totals: tuple[Totals, ...]
    deliveries: tuple[Delivery, ...]
    free_rows: tuple[ProductRow, ...]
    updated_at: datetime
    allowed: frozenset[Action]
    canceled: tuple[str, ...]
    """The numbers of the card's canceled orders, of `order_numbers` in all."""
    order_numbers: frozenset[str]
    """Those of all payments of the card, whatever the filter."""
    read_only: str
    """"" | "rules" (our settings) | "portal" (the portal refused this user on this card)."""
    is_estimate: bool
    """Unbilled is an estimate, because the card has several orders (decisions 19)."""
    is_free_known: bool
    """Whether `free_rows` says what no payment bills; otherwise that is unknown."""
    has_no_products: bool
    """The card certainly has no product row, so nothing can be billed."""
    rules: PortalRules
    time_zone: str
    counts: Mapping[Filter, int]
    listed: Mapping[int, str]
    """The state of every payment of the card by id, whatever the filter."""
    notices: tuple[Notice, ...]
    may_ask_links_ahead: bool
    """Whether a link may be requested before a click: that changes nothing at this portal."""
    unread_payments: int
    """The number of unreadable payments of the card; they are in no list and no figure."""
    unread_deliveries: int
    finest_sum: Money | None
    """The sum of the portal's own that shows best to how many decimals it rounds."""
    has_all_rows: bool
    """All product rows of the card were read."""
    filter: Filter = Filter.ALL
    sort: Sort = Sort.NEWEST
    beyond: int = 0
    """The number of payments that are counted but, being too many, are not in `payments`."""
    below_zero: tuple[ProductRow, ...] = ()
    """Rows of the card with a quantity below zero, in dialogs: no payment can hold them."""
    is_long: bool = False
    """More payments than one page shows: the server filters and sorts them, not the browser."""

    def cut(self, most: int) -> CardView:
        """Return the same view with the first payments only."""
        beyond = max(0, len(self.payments) - most)
        is_long = self.counts.get(Filter.ALL, 0) > most
        return replace(self, payments=self.payments[:most], beyond=beyond, is_long=is_long)

    @property
    def path(self) -> str:
        """Return the path of the card in the portal."""
        return path_of(self.card.ref)

    @property
    def billable(self) -> Billable:
        """Return what a new payment can hold."""
        return Billable(self.free_rows, self.card.amount.currency, self.finest_sum)

    def holding(self, document_id: int, payment_id: int) -> tuple[Payment, ...]:
        """Return the other payments that bill a delivery, if their lines were read."""
        return tuple(
            entry.payment
            for entry in self.payments
            if entry.payment.id != payment_id
            and entry.details is not None
            and any(line.item.document_id == document_id for line in entry.details.deliveries)
        )

    def fitting(self, payment: Payment) -> tuple[Delivery, ...]:
        """Return the deliveries of the card that are not known to be of another order."""
        return tuple(one for one in self.deliveries if fit(one, payment, self.order_numbers))

    @property
    def orders(self) -> int:
        """Return how many orders the card is known to have."""
        return len(self.order_numbers)

    def arranged(self, wanted: Filter, sort: Sort) -> CardView:
        """Return the view with its payments filtered and sorted, each currency together."""
        kept = arranged(self.payments, wanted, sort)
        order = [total.currency for total in self.totals]
        kept = tuple(sorted(kept, key=lambda view: order.index(view.payment.sum.currency)))
        return replace(self, payments=kept, filter=wanted, sort=sort)

    def may(self, shown: PaymentView) -> frozenset[Action]:
        """Return what the person may do with a payment.

        A payment of a canceled order cannot be changed or paid, so no client should get its link.
        """
        if not shown.is_canceled:
            return self.allowed
        asks_for_money = set() if shown.payment.is_paid else {Action.LINK}
        return self.allowed - OF_AN_OPEN_ORDER - asks_for_money

    @property
    def room(self) -> Money | None:
        """Return what can be marked as paid until it is more than the order costs.

        None if that is not known. What was given back is still a part of the order.
        """
        own = self.totals[0]
        is_one = len(self.totals) == 1 and self.orders == 1 and not self.is_estimate
        if not is_one or not self.has_all_rows or self.unread_payments or self.unread_deliveries:
            return None
        room = own.amount - own.returned - own.paid
        return room if room.is_readable else None

    @property
    def unfinished(self) -> tuple[Notice, ...]:
        """Return what is said of new payments that were left half done."""
        return tuple(notice for notice in self.notices if notice.code in UNFINISHED)

    @property
    def is_all_canceled(self) -> bool:
        """Return whether all orders of the card are known to be canceled: then nothing is due."""
        return bool(self.canceled) and len(self.canceled) >= self.orders

    @property
    def currencies(self) -> tuple[Totals, ...]:
        """Return the figures that divide the list: none if all payments have one currency."""
        found = tuple(total for total in self.totals if total.count or total.returned_count)
        return found if len(found) > 1 else ()

    @property
    def sides(self) -> tuple[Totals, ...]:
        """Return the figures that say something: a currency in which nothing is left is none."""
        found = tuple(total for total in self.totals if not total.is_nothing)
        return found or self.totals[:1]

    @property
    def systems(self) -> tuple[str, ...]:
        """Return the names of the shown payments' payment systems."""
        return tuple(sorted({entry.payment.pay_system_name for entry in self.payments} - {""}))

    def payment(self, payment_id: int) -> PaymentView | None:
        """Return the view of one payment, if it is shown."""
        return next((entry for entry in self.payments if entry.payment.id == payment_id), None)


def arranged(views: Iterable[PaymentView], wanted: Filter, sort: Sort) -> tuple[PaymentView, ...]:
    """Filter and sort the full list. Ties go by id, so two renderings never differ."""
    kept = [view for view in views if wanted is Filter.ALL or _is_paid_filter(view, wanted)]
    kept.sort(key=lambda view: view.payment.id, reverse=sort is not Sort.OLDEST)
    if sort in {Sort.AMOUNT_UP, Sort.AMOUNT_DOWN}:
        kept.sort(
            key=lambda view: (view.payment.sum.currency, _rank(view.payment.sum)),
            reverse=sort is Sort.AMOUNT_DOWN,
        )
    if sort is Sort.WAITING:
        kept.sort(key=_waiting_rank)
    if sort is Sort.PAID_DATE:
        kept.sort(key=_paid_rank, reverse=True)
    return tuple(kept)


def _is_paid_filter(view: PaymentView, wanted: Filter) -> bool:
    return view.payment.is_paid if wanted is Filter.PAID else view.payment.is_waiting


def _rank(money: Money) -> tuple[bool, Decimal]:
    return (True, money.amount) if money.is_readable else (False, ZERO)


def _waiting_rank(view: PaymentView) -> tuple[int, float, int]:
    """Rank the longest waiting first, then unknown ages, then paid ones."""
    if not view.payment.is_waiting or view.waiting is None:
        return (1 if view.payment.is_waiting else 2, 0.0, view.payment.id)
    return (0, view.waiting.since.timestamp(), view.payment.id)


def _paid_rank(view: PaymentView) -> tuple[bool, float]:
    payment = view.payment
    if not payment.is_paid or payment.date_paid is None:
        return (False, 0.0)
    return (True, payment.date_paid.timestamp())
