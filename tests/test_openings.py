"""An opening that is put up again is the one that would be made, or it is made."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from b24app.storage.models import Launch, Portal
from tests.support import stage as stage_module
from tests.support.acts import LARGE, PAY, SMALL, payment
from tests.support.stage import MANAGER, READER, payments_in

HOW = (MANAGER, 8061)


@pytest.fixture
def stage(module_stage, monkeypatch):
    """A stage whose usual opening was kept, put back once more."""
    for _ in range(3):
        module_stage.put_back(monkeypatch)
        module_stage.tab(*HOW)
    module_stage.put_back(monkeypatch)
    return module_stage


@pytest.fixture
def shown(stage, monkeypatch):
    """How often the tab was really shown since then."""
    times = []
    really = stage._opened

    def opened(*how):
        times.append(how)
        return really(*how)

    monkeypatch.setitem(vars(stage), "_opened", opened)
    # What this test itself put there is no patch of our code.
    monkeypatch._setitem[:] = [one for one in monkeypatch._setitem if one[0] is not vars(stage)]
    yield times
    del stage._opened


def rows_of(stage):
    with stage.database.reading() as session:
        return [
            (one.user_id, one.entity_id, one.listed, one.listed_at) for one in session.query(Launch)
        ]


def test_the_usual_opening_is_put_up_again_as_it_was_made(stage, shown):
    again = stage.tab(*HOW)
    assert shown == []
    calls = [(one.path, [each.method for each in one.commands]) for one in stage.http_calls]
    found = (again.answer.text, again.answer.status_code, calls, rows_of(stage))

    stage.put_back()
    made = stage.tab(*HOW)

    assert shown == [(*HOW, "CRM_DEAL_DETAIL_TAB")]
    calls = [(one.path, [each.method for each in one.commands]) for one in stage.http_calls]
    at = made.answer.headers["X-Request-Id"], again.answer.headers["X-Request-Id"]
    assert found == (made.answer.text.replace(*at), 200, calls, rows_of(stage))


def test_it_serves_as_one_that_was_made(stage, shown):
    for _ in range(2):
        tab = stage.tab(*HOW)
        assert PAY.send(tab, None).status_code == 200
        assert payments_in(tab.show().text)[str(SMALL)] == "Y"
        stage.put_back(stage.openings.monkeypatch)
        assert not payment(stage, SMALL).is_paid

    assert shown == []


def patch(stage):
    stage.openings.monkeypatch.setattr(stage_module, "NOW", None)


def change_a_row(stage):
    with stage.database.transaction() as session:
        session.execute(update(Portal).values(batch_refused_until=stage.portal_clock.now()))


CHANGES = {
    "a payment": lambda stage: setattr(payment(stage, LARGE), "is_paid", True),
    "a right": lambda stage: stage.portal.users[MANAGER].rights.update(order="none"),
    "a switch": lambda stage: setattr(stage.portal.switches, "generation", "old"),
    "a fault": lambda stage: stage.fail("crm.item.get", "slow", after=9),
    "a deed of a test": lambda stage: stage.portal.faults.before("crm.item.get", lambda: None),
    "a token": lambda stage: stage.portal.issue_tokens(READER),
    "tokens that are over": lambda stage: stage.portal.tokens.expire_access(),
    "an option": lambda stage: stage.portal.app_options.update(a=1),
    "a limit": lambda stage: setattr(stage.portal.limits, "is_rate_limited", True),
    "time": lambda stage: stage.advance(1),
    "another opening": lambda stage: stage.open(READER),
    "a row": change_a_row,
    "a patch": patch,
}


@pytest.mark.parametrize("name", CHANGES)
def test_after_a_change_it_is_made(stage, shown, name):
    CHANGES[name](stage)

    stage.tab(*HOW)

    assert len(shown) == 1


def test_a_second_one_of_a_test_is_made(stage, shown):
    first, second = stage.tab(*HOW), stage.tab(*HOW)

    assert len(shown) == 1
    assert first.token != second.token
