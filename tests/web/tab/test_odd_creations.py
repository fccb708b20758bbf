"""Odd answers to writes, and prices of almost nothing: nobody suffers, and truth is told."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from b24app.simulator.control.control_somebody import do_payment
from b24app.simulator.portal_state.switches import OddValue
from b24app.storage.models import Activity
from tests.support.acts import (
    CABLES,
    CREATE,
    DELETE,
    FOREIGN,
    PAY,
    REMOVE_DELIVERY,
    REST,
    SET_QUANTITY,
    SIGNS,
    SMALL,
    UNCHANGED_WORDS,
    books,
    new_payments,
    outcomes,
)
from tests.support.odd_cards import TINY, add_deal
from tests.support.stage import payments_in

ADD = "crm.item.payment.add"
LIST = "crm.item.payment.list"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.mark.parametrize("text", ["-10.55", "1.5", "1e400", "null", "[1]", "true"])
@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
def test_what_is_no_id_of_a_new_payment_is_told_and_not_sent_on(stage, act, text):
    stage.portal.switches.batch_refused = ["crm."]
    tab = stage.tab()
    stage.portal.switches.odd_values.append(OddValue(ADD, "*", text))

    answer = act.send(tab, None)

    assert answer.status_code == 502
    assert not UNCHANGED_WORDS.search(tab.said), tab.said


@pytest.mark.parametrize("batch_refused", [[], ["crm."]])
@pytest.mark.parametrize("payment_id", [FOREIGN, SMALL])
@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
def test_a_payment_that_was_there_before_is_never_taken_for_the_new_one(
    stage, act, payment_id, batch_refused
):
    """What does not hold what was asked is deleted again: not somebody else's payment."""
    stage.portal.switches.batch_refused = batch_refused
    tab = stage.tab()
    stage.portal.switches.odd_values.append(OddValue(ADD, "*", str(payment_id)))

    answer = act.send(tab, None)

    assert payment_id in stage.portal.crm.payments
    assert "deleted again" not in tab.said
    with stage.database.reading() as session:
        logged = session.scalars(select(Activity.payment_id)).one()
    assert logged != payment_id, "the log calls it the new one"
    if answer.status_code != 200:
        assert not UNCHANGED_WORDS.search(tab.said), tab.said


@pytest.mark.parametrize("kind", ["done_null", "done_false", "done_argument"])
@pytest.mark.parametrize("act", [PAY, DELETE, SET_QUANTITY, REMOVE_DELIVERY, CREATE], ids=str)
def test_a_bare_no_is_not_believed_where_nothing_can_be_read(stage, act, kind):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(act.method, kind)

    def hide():
        stage.portal.faults.add(LIST, "error_500", times=9)

    stage.portal.faults.before(act.method, hide)

    act.send(tab, None)

    assert books(stage) != before
    assert not UNCHANGED_WORDS.search(tab.said), tab.said
    [(_, outcome)] = outcomes(stage)
    assert outcome == "unknown"


@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
def test_what_somebody_else_makes_at_that_moment_is_not_told_as_ours(stage, act):
    tab = stage.tab()
    stage.portal.faults.add(ADD, "false")
    stage.portal.faults.before(
        ADD, lambda: do_payment(stage.portal, {"do": "add", "entityId": "8061"})
    )

    act.send(tab, None)

    assert len(new_payments(stage)) == 1
    assert "created" not in tab.said, tab.said
    assert not UNCHANGED_WORDS.search(tab.said), tab.said
    assert outcomes(stage)[-1][1] == "unknown"


@pytest.mark.parametrize("batch_refused", [[], ["crm."]])
@pytest.mark.parametrize("kind", ["done_null", "done_false", "done_thrown", "done_argument"])
@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
def test_a_payment_that_is_there_after_an_error_is_shown_and_not_made_twice(
    stage, act, kind, batch_refused
):
    stage.portal.switches.batch_refused = batch_refused
    tab = stage.tab()
    stage.portal.faults.add(ADD, kind)

    for _ in range(2):
        answer = act.send(tab, "one-key-for-both")

        [made] = new_payments(stage)
        assert answer.status_code == 502
        assert "Bitrix24 answered with an error, but payment 3653/5 is new on this card" in tab.said
        assert "may be the one you asked for" in tab.said
        assert f'id="payment-{made}"' in answer.text

    with stage.database.reading() as session:
        logged = session.scalars(select(Activity)).one()
    assert (logged.outcome, logged.payment_id) == ("unknown", made)


def test_of_two_new_payments_after_an_error_none_is_named(stage):
    tab = stage.tab()
    stage.portal.faults.add(ADD, "done_null")
    stage.portal.faults.before(
        ADD, lambda: do_payment(stage.portal, {"do": "add", "entityId": "8061"})
    )

    CREATE.send(tab, None)

    assert len(new_payments(stage)) == 2
    assert "it is not known whether this was carried out" in tab.said


@pytest.mark.parametrize("kind", ["busy", "operation_limit"])
def test_rows_for_which_the_portal_is_too_busy_are_told_as_that(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add("crm.item.payment.product.add", kind, times=9)

    REST.send(tab, None)

    assert "Nothing was billed: Bitrix24 was busy" in tab.said
    assert "did not take" not in tab.said
    assert new_payments(stage) == []

    stage.portal.faults.clear()
    stage.portal.faults.add("crm.item.payment.product.add", kind, after=1)
    tab.post("/payments", {"row": [SIGNS, CABLES], f"quantity-{SIGNS}": 2, f"quantity-{CABLES}": 1})

    assert len(new_payments(stage)) == 1
    assert "was created, but without:" in tab.said
    assert "Bitrix24 was busy. Wait a moment, then add them." in tab.said


def test_rows_of_almost_no_price_make_no_payment_and_no_order_canceled(stage):
    grain, tube = add_deal(stage.portal.crm, TINY)
    tab = stage.tab(entity_id=TINY)

    answer = tab.post("/payments", {"row": grain.id, f"quantity-{grain.id}": 7})

    assert answer.status_code == 422
    assert "comes to zero or less" in tab.said
    assert not stage.portal.crm.payments_of(2, TINY)
    assert tab.post("/payments", {"row": tube.id, f"quantity-{tube.id}": 1}).status_code == 200


def test_a_row_of_almost_no_price_is_added_to_a_payment(stage):
    """The sum stays, and that is right: the order is not canceled."""
    grain, tube = add_deal(stage.portal.crm, TINY)
    tab = stage.tab(entity_id=TINY)
    tab.post("/payments", {"row": tube.id, f"quantity-{tube.id}": 1})
    [made] = payments_in(tab.show().text)

    answer = tab.post(f"/payments/{made}/items", {"row": grain.id, f"quantity-{grain.id}": 2})

    assert answer.status_code == 200, tab.said
    assert "canceled" not in tab.show().text
