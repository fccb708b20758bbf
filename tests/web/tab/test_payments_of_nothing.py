"""A payment that asks for nothing is not made, and a new one has one default payment system."""

from __future__ import annotations

import pytest

from b24app.simulator.control.control_somebody import do_payment
from b24app.storage import settings as stored
from tests.support import odd_cards
from tests.support.acts import (
    BANK,
    CABLES,
    CREATE,
    PREFIX,
    REST,
    SIGNS,
    books,
    forget_listing,
    new_payments,
    writes_asked,
)

CASH = 6


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def require_refused(stage, tab, before, words):
    assert tab.answer.status_code == 422
    assert words in tab.said
    assert "Not saved" in tab.said
    assert writes_asked(stage) == []
    assert books(stage) == before


def test_no_payment_is_created_when_nothing_is_chosen(stage):
    tab = stage.tab()
    before = books(stage)

    tab.post("/payments", {"pay_system_id": BANK})

    require_refused(stage, tab, before, "Choose at least one product")


@pytest.mark.parametrize("deal", [odd_cards.GIFTS, odd_cards.DISCOUNT])
def test_no_payment_is_created_of_rows_that_come_to_nothing(stage, deal):
    rows = odd_cards.add_deal(stage.portal.crm, deal)
    tab = stage.tab(entity_id=deal)
    before = books(stage)
    wanted = {"row": [row.id for row in rows], **{f"quantity-{row.id}": 1 for row in rows}}

    tab.post("/payments", wanted)
    require_refused(stage, tab, before, "comes to zero or less")
    tab.post("/payments/rest")
    require_refused(stage, tab, before, "comes to zero or less")


def test_a_discount_beside_what_costs_more_is_billed(stage):
    lamp, voucher = odd_cards.add_deal(stage.portal.crm, odd_cards.DISCOUNT)
    lamp.price *= 3
    tab = stage.tab(entity_id=odd_cards.DISCOUNT)
    wanted = {f"quantity-{row.id}": 1 for row in (lamp, voucher)}

    answer = tab.post("/payments", {"row": [lamp.id, voucher.id], **wanted})

    assert answer.status_code == 200, tab.said


def test_a_payment_that_takes_none_of_its_rows_is_deleted_again(stage):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(PREFIX + "product.add", "denied", times=9)

    answer = CREATE.send(tab, None)

    assert answer.status_code == 502
    assert "Nothing was billed: Bitrix24 did not take Emergency exit sign E1" in tab.said
    assert books(stage) == before
    assert new_payments(stage) == []


def test_a_payment_that_takes_a_part_of_its_rows_stays(stage):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "product.add", "denied")
    wanted = {"row": [SIGNS, CABLES], f"quantity-{SIGNS}": 3, f"quantity-{CABLES}": 2}

    answer = tab.post("/payments", wanted)

    assert answer.status_code == 502
    assert "created, but without: Emergency exit sign E1" in tab.said
    assert len(new_payments(stage)) == 1


def test_a_message_names_five_rows_and_counts_the_others(stage):
    tab = stage.tab(entity_id=8069)
    stage.portal.faults.add(PREFIX + "product.add", "denied", times=30)
    rows = [one.id for one in stage.portal.crm.rows_of(2, 8069)][:35]

    tab.post("/payments", {"row": rows, **{f"quantity-{row}": 1 for row in rows}})

    assert (
        "without: Switch frame 01, Switch frame 02, Switch frame 03, Switch frame 04, " in tab.said
    )
    assert "Switch frame 05 and 25 more" in tab.said
    assert "Switch frame 06" not in tab.said


def use_default(stage, system_id):
    with stage.database.transaction() as session:
        values = {"default_pay_system": system_id}
        now = stage.portal_clock.now()
        stored.save(session, stage.portal.member_id, values, updated_by=1, now=now)


@pytest.fixture
def with_default(stage):
    use_default(stage, BANK)
    yield stage
    use_default(stage, None)


@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
def test_the_default_payment_system_is_the_same_for_both_ways_to_create(with_default, act):
    act.send(with_default.tab(), None)

    (made,) = new_payments(with_default)
    assert with_default.portal.crm.payments[made].pay_system_id == BANK


