"""A connection to our database that is cut while an event comes: the portal sends it once."""

from __future__ import annotations

import pytest

from b24app.errors import DatabaseAwayError
from b24app.services.auth import throttle
from b24app.storage import jobs, portals
from tests.support.cut_off import cut_once
from tests.support.events import jobs_of, post


@pytest.mark.parametrize(
    ("event", "auth", "place", "name", "kind"),
    [
        ("ONAPPUNINSTALL", {}, portals, "application_token", "uninstall_probe"),
        ("ONAPPUNINSTALL", {}, jobs, "put", "uninstall_probe"),
        ("ONAPPPAYMENT", {}, jobs, "put", "subscription"),
        ("ONAPPUPDATE", {"application_token": "f" * 32}, throttle, "note", "event_tokens"),
        ("ONAPPUPDATE", {"application_token": "f" * 32}, jobs, "put", "event_tokens"),
    ],
)
def test_an_event_is_not_lost_with_a_connection(stage, monkeypatch, event, auth, place, name, kind):
    if auth:
        auth = {**auth, "refresh_token": stage.portal.issue_tokens(1).refresh_token}
    with monkeypatch.context() as patch:
        left = cut_once(patch, place, name)
        answer = post(stage, event, {"VERSION": "2", "CLEAN": "1"}, **auth)

    assert left == [0]
    assert (answer.status_code, answer.json) == (200, {"status": "accepted"})
    assert (kind, False) in jobs_of(stage)


def test_an_event_that_comes_while_the_database_stays_away_is_refused(stage, monkeypatch):
    def away(*_arguments, **_more):
        raise DatabaseAwayError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(jobs, "put", away)
        assert post(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}).status_code == 503
    assert jobs_of(stage) == []
