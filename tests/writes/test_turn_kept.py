"""After a lost answer the portal may be at a write still: nobody else writes on the card then."""

from __future__ import annotations

from contextlib import ExitStack, suppress

import pytest

from b24app.bitrix.wire.shares import Share
from b24app.errors import PortalCrowdedError
from b24app.services.writing.card_lease import KEPT_SECONDS, TURN_SECONDS
from b24app.storage import leases
from tests.support.acts import (
    ADD_ITEMS,
    CARD,
    CREATE,
    DELETE,
    DIMMER,
    LARGE,
    PAY,
    PREFIX,
    REST,
    SET_QUANTITY,
    SMALL,
    SYSTEM,
    payment,
)
from tests.support.many import Asked, fill, states
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
    stage.portal.clock.advance(KEPT_SECONDS)
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


@pytest.mark.parametrize("act", [PAY, SYSTEM, DELETE], ids=str)
@pytest.mark.parametrize("person", [MANAGER, ADMIN])
def test_the_same_write_may_follow_its_own_lost_answer(stage, act, person):
    """A second run of it has no further effect, and it is what people try next."""
    tab = stage.tab(MANAGER)
    stage.portal.faults.add(act.method, "silent", times=2)
    assert act.send(tab, None).status_code == 502
    assert act.send(stage.tab(person), None).status_code == 502
    assert stage.tab(ADMIN).post(f"/payments/{LARGE}/pay").status_code == 409

    assert act.send(stage.tab(person), None).status_code == 200

    assert act.done(stage)
    # It was answered: nobody waits any more.
    assert stage.tab(ADMIN).post(f"/payments/{LARGE}/pay").status_code == 200


def test_many_at_once_may_follow_their_own_lost_answer(stage):
    tab = stage.tab()
    shown = states(tab)
    stage.portal.faults.add(PREFIX + "pay", "silent")
    Asked(tab, "pay", [SMALL], shown).send()
    assert not payment(stage, SMALL).is_paid

    Asked(tab, "pay", [SMALL], shown).send()

    assert payment(stage, SMALL).is_paid


def test_many_others_do_not_follow_a_lost_answer(stage):
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(PREFIX + "pay", "silent")
    Asked(mine, "pay", [SMALL]).send()

    Asked(theirs, "pay", [LARGE]).send()

    assert not payment(stage, LARGE).is_paid


def test_those_that_many_at_once_have_left_may_follow(stage):
    """As the page keeps them chosen: without those that are done by now."""
    fill(stage, 40)
    tab = stage.tab()
    shown = states(tab)
    ids = [one for one, state in shown.items() if state.startswith("N")][:14]
    first = Asked(tab, "pay", ids, shown)
    assert first.goes_on(first.send())
    stage.portal.faults.add(PREFIX + "pay", "silent")
    first.send()
    left = [one for one in ids if not payment(stage, one).is_paid]
    assert 0 < len(left) < len(ids)

    Asked(tab, "pay", left, shown).send_all()

    assert all(payment(stage, one).is_paid for one in ids)


@pytest.mark.parametrize(
    ("act", "path", "other"),
    [
        (SYSTEM, f"/payments/{SMALL}/system", {"pay_system_id": CARD}),
        (SET_QUANTITY, DIMMER, {"quantity": 4, "shown": "20"}),
    ],
    ids=["system", "quantity"],
)
def test_another_choice_does_not_follow_a_lost_one(stage, act, path, other):
    """The portal may carry out the lost one after it, and would take it back."""
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(act.method, "silent")
    assert act.send(mine, None).status_code == 502

    assert theirs.post(path, other).status_code == 409

    assert act.send(theirs, None).status_code == 200
    assert act.done(stage)


def test_who_follows_a_lost_answer_is_alone_until_the_end(stage):
    """Longer than the turn of the lost one was kept: the portal is slow."""
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(PREFIX + "pay", "silent")
    assert PAY.send(mine, None).status_code == 502
    answers = []

    def much_later():
        stage.portal.clock.advance(KEPT_SECONDS + 1)
        headers = theirs.headers(**{"Idempotency-Key": "key-of-the-other"})
        path = f"/payments/{LARGE}/pay"
        answers.append(stage.app.test_client().post(path, headers=headers).status_code)

    stage.portal.faults.before(PREFIX + "pay", much_later)

    assert PAY.send(mine, None).status_code == 200
    assert answers == [409]
    assert not payment(stage, LARGE).is_paid


def test_what_adds_each_time_does_not_follow_its_own_lost_answer(stage):
    tab = stage.tab()
    stage.portal.faults.add(ADD_ITEMS.method, "silent")
    assert ADD_ITEMS.send(tab, None).status_code == 502

    assert ADD_ITEMS.send(stage.tab(), None).status_code == 409


def test_who_comes_next_waits_and_is_not_refused():
    assert KEPT_SECONDS < TURN_SECONDS


@pytest.mark.parametrize("act", [CREATE, REST], ids=str)
@pytest.mark.parametrize("kind", ["silent", "lost"])
def test_nobody_writes_while_the_portal_may_be_at_a_lost_creation(stage, act, kind):
    """It may be adding rows to the payment, with an order that it saves whole."""
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(PREFIX + "add", kind)
    assert act.send(mine, None).status_code == 502

    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 409

    stage.portal.clock.advance(KEPT_SECONDS)
    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 200


def test_nobody_waits_for_a_lost_creation_that_is_seen_whole(stage):
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(PREFIX + "product.list", "lost")
    assert CREATE.send(mine, None).status_code == 200

    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 200


class Watched(list):
    """What was slept, and `look` at each time."""

    def __init__(self, look):
        super().__init__()
        self.look = look

    def append(self, seconds):
        self.look()
        super().append(seconds)


def test_who_waits_for_a_turn_counts_against_the_portals_share(stage):
    """Hundreds of writes to one card would hold all threads of the process, and other portals'."""
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    shares, held = stage.deps.client.shares, []
    stage.portal.faults.add(PREFIX + "pay", "silent")
    assert mine.post(f"/payments/{SMALL}/pay").status_code == 502
    stage.slept = Watched(lambda: held.append([one.share.portal for one in shares._held]))

    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 409

    assert held
    assert all(portals == [stage.portal.member_id] for portals in held)
    assert not shares._held


def test_nobody_waits_for_a_turn_where_the_portal_holds_its_share(stage):
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    shares, share = stage.deps.client.shares, Share(stage.portal.member_id)
    stage.portal.faults.add(PREFIX + "pay", "silent")
    assert mine.post(f"/payments/{SMALL}/pay").status_code == 502
    stage.slept.clear()

    with ExitStack() as stack:
        with suppress(PortalCrowdedError):
            while True:
                stack.enter_context(shares.place(share, 0))
        assert theirs.post(f"/payments/{LARGE}/pay").status_code == 503

    assert not stage.slept
    assert not payment(stage, LARGE).is_paid


def test_who_waits_for_a_turn_writes_nothing_meanwhile(stage, monkeypatch):
    """SQLite lets one write at a time: others waited for those who only looked."""
    mine, theirs = stage.tab(MANAGER), stage.tab(ADMIN)
    stage.portal.faults.add(PREFIX + "pay", "silent")
    assert mine.post(f"/payments/{SMALL}/pay").status_code == 502
    tried, original = [], leases.try_take

    def noted(session, key, *others):
        tried.append(key.name)
        return original(session, key, *others)

    monkeypatch.setattr(leases, "try_take", noted)
    stage.slept.clear()

    assert theirs.post(f"/payments/{LARGE}/pay").status_code == 409

    assert len(stage.slept) > 50
    assert 0 < len(tried) <= 2
