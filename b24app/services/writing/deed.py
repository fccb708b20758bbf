"""Describe what is requested: the request, and the action that a person wants."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from b24app.services.actions import Action


@dataclass(frozen=True, slots=True)
class WriteRequest:
    """The request for a write: its key, what it asks for, and its id in the log.

    `is_undo`: it undoes another one.
    """

    key: str
    fingerprint: str
    request_id: str
    is_undo: bool = False


class DeedName(StrEnum):
    """What a person does, as the activity log keeps it."""

    PAY = "pay"
    UNPAY = "unpay"
    CREATE = "create"
    BILL_REST = "bill_rest"
    FILL = "fill"
    CHANGE_SYSTEM = "change_system"
    DELETE = "delete"
    ADD_ITEMS = "add_items"
    SET_QUANTITY = "set_quantity"
    REMOVE_ITEM = "remove_item"
    ADD_DELIVERY = "add_delivery"
    REMOVE_DELIVERY = "remove_delivery"
    REASSIGN_DELIVERY = "reassign_delivery"
    MOVE_DELIVERY = "move_delivery"


@dataclass(frozen=True, slots=True)
class Deed:
    """What a person wants.

    `is_repeatable`: a second run has no further effect, also at the portal.
    """

    action: Action
    name: DeedName
    payment_id: int | None = None
    is_repeatable: bool = True


def fingerprint(*parts: str) -> str:
    """Return a digest of a request's body: the same key with another body is refused."""
    return hashlib.sha256("\x00".join(parts).encode()).hexdigest()
