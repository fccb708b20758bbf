"""Tabs that were bound with titles of an earlier version are bound anew, once and gently."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

from b24app.services.lifecycle import event_jobs, housekeeping, rebinding
from b24app.storage import settings
from b24app.storage.models import CachedList
from tests.support.app_page import titles_of
from tests.support.events import jobs_of
from tests.support.stage import DEAL, INVOICE


def an_earlier_version_bound(stage, lacking=("ja", "ar")):
    """Leave the portal's tabs as a version without titles in some languages left them."""
    bound = stage.portal.installation.placements
    bound[:] = [
        replace(
            one,
            lang_all={code: text for code, text in one.lang_all.items() if code not in lacking},
        )
        for one in bound
    ]
    with stage.database.transaction() as session:
        for row in session.scalars(select(CachedList)).all():
            if row.kind.startswith(rebinding.TITLES):
                session.delete(row)
    stage.forget_calls()


def ids(stage):
    return [one.id for one in stage.portal.installation.placements]


@pytest.fixture
def usual(stage):
    manifest = stage.deps.manifest
    return {**manifest.tab_titles, **manifest.other_tab_titles}


def test_tabs_of_an_earlier_version_get_the_titles_of_today_by_themselves(stage, usual):
    an_earlier_version_bound(stage)
    assert "ja" not in titles_of(stage, DEAL)[1]

    assert "portals with tabs to rename: 1" in stage.run_housekeeping()
    stage.run_housekeeping()

    assert titles_of(stage, DEAL)[1] == titles_of(stage, INVOICE)[1] == usual


def test_it_is_done_once(stage):
    an_earlier_version_bound(stage)
    stage.run_housekeeping()
    stage.run_housekeeping()
    bound = ids(stage)
    stage.forget_calls()

    assert "portals with tabs to rename: 0" in stage.run_housekeeping()
    assert (ids(stage), stage.http_calls, jobs_of(stage)) == (bound, [], [("rebind", True)])


def test_a_tab_that_an_administrator_named_is_not_bound_anew(stage):
    named = {"en": "Money", "de": "Geld"}
    with stage.database.transaction() as session:
        data = settings.load(session, stage.portal.member_id)
        data = {**data, "titles": named}
        now = stage.deps.clock()
        settings.save(session, stage.portal.member_id, data, updated_by=1, now=now)
    rebinding.bind_tabs(stage.deps, stage.portal.member_id)
    an_earlier_version_bound(stage)
    bound = ids(stage)

    stage.run_housekeeping()
    stage.run_housekeeping()

    assert ids(stage) == bound
    assert titles_of(stage, DEAL)[1]["en"] == "Money"


def test_what_an_old_process_bound_during_an_upgrade_is_bound_anew_afterwards(stage, usual):
    an_earlier_version_bound(stage)
    titles = {"ja": "古い"}
    old = replace(stage.deps, manifest=replace(stage.deps.manifest, other_tab_titles=titles))
    assert "portals with tabs to rename: 1" in stage.run_housekeeping()

    # The job is taken by a process that has not been reloaded yet.
    assert event_jobs.run_due_jobs(old).done == 1
    assert titles_of(stage, DEAL)[1]["ja"] == "古い"
    stage.run_housekeeping()
    stage.advance(3600)
    stage.run_housekeeping()

    assert titles_of(stage, DEAL)[1] == usual


def test_no_tab_is_led_to_an_address_that_nobody_configured(stage):
    an_earlier_version_bound(stage)
    unset = replace(stage.deps, app_url="http://127.0.0.1:8000", trust_local_portals=False)

    assert housekeeping.rename_tabs(unset) == {"portals with tabs to rename": 0}


def test_tabs_that_were_just_bound_are_not_looked_at(stage):
    rebinding.bind_tabs(stage.deps, stage.portal.member_id)

    assert "portals with tabs to rename: 0" in stage.run_housekeeping()


def test_what_was_noted_of_earlier_titles_goes(stage):
    rebinding.bind_tabs(stage.deps, stage.portal.member_id)
    with stage.database.transaction() as session:
        session.add(
            CachedList(
                member_id=stage.portal.member_id,
                kind=rebinding.TITLES + "an earlier",
                data={},
                fetched_at=stage.deps.clock(),
            )
        )

    stage.run_housekeeping()

    with stage.database.reading() as session:
        kinds = [one.kind for one in session.scalars(select(CachedList))]
    mark = rebinding.TITLES + stage.deps.manifest.titles_mark
    assert [one for one in kinds if one.startswith(rebinding.TITLES)] == [mark]
