from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.errors import UnknownPortalError
from b24app.storage import cached_lists
from b24app.storage.cached_lists import Kept

from .setting import OTHER_MEMBER, install


def test_a_list_never_kept_is_none(database, portal):
    with database.reading() as session:
        assert cached_lists.load(session, portal, "pay_systems") is None


def test_a_kept_list_comes_back_with_its_time_and_is_replaced(database, portal, now):
    with database.transaction() as session:
        cached_lists.save(session, portal, "pay_systems", [], now)
        cached_lists.save(session, portal, "pay_systems", [{"id": 1, "name": "Cash"}], now)

    with database.reading() as session:
        kept = cached_lists.load(session, portal, "pay_systems")
    assert kept == Kept([{"id": 1, "name": "Cash"}], now)


def test_a_forgotten_list_is_gone_and_others_stay(database, portal, now):
    with database.transaction() as session:
        cached_lists.save(session, portal, "pay_systems", [1], now)
        cached_lists.save(session, portal, "types", [2], now)
        cached_lists.forget(session, portal, "pay_systems")

    with database.reading() as session:
        assert cached_lists.load(session, portal, "pay_systems") is None
        assert cached_lists.load(session, portal, "types") == Kept([2], now)


def test_no_list_is_kept_for_a_portal_that_is_not_installed(database, now):
    with pytest.raises(UnknownPortalError), database.transaction() as session:
        cached_lists.save(session, "unknown", "pay_systems", [], now)


def test_old_lists_of_one_kind_are_forgotten_for_all_portals(database, cipher, portal, now):
    install(database, cipher, now, OTHER_MEMBER)
    with database.transaction() as session:
        cached_lists.save(session, portal, "names", {}, now - timedelta(days=2))
        cached_lists.save(session, OTHER_MEMBER, "names", {}, now)
        cached_lists.save(session, portal, "types", [], now - timedelta(days=2))

        deleted = cached_lists.delete_older(session, "names", now - timedelta(days=1))

    with database.reading() as session:
        assert deleted == 1
        assert cached_lists.load(session, portal, "names") is None
        assert cached_lists.load(session, OTHER_MEMBER, "names") is not None
        assert cached_lists.load(session, portal, "types") is not None
