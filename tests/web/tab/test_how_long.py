"""How long a payment that was made here has been unpaid, as its row says."""

from __future__ import annotations

import re

import pytest

HOUR = 3600


@pytest.fixture
def stage(writing_stage):
    return writing_stage


def newest(tab):
    """What the first row, which is of the newest payment, says of its state."""
    found = re.findall(r'id="state-\d+">(.*?)</div>', tab.show().text, re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])).strip()


def test_a_row_counts_whole_days_and_calls_no_yesterday_today(stage):
    tab = stage.tab()
    tab.post("/payments/rest")
    assert newest(tab) == "Unpaid waiting less than a day"

    # The stage begins at eleven, Berlin time: this is ten in the morning of the next day.
    stage.advance(23 * HOUR)
    assert newest(stage.tab()) == "Unpaid waiting less than a day"

    stage.advance(HOUR)
    assert newest(stage.tab()) == "Unpaid waiting 1 day"


def test_a_payment_from_before_has_waited_since_it_was_seen_at_least(stage):
    tab = stage.tab(entity_id=8062)
    assert "waiting" not in newest(tab)
    stage.advance(3 * 24 * HOUR)

    assert newest(stage.tab(entity_id=8062)) == "Unpaid waiting at least 3 days"
