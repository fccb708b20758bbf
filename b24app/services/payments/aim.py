"""What a new payment should hold, what was shown of it, and how much one request can carry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from b24app.domain import ListedRow
from b24app.services.auth.card_session import CardSession
from b24app.services.deps import PART_SECONDS
from b24app.services.payments.quantities import (
    RowQuantity,
    fingerprint,
    is_as_shown,
    total_of,
)

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


@dataclass(frozen=True, slots=True)
class ExpectedRest:
    """What *Bill the rest* showed: its amount, None if the page did not say, and its rows.

    `rows` is their fingerprint, "" on pages of the versions before.
    """

    amount: Decimal | None = None
    currency: str = ""
    rows: str = ""

    def is_met_by(self, wanted: Sequence[RowQuantity], rows: Mapping[int, ListedRow]) -> bool:
        """Return whether it would bill just that now: the same amount may be of other rows."""
        if self.amount is not None and not is_as_shown(total_of(wanted, rows), self.amount):
            return False
        return self.rows in {"", fingerprint_of(wanted, rows)}


def fingerprint_of(wanted: Iterable[RowQuantity], rows: Mapping[int, ListedRow]) -> str:
    """Return the fingerprint of rows that are to be billed."""
    return fingerprint(
        (one.row_id, one.quantity, rows[one.row_id].bare_billed_price) for one in wanted
    )
