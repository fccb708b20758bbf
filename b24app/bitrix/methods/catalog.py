"""Every REST method this application can call: scope, kind and page of the documentation.

A command is made by `command`, which takes its kind from here, so no method can be called that is
not listed. `crm`, `placement` ... are scopes of `install.json`; `basic` is granted always.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from b24app.bitrix.command import Command

T = TypeVar("T")

BASIC = "basic"


@dataclass(frozen=True, slots=True)
class Method:
    """`page` is a page of the official documentation, https://apidocs.bitrix24.com."""

    scope: str
    is_write: bool
    page: str
    is_repeatable: bool = False


def _read(scope: str, page: str) -> Method:
    return Method(scope, is_write=False, page=page)


def _write(scope: str, page: str) -> Method:
    return Method(scope, is_write=True, page=page)


def _binding(scope: str, page: str) -> Method:
    """Return a write that may be carried out twice: the second time it is done already."""
    return Method(scope, is_write=True, page=page, is_repeatable=True)


METHODS: Mapping[str, Method] = {
    "crm.item.payment.list": _read("crm", "crm-item-payment-list"),
    "crm.item.payment.get": _read("crm", "crm-item-payment-get"),
    "crm.item.payment.add": _write("crm", "crm-item-payment-add"),
    "crm.item.payment.update": _write("crm", "crm-item-payment-update"),
    "crm.item.payment.delete": _write("crm", "crm-item-payment-delete"),
    "crm.item.payment.pay": _write("crm", "crm-item-payment-pay"),
    "crm.item.payment.unpay": _write("crm", "crm-item-payment-unpay"),
    "crm.item.payment.product.list": _read("crm", "crm-item-payment-product-list"),
    "crm.item.payment.product.add": _write("crm", "crm-item-payment-product-add"),
    "crm.item.payment.product.setQuantity": _write("crm", "crm-item-payment-product-set-quantity"),
    "crm.item.payment.product.delete": _write("crm", "crm-item-payment-product-delete"),
    "crm.item.payment.delivery.list": _read("crm", "crm-item-payment-delivery-list"),
    "crm.item.payment.delivery.add": _write("crm", "crm-item-payment-delivery-add"),
    "crm.item.payment.delivery.setDelivery": _write(
        "crm", "crm-item-payment-delivery-set-delivery"
    ),
    "crm.item.payment.delivery.delete": _write("crm", "crm-item-payment-delivery-delete"),
    "crm.item.delivery.list": _read("crm", "crm-item-delivery-list"),
    "crm.item.productrow.list": _read("crm", "crm-item-productrow-list"),
    "crm.item.productrow.getAvailableForPayment": _read(
        "crm", "crm-item-productrow-get-available-for-payment"
    ),
    "crm.item.get": _read("crm", "crm-item-get"),
    "crm.item.list": _read("crm", "crm-item-list"),
    "crm.enum.ownertype": _read("crm", "crm-enum-owner-type"),
    "crm.timeline.comment.add": _write("crm", "crm-timeline-comment-add"),
    "salescenter.payment.getPublicUrl": _read("salescenter", "salescenter-payment-get-public-url"),
    "sale.paysystem.list": _read("pay_system", "sale-pay-system-list"),
    "user.get": _read("user_brief", "user-get"),
    "profile": _read(BASIC, "profile"),
    "app.info": _read(BASIC, "app-info"),
    "scope": _read(BASIC, "scope"),
    "placement.bind": _binding("placement", "placement-bind"),
    "placement.get": _read("placement", "placement-get"),
    "placement.unbind": _binding("placement", "placement-unbind"),
    "event.bind": _binding(BASIC, "event-bind"),
    "event.get": _read(BASIC, "event-get"),
    "event.unbind": _binding(BASIC, "event-unbind"),
}


def command(method: str, params: Mapping[str, object], decode: Callable[[object], T]) -> Command[T]:
    """Return a command of a listed method. A method that is not listed raises KeyError."""
    kind = METHODS[method]
    return Command(method, params, decode, kind.is_write, kind.is_repeatable)
