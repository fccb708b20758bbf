"""The hourly command: what it deletes, keeps alive and seals anew, and that it may run twice."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import select

from b24app.cipher import Cipher
from b24app.domain import EntityRef, PortalUser, Reminder, TokenPair, TokenResponse
from b24app.errors import AuthorizationServerError
from b24app.services.auth import grant
from b24app.services.lifecycle import housekeeping
from b24app.storage import (
    activity,
    cached_lists,
    card_memory,
    failed_proofs,
    idempotency,
    launches,
    leases,
    partial_actions,
    pending_grants,
    portals,
    refusals,
    reminders,
    settings,
    user_tokens,
)
from b24app.storage.models import (
    CachedList,
    CardMemory,
    FailedProof,
    IdempotencyKey,
    Job,
    Launch,
    Lease,
    PartialAction,
    PaymentReminder,
    PendingGrant,
    Refusal,
    UserToken,
)
from b24app.storage.pending_grants import Pending
from tests.storage.setting import at_once, install
from tests.support.cut_off import cut_once
from tests.support.events import jobs_of, post
from tests.support.lifecycle import as_installed

CARD = EntityRef(2, 8061)
DAY = 24 * 3600
OTHERS = ("0f1e2d3c4b5a69788796a5b4c3d2e1f0", "1f1e2d3c4b5a69788796a5b4c3d2e1f0")


def count(stage, model):
    with stage.database.reading() as session:
        return len(session.scalars(select(model)).all())


def note_activity(stage, member_id):
    with as_installed(stage, member_id) as session:
        record = activity.Record(member_id, stage.deps.clock(), 7, "Ada", CARD, "pay", "done")
        activity.append(session, record)


def activity_of(stage, member_id):
    with stage.database.reading() as session:
        return len(activity.page(session, member_id))


def fill_memory(stage):
    """One row of everything that only serves for a while."""
    now = stage.deps.clock()
    member_id = stage.portal.member_id
    with stage.database.transaction() as session:
        idempotency.begin(session, member_id, 7, "a-key-of-a-click", "body", now)
        card_memory.save_known_payments(session, member_id, CARD, [1036], now)
        refusals.refuse(session, member_id, 9, CARD, now)
        failed_proofs.add(session, "address:192.0.2.1", now)
        leases.try_take(session, leases.Key("gone", "refresh:7"), "nobody", now, 20)
        cached_lists.save(session, member_id, "user_names", {"7": "Ada"}, now)
        cached_lists.save(session, member_id, "pay_systems", [[6, "Cash"]], now)
        partial_actions.add(session, member_id, CARD, user_id=7, kind="move", data={}, now=now)
        pair = TokenPair("access", "refresh", now + timedelta(hours=1))
        user_tokens.save(session, stage.deps.cipher, member_id, 7, pair, is_admin=False, now=now)
        pending_grants.save(
            session,
            stage.deps.cipher,
            "launch-that-waits",
            Pending(TokenResponse(pair, member_id, "", "", frozenset(), "F", 7), None),
            now=now,
            expires_at=now + timedelta(minutes=30),
        )
        reminders.save(session, member_id, CARD, Reminder(5, 1038, now), now)
        launches.save(
            session,
            launch_id="launch",
            member_id=member_id,
            user=PortalUser(7, "Ada", False),
            ref=CARD,
            expires_at=now + timedelta(days=2),
        )


MEMORY = {
    FailedProof: 60,
    Lease: 20,
    IdempotencyKey: DAY,
    PendingGrant: 30 * 60,
    Launch: 2 * DAY,
    CachedList: 2 * DAY + 1,
    CardMemory: 90 * DAY + 1,
    Refusal: 3600,
    UserToken: 180 * DAY + 1,
    PartialAction: 365 * DAY + 1,
    PaymentReminder: 400 * DAY + 1,
}


@pytest.mark.parametrize("model", MEMORY, ids=lambda model: model.__tablename__)
def test_what_only_serves_for_a_while_is_deleted_after_its_time(stage, model):
    fill_memory(stage)
    stage.advance(MEMORY[model] - 1)
    housekeeping.delete_expired(stage.deps)
    # What a portal has for reminders, and with which titles its tabs are bound, is kept with it.
    lasting = 2 if model is CachedList else 0
    assert count(stage, model) > lasting

    stage.advance(1)
    housekeeping.delete_expired(stage.deps)

    assert count(stage, model) == lasting


def test_done_events_are_forgotten_after_a_week(stage):
    post(stage, "ONAPPPAYMENT")
    stage.work_off()
    stage.advance(7 * DAY)
    stage.run_housekeeping()
    assert count(stage, Job) == 1

    stage.advance(1)
    stage.run_housekeeping()

    assert count(stage, Job) == 0


def test_activity_is_kept_as_long_as_each_portal_wants(stage):
    short, long = OTHERS
    with as_installed(stage, short) as session:
        data = {"retention_days": 30}
        settings.save(session, short, data, updated_by=1, now=stage.deps.clock())
    for member_id in OTHERS:
        note_activity(stage, member_id)

    stage.advance(31 * DAY)
    assert "activity lines deleted: 1" in stage.run_housekeeping()

    assert (activity_of(stage, short), activity_of(stage, long)) == (0, 1)


def test_rows_of_one_portal_that_cannot_be_read_do_not_stop_the_others(stage, caplog):
    broken, sound = OTHERS
    for member_id, days in ((broken, "many"), (sound, 30)):
        note_activity(stage, member_id)
        with as_installed(stage, member_id) as session:
            data = {"retention_days": days}
            settings.save(session, member_id, data, updated_by=1, now=stage.deps.clock())

    stage.advance(31 * DAY)
    stage.run_housekeeping()

    assert (activity_of(stage, broken), activity_of(stage, sound)) == (1, 0)
    assert f"housekeeping for {broken} failed" in caplog.text


def test_old_files_of_the_rest_log_are_deleted(stage, tmp_path):
    folder = tmp_path / "rest-log"
    before = {path.name for path in folder.iterdir()}
    stage.advance(8 * DAY)

    assert f"REST log files deleted: {len(before)}" in stage.run_housekeeping()

    assert not before & {path.name for path in folder.iterdir()}


# Grants


def refresh_token(stage):
    with stage.database.reading() as session:
        pair = portals.grant_tokens(session, stage.deps.cipher, stage.portal.member_id)
    return pair.refresh_token if pair else None


def test_a_grant_is_left_alone_for_150_days_and_renewed_once_after_that(stage):
    first = refresh_token(stage)
    stage.advance(149 * DAY)
    stage.run_housekeeping()
    assert refresh_token(stage) == first

    stage.advance(2 * DAY)
    assert "grants kept alive: 1" in stage.run_housekeeping()

    second = refresh_token(stage)
    assert second != first
    stage.run_housekeeping()
    assert refresh_token(stage) == second


def test_a_portal_that_refuses_does_not_keep_other_grants_from_living(stage):
    for number, member_id in enumerate(OTHERS):
        install(
            stage.deps.db,
            stage.deps.cipher,
            stage.deps.clock() - timedelta(days=number + 1),
            member_id,
        )
    stage.advance(151 * DAY)

    done = stage.run_housekeeping()

    assert "grants kept alive: 1" in done
    assert "grants that failed: 2" in done


def test_grants_that_fail_for_ever_do_not_take_the_turn_of_others(stage, monkeypatch):
    monkeypatch.setattr(housekeeping, "PAGE", 2)
    of_a_key_that_is_gone = Cipher([Fernet.generate_key().decode()])
    for number, member_id in enumerate(OTHERS):
        earlier = stage.deps.clock() - timedelta(days=number + 1)
        install(stage.deps.db, of_a_key_that_is_gone, earlier, member_id)
    stage.advance(151 * DAY)
    assert "grants that failed: 2" in stage.run_housekeeping()

    done = stage.run_housekeeping()

    assert "grants kept alive: 1" in done
    assert "grants that failed: 0" in done
    stage.advance(DAY)
    assert "grants that failed: 2" in stage.run_housekeeping()


def test_a_silent_authorization_server_leaves_time_for_what_comes_after(stage, monkeypatch):
    def silent(_deps, _member_id):
        stage.ticks += 400
        raise AuthorizationServerError("silent")

    monkeypatch.setattr(grant, "keep_alive", silent)
    for member_id in OTHERS:
        install(stage.deps.db, stage.deps.cipher, stage.deps.clock(), member_id)
    stage.advance(151 * DAY)

    assert "grants that failed: 2" in stage.run_housekeeping()
    assert "grants that failed: 1" in stage.run_housekeeping()


def test_a_lost_uninstall_event_is_noticed_when_the_grant_is_renewed(stage):
    note_activity(stage, stage.portal.member_id)
    stage.portal.installation = None
    stage.advance(151 * DAY)

    stage.run_housekeeping()
    stage.run_housekeeping()

    with stage.database.reading() as session:
        assert portals.find(session, stage.portal.member_id) is None
        names = [one.user_name for one in activity.page(session, stage.portal.member_id)]
    assert names == [""]


# Keys


def test_secrets_are_sealed_anew_with_the_first_key(stage):
    old = stage.config.token_keys
    new = Fernet.generate_key().decode()
    token = refresh_token(stage)
    rotating = replace(stage.deps, cipher=Cipher((new, *old)))

    assert housekeeping.run(rotating)["secrets sealed anew"] > 0

    with stage.database.reading() as session:
        pair = portals.grant_tokens(session, Cipher((new,)), stage.portal.member_id)
    assert pair.refresh_token == token
    assert housekeeping.run(rotating)["secrets sealed anew"] == 0


def test_without_an_old_key_nothing_is_read_to_be_sealed_anew(stage):
    assert "secrets" not in stage.run_housekeeping()


# Two machines


def test_two_machines_at_once_do_every_piece_of_work_once(stage_on_each_database):
    stage = stage_on_each_database
    post(stage, "ONAPPPAYMENT")
    note_activity(stage, OTHERS[0])
    stage.advance(366 * DAY)
    stage.forget_calls()

    done = at_once(2, lambda _: housekeeping.run(stage.deps))

    assert sum(counts["jobs done"] + counts["jobs given up"] for counts in done) == 1
    assert sum(counts.get("activity lines deleted", 0) for counts in done) == 1


def test_a_machine_that_comes_while_another_keeps_house_leaves_it_alone(stage, caplog):
    caplog.set_level(logging.INFO)
    note_activity(stage, OTHERS[0])
    stage.advance(366 * DAY)
    with stage.database.transaction() as session:
        leases.try_take(session, housekeeping.LEASE, "another", stage.deps.clock(), 600)
    post(stage, "ONAPPPAYMENT")

    done = stage.run_housekeeping()

    assert "activity" not in done
    assert "left to another run, which ends or is given up within half an hour: 1" in done
    assert activity_of(stage, OTHERS[0]) == 1
    assert "another machine is keeping house" in caplog.text
    assert jobs_of(stage) == [("subscription", True)]


def test_a_connection_that_is_cut_afterwards_hides_nothing_of_what_was_done(stage, monkeypatch):
    left = cut_once(monkeypatch, leases, "release")

    done = stage.run_housekeeping()

    assert left == [0]
    assert "activity lines deleted" in done


def test_the_lease_is_given_back(stage):
    stage.run_housekeeping()

    assert "activity lines deleted" in stage.run_housekeeping()
