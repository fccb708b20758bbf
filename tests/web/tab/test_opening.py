"""Opening the tab: who is believed, what is shown, how many calls it costs."""

from __future__ import annotations

import re

import pytest

from b24app.simulator.portal_state import seed
from b24app.simulator.portal_state.crm import CrmData
from b24app.storage import user_tokens
from tests.support.stage import MANAGER, PORTAL, STRANGER, Tab, payments_in, token_in

WAITING_IDS = re.compile(r'data-payment-id="(\d+)"')


def test_the_shell_holds_no_data_and_asks_nobody(stage):
    stage.open()

    assert stage.http_calls == []


def test_the_tab_shows_the_payments_of_the_deal(stage):
    tab = stage.tab()

    assert tab.answer.status_code == 200
    assert payments_in(tab.answer.text) == {"1036": "Y", "1037": "Y", "1038": "N", "1039": "N"}
    assert "€18,400.00" in tab.answer.text


def test_a_new_card_costs_one_call_and_its_details_one_more(stage):
    tab = stage.tab()
    assert len(stage.http_calls) == 1

    tab.get("/payments/details", ids="1039,1038,1037,1036", rows=11)

    assert tab.answer.status_code == 200
    assert "Pendant lamp Aria 40" in tab.answer.text
    assert len(stage.http_calls) == 2
    assert all(call.path == "/rest/batch" for call in stage.http_calls)


@pytest.mark.parametrize("rows", [11, 1000])
def test_details_of_twenty_payments_are_two_calls_of_equal_length(stage, rows):
    seed.fill(stage.portal.crm, payments=20)
    tab = stage.tab()
    stage.forget_calls()

    tab.get("/payments/details", ids=",".join(WAITING_IDS.findall(tab.answer.text)), rows=rows)

    first, second = (len(call.commands) for call in stage.http_calls)
    assert abs(first - second) <= 1
    assert first + second == 2 * 20 + 4 + -(-rows // 50) + 1


def test_a_card_seen_before_with_four_payments_costs_one_call_in_all(stage):
    stage.tab().get("/payments/details", ids="1039,1038,1037,1036", rows=11)
    stage.forget_calls()

    tab = stage.tab()

    assert len(stage.http_calls) == 1
    assert len(stage.http_calls[0].commands) <= 16
    assert "Pendant lamp Aria 40" in tab.answer.text
    assert "by <bdi>Marta Lindqvist</bdi>" in tab.answer.text
    assert "/payments/details" not in tab.answer.text


@pytest.mark.parametrize("is_proven", [False, True])
def test_a_card_seen_before_with_twenty_is_three_calls_of_equal_length(stage, is_proven):
    seed.fill(stage.portal.crm, payments=16)
    stage.tab()
    tab = stage.open()
    if is_proven:
        tab.show()
    stage.forget_calls()

    tab.show()

    lengths = [len(call.commands) for call in stage.http_calls]
    assert len(lengths) == 3
    assert max(lengths) - min(lengths) <= 2
    # Unproven, it proves who opened it, and reads the name of who paid.
    assert sum(lengths) == 2 * (4 + 16) + 6 + (0 if is_proven else 2 + 1)
    assert "/payments/details" not in tab.answer.text


def test_no_opener_is_believed_before_the_portal_confirmed_the_token(stage):
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})
    fields["AUTH_ID"] = "forged" * 5
    answer = stage.frame("/placement", fields)
    assert answer.status_code == 200

    tab = Tab(stage, token_in(answer))
    tab.show()

    assert tab.answer.status_code == 401
    assert "Showroom" not in tab.answer.text
    assert "forgedforged" not in answer.text + tab.answer.text
    with stage.deps.db.reading() as session:
        assert user_tokens.find(session, stage.deps.cipher, stage.portal.member_id, MANAGER) is None


def test_a_forged_domain_is_never_called_and_frames_nothing(stage):
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})
    fields["REFRESH_ID"] = "made-up"

    answer = stage.frame("/placement", fields, DOMAIN="evil.example")

    assert answer.status_code == 401
    assert answer.headers["Content-Security-Policy"].endswith(f"frame-ancestors http://{PORTAL}")
    assert not [url for url in stage.adapter.sent if "evil.example" in url]


def test_a_genuine_token_with_a_forged_domain_stays_with_the_stored_portal(stage):
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})

    answer = stage.frame("/placement", fields, DOMAIN="evil.example")

    assert answer.status_code == 200
    assert f"frame-ancestors http://{PORTAL}" in answer.headers["Content-Security-Policy"]
    assert not [url for url in stage.adapter.sent if "evil.example" in url]


def test_a_portal_nobody_proved_is_refused(stage):
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})
    fields["member_id"] = "f" * 32

    answer = stage.frame("/placement", fields)

    assert answer.status_code == 403
    assert "Bearer" not in answer.text


def test_a_missing_field_is_a_bad_request(stage):
    for name in ("AUTH_ID", "REFRESH_ID", "member_id", "PLACEMENT"):
        fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"})
        del fields[name]

        assert stage.frame("/placement", fields).status_code == 400, name


def test_a_token_of_another_application_is_refused(stage):
    token = stage.portal.issue_tokens_for(stage.portal.other_application, MANAGER)
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"}, token=token)
    tab = Tab(stage, token_in(stage.frame("/placement", fields)))

    tab.show()

    assert tab.answer.status_code == 401
    assert "Showroom" not in tab.answer.text


def test_an_unsaved_card_gets_a_hint(stage):
    for options in ({"ID": "0"}, {}, None):
        answer = stage.frame(
            "/placement", stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", options)
        )

        assert answer.status_code == 200
        assert "Save the card first" in answer.text


def test_a_user_without_rights_reads_why(stage):
    tab = stage.open(STRANGER)

    tab.show()

    assert tab.answer.status_code == 403
    assert "You can’t see payments here" in tab.answer.text
    assert payments_in(tab.answer.text) == {}


def test_a_payment_leads_to_its_own_screen_in_the_portal(stage):
    tab = stage.tab()

    address = f'href="http://{PORTAL}/shop/orders/payment/details/1039/"'
    assert address in tab.answer.text


GROUP = re.compile(r'"pay__load"[^>]*?"/payments/details[^>]*?hx-trigger="([^"]+)"')


@pytest.mark.parametrize("payments", [60, 200, 500])
def test_a_known_card_asks_for_nothing_below_its_first_screen(stage, payments):
    stage.portal.crm = CrmData()
    seed.fill(stage.portal.crm, payments=payments)
    new = stage.tab()
    groups = GROUP.findall(new.answer.text)
    assert groups[0] == "load, need"
    assert set(groups[1:]) == {"need"}
    stage.forget_calls()

    known = stage.tab()

    assert len(stage.http_calls) == 3
    groups = GROUP.findall(known.answer.text)
    assert groups
    assert set(groups) == {"need"}
