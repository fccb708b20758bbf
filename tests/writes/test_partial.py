"""Actions of several writes that are cut off in the middle: creations and moves."""

from __future__ import annotations

import pytest

from b24app.simulator.control.control_somebody import do_payment
from b24app.simulator.portal_state.sale import DELIVERY, delete_item
from tests.support.acts import (
    CABLES,
    COURIER,
    CREATE,
    LARGE,
    MOVE,
    PREFIX,
    REST,
    RUN,
    SIGNS,
    SMALL,
    billed,
    books,
    item_of,
    links,
    new_payments,
    payment,
    require_once,
    require_truth,
    stage_said,
)
from tests.support.stage import payments_in


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.mark.parametrize("kind", RUN)
def test_a_lost_creation_is_found_among_the_payments(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add("batch", kind)
    # The first batch is the one that looks around.
    stage.portal.faults.faults.insert(0, stage.portal.faults.faults.pop())
    before = books(stage)

    answer = CREATE.send(tab, None)

    require_truth(stage, CREATE, answer, before)


@pytest.mark.parametrize("kind", ["lost", "lost_html", "lost_silent"])
def test_a_creation_lost_before_its_rows_is_named_and_kept(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "add", kind)

    answer = CREATE.send(tab, None)

    made = new_payments(stage)
    assert len(made) == 1
    assert answer.status_code == 502
    assert "left half done: Emergency exit sign E1 may be missing in it" in tab.said
    assert "left half done" in tab.show().text
    assert str(made[0]) in payments_in(answer.text)


@pytest.mark.parametrize("kind", ["lost", "lost_html", "lost_silent"])
def test_a_lost_bill_the_rest_is_never_deleted_on_a_guess(stage, kind):
    """It may be somebody else's payment, or the portal may still be adding rows."""
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "add", kind)

    answer = REST.send(tab, None)

    assert answer.status_code == 502
    assert len(new_payments(stage)) == 1
    assert stage.asked(PREFIX + "delete") == []
    assert "left half done" in tab.said
    assert "left half done" in tab.show().text
    require_once(stage)


@pytest.mark.parametrize(("act", "is_kept"), [(REST, True), (CREATE, False)])
def test_a_new_payment_that_cannot_be_read_stays_and_is_half_done_if_it_had_to_be_whole(
    stage, act, is_kept
):
    tab = stage.tab()
    stage.portal.faults.before(
        PREFIX + "add", lambda: stage.fail(PREFIX + "product.list", "error_500", times=20)
    )

    answer = act.send(tab, None)

    assert answer.status_code == 502
    assert len(new_payments(stage)) == 1
    assert stage.asked(PREFIX + "delete") == []
    stage.portal.faults.clear()
    assert ("left half done" in tab.show().text) is is_kept, tab.said


@pytest.mark.parametrize("kind", ["denied", "null", "lost", "silent"])
def test_a_payment_that_could_not_be_deleted_again_is_never_said_to_be(stage, kind):
    tab = stage.tab()
    stage.fail(PREFIX + "product.add", "denied")
    stage.fail(PREFIX + "delete", kind)

    answer = REST.send(tab, None)

    assert answer.status_code == 502
    is_there = bool(new_payments(stage))
    assert is_there is (kind != "lost")
    assert ("left half done" in tab.said) is is_there, tab.said


def test_two_new_payments_after_a_lost_creation_leave_it_open(stage):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "add", "close_before")
    before = set(stage.portal.crm.payments)
    stage.portal.faults.before(PREFIX + "add", lambda: [_somebody_adds(stage) for _ in range(2)])
    answer = REST.send(tab, None)

    assert answer.status_code == 502
    assert "not known whether" in tab.said
    assert len(set(stage.portal.crm.payments) - before) == 2


def _somebody_adds(stage):
    do_payment(stage.portal, {"do": "add", "entityId": "8061"})


def test_somebody_elses_payment_is_not_deleted_as_ours(stage):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "add", "close_before")
    stage.portal.faults.before(PREFIX + "add", lambda: _somebody_adds(stage))
    REST.send(tab, None)

    assert len(new_payments(stage)) == 1


