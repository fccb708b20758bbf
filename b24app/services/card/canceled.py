"""Remember which orders are canceled.

No method tells whether an order is canceled. It is learned when marking as paid is refused, or when
edits are saved while the sum stays (`follow`). It is remembered for the card until a person says
that the order was reopened, or until the portal shows it: nobody can mark a payment of a canceled
order, or change its sum.
"""

from __future__ import annotations

from collections.abc import Mapping

from b24app.domain import Payment
from b24app.errors import NotOnThisCardError
from b24app.services.auth.card_session import CardSession
from b24app.services.card.card_reads import CardSnapshot
from b24app.storage import canceled_orders
from b24app.storage.session import Session

States = Mapping[str, Mapping[str, str]]


def read(session: Session, card: CardSession) -> States:
    """Read the states of payments by canceled order, as they were when it was learned."""
    return canceled_orders.states(session, card.member_id, card.ref)


def closed(session: Session, card: CardSession) -> frozenset[int]:
    """Return the payments whose orders are known to be canceled."""
    known = read(session, card).values()
    return frozenset(int(payment_id) for payments in known for payment_id in payments)


def orders(card: CardSession, core: CardSnapshot, known: States) -> tuple[str, ...]:
    """Return the numbers of the card's canceled orders; forget those that were reopened."""
    now = {str(payment.id): payment.state for payment in core.payments}
    reopened = [
        number
        for number, before in known.items()
        if any(now.get(payment_id, state) != state for payment_id, state in before.items())
    ]
    if reopened:
        with card.db.transaction() as session:
            canceled_orders.forget(session, card.member_id, card.ref, *reopened)
    return tuple(sorted(known.keys() - set(reopened)))


def takes_new_payments(core: CardSnapshot, canceled: tuple[str, ...]) -> bool:
    """Return whether a new payment can work: it goes to the newest payment's order."""
    newest = max(core.payments, key=lambda payment: payment.id, default=None)
    return newest.order_number not in canceled if newest else not canceled


def note(card: CardSession, number: str, payments: tuple[Payment, ...]) -> None:
    """Remember that the order of the payment with this number is canceled."""
    order = next((payment.order_number for payment in payments if payment.number == number), "")
    states = {
        str(payment.id): payment.state for payment in payments if payment.order_number == order
    }
    if not states:
        return
    with card.db.transaction() as session:
        canceled_orders.note(session, card.member_id, card.ref, order, states, card.clock())


def forget(card: CardSession) -> None:
    """Forget all of the card's canceled orders: a person says that they were reopened.

    Raises NotOnThisCardError if the person was shown no payment of it.
    """
    if not card.listed:
        raise NotOnThisCardError("no payment of this card was listed to this session")
    with card.db.transaction() as session:
        canceled_orders.forget(session, card.member_id, card.ref)
