"""Parse frame posts: raw fields into a frozen value, a placement code into an object type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from b24app.bitrix.hosts import frame_source, is_nameable
from b24app.bitrix.methods.placements import APP_URI, entity_type_id_of, type_beside_tab
from b24app.bitrix.payloads import (
    MEMBER_ID,
    PlacementCall,
    Renewal,
    json_fields,
    posted_source,
)
from b24app.domain import PAYMENT_OWNERS, EntityRef, number_in
from b24app.errors import HostUnusableError, MalformedRequestError
from b24app.services.deps import Deps
from b24app.storage import portals

__all__ = [
    "PlacementCall",
    "Renewal",
    "Target",
    "card_of",
    "frame_source_of_refusal",
    "is_beside_tab",
    "json_fields",
    "parse_placement_post",
    "posted_source",
    "require_nameable",
    "target_beside_tab",
    "target_of",
]


def parse_placement_post(query: Mapping[str, str], form: Mapping[str, str]) -> PlacementCall:
    """Parse the fields of a post. Raises MalformedRequestError naming the missing field."""
    return PlacementCall.from_request(query, form)


def require_nameable(host: str) -> None:
    """Raise HostUnusableError if no browser would show our page in a frame of this host."""
    if not is_nameable(host):
        raise HostUnusableError("the portal's host cannot be named in frame-ancestors")


def frame_source_of_refusal(deps: Deps, query: Mapping[str, str], form: Mapping[str, str]) -> str:
    """Return who may frame the answer to a refused post, which has no data, control or token.

    A known portal may from its stored address, any other sender from the posted host; "" if that
    is not valid.
    """
    member_id = form.get("member_id", "")
    if MEMBER_ID.match(member_id):
        with deps.db.of(member_id).reading() as session:
            portal = portals.find(session, member_id)
        if portal is not None:
            parts = urlsplit(portal.client_endpoint)
            return frame_source(parts.scheme, parts.netloc)
    return posted_source(query)


def card_of(call: PlacementCall) -> EntityRef | None:
    """Return the card a tab was opened on; None if it is not saved yet (`ID` missing or 0).

    The object type comes only from the placement code (rest-contract g.1). Raises
    MalformedRequestError: unreadable options do not mean that the card is not saved.
    """
    entity_type_id = entity_type_id_of(call.placement)
    if entity_type_id is None:
        raise MalformedRequestError(f"not a card tab: {call.placement[:40]!r}")
    if call.options is None:
        raise MalformedRequestError("PLACEMENT_OPTIONS is malformed", code="malformed")
    number = _number(call.options.get("ID") or "0")
    if number is None:
        raise MalformedRequestError("PLACEMENT_OPTIONS.ID is not a number")
    return EntityRef(entity_type_id, number) if number else None


@dataclass(frozen=True, slots=True)
class Target:
    """Where somebody wants to get from elsewhere in the portal: a card, and a payment in it.

    Anybody may have written this. The card is read with the opener's own rights, as in a tab, and
    the payment is shown only if the portal lists it there. `activity_id` is the reminder whose
    button or menu was used; it names the payment where that is missing.
    """

    ref: EntityRef
    payment_id: int | None = None
    activity_id: int | None = None


def is_beside_tab(call: PlacementCall) -> bool:
    """Return whether a row of a list, a toolbar or a link was used, and not a card's tab."""
    return call.placement == APP_URI or type_beside_tab(call.placement) in PAYMENT_OWNERS


def target_beside_tab(call: PlacementCall) -> Target | None:
    """Return what was opened from a row, a toolbar or a link; None if the portal did not say.

    The type is in the code, the id in `ID` or `ENTITY_ID` (quirk 88); some lists hand on none
    (rest-contract e.28). Of a link everything is what its writer chose.
    """
    if call.placement == APP_URI:
        return target_of(call)
    options = call.options or {}
    type_id = type_beside_tab(call.placement)
    entity_id = _number(options.get("ID")) or _number(options.get("ENTITY_ID"))
    return Target(EntityRef(type_id, entity_id)) if type_id and entity_id else None


def target_of(call: PlacementCall) -> Target | None:
    """Return what the options of the application's own page or of a link ask for; None if nothing.

    A button of an activity opens the page with the values that we put there, and with those of the
    activity; the menu item about the application only with the latter (rest-contract e.25). What is
    malformed counts as missing.
    """
    options = call.options or {}
    type_id, entity_id, payment_id, named_shortly, activity_id = (
        _number(options.get(name)) or None
        for name in ("entityTypeId", "entityId", "paymentId", "payment", "activityId")
    )
    if type_id is None or entity_id is None or type_id not in PAYMENT_OWNERS:
        return None
    return Target(EntityRef(type_id, entity_id), payment_id or named_shortly, activity_id)


def _number(value: object) -> int | None:
    """Return a whole number from an option, None for everything else."""
    return number_in(str(value).strip()) if isinstance(value, str | int) else None
