"""Build the view that templates render from the portal's answers and the rules."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from b24app.domain import Listing, Payment, PaymentItem, ProductRow, Reminder, is_whole
from b24app.services.actions import Action
from b24app.services.auth.card_session import CardSession
from b24app.services.card import adding_up, canceled, half_done, reminders, returned
from b24app.services.card.canceled import States
from b24app.services.card.card_reads import CardSnapshot, Compositions
from b24app.services.card.card_view import (
    CardView,
    Filter,
    PaymentView,
    Sort,
    Waiting,
)
from b24app.services.card.doubtful import held
from b24app.services.card.payment_details import (
    Details,
    Sources,
    details_of,
    within_card,
)
from b24app.services.card.reminders import Expected
from b24app.services.directories import pay_systems, reminder_means, shop_site, user_names
from b24app.services.directories.user_names import Directory
from b24app.storage import cached_lists, card_marks, card_memory, partial_actions, refusals
from b24app.storage import reminders as stored_reminders
from b24app.storage.card_memory import FirstSight
from b24app.storage.models import PartialAction
from b24app.storage.session import Session

READING = frozenset({Action.LINK})
"""What a person may still do after the portal refused a write: links are for everybody."""

NO_CHANGES = READING | {Action.REMIND}
"""What changes no payment: who may do nothing else sees the card as read-only."""

LISTS = (user_names.KIND, shop_site.OUTCOME, reminder_means.KIND, pay_systems.KIND)
"""The kept lists of a portal that say something about each of its cards."""


@dataclass(frozen=True)
class Kept:
    """What is stored of a card and shown in its view, besides what the portal says."""

    canceled: States
    half_done: Sequence[PartialAction]
    is_refused: bool
    is_shop_open: bool
    first_sights: Mapping[int, FirstSight]
    reminders: Mapping[int, Reminder]
    can_remind: bool
    accounts: frozenset[int]
    """The payment systems that are known to be the client's account."""


@dataclass(frozen=True, slots=True)
class Noted:
    """What is known of a card when it was noted what the portal lists.

    `people` are names by user id, `lists` the portal's `LISTS` as they were kept.
    """

    people: Directory
    first_sights: Mapping[int, FirstSight]
    reminders: Mapping[int, Reminder]
    lists: Mapping[str, cached_lists.Kept]


def kept_of(session: Session, card: CardSession, noted: Noted | None = None) -> Kept:
    """Read what is stored of a card, without what was just noted of it."""
    now, member_id, ref = card.clock(), card.member_id, card.ref
    marks = card_marks.read(session, member_id, card.user_id, ref, now - refusals.KEPT)
    if noted is None:
        noted = Noted(
            people={},
            first_sights=card_memory.first_sights(session, member_id, ref),
            reminders=stored_reminders.of_card(session, member_id, ref),
            lists=cached_lists.load_several(session, member_id, *LISTS),
        )
    lists = noted.lists
    return Kept(
        canceled=canceled.read(session, card) if marks.has_canceled else {},
        half_done=(partial_actions.of_card(session, member_id, ref) if marks.has_half_done else ()),
        is_refused=marks.is_refused,
        is_shop_open=shop_site.is_known_to_be_open(lists.get(shop_site.OUTCOME), now),
        first_sights=noted.first_sights,
        reminders=noted.reminders,
        can_remind=reminder_means.means_in(lists.get(reminder_means.KIND), now).is_enough,
        accounts=pay_systems.accounts_in(lists.get(pay_systems.KIND)),
    )


def view_of(
    card: CardSession,
    core: CardSnapshot,
    compositions: Compositions,
    people: Mapping[int, str | None],
    kept: Kept | None = None,
) -> CardView:
    """Return everything one rendering needs, of all payments. `kept` if it was just read."""
    kept = kept or _kept_now(card)
    canceled_orders = canceled.orders(card, core, kept.canceled)
    core = replace(core, payments=returned.told(core.payments, kept.first_sights))
    allowed, read_only = _rights(card, kept, core, canceled_orders)
    free = _free(core, compositions)
    times, names = _times(card, core.payments, kept), _names(card, people)
    shown = _payments(core, _details(compositions, core, free), times, names, canceled_orders)
    return CardView(
        card=core.card,
        payments=_with_accounts(shown, kept.accounts),
        totals=adding_up.totals_of(core, compositions, free),
        deliveries=core.deliveries,
        free_rows=free if free is not None and is_whole(free) else (),
        updated_at=card.clock(),
        allowed=allowed,
        canceled=canceled_orders,
        order_numbers=frozenset(payment.order_number for payment in core.payments),
        read_only=read_only,
        is_estimate=core.is_estimate,
        is_free_known=free is not None and is_whole(free),
        has_no_products=core.has_all_rows and not core.rows,
        has_all_rows=core.has_all_rows,
        rules=card.rules,
        time_zone=card.time_zone,
        counts=_counts(core.payments),
        may_ask_links_ahead=kept.is_shop_open,
        listed={payment.id: payment.state for payment in core.payments},
        notices=half_done.notices(card, kept.half_done, core, compositions),
        unread_payments=len(core.payments.unread),
        unread_deliveries=len(core.deliveries.unread),
        finest_sum=core.finest_sum,
    ).arranged(Filter.ALL, Sort.NEWEST)


