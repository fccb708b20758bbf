"""Every REST method that the application declares, and the functions that make its commands."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from b24app.bitrix.command import BATCH, Command
from b24app.bitrix.methods import (
    activities,
    clients,
    crm,
    events,
    payment_deliveries,
    payment_items,
    payments,
    placements,
    portal,
    timeline,
)
from b24app.bitrix.methods.method import Method
from b24app.domain import Drawing, EntityRef

MODULES = (
    activities,
    clients,
    crm,
    events,
    payment_deliveries,
    payment_items,
    payments,
    placements,
    portal,
    timeline,
)
METHODS = {
    method.name: method
    for module in MODULES
    for method in vars(module).values()
    if isinstance(method, Method)
}
ARGUMENTS: dict[str, object] = {
    "ref": EntityRef(2, 13123),
    "payment_id": 1,
    "entity_id": 1,
    "item_id": 1,
    "row_id": 1,
    "document_id": 1,
    "quantity": 1,
    "pay_system_id": 1,
    "ids": [1],
    "entity_type_id": 2,
    "filters": {},
    "text": "text",
    "activity_id": 1,
    "deadline": datetime(2026, 12, 3, 9, tzinfo=UTC),
    "drawing": Drawing("title", "text", "button"),
    "code": "a_badge",
    "label": "a label",
    "kind": "warning",
    "name": "profile",
    "placement": "CRM_DEAL_DETAIL_TAB",
    "handler": "https://a.example/",
    "title": "Payments",
    "event": "ONAPPUPDATE",
}


def builders() -> list[Callable[..., Command[object]]]:
    found: list[Callable[..., Command[object]]] = []
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            is_own = function.__module__ == module.__name__ and not name.startswith("_")
            if is_own and str(inspect.signature(function).return_annotation).startswith("Command"):
                found.append(function)
    return found


def build(builder: Callable[..., Command[object]]) -> Command[object]:
    parameters = inspect.signature(builder).parameters.values()
    needed = {one.name: ARGUMENTS[one.name] for one in parameters if one.default is one.empty}
    return builder(**needed)


def called(method: str) -> Command[Any]:
    """A call of a method, as far as its refusals go; of one that is not ours, too."""
    if method == BATCH.method:
        return BATCH
    return METHODS[method].command({}, str) if method in METHODS else Command(method, {}, str)
