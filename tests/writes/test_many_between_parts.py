"""What changes while an act on many payments is between two of its parts."""

from __future__ import annotations

from collections import Counter

import pytest
from sqlalchemy import select

from b24app.storage import settings as stored
from b24app.storage.models import IdempotencyKey
from tests.support.acts import CABLES, books, outcomes
from tests.support.many import Asked, prepare
from tests.support.stage import ADMIN
from tests.web.plumbing.test_database_away import Switch

KEY = "a-key-of-an-act-on-many"


def forbid_to_pay(stage):
    with stage.database.transaction() as session:
        rules = {"rules": {"pay": {"who": "admins"}}}
        stored.save(
            session, stage.portal.member_id, rules, updated_by=ADMIN, now=stage.deps.clock()
        )


@pytest.mark.parametrize("action", ["pay", "delete"])
def test_what_a_colleague_changes_between_two_parts_is_left_alone(stage, action):
    """Their turn is between two parts, so what was read before it proves nothing any more."""
    tab, ids = prepare(stage, action)
    colleague = stage.tab(ADMIN)
    act = Asked(tab, action, ids[:30])
    act.send()
    added = colleague.post(f"/payments/{ids[20]}/items", {"row": CABLES, f"quantity-{CABLES}": 1})
    assert "Item added" in added.text
    amount = stage.portal.crm.payments[ids[20]].sum

    act.send_all()

    payment = stage.portal.crm.payments[ids[20]]
    assert (payment.is_paid, payment.sum) == (False, amount)
    assert Counter(act.told.values()) == {"Done": 29, "Refused": 1}
    assert "Changed by someone else" in act.answer.text


def test_an_amount_that_changes_while_it_is_marked_is_told(stage):
    """In Bitrix24 itself nobody waits for their turn."""
    tab, ids = prepare(stage, "pay", payments=20)
    act = Asked(tab, "pay", ids[:3])
    payment = stage.portal.crm.payments[ids[0]]

    def add_one():
        payment.sum += 1

    stage.portal.faults.before("crm.item.payment.pay", add_one)

    answer = act.send_all()

    assert payment.is_paid
    assert set(act.told.values()) == {"Done"}
    assert answer.text.count("Someone else had changed its amount") == 1
    assert "1 payment was not changed as asked" in answer.text


def test_a_rule_that_is_changed_between_two_parts_leaves_the_first_one_told(stage):
    tab, ids = prepare(stage, "pay")
    act = Asked(tab, "pay", ids[:30])
    act.send()
    forbid_to_pay(stage)
    before = books(stage)

    answer = act.send_all()

    assert Counter(act.told.values()) == {"Done": 10, "Refused": 20}
    assert "limited who may do this" in answer.text
    assert books(stage) == before
    assert Counter(outcomes(stage)) == {("pay", "done"): 10, ("pay", "refused"): 20}
    again = act.send()
    assert Counter(act.told.values()) == {"Done": 10, "Refused": 20}, again.text


def test_a_rule_that_was_changed_before_the_first_part_leaves_the_key_free(stage):
    tab, ids = prepare(stage, "pay")
    forbid_to_pay(stage)

    answer = Asked(tab, "pay", ids[:30], key=KEY).send()

    assert answer.status_code == 403
    assert "Nothing was changed" in answer.text
    assert outcomes(stage) == []
    with stage.database.reading() as session:
        assert session.scalars(select(IdempotencyKey)).all() == []


@pytest.mark.parametrize(
    ("kind", "told"), [("done", {"Done": 30}), ("failed", {"Done": 29, "Failed": 1})]
)
def test_an_act_goes_on_where_a_later_version_has_done_its_first_part(stage, kind, told):
    tab, ids = prepare(stage, "pay")
    act = Asked(tab, "pay", ids[:30])
    act.send()
    with stage.database.transaction() as session:
        row = session.scalars(select(IdempotencyKey)).one()
        first, *others = row.announcement["results"]
        first = {**first, "kind": kind, "code": "error:of_a_later_version"}
        row.announcement = {**row.announcement, "results": [first, *others]}

    act.send_all()

    assert Counter(act.told.values()) == told


def test_a_part_whose_database_is_away_is_not_said_to_have_changed_nothing(stage):
    tab, ids = prepare(stage, "pay")
    act = Asked(tab, "pay", ids[:30])
    act.send()
    headers = tab.headers(**{"Idempotency-Key": act.key, "Idempotency-Repeat": "1"})
    switch = Switch(stage.deps)
    switch.off()
    try:
        answer = stage.client.post("/payments/many/pay", data=act.data, headers=headers)
    finally:
        switch.on()

    assert answer.status_code == 503
    assert "It may have been saved in Bitrix24" in answer.text
    assert answer.headers["Idempotency-Key-Kept"] == "1"
    act.send_all()
    assert set(act.told.values()) == {"Done"}
