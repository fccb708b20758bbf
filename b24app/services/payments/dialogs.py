"""Read what dialogs offer: the card as the portal shows it now, with one payment's lines."""

from __future__ import annotations

from dataclasses import replace

from b24app.bitrix.wire.portal_api import Batch
from b24app.domain import is_whole
from b24app.services.auth.card_session import CardSession
from b24app.services.card import card_reads, tab
from b24app.services.card.build_view import view_of
from b24app.services.card.card_reads import CardSnapshot
from b24app.services.card.card_view import CardView, PaymentView
from b24app.services.card.doubtful import is_doubtful
from b24app.services.payments import delivery_places, unbilled
from b24app.services.payments.delivery_places import DeliveryPlaces
from b24app.services.writing import ownership


def for_items(card: CardSession, payment_id: int) -> tuple[CardView, PaymentView]:
    """Read the card with the rows that can be added, and a payment.

    Raises NotOnThisCardError for a payment of another card, GoneError for a deleted one.
    """
    view, shown, core = _payment(card, payment_id)
    return _with_free_rows(card, core, view), shown


def for_card(card: CardSession) -> CardView:
    """Read the card without payment lines, with the rows that a new payment can have."""
    read = tab.read_card(card, [])
    view = view_of(card, read.core, read.compositions, read.people)
    return _with_free_rows(card, read.core, view)


def for_rest(card: CardSession) -> tuple[CardView, DeliveryPlaces]:
    """Read like `for_card`, with the payments that bill the card's deliveries."""
    core, places = _read_with_places(card, delivery_places.known(card))
    view = _with_free_rows(card, core, view_of(card, core, {}, {}))
    if core.free is not None and not is_whole(core.free):
        # The rest is all of it, or nobody knows what it is.
        view = replace(view, free_rows=(), is_free_known=False)
    return view, places


def for_delivery(
    card: CardSession, payment_id: int
) -> tuple[CardView, PaymentView, DeliveryPlaces]:
    """Read the card, a payment, and which payments bill what. Raises like `for_items`."""
    ownership.require_listed_or_present(card, payment_id)
    # The lines of this payment are needed, however old it is.
    others = delivery_places.known(card) - {payment_id}
    core, places = _read_with_places(card, others, payment_id)
    view = view_of(card, core, {}, {})
    shown = view.payment(payment_id)
    if shown is None:
        raise ownership.not_listed_error(card, payment_id)
    return view, shown, places


def _read_with_places(
    card: CardSession, known: frozenset[int], payment_id: int | None = None
) -> tuple[CardSnapshot, DeliveryPlaces]:
    batch = Batch()
    asked = card_reads.ask_core(batch, card.ref)
    where = delivery_places.ask(batch, card, known, payment_id)
    result = card.api.send(batch)
    return card_reads.take_core(result, asked), delivery_places.take(card, result, where)


def _payment(card: CardSession, payment_id: int) -> tuple[CardView, PaymentView, CardSnapshot]:
    ownership.require_listed_or_present(card, payment_id)
    read = tab.read_card(card, [payment_id])
    view = view_of(card, read.core, read.compositions, read.people)
    shown = view.payment(payment_id)
    if shown is None:
        raise ownership.not_listed_error(card, payment_id)
    return view, shown, read.core


def _with_free_rows(card: CardSession, core: CardSnapshot, view: CardView) -> CardView:
    """Compare rows with what payments hold where the portal sends no free rows, or too many.

    It sends none on a card with several orders (decisions 19).
    """
    is_offered_too_much = core.has_all_rows and is_doubtful(
        core.payments, core.deliveries, core.rows.values(), view.free_rows
    )
    if not core.is_estimate and not is_offered_too_much:
        return view
    free = unbilled.read(card).free
    rows = tuple(row.of(core.card) for row in free or ())
    return replace(view, free_rows=rows, is_free_known=free is not None)
