"""The application is uninstalled, with all its data, just while a write is on its way."""

from __future__ import annotations

import pytest

from b24app.storage import activity, portals
from tests.storage.everything import tables_with
from tests.support.acts import ACTS, PAY, REST, UNCHANGED_WORDS, new_payments, payment
from tests.support.many import Asked

BIG = 8069
"""A deal of sixty product rows: more than one request carries."""


def erase_before(stage, method, *, keep_settings=False):
    def erase():
        with stage.database.transaction() as session:
            portals.erase(session, stage.portal.member_id, keep_settings=keep_settings)

    stage.portal.faults.before(method, erase)


def left_of(stage):
    return tables_with(stage.database, stage.portal.member_id)


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_what_was_done_is_told_and_no_row_stays(stage, act):
    stage.plan_reminder(1039)
    tab = stage.tab()
    erase_before(stage, act.method)

    act.send(tab, None)

    assert act.done(stage)
    assert tab.answer.status_code == 200
    assert not UNCHANGED_WORDS.search(tab.said), tab.said
    assert left_of(stage) == set()


def test_no_name_comes_back_into_a_log_that_was_kept_without_names(stage):
    tab = stage.tab()
    tab.post("/payments/1038/pay", {"note": "From Marta"})
    tab.post("/payments/1038/unpay")
    erase_before(stage, PAY.method, keep_settings=True)

    PAY.send(tab, None)

    with stage.database.reading() as session:
        lines = activity.page(session, stage.portal.member_id)
    assert [(line.action, line.user_name, line.note) for line in lines] == [
        ("unpay", "", ""),
        ("pay", "", ""),
    ]


def test_several_at_once_are_told_as_they_are(stage):
    tab = stage.tab()
    erase_before(stage, PAY.method)
    act = Asked(tab, "pay", [1038, 1039])

    act.send()

    assert all(payment(stage, one).is_paid for one in act.ids)
    assert not UNCHANGED_WORDS.search(tab.answer.text)
    assert left_of(stage) == set()


def test_a_payment_that_cannot_be_completed_any_more_is_not_called_unmade(stage):
    tab = stage.tab(entity_id=BIG)
    before = len(stage.portal.crm.payments)
    erase_before(stage, REST.method)

    tab.post("/payments/rest")

    assert len(stage.portal.crm.payments) == before + 1
    assert not UNCHANGED_WORDS.search(tab.said), tab.said
    assert left_of(stage) == set()
    assert new_payments(stage) == []
