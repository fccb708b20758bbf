"""Canceled orders are remembered by card and order until they are forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest

from b24app.domain import EntityRef
from b24app.errors import UnknownPortalError
from b24app.storage import canceled_orders

from .setting import OTHER_MEMBER, install

INVOICE = EntityRef(31, 8061)
STATES = {"1038": "N 2258 EUR"}


def states(database, portal, ref):
    with database.reading() as session:
        return canceled_orders.states(session, portal, ref)


def test_an_order_is_remembered_for_its_card_only(database, cipher, portal, deal, now):
    install(database, cipher, now, OTHER_MEMBER)

    with database.transaction() as session:
        canceled_orders.note(session, portal, deal, "3653", {}, now)
        canceled_orders.note(session, portal, deal, "3653", STATES, now)

    assert states(database, portal, deal) == {"3653": STATES}
    assert states(database, portal, INVOICE) == {}
    assert states(database, OTHER_MEMBER, deal) == {}


@pytest.mark.parametrize(("named", "left"), [((), set()), (("3653",), {"3660"})])
def test_orders_are_forgotten_one_by_one_or_all(database, portal, deal, now, named, left):
    with database.transaction() as session:
        canceled_orders.note(session, portal, deal, "3653", STATES, now)
        canceled_orders.note(session, portal, deal, "3660", STATES, now)
        canceled_orders.note(session, portal, INVOICE, "3653", STATES, now)

    with database.transaction() as session:
        canceled_orders.forget(session, portal, deal, *named)

    assert states(database, portal, deal).keys() == left
    assert states(database, portal, INVOICE).keys() == {"3653"}


def test_what_was_noted_long_ago_is_forgotten(database, portal, deal, now):
    with database.transaction() as session:
        canceled_orders.note(session, portal, deal, "1", STATES, now - timedelta(days=2))
        canceled_orders.note(session, portal, deal, "2", STATES, now)
        deleted = canceled_orders.delete_older(session, now - timedelta(days=1))

    assert deleted == 1
    assert states(database, portal, deal).keys() == {"2"}


def test_no_portal_no_memory(database, deal, now):
    with pytest.raises(UnknownPortalError), database.transaction() as session:
        canceled_orders.note(session, "nobody", deal, "1", STATES, now)
