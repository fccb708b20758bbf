"""Every write of the tab as a row of one table, and the oracle that says whether it told the truth.

An act is sent as the page sends it. The books are the simulated portal's own tables.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update

from b24app.simulator.portal_state.sale import DELIVERY, PRODUCT
from b24app.storage.models import Activity, Launch
from tests.support.methods import METHODS
from tests.support.stage import Stage

PAID, SMALL, LARGE = 1037, 1038, 1039
"""Payments of deal 8061: a paid one, and two unpaid ones; the large one bills a delivery."""

FOREIGN = 1041
"""An unpaid payment of deal 8062."""

SIGNS, CABLES = 17610, 17611
"""Product rows of deal 8061 that no payment bills: 10 and 8 pieces."""

FLEET, COURIER = 4073, 4074
"""Delivery documents of deal 8061; the large payment bills the courier."""

FLEET_IS_IN_PAID = {f"holders-{FLEET}": PAID}
"""What a form says of it: the person was told, and wants it once more."""

RUN = ("lost", "lost_html", "lost_silent", "invalid_json", "emptied", "huge")
"""Faults after which a write has been carried out and nobody was told."""

SHOWN = {
    PAID: {"shown": "4940.00", "number": "3653/2", "currency": "EUR"},
    SMALL: {"shown": "2258.00", "number": "3653/3", "currency": "EUR"},
    LARGE: {"shown": "7680.00", "number": "3653/4", "currency": "EUR"},
}
"""What a page sends along with a mark."""

BANK, CARD, ACCOUNT = 7, 8, 12
PREFIX, ACTIVITY = "crm.item.payment.", "crm.activity."
WRITES = frozenset(
    name.lower()
    for name, method in METHODS.items()
    if method.is_write and name.startswith((PREFIX, ACTIVITY))
)
RAN = frozenset({"ok", "lost", "lost_html", "lost_silent"})
UNCHANGED_WORDS = re.compile(
    r"[Nn]othing was (changed|added|billed)|Not saved|No payment was created"
    r"|was not (marked|deleted)"
)


@dataclass(frozen=True)
class Act:
    """`method` is the first write; `done` says whether the books show what was asked.

    `steps` is how many writes it takes. `send` gets the tab and the idempotency key. `calls` is how
    many requests it costs where the payment was listed in the last five minutes, before, or never.
    """

    name: str
    method: str
    send: Callable[[Any, str | None], Any]
    done: Callable[[Stage], bool]
    steps: int = 1
    calls: tuple[int, int, int] = (2, 2, 2)

    def __str__(self) -> str:
        return self.name


def item_of(stage, payment_id, kind=PRODUCT, index=0):
    return stage.portal.crm.items_of(payment_id, kind)[index]


def payment(stage, payment_id):
    return stage.portal.crm.payments.get(payment_id)


def links(stage, payment_id):
    return [one.entity_id for one in stage.portal.crm.items_of(payment_id, DELIVERY)]


def billed(stage, payment_id, row_id):
    """What a payment bills of a row, None where it has no line of it."""
    crm = stage.portal.crm
    basket = crm.product_rows[row_id].basket_id
    return next(
        (int(one.quantity) for one in crm.items_of(payment_id, PRODUCT) if one.entity_id == basket),
        None,
    )


def open_reminders(stage, payment_id):
    """The open activities about a payment, whoever drew them."""
    return [
        one
        for one in stage.portal.crm.activities.values()
        if one.origin_id == str(payment_id) and not one.is_completed
    ]


def new_payments(stage):
    return [one.id for one in stage.portal.crm.payments_of(2, 8061) if one.id > LARGE]


def _created(stage, expected):
    made = new_payments(stage)
    return len(made) == 1 and all(
        billed(stage, made[0], row) == quantity for row, quantity in expected.items()
    )


DIMMER = "/payments/1038/items/1200"
COURIER_LINE = "/payments/1039/deliveries/1205"

PAY = Act(
    "pay", PREFIX + "pay",
    lambda tab, key: tab.post(f"/payments/{SMALL}/pay", SHOWN[SMALL], key),
    lambda stage: payment(stage, SMALL).is_paid, calls=(1, 2, 2),
)  # fmt: skip
UNPAY = Act(
    "unpay", PREFIX + "unpay",
    lambda tab, key: tab.post(f"/payments/{PAID}/unpay", SHOWN[PAID], key),
    lambda stage: not payment(stage, PAID).is_paid, calls=(1, 2, 2),
)  # fmt: skip
DELETE = Act(
    "delete", PREFIX + "delete",
    lambda tab, key: tab.delete(f"/payments/{SMALL}", key=key),
    lambda stage: payment(stage, SMALL) is None,
)  # fmt: skip
SYSTEM = Act(
    "change_system", PREFIX + "update",
    lambda tab, key: tab.post(f"/payments/{SMALL}/system", {"pay_system_id": BANK}, key),
    lambda stage: payment(stage, SMALL).pay_system_id == BANK,
)  # fmt: skip
CREATE = Act(
    "create", PREFIX + "add",
    lambda tab, key: tab.post("/payments", {"row": SIGNS, f"quantity-{SIGNS}": 2}, key),
    lambda stage: _created(stage, {SIGNS: 2}), steps=2,
)  # fmt: skip
REST = Act(
    "bill_rest", PREFIX + "add",
    lambda tab, key: tab.post("/payments/rest", key=key),
    lambda stage: _created(stage, {SIGNS: 10, CABLES: 8}), steps=3,
)  # fmt: skip
ADD_ITEMS = Act(
    "add_items", PREFIX + "product.add",
    lambda tab, key: tab.post(
        f"/payments/{SMALL}/items", {"row": SIGNS, f"quantity-{SIGNS}": 3}, key
    ),
    lambda stage: billed(stage, SMALL, SIGNS) == 3,
)  # fmt: skip
SET_QUANTITY = Act(
    "set_quantity", PREFIX + "product.setquantity",
    lambda tab, key: tab.post(DIMMER, {"quantity": 5, "shown": "20"}, key),
    lambda stage: item_of(stage, SMALL).quantity == 5,
)  # fmt: skip
REMOVE_ITEM = Act(
    "remove_item", PREFIX + "product.delete",
    lambda tab, key: tab.delete(DIMMER, key=key),
    lambda stage: 1200 not in stage.portal.crm.items,
)  # fmt: skip
ADD_DELIVERY = Act(
    "add_delivery", PREFIX + "delivery.add",
    lambda tab, key: tab.post(
        f"/payments/{SMALL}/deliveries", {"delivery_id": FLEET, **FLEET_IS_IN_PAID}, key
    ),
    lambda stage: links(stage, SMALL) == [FLEET],
)  # fmt: skip
REASSIGN = Act(
    "reassign_delivery", PREFIX + "delivery.setdelivery",
    lambda tab, key: tab.post(
        COURIER_LINE, {"delivery_id": FLEET, "shown": COURIER, **FLEET_IS_IN_PAID}, key
    ),
    lambda stage: links(stage, LARGE) == [FLEET],
)  # fmt: skip
REMOVE_DELIVERY = Act(
    "remove_delivery", PREFIX + "delivery.delete",
    lambda tab, key: tab.delete(COURIER_LINE, key=key),
    lambda stage: links(stage, LARGE) == [],
)  # fmt: skip
MOVE = Act(
    "move_delivery", PREFIX + "delivery.add",
    lambda tab, key: tab.post(f"{COURIER_LINE}/move", {"to": SMALL}, key),
    lambda stage: (links(stage, LARGE), links(stage, SMALL)) == ([], [COURIER]), steps=2,
)  # fmt: skip

REMIND = Act(
    "remind", ACTIVITY + "configurable.add",
    lambda tab, key: tab.post(f"/payments/{SMALL}/reminder", {"when": "week", "shown": ""}, key),
    lambda stage: len(open_reminders(stage, SMALL)) == 1,
)  # fmt: skip
CANCEL_REMINDER = Act(
    "cancel_reminder", ACTIVITY + "configurable.update",
    lambda tab, key: tab.post(f"/payments/{LARGE}/reminder", {"when": "none"}, key),
    lambda stage: open_reminders(stage, LARGE) == [],
)  # fmt: skip

ACTS = (
    PAY, UNPAY, DELETE, SYSTEM, CREATE, REST, ADD_ITEMS, SET_QUANTITY, REMOVE_ITEM,
    ADD_DELIVERY, REASSIGN, REMOVE_DELIVERY, MOVE, REMIND, CANCEL_REMINDER,
)  # fmt: skip
ON_A_PAYMENT = tuple(act for act in ACTS if act not in (CREATE, REST))
EDITS = (ADD_ITEMS, SET_QUANTITY, REMOVE_ITEM, ADD_DELIVERY, REASSIGN, REMOVE_DELIVERY, MOVE)
"""What the portal refuses for a paid payment."""


def books(stage):
    """Everything money depends on, as the portal has it, and what reminds people of it."""
    crm = stage.portal.crm
    return (
        {
            one.id: (one.is_paid, one.sum, one.pay_system_id, one.currency)
            for one in crm.payments.values()
        },
        {
            one.id: (one.payment_id, one.kind, one.entity_id, one.quantity)
            for one in crm.items.values()
        },
        {
            one.id: (one.origin_id, one.deadline, one.is_completed)
            for one in crm.activities.values()
        },
    )


def writes_asked(stage):
    return [one for one in stage.portal.recorder.commands() if one.method in WRITES]


def runs(stage):
    """How often each write, told apart by its parameters, was carried out."""
    return Counter(
        (one.method, repr(one.params)) for one in writes_asked(stage) if one.outcome in RAN
    )


def require_once(stage):
    repeated = {what: times for what, times in runs(stage).items() if times > 1}
    assert not repeated


def require_truth(stage, act, answer, before):
    """Whatever happened, the person was told what the books say."""
    said = stage_said(answer)
    require_once(stage)
    assert said, "an answer that says nothing"
    assert "Traceback" not in answer.text
    if answer.status_code == 200:
        assert act.done(stage), said
    elif UNCHANGED_WORDS.search(said):
        assert books(stage) == before, said


def stage_said(answer):
    """What an answer announced, without the request's id."""
    texts = re.findall(r'class="toast[^"]*"[^>]*>.*?<p>(.*?)</p>', answer.text, re.DOTALL)
    return " ".join(
        re.sub(r"<[^>]+>", "", re.sub(r"<small>.*?</small>", "", text)).strip() for text in texts
    )


def forget_listing(stage):
    """As after five minutes: what was shown proves nothing any more."""
    with stage.database.transaction() as session:
        session.execute(update(Launch).values(listed_at=None))


def outcomes(stage):
    """What the activity log says of the writes, oldest first."""
    with stage.database.reading() as session:
        rows = session.scalars(select(Activity).order_by(Activity.id)).all()
        return [(one.action, one.outcome) for one in rows]