@pytest.mark.parametrize("kind", ["false", "null"])
@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
def test_a_denied_creation_takes_no_payment_of_somebody_else_for_its_own(stage, act, kind):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "add", kind)
    stage.portal.faults.before(PREFIX + "add", lambda: _somebody_adds(stage))

    answer = act.send(tab, None)

    (theirs,) = new_payments(stage)
    assert answer.status_code == 502
    assert "may be the one you asked for. Check it" in tab.said
    assert list(stage.portal.crm.items_of(theirs, "product")) == []
    assert stage.asked(PREFIX + "delete") == []


@pytest.mark.parametrize("kind", ["done_false", "done_null"])
def test_of_several_items_one_that_is_denied_untruly_is_added_like_the_others(stage, kind):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "product.add", kind)
    wanted = {"row": [SIGNS, CABLES], f"quantity-{SIGNS}": 3, f"quantity-{CABLES}": 2}

    tab.post(f"/payments/{SMALL}/items", wanted)

    assert (billed(stage, SMALL, SIGNS), billed(stage, SMALL, CABLES)) == (3, 2)
    assert "Items added" in tab.said


def test_half_a_move_is_taken_back(stage):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(PREFIX + "delivery.delete", "denied")

    answer = MOVE.send(tab, None)

    assert answer.status_code == 403
    assert links(stage, LARGE) == [4074]
    assert links(stage, SMALL) == []
    assert books(stage)[0] == before[0]
    assert "Nothing was changed" in stage_said(answer)


def test_half_a_move_out_of_a_payment_that_is_paid_meanwhile_says_so(stage):
    tab = stage.tab()
    large = payment(stage, LARGE)
    stage.portal.faults.before(PREFIX + "delivery.delete", lambda: setattr(large, "is_paid", True))
    answer = MOVE.send(tab, None)

    assert answer.status_code == 409
    assert "a paid payment is locked" in tab.said
    assert (links(stage, LARGE), links(stage, SMALL)) == ([4074], [])
    assert "View only" not in tab.show().text


@pytest.mark.parametrize("kind", ["busy", "denied", "error_500", "close_before", "lost", "false"])
@pytest.mark.parametrize("times", [1, 9])
def test_the_second_step_of_a_move_never_loses_the_delivery(stage, kind, times):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(PREFIX + "delivery.delete", kind, times=times)

    answer = MOVE.send(tab, None)

    assert links(stage, LARGE) + links(stage, SMALL)
    require_truth(stage, MOVE, answer, before)
    if links(stage, LARGE) and links(stage, SMALL):
        assert "may be in payments" in tab.said
        tab.get("/payments/details", ids=f"{SMALL},{LARGE}", rows=11)
        assert "may be in payments" in tab.show().text


def test_a_session_that_ends_between_the_steps_of_a_move_hides_nothing(stage):
    stage.portal.switches.batch_refused = ["crm."]
    tab = stage.tab()

    def end_session():
        stage.portal.tokens.expire_access()
        stage.fail("oauth/token", "denied", times=9)

    stage.portal.faults.before(PREFIX + "delivery.add", end_session)
    answer = MOVE.send(tab, None)

    assert (links(stage, LARGE), links(stage, SMALL)) == ([4074], [4074])
    assert answer.status_code == 502
    assert "Nothing was changed" not in tab.said
    assert "may be in payments" in tab.said


@pytest.mark.parametrize("times", [0, 9])
def test_a_delivery_that_ends_in_neither_payment_is_put_back_or_named(stage, times):
    """Somebody takes the new line out of the other payment just before the second step."""
    tab = stage.tab()

    def take_out():
        crm = stage.portal.crm
        crm.items.pop(crm.items_of(SMALL, "delivery")[0].id)
        if times:
            stage.fail(PREFIX + "delivery.add", "denied", times=times)

    stage.portal.faults.before(PREFIX + "delivery.delete", take_out)
    answer = MOVE.send(tab, None)
    stage.portal.faults.clear()

    assert answer.status_code == 502
    if not times:
        assert (links(stage, LARGE), links(stage, SMALL)) == ([4074], [])
        assert "was not moved" in tab.said
        return
    assert "may be in neither payment" in tab.said
    assert "may be in neither payment" in tab.show().text
    tab.post(f"/payments/{LARGE}/deliveries", {"delivery_id": 4074})
    tab.get("/payments/details", ids=f"{SMALL},{LARGE}", rows=11)
    assert "may be in neither payment" not in tab.show().text


