"""Canceled orders: what the portal refuses is not offered, what it saves by half is taken back."""

from __future__ import annotations

import re

import pytest

from b24app.simulator.control.control_somebody import do_order, do_payment
from b24app.simulator.portal_state import sale
from tests.support.acts import (
    ACTS,
    CANCEL_REMINDER,
    CREATE,
    DELETE,
    EDITS,
    LARGE,
    PAY,
    PREFIX,
    REMIND,
    REST,
    SMALL,
    SYSTEM,
    UNPAY,
    books,
    new_payments,
    outcomes,
    writes_asked,
)
from tests.support.stage import SMART, STRANGER, Tab, payments_in

CANCELED = 8068
MARKS = (PAY, UNPAY)
CREATIONS = (CREATE, REST)
STILL_WORKING = (DELETE, SYSTEM, REMIND, CANCEL_REMINDER)
CONTROLS = ("Mark as paid", "Mark as unpaid", "Add items", "Add delivery", "Bill the rest",
            "Remove item", "Reassign delivery", "New payment")  # fmt: skip


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def cancel(stage):
    do_order(stage.portal, {"do": "cancel", "entityId": "8061"})


def lines(stage):
    """What payments hold and come to. A line that was put back has another id."""
    payments, items, _reminders = books(stage)
    held = sorted(
        (payment, kind, entity, quantity) for payment, kind, entity, quantity in items.values()
    )
    return payments, held


def learn(stage, tab):
    """Let the tab be refused once."""
    cancel(stage)
    assert tab.post(f"/payments/{SMALL}/pay").status_code == 422


def test_the_first_refusal_shows_the_badge_and_takes_the_controls(stage):
    tab = stage.tab(entity_id=CANCELED)
    [payment] = stage.portal.crm.payments_of(2, CANCELED)
    assert "Order canceled" not in tab.answer.text
    assert 'class="is-due"' in tab.answer.text

    answer = tab.post(f"/payments/{payment.id}/pay")

    assert answer.status_code == 422
    assert "Nothing was changed: the order of this payment is canceled in Bitrix24." in tab.said
    assert 'id="flag-canceled" popovertarget="why-canceled"' in answer.text
    assert re.search(r'<div id="again"[^>]* hx-get="/payments" hx-trigger="load"', answer.text)
    text = tab.show().text + tab.get("/payments/details", ids=payment.id, rows=1).text
    assert "Order canceled" in text
    for control in CONTROLS:
        assert f">{control}<" not in text
        assert f'aria-label="{control}"' not in text
    assert 'type="number"' not in text
    assert "Copy public link" not in text
    assert "its link is not offered" in text
    assert 'class="is-due"' not in text
    assert "Delete payment" in text
    assert "its items and deliveries cannot be changed" in text
    assert outcomes(stage)[-1] == ("pay", "refused")


@pytest.mark.parametrize("act", MARKS, ids=str)
def test_marking_is_refused_and_remembered_whichever_way(stage, act):
    tab = stage.tab()
    cancel(stage)
    before = books(stage)

    act.send(tab, None)

    assert "canceled" in tab.said
    assert books(stage) == before
    assert "Order canceled" in tab.show().text


@pytest.mark.parametrize("act", EDITS, ids=str)
def test_an_edit_that_the_sum_does_not_follow_is_taken_back(stage, act):
    tab = stage.tab()
    cancel(stage)
    before = lines(stage)

    answer = act.send(tab, None)

    assert answer.status_code == 422
    assert "What was changed was taken back." in tab.said
    assert lines(stage) == before
    assert "Order canceled" in answer.text
    assert outcomes(stage)[-1] == (act.name, "refused")


@pytest.mark.parametrize("act", EDITS, ids=str)
def test_the_same_edit_of_an_open_order_is_kept(stage, act):
    tab = stage.tab()

    answer = act.send(tab, None)

    assert answer.status_code == 200
    assert act.done(stage)
    assert "Order canceled" not in tab.show().text


@pytest.mark.parametrize("act", CREATIONS, ids=str)
def test_a_payment_that_gets_no_sum_is_deleted_again(stage, act):
    tab = stage.tab()
    cancel(stage)
    before = books(stage)

    answer = act.send(tab, None)

    assert answer.status_code == 422
    assert "No payment was created: the order of this card is canceled in Bitrix24." in tab.said
    assert books(stage) == before
    assert "Order canceled" in tab.show().text


@pytest.mark.parametrize("act", CREATIONS, ids=str)
def test_a_payment_that_gets_no_sum_is_not_deleted_on_a_guess(stage, act):
    """After a lost answer it is only taken to be ours: somebody may just have made the same."""
    tab = stage.tab()
    cancel(stage)
    stage.portal.faults.add(PREFIX + "add", "huge")

    answer = act.send(tab, None)

    assert stage.asked(PREFIX + "delete") == []
    assert len(new_payments(stage)) == 1
    assert answer.status_code == 502
    assert "left half done" in tab.said
    assert "left half done" in tab.show().text
    assert outcomes(stage) == [(act.name, "partial")]


@pytest.mark.parametrize("act", [*MARKS, *EDITS, *CREATIONS], ids=str)
def test_what_is_known_is_refused_before_the_portal_is_asked(stage, act):
    tab = stage.tab()
    learn(stage, tab)
    before = books(stage)
    stage.forget_calls()

    answer = act.send(tab, None)

    assert answer.status_code == 422
    assert "Nothing was changed" in tab.said
    assert writes_asked(stage) == []
    assert books(stage) == before
    assert "Order canceled" in answer.text
    assert outcomes(stage)[-1] == (act.name, "refused")


