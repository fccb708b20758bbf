"""A mark of a payment that a colleague has marked before, or in the moment before our own."""

from __future__ import annotations

import pytest

from tests.support.acts import PAID, PAY, SMALL, UNPAY, outcomes, payment
from tests.support.many import Asked, states
from tests.support.stage import ADMIN, MANAGER

LOST = ("close_before", "html")


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def lines(stage):
    return [str(one.params) for one in stage.executed("crm.timeline.logmessage.add")]


def lose_next(stage, kind):
    """What is sent next gets no answer, and nothing of it is carried out."""
    stage.portal.faults.add("crm.item.payment.list", kind)


@pytest.mark.parametrize("kind", LOST)
def test_what_a_colleague_has_paid_is_not_told_as_ours(stage, kind):
    tab, colleague = stage.tab(), stage.tab(ADMIN)
    PAY.send(colleague, None)
    told = lines(stage)
    lose_next(stage, kind)

    answer = PAY.send(tab, None)

    assert answer.status_code == 200
    assert "was already marked as paid" in tab.said
    assert "data-undo" not in answer.text
    assert payment(stage, SMALL).emp_paid_id == ADMIN
    assert outcomes(stage) == [("pay", "done"), ("pay", "already")]
    assert lines(stage) == told


def test_what_we_have_paid_is_told_as_ours_though_the_answer_was_lost(stage):
    tab = stage.tab()
    stage.portal.faults.add(PAY.method, "lost")

    answer = PAY.send(tab, None)

    assert payment(stage, SMALL).emp_paid_id == MANAGER
    assert "marked as paid" in tab.said
    assert "data-undo" in answer.text
    assert outcomes(stage) == [("pay", "done")]


@pytest.mark.parametrize("kind", LOST)
def test_what_may_be_a_colleagues_unpaid_mark_is_neither_undone_nor_told_again(stage, kind):
    """The portal keeps nothing of who marks as unpaid."""
    tab, colleague = stage.tab(), stage.tab(ADMIN)
    UNPAY.send(colleague, None)
    told = lines(stage)
    lose_next(stage, kind)

    answer = UNPAY.send(tab, None)

    assert answer.status_code == 200
    assert not payment(stage, PAID).is_paid
    assert "data-undo" not in answer.text
    assert lines(stage) == told


def test_an_unpaid_mark_of_what_was_just_read_as_paid_can_be_undone(stage):
    tab = stage.tab()
    stage.advance(400)
    stage.portal.faults.add(UNPAY.method, "lost")

    answer = UNPAY.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert "data-undo" in answer.text


@pytest.mark.parametrize("knows_how_lines_travel", [False, True])
def test_what_a_colleague_pays_just_before_our_mark_is_not_told_as_ours(
    stage, knows_how_lines_travel
):
    """The portal answers success to a mark that is there already, and names who made it."""
    tab = stage.tab()
    if knows_how_lines_travel:
        PAY.send(tab, None)
        payment(stage, SMALL).is_paid = False
    told = lines(stage)
    stage.portal.faults.before(PAY.method, lambda: pay_as(stage, ADMIN))

    answer = PAY.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert payment(stage, SMALL).emp_paid_id == ADMIN
    assert "was already marked as paid" in tab.said
    assert "data-undo" not in answer.text
    assert outcomes(stage)[-1] == ("pay", "already")
    assert lines(stage) == told


def test_many_at_once_tell_what_a_colleague_pays_just_before_a_mark_of_theirs(stage):
    """Commands of a batch run one after the other: until the last one many seconds go by."""
    tab = stage.tab()
    stage.portal.faults.before(PAY.method, lambda: pay_as(stage, ADMIN))
    act = Asked(tab, "pay", [SMALL], states(tab))

    act.send_all()

    assert act.told == {"3653/3": "Nothing to do"}
    assert outcomes(stage) == [("pay", "already")]
    assert lines(stage) == []


def test_a_mark_that_names_nobody_is_ours_where_the_portal_confirms_it(stage):
    tab = stage.tab()
    stage.portal.faults.before("crm.item.get", lambda: pay_as(stage, None))

    answer = PAY.send(tab, None)

    assert "data-undo" in answer.text
    assert outcomes(stage) == [("pay", "done")]


def test_many_at_once_tell_what_a_colleague_has_paid_just_then(stage):
    tab = stage.tab()
    stage.portal.faults.before(PAY.method, lambda: pay_as(stage, ADMIN))
    stage.portal.faults.add(PAY.method, "close_before")
    act = Asked(tab, "pay", [SMALL], states(tab))

    act.send_all()

    assert act.told == {"3653/3": "Nothing to do"}
    assert outcomes(stage) == [("pay", "already")]


def pay_as(stage, user):
    made = payment(stage, SMALL)
    made.is_paid, made.emp_paid_id = True, user
