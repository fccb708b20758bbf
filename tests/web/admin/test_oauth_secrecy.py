"""A login tells strangers nothing: neither who has the app nor what its cookie remembers."""

from __future__ import annotations

import base64
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from b24app.simulator.portal_state.state import MEMBER_ID
from b24app.storage import portals
from b24app.storage.models import FailedProof, Lease
from tests.support.login import BASE, known_and_unknown
from tests.support.stage import PORTAL


def bare(text, *names):
    """An answer without what differs between two logins at one address, and without the address."""
    for name in names:
        text = text.replace(name, "<host>")
    text = re.sub(r"Expires=[^;]+", "<in ten minutes>", text)
    return re.sub(r"state=[\w-]+|__Host-oauth=[\w=-]+|[0-9a-f]{16}", "<random>", text)


@pytest.mark.parametrize("trust_local", [True, False])
@pytest.mark.parametrize("site", ["none", "same-origin", "cross-site"])
def test_a_start_does_not_tell_whether_the_app_is_installed_there(
    stage, browser, site, trust_local
):
    hosts = known_and_unknown(stage)
    object.__setattr__(stage.deps, "trust_local_portals", trust_local)
    headers = {"Sec-Fetch-Site": site}

    answers = [
        browser.client.get(
            "/oauth/start", query_string={"domain": host}, base_url=BASE, headers=headers
        )
        for host in hosts
    ]

    statuses = {one.status_code for one in answers}
    assert statuses == ({200} if site == "cross-site" else {302})
    texts = {bare(f"{sorted(one.headers.items())}\n{one.text}", *hosts) for one in answers}
    assert len(texts) == 1
    sizes = {len(one.headers["Set-Cookie"]) for one in answers}
    assert len(sizes) == 1


def counted(stage):
    with stage.deps.db.reading() as session:
        tables = (FailedProof.__table__, Lease.__table__)
        return [session.execute(table.select()).all() for table in tables]


def test_a_start_leaves_no_trace_that_would_tell(stage, browser):
    hosts = known_and_unknown(stage)
    before = counted(stage)

    for host in hosts * 200:
        assert browser.start(host).status_code == 302

    assert counted(stage) == before


def test_the_cookie_names_neither_the_portal_nor_the_state(browser):
    started = browser.start()
    state = parse_qs(urlsplit(started.location).query)["state"][0]
    value = browser.cookie.value

    for text in (value, *(_decoded(part) for part in value.split("."))):
        assert MEMBER_ID not in text
        assert state not in text
        assert PORTAL not in text


def _decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode("latin-1")


def test_an_unfinished_login_ends_alike_whether_the_app_is_installed_there(stage, browser):
    answers = []
    for host in known_and_unknown(stage):
        state = parse_qs(urlsplit(browser.start(host).location).query)["state"][0]
        stage.forget_calls()
        answer = browser.get("/oauth/callback", code="invented", state=state)
        exchanges = [one.path for one in stage.portal.recorder.requests]
        answers.append((answer.status_code, exchanges, bare(answer.text, host)))

    assert answers[0] == answers[1]
    assert answers[0][:2] == (401, ["/oauth/token/"])


def test_whoever_proves_to_be_of_a_portal_without_the_app_is_told_so(stage, browser):
    started = browser.start()
    query = browser.log_in(started)
    with stage.deps.db.transaction() as session:
        portals.erase(session, MEMBER_ID, keep_settings=False)

    answer = browser.get("/oauth/callback", **query)

    assert answer.status_code == 403
    assert "This app is not installed here" in answer.text
    assert "Bearer" not in answer.text
