"""Parse frame posts: raw fields into a frozen value, a placement code into an object type."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from b24app.bitrix.hosts import frame_source, is_nameable
from b24app.bitrix.methods.placements import entity_type_id_of
from b24app.bitrix.payloads import (
    MEMBER_ID,
    PlacementCall,
    Renewal,
    json_fields,
    posted_source,
)
from b24app.domain import EntityRef
from b24app.errors import HostUnusableError, MalformedRequestError
from b24app.services.deps import Deps
from b24app.storage import portals

__all__ = [
    "PlacementCall",
    "Renewal",
    "card_of",
    "frame_source_of_refusal",
    "json_fields",
    "parse_placement_post",
    "posted_source",
    "require_nameable",
]

MAX_ID = 2**53
ID_DIGITS = 16


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
        with deps.db.reading() as session:
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
    text = str(call.options.get("ID") or "0").strip()
    # Python refuses to parse numbers of thousands of digits, so check the length first.
    is_number = text.isascii() and text.isdigit() and len(text) <= ID_DIGITS
    if not is_number or int(text) > MAX_ID:
        raise MalformedRequestError("PLACEMENT_OPTIONS.ID is not a number")
    return EntityRef(entity_type_id, int(text)) if int(text) else None
