"""Undo: what it takes back and what not, whose it is, and the same guards as every other write."""

from __future__ import annotations

import html
import json
import re
from decimal import Decimal

import pytest

from b24app.simulator.portal_state import sale
from b24app.simulator.portal_state.switches import OddValue
from b24app.storage import settings as stored
from tests.support.acts import (
    COURIER,
    COURIER_LINE,
    FLEET,
    LARGE,
    PAID,
    SMALL,
    billed,
    item_of,
    links,
    payment,
    stage_said,
)
from tests.support.stage import ADMIN, MANAGER, SMART, Tab

UNDO = re.compile(r'<button[^>]* hx-post="([^"]+)" hx-vals=\'([^\']+)\'[^>]*data-undo="[^"]*">')


@pytest.fixture
def tab(stage):
    return stage.tab()


def undo_of(answer):
    """What the Undo of an answer would send, None where there is none."""
    found = UNDO.search(answer.text)
    return (found.group(1), json.loads(html.unescape(found.group(2)))) if found else None


def press_undo(tab):
    path, fields = undo_of(tab.answer)
    return tab.post(path, fields)


def save_settings(stage, **data):
    with stage.database.transaction() as session:
        portal, now = stage.portal.member_id, stage.portal_clock.now()
        saved = stored.load(session, portal)
        stored.save(session, portal, {**saved, **data}, updated_by=1, now=now)


def test_marked_as_paid_can_be_taken_back_and_says_what_stays(stage, tab):
    tab.post(f"/payments/{SMALL}/pay", {"shown": "2258.00"})
    assert "takes back the stock and the delivery" in tab.answer.text
    assert "no automation, receipt or message" in tab.answer.text
    stage.forget_calls()

    answer = press_undo(tab)

    assert answer.status_code == 200
    assert stage_said(answer) == "Payment 3653/3 is marked as unpaid again"
    assert not payment(stage, SMALL).is_paid
    assert undo_of(answer) is None
    # The write ran behind its guard, on a payment that is listed as paid.
    listed = stage.asked("crm.item.payment.list")
    assert any("paid" in str(one.params) for one in listed)


@pytest.mark.parametrize(("first", "other"), [("pay", "unpay"), ("unpay", "pay")])
def test_undo_takes_back_no_mark_that_somebody_else_has_made_since(stage, tab, first, other):
    payment_id = SMALL if first == "pay" else PAID
    base = f"/payments/{payment_id}"
    tab.post(f"{base}/{first}")
    undo, somebody = undo_of(tab.answer), stage.tab(ADMIN)
    for mark in (other, first):
        stage.advance(5)
        assert somebody.post(f"{base}/{mark}").status_code == 200
    stage.forget_calls()

    answer = tab.post(*undo)

    assert answer.status_code == 409
    assert "Changed by someone else" in stage_said(answer)
    assert payment(stage, payment_id).is_paid is (first == "pay")
    assert stage.asked(f"crm.item.payment.{other}") == []


@pytest.mark.parametrize(("first", "other"), [("pay", "unpay"), ("unpay", "pay")])
def test_undo_of_a_mark_that_somebody_else_has_taken_back_is_no_conflict(stage, tab, first, other):
    base = f"/payments/{SMALL if first == 'pay' else PAID}"
    tab.post(f"{base}/{first}")
    undo = undo_of(tab.answer)
    stage.advance(5)
    stage.tab(ADMIN).post(f"{base}/{other}")
    stage.forget_calls()

    answer = tab.post(*undo)

    assert answer.status_code == 200, stage_said(answer)
    assert "already" in stage_said(answer)
    assert stage.asked(f"crm.item.payment.{other}") == []


def test_undo_of_a_mark_works_where_the_portal_tells_no_time_of_it(stage, tab):
    stage.portal.switches.odd_values.append(
        OddValue("crm.item.payment.list", "datePaid", "null", None)
    )
    tab.post(f"/payments/{SMALL}/pay")

    press_undo(tab)

    assert not payment(stage, SMALL).is_paid


