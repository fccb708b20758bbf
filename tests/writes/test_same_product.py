"""Rows of one product, or of none: the portal finds their baskets by product (quirk 101).

It bills them of one basket, and offers what is billed once more. What the card has is billed once.
"""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from b24app.simulator.portal_state import sale
from tests.support import odd_cards
from tests.support.acts import outcomes
from tests.web.tab.test_previews import words

CARD = odd_cards.NOTHING
GONE = "Item that is no longer in the card"


@pytest.fixture(params=[True, False], ids=["linked", "unlinked"])
def stage(writing_stage, request):
    writing_stage.portal.switches.finds_by_product = True
    writing_stage.portal.switches.links_rows = request.param
    odd_cards.add_deal(writing_stage.portal.crm, CARD)
    return writing_stage


@pytest.fixture
def phases(stage):
    """Three rows that are typed by name: they have no product of the catalog."""
    return added(stage, ("Phase 1", "100", "1"), ("Phase 2", "50", "1"), ("Phase 3", "20", "1"))


def added(stage, *products):
    crm = stage.portal.crm
    rows = [odd_cards.add_row(crm, crm.cards[2, CARD], *product) for product in products]
    for row in rows:
        row.product_id = 0
    return rows


def bill(stage, row, quantity=1):
    answer = stage.tab(entity_id=CARD).post(
        "/payments", {"row": row.id, f"quantity-{row.id}": quantity}
    )
    assert answer.status_code == 200, words(answer.text)
    return answer


def sums(stage):
    return [one.sum for one in stage.portal.crm.payments_of(2, CARD)]


def test_the_rest_is_what_was_not_billed(stage, phases):
    first, second, _third = phases
    bill(stage, first)
    bill(stage, second)

    tab = stage.tab(entity_id=CARD)

    assert "Bill the rest €20.00" in words(tab.answer.text)
    assert tab.post("/payments/rest", {"shown": "20"}).status_code == 200
    assert sums(stage) == [100, 50, 20]
    assert "Bill the rest" not in words(stage.tab(entity_id=CARD).answer.text)


def test_the_rest_is_billed_in_payments_of_their_own(stage, phases):
    """The portal takes one of them into a payment. It is kept: nothing is made to be deleted."""
    told = []
    for _ in phases:
        assert "Bill the rest" in stage.tab(entity_id=CARD).answer.text
        tab = stage.tab(entity_id=CARD)
        tab.post("/payments/rest")
        told.append(tab.said)

    assert sums(stage) == [100, 50, 20]
    assert "but without: Phase 2, Phase 3. Bitrix24 does not put them into the same" in told[0]
    assert "but without: Phase 3. Bitrix24" in told[1]
    assert "with everything that was unbilled" in told[2]
    assert [kind for _, kind in outcomes(stage)] == ["partial", "partial", "done"]
    assert not [one for one in stage.portal.recorder.commands() if one.method.endswith(".delete")]


def test_what_costs_nothing_comes_after_others_of_its_product(stage):
    """A payment of it alone would have no amount, and would be deleted again."""
    free, priced = added(stage, ("Gift", "0", "1"), ("Phase 1", "100", "1"))
    tab = stage.tab(entity_id=CARD)
    fields = {"row": [free.id, priced.id]} | {f"quantity-{row.id}": 1 for row in (free, priced)}

    tab.post("/payments", fields)

    assert "but without: Gift" in tab.said
    assert sums(stage) == [100]


def test_many_rows_go_on_without_what_needs_payments_of_its_own(stage):
    added(stage, *((f"Phase {number}", "10", "1") for number in range(3)))
    for number in range(40):
        odd_cards.add_row(
            stage.portal.crm, stage.portal.crm.cards[2, CARD], f"Part {number}", "1", "1"
        )
    tab = stage.tab(entity_id=CARD)

    tab.post_all("/payments/rest")

    assert "but without: Phase 1, Phase 2. Bitrix24" in tab.said
    assert sums(stage) == [50]
    added(stage, *((f"Step {number}", "10", "1") for number in range(38)))
    tab = stage.tab(entity_id=CARD)
    tab.post_all("/payments/rest")
    assert "but without: Phase 2, Step 0, Step 1, Step 2, Step 3 and 34 more" in tab.said
    assert sums(stage) == [50, 10]


def test_a_payment_takes_no_other_of_a_product_that_is_in_it(stage, phases):
    first, second, _third = phases
    bill(stage, first)
    (payment,) = stage.portal.crm.payments_of(2, CARD)
    tab = stage.tab(entity_id=CARD)

    tab.post(f"/payments/{payment.id}/items", {"row": second.id, f"quantity-{second.id}": 1})

    assert "Bill each product in a payment of its own" in tab.said
    assert sums(stage) == [100]


def test_no_quantity_is_raised_above_what_the_card_has(stage, phases):
    """What a deleted payment left in the basket is of another row: its price counts, too."""
    first, second, _third = phases
    bill(stage, first)
    bill(stage, second)
    payment, other = stage.portal.crm.payments_of(2, CARD)
    tab = stage.tab(entity_id=CARD)
    tab.delete(f"/payments/{other.id}")
    (line,) = stage.portal.crm.items_of(payment.id, "product")

    tab.post(f"/payments/{payment.id}/items/{line.id}", {"quantity": 2, "shown": 1})

    assert "Phase 1: at most 1 can be billed" in tab.said
    assert (line.quantity, sums(stage)) == (1, [100])


