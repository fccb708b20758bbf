"""A half-done action is ended by whoever was shown its payments, and by nobody else."""

from __future__ import annotations

import pytest

from b24app.domain import EntityRef
from b24app.services.card.half_done import HalfDone
from b24app.storage import partial_actions
from tests.support import odd_cards
from tests.support.acts import COURIER, LARGE, MOVE, PREFIX, SMALL, outcomes
from tests.support.cut_off import cut_once
from tests.support.stage import MANAGER, STRANGER

DEAL = EntityRef(2, 8061)
OF_TWO = {
    "delivery": "3653/1", "number": "3653/4", "other": "3653/3",
    "document_id": COURIER, "payment_ids": [LARGE, SMALL],
}  # fmt: skip
OF_ONE = {"payment_id": SMALL, "number": "3653/3", "names": "Sign"}
STATES = [
    (HalfDone.REST_PARTLY, OF_ONE),
    (HalfDone.DELIVERY_TWICE, OF_TWO),
    (HalfDone.DELIVERY_NOWHERE, OF_TWO),
]


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def leave_half_done(stage, kind, data):
    with stage.database.transaction() as session:
        kept = partial_actions.add(
            session,
            stage.portal.member_id,
            DEAL,
            user_id=MANAGER,
            kind=str(kind),
            data=data,
            now=stage.deps.clock(),
        )
        return f"/payments/notices/{kept.id}"


def kept(stage):
    with stage.database.reading() as session:
        return [one.kind for one in partial_actions.of_card(session, stage.portal.member_id, DEAL)]


@pytest.mark.parametrize(("kind", "data"), STATES)
def test_a_notice_is_dismissed_by_who_was_shown_its_payments(stage, kind, data):
    tab = stage.tab()
    notice = leave_half_done(stage, kind, data)

    answer = tab.delete(notice)

    assert answer.status_code == 200
    assert kept(stage) == []


@pytest.mark.parametrize(("kind", "data"), STATES)
@pytest.mark.parametrize("is_refused", [True, False], ids=["refused the card", "not asked yet"])
def test_a_notice_is_not_dismissed_by_who_may_not_see_the_card(stage, kind, data, is_refused):
    notice = leave_half_done(stage, kind, data)
    stranger = stage.open(STRANGER)
    if is_refused:
        assert stranger.get("/payments").status_code == 403

    answer = stranger.delete(notice)

    assert answer.status_code == 404
    assert kept(stage) == [kind]


@pytest.mark.parametrize("is_committed", [False, True], ids=["before", "after the commit"])
@pytest.mark.parametrize("act", ["rest", "move", "filling"])
def test_what_is_left_half_done_is_remembered_over_a_new_connection(
    stage, monkeypatch, act, is_committed
):
    odd_cards.add_deal(stage.portal.crm, odd_cards.MANY, 40)
    tab = stage.tab(entity_id=odd_cards.MANY if act == "filling" else 8061)
    if act == "rest":
        stage.portal.faults.add(PREFIX + "add", "lost")
    elif act == "move":
        stage.portal.faults.add(PREFIX + "delivery.delete", "denied", times=9)
    left = cut_once(monkeypatch, partial_actions, "add", is_committed=is_committed)

    if act == "move":
        MOVE.send(tab, None)
    else:
        tab.post("/payments/rest")

    assert left == [0]
    (line,) = outcomes(stage)
    assert line in {("bill_rest", "partial"), ("move_delivery", "partial"), ("bill_rest", "done")}
    assert tab.show().text.count('id="notice-') == 1
