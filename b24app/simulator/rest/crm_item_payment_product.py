"""crm.item.payment.product.list, add, setQuantity, delete."""

from __future__ import annotations

from decimal import Decimal

from b24app.simulator.portal_state import by_product, sale
from b24app.simulator.portal_state.by_product import Offer
from b24app.simulator.portal_state.records import COMPANY, CONTACT, PayableItem, Payment, ProductRow

from ..errors import BusinessError
from .call import Call, Method, of_one_answer
from .filters import Columns, select_rows, sort_rows, unknown_in
from .payment_records import (
    changed_items,
    demand_item_read,
    demand_item_update,
    find_item,
    find_payment,
    order_of,
)

_WITHOUT_PRODUCTS = (CONTACT, COMPANY)
_COLUMNS: Columns[PayableItem] = {
    "ID": lambda item: item.id,
    "PAYMENT_ID": lambda item: item.payment_id,
    "ENTITY_ID": lambda item: item.entity_id,
    "QUANTITY": lambda item: item.quantity,
}


def list_items(call: Call) -> object:
    """Return the product items of a payment; two items on one basket row collapse into one."""
    payment_id = call.int_param("paymentId")
    conditions, order = call.array_param("filter"), call.array_param("order")
    payment = find_payment(call, payment_id)
    demand_item_read(call, payment)
    unknown = unknown_in("PayableItem")
    items = select_rows(
        call.state.crm.items_of(payment.id, sale.PRODUCT), conditions, _COLUMNS, unknown
    )
    items = sort_rows(items, order, _COLUMNS, unknown)
    by_basket = {item.entity_id: item for item in items}
    return of_one_answer(call, [_row(call, item) for item in by_basket.values()])


def add_item(call: Call) -> object:
    """Bill a quantity of a product row; null when this payment has the row already."""
    payment_id, row_id = call.int_param("paymentId"), call.int_param("rowId")
    quantity = call.int_param("quantity")
    _demand_positive(quantity, quiet_result=None)
    payment = find_payment(call, payment_id)
    demand_item_update(call, payment, quiet_result=None)
    row, offer = _billable_row(call, payment, row_id)
    if quantity > offer.quantity:
        raise BusinessError("Insufficient product stock.", quiet_result=None)
    if row.basket_id is None:
        row.is_linked = call.state.switches.links_rows
    if call.state.switches.finds_by_product:
        item = by_product.add(call.state.crm, payment, row, offer, Decimal(quantity))
    else:
        item = sale.add_product(call.state.crm, payment, row, Decimal(quantity))
    if item is None:
        return None
    changed_items(call, payment)
    return item.id


def set_quantity(call: Call) -> object:
    """Set the quantity of an item; its ceiling is the order's basket, not the CRM row."""
    item_id, quantity = call.int_param("id"), call.int_param("quantity")
    _demand_positive(quantity, quiet_result=False)
    item = find_item(call, item_id, sale.PRODUCT)
    payment = call.state.crm.payments[item.payment_id]
    demand_item_update(call, payment, quiet_result=False)
    basket = call.state.crm.baskets.get(item.entity_id)
    if basket is None:
        raise BusinessError("Set quantity internal error", quiet_result=False)
    others = sale.billed(call.state.crm, basket.id, besides=item.id)
    if quantity > basket.quantity - others:
        raise BusinessError("Insufficient product stock.", quiet_result=False)
    item.quantity = Decimal(quantity)
    changed_items(call, payment)
    return True


def delete_item(call: Call) -> object:
    """Take a product item out of its payment."""
    item = find_item(call, call.int_param("id"), sale.PRODUCT)
    payment = call.state.crm.payments[item.payment_id]
    demand_item_update(call, payment, quiet_result=False)
    sale.delete_item(call.state.crm, item)
    changed_items(call, payment)
    return True


def _demand_positive(quantity: int, quiet_result: object) -> None:
    if quantity <= 0:
        text = "Product quantity must be greater than zero."
        raise BusinessError(text, quiet_result=quiet_result)


def _billable_row(call: Call, payment: Payment, row_id: int) -> tuple[ProductRow, Offer]:
    """Return a row of the payment's card, and what is left to bill of it."""
    owner = order_of(call, payment).owner
    if owner is None:
        raise BusinessError("Order binding has not been found", quiet_result=None)
    if owner[0] in _WITHOUT_PRODUCTS:
        text = "Entity does not support links with catalog products"
        raise BusinessError(text, quiet_result=None)
    row = call.state.crm.product_rows.get(row_id)
    is_own = row is not None and (row.owner_type_id, row.owner_id) == owner
    offer = _offer(call, payment, row) if row is not None and is_own else None
    if row is None or offer is None:
        raise BusinessError("Product was not found.", quiet_result=None)
    return row, offer


def _offer(call: Call, payment: Payment, row: ProductRow) -> Offer | None:
    crm = call.state.crm
    if call.state.switches.finds_by_product:
        rows = crm.rows_of(row.owner_type_id, row.owner_id)
        return by_product.offers(crm, order_of(call, payment), rows).get(row.id)
    free = sale.free_quantity(crm, row)
    return Offer(free) if free > 0 else None


def _row(call: Call, item: PayableItem) -> dict[str, object]:
    row = call.state.crm.row_of_basket(item.entity_id)
    if row is None or not row.is_linked:
        return {
            "id": item.id,
            "paymentId": item.payment_id,
            "entityId": item.entity_id,
            "quantity": item.quantity,
        }
    return {
        "id": item.id,
        "paymentId": item.payment_id,
        "quantity": item.quantity,
        "rowId": row.id if call.is_new else str(row.id),
    }


METHODS = tuple(
    Method(
        f"crm.item.payment.product.{name}", handler, ("crm",), is_intranet=True, is_controller=True
    )
    for name, handler in (
        ("list", list_items),
        ("add", add_item),
        ("setquantity", set_quantity),
        ("delete", delete_item),
    )
)
