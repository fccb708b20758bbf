from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from b24app.errors import UnknownPortalError
from b24app.storage import user_tokens
from b24app.storage.models import UserToken

from .setting import OTHER_MEMBER, install, pair


@pytest.fixture
def save(database, cipher, portal, now):
    def save(tokens, *, user_id=7, is_admin=False, moment=now, member_id=portal):
        with database.transaction() as session:
            user_tokens.save(
                session, cipher, member_id, user_id, tokens, is_admin=is_admin, now=moment
            )

    return save


@pytest.fixture
def find(database, cipher, portal):
    def find(user_id=7, member_id=portal):
        with database.reading() as session:
            return user_tokens.find(session, cipher, member_id, user_id)

    return find


def is_admin_of(database):
    with database.reading() as session:
        return session.scalars(select(UserToken.is_admin)).one()


def test_a_user_without_a_pair_has_none(find):
    assert find() is None


def test_a_saved_pair_comes_back(save, find, now):
    save(pair("a1", "r1", now))

    assert find() == pair("a1", "r1", now)


def test_a_second_pair_replaces_the_first(save, find, now):
    save(pair("a1", "r1", now))
    save(pair("a2", "r2", now))

    assert find() == pair("a2", "r2", now)


def test_a_pair_may_lack_its_refresh_token(save, find, now):
    save(pair("a1", "r1", now))
    save(pair("a2", "", now))

    assert find() == pair("a2", "", now)


def test_pairs_of_users_and_portals_do_not_mix(database, cipher, save, find, now):
    install(database, cipher, now, OTHER_MEMBER)
    save(pair("seven", "r", now), user_id=7)
    save(pair("nine", "r", now), user_id=9)
    save(pair("elsewhere", "r", now), user_id=7, member_id=OTHER_MEMBER)

    assert find(7).access_token == "seven"
    assert find(9).access_token == "nine"
    assert find(7, OTHER_MEMBER).access_token == "elsewhere"


@pytest.mark.parametrize("known", [True, False])
def test_a_refreshed_pair_keeps_what_is_known_of_the_user(save, database, now, known):
    save(pair("a1", "r1", now), is_admin=known)
    save(pair("a2", "r2", now), is_admin=None)

    assert is_admin_of(database) is known


def test_a_pair_of_an_unknown_user_is_not_an_administrators(save, database, now):
    save(pair("a1", "r1", now), is_admin=None)

    assert is_admin_of(database) is False


def test_an_administrator_can_lose_the_office(save, database, now):
    save(pair("a1", "r1", now), is_admin=True)
    save(pair("a2", "r2", now), is_admin=False)

    assert is_admin_of(database) is False


def test_a_forgotten_pair_is_gone_and_others_stay(database, save, find, portal, now):
    save(pair("seven", "r", now), user_id=7)
    save(pair("nine", "r", now), user_id=9)

    with database.transaction() as session:
        user_tokens.forget(session, portal, 7)

    assert find(7) is None
    assert find(9) is not None


def test_a_pair_sealed_with_a_lost_key_counts_as_absent(database, save, other_cipher, portal, now):
    save(pair("a1", "r1", now))

    with database.reading() as session:
        assert user_tokens.find(session, other_cipher, portal, 7) is None


def test_no_pair_is_kept_for_a_portal_that_is_not_installed(save, now):
    with pytest.raises(UnknownPortalError):
        save(pair("a1", "r1", now), member_id="unknown")


def test_pairs_nobody_renewed_are_deleted(database, save, find, now):
    save(pair("old", "r", now), user_id=7, moment=now - timedelta(days=181))
    save(pair("new", "r", now), user_id=9, moment=now - timedelta(days=179))

    with database.transaction() as session:
        deleted = user_tokens.delete_older(session, now - timedelta(days=180))

    assert deleted == 1
    assert find(7) is None
    assert find(9) is not None
