"""Read everything known of one payment: what the portal says, and what was done with it.

The portal's `crm.item.payment.get` asks rights on the order, which the card's list does not
(quirk 29). If they are missing, the listed payment is shown with the reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24app.bitrix.methods.payments import get_payment
from b24app.bitrix.wire.portal_api import Batch, Handle
from b24app.domain import Listing, Payment, Reminder
from b24app.errors import NotFoundError, PortalError, RightsRefusedError
from b24app.services.auth.card_session import CardSession
from b24app.services.card import reminders, returned
from b24app.services.card.reminders import Expected
from b24app.services.directories import user_names
from b24app.services.payments.history import note_of
from b24app.services.writing import ownership
from b24app.storage import activity
from b24app.storage.models import Activity


@dataclass(frozen=True)
class PaymentDetails:
    """One payment of the card.

    `refusal` is the error of a portal that did not answer about this payment alone: then these are
    the fields of the list. `payer_name` is None if it is not known yet, and "" if the portal knows
    no such person.
    """

    payment: Payment
    refusal: PortalError | None
    payer_name: str | None
    records: Sequence[Activity]
    expected: Expected | None = None

    @property
    def note(self) -> str:
        """Return what was written when the payment was marked as it is now."""
        payment = self.payment
        return note_of(self.records, is_paid=payment.is_paid, payer_id=payment.payer_id or 0)

    @property
    def is_right_missing(self) -> bool:
        """Return whether the person lacks rights on the order."""
        return isinstance(self.refusal, RightsRefusedError | NotFoundError)


def read(card: CardSession, payment_id: int) -> PaymentDetails:
    """Read one payment and its newest records. One call.

    Raises NotOnThisCardError, or GoneError if this opening was shown it before, and the portal's
    errors if even the card's list could not be read.
    """
    with card.db.reading() as session:
        known = user_names.directory(session, card)
    found = ownership.read_about(
        card, [payment_id], get_payment, lambda batch: _ask_beside(batch, card, known)
    )
    payment, refusal = found.payments[payment_id], None
    try:
        told = found.about(payment_id)
        payment = told if told.id == payment_id else payment
    except PortalError as error:
        # Also "not found": the list has just shown it, and an old portal says the same if rights
        # are missing (quirk 3).
        refusal = error
    people = user_names.store_names(card, found.result, found.beside.names)
    listed = reminders.take(found.result, found.beside.reminders)
    with card.db.transaction() as session:
        people = {
            **user_names.queue_unknown_ids(
                session, card, user_names.directory(session, card), user_names.payers([payment])
            ),
            **people,
        }
        records = activity.of_payment(session, card.member_id, payment_id)
        reminder = reminders.note(session, card, listed).get(payment_id)
    expected = reminders.expected(card, reminder) if reminder else None
    payment = returned.known_one(card, payment)
    return PaymentDetails(payment, refusal, people.get(payment.payer_id or 0), records, expected)


@dataclass(frozen=True, slots=True)
class Beside:
    """The handles of what is asked beside the payment."""

    names: user_names.NamesRequest
    reminders: Handle[Listing[Reminder]]


def _ask_beside(batch: Batch, card: CardSession, known: user_names.Directory) -> Beside:
    return Beside(user_names.ask(batch, known), reminders.ask(batch, card.ref))
