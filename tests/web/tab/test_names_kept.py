"""Names of people are kept for a day, not longer, and not asked for again meanwhile."""

from __future__ import annotations

from b24app.simulator.portal_state import sale
from tests.support.stage import ADMIN, MANAGER, READER

HOUR = 3600


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
