"""What is said of an advance, worked out from what the portal shows and from nothing else."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from b24app.simulator.control.control_somebody import do_order
from tests.support import odd_cards
from tests.support.acts import CABLES, SIGNS, books, writes_asked
from tests.web.tab.test_previews import words
from tests.web.tab.test_unread_rows import FREE

FILLS = re.compile(r'data-fills="([^"]+)"')


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def worked_out(tab, number="30", unit="share", **more):
    answer = tab.get("/payments/advance", number=number, unit=unit, **more)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_nearest_sums_are_offered_and_nothing_is_written(stage):
    tab = stage.tab()
    before = books(stage)
    stage.forget_calls()

    text = worked_out(tab)

    said = words(text)
    assert "A payment is the sum of whole items, so €441.60 cannot be reached. Nearest:" in said
    assert "€455.00 , 30.9% €13.40 more than asked" in said
    assert "€427.00 , 29% €14.60 less than asked" in said
    assert "= €441.60 of €1,472.00" in said
    nearest, other = FILLS.findall(text)
    assert nearest == f"{SIGNS}x2 {CABLES}x6"
    assert other == f"{SIGNS}x3 {CABLES}x2"
    assert re.findall(r'value="(\d)" data-fills="[^"]+"( checked)?', text) == [
        ("1", " checked"),
        ("2", ""),
    ]
    assert "data-refused" not in text
    assert writes_asked(stage) == []
    assert books(stage) == before
    assert len(stage.http_calls) == 1, "the card, and nothing else"


def test_an_amount_says_which_share_it_is(stage):
    said = words(worked_out(stage.tab(), "736", "amount"))

    assert "Exactly €736.00 ." in said
    assert "= 50% of €1,472.00" in said


def test_what_can_be_reached_is_said_to_be_exact(stage):
    text = worked_out(stage.tab(), "100")

    assert "Exactly €1,472.00 ." in words(text)
    assert FILLS.findall(text) == [f"{SIGNS}x10 {CABLES}x8"]


@pytest.mark.parametrize(
    ("number", "unit", "said"),
    [
        ("100.5", "share", "At most €1,472.00 is left to bill."),
        ("99999999999999999999", "amount", "At most €1,472.00 is left to bill."),
        ("0", "share", "An advance must be for more than zero."),
        ("-30", "amount", "An advance must be for more than zero."),
        ("", "share", "Enter a number, such as 30."),
        ("1e400", "amount", "Enter a number, such as 30."),
        ("9" * 5000, "amount", "Enter a number, such as 30."),
    ],
)
def test_what_cannot_be_an_advance_is_said_in_words(stage, number, unit, said):
    text = worked_out(stage.tab(), number, unit)

    assert said in words(text)
    assert "data-refused" in text
    assert FILLS.findall(text) == []


@pytest.mark.parametrize("unit", ["", "pieces", "SHARE"])
def test_another_unit_is_refused(stage, unit):
    assert stage.tab().get("/payments/advance", number="30", unit=unit).status_code == 422


def test_prices_and_quantities_of_the_request_count_for_nothing(stage):
    tab = stage.tab()

    more = {"chosen": "1x1", "currency": "USD", "line": "1_1x1", f"quantity-{SIGNS}": "99"}

    assert worked_out(tab, **more) == worked_out(tab)


def test_what_somebody_else_billed_meanwhile_is_not_offered(stage):
    tab = stage.tab()
    tab.post("/payments", {"row": CABLES, f"quantity-{CABLES}": 8})

    text = worked_out(tab, "100")

    assert FILLS.findall(text) == [f"{SIGNS}x10"]


def test_fractions_are_not_offered(stage):
    do_order(stage.portal, {"do": "set_row_quantity", "id": str(CABLES), "quantity": "8.5"})

    assert FILLS.findall(worked_out(stage.tab(), "100")) == [f"{SIGNS}x10 {CABLES}x8"]


@pytest.mark.parametrize(
    ("deal", "said"),
    [
        (8062, "Nothing that has a price is left to bill."),
        (odd_cards.NOTHING, "Nothing that has a price is left to bill."),
        (odd_cards.GIFTS, "Nothing that has a price is left to bill."),
        (odd_cards.DISCOUNT, "Nothing that has a price is left to bill."),
        (odd_cards.YEN, "so ¥1,398 cannot be reached. Nearest: ¥1,500.5 , 32.2%"),
        (odd_cards.NO_CURRENCY, "so 87.59 cannot be reached. Nearest: 97.32"),
        (odd_cards.TINY, "so €0.27 cannot be reached. Nearest: €0.30"),
        (odd_cards.MANY, "= €13,567.50 of €45,225.00"),
    ],
)
def test_odd_cards_have_an_answer_too(stage, deal, said):
    if deal in odd_cards.PRODUCTS:
        odd_cards.add_deal(stage.portal.crm, deal)

    assert said in words(worked_out(stage.tab(entity_id=deal)))


def test_what_could_not_be_read_is_not_called_billed(stage):
    tab = stage.tab()
    stage.portal.faults.add(FREE, "operation_limit", times=9)

    said = words(worked_out(tab))

    assert "could not be read just now" in said
    assert "Nothing that has" not in said


def test_a_price_that_nobody_can_read_is_left_out_and_told(stage):
    (row,) = [one for one in stage.portal.crm.rows_of(2, 8061) if one.id == CABLES]
    row.price = Decimal("NaN")

    said = words(worked_out(stage.tab(), "50"))

    assert "Exactly €590.00 ." in said
    assert "1 product has a price that could not be read, and is left out." in said


def test_a_sum_of_very_many_combinations_is_said_to_be_approximate(stage):
    odd_cards.add_deal(stage.portal.crm, odd_cards.MANY)
    tab = stage.tab(entity_id=odd_cards.MANY)

    said = words(worked_out(tab, "13567.77", "amount"))

    assert "approximately the nearest sums to €13,567.77" in said


def test_a_card_in_another_currency_than_its_order_counts_in_its_own(stage):
    deal = stage.portal.crm.cards[2, 8066]
    odd_cards.add_row(stage.portal.crm, deal, "Wall light", "50", "2")

    assert "Exactly $50.00 ." in words(worked_out(stage.tab(entity_id=8066), "50"))


def test_what_was_offered_can_be_created(stage):
    tab = stage.tab()
    (nearest, _other) = FILLS.findall(worked_out(tab))
    wanted = dict(one.split("x") for one in nearest.split())
    fields = {f"quantity-{row}": quantity for row, quantity in wanted.items()}

    answer = tab.post("/payments", {"row": list(wanted), "what": "advance", "near": "1", **fields})

    assert answer.status_code == 200, tab.said
    made = stage.portal.crm.payments[max(stage.portal.crm.payments)]
    assert str(made.sum) == "455.00"