def test_a_move_that_nobody_can_read_back_is_named_until_it_is_settled(stage):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "delivery.delete", "lost")
    stage.portal.faults.add("crm.item.get", "close_before", times=9)

    MOVE.send(tab, None)
    stage.portal.faults.clear()

    assert "may be in payments" in tab.said
    assert (links(stage, LARGE), links(stage, SMALL)) == ([], [4074])
    tab.get("/payments/details", ids=f"{SMALL},{LARGE}", rows=11)
    assert "may be in payments" not in tab.show().text


def test_a_move_whose_lines_nobody_can_read_is_not_called_carried_out(stage):
    tab = stage.tab()
    stage.portal.faults.before(
        PREFIX + "delivery.add", lambda: stage.fail(PREFIX + "delivery.list", "busy", times=99)
    )
    answer = MOVE.send(tab, None)
    stage.portal.faults.clear()

    assert answer.status_code == 502
    assert (links(stage, LARGE), links(stage, SMALL)) == ([4074], [4074])
    assert "carried this out" not in tab.said
    assert "may be in payments" in tab.said
    assert "may be in payments" in tab.show().text


def test_a_move_into_a_payment_that_has_the_document_takes_nothing_from_it(stage):
    tab = stage.tab()
    there = {"delivery_id": 4074, "holders-4074": LARGE}
    assert tab.post(f"/payments/{SMALL}/deliveries", there).status_code == 200
    stage.portal.faults.add(PREFIX + "delivery.delete", "denied", times=9)

    MOVE.send(tab, None)

    assert links(stage, SMALL) == [4074]


def in_bitrix24(stage, payment_id):
    """Somebody takes the only delivery out of a payment in Bitrix24 itself."""
    delete_item(stage.portal.crm, item_of(stage, payment_id, DELIVERY))


def there_already(tab):
    """The other payment bills the courier, too."""
    fields = {"delivery_id": COURIER, f"holders-{COURIER}": LARGE}
    assert tab.post(f"/payments/{SMALL}/deliveries", fields).status_code == 200


def cut_after_the_first_step(tab):
    """The answer is lost between the two steps: the second one is sent alone."""
    faults = tab.stage.portal.faults
    faults.before(MOVE.method, lambda: faults.add(PREFIX + "delivery.list", "lost"))


@pytest.mark.parametrize("way", [there_already, cut_after_the_first_step])
def test_a_move_into_a_payment_that_loses_the_delivery_is_put_back(stage, way):
    tab = stage.tab()
    way(tab)
    before = books(stage)[0][LARGE]
    stage.portal.faults.before(PREFIX + "delivery.delete", lambda: in_bitrix24(stage, SMALL))

    answer = MOVE.send(tab, None)

    assert answer.status_code == 502
    assert "was not moved" in tab.said
    assert (links(stage, LARGE), links(stage, SMALL)) == ([COURIER], [])
    assert books(stage)[0][LARGE] == before


@pytest.mark.parametrize("way", [there_already, cut_after_the_first_step])
def test_a_move_of_what_was_taken_out_of_both_is_not_called_one(stage, way):
    tab = stage.tab()
    way(tab)

    def take_out_of_both():
        in_bitrix24(stage, SMALL)
        in_bitrix24(stage, LARGE)

    stage.portal.faults.before(PREFIX + "delivery.delete", take_out_of_both)

    answer = MOVE.send(tab, None)

    assert answer.status_code == 502
    assert "was not moved" in tab.said
    assert (links(stage, LARGE), links(stage, SMALL)) == ([], [])
