"""A portal that does not resolve `$result[..]` in a batch: every write is carried out once."""

import pytest
from sqlalchemy import update

from b24app.storage.models import Launch
from tests.support.acts import ACTS


@pytest.fixture
def stage(writing_stage):
    writing_stage.portal.switches.resolves_references = False
    return writing_stage


@pytest.mark.parametrize("is_listed", [True, False], ids=["listed", "not_listed"])
@pytest.mark.parametrize("act", ACTS, ids=str)
def test_what_was_asked_is_done_and_done_once(stage, act, is_listed):
    tab = stage.tab()
    if not is_listed:
        # As of a payment that was made since this tab was opened.
        with stage.database.transaction() as session:
            session.execute(update(Launch).values(listed=[], listed_at=None))

    answer = act.send(tab, None)

    assert answer.status_code == 200, tab.said
    assert act.done(stage)
    assert len(stage.executed(act.method)) == 1
