"""Check typed quantities: whole numbers from 1. The portal cuts fractions silently."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256

from b24app.domain import EntityRef, ListedRow, Money, is_readable
from b24app.errors import ChangedMeanwhileError, InputCode, InputError, NotOnThisCardError
from b24app.services.card.rounding import rounded

MOST = 1_000_000

GROUPED = re.compile(r"\d{1,3}([.,]\d{3,})+", re.ASCII)
"""A browser's number field drops the second dot: 1.000.000 arrives as 1.000000, and 2.000,00 as
2.00000, which would be two."""
PLAIN = re.compile(r"\d{1,12}([.,]\d{1,12})?", re.ASCII)
"""What people type. Decimal accepts more: `1e3`, `1_0` and the digits of every script."""


@dataclass(frozen=True, slots=True)
class RowQuantity:
    """A row to bill, with a whole quantity; `seen_price` is what the person saw one of it cost."""

    row_id: int
    quantity: int
    seen_price: Decimal | None = None


def whole(text: str, field: str = "quantity") -> int:
    """Read a typed quantity.

    Raises InputError with the code "fraction" if the portal would cut the number, "quantity" if it
    is not a number from 1 to a million (crm-item-payment-product-set-quantity.md).
    """
    if GROUPED.fullmatch(text.strip()):
        raise InputError(
            "1,000 is one to some and a thousand to others", code=InputCode.QUANTITY, field=field
        )
    if not PLAIN.fullmatch(text.strip()):
        raise InputError("not a number", code=InputCode.QUANTITY, field=field)
    value = Decimal(text.strip().replace(",", "."))
    if not 0 < value <= MOST:
        raise InputError("not between 1 and a million", code=InputCode.QUANTITY, field=field)
    if value != value.to_integral_value():
        raise InputError("a fraction would be cut", code=InputCode.FRACTION, field=field)
    return int(value)


def can_be_asked(quantity: Decimal) -> bool:
    """Return whether a person could type this quantity, so that an undo can ask for it."""
    return 0 < quantity <= MOST and quantity == quantity.to_integral_value()


def require_free(
    wanted: Iterable[RowQuantity], free: Mapping[int, ListedRow], rows: set[int]
) -> None:
    """Check rows and quantities before anything is sent.

    Raises NotOnThisCardError for a row of another card, InputError "too_many" for more than what no
    payment bills yet, ChangedMeanwhileError for another price than was seen.
    """
    for chosen in wanted:
        row = free.get(chosen.row_id)
        if row is None and chosen.row_id not in rows:
            raise NotOnThisCardError(
                "the product row is not of this card", code=InputCode.CHOICE_GONE
            )
        if row is None:
            raise InputError(
                "nothing is free", code=InputCode.TOO_MANY, field=f"quantity-{chosen.row_id}"
            )
        if chosen.quantity > row.quantity:
            raise too_many(row.name, row.quantity, f"quantity-{chosen.row_id}")
        if chosen.seen_price not in {None, row.bare_billed_price}:
            raise ChangedMeanwhileError("another price", code=InputCode.REST_CHANGED)


def too_many(product: str, most: Decimal, field: str = "quantity") -> InputError:
    """Return the error for a quantity above `most`, of which the whole part can be billed."""
    values = {"product": product, "most": str(max(0, int(most)))}
    return InputError("more than is free", code=InputCode.TOO_MANY, field=field, values=values)


def total_of(wanted: Iterable[RowQuantity], rows: Mapping[int, ListedRow]) -> Decimal:
    """Return what a payment asks for the wanted quantities, in the card's currency."""
    return sum(_sums(wanted, rows), Decimal(0))


def _sums(wanted: Iterable[RowQuantity], rows: Mapping[int, ListedRow]) -> Iterable[Decimal]:
    return (rows[chosen.row_id].bare_billed_price * chosen.quantity for chosen in wanted)


def require_amount(
    wanted: Sequence[RowQuantity], rows: Mapping[int, ListedRow], like: Money | None
) -> None:
    """Refuse a payment without an amount: nobody could pay it, but it could be marked paid.

    Raises InputError "nothing_chosen" without a row, "no_amount" if the rows come to zero or less.
    The portal rounds what they come to, so a few pieces of a tiny price may come to nothing.
    """
    if not wanted:
        raise InputError("no row was chosen", code=InputCode.NOTHING_CHOSEN, field="row")
    if comes_to_nothing(_sums(wanted, rows), like):
        raise InputError("the rows come to nothing", code=InputCode.NO_AMOUNT, field="row")


def require_together(
    ref: EntityRef,
    wanted: Iterable[RowQuantity],
    rows: Mapping[int, ListedRow],
    withheld: frozenset[int],
) -> None:
    """Refuse what the portal never takes whole, where a part of it would ask for too much.

    Of rows with one product an invoice takes one (quirk 101), and so does a deal whose portal has
    `withheld` another of them. Without a row that lowers the sum the payment would be made to be
    deleted again, and then the portal does not offer that row any more. Raises InputError "lowers".
    """
    of_product = Counter(rows[chosen.row_id].product_id for chosen in wanted)
    apart = {rows[row_id].product_id for row_id in withheld if row_id in rows}
    for chosen in wanted:
        row = rows[chosen.row_id]
        is_one_only = ref.is_invoice or row.product_id in apart
        if is_one_only and of_product[row.product_id] > 1 and row.bare_billed_price < 0:
            raise InputError("lowers the sum", code=InputCode.LOWERS, field="row")


def comes_to_nothing(sums: Iterable[Decimal], like: Money | None) -> bool:
    """Return whether rows with these sums, added up and rounded by the portal, come to nothing."""
    return rounded(Money(sum(sums, Decimal(0)), ""), like).amount <= 0


def is_as_shown(exact: Decimal, shown: Decimal) -> bool:
    """Return whether a sum is what the page shows of it: rounded as there, at least to cents."""
    digits = max(2, -int(shown.as_tuple().exponent))
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP) == shown


def billable(rows: Iterable[ListedRow]) -> tuple[RowQuantity, ...]:
    """Return the whole part of every row that no payment bills yet (decisions 15)."""
    found = (RowQuantity(row.id, int(row.quantity)) for row in rows)
    return tuple(chosen for chosen in found if chosen.quantity >= 1)


def fingerprint(rows: Iterable[tuple[int, int, Decimal]]) -> str:
    """Return a short text that two lists of rows share only if each row is billed alike in both.

    Sums may be equal where rows are not. Each is an id, a quantity and a price; their order, and
    how a number was written, do not count.
    """
    lines = sorted(f"{row_id} {quantity} {price.normalize()}" for row_id, quantity, price in rows)
    return sha256("\n".join(lines).encode()).hexdigest()[:32]


def below_zero(rows: Iterable[ListedRow]) -> tuple[ListedRow, ...]:
    """Return rows with a quantity below zero, which the portal takes into no payment."""
    return tuple(row for row in rows if is_readable(row.quantity) and row.quantity < 0)


def left_over(rows: Iterable[ListedRow]) -> tuple[ListedRow, ...]:
    """Return rows with a fraction left, because only whole quantities can be billed here."""
    return tuple(row for row in rows if row.quantity != row.quantity.to_integral_value())
