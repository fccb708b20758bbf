"""The session token: what opens no door, how it is renewed, whose it stays."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.storage import user_tokens
from tests.support.stage import MANAGER, READER, Tab, payments_in


def renew(stage, tab, token, **more):
    fields = {"AUTH_ID": token.access_token, "REFRESH_ID": token.refresh_token, **more}
    headers = {"Authorization": f"Bearer {tab.token}"}
    return stage.client.post("/session", data=fields, headers=headers)


def stored(stage, user_id):
    with stage.deps.db.reading() as session:
        return user_tokens.find(session, stage.deps.cipher, stage.portal.member_id, user_id)


@pytest.mark.parametrize("header", ["", "Bearer ", "Bearer a.b.c", "Basic eDp5"])
def test_no_token_and_a_made_up_one_open_nothing(stage, client, header):
    answer = client.get("/payments", headers={"Authorization": header} if header else {})

    assert answer.status_code == 401
    assert stage.http_calls == []


def test_the_name_of_the_scheme_may_be_written_in_any_case(stage):
    tab = stage.tab()

    answer = stage.client.get("/payments", headers={"Authorization": f"bearer {tab.token}"})

    assert answer.status_code == 200


def test_a_changed_token_opens_nothing(stage):
    tab = stage.tab()
    body, rest = tab.token.split(".", 1)
    stage.forget_calls()

    changed = Tab(stage, f"{body[:-2]}AA.{rest}")

    assert changed.show().status_code == 401
    assert stage.http_calls == []


def test_a_token_works_again_and_again_for_half_an_hour(stage):
    tab = stage.tab()

    stage.advance(29 * 60)
    assert tab.show().status_code == 200
    stage.advance(2 * 60)

    assert tab.show().status_code == 401
    assert "open for too long" in tab.answer.text


def test_a_machine_whose_clock_is_behind_takes_the_token_of_another(stage):
    tab = stage.tab()

    stage.advance(-5)

    assert tab.show().status_code == 200
    assert renew(stage, tab, stage.portal.issue_tokens(MANAGER)).status_code == 200


def test_a_token_of_a_clock_that_ran_far_ahead_opens_nothing(stage):
    tab = stage.tab()

    stage.advance(-120)

    assert tab.show().status_code == 401


def test_a_clock_that_was_set_back_ends_no_open_tab(stage):
    tab = stage.tab()
    stage.advance(-3 * 3600)
    assert tab.show().status_code == 401

    renewed = renew(stage, tab, stage.portal.issue_tokens(MANAGER))

    assert renewed.status_code == 200
    tab.token = renewed.get_json()["token"]
    stage.forget_calls()
    assert tab.post("/payments/1038/pay").status_code == 200
    # What was listed in time to come is no list of a moment ago: the payment is proven anew.
    assert stage.http_calls[0].path == "/rest/crm.item.payment.list"
    assert tab.show().status_code == 200


def test_what_nobody_signed_and_what_is_too_old_is_not_renewed(stage):
    tab = stage.tab()
    fresh = stage.portal.issue_tokens(MANAGER)
    stage.advance(7 * 24 * 3600 + 60)
    assert renew(stage, tab, fresh).status_code == 401

    tab.token = f"{tab.token[:-2]}AA"
    assert renew(stage, tab, fresh).status_code == 401


def test_a_fresh_token_of_the_same_user_renews_the_session(stage):
    tab = stage.tab()
    stage.advance(40 * 60)

    answer = renew(stage, tab, stage.portal.issue_tokens(MANAGER))

    assert answer.status_code == 200
    renewed = Tab(stage, answer.get_json()["token"])
    assert payments_in(renewed.show().text)


def test_a_fresh_token_of_another_user_renews_nothing(stage):
    tab = stage.tab()

    answer = renew(stage, tab, stage.portal.issue_tokens(READER))

    assert answer.status_code == 401
    assert "token" not in answer.get_json()
    assert stored(stage, READER) is None


def test_a_token_of_another_application_renews_nothing(stage):
    tab = stage.tab()
    other = stage.portal.issue_tokens_for(stage.portal.other_application, MANAGER)

    assert renew(stage, tab, other).status_code == 401


def test_a_renewal_without_a_token_of_the_frame_is_malformed(stage):
    headers = {"Authorization": f"Bearer {stage.tab().token}"}

    assert stage.client.post("/session", data={}, headers=headers).status_code == 400


def test_the_session_of_one_card_shows_no_other_card(stage):
    tab = stage.tab()
    foreign = next(
        payment.id
        for payment in stage.portal.crm.payments.values()
        if str(payment.id) not in payments_in(tab.answer.text)
    )
    stage.forget_calls()

    assert tab.post(f"/payments/{foreign}/pay").status_code == 404
    assert tab.get(f"/payments/{foreign}/link").status_code == 404
    assert tab.get("/payments/details", ids=str(foreign)).status_code == 404

    assert stage.asked("crm.item.payment.pay") == []
    assert stage.asked("salescenter.payment.getPublicUrl") == []
    assert stage.asked("crm.item.payment.product.list") == []


def test_an_expired_access_token_is_refreshed_once_and_kept(stage):
    tab = stage.tab()
    before = stored(stage, MANAGER)
    stage.portal.tokens.expire_access()
    stage.forget_calls()

    assert tab.show().status_code == 200

    after = stored(stage, MANAGER)
    assert after.access_token != before.access_token
    assert after.refresh_token != before.refresh_token
    refreshes = [one for one in stage.portal.recorder.requests if one.path == "/oauth/token/"]
    assert len(refreshes) == 1


def test_an_expired_posted_token_asks_the_frame_for_a_fresh_one(stage):
    tab = stage.open()
    stage.portal.tokens.expire_access()

    assert tab.show().status_code == 401

    assert not [one for one in stage.portal.recorder.requests if one.path == "/oauth/token/"]


def test_a_refused_refresh_asks_the_frame_and_forgets_the_pair(stage):
    tab = stage.tab()
    with stage.deps.db.transaction() as session:
        pair = stored(stage, MANAGER)
        lost = type(pair)(pair.access_token, "used-up", pair.expires_at + timedelta(0))
        user_tokens.save(
            session,
            stage.deps.cipher,
            stage.portal.member_id,
            MANAGER,
            lost,
            is_admin=None,
            now=stage.deps.clock(),
        )
    stage.portal.tokens.expire_access()

    assert tab.show().status_code == 401

    assert stored(stage, MANAGER) is None


def test_no_token_of_the_portal_is_in_a_page_or_a_log(stage, caplog):
    caplog.set_level("DEBUG")
    token = stage.portal.issue_tokens(MANAGER)
    fields = stage.post_fields(MANAGER, "CRM_DEAL_DETAIL_TAB", {"ID": "8061"}, token=token)
    shell = stage.frame("/placement", fields)
    tab = stage.tab()
    texts = [shell.text, tab.answer.text, caplog.text, *map(str, shell.headers.values())]
    log = "".join(one.read_text() for one in stage.rest_log_dir.glob("*"))

    for secret in (token.access_token, token.refresh_token, stored(stage, MANAGER).access_token):
        assert all(secret not in text for text in [*texts, log])
    assert log
