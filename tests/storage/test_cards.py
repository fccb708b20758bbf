"""What is remembered of a card: its payments, refused writes, half-done actions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

import pytest

from b24app.domain import EntityRef
from b24app.errors import UnknownPortalError
from b24app.storage import (
    cached_lists,
    canceled_orders,
    card_marks,
    card_memory,
    partial_actions,
    refusals,
)
from b24app.storage.cached_lists import Kept
from b24app.storage.card_memory import FirstSight, LineRows

from .setting import OTHER_MEMBER, install

INVOICE = EntityRef(31, 8061)


def test_a_card_not_seen_before_has_no_known_payments(database, portal, deal):
    with database.reading() as session:
        assert card_memory.payment_ids(session, portal, deal) == ()


def test_the_payments_last_seen_are_remembered_in_their_order(database, portal, deal, now):
    with database.transaction() as session:
        card_memory.save_known_payments(session, portal, deal, [3, 1], now)
        card_memory.save_known_payments(session, portal, deal, (2**40, 1, 2), now)
        card_memory.save_known_payments(session, portal, INVOICE, [9], now)

    with database.reading() as session:
        assert card_memory.payment_ids(session, portal, deal) == (2**40, 1, 2)
        assert card_memory.payment_ids(session, portal, INVOICE) == (9,)


def is_refused(session, portal, user_id, ref, since):
    return card_marks.read(session, portal, user_id, ref, since).is_refused


def sights(database, portal, deal):
    with database.reading() as session:
        return card_memory.first_sights(session, portal, deal)


@pytest.fixture
def now(now):
    """Kept in seconds."""
    return now.replace(microsecond=0)


def see(database, portal, deal, ids, now, *, is_whole=True):
    with database.transaction() as session:
        card_memory.save_known_payments(session, portal, deal, ids, now, is_whole=is_whole)


def test_what_is_there_when_a_card_is_first_seen_is_older_than_that(database, portal, deal, now):
    see(database, portal, deal, [1], now)
    see(database, portal, deal, [1], now + timedelta(days=9))

    assert sights(database, portal, deal) == {1: FirstSight(now, is_exact=False)}


@pytest.mark.parametrize(("since", "is_exact"), [(24, True), (25, False)])
def test_what_was_not_there_within_a_day_before_has_a_known_age(
    database, portal, deal, now, since, is_exact
):
    see(database, portal, deal, [1], now)
    later = now + timedelta(hours=since)
    see(database, portal, deal, [2, 1], later)

    assert sights(database, portal, deal) == {
        1: FirstSight(now, is_exact=False),
        2: FirstSight(later, is_exact),
    }


def test_what_is_gone_is_forgotten_and_may_come_back_as_new(database, portal, deal, now):
    hour = timedelta(hours=1)
    see(database, portal, deal, [1, 2], now)
    see(database, portal, deal, [1], now + hour)
    see(database, portal, deal, [1, 2], now + 2 * hour)

    assert sights(database, portal, deal)[2] == FirstSight(now + 2 * hour, is_exact=True)


def test_of_a_list_with_a_hole_nothing_is_concluded(database, portal, deal, now):
    """The payment that could not be read keeps its age, and is not new when it can be again."""
    hour = timedelta(hours=1)
    see(database, portal, deal, [1], now)
    see(database, portal, deal, [2], now + hour, is_whole=False)
    see(database, portal, deal, [1, 2, 3], now + 2 * hour)

    assert sights(database, portal, deal) == {
        1: FirstSight(now, is_exact=False),
        2: FirstSight(now + hour, is_exact=True),
        3: FirstSight(now + 2 * hour, is_exact=False),
    }


def test_rows_that_two_people_note_at_once_are_all_kept(database, portal, deal, now):
    def note_another():
        with database.transaction() as session:
            card_memory.note_line_rows(session, portal, deal, LineRows({2: 20}, {5: (20, 7)}), now)

    with ThreadPoolExecutor(1) as other:
        with database.transaction() as session:
            card_memory.note_line_rows(session, portal, deal, LineRows({1: 10}, {6: (10, 0)}), now)
            noted = other.submit(note_another)
            wait([noted], 0.5)
        noted.result(10)

    with database.reading() as session:
        kept = card_memory.line_rows(session, portal, deal)
        assert kept == LineRows({1: 10, 2: 20}, {5: (20, 7), 6: (10, 0)})


def test_cards_not_seen_for_long_are_forgotten(database, portal, deal, now):
    with database.transaction() as session:
        card_memory.save_known_payments(session, portal, deal, [1], now - timedelta(days=2))
        card_memory.save_known_payments(session, portal, INVOICE, [2], now)
        deleted = card_memory.delete_older(session, now - timedelta(days=1))

    with database.reading() as session:
        assert deleted == 1
        assert card_memory.payment_ids(session, portal, deal) == ()
        assert card_memory.payment_ids(session, portal, INVOICE) == (2,)


SINCE = datetime(2000, 1, 1, tzinfo=UTC)


def test_a_refusal_holds_until_its_time_is_over(database, portal, deal, now):
    with database.transaction() as session:
        refusals.refuse(session, portal, 7, deal, now)

    with database.reading() as session:
        just_before = now - timedelta(seconds=1)
        assert is_refused(session, portal, 7, deal, just_before)
        assert not is_refused(session, portal, 7, deal, now)


def test_a_refusal_holds_for_this_user_on_this_card_only(database, cipher, portal, deal, now):
    install(database, cipher, now, OTHER_MEMBER)

    with database.transaction() as session:
        refusals.refuse(session, portal, 7, deal, now)
        refusals.refuse(session, portal, 7, deal, now)

    with database.reading() as session:
        assert is_refused(session, portal, 7, deal, SINCE)
        assert not is_refused(session, portal, 9, deal, SINCE)
        assert not is_refused(session, portal, 7, INVOICE, SINCE)
        assert not is_refused(session, OTHER_MEMBER, 7, deal, SINCE)


def test_a_cleared_refusal_is_gone_and_others_stay(database, portal, deal, now):
    with database.transaction() as session:
        refusals.refuse(session, portal, 7, deal, now)
        refusals.refuse(session, portal, 9, deal, now)
        refusals.clear(session, portal, 7, deal)

    with database.reading() as session:
        assert not is_refused(session, portal, 7, deal, SINCE)
        assert is_refused(session, portal, 9, deal, SINCE)


def test_old_refusals_are_forgotten(database, portal, deal, now):
    with database.transaction() as session:
        refusals.refuse(session, portal, 7, deal, now - timedelta(days=2))
        refusals.refuse(session, portal, 9, deal, now)
        deleted = refusals.delete_older(session, now - timedelta(days=1))

    with database.reading() as session:
        assert deleted == 1
        assert not is_refused(session, portal, 7, deal, SINCE)
        assert is_refused(session, portal, 9, deal, SINCE)


@pytest.fixture
def add_partial(database, portal, deal, now):
    def add(ref=deal, member_id=portal, moment=now, **content):
        with database.transaction() as session:
            action = partial_actions.add(
                session, member_id, ref, user_id=7, kind="move", data=content, now=moment
            )
        return action.id

    return add


def kept_partials(database, portal, ref):
    with database.reading() as session:
        return [(one.id, one.data) for one in partial_actions.of_card(session, portal, ref)]


def test_half_done_actions_of_a_card_survive_in_their_order(database, portal, deal, add_partial):
    first = add_partial(step=1)
    add_partial(ref=INVOICE, step=2)
    third = add_partial(step=3)

    assert kept_partials(database, portal, deal) == [(first, {"step": 1}), (third, {"step": 3})]


def test_a_settled_action_is_gone(database, portal, deal, add_partial):
    first, second = add_partial(step=1), add_partial(step=2)

    with database.transaction() as session:
        partial_actions.settle(session, portal, first)

    assert kept_partials(database, portal, deal) == [(second, {"step": 2})]


def test_another_portal_cannot_settle_it(database, portal, deal, add_partial):
    first = add_partial()

    with database.transaction() as session:
        partial_actions.settle(session, OTHER_MEMBER, first)

    assert kept_partials(database, portal, deal) == [(first, {})]


def test_old_half_done_actions_are_forgotten(database, portal, deal, now, add_partial):
    add_partial(moment=now - timedelta(days=40))
    kept = add_partial()

    with database.transaction() as session:
        assert partial_actions.delete_older(session, now - timedelta(days=30)) == 1

    assert kept_partials(database, portal, deal) == [(kept, {})]


@pytest.mark.parametrize(
    "remember",
    [
        lambda session, deal, now: card_memory.save_known_payments(
            session, "unknown", deal, [1], now
        ),
        lambda session, deal, now: refusals.refuse(session, "unknown", 7, deal, now),
        lambda session, deal, now: partial_actions.add(
            session, "unknown", deal, user_id=7, kind="move", data={}, now=now
        ),
    ],
)
def test_nothing_is_remembered_of_a_portal_that_is_not_installed(database, deal, now, remember):
    with pytest.raises(UnknownPortalError), database.transaction() as session:
        remember(session, deal, now)


def marks(database, portal, ref=EntityRef(2, 8061)):  # noqa: B008 - it never changes.
    with database.reading() as session:
        found = card_marks.read(session, portal, 7, ref, SINCE)
    return found.has_canceled, found.has_half_done, found.is_refused


def test_each_mark_of_a_card_is_told_by_itself_and_of_no_other_card(
    database, portal, deal, now, add_partial
):
    assert marks(database, portal) == (False, False, False)

    add_partial()
    assert marks(database, portal) == (False, True, False)

    with database.transaction() as session:
        canceled_orders.note(session, portal, deal, "57", {"1038": "Y 10"}, now)
    assert marks(database, portal) == (True, True, False)

    with database.transaction() as session:
        refusals.refuse(session, portal, 7, deal, now)
    assert marks(database, portal) == (True, True, True)
    assert marks(database, portal, INVOICE) == (False, False, False)
    assert marks(database, OTHER_MEMBER) == (False, False, False)


def test_what_is_noted_of_payments_is_what_is_read_of_them_later(database, portal, deal, now):
    moment = now.replace(microsecond=999_999)
    with database.transaction() as session:
        first = card_memory.save_known_payments(session, portal, deal, [1, 2], moment)
    assert first == sights(database, portal, deal)

    with database.transaction() as session:
        later = card_memory.save_known_payments(
            session, portal, deal, [2, 3], moment + timedelta(hours=1), is_whole=False
        )
    assert later.keys() == {1, 2, 3}
    assert later == sights(database, portal, deal)


def test_several_kept_lists_are_read_at_once(database, portal, now):
    with database.transaction() as session:
        cached_lists.save(session, portal, "a", [1], now)
        cached_lists.save(session, portal, "b", {"x": 2}, now)
        cached_lists.save(session, portal, "c", [3], now)

    with database.reading() as session:
        found = cached_lists.load_several(session, portal, "a", "b", "never")
        assert found == {"a": Kept([1], now), "b": Kept({"x": 2}, now)}
        assert cached_lists.load_several(session, OTHER_MEMBER, "a") == {}
