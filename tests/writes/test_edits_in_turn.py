"""Two people change payments of one card at the same moment: one waits, nothing is lost."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.simulator.portal_state.sale import delete_item, recalculate
from tests.support.acts import (
    ADD_DELIVERY,
    ADD_ITEMS,
    COURIER,
    COURIER_LINE,
    CREATE,
    DELETE,
    DIMMER,
    EDITS,
    LARGE,
    PAID,
    PAY,
    PREFIX,
    SHOWN,
    SIGNS,
    SMALL,
    SYSTEM,
    Act,
    books,
    item_of,
    links,
    outcomes,
    payment,
    require_once,
    stage_said,
)
from tests.support.stage import ADMIN, MANAGER
from tests.web.tab.test_deliveries_elsewhere import add_free_delivery
from tests.web.tab.test_undo import undo_of
from tests.writes.test_concurrency import own

CASH = 6


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def meanwhile(stage, method, deed):
    """Let somebody else do something between the reading and the write of an edit."""
    said = []
    stage.portal.faults.before(method, lambda: said.append(deed(own(stage.tab(ADMIN)))))
    return said


OTHERS = {
    "lowers": lambda tab: tab.post(DIMMER, {"quantity": 4, "shown": "20"}),
    "removes an item": lambda tab: tab.delete(DIMMER),
    "changes the system": lambda tab: tab.post(
        f"/payments/{SMALL}/system", {"pay_system_id": CASH, "shown": 8}
    ),
    "reassigns": lambda tab: tab.post(
        COURIER_LINE, {"delivery_id": 4073, "shown": COURIER, "holders-4073": 1037}
    ),
    "removes a delivery": lambda tab: tab.delete(COURIER_LINE),
    "adds a delivery": lambda tab: tab.post(
        f"/payments/{LARGE}/deliveries", {"delivery_id": 4073, "holders-4073": 1037}
    ),
    "moves": lambda tab: tab.post(f"{COURIER_LINE}/move", {"to": SMALL}),
}


@pytest.mark.parametrize("other", OTHERS)
@pytest.mark.parametrize("act", [*EDITS, SYSTEM], ids=str)
def test_nobody_edits_between_the_reading_and_the_write_of_somebody_else(stage, act, other):
    tab = stage.tab(MANAGER)
    said = meanwhile(stage, act.method, OTHERS[other])

    answer = act.send(tab, None)

    assert answer.status_code == 200
    assert act.done(stage)
    (refused,) = said
    assert refused.status_code == 409
    assert "Another change on this card is still under way" in stage_said(refused)
    assert sorted(outcome for _, outcome in outcomes(stage)) == ["done", "refused"]
    require_once(stage)


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (f"/payments/{LARGE}/deliveries", {}),
        (COURIER_LINE, {"shown": COURIER}),
    ],
    ids=["added", "reassigned"],
)
def test_two_people_do_not_bill_one_delivery_twice(stage, path, fields):
    free = add_free_delivery(stage)
    tab, other = stage.tab(MANAGER), own(stage.tab(ADMIN))
    fields = {"delivery_id": free.id, **fields}
    meanwhile(stage, PREFIX + "delivery.add", lambda tab: tab.post(path, fields))

    tab.post(f"/payments/{SMALL}/deliveries", {"delivery_id": free.id})

    assert free.id in links(stage, SMALL)
    assert free.id not in links(stage, LARGE)
    # Whoever tries again is told where it is.
    assert other.post(path, fields).status_code == 409
    assert "is already in payment 3653/3" in other.said
    assert free.id not in links(stage, LARGE)


def chosen(payment_id):
    shown = SHOWN[payment_id]
    return {"chosen": [f"{payment_id} N {shown['shown']} {shown['currency']} {shown['number']}"]}


MARKS = {
    "pays": lambda tab: tab.post(f"/payments/{LARGE}/pay", SHOWN[LARGE]),
    "unpays": lambda tab: tab.post(f"/payments/{PAID}/unpay", SHOWN[PAID]),
    "deletes": lambda tab: tab.delete(f"/payments/{LARGE}"),
    "pays many": lambda tab: tab.post("/payments/many/pay", chosen(LARGE)),
    "creates": lambda tab: tab.post("/payments", {"row": SIGNS, f"quantity-{SIGNS}": 2}),
}
PAY_MANY = Act(
    "pay_many", PREFIX + "pay",
    lambda tab, key: tab.post("/payments/many/pay", chosen(SMALL), key),
    lambda stage: payment(stage, SMALL).is_paid,
)  # fmt: skip


@pytest.mark.parametrize("other", MARKS)
@pytest.mark.parametrize("act", [ADD_ITEMS, PAY, DELETE, PAY_MANY, CREATE], ids=str)
def test_the_portal_is_never_saving_two_writes_of_one_card(stage, act, other):
    """It would delete what one of them adds, or a payment that was just paid (quirk 104)."""
    tab = stage.tab(MANAGER)
    before = books(stage)[0][LARGE], books(stage)[0][PAID]
    said = []
    colleague = own(stage.tab(ADMIN))
    stage.portal.faults.during(act.method, lambda: said.append(MARKS[other](colleague)))

    answer = act.send(tab, None)

    assert answer.status_code == 200
    assert act.done(stage)
    assert "Another change on this card is still under way" in said[0].text
    assert (books(stage)[0][LARGE], books(stage)[0][PAID]) == before
    require_once(stage)


@pytest.mark.parametrize(
    ("method", "path"),
    [("delivery.delete", COURIER_LINE), ("product.delete", DIMMER)],
    ids=["delivery", "item"],
)
def test_what_somebody_else_removed_in_the_same_moment_is_not_ours_to_put_back(stage, method, path):
    tab = stage.tab(MANAGER)
    line = int(path.rsplit("/", 1)[1])
    crm = stage.portal.crm
    stage.portal.faults.before(PREFIX + method, lambda: delete_item(crm, crm.items[line]))

    answer = tab.delete(path)

    assert answer.status_code == 200
    assert undo_of(answer) is None


def test_a_sum_that_falls_by_what_somebody_else_does_at_that_moment_has_not_strayed(stage):
    """Its lines come to it: Bitrix24 counts no other prices, and nothing was taken back."""
    tab = stage.tab(MANAGER)
    crm = stage.portal.crm

    def make_less():
        item_of(stage, SMALL).quantity = Decimal(1)
        recalculate(crm, payment(stage, SMALL))

    before = payment(stage, SMALL).sum
    stage.portal.faults.before(ADD_DELIVERY.method, make_less)

    answer = ADD_DELIVERY.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert payment(stage, SMALL).sum < before
    assert ADD_DELIVERY.done(stage)
    assert "did not follow" not in tab.said
    assert outcomes(stage)[-1] == ("add_delivery", "done")
