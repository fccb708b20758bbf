from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.errors import DatabaseAwayError, UnknownPortalError
from b24app.storage import addresses, cached_lists, portals, settings
from b24app.storage.models import Portal
from b24app.storage.session import Database

from .setting import ENDPOINT, MEMBER, OTHER_MEMBER, at_once, grant_of, install, pair


def find(database, member_id=MEMBER):
    with database.reading() as session:
        return portals.find(session, member_id)


def test_an_unknown_portal_is_not_found(database):
    assert find(database) is None


@pytest.mark.usefixtures("portal")
def test_a_new_portal_is_installing_and_holds_what_the_grant_named(database, now):
    found = find(database)

    assert found.state == "installing"
    assert found.client_endpoint == ENDPOINT
    assert found.server_endpoint == "https://oauth.example/rest/"
    assert found.scopes == {"crm", "placement"}
    assert (found.status, found.language, found.installed_version) == ("L", "en", "1.0.0")
    assert (found.app_code, found.grant_user_id) == ("local.app", 1)
    assert found.updated_at == now


def test_no_scope_is_an_empty_set(database, cipher, now):
    install(database, cipher, now, scope=frozenset())

    assert find(database).scopes == frozenset()


def test_a_second_installation_replaces_the_grant_and_keeps_state_and_settings(
    database, cipher, portal, now
):
    later = now + timedelta(days=1)
    with database.transaction() as session:
        portals.activate(session, portal, now)
        settings.save(session, portal, {"kept": True}, updated_by=1, now=now)

    install(
        database,
        cipher,
        later,
        tokens=pair("second", "second-refresh", later),
        client_endpoint="https://moved.example/rest/",
        user_id=5,
    )

    found = find(database)
    assert found.state == "active"
    assert found.client_endpoint == "https://moved.example/rest/"
    assert found.grant_user_id == 5
    assert found.updated_at == later
    with database.reading() as session:
        tokens = portals.grant_tokens(session, cipher, portal)
        assert tokens == pair("second", "second-refresh", later)
        assert settings.load(session, portal) == {"kept": True}


def test_an_installation_that_names_no_token_or_code_keeps_the_stored_ones(
    database, cipher, portal, now
):
    install(database, cipher, now, application_token=None, app_code=None)

    with database.reading() as session:
        assert portals.application_token(session, cipher, portal) == "application-token-plain"
        assert portals.find(session, portal).app_code == "local.app"


def test_a_closed_portal_that_installs_again_starts_over(database, cipher, portal, now):
    with database.transaction() as session:
        portals.close(session, portal, now)

    install(database, cipher, now)

    assert find(database).state == "installing"


def test_an_odd_language_or_status_does_not_break_an_installation(database, cipher, now):
    with database.transaction() as session:
        saved = portals.save_installation(
            session,
            cipher,
            grant_of(MEMBER, now, status="S" * 40),
            app_code=None,
            application_token=None,
            language="x" * 40,
            version="1",
            now=now,
        )

    assert (saved.status, saved.language) == ("S" * 16, "x" * 8)


def install_as(database, cipher, now, number):
    tokens = pair(f"access-{number}", f"refresh-{number}", now)
    install(database, cipher, now, tokens=tokens, user_id=number)


@pytest.mark.parametrize("is_known", [False, True])
def test_installations_at_once_leave_one_portal_with_one_whole_grant(
    database, cipher, now, is_known
):
    if is_known:
        install_as(database, cipher, now, 0)

    at_once(6, lambda number: install_as(database, cipher, now, number))

    with database.reading() as session:
        tokens = portals.grant_tokens(session, cipher, MEMBER)
        winner = portals.find(session, MEMBER).grant_user_id
        assert session.scalars(select(Portal.member_id)).all() == [MEMBER]
    assert (tokens.access_token, tokens.refresh_token) == (f"access-{winner}", f"refresh-{winner}")


