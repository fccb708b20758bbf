"""What the privacy page says is what the tables hold and housekeeping deletes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from b24app.services.auth import exchanged, launches
from b24app.services.lifecycle import housekeeping
from b24app.services.settings import RETENTION_DAYS
from b24app.storage import refusals
from b24app.storage.idempotency import KEPT
from b24app.storage.models import Base

SAID = {
    "portals": "Address, id, language, plan status and granted permissions",
    "portal_addresses": "Address, id, language, plan status and granted permissions",
    "user_tokens": "Access tokens of the app and of people who open it, encrypted",
    "pending_grants": "Access tokens, encrypted, of whoever installs the app",
    "launches": "Openings: id, name and time zone of the person",
    "card_memory": "Ids of the payments a card had and of the products in them",
    "refusals": "Ids of people to whom Bitrix24 refused a change",
    "idempotency_keys": "What was asked for and how it ended",
    "activity": "Activity log: time, id and name of the person",
    "portal_settings": "rules with the ids of chosen people",
    "cached_lists": "Names of payment systems",
    "canceled_orders": "Ids of orders that Bitrix24 calls canceled",
    "payment_reminders": "Ids of reminders and the days they are for",
    "jobs": "Messages from Bitrix24 about the app",
    "failed_proofs": "Internet addresses from which unproven requests came",
    "partial_actions": "Moves of a delivery that stopped half-way",
}
NOTHING_OF_ANYBODY = {"leases"}


@pytest.fixture(scope="module")
def rows(module_stage):
    """First words of a row to the time it names."""
    text = module_stage.client.get("/legal/privacy").text
    found = re.findall(r"<th[^>]*>([^<]+)</th><td[^>]*>[^<]+</td><td[^>]*>([^<]+)</td>", text)
    return dict(found)


def time_of(rows, table):
    return next(long for what, long in rows.items() if SAID[table] in what)


def test_every_table_is_described(rows):
    assert set(SAID) | NOTHING_OF_ANYBODY == set(Base.metadata.tables)
    for words in SAID.values():
        assert any(words in what for what in rows), words


@pytest.mark.parametrize(
    ("table", "kept", "words"),
    [
        ("user_tokens", housekeeping.REFRESH_TOKEN_LIVES, "180 days"),
        ("pending_grants", exchanged.HELD_FOR, "30 minutes"),
        ("launches", timedelta(days=launches.LAUNCH_DAYS), "2 days"),
        ("card_memory", housekeeping.MEMORY_KEPT, "90 days"),
        ("canceled_orders", housekeeping.MEMORY_KEPT, "90 days"),
        ("refusals", refusals.KEPT, "1 hour"),
        ("idempotency_keys", KEPT, "24 hours"),
        ("partial_actions", housekeeping.PARTIAL_KEPT, "one year"),
        ("jobs", housekeeping.DONE_KEPT, "7 days"),
        ("activity", timedelta(days=RETENTION_DAYS), "one year"),
    ],
)
def test_the_time_that_is_said_is_the_time_it_is_kept(rows, table, kept, words):
    number, unit = words.replace("one", "1").split()
    unit_length = {"days": 24, "hour": 1, "hours": 1, "minutes": 1 / 60, "year": 365 * 24}[unit]
    assert timedelta(hours=int(number) * unit_length) == kept
    assert words in time_of(rows, table)


def test_names_of_people_are_kept_as_long_as_is_said(rows):
    assert timedelta(days=2) == housekeeping.NAMES_KEPT
    assert rows["Ids and names of people who marked payments as paid"] == "2 days"


def test_settings_are_not_said_to_hold_names(rows):
    assert not any("chosen people with" in what for what in rows)
