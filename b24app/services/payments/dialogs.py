"""Read what dialogs offer: the card as the portal shows it now, with one payment's lines."""

from __future__ import annotations

from dataclasses import dataclass, replace

from b24app.bitrix.wire.portal_api import Batch, BatchResult
from b24app.domain import is_whole
from b24app.services.auth.card_session import CardSession
from b24app.services.card import basket_rows, billed_lines, card_reads
from b24app.services.card.billed_lines import Answered, Lines
from b24app.services.card.build_view import view_of
from b24app.services.card.card_reads import CardSnapshot, CoreRequest
from b24app.services.card.card_view import CardView, PaymentView
from b24app.services.payments import delivery_places, quantities, unbilled
from b24app.services.payments.delivery_places import DeliveryPlaces
from b24app.services.writing import ownership


def for_items(card: CardSession, payment_id: int) -> tuple[CardView, PaymentView]:
    """Read the card with the rows that can be added, and a payment.

    Raises NotOnThisCardError for a payment of another card, GoneError for a deleted one.
    """
    ownership.require_listed_or_present(card, payment_id)
    batch = Batch()
    asked = _ask(batch, card)
    own = card_reads.ask_compositions(batch, [payment_id])
    result = card.api.read(batch)
    core = card_reads.take_core(result, asked.core)
    lines = card_reads.take_compositions(result, own)
    view = view_of(card, core, basket_rows.named(card, lines, core.read_rows), {})
    shown = view.payment(payment_id)
    if shown is None:
        raise ownership.not_listed_error(card, payment_id)
    return _with_free_rows(card, asked, result, core, view), shown


def for_card(card: CardSession) -> CardView:
    """Read the card without payment lines, with the rows that a new payment can have."""
    batch = Batch()
    asked = _ask(batch, card)
    result = card.api.read(batch)
    core = card_reads.take_core(result, asked.core)
    return _with_free_rows(card, asked, result, core, view_of(card, core, {}, {}))


def for_rest(card: CardSession) -> tuple[CardView, DeliveryPlaces]:
    """Read like `for_card`, with the payments that bill the card's deliveries."""
    batch = Batch()
    asked = _ask(batch, card)
    where = delivery_places.ask(batch, card, delivery_places.known(card))
    result = card.api.read(batch)
    core = card_reads.take_core(result, asked.core)
    view = _with_free_rows(card, asked, result, core, view_of(card, core, {}, {}))
    if not view.is_free_known:
        # The rest is all of it, or nobody knows what it is.
        view = replace(view, free_rows=())
    return view, delivery_places.take(card, result, where)


def for_delivery(
    card: CardSession, payment_id: int
) -> tuple[CardView, PaymentView, DeliveryPlaces]:
    """Read the card, a payment, and which payments bill what. Raises like `for_items`."""
    ownership.require_listed_or_present(card, payment_id)
    # The lines of this payment are needed, however old it is.
    others = delivery_places.known(card) - {payment_id}
    batch = Batch()
    asked = card_reads.ask_core(batch, card.ref)
    where = delivery_places.ask(batch, card, others, payment_id)
    result = card.api.read(batch)
    core = card_reads.take_core(result, asked)
    view = view_of(card, core, {}, {})
    shown = view.payment(payment_id)
    if shown is None:
        raise ownership.not_listed_error(card, payment_id)
    return view, shown, delivery_places.take(card, result, where)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The handles of a card's reads, and of the lines of its payments, in a batch."""

    core: CoreRequest
    lines: Lines


def _ask(batch: Batch, card: CardSession) -> _Asked:
    return _Asked(card_reads.ask_core(batch, card.ref), billed_lines.ask(batch, card))


def _with_free_rows(
    card: CardSession, asked: _Asked, result: BatchResult, core: CardSnapshot, view: CardView
) -> CardView:
    """Return the view with what a creation will find that can be billed.

    The portal sends no free rows of a card with several orders (decisions 19), or too many.
    """
    answered = Answered(result, asked.lines, core.payments)
    told = unbilled.free_of(card, answered, core.read_rows, asked.core.free)
    free = told.free
    below = quantities.below_zero(told.rows.by_id.values())
    return replace(
        view,
        free_rows=tuple(row.of(core.card) for row in free or ()),
        is_free_known=free is not None and is_whole(free),
        below_zero=tuple(row.of(core.card) for row in below),
    )
