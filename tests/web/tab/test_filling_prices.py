"""What a payment that is filled in parts costs, and holds, is what the person agreed to."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.domain import EntityRef
from b24app.simulator.portal_state import sale
from b24app.storage import partial_actions
from tests.support import odd_cards
from tests.support.stage import ADMIN
from tests.web.tab.test_filling import ADD, MANY, all_rows, held, part_of

ROWS = 80
"""Of the deal: 35 come with the payment, and two parts are left."""

STOPPED = r"This stopped at (\d+) of 80 products in payment \d+/1, because "


@pytest.fixture
def stage(writing_stage):
    odd_cards.add_deal(writing_stage.portal.crm, MANY, ROWS)
    return writing_stage


@pytest.fixture
def tab(stage):
    return stage.tab(entity_id=MANY)


def chosen(stage, tab):
    """What *New payment* sends where all is chosen."""
    text = tab.get("/payments/new").text
    told = dict(re.findall(r'name="(price-\d+|currency)" value="([^"]*)"', text))
    return {**all_rows(stage), **told}


def rest(tab):
    text = tab.get("/payments/rest").text
    return dict(re.findall(r'name="(shown|currency)" value="([^"]*)"', text))


@pytest.fixture(params=["rest", "new", "items"])
def begun(stage, tab, request):
    """The tab of a payment that got its first rows, and where the page goes on."""
    if request.param == "rest":
        tab.post("/payments/rest", rest(tab))
    elif request.param == "new":
        tab.post("/payments", chosen(stage, tab))
    else:
        crm = stage.portal.crm
        there = sale.add_payment(crm, sale.open_order(crm, (2, MANY), "EUR"), crm.pay_systems[6])
        tab = stage.tab(entity_id=MANY)
        text = tab.get(f"/payments/{there.id}/items").text
        told = dict(re.findall(r'name="(price-\d+|currency)" value="([^"]*)"', text))
        tab.post(f"/payments/{there.id}/items", {**all_rows(stage), **told})
        tab.post(part_of(tab))
    return tab, part_of(tab)


def rows(stage):
    return stage.portal.crm.rows_of(2, MANY)


@pytest.mark.parametrize("which", [0, 60], ids=["in the payment", "still to come"])
@pytest.mark.parametrize("more", ["0.01", "-0.01"])
def test_a_price_that_changes_on_the_way_ends_it_with_what_is_in(stage, begun, which, more):
    tab, path = begun
    there = len(held(stage))
    rows(stage)[which].price += Decimal(more)

    answer = tab.post(path)

    assert answer.status_code == 409, tab.said
    [(done, named)] = re.findall(STOPPED + r"the price has changed of: ([^.]*)\.", tab.said)
    assert (int(done), named) == (there, rows(stage)[which].product_name)
    assert len(held(stage)) == there
    assert "with Add items" in tab.said
    assert tab.post(path).status_code == 404
    assert "not complete" not in tab.show().text


def test_prices_that_stay_are_billed_to_the_end(stage, begun):
    tab, path = begun

    tab.post_all(path)

    assert tab.answer.status_code == 200, tab.said
    assert len(held(stage)) == ROWS


@pytest.mark.parametrize("begin", ["rest", "new"])
def test_another_currency_of_the_card_ends_it(stage, tab, begin):
    if begin == "rest":
        tab.post("/payments/rest", rest(tab))
    else:
        tab.post("/payments", chosen(stage, tab))
    path = part_of(tab)
    stage.portal.crm.cards[2, MANY].currency = "USD"

    answer = tab.post(path)

    assert answer.status_code == 409, tab.said
    assert re.findall(STOPPED + "the card has another currency now", tab.said) == ["35"]
    assert len(held(stage)) == 35


def added(stage, currency=None):
    """A payment without products, and the first answer to all of them in *Add items*."""
    crm = stage.portal.crm
    there = sale.add_payment(crm, sale.open_order(crm, (2, MANY), "EUR"), crm.pay_systems[6])
    tab, path = stage.tab(entity_id=MANY), f"/payments/{there.id}/items"
    told = dict(re.findall(r'name="(price-\d+|currency)" value="([^"]*)"', tab.get(path).text))
    if currency:
        crm.cards[2, MANY].currency = currency
    tab.post(path, {**all_rows(stage), **told})
    return tab


def test_another_currency_begins_no_addition_in_parts(stage):
    tab = added(stage, "USD")

    assert tab.answer.status_code == 409, tab.said
    assert not held(stage)


def test_another_currency_ends_an_addition_on_its_way(stage):
    tab = added(stage)
    tab.post(part_of(tab))
    there, path = len(held(stage)), part_of(tab)
    stage.portal.crm.cards[2, MANY].currency = "USD"

    answer = tab.post(path)

    assert answer.status_code == 409, tab.said
    said = re.findall(STOPPED + "the card has another currency now", tab.said)
    assert (said, len(held(stage))) == ([str(there)], there)


def test_a_card_that_cannot_be_read_stops_nothing(stage, tab):
    tab.post("/payments", chosen(stage, tab))
    path = part_of(tab)
    stage.portal.faults.add("crm.item.get", "unexpected", times=1)

    assert tab.post(path).status_code == 200, tab.said


def test_prices_are_compared_where_the_portal_does_not_say_what_is_free(stage, begun):
    tab, path = begun
    there = len(held(stage))
    rows(stage)[70].price += Decimal("0.01")
    stage.portal.faults.add("crm.item.productrow.getAvailableForPayment", "unexpected", times=1)

    answer = tab.post(path)

    assert answer.status_code == 409, tab.said
    assert len(held(stage)) == there


def test_what_a_process_of_the_version_before_has_begun_goes_on(stage, tab):
    tab.post("/payments", chosen(stage, tab))
    path = part_of(tab)
    with stage.database.transaction() as session:
        filling_id = int(path.rpartition("/")[2])
        [kept] = partial_actions.of_card(session, stage.portal.member_id, EntityRef(2, MANY))
        data = {
            key: value
            for key, value in kept.data.items()
            if key not in {"prices", "currency", "on_card"}
        }
        partial_actions.change(session, stage.portal.member_id, filling_id, data)
    rows(stage)[60].price += 1

    assert tab.post(path).status_code == 200, tab.said


@pytest.mark.parametrize("begin", ["rest", "new"])
def test_a_quantity_that_is_lowered_on_the_way_is_not_called_billed(stage, begin):
    for row in rows(stage):
        row.quantity = Decimal(3)
    tab = stage.tab(entity_id=MANY)
    fields = {f"quantity-{row.id}": 3 for row in rows(stage)}
    if begin == "rest":
        tab.post("/payments/rest", rest(tab))
    else:
        tab.post("/payments", {**chosen(stage, tab), **fields})
    path = part_of(tab)
    (made,) = stage.portal.crm.payments_of(2, MANY)
    line = stage.portal.crm.items_of(made.id, "product")[3]
    colleague = stage.tab(ADMIN, entity_id=MANY)
    lowered = colleague.post(
        f"/payments/{made.id}/items/{line.id}", {"quantity": 1, "shown": line.quantity}
    )
    assert "Quantity saved" in lowered.text

    answer = tab.post_all(path)

    assert answer.status_code == 502
    assert re.search(r"was created, but without: Frame 004 ×\s2\.", tab.said), tab.said
    assert len(held(stage)) == ROWS


def test_a_quantity_that_is_raised_on_the_way_is_all_billed(stage):
    for row in rows(stage):
        row.quantity = Decimal(3)
    tab = stage.tab(entity_id=MANY)
    tab.post("/payments", chosen(stage, tab))
    path = part_of(tab)
    (made,) = stage.portal.crm.payments_of(2, MANY)
    line = stage.portal.crm.items_of(made.id, "product")[3]
    stage.tab(ADMIN, entity_id=MANY).post(
        f"/payments/{made.id}/items/{line.id}", {"quantity": 2, "shown": line.quantity}
    )

    answer = tab.post_all(path)

    assert answer.status_code == 200, tab.said
    assert "created" in tab.said
    assert stage.asked(ADD)
