"""A delivery of another order of the card: the portal links it, but no sum counts it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.portal_state import sale
from tests.support.acts import SIGNS, SMALL, links, outcomes, stage_said, writes_asked
from tests.support.stage import ADMIN
from tests.web.tab.test_previews import words

DEAL = (2, 8061)


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def second_order(stage, price, number=None):
    """A payment of a second order with a delivery for this price, and a delivery of the first.

    With a `number` like no payment's nobody knows that this delivery is of another order.
    """
    crm = stage.portal.crm
    [first] = crm.orders_of(*DEAL)
    order = sale.open_order(crm, DEAL, "EUR")
    payment = sale.add_payment(crm, order, crm.pay_systems[7])
    sale.add_product(crm, payment, crm.product_rows[SIGNS], Decimal(2))
    own = sale.add_shipment(crm, order, (1, "Own fleet"), Decimal(price))
    line = sale.add_delivery(crm, payment, own)
    foreign = sale.add_shipment(crm, first, (1, "Courier"), Decimal(55))
    foreign.account_number = foreign.account_number if number is None else number
    return payment, line, own, foreign


def reassign(tab, payment, line, now, to):
    path = f"/payments/{payment.id}/deliveries/{line.id}"
    return tab.post(path, {"delivery_id": to.id, "shown": now.id})


@pytest.mark.parametrize("price", ["0", "40", "55", "55.05"])
def test_a_delivery_that_the_amount_would_leave_out_is_not_kept(stage, price):
    payment, line, own, foreign = second_order(stage, price, "X-7/1")
    before, tab = payment.sum, stage.tab()

    answer = reassign(tab, payment, line, own, foreign)

    assert answer.status_code == 502
    assert "The delivery was not reassigned as asked." in stage_said(answer)
    assert (links(stage, payment.id), payment.sum) == ([own.id], before)
    assert outcomes(stage) == [("reassign_delivery", "failed")]
    assert "Order canceled" not in tab.show(refresh="1").text
    assert tab.post(f"/payments/{payment.id}/pay", {"shown": str(before)}).status_code == 200


@pytest.mark.parametrize("price", ["0", "40"])
def test_what_cannot_be_taken_back_is_not_called_done(stage, price):
    payment, line, own, foreign = second_order(stage, price, "X-7/1")
    tab = stage.tab()
    method = "crm.item.payment.delivery.setDelivery"
    stage.portal.faults.add(method, "error_500", after=1)

    answer = reassign(tab, payment, line, own, foreign)

    assert answer.status_code == 502
    assert "The delivery was not reassigned as asked." in stage_said(answer)
    assert links(stage, payment.id) == [foreign.id]
    assert outcomes(stage) == [("reassign_delivery", "partial")]


@pytest.mark.parametrize("price", ["0", "40", "55"])
@pytest.mark.parametrize("is_foreign_before", [False, True])
def test_a_delivery_of_its_own_order_is_kept(stage, price, is_foreign_before):
    payment, line, own, foreign = second_order(stage, price)
    other = sale.add_shipment(
        stage.portal.crm, stage.portal.crm.orders[payment.order_id], (1, "Van"), Decimal(70)
    )
    if is_foreign_before:
        line.entity_id = foreign.id
        sale.recalculate(stage.portal.crm, payment)
    tab = stage.tab(ADMIN)

    answer = reassign(tab, payment, line, foreign if is_foreign_before else own, other)

    assert stage_said(answer).startswith("Delivery reassigned")
    assert (links(stage, payment.id), payment.sum) == ([other.id], Decimal("306.00"))


def test_a_canceled_order_is_still_told_from_another_one(stage):
    payment, line, own, _foreign = second_order(stage, "40")
    crm = stage.portal.crm
    other = sale.add_shipment(crm, crm.orders[payment.order_id], (1, "Van"), Decimal(70))
    crm.orders[payment.order_id].is_canceled = True
    tab = stage.tab()

    answer = reassign(tab, payment, line, own, other)

    assert "the order of this payment is canceled" in stage_said(answer)
    assert links(stage, payment.id) == [own.id]
    assert "Order canceled" in tab.show(refresh="1").text


NOT_LISTED = "What belongs to another order of this card is not listed."


def test_a_delivery_of_another_order_is_not_offered(stage):
    payment, _line, own, foreign = second_order(stage, "40")
    order = stage.portal.crm.orders[payment.order_id]
    free = sale.add_shipment(stage.portal.crm, order, (1, "Van"), Decimal(70))

    text = stage.tab().get(f"/payments/{payment.id}/deliveries").text

    assert re.findall(r'name="delivery_id" value="(\d+)"', text) == [str(free.id)]
    assert NOT_LISTED in words(text)
    choices = re.findall(r'<option value="(\d+)"', details(stage, payment.id))
    assert choices == [str(own.id), str(free.id)]
    assert str(foreign.id) not in choices


def test_where_all_others_are_of_another_order_nothing_is_offered(stage):
    payment, *_ = second_order(stage, "40")

    text = words(stage.tab().get(f"/payments/{payment.id}/deliveries").text)

    assert NOT_LISTED in text
    assert "All deliveries of this card" not in text
    assert "Add to payment" not in text


def test_a_delivery_is_not_moved_to_a_payment_of_another_order(stage):
    payment, line, *_ = second_order(stage, "40")
    tab, path = stage.tab(), f"/payments/{payment.id}/deliveries/{line.id}/move"

    nothing = tab.get(path).text
    crm = stage.portal.crm
    there = sale.add_payment(crm, crm.orders[payment.order_id], crm.pay_systems[7])
    offered = tab.get(path).text

    assert NOT_LISTED in words(nothing)
    assert "<option" not in nothing
    assert re.findall(r'<option value="(\d+)"', offered) == [str(there.id)]


@pytest.mark.parametrize("number", ["", "X-7", "X-7/1"])
def test_a_delivery_of_an_order_that_is_not_known_is_offered(stage, number):
    """Its order may be that of the payment, renumbered."""
    payment, _line, _own, foreign = second_order(stage, "40")
    foreign.account_number = number

    tab = stage.tab()

    form = tab.get(f"/payments/{payment.id}/deliveries").text
    assert f'name="delivery_id" value="{foreign.id}"' in form
    answer = tab.post(f"/payments/{payment.id}/deliveries", {"delivery_id": foreign.id})
    assert "Nothing was changed" in stage_said(answer)


OTHER_ORDER = (
    "Not saved. A delivery can only be in a payment of its own order. "
    "This delivery and this payment are of different orders."
)


def test_an_older_page_cannot_reassign_to_a_delivery_of_another_order(stage):
    payment, line, own, foreign = second_order(stage, "40")
    tab = stage.tab()

    answer = reassign(tab, payment, line, own, foreign)

    assert answer.status_code == 409
    assert OTHER_ORDER in stage_said(answer)
    assert f'id="payment-{payment.id}"' in answer.text, "with what can be chosen now"
    assert writes_asked(stage) == []
    assert links(stage, payment.id) == [own.id]


def test_an_older_dialog_cannot_add_a_delivery_of_another_order(stage):
    payment, _line, own, foreign = second_order(stage, "40")

    answer = stage.tab().post(f"/payments/{payment.id}/deliveries", {"delivery_id": foreign.id})

    assert answer.status_code == 409
    assert OTHER_ORDER in stage_said(answer)
    assert writes_asked(stage) == []
    assert links(stage, payment.id) == [own.id]


def test_an_older_dialog_cannot_move_to_a_payment_of_another_order(stage):
    payment, line, own, _foreign = second_order(stage, "40")
    path = f"/payments/{payment.id}/deliveries/{line.id}/move"

    answer = stage.tab().post(path, {"to": SMALL, "shown": own.id})

    assert answer.status_code == 409
    assert OTHER_ORDER in stage_said(answer)
    assert writes_asked(stage) == []
    assert links(stage, payment.id) == [own.id]


def test_an_odd_number_of_the_payment_to_move_to_is_read_as_it_is(stage):
    stage.portal.crm.payments[SMALL].account_number = "3653/A&B"

    question = stage.tab().get("/payments/1039/deliveries/1205/move").text

    assert re.search(r">\s*Payment 3653/A&amp;B, €2,258.00\s*</option>", question)


def details(stage, payment_id):
    return stage.tab().get("/payments/details", ids=str(payment_id), rows=9).text