@pytest.mark.parametrize("path", ["/payments", "/payments/rest"])
def test_bitrix24_chooses_where_a_person_says_so(with_default, path):
    tab = with_default.tab()
    rows = {"row": SIGNS, f"quantity-{SIGNS}": 1, "pay_system_id": ""}

    assert tab.post(path, rows).status_code == 200, tab.said

    (made,) = new_payments(with_default)
    assert with_default.portal.crm.payments[made].pay_system_id == CASH


@pytest.mark.parametrize("path", ["/payments", "/payments/rest"])
def test_a_payment_system_that_is_none_of_the_portals_is_refused(stage, path):
    tab = stage.tab()
    before = books(stage)

    tab.post(path, {"row": SIGNS, f"quantity-{SIGNS}": 1, "pay_system_id": "999"})

    require_refused(stage, tab, before, "not available any more")


def test_the_rest_is_not_billed_when_it_is_another_than_was_shown(stage):
    tab, other = stage.tab(), stage.tab(1)
    shown = rest_of(stage)
    other.post("/payments", {"row": SIGNS, f"quantity-{SIGNS}": 3})
    before = books(stage)
    stage.forget_calls()

    answer = tab.post("/payments/rest", {"shown": shown})

    assert answer.status_code == 409
    assert "Not saved. Someone else has changed what is left to bill" in tab.said
    assert writes_asked(stage) == []
    assert books(stage) == before
    assert 'id="strip"' in answer.text, "the page has to show what is left now"


def test_the_rest_is_billed_when_it_is_what_was_shown(stage):
    tab = stage.tab()
    do_payment(stage.portal, {"do": "add", "entityId": "8061"})

    answer = tab.post("/payments/rest", {"shown": f"{rest_of(stage)}00"})

    assert answer.status_code == 200, tab.said


@pytest.mark.parametrize("shown", ["many", "NaN", "1e", "-"])
def test_an_amount_that_is_no_number_is_refused(stage, shown):
    tab = stage.tab()

    assert tab.post("/payments/rest", {"shown": shown}).status_code == 422
    assert writes_asked(stage) == []


def rest_of(stage):
    rows = stage.portal.crm.product_rows
    return sum(rows[row].price * rows[row].quantity for row in (SIGNS, CABLES))


def empty_payment(stage):
    """Somebody made one in Bitrix24 itself; the tab that shows it, and its id."""
    do_payment(stage.portal, {"do": "add", "entityId": "8061"})
    return stage.tab(), new_payments(stage)[0]


def test_a_payment_of_nothing_is_not_marked_as_paid_without_a_question(stage):
    tab, empty = empty_payment(stage)
    before = books(stage)
    asked = f'hx-post="/payments/{empty}/pay"'

    assert 'data-confirm="dlg-zero"' in tab.answer.text.split(asked)[1].split(">")[0]
    tab.post(f"/payments/{empty}/pay", {"shown": "0.00"})

    require_refused(stage, tab, before, "asks for nothing")


def test_a_payment_of_nothing_listed_long_ago_is_not_marked_as_paid_either(stage):
    tab, empty = empty_payment(stage)
    forget_listing(stage)
    before = books(stage)

    tab.post(f"/payments/{empty}/pay")

    require_refused(stage, tab, before, "asks for nothing")


def test_a_payment_of_nothing_is_marked_as_paid_by_who_was_asked(stage):
    tab, empty = empty_payment(stage)

    answer = tab.post(f"/payments/{empty}/pay", {"shown": "0", "zero": "1"})

    assert answer.status_code == 200, tab.said
    assert stage.portal.crm.payments[empty].is_paid


def test_a_forged_request_that_marks_nothing_as_paid_is_told_so(stage):
    """Without the amount that the page shows, the one call of it cannot look first."""
    tab, empty = empty_payment(stage)

    answer = tab.post(f"/payments/{empty}/pay")

    assert answer.status_code == 200
    assert "It asks for nothing" in tab.said


def test_a_payment_of_nothing_that_is_marked_as_unpaid_is_called_unpaid(stage):
    tab, empty = empty_payment(stage)
    stage.portal.crm.payments[empty].is_paid = True
    tab.show()

    answer = tab.post(f"/payments/{empty}/unpay", {"shown": "0"})

    assert answer.status_code == 200, tab.said
    assert "marked as unpaid" in tab.said
    assert "asks for nothing" not in tab.said
