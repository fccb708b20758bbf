"""What a request begins with: the portal, its settings, the card's payments, the launch."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event

from b24app.domain import EntityRef, PortalUser, TokenPair
from b24app.storage import card_memory, launches, resumed, settings, user_tokens

from .setting import OTHER_MEMBER, install

LAUNCH = "f" * 32
MANAGER = PortalUser(7, "Nora", False, "Europe/Berlin")


def read(database, cipher, portal, deal, launch_id=LAUNCH):
    with database.reading() as session:
        return resumed.read(session, cipher, portal, launch_id, deal)


@pytest.fixture
def pair(now):
    return TokenPair("access", "refresh", now + timedelta(hours=1))


@pytest.fixture
def opened(database, cipher, portal, deal, now, pair):
    """A proven opening of a card that was seen before, in a portal with settings."""
    with database.transaction() as session:
        launches.save(
            session,
            launch_id=LAUNCH,
            member_id=portal,
            user=MANAGER,
            ref=deal,
            expires_at=now + timedelta(days=2),
        )
        user_tokens.save(session, cipher, portal, 7, pair, is_admin=False, now=now)
        settings.save(session, portal, {"users": [7]}, updated_by=1, now=now)
        card_memory.save_known_payments(session, portal, deal, [3, 1], now)
        launches.note_listed(session, portal, LAUNCH, [3, 1], now)
    return portal


def test_everything_of_a_proven_opening_is_read_in_one_statement(
    database, cipher, opened, deal, now, pair
):
    statements = []
    note = lambda *args: statements.append(args[2])  # noqa: E731
    event.listen(database._root, "before_cursor_execute", note)
    found = read(database, cipher, opened, deal)
    event.remove(database._root, "before_cursor_execute", note)

    assert len(statements) == 1
    assert (found.member_id, found.state) == (opened, "installing")
    assert (found.settings, found.payment_ids) == ({"users": [7]}, {1, 3})
    launch = found.launch
    assert (launch.user, launch.ref, launch.tokens) == (MANAGER, deal, pair)
    assert (launch.listed, launch.shown, launch.listed_at) == ({1, 3}, {1, 3}, now)


def test_a_portal_alone_has_no_settings_no_payments_and_no_launch(database, cipher, portal, deal):
    found = read(database, cipher, portal, deal)

    assert (found.settings, found.payment_ids, found.launch) == ({}, set(), None)
    assert read(database, cipher, OTHER_MEMBER, deal) is None


def test_what_belongs_to_another_portal_or_card_is_not_found(database, cipher, opened, deal, now):
    install(database, cipher, now, member_id=OTHER_MEMBER)

    elsewhere = read(database, cipher, OTHER_MEMBER, deal)
    assert (elsewhere.settings, elsewhere.payment_ids, elsewhere.launch) == ({}, set(), None)
    beside = read(database, cipher, opened, EntityRef(2, 8062))
    assert beside.payment_ids == set()
    assert beside.launch.ref == deal
    assert read(database, cipher, opened, deal, "e" * 32).launch is None


def test_a_pair_that_no_key_opens_is_none(database, other_cipher, opened, deal):
    assert read(database, other_cipher, opened, deal).launch.tokens is None
