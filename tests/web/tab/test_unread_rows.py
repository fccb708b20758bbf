"""Product rows that were not read: past the first page, refused, or not told for several orders."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.control.control_somebody import do_order
from b24app.simulator.portal_state import sale
from b24app.simulator.portal_state.seed import COURIER
from tests.support.acts import SMALL, item_of
from tests.support.loaders import loaded
from tests.support.stage import payments_in

BIG = 8069
"""A deal of sixty product rows: ten more than a page of the portal."""

GONE = "Item that is no longer in the card"
UNREAD = "Product that could not be read just now"
FREE = "crm.item.productrow.getavailableforpayment"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.fixture
def billed(stage):
    """All sixty rows in one payment; its id."""
    assert stage.tab(entity_id=BIG).post_all("/payments/rest").status_code == 200
    return max(stage.portal.crm.payments)


def names_in(text):
    return re.findall(r'id="item-\d+">(?:<bdi>)?([^<]*)<', text)


def figures(text):
    return dict(re.findall(r'<dt>([^<]+)</dt><dd><data value="([^"]+)">', text))


def whole(text):
    names = names_in(text)
    return len(names) == 60 and not {GONE, UNREAD} & set(names)


def test_rows_past_the_first_page_are_named_when_the_card_was_seen_before(stage, billed):
    tab = stage.tab(entity_id=BIG)

    assert payments_in(tab.answer.text) == {str(billed): "N"}
    assert GONE not in tab.answer.text
    assert whole(loaded(tab))


def test_rows_past_the_first_page_are_named_after_a_write(stage, billed):
    tab = stage.tab(entity_id=BIG)
    item = item_of(stage, billed, index=59)

    tab.post(f"/payments/{billed}/pay")
    assert GONE not in tab.answer.text
    assert whole(loaded(tab))
    tab.post(f"/payments/{billed}/unpay")
    answer = tab.delete(f"/payments/{billed}/items/{item.id}")

    assert answer.status_code == 200, tab.said
    assert GONE not in tab.answer.text
    assert len(names_in(loaded(tab))) == 59


def test_the_amount_is_that_of_all_rows_where_those_not_read_are_free(stage):
    """The deal's own amount is from before its delivery: all of it paid would be too much paid."""
    crm = stage.portal.crm
    row = crm.rows_of(2, BIG)[0]
    stage.tab(entity_id=BIG).post("/payments", {"row": row.id, f"quantity-{row.id}": "1"})
    payment = crm.payments[max(crm.payments)]
    shipment = sale.add_shipment(crm, crm.orders[payment.order_id], COURIER, Decimal(15))
    sale.add_delivery(crm, payment, shipment)

    text = stage.tab(entity_id=BIG).answer.text

    assert figures(text)["Amount"] == "615.00"


@pytest.fixture
def by_product(stage):
    """A portal that finds baskets by product (quirk 101); the rows of the long deal."""
    stage.portal.switches.finds_by_product = True
    return stage.portal.crm.rows_of(2, BIG)


def bill(stage, row, quantity="1"):
    tab = stage.tab(entity_id=BIG)
    tab.post("/payments", {"row": row.id, f"quantity-{row.id}": quantity})
    return tab, max(stage.portal.crm.payments)


def test_what_is_left_of_another_row_s_basket_is_not_all_of_a_row_that_was_not_read(
    stage, by_product
):
    for row in by_product:
        row.product_id = 0
    by_product[1].quantity, by_product[-1].quantity = Decimal(5), Decimal(7)
    by_product[-1].sort = -10  # First of those with its product, though last to be read.
    stage.portal.crm.cards[2, BIG].opportunity = Decimal(700)

    bill(stage, by_product[1], "3")

    assert figures(stage.tab(entity_id=BIG).answer.text)["Amount"] == "700.00"


def test_a_row_that_was_not_read_counts_as_it_is_and_not_as_it_was_billed_once(stage, by_product):
    last = by_product[-1]
    tab, payment_id = bill(stage, last)
    assert tab.delete(f"/payments/{payment_id}").status_code == 200, tab.said
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(last.id), "quantity": "3"})
    stage.portal.crm.cards[2, BIG].opportunity = Decimal(620)

    bill(stage, by_product[0])

    assert figures(stage.tab(entity_id=BIG).answer.text)["Amount"] == "620.00"


def test_a_page_that_knows_of_fewer_rows_is_given_the_names_of_all(stage, billed):
    tab = stage.tab(entity_id=BIG)

    assert whole(tab.get("/payments/details", ids=str(billed), rows="50").text)


@pytest.mark.parametrize("kind", ["operation_limit", "denied", "error_500"])
def test_rows_that_cannot_be_read_are_not_called_gone(stage, kind):
    stage.tab()
    stage.portal.faults.add("crm.item.productrow.list", kind, times=9)
    tab = stage.tab()

    assert UNREAD in names_in(tab.answer.text)
    assert GONE not in tab.answer.text
    assert "do not add up" not in tab.answer.text


def test_a_row_that_was_deleted_is_called_gone(stage):
    stage.tab()
    basket = item_of(stage, SMALL).entity_id
    row = next(one for one in stage.portal.crm.rows_of(2, 8061) if one.basket_id == basket)
    do_order(stage.portal, {"do": "delete_row", "id": str(row.id)})
    tab = stage.tab()

    assert GONE in names_in(tab.answer.text)
    assert UNREAD not in tab.answer.text


@pytest.mark.parametrize("path", ["/payments/new", f"/payments/{SMALL}/items"])
def test_what_is_free_and_cannot_be_read_is_not_called_billed(stage, path):
    tab = stage.tab()
    stage.portal.faults.add(FREE, "operation_limit", times=9)

    text = tab.get(path).text

    assert "could not be read just now" in text
    assert "already in payments" not in text
    assert 'name="row"' not in text
    assert "The unbilled products could not be read just now" in tab.show().text


@pytest.mark.parametrize("path", ["/payments/new", f"/payments/{SMALL}/items"])
def test_what_is_free_of_several_orders_is_offered(stage, path):
    do_order(stage.portal, {"do": "second", "entityId": "8061"})
    tab = stage.tab()

    rows = re.findall(r'name="row" value="(\d+)"', tab.get(path).text)

    assert sorted(rows) == ["17610", "17611"]


def test_what_several_orders_leave_to_bill_comes_with_the_compositions(stage):
    do_order(stage.portal, {"do": "second", "entityId": "8061"})
    tab = stage.tab()
    assert "Not billed, 2 products" not in tab.answer.text
    assert "Allocation shows them" in tab.answer.text
    assert "Bill the rest" not in tab.answer.text

    text = loaded(tab)

    assert "Not billed, 2 products" in text
    assert "Bill the rest" in text
    assert figures(text) == figures(stage.tab().answer.text), "the sums were right before"


@pytest.mark.usefixtures("billed")
def test_what_several_orders_leave_is_not_worked_out_from_one_page_of_rows(stage):
    do_order(stage.portal, {"do": "second", "entityId": str(BIG)})
    row = stage.portal.crm.rows_of(2, BIG)[0]
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(row.id), "quantity": "3"})
    tab = stage.tab(entity_id=BIG)

    assert "Not billed, " not in tab.answer.text
    assert "Not billed, 1 product<" in loaded(tab)


@pytest.mark.parametrize("kind", ["error_500", "operation_limit", "unexpected"])
def test_the_rest_that_cannot_be_read_is_surely_not_billed(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add(FREE, kind, times=9)

    answer = tab.post_all("/payments/rest")

    assert answer.status_code in {502, 503}
    assert "Nothing was changed" in tab.said
    assert "not known" not in tab.said