@pytest.mark.parametrize("act", STILL_WORKING, ids=str)
def test_what_a_canceled_order_takes_is_still_done(stage, act):
    tab = stage.tab()
    learn(stage, tab)

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)


def test_all_acts_are_sorted_here():
    assert {*MARKS, *EDITS, *CREATIONS, *STILL_WORKING} == set(ACTS)


def test_it_is_remembered_for_everybody_and_survives_refresh(stage):
    learn(stage, stage.tab())

    assert "Order canceled" in stage.tab(1).answer.text
    assert "Order canceled" in stage.tab().show(refresh="1").text


def test_an_order_that_was_reopened_is_asked_again_when_somebody_says_so(stage):
    tab = stage.tab()
    learn(stage, tab)
    do_order(stage.portal, {"do": "reopen", "entityId": "8061"})
    assert 'hx-delete="/payments/canceled"' in tab.show().text

    answer = tab.delete("/payments/canceled")

    assert answer.status_code == 200
    assert 'hx-get="/payments" hx-trigger="load"' in answer.text
    assert "Order canceled" not in tab.show().text
    assert tab.post(f"/payments/{SMALL}/pay").status_code == 200


@pytest.mark.parametrize("deed", [{"do": "pay", "id": LARGE}, {"do": "unpay", "id": 1037}])
def test_an_order_whose_payments_change_is_not_canceled_any_more(stage, deed):
    tab = stage.tab()
    learn(stage, tab)
    do_order(stage.portal, {"do": "reopen", "entityId": "8061"})
    do_payment(stage.portal, {name: str(value) for name, value in deed.items()})

    assert "Order canceled" not in tab.show().text
    back = "unpay" if deed["do"] == "pay" else "pay"
    do_payment(stage.portal, {"do": back, "id": str(deed["id"])})
    assert "Order canceled" not in tab.show().text, "what was forgotten stays forgotten"


def test_payments_of_another_order_stay_as_they_are(stage):
    learn(stage, stage.tab())
    do_order(stage.portal, {"do": "second", "entityId": "8061"})
    other = do_payment(stage.portal, {"do": "add", "entityId": "8061"})["id"]
    sale.recalculate(stage.portal.crm, stage.portal.crm.payments[other])

    text = stage.tab().answer.text

    assert "Order 3653 of this card is canceled." in re.sub(r"\s+", " ", text)
    assert re.search(rf'id="pay-{other}"', text)
    assert not re.search(rf'id="pay-{SMALL}"', text)
    assert 'id="new-payment"' in text


def test_an_item_without_a_price_says_nothing_about_the_order(stage):
    item = stage.portal.crm.items_of(SMALL, sale.PRODUCT)[0]
    row = stage.portal.crm.row_of_basket(item.entity_id)
    stage.portal.crm.baskets[item.entity_id].price = row.price = row.price * 0
    sale.recalculate(stage.portal.crm, stage.portal.crm.payments[SMALL])
    tab = stage.tab()

    answer = tab.post(f"/payments/{SMALL}/items/{item.id}", {"quantity": 1, "shown": item.quantity})

    assert answer.status_code == 200, tab.said


def test_what_cannot_be_taken_back_is_said(stage):
    tab = stage.tab()
    cancel(stage)
    item = stage.portal.crm.items_of(SMALL, sale.PRODUCT)[0]
    stage.fail("crm.item.payment.product.setquantity", "denied", after=1)

    answer = tab.post(f"/payments/{SMALL}/items/{item.id}", {"quantity": 1, "shown": item.quantity})

    assert answer.status_code == 502
    assert "the change was saved, but the amount stayed as it was" in tab.said
    assert outcomes(stage)[-1] == ("set_quantity", "partial")
    assert "Order canceled" in tab.show().text


def test_the_allocation_offers_no_quantities_of_a_canceled_order(stage):
    tab = stage.tab()
    learn(stage, tab)

    assert 'id="all-' not in tab.get("/payments/allocation").text


def test_a_linked_card_shows_it_too(stage):
    learn(stage, stage.tab())
    tab = stage.tab(entity_id=11, placement=SMART)
    assert 'id="flag-canceled-2-8061"' in tab.answer.text
    assert set(payments_in(tab.answer.text)) >= {str(SMALL), str(LARGE)}
    assert "Mark as paid" not in tab.answer.text
    group = Tab(stage, re.search(r"Bearer ([\w.\-]+)", tab.answer.text).group(1))
    do_order(stage.portal, {"do": "reopen", "entityId": "8061"})

    group.delete("/payments/canceled")

    assert "Order canceled" not in tab.show().text


def test_the_question_about_many_says_nothing_to_who_may_not_see_the_card(stage):
    learn(stage, stage.tab())
    asked = {"action": "pay", "chosen": [f"{SMALL} N 2258 EUR 3653/3", f"{LARGE} N 7680 EUR"]}
    assert "is canceled" in stage.tab().get("/payments/many/question", **asked).text

    stranger = stage.open(STRANGER)

    assert stranger.get("/payments").status_code == 403
    assert "is canceled" not in stranger.get("/payments/many/question", **asked).text