def test_an_installation_does_not_even_read_a_row_another_one_is_writing(
    postgres_databases, cipher, now
):
    # Read too early, a value that is equal to the old one would not be written over the new one.
    url = f"{postgres_databases.clean()}?options=-c%20lock_timeout%3D100"
    database = Database(url).of_all()
    install_as(database, cipher, now, 0)

    with database.transaction() as session:
        session.get_one(Portal, MEMBER, with_for_update=True)
        with pytest.raises(DatabaseAwayError) as caught:
            install_as(database, cipher, now, 0)

    assert caught.value.__cause__.statement.startswith("SELECT")
    database.close()


def test_saving_a_refreshed_pair_keeps_its_user_unless_another_is_named(
    database, cipher, portal, now
):
    with database.transaction() as session:
        portals.save_grant_tokens(session, cipher, portal, pair("a2", "r2", now), now=now)
    assert find(database).grant_user_id == 1

    with database.transaction() as session:
        portals.save_grant_tokens(
            session, cipher, portal, pair("a3", "r3", now), user_id=9, now=now
        )
    with database.reading() as session:
        assert portals.grant_tokens(session, cipher, portal) == pair("a3", "r3", now)
    assert find(database).grant_user_id == 9


def test_a_dropped_grant_is_gone_and_the_portal_stays(database, cipher, portal):
    with database.transaction() as session:
        portals.drop_grant_tokens(session, portal)
        portals.drop_grant_tokens(session, "unknown")

    with database.reading() as session:
        assert portals.grant_tokens(session, cipher, portal) is None
        assert portals.application_token(session, cipher, portal) == "application-token-plain"


def test_secrets_of_an_unknown_portal_are_none(database, cipher):
    with database.reading() as session:
        assert portals.grant_tokens(session, cipher, "unknown") is None
        assert portals.application_token(session, cipher, "unknown") is None


def test_secrets_sealed_with_a_lost_key_count_as_absent_and_are_logged(
    database, other_cipher, portal, caplog
):
    with database.reading() as session:
        assert portals.grant_tokens(session, other_cipher, portal) is None
        assert portals.application_token(session, other_cipher, portal) is None

    assert "TOKEN_KEYS" in caplog.text
    assert "plain" not in caplog.text


def test_each_change_is_kept(database, cipher, portal, now):
    later = now + timedelta(minutes=5)

    with database.transaction() as session:
        portals.activate(session, portal, later)
        portals.move(session, portal, "https://new.example/rest/", later)
        portals.set_application_token(
            session, cipher, portal, "second-token", later, ts=17, told_at=now
        )
        portals.set_subscription(
            session, portal, status="T", scope=frozenset({"pay_system", "crm"}), now=later
        )
        portals.set_version(session, portal, "1.1.0", later)
        portals.set_batch_refused(session, portal, later)

    found = find(database)
    assert found.state == "active"
    assert found.client_endpoint == "https://new.example/rest/"
    assert (found.status, found.scope) == ("T", "crm,pay_system")
    assert found.installed_version == "1.1.0"
    assert found.batch_refused_until == found.updated_at == later
    with database.reading() as session:
        assert portals.application_token(session, cipher, portal) == "second-token"
    assert (found.event_ts, found.told_at) == (17, now)


def test_an_event_without_a_token_keeps_the_stored_one(database, cipher, portal, now):
    with database.transaction() as session:
        portals.set_application_token(session, cipher, portal, "", now, ts=18, told_at=now)

    with database.reading() as session:
        assert portals.application_token(session, cipher, portal) == "application-token-plain"
    assert find(database).event_ts == 18


def test_an_installation_counts_as_newer_than_every_event_before(database, cipher, portal, now):
    later = now + timedelta(minutes=5)
    with database.transaction() as session:
        portals.set_application_token(session, cipher, portal, "x", now, ts=99, told_at=now)

    install(database, cipher, later)

    assert (find(database).event_ts, find(database).told_at) == (None, later)


