"""The full OAuth login outside the frame: one cookie, one code, one administrator."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest

from b24app.simulator.state import MEMBER_ID
from b24app.storage import portals
from tests.stage import ADMIN, MANAGER, PORTAL, Tab, token_in
from tests.web.app_page import bound_codes, save

COOKIE = "__Host-oauth"
BASE = "https://127.0.0.1:8000"


@pytest.fixture
def browser(stage):
    """A browser of its own at our https address, as the cookie demands."""
    return Browser(stage)


class Browser:
    def __init__(self, stage):
        self.stage = stage
        self.client = stage.app.test_client()

    def get(self, path, **query):
        return self.client.get(path, query_string=query, base_url=BASE)

    def start(self, domain=PORTAL):
        return self.get("/oauth/start", domain=domain)

    def log_in(self, started, user_id=ADMIN):
        """Let the person log in at the portal; answers the query of the redirect back."""
        state = parse_qs(urlsplit(started.location).query)["state"][0]
        portal = self.stage.adapter.clients[PORTAL]
        portal.set_cookie("simulator_user", str(user_id), domain="localhost")
        client_id = self.stage.config.client_id
        answer = portal.get(
            "/oauth/authorize/",
            query_string={"client_id": client_id, "state": state},
            base_url=f"http://{PORTAL}",
        )
        assert answer.status_code == 302
        return {name: value[0] for name, value in parse_qs(urlsplit(answer.location).query).items()}

    @property
    def cookie(self):
        return self.client.get_cookie(COOKIE, domain="127.0.0.1")


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
    ["other.bitrix24.com", "localhost", "evil.example/@localhost:8024", "a b", "x" * 400, "-", "/"],
)
def test_an_address_where_nothing_is_installed_is_not_found(browser, domain):
    answer = browser.start(domain)

    assert answer.status_code == 404
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_a_start_without_an_address_is_malformed(browser):
    assert browser.get("/oauth/start").status_code == 400


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
    assert "The login was not completed" in answer.text
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


def test_a_code_works_once(browser):
    started = browser.start()
    query = browser.log_in(started)
    cookie = browser.cookie.value
    assert browser.get("/oauth/callback", **query).status_code == 200
    browser.client.set_cookie(COOKIE, cookie, domain="127.0.0.1", secure=True)

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


def test_a_closed_portal_is_like_none(stage, browser):
    query = browser.log_in(browser.start())
    with stage.database.transaction() as session:
        portals.close(session, MEMBER_ID, stage.portal_clock.now())

    assert browser.start().status_code == 404
    assert browser.get("/oauth/callback", **query).status_code == 403


def test_a_callback_without_a_code_is_malformed(browser):
    query = browser.log_in(browser.start())
    del query["code"]

    assert browser.get("/oauth/callback", **query).status_code == 400


def test_a_probe_of_the_root_address_stays_a_harmless_page(stage):
    for method in ("GET", "HEAD"):
        answer = stage.client.open("/", method=method)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
