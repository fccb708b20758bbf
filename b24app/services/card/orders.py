"""Tell which deliveries and payments are of different orders of a card. Pure.

The portal takes a delivery only in a payment of its own order (rest-contract e.8). No method names
the order: its number is what the numbers of both begin with.
"""

from __future__ import annotations

from collections.abc import Container

from b24app.domain import Delivery, Payment


def fit(delivery: Delivery, payment: Payment, order_numbers: Container[str]) -> bool:
    """Return whether a delivery may be put into a payment, for all that is known.

    It may not where its order is that of other payments of the card, whose `order_numbers` are
    given: an order with a number like no payment's may be the same one, renumbered.
    """
    number = delivery.order_number
    is_another = payment.is_numbered and number != payment.order_number
    return not (is_another and number and number in order_numbers)
