"""Every route outside of `/payments`, walked with every session that must open nothing there.

The routes come from the application itself: one that is not described here fails.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from itertools import product

import pytest

from b24app.services.lifecycle.installation import APP_PAGE
from b24app.storage import settings as stored
from tests.support.app_page import bound_codes, open_page, settings_fields
from tests.support.stage import ADMIN, DEAL, MANAGER, PORTAL, READER, Tab, token_in

VERBS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})
HARMLESS = frozenset({"HEAD", "OPTIONS"})

OWN_PAGES = ("/settings", "/settings/cards", "/settings/rules", "/settings/defaults")
# What an administrator's own session gets.
OWN = {
    **{("GET", path): 200 for path in OWN_PAGES},
    ("POST", "/settings"): 200,
    ("GET", "/settings/activity"): 200,
    ("GET", "/settings/activity.csv"): 200,
    ("GET", "/settings/diagnostics"): 200,
    ("POST", "/settings/repair"): 200,
    ("POST", "/install/steps/tabs"): 200,
    ("POST", "/install/steps/events"): 200,
    ("POST", "/install/steps/finish"): 200,
    ("POST", "/install/steps/other"): 404,
}
# Entries of frames: what a post gets that lacks a field, and one of a portal nobody knows.
ENTRIES = {
    ("POST", "/"): (400, 403),
    ("POST", "/install"): (400, 403),
    ("POST", "/placement"): (400, 403),
}
# Everything else: what a call without anything gets.
OTHERS = {
    ("GET", "/"): 200,
    ("GET", "/install"): 200,
    ("GET", "/placement"): 200,
    ("POST", "/events"): 400,
    ("POST", "/session"): 401,
    ("POST", "/install/steps/verify"): 401,
    ("GET", "/oauth/start"): 400,
    ("GET", "/oauth/callback"): 400,
    ("GET", "/healthz"): 200,
    ("GET", "/readyz"): 200,
    ("GET", "/metrics"): 200,
    ("GET", "/.well-known/security.txt"): 200,
    ("GET", "/legal/license"): 200,
    ("GET", "/legal/privacy"): 200,
    ("GET", "/static/app.css"): 200,
    ("GET", "/static/app.js"): 200,
}
DESCRIBED = {**OWN, **dict.fromkeys(ENTRIES, 0), **OTHERS}
HELP = tuple(("GET", path) for path in OWN_PAGES)
"""For people without administration these are a page of help."""


@pytest.fixture
def walker(stage):
    return Walker(stage)


class Walker:
    """Sends every route's request with a session of a given kind."""

    def __init__(self, stage):
        self.stage = stage
        self.before = self.truth()

    def truth(self):
        """What no walk may change: tabs, handlers, settings."""
        installation = self.stage.portal.installation
        handlers = sorted(one.event for one in installation.event_handlers)
        with self.stage.database.reading() as session:
            data = stored.load(session, self.stage.portal.member_id)
        return bound_codes(self.stage), handlers, data

    def send(self, verb, path, token):
        fields = settings_fields() if (verb, path) == ("POST", "/settings") else {}
        if token is None:
            return self.stage.client.open(path, method=verb, data=fields)
        page = Tab(self.stage, token)
        return page.get(path) if verb == "GET" else page.send(verb, path, fields)

    def expect_unchanged(self):
        assert self.truth() == self.before

    def page_token(self, user_id=ADMIN):
        """A session of the application's page, proven where that is allowed."""
        page = open_page(self.stage, user_id)
        page.get("/settings", first=1)
        return page.token


def no_session(_walker):
    return None


def forged(walker):
    token = walker.page_token()
    return token[:-6] + ("a" if token[-6] != "a" else "b") + token[-5:]


def expired(walker):
    token = walker.page_token()
    walker.stage.advance(30 * 60 + 1)
    return token


def other_portal(walker):
    tokens = walker.stage.app.extensions["b24app"].session_tokens
    return tokens.sign(replace(tokens.read(walker.page_token()), member_id="e" * 32))


def manager(walker):
    return walker.page_token(MANAGER)


def reader(walker):
    return walker.page_token(READER)


def administrators_card(walker):
    return walker.stage.tab(ADMIN, 8061, DEAL).token


REFUSED = {
    no_session: 401,
    forged: 401,
    expired: 401,
    other_portal: 403,
    manager: 403,
    reader: 403,
    administrators_card: 404,
}


def routes_of(app):
    """Verb and path of everything that is routed, but the routes of the tab."""
    return {
        (verb, rule.rule)
        for rule in app.url_map.iter_rules()
        for verb in rule.methods - HARMLESS
        if not rule.rule.startswith("/payments")
    }