def test_a_sum_that_stays_by_chance_is_no_canceled_order(stage, phases):
    """The basket has the price of the row that was billed last: 50 and 50 are 100 as before."""
    bill(stage, phases[0])
    bill(stage, phases[1])
    payment, _other = stage.portal.crm.payments_of(2, CARD)
    crm = stage.portal.crm
    extra = odd_cards.add_row(crm, crm.cards[2, CARD], "Extra", "50", "1")
    tab = stage.tab(entity_id=CARD)

    tab.post(f"/payments/{payment.id}/items", {"row": extra.id, f"quantity-{extra.id}": 1})

    assert "Item added" in tab.said
    assert sums(stage) == [100, 50]
    assert "Order canceled" not in stage.tab(entity_id=CARD).answer.text


def test_a_sum_that_moves_when_an_edit_is_taken_back_is_no_canceled_order(stage, phases):
    bill(stage, phases[0])
    crm = stage.portal.crm
    (payment,) = crm.payments_of(2, CARD)
    (line,) = crm.items_of(payment.id, "product")
    crm.baskets[line.entity_id].price = Decimal(70)
    extra = odd_cards.add_row(crm, crm.cards[2, CARD], "Extra", "30", "1")
    tab = stage.tab(entity_id=CARD)

    tab.post(f"/payments/{payment.id}/items", {"row": extra.id, f"quantity-{extra.id}": 1})

    assert "which was taken back" in tab.said
    assert "its amount is another one now" in tab.said
    assert sums(stage) == [70]
    assert outcomes(stage)[-1] == ("add_items", "partial")
    assert "Order canceled" not in stage.tab(entity_id=CARD).answer.text


def test_a_sum_that_falls_by_an_addition_is_not_told_as_done(stage, phases):
    """The basket has the price of the row that was billed last: 50 and 10 are less than 100."""
    bill(stage, phases[0])
    bill(stage, phases[1])
    payment, _other = stage.portal.crm.payments_of(2, CARD)
    crm = stage.portal.crm
    extra = odd_cards.add_row(crm, crm.cards[2, CARD], "Chair", "10", "1")
    tab = stage.tab(entity_id=CARD)

    tab.post(f"/payments/{payment.id}/items", {"row": extra.id, f"quantity-{extra.id}": 1})

    assert "The change was saved, but" in tab.said
    assert "is another one now. Check it before you ask for it." in tab.said
    assert "taken back" not in tab.said
    assert sums(stage) == [60, 50]
    assert outcomes(stage)[-1] == ("add_items", "partial")
    assert "Order canceled" not in stage.tab(entity_id=CARD).answer.text


def test_each_payment_shows_its_own_products(stage, phases):
    for row in phases:
        bill(stage, row)
    made = [payment.id for payment in stage.portal.crm.payments_of(2, CARD)]

    text = (
        stage.tab(entity_id=CARD)
        .get("/payments/details", ids=",".join(map(str, made)), rows=3)
        .text
    )

    parts = re.split(r'id="more-(\d+)"', text)
    named = {
        int(part): re.findall(r"<bdi>(Phase \d)</bdi>", parts[place + 1])
        for place, part in enumerate(parts)
        if part.isdigit()
    }
    assert named == {one: [row.product_name] for one, row in zip(made, phases, strict=True)}


def test_a_part_that_is_billed_leaves_the_other_rows_whole(stage):
    _first, second = added(stage, ("Phase 1", "10", "5"), ("Phase 2", "10", "3"))
    bill(stage, second, 1)
    tab = stage.tab(entity_id=CARD)

    tab.post("/payments/rest")

    billed = sum((one.sum for one in stage.portal.crm.payments_of(2, CARD)), Decimal(0))
    assert billed <= 80


def test_a_row_that_is_made_anew_is_known_by_its_product(stage):
    crm = stage.portal.crm
    old = odd_cards.add_row(crm, crm.cards[2, CARD], "Alpha", "10", "5")
    bill(stage, old, 2)
    del crm.product_rows[old.id]
    new = odd_cards.add_row(crm, crm.cards[2, CARD], "Alpha", "10", "7")
    new.product_id = old.product_id

    shown = words(stage.tab(entity_id=CARD).answer.text)

    assert GONE not in shown
    assert "Alpha €10.00" in shown


def test_a_typed_row_that_is_made_anew_is_not_called_gone(stage):
    (old,) = added(stage, ("Alpha", "10", "5"))
    bill(stage, old, 2)
    del stage.portal.crm.product_rows[old.id]
    added(stage, ("Alpha", "10", "5"))

    assert GONE not in words(stage.tab(entity_id=CARD).answer.text)


