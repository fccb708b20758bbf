"""A refused post of a frame is words that can be read there: no data, no token, and no control
but the one that posts the same again.
"""

from __future__ import annotations

import re

import pytest

from b24app.services.auth import throttle
from b24app.storage import portals
from b24app.storage.models import Base
from tests.support.stage import ADMIN, DEAL, PORTAL, Tab, token_in
from tests.web.plumbing.test_database_away import Switch

ROUTES = {"/install": "DEFAULT", "/": "DEFAULT", "/placement": DEAL}
NEEDED = ("DOMAIN", "AUTH_ID", "REFRESH_ID", "member_id")
UNNEEDED = (
    "AUTH_EXPIRES",
    "SERVER_ENDPOINT",
    "APPLICATION_TOKEN",
    "APPLICATION_SCOPE",
    "status",
    "PROTOCOL",
    "LANG",
    "APP_SID",
)
ODD = {
    "missing": None,
    "empty": "",
    "spaces": "crm placement",
    "markup": "<script>alert(1)</script>",
    "line break": "a\r\nSet-Cookie: a=b",
    "quote": "'; frame-ancestors *; '",
    "zero byte": "a\x00b",
    "endless": "9" * 5000,
    "not ASCII": "токен/",
    "list": "[1]",
}
TOKEN_LIKE = ("markup", "list")
"""What may be a token as far as its letters go."""

HOST = "portal.werk-2.example:8443"
CONTROLS = re.compile(
    r"<(script|button|form|input|a|select|textarea|iframe)\b|hx-|Bearer|data-app-sid"
)


AGAIN = re.compile(
    r'<div class="empty__actions" data-again hidden>\s*'
    r'<button class="btn btn--primary" type="button">Try again</button>\s*</div>'
)
"""It appears with its script, and has nothing in it."""


@pytest.fixture
def nowhere(bare_stage):
    """The portal has the app; nobody here knows of it."""
    bare_stage.portal.install_app()
    return bare_stage


def ancestors(answer):
    return answer.headers["Content-Security-Policy"].partition("frame-ancestors ")[2]


def post(stage, path, changes, *, host=PORTAL, user_id=ADMIN):
    """Post a frame with some fields changed; None leaves one out."""
    query = {"DOMAIN": host, "PROTOCOL": "0", "LANG": "en", "APP_SID": "5" * 32}
    form = stage.post_fields(user_id, ROUTES[path], {"ID": "8061"})
    for name, value in changes.items():
        place = query if name in query else form
        place[name] = value
    kept = [{k: v for k, v in one.items() if v is not None} for one in (query, form)]
    return stage.client.post(path, query_string=kept[0], data=kept[1])


def expect_words(answer, status, origin):
    assert answer.status_code == status
    assert ancestors(answer) == origin
    assert "X-Frame-Options" not in answer.headers
    assert 'role="alert"' in answer.text
    assert re.search(r'<h2 class="empty__title">[A-Z]', answer.text)
    body, again = AGAIN.subn("", answer.text.partition("<body")[2])
    assert again == ("static/again.js" in answer.text) == (status in {429, 502, 503})
    assert not CONTROLS.search(body), CONTROLS.search(body)
    assert "localhost" not in body
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("field", NEEDED)
@pytest.mark.parametrize("path", ROUTES)
def test_what_is_needed_and_lacks_is_said_in_the_frame_of_a_known_portal(stage, path, field):
    for name, value in ODD.items():
        if field in {"AUTH_ID", "REFRESH_ID"} and name in TOKEN_LIKE:
            continue

        answer = post(stage, path, {field: value})

        expect_words(answer, 400, f"http://{PORTAL}")


@pytest.mark.parametrize("name", TOKEN_LIKE)
@pytest.mark.parametrize("field", ["AUTH_ID", "REFRESH_ID"])
@pytest.mark.parametrize("path", ["/", "/placement"])
def test_what_looks_like_a_token_is_left_to_the_portal_to_refuse(stage, path, field, name):
    shell = post(stage, path, {field: ODD[name]})
    assert shell.status_code == 200
    assert ODD[name] not in shell.text

    target = "/payments" if path == "/placement" else "/settings"
    shown = Tab(stage, token_in(shell)).get(target)

    assert shown.status_code == (401 if field == "AUTH_ID" else 200)


