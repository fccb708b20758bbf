"""A payment from the client's account: no Undo of ours takes its amount a second time."""

from __future__ import annotations

from decimal import Decimal

import pytest

from b24app.errors import DatabaseAwayError
from b24app.services.directories import pay_systems
from b24app.storage import cached_lists
from tests.support.acts import ACCOUNT, CARD, PAY, SMALL, payment


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def unmarked(stage, system, *, is_read=True):
    stage.portal.crm.payments[SMALL].pay_system_id = system
    stage.portal.crm.accounts["EUR"] = Decimal(1_000_000)
    tab = stage.tab()
    if is_read:
        tab.get("/payments/new")
    assert PAY.send(tab, None).status_code == 200
    answer = tab.post(f"/payments/{SMALL}/unpay")
    assert (answer.status_code, payment(stage, SMALL).is_paid) == (200, False), tab.said
    return answer.text


@pytest.mark.parametrize(("system", "has_undo"), [(ACCOUNT, False), (CARD, True)])
def test_marking_as_unpaid_offers_no_undo_that_takes_the_amount_again(stage, system, has_undo):
    text = unmarked(stage, system)

    assert (f"/payments/{SMALL}/pay" in text.split('id="toast"')[-1]) is has_undo
    assert ('data-from-account="1"' in text) is not has_undo


def test_what_nobody_has_read_is_not_known(stage):
    assert 'data-from-account="1"' not in unmarked(stage, ACCOUNT, is_read=False)


def test_a_database_that_is_away_after_the_mark_changes_nothing_of_its_answer(stage, monkeypatch):
    load = cached_lists.load

    def away(session, member_id, kind):
        if kind == pay_systems.KIND:
            raise DatabaseAwayError("away")
        return load(session, member_id, kind)

    tab = stage.tab()
    assert PAY.send(tab, None).status_code == 200
    monkeypatch.setattr(cached_lists, "load", away)

    assert tab.post(f"/payments/{SMALL}/unpay").status_code == 200
    assert not payment(stage, SMALL).is_paid
