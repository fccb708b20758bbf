"""Rules of orders and payments: sums, free quantities, what paying and deleting change.

Pure rules over CrmData, shared by REST, the seed and the control panel ("somebody else did it").
Rights, refusals and wording are REST's business.
"""

from __future__ import annotations

from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from b24app.simulator.portal_state.crm import CrmData
from b24app.simulator.portal_state.records import (
    Basket,
    Order,
    PayableItem,
    Payment,
    PaySystem,
    ProductRow,
    Shipment,
)

PRODUCT, DELIVERY = "product", "delivery"

SMALLEST = Decimal("0.01")
"""What sums are rounded to: the option `value_precision`, which an administrator may set."""


def open_order(crm: CrmData, owner: tuple[int, int] | None, currency: str) -> Order:
    """Create an order bound to a card."""
    number = crm.next_id("order")
    order = Order(number, str(number), owner, currency)
    crm.orders[number] = order
    return order


def newest_order(crm: CrmData, entity_type_id: int, entity_id: int) -> Order | None:
    """Return the order that the next payment of a card goes to."""
    orders = crm.orders_of(entity_type_id, entity_id)
    return max(orders, key=lambda order: order.id, default=None)


def picked_pay_system(crm: CrmData, currency: str) -> PaySystem | None:
    """Return the portal's pick for a new payment: a cash system first, else the first that fits."""
    fitting = sorted(
        (system for system in crm.pay_systems.values() if system.fits(currency)),
        key=lambda system: (system.sort, system.id),
    )
    return next((system for system in fitting if system.is_cash), fitting[0] if fitting else None)


def add_payment(crm: CrmData, order: Order, system: PaySystem) -> Payment:
    """Add an empty, unpaid payment to an order."""
    order.payment_counter += 1
    payment = Payment(
        id=crm.next_id("payment"),
        order_id=order.id,
        account_number=f"{order.account_number}/{order.payment_counter}",
        pay_system_id=system.id,
        pay_system_name=system.name,
        currency=order.currency,
    )
    crm.payments[payment.id] = payment
    return payment


def delete_payment(crm: CrmData, payment: Payment) -> None:
    """Remove a payment with its items; the products are free again."""
    for item in [item for item in crm.items.values() if item.payment_id == payment.id]:
        del crm.items[item.id]
    del crm.payments[payment.id]


def mark_paid(payment: Payment, now: datetime, user_id: int | None) -> bool:
    """Mark as paid; False when it already was, and then nothing changes. No user: paid online."""
    if payment.is_paid:
        return False
    payment.is_paid, payment.date_paid, payment.emp_paid_id = True, now, user_id
    payment.is_return = "N"
    return True


def take_from_account(crm: CrmData, payment: Payment) -> bool:
    """Take what a payment that is marked as paid asks of the client's account (quirk 109).

    Nothing is taken for other payments. False where the account does not hold as much.
    """
    system = crm.pay_systems.get(payment.pay_system_id)
    if payment.is_return != "Y" and not (system and system.is_account):
        return True
    held = crm.accounts.get(payment.currency, Decimal(0))
    if held < payment.sum:
        return False
    crm.accounts[payment.currency] = held - payment.sum
    return True


def mark_unpaid(payment: Payment) -> bool:
    """Mark as unpaid; the date and the payer keep their old values. False when it already was."""
    if not payment.is_paid:
        return False
    payment.is_paid = False
    return True


def give_back(payment: Payment) -> bool:
    """Give the money of a paid payment back by its payment system: it is unpaid then."""
    if not mark_unpaid(payment):
        return False
    payment.is_return = "P"
    return True


def set_pay_system(payment: Payment, system: PaySystem, *, keeps_name: bool = False) -> None:
    """Change the payment system; old servers keep the previous name (`keeps_name`)."""
    payment.pay_system_id = system.id
    if not keeps_name:
        payment.pay_system_name = system.name


