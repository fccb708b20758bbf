"""One row of a portal in every table, written by the repositories as life writes them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import select

from b24app.cipher import Cipher
from b24app.domain import EntityRef, PortalUser, Reminder
from b24app.storage import (
    activity,
    cached_lists,
    canceled_orders,
    card_memory,
    failed_proofs,
    idempotency,
    jobs,
    launches,
    leases,
    partial_actions,
    pending_grants,
    refusals,
    reminders,
    settings,
    user_tokens,
)
from b24app.storage.models import Base
from b24app.storage.pending_grants import Pending
from b24app.storage.session import Database

from .setting import grant_of, install, pair

DEAL = EntityRef(2, 8061)
NAME = "Ann Example-Name"


def fill(database: Database, cipher: Cipher, member_id: str, now: datetime) -> None:
    """Install the portal and let it leave a trace in every table."""
    install(database, cipher, now, member_id)
    waiting = pair("wait-access-plain", "wait-refresh-plain", now)
    with database.transaction() as session:
        user_tokens.save(
            session,
            cipher,
            member_id,
            7,
            pair("user-access-plain", "user-refresh-plain", now),
            is_admin=False,
            now=now,
        )
        launches.save(
            session,
            launch_id=f"launch-{member_id[:8]}",
            member_id=member_id,
            user=PortalUser(7, NAME, is_admin=False),
            ref=DEAL,
            expires_at=now,
        )
        pending_grants.save(
            session,
            cipher,
            f"pending-{member_id[:8]}",
            Pending(grant_of(member_id, now, tokens=waiting), "wait-token-plain"),
            now=now,
            expires_at=now + timedelta(minutes=30),
        )
        card_memory.save_known_payments(session, member_id, DEAL, [1], now)
        refusals.refuse(session, member_id, 7, DEAL, now)
        canceled_orders.note(session, member_id, DEAL, "3653", {"1": "N 5 EUR"}, now)
        reminders.save(session, member_id, DEAL, Reminder(5, 1, now), now)
        leases.try_take(session, leases.Key(member_id, "refresh:7"), "owner", now, 5)
        idempotency.begin(session, member_id, 7, "key", "pay 1", now)
        activity.append(
            session,
            activity.Record(member_id, now, 7, NAME, DEAL, "pay", "done", note=f"of {NAME}"),
        )
        settings.save(session, member_id, {"users": [7]}, updated_by=1, now=now)
        cached_lists.save(session, member_id, "names", {"7": NAME}, now)
        jobs.put(
            session,
            cipher,
            kind="uninstall",
            member_id=member_id,
            payload={"application_token": "job-token-plain"},
            run_at=now,
            now=now,
        )
        failed_proofs.add(session, f"events:{member_id}", now)
        partial_actions.add(
            session, member_id, DEAL, user_id=7, kind="move", data={"payment": 1}, now=now
        )


def tables_with(database: Database, text: str) -> set[str]:
    """Names of the tables in which any column of any row contains `text`."""
    return {table for table, row in _rows(database) if any(text in str(value) for value in row)}


def row_counts(database: Database) -> dict[str, int]:
    counts = dict.fromkeys(Base.metadata.tables, 0)
    for table, _ in _rows(database):
        counts[table] += 1
    return counts


def _rows(database: Database) -> Iterator[tuple[str, tuple[object, ...]]]:
    with database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)):
                yield table.name, tuple(row)