def _with_accounts(
    payments: tuple[PaymentView, ...], accounts: frozenset[int]
) -> tuple[PaymentView, ...]:
    if not accounts:
        return payments
    return tuple(
        replace(shown, is_from_account=shown.payment.pay_system_id in accounts)
        for shown in payments
    )


def _kept_now(card: CardSession) -> Kept:
    with card.db.reading() as session:
        return kept_of(session, card)


def _names(card: CardSession, people: Mapping[int, str | None]) -> Mapping[int, str | None]:
    """Return people's names; the acting user's own need not be looked up."""
    user = card.user
    return {**people, user.id: user.name} if user is not None and user.name else people


@dataclass(frozen=True, slots=True)
class Times:
    """Since when payments wait, and when they are expected, by payment id."""

    waits: Mapping[int, Waiting]
    expected: Mapping[int, Expected]


def _times(card: CardSession, payments: Iterable[Payment], kept: Kept) -> Times:
    expected = {
        payment_id: when
        for payment_id, reminder in kept.reminders.items()
        if (when := reminders.expected(card, reminder)) is not None
    }
    return Times(_waits(card.clock(), payments, kept.first_sights), expected)


def _waits(
    now: datetime, payments: Iterable[Payment], sights: Mapping[int, FirstSight]
) -> dict[int, Waiting]:
    """Return how long payments have been unpaid: the portal has no date of their creation."""
    return {
        payment.id: Waiting(max(0, (now - sight.at).days), sight.is_exact, sight.at)
        for payment in payments
        if payment.is_waiting and (sight := sights.get(payment.id)) is not None
    }


def _rights(
    card: CardSession, kept: Kept, core: CardSnapshot, canceled_orders: tuple[str, ...]
) -> tuple[frozenset[Action], str]:
    allowed = card.rules.allowed(card.user) if card.user else frozenset()
    if not kept.can_remind:
        allowed -= {Action.REMIND}
    if kept.is_refused:
        return allowed & READING, "portal"
    read_only = "" if allowed - NO_CHANGES else "rules"
    if not canceled.takes_new_payments(core, canceled_orders):
        allowed -= {Action.CREATE}
    return allowed, read_only


def _payments(
    core: CardSnapshot,
    details: Mapping[int, Details],
    times: Times,
    names: Mapping[int, str | None],
    canceled_orders: Sequence[str],
) -> tuple[PaymentView, ...]:
    return tuple(
        PaymentView(
            payment,
            core.card.ref,
            details=details.get(payment.id),
            payer_name=names.get(payment.payer_id or 0) or "",
            is_payer_unknown=names.get(payment.payer_id or 0) == "",
            is_canceled=payment.order_number in canceled_orders,
            waiting=times.waits.get(payment.id),
            expected=times.expected.get(payment.id),
        )
        for payment in core.payments
    )


def _details(
    compositions: Compositions, core: CardSnapshot, free: Sequence[ProductRow] | None
) -> dict[int, Details]:
    free_rows = None if free is None else {row.id: row for row in free}
    sources = Sources(
        core.rows,
        core.deliveries_by_id,
        free_rows,
        core.has_all_rows,
        may_be_unnamed=_may_be_unnamed(core, compositions),
    )
    return {
        payment.id: details_of(payment, known.items, known.links, sources)
        for payment in core.payments
        if (known := compositions.get(payment.id)) is not None
    }


def _may_be_unnamed(core: CardSnapshot, compositions: Compositions) -> bool:
    """Return whether more is billed of a row than lines name, and the portal could not name it."""
    named: defaultdict[int, Decimal] = defaultdict(Decimal)
    for item in (item for lines in compositions.values() for item in lines.items):
        named[item.row_id or 0] += item.quantity
    free = {row.id: row.quantity for row in core.free or ()}
    return any(
        core.free is None or row.quantity - free.get(row.id, Decimal(0)) > named[row.id]
        for row in core.rows.values()
        if not row.is_linked
    )


def _free(core: CardSnapshot, compositions: Compositions) -> Listing[ProductRow] | None:
    """Return what no payment bills: the portal's rows, or with several orders an estimate.

    Never more of a row than the card has, as far as the payments' lines are known.
    """
    items = _all_items(core, compositions)
    if items is None:
        return None if core.free is None else within_card(core.free, core.rows, [])
    free = Listing(core.rows.values()) if core.is_estimate else core.free
    return None if free is None else held(core.payments, free, core.rows, items)


def _all_items(core: CardSnapshot, compositions: Compositions) -> list[PaymentItem] | None:
    """Return the lines of all payments, only if they and all rows are known."""
    if not core.has_all_rows or core.payments.unread:
        return None
    known = [compositions.get(payment.id) for payment in core.payments]
    if any(composition is None or composition.unread for composition in known):
        return None
    return [item for payment in core.payments for item in compositions[payment.id].items]


def _counts(payments: Iterable[Payment]) -> dict[Filter, int]:
    states = [(payment.is_paid, payment.is_waiting) for payment in payments]
    return {
        Filter.ALL: len(states),
        Filter.PAID: sum(is_paid for is_paid, _ in states),
        Filter.UNPAID: sum(is_waiting for _, is_waiting in states),
    }
