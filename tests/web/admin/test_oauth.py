"""The full OAuth login outside the frame: one cookie, one code, one administrator."""

from __future__ import annotations

import json
import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest

from b24app.simulator.portal_state.state import MEMBER_ID
from b24app.storage import portals
from b24app.storage.models import Lease
from tests.storage.setting import at_once
from tests.support.app_page import bound_codes, save
from tests.support.login import BASE, COOKIE, Browser, known_and_unknown
from tests.support.stage import ADMIN, MANAGER, PORTAL, Tab, token_in


def test_the_start_leads_to_the_portal_with_our_id_and_a_state(stage, browser):
    answer = browser.start()

    assert answer.status_code == 302
    parts = urlsplit(answer.location)
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == f"http://{PORTAL}/oauth/authorize/"
    query = parse_qs(parts.query)
    assert query["client_id"] == [stage.config.client_id]
    assert len(query["state"][0]) >= 20
    assert stage.config.client_secret not in answer.location
    assert stage.http_calls == []


def test_the_one_cookie_is_locked_to_our_host_and_lives_ten_minutes(browser):
    header = browser.start().headers["Set-Cookie"]

    name, *attributes = (part.strip() for part in header.split(";"))
    assert name.startswith(f"{COOKIE}=")
    assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=600"} <= set(attributes)
    assert not any(part.startswith("Domain") for part in attributes)


@pytest.mark.parametrize(
    "domain",
    [
        "evil.example/@localhost:8024", "a b", "x" * 400, "/", "https://portal.example",
        "user@portal.example", "portal.example?a=b", "portal.example#a", "my_portal.example",
        "portal.example:99999", "portal.example\r\nX: y", "[::1]",
    ],
)  # fmt: skip
def test_what_is_no_address_is_not_found(browser, domain):
    answer = browser.start(domain)

    assert answer.status_code == 404
    assert "This is not the address of a Bitrix24" in answer.text
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def link_in(answer):
    (link,) = re.findall(r'<a class="btn btn--primary" href="([^"]+)"', answer.text)
    return unescape(link)


def test_a_link_on_somebody_elses_page_says_first_where_it_leads(stage, browser):
    for host in known_and_unknown(stage):
        answer = browser.client.get(
            "/oauth/start",
            query_string={"domain": host},
            base_url=BASE,
            headers={"Sec-Fetch-Site": "cross-site"},
        )

        assert answer.status_code == 200
        assert "Location" not in answer.headers
        assert f"You will be asked to sign in at {host}." in answer.text
        link = link_in(answer)
        assert link.startswith(f"https://{host}/oauth/authorize/?")
        assert "<script" not in answer.text


def test_the_click_after_that_finishes_the_login(browser):
    page = browser.client.get(
        "/oauth/start",
        query_string={"domain": PORTAL},
        base_url=BASE,
        headers={"Sec-Fetch-Site": "cross-site"},
    )
    page.location = link_in(page)

    answer = browser.get("/oauth/callback", **browser.log_in(page))

    assert answer.status_code == 200
    assert "data-sign-in" in answer.text


def test_a_portal_that_has_moved_is_signed_into_at_its_new_address(stage, browser):
    stage.portal.move("moved.example")
    stage.adapter.clients["moved.example"] = stage.adapter.clients[PORTAL]
    started = browser.start("moved.example")
    query = browser.log_in(started)

    answer = browser.get("/oauth/callback", **query)

    assert answer.status_code == 200
    with stage.deps.db.reading() as session:
        assert portals.find(session, MEMBER_ID).client_endpoint == "http://moved.example/rest/"


def test_a_start_without_an_address_says_how_to_name_one(browser):
    answer = browser.get("/oauth/start")

    assert answer.status_code == 400
    assert "Write your own after domain=" in answer.text


@pytest.mark.parametrize("names_the_person", [True, False])
def test_an_administrator_gets_the_settings_framed_by_nobody(stage, browser, names_the_person):
    """Documented answers to a code name nobody, those that the official SDK reads do."""
    stage.portal.switches.has_full_code_answer = names_the_person
    query = browser.log_in(browser.start())

    answer = browser.get("/oauth/callback", **query)

    assert answer.status_code == 200
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert "data-portal-origin" not in answer.text
    assert query["code"] not in answer.text
    assert browser.cookie is None
    page = Tab(stage, token_in(answer))
    assert "Save settings" in page.get("/settings", first=1).text
    save(page, card=["deals"])
    assert page.said == "Settings saved"
    assert bound_codes(stage) == ["CRM_DEAL_DETAIL_TAB"]


def test_the_root_address_finishes_a_login_too(browser):
    query = browser.log_in(browser.start())

    answer = browser.get("/", **query)

    assert answer.status_code == 200
    assert 'hx-get="/settings?first=1"' in answer.text


def test_the_page_outside_can_be_signed_into_again(browser):
    answer = browser.get("/oauth/callback", **browser.log_in(browser.start()))

    assert "/oauth/start?domain=localhost:8024" in answer.text.replace("%3A", ":")


def test_who_is_no_administrator_gets_no_settings(browser):
    answer = browser.get("/oauth/callback", **browser.log_in(browser.start(), MANAGER))

    assert answer.status_code == 403
    assert "Only for administrators" in answer.text
    assert "Bearer" not in answer.text


def test_another_browsers_login_is_not_finished_here(stage, browser):
    stranger = Browser(stage)
    query = stranger.log_in(stranger.start())
    browser.start()

    answer = browser.get("/oauth/callback", **query)

    assert answer.status_code == 401
    assert "The sign-in was not completed" in answer.text
    assert "Bearer" not in answer.text
    assert stage.http_calls == []


