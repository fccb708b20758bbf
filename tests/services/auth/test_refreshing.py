"""Refresh tokens rotate: however many ask at once, the authorization server is asked once."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from b24app import create_app
from b24app.errors import PortalBusyError
from b24app.services.auth.tokens import grant_tokens_of, user_tokens_of
from b24app.storage import leases, portals, user_tokens
from tests.support.cut_off import cut_once
from tests.support.stage import MANAGER, Stage


def test_many_requests_with_an_expired_token_refresh_once(stage_on_each_database):
    stage = stage_on_each_database
    stage.tab()
    member_id, endpoint = stage.portal.member_id, stage.portal.client_endpoint
    rejected = user_tokens_of(stage.deps, member_id, endpoint, MANAGER).current()
    stage.portal.tokens.expire_access()
    stage.forget_calls()
    barrier, renewed = threading.Barrier(6), []
    # Those who wait pass real time, as the one who refreshes needs it.
    deps = replace(stage.deps, monotonic=time.monotonic, sleep=time.sleep)

    def ask():
        source = user_tokens_of(deps, member_id, endpoint, MANAGER)
        barrier.wait()
        renewed.append(source.renew(rejected))

    threads = [threading.Thread(target=ask) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(renewed) == 6
    assert len(set(renewed)) == 1
    assert rejected not in renewed
    refreshes = [one for one in stage.portal.recorder.requests if one.path == "/oauth/token/"]
    assert len(refreshes) == 1


def test_a_pair_that_somebody_else_renewed_is_found_and_not_renewed_again(stage):
    stage.tab()
    member_id, endpoint = stage.portal.member_id, stage.portal.client_endpoint
    ours = user_tokens_of(stage.deps, member_id, endpoint, MANAGER)
    theirs = user_tokens_of(stage.deps, member_id, endpoint, MANAGER)
    read_before = ours.current()
    renewed = theirs.renew(theirs.current())
    stage.forget_calls()

    assert ours.renew(read_before) == ours.current() == theirs.current() == renewed
    assert not stage.portal.recorder.requests


def test_the_address_of_the_portal_follows_the_authorization_server(stage):
    from b24app.storage import portals

    stage.tab()
    stage.portal.move("renamed.localhost:8024")
    stage.adapter.clients["renamed.localhost:8024"] = stage.adapter.clients["localhost:8024"]
    source = user_tokens_of(
        stage.deps, stage.portal.member_id, "http://localhost:8024/rest/", MANAGER
    )

    source.renew(source.current())

    assert source.endpoint == "http://renamed.localhost:8024/rest/"
    with stage.database.reading() as session:
        portal = portals.find(session, stage.portal.member_id)
        assert portal.client_endpoint == "http://renamed.localhost:8024/rest/"


def user_source(stage):
    return user_tokens_of(stage.deps, stage.portal.member_id, stage.portal.client_endpoint, MANAGER)


def grant_source(stage):
    return grant_tokens_of(stage.deps, stage.portal.member_id, stage.portal.client_endpoint)


@pytest.mark.parametrize(
    ("source_of", "place", "name"),
    [
        (user_source, user_tokens, "save"),
        (grant_source, portals, "save_grant_tokens"),
        (user_source, leases, "release"),
        (grant_source, leases, "release"),
    ],
)
def test_a_connection_that_is_cut_while_a_pair_is_kept_does_not_lose_it(
    stage, monkeypatch, source_of, place, name
):
    stage.tab()
    before = source_of(stage).current()
    stage.portal.tokens.expire_access()
    with monkeypatch.context() as patch:
        left = cut_once(patch, place, name)
        renewed = source_of(stage).renew(before)

    assert left == [0]
    assert renewed == source_of(stage).current() != before
    stage.portal.tokens.expire_access()
    stage.advance(21)
    assert source_of(stage).renew(renewed) not in {before, renewed}


@pytest.mark.parametrize("apart", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_a_machine_with_another_clock_waits_for_the_one_that_renews(
    postgres_databases, tmp_path, apart
):
    stage = Stage(postgres_databases.clean(), tmp_path)
    stage.install()
    stage.tab()
    one, other = (_machine(stage, ahead) for ahead in (timedelta(), apart))
    rejected = _source(stage, one).current()
    stage.portal.tokens.expire_access()
    stage.forget_calls()
    waited = []

    def refresh(token, *, share):
        ticks = iter(range(1000))
        deps = replace(other, monotonic=lambda: float(next(ticks)), sleep=lambda _: None)
        with pytest.raises(PortalBusyError):
            _source(stage, deps).renew(rejected)
        waited.append(True)
        return stage.deps.authorization.refresh(token, share=share)

    renewed = _source(stage, replace(one, authorization=SimpleNamespace(refresh=refresh)))
    token = renewed.renew(rejected)

    assert waited
    assert _source(stage, other).current() == token
    refreshes = [one for one in stage.portal.recorder.requests if one.path == "/oauth/token/"]
    assert len(refreshes) == 1
    for each in (stage, stage.database, one.db, other.db):
        each.close()


def _machine(stage, ahead):
    """Another machine of the same deployment, whose clock is ahead of the database's."""
    app = create_app(
        stage.config, http_adapter=stage.adapter, machine=lambda: datetime.now(UTC) + ahead
    )
    return app.extensions["b24app"].deps


def _source(stage, deps):
    return user_tokens_of(deps, stage.portal.member_id, stage.portal.client_endpoint, MANAGER)