def test_what_is_left_in_a_basket_is_not_more_than_its_row_has(stage):
    """The order keeps a basket of which nothing is billed any more: it is offered as any row."""
    first, second = added(stage, ("Alpha", "20", "5"), ("Beta", "10", "2"))
    bill(stage, first, 5)
    (payment,) = stage.portal.crm.payments_of(2, CARD)
    assert stage.tab(entity_id=CARD).delete(f"/payments/{payment.id}").status_code == 200
    del stage.portal.crm.product_rows[first.id]
    tab = stage.tab(entity_id=CARD)

    assert "Bill the rest €20.00" in words(tab.answer.text)
    assert tab.post("/payments/rest", {"shown": "20"}).status_code == 200

    assert sums(stage) == [20]
    assert second.quantity == 2


def test_with_several_orders_nothing_is_billed_that_may_be_billed(stage):
    (old,) = added(stage, ("Alpha", "100", "2"))
    bill(stage, old, 2)
    crm = stage.portal.crm
    del crm.product_rows[old.id]
    (new,) = added(stage, ("Alpha", "100", "2"))
    sale.open_order(crm, (2, CARD), "EUR")
    tab = stage.tab(entity_id=CARD)

    assert tab.post("/payments/rest").status_code == 422
    assert "Bill them in Bitrix24 itself" in tab.said
    assert tab.post("/payments", {"row": new.id, f"quantity-{new.id}": 2}).status_code == 422

    assert sums(stage) == [200]


INVOICE, INVOICE_TAB = (31, CARD), "CRM_SMART_INVOICE_DETAIL_TAB"


def test_an_invoice_is_not_asked_for_a_row_that_lowers_the_sum_beside_its_product(stage):
    """It would be made to be deleted again, and then the rest would be billed without it."""
    crm = stage.portal.crm
    crm.add_card(replace(crm.cards[31, 512], id=CARD))
    lamp = odd_cards.add_row(crm, crm.cards[INVOICE], "Lamp", "100", "1")
    lowers = odd_cards.add_row(crm, crm.cards[INVOICE], "Voucher", "-20", "1")
    lamp.product_id = lowers.product_id = 0
    fields = {"row": [lamp.id, lowers.id]} | {f"quantity-{one.id}": 1 for one in (lamp, lowers)}

    for path, sent in (("/payments/rest", {"shown": "80"}), ("/payments", fields)):
        tab = stage.tab(entity_id=CARD, placement=INVOICE_TAB)
        assert tab.post(path, sent).status_code == 422

        assert "one that you chose lowers the amount" in tab.said, path
    assert not [one for one in stage.portal.recorder.commands() if one.method.endswith(".add")]
    # Of another product it goes into the payment.
    lowers.product_id = 1
    tab = stage.tab(entity_id=CARD, placement=INVOICE_TAB)
    assert tab.post("/payments/rest").status_code == 200, tab.said
    assert [one.sum for one in crm.payments_of(*INVOICE)] == [80]


@pytest.mark.parametrize("is_first", [True, False], ids=["discount first", "discount last"])
def test_the_rest_is_not_billed_without_a_discount_that_the_portal_holds_back(stage, is_first):
    """After the first try a basket is left, which the portal offers as one row of its product."""
    crm = stage.portal.crm
    priced, lowering = ("Lamp", "100", "1"), ("Voucher", "-20", "1")
    one, other = added(stage, *((lowering, priced) if is_first else (priced, lowering)))
    stage.tab(entity_id=CARD).post("/payments/rest", {"shown": "80"})
    assert sums(stage) == []

    tab = stage.tab(entity_id=CARD)
    assert "Bill the rest €80.00" in words(tab.answer.text)
    new = words(tab.get("/payments/new").text)
    assert {"Lamp", "Voucher"} <= set(new.split())
    sent = len(stage.portal.recorder.commands())
    fields = {"row": [one.id, other.id]} | {f"quantity-{row.id}": 1 for row in (one, other)}
    for path, form in (("/payments/rest", {"shown": "80"}), ("/payments", fields)):
        assert tab.post(path, form).status_code == 422
        assert "one that you chose lowers the amount" in tab.said, path

    later = stage.portal.recorder.commands()[sent:]
    assert not [one.method for one in later if one.method.endswith((".add", ".delete"))]
    # What it says to do instead.
    voucher, lamp = sorted((one, other), key=lambda row: row.price)
    lamp.price = Decimal(80)
    del crm.product_rows[voucher.id]
    tab = stage.tab(entity_id=CARD)
    assert tab.post("/payments/rest", {"shown": "80"}).status_code == 200, tab.said
    assert sums(stage) == [80]


def test_a_row_is_billed_alone_beside_a_discount_that_is_held_back(stage):
    lamp, _voucher = added(stage, ("Lamp", "100", "1"), ("Voucher", "-20", "1"))
    chair = odd_cards.add_row(stage.portal.crm, stage.portal.crm.cards[2, CARD], "Chair", "7", "1")
    stage.tab(entity_id=CARD).post("/payments/rest", {"shown": "87"})
    assert "Bill the rest €87.00" in words(stage.tab(entity_id=CARD).answer.text)

    bill(stage, lamp)
    bill(stage, chair)

    assert sums(stage) == [100, 7]