def test_marked_as_unpaid_can_be_taken_back_which_asks_and_says_that_it_pays_anew(stage, tab):
    tab.post(f"/payments/{PAID}/unpay")
    assert "marks it as paid again" in tab.answer.text
    assert 'data-confirm="dlg-paid"' in UNDO.search(tab.answer.text).group(0)

    answer = press_undo(tab)

    assert stage_said(answer) == "Payment 3653/2 is marked as paid again"
    assert payment(stage, PAID).is_paid


def test_undo_does_not_ask_where_the_portal_does_not_want_to_be_asked(stage, tab):
    save_settings(stage, confirm_pay=False)

    tab.post(f"/payments/{PAID}/unpay")

    assert undo_of(tab.answer)[0] == f"/payments/{PAID}/pay"
    assert "data-confirm" not in UNDO.search(tab.answer.text).group(0)


def test_undo_of_a_payment_of_nothing_asks_what_its_button_asks(stage, tab):
    payment(stage, PAID).sum *= 0
    save_settings(stage, confirm_pay=False)

    tab.post(f"/payments/{PAID}/unpay")
    assert 'data-confirm="dlg-zero"' in UNDO.search(tab.answer.text).group(0)
    answer = press_undo(tab)

    assert stage_said(answer) == "Payment 3653/2 is marked as paid again"
    assert payment(stage, PAID).is_paid


@pytest.mark.parametrize(("act", "back"), [("pay", "unpay"), ("unpay", "pay")])
def test_no_undo_for_whom_a_rule_keeps_from_it(stage, tab, act, back):
    save_settings(stage, rules={back: {"who": "admins", "users": []}})

    tab.post(f"/payments/{SMALL if act == 'pay' else PAID}/{act}")

    assert tab.answer.status_code == 200
    assert undo_of(tab.answer) is None
    assert "Undo" not in tab.answer.text


def test_undo_of_a_payment_whose_amount_changed_meanwhile_is_stopped_or_said(stage, tab):
    tab.post(f"/payments/{PAID}/unpay")
    path, fields = undo_of(tab.answer)
    payment(stage, PAID).sum += 1
    # As after five minutes: the state is read before anything is written.
    stage.advance(400)

    answer = tab.post(path, fields)

    assert answer.status_code == 409
    assert "Changed by someone else" in stage_said(answer)
    assert not payment(stage, PAID).is_paid


def test_already_paid_is_nobodys_act_and_has_no_undo(stage, tab):
    payment(stage, SMALL).is_paid = True

    tab.post(f"/payments/{SMALL}/pay")

    assert "already" in stage_said(tab.answer)
    assert undo_of(tab.answer) is None


def test_an_item_is_put_back_at_its_old_place_and_called_so(stage, tab):
    names = re.compile(r'data-item-id="\d+">\s*<th[^>]*><bdi>([^<]+)')
    tab.get("/payments/details", ids=str(LARGE), rows=11)
    before = names.findall(tab.answer.text)
    tab.delete(f"/payments/{LARGE}/items/{item_of(stage, LARGE).id}")
    assert stage_said(tab.answer) == "Item removed from payment 3653/4"

    answer = press_undo(tab)

    assert stage_said(answer) == "Item put back into payment 3653/4"
    assert len(before) == 3
    assert names.findall(answer.text) == before


def test_an_item_that_a_colleague_has_put_back_is_not_billed_once_more(stage, tab):
    crm = stage.portal.crm
    item = item_of(stage, LARGE)
    row = next(one for one in crm.rows_of(2, 8061) if one.basket_id == item.entity_id)
    row.quantity += item.quantity
    tab.delete(f"/payments/{LARGE}/items/{item.id}")
    sale.add_product(crm, payment(stage, LARGE), row, item.quantity)

    answer = press_undo(tab)

    assert answer.status_code == 409
    assert "Changed by someone else" in stage_said(answer)
    assert billed(stage, LARGE, row.id) == item.quantity


