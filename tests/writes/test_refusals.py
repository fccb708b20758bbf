"""Writes the portal refuses: rights in three generations, documented errors, frozen and gone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.simulator.control.control_somebody import do_order
from b24app.simulator.portal_state import sale
from tests.support.acts import (
    ACCOUNT,
    ACTS,
    BANK,
    CARD,
    COURIER,
    CREATE,
    DELETE,
    LARGE,
    MOVE,
    PAID,
    PAY,
    PREFIX,
    REST,
    SET_QUANTITY,
    SIGNS,
    SMALL,
    UNPAY,
    books,
    outcomes,
    payment,
    require_truth,
    writes_asked,
)
from tests.support.stage import READER

GENERATIONS = ("new", "old", "oldest")


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.mark.parametrize("generation", GENERATIONS)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_missing_rights_are_told_as_such_on_every_server(stage, act, generation):
    stage.portal.switches.generation = generation
    tab = stage.tab(READER)
    before = books(stage)

    answer = act.send(tab, None)

    assert answer.status_code in {403, 422}, tab.said
    assert books(stage) == before
    assert (
        "Nothing was changed" in tab.said
        or "nothing was changed" in tab.said
        or ("No payment was created" in tab.said)
    )
    assert "right" in tab.said or "does not let you" in tab.said
    assert outcomes(stage)[-1][1] in {"refused", "failed"}


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_refusal_makes_the_card_read_only_until_refresh(stage, generation):
    stage.portal.switches.generation = generation
    tab = stage.tab(READER)
    PAY.send(tab, None)

    assert "Mark as paid" not in tab.show().text
    assert "View only" in tab.answer.text
    assert "Mark as paid" in tab.show(refresh="1").text


def test_rights_on_the_card_without_rights_on_the_order(stage):
    """A manager may see a payment and yet not pay it (quirk 29)."""
    stage.portal.users[7].rights["order"] = "none"
    tab = stage.tab()
    before = books(stage)

    answer = PAY.send(tab, None)

    assert answer.status_code == 403
    assert books(stage) == before


@pytest.mark.parametrize("kind", ["false", "null"])
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_empty_result_is_a_refusal_whatever_the_status(stage, act, kind):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(act.method, kind)

    answer = act.send(tab, None)

    assert answer.status_code in {403, 422}, tab.said
    assert books(stage) == before
    assert outcomes(stage)[-1][1] in {"refused", "failed"}


@pytest.mark.parametrize("kind", ["done_false", "done_null"])
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_an_empty_result_is_not_believed_where_the_books_say_otherwise(stage, act, kind):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(act.method, kind)

    answer = act.send(tab, None)

    require_truth(stage, act, answer, before)


THROWN_AFTERWARDS = [
    *(("done_thrown", act) for act in ACTS),
    *(("done_argument", act) for act in (PAY, SET_QUANTITY, CREATE, MOVE)),
    *(("wrong_encoding", act) for act in (PAY, SET_QUANTITY, CREATE, DELETE)),
]


@pytest.mark.parametrize(("kind", "act"), THROWN_AFTERWARDS, ids=str)
def test_an_error_is_no_proof_where_an_exception_has_the_same_code(stage, act, kind):
    """It may have been thrown after the write was stored (quirks 102 and 103)."""
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(act.method, kind)

    answer = act.send(tab, None)

    require_truth(stage, act, answer, before)


BEFORE_EXECUTION = {
    "busy": 503,
    "operation_limit": 503,
    "denied": 403,
    "invalid_token": 401,
    "no_oauth": 503,
    "portal_deleted": 503,
}


@pytest.mark.parametrize("kind", BEFORE_EXECUTION)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_what_the_portal_says_instead_of_executing_changes_nothing(stage, act, kind):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(act.method, kind, times=9)

    answer = act.send(tab, None)

    assert answer.status_code == BEFORE_EXECUTION[kind], tab.said
    require_truth(stage, act, answer, before)
    assert books(stage) == before


PRODUCTS, LINES = PREFIX + "product.list", PREFIX + "delivery.list"
ROWS, DOCUMENTS = "crm.item.productrow.list", "crm.item.delivery.list"
READ_FOR_A_PAID_ONE = {
    "add an item": ("POST", "items", {"row": SIGNS, f"quantity-{SIGNS}": 1}, (PRODUCTS, ROWS)),
    "set a quantity": ("POST", "items/1197", {"quantity": 2}, (PRODUCTS, ROWS)),
    "remove an item": ("DELETE", "items/1197", {}, (PRODUCTS, ROWS)),
    "add a delivery": ("POST", "deliveries", {"delivery_id": COURIER}, (LINES, DOCUMENTS)),
    "reassign": ("POST", "deliveries/1199", {"delivery_id": COURIER}, (LINES, DOCUMENTS)),
    "remove a delivery": ("DELETE", "deliveries/1199", {}, (LINES, DOCUMENTS)),
    "move": ("POST", "deliveries/1199/move", {"to": SMALL}, (LINES, DOCUMENTS)),
    "ask where to move": ("GET", "deliveries/1199/move", {}, (LINES, DOCUMENTS)),
}


@pytest.mark.parametrize("name", READ_FOR_A_PAID_ONE)
def test_a_paid_payment_is_called_paid_whatever_else_of_it_may_not_be_read(stage, name):
    """As decisions 20 says: `paid` is read first."""
    method, path, data, reads = READ_FOR_A_PAID_ONE[name]
    tab = stage.tab()
    for read in reads:
        stage.portal.faults.add(read, "denied", times=9)

    answer = tab.send(method, f"/payments/{PAID}/{path}", data)

    assert answer.status_code == 409
    assert "a paid payment is locked" in tab.said


def test_a_canceled_order_is_named(stage):
    tab = stage.tab()
    do_order(stage.portal, {"do": "cancel", "entityId": "8061"})

    answer = PAY.send(tab, None)

    assert answer.status_code == 422
    assert "canceled" in tab.said
    assert not payment(stage, SMALL).is_paid


@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
def test_a_plan_without_more_payments_is_named(stage, act):
    tab = stage.tab()
    stage.portal.switches.payments_left = 0

    answer = act.send(tab, None)

    assert answer.status_code == 422
    assert "plan" in tab.said
    assert len(stage.portal.crm.payments) == 14


@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
def test_a_portal_without_payment_systems_is_named(stage, act):
    tab = stage.tab()
    stage.portal.crm.pay_systems.clear()

    answer = act.send(tab, None)

    assert answer.status_code == 422
    assert "no payment system" in tab.said


def test_a_payment_system_that_does_not_fit_is_named(stage):
    """One that is not there is neither refused nor taken: the new payment is not saved."""
    tab = stage.tab()
    tab.get("/payments/new")
    del stage.portal.crm.pay_systems[BANK]
    before = books(stage)

    answer = tab.post("/payments", {"row": SIGNS, f"quantity-{SIGNS}": 2, "pay_system_id": BANK})

    assert answer.status_code == 422
    assert "No payment was created: this payment system cannot be used here" in tab.said
    assert books(stage) == before


def test_an_unknown_payment_system_is_refused_before_the_payment_is_touched(stage):
    tab = stage.tab()

    answer = tab.post(f"/payments/{SMALL}/system", {"pay_system_id": 999})

    assert answer.status_code == 422
    assert writes_asked(stage) == []


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_payment_system_that_was_removed_meanwhile_is_not_called_missing_rights(
    stage, generation
):
    stage.portal.switches.generation = generation
    tab = stage.tab()
    tab.get(f"/payments/{SMALL}/system")
    del stage.portal.crm.pay_systems[BANK]

    answer = tab.post(f"/payments/{SMALL}/system", {"pay_system_id": BANK})

    assert answer.status_code == 422
    assert "This payment system is not available any more" in tab.said
    assert payment(stage, SMALL).pay_system_id == CARD
    assert "View only" not in tab.show().text


@pytest.mark.parametrize("held", [0, 1_000_000])
def test_an_account_that_does_not_hold_enough_is_named(stage, held):
    """The kernel has no code for it: `BX_ERROR` (quirk 109)."""
    stage.portal.crm.payments[SMALL].pay_system_id = ACCOUNT
    stage.portal.crm.accounts["EUR"] = Decimal(held)
    tab = stage.tab()

    answer = PAY.send(tab, None)

    assert answer.status_code == (200 if held else 422)
    assert ("may not hold that much" in tab.said) is not bool(held)
    assert payment(stage, SMALL).is_paid is bool(held)


def test_a_refusal_without_a_code_is_not_called_an_empty_account(stage, monkeypatch):
    """The code is that of whatever the kernel has none for (quirk 111)."""
    monkeypatch.setattr(sale, "take_from_account", lambda *_: False)
    tab = stage.tab()

    answer = PAY.send(tab, None)

    assert (answer.status_code, payment(stage, SMALL).is_paid) == (422, False)
    assert "gave no reason" in tab.said
    assert "does not hold that much" not in tab.said


def test_the_account_of_the_client_is_not_offered_and_not_taken(stage):
    """Bitrix24 makes this payment system in every shop, and offers it nowhere itself."""
    tab = stage.tab()

    pages = [tab.get("/payments/new").text, tab.get(f"/payments/{SMALL}/system").text]
    answer = tab.post(f"/payments/{SMALL}/system", {"pay_system_id": ACCOUNT})

    assert all("Bank transfer" in page and "Internal account" not in page for page in pages)
    assert answer.status_code == 422
    assert writes_asked(stage) == []


def test_the_system_a_payment_has_already_is_success_without_a_write(stage):
    tab = stage.tab()

    answer = tab.post(f"/payments/{SMALL}/system", {"pay_system_id": CARD})

    assert answer.status_code == 200
    assert "already" in tab.said
    assert writes_asked(stage) == []


def test_a_refused_second_step_of_a_move_names_no_rights_falsely(stage):
    tab = stage.tab()
    stage.portal.switches.generation = "old"
    stage.portal.faults.add(PREFIX + "delivery.delete", "denied")

    answer = MOVE.send(tab, None)

    assert answer.status_code in {403, 422}
    assert "othing was changed" in tab.said


def test_who_has_used_up_the_time_is_told_how_long_that_lasts(stage):
    tab = stage.tab()
    stage.portal.faults.add("batch", "operation_limit", times=9)

    answers = [tab.show(refresh=1), PAY.send(tab, None)]

    for answer in answers:
        assert answer.status_code == 503
        assert "Try again in ten minutes" in answer.text
    assert answers[0].headers["Retry-After"] == "600"
    assert not PAY.done(stage)


def test_apps_that_are_blocked_are_not_called_busy(stage):
    """Only the portal's support ends it (`OVERLOAD_LIMIT`): no later try works."""
    tab = stage.tab()
    stage.portal.switches.is_overloaded = True

    answers = [tab.show(refresh=1), PAY.send(tab, None)]

    for answer in answers:
        assert answer.status_code == 503
        assert "Apps are blocked in your Bitrix24" in answer.text
        assert "Try again" not in answer.text
        assert "Retry-After" not in answer.headers


