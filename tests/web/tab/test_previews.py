"""What Bill the rest and New payment show before anything is created."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.control.control_somebody import do_order
from b24app.simulator.portal_state import sale, seed
from b24app.storage import settings as stored
from tests.support import odd_cards
from tests.support.acts import BANK, CABLES, FLEET, books, writes_asked

CASH = 6


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def words(text):
    """The words of an answer, with single blanks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", text)).strip()


def test_the_button_carries_what_would_be_billed(stage):
    text = stage.tab().answer.text

    ((button, name),) = re.findall(r'(<button[^>]*id="bill-rest"[^>]*>)([^<]*)</button>', text)
    assert name == "Bill the rest"
    assert 'aria-describedby="rest-sum"' in button
    assert re.search(r'id="rest-sum"><data value="1472.00">', text)


def test_the_preview_shows_rows_total_system_and_deliveries_and_writes_nothing(stage):
    tab = stage.tab()
    before = books(stage)
    stage.forget_calls()

    text = tab.get("/payments/rest").text

    said = words(text)
    assert "Bill the rest: €1,472.00 ?" in said
    assert "Emergency exit sign E1 €118.00 10 pcs €1,180.00" in said
    assert "Cable set, 5 m €36.50 8 pcs €292.00" in said
    assert "Nothing is left to bill after it" in said
    assert "Delivery 3653/2 is in payment 3653/2." in said
    assert "Delivery 3653/3 is in payment 3653/4." in said
    assert "No delivery is left." in said
    assert 'name="shown" value="1472.00"' in text or 'name="shown" value="1472.0"' in text
    assert writes_asked(stage) == []
    assert books(stage) == before
    assert len(stage.http_calls) <= 2, "the card, and once an hour the payment systems"


def test_what_was_shown_is_what_is_billed(stage):
    tab = stage.tab()
    text = tab.get("/payments/rest").text
    (shown,) = re.findall(r'name="shown" value="([\d.]+)"', text)

    answer = tab.post("/payments/rest", {"shown": shown, "pay_system_id": BANK})

    assert answer.status_code == 200, tab.said
    made = stage.portal.crm.payments[max(stage.portal.crm.payments)]
    assert (str(made.sum), made.pay_system_id) == ("1472.00", BANK)


def test_a_delivery_that_is_in_no_payment_is_said_to_be_left(stage):
    crm = stage.portal.crm
    order = crm.orders_of(2, 8061)[0]
    free = sale.add_shipment(crm, order, (229, "Courier"), Decimal(50))

    said = words(stage.tab().get("/payments/rest").text)

    assert f"Delivery {free.account_number} is not in a payment yet." in said
    assert "No delivery is left" not in said
    assert "Nothing is left to bill after it" not in said


def test_a_delivery_in_several_payments_names_them_all(stage):
    tab = stage.tab()
    crm = stage.portal.crm
    sale.add_delivery(crm, crm.payments[1038], crm.shipments[FLEET])

    said = words(tab.get("/payments/rest").text)

    assert "is in payment 3653/3, 3653/2." in said


def test_fractions_are_named_and_the_preview_does_not_promise_all(stage):
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(CABLES), "quantity": "8.5"})

    said = words(stage.tab().get("/payments/rest").text)

    assert "Cable set, 5 m: only whole quantities can be billed here, 8.5 are available." in said
    assert "Nothing is left to bill after it" not in said
    assert "€292.00" in said


NOTHING_TO_CHOOSE = {
    8062: "All products of this card are already in payments.",
    8067: "This deal has no products. Add them on the Products tab.",
    odd_cards.NOTHING: "This deal has no products. Add them on the Products tab.",
}


@pytest.mark.parametrize("path", ["/payments/new", "/payments/rest"])
@pytest.mark.parametrize("deal", NOTHING_TO_CHOOSE)
def test_a_card_with_nothing_to_choose_says_why_and_offers_no_creation(stage, deal, path):
    if deal in odd_cards.PRODUCTS:
        odd_cards.add_deal(stage.portal.crm, deal)

    tab = stage.tab(entity_id=deal)
    text = tab.get(path).text

    assert NOTHING_TO_CHOOSE[deal] in words(text)
    assert 'type="submit"' not in text
    assert 'id="bill-rest"' not in tab.show().text


def test_an_invoice_without_products_is_called_an_invoice(stage):
    crm = stage.portal.crm
    for row in crm.rows_of(31, 513):
        del crm.product_rows[row.id]

    text = stage.tab(entity_id=513, placement="CRM_SMART_INVOICE_DETAIL_TAB").get("/payments/new")

    assert "This invoice has no products." in words(text.text)


