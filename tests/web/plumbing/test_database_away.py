"""A database that is away is told in words everywhere, and nobody is told that nothing was done."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from itertools import count

import pytest
from flask import Flask
from sqlalchemy import event

from b24app import BLUEPRINTS
from b24app.errors import DatabaseAwayError
from b24app.storage.session import Database
from tests.support.acts import ACTS, PAY, UNCHANGED_WORDS, books, writes_asked
from tests.support.app_page import settings_fields
from tests.support.events import event_form
from tests.support.login import Browser
from tests.support.stage import ADMIN, DEAL, PORTAL, token_in
from tests.web.tab.test_every_route import send as send_to_card

ALIVE = {"/healthz": 200, "/metrics": 200, "/readyz": 503}


def _rules():
    app = Flask("a map", static_folder=None)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return sorted(
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not rule.endpoint.startswith("assets.") and rule.rule not in ALIVE
    )


RULES = _rules()


def refuse(*_arguments):
    raise sqlite3.OperationalError("unable to open database file")


class Switch:
    """Takes the application's database away, and gives it back."""

    def __init__(self, deps):
        self.engine = deps.db.engine

    def off(self):
        event.listen(self.engine, "do_connect", refuse)
        self.engine.dispose()

    def on(self):
        event.remove(self.engine, "do_connect", refuse)


@pytest.fixture
def switch(stage):
    return Switch(stage.deps)


NEEDS_NONE = {f"GET {path}" for path in ("/", "/install", "/placement")} | {
    "GET /.well-known/security.txt",
    "GET /legal/license",
    "GET /legal/privacy",
}
"""Pages that are the same for everybody, and say nothing of the database."""


class Caller:
    """Makes for each route a request that would do something. Needs the database, once."""

    def __init__(self, stage):
        self.stage = stage
        self.settings = token_in(stage.frame("/", stage.post_fields(ADMIN)))
        self.card = stage.tab(ADMIN).token
        self.post = stage.post_fields(ADMIN, DEAL, {"ID": "8061"})
        self.event = event_form(stage, "ONAPPUNINSTALL", {"CLEAN": "1"})
        self.browser = Browser(stage)
        self.code = self.browser.log_in(self.browser.start())

    def send(self, route):
        method, path = route.split(" ")
        headers = {"Authorization": f"Bearer {self.settings}", "HX-Request": "true"}
        if path.startswith("/payments"):
            return send_to_card(self.stage, route, self.card)
        if path in {"/oauth/start", "/oauth/callback"}:
            query = self.code if path.endswith("callback") else {"domain": PORTAL}
            return self.browser.get(path, **query)
        if method == "POST" and path in {"/", "/install", "/placement"}:
            return self.stage.frame(path, self.post)
        if path == "/events":
            return self.stage.client.post(path, data=self.event)
        if path == "/session":
            return self.stage.client.post(path, data=self.post, headers=headers)
        path = path.replace("<step>", "tabs")
        data = settings_fields() if route == "POST /settings" else None
        headers["Idempotency-Key"] = "k" * 12
        return self.stage.client.open(path, method=method, data=data, headers=headers)


@pytest.mark.parametrize("route", RULES)
def test_every_route_says_that_the_database_is_away(writing_stage, route):
    caller, switch = Caller(writing_stage), Switch(writing_stage.deps)
    switch.off()
    try:
        answer = caller.send(route)
    finally:
        switch.on()

    assert "OperationalError" not in answer.text
    if route in NEEDS_NONE:
        assert answer.status_code == 200
        return
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "database" in answer.text


@pytest.mark.parametrize("path", ["/payments", "/settings", "/session"])
def test_what_proves_nothing_is_told_so_too(client, switch, path):
    switch.off()

    answer = client.open(
        path,
        method="POST" if path == "/session" else "GET",
        headers={"Authorization": "Bearer forged.session.token"},
    )

    assert answer.status_code == 503


@pytest.mark.parametrize(("path", "status"), ALIVE.items())
def test_what_watches_the_app_goes_on(client, switch, path, status):
    switch.off()

    answer = client.get(path)

    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_files_of_the_pages_are_served_all_the_same(client, switch):
    switch.off()

    with client.get("/static/app.css") as answer:
        assert answer.status_code == 200


def test_the_app_is_back_as_soon_as_its_database_is(stage, switch):
    tab = stage.tab()
    switch.off()
    assert tab.show().status_code == 503

    switch.on()

    assert tab.show().status_code == 200


@contextmanager
def away_from(number):
    """Let the database answer so many transactions, and then no more."""
    left = count(number, -1)

    def counted(begin):
        @contextmanager
        def counting(database):
            if next(left) <= 0:
                raise DatabaseAwayError("the database cannot be used")
            with begin(database) as session:
                yield session

        return counting

    with pytest.MonkeyPatch.context() as patch:
        for name in ("transaction", "reading"):
            patch.setattr(Database, name, counted(getattr(Database, name)))
        yield


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_that_was_sent_is_never_called_undone_when_the_database_goes(writing_stage, act):
    stage, said = writing_stage, []
    for number in range(60):
        stage.put_back()
        tab, before = stage.tab(), books(stage)
        with away_from(number):
            answer = act.send(tab, None)
        if answer.status_code == 200:
            break
        assert answer.status_code == 503, answer.text
        said.append(tab.said)
        if books(stage) != before:
            assert not UNCHANGED_WORDS.search(tab.said)
            assert "It may have been saved in Bitrix24" in tab.said

    assert act.done(stage)
    assert any("Nothing was changed" in one for one in said)
    assert any("It may have been saved" in one for one in said)


def test_a_write_whose_record_was_lost_is_not_sent_again(writing_stage):
    stage = writing_stage
    tab = stage.tab()
    for number in count():
        with away_from(number):
            PAY.send(tab, "a" * 32)
        if PAY.done(stage):
            break
        stage.put_back()
        tab = stage.tab()
    assert tab.answer.status_code == 503

    stage.advance(120)
    answer = PAY.send(tab, "a" * 32)

    assert answer.status_code == 200
    assert len([one for one in writes_asked(stage) if one.outcome == "ok"]) == 1
