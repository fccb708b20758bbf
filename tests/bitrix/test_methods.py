from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from b24app.bitrix.command import Command
from b24app.bitrix.methods import (
    crm,
    events,
    payment_deliveries,
    payment_items,
    payments,
    placements,
    portal,
)
from b24app.bitrix.methods.catalog import BASIC, METHODS, command
from b24app.domain import EntityRef

DEAL = EntityRef(2, 13123)
ARGUMENTS: dict[str, object] = {
    "ref": DEAL,
    "payment_id": 1,
    "item_id": 1,
    "row_id": 1,
    "document_id": 1,
    "quantity": 1,
    "pay_system_id": 1,
    "ids": [1],
    "entity_type_id": 2,
    "filters": {},
    "text": "text",
    "name": "profile",
    "placement": "CRM_DEAL_DETAIL_TAB",
    "handler": "https://a.example/",
    "title": "Payments",
    "event": "ONAPPUPDATE",
}
MODULES = (crm, events, payment_deliveries, payment_items, payments, placements, portal)


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


@pytest.mark.parametrize("builder", builders(), ids=lambda builder: builder.__name__)
def test_every_command_is_listed_with_its_kind(builder):
    made = build(builder)

    assert made.is_write is METHODS[made.method].is_write


def test_every_listed_method_has_a_command():
    assert {build(builder).method for builder in builders()} == set(METHODS)


def test_the_manifest_asks_for_the_scopes_of_the_methods_and_no_other():
    manifest = json.loads(Path("install.json").read_text(encoding="utf-8"))

    asked = {entry["scope"] for entry in manifest["scopes"]}

    assert {method.scope for method in METHODS.values()} - {BASIC} == asked


def test_a_method_that_is_not_listed_cannot_be_called():
    with pytest.raises(KeyError):
        command("crm.deal.delete", {"id": 1}, str)


@pytest.mark.parametrize("method", METHODS)
def test_the_kind_follows_the_verb(method):
    verbs = (
        "add",
        "update",
        "delete",
        "pay",
        "unpay",
        "setQuantity",
        "setDelivery",
        "bind",
        "unbind",
    )

    assert METHODS[method].is_write is method.endswith(tuple(f".{verb}" for verb in verbs))