@pytest.mark.parametrize("path", ROUTES)
def test_what_is_needed_and_lacks_is_said_in_the_frame_of_whoever_posted(nowhere, path):
    for field in NEEDED:
        answer = post(nowhere, path, {field: None}, host=HOST)

        expect_words(answer, 400, "'none'" if field == "DOMAIN" else f"http://{HOST}")


@pytest.mark.parametrize("field", UNNEEDED)
@pytest.mark.parametrize("path", ROUTES)
def test_what_nobody_needs_refuses_nothing(stage, path, field):
    for name, value in ODD.items():
        if field == "SERVER_ENDPOINT" and name in TOKEN_LIKE:
            continue  # It names a server, and the secret goes to none that is not on the list.

        answer = post(stage, path, {field: value})

        assert answer.status_code == 200, name
        assert ancestors(answer) == f"http://{PORTAL}"
        assert "<script>alert" not in answer.text
        assert not any("alert" in url or "9999" in url for url in stage.adapter.sent)


NO_CARD = (
    ("PLACEMENT", None),
    ("PLACEMENT", "<x>"),
    ("PLACEMENT", "DEFAULT"),
    ("PLACEMENT", "CRM_LEAD_LIST_MENU"),
    ("PLACEMENT_OPTIONS", '"{\\"ID\\":\\"8061\\"}"'),
    ("PLACEMENT_OPTIONS", "%7B%22ID%22%3A%228061%22%7D"),
    ("PLACEMENT_OPTIONS", "{"),
    ("PLACEMENT_OPTIONS", '{"ID":{"a":1}}'),
    ("PLACEMENT_OPTIONS", '{"ID":' + "9" * 5000 + "}"),
    ("PLACEMENT_OPTIONS", '{"ID":1e999}'),
    ("PLACEMENT_OPTIONS", '{"ID":"\\ud800"}'),
)


