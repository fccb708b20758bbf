"""What can be billed where the portal finds the basket of a row by product (quirk 101).

Pure rules like `sale`, for the switch `finds_by_product`. Rows without a catalog product, number 0,
are one product for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from b24app.simulator.portal_state import sale
from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.records import Basket, Order, PayableItem, Payment, ProductRow


@dataclass(frozen=True, slots=True)
class Offer:
    """What can be billed of a row, and the basket it would be billed of, None for a new one."""

    quantity: Decimal
    basket: Basket | None = None


def offers(crm: CrmData, order: Order | None, rows: Iterable[ProductRow]) -> dict[int, Offer]:
    """Return what each row of a card can be billed of, by id; nothing of a row that is absent.

    What is left in a basket goes to the first row with its product. A row whose product has
    nothing left is billed if a basket has exactly its quantity, and else offered whole.
    """
    baskets = _baskets(crm, order)
    left = [one for one in baskets if one.quantity > sale.billed(crm, one.id)]
    billed = list(baskets)
    found: dict[int, Offer] = {}
    for row in rows:
        basket = next((one for one in left if one.product_id == row.product_id), None)
        if basket is not None:
            left.remove(basket)
            found[row.id] = Offer(basket.quantity - sale.billed(crm, basket.id), basket)
            continue
        whole = next((one for one in billed if _is_of(one, row)), None)
        if whole is not None:
            billed.remove(whole)
        else:
            found[row.id] = Offer(row.quantity)
    return found


def add(
    crm: CrmData, payment: Payment, row: ProductRow, offer: Offer, quantity: Decimal
) -> PayableItem | None:
    """Bill a quantity of a row; None, and nothing is saved, where the payment has its basket.

    A row that is new to the order joins the basket with its product: it grows, and has the price
    of this row from now on.
    """
    order = crm.orders[payment.order_id]
    same = (one for one in _baskets(crm, order) if one.product_id == row.product_id)
    basket = offer.basket or next(same, None)
    if basket is None:
        return sale.add_product(crm, payment, row, quantity)
    if any(item.entity_id == basket.id for item in crm.items_of(payment.id, sale.PRODUCT)):
        return None
    basket.quantity = max(basket.quantity, sale.billed(crm, basket.id) + offer.quantity)
    basket.price = row.basket_price
    return sale.add_to_basket(crm, payment, basket, quantity)


def _is_of(basket: Basket, row: ProductRow) -> bool:
    return (basket.product_id, basket.quantity) == (row.product_id, row.quantity)


def _baskets(crm: CrmData, order: Order | None) -> list[Basket]:
    found = [one for one in crm.baskets.values() if order and one.order_id == order.id]
    return sorted(found, key=lambda basket: basket.id)
