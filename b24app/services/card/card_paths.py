"""Build the path of a card below its portal's origin."""

from __future__ import annotations

from b24app.domain import COMPANY, CONTACT, DEAL, LEAD, EntityRef

OWN_PATHS = {DEAL: "deal", LEAD: "lead", CONTACT: "contact", COMPANY: "company"}


def path_of(ref: EntityRef) -> str:
    """Return `/crm/deal/details/8061/`, or "" for what is no card."""
    if not (ref.entity_type_id and ref.entity_id):
        return ""
    if ref.entity_type_id in OWN_PATHS:
        return f"/crm/{OWN_PATHS[ref.entity_type_id]}/details/{ref.entity_id}/"
    return f"/crm/type/{ref.entity_type_id}/details/{ref.entity_id}/"