def billed(crm: CrmData, basket_id: int | None, besides: int | None = None) -> Decimal:
    """Return how much of a basket row all payments hold, leaving out the item `besides`."""
    if basket_id is None:
        return Decimal(0)
    return sum(
        (
            item.quantity
            for item in crm.items.values()
            if item.kind == PRODUCT and item.entity_id == basket_id and item.id != besides
        ),
        Decimal(0),
    )


def free_quantity(crm: CrmData, row: ProductRow) -> Decimal:
    """Return what of a product row no payment holds yet."""
    return max(row.quantity - billed(crm, row.basket_id), Decimal(0))


def basket_of(crm: CrmData, order: Order, row: ProductRow) -> Basket:
    """Return the basket row of a product row, made when the row is billed for the first time."""
    if row.basket_id is not None and row.basket_id in crm.baskets:
        return crm.baskets[row.basket_id]
    basket = Basket(crm.next_id("basket"), order.id, row.basket_price, row.quantity, row.product_id)
    crm.baskets[basket.id] = basket
    row.basket_id = basket.id
    return basket


def add_product(
    crm: CrmData, payment: Payment, row: ProductRow, quantity: Decimal
) -> PayableItem | None:
    """Bill a quantity of a row; None when this payment already has the row (nothing is saved)."""
    basket = basket_of(crm, crm.orders[payment.order_id], row)
    if any(item.entity_id == basket.id for item in crm.items_of(payment.id, PRODUCT)):
        return None
    return add_to_basket(crm, payment, basket, quantity)


def add_to_basket(crm: CrmData, payment: Payment, basket: Basket, quantity: Decimal) -> PayableItem:
    """Bill a quantity of a basket row."""
    return _store_item(crm, payment, PRODUCT, basket.id, quantity)


def add_delivery(crm: CrmData, payment: Payment, shipment: Shipment) -> PayableItem:
    """Bill a delivery document; the item that exists when this payment already has it."""
    for item in crm.items_of(payment.id, DELIVERY):
        if item.entity_id == shipment.id:
            return item
    return _store_item(crm, payment, DELIVERY, shipment.id, Decimal(1))


def add_shipment(
    crm: CrmData,
    order: Order,
    service: tuple[int, str],
    price: Decimal,
    deducted_at: datetime | None = None,
) -> Shipment:
    """Add a delivery document to an order."""
    order.shipment_counter += 1
    shipment = Shipment(
        id=crm.next_id("shipment"),
        order_id=order.id,
        account_number=f"{order.account_number}/{order.shipment_counter}",
        service_id=service[0],
        service_name=service[1],
        price=price,
        currency=order.currency,
        is_deducted=deducted_at is not None,
        date_deducted=deducted_at,
    )
    crm.shipments[shipment.id] = shipment
    return shipment


def delete_item(crm: CrmData, item: PayableItem) -> None:
    """Take an item out of its payment."""
    del crm.items[item.id]
    recalculate(crm, crm.payments[item.payment_id])


def recalculate(crm: CrmData, payment: Payment) -> None:
    """Set the sum: quantity x price over products and deliveries, without tax on top.

    A delivery of another order, or a missing one, counts as 0. A canceled order refuses the new
    sum, and that refusal is dropped: the items stay changed, the sum stays as it was (quirk 72).
    """
    if crm.orders[payment.order_id].is_canceled:
        return
    total = Decimal(0)
    for item in crm.items_of(payment.id, PRODUCT):
        basket = crm.baskets.get(item.entity_id)
        total += item.quantity * basket.price if basket else Decimal(0)
    for item in crm.items_of(payment.id, DELIVERY):
        shipment = crm.shipments.get(item.entity_id)
        if shipment is not None and shipment.order_id == payment.order_id:
            total += item.quantity * shipment.price
    payment.sum = total.quantize(SMALLEST, ROUND_HALF_UP)


def _store_item(
    crm: CrmData, payment: Payment, kind: str, entity_id: int, quantity: Decimal
) -> PayableItem:
    item = PayableItem(crm.next_id("item"), payment.id, kind, entity_id, quantity)
    crm.items[item.id] = item
    recalculate(crm, payment)
    return item