def test_a_quantity_is_put_back_unless_it_was_changed_again(stage, tab):
    item = item_of(stage, LARGE)
    before = int(item.quantity)
    tab.post(f"/payments/{LARGE}/items/{item.id}", {"quantity": 3, "shown": before})
    undo = undo_of(tab.answer)
    item.quantity = 4

    answer = tab.post(*undo)

    assert answer.status_code == 409
    assert item.quantity == 4
    item.quantity = 3
    answer = tab.post(*undo)
    assert stage_said(answer) == "Quantity put back in payment 3653/4"
    assert item.quantity == before
    assert undo_of(answer) is None


@pytest.mark.parametrize("quantity", [1_000_000, 1_000_001])
@pytest.mark.parametrize("is_removed", [True, False])
def test_no_undo_is_offered_that_would_be_refused(stage, tab, quantity, is_removed):
    item = item_of(stage, LARGE)
    crm = stage.portal.crm
    row = next(one for one in crm.rows_of(2, 8061) if one.basket_id == item.entity_id)
    crm.baskets[item.entity_id].quantity = row.quantity = Decimal(2_000_000)
    item.quantity = Decimal(quantity)
    sale.recalculate(crm, payment(stage, LARGE))
    path = f"/payments/{LARGE}/items/{item.id}"

    answer = tab.delete(path) if is_removed else tab.post(path, {"quantity": 3})

    assert answer.status_code == 200, stage_said(answer)
    undo = undo_of(answer)
    assert (undo is not None) is (quantity == 1_000_000)
    if undo is not None:
        assert tab.post(*undo).status_code == 200
        assert billed(stage, LARGE, row.id) == quantity


def test_a_delivery_is_put_back_and_called_so(stage, tab):
    before = links(stage, LARGE)
    tab.delete(f"/payments/{LARGE}/deliveries/{item_of(stage, LARGE, 'delivery').id}")

    answer = press_undo(tab)

    assert stage_said(answer) == "Delivery put back into payment 3653/4"
    assert links(stage, LARGE) == before


def test_undo_on_a_card_with_several_objects_brings_the_session_of_its_own(stage):
    item = next(
        card.id
        for (type_id, _), card in stage.portal.crm.cards.items()
        if type_id == 1036 and card.parent_ids.get(2) == 8061
    )
    shown = stage.tab(MANAGER, item, SMART).answer.text
    group = Tab(stage, token_in_page(shown))
    group.post(f"/payments/{SMALL}/pay")

    button = UNDO.search(group.answer.text).group(0)
    again = Tab(stage, token_in_page(html.unescape(button)))
    answer = again.post(*undo_of(group.answer))

    assert stage_said(answer) == "Payment 3653/3 is marked as unpaid again"


def token_in_page(text):
    return re.search(r"Bearer ([\w.\-]+)", text).group(1)


def test_a_moved_delivery_is_moved_back(stage, tab):
    before = links(stage, LARGE), links(stage, SMALL)
    tab.post(f"{COURIER_LINE}/move", {"to": SMALL})
    assert (links(stage, LARGE), links(stage, SMALL)) == ([], [COURIER])

    answer = press_undo(tab)

    assert answer.status_code == 200
    assert stage_said(answer) == "Delivery moved from payment 3653/3 to payment 3653/4"
    assert (links(stage, LARGE), links(stage, SMALL)) == before
    assert undo_of(answer) is None


def test_a_moved_delivery_that_was_replaced_meanwhile_stays(stage, tab):
    tab.post(f"{COURIER_LINE}/move", {"to": SMALL})
    [line] = stage.portal.crm.items_of(SMALL, "delivery")
    line.entity_id = FLEET

    answer = press_undo(tab)

    assert answer.status_code == 409
    assert (links(stage, LARGE), links(stage, SMALL)) == ([], [FLEET])


def test_a_move_to_a_payment_that_had_the_delivery_is_not_offered_back(stage, tab):
    sale.add_delivery(stage.portal.crm, payment(stage, SMALL), stage.portal.crm.shipments[COURIER])

    answer = tab.post(f"{COURIER_LINE}/move", {"to": SMALL})

    assert answer.status_code == 200
    assert undo_of(answer) is None
