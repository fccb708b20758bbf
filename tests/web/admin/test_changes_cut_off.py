"""A connection to our database that is cut after the portal has carried out a change."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import select

from b24app.errors import DatabaseAwayError
from b24app.storage import activity, idempotency, leases
from b24app.storage import settings as stored
from b24app.storage.models import Activity
from b24app.storage.session import Database
from tests.support.app_page import bound_codes, open_page, save
from tests.support.cut_off import cut_once
from tests.support.stage import DEAL


def logged(stage):
    with stage.database.reading() as session:
        return [(line.action, line.outcome) for line in session.scalars(select(Activity))]


PLACES = [(activity, "append"), (leases, "release"), (idempotency, "finish")]


@pytest.mark.parametrize(("place", "name"), [*PLACES, (stored, "save")])
def test_settings_that_the_portal_has_applied_are_saved(stage, monkeypatch, place, name):
    page = open_page(stage)
    page.get("/settings")
    left = cut_once(monkeypatch, place, name)

    save(page, card=["deals"])

    assert left == [0]
    assert (page.answer.status_code, page.said) == (200, "Settings saved")
    assert bound_codes(stage) == [DEAL]
    with stage.database.reading() as session:
        assert stored.load(session, stage.portal.member_id)["tabs"]["invoices"] is False
    assert logged(stage) == [("settings", "done")]


@pytest.mark.parametrize(("place", "name"), PLACES)
def test_a_repair_that_the_portal_has_carried_out_is_told_and_recorded(
    stage, monkeypatch, place, name
):
    page = open_page(stage)
    page.get("/settings/diagnostics")
    stage.portal.installation.placements.clear()
    cut_once(monkeypatch, place, name)

    page.post("/settings/repair")

    assert page.answer.status_code == 200
    assert DEAL in bound_codes(stage)
    assert logged(stage) == [("repair", "done")]


def test_a_commit_whose_answer_was_lost_is_logged_once(stage, monkeypatch):
    page = open_page(stage)
    page.get("/settings/diagnostics")
    keep, is_last, left = activity.append, [], [1]
    begin = Database.transaction

    def marked(*arguments):
        is_last.append(True)
        return keep(*arguments)

    @contextmanager
    def transaction(database):
        is_last.clear()
        with begin(database) as session:
            yield session
        if is_last and left[0]:
            left[0] -= 1
            raise DatabaseAwayError("the connection was cut after the commit")

    monkeypatch.setattr(activity, "append", marked)
    monkeypatch.setattr(Database, "transaction", transaction)

    page.post("/settings/repair")

    assert left == [0]
    assert page.answer.status_code == 200
    assert logged(stage) == [("repair", "done")]
