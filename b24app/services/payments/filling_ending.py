"""Say how a payment that was filled in parts ended, by what it holds then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from b24app.domain import is_readable
from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.card.readings import Reading
from b24app.services.payments.filling_state import Filling
from b24app.services.payments.items import quantities_by_row
from b24app.services.payments.row_names import few, times


@dataclass(frozen=True, slots=True)
class Ending:
    """How it ended, its code, and what its sentence says."""

    kind: OutcomeKind
    code: OutcomeCode
    values: Mapping[str, str] = field(default_factory=dict)


def ending(filling: Filling, read: Reading | None) -> Ending:
    """Return how it ended. What somebody has taken out of the payment meanwhile is not in it."""
    short = _short(filling, read)
    lacking = _lacking(filling, short)
    if lacking:
        return Ending(OutcomeKind.PARTIAL, _partly(filling, is_short=bool(short)), few(lacking))
    if not filling.is_new:
        return Ending(OutcomeKind.DONE, OutcomeCode.ITEMS_ADDED)
    if not filling.is_rest:
        return Ending(OutcomeKind.DONE, OutcomeCode.PAYMENT_CREATED)
    if not filling.left_over:
        return Ending(OutcomeKind.DONE, OutcomeCode.REST_BILLED)
    return Ending(OutcomeKind.DONE, OutcomeCode.REST_BILLED_BUT, few(filling.left_over))


def _partly(filling: Filling, *, is_short: bool) -> OutcomeCode:
    if filling.is_apart and not is_short:
        return OutcomeCode.BILLED_APART
    return OutcomeCode.PAYMENT_CREATED_PARTLY if filling.is_new else OutcomeCode.ITEMS_PARTLY


def _short(filling: Filling, read: Reading | None) -> dict[int, Decimal]:
    """Return how much is missing of rows that are in the payment: somebody lowered them there."""
    composition = read.compositions.get(filling.payment_id) if read else None
    held = quantities_by_row(composition) if composition else {}
    return {
        row.row_id: row.quantity - held[row.row_id]
        for row in filling.wanted
        if row.row_id in held and is_readable(held[row.row_id]) and held[row.row_id] < row.quantity
    }


def _lacking(filling: Filling, short: Mapping[int, Decimal]) -> Sequence[str]:
    found = []
    for row in filling.wanted:
        name = filling.names[row.row_id]
        if row.row_id in short:
            found.append(times(name, f"{short[row.row_id].normalize():f}"))
        elif row.row_id in filling.refused:
            found.append(name)
    return found