@pytest.mark.usefixtures("portal")
def test_a_second_installation_of_the_same_kind_keeps_its_name(database, cipher, now):
    name = find(database).installation_id

    install(database, cipher, now + timedelta(days=1))

    assert find(database).installation_id == name != ""


def test_a_subscription_without_a_scope_keeps_the_scopes(database, portal, now):
    with database.transaction() as session:
        portals.set_subscription(session, portal, status="P", scope=None, now=now)

    assert find(database).scopes == {"crm", "placement"}


def test_a_refused_batch_can_be_forgotten(database, portal, now):
    with database.transaction() as session:
        portals.set_batch_refused(session, portal, now)
        portals.set_batch_refused(session, portal, None)

    assert find(database).batch_refused_until is None


@pytest.mark.parametrize(
    "change",
    [
        lambda session, now, _seal: portals.activate(session, "unknown", now),
        lambda session, now, _seal: portals.close(session, "unknown", now),
        lambda session, now, _seal: portals.move(session, "unknown", ENDPOINT, now),
        lambda session, now, _seal: portals.set_version(session, "unknown", "1", now),
        lambda session, now, _seal: portals.set_batch_refused(session, "unknown", now),
        lambda session, now, _seal: portals.set_subscription(
            session, "unknown", status="L", scope=None, now=now
        ),
        lambda session, now, cipher: portals.set_application_token(
            session, cipher, "unknown", "x", now, ts=1, told_at=now
        ),
        lambda session, now, cipher: portals.save_grant_tokens(
            session, cipher, "unknown", pair("a", "r", now), now=now
        ),
    ],
)
def test_an_unknown_portal_cannot_be_changed(database, cipher, now, change):
    with pytest.raises(UnknownPortalError), database.transaction() as session:
        change(session, now, cipher)


def test_idle_grants_are_found_oldest_first_but_not_of_closed_portals(database, cipher, now):
    install(database, cipher, now, "old", tokens=pair("a", "r", now - timedelta(days=2)))
    install(database, cipher, now, "oldest", tokens=pair("a", "r", now - timedelta(days=3)))
    install(database, cipher, now, "closed", tokens=pair("a", "r", now - timedelta(days=4)))
    install(database, cipher, now, OTHER_MEMBER)
    with database.transaction() as session:
        portals.close(session, "closed", now)

    with database.reading() as session:
        found = portals.with_grant_older(session, now - timedelta(days=1), unless=("tried", now))

    assert found == ["oldest", "old"]


def test_idle_grants_that_were_tried_lately_are_not_found(database, cipher, now):
    day = timedelta(days=1)
    for name in ("never", "lately", "long ago", "of another kind"):
        install(database, cipher, now, name, tokens=pair("a", "r", now - 9 * day))
    with database.transaction() as session:
        cached_lists.save(session, "lately", "tried", {}, now)
        cached_lists.save(session, "long ago", "tried", {}, now - day)
        cached_lists.save(session, "of another kind", "names", {}, now)

    with database.reading() as session:
        found = portals.with_grant_older(session, now - day, unless=("tried", now - day))

    assert sorted(found) == ["long ago", "never", "of another kind"]


def test_a_portal_is_found_by_its_whole_endpoint_only(database, portal):
    with database.reading() as session:
        assert addresses.portal_at(session, ["http://x/rest/", ENDPOINT]) == portal
        assert addresses.portal_at(session, ["https://portal.example"]) is None
        assert addresses.portal_at(session, []) is None


def test_of_two_portals_at_one_endpoint_the_newest_is_found(database, cipher, portal, now):
    install(database, cipher, now + timedelta(days=1), member_id=OTHER_MEMBER)

    with database.reading() as session:
        found = addresses.portal_at(session, [ENDPOINT])

    assert found == OTHER_MEMBER != portal
