"""The table of all methods the portal knows, by lower-case name."""

from __future__ import annotations

from . import (
    app,
    crm_activity,
    crm_activity_badge,
    crm_activity_configurable,
    crm_activity_todo,
    crm_client,
    crm_enum,
    crm_item,
    crm_item_delivery,
    crm_item_payment,
    crm_item_payment_delivery,
    crm_item_payment_product,
    crm_item_productrow,
    crm_timeline_logmessage,
    event,
    placement,
    sale_paysystem,
    user,
)
from .call import Method


def methods_by_name() -> dict[str, Method]:
    """Return the table. `batch` is not in it: it is not a method but a way to call them."""
    return TABLE


TABLE: dict[str, Method] = {
    method.name: method
    for method in (
        *app.make_methods(methods_by_name),
        *user.METHODS,
        *crm_item.METHODS,
        *crm_item_payment.METHODS,
        *crm_item_payment_product.METHODS,
        *crm_item_payment_delivery.METHODS,
        *crm_item_delivery.METHODS,
        *crm_item_productrow.METHODS,
        *crm_enum.METHODS,
        *crm_timeline_logmessage.METHODS,
        *crm_activity.METHODS,
        *crm_activity_configurable.METHODS,
        *crm_activity_todo.METHODS,
        *crm_activity_badge.METHODS,
        *crm_client.METHODS,
        *sale_paysystem.METHODS,
        *placement.METHODS,
        *event.METHODS,
    )
}
