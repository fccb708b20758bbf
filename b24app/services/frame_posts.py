"""The door for frame posts: raw fields become a frozen value, a placement code an object type."""

from __future__ import annotations

from collections.abc import Mapping

from b24app.bitrix.payloads import PlacementCall
from b24app.bitrix.placements import entity_type_id_of
from b24app.domain import EntityRef
from b24app.errors import MalformedRequestError

__all__ = ["PlacementCall", "card_of", "parse_placement_post"]

MAX_ID = 2**53
ID_DIGITS = 16


def parse_placement_post(query: Mapping[str, str], form: Mapping[str, str]) -> PlacementCall:
    """Raises MalformedRequestError naming the missing field."""
    return PlacementCall.from_request(query, form)


def card_of(call: PlacementCall) -> EntityRef | None:
    """The card a tab was opened on; None on a card that is not saved yet (`ID` missing or 0).

    The object type comes only from the placement code (rest-contract g.1).
    """
    entity_type_id = entity_type_id_of(call.placement)
    if entity_type_id is None:
        raise MalformedRequestError(f"not a card tab: {call.placement[:40]!r}")
    text = str(call.options.get("ID") or "0").strip()
    # Python refuses to read numbers of thousands of digits, so their length is looked at first.
    is_number = text.isascii() and text.isdigit() and len(text) <= ID_DIGITS
    if not is_number or int(text) > MAX_ID:
        raise MalformedRequestError("PLACEMENT_OPTIONS.ID is not a number")
    return EntityRef(entity_type_id, int(text)) if int(text) else None
