"""The strip above the payments: figures, bar and words that a person can add up."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.control.control_somebody import do_order
from b24app.simulator.portal_state import sale
from tests.support.acts import FLEET, LARGE, SIGNS, SMALL
from tests.support.stage import READER, SMART, Tab

FIGURES = re.compile(r'<dt>([^<]+)</dt><dd><data value="([^"]+)">')
ROWS = re.compile(
    r'<tr role="row"(?: class="tot")?><th role="rowheader" scope="row">(.*?)</th>'
    r'<td role="cell"><data value="([^"]+)">'
)
TAKES = "Bill the rest takes products only"
OTHER_CARDS = (8062, 8063, 8064, 8065, 8066, 8067, 8068, 8069)


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def figures(text):
    return {name: Decimal(value) for name, value in FIGURES.findall(text)}


def words(html):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)).strip()


def sums(text):
    """The lines of "How this adds up", as a person reads them."""
    return [(words(name), Decimal(value)) for name, value in ROWS.findall(text)]


def require_sums(text):
    """Every amount is what the lines above it come to."""
    left = Decimal(0)
    for name, amount in sums(text):
        if name == "Amount":
            assert left == amount, sums(text)
            left = Decimal(0)
        elif name.startswith("Outstanding"):
            left = Decimal(0)
        else:
            left += amount


def test_the_demo_deal_says_what_is_paid_waits_and_is_not_billed(stage):
    text = stage.tab().answer.text

    assert figures(text) == {"Amount": 18400, "Paid": 6990, "Outstanding": 11410}
    assert 'aria-label="Paid 38%, waiting 54%, not billed 8%"' in text
    legend = words(text.split('class="legend"')[1].split("</ul>")[0].split(">", 1)[1])
    assert legend == (
        "Paid, 38% €6,990.00 Waiting in 2 payments €9,938.00 Not billed €1,472.00 How this adds up"
    )


def test_the_demo_deal_adds_up_line_by_line(stage):
    text = stage.tab().answer.text

    assert sums(text) == [
        ("Products of the deal", 18100),
        ("Own fleet, delivery 3653/2", 120),
        ("Courier with unloading, delivery 3653/3", 180),
        ("Amount", 18400),
        ("Paid, 2 payments", 6990),
        ("Waiting, 2 payments", 9938),
        ("Not billed, 2 products", 1472),
        ("Amount", 18400),
        ("Outstanding = waiting + not billed", 11410),
    ]


@pytest.mark.parametrize("card", OTHER_CARDS)
def test_every_card_of_the_seed_adds_up(stage, card):
    text = stage.tab(entity_id=card).answer.text

    shown = figures(text)
    assert shown["Paid"] + shown["Outstanding"] == shown["Amount"]
    require_sums(text)


def test_the_bar_is_drawn_without_styles(stage):
    text = stage.tab().answer.text

    assert 'class="p-paid" width="37.99%"' in text
    assert 'class="p-wait" x="37.99%" width="54.01%"' in text
    assert "style=" not in text


def test_too_much_billed_and_too_much_paid_are_two_badges_that_say_why(stage):
    [lamps, _] = stage.portal.crm.rows_of(2, 8062)
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(lamps.id), "quantity": "10"})
    tab = stage.tab(entity_id=8062)
    tab = stage.tab(entity_id=8062)

    text = tab.answer.text

    assert re.search(r'popovertarget="why-over-paid".*Over-paid by <data value="805.00">', text)
    assert re.search(
        r'popovertarget="why-over-billed".*Over-billed by <data value="2700.00">', text
    )
    why = words(text.split('id="why-over-billed"')[1].split("</div>")[0])
    assert "Desk lamp Pico: 30 more in payments than in the card" in why
    assert figures(text)["Outstanding"] == -805
    assert "Billed too much" in text
    require_sums(text)


def test_a_badge_names_three_reasons_and_counts_the_rest(stage):
    billed = [row for row in stage.portal.crm.rows_of(2, 8061) if row.quantity > 2][:5]
    for row in billed:
        do_order(stage.portal, {"do": "set_row_quantity", "id": str(row.id), "quantity": "1"})
    tab = stage.tab()

    text = tab.show().text

    why = words(text.split('id="why-over-billed"')[1].split("</div>")[0])
    assert why.count("more in payments than in the card") == 3
    assert "and 2 more" in why
    assert words(text.split('id="how"')[1]).count("more in payments than in the card") == 5


def test_what_is_not_billed_and_bill_the_rest_does_not_take_is_said_beside_it(stage):
    crm = stage.portal.crm
    assert "Bill the rest takes" not in words(stage.tab().answer.text)
    [line] = crm.items_of(LARGE, "delivery")
    del crm.items[line.id]
    sale.recalculate(crm, crm.payments[LARGE])

    known = words(stage.tab().answer.text)

    assert "Not billed €1,652.00 including €180.00 for deliveries" in known
    sale.add_delivery(crm, crm.payments[LARGE], crm.shipments[FLEET])
    text = words(stage.tab().answer.text)
    assert "Not billed €1,532.00 Bill the rest takes products only: €1,472.00" in text


@pytest.mark.parametrize("what", ["rounding", "tax and lines that are gone"])
def test_what_is_no_delivery_is_not_put_down_to_deliveries(stage, what):
    crm = stage.portal.crm
    card = 8061 if what == "rounding" else 8064
    if what == "rounding":
        crm.payments[LARGE].sum -= Decimal("0.02")

    text = words(stage.tab(entity_id=card).answer.text)

    rest = "Not billed €1,472.02" if what == "rounding" else "Not billed €250.00"
    assert f"{rest} How this adds up" in text
    assert "Bill the rest €1,472.00" in text or "Bill the rest €260.00" in text


@pytest.mark.parametrize("who", ["refused", "linked"])
def test_what_bill_the_rest_takes_is_not_said_where_nobody_can_press_it(stage, who):
    crm = stage.portal.crm
    sale.add_delivery(crm, crm.payments[SMALL], crm.shipments[FLEET])
    assert TAKES in words(stage.tab().answer.text)
    if who == "refused":
        stage.tab(READER).post(f"/payments/{LARGE}/pay")

    tab = stage.tab(READER) if who == "refused" else stage.tab(entity_id=11, placement=SMART)

    assert ("View only" in tab.answer.text) is (who == "refused")
    assert "Not billed" in words(tab.answer.text)
    assert TAKES not in words(tab.answer.text)


def test_a_delivery_that_two_payments_hold_is_named_when_somebody_asks(stage):
    crm = stage.portal.crm
    sale.add_delivery(crm, crm.payments[SMALL], crm.shipments[FLEET])
    tab = stage.tab()
    assert "3653/2: in 2 payments" not in words(tab.answer.text), "not read yet"
    assert 'hx-get="/payments/how"' in tab.answer.text
    stage.forget_calls()

    text = tab.get("/payments/how").text

    assert ("Own fleet, delivery 3653/2: in 2 payments", -120) in sums(text)
    assert 'hx-get="/payments/how"' not in text
    assert len(stage.http_calls) == 1
    require_sums(text)


def test_nothing_is_read_again_where_the_sums_are_plain(stage):
    assert 'hx-get="/payments/how"' not in stage.tab().answer.text


def test_an_amount_that_somebody_typed_is_quoted(stage):
    texts = {card: words(stage.tab(entity_id=card).answer.text) for card in (8062, 8064, 8061)}

    assert "The deal says €5,400.00: that is without its deliveries." in texts[8062]
    assert "The deal says €620.00: that amount was entered by hand." in texts[8064]
    assert "The deal says" not in texts[8061]


def test_an_amount_of_an_earlier_saving_is_quoted(stage):
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(SIGNS), "quantity": "11"})

    text = words(stage.tab().answer.text)

    assert "The deal says €18,400.00: that is from when it was last saved." in text


def test_a_write_shows_the_figures_anew(stage):
    tab = stage.tab()

    answer = tab.post(f"/payments/{SMALL}/pay")

    assert re.search(r'id="strip" aria-label="Amount"[^>]* hx-swap-oob="true"', answer.text)
    assert figures(answer.text) == {"Amount": 18400, "Paid": 9248, "Outstanding": 9152}
    require_sums(answer.text)


def test_a_card_without_products_says_where_to_add_them(stage):
    text = stage.tab(entity_id=8067).answer.text

    assert "This deal has no products" in text
    assert re.search(r'id="new-payment" aria-disabled="true" aria-describedby="why-not"', text)
    assert "How this adds up" not in text


def test_each_linked_object_has_the_figures_of_its_own_card(stage):
    tab = stage.tab(entity_id=11, placement=SMART)
    own = figures(stage.tab().answer.text)

    assert figures(tab.answer.text) == own
    assert 'popovertarget="how-2-8061"' in tab.answer.text
    assert 'id="how-2-8061"' in tab.answer.text
    require_sums(tab.answer.text)


def test_how_it_adds_up_is_read_for_one_linked_object_with_its_own_token(stage):
    crm = stage.portal.crm
    sale.add_delivery(crm, crm.payments[SMALL], crm.shipments[FLEET])
    tab = stage.tab(entity_id=11, placement=SMART)
    group = Tab(stage, re.search(r"Bearer ([\w.\-]+)", tab.answer.text).group(1))

    assert "in 2 payments" in words(group.get("/payments/how").text)


def test_a_deal_past_one_page_of_products_is_whole_at_once(stage):
    card = stage.portal.crm.cards[2, 8069]
    card.is_manual_opportunity, card.opportunity = True, Decimal(1)

    text = stage.tab(entity_id=8069).answer.text

    assert figures(text)["Amount"] == 600
    require_sums(text)


def test_view_only_is_a_badge(stage):
    tab = stage.tab(READER)

    answer = tab.post(f"/payments/{SMALL}/pay")

    assert answer.status_code == 403
    assert re.search(r'id="flag-view" popovertarget="why-view">.*View only', answer.text)
    why = words(answer.text.split('id="why-view"')[1].split("</div>")[0])
    assert "Bitrix24 did not let you change a payment of this card." in why


def test_a_bar_with_less_than_nothing_waiting_has_no_part_below_zero(stage):
    for payment in (SMALL, LARGE):
        stage.portal.crm.payments[payment].sum = Decimal(-50)

    text = stage.tab().answer.text

    assert "Waiting in 2 payments" in text
    assert '"-' not in text.split('class="bar3"')[1].split("</svg>")[0]


def test_a_delivery_billed_twice_in_another_currency_is_named(stage):
    crm = stage.portal.crm
    crm.cards[2, 8061].currency = "USD"
    sale.add_delivery(crm, crm.payments[SMALL], crm.shipments[FLEET])
    tab = stage.tab()
    tab.show()

    text = tab.answer.text

    assert "Over-billed by €120.00" in words(text)
    assert "Own fleet, delivery 3653/2: in 2 payments" in words(text)
    require_sums(text)


@pytest.mark.parametrize(
    ("card", "number"), [({}, "2-8061"), ({"placement": SMART, "entity_id": 11}, "1036-11")]
)
def test_what_is_remembered_of_a_list_is_of_one_card_of_one_portal(stage, card, number):
    [remembered_as] = re.findall(
        r'id="payments"[^>]*data-card="([^"]+)"', stage.tab(**card).answer.text
    )

    assert remembered_as == f"{stage.portal.origin} {number}"
