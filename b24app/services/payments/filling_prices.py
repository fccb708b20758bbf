"""Keep what a payment that is filled in parts costs as the person saw it.

They agreed to prices before the first part. The later ones may be sent hours after that, by
somebody else, and the portal bills what a row costs at that moment.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from b24app.domain import ListedRow, is_readable
from b24app.services.actions import OutcomeCode, OutcomeKind
from b24app.services.payments.filling_ending import Ending
from b24app.services.payments.filling_state import Filling
from b24app.services.payments.item_lines import EditContext
from b24app.services.payments.quantities import RowQuantity
from b24app.services.payments.row_names import few


def as_seen(
    wanted: Iterable[RowQuantity], rows: Mapping[int, ListedRow]
) -> tuple[RowQuantity, ...]:
    """Return rows with the price of the moment in which they were agreed to.

    *Bill the rest* compares a fingerprint of its rows, so these came without.
    """
    return tuple(_with_price(chosen, rows[chosen.row_id]) for chosen in wanted)


def _with_price(chosen: RowQuantity, row: ListedRow) -> RowQuantity:
    price = row.bare_billed_price if chosen.seen_price is None else chosen.seen_price
    return replace(chosen, seen_price=price if is_readable(price) else None)


def changed(filling: Filling, at: EditContext, currency: str) -> Ending | None:
    """Return how it ends if something costs another amount than was seen, None if nothing does.

    `currency` is the card's, "" if it could not be read. What is in the payment counts, too: the
    portal adds up anew what a payment holds whenever a row is added to it.
    """
    if filling.currency and currency not in {"", filling.currency}:
        return _ending(filling, OutcomeCode.FILLING_CURRENCY, [])
    names = [
        filling.names[row.row_id]
        for row in filling.wanted
        if row.row_id not in filling.refused and _is_another(row, _prices(at, row.row_id))
    ]
    return _ending(filling, OutcomeCode.FILLING_PRICES, names) if names else None


def _ending(filling: Filling, code: OutcomeCode, names: Sequence[str]) -> Ending:
    how_far = {"done": str(filling.done), "total": str(filling.total)}
    return Ending(OutcomeKind.REFUSED, code, {**few(names), **how_far})


def _is_another(chosen: RowQuantity, prices: frozenset[Decimal]) -> bool:
    """Return whether a row costs another amount. Of one that is gone from the card nothing does."""
    return bool(prices) and chosen.seen_price is not None and chosen.seen_price not in prices


def _prices(at: EditContext, row_id: int) -> frozenset[Decimal]:
    found = (at.rows.get(row_id), (at.free or {}).get(row_id))
    return frozenset(row.bare_billed_price for row in found if row is not None)