@pytest.fixture
def moving(stage):
    domain = stage.portal.domain
    yield stage
    stage.portal.move(domain)


@pytest.mark.parametrize("act", [PAY, UNPAY], ids=str)
def test_a_mark_on_a_portal_that_has_moved_says_where_to_see_what_became_of_it(moving, act):
    tab = moving.tab()
    moving.portal.move("new.example:8024")

    answer = act.send(tab, None)

    assert answer.status_code == 502
    assert "Your Bitrix24 has a new address" in tab.said
    assert "to see whether this was carried out" in tab.said
    assert outcomes(moving)[-1][1] == "unknown"


@pytest.mark.parametrize(
    ("elsewhere", "words"), [(0, "does not let you do this"), (1, "not that much left to bill")]
)
def test_a_refusal_without_a_reason_is_too_much_only_of_more_than_is_free(stage, elsewhere, words):
    """Of ten pieces on the card the payment has three, and seven more are asked for."""
    tab, crm = stage.tab(), stage.portal.crm
    tab.post(f"/payments/{SMALL}/items", {"row": SIGNS, f"quantity-{SIGNS}": 3})
    line = crm.items_of(SMALL, "product")[-1]

    def bill_some():
        if elsewhere:
            sale.add_product(crm, crm.payments[LARGE], crm.product_rows[SIGNS], Decimal(elsewhere))

    stage.portal.faults.before(SET_QUANTITY.method, bill_some)
    stage.fail(SET_QUANTITY.method, "null")

    answer = tab.post(f"/payments/{SMALL}/items/{line.id}", {"quantity": 10, "shown": 3})

    assert answer.status_code in {403, 422}
    assert words in tab.said


def test_a_mark_that_was_refused_is_not_called_ours_where_somebody_else_has_made_it(stage):
    tab = stage.tab()

    def somebody_pays():
        payment(stage, SMALL).is_paid = True

    stage.portal.faults.before(PAY.method, somebody_pays)
    stage.fail(PAY.method, "denied")

    answer = PAY.send(tab, None)

    assert answer.status_code == 403, tab.said
    assert outcomes(stage)[-1] == ("pay", "refused")
    assert "data-undo" not in answer.text
