"""How an order is saved: whole, as it was when the method loaded it, without a lock (quirk 104).

The portal compares nothing. Of what others did meanwhile in the same order it keeps the fields that
this method did not change, and brings back nothing that they deleted; but what they added and the
method has not loaded, it deletes.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, fields
from typing import Any, TypeVar

from b24app.simulator.portal_state.crm import CrmData

T = TypeVar("T")
Table = dict[int, Any]

TABLES = ("orders", "baskets", "shipments", "payments", "items", "product_rows")
SAVED_WHOLE = ("baskets", "shipments", "payments")
"""What of an order is deleted from the database unless the method has loaded it."""


@dataclass(frozen=True)
class Loaded:
    """All orders as a method has loaded them."""

    tables: dict[str, Table]


def load(crm: CrmData) -> Loaded:
    """Return what a method knows of the orders from now on."""
    return Loaded({name: deepcopy(getattr(crm, name)) for name in TABLES})


def save(crm: CrmData, loaded: Loaded, handler: Callable[[], T]) -> T:
    """Run a method on what it has loaded, and save what it changed over what is there by now."""
    present = {name: dict(getattr(crm, name)) for name in TABLES}
    _put(crm, deepcopy(loaded.tables))
    try:
        answer = handler()
    finally:
        made = {name: dict(getattr(crm, name)) for name in TABLES}
        _put(crm, present)
    _save(crm, loaded.tables, made)
    return answer


def _put(crm: CrmData, tables: dict[str, Table]) -> None:
    for name, table in tables.items():
        held: Table = getattr(crm, name)
        held.clear()
        held.update(table)


def _save(crm: CrmData, loaded: dict[str, Table], made: dict[str, Table]) -> None:
    changed = {name: _changed(loaded[name], made[name]) for name in TABLES}
    orders = {_order_of(made, loaded, name, key) for name in TABLES for key in changed[name]}
    payments = changed["payments"] | {
        (made["items"].get(key) or loaded["items"][key]).payment_id for key in changed["items"]
    }
    for name in TABLES:
        _write(getattr(crm, name), loaded[name], made[name])
    for name in SAVED_WHOLE:
        table: Table = getattr(crm, name)
        for key in table.keys() - made[name].keys():
            if table[key].order_id in orders:
                del table[key]
    for key, item in list(crm.items.items()):
        is_unknown = key not in made["items"] and item.payment_id in payments
        if is_unknown or item.payment_id not in crm.payments:
            del crm.items[key]


def _changed(loaded: Table, made: Table) -> set[int]:
    return {key for key in loaded.keys() | made.keys() if loaded.get(key) != made.get(key)}


def _order_of(made: dict[str, Table], loaded: dict[str, Table], name: str, key: int) -> int | None:
    record = made[name].get(key) or loaded[name][key]
    if name == "orders":
        return int(record.id)
    if name == "items":
        payment_id = record.payment_id
        return _order_of(made, loaded, "payments", payment_id)
    return getattr(record, "order_id", None)


def _write(table: Table, loaded: Table, made: Table) -> None:
    """Write new records and changed fields. An update of what is gone changes nothing."""
    for key in loaded.keys() - made.keys():
        table.pop(key, None)
    for key, record in made.items():
        if key not in loaded:
            table[key] = record
        elif key in table:
            for one in fields(record):
                value = getattr(record, one.name)
                if value != getattr(loaded[key], one.name):
                    setattr(table[key], one.name, value)