def test_products_that_could_not_be_read_are_not_called_missing(stage):
    tab = stage.tab(entity_id=8062)
    stage.portal.faults.add("crm.item.productrow.list", "operation_limit", times=9)

    said = words(tab.get("/payments/new").text)

    assert "no products" not in said
    assert "already in payments" in said


@pytest.mark.parametrize(
    ("deal", "said"),
    [
        (odd_cards.YEN, "¥1,500.5 3 pcs ¥4,501.5"),
        (odd_cards.NO_CURRENCY, "24.33 12 pcs 291.96"),
        (odd_cards.TINY, "€0.0000005 7 pcs €0.0000035"),
    ],
)
def test_odd_prices_are_shown_whole(stage, deal, said):
    odd_cards.add_deal(stage.portal.crm, deal)
    tab = stage.tab(entity_id=deal)

    assert said in words(tab.get("/payments/rest").text)
    assert tab.get("/payments/new").status_code == 200


def test_rows_that_come_to_nothing_can_be_looked_at_but_not_created(stage):
    odd_cards.add_deal(stage.portal.crm, odd_cards.DISCOUNT)
    tab = stage.tab(entity_id=odd_cards.DISCOUNT)
    assert 'id="bill-rest"' not in tab.answer.text

    text = tab.get("/payments/new").text

    assert "come to -€5.30 , but a payment must be for more than zero" in words(text)
    assert re.search(r'<button class="btn btn--primary" type="submit"[^>]* disabled>', text)
    assert "comes to -€5.30" in words(tab.get("/payments/rest").text)


@pytest.mark.parametrize("path", ["/payments/new", "/payments/rest"])
def test_bitrix24_chooses_the_payment_system_unless_there_is_a_default(stage, path):
    tab = stage.tab()
    assert chosen_in(tab.get(path).text) == ("", "Let Bitrix24 choose")
    with stage.database.transaction() as session:
        stored.save(
            session, stage.portal.member_id, {"default_pay_system": BANK}, updated_by=1,
            now=stage.portal_clock.now(),
        )  # fmt: skip

    text = tab.get(path).text
    with stage.database.transaction() as session:
        stored.save(session, stage.portal.member_id, {}, updated_by=1, now=stage.portal_clock.now())

    assert chosen_in(text) == (str(BANK), "Bank transfer (default)")
    assert "Let Bitrix24 choose" in text


def chosen_in(text):
    options = re.findall(r'<option value="(\d*)"( selected)?>([^<]*)</option>', text)
    marked = [(value, name) for value, is_selected, name in options if is_selected]
    return marked[0] if marked else (options[0][0], options[0][2])


@pytest.mark.parametrize("path", ["/payments/new", "/payments/rest", "/payments/1045/items"])
def test_the_currency_of_the_order_is_named_where_it_is_another(stage, path):
    (there,) = stage.portal.crm.payments_of(2, 8066)
    deal = stage.portal.crm.cards[2, 8066]
    odd_cards.add_row(stage.portal.crm, deal, "Wall light", "50", "2")

    said = words(stage.tab(entity_id=8066).get(path.replace("1045", str(there.id))).text)

    assert "$50.00" in said
    assert "Prices are those of the card, in US dollars" in said
    assert "in euros, the currency of its order" in said


@pytest.mark.parametrize("path", ["/payments/new", "/payments/rest"])
def test_many_rows_are_shown_in_part_at_first(stage, path):
    odd_cards.add_deal(stage.portal.crm, odd_cards.MANY)

    text = stage.tab(entity_id=odd_cards.MANY).get(path).text

    shown, hidden = text.split('id="further-rows" hidden')
    assert "Frame 001" in shown
    assert "Frame 300" in hidden
    assert "Frame 300" not in shown
    assert re.search(r"Show \d+ more products", text)


@pytest.mark.parametrize("path", ["/payments/new", "/payments/rest", "/payments/1038/items"])
def test_a_preview_of_a_card_with_many_payments_reads_them_at_the_same_time(stage, path):
    seed.fill(stage.portal.crm, payments=20)
    tab = stage.tab()
    stage.forget_calls()

    assert tab.get(path).status_code == 200

    # Where one pays is read with another token.
    lengths = [len(call.commands) for call in stage.http_calls if len(call.commands) > 1]
    assert 2 <= len(lengths) <= 3
    assert max(lengths) <= 20
