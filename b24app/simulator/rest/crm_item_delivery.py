"""crm.item.delivery.list and get."""

from __future__ import annotations

from b24app.simulator.portal_state.clock import iso
from b24app.simulator.portal_state.people import area_of
from b24app.simulator.portal_state.records import Shipment

from ..errors import BusinessError
from .call import Call, Method, of_one_answer
from .filters import Columns, select_rows, sort_rows, split_key, unknown_in
from .generations import row_for, yes_no
from .payment_records import NO_RIGHTS

_COLUMNS: Columns[Shipment] = {
    "ID": lambda shipment: shipment.id,
    "ORDER_ID": lambda shipment: shipment.order_id,
    "ACCOUNT_NUMBER": lambda shipment: shipment.account_number,
    "DEDUCTED": lambda shipment: yes_no(shipment.is_deducted),
    "DATE_DEDUCTED": lambda shipment: shipment.date_deducted,
    "DELIVERY_ID": lambda shipment: shipment.service_id,
    "DELIVERY_NAME": lambda shipment: shipment.service_name,
    "PRICE_DELIVERY": lambda shipment: shipment.price,
    "CURRENCY": lambda shipment: shipment.currency,
}


def list_deliveries(call: Call) -> object:
    """Return the delivery documents of a card, without system and "no delivery" ones."""
    entity_id, entity_type_id = call.int_param("entityId"), call.int_param("entityTypeId")
    conditions, order = call.array_param("filter"), call.array_param("order")
    call.demand(call.may("read", area_of(entity_type_id)), None, NO_RIGHTS)
    # The server's own condition on `!deliveryId` and on the order replaces the client's.
    conditions = {
        key: value
        for key, value in conditions.items()
        if key != "!deliveryId" and split_key(str(key))[1] != "orderId"
    }
    unknown = unknown_in("Shipment")
    shipments = call.state.crm.shipments_of(entity_type_id, entity_id)
    found = select_rows(shipments, conditions, _COLUMNS, unknown)
    shipments = sort_rows(found, order, _COLUMNS, unknown)
    return of_one_answer(call, [_row(call, shipment) for shipment in shipments])


def get_delivery(call: Call) -> object:
    """Answer one delivery document; needs read on the order."""
    shipment = call.state.crm.shipments.get(call.int_param("id"))
    if shipment is None:
        raise BusinessError("Delivery has not been found")
    call.demand(call.may("read", "order"), None, NO_RIGHTS)
    return _row(call, shipment)


def _row(call: Call, shipment: Shipment) -> dict[str, object]:
    row = {
        "id": shipment.id,
        "accountNumber": shipment.account_number,
        "deducted": yes_no(shipment.is_deducted),
        "dateDeducted": iso(shipment.date_deducted),
        "deliveryId": shipment.service_id,
        "priceDelivery": shipment.price,
        "currency": shipment.currency,
        "deliveryName": shipment.service_name,
    }
    return row_for(call.generation, row)


METHODS = tuple(
    Method(f"crm.item.delivery.{name}", handler, ("crm",), is_intranet=True, is_controller=True)
    for name, handler in (("list", list_deliveries), ("get", get_delivery))
)
