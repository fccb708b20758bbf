"""Names of people are kept for a day, not longer, and not asked for again meanwhile."""

from __future__ import annotations

from b24app.services.directories import user_names
from b24app.simulator.portal_state import sale
from b24app.storage import cached_lists
from tests.support.stage import ADMIN, MANAGER, READER

HOUR = 3600


def test_a_card_seen_before_asks_for_names_that_nobody_has_read(stage):
    """The next day: none of its lines is left to be read, with which names came the first time."""
    stage.tab(READER).get("/payments/details", ids="1039,1038,1037,1036", rows=11)
    stage.advance(25 * HOUR)
    stage.tab(READER)
    stage.forget_calls()

    page = stage.tab(READER).answer.text

    assert "by <bdi>Marta Lindqvist</bdi>" in page
    assert "/payments/details" not in page
    assert len(stage.http_calls) == 1
    stage.forget_calls()
    stage.tab(READER)
    assert "user.get" not in str(stage.http_calls[0].commands)


def who_paid(stage, payment_id):
    tab = stage.tab(READER)
    page = tab.get("/payments/details", ids=str(payment_id), rows=11).text
    return "Marta Lindqvist" in page, "Marta Berg" in page


def mark_paid(stage, payment_id, user_id):
    payment = stage.portal.crm.payments[payment_id]
    sale.mark_paid(payment, stage.portal_clock.now(), user_id)


def test_a_name_is_read_anew_after_a_day_however_many_are_added_meanwhile(stage):
    assert who_paid(stage, 1037) == (True, False)
    stage.portal.users[MANAGER].last_name = "Berg"
    assert who_paid(stage, 1037) == (True, False)

    stage.advance(20 * HOUR)
    mark_paid(stage, 1038, ADMIN)
    who_paid(stage, 1038)
    assert who_paid(stage, 1037) == (True, False)
    stage.advance(5 * HOUR)
    who_paid(stage, 1037)

    assert who_paid(stage, 1037) == (False, True)


def test_the_directory_holds_the_newest_names_alone(stage, monkeypatch):
    """A portal may name other people at every refresh, and every request reads the directory."""
    monkeypatch.setattr(user_names, "MOST", 1)

    for payment_id, user_id in enumerate((ADMIN, READER, MANAGER), 1037):
        mark_paid(stage, payment_id, user_id)
        stage.tab(READER).get("/payments/details", ids=str(payment_id), rows=11)

    with stage.database.reading() as session:
        kept = cached_lists.load(session, stage.portal.member_id, cached_lists.USER_NAMES)
    assert len(kept.data) == 1
