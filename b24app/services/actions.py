"""What a person can do with payments, as the portal's rules name it."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """What a rule can allow or forbid (decisions 23)."""

    PAY = "pay"
    UNPAY = "unpay"
    CREATE = "create"
    SYSTEM = "system"
    ITEMS = "items"
    DELIVERIES = "deliveries"
    DELETE = "delete"
    LINK = "link"
