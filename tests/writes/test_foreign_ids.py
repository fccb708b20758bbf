"""Ids of other cards and payments, and quantities nobody can bill: refused before anything runs."""

from __future__ import annotations

import pytest

from b24app.simulator.control.control_somebody import do_order
from tests.support.acts import (
    CABLES,
    FLEET,
    FLEET_IS_IN_PAID,
    FOREIGN,
    SIGNS,
    SMALL,
    billed,
    books,
    writes_asked,
)

FOREIGN_ITEM, FOREIGN_LINE, FOREIGN_DOCUMENT, FOREIGN_ROW = 1207, 1208, 4075, 17613
HUGE = 10**30


@pytest.fixture
def stage(writing_stage):
    return writing_stage


FOREIGN_IDS = {
    "pay a foreign payment": ("POST", f"/payments/{FOREIGN}/pay", {}),
    "unpay a foreign payment": ("POST", "/payments/1040/unpay", {}),
    "delete a foreign payment": ("DELETE", f"/payments/{FOREIGN}", {}),
    "change a foreign system": ("POST", f"/payments/{FOREIGN}/system", {"pay_system_id": 7}),
    "add items to a foreign payment": (
        "POST", f"/payments/{FOREIGN}/items", {"row": SIGNS, f"quantity-{SIGNS}": 1},
    ),
    "set a quantity in a foreign payment": (
        "POST", f"/payments/{FOREIGN}/items/{FOREIGN_ITEM}", {"quantity": 2},
    ),
    "remove from a foreign payment": ("DELETE", f"/payments/{FOREIGN}/items/{FOREIGN_ITEM}", {}),
    "add a delivery to a foreign payment": (
        "POST", f"/payments/{FOREIGN}/deliveries", {"delivery_id": FLEET},
    ),
    "reassign in a foreign payment": (
        "POST", f"/payments/{FOREIGN}/deliveries/{FOREIGN_LINE}", {"delivery_id": FLEET},
    ),
    "remove a delivery of a foreign payment": (
        "DELETE", f"/payments/{FOREIGN}/deliveries/{FOREIGN_LINE}", {},
    ),
    "move out of a foreign payment": (
        "POST", f"/payments/{FOREIGN}/deliveries/{FOREIGN_LINE}/move", {"to": SMALL},
    ),
    "move into a foreign payment": (
        "POST", "/payments/1039/deliveries/1205/move", {"to": FOREIGN},
    ),
    "set a foreign item": ("POST", f"/payments/1038/items/{FOREIGN_ITEM}", {"quantity": 2}),
    "set an item of the other payment": ("POST", "/payments/1038/items/1202", {"quantity": 2}),
    "set a delivery line as an item": ("POST", "/payments/1039/items/1205", {"quantity": 2}),
    "remove a foreign item": ("DELETE", f"/payments/1038/items/{FOREIGN_ITEM}", {}),
    "remove an item as a delivery": ("DELETE", "/payments/1038/deliveries/1200", {}),
    "remove a foreign line": ("DELETE", f"/payments/1039/deliveries/{FOREIGN_LINE}", {}),
    "reassign a foreign line": (
        "POST", f"/payments/1039/deliveries/{FOREIGN_LINE}", {"delivery_id": FLEET},
    ),
    "reassign to a foreign document": (
        "POST", "/payments/1039/deliveries/1205", {"delivery_id": FOREIGN_DOCUMENT},
    ),
    "reassign to a delivery service": (
        "POST", "/payments/1039/deliveries/1205", {"delivery_id": 228},
    ),
    "add a foreign document": ("POST", "/payments/1038/deliveries", {"delivery_id": 4075}),
    "move a foreign line": ("POST", f"/payments/1039/deliveries/{FOREIGN_LINE}/move", {"to": 1038}),
    "add a foreign row": (
        "POST", "/payments/1038/items", {"row": FOREIGN_ROW, f"quantity-{FOREIGN_ROW}": 1},
    ),
    "create with a foreign row": (
        "POST", "/payments", {"row": FOREIGN_ROW, f"quantity-{FOREIGN_ROW}": 1},
    ),
    "pay nothing": ("POST", "/payments/0/pay", {}),
    "pay what no database holds": ("POST", f"/payments/{HUGE}/pay", {}),
    "set what no database holds": ("POST", f"/payments/1038/items/{HUGE}", {"quantity": 1}),
    "pay a number of thousands of digits": ("POST", f"/payments/{'9' * 5000}/pay", {}),
}  # fmt: skip


@pytest.mark.parametrize("is_fresh", [True, False])
@pytest.mark.parametrize("name", FOREIGN_IDS)
def test_a_foreign_id_is_not_found_and_no_write_of_it_is_asked(stage, name, is_fresh):
    tab = stage.tab() if is_fresh else stage.open()
    before = books(stage)
    method, path, data = FOREIGN_IDS[name]

    answer = tab.send(method, path, data)

    assert answer.status_code == 404, answer.text
    assert writes_asked(stage) == []
    assert books(stage) == before


def test_a_payment_of_another_card_is_not_even_read_by_its_id(stage):
    stage.tab().get(f"/payments/{FOREIGN}/link")

    asked = stage.asked("salescenter.payment.getpublicurl")
    assert asked == []
    assert stage.asked("crm.item.payment.get") == []


