from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.errors import UnknownPortalError
from b24app.storage import idempotency
from b24app.storage.idempotency import Begun

from .setting import OTHER_MEMBER, at_once, install

SAID = {"code": "paid", "is_alert": False, "values": {"number": "1038/1"}}


@pytest.fixture
def begin(database, portal, now):
    def begin(fingerprint="pay 1038", *, moment=now, key="key-1", user_id=7, member_id=portal):
        with database.transaction() as session:
            return idempotency.begin(session, member_id, user_id, key, fingerprint, moment)

    return begin


@pytest.fixture
def finish(database, portal):
    def finish(*, status=200, announcement=SAID, key="key-1"):
        with database.transaction() as session:
            idempotency.finish(session, portal, 7, key, status=status, announcement=announcement)

    return finish


def test_a_key_nobody_used_is_new(begin):
    assert begin() == Begun("new")


@pytest.mark.parametrize("round_", range(8))
def test_of_two_at_once_one_is_new_and_one_finds_it_running(begin, round_):
    outcomes = at_once(2, lambda _: begin(f"pay {round_}").outcome)

    assert sorted(outcomes) == ["new", "running"]


def test_of_many_at_once_only_one_may_write(begin):
    outcomes = at_once(8, lambda _: begin().outcome)

    assert sorted(outcomes) == ["new"] + ["running"] * 7


def test_a_finished_key_repeats_its_answer(begin, finish):
    begin()
    finish(status=409)

    assert begin() == Begun("done", 409, SAID)
    assert begin() == Begun("done", 409, SAID)


def test_an_answer_may_have_no_announcement(begin, finish):
    begin()
    finish(announcement=None)

    assert begin() == Begun("done", 200, None)


@pytest.mark.parametrize("is_finished", [True, False])
def test_a_key_used_for_something_else_is_refused(begin, finish, is_finished):
    begin("pay 1038")
    if is_finished:
        finish()

    assert begin("pay 1039") == Begun("other_body")
    assert begin("pay 1038").outcome == ("done" if is_finished else "running")


def test_keys_of_users_and_portals_do_not_mix(database, cipher, begin, now):
    install(database, cipher, now, OTHER_MEMBER)
    begin()

    assert begin(user_id=9).outcome == "new"
    assert begin(member_id=OTHER_MEMBER).outcome == "new"
    assert begin(key="key-2").outcome == "new"


def test_the_first_answer_stays(begin, finish):
    begin()
    finish(status=200)
    finish(status=502, announcement=None)

    assert begin() == Begun("done", 200, SAID)


def test_a_running_key_counts_as_abandoned_after_two_minutes(begin, now):
    begin()

    assert begin(moment=now + timedelta(seconds=119)).outcome == "running"
    assert begin(moment=now + timedelta(seconds=120)).outcome == "abandoned"


def test_an_abandoned_key_is_given_to_one_only(begin, now):
    begin()
    later = now + timedelta(minutes=3)

    outcomes = at_once(6, lambda _: begin(moment=later).outcome)

    assert sorted(outcomes) == ["abandoned"] + ["running"] * 5


def test_an_abandoned_key_is_not_given_to_another_body(begin, now):
    begin("pay 1038")

    assert begin("pay 1039", moment=now + timedelta(minutes=3)).outcome == "other_body"
    assert begin("pay 1038", moment=now + timedelta(minutes=3)).outcome == "abandoned"


def test_the_first_request_may_still_answer_for_an_abandoned_key(begin, finish, now):
    begin()
    begin(moment=now + timedelta(minutes=3))
    finish()

    assert begin(moment=now + timedelta(minutes=3)) == Begun("done", 200, SAID)


@pytest.mark.parametrize("is_finished", [True, False])
def test_a_key_counts_as_absent_after_a_day(begin, finish, now, is_finished):
    begin("pay 1038")
    if is_finished:
        finish()
    day = timedelta(hours=24)

    assert begin("pay 1038", moment=now + day - timedelta(seconds=1)).outcome != "new"
    later = begin("pay 1039", moment=now + 2 * day)

    assert later == Begun("new")
    assert begin("pay 1039", moment=now + 2 * day) == Begun("running")


def test_of_two_at_once_after_a_day_one_is_new(begin, finish, now):
    begin()
    finish()
    later = now + timedelta(days=2)

    outcomes = at_once(2, lambda _: begin(moment=later).outcome)

    assert sorted(outcomes) == ["new", "running"]


def test_a_dropped_key_is_free(database, begin, portal):
    begin()

    with database.transaction() as session:
        idempotency.drop(session, portal, 7, "key-1")

    assert begin("anything") == Begun("new")


def test_an_answer_cannot_be_dropped(database, begin, finish, portal):
    begin()
    finish()

    with database.transaction() as session:
        idempotency.drop(session, portal, 7, "key-1")

    assert begin().outcome == "done"


def test_keys_older_than_a_day_are_deleted(database, begin, now):
    begin(key="old", moment=now - timedelta(hours=24))
    begin(key="young", moment=now - timedelta(hours=23))

    with database.transaction() as session:
        assert idempotency.delete_older(session, now) == 1

    assert begin(key="young").outcome == "abandoned"


def test_no_key_is_kept_for_a_portal_that_is_not_installed(begin):
    with pytest.raises(UnknownPortalError):
        begin(member_id="unknown")
