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
from tests.stage import ADMIN, token_in
from tests.web.acts import ACTS, PAY, UNCHANGED_WORDS, books, writes_asked
from tests.web.conftest import put_back

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


def send(stage, route, token):
    method, rule = route.split(" ")
    path = rule
    for part in [one for one in rule.split("/") if one.startswith("<")]:
        path = path.replace(part, "tabs" if "int" not in part else "1")
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "k" * 12}
    if rule.startswith(("/payments", "/settings", "/install/")):
        headers["HX-Request"] = "true"
    return stage.client.open(path, method=method, headers=headers)


@pytest.mark.parametrize("route", RULES)
def test_every_route_says_that_the_database_is_away(writing_stage, route):
    stage, switch = writing_stage, Switch(writing_stage.deps)
    token = token_in(stage.frame("/", stage.post_fields(ADMIN)))
    switch.off()
    try:
        answer = send(stage, route, token)
    finally:
        switch.on()

    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "5"
    assert "database" in answer.text
    assert "OperationalError" not in answer.text


@pytest.mark.parametrize(("path", "status"), ALIVE.items())
def test_what_watches_the_app_goes_on(stage, switch, path, status):
    switch.off()

    answer = stage.client.get(path)

    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)


def test_files_of_the_pages_are_served_all_the_same(stage, switch):
    switch.off()

    with stage.client.get("/static/app.css") as answer:
        assert answer.status_code == 200


def test_the_app_is_back_as_soon_as_its_database_is(stage, switch):
    tab = stage.tab()
    switch.off()
    assert tab.show().status_code == 503

    switch.on()

    assert tab.show().status_code == 200


@contextmanager
def away_from(db, number):
    """Let the database answer so many transactions, and then no more."""
    left = count(number, -1)

    def counted(begin):
        @contextmanager
        def counting():
            if next(left) <= 0:
                raise DatabaseAwayError("the database cannot be used")
            with begin() as session:
                yield session

        return counting

    with pytest.MonkeyPatch.context() as patch:
        for name in ("transaction", "reading"):
            patch.setattr(db, name, counted(getattr(db, name)))
        yield


@pytest.mark.parametrize("act", ACTS, ids=str)
def test_a_write_that_was_sent_is_never_called_undone_when_the_database_goes(writing_stage, act):
    stage, said = writing_stage, []
    for number in range(60):
        put_back(stage)
        tab, before = stage.tab(), books(stage)
        with away_from(stage.deps.db, number):
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
        with away_from(stage.deps.db, number):
            PAY.send(tab, "a" * 32)
        if PAY.done(stage):
            break
        put_back(stage)
        tab = stage.tab()
    assert tab.answer.status_code == 503

    stage.advance(120)
    answer = PAY.send(tab, "a" * 32)

    assert answer.status_code == 200
    assert len([one for one in writes_asked(stage) if one.outcome == "ok"]) == 1
