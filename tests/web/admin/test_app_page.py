"""The application's own page: a shell without data, then settings or help."""

from __future__ import annotations

from tests.support.app_page import open_page
from tests.support.stage import ADMIN, MANAGER, PORTAL


def test_the_shell_asks_nobody_and_may_be_framed_by_the_portal_alone(stage):
    answer = stage.frame("/", stage.post_fields(ADMIN))

    assert answer.status_code == 200
    assert stage.http_calls == []
    policy = answer.headers["Content-Security-Policy"]
    assert policy.endswith(f"frame-ancestors http://{PORTAL}")
    assert "X-Frame-Options" not in answer.headers
    assert "Set-Cookie" not in answer.headers


def test_a_portal_nobody_proved_gets_no_page(stage):
    fields = {**stage.post_fields(ADMIN), "member_id": "f" * 32}

    answer = stage.frame("/", fields)

    assert answer.status_code == 403
    assert "Bearer" not in answer.text


def test_a_post_without_its_fields_is_malformed(stage):
    fields = stage.post_fields(ADMIN)
    del fields["AUTH_ID"]

    assert stage.frame("/", fields).status_code == 400


def test_an_administrator_gets_settings(stage):
    page = open_page(stage, ADMIN)

    answer = page.get("/settings", first=1)

    assert answer.status_code == 200
    assert "Save settings" in answer.text
    # The check with everything else, and the two directories: payment systems, and places.
    assert len(stage.http_calls) == 3


def test_anybody_else_gets_help_and_no_settings(stage):
    page = open_page(stage, MANAGER)

    answer = page.get("/settings", first=1)

    assert answer.status_code == 200
    assert "Settings are for portal administrators" in answer.text
    assert "Save settings" not in answer.text


def test_a_forged_token_gets_neither(stage):
    fields = {**stage.post_fields(ADMIN), "AUTH_ID": "forged" * 5}
    answer = stage.frame("/", fields)

    from tests.support.stage import Tab, token_in

    page = Tab(stage, token_in(answer))
    page.get("/settings", first=1)

    assert page.answer.status_code == 401
    assert "Save settings" not in page.answer.text
    assert "Settings are for" not in page.answer.text


def test_an_option_chooses_the_section_and_nothing_else_reaches_the_page(stage):
    chosen = stage.frame("/", stage.post_fields(ADMIN, options={"page": "activity"}))
    foreign = stage.frame("/", stage.post_fields(ADMIN, options={"page": '"><script>'}))
    odd = stage.frame("/", stage.post_fields(ADMIN, options={"page": ["activity"]}))

    assert "/settings?first=1&amp;page=activity" in chosen.text
    assert "script>&" not in foreign.text
    assert 'hx-get="/settings?first=1"' in foreign.text
    assert 'hx-get="/settings?first=1"' in odd.text
