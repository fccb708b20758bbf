"""From what the portal answered to the view that templates render, with rules applied."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from b24app.domain import Listing, Payment, ProductRow
from b24app.services.actions import Action
from b24app.services.auth.card_session import CardSession
from b24app.services.card import adding_up, canceled, partial_states
from b24app.services.card.canceled import States
from b24app.services.card.card_reads import Composition, Core
from b24app.services.card.card_view import (
    CardView,
    Details,
    Filter,
    PaymentView,
    Waiting,
    details_of,
    unbilled_rows,
)
from b24app.services.directories import shop_site
from b24app.storage import card_memory, partial_actions, refusals
from b24app.storage.card_memory import FirstSight
from b24app.storage.models import PartialAction
from b24app.storage.session import Session

READING = frozenset({Action.LINK})
"""What is left to somebody whom the portal refused a write: links are for everybody."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a card and told in its view, beside what the portal says."""

    canceled: States
    half_done: Sequence[PartialAction]
    is_refused: bool
    is_shop_open: bool
    first_sights: Mapping[int, FirstSight]


def kept_of(session: Session, card: CardSession) -> Kept:
    """Read what is kept of a card."""
    now = card.clock()
    since = now - refusals.KEPT
    return Kept(
        canceled=canceled.read(session, card),
        half_done=partial_actions.of_card(session, card.member_id, card.ref),
        is_refused=refusals.is_refused(session, card.member_id, card.user_id, card.ref, since),
        is_shop_open=shop_site.is_known_to_be_open(session, card.member_id, now),
        first_sights=card_memory.first_sights(session, card.member_id, card.ref),
    )


def view_of(
    card: CardSession,
    core: Core,
    compositions: Mapping[int, Composition],
    people: Mapping[int, str | None],
    kept: Kept | None = None,
) -> CardView:
    """Everything one rendering needs, all payments included, newest first.

    `kept` where it was just read.
    """
    if kept is None:
        with card.db.reading() as session:
            kept = kept_of(session, card)
    canceled_orders = canceled.orders(card, core, kept.canceled)
    allowed, read_only = _rights(card, is_refused=kept.is_refused)
    if not canceled.takes_new_payments(core, canceled_orders):
        allowed -= {Action.CREATE}
    free = core.free if core.free is not None else _estimate(core, compositions)
    opened = _opened_at_first(core.payments)
    # Who has just marked a payment paid need not be looked up.
    names = {**people, **({user.id: user.name} if (user := card.user) and user.name else {})}
    payments = tuple(
        PaymentView(
            payment,
            card.ref,
            details=_details(core, free, payment, compositions.get(payment.id)),
            payer_name=names.get(payment.payer_id or 0) or "",
            is_payer_unknown=names.get(payment.payer_id or 0) == "",
            is_open=payment.id == opened,
            is_canceled=payment.order_number in canceled_orders,
            waiting=_waiting(card.clock(), payment, kept.first_sights.get(payment.id)),
        )
        for payment in core.payments
    )
    view = CardView(
        card=core.card,
        payments=payments,
        totals=adding_up.totals_of(core, compositions, free),
        deliveries=core.deliveries,
        free_rows=free or (),
        updated_at=card.clock(),
        allowed=allowed,
        canceled=canceled_orders,
        orders=len({one.order_number for one in core.payments}),
        read_only=read_only,
        is_estimate=core.is_estimate,
        is_free_known=free is not None,
        has_no_products=core.has_all_rows and not core.rows,
        confirm_pay=card.rules.confirm_pay,
        time_zone=card.time_zone,
        counts=_counts(core.payments),
        may_ask_links_ahead=kept.is_shop_open,
        listed={one.id: one.state for one in core.payments},
        notices=partial_states.notices(card, kept.half_done, core, compositions),
        unread_payments=len(core.payments.unread),
        unread_deliveries=len(core.deliveries.unread),
    )
    return view.arranged(Filter.ALL, view.sort)


def _waiting(now: datetime, payment: Payment, sight: FirstSight | None) -> Waiting | None:
    """How long an unpaid payment has been there: the portal has no date of its creation."""
    if payment.is_paid or sight is None:
        return None
    return Waiting(max(0, (now - sight.at).days), sight.is_exact, sight.at)


def _rights(card: CardSession, *, is_refused: bool) -> tuple[frozenset[Action], str]:
    allowed = card.rules.allowed(card.user) if card.user else frozenset()
    if is_refused:
        return allowed & READING, "portal"
    return allowed, "" if allowed - READING else "rules"


def _details(
    core: Core,
    free: tuple[ProductRow, ...] | None,
    payment: Payment,
    composition: Composition | None,
) -> Details | None:
    if composition is None:
        return None
    return details_of(
        payment,
        composition.items,
        composition.links,
        core.rows,
        None if free is None else {row.id: row for row in free},
        core.deliveries_by_id,
        has_all_rows=core.has_all_rows,
    )


def _estimate(core: Core, compositions: Mapping[int, Composition]) -> Listing[ProductRow] | None:
    """Rows minus billed, only where all rows and every payment's composition are known."""
    if not core.is_estimate or not core.has_all_rows or core.payments.unread:
        return None
    known = [compositions.get(one.id) for one in core.payments]
    if any(one is None or one.unread for one in known):
        return None
    items = [item for one in core.payments for item in compositions[one.id].items]
    return unbilled_rows(core.rows.values(), items)


def _opened_at_first(payments: Iterable[Payment]) -> int | None:
    """The newest unpaid payment is the one a manager most likely came for."""
    return max((one.id for one in payments if not one.is_paid), default=None)


def _counts(payments: Iterable[Payment]) -> dict[Filter, int]:
    states = [one.is_paid for one in payments]
    paid = sum(states)
    return {Filter.ALL: len(states), Filter.PAID: paid, Filter.UNPAID: len(states) - paid}
