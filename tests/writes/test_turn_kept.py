"""After a lost answer the portal may be at a write still: nobody else writes on the card then."""

from __future__ import annotations

import pytest

from b24app.services.writing.card_lease import LEASE_SECONDS
from tests.support.acts import DELETE, LARGE, PAY, PREFIX, SMALL, SYSTEM, payment
from tests.support.many import Asked, states
from tests.support.stage import ADMIN, MANAGER


@pytest.fixture
def stage(writing_stage):
    return writing_stage


@pytest.mark.parametrize("act", [PAY, SYSTEM, DELETE], ids=str)
def test_nobody_writes_while_the_portal_may_be_at_a_lost_write(stage, act):
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(act.method, "silent")
    assert act.send(mine, None).status_code == 502

    refused = theirs.post(f"/payments/{LARGE}/pay")

    assert refused.status_code == 409
    assert not payment(stage, LARGE).is_paid
    stage.portal.clock.advance(LEASE_SECONDS)
    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 200
    assert payment(stage, LARGE).is_paid


def test_nobody_waits_for_a_lost_write_that_the_portal_shows_as_done(stage):
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(PREFIX + "pay", "lost")
    assert mine.post(f"/payments/{SMALL}/pay").status_code == 200

    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 200


def test_many_at_once_keep_their_turn_too(stage):
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    shown = states(mine)
    stage.portal.faults.add(PREFIX + "pay", "silent")
    Asked(mine, "pay", [SMALL], shown).send()

    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 409


@pytest.mark.parametrize("kind", ["error_500", "unexpected", "invalid_json"])
def test_nobody_waits_after_a_broken_answer_to_the_whole_batch(stage, kind):
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add("batch", kind, times=9)
    assert mine.post(f"/payments/{SMALL}/pay").status_code == 502
    stage.portal.faults.clear()

    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 200


@pytest.mark.parametrize("kind", ["busy", "denied", "error_500"])
def test_nobody_waits_for_a_write_that_was_answered(stage, kind):
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(PREFIX + "pay", kind, times=5)
    mine.post(f"/payments/{SMALL}/pay")
    stage.portal.faults.clear()

    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 200
