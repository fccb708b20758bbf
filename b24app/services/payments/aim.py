"""What a new payment should hold, and how much of it one request can carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from b24app.services.auth.card_session import CardSession
from b24app.services.deps import PART_SECONDS
from b24app.services.payments.quantities import RowQuantity

IN_ONE_BATCH = 35
"""The most rows that are sent with a new payment."""


@dataclass(frozen=True, slots=True)
class Aim:
    """What a new payment should hold.

    `is_all_or_nothing`: if a row cannot be added, the payment is deleted again. `left_over` are the
    names of rows with a fraction left, because only whole quantities can be billed. `at_once` is
    how many rows are sent with the new payment. `currency` is the card's as it was seen.
    """

    wanted: Sequence[RowQuantity]
    pay_system_id: int | None
    is_rest: bool = False
    left_over: Sequence[str] = ()
    at_once: int = IN_ONE_BATCH
    currency: str = ""

    @property
    def is_all_or_nothing(self) -> bool:
        """Return whether the payment is useless with only its first rows."""
        return self.is_rest or len(self.wanted) > self.at_once


def at_once(card: CardSession) -> int:
    """Return how many rows this portal adds to a new payment while somebody waits."""
    return max(1, card.api.writes_within(PART_SECONDS, IN_ONE_BATCH + 1) - 1)
