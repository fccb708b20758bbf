"""Build the path of a card below its portal's origin."""

from __future__ import annotations

from urllib.parse import quote, urlencode

from b24app.domain import COMPANY, CONTACT, DEAL, LEAD, EntityRef
from b24app.services.auth.card_session import CardSession

OWN_PATHS = {DEAL: "deal", LEAD: "lead", CONTACT: "contact", COMPANY: "company"}


def path_of(ref: EntityRef) -> str:
    """Return `/crm/deal/details/8061/`, or "" for what is no card."""
    if not (ref.entity_type_id and ref.entity_id):
        return ""
    if ref.entity_type_id in OWN_PATHS:
        return f"/crm/{OWN_PATHS[ref.entity_type_id]}/details/{ref.entity_id}/"
    return f"/crm/type/{ref.entity_type_id}/details/{ref.entity_id}/"


def link_to(card: CardSession, payment_id: int) -> str:
    """Return the path that opens a payment for any colleague; "" if links are switched off.

    Only what stands in `params[…]` arrives (rest-contract e.28). Brackets are encoded: in a comment
    they would end its BB code.
    """
    if not (card.rules.has_links and card.app_code):
        return ""
    named = {
        "params[entityTypeId]": card.ref.entity_type_id,
        "params[entityId]": card.ref.entity_id,
        "params[payment]": payment_id,
    }
    return f"/marketplace/view/{quote(card.app_code, safe='')}/?{urlencode(named)}"
