from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.domain import EntityRef, PortalUser
from b24app.errors import UnknownPortalError, UnprovenError
from b24app.storage import launches

from .setting import MEMBER, OTHER_MEMBER, install

ANN = PortalUser(7, "Ann Example", is_admin=False, time_zone="Europe/Berlin")


@pytest.fixture
def save(database, portal, now, deal):
    def save(**other):
        values = {
            "launch_id": "launch-1",
            "member_id": portal,
            "user": ANN,
            "ref": deal,
            "expires_at": now + timedelta(minutes=30),
        }
        with database.transaction() as session:
            return launches.save(session, **(values | other))

    return save


def find(database, launch_id="launch-1"):
    with database.reading() as session:
        return launches.find(session, MEMBER, launch_id)


def test_an_unproven_launch_is_not_found(database):
    assert find(database) is None


def test_a_proven_launch_comes_back(database, save, portal, now):
    save()

    found = find(database)
    assert (found.member_id, found.user_id, found.user_name) == (portal, 7, "Ann Example")
    assert (found.entity_type_id, found.entity_id) == (2, 8061)
    assert (found.is_admin, found.time_zone) == (False, "Europe/Berlin")
    assert found.expires_at == now + timedelta(minutes=30)
    assert found.listed is None
    assert found.listed_at is None


def test_a_second_proof_renews_it_and_keeps_what_was_listed(database, save, now):
    later = now + timedelta(minutes=20)
    save()
    with database.transaction() as session:
        launches.note_listed(session, MEMBER, "launch-1", [1038, 1039], now)

    save(user=PortalUser(7, "Ann Renamed", is_admin=True), expires_at=later)

    found = find(database)
    assert (found.user_name, found.is_admin) == ("Ann Renamed", True)
    assert found.expires_at == later
    assert found.listed == [1038, 1039]
    assert found.listed_at == now


@pytest.mark.parametrize(
    "other", [{"user": PortalUser(9, "Bob", is_admin=True)}, {"ref": EntityRef(31, 8061)}]
)
def test_a_launch_is_never_given_to_another_user_or_card(database, save, other):
    save()

    with pytest.raises(UnprovenError):
        save(**other)

    assert find(database).user_id == 7
    assert find(database).entity_type_id == 2


def test_the_same_id_in_another_portal_is_another_launch(database, cipher, save, now):
    install(database, cipher, now, OTHER_MEMBER)
    save()
    save(member_id=OTHER_MEMBER, user=PortalUser(8, "Bob", is_admin=True))

    with database.transaction() as session:
        launches.note_listed(session, OTHER_MEMBER, "launch-1", [1038], now)

    assert (find(database).user_id, find(database).listed) == (7, None)


def test_no_launch_is_kept_for_a_portal_that_is_not_installed(save):
    with pytest.raises(UnknownPortalError):
        save(member_id="unknown")


def test_an_empty_list_is_not_an_unknown_list(database, save, now):
    save()

    with database.transaction() as session:
        launches.note_listed(session, MEMBER, "launch-1", (), now)

    assert find(database).listed == []


def test_a_list_for_a_launch_that_is_gone_is_dropped(database, now):
    with database.transaction() as session:
        launches.note_listed(session, MEMBER, "gone", [1], now)

    assert find(database, "gone") is None


def test_launches_that_are_over_are_deleted(database, save, now):
    save(launch_id="over", expires_at=now)
    save(launch_id="open", expires_at=now + timedelta(seconds=1))

    with database.transaction() as session:
        deleted = launches.delete_expired(session, now)

    assert deleted == 1
    assert find(database, "over") is None
    assert find(database, "open") is not None


def test_what_was_shown_outlives_the_list(database, save, now):
    save()
    with database.transaction() as session:
        launches.note_listed(session, MEMBER, "launch-1", [1038, 1039], now)
        launches.note_listed(session, MEMBER, "launch-1", [1039, 1040], now)

    found = find(database)
    assert (found.listed, found.shown) == ([1039, 1040], [1038, 1039, 1040])


def test_a_renewed_opening_takes_over_what_its_user_was_shown(database, save, now):
    save()
    with database.transaction() as session:
        launches.note_listed(session, MEMBER, "launch-1", [1038], now)
    save(launch_id="launch-2")
    old = save()

    with database.transaction() as session:
        launches.take_over(session, old, "launch-2")

    found = find(database, "launch-2")
    assert (found.listed, found.listed_at, found.shown) == ([1038], now, [1038])


@pytest.mark.parametrize(
    "other", [{"user": PortalUser(9, "Bob", is_admin=True)}, {"ref": EntityRef(2, 8062)}]
)
def test_nobody_takes_over_another_opening(database, save, other):
    old = save()
    save(launch_id="launch-2", **other)

    with database.transaction() as session, pytest.raises(UnprovenError):
        launches.take_over(session, old, "launch-2")


def test_what_is_listed_is_noted_of_a_launch_of_the_same_transaction(database, portal, deal, now):
    with database.transaction() as session:
        launches.save(
            session,
            launch_id="launch-1",
            member_id=portal,
            user=ANN,
            ref=deal,
            expires_at=now + timedelta(minutes=30),
        )
        launches.note_listed(session, portal, "launch-1", [1038], now)

    assert find(database).listed == [1038]
