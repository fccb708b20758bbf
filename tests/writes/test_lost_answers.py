"""Writes whose answer is lost or broken: settled by reading back, told truly, never repeated."""

from __future__ import annotations

import pytest

from tests.support.acts import (
    ACTS,
    DELETE,
    MOVE,
    ON_A_PAYMENT,
    PAY,
    PREFIX,
    REST,
    RUN,
    SMALL,
    books,
    forget_listing,
    outcomes,
    payment,
    require_once,
    require_truth,
    runs,
    writes_asked,
)

NOT_RUN = ("close_before", "silent", "html", "error_500", "unexpected", "redirect")
KEY = "a-key-of-the-page-1"


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.mark.parametrize("kind", RUN)
@pytest.mark.parametrize("act", ON_A_PAYMENT, ids=str)
def test_a_write_whose_answer_was_lost_is_found_to_be_done(stage, act, kind):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(act.method, kind)

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    require_truth(stage, act, answer, before)
    assert outcomes(stage) == [(act.name, "done")]


@pytest.mark.parametrize("kind", NOT_RUN)
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_that_never_ran_is_not_called_done(stage, act, kind):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(act.method, kind)

    answer = act.send(tab, KEY)

    assert answer.status_code == 502, tab.said
    require_truth(stage, act, answer, before)
    assert runs(stage) == {}
    assert outcomes(stage) == [(act.name, "unknown")]
    assert "Refresh" in tab.said
    asked = len(writes_asked(stage))
    assert act.send(tab, KEY).status_code == 502
    assert len(writes_asked(stage)) == asked


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_portal_that_stays_silent_is_told_as_not_known(stage, act):
    """The write is lost, and so is every reading after it."""
    tab = stage.tab()
    stage.portal.faults.add(act.method, "lost")
    stage.portal.faults.add("crm.item.get", "close_before", times=9)

    answer = act.send(tab, None)

    require_once(stage)
    assert answer.status_code == 502
    assert "not known whether" in tab.said or "may be" in tab.said
    assert outcomes(stage)[0][1] in {"unknown", "partial"}


@pytest.mark.parametrize("act", ACTS, ids=str)
@pytest.mark.parametrize("kind", ["silent", "close_before", "html", "invalid_json", "redirect"])
def test_a_silent_portal_before_the_write_changes_nothing_and_says_so(stage, act, kind):
    tab = stage.tab()
    forget_listing(stage)
    before = books(stage)
    stage.forget_calls()
    stage.portal.faults.add("*", kind, times=40)

    answer = act.send(tab, None)

    assert answer.status_code == 502
    assert writes_asked(stage) == []
    assert books(stage) == before
    assert "not known" not in tab.said
    assert outcomes(stage) == [(act.name, "failed")]


@pytest.mark.parametrize("method", ["crm.item.get", "crm.item.payment.list"])
@pytest.mark.parametrize("kind", ["error_500", "busy", "denied"])
@pytest.mark.parametrize("act", [PAY, DELETE, MOVE, REST], ids=str)
def test_a_re_read_that_fails_once_is_read_again(stage, act, kind, method):
    tab = stage.tab()
    before = books(stage)
    stage.portal.faults.add(method, kind)

    answer = act.send(tab, None)

    require_truth(stage, act, answer, before)


@pytest.mark.parametrize("act", ON_A_PAYMENT, ids=str)
def test_a_confirmed_write_without_a_re_read_is_called_carried_out(stage, act):
    tab = stage.tab()
    stage.portal.faults.add("crm.item.get", "error_500", times=99)

    answer = act.send(tab, None)

    assert act.done(stage) or act is MOVE
    assert answer.status_code == 502
    assert "carried this out" in tab.said or act is MOVE
    require_once(stage)


def test_a_failed_re_read_shows_no_removal_that_did_not_happen(stage):
    tab = stage.tab()
    stage.portal.faults.add("crm.item.payment.product.delete", "denied")
    stage.portal.faults.add("crm.item.payment.product.list", "busy", times=9)

    tab.delete("/payments/1038/items/1200")

    assert "Item removed" not in tab.said
    assert 1200 in stage.portal.crm.items


def test_a_late_write_is_not_called_failed_for_good(stage):
    tab = stage.tab()
    stage.portal.faults.add(PREFIX + "pay", "silent")

    PAY.send(tab, None)

    assert "did not confirm it" in tab.said
    assert not payment(stage, SMALL).is_paid