QUANTITIES = {
    "2.5": "fraction", "2,5": "fraction", "0.5": "fraction", "0": "whole number from 1",
    "-1": "whole number from 1", "": "whole number from 1", "many": "whole number from 1",
    "NaN": "whole number from 1", "Infinity": "whole number from 1",
    "1,000": "whole number from 1", "1.000": "whole number from 1", "1 000": "whole number from 1",
    "1.000000": "whole number from 1", "2.00000": "whole number from 1",
    "1.23456": "whole number from 1",
    "9" * 5000: "whole number from 1", "1e999999": "whole number from 1",
    "1e1": "whole number from 1", "1_0": "whole number from 1", "٣": "whole number from 1",
    "21": "can be billed", "1000000": "can be billed",
}  # fmt: skip


@pytest.mark.parametrize("text", QUANTITIES, ids=lambda text: text[:10] or "empty")
@pytest.mark.parametrize(
    "form",
    [
        lambda text: ("/payments/1038/items/1200", {"quantity": text}),
        lambda text: ("/payments/1038/items", {"row": SIGNS, f"quantity-{SIGNS}": text}),
        lambda text: ("/payments", {"row": CABLES, f"quantity-{CABLES}": text}),
    ],
    ids=["set", "add", "create"],
)
def test_a_quantity_that_cannot_be_billed_is_refused_before_it_is_sent(stage, form, text):
    tab = stage.tab()
    before = books(stage)

    answer = tab.post(*form(text))

    assert answer.status_code == 422
    assert QUANTITIES[text] in tab.answer.text
    assert writes_asked(stage) == []
    assert books(stage) == before


def test_more_than_is_left_is_refused_when_nothing_is_left_at_all(stage):
    tab = stage.tab()
    assert tab.post_all("/payments/rest").status_code == 200
    stage.forget_calls()

    answer = tab.post("/payments/1038/items", {"row": SIGNS, f"quantity-{SIGNS}": 1})

    assert answer.status_code == 422
    assert writes_asked(stage) == []


def test_a_row_the_payment_has_already_is_raised(stage):
    tab = stage.tab()
    tab.post("/payments/1038/items", {"row": SIGNS, f"quantity-{SIGNS}": 3})

    answer = tab.post("/payments/1038/items", {"row": SIGNS, f"quantity-{SIGNS}": 4})

    assert answer.status_code == 200
    assert billed(stage, SMALL, SIGNS) == 7
    assert len(stage.executed("crm.item.payment.product.setquantity")) == 1


def test_a_fraction_made_elsewhere_is_replaced_only_when_asked(stage):
    tab = stage.tab(entity_id=8064)
    item = stage.portal.crm.items_of(1042, "product")[0]

    refused = tab.post(f"/payments/1042/items/{item.id}", {"quantity": 2})
    assert refused.status_code == 422
    assert item.quantity == 2.5

    agreed = tab.post(f"/payments/1042/items/{item.id}", {"quantity": 2, "may_round": "1"})
    assert agreed.status_code == 200
    assert item.quantity == 2


def test_two_lines_of_one_delivery_are_refused(stage):
    tab = stage.tab()
    tab.post("/payments/1039/deliveries", {"delivery_id": FLEET, **FLEET_IS_IN_PAID})

    answer = tab.post("/payments/1039/deliveries/1205", {"delivery_id": FLEET})

    assert answer.status_code == 422
    assert "in the payment already" in tab.said
    assert stage.asked("crm.item.payment.delivery.setdelivery") == []


def test_a_delivery_that_is_there_already_is_success_without_a_write(stage):
    tab = stage.tab()

    answer = tab.post("/payments/1039/deliveries", {"delivery_id": 4074})

    assert answer.status_code == 200
    assert "already" in tab.said
    assert writes_asked(stage) == []


def test_a_move_into_the_same_payment_is_refused(stage):
    tab = stage.tab()

    assert tab.post("/payments/1039/deliveries/1205/move", {"to": 1039}).status_code == 422
    assert writes_asked(stage) == []


def test_bill_the_rest_with_nothing_left_says_so(stage):
    tab = stage.tab(entity_id=8062)

    answer = tab.post_all("/payments/rest")

    assert answer.status_code == 422
    assert "in a payment already" in tab.said


def test_bill_the_rest_leaves_fractions_and_names_them(stage):
    row = stage.portal.crm.product_rows[CABLES]
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(CABLES), "quantity": "12.5"})
    tab = stage.tab()

    answer = tab.post_all("/payments/rest")

    assert answer.status_code == 200
    assert f"left of: {row.product_name}" in tab.said
    assert billed(stage, max(stage.portal.crm.payments), CABLES) == 12


def test_bill_the_rest_of_two_orders_bills_the_estimate(stage):
    stage.portal.crm.items.pop(1201)
    do_order(stage.portal, {"do": "second", "entityId": "8061"})
    tab = stage.tab()

    answer = tab.post_all("/payments/rest")

    assert "in a payment already" not in tab.said
    assert answer.status_code in {200, 502}, tab.said


def test_bill_the_rest_when_what_is_free_cannot_be_read_is_no_all_billed(stage):
    tab = stage.tab()
    stage.portal.faults.add("crm.item.productrow.getavailableforpayment", "busy")

    answer = tab.post_all("/payments/rest")

    assert answer.status_code == 503
    assert "busy" in tab.said


def test_more_than_fits_into_one_batch_is_billed_in_parts(stage):
    tab = stage.tab(entity_id=8069)

    answer = tab.post_all("/payments/rest")

    assert answer.status_code == 200, tab.said
    made = max(stage.portal.crm.payments)
    assert len(stage.portal.crm.items_of(made, "product")) == 60
    assert stage.portal.crm.payments[made].sum == 600
