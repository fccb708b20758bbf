"""The reminder about a payment: set, moved, removed, and ended when the payment is paid."""

from __future__ import annotations

import pytest

from b24app.simulator.portal_state.timeline import CONFIGURABLE
from tests.support.acts import SMALL


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def ours(stage):
    found = stage.portal.crm.activities.values()
    return [one for one in found if one.originator_id == "deal_payments"]


def test_reminder_is_set_shown_and_closed_when_paid(stage):
    tab = stage.tab()

    answer = tab.post(f"/payments/{SMALL}/reminder", {"when": "tomorrow", "shown": ""})

    assert answer.status_code == 200, answer.text
    assert tab.said == "Reminder set: payment 3653/3 is expected on Jul 2, 2026"
    (activity,) = ours(stage)
    assert (activity.provider_id, activity.origin_id) == (CONFIGURABLE, str(SMALL))
    assert "expected on" in answer.text
    assert "expected on" in tab.show().text

    tab.post(f"/payments/{SMALL}/pay")

    assert [one.is_completed for one in ours(stage)] == [True]
    assert "expected on" not in tab.show().text