def test_without_the_cookie_nothing_is_exchanged(stage, browser):
    query = browser.log_in(browser.start())
    stage.forget_calls()

    answer = Browser(stage).get("/oauth/callback", **query)

    assert answer.status_code == 401
    assert stage.portal.recorder.as_json()["requests"] == []


def test_a_forged_cookie_is_worth_nothing(browser):
    query = browser.log_in(browser.start())
    browser.client.set_cookie(COOKIE, "W10.forged.forged", domain="127.0.0.1", secure=True)

    assert browser.get("/oauth/callback", **query).status_code == 401


def test_a_login_is_over_after_ten_minutes(stage, browser):
    started = browser.start()
    stage.advance(10 * 60 + 1)
    query = browser.log_in(started)

    assert browser.get("/oauth/callback", **query).status_code == 401


def test_a_code_is_dead_after_thirty_seconds(stage, browser):
    query = browser.log_in(browser.start())
    stage.advance(31)

    assert browser.get("/oauth/callback", **query).status_code == 401


def put_back(browser, cookie):
    browser.client.set_cookie(COOKIE, cookie, domain="127.0.0.1", secure=True)


def test_a_login_works_once_even_with_its_cookie_and_another_code(stage, browser):
    started = browser.start()
    cookie = browser.cookie.value
    assert browser.get("/oauth/callback", **browser.log_in(started)).status_code == 200
    again = browser.log_in(started)
    stage.forget_calls()

    for seconds in (0, 599):
        stage.advance(seconds)
        put_back(browser, cookie)
        assert browser.get("/oauth/callback", **again).status_code == 401

    assert stage.portal.recorder.as_json()["requests"] == []


@pytest.mark.parametrize("kind", ["used code", "silent server", "no administrator"])
def test_a_login_that_failed_is_over_too(stage, browser, kind):
    started = browser.start()
    cookie = browser.cookie.value
    query = browser.log_in(started, MANAGER if kind == "no administrator" else ADMIN)
    if kind == "used code":
        query["code"] = "invented"
    if kind == "silent server":
        stage.portal.faults.add("oauth/token", "close_before", times=5)
    assert browser.get("/oauth/callback", **query).status_code in {401, 403, 502}
    assert browser.cookie is None
    stage.portal.faults.clear()

    put_back(browser, cookie)
    answer = browser.get("/oauth/callback", **browser.log_in(started))

    assert answer.status_code == 401
    assert "works once" in answer.text


def test_of_two_answers_to_one_login_at_once_one_is_taken(stage, browser):
    started = browser.start()
    cookie = browser.cookie.value
    queries = [browser.log_in(started) for _ in range(4)]

    def finish(number):
        client = stage.app.test_client()
        client.set_cookie(COOKIE, cookie, domain="127.0.0.1", secure=True)
        return client.get(
            "/oauth/callback", query_string=queries[number], base_url=BASE
        ).status_code

    assert sorted(at_once(4, finish)) == [200, 401, 401, 401]


def test_what_was_remembered_of_a_login_goes_with_its_time(stage, browser):
    browser.get("/oauth/callback", **browser.log_in(browser.start()))
    stage.advance(10 * 60 + 1)

    stage.run_housekeeping()

    with stage.deps.db.reading() as session:
        assert session.execute(Lease.__table__.select()).all() == []


@pytest.mark.parametrize("made_of", ["another purpose", "another time", "garbage", "a list"])
def test_nothing_else_that_was_sealed_here_is_a_login(stage, browser, made_of):
    query = browser.log_in(browser.start())
    now = int(stage.portal_clock.now().timestamp())
    content = {
        "another purpose": ["session", query["state"], PORTAL, now],
        "another time": ["login", query["state"], PORTAL, now - 601],
        "garbage": "access\nrefresh\n3600",
        "a list": [],
    }[made_of]
    text = content if isinstance(content, str) else json.dumps(content)
    put_back(browser, stage.deps.cipher.encrypt(text))

    assert browser.get("/oauth/callback", **query).status_code == 401


def test_the_code_of_another_portal_is_refused(stage, browser):
    query = browser.log_in(browser.start())
    stage.portal.member_id = "d" * 32

    answer = browser.get("/oauth/callback", **query)

    assert answer.status_code == 401
    assert "Bearer" not in answer.text


def test_a_silent_authorization_server_is_said(stage, browser):
    query = browser.log_in(browser.start())
    stage.portal.faults.add("oauth/token", "close_before", times=5)

    answer = browser.get("/oauth/callback", **query)

    assert answer.status_code == 502
    assert "The authorization server did not answer" in answer.text
    # The code works once, so it is the login that is begun again.
    assert f'href="/oauth/start?domain={PORTAL}"' in answer.text.replace("%3A", ":")
    assert "Sign in again" in answer.text
    assert "<script" not in answer.text


def test_a_closed_portal_is_like_none(stage, browser):
    query = browser.log_in(browser.start())
    with stage.database.transaction() as session:
        portals.close(session, MEMBER_ID, stage.portal_clock.now())

    assert browser.start().status_code == 302
    assert browser.get("/oauth/callback", **browser.log_in(browser.start())).status_code == 403
    assert browser.get("/oauth/callback", **query).status_code == 401


def test_a_callback_without_a_code_is_malformed(browser):
    query = browser.log_in(browser.start())
    del query["code"]

    assert browser.get("/oauth/callback", **query).status_code == 400


def test_a_probe_of_the_root_address_stays_a_harmless_page(client):
    for method in ("GET", "HEAD"):
        answer = client.open("/", method=method)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