def test_every_route_is_described(stage):
    described = {
        (verb, re.sub(r"(?<=^/static/).+", "<name>", path))
        for verb, path in DESCRIBED
        if not path.startswith("/install/steps/")
    }

    assert described | {("POST", "/install/steps/<step>")} == routes_of(stage.app)


@pytest.mark.parametrize(("kind", "status"), REFUSED.items(), ids=[one.__name__ for one in REFUSED])
def test_a_session_of_somebody_else_or_elsewhere_opens_nothing(walker, kind, status):
    token = kind(walker)
    answers = {}
    for verb, path in OWN:
        answers[verb, path] = walker.send(verb, path, token)

    expected = dict.fromkeys(OWN, status)
    if kind in (manager, reader):
        for page in HELP:
            expected[page] = 200
            assert "Settings are for portal administrators" in answers[page].text
        expected["POST", "/install/steps/other"] = 404
    assert {route: answer.status_code for route, answer in answers.items()} == expected
    assert all("Save settings" not in answer.text for answer in answers.values())
    walker.expect_unchanged()


def test_an_administrators_session_opens_everything(walker):
    token = walker.page_token()

    found = {route: walker.send(*route, token).status_code for route in OWN}

    assert found == OWN


def test_who_administers_no_more_is_refused_at_once(walker):
    token = walker.page_token()
    walker.stage.portal.users[ADMIN].is_admin = False

    found = {
        route: walker.send(*route, token).status_code for route in OWN if "steps" not in route[1]
    }

    assert Counter(found.values()) == Counter({403: 5, 200: len(HELP)})
    assert {found[page] for page in HELP} == {200}
    walker.expect_unchanged()


def test_a_wrong_verb_is_refused_and_the_right_ones_are_named(client):
    paths = {path for _, path in DESCRIBED}
    for verb, path in sorted(product(VERBS, paths)):
        if (verb, path) in DESCRIBED:
            continue

        answer = client.open(path, method=verb)

        assert answer.status_code == 405, (verb, path)
        right = {one for one, described in DESCRIBED if described == path}
        assert right <= set(answer.headers["Allow"].split(", ")), path


@pytest.mark.parametrize("route", OTHERS, ids="".join)
def test_a_call_without_anything_is_harmless(walker, route):
    verb, path = route

    answer = walker.stage.client.open(path, method=verb)

    assert answer.status_code == OTHERS[route]
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert not re.search(r"Bearer [\w.-]{8}", answer.text)
    answer.close()
    walker.expect_unchanged()


@pytest.mark.parametrize("route", ENTRIES, ids="".join)
def test_an_entry_says_why_it_shows_nothing(walker, route):
    _, path = route
    malformed, unknown = ENTRIES[route]
    fields = walker.stage.post_fields(ADMIN, DEAL, {"ID": "8061"})

    answers = {
        malformed: walker.stage.frame(path, {**fields, "member_id": ""}),
        unknown: walker.stage.frame(path, {**fields, "member_id": "e" * 32}),
    }

    for status, answer in answers.items():
        assert answer.status_code == status
        assert f"frame-ancestors http://{PORTAL}" in answer.headers["Content-Security-Policy"]
        assert 'role="alert"' in answer.text
        assert "Bearer" not in answer.text
    walker.expect_unchanged()


@pytest.mark.parametrize("user_id", [MANAGER, READER])
def test_an_installer_opened_without_administration_saves_nothing(walker, user_id):
    answer = walker.stage.frame("/install", walker.stage.post_fields(user_id))

    assert answer.status_code == 403
    assert "Only for administrators" in answer.text
    assert "Bearer" not in answer.text
    walker.expect_unchanged()


def test_the_session_of_the_settings_opens_no_card(walker):
    page = Tab(walker.stage, walker.page_token())
    walker.stage.forget_calls()

    assert page.show().status_code == 404
    assert page.post("/payments/1039/pay").status_code == 404
    assert walker.stage.http_calls == []


def test_the_session_of_a_fresh_installer_is_of_no_card(bare_stage):
    answer = bare_stage.install()
    tokens = bare_stage.app.extensions["b24app"].session_tokens

    assert tokens.read(token_in(answer)).ref == APP_PAGE


@pytest.mark.parametrize("step", ["tabs", "events"])
def test_a_step_the_portal_refuses_speaks_of_administrators_not_of_payments(walker, step):
    token = walker.page_token()
    method = {"tabs": "placement.bind", "events": "event.bind"}[step]
    walker.stage.portal.installation.placements.clear()
    walker.stage.portal.installation.event_handlers.clear()
    walker.stage.portal.faults.add(method, "denied", times=9)

    answer = walker.send("POST", f"/install/steps/{step}", token)

    assert answer.status_code == 403
    assert "Only for administrators" in answer.text
    assert "payments of this card" not in answer.text
    assert "Try again" in answer.text
