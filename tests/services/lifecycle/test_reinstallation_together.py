"""An installation, or a sign of life, while something is being erased."""

from __future__ import annotations

from b24app.services.lifecycle import liveness
from b24app.services.lifecycle import uninstall as service
from b24app.services.lifecycle.liveness import Verdict
from tests.services.lifecycle.test_reinstallation import (
    deliver,
    lines,
    note,
    settings_of,
    uninstall,
)
from tests.support.events import event_form
from tests.support.lifecycle import live_on, portal_of, tables_naming


def test_an_erasure_under_way_stops_at_an_installation(stage_on_each_database, monkeypatch):
    """The portal says "not installed", and is installed before we have erased anything."""
    stage = stage_on_each_database
    live_on(stage)
    form = uninstall(stage, clean=True)
    deliver(stage, form)

    def probe(*_):
        monkeypatch.undo()
        stage.install()
        note(stage, "unpay")
        return Verdict.DEAD

    monkeypatch.setattr(liveness, "probe", probe)
    stage.work_off()

    assert portal_of(stage).state == "active"
    assert lines(stage) == [("unpay", True)]
    assert settings_of(stage) == {}


def test_an_erasure_under_way_stops_at_a_sign_of_life(stage_on_each_database, monkeypatch):
    stage = stage_on_each_database
    live_on(stage)
    deliver(stage, event_form(stage, "ONAPPUNINSTALL", {"CLEAN": "1"}))

    def probe(*_):
        with stage.database.transaction() as session:
            service.contradict(session, stage.deps, stage.portal.member_id)
        return Verdict.DEAD

    monkeypatch.setattr(liveness, "probe", probe)
    for work in stage.started[:1]:
        work()

    assert portal_of(stage).state == "active"
    assert lines(stage) == [("pay", True)]


def test_what_was_reported_while_the_portal_was_asked_counts(stage, monkeypatch):
    live_on(stage)
    deliver(stage, event_form(stage, "ONAPPUNINSTALL", {"CLEAN": "0"}))
    second = event_form(stage, "ONAPPUNINSTALL", {"CLEAN": "1"})

    def probe(*_):
        deliver(stage, second)
        return Verdict.DEAD

    monkeypatch.setattr(liveness, "probe", probe)
    stage.started[0]()

    assert tables_naming(stage, stage.portal.member_id) == set()
