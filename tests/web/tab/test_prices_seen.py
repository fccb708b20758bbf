"""What is billed costs what the dialog said: a price that changed meanwhile stops it."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from tests.support.acts import COURIER, COURIER_LINE, FLEET, LARGE, SMALL, links

SAID = "Someone else has changed what is left to bill. Check the new amount."
OF_DELIVERY = "The price of this delivery has changed in Bitrix24. Check the new amount."
ADD = "crm.item.payment.add"
ADD_ITEM = "crm.item.payment.product.add"
FORMS = {
    "a new payment": ("/payments/new", "/payments"),
    "further items": (f"/payments/{SMALL}/items", f"/payments/{SMALL}/items"),
}


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.fixture(params=list(FORMS.values()), ids=list(FORMS))
def paths(request):
    return request.param


def chosen(tab, path):
    """What the dialog sends where a person chooses one piece of the first row."""
    text = tab.get(path).text
    [row, *_] = re.findall(r'name="row" value="(\d+)"', text)
    [price] = re.findall(rf'name="price-{row}" value="([^"]*)"', text)
    return int(row), {"row": row, f"quantity-{row}": 1, f"price-{row}": price}


def test_a_price_that_changed_meanwhile_stops_it_before_anything_is_sent(stage, paths):
    tab = stage.tab()
    row, fields = chosen(tab, paths[0])
    stage.portal.crm.product_rows[row].price += Decimal("0.01")

    answer = tab.post(paths[1], fields)

    assert (answer.status_code, SAID in tab.said) == (409, True), tab.said
    assert stage.asked(ADD) + stage.asked(ADD_ITEM) == []


def test_the_price_that_was_seen_is_billed(stage, paths):
    tab = stage.tab()
    _, fields = chosen(tab, paths[0])

    assert tab.post(paths[1], fields).status_code == 200, tab.said


@pytest.mark.parametrize("price", ["NaN", "1e999", "many"])
def test_a_price_that_no_dialog_shows_is_refused(stage, paths, price):
    tab = stage.tab()
    row, fields = chosen(tab, paths[0])

    assert tab.post(paths[1], {**fields, f"price-{row}": price}).status_code == 422


@pytest.mark.parametrize("path", ["/payments/new", "/payments/rest"])
def test_a_currency_that_changed_meanwhile_stops_a_new_payment(stage, path):
    tab = stage.tab()
    _, fields = chosen(tab, "/payments/new")
    dialog = tab.get(path).text
    [currency] = re.findall(r'name="currency" value="([^"]*)"', dialog)
    fields |= dict(re.findall(r'name="(shown)" value="([^"]*)"', dialog))
    stage.portal.crm.cards[2, 8061].currency = "USD"

    answer = tab.post(path.removesuffix("/new"), {**fields, "currency": currency})

    assert (currency, answer.status_code, SAID in tab.said) == ("EUR", 409, True), tab.said
    assert stage.asked(ADD) == []


@pytest.mark.parametrize(("now", "status"), [("EUR", 200), ("USD", 409)])
def test_a_currency_that_changed_meanwhile_stops_further_items(stage, now, status):
    tab, path = stage.tab(), f"/payments/{SMALL}/items"
    _, fields = chosen(tab, path)
    [currency] = re.findall(r'name="currency" value="([^"]*)"', tab.get(path).text)
    stage.portal.crm.cards[2, 8061].currency = now

    answer = tab.post(path, {**fields, "currency": currency})

    assert (currency, answer.status_code) == ("EUR", status), tab.said
    assert (SAID in tab.said) is (status == 409)
    assert len(stage.asked(ADD_ITEM)) == (status == 200)


def test_a_card_that_cannot_be_read_keeps_nobody_from_adding(stage):
    tab, path = stage.tab(), f"/payments/{SMALL}/items"
    _, fields = chosen(tab, path)
    stage.portal.faults.add("crm.item.get", "unexpected", times=1)

    assert tab.post(path, {**fields, "currency": "EUR"}).status_code == 200, tab.said


def test_a_card_that_cannot_be_read_keeps_nobody_from_creating(stage):
    tab = stage.tab()
    _, fields = chosen(tab, "/payments/new")
    stage.portal.faults.add("crm.item.get", "unexpected", times=1)

    assert tab.post("/payments", {**fields, "currency": "EUR"}).status_code == 200, tab.said


@pytest.mark.parametrize(("more", "status"), [("0", 200), ("0.01", 409)])
def test_a_delivery_is_added_at_the_price_that_was_seen(stage, more, status):
    tab, path = stage.tab(), f"/payments/{SMALL}/deliveries"
    text = tab.get(path).text
    [document, *_] = re.findall(r'name="delivery_id" value="(\d+)"', text)
    told = dict(re.findall(r'name="((?:price|holders)-\d+)" value="([^"]*)"', text))
    stage.portal.crm.shipments[int(document)].price += Decimal(more)

    answer = tab.post(path, {"delivery_id": document, **told})

    assert answer.status_code == status, tab.said
    assert (OF_DELIVERY in tab.said) is (status == 409)
    assert len(stage.asked("crm.item.payment.delivery.add")) == (status == 200)


def hidden(text, pattern):
    """What a form says beside what a person chooses in it."""
    return dict(re.findall(rf'name="({pattern})"\s+value="([^"]*)"', text))


@pytest.mark.parametrize(("more", "status"), [("0", 200), ("0.01", 409), ("-0.01", 409)])
def test_a_line_is_given_another_delivery_at_the_price_that_was_seen(stage, more, status):
    tab = stage.tab()
    page = tab.show().text
    [form] = re.findall(rf'<form[^>]*hx-post="{COURIER_LINE}".*?</form>', page, re.DOTALL)
    told = hidden(form, r"(?:price|holders)-\d+|shown")
    assert f"price-{FLEET}" in told
    stage.portal.crm.shipments[FLEET].price += Decimal(more)

    answer = tab.post(COURIER_LINE, {"delivery_id": FLEET, **told})

    assert answer.status_code == status, tab.said
    assert (OF_DELIVERY in tab.said) is (status == 409)
    assert links(stage, LARGE) == [FLEET if status == 200 else COURIER]


@pytest.mark.parametrize("is_asked_there", [True, False], ids=["from there", "from here"])
@pytest.mark.parametrize(("more", "status"), [("0", 200), ("0.01", 409), ("-0.01", 409)])
def test_a_delivery_is_moved_at_the_price_that_was_seen(stage, is_asked_there, more, status):
    tab = stage.tab()
    path = f"/payments/{SMALL}/deliveries" if is_asked_there else f"{COURIER_LINE}/move"
    told = hidden(tab.get(path).text, r"(?:price|from)-\d+|price|shown")
    assert told.get("price", told.get(f"price-{COURIER}"))
    stage.portal.crm.shipments[COURIER].price += Decimal(more)

    answer = tab.post(path, {"delivery_id": COURIER, "how": "move", "to": SMALL, **told})

    assert answer.status_code == status, tab.said
    assert (OF_DELIVERY in tab.said) is (status == 409)
    assert links(stage, SMALL) == ([COURIER] if status == 200 else [])
    assert links(stage, LARGE) == ([COURIER] if status == 409 else [])


@pytest.mark.parametrize("price", ["1234.5678", "0.333333333333333", "99999999999.99", "0.01"])
@pytest.mark.parametrize("is_tax_included", [True, False], ids=["tax in it", "tax on top"])
def test_a_price_of_any_kind_is_billed_as_it_was_seen(stage, paths, price, is_tax_included):
    tab = stage.tab()
    row, _ = chosen(tab, paths[0])
    product = stage.portal.crm.product_rows[row]
    product.price, product.tax_rate = Decimal(price), Decimal(19)
    product.is_tax_included = is_tax_included

    _, fields = chosen(tab, paths[0])
    tab.post(paths[1], fields)

    assert tab.answer.status_code == 200, tab.said
    assert len(stage.asked(ADD_ITEM)) == 1
