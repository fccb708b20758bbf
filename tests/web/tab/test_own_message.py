"""The message with a payment's link: an administrator's own words, the language, the currency."""

from __future__ import annotations

import pytest

from b24app.storage import settings as stored
from tests.support.acts import SMALL
from tests.support.send_menu import body_of, hrefs
from tests.support.stage import ADMIN, MANAGER, Tab, token_in

SEND = f"/payments/{SMALL}/send"


def test_an_administrator_s_own_text_is_what_is_sent(stage):
    data = {"message_subject": "Invoice {number}", "message_text": "Bitte {amount} zahlen: {link}"}
    with stage.database.transaction() as session:
        stored.save(
            session, stage.portal.member_id, data, updated_by=ADMIN, now=stage.portal_clock.now()
        )

    found = hrefs(stage.tab().get(SEND))

    assert body_of(found["sms"]).startswith("Bitte €2,258.00 zahlen: http")
    assert "subject=Invoice%203653%2F3&" in found["email"]


def test_a_text_that_is_too_long_for_a_link_is_said_to_be_shortened(stage):
    data = {"message_text": "ж" * 590 + "{link}"}
    with stage.database.transaction() as session:
        stored.save(
            session, stage.portal.member_id, data, updated_by=ADMIN, now=stage.portal_clock.now()
        )

    answer = stage.tab().get(SEND)

    assert "they get number, amount and link" in answer.text
    assert body_of(hrefs(answer)["sms"]).startswith("3653/3, €2,258.00\nhttp")
    assert "ж" * 590 in answer.text


def test_another_currency_is_that_of_the_payment(stage):
    payment = stage.portal.crm.payments[SMALL]
    payment.currency = "KWD"
    order = stage.portal.crm.orders[payment.order_id]
    order.currency = "KWD"

    assert "KWD 2,258.000" in body_of(hrefs(stage.tab().get(SEND))["sms"])


@pytest.mark.parametrize(
    ("language", "words"),
    [("de", "2.258,00 €"), ("ar", "€"), ("ru", "2 258,00 €")],
)
def test_the_amount_is_written_as_the_opener_s_language_does(stage, language, words):
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})
    tab = Tab(stage, token_in(stage.frame("/placement", fields, LANG=language)))
    tab.show()

    text = body_of(hrefs(tab.get(SEND))["email"])

    assert words in text
    assert "3653/3" in text
    assert "\u00a0" not in text
