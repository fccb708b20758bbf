"""What people do with payments: one function each, which says what to send."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from tools.fire.desk import Desk
from tools.fire.ledger import ACTIVITY, PREFIX, Sending

ITEM = re.compile(r'data-item-id="(\d+)"')
LINK = re.compile(r'data-delivery-item-id="(\d+)"')
ROWS = (17610, 17611)
DOCUMENTS = (4073, 4074)
SYSTEMS = (6, 7, 8)
NEW = "new"


def _of(*names: str) -> frozenset[str]:
    return frozenset(f"{PREFIX}{name}".lower() for name in names)


def pay(_desk: Desk, _rng: Random, payments: list[int]) -> Sending | None:
    """Mark as paid."""
    form = {"shown": "", "zero": "1", "note": "by the fire"}
    return Sending("pay", "POST", f"/payments/{payments[0]}/pay", _of("pay"), form)


def unpay(_desk: Desk, _rng: Random, payments: list[int]) -> Sending | None:
    """Mark as unpaid."""
    return Sending("unpay", "POST", f"/payments/{payments[0]}/unpay", _of("unpay"))


def delete(_desk: Desk, _rng: Random, payments: list[int]) -> Sending | None:
    """Delete a payment."""
    return Sending("delete", "DELETE", f"/payments/{payments[0]}", _of("delete"))


def change_system(_desk: Desk, rng: Random, payments: list[int]) -> Sending | None:
    """Change the payment system."""
    form = {"pay_system_id": rng.choice(SYSTEMS)}
    path = f"/payments/{payments[0]}/system"
    return Sending("change_system", "POST", path, _of("update"), form)


def create(desk: Desk, rng: Random, _payments: list[int]) -> Sending | None:
    """Bill one piece of a row in a new payment."""
    row = rng.choice(ROWS)
    form = {"row": row, f"quantity-{row}": 1}
    return Sending("create", "POST", "/payments", _of("add"), form, ids=frozenset({str(desk.card)}))


def bill_rest(desk: Desk, _rng: Random, _payments: list[int]) -> Sending | None:
    """Bill everything that is left in a new payment."""
    ids = frozenset({str(desk.card)})
    return Sending("bill_rest", "POST", "/payments/rest", _of("add"), ids=ids)


def add_items(_desk: Desk, rng: Random, payments: list[int]) -> Sending | None:
    """Add a row to a payment."""
    row = rng.choice(ROWS)
    form = {"row": row, f"quantity-{row}": 1}
    methods = _of("product.add", "product.setquantity")
    return Sending("add_items", "POST", f"/payments/{payments[0]}/items", methods, form)


def _line(desk: Desk, rng: Random, payment_id: int, shape: re.Pattern[str]) -> int:
    answer = desk.get(f"/payments/details?ids={payment_id}&rows=11")
    found = shape.findall(answer.text) if answer is not None else []
    return int(rng.choice(found)) if found else 0


def set_quantity(desk: Desk, rng: Random, payments: list[int]) -> Sending | None:
    """Change how many pieces are billed."""
    item = _line(desk, rng, payments[0], ITEM)
    path = f"/payments/{payments[0]}/items/{item}"
    form = {"quantity": rng.randint(1, 3)}
    if not item:
        return None
    return Sending(
        "set_quantity", "POST", path, _of("product.setquantity"), form, ids=frozenset({str(item)})
    )


def remove_item(desk: Desk, rng: Random, payments: list[int]) -> Sending | None:
    """Take a row out of a payment."""
    item = _line(desk, rng, payments[0], ITEM)
    path = f"/payments/{payments[0]}/items/{item}"
    if not item:
        return None
    return Sending("remove_item", "DELETE", path, _of("product.delete"), ids=frozenset({str(item)}))


def add_delivery(_desk: Desk, rng: Random, payments: list[int]) -> Sending | None:
    """Put a delivery into a payment, whoever has it as well."""
    document = rng.choice(DOCUMENTS)
    form = {"delivery_id": document}
    path = f"/payments/{payments[0]}/deliveries"
    return Sending("add_delivery", "POST", path, _of("delivery.add"), form)


def remove_delivery(desk: Desk, rng: Random, payments: list[int]) -> Sending | None:
    """Take a delivery out of a payment."""
    link = _line(desk, rng, payments[0], LINK)
    path = f"/payments/{payments[0]}/deliveries/{link}"
    if not link:
        return None
    return Sending(
        "remove_delivery", "DELETE", path, _of("delivery.delete"), ids=frozenset({str(link)})
    )


def remind(_desk: Desk, rng: Random, payments: list[int]) -> Sending | None:
    """Set or move a reminder."""
    form = {"when": rng.choice(("tomorrow", "week")), "shown": ""}
    methods = frozenset({f"{ACTIVITY}configurable.add", f"{ACTIVITY}todo.add"})
    return Sending("remind", "POST", f"/payments/{payments[0]}/reminder", methods, form)


def _many(desk: Desk, action: str, payments: list[int]) -> Sending:
    form = {"chosen": [desk.rows[payment_id] for payment_id in payments]}
    path = f"/payments/many/{action}"
    return Sending(action, "POST", path, _of(action), form, is_many=True)


def pay_many(desk: Desk, _rng: Random, payments: list[int]) -> Sending | None:
    """Mark several as paid."""
    return _many(desk, "pay", payments)


def unpay_many(desk: Desk, _rng: Random, payments: list[int]) -> Sending | None:
    """Mark several as unpaid."""
    return _many(desk, "unpay", payments)


Act = Callable[[Desk, Random, list[int]], Sending | None]


@dataclass(frozen=True)
class Kind:
    """An act, how often it is chosen, the state it looks for, and how many payments it takes."""

    act: Act
    weight: int
    state: str
    most: int = 1


ACTS = (
    Kind(pay, 30, "N"),
    Kind(unpay, 25, "Y"),
    Kind(create, 8, NEW),
    Kind(bill_rest, 3, NEW),
    Kind(delete, 5, "N"),
    Kind(change_system, 8, "N"),
    Kind(add_items, 6, "N"),
    Kind(set_quantity, 6, "N"),
    Kind(remove_item, 4, "N"),
    Kind(add_delivery, 4, "N"),
    Kind(remove_delivery, 4, "N"),
    Kind(remind, 5, "N"),
    Kind(pay_many, 5, "N", 12),
    Kind(unpay_many, 5, "Y", 12),
)