def test_a_tab_without_its_card_is_words_and_other_pages_do_not_need_one(stage):
    for field, value in NO_CARD:
        expect_words(post(stage, "/placement", {field: value}), 400, f"http://{PORTAL}")

        assert post(stage, "/", {field: value}).status_code == 200
        assert post(stage, "/install", {field: value}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/placement"])
@pytest.mark.parametrize("state", ["unknown", "closed"])
def test_a_portal_that_is_not_installed_reads_so_in_its_frame(stage, path, state):
    changes = {"member_id": "f" * 32} if state == "unknown" else {}
    if state == "closed":
        # One that answers is let in again at once.
        stage.adapter.clients.pop(PORTAL)
        with stage.deps.db.transaction() as session:
            portals.close(session, stage.portal.member_id, stage.deps.clock())

    answer = post(stage, path, changes, host=HOST if state == "unknown" else PORTAL)

    status, words = (
        (403, "This app is not installed here") if state == "unknown" else (503, "Bitrix24")
    )
    expect_words(answer, status, f"http://{HOST if state == 'unknown' else PORTAL}")
    assert words in answer.text


def test_an_installation_that_is_not_confirmed_is_words_in_the_frame(nowhere):
    answer = post(nowhere, "/install", {"REFRESH_ID": "invented"}, host=HOST)

    expect_words(answer, 403, f"http://{HOST}")
    assert "Installation not confirmed" in answer.text
    assert '<h1 class="vh">Installation</h1>' in answer.text


@pytest.mark.parametrize("path", ["/", "/placement"])
def test_a_host_that_somebody_posts_for_a_known_portal_frames_nothing(stage, path):
    answer = post(stage, path, {"REFRESH_ID": "invented"}, host="evil.example")

    expect_words(answer, 401, f"http://{PORTAL}")


SOURCES = {
    ("Portal.Example", "1"): "https://portal.example",
    ("portal.example:443", "1"): "https://portal.example",
    ("portal.example:80", "0"): "http://portal.example",
    ("портал.example", "1"): "https://xn--80awhdgm.example",
    ("my_portal.example:8443", "1"): "https://*.example:8443",
    ("portal_1", "1"): "https:",
    ("evil.example; script-src *", "1"): "'none'",
    ("evil.example/path", "1"): "'none'",
    ("*", "1"): "'none'",
    ("*.example", "1"): "'none'",
    ("https://portal.example", "1"): "'none'",
    ("user@portal.example", "1"): "'none'",
    ("", "1"): "'none'",
}


@pytest.mark.parametrize("path", ROUTES)
def test_only_a_host_and_nothing_else_gets_into_the_policy(nowhere, path):
    for (host, protocol), source in SOURCES.items():
        answer = post(nowhere, path, {"member_id": None, "PROTOCOL": protocol}, host=host)

        expect_words(answer, 400, source)


@pytest.mark.parametrize("path", ROUTES)
def test_a_post_that_is_too_large_is_words(client, path):
    answer = client.post(
        path, query_string={"DOMAIN": PORTAL, "PROTOCOL": "0"}, data={"AUTH_ID": "x" * 300_000}
    )

    expect_words(answer, 413, f"http://{PORTAL}")


@pytest.mark.parametrize("path", ROUTES)
def test_no_header_makes_a_refusal_more_than_words(stage, path):
    fields = stage.post_fields(ADMIN, ROUTES[path], {"ID": "8061"}) | {"AUTH_ID": ""}

    answer = stage.client.post(
        path,
        query_string={"DOMAIN": PORTAL, "PROTOCOL": "0", "first": "1"},
        data=fields,
        headers={"HX-Request": "true"},
    )

    expect_words(answer, 400, f"http://{PORTAL}")


@pytest.mark.parametrize("path", ROUTES)
def test_a_post_of_json_is_words(client, path):
    answer = client.post(
        path, query_string={"DOMAIN": PORTAL, "PROTOCOL": "0"}, json={"AUTH_ID": "a"}
    )

    expect_words(answer, 400, f"http://{PORTAL}")


@pytest.mark.parametrize("path", ROUTES)
def test_too_many_failed_proofs_are_said_in_the_frame(stage, path):
    forged = {"REFRESH_ID": "invented", "APPLICATION_TOKEN": None}

    for _ in range(throttle.EXCHANGES_A_SENDER):
        assert post(stage, path, forged, host="moved.example").status_code in {401, 403}

    expect_words(post(stage, path, forged, host="moved.example"), 429, f"http://{PORTAL}")


@pytest.mark.parametrize("path", ROUTES)
def test_a_database_that_is_away_is_said_in_the_frame_of_whoever_posted(stage, path):
    switch = Switch(stage.deps)
    switch.off()
    try:
        answer = post(stage, path, {}, host=HOST)
    finally:
        switch.on()

    expect_words(answer, 503, f"http://{HOST}")
    assert ("Nothing was changed." in answer.text) is (path == "/placement")


@pytest.mark.parametrize("path", ROUTES)
def test_a_look_at_the_same_address_is_framed_by_nobody(client, path):
    for verb in ("GET", "HEAD", "PUT"):
        answer = client.open(path, method=verb, query_string={"DOMAIN": PORTAL})

        assert ancestors(answer) == "'none'"


def test_nothing_is_stored_of_a_refused_post(nowhere):
    for path in ROUTES:
        for field in NEEDED:
            post(nowhere, path, {field: None})

    with nowhere.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            assert session.execute(table.select()).all() == [], table.name


@pytest.mark.parametrize("path", ["/install", "/", "/placement"])
def test_a_silent_authorization_server_is_said_with_a_way_on(stage, path):
    stage.portal.faults.add("oauth/token", "silent", times=2)

    answer = post(stage, path, {"APPLICATION_TOKEN": None}, host="moved.example")

    expect_words(answer, 502, f"http://{PORTAL}")
    assert "The authorization server did not answer" in answer.text


@pytest.mark.parametrize("path", ROUTES)
def test_what_went_wrong_here_names_no_button_that_the_page_lacks(stage, path, monkeypatch):
    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr("b24app.services.auth.frame_posts.parse_placement_post", fail)
    monkeypatch.setattr("b24app.web.plumbing.entry.parse_placement_post", fail)

    answer = post(stage, path, {})

    assert answer.status_code == 500
    assert "We have noted it." in answer.text
    assert AGAIN.search(answer.text)
    assert "Refresh" not in answer.text
