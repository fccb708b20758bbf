"""What the tab shows, computed from the portal's answers. Pure: no calls, no clock, no words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from b24app.domain import Card, Delivery, EntityRef, Money, Payment, ProductRow
from b24app.services.actions import Action
from b24app.services.card.billable import Billable
from b24app.services.card.card_paths import path_of
from b24app.services.card.payment_details import Details
from b24app.services.card.totals import Totals

ZERO = Decimal(0)

OF_AN_OPEN_ORDER = frozenset({Action.PAY, Action.UNPAY, Action.ITEMS, Action.DELIVERIES})
"""What the portal refuses on a canceled order, or saves while the sum stays (quirk 72)."""


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
    """How long a payment has been unpaid, in whole days, and since when.

    Not `is_exact`: it was there already when the card was first seen, so it is older.
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
    """The id resolves to nobody: a bot, a dismissed or a technical user."""
    is_new: bool = False
    is_canceled: bool = False
    """Its order is canceled: what would change its sum or its state cannot work."""
    waiting: Waiting | None = None
    """Of an unpaid payment, where it is known."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A half-finished action that is shown until it is settled. `code` chooses the sentence."""

    id: int
    code: str
    values: Mapping[str, str]
    may_go_on: bool = False
    """Whether the rest of it can be done from here."""


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
    filter: Filter = Filter.ALL
    sort: Sort = Sort.NEWEST
    canceled: tuple[str, ...] = ()
    """The numbers of the card's canceled orders, of `orders` in all."""
    orders: int = 0
    read_only: str = ""
    """"" | "rules" (our settings) | "portal" (the portal refused this user on this card)."""
    is_estimate: bool = False
    """Unbilled is computed, because the card has several orders (decisions 19)."""
    is_free_known: bool = True
    """Whether `free_rows` says what no payment bills; without it they are just not known."""
    has_no_products: bool = False
    """The card has no product row, and that is known: then nothing can be billed."""
    confirm_pay: bool = True
    time_zone: str = ""
    counts: Mapping[Filter, int] = field(default_factory=dict)
    listed: Mapping[int, str] = field(default_factory=dict)
    """The state of every payment of the card by its id, whatever the filter."""
    notices: tuple[Notice, ...] = ()
    may_ask_links_ahead: bool = False
    """Whether a link may be asked for before a click: asking changes nothing at this portal."""
    unread_payments: int = 0
    """How many of the card's payments could not be read: they are in no list and no figure."""
    unread_deliveries: int = 0
    beyond: int = 0
    is_long: bool = False
    """More payments than one page shows: the server filters and sorts them, not the browser."""
    """How many payments are in the counts and figures and, being too many, not in `payments`."""

    def cut(self, most: int) -> CardView:
        """The same view with the first payments only."""
        beyond = max(0, len(self.payments) - most)
        is_long = self.counts.get(Filter.ALL, 0) > most
        return replace(self, payments=self.payments[:most], beyond=beyond, is_long=is_long)

    @property
    def path(self) -> str:
        """Where the card lives in the portal."""
        return path_of(self.card.ref)

    @property
    def billable(self) -> Billable:
        """What a new payment can hold."""
        return Billable(self.free_rows, self.card.amount.currency)

    def holding(self, document_id: int, besides: int) -> tuple[Payment, ...]:
        """The other payments that bill a delivery, as far as their lines were read."""
        return tuple(
            one.payment
            for one in self.payments
            if one.payment.id != besides
            and one.details is not None
            and any(line.item.document_id == document_id for line in one.details.deliveries)
        )

    def arranged(self, shown: Filter, sort: Sort) -> CardView:
        """The same view with its payments filtered and sorted, those of each currency together."""
        kept = arranged(self.payments, shown, sort)
        order = [one.currency for one in self.totals]
        kept = tuple(sorted(kept, key=lambda view: order.index(view.payment.sum.currency)))
        return replace(self, payments=kept, filter=shown, sort=sort)

    def may(self, shown: PaymentView) -> frozenset[Action]:
        """What the person may do with a payment.

        A canceled order takes no change of it and no money for it: no client is to get its link.
        """
        if not shown.is_canceled:
            return self.allowed
        asks_for_money = set() if shown.payment.is_paid else {Action.LINK}
        return self.allowed - OF_AN_OPEN_ORDER - asks_for_money

    @property
    def is_all_canceled(self) -> bool:
        """Whether every order of the card is known to be canceled: then nothing is due."""
        return bool(self.canceled) and len(self.canceled) >= self.orders

    @property
    def currencies(self) -> tuple[Totals, ...]:
        """The figures by which the list is divided: none where all payments are in one currency."""
        found = tuple(one for one in self.totals if one.count)
        return found if len(found) > 1 else ()

    @property
    def systems(self) -> tuple[str, ...]:
        """The names of the payment systems of the payments shown."""
        return tuple(sorted({one.payment.pay_system_name for one in self.payments} - {""}))

    def payment(self, payment_id: int) -> PaymentView | None:
        """The view of one payment, if it is among those shown."""
        return next((one for one in self.payments if one.payment.id == payment_id), None)


def arranged(views: Iterable[PaymentView], shown: Filter, sort: Sort) -> tuple[PaymentView, ...]:
    """Filter and sort over the full list. Ties go by id, so two renderings never differ."""
    kept = [view for view in views if shown is Filter.ALL or _is_paid_filter(view, shown)]
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


def _is_paid_filter(view: PaymentView, shown: Filter) -> bool:
    return view.payment.is_paid is (shown is Filter.PAID)


def _rank(money: Money) -> tuple[bool, Decimal]:
    return (True, money.amount) if money.is_readable else (False, ZERO)


def _waiting_rank(view: PaymentView) -> tuple[int, float, int]:
    """Rank the longest waiting first, then those of unknown age, then what is paid."""
    if view.payment.is_paid or view.waiting is None:
        return (2 if view.payment.is_paid else 1, 0.0, view.payment.id)
    return (0, view.waiting.since.timestamp(), view.payment.id)


def _paid_rank(view: PaymentView) -> tuple[bool, float]:
    payment = view.payment
    if not payment.is_paid or payment.date_paid is None:
        return (False, 0.0)
    return (True, payment.date_paid.timestamp())
