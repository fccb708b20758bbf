"""Read what a payment's link can be sent with: the link, and who the card's client is.

We send nothing: the person's own program does (decisions 36). Addresses are read when the menu is
opened, with the acting user's token, and kept nowhere.
"""

from __future__ import annotations

from dataclasses import dataclass

from b24app.domain import Payment, PublicLink
from b24app.services.auth.card_session import CardSession
from b24app.services.card import clients, returned
from b24app.services.card.clients import Clients
from b24app.services.message_template import MessageTemplate
from b24app.services.payments import link_taken, public_links
from b24app.storage.models import Activity


@dataclass(frozen=True)
class SendMenu:
    """A payment of the card with its link. `taken` is when the link was taken last, if ever."""

    payment: Payment
    link: PublicLink
    clients: Clients
    template: MessageTemplate
    taken: Activity | None


def read(card: CardSession, payment_id: int) -> SendMenu:
    """Read a payment's link and the card's clients: one call, two where there are several contacts.

    Raises like `public_links.read_with`. Clients whom this person may not read are left out.
    """
    link, found = public_links.read_with(
        card, payment_id, lambda batch: clients.ask(batch, card.ref)
    )
    payment = returned.known_one(card, found.payments[payment_id])
    # A link of what is paid is sent to nobody, so nobody's address is read from the answer.
    people = Clients() if not payment.is_waiting else clients.take(card, found.result, found.beside)
    return SendMenu(payment, link, people, card.rules.message, link_taken.last(card, payment_id))
